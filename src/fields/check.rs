//! Checks a YAML mapping against its fields.
//!
//! A value that is not valid is reported and left out, so that all remaining values have the right
//! type; the rest of the mapping is kept. A null or an empty text counts as absent.

mod keys;
mod lists;
mod old_names;
mod texts;

use super::forms;
use super::{Field, FieldItem, FieldItems, FieldType, Value};
use crate::diagnostic::{
    Checked, Code, Diagnostic, Location, Severity, first_hidden, is_bidi_control, without_hidden,
};
use crate::renamed::NameKind;
use crate::source::is_unseen;
use crate::yaml::{YamlEntry, YamlMap, YamlNode, YamlValue as Yaml};

/// Returns help for a key, if there is any.
pub type KeyHelp<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// What a check needs to know about the mapping that it checks.
#[derive(Clone, Copy)]
pub struct CheckContext<'a> {
    /// The code for a key that belongs to no field.
    pub unknown: Code,
    /// The severity of a missing required field at the top level. Within a nested mapping it is
    /// always an error.
    pub missing: Severity,
    /// Keys whose typos are always errors, whatever the severity of `unknown`: a page with
    /// `draf: true` must not be published.
    pub critical: &'a [&'a str],
    /// Whether an empty list counts as absent if the field is required. Elsewhere the caller
    /// reports what is missing.
    pub wants_items: bool,
    /// Returns help for a key that is unknown here but known elsewhere.
    pub elsewhere: Option<&'a KeyHelp<'a>>,
    /// Whether values in forms that only people understand, such as `3 September 2019`, are
    /// accepted.
    pub is_lenient: bool,
    /// The type of the keys' names, if some of them have been renamed.
    pub names: Option<NameKind>,
}

impl CheckContext<'_> {
    /// For front matter and similar mappings: an unknown key is a warning, a missing field an
    /// error.
    pub const PAGE: CheckContext<'static> = CheckContext {
        unknown: Code::UnknownKey,
        missing: Severity::Error,
        critical: &[],
        wants_items: false,
        elsewhere: None,
        is_lenient: false,
        names: None,
    };
}

/// Checks a mapping. A key that another generator uses is returned under the field's own name. The
/// order is that of the source.
pub fn check(node: &YamlNode, fields: &[Field], context: CheckContext<'_>) -> Checked<FieldItems> {
    check_groups(node, &[fields], context)
}

/// Checks a mapping against several tables of fields. If two tables have a field with the same
/// name, the first defines its type, and either can require it.
pub fn check_groups(
    node: &YamlNode,
    groups: &[&[Field]],
    context: CheckContext<'_>,
) -> Checked<FieldItems> {
    let mut check = FieldCheck {
        context,
        problems: Vec::new(),
    };
    let items = match node.as_map() {
        Some(map) => check.mapping(map, &node.place, groups, ""),
        None => {
            let message = format!("expected keys with values, found {}", node.noun());
            check.report(
                Code::WrongType,
                node,
                message,
                "write `key: value`, one per line",
            );
            FieldItems::new()
        }
    };
    Checked::new(items, check.problems)
}

/// Converts any YAML value without a check. A number that would lose zeros (`1.10`, `007`) is kept
/// as text.
pub fn anything(node: &YamlNode) -> Value {
    match &node.value {
        Yaml::None => Value::None,
        Yaml::Bool(value) => Value::Boolean(*value),
        Yaml::Int(_) | Yaml::Float(_) if has_telling_zeros(&node.written) => {
            Value::Text(node.written.clone())
        }
        Yaml::Int(value) => Value::Integer(*value),
        Yaml::Float(value) => Value::Number(*value),
        Yaml::Text(text) if first_hidden(text).is_some() => Value::Text(without_hidden(text)),
        Yaml::Text(text) => Value::Text(text.clone()),
        Yaml::List(items) => Value::List(
            items
                .iter()
                .map(|item| FieldItem {
                    value: anything(item),
                    place: item.place.clone(),
                })
                .collect(),
        ),
        Yaml::Map(map) => {
            let item = |entry: &YamlEntry| FieldItem {
                value: anything(&entry.node),
                place: entry.node.place.clone(),
            };
            Value::Map(
                map.iter()
                    .map(|(key, entry)| (key.clone(), item(entry)))
                    .collect(),
            )
        }
    }
}

