//! Text and raw HTML: the text that an HTML fragment shows, and text that HTML marks as code.

use std::ops::Range;

use super::MarkdownWalk;
use crate::html::text::text_of;

/// Elements whose text is shown exactly as written.
const LITERAL: [&str; 10] = [
    "code", "kbd", "samp", "tt", "var", "pre", "script", "style", "textarea", "listing",
];

/// The first two bytes of every character that smart punctuation writes.
const SMART_LEAD: [u8; 2] = [0xE2, 0x80];

impl<'a> MarkdownWalk<'a> {
    /// The source of text that smart punctuation changed, if HTML marks the text as code.
    pub(super) fn as_written(&mut self, shown: &str, range: &Range<usize>) -> Option<&'a str> {
        if !self.settings.smart_punctuation || !shown.as_bytes().starts_with(&SMART_LEAD) {
            return None;
        }
        let written = self.text.get(range.clone()).filter(|written| {
            written
                .bytes()
                .all(|byte| matches!(byte, b'"' | b'\'' | b'-' | b'.'))
        })?;
        let is_literal = self
            .flows
            .iter()
            .flat_map(|flow| &flow.html.open)
            .any(|element| LITERAL.contains(&element.name.as_str()));
        is_literal.then_some(written)
    }

    /// Records whether an HTML block shows any text.
    pub(super) fn note_html_text(&mut self, html: &str) {
        if !self.title.has_text {
            self.note_text(&text_of(html));
        }
    }
}
