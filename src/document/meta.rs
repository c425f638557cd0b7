//! The front matter of a page, checked and completed with the defaults of its folders.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Severity;
use crate::fields::FieldItems;
pub use crate::fields::LocatedValue;
use crate::fields::links::FieldLink;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Beginner,
    Intermediate,
    Advanced,
}

impl Level {
    /// The name in front matter and addresses.
    pub fn key(self) -> &'static str {
        match self {
            Level::Beginner => "beginner",
            Level::Intermediate => "intermediate",
            Level::Advanced => "advanced",
        }
    }
}

/// A source of what a page says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceReference {
    pub title: String,
    pub url: Option<LocatedValue<String>>,
    pub checked: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetaImage {
    pub src: LocatedValue<String>,
    pub alt: String,
}

/// A page's front matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// `None` if a heading has to provide the title.
    pub title: Option<LocatedValue<String>>,
    pub short_title: Option<String>,
    pub summary: Option<String>,
    /// The name of a known kind.
    pub kind: String,
    pub topics: Vec<LocatedValue<String>>,
    pub audience: Vec<LocatedValue<String>>,
    pub level: Option<Level>,
    pub minutes: Option<u32>,
    pub authors: Vec<LocatedValue<String>>,
    pub published: Option<Date>,
    /// The exact moment, if a time is written, in seconds since 1970.
    pub published_at: Option<i64>,
    pub updated: Option<Date>,
    pub updated_at: Option<i64>,
    pub reviewed: Option<Date>,
    /// A period in jiff's text form: `12 months`.
    pub review_every: Option<String>,
    pub owner: Option<String>,
    pub license: Option<String>,
    pub sources: Vec<SourceReference>,
    pub disclosure: Option<String>,
    pub related: Vec<LocatedValue<String>>,
    pub next: Option<LocatedValue<String>>,
    /// Old addresses.
    pub aliases: Vec<LocatedValue<String>>,
    pub slug: Option<LocatedValue<String>>,
    /// The whole address that the page asks for (`permalink:`), as written.
    pub address: Option<LocatedValue<String>>,
    pub language: Option<String>,
    pub is_draft: bool,
    pub is_unlisted: bool,
    pub expires: Option<Date>,
    pub order: Option<f64>,
    pub image: Option<MetaImage>,
    pub change_note: Option<String>,
    pub search_boost: Option<f64>,
    pub search_exclude: bool,
    pub glossary: bool,
    /// The severity of each code on this page.
    pub checks: BTreeMap<String, Severity>,
    pub template: Option<LocatedValue<String>>,
    /// The kind's own fields.
    pub fields: FieldItems,
    /// The links in the kind's own fields, in the order in which [`crate::fields::links`] finds
    /// them.
    pub field_links: Vec<FieldLink>,
    pub extra: FieldItems,
}
