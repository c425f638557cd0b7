//! Values of more than one part: lists, mappings, and one of several types.

use super::{FieldCheck, is_blank, listed};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::fields::forms;
use crate::fields::{FieldItem, FieldItems, FieldType, Value};
use crate::source::is_unseen;
use crate::yaml::{YamlMap, YamlNode, YamlValue as Yaml};

impl FieldCheck<'_> {
    pub(super) fn list(&mut self, node: &YamlNode, of: &FieldType, name: &str) -> Value {
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

    pub(super) fn terms(&mut self, node: &YamlNode, name: &str) -> Option<Value> {
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

    pub(super) fn map_of(&mut self, map: &YamlMap, of: &FieldType, name: &str) -> Value {
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
    pub(super) fn check_either(
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
