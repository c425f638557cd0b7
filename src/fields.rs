//! Fields as data: what a YAML mapping may contain, checked in one place for front matter, settings
//! and kinds.
//!
//! A [`Field`] is defined once. Its check, the JSON Schema, the manual's table and the scaffold of
//! `handsel new` are derived from the definition. The input is a YAML node with locations; the
//! output is values of the required types ([`FieldItem`]) and all problems with line and column.

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

/// The type that a field's value must have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldType {
    /// Text of one or more lines. Numbers and booleans are taken as they are written.
    Text,
    /// The name of a template, such as `guide.html`. An old name of one of the theme's is reported.
    Template,
    /// Text in Markdown, with paragraphs, lists and tables. Its links count as links of the page.
    Markdown,
    /// A single line of Markdown.
    Line,
    Integer,
    Number,
    Boolean,
    /// A date such as `2026-01-31`, or one with a time (`2026-01-31T09:00`), of which the day is
    /// kept.
    Date,
    /// A date with a time, such as `2026-01-31T09:00`; validated and kept as text.
    DateTime,
    /// A duration such as `15 min` or `1 h 30 min`, or a number of minutes; kept in minutes.
    Minutes,
    /// A period such as `12 months`, `2 years` or `90 days`; validated and kept as text.
    Period,
    /// An absolute `http(s)` address, or a `mailto:` or `tel:` address.
    Url,
    /// A link to a page, a file or an address, resolved and checked like a link in the text.
    Link,
    /// A link whose target must be a page of the site.
    Page,
    /// A link whose target must be a file of the site with one of these extensions, or any file if
    /// there are none.
    File(Vec<String>),
    /// A time zone, by its IANA name.
    Zone,
    /// A position in a recording or its length, such as `3:25` or `1:02:10`; kept in seconds.
    Clock,
    /// One of these words.
    Choice(Vec<String>),
    /// A list of keys of a vocabulary. A single text counts as a list of one; if it contains
    /// commas, it is reported and split at them.
    Terms,
    /// A list. A single value counts as a list of one.
    List(Box<FieldType>),
    /// A mapping with these fields.
    Map(Vec<Field>),
    /// A mapping with arbitrary keys and values of this type.
    MapOf(Box<FieldType>),
    /// The first of these types that matches.
    Either(Vec<FieldType>),
    /// The declaration of a tool, which the module `tool` reads.
    Tool,
    /// Any YAML value.
    Anything,
}

/// A key that a mapping may contain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    pub name: String,
    pub kind: FieldType,
    pub is_required: bool,
    /// A sentence for the manual, the schema and the scaffold.
    pub description: String,
    /// The default in the words of the manual; empty if there is none.
    pub default: String,
    /// Other generators' names for the same field.
    pub also: Vec<String>,
    /// The maximum number of characters of a text.
    pub length_max: Option<usize>,
}

impl Field {
    /// Creates an optional field.
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

    /// Sets the default in the words of the manual.
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

/// Returns the field that a key names: by its own name first, then by the names that other
/// generators use.
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

/// A value with its location in the source. Equality compares values alone, because moving a line
/// does not change what a page shows.
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

/// A checked mapping, in the order of the source.
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

    /// Returns an integer or decimal number.
    #[expect(
        clippy::cast_precision_loss,
        reason = "an order or a weight beyond 2^53 has no meaning to readers"
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

    /// Returns the text with its location.
    pub fn to_placed(&self) -> Option<LocatedValue<String>> {
        self.as_text().map(|text| LocatedValue {
            value: text.to_owned(),
            place: self.place.clone(),
        })
    }
}

/// A value with its location in the source. Equality compares values alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LocatedValue<T> {
    pub value: T,
    pub place: Location,
}

impl<T: PartialEq> PartialEq for LocatedValue<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for LocatedValue<T> {}
