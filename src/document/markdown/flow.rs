//! Flows: the body itself, the bodies of components and alerts, and footnotes. Each is written to
//! HTML on its own, so that an unclosed element in one cannot affect another.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, Event};

use super::component_calls::colons;
use super::writing::BlockLines;
use super::{FootnoteText, MarkdownWalk};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::body::{ComponentCall, Segment};
use crate::document::components::{ArgumentValue, ComponentMarker};
use crate::document::links::{Link, LinkRole};
use crate::document::raw_html::{self, HtmlFragment, HtmlPolicy, OpenElement};
use crate::escape;
use crate::html::tags::tag_at;
use crate::html::text::text_of;
use crate::settings::RawHtml;

pub(super) struct Flow<'a> {
    pub kind: FlowKind,
    pub events: Vec<Event<'a>>,
    /// How many of the events are already written, as pieces of HTML.
    pub written: usize,
    /// Whether the written HTML ends with a line end.
    pub is_line_ended: bool,
    pub lines: BlockLines,
    /// The components that are called in the flow.
    pub calls: BTreeSet<String>,
    /// Blocks open inside it.
    pub depth: usize,
    pub has_raw_html: bool,
    /// The open elements of raw HTML.
    pub html: raw_html::NestingState,
    /// Glossary terms in the flow, by number. Its rendered content does not explain any of them a
    /// second time.
    pub terms: BTreeSet<usize>,
}

pub(super) enum FlowKind {
    Root,
    /// A component with a body; `None` for an unknown one, whose text is kept.
    Component {
        call: Option<(String, Vec<(String, ArgumentValue)>)>,
        mark: ComponentMarker,
    },
    Alert {
        kind: BlockQuoteKind,
        range: Range<usize>,
    },
    Footnote {
        name: String,
        range: Range<usize>,
    },
}

impl<'a> Flow<'a> {
    pub fn new(kind: FlowKind) -> Self {
        Flow {
            kind,
            events: Vec::new(),
            written: 0,
            is_line_ended: true,
            lines: BlockLines::new(),
            calls: BTreeSet::new(),
            depth: 0,
            has_raw_html: false,
            html: raw_html::NestingState::default(),
            terms: BTreeSet::new(),
        }
    }

    /// Removes these events from what was written.
    pub fn cut(&mut self, events: Range<usize>) {
        self.lines.retain(|(number, _)| !events.contains(number));
        let behind = self
            .lines
            .iter_mut()
            .filter(|(number, _)| *number >= events.end);
        behind.for_each(|(number, _)| *number -= events.len());
        self.events.drain(events);
    }

    /// Removes everything written from this event on.
    pub fn truncate(&mut self, at: usize) {
        self.events.truncate(at);
        self.lines.retain(|(number, _)| *number < at);
        self.terms.clear();
    }
}

