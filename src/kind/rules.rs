//! Rules that pages of a kind must keep to besides the types of their fields, as data in the kind's
//! file.
//!
//! ```yaml
//! checks:
//!   - { field: end, after: start }
//!   - { any_of: [place, online_url], say: nobody can tell where this is }
//!   - { field: steps, distinct: page }
//!   - { headings: 1, severity: warning }
//! ```
//! One rule an item. `say` and `help` are the words of the message where the usual ones are not
//! clear enough. [`broken`] holds them against a page; that two links lead to one page only the
//! site can tell ([`Demand::Distinct`] of links).

use std::cmp::Ordering;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::fields::links::are_links;
use crate::fields::{Field, FieldType, Item, Items, Value};
use crate::moment::Moment;

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub demand: Demand,
    /// In place of the usual message.
    pub say: Option<String>,
    pub help: Option<String>,
    pub severity: Severity,
}

/// What a rule asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Demand {
    /// A day, a moment or a number is later than another.
    After { field: String, other: String },
    /// A field is there when another is.
    RequiredWith { field: String, other: String },
    /// At least one of these fields is there.
    AnyOf(Vec<String>),
    /// At most one of these fields is there.
    OneOf(Vec<String>),
    /// No two items of a list are the same, or no two have the same value under this key.
    Distinct { field: String, key: Option<String> },
    /// The body has at least so many second-level headings.
    Headings(usize),
}

/// The keys of a rule.
pub fn fields() -> Vec<Field> {
    vec![
        Field::text("field"),
        Field::text("after"),
        Field::text("required_with"),
        Field::list("any_of", FieldType::Text),
        Field::list("one_of", FieldType::Text),
        Field::new(
            "distinct",
            FieldType::Either(vec![FieldType::Boolean, FieldType::Text]),
        ),
        Field::integer("headings"),
        Field::text("message"),
        Field::text("help"),
        Field::choice("severity", &["warning", "error"]),
    ]
}

/// The items of a rule that name fields of the kind.
pub fn named(rule: &Item) -> Vec<&Item> {
    let Some(map) = rule.as_map() else {
        return Vec::new();
    };
    let single = ["field", "after", "required_with"]
        .into_iter()
        .filter_map(|key| map.get(key));
    let lists = ["any_of", "one_of"]
        .into_iter()
        .filter_map(|key| map.get(key))
        .flat_map(Item::as_list);
    single.chain(lists).collect()
}

/// Reads a checked item of `checks:`.
pub fn read(item: &Item, problems: &mut Vec<Diagnostic>) -> Option<Rule> {
    let map = item.as_map()?;
    let text = |key: &str| map.get(key).and_then(Item::as_text).map(str::to_owned);
    let texts = |key: &str| -> Option<Vec<String>> {
        Some(
            map.get(key)?
                .as_list()
                .iter()
                .filter_map(Item::as_text)
                .map(str::to_owned)
                .collect(),
        )
    };
    let demand = || -> Option<Demand> {
        if let Some(names) = texts("any_of") {
            return Some(Demand::AnyOf(names));
        }
        if let Some(names) = texts("one_of") {
            return Some(Demand::OneOf(names));
        }
        if let Some(count) = map.get("headings").and_then(Item::as_integer) {
            return Some(Demand::Headings(usize::try_from(count).ok()?));
        }
        let field = text("field")?;
        if let Some(other) = text("after") {
            return Some(Demand::After { field, other });
        }
        if let Some(other) = text("required_with") {
            return Some(Demand::RequiredWith { field, other });
        }
        map.get("distinct").map(|item| Demand::Distinct {
            field,
            key: item.as_text().map(str::to_owned),
        })
    };
    let Some(demand) = demand() else {
        let help = "write `{ field: end, after: start }`, or one of `required_with`, `any_of`, `one_of`, `distinct`, `headings`";
        problems.push(
            Diagnostic::new(Code::BadValue, "this rule asks for nothing")
                .at(item.place.clone())
                .help(help),
        );
        return None;
    };
    let severity = if text("severity").as_deref() == Some("warning") {
        Severity::Warning
    } else {
        Severity::Error
    };
    Some(Rule {
        demand,
        say: text("message"),
        help: text("help"),
        severity,
    })
}

/// What a rule is held against.
pub struct Subject<'a> {
    pub fields: &'a [Field],
    pub items: &'a Items,
    /// How many second-level headings the body has.
    pub headings: usize,
    /// Where the page begins.
    pub start: &'a Place,
    /// The time zone of times that state none.
    pub zone: &'a TimeZone,
    /// The fields for when the page takes place begins and ends, where it does.
    pub lasts: Option<(&'a str, &'a str)>,
}

