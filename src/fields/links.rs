//! Finds the links in a page's own fields by the fields' types. The order is always that of the
//! definitions, then that of the text, so resolving and rendering process the links in the same
//! order.

use serde::{Deserialize, Serialize};

use super::{Field, FieldItem, FieldItems, FieldType, LocatedValue, Value};
use crate::kind::Kind;
use crate::kind::rules::Constraint;

/// A link in a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldLink {
    pub target: LocatedValue<String>,
    pub wants: LinkRequirement,
    /// The field in which no two links may have the same target page.
    pub distinct: Option<String>,
}

/// What the target of a link must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LinkRequirement {
    Anything,
    Page,
    /// A file with one of these extensions, or any file if there are none.
    File(Vec<String>),
}

impl FieldType {
    /// Returns what the target of a link of this type must be; `None` if the type is not a link.
    pub fn requirement_of(&self) -> Option<LinkRequirement> {
        match self {
            FieldType::Link => Some(LinkRequirement::Anything),
            FieldType::Page => Some(LinkRequirement::Page),
            FieldType::File(extensions) => Some(LinkRequirement::File(extensions.clone())),
            _ => None,
        }
    }

    /// Returns which of several types a checked value has.
    pub fn of_value(&self, value: &Value) -> &FieldType {
        let FieldType::Either(kinds) = self else {
            return self;
        };
        let fits = |kind: &&FieldType| match kind {
            FieldType::Map(_) | FieldType::MapOf(_) => matches!(value, Value::Map(_)),
            FieldType::List(_) | FieldType::Terms => matches!(value, Value::List(_)),
            _ => !matches!(value, Value::Map(_) | Value::List(_)),
        };
        kinds
            .iter()
            .find(fits)
            .map_or(self, |kind| kind.of_value(value))
    }
}

/// Returns the links in a page's own fields.
pub fn of_page(items: &FieldItems, kind: &Kind) -> Vec<FieldLink> {
    let mut links = Vec::new();
    for field in &kind.fields {
        if let Some(item) = items.get(&field.name) {
            collect(item, &field.kind, (&field.name, None), kind, &mut links);
        }
    }
    links
}

/// Collects the links of a value. `within` is the name of the page's field and the key of the
/// mapping in it.
fn collect(
    item: &FieldItem,
    kind_of_value: &FieldType,
    within: (&str, Option<&str>),
    kind: &Kind,
    links: &mut Vec<FieldLink>,
) {
    let of = kind_of_value.of_value(&item.value);
    match (&item.value, of) {
        (Value::List(items), FieldType::List(of)) => items
            .iter()
            .for_each(|item| collect(item, of, within, kind, links)),
        (Value::Map(items), FieldType::Map(fields)) => {
            for field in fields {
                if let Some(item) = items.get(&field.name) {
                    collect(
                        item,
                        &field.kind,
                        (within.0, Some(&field.name)),
                        kind,
                        links,
                    );
                }
            }
        }
        _ => {
            let (Some(wants), Some(target)) = (of.requirement_of(), source(item)) else {
                return;
            };
            let distinct = kind
                .rules
                .iter()
                .any(|rule| is_distinct(&rule.demand, within))
                .then(|| within.0.to_owned());
            links.push(FieldLink {
                target,
                wants,
                distinct,
            });
        }
    }
}

/// Returns the target of a link, or the file of an image with alt text (`{ src, alt }`), which some
/// common fields accept.
pub fn source(item: &FieldItem) -> Option<LocatedValue<String>> {
    item.to_placed()
        .or_else(|| item.as_map()?.get("src")?.to_placed())
}

fn is_distinct(demand: &Constraint, within: (&str, Option<&str>)) -> bool {
    matches!(demand, Constraint::Distinct { field, key } if field == within.0 && key.as_deref() == within.1)
}

/// Returns whether the values that must be distinct are links, which the site compares by their
/// targets.
pub fn are_links(field: &Field, key: Option<&str>) -> bool {
    let FieldType::List(of) = &field.kind else {
        return false;
    };
    match (&**of, key) {
        (FieldType::Map(fields), Some(key)) => fields
            .iter()
            .any(|field| field.name == key && field.kind.requirement_of().is_some()),
        (of, None) => of.requirement_of().is_some(),
        _ => false,
    }
}
