//! Values that are one text: their form, and characters that nobody sees.

use std::borrow::Cow;

use super::{FieldCheck, hidden_characters, listed, shortened};
use crate::diagnostic::{Code, Diagnostic, Severity, nearest, without_hidden};
use crate::fields::dates::{self, DateMeaning};
use crate::fields::forms;
use crate::fields::{FieldType, Value};
use crate::link_target::{AddressUse, ParsedTarget, address_problem, refusal};
use crate::yaml::{YamlNode, YamlValue as Yaml};

impl FieldCheck<'_> {
    /// Checks a text with a certain form: a date, a time, an address.
    pub(super) fn formed(
        &mut self,
        node: &YamlNode,
        kind: &FieldType,
        name: &str,
    ) -> Option<Value> {
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
    pub(super) fn plain_date(
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
    pub(super) fn visible<'t>(
        &mut self,
        node: &YamlNode,
        text: &'t str,
        name: &str,
    ) -> Cow<'t, str> {
        let Some(problem) = hidden_characters(text, name, &node.place) else {
            return Cow::Borrowed(text);
        };
        self.problems.push(problem);
        Cow::Owned(without_hidden(text))
    }

    /// Reports the hidden characters of a value of any type, which [`anything`] leaves out.
    pub(super) fn report_hidden(&mut self, node: &YamlNode, name: &str) {
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
    pub(super) fn is_refused(&mut self, node: &YamlNode, text: &str) -> bool {
        // Only the site knows whether a field is shown as an image, so an image within the address
        // is allowed here.
        let refused = refusal(text, AddressUse::Image);
        let is_refused = refused.is_some();
        if let Some(problem) = refused.or_else(|| address_problem(&ParsedTarget::parse(text))) {
            self.report(problem.code, node, problem.message, problem.help);
        }
        is_refused
    }

    pub(super) fn choice(
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
}
