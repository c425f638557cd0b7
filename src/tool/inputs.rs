//! The inputs of a calculator: numbers, money, percentages, single and multiple choices, dates,
//! texts, and toggles.

mod values;

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::language::code::FormulaValue;
use super::language::name_fault;
use super::language::units::Unit;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::fields::{CheckContext, Field, FieldItem, FieldType, check};
use crate::yaml::{YamlEntry, YamlNode, YamlValue as Yaml};

/// An input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub name: String,
    pub label: String,
    pub help: Option<String>,
    pub kind: InputKind,
    /// The unit as the writer wrote it.
    pub unit: Option<String>,
    /// With `None`, there is no result until the reader answers.
    pub default: Option<FormulaValue>,
    /// Whether the answer is kept out of links.
    pub is_private: bool,
}

/// The type of an input, with its limits or options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum InputKind {
    Number(NumberLimits, Unit),
    /// Money in the currency of the unit.
    Money(NumberLimits, Unit),
    /// A fraction: 60 % is 0.6.
    Percent(NumberLimits),
    /// One of these options, each a key and a label.
    Choice(Vec<(String, String)>),
    Choices(Vec<(String, String)>),
    /// A date, in days since 1970-01-01.
    Date(NumberLimits),
    Text,
    Toggle,
}

/// The least and the greatest answer, and the step between answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NumberLimits {
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub step: Option<f64>,
}

/// The longest text that a reader may type, in characters.
pub const TEXT_CHARACTERS_MAX: usize = 200;

const TYPES: [&str; 8] = [
    "number", "money", "percent", "choice", "choices", "date", "text", "toggle",
];

/// The keys of an input.
pub static INPUT_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    vec![
        Field::text("label")
            .required()
            .about("The label or question, in a few words."),
        Field::choice("type", &TYPES)
            .about("The type of the answer.")
            .defaults_to("`number`"),
        Field::text("unit").about(
            "The unit of the number: `EUR`, `hour`, `pages`, `EUR/hour`. Money needs its currency.",
        ),
        Field::new("default", FieldType::Anything)
            .about("The initial answer. Without it, there is no result until the reader answers."),
        Field::new("min", FieldType::Anything).about("The smallest answer allowed."),
        Field::new("max", FieldType::Anything).about("The largest answer allowed."),
        Field::new("step", FieldType::Anything)
            .about("By how much the arrow keys change the answer.")
            .defaults_to("1"),
        Field::new("options", FieldType::Anything)
            .about("For `choice` and `choices`: a mapping of keys to labels, or a list."),
        Field::text("help").about("A further sentence below the label."),
        Field::boolean("private")
            .about("Whether the answer is left out of links that readers copy.")
            .defaults_to("`false`"),
    ]
});

/// Reads `inputs:`. An invalid input is reported and skipped.
pub fn read(node: &YamlNode, problems: &mut Vec<Diagnostic>) -> Vec<Input> {
    let Some(map) = node.as_map() else {
        problems.push(wrong(
            node,
            "`inputs` must be a mapping of names to inputs",
            "write `name: { label: …, type: number }`",
        ));
        return Vec::new();
    };
    map.iter()
        .filter_map(|(name, entry)| read_one(name, entry, problems))
        .collect()
}

fn read_one(name: &str, entry: &YamlEntry, problems: &mut Vec<Diagnostic>) -> Option<Input> {
    if let Some(why) = name_fault(name) {
        problems.push(
            Diagnostic::new(
                Code::BadValue,
                format!("`{name}` is not a valid name for an input"),
            )
            .at(entry.key_place.clone())
            .help(why),
        );
        return None;
    }
    let reported = problems.len();
    let items = check(&entry.node, &INPUT_FIELDS, CheckContext::PAGE).take_into(problems);
    let kind = kind(
        &entry.node,
        items
            .get("type")
            .and_then(FieldItem::as_text)
            .unwrap_or("number"),
        problems,
    )?;
    let text = |key: &str| {
        items
            .get(key)
            .and_then(FieldItem::as_text)
            .map(str::to_owned)
    };
    let input = Input {
        name: name.to_owned(),
        label: text("label")?,
        help: text("help"),
        unit: text("unit"),
        default: match entry.node.get("default") {
            Some(node) => Some(kind.value(node, problems)?),
            None => kind.unstated(),
        },
        is_private: items
            .get("private")
            .and_then(FieldItem::as_bool)
            .unwrap_or(false),
        kind,
    };
    problems[reported..]
        .iter()
        .all(|problem| !problem.is_error())
        .then_some(input)
}

