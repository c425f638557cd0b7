//! Edits that fix a problem, as data. Each problem has at most one.
//!
//! An edit names the text that it replaces. [`Fix::range`] finds that text at the problem's
//! location, so an edit is never applied to a file that no longer has it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::Location;
use crate::source::LineStarts;

/// How certain it is that an edit is right, as in `rustc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Applicability {
    /// The edit is what the writer means; `check --fix` makes it.
    MachineApplicable,
    /// The edit is probably what the writer means.
    MaybeIncorrect,
    /// The replacement contains a word that the writer has to replace.
    HasPlaceholders,
}

/// An edit at a problem's location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// The current text, somewhere at the location.
    pub old: String,
    /// The replacement.
    pub new: String,
    pub applicability: Applicability,
}

/// What is written directly before the target of a link.
const BEFORE_TARGETS: [&str; 9] = ["](", "](<", "[[", "]: ", "]: <", "=\"", "='", "= ", "="];

impl Fix {
    pub fn new(old: &str, new: &str, applicability: Applicability) -> Self {
        Self {
            old: old.to_owned(),
            new: new.to_owned(),
            applicability,
        }
    }

    /// Finds the range of a file's text that the edit replaces. `place` is the range of the
    /// problem. The old text is at its beginning, perhaps after a quotation mark, or it is the
    /// target of the link there, or it is there only once.
    pub fn range(&self, text: &str, place: Range<usize>) -> Option<Range<usize>> {
        let old = self.old.as_str();
        let rest = text.get(place.start..)?;
        let quote = usize::from(rest.starts_with(['"', '\'']));
        if !old.is_empty() && rest[quote..].starts_with(old) {
            let start = place.start + quote;
            return Some(start..start + old.len());
        }
        let within = text.get(place.clone())?;
        let of_target = BEFORE_TARGETS.iter().find_map(|before| {
            let at = within.find(&format!("{before}{old}"))?;
            Some(at + before.len())
        });
        let only = || {
            let mut found = within.match_indices(old).map(|(at, _)| at);
            found.next().filter(|_| found.next().is_none())
        };
        let start = place.start + of_target.or_else(only)?;
        Some(start..start + old.len())
    }

    /// The location of the text that the edit replaces, in a file with this text.
    pub fn location(&self, text: &str, place: &Location) -> Option<Location> {
        let lines = LineStarts::new(text);
        let start = lines.offset(place.line, place.column);
        let length: usize = text
            .get(start..)?
            .chars()
            .take(place.length as usize)
            .map(char::len_utf8)
            .sum();
        let range = self.range(text, start..start + length)?;
        (!text[range.clone()].contains('\n')).then(|| lines.place(&place.path, range))
    }
}

/// Whether a name can be written in Markdown, YAML and templates without quotes or escapes.
pub(super) fn is_plain(name: &str) -> bool {
    name.chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(text: &str, place: Range<usize>, old: &str) -> Option<String> {
        let fix = Fix::new(old, "NEW", Applicability::MaybeIncorrect);
        let range = fix.range(text, place)?;
        let mut text = text.to_owned();
        text.replace_range(range, "NEW");
        Some(text)
    }

    #[test]
    fn the_old_text_is_found() {
        for (text, old, expected) in [
            ("titel: A", "titel", Some("NEW: A")),
            ("\"titel\": A", "titel", Some("\"NEW\": A")),
            (
                "[a.md](a.md \"a.md\")",
                "a.md",
                Some("[a.md](NEW \"a.md\")"),
            ),
            ("[[a]] a", "a", Some("[[NEW]] a")),
            ("see a.md", "a.md", Some("see NEW")),
            ("a.md or a.md", "b.md", None),
            ("x a y a", "a", None),
        ] {
            assert_eq!(
                replaced(text, 0..text.len(), old).as_deref(),
                expected,
                "{text}"
            );
        }
    }
}