/// The rules that a page breaks, each told at the value that is to blame.
pub fn broken(rules: &[Rule], subject: &Subject) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for rule in rules {
        let Some((message, help, place)) = fault(&rule.demand, subject) else {
            continue;
        };
        let problem = Diagnostic::new(Code::KindRule, rule.say.clone().unwrap_or(message))
            .severity(rule.severity);
        problems.push(problem.help(rule.help.clone().unwrap_or(help)).at(place));
    }
    problems
}

/// Message, help and place.
type Fault = (String, String, Place);

fn fault(demand: &Demand, subject: &Subject) -> Option<Fault> {
    let item = |name: &String| subject.items.get(name);
    let quoted = |names: &[String]| {
        names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(" or ")
    };
    match demand {
        Demand::After { field, other } => {
            let (later, earlier) = (item(field)?, item(other)?);
            // What takes place on one whole day ends on it.
            let is_one_day = subject.lasts == Some((other, field))
                && matches!((&later.value, &earlier.value), (Value::Date(a), Value::Date(b)) if a == b);
            let is_after = is_one_day
                || compare(&later.value, &earlier.value, subject.zone)? == Ordering::Greater;
            let message = format!(
                "`{field}` is not after `{other}` ({})",
                shown(&earlier.value)
            );
            (!is_after).then(|| {
                (
                    message,
                    format!("write a later `{field}`, or an earlier `{other}`"),
                    later.place.clone(),
                )
            })
        }
        Demand::RequiredWith { field, other } => {
            let reason = item(other)?;
            if item(field).is_some() {
                return None;
            }
            let about = subject.fields.iter().find(|known| known.name == *field);
            let about = about.map_or_else(String::new, |field| {
                format!(" ({}): {}", field.kind, field.description)
            });
            Some((
                format!("`{field}` is missing, which `{other}` needs"),
                format!("add `{field}`{about}"),
                reason.place.clone(),
            ))
        }
        Demand::AnyOf(names) => {
            let is_there = names.iter().any(|name| item(name).is_some());
            let message = || format!("{} is missing", quoted(names));
            (!is_there).then(|| {
                (
                    message(),
                    "add one of them".to_owned(),
                    subject.start.clone(),
                )
            })
        }
        Demand::OneOf(names) => {
            let mut given = names.iter().filter_map(|name| Some((name, item(name)?)));
            let (first, (second, item)) = (given.next()?, given.next()?);
            let message = format!("`{second}` is given beside `{}`", first.0);
            Some((
                message,
                format!("keep one of {}", quoted(names)),
                item.place.clone(),
            ))
        }
        Demand::Distinct { field, key } => {
            if subject
                .fields
                .iter()
                .any(|known| known.name == *field && are_links(known, key.as_deref()))
            {
                return None;
            }
            let items = item(field)?.as_list();
            let value = |item: &'_ Item| match key {
                Some(key) => item
                    .as_map()
                    .and_then(|map| map.get(key))
                    .map(|item| item.value.clone()),
                None => Some(item.value.clone()),
            };
            let values: Vec<Option<Value>> = items.iter().map(value).collect();
            let twice = (1..items.len())
                .find(|at| values[*at].is_some() && values[..*at].contains(&values[*at]))?;
            let message = format!(
                "`{field}` has the same twice ({})",
                shown(values[twice].as_ref()?)
            );
            Some((
                message,
                "keep one of the two".to_owned(),
                items[twice].place.clone(),
            ))
        }
        Demand::Headings(least) => {
            let message = format!(
                "this page has {} second-level headings, and its kind wants at least {least}",
                subject.headings
            );
            (subject.headings < *least).then(|| {
                (
                    message,
                    "write `## …` above each part".to_owned(),
                    subject.start.clone(),
                )
            })
        }
    }
}

/// Which of two values is the later or larger; `None` where they cannot be compared.
fn compare(a: &Value, b: &Value, zone: &TimeZone) -> Option<Ordering> {
    let moment = |value: &Value| match value {
        Value::Date(day) => Some(Moment::Day(*day)),
        Value::Text(text) => Moment::read(text, zone),
        _ => None,
    };
    let number = |value: &Value| {
        Item {
            value: value.clone(),
            place: Place::start_of(&crate::paths::SourcePath::root()),
        }
        .as_number()
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.partial_cmp(&b),
        _ => Some(moment(a)?.compare(&moment(b)?)),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Date(day) => day.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        _ => "the same".to_owned(),
    }
}
