//! Writes flows: events are collected, and each flow becomes HTML when it ends. If no body is
//! wanted, nothing is collected.
//!
//! The lines on which blocks begin are kept apart from the events and added to the tags as those
//! are written. The parser's HTML writer, which checks what it wrote last, never sees them.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use memchr::memmem;
use pulldown_cmark::{CowStr, Event, Tag, TagEnd, html};

use super::text::any_byte;
use super::{
    MarkdownOutput, MarkdownWalk, PLACEHOLDER_END, PLACEHOLDER_START, remove_placeholders,
};
use crate::diagnostic::Checked;
use crate::document::body::Segment;
use crate::document::{raw_html, source_lines};
use crate::settings::RawHtml;

/// The usual length of a placeholder: two characters of three bytes each around the key and a
/// number.
const PLACEHOLDER_BYTES: usize = 27;

/// The number of events that are collected before they are written.
const EVENTS_MAX: usize = 8192;

/// For some events of a flow, by their index: the line of the source, from 1.
pub(super) type BlockLines = Vec<(usize, u32)>;

impl<'a> MarkdownWalk<'a> {
    /// Writes an event to the innermost flow, if it is visible and a body is wanted.
    pub(super) fn push(&mut self, event: Event<'a>) {
        if self.settings.wants_body && self.is_seen() {
            self.flow().events.push(event);
        }
    }

    /// Writes text. If it continues the text before it in the source, the two become one event.
    pub(super) fn push_text(&mut self, text: CowStr<'a>) {
        let hidden = self.hidden;
        let may_join = !self.wants_terms() || !self.prose.is_empty();
        if let (true, CowStr::Borrowed(text)) = (
            may_join && self.settings.wants_body && self.is_seen(),
            &text,
        ) && let Some(Event::Text(CowStr::Borrowed(before))) = self.flow().events.last_mut()
            && let Some(joined) = joined(hidden, before, text)
        {
            *before = joined;
            return;
        }
        self.push(Event::Text(text));
    }

    /// Writes the collected events early, if there are many and nothing will change them. Kept as
    /// events, a page of megabytes would take a hundred times its size.
    pub(super) fn write_early(&mut self) {
        let flow = self.flows.last().expect("the root flow is always there");
        if flow.events.len() < flow.written + EVENTS_MAX
            || self.heading.is_some()
            || !self.prose.is_empty()
        {
            return;
        }
        // A heading that may become the page's title is removed at the end, so it is not written
        // yet.
        let kept = if self.flows.len() == 1 {
            self.title.first_end()
        } else {
            0
        };
        let flow = self.flow();
        let from = flow.written.max(kept).min(flow.events.len());
        let ends_line = flow.is_line_ended;
        let first_line = flow.lines.partition_point(|(number, _)| *number < from);
        let lines = flow
            .lines
            .split_off(first_line)
            .into_iter()
            .map(|(number, line)| (number - from + 1, line))
            .collect();
        // The writer checks whether its last output ended a line.
        let before = if ends_line { "\n" } else { "x" };
        let events = std::iter::once(Event::InlineHtml(before.into()))
            .chain(flow.events.drain(from..))
            .collect();
        let written = write(events, &lines, 0).split_off(1);
        if !written.is_empty() {
            flow.is_line_ended = written.ends_with('\n');
            flow.events.push(Event::Html(written.into()));
        }
        flow.written = flow.events.len();
    }

    /// Whether output is visible here: not inside an image or a wiki link, whose text is used
    /// otherwise, and not inside an element that is left out.
    fn is_seen(&mut self) -> bool {
        self.image.is_none() && !self.is_muted && self.flow().html.skipped.is_none()
    }

    pub(super) fn push_start(&mut self, tag: Tag<'a>, range: &Range<usize>) {
        if !self.flow().html.open.is_empty() {
            let ended = self.flow().html.begin_block();
            self.end_left_open(ended);
        }
        self.flow().depth += 1;
        self.push_block(Event::Start(tag), range);
    }

    pub(super) fn push_end(&mut self, tag: TagEnd) {
        while self.flow().depth == 0 && self.flows.len() > 1 {
            self.abandon_flow();
        }
        let flow = self.flow();
        flow.depth = flow.depth.saturating_sub(1);
        self.close_html_of_ended_blocks();
        self.push(Event::End(tag));
    }

