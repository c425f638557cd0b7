//! Code blocks, rendered when they end.

use std::ops::Range;

use pulldown_cmark::Event;

use super::MarkdownWalk;
use super::text::closes_fence;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::body::Segment;
use crate::document::{code, source_lines};

impl MarkdownWalk<'_> {
    pub(super) fn end_code(&mut self, range: Range<usize>) {
        let Some(open) = self.code.take() else { return };
        if open.is_fenced && !closes_fence(&self.hidden[open.range.start..range.end]) {
            let problem = Diagnostic::new(Code::UnclosedHtml, "this code fence is never closed");
            let fence = open.range.start..open.range.start + 3;
            self.problem(
                problem.help("close it with a line of the same characters"),
                fence,
            );
        }
        self.push_section_text(&open.code);
        if !self.settings.wants_body {
            return;
        }
        let mut html = code::render(&open.fence, &open.code, self.settings.colors);
        if let Some(line) = self.line(&open.range) {
            source_lines::mark(&mut html, 0, line);
        }
        let placeholder = self.add_placeholder(Segment::Html(html));
        self.push(Event::Html(placeholder.into()));
    }
}