fn kind(node: &YamlNode, name: &str, problems: &mut Vec<Diagnostic>) -> Option<InputKind> {
    let allowed: &[&str] = match name {
        "number" | "money" => &["unit", "min", "max", "step"],
        "percent" | "date" => &["min", "max", "step"],
        "choice" | "choices" => &["options"],
        _ => &[],
    };
    for key in ["unit", "min", "max", "step", "options"]
        .iter()
        .filter(|key| !allowed.contains(key))
    {
        if let Some(entry) = node.as_map().and_then(|map| map.get(*key)) {
            let problem = Diagnostic::new(
                Code::BadValue,
                format!("`{key}` has no effect on an input of the type `{name}`"),
            );
            problems.push(
                problem
                    .at(entry.key_place.clone())
                    .help(format!("delete `{key}`, or change `type`")),
            );
        }
    }
    match name {
        "number" => Some(InputKind::Number(
            limits(node, &number, &number, problems),
            unit(node, problems)?,
        )),
        "money" => {
            let unit = unit(node, problems)?;
            if unit.currency().is_none() {
                let place = node
                    .get("unit")
                    .map_or(&node.place, |unit| &unit.place)
                    .clone();
                let problem = Diagnostic::new(
                    Code::MissingField,
                    "an input of type `money` needs a `unit` with its currency",
                )
                .at(place);
                problems.push(problem.help("write the three letters of the currency: `unit: EUR`"));
                return None;
            }
            Some(InputKind::Money(
                limits(node, &number, &number, problems),
                unit,
            ))
        }
        "percent" => Some(InputKind::Percent(limits(
            node, &percent, &percent, problems,
        ))),
        "date" => Some(InputKind::Date(limits(node, &date, &number, problems))),
        "choice" => options(node, problems).map(InputKind::Choice),
        "choices" => options(node, problems).map(InputKind::Choices),
        "text" => Some(InputKind::Text),
        _ => Some(InputKind::Toggle),
    }
}

/// Reads the `unit:` of an input or a result; without one, the unit is plain.
pub(super) fn unit(node: &YamlNode, problems: &mut Vec<Diagnostic>) -> Option<Unit> {
    let Some(stated) = node.get("unit") else {
        return Some(Unit::plain());
    };
    match Unit::parse(stated.as_text().unwrap_or_default()) {
        Ok(unit) => Some(unit),
        Err(message) => {
            problems.push(Diagnostic::new(Code::BadValue, message).at(stated.place.clone()));
            None
        }
    }
}

/// Reads a number in the form of an input's type. The error holds what was expected and an example.
type ReadNumber = dyn Fn(&YamlNode) -> Result<f64, (&'static str, &'static str)>;

/// Reads `min`, `max` and `step`. The step may have another form than the limits: between dates it
/// is a number of days.
fn limits(
    node: &YamlNode,
    read: &ReadNumber,
    read_step: &ReadNumber,
    problems: &mut Vec<Diagnostic>,
) -> NumberLimits {
    let mut limit = |key: &str, read: &ReadNumber| {
        let node = node.get(key)?;
        read(node)
            .map_err(|expected| problems.push(unexpected(node, key, expected)))
            .ok()
    };
    let (min, max) = (limit("min", read), limit("max", read));
    let step = limit("step", read_step);
    if let (Some(low), Some(high), Some(at)) = (min, max, node.get("min"))
        && low > high
    {
        problems.push(wrong(at, "`min` is greater than `max`", "swap them"));
    }
    if let (Some(step), Some(at)) = (step, node.get("step"))
        && step <= 0.0
    {
        problems.push(wrong(
            at,
            "`step` must be greater than 0",
            "write a positive number, or delete `step` for steps of 1",
        ));
    }
    NumberLimits { min, max, step }
}

pub(super) fn number(node: &YamlNode) -> Result<f64, (&'static str, &'static str)> {
    #[expect(clippy::cast_precision_loss, reason = "formulas count in doubles")]
    match node.value {
        Yaml::Int(value) => Ok(value as f64),
        Yaml::Float(value) if value.is_finite() => Ok(value),
        _ => Err(("a number", "12.5")),
    }
}

pub(super) fn percent(node: &YamlNode) -> Result<f64, (&'static str, &'static str)> {
    let written = node
        .as_text()
        .and_then(|text| text.trim().strip_suffix('%'))
        .and_then(|text| text.trim().parse::<f64>().ok());
    written
        .filter(|value| value.is_finite())
        .map(|value| value / 100.0)
        .ok_or(("a percentage", "60%"))
}

