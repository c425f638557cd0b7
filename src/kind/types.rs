//! Reads the types of fields in a kind's file: a word, a list with one type in it, or a mapping.

use std::sync::LazyLock;

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::fields::{CheckContext, Field, FieldItem, FieldType, check};
use crate::renamed;
use crate::yaml::{YamlEntry, YamlNode, YamlValue};

/// The keys of one field's definition.
static DEFINITION_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    vec![
        Field::new("type", FieldType::Anything).required(),
        Field::boolean("required"),
        Field::text("description"),
        Field::text("default"),
        Field::list("also", FieldType::Text),
        Field::integer("max_length"),
    ]
});

/// Reads a mapping from names to field definitions.
pub fn read_fields(node: &YamlNode, problems: &mut Vec<Diagnostic>) -> Vec<Field> {
    let entries = node.as_map().into_iter().flatten();
    entries
        .filter_map(|(name, entry)| read_field(name, entry, problems))
        .collect()
}

/// Reads the definition of a field: a mapping with `type`, or the type alone.
fn read_field(name: &str, entry: &YamlEntry, problems: &mut Vec<Diagnostic>) -> Option<Field> {
    let node = &entry.node;
    let Some(type_node) = node.get("type") else {
        return Some(Field::new(name, read_type(node, name, problems)?));
    };
    let items = check(node, &DEFINITION_FIELDS, CheckContext::PAGE).take_into(problems);
    let text = |key: &str| {
        items
            .get(key)
            .and_then(FieldItem::as_text)
            .unwrap_or_default()
    };
    Some(Field {
        is_required: items
            .get("required")
            .and_then(FieldItem::as_bool)
            .unwrap_or(false),
        also: super::texts(&items, "also"),
        length_max: items
            .get("max_length")
            .and_then(FieldItem::as_integer)
            .and_then(|length| usize::try_from(length).ok()),
        ..Field::new(name, read_type(type_node, name, problems)?)
            .about(text("description"))
            .defaults_to(text("default"))
    })
}

fn read_type(node: &YamlNode, name: &str, problems: &mut Vec<Diagnostic>) -> Option<FieldType> {
    match &node.value {
        YamlValue::Text(word) => {
            let simple = SIMPLE_TYPES
                .iter()
                .find(|(known, _)| known == word)
                .map(|(_, kind)| kind.clone());
            if simple.is_none() {
                let names = || SIMPLE_TYPES.iter().map(|(known, _)| *known);
                let near = nearest(word, names());
                let otherwise = || {
                    format!(
                        "use one of {}, a list of one of them in `[ ]`, or `{{ choice: [a, b] }}`",
                        names().collect::<Vec<_>>().join(", ")
                    )
                };
                let message = format!("`{name}`: unknown type `{word}`");
                problems.push(
                    Diagnostic::new(Code::BadValue, message)
                        .at(node.place.clone())
                        .suggest(word, near, otherwise),
                );
            }
            simple
        }
        YamlValue::List(items) if items.len() == 1 => {
            Some(FieldType::list(read_type(&items[0], name, problems)?))
        }
        YamlValue::Map(map) if map.len() == 1 => {
            let (key, entry) = map.first().expect("its length is one");
            match (key.as_str(), &entry.node.value) {
                ("choice", YamlValue::List(words)) => {
                    let word =
                        |node: &YamlNode| Some(current_word(name, node, problems)?.to_owned());
                    Some(FieldType::Choice(words.iter().filter_map(word).collect()))
                }
                ("either", YamlValue::List(kinds)) => Some(FieldType::Either(
                    kinds
                        .iter()
                        .filter_map(|kind| read_type(kind, name, problems))
                        .collect(),
                )),
                ("file", YamlValue::List(extensions)) if !is_type(extensions) => {
                    let extensions = extensions.iter().filter_map(YamlNode::as_text);
                    Some(FieldType::File(
                        extensions
                            .map(|extension| extension.trim_start_matches('.').to_lowercase())
                            .collect(),
                    ))
                }
                ("map_of", _) => Some(FieldType::map_of(read_type(&entry.node, name, problems)?)),
                _ => Some(FieldType::Map(read_fields(node, problems))),
            }
        }
        YamlValue::Map(_) => Some(FieldType::Map(read_fields(node, problems))),
        _ => {
            let message = format!("`{name}`: expected a type, found {}", node.noun());
            let words: Vec<&str> = node
                .as_list()
                .unwrap_or_default()
                .iter()
                .filter_map(YamlNode::as_text)
                .collect();
            let help = if words.len() > 1 {
                format!(
                    "write a choice of words as `{{ choice: [{}] }}`; a list of a type has one type in it: `[text]`",
                    words.join(", ")
                )
            } else {
                "write a word such as `text`, or a list with one type in it: `[text]`".to_owned()
            };
            problems.push(
                Diagnostic::new(Code::WrongType, message)
                    .at(node.place.clone())
                    .help(help),
            );
            None
        }
    }
}

/// Returns the current name of a word to choose from. An old name is reported.
fn current_word<'n>(
    field: &str,
    node: &'n YamlNode,
    problems: &mut Vec<Diagnostic>,
) -> Option<&'n str> {
    let word = node.as_text()?;
    let Some(new) = renamed::new_value(field, word) else {
        return Some(word);
    };
    problems.push(renamed::problem(word, new, node.place.clone()));
    Some(new)
}

/// Returns whether a list is the list of a type rather than a list of file extensions.
fn is_type(list: &[YamlNode]) -> bool {
    matches!(list, [only] if only.as_text().is_some_and(|word| SIMPLE_TYPES.iter().any(|(known, _)| *known == word)))
}

static SIMPLE_TYPES: [(&str, FieldType); 19] = [
    ("text", FieldType::Text),
    ("markdown", FieldType::Markdown),
    ("line", FieldType::Line),
    ("integer", FieldType::Integer),
    ("number", FieldType::Number),
    ("boolean", FieldType::Boolean),
    ("date", FieldType::Date),
    ("datetime", FieldType::DateTime),
    ("minutes", FieldType::Minutes),
    ("period", FieldType::Period),
    ("url", FieldType::Url),
    ("link", FieldType::Link),
    ("page", FieldType::Page),
    ("file", FieldType::File(Vec::new())),
    ("timezone", FieldType::Zone),
    ("timecode", FieldType::Clock),
    ("terms", FieldType::Terms),
    ("tool", FieldType::Tool),
    ("anything", FieldType::Anything),
];