fn has_telling_zeros(written: &str) -> bool {
    let digits = written.trim_start_matches(['+', '-']).as_bytes();
    let leads = matches!(digits, [b'0', next, ..] if next.is_ascii_digit());
    let trails = digits.contains(&b'.') && digits.ends_with(b"0");
    leads || (trails && !written.contains(['e', 'E']))
}

/// Finds the key whose value was cut off by a comma. Between braces a comma ends a value, so
/// `{ label: Repair, each year }` has a label `Repair` and a key `each year` without a value.
/// Returns the key with the value that was intended.
pub fn unquoted_comma_help<'m>(map: &'m YamlMap, key: &str) -> Option<(&'m str, String)> {
    let (at, _, entry) = map.get_full(key)?;
    let is_without_value = |entry: &YamlEntry| entry.node.is_none();
    if !is_without_value(entry) {
        return None;
    }
    let before: Vec<(&String, &YamlEntry)> = map.iter().take(at).collect();
    let (start, (owner, whole)) = before
        .iter()
        .enumerate()
        .rev()
        .find(|(_, (_, entry))| !is_without_value(entry))?;
    let is_on_one_line = whole.node.place.line == entry.key_place.line;
    let parts = before[start + 1..]
        .iter()
        .map(|(key, _)| key.as_str())
        .chain([key]);
    let text = parts.fold(whole.node.as_text()?.to_owned(), |text, part| {
        text + ", " + part
    });
    is_on_one_line.then_some((owner, text))
}

/// Reports a text with invisible characters that can change how the rest is shown.
pub fn hidden_characters(text: &str, name: &str, place: &Location) -> Option<Diagnostic> {
    let c = first_hidden(text)?;
    let what = if is_bidi_control(c) {
        "a character that changes the direction of text"
    } else {
        "a control character"
    };
    let problem = Diagnostic::new(
        Code::HiddenCharacter,
        format!("`{name}` contains {what}, U+{:04X}", u32::from(c)),
    );
    Some(
        problem
            .at(place.clone())
            .help("delete it; it is left out of the pages"),
    )
}

/// Returns whether a field with this value counts as absent.
fn is_absent(node: &YamlNode, kind: &FieldType) -> bool {
    node.is_none() || (!matches!(kind, FieldType::Anything | FieldType::Tool) && is_blank(node))
}

/// Returns whether a text has no visible character.
fn is_blank(node: &YamlNode) -> bool {
    matches!(&node.value, Yaml::Text(text) if text.chars().all(|c| c.is_whitespace() || is_unseen(c)))
}

struct FieldCheck<'a> {
    context: CheckContext<'a>,
    problems: Vec<Diagnostic>,
}

