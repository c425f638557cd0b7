//! Types of the language, and the words for them.

use std::fmt;

use crate::tool::language::units::Unit;

/// What a number counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A number written out, which takes the unit that is asked of it.
    Any,
    Of(Unit),
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    Number(Measure),
    /// Text; the options that it can be, where they are known.
    Text(Option<Vec<String>>),
    Boolean,
    Date,
    /// Several of these options.
    Choices(Vec<String>),
}

impl Measure {
    pub fn unit(&self) -> Unit {
        match self {
            Measure::Any => Unit::plain(),
            Measure::Of(unit) => unit.clone(),
        }
    }

    pub(super) fn is_any(&self) -> bool {
        *self == Measure::Any
    }
}

impl Type {
    pub fn plain() -> Self {
        Type::Number(Measure::Of(Unit::plain()))
    }

    /// The options of a choice or of several.
    pub fn options(&self) -> Option<&[String]> {
        match self {
            Type::Text(Some(options)) | Type::Choices(options) => Some(options),
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Number(Measure::Of(unit)) if !unit.is_plain() => {
                write!(f, "a number of `{unit}`")
            }
            Type::Number(_) => f.write_str("a number"),
            Type::Text(_) => f.write_str("text"),
            Type::Boolean => f.write_str("true or false"),
            Type::Date => f.write_str("a date"),
            Type::Choices(_) => f.write_str("a set of choices"),
        }
    }
}
