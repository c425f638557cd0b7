//! A page's headings and the ids that links to them use.
//!
//! Ids are made as the large code hosts make them, so that an anchor copied from there holds here: lower case, letters,
//! marks, numbers, `-` and `_` kept, spaces to `-`, all else dropped; a second one of a name gets `-1`, a third `-2`.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;

/// A heading of the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    pub id: String,
    /// Its words without marks.
    pub text: String,
}

/// An id longer than this is cut; browsers and people have no use for more.
const ID_CHARS_MAX: usize = 200;

/// Gives every heading of a page an id of its own.
#[derive(Debug, Default)]
pub struct Ids {
    taken: BTreeSet<String>,
    counts: HashMap<String, usize>,
}

impl Ids {
    /// The id for a heading of this text.
    pub fn for_heading(&mut self, text: &str) -> String {
        let base = match anchor(text) {
            id if id.is_empty() => "section".to_owned(),
            id => id,
        };
        if self.taken.insert(base.clone()) {
            return base;
        }
        let count = self.counts.entry(base.clone()).or_insert(0);
        loop {
            *count += 1;
            let id = format!("{base}-{count}");
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }

    /// Takes an id that the writer gave; whether it was free.
    pub fn take(&mut self, id: &str) -> bool {
        self.taken.insert(id.to_owned())
    }

    /// All ids, sorted.
    pub fn into_all(self) -> Vec<String> {
        self.taken.into_iter().collect()
    }
}

/// The id that a heading's words give.
pub fn anchor(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for c in text.trim().chars().flat_map(char::to_lowercase).take(ID_CHARS_MAX) {
        if c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '-' | '_') {
            id.push(c);
        } else if c == ' ' || c == '\u{a0}' {
            id.push('-');
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_of_the_code_hosts() {
        for (text, id) in [
            ("Set up", "set-up"),
            ("What's new?", "whats-new"),
            ("C++ & Rust", "c--rust"),
            ("日本語 見出し", "日本語-見出し"),
            ("हिन्दी", "हिन्दी"),
            ("`code` here", "code-here"),
            ("_x_ y", "_x_-y"),
        ] {
            assert_eq!(anchor(text), id, "{text}");
        }
    }

    #[test]
    fn no_two_are_equal() {
        let mut ids = Ids::default();
        let made: Vec<String> = ["A", "A", "A-1", "A", "", "!"].iter().map(|text| ids.for_heading(text)).collect();
        assert_eq!(made, ["a", "a-1", "a-1-1", "a-2", "section", "section-1"]);
    }
}
