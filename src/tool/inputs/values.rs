//! The values of an input: those in YAML, those in an address, and which are possible.

use jiff::civil::Date;

use super::{
    InputKind, NumberLimits, TEXT_CHARACTERS_MAX, date, days, number, option, percent, unexpected,
    wrong,
};
use crate::diagnostic::Diagnostic;
use crate::fields::boolean;
use crate::tool::language::check::{Measure, ValueType};
use crate::tool::language::code::FormulaValue;
use crate::tool::language::range::NumberRange;
use crate::yaml::YamlNode;

pub(super) enum InputError {
    Type(&'static str, &'static str),
    Limit(String),
}

impl InputKind {
    /// The options of a choice, each a key and a label; empty for other types.
    pub fn options(&self) -> &[(String, String)] {
        match self {
            InputKind::Choice(options) | InputKind::Choices(options) => options,
            _ => &[],
        }
    }

    /// Reads a value from YAML in the form of this type, and reports it if it is not allowed.
    pub fn value(&self, node: &YamlNode, problems: &mut Vec<Diagnostic>) -> Option<FormulaValue> {
        let read = match self {
            InputKind::Number(limits, _) | InputKind::Money(limits, _) => {
                self.limited(number(node), limits)
            }
            InputKind::Percent(limits) => self.limited(percent(node), limits),
            InputKind::Date(limits) => self.limited(date(node), limits),
            InputKind::Choice(options) => {
                return option(node, options, problems).map(FormulaValue::Text);
            }
            InputKind::Choices(options) => {
                let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
                let chosen: Option<Vec<String>> = nodes
                    .iter()
                    .map(|node| option(node, options, problems))
                    .collect();
                let ordered = options
                    .iter()
                    .filter(|(key, _)| chosen.as_ref().is_some_and(|chosen| chosen.contains(key)));
                return chosen
                    .is_some()
                    .then(|| FormulaValue::Choices(ordered.map(|(key, _)| key.clone()).collect()));
            }
            InputKind::Text => node
                .as_text()
                .map(|text| FormulaValue::Text(text.to_owned()))
                .ok_or(InputError::Type("text", "\"some words\"")),
            InputKind::Toggle => boolean(node)
                .map(FormulaValue::Boolean)
                .ok_or(InputError::Type("true or false", "true")),
        };
        match read {
            Ok(value) => Some(value),
            Err(InputError::Type(expected, example)) => {
                problems.push(unexpected(node, "value", (expected, example)));
                None
            }
            Err(InputError::Limit(message)) => {
                problems.push(wrong(node, &message, "change the value or the limit"));
                None
            }
        }
    }

    fn limited(
        &self,
        read: Result<f64, (&'static str, &'static str)>,
        limits: &NumberLimits,
    ) -> Result<FormulaValue, InputError> {
        let number = read.map_err(|(expected, example)| InputError::Type(expected, example))?;
        match (
            limits.min.filter(|min| number < *min),
            limits.max.filter(|max| number > *max),
        ) {
            (None, None) => Ok(FormulaValue::Number(number)),
            (Some(_), _) => Err(InputError::Limit("the value is less than `min`".into())),
            _ => Err(InputError::Limit("the value is more than `max`".into())),
        }
    }

    /// Reads a value that another page presets: numbers and dates as in YAML, options by their
    /// keys, several of them separated by commas.
    ///
    /// # Errors
    /// A description of what is expected, if the text is not a value of this type.
    pub fn given(&self, text: &str) -> Result<FormulaValue, String> {
        let text = text.trim();
        let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
        let within = |number: Option<f64>, limits: &NumberLimits, what: &str| {
            let fits = number.filter(|number| {
                limits.min.is_none_or(|min| *number >= min)
                    && limits.max.is_none_or(|max| *number <= max)
            });
            fits.map(FormulaValue::Number)
                .ok_or_else(|| format!("{what} within its limits"))
        };
        let keys = |options: &[(String, String)]| {
            options
                .iter()
                .map(|(key, _)| format!("`{key}`"))
                .collect::<Vec<_>>()
                .join(" or ")
        };
        let is_key =
            |options: &[(String, String)], text: &str| options.iter().any(|(key, _)| key == text);
        match self {
            InputKind::Number(limits, _) | InputKind::Money(limits, _) => {
                within(number(text), limits, "a number")
            }
            InputKind::Percent(limits) => within(
                text.strip_suffix('%')
                    .and_then(|text| number(text.trim()))
                    .map(|part| part / 100.0),
                limits,
                "a percentage such as `60%`",
            ),
            InputKind::Date(limits) => within(
                text.parse::<Date>().ok().map(days),
                limits,
                "a date such as `2026-01-31`",
            ),
            InputKind::Choice(options) if is_key(options, text) => {
                Ok(FormulaValue::Text(text.to_owned()))
            }
            InputKind::Choice(options) => Err(keys(options)),
            InputKind::Choices(options) => {
                let chosen = text.split(',').map(str::trim).filter(|key| !key.is_empty());
                if chosen.clone().all(|key| is_key(options, key)) {
                    let ordered = options
                        .iter()
                        .filter(|(known, _)| chosen.clone().any(|key| key == known));
                    return Ok(FormulaValue::Choices(
                        ordered.map(|(key, _)| key.clone()).collect(),
                    ));
                }
                Err(keys(options))
            }
            InputKind::Text => Ok(FormulaValue::Text(
                text.chars().take(TEXT_CHARACTERS_MAX).collect(),
            )),
            InputKind::Toggle => match text {
                "true" | "yes" => Ok(FormulaValue::Boolean(true)),
                "false" | "no" => Ok(FormulaValue::Boolean(false)),
                _ => Err("`true` or `false`".to_owned()),
            },
        }
    }

    /// The default of an input that states none: the first option of a choice, no ticked boxes.
    /// Numbers and dates have no such default.
    pub(super) fn unstated(&self) -> Option<FormulaValue> {
        match self {
            InputKind::Choice(options) => options
                .first()
                .map(|(key, _)| FormulaValue::Text(key.clone())),
            InputKind::Choices(_) => Some(FormulaValue::Choices(Vec::new())),
            InputKind::Toggle => Some(FormulaValue::Boolean(false)),
            InputKind::Text => Some(FormulaValue::Text(String::new())),
            _ => None,
        }
    }

    /// The type that the answer has in formulas.
    pub fn of(&self) -> ValueType {
        let keys =
            |options: &[(String, String)]| options.iter().map(|(key, _)| key.clone()).collect();
        match self {
            InputKind::Number(_, unit) | InputKind::Money(_, unit) => {
                ValueType::Number(Measure::Of(unit.clone()))
            }
            InputKind::Percent(_) => ValueType::plain(),
            InputKind::Choice(options) => ValueType::Text(Some(keys(options))),
            InputKind::Choices(options) => ValueType::Choices(keys(options)),
            InputKind::Date(_) => ValueType::Date,
            InputKind::Text => ValueType::Text(None),
            InputKind::Toggle => ValueType::Boolean,
        }
    }

    /// The range of possible answers, or [`NumberRange::ALL`] where it is not known.
    pub fn span(&self) -> NumberRange {
        match self {
            InputKind::Number(limits, _)
            | InputKind::Money(limits, _)
            | InputKind::Percent(limits) => NumberRange::new(
                limits.min.unwrap_or(f64::NEG_INFINITY),
                limits.max.unwrap_or(f64::INFINITY),
            ),
            _ => NumberRange::ALL,
        }
    }
}
