//! Terms of the glossary in the page's own words: text that is neither a heading nor within a link, code or a picture.
//!
//! Text that follows each other without anything between, over the ends of lines, is gathered and searched as one. Where a body is wanted, each term
//! found becomes a hole; which of them are drawn as explanations is decided when the page is drawn, where their order is known.

use pulldown_cmark::{CowStr, Event};

use super::Walk;
use crate::document::body::Segment;
use crate::document::glossary::Found;
use crate::fingerprint::Fingerprint;

/// Elements in whose text nothing is explained.
const SILENT: [&str; 11] = ["a", "button", "code", "pre", "kbd", "samp", "abbr", "dfn", "summary", "label", "svg"];

/// Text that follows each other.
pub(super) struct Prose {
    text: String,
    /// Bytes of prose before it.
    before: usize,
    /// All terms and where in the prose they are, as bytes.
    places: Vec<u8>,
    /// How many events of the flow it was written as, and from which on.
    from: usize,
    events: usize,
}

impl Prose {
    pub fn new() -> Self {
        Prose { text: String::new(), before: 0, places: Vec::new(), from: 0, events: 0 }
    }

    /// Stands for all terms and where they are.
    pub fn print(&self) -> Option<Fingerprint> {
        (!self.places.is_empty()).then(|| Fingerprint::of(&self.places))
    }
}

impl Walk<'_> {
    /// Notes text, or the end of a line as a space, that was just written as an event, if it could be.
    pub(super) fn note_prose(&mut self, text: &str, events_before: usize) {
        if !self.wants_terms() || !self.is_prose() {
            return;
        }
        let written = self.flow().events.len() - events_before;
        let prose = &mut self.prose;
        if prose.text.is_empty() {
            (prose.from, prose.events) = (events_before, 0);
        }
        prose.text.push_str(text);
        prose.events += written;
    }

    /// Whether anything is looked for.
    pub(super) fn wants_terms(&self) -> bool {
        self.settings.forms.is_some_and(|forms| forms.print().is_some())
    }

    fn is_prose(&mut self) -> bool {
        let is_apart =
            self.heading.is_some() || self.image.is_some() || self.code.is_some() || self.is_muted || !self.open_links.is_empty();
        !is_apart && {
            let flow = self.flow();
            flow.skipped.is_none() && !flow.open_html.iter().any(|element| SILENT.contains(&element.name.as_str()))
        }
    }

    /// Looks for terms in the text gathered so far.
    pub(super) fn end_prose(&mut self) {
        if self.prose.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.prose.text);
        let Some(forms) = self.settings.forms else { return };
        let found = forms.find(&text);
        let before = self.prose.before;
        self.prose.before += text.len();
        if found.is_empty() {
            return;
        }
        for found in &found {
            if !self.out.terms.contains(found.term) {
                self.out.terms.insert(found.term.clone());
            }
            let places = &mut self.prose.places;
            places.extend_from_slice(found.term.as_str().as_bytes());
            [0, before + found.start, found.end - found.start].iter().for_each(|number| places.extend_from_slice(&number.to_le_bytes()));
        }
        if !self.settings.wants_body || self.prose.events == 0 {
            return;
        }
        let known = &mut self.flow().terms;
        let found: Vec<Found> = found.into_iter().filter(|found| !known.contains(found.term) && known.insert(found.term.clone())).collect();
        if found.is_empty() {
            return;
        }
        let from = self.prose.from;
        let tail = self.flow().events.split_off(from);
        let mut rewritten: Vec<Event> = Vec::with_capacity(tail.len() + 2 * found.len());
        let mut holes = found.into_iter().peekable();
        let mut at = 0;
        for event in tail {
            let length = match &event {
                Event::Text(text) => text.len(),
                Event::SoftBreak | Event::HardBreak => 1,
                _ => {
                    rewritten.push(event);
                    continue;
                }
            };
            let (begin, end) = (at, at + length);
            at = end;
            let mut shown = begin;
            let mut is_cut = false;
            while let Some(hole) = holes.peek().filter(|hole| hole.start < end) {
                is_cut = true;
                if hole.start >= shown && hole.start > begin {
                    push_text(&mut rewritten, &text[shown..hole.start]);
                }
                if hole.start >= begin {
                    let segment = Segment::Term { term: hole.term.clone(), text: text[hole.start..hole.end].to_owned() };
                    let mark = self.hole(segment);
                    rewritten.push(Event::InlineHtml(mark.into()));
                }
                shown = hole.end;
                if hole.end > end {
                    break;
                }
                holes.next();
            }
            if !is_cut {
                rewritten.push(event);
            } else if shown < end {
                push_text(&mut rewritten, &text[shown..end]);
            }
        }
        self.flow().events.extend(rewritten);
    }
}

fn push_text(events: &mut Vec<Event<'_>>, text: &str) {
    if !text.is_empty() {
        events.push(Event::Text(CowStr::from(text.to_owned())));
    }
}
