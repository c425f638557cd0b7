//! The text that readers see, collected by headings for the search.

use pulldown_cmark::TagEnd;

use super::MarkdownWalk;
use crate::document::outline::Heading;
use crate::document::text_sections::TextSection;
use crate::html::references::decode_text;
use crate::html::{HtmlToken, Tokens};

/// Headings below this level do not begin a section, because the parts that they divide are too
/// small to be found on their own.
const LEVEL_MAX: u8 = 4;

impl MarkdownWalk<'_> {
    pub(super) fn push_section_text(&mut self, text: &str) {
        if !self.settings.wants_text {
            return;
        }
        self.section().text.push_str(text);
    }

    /// Adds an included file to the section.
    pub(super) fn push_section_include(&mut self, index: u32) {
        if self.settings.wants_text {
            self.section().includes.push(index);
        }
    }

    fn section(&mut self) -> &mut TextSection {
        if self.out.passages.is_empty() {
            self.out.passages.push(TextSection {
                level: 1,
                ..TextSection::default()
            });
        }
        self.out.passages.last_mut().expect("one was put there")
    }

    /// Keeps the words of two blocks apart.
    pub(super) fn separate_blocks(&mut self, tag: TagEnd) {
        let is_within_a_line = matches!(
            tag,
            TagEnd::Emphasis
                | TagEnd::Strong
                | TagEnd::Strikethrough
                | TagEnd::Superscript
                | TagEnd::Subscript
                | TagEnd::Link
                | TagEnd::Image
                | TagEnd::Heading(_)
        );
        if !is_within_a_line && self.settings.wants_text {
            self.push_section_text(if tag == TagEnd::TableCell { " " } else { "\n" });
        }
    }

    pub(super) fn begin_section(&mut self, heading: &Heading) {
        self.push_section_text("\n");
        if heading.level > LEVEL_MAX {
            self.push_section_text(&heading.text);
            return self.push_section_text("\n");
        }
        if self.settings.wants_text {
            let Heading { level, id, text } = heading.clone();
            self.out.passages.push(TextSection {
                anchor: id,
                level,
                heading: text,
                ..TextSection::default()
            });
        }
    }

    /// Adds the words of raw HTML.
    pub(super) fn push_section_html(&mut self, html: &str) {
        if !self.settings.wants_text {
            return;
        }
        for token in Tokens::new(html) {
            match token {
                HtmlToken::Text(range) => self.push_section_text(&decode_text(&html[range])),
                HtmlToken::StartTag(_) | HtmlToken::EndTag { .. } => self.push_section_text(" "),
                _ => {}
            }
        }
    }
}
