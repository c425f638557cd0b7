//! Fields as data: what a mapping in YAML may hold, checked in one place for front matter, settings
//! and kinds alike.
//!
//! A [`Field`] is written once; its check, the JSON Schema, the manual's table and the scaffold of
//! `handsel new` come from it. In goes a YAML node with places; out come values of the wanted types
//! ([`FieldItem`]) and every problem at its line and column.

mod check;
pub mod dates;
mod forms;
pub mod links;
mod manual;
pub mod schema;
pub mod texts;

use indexmap::IndexMap;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use check::{
    CheckContext, anything, check, check_groups, hidden_characters, unquoted_comma_help,
};
pub use forms::{boolean, boolean_word, written_date};
pub use manual::manual_table;

use crate::diagnostic::Location;

/// The type a field's value has to be of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldType {
    /// One line or many; numbers and booleans are taken as they are written.
    Text,
    /// Text in Markdown: paragraphs, lists, tables. Its links are those of the page.
    Markdown,
    /// The same within one line.
    Line,
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
    /// A link that has to lead to a page of the site.
    Page,
    /// A link that has to lead to a file of the site, with one of these extensions (any where there
    /// are none).
    File(Vec<String>),
    /// A time zone by its IANA name.
    Zone,
    /// A place in a recording, or its length: `3:25`, `1:02:10`; kept in seconds.
    Clock,
    /// One of these words.
    Choice(Vec<String>),
    /// A list of keys of a vocabulary; a single text stands for a list of one, and its commas are
    /// told and read as those of a list.
    Terms,
    /// A list; a single value stands for a list of one.
    List(Box<FieldType>),
    /// A mapping with these fields.
    Map(Vec<Field>),
    /// A mapping from any key.
    MapOf(Box<FieldType>),
    /// The first type that fits.
    Either(Vec<FieldType>),
    /// The declaration of a tool, which `tool` reads.
    Tool,
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
    /// What holds when the key is absent, as a reader of the manual would write it; empty when
    /// nothing does.
    pub default: String,
    /// Names that other generators use for the same thing.
    pub also: Vec<String>,
    /// The most characters that a text may have.
    pub length_max: Option<usize>,
}

impl Field {
    /// A field that may be absent.
    pub fn new(name: &str, kind: FieldType) -> Self {
        Self {
            name: name.into(),
            kind,
            is_required: false,
            description: String::new(),
            default: String::new(),
            also: Vec::new(),
            length_max: None,
        }
    }

    pub fn text(name: &str) -> Self {
        Self::new(name, FieldType::Text)
    }

    pub fn integer(name: &str) -> Self {
        Self::new(name, FieldType::Integer)
    }

    pub fn number(name: &str) -> Self {
        Self::new(name, FieldType::Number)
    }

    pub fn boolean(name: &str) -> Self {
        Self::new(name, FieldType::Boolean)
    }

    pub fn date(name: &str) -> Self {
        Self::new(name, FieldType::Date)
    }

    pub fn choice(name: &str, words: &[&str]) -> Self {
        Self::new(name, FieldType::choice(words))
    }

    pub fn list(name: &str, of: FieldType) -> Self {
        Self::new(name, FieldType::list(of))
    }

    pub fn map(name: &str, fields: Vec<Field>) -> Self {
        Self::new(name, FieldType::Map(fields))
    }

    pub fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    pub fn about(mut self, description: &str) -> Self {
        self.description = description.into();
        self
    }

    /// What holds when the key is absent, in the manual's words.
    pub fn defaults_to(mut self, default: &str) -> Self {
        self.default = default.into();
        self
    }

    pub fn also(mut self, names: &[&str]) -> Self {
        self.also = names.iter().map(|name| (*name).into()).collect();
        self
    }
}

impl FieldType {
    pub fn list(of: FieldType) -> Self {
        Self::List(Box::new(of))
    }

    pub fn map_of(of: FieldType) -> Self {
        Self::MapOf(Box::new(of))
    }

    pub fn choice(words: &[&str]) -> Self {
        Self::Choice(words.iter().map(|word| (*word).into()).collect())
    }
}

/// The field that a key means: its own name first, then the names that other generators use.
pub fn field_named<'a>(groups: &[&'a [Field]], key: &str) -> Option<&'a Field> {
    let fields = || groups.iter().copied().flatten();
    fields()
        .find(|field| field.name == key)
        .or_else(|| fields().find(|field| field.also.iter().any(|name| name == key)))
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
    List(Vec<FieldItem>),
    Map(IndexMap<String, FieldItem>),
}

/// A value with the place it was written at. Equality is of values alone: moving a line changes
/// nothing that a page shows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FieldItem {
    pub value: Value,
    pub place: Location,
}

impl PartialEq for FieldItem {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// A checked mapping, in the order it was written.
pub type FieldItems = IndexMap<String, FieldItem>;

impl FieldItem {
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value {
            Some(text)
        } else {
            None
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Boolean(value) = self.value {
            Some(value)
        } else {
            None
        }
    }

    pub fn as_date(&self) -> Option<Date> {
        if let Value::Date(date) = self.value {
            Some(date)
        } else {
            None
        }
    }

    pub fn as_integer(&self) -> Option<i64> {
        if let Value::Integer(value) = self.value {
            Some(value)
        } else {
            None
        }
    }

    /// A number, whole or not.
    #[expect(
        clippy::cast_precision_loss,
        reason = "an order or a weight beyond 2^53 means nothing to a reader"
    )]
    pub fn as_number(&self) -> Option<f64> {
        match self.value {
            Value::Integer(value) => Some(value as f64),
            Value::Number(value) => Some(value),
            _ => None,
        }
    }

    pub fn as_list(&self) -> &[FieldItem] {
        if let Value::List(items) = &self.value {
            items
        } else {
            &[]
        }
    }

    pub fn as_map(&self) -> Option<&FieldItems> {
        if let Value::Map(items) = &self.value {
            Some(items)
        } else {
            None
        }
    }

    /// The text with its place.
    pub fn to_placed(&self) -> Option<Located<String>> {
        self.as_text().map(|text| Located {
            value: text.to_owned(),
            place: self.place.clone(),
        })
    }
}

/// A value with the place it was written at; equality is of values alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Located<T> {
    pub value: T,
    pub place: Location,
}

impl<T: PartialEq> PartialEq for Located<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Located<T> {}
