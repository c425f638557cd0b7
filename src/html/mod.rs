//! HTML as tokens. Everything that reads HTML, from writers' fragments to finished pages, reads it
//! with this module, so that all of it agrees on where a tag begins and what its attributes are.
//!
//! [`Tokens`] reads a text from beginning to end. [`tags`] reads start tags with their values, and
//! finds those of a finished page that matter without reading the rest.

pub mod raw_text;
pub mod references;
pub mod tags;
pub mod text;
mod tokens;

pub use self::tokens::{ATTRIBUTES_MAX, HtmlToken, StartTag, Tokens};
