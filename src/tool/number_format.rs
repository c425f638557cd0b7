//! How a value is shown: as money, a percentage or a date, with how many decimals, and with which
//! unit.

use serde::{Deserialize, Serialize};

use super::inputs::{Input, InputKind};
use super::language::check::ValueType;
use super::language::units::Unit;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberFormat {
    pub format: NumberStyle,
    /// The number of decimals; with `None`, the format decides.
    pub decimals: Option<u8>,
    /// The unit after the number: base units and their exponents, without the currency.
    pub units: Vec<(String, i8)>,
    /// The writer's plural for the things counted, such as `pages`.
    pub many: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum NumberStyle {
    Number,
    /// Money in this currency.
    Money(String),
    Percent,
    Date,
    Text,
    Boolean,
    /// Keys of options, each with the label that readers see.
    Options(Vec<(String, String)>),
}

/// The values that `format:` of a result may have.
pub const FORMATS: [&str; 2] = ["number", "percent"];

impl NumberFormat {
    /// The default format of a value of this type.
    pub fn of(kind: &ValueType) -> Self {
        let plain = |format| NumberFormat {
            format,
            decimals: None,
            units: Vec::new(),
            many: None,
        };
        match kind {
            ValueType::Number(measure) => Self::of_unit(&measure.unit()),
            ValueType::Text(_) | ValueType::Choices(_) => plain(NumberStyle::Text),
            ValueType::Boolean => plain(NumberStyle::Boolean),
            ValueType::Date => plain(NumberStyle::Date),
        }
    }

    /// The default format of a number with this unit.
    pub fn of_unit(unit: &Unit) -> Self {
        let currency = unit.currency();
        let units = unit
            .bases()
            .filter(|(name, _)| Some(*name) != currency)
            .map(|(name, exponent)| (name.to_owned(), exponent))
            .collect();
        let format = currency.map_or(NumberStyle::Number, |currency| {
            NumberStyle::Money(currency.to_owned())
        });
        NumberFormat {
            format,
            decimals: None,
            units,
            many: None,
        }
    }

    /// Takes the plural from the unit as it was written: `pages/hour` counts `pages`.
    #[must_use]
    pub fn written(mut self, unit: Option<&str>) -> Self {
        self.many = unit.map(|unit| {
            unit.split(['/', '*'])
                .next()
                .unwrap_or(unit)
                .trim()
                .to_owned()
        });
        self
    }

    /// The format of an input's value.
    pub fn of_input(input: &Input) -> Self {
        match &input.kind {
            InputKind::Percent(_) => NumberFormat {
                format: NumberStyle::Percent,
                decimals: None,
                units: Vec::new(),
                many: None,
            },
            InputKind::Choice(options) | InputKind::Choices(options) => NumberFormat {
                format: NumberStyle::Options(options.clone()),
                decimals: None,
                units: Vec::new(),
                many: None,
            },
            kind => Self::of(&kind.of()).written(input.unit.as_deref()),
        }
    }
}