impl<'a> MarkdownWalk<'a> {
    pub(super) fn flow(&mut self) -> &mut Flow<'a> {
        self.flows
            .last_mut()
            .expect("the root flow is never taken off the stack before the end")
    }

    /// Ends content that is left out at the end of its block, whether or not it is closed.
    pub(super) fn end_of_left_out(&mut self) {
        if let Some((name, range)) = self.flow().html.skipped.take() {
            let message = format!(
                "`<{name}>` is opened here and never closed, so the rest of this block is left out"
            );
            self.problem(
                Diagnostic::new(Code::UnclosedHtml, message)
                    .help(format!("add `</{name}>`, or remove the tag")),
                range,
            );
        }
    }

    /// Closes the HTML elements that were opened inside blocks that have ended.
    pub(super) fn close_html_of_ended_blocks(&mut self) {
        self.end_of_left_out();
        let flow = self.flow();
        let left_open = flow.html.end_of_blocks(flow.depth);
        self.end_left_open(left_open);
    }

    /// The end tags of open elements.
    pub(super) fn end_tags(&self, open: &[OpenElement]) -> String {
        open.iter()
            .rev()
            .map(|element| element.end(&self.settings.phrases.sponsored_link))
            .collect()
    }

    pub(super) fn report_unclosed(&mut self, elements: Vec<OpenElement>) {
        for element in elements.into_iter().filter(OpenElement::needs_end) {
            let problem = Diagnostic::new(
                Code::UnclosedHtml,
                format!("`<{}>` is opened here and never closed", element.name),
            );
            self.problem(
                problem.help(format!("add `</{}>`", element.name)),
                element.range,
            );
        }
    }

    /// Ends an alert or a footnote, after closing everything that is still open in it.
    pub(super) fn end_container(&mut self, is_it: impl Fn(&FlowKind) -> bool) {
        while self.flows.len() > 1 && !is_it(&self.flow().kind) {
            self.abandon_flow();
        }
        if self.flows.len() == 1 {
            return;
        }
        let body = self.finish_flow();
        let Some(flow) = self.flows.pop() else { return };
        match flow.kind {
            FlowKind::Alert { kind, range } => {
                let name = match kind {
                    BlockQuoteKind::Note => "note",
                    BlockQuoteKind::Tip => "tip",
                    BlockQuoteKind::Important => "important",
                    BlockQuoteKind::Warning => "warning",
                    BlockQuoteKind::Caution => "caution",
                };
                let arguments = vec![("kind".to_owned(), ArgumentValue::Text(name.to_owned()))];
                let place = self.place(range.clone());
                let call = ComponentCall {
                    name: "alert".into(),
                    arguments,
                    body: Some(body),
                    place,
                };
                self.note_calls(flow.calls.into_iter().chain(["alert".to_owned()]));
                self.push_segment(Segment::Component(Box::new(call)), &range);
            }
            FlowKind::Footnote { name, range } => self.footnote_definition(
                name,
                FootnoteText {
                    body,
                    range,
                    calls: flow.calls,
                },
            ),
            FlowKind::Root | FlowKind::Component { .. } => {}
        }
    }

    /// Removes the innermost flow as if it had been closed, and reports that it was not.
    pub(super) fn abandon_flow(&mut self) {
        if let FlowKind::Component { mark, .. } = &self.flow().kind {
            let mark = mark.clone();
            let problem = Diagnostic::new(
                Code::UnclosedComponent,
                format!("`:::{}` is opened here and never closed", mark.name),
            );
            let help = format!("close it with a line `{}`", colons(&mark));
            self.problem(problem.help(help), mark.range);
            self.close_component();
        } else {
            let kind_is = |kind: &FlowKind| !matches!(kind, FlowKind::Component { .. });
            self.end_container(kind_is);
        }
    }

    pub(super) fn inline_html(&mut self, html: &str, range: Range<usize>) {
        if let Some(mark) = self
            .marks
            .at(&range)
            .filter(|mark| mark.range == range)
            .cloned()
        {
            return self.leaf(&mark, false);
        }
        let html = self.marks.unmask(Cow::Borrowed(html), &range, self.text);
        let mut fragment = HtmlFragment::default();
        fragment.push(&html, range.start);
        let was_left_out = self.flow().html.skipped.is_some();
        let html = self.filter_html(&fragment, false);
        if tag_at(&html, 0).is_some_and(|tag| tag.name == "br") {
            self.plain_text(" ");
        } else if html.starts_with('&') {
            // Text that only looks like a tag counts as text everywhere: in titles, ids, lists and
            // the search.
            self.plain_text(&text_of(&html));
        }
        // The replacement of an element is written before its content is left out.
        let begins_to_leave_out = if was_left_out {
            None
        } else {
            self.flow().html.skipped.take()
        };
        self.push(Event::InlineHtml(html.into()));
        if begins_to_leave_out.is_some() {
            self.flow().html.skipped = begins_to_leave_out;
        }
    }

    /// Filters raw HTML for the page, and adds its links and findings.
    pub(super) fn filter_html(&mut self, fragment: &HtmlFragment, is_block: bool) -> String {
        if self.settings.raw_html == RawHtml::Escape {
            return escape::html(&fragment.text);
        }
        let mode = self.settings.raw_html;
        let depth = self.flow().depth;
        let mut state = std::mem::take(&mut self.flow().html);
        let mut findings = Vec::new();
        let lines = self.lines;
        let line = |at: usize| lines.line(at);
        let line: Option<&dyn Fn(usize) -> u32> =
            (is_block && self.settings.with_lines).then_some(&line);
        let reading = HtmlPolicy {
            mode,
            depth,
            line,
            is_block,
            paid_link: &self.settings.phrases.sponsored_link,
        };
        let html = raw_html::filter(
            fragment,
            &reading,
            &mut state,
            &mut findings,
            |element, address, range| {
                let role = if element == "a" || element == "area" {
                    LinkRole::Text
                } else {
                    LinkRole::Embed
                };
                self.html_address(address, role, range)
            },
        );
        let flow = self.flow();
        flow.html = state;
        flow.has_raw_html = true;
        for finding in findings {
            self.html_finding(finding);
        }
        html
    }

    /// What to write for an `href` or `src` in raw HTML; `None` to leave the attribute out.
    fn html_address(
        &mut self,
        address: &str,
        role: LinkRole,
        range: Range<usize>,
    ) -> Option<String> {
        if address.trim().is_empty() && role == LinkRole::Embed {
            return None;
        }
        let index = self.link(address, role, range)?;
        Some(if self.settings.wants_body {
            self.address(index)
        } else {
            String::new()
        })
    }

    /// The placeholder for a link's final address.
    pub(super) fn address(&mut self, index: u32) -> String {
        let Link { target, role } = &self.out.links[index as usize];
        if *role != LinkRole::Wiki && super::inline::is_final(&target.value) {
            return escape::html(target.value.trim());
        }
        self.add_placeholder(Segment::Address(index))
    }
}
