//! Rules for the pages of a kind in addition to the types of their fields, as data in the kind's
//! file.
//!
//! ```yaml
//! checks:
//!   - { field: end, after: start }
//!   - { any_of: [place, online_url], message: the page does not say where this takes place }
//!   - { field: steps, distinct: page }
//!   - { headings: 1, severity: warning }
//! ```
//! Each item is one rule. `message` and `help` replace the usual texts of the problem if those are
//! not clear enough. [`broken`] checks a page against the rules; only the site can check whether
//! two links have the same target ([`Constraint::Distinct`] of links).

use std::cmp::Ordering;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Diagnostic, Location, Severity};
use crate::fields::links::are_links;
use crate::fields::{Field, FieldItem, FieldItems, FieldType, Value};
use crate::moment::Moment;

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindRule {
    pub demand: Constraint,
    /// Replaces the usual message.
    pub say: Option<String>,
    pub help: Option<String>,
    pub severity: Severity,
}

/// What a rule requires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Constraint {
    /// A day, a moment or a number is later than another.
    After { field: String, other: String },
    /// A field is set if another is.
    RequiredWith { field: String, other: String },
    /// At least one of these fields is set.
    AnyOf(Vec<String>),
    /// At most one of these fields is set.
    OneOf(Vec<String>),
    /// All items of a list are different, or all have different values for this key.
    Distinct { field: String, key: Option<String> },
    /// The body has at least this many second-level headings.
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

/// Returns the items of a rule that name fields of the kind.
pub fn named(rule: &FieldItem) -> Vec<&FieldItem> {
    let Some(map) = rule.as_map() else {
        return Vec::new();
    };
    let single = ["field", "after", "required_with"]
        .into_iter()
        .filter_map(|key| map.get(key));
    let lists = ["any_of", "one_of"]
        .into_iter()
        .filter_map(|key| map.get(key))
        .flat_map(FieldItem::as_list);
    single.chain(lists).collect()
}

