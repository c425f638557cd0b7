//! The lines on which blocks begin, when they are asked for. They are kept beside the events and put into the tags as those are
//! written, so that the parser's own HTML writer, which looks at what it wrote last, never meets them.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use pulldown_cmark::{Event, html};

use super::Walk;
use crate::document::body::Segment;
use crate::document::source_lines;

/// For some events of a flow, by their number: the line of the source, from 1.
pub(super) type BlockLines = Vec<(usize, u32)>;

impl<'a> Walk<'a> {
    /// Writes the event with which a block begins that came from `range`.
    pub(super) fn push_block(&mut self, event: Event<'a>, range: &Range<usize>) {
        let at = self.flow().events.len();
        self.push(event);
        if let Some(line) = self.line(range).filter(|_| self.flow().events.len() > at) {
            self.flow().lines.push((at, line));
        }
    }

    /// The line on which the text of a range begins; `None` when lines are not asked for.
    pub(super) fn line(&self, range: &Range<usize>) -> Option<u32> {
        if !self.settings.with_lines {
            return None;
        }
        let blank = self.text.get(range.clone()).map_or(0, |text| text.len() - text.trim_start().len());
        Some(self.lines.line(if blank < range.len() { range.start + blank } else { range.start }))
    }

    /// The mark for what is drawn later, to stand right before its hole.
    pub(super) fn line_hole(&mut self, range: &Range<usize>) -> String {
        self.line(range).map_or_else(String::new, |line| self.hole(Segment::Line(line)))
    }
}

/// Events as HTML; the first tag that an event with a line begins with says it.
pub(super) fn write(events: Vec<Event>, lines: &BlockLines) -> String {
    let mut out = String::with_capacity(events.len() * 24);
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
        open = rest.next_if(|(at, _)| *at == number).map(|(_, line)| (out.borrow().len(), *line));
        event
    });
    html::write_html_fmt(Shared(&out), watched).expect("a string takes all that is written");
    let mut written = out.into_inner();
    if let Some((from, line)) = open {
        source_lines::mark(&mut written, from, line);
    }
    written
}

/// A text that is written while it is looked at.
struct Shared<'a>(&'a RefCell<String>);

impl fmt::Write for Shared<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.borrow_mut().push_str(text);
        Ok(())
    }
}
