//! Keys: those that are missing, and those that no field has.

use super::{FieldCheck, is_typo_of, listed, unquoted_comma_help};
use crate::diagnostic::{Code, Diagnostic, Location, Severity, nearest};
use crate::fields::Field;
use crate::yaml::{YamlEntry, YamlMap};

impl FieldCheck<'_> {
    pub(super) fn missing(&mut self, field: &Field, map: &YamlMap, place: &Location, within: &str) {
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

    pub(super) fn unknown_key(
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
}
