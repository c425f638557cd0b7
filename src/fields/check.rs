//! Checks a YAML mapping against its fields.
//!
//! A value that is not valid is reported and left out, so that all remaining values have the right
//! type; the rest of the mapping is kept. A null or an empty text counts as absent.

mod old_names;

use std::borrow::Cow;

use super::dates::{self, DateMeaning};
use super::forms;
use super::{Field, FieldItem, FieldItems, FieldType, Value};
use crate::diagnostic::{
    Checked, Code, Diagnostic, Location, Severity, first_hidden, is_bidi_control, nearest,
    without_hidden,
};
use crate::link_target::{AddressUse, ParsedTarget, address_problem, refusal};
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

    fn missing(&mut self, field: &Field, map: &YamlMap, place: &Location, within: &str) {
        let owner = if within.is_empty() {
            String::new()
        } else {
            format!(" in `{within}`")
        };
        let place = map
            .get(&field.name)
            .map_or(place, |entry| &entry.key_place)
            .clone();
        let severity = if within.is_empty() {
            self.context.missing
        } else {
            Severity::Error
        };
        if severity == Severity::Off {
            return;
        }
        let problem = Diagnostic::new(
            Code::MissingField,
            format!("`{}` is missing{owner}", field.name),
        )
        .at(place)
        .severity(severity);
        let about = if field.description.is_empty() {
            String::new()
        } else {
            format!(": {}", field.description)
        };
        self.problems
            .push(problem.help(format!("add `{}` ({}){about}", field.name, field.kind)));
    }

    fn unknown_key(
        &mut self,
        map: &YamlMap,
        key: &str,
        entry: &YamlEntry,
        groups: &[&[Field]],
        within: &str,
    ) {
        if let Some((owner, text)) = unquoted_comma_help(map, key) {
            let message =
                format!("`{key}` is cut off from `{owner}`: a comma between `{{ }}` ends a value");
            let problem =
                Diagnostic::new(self.context.unknown, message).at(entry.key_place.clone());
            self.problems
                .push(problem.help(format!("put the text in quotes: `{owner}: \"{text}\"`")));
            return;
        }
        let names = groups
            .iter()
            .copied()
            .flatten()
            .flat_map(|field| std::iter::once(&field.name).chain(&field.also))
            .map(String::as_str);
        let near = nearest(key, names).filter(|near| is_typo_of(key, near));
        let owner = if within.is_empty() {
            String::new()
        } else {
            format!(" in `{within}`")
        };
        let mut problem =
            Diagnostic::new(self.context.unknown, format!("unknown key `{key}`{owner}"))
                .at(entry.key_place.clone());
        if near.is_some_and(|near| self.context.critical.contains(&near)) {
            problem = problem.severity(Severity::Error);
        }
        if let Some(help) = self
            .context
            .elsewhere
            .filter(|_| within.is_empty())
            .and_then(|elsewhere| elsewhere(key))
        {
            self.problems.push(problem.help(help));
            return;
        }
        self.problems.push(match near {
            Some(near) => problem.suggest_if(key, Some(near)),
            None if within.is_empty() => problem.help("put your own values under `extra:`"),
            None => problem.help(format!(
                "known keys are {}",
                listed(
                    groups
                        .iter()
                        .copied()
                        .flatten()
                        .map(|field| field.name.as_str())
                )
            )),
        });
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

    /// Checks a text with a certain form: a date, a time, an address.
    fn formed(&mut self, node: &YamlNode, kind: &FieldType, name: &str) -> Option<Value> {
        let Some(text) = node
            .as_text()
            .map(str::trim)
            .filter(|_| !matches!(node.value, Yaml::Bool(_)))
        else {
            self.wrong_type(node, name, kind);
            return None;
        };
        let read = match kind {
            FieldType::Date => forms::date(text).map(Value::Date),
            FieldType::DateTime => forms::date_time(text).map(|()| Value::Text(text.to_owned())),
            FieldType::Minutes => forms::minutes(text).map(Value::Integer),
            FieldType::Period => forms::period(text).map(|()| Value::Text(text.to_owned())),
            FieldType::Url => forms::url(text).map(|()| Value::Text(text.to_owned())),
            FieldType::Zone => forms::zone(text).map(|()| Value::Text(text.to_owned())),
            FieldType::Clock => forms::clock(text).map(Value::Integer),
            FieldType::Link | FieldType::Page | FieldType::File(_)
                if self.is_refused(node, text) =>
            {
                return None;
            }
            _ => Ok(Value::Text(text.to_owned())),
        };
        let is_date = matches!(kind, FieldType::Date | FieldType::DateTime);
        if let Some(meaning) = read
            .as_ref()
            .err()
            .filter(|_| is_date)
            .and_then(|_| dates::meaning(text))
        {
            return self.plain_date(node, kind, name, meaning);
        }
        if let Ok(Value::Text(text)) = &read {
            return Some(Value::Text(self.visible(node, text, name).into_owned()));
        }
        read.map_err(|fault| {
            let code = if fault.is_of_the_form {
                Code::BadValue
            } else {
                Code::WrongType
            };
            let is_mail =
                *kind == FieldType::Url && text.contains('@') && !text.contains([':', '/', ' ']);
            let example = if is_mail {
                format!("mailto:{text}")
            } else {
                kind.example()
            };
            self.report(
                code,
                node,
                format!("`{name}`: {}", fault.message),
                format!("write `{name}: {example}`"),
            );
        })
        .ok()
    }

    /// Handles a date in another form than the field requires. The help shows the required form,
    /// and a lenient build accepts the date.
    fn plain_date(
        &mut self,
        node: &YamlNode,
        kind: &FieldType,
        name: &str,
        meaning: DateMeaning,
    ) -> Option<Value> {
        let text = shortened(node.as_text().unwrap_or_default().trim());
        let date = match meaning {
            DateMeaning::Date(date) => date,
            DateMeaning::Ambiguous(one, other) => {
                let message = format!(
                    "`{name}`: `{text}` is ambiguous: the day and the month could be swapped"
                );
                let help = format!(
                    "write `{name}: {one}` for {}, or `{name}: {other}` for {}",
                    one.strftime("%-d %B"),
                    other.strftime("%-d %B")
                );
                self.report(Code::BadValue, node, message, help);
                return None;
            }
        };
        let is_complete = *kind == FieldType::Date || date.time.is_some();
        let help = format!("write `{name}: {}`", date.iso());
        if !self.context.is_lenient || !is_complete {
            let help = if is_complete {
                help
            } else {
                format!("write `{name}: {}T09:00`, with the right time", date.iso())
            };
            self.report(
                Code::WrongType,
                node,
                format!("`{name}`: expected {kind}, found `{text}`"),
                help,
            );
            return None;
        }
        let message = format!(
            "`{name}`: expected {kind}, found `{text}`; it is read as {}",
            date.iso()
        );
        self.problems.push(
            Diagnostic::new(Code::WrongType, message)
                .at(node.place.clone())
                .severity(Severity::Warning)
                .help(help),
        );
        Some(if *kind == FieldType::Date {
            Value::Date(date.day)
        } else {
            Value::Text(date.iso())
        })
    }

    /// Returns a text without its hidden characters, which are reported.
    fn visible<'t>(&mut self, node: &YamlNode, text: &'t str, name: &str) -> Cow<'t, str> {
        let Some(problem) = hidden_characters(text, name, &node.place) else {
            return Cow::Borrowed(text);
        };
        self.problems.push(problem);
        Cow::Owned(without_hidden(text))
    }

    /// Reports the hidden characters of a value of any type, which [`anything`] leaves out.
    fn report_hidden(&mut self, node: &YamlNode, name: &str) {
        match &node.value {
            Yaml::Text(text) => drop(self.visible(node, text, name)),
            Yaml::List(items) => items.iter().for_each(|item| self.report_hidden(item, name)),
            Yaml::Map(map) => map
                .iter()
                .for_each(|(key, entry)| self.report_hidden(&entry.node, key)),
            _ => {}
        }
    }

    /// Returns whether an address is not allowed on a page. The reason is reported.
    fn is_refused(&mut self, node: &YamlNode, text: &str) -> bool {
        // Only the site knows whether a field is shown as an image, so an image within the address
        // is allowed here.
        let refused = refusal(text, AddressUse::Image);
        let is_refused = refused.is_some();
        if let Some(problem) = refused.or_else(|| address_problem(&ParsedTarget::parse(text))) {
            self.report(problem.code, node, problem.message, problem.help);
        }
        is_refused
    }

    fn choice(
        &mut self,
        node: &YamlNode,
        words: &[String],
        kind: &FieldType,
        name: &str,
    ) -> Option<Value> {
        let Some(text) = node.as_text() else {
            self.wrong_type(node, name, kind);
            return None;
        };
        if words.iter().any(|word| word == text) {
            return Some(Value::Text(text.to_owned()));
        }
        if let Some(new) = self.renamed_word(node, words, text, name) {
            return Some(Value::Text(new.to_owned()));
        }
        let near = nearest(text, words.iter().map(String::as_str));
        let message = format!(
            "`{name}`: `{}` is not one of {}",
            shortened(text),
            listed(words.iter().map(String::as_str))
        );
        self.problems.push(
            Diagnostic::new(Code::BadValue, message)
                .at(node.place.clone())
                .suggest(text, near, || "choose one of them".to_owned()),
        );
        None
    }

    fn list(&mut self, node: &YamlNode, of: &FieldType, name: &str) -> Value {
        let nodes = node.as_list().unwrap_or(std::slice::from_ref(node));
        if !matches!(of, FieldType::Anything | FieldType::Tool) {
            for node in nodes.iter().filter(|node| is_blank(node)) {
                let problem =
                    Diagnostic::new(Code::BadValue, format!("`{name}`: this item is empty"))
                        .at(node.place.clone());
                self.problems.push(
                    problem
                        .severity(Severity::Warning)
                        .help("delete it, or add a value"),
                );
            }
        }
        let nodes = nodes
            .iter()
            .filter(|node| !is_blank(node) || matches!(of, FieldType::Anything | FieldType::Tool));
        let item = |node: &YamlNode| {
            Some(FieldItem {
                value: self.value(node, of, name)?,
                place: node.place.clone(),
            })
        };
        Value::List(
            nodes
                .filter(|node| !node.is_none())
                .filter_map(item)
                .collect(),
        )
    }

    fn terms(&mut self, node: &YamlNode, name: &str) -> Option<Value> {
        let Some(text) = node.as_text().filter(|text| text.contains(',')) else {
            if node.as_map().is_some() {
                self.wrong_type(node, name, &FieldType::Terms);
                return None;
            }
            return Some(self.list(node, &FieldType::Text, name));
        };
        let is_nothing = |c: char| c.is_whitespace() || is_unseen(c);
        let terms: Vec<&str> = text
            .split(',')
            .map(|term| term.trim_matches(is_nothing))
            .filter(|term| !term.is_empty())
            .collect();
        let message = format!(
            "`{name}`: expected a list, found text; it is read as {}",
            listed(terms.iter().copied())
        );
        let problem = Diagnostic::new(Code::WrongType, message)
            .at(node.place.clone())
            .severity(Severity::Warning);
        self.problems
            .push(problem.help(format!("write `{name}: [{}]`", terms.join(", "))));
        let item = |term: &&str| FieldItem {
            value: Value::Text((*term).to_owned()),
            place: node.place.clone(),
        };
        Some(Value::List(terms.iter().map(item).collect()))
    }

    fn map_of(&mut self, map: &YamlMap, of: &FieldType, name: &str) -> Value {
        let mut items = FieldItems::with_capacity(map.len());
        for (key, entry) in map.iter().filter(|(_, entry)| !entry.node.is_none()) {
            let key = self.current_key(name, key, &entry.key_place);
            if let Some(value) = self.value(&entry.node, of, &format!("{name}.{key}")) {
                items.insert(
                    key.to_owned(),
                    FieldItem {
                        value,
                        place: entry.node.place.clone(),
                    },
                );
            }
        }
        Value::Map(items)
    }

    /// Returns the value by the first type that matches. If none does and only one has the value's
    /// shape, the problems of that type are reported.
    fn check_either(
        &mut self,
        node: &YamlNode,
        kinds: &[FieldType],
        all: &FieldType,
        name: &str,
    ) -> Option<Value> {
        // `next: no` is not a link to a page called `no`.
        if kinds.contains(&FieldType::Boolean)
            && let Some(value) = forms::boolean(node)
        {
            return Some(Value::Boolean(value));
        }
        let reported = self.problems.len();
        let mut attempts: Vec<(&FieldType, Vec<Diagnostic>)> = Vec::new();
        for kind in kinds {
            let value = self.value(node, kind, name);
            let met = self.problems.split_off(reported);
            if value.is_some() && !met.iter().any(Diagnostic::is_error) {
                self.problems.extend(met);
                return value;
            }
            attempts.push((kind, met));
        }
        let mut shaped = attempts
            .iter()
            .filter(|(kind, _)| kind.is_shaped_like(node));
        match (shaped.next(), shaped.next()) {
            (Some((_, met)), None) => self.problems.extend(met.iter().cloned()),
            _ => self.wrong_type(node, name, all),
        }
        None
    }
}

impl FieldType {
    fn is_shaped_like(&self, node: &YamlNode) -> bool {
        match self {
            FieldType::Anything | FieldType::Tool => true,
            FieldType::Map(_) | FieldType::MapOf(_) => node.as_map().is_some(),
            FieldType::List(_) | FieldType::Terms => node.as_list().is_some(),
            FieldType::Boolean => forms::boolean(node).is_some(),
            FieldType::Either(kinds) => kinds.iter().any(|kind| kind.is_shaped_like(node)),
            _ => node.as_text().is_some() && !matches!(node.value, Yaml::Bool(_)),
        }
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
