//! What pages of a kind say to machines, as data in the kind's file: JSON-LD with holes for fields.
//!
//! ```yaml
//! structured:
//!   recipeYield: $serves
//!   totalTime: $page.time
//!   step: { each: $steps, item: { "@type": HowToStep, text: $.text } }
//!   eventStatus: { of: $status, words: { cancelled: https://schema.org/EventCancelled } }
//!   startOffset: { seconds: $at }
//! ```
//! `$name` is a field of the page, `$.name` one of the item at hand, `$page.name` what every page
//! knows of itself. What has no value is left out, and so is a mapping whose holes are all empty.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Diagnostic};
use crate::renamed::{self, NameKind};
use crate::yaml::{Entry, Node, Value};

/// A value to be filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pattern {
    Text(String),
    Number(i64),
    Flag(bool),
    /// The value of this source.
    From(String),
    /// The seconds of a place in a recording.
    Seconds(String),
    /// The word that stands for the value of this source.
    Words {
        of: String,
        words: BTreeMap<String, String>,
    },
    /// One value for each item of this source.
    Each {
        of: String,
        item: Box<Pattern>,
    },
    Map(Vec<(String, Pattern)>),
    List(Vec<Pattern>),
}

/// Reads the mapping under `structured:`.
pub fn read(node: &Node, problems: &mut Vec<Diagnostic>) -> Vec<(String, Pattern)> {
    let entries = node.as_map().into_iter().flatten();
    entries
        .filter_map(|(key, entry)| Some((key.clone(), pattern(&entry.node, problems)?)))
        .collect()
}

/// A source under its new name. An old name of a page's value is reported.
fn current_source(source: &str, node: &Node, problems: &mut Vec<Diagnostic>) -> String {
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

fn pattern(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Pattern> {
    match &node.value {
        Value::Text(text) => Some(match text.strip_prefix('$') {
            Some(source) => Pattern::From(current_source(source, node, problems)),
            None => Pattern::Text(text.clone()),
        }),
        Value::Int(number) => Some(Pattern::Number(*number)),
        Value::Bool(flag) => Some(Pattern::Flag(*flag)),
        Value::List(items) => Some(Pattern::List(
            items
                .iter()
                .filter_map(|item| pattern(item, problems))
                .collect(),
        )),
        Value::Map(map) => {
            let mut source = |key: &str| {
                let node = &map.get(key)?.node;
                Some(current_source(
                    node.as_text()?.strip_prefix('$')?,
                    node,
                    problems,
                ))
            };
            if let (Some(of), Some(item)) = (source("each"), map.get("item")) {
                return Some(Pattern::Each {
                    of,
                    item: Box::new(pattern(&item.node, problems)?),
                });
            }
            if let (Some(of), Some(words)) = (
                source("of"),
                map.get("words").and_then(|entry| entry.node.as_map()),
            ) {
                let word = |(key, entry): (&String, &Entry)| {
                    Some((key.clone(), entry.node.as_text()?.to_owned()))
                };
                return Some(Pattern::Words {
                    of,
                    words: words.iter().filter_map(word).collect(),
                });
            }
            if let (Some(of), 1) = (source("seconds"), map.len()) {
                return Some(Pattern::Seconds(of));
            }
            Some(Pattern::Map(
                map.iter()
                    .filter_map(|(key, entry)| Some((key.clone(), pattern(&entry.node, problems)?)))
                    .collect(),
            ))
        }
        _ => {
            let message = format!(
                "text, `$field`, a list or a mapping expected, {} found",
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
