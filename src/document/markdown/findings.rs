//! What reading raw HTML found, as problems of the page.

use super::Walk;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::attributes;
use crate::document::honesty::{self, Slip};
use crate::document::raw_html::Finding;

impl Walk<'_> {
    pub(super) fn html_finding(&mut self, finding: Finding) {
        match finding {
            Finding::Anchor { id, range } => {
                if !self.ids.take(&id) {
                    self.duplicate_id(&id, range);
                }
            }
            Finding::Active { what, range } => {
                let problem = Diagnostic::new(Code::UnsafeHtml, format!("{what} was taken out"));
                self.problem(
                    problem.help(
                        "active HTML is left out of pages; the setting `raw_html: allow` keeps it",
                    ),
                    range,
                );
            }
            Finding::Dropped {
                element,
                dropped,
                range,
            } => {
                self.problem(
                    attributes::problem(&format!("`<{element}>`"), &dropped),
                    range,
                );
            }
            Finding::OpenComment { range } => {
                let problem = Diagnostic::new(Code::UnclosedHtml, "this comment is never closed");
                self.problem(
                    problem.help("close it with `-->`; all after it is hidden"),
                    range,
                );
            }
            Finding::NestedComment { range } => {
                let problem = Diagnostic::new(
                    Code::UnclosedHtml,
                    "this comment contains the start of another comment",
                );
                self.problem(problem.help("close it with `-->` before the next `<!--`; all up to the first `-->` is hidden"), range);
            }
            Finding::Slip { slip, range } => self.problem(honesty::problem(&slip), range),
            Finding::Script { range } => {
                let text = self.text;
                if let Some((slip, within)) =
                    text.get(range.clone()).and_then(honesty::look_at_script)
                {
                    self.problem(
                        honesty::problem(&slip),
                        range.start + within.start..range.start + within.end,
                    );
                }
            }
            Finding::Style { range } => {
                let text = self.text.get(range.clone()).unwrap_or_default();
                for (address, within) in honesty::loaded_by_style(text) {
                    if self.is_refused(address) {
                        let place = range.start + within.start..range.start + within.end;
                        self.problem(honesty::problem(&Slip::Remote(address.to_owned())), place);
                    }
                }
            }
            Finding::Text { .. }
            | Finding::LeftOut { .. }
            | Finding::TooDeep { .. }
            | Finding::OpenTag { .. }
            | Finding::Surplus { .. }
            | Finding::OddQuote { .. }
            | Finding::EndTagAttributes { .. } => self.tag_finding(finding),
            Finding::NoAlt { range } => {
                let problem = Diagnostic::new(Code::MissingAlt, "this image has no `alt` text");
                self.problem(
                    problem.help("say in `alt` what it shows; `alt=\"\"` if it only decorates"),
                    range,
                );
            }
        }
    }
}