    /// Writes the first event of a block that came from `range`.
    pub(super) fn push_block(&mut self, event: Event<'a>, range: &Range<usize>) {
        let at = self.flow().events.len();
        self.push(event);
        if let Some(line) = self.line(range).filter(|_| self.flow().events.len() > at) {
            self.flow().lines.push((at, line));
        }
    }

    /// The line on which a range of the text begins; `None` if lines are not wanted.
    pub(super) fn line(&self, range: &Range<usize>) -> Option<u32> {
        if !self.settings.with_lines {
            return None;
        }
        let blank = self
            .text
            .get(range.clone())
            .map_or(0, |text| text.len() - text.trim_ascii_start().len());
        Some(self.lines.line(if blank < range.len() {
            range.start + blank
        } else {
            range.start
        }))
    }

    /// Stores a segment and returns the placeholder for it, which is replaced when the flow is
    /// finished.
    pub(super) fn add_placeholder(&mut self, segment: Segment) -> String {
        if !self.settings.wants_body {
            return String::new();
        }
        self.placeholders.push(Some(segment));
        let mut mark = String::with_capacity(PLACEHOLDER_BYTES);
        mark.push(PLACEHOLDER_START);
        mark.push_str(&self.placeholder_key);
        mark.push_str(&(self.placeholders.len() - 1).to_string());
        mark.push(PLACEHOLDER_END);
        mark
    }

    /// Writes a segment that is rendered later, as a block of its own that came from `range`.
    pub(super) fn push_segment(&mut self, segment: Segment, range: &Range<usize>) {
        let line = self.line(range).map_or_else(String::new, |line| {
            self.add_placeholder(Segment::Line(line))
        });
        let placeholder = self.add_placeholder(segment);
        self.push(Event::Html(format!("{line}{placeholder}\n").into()));
    }

    /// Records which components are called at this point of the walk.
    pub(super) fn note_calls(&mut self, names: impl IntoIterator<Item = String>) {
        if self.is_seen() {
            self.flow().calls.extend(names);
        }
    }

    /// Turns the innermost flow into segments. The flow stays on the stack, empty.
    pub(super) fn finish_flow(&mut self) -> Vec<Segment> {
        let flow = self.flow();
        let mut events = std::mem::take(&mut flow.events);
        let lines = std::mem::take(&mut flow.lines);
        let early = events[..std::mem::take(&mut flow.written).min(events.len())]
            .iter()
            .map(html_bytes)
            .sum();
        let open = std::mem::take(&mut flow.html).open;
        let has_raw_html = flow.has_raw_html;
        if !open.is_empty() {
            let closers = self.end_tags(&open);
            events.push(Event::Html(closers.into()));
        }
        self.report_unclosed(open);
        if !self.settings.wants_body {
            return Vec::new();
        }
        let mut written = write(events, &lines, early);
        if has_raw_html && self.settings.raw_html == RawHtml::Sanitize {
            written = raw_html::sanitize(&written);
        }
        if any_byte(&written, |byte| {
            (byte < 0x20) & !matches!(byte, b'\n' | b'\t' | b'\r') | (byte == 0x7F)
        }) {
            written = written
                .chars()
                .map(|c| {
                    if c.is_ascii_control() && !matches!(c, '\n' | '\t' | '\r') {
                        '\u{FFFD}'
                    } else {
                        c
                    }
                })
                .collect();
        }
        self.split_at_placeholders(written)
    }

