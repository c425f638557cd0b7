//! Handsel turns a folder of Markdown into a free knowledge repository.

pub mod diagnostic;
pub mod disk;
pub mod document;
pub mod fields;
pub mod fingerprint;
pub mod kind;
pub mod paths;
pub mod settings;
pub mod page;
pub mod site;
pub mod source;
pub mod vocabulary;
pub mod words;
pub mod yaml;
