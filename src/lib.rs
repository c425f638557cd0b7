//! Handsel turns a folder of Markdown into a free knowledge repository.

pub mod commands;
pub mod data;
pub mod diagnostic;
pub mod disk;
pub mod document;
pub mod fields;
pub mod fingerprint;
pub mod kind;
pub mod link_target;
pub mod memo;
pub mod moment;
pub mod output;
pub mod page;
pub mod paths;
pub mod picture;
pub mod pipeline;
pub mod preview;
pub mod settings;
pub mod site;
pub mod source;
pub mod theme;
pub mod tool;
pub mod vocabulary;
pub mod watch;
pub mod words;
pub mod yaml;