    /// What only looks like a placeholder, such as a writer's `&#xFDD0;`, is shown as a replacement
    /// character.
    fn split_at_placeholders(&mut self, html: String) -> Vec<Segment> {
        let mut segments: Vec<Segment> = Vec::new();
        let mut text = String::new();
        let mut begin = [0; 4];
        let begin = PLACEHOLDER_START.encode_utf8(&mut begin).as_bytes();
        let (mut shown, mut is_forged) = (0, false);
        if !html.is_empty() && memmem::find(html.as_bytes(), begin).is_none() {
            return vec![Segment::Html(html)];
        }
        for at in memmem::find_iter(html.as_bytes(), begin) {
            text.push_str(&html[shown..at]);
            let number = self.placeholder_number(&html[at + begin.len()..]);
            let (number, length) =
                number.map_or((None, 0), |(number, length)| (Some(number), length));
            let segment = number
                .and_then(|number| self.placeholders.get_mut(number))
                .and_then(|placeholder| match placeholder {
                    // The sanitizer may repeat an unclosed link after a block within it, with the
                    // same address.
                    Some(Segment::Address(index)) => Some(Segment::Address(*index)),
                    once => once.take(),
                });
            let Some(segment) = segment else {
                text.push(char::REPLACEMENT_CHARACTER);
                is_forged = true;
                shown = at + begin.len();
                continue;
            };
            shown = at + begin.len() + length;
            match segment {
                Segment::Html(html) => text.push_str(&html),
                other => {
                    if !text.is_empty() {
                        segments.push(Segment::Html(std::mem::take(&mut text)));
                    }
                    segments.push(other);
                }
            }
        }
        text.push_str(&html[shown..]);
        if !text.is_empty() {
            segments.push(Segment::Html(text));
        }
        if is_forged {
            for segment in &mut segments {
                if let Segment::Html(html) = segment {
                    *html = remove_placeholders(html).into_owned();
                }
            }
        }
        segments
    }
}

impl MarkdownWalk<'_> {
    /// The number of the placeholder whose first character is before `text`, and the length of the
    /// rest of it.
    fn placeholder_number(&self, text: &str) -> Option<(usize, usize)> {
        let rest = text.strip_prefix(self.placeholder_key.as_str())?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = rest[digits..]
            .starts_with(PLACEHOLDER_END)
            .then(|| rest[..digits].parse().ok())
            .flatten()?;
        Some((
            number,
            self.placeholder_key.len() + digits + PLACEHOLDER_END.len_utf8(),
        ))
    }

    /// Ends everything that is open, and returns what was collected.
    pub(super) fn finish(mut self) -> Checked<MarkdownOutput> {
        self.end_prose();
        while self.flows.len() > 1 {
            self.abandon_flow();
        }
        self.adopt_first_heading();
        let mut segments = self.finish_flow();
        self.footnote_section(&mut segments);
        self.out.segments = segments;
        self.out.components = std::mem::take(&mut self.flow().calls);
        self.out.excerpt = self.finished_excerpt();
        self.out.terms = self
            .settings
            .forms
            .map(|forms| self.prose.pages_explaining_terms(forms))
            .unwrap_or_default();
        self.out.term_places = self.prose.hash();
        self.out.anchors = self.ids.into_all();
        self.problems.extend(self.problem_counts.summaries());
        Checked::new(self.out, self.problems)
    }
}

/// Joins two parts of a text, if the second follows the first.
fn joined<'a>(text: &'a str, first: &str, second: &str) -> Option<&'a str> {
    let start = (first.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let is_next = first.as_ptr() as usize + first.len() == second.as_ptr() as usize;
    text.get(start..start + first.len() + second.len())
        .filter(|_| is_next)
}

/// The number of bytes of HTML in an event that was written early.
fn html_bytes(event: &Event) -> usize {
    if let Event::Html(html) = event {
        html.len()
    } else {
        0
    }
}

/// Renders events as HTML. An event with a line adds it to its first tag. `early` is the number of
/// bytes of HTML that the events already contain.
fn write(events: Vec<Event>, lines: &BlockLines, early: usize) -> String {
    let mut out = String::with_capacity(early + events.len() * 24);
    if lines.is_empty() {
        html::push_html(&mut out, events.into_iter());
        return out;
    }
    let out = RefCell::new(out);
    let mut open: Option<(usize, u32)> = None;
    let mut rest = lines.iter().peekable();
    // The writer asks for the next event when the one before is written.
    let watched = events.into_iter().enumerate().map(|(number, event)| {
        if let Some((from, line)) = open.take() {
            source_lines::mark(&mut out.borrow_mut(), from, line);
        }
        open = rest
            .next_if(|(at, _)| *at == number)
            .map(|(_, line)| (out.borrow().len(), *line));
        event
    });
    html::write_html_fmt(SharedText(&out), watched).expect("a string takes all that is written");
    let mut written = out.into_inner();
    if let Some((from, line)) = open {
        source_lines::mark(&mut written, from, line);
    }
    written
}

/// A text that can be read while it is being written.
struct SharedText<'a>(&'a RefCell<String>);

impl fmt::Write for SharedText<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.borrow_mut().push_str(text);
        Ok(())
    }
}
