//! Fields as data: what a mapping in YAML may hold, checked in one place for front matter, settings and kinds alike.
//!
//! A [`Field`] is written once; its check, the JSON Schema, the manual's table and the scaffold of `handsel new` come from it.
//! In goes a YAML node with places; out come values of the wanted types ([`Item`]) and every problem at its line and column.

use indexmap::IndexMap;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Place;

/// The type a field's value has to be of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldType {
    /// One line or many; numbers and booleans are taken as they are written.
    Text,
    Integer,
    Number,
    Boolean,
    /// `2026-01-31`, or with a time (`2026-01-31T09:00`), of which the day is kept.
    Date,
    /// `2026-01-31T09:00`, kept as text once it is known to be a date and time.
    DateTime,
    /// `15 min`, `1 h 30 min`, or a number of minutes; kept in minutes.
    Minutes,
    /// `12 months`, `2 years`, `90 days`; kept as text once it is known to be one.
    Period,
    /// An absolute `http(s)` address, or `mailto:` / `tel:`.
    Url,
    /// A link to a page, file or address, resolved and checked like one in the text.
    Link,
    /// One of these words.
    Choice(Vec<String>),
    /// A list; a single value stands for a list of one.
    List(Box<FieldType>),
    /// A mapping with these fields.
    Map(Vec<Field>),
    /// A mapping from any key.
    MapOf(Box<FieldType>),
    /// The first type that fits.
    Either(Vec<FieldType>),
    /// Whatever YAML holds.
    Anything,
}

/// One key that a mapping may hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    pub kind: FieldType,
    pub is_required: bool,
    /// One sentence for the manual, the schema and the scaffold.
    pub description: String,
    /// What holds when the key is absent, as a reader of the manual would write it; empty when nothing does.
    pub default: String,
    /// Names that other generators use for the same thing.
    pub also: Vec<String>,
}

/// A checked value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    None,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    Date(Date),
    List(Vec<Item>),
    Map(IndexMap<String, Item>),
}

/// A value with the place it was written at. Equality is of values alone: moving a line changes nothing that a page shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Item {
    pub value: Value,
    pub place: Place,
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// A checked mapping, in the order it was written.
pub type Items = IndexMap<String, Item>;
