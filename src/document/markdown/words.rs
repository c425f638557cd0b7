//! The words of a page: which of them count, and the excerpt for lists.

use std::borrow::Cow;

use super::MarkdownWalk;
use super::text::{count, shortened};
use super::violations::footnote_name;
use crate::source::{is_blank, is_ignorable};

const EXCERPT_BYTES: usize = 240;

impl MarkdownWalk<'_> {
    /// Text that counts as the page's words.
    pub(super) fn plain_text(&mut self, text: &str) {
        match &mut self.image {
            Some(image) => image.alt.push_str(text),
            None => self.count_words(text, true),
        }
    }

    /// An image's alt text, which counts as the page's words but is not part of its excerpt.
    pub(super) fn alt_text(&mut self, alt: &str) {
        self.count_words(alt, false);
    }

    fn count_words(&mut self, text: &str, is_shown: bool) {
        if let Some((words, _)) = &mut self.link_words {
            words.push_str(text);
        }
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
            return;
        }
        if !self.title.has_text && is_shown {
            self.note_text(text);
        }
        let counts = count(text, &mut self.is_in_sentence);
        self.out.words += counts.words;
        self.out.sentences += counts.sentences;
        self.out.long_words += counts.long_words;
        self.push_section_text(text);
        if is_shown && self.is_excerpt_open() {
            if text == "\n" && is_blank(&self.out.excerpt) {
                // The paragraph shows only images or blanks, so the excerpt begins further down.
                self.out.excerpt.clear();
            } else {
                self.out.excerpt.push_str(text);
            }
        }
    }

    /// Whether text still belongs to the page's excerpt.
    fn is_excerpt_open(&self) -> bool {
        self.out.excerpt.len() < EXCERPT_BYTES
            && !self.out.excerpt.ends_with('\n')
            && self.flows.len() == 1
    }

    /// A footnote reference leaves no gap in the excerpt.
    pub(super) fn skip_mark_in_excerpt(&mut self) {
        if self.is_excerpt_open() {
            let end = self.out.excerpt.trim_end().len();
            self.out.excerpt.truncate(end);
        }
    }

    /// The excerpt, for lists and machine-readable files.
    pub(super) fn finished_excerpt(&self) -> String {
        let excerpt = self
            .out
            .excerpt
            .trim_matches(|c: char| c.is_whitespace() || is_ignorable(c));
        shortened(&without_footnote_marks(excerpt), EXCERPT_BYTES)
    }

    /// The end of a table cell or list item ends a sentence and a word.
    pub(super) fn end_sentence(&mut self) {
        let excerpt = &mut self.out.excerpt;
        if !excerpt.is_empty()
            && excerpt.len() < EXCERPT_BYTES
            && !excerpt.ends_with(char::is_whitespace)
            && self.flows.len() == 1
        {
            excerpt.push(' ');
        }
        self.out.sentences += count("\n", &mut self.is_in_sentence).sentences;
    }
}

/// Removes references to undefined footnotes, which Markdown reads as text.
fn without_footnote_marks(text: &str) -> Cow<'_, str> {
    if !text.contains("[^") {
        return Cow::Borrowed(text);
    }
    let mut without = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("[^") {
        let mark = footnote_name(&rest[at + 2..]).map_or(0, |name| name.len() + 3);
        without.push_str(if mark == 0 {
            &rest[..at + 2]
        } else {
            rest[..at].trim_end()
        });
        rest = &rest[if mark == 0 { at + 2 } else { at + mark }..];
    }
    Cow::Owned(without + rest)
}
