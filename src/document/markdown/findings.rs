//! Turns what was found in raw HTML into problems of the page.

use super::MarkdownWalk;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::attributes;
use crate::document::raw_html::HtmlFinding;
use crate::document::trust_rules::{self, Violation};

impl MarkdownWalk<'_> {
    pub(super) fn html_finding(&mut self, finding: HtmlFinding) {
        match finding {
            HtmlFinding::Anchor { id, range } => {
                if !self.ids.take(&id) {
                    self.duplicate_id(&id, range);
                }
            }
            HtmlFinding::Active { what, range } => {
                let problem = Diagnostic::new(Code::UnsafeHtml, format!("{what} is removed"));
                self.problem(
                    problem
                        .help("delete it, or keep active HTML with the setting `raw_html: allow`"),
                    range,
                );
            }
            HtmlFinding::Dropped {
                element,
                dropped,
                range,
            } => {
                self.problem(
                    attributes::problem(&format!("`<{element}>`"), &dropped),
                    range,
                );
            }
            HtmlFinding::OpenComment { range } => {
                let problem = Diagnostic::new(Code::UnclosedHtml, "this comment is never closed");
                self.problem(
                    problem.help("close it with `-->`; everything after it is hidden"),
                    range,
                );
            }
            HtmlFinding::NestedComment { range } => {
                let problem = Diagnostic::new(
                    Code::UnclosedHtml,
                    "this comment contains the start of another comment",
                );
                self.problem(problem.help("close it with `-->` before the next `<!--`; everything up to the first `-->` is hidden"), range);
            }
            HtmlFinding::Violation { slip, range } => {
                self.problem(trust_rules::problem(&slip), range)
            }
            HtmlFinding::Script { range } => {
                let text = self.text;
                if let Some((slip, within)) = text
                    .get(range.clone())
                    .and_then(trust_rules::look_at_script)
                {
                    self.problem(
                        trust_rules::problem(&slip),
                        range.start + within.start..range.start + within.end,
                    );
                }
            }
            HtmlFinding::Style { range } => {
                let text = self.text.get(range.clone()).unwrap_or_default();
                for (address, within) in trust_rules::loaded_by_style(text) {
                    if self.is_refused(address) {
                        let place = range.start + within.start..range.start + within.end;
                        self.problem(
                            trust_rules::problem(&Violation::Remote(address.to_owned())),
                            place,
                        );
                    }
                }
            }
            HtmlFinding::Text { .. }
            | HtmlFinding::LeftOut { .. }
            | HtmlFinding::TooDeep { .. }
            | HtmlFinding::OpenTag { .. }
            | HtmlFinding::Surplus { .. }
            | HtmlFinding::OddQuote { .. }
            | HtmlFinding::EndTagAttributes { .. } => self.tag_finding(finding),
            HtmlFinding::NoAlt { range } => {
                let problem = Diagnostic::new(Code::MissingAlt, "this image has no `alt` text");
                self.problem(
                    problem.help(
                        "describe the image in `alt`, or write `alt=\"\"` if it is decorative",
                    ),
                    range,
                );
            }
        }
    }
}
