//! Raw HTML within Markdown: its lines as written, and what is reported about its tags.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, TagEnd};

use super::text::shortened;
use super::{MarkdownWalk, remove_placeholders};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::components::MarkerKind;
use crate::document::raw_html::{self, HtmlFinding, OpenElement};
use crate::html::ATTRIBUTES_MAX;
use crate::settings::RawHtml;

/// The maximum length of a tag in messages.
const TAG_BYTES_MAX: usize = 60;

impl MarkdownWalk<'_> {
    /// A line of an HTML block. Component markers in it are text.
    pub(super) fn html_line(&mut self, html: &str, range: Range<usize>) {
        let Some(mut fragment) = self.html.take() else {
            return;
        };
        match self.marks.unmask(Cow::Borrowed(html), &range, self.text) {
            Cow::Borrowed(html) => fragment.push(html, range.start),
            Cow::Owned(html) => {
                fragment.push(&remove_placeholders(&html), range.start);
                self.report_marks(&range);
            }
        }
        self.html = Some(fragment);
    }

    /// Reports component markers at places where they are text.
    fn report_marks(&mut self, range: &Range<usize>) {
        // Within a line, what looks like a marker may be text on purpose, for example in the value
        // of an attribute.
        let begins_line = |at: usize| self.text[range.start..at].trim().is_empty();
        let marks = self
            .marks
            .within(range)
            .filter(|mark| mark.kind != MarkerKind::Colon && begins_line(mark.range.start));
        let marks: Vec<Range<usize>> = marks.map(|mark| mark.range.clone()).collect();
        for mark in marks {
            let message = format!(
                "`{}` is part of a block of HTML and is shown as text",
                self.text[mark.clone()].trim_end()
            );
            let problem =
                Diagnostic::new(Code::UnknownComponent, message).severity(Severity::Warning);
            self.problem(
                problem.help("add an empty line before it: this ends the block of HTML"),
                mark,
            );
        }
    }

    pub(super) fn end_html_block(&mut self, range: &Range<usize>) {
        let Some(fragment) = self.html.take() else {
            return;
        };
        let html = self.filter_html(&fragment, true);
        self.end_of_left_out();
        self.push_section_html(&html);
        self.note_html_heading(&html);
        self.note_html_text(&html);
        if self.settings.raw_html == RawHtml::Escape {
            self.push_block(
                Event::Html(format!("<p>{}</p>\n", html.trim_end()).into()),
                range,
            );
        } else {
            self.push(Event::Html(html.into()));
        }
        // An element that would read the text after the block as its own ends with the block.
        let left_open = self.flow().html.end_of_text();
        self.end_left_open(left_open);
    }

    /// Closes elements that the writer left open.
    pub(super) fn end_left_open(&mut self, left_open: Vec<OpenElement>) {
        if left_open.is_empty() {
            return;
        }
        if self.settings.wants_body {
            let closers = self.end_tags(&left_open);
            self.flow().events.push(Event::InlineHtml(closers.into()));
        }
        self.report_unclosed(left_open);
    }

    /// Ends a table row, and reports the cells that have no column, which are not shown.
    pub(super) fn end_row(&mut self, row: &Range<usize>) {
        self.surplus_cells(row);
        self.push_end(TagEnd::TableRow);
    }

    fn surplus_cells(&mut self, row: &Range<usize>) {
        let rest = self.cells_end.max(row.start)..row.end;
        let Some(text) = self.text.get(rest.clone()) else {
            return;
        };
        let shown = text.trim_matches(|c: char| c.is_whitespace() || c == '|');
        if shown.is_empty() {
            return;
        }
        let start = rest.start
            + (text.len()
                - text
                    .trim_start_matches(|c: char| c.is_whitespace() || c == '|')
                    .len());
        let problem = Diagnostic::new(
            Code::SurplusCells,
            "this row has more cells than the table has columns; the rest is left out",
        );
        self.problem(
            problem.help("add a column to the table's first two lines, or write `\\|` for a `|` that is text"),
            start..start + shown.len(),
        );
    }

    /// Reports a tag that is changed or shown as text.
    pub(super) fn tag_finding(&mut self, finding: HtmlFinding) {
        let (problem, range) = match finding {
            HtmlFinding::Text {
                written,
                is_html,
                range,
            } => {
                let written = shortened(&written, TAG_BYTES_MAX);
                let message = if is_html {
                    format!("`{written}` cannot be part of a page's text and is shown as written")
                } else {
                    format!("`{written}` is not an HTML element and is shown as text")
                };
                let help =
                    format!("write `\\{written}` if it is text, or put code between backticks");
                (
                    Diagnostic::new(Code::UnknownElement, message).help(help),
                    range,
                )
            }
            HtmlFinding::LeftOut {
                name,
                is_html,
                range,
            } => {
                let message = if is_html {
                    format!(
                        "the tag `<{name}>` is left out, because it cannot be part of a page's text; its content stays"
                    )
                } else {
                    let name = shortened(&name, TAG_BYTES_MAX);
                    format!(
                        "the tag `<{name}>` is left out, because it is not an HTML element; its content stays"
                    )
                };
                let help = "remove the tag, or use another element; the setting `raw_html: allow` keeps every element";
                (
                    Diagnostic::new(Code::UnknownElement, message).help(help),
                    range,
                )
            }
            HtmlFinding::Surplus { range } => {
                let message = format!(
                    "this tag has more than {ATTRIBUTES_MAX} attributes; the rest is left out"
                );
                (
                    Diagnostic::new(Code::UnknownElement, message)
                        .help("remove the attributes that are not needed"),
                    range,
                )
            }
            HtmlFinding::EndTagAttributes { range } => {
                let problem = Diagnostic::new(
                    Code::UnknownElement,
                    "an end tag has no attributes; this part of it is left out",
                );
                (
                    problem.help("remove it, or move it after the `>` if it is text"),
                    range,
                )
            }
            HtmlFinding::OddQuote { range } => {
                let problem = Diagnostic::new(
                    Code::UnclosedHtml,
                    "a quotation mark is missing in this tag, or there is one too many",
                );
                (problem.help("put each attribute's value between two quotation marks; text inside a value is not shown"), range)
            }
            HtmlFinding::TooDeep { range } => {
                return self.too_deep("HTML elements", raw_html::DEPTH_MAX, range);
            }
            HtmlFinding::OpenTag { range } => {
                let problem = Diagnostic::new(
                    Code::UnclosedHtml,
                    "this tag is never closed with `>` and is shown as text",
                );
                (problem.help("add the missing `>`, or a missing quotation mark; write `\\<` if it is text"), range)
            }
            _ => return,
        };
        self.problem(problem, range);
    }
}
