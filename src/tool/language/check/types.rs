//! The types of the formula language, and their descriptions in messages.

use std::fmt;

use crate::tool::language::units::Unit;

/// The unit of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A literal number, which takes the unit that its context requires (see DECISIONS: "A number
    /// literal takes the unit of the value next to it").
    Any,
    Of(Unit),
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueType {
    Number(Measure),
    /// Text, with its possible values if they are known.
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

impl ValueType {
    pub fn plain() -> Self {
        ValueType::Number(Measure::Of(Unit::plain()))
    }

    /// Returns the options of a choice or of several choices.
    pub fn options(&self) -> Option<&[String]> {
        match self {
            ValueType::Text(Some(options)) | ValueType::Choices(options) => Some(options),
            _ => None,
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ValueType::Number(Measure::Of(unit)) if !unit.is_plain() => {
                write!(f, "a number of `{unit}`")
            }
            ValueType::Number(_) => f.write_str("a number"),
            ValueType::Text(_) => f.write_str("text"),
            ValueType::Boolean => f.write_str("true or false"),
            ValueType::Date => f.write_str("a date"),
            ValueType::Choices(_) => f.write_str("a set of choices"),
        }
    }
}