/// Reads a date as the number of days since 1970-01-01.
pub(super) fn date(node: &YamlNode) -> Result<f64, (&'static str, &'static str)> {
    let date = node
        .as_text()
        .and_then(|text| text.trim().parse::<Date>().ok());
    date.map(days).ok_or(("a date", "2026-01-31"))
}

/// Returns the number of days since 1970-01-01.
pub fn days(date: Date) -> f64 {
    f64::from(
        i32::try_from(date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24).unwrap_or(0),
    )
}

/// Returns the date of a number of days; `None` outside the years 1 to 9999.
pub fn day(days: f64) -> Option<Date> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "larger values are excluded before the cast"
    )]
    let span = (days.abs() < 4e6).then(|| jiff::Span::new().days(days.floor() as i64))?;
    Date::constant(1970, 1, 1)
        .checked_add(span)
        .ok()
        .filter(|date| date.year() >= 1)
}

fn options(node: &YamlNode, problems: &mut Vec<Diagnostic>) -> Option<Vec<(String, String)>> {
    const HELP: &str = "write `options: { key: Label, other: Other label }`";
    let Some(stated) = node.get("options") else {
        problems.push(
            Diagnostic::new(Code::MissingField, "a choice needs `options`")
                .at(node.place.clone())
                .help(HELP),
        );
        return None;
    };
    let pairs: Option<Vec<(String, String)>> = match &stated.value {
        Yaml::Map(map) => map
            .iter()
            .map(|(key, entry)| Some((key.clone(), entry.node.as_text()?.trim().to_owned())))
            .collect(),
        Yaml::List(items) => items
            .iter()
            .map(|item| {
                item.as_text()
                    .map(|text| (text.trim().to_owned(), text.trim().to_owned()))
            })
            .collect(),
        _ => None,
    };
    let is_twice = |pairs: &Vec<(String, String)>| {
        pairs
            .iter()
            .enumerate()
            .any(|(at, (key, _))| pairs[..at].iter().any(|(other, _)| other == key))
    };
    match pairs {
        Some(pairs) if pairs.is_empty() || is_twice(&pairs) => {
            problems.push(wrong(stated, "each option needs a unique key", HELP));
            None
        }
        Some(pairs) => Some(pairs),
        None => {
            problems.push(wrong(
                stated,
                "`options` must be a mapping of keys to labels, or a list of texts",
                HELP,
            ));
            None
        }
    }
}

fn option(
    node: &YamlNode,
    options: &[(String, String)],
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    let written = node.as_text().unwrap_or_default();
    if options.iter().any(|(key, _)| key == written) {
        return Some(written.to_owned());
    }
    let keys = || options.iter().map(|(key, _)| key.as_str());
    let help = nearest(written, keys()).map_or_else(
        || {
            format!(
                "the options are {}",
                keys()
                    .map(|key| format!("`{key}`"))
                    .collect::<Vec<_>>()
                    .join(", ")
            )
        },
        |near| format!("did you mean `{near}`?"),
    );
    problems.push(wrong(
        node,
        &format!("`{written}` is not one of the options"),
        &help,
    ));
    None
}

fn unexpected(node: &YamlNode, key: &str, (expected, example): (&str, &str)) -> Diagnostic {
    let found = node.as_text().map_or_else(
        || node.noun().to_owned(),
        |text| format!("`{}`", text.chars().take(40).collect::<String>()),
    );
    let message = format!("expected {expected}, found {found}");
    let help = if key == "value" {
        format!("write it as `{example}`")
    } else {
        format!("write `{key}: {example}`")
    };
    Diagnostic::new(Code::WrongType, message)
        .at(node.place.clone())
        .help(help)
}

fn wrong(node: &YamlNode, message: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::BadValue, message)
        .at(node.place.clone())
        .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1970() {
        for (date, number) in [
            ((1970, 1, 1), 0.0),
            ((2000, 3, 1), 11_017.0),
            ((2024, 2, 29), 19_782.0),
            ((1900, 3, 1), -25_508.0),
            ((1, 1, 1), -719_162.0),
        ] {
            let date = Date::constant(date.0, date.1, date.2);
            assert_eq!(days(date), number, "{date}");
            assert_eq!(day(number), Some(date));
        }
        assert_eq!((day(1e9), day(f64::NAN)), (None, None));
    }
}
