//! A page's headings and the ids that links to them use.
//!
//! Ids follow the rules of the large code hosts, so that an anchor copied from there also works
//! here: lower case; letters, marks, numbers, `-` and `_` kept; spaces replaced by `-`; everything
//! else dropped. The second heading with the same id gets `-1`, the third `-2`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;

/// A heading of the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    pub id: String,
    /// The text of the heading without markup.
    pub text: String,
}

/// Longer ids are cut; neither browsers nor people need more.
const ID_CHARS_MAX: usize = 200;

/// Gives every heading of a page an id of its own.
///
/// An id that the writer states always belongs to its element, wherever it is on the page. If an
/// earlier heading was automatically given the same id, the page has to be read a second time, with
/// all stated ids passed to [`HeadingIds::with_reserved`]. See DECISIONS: “A page is read twice if
/// a stated id follows the heading that got it”.
#[derive(Debug, Default)]
pub struct HeadingIds {
    /// Every id so far, and whether the writer stated it.
    taken: BTreeMap<String, bool>,
    counts: HashMap<String, usize>,
    /// Ids that the writer states somewhere on the page.
    reserved: BTreeSet<String>,
    /// Whether a stated id came after a heading that was given the same id.
    has_conflict: bool,
}

impl HeadingIds {
    /// Creates a set in which automatic ids avoid these ids.
    pub fn with_reserved(reserved: BTreeSet<String>) -> Self {
        HeadingIds {
            reserved,
            ..HeadingIds::default()
        }
    }

    /// The stated ids, if one of them was already given to an earlier heading.
    pub fn stated_in_conflict(&self) -> Option<BTreeSet<String>> {
        let stated = self
            .taken
            .iter()
            .filter(|(_, is_stated)| **is_stated)
            .map(|(id, _)| id.clone());
        self.has_conflict.then(|| stated.collect())
    }

    /// The id for a heading with this text.
    pub fn for_heading(&mut self, text: &str) -> String {
        let base = match anchor(text) {
            id if id.is_empty() => "section".to_owned(),
            id => id,
        };
        if self.claim(&base) {
            return base;
        }
        let count = self.counts.entry(base.clone()).or_insert(0);
        let mut number = *count;
        loop {
            number += 1;
            let id = format!("{base}-{number}");
            if self.claim(&id) {
                self.counts.insert(base, number);
                return id;
            }
        }
    }

    /// Gives a heading this id if it is free.
    fn claim(&mut self, id: &str) -> bool {
        let is_free = !self.taken.contains_key(id) && !self.reserved.contains(id);
        if is_free {
            self.taken.insert(id.to_owned(), false);
        }
        is_free
    }

    /// Records an id that the writer stated. Returns whether it is the first with this name.
    pub fn take(&mut self, id: &str) -> bool {
        match self.taken.insert(id.to_owned(), true) {
            None => true,
            Some(true) => false,
            Some(false) => {
                self.has_conflict = true;
                true
            }
        }
    }

    /// All ids, sorted.
    pub fn into_all(self) -> Vec<String> {
        self.taken.into_keys().collect()
    }
}

/// The id made from a heading's text.
pub fn anchor(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for c in text
        .trim()
        .chars()
        .flat_map(char::to_lowercase)
        .take(ID_CHARS_MAX)
    {
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
        let mut ids = HeadingIds::default();
        let made: Vec<String> = ["A", "A", "A-1", "A", "", "!"]
            .iter()
            .map(|text| ids.for_heading(text))
            .collect();
        assert_eq!(made, ["a", "a-1", "a-1-1", "a-2", "section", "section-1"]);
    }

    #[test]
    fn a_stated_id_wins_wherever_it_is() {
        let mut ids = HeadingIds::default();
        assert_eq!(ids.for_heading("Setup"), "setup");
        assert!(ids.take("other") && ids.stated_in_conflict().is_none());
        assert!(ids.take("setup"));
        assert!(
            !ids.take("setup"),
            "a second one is not the first of its name"
        );
        let mut ids = HeadingIds::with_reserved(ids.stated_in_conflict().unwrap_or_default());
        assert_eq!(
            [ids.for_heading("Setup"), ids.for_heading("Setup")],
            ["setup-1", "setup-2"]
        );
        assert!(ids.take("setup") && ids.stated_in_conflict().is_none());
    }
}
