//! Keys for parts of a tool that the writer did not name. They are derived from the part's text, so
//! that links and saved ticks still work after parts are reordered.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::paths::slug;
use crate::yaml::YamlNode;

/// The keys assigned so far.
#[derive(Default)]
pub struct UniqueKeys(BTreeSet<String>);

/// The longest key, in characters. A key derived from text ends at a whole word within this length.
const LENGTH_MAX: usize = 40;

impl UniqueKeys {
    /// Returns the key that the writer states, or else a unique one derived from `words`.
    pub fn name(
        &mut self,
        stated: Option<&YamlNode>,
        words: &str,
        problems: &mut Vec<Diagnostic>,
    ) -> String {
        let Some((node, key)) = stated.and_then(|node| Some((node, node.as_text()?))) else {
            return self.of_words(words);
        };
        if let Some(fault) = fault(key) {
            problems.push(
                Diagnostic::new(Code::BadValue, format!("`key`: {fault}"))
                    .at(node.place.clone())
                    .help("write `key: a-short-name`"),
            );
        } else if !self.0.insert(key.to_owned()) {
            let message = format!("`key`: `{key}` is already used by another part of this tool");
            problems.push(
                Diagnostic::new(Code::BadValue, message)
                    .at(node.place.clone())
                    .help("choose another name"),
            );
        }
        key.to_owned()
    }

    /// Returns a unique key derived from `words`.
    pub fn of_words(&mut self, words: &str) -> String {
        let whole = slug(words).replace(['.', '+', '~', '_'], "-");
        let mut key = String::new();
        for part in whole.split('-').filter(|part| !part.is_empty()) {
            if !key.is_empty() && key.chars().count() + part.chars().count() >= LENGTH_MAX {
                break;
            }
            if !key.is_empty() {
                key.push('-');
            }
            key.extend(part.chars().take(LENGTH_MAX));
        }
        if key.is_empty() {
            key.push('x');
        }
        let mut free = key.clone();
        let mut number = 2;
        while !self.0.insert(free.clone()) {
            free = format!("{key}-{number}");
            number += 1;
        }
        free
    }
}

/// Returns why a text cannot be a name, if it cannot. Names are used in addresses and in the page's
/// ids.
pub fn fault(name: &str) -> Option<String> {
    if name.is_empty()
        || !name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    {
        return Some(format!(
            "`{name}` is not a valid name: use letters, digits, `-` and `_`"
        ));
    }
    (name.chars().count() > LENGTH_MAX)
        .then(|| format!("`{name}` has more than {LENGTH_MAX} characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_short_and_their_own() {
        let mut keys = UniqueKeys::default();
        assert_eq!(
            keys.of_words("It is *whole* without us."),
            "it-is-whole-without-us"
        );
        assert_eq!(
            keys.of_words("It is whole without us!"),
            "it-is-whole-without-us-2"
        );
        assert_eq!(
            keys.of_words("?"),
            "u3f",
            "a lone symbol becomes its code point"
        );
        let long = keys.of_words(&"word ".repeat(40));
        assert!(long.len() <= LENGTH_MAX && long.ends_with("word"), "{long}");
        assert_eq!(keys.of_words("1.5 + 2"), "1-5-2");
    }

    #[test]
    fn names_fit_into_addresses() {
        assert!(fault("who_asks-2").is_none() && fault("größe").is_none());
        assert!(
            fault("a b").is_some()
                && fault("").is_some()
                && fault("a.b").is_some()
                && fault(&"x".repeat(41)).is_some()
        );
    }
}
