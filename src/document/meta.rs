//! What a page says of itself: its front matter, checked and with the defaults of its folder filled
//! in.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Severity;
use crate::fields::Items;
pub use crate::fields::Placed;
use crate::fields::links::FieldLink;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Beginner,
    Intermediate,
    Advanced,
}

impl Level {
    /// As front matter and addresses name it.
    pub fn key(self) -> &'static str {
        match self {
            Level::Beginner => "beginner",
            Level::Intermediate => "intermediate",
            Level::Advanced => "advanced",
        }
    }
}

/// Where something a page says was taken from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    pub title: String,
    pub url: Option<Placed<String>>,
    pub checked: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    pub src: Placed<String>,
    pub alt: String,
}

/// A page's front matter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// `None` when only a heading can give it.
    pub title: Option<Placed<String>>,
    pub short_title: Option<String>,
    pub summary: Option<String>,
    /// The name of a known kind.
    pub kind: String,
    pub topics: Vec<Placed<String>>,
    pub audience: Vec<Placed<String>>,
    pub level: Option<Level>,
    pub minutes: Option<u32>,
    pub authors: Vec<Placed<String>>,
    pub published: Option<Date>,
    /// The moment within that day, where a time is written: seconds since 1970.
    pub published_at: Option<i64>,
    pub updated: Option<Date>,
    pub updated_at: Option<i64>,
    pub reviewed: Option<Date>,
    /// Months, days … as a jiff span in text form: `12 months`.
    pub review_every: Option<String>,
    pub owner: Option<String>,
    pub license: Option<String>,
    pub sources: Vec<Reference>,
    pub disclosure: Option<String>,
    pub related: Vec<Placed<String>>,
    pub next: Option<Placed<String>>,
    /// Old addresses.
    pub aliases: Vec<Placed<String>>,
    pub slug: Option<Placed<String>>,
    /// The whole address that the page asks for (`permalink:`), as written.
    pub address: Option<Placed<String>>,
    pub language: Option<String>,
    pub is_draft: bool,
    pub is_unlisted: bool,
    pub expires: Option<Date>,
    pub order: Option<f64>,
    pub image: Option<Picture>,
    pub change_note: Option<String>,
    pub search_boost: Option<f64>,
    pub search_exclude: bool,
    pub glossary: bool,
    /// Code → severity, for this page.
    pub checks: BTreeMap<String, Severity>,
    pub template: Option<Placed<String>>,
    /// The kind's own fields.
    pub fields: Items,
    /// The links in them, in the order in which [`crate::fields::links`] finds them.
    pub field_links: Vec<FieldLink>,
    pub extra: Items,
}
