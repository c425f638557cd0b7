//! Handles old names of keys, words and codes: they are reported, and returned under their new
//! names.

use std::borrow::Cow;

use super::FieldCheck;
use crate::diagnostic::Location;
use crate::fields::{Field, field_named};
use crate::renamed::{self, NameKind};
use crate::yaml::YamlNode;

/// The field whose keys are codes, and the field whose keys are design tokens.
const CHECKS: &str = "checks";
const TOKENS: &str = "theme.tokens";

impl FieldCheck<'_> {
    /// Returns the field that a key names. An old name is reported.
    pub(super) fn field_of<'f>(
        &mut self,
        groups: &[&'f [Field]],
        key: &str,
        place: &Location,
    ) -> Option<&'f Field> {
        field_named(groups, key).or_else(|| {
            let new = renamed::new_name(self.context.names?, key)?;
            let field = groups
                .iter()
                .copied()
                .flatten()
                .find(|field| field.name == new)?;
            self.problems
                .push(renamed::problem(key, new, place.clone()));
            Some(field)
        })
    }

    /// Returns the new name of a key in the mapping `name`.
    pub(super) fn current_key<'k>(
        &mut self,
        name: &str,
        key: &'k str,
        place: &Location,
    ) -> &'k str {
        let kind = match name {
            CHECKS => NameKind::Code,
            TOKENS => NameKind::Token,
            _ => return key,
        };
        let Some(new) = renamed::new_name(kind, key) else {
            return key;
        };
        self.problems
            .push(renamed::problem(key, new, place.clone()));
        new
    }

    /// Returns the current name of a template. An old name is reported.
    pub(super) fn current_template(&mut self, node: &YamlNode, written: Cow<'_, str>) -> String {
        let Some(new) = renamed::new_template(&written) else {
            return written.into_owned();
        };
        self.problems
            .push(renamed::problem(&written, new, node.place.clone()));
        new.to_owned()
    }

    /// Returns the new word for `text` if the field `name` accepts that word.
    pub(super) fn renamed_word(
        &mut self,
        node: &YamlNode,
        words: &[String],
        text: &str,
        name: &str,
    ) -> Option<&'static str> {
        let new = renamed::new_value(name.rsplit('.').next().unwrap_or(name), text)?;
        if !words.iter().any(|word| word == new) {
            return None;
        }
        self.problems
            .push(renamed::problem(text, new, node.place.clone()));
        Some(new)
    }
}