/// Reads a checked item of `checks:`.
pub fn read(item: &FieldItem, problems: &mut Vec<Diagnostic>) -> Option<KindRule> {
    let map = item.as_map()?;
    let text = |key: &str| map.get(key).and_then(FieldItem::as_text).map(str::to_owned);
    let texts = |key: &str| -> Option<Vec<String>> {
        Some(
            map.get(key)?
                .as_list()
                .iter()
                .filter_map(FieldItem::as_text)
                .map(str::to_owned)
                .collect(),
        )
    };
    let demand = || -> Option<Constraint> {
        if let Some(names) = texts("any_of") {
            return Some(Constraint::AnyOf(names));
        }
        if let Some(names) = texts("one_of") {
            return Some(Constraint::OneOf(names));
        }
        if let Some(count) = map.get("headings").and_then(FieldItem::as_integer) {
            return Some(Constraint::Headings(usize::try_from(count).ok()?));
        }
        let field = text("field")?;
        if let Some(other) = text("after") {
            return Some(Constraint::After { field, other });
        }
        if let Some(other) = text("required_with") {
            return Some(Constraint::RequiredWith { field, other });
        }
        map.get("distinct").map(|item| Constraint::Distinct {
            field,
            key: item.as_text().map(str::to_owned),
        })
    };
    let Some(demand) = demand() else {
        let help = "write `{ field: end, after: start }`, or one of `required_with`, `any_of`, `one_of`, `distinct`, `headings`";
        problems.push(
            Diagnostic::new(Code::BadValue, "this rule has no effect")
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
    Some(KindRule {
        demand,
        say: text("message"),
        help: text("help"),
        severity,
    })
}

/// The page that rules are checked against.
pub struct RuleSubject<'a> {
    pub fields: &'a [Field],
    pub items: &'a FieldItems,
    /// The number of second-level headings in the body.
    pub headings: usize,
    /// The beginning of the page.
    pub start: &'a Location,
    /// The time zone of times that do not state one.
    pub zone: &'a TimeZone,
    /// The names of the fields for an event's start and end, if the page is an event.
    pub lasts: Option<(&'a str, &'a str)>,
}

/// Returns the rules that a page breaks, each at the value that causes the problem.
pub fn broken(rules: &[KindRule], subject: &RuleSubject) -> Vec<Diagnostic> {
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

/// The message, help and location of a broken rule.
type RuleFault = (String, String, Location);

fn fault(demand: &Constraint, subject: &RuleSubject) -> Option<RuleFault> {
    let item = |name: &String| subject.items.get(name);
    let quoted = |names: &[String]| {
        names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(" or ")
    };
    match demand {
        Constraint::After { field, other } => {
            let (later, earlier) = (item(field)?, item(other)?);
            // An event on a single whole day ends on that day.
            let is_one_day = subject.lasts == Some((other, field))
                && matches!((&later.value, &earlier.value), (Value::Date(a), Value::Date(b)) if a == b);
            let is_after = is_one_day
                || compare(&later.value, &earlier.value, subject.zone)? == Ordering::Greater;
            let message = format!(
                "`{field}` is not after `{other}` ({})",
                display_value(&earlier.value)
            );
            (!is_after).then(|| {
                (
                    message,
                    format!("write a later `{field}`, or an earlier `{other}`"),
                    later.place.clone(),
                )
            })
        }
        Constraint::RequiredWith { field, other } => {
            let reason = item(other)?;
            if item(field).is_some() {
                return None;
            }
            let about = subject.fields.iter().find(|known| known.name == *field);
            let about = about.map_or_else(String::new, |field| {
                format!(" ({}): {}", field.kind, field.description)
            });
            Some((
                format!("`{field}` is missing, but `{other}` requires it"),
                format!("add `{field}`{about}"),
                reason.place.clone(),
            ))
        }
        Constraint::AnyOf(names) => {
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
        Constraint::OneOf(names) => {
            let mut given = names.iter().filter_map(|name| Some((name, item(name)?)));
            let (first, (second, item)) = (given.next()?, given.next()?);
            let message = format!("`{second}` cannot be combined with `{}`", first.0);
            Some((
                message,
                format!("keep one of {}", quoted(names)),
                item.place.clone(),
            ))
        }
        Constraint::Distinct { field, key } => {
            if subject
                .fields
                .iter()
                .any(|known| known.name == *field && are_links(known, key.as_deref()))
            {
                return None;
            }
            let items = item(field)?.as_list();
            let value = |item: &'_ FieldItem| match key {
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
                "`{field}` contains the same value twice ({})",
                display_value(values[twice].as_ref()?)
            );
            Some((
                message,
                "delete one of them".to_owned(),
                items[twice].place.clone(),
            ))
        }
        Constraint::Headings(least) => {
            let message = format!(
                "this page has {} second-level headings, but its kind requires at least {least}",
                subject.headings
            );
            (subject.headings < *least).then(|| {
                (
                    message,
                    "write `## …` above each section".to_owned(),
                    subject.start.clone(),
                )
            })
        }
    }
}

/// Compares two values; returns `None` if they cannot be compared.
fn compare(a: &Value, b: &Value, zone: &TimeZone) -> Option<Ordering> {
    let moment = |value: &Value| match value {
        Value::Date(day) => Some(Moment::Day(*day)),
        Value::Text(text) => Moment::read(text, zone),
        _ => None,
    };
    let number = |value: &Value| {
        FieldItem {
            value: value.clone(),
            place: Location::start_of(&crate::paths::SourcePath::root()),
        }
        .as_number()
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a.partial_cmp(&b),
        _ => Some(moment(a)?.compare(&moment(b)?)),
    }
}

fn display_value(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Date(day) => day.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Number(number) => number.to_string(),
        _ => "the same".to_owned(),
    }
}