impl FieldCheck<'_> {
    fn report(&mut self, code: Code, node: &YamlNode, message: String, help: impl Into<String>) {
        self.problems.push(
            Diagnostic::new(code, message)
                .at(node.place.clone())
                .help(help),
        );
    }

    /// Checks a mapping. `within` is the name of the field whose value it is, and empty at the top
    /// level.
    fn mapping(
        &mut self,
        map: &YamlMap,
        place: &Location,
        groups: &[&[Field]],
        within: &str,
    ) -> FieldItems {
        let mut items = FieldItems::with_capacity(map.len());
        for (key, entry) in map {
            let Some(field) = self.field_of(groups, key, &entry.key_place) else {
                self.unknown_key(map, key, entry, groups, within);
                continue;
            };
            if is_absent(&entry.node, &field.kind) {
                continue;
            }
            let is_own_name = *key == field.name;
            if !is_own_name
                && !matches!(field.kind, FieldType::List(_) | FieldType::Terms)
                && map.contains_key(&field.name)
            {
                let message = format!(
                    "`{key}` means the same as `{}`, which is set as well",
                    field.name
                );
                self.problems.push(
                    Diagnostic::new(Code::UnknownKey, message)
                        .at(entry.key_place.clone())
                        .help(format!("delete `{key}`")),
                );
                continue;
            }
            let Some(value) = self.value(&entry.node, &field.kind, key) else {
                continue;
            };
            self.length(field, &value, &entry.node);
            let item = FieldItem {
                value,
                place: entry.node.place.clone(),
            };
            match items.get_mut(&field.name) {
                Some(FieldItem {
                    value: Value::List(first),
                    ..
                }) => {
                    if let Value::List(more) = item.value {
                        first.extend(
                            more.into_iter()
                                .filter(|new| !first.contains(new))
                                .collect::<Vec<_>>(),
                        );
                    }
                }
                _ => {
                    items.insert(field.name.clone(), item);
                }
            }
        }
        for field in groups
            .iter()
            .copied()
            .flatten()
            .filter(|field| field.is_required)
        {
            // A value that is present but not valid has already been reported.
            let is_given = |name: &String| {
                map.get(name)
                    .is_some_and(|entry| !is_absent(&entry.node, &field.kind))
            };
            let is_empty = self.context.wants_items
                && within.is_empty()
                && items.get(&field.name).is_some_and(
                    |item| matches!(&item.value, Value::List(items) if items.is_empty()),
                );
            if is_empty
                || !items.contains_key(&field.name)
                    && !is_given(&field.name)
                    && !field.also.iter().any(is_given)
            {
                self.missing(field, map, place, within);
            }
        }
        items
    }

    fn length(&mut self, field: &Field, value: &Value, node: &YamlNode) {
        let (Some(most), Value::Text(text)) = (field.length_max, value) else {
            return;
        };
        let length = text.chars().count();
        if length > most {
            let message = format!("`{}` has {length} characters, more than {most}", field.name);
            self.report(
                Code::TextTooLong,
                node,
                message,
                "shorten it, and move the rest to the page's text",
            );
        }
    }

    fn wrong_type(&mut self, node: &YamlNode, name: &str, kind: &FieldType) {
        let found = match (&node.value, node.as_text()) {
            (Yaml::List(_) | Yaml::Map(_), _) | (_, None) => node.noun().to_owned(),
            (_, Some(text)) => format!("`{}`", shortened(text)),
        };
        let help = format!(
            "write `{}: {}`",
            name.rsplit(['.', ' ']).next().unwrap_or(name),
            kind.example()
        );
        self.report(
            Code::WrongType,
            node,
            format!("`{name}`: expected {kind}, found {found}"),
            help,
        );
    }

    fn value(&mut self, node: &YamlNode, kind: &FieldType, name: &str) -> Option<Value> {
        let value = match kind {
            FieldType::Anything => {
                self.report_hidden(node, name);
                return Some(anything(node));
            }
            FieldType::Tool => return Some(Value::None),
            FieldType::Text => node
                .as_text()
                .map(|text| Value::Text(self.visible(node, text.trim(), name).into_owned())),
            FieldType::Template => node.as_text().map(|text| {
                let name = self.visible(node, text.trim(), name);
                Value::Text(self.current_template(node, name))
            }),
            // Hidden characters in these texts are reported when their Markdown is read.
            FieldType::Markdown | FieldType::Line => node
                .as_text()
                .map(|text| Value::Text(text.trim().to_owned())),
            FieldType::Integer => {
                if let Yaml::Int(value) = node.value {
                    Some(Value::Integer(value))
                } else {
                    None
                }
            }
            FieldType::Number => match node.value {
                Yaml::Int(value) => Some(Value::Integer(value)),
                Yaml::Float(value) if value.is_finite() => Some(Value::Number(value)),
                _ => None,
            },
            FieldType::Boolean => forms::boolean(node).map(Value::Boolean),
            FieldType::List(of) => return Some(self.list(node, of, name)),
            FieldType::Terms => return self.terms(node, name),
            FieldType::Map(fields) => node
                .as_map()
                .map(|map| Value::Map(self.mapping(map, &node.place, &[fields], name))),
            FieldType::MapOf(of) => node.as_map().map(|map| self.map_of(map, of, name)),
            FieldType::Either(kinds) => return self.check_either(node, kinds, kind, name),
            FieldType::Choice(words) => return self.choice(node, words, kind, name),
            FieldType::Date
            | FieldType::DateTime
            | FieldType::Minutes
            | FieldType::Period
            | FieldType::Url
            | FieldType::Link
            | FieldType::Page
            | FieldType::File(_)
            | FieldType::Zone
            | FieldType::Clock => return self.formed(node, kind, name),
        };
        if value.is_none() {
            self.wrong_type(node, name, kind);
        }
        value
    }
}

/// Returns whether a key is likely a mistyped name. A key with a different first letter counts only
/// if nothing else differs.
fn is_typo_of(key: &str, name: &str) -> bool {
    let first = |text: &str| text.chars().next().map(|c| c.to_ascii_lowercase());
    first(key) == first(name) || strsim::osa_distance(&key.to_lowercase(), name) <= 1
}

/// Joins words as `a`, `b` and `c`, each in backticks.
pub(super) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

/// Returns a text shortened for a message: one line of limited length.
fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() > 40 || line.len() < text.trim_end().len() {
        format!("{}…", line.chars().take(40).collect::<String>())
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests;
