//! Structured data (JSON-LD) of the pages of a kind, as a pattern in the kind's file with
//! placeholders for fields.
//!
//! ```yaml
//! structured:
//!   recipeYield: $serves
//!   totalTime: $page.time
//!   step: { each: $steps, item: { "@type": HowToStep, text: $.text } }
//!   eventStatus: { of: $status, words: { cancelled: https://schema.org/EventCancelled } }
//!   startOffset: { seconds: $at }
//! ```
//! `$name` is a field of the page, `$.name` a field of the current item, and `$page.name` a value
//! that every page has. Placeholders without a value are left out, and so is a mapping whose
//! placeholders are all empty.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Diagnostic};
use crate::renamed::{self, NameKind};
use crate::yaml::{YamlEntry, YamlNode, YamlValue};

/// A JSON value with placeholders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum JsonPattern {
    Text(String),
    Number(i64),
    Flag(bool),
    /// The value of this source.
    From(String),
    /// A time in a recording, in seconds.
    Seconds(String),
    /// The word that replaces the value of this source.
    Words {
        of: String,
        words: BTreeMap<String, String>,
    },
    /// One value for each item of this source.
    Each {
        of: String,
        item: Box<JsonPattern>,
    },
    Map(Vec<(String, JsonPattern)>),
    List(Vec<JsonPattern>),
}

/// Reads the mapping under `structured:`.
pub fn read(node: &YamlNode, problems: &mut Vec<Diagnostic>) -> Vec<(String, JsonPattern)> {
    let entries = node.as_map().into_iter().flatten();
    entries
        .filter_map(|(key, entry)| Some((key.clone(), pattern(&entry.node, problems)?)))
        .collect()
}

/// Returns the new name of a source. An old name of a page's value is reported.
fn current_source(source: &str, node: &YamlNode, problems: &mut Vec<Diagnostic>) -> String {
    let new = source
        .strip_prefix("page.")
        .and_then(|name| renamed::new_name(NameKind::TemplateValue, name));
    let Some(new) = new.map(|new| format!("page.{new}")) else {
        return source.to_owned();
    };
    problems.push(renamed::problem(
        &format!("${source}"),
        &format!("${new}"),
        node.place.clone(),
    ));
    new
}

fn pattern(node: &YamlNode, problems: &mut Vec<Diagnostic>) -> Option<JsonPattern> {
    match &node.value {
        YamlValue::Text(text) => Some(match text.strip_prefix('$') {
            Some(source) => JsonPattern::From(current_source(source, node, problems)),
            None => JsonPattern::Text(text.clone()),
        }),
        YamlValue::Int(number) => Some(JsonPattern::Number(*number)),
        YamlValue::Bool(flag) => Some(JsonPattern::Flag(*flag)),
        YamlValue::List(items) => Some(JsonPattern::List(
            items
                .iter()
                .filter_map(|item| pattern(item, problems))
                .collect(),
        )),
        YamlValue::Map(map) => {
            let mut source = |key: &str| {
                let node = &map.get(key)?.node;
                Some(current_source(
                    node.as_text()?.strip_prefix('$')?,
                    node,
                    problems,
                ))
            };
            if let (Some(of), Some(item)) = (source("each"), map.get("item")) {
                return Some(JsonPattern::Each {
                    of,
                    item: Box::new(pattern(&item.node, problems)?),
                });
            }
            if let (Some(of), Some(words)) = (
                source("of"),
                map.get("words").and_then(|entry| entry.node.as_map()),
            ) {
                let word = |(key, entry): (&String, &YamlEntry)| {
                    Some((key.clone(), entry.node.as_text()?.to_owned()))
                };
                return Some(JsonPattern::Words {
                    of,
                    words: words.iter().filter_map(word).collect(),
                });
            }
            if let (Some(of), 1) = (source("seconds"), map.len()) {
                return Some(JsonPattern::Seconds(of));
            }
            Some(JsonPattern::Map(
                map.iter()
                    .filter_map(|(key, entry)| Some((key.clone(), pattern(&entry.node, problems)?)))
                    .collect(),
            ))
        }
        _ => {
            let message = format!(
                "expected text, `$field`, a list or a mapping, found {}",
                node.noun()
            );
            problems.push(
                Diagnostic::new(Code::WrongType, message)
                    .at(node.place.clone())
                    .help("write `property: $field`"),
            );
            None
        }
    }
}
