//! Asterisks that were meant as emphasis and do not work as such.

use std::ops::Range;

use super::MarkdownWalk;
use crate::diagnostic::{Code, Diagnostic};

impl MarkdownWalk<'_> {
    /// Reports stars that neither open nor close emphasis because of the punctuation next to them
    /// (CommonMark, §6.2).
    pub(super) fn malformed_emphasis(&mut self, run: &Range<usize>, text: &str) {
        let marks = stars(self.text, run);
        let closing = (0..marks.len())
            .find(|number| fails_to_close(&marks, *number))
            .map(|number| (number, "end"));
        let opening = || {
            (0..marks.len())
                .find(|number| fails_to_open(&marks, *number))
                .map(|number| (number, "begin"))
        };
        let Some((number, does)) = closing.or_else(opening) else {
            return;
        };
        let Range { start, end } = marks[number].range;
        let stars = &text[start..end];
        let message = format!("`{stars}` next to punctuation does not {does} emphasis here");
        let help = format!(
            "move the punctuation out of the emphasis, or put a space on the other side of `{stars}`"
        );
        self.problem(
            Diagnostic::new(Code::MalformedEmphasis, message).help(help),
            run.start + start..run.start + end,
        );
    }
}

/// Whether a run of stars was meant to close emphasis, but is text because of the punctuation
/// before it.
fn fails_to_close(marks: &[StarRun], number: usize) -> bool {
    let mark = &marks[number];
    if !is_closing_mark(mark.before) {
        return false;
    }
    let is_alike = |other: &&StarRun| other.range.len() == mark.range.len();
    let has_beginning = || {
        marks[..number]
            .iter()
            .rev()
            .find(is_alike)
            .is_some_and(|other| !is_space(other.after))
    };
    // The emphasis began in an earlier run of text and ends with a link or code.
    let follows_other = mark.range.start == 0 && mark.after.is_some_and(is_wide);
    let is_before_letter = mark.after.is_some_and(char::is_alphanumeric) && mark.is_plain_star();
    // Its partner may have matched another one.
    let is_lone = mark.range.len() > 1 && mark.before.is_some_and(is_wide);
    is_lone || is_before_letter && (follows_other || has_beginning())
}

/// Whether a run of stars was meant to open emphasis, but is text because of the punctuation after
/// it.
fn fails_to_open(marks: &[StarRun], number: usize) -> bool {
    let mark = &marks[number];
    if !is_opening_mark(mark.after) {
        return false;
    }
    let is_alike = |other: &&StarRun| other.range.len() == mark.range.len();
    let has_end = || {
        marks[number + 1..]
            .iter()
            .find(is_alike)
            .is_some_and(|other| !is_space(other.before))
    };
    let is_behind_letter = mark.before.is_some_and(char::is_alphanumeric) && mark.is_plain_star();
    let is_lone = mark.range.len() > 1 && mark.after.is_some_and(is_wide);
    is_lone || is_behind_letter && has_end()
}

/// A run of stars with the characters around it.
struct StarRun {
    range: Range<usize>,
    before: Option<char>,
    after: Option<char>,
}

impl StarRun {
    /// A single star next to ASCII is more likely a sign or a note.
    fn is_plain_star(&self) -> bool {
        self.range.len() > 1 || [self.before, self.after].into_iter().flatten().any(is_wide)
    }
}

/// The runs of one to three stars in a text.
fn stars(source: &str, run: &Range<usize>) -> Vec<StarRun> {
    let text = &source[run.clone()];
    let mut all = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find('*').map(|at| from + at) {
        let end = start
            + text[start..]
                .bytes()
                .take_while(|byte| *byte == b'*')
                .count();
        let (before, after) = (&source[..run.start + start], &source[run.start + end..]);
        if end - start <= 3 && !before.ends_with('\\') {
            all.push(StarRun {
                range: start..end,
                before: before.chars().next_back(),
                after: after.chars().next(),
            });
        }
        from = end;
    }
    all
}

/// Punctuation with which emphasized text may end.
fn is_closing_mark(c: Option<char>) -> bool {
    c.is_some_and(|c| match c {
        '.' | ',' | ';' | ':' | '!' | '?' | ')' | ']' | '"' | '\'' | '%' | '…' | '”' | '’'
        | '»' | '›' | '`' => true,
        '「' | '『' | '（' | '《' | '〈' | '【' | '〔' | '［' | '｛' => false,
        other => is_wide(other) && !other.is_alphanumeric() && !other.is_whitespace(),
    })
}

/// Punctuation with which emphasized text may begin.
fn is_opening_mark(c: Option<char>) -> bool {
    c.is_some_and(|c| {
        matches!(
            c,
            '(' | '['
                | '"'
                | '“'
                | '‘'
                | '«'
                | '‹'
                | '「'
                | '『'
                | '（'
                | '《'
                | '〈'
                | '【'
                | '〔'
                | '［'
                | '｛'
        )
    })
}

fn is_space(c: Option<char>) -> bool {
    c.is_none_or(char::is_whitespace)
}

/// Whether a character belongs to a script that is written without spaces, or to its punctuation.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x3000..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xFF00..=0xFFEF | 0x20000..=0x3FFFF)
}
