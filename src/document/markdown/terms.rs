//! Finds glossary terms in the page's own words: text that is neither in a heading nor within a
//! link, code or an image.
//!
//! Consecutive text, including line ends, is collected and searched as one. If a body is wanted,
//! each term becomes a placeholder. Which of them are explained is decided when the page is
//! rendered and their order is known.

use std::ops::Range;

use pulldown_cmark::{CowStr, Event};

use super::MarkdownWalk;
use crate::document::body::Segment;
use crate::document::glossary::{TermForms, TermMatch};
use crate::fingerprint::Fingerprint;
use crate::paths::SourcePath;

/// Elements in whose text no terms are explained.
const SILENT: [&str; 11] = [
    "a", "button", "code", "pre", "kbd", "samp", "abbr", "dfn", "summary", "label", "svg",
];

/// Consecutive text.
pub(super) struct ProseRun {
    text: String,
    /// The number of bytes of prose before it.
    before: usize,
    /// The term that the page itself explains.
    own: Option<usize>,
    /// The terms found, by first use.
    terms: Vec<usize>,
    /// For each occurrence of a term: the index in `terms`, the offset in the prose and the length,
    /// in bytes.
    places: Vec<usize>,
    /// The index of the first of the flow's events that the text was written as.
    from: usize,
    /// The number of those events.
    events: usize,
}

impl ProseRun {
    /// `forms` are the forms to search for in this page's text.
    pub fn new(forms: Option<&TermForms>, page: &SourcePath) -> Self {
        ProseRun {
            own: forms.and_then(|forms| forms.number_of(page)),
            text: String::new(),
            before: 0,
            terms: Vec::new(),
            places: Vec::new(),
            from: 0,
            events: 0,
        }
    }

    /// Whether no text has been collected.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Records terms found in the text collected so far.
    fn note(&mut self, found: &[TermMatch]) {
        for found in found {
            let rank = self.rank(found.term).unwrap_or(self.terms.len());
            if rank == self.terms.len() {
                self.terms.push(found.term);
            }
            self.places
                .extend([rank, self.before + found.start, found.end - found.start]);
        }
    }

    /// The index of a term among those found.
    fn rank(&self, term: usize) -> Option<usize> {
        self.terms.iter().position(|known| *known == term)
    }

    /// The pages that explain the terms found, by first use.
    pub fn pages_explaining_terms(&self, forms: &TermForms) -> Vec<SourcePath> {
        self.terms
            .iter()
            .map(|term| forms.term(*term).clone())
            .collect()
    }

    /// The hash of the positions of the terms.
    pub fn hash(&self) -> Option<Fingerprint> {
        let bytes: Vec<u8> = self
            .places
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        (!bytes.is_empty()).then(|| Fingerprint::of(bytes))
    }
}

impl<'a> MarkdownWalk<'a> {
    /// Collects text, or the end of a line as a space, that was just written as an event, if it may
    /// contain terms.
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

    /// Whether terms are searched for at all.
    pub(super) fn wants_terms(&self) -> bool {
        self.settings.forms.is_some()
    }

    fn is_prose(&mut self) -> bool {
        let is_apart = self.heading.is_some()
            || self.image.is_some()
            || self.code.is_some()
            || self.is_muted
            || !self.open_links.is_empty();
        !is_apart && {
            let flow = self.flow();
            flow.html.skipped.is_none()
                && !flow
                    .html
                    .open
                    .iter()
                    .any(|element| SILENT.contains(&element.name.as_str()))
        }
    }

    /// Searches for terms in the text collected so far.
    pub(super) fn end_prose(&mut self) {
        let Some(forms) = self.settings.forms.filter(|_| !self.prose.text.is_empty()) else {
            return;
        };
        let mut text = std::mem::take(&mut self.prose.text);
        let mut found = forms.find(&text);
        found.retain(|found| Some(found.term) != self.prose.own);
        self.prose.note(&found);
        self.prose.before += text.len();
        if !found.is_empty() && self.settings.wants_body && self.prose.events > 0 {
            let known = &mut self.flow().terms;
            found.retain(|found| known.insert(found.term));
            if !found.is_empty() {
                self.cut_at_terms(&text, &found);
            }
        }
        text.clear();
        self.prose.text = text;
    }

    /// Puts a placeholder in the place of each term, in the events that the text was written as.
    fn cut_at_terms(&mut self, text: &str, found: &[TermMatch]) {
        let from = self.prose.from;
        let tail: Vec<Event> = self.flow().events.drain(from..).collect();
        self.flow().events.reserve(tail.len() + 2 * found.len());
        let mut matches = found.iter().peekable();
        let mut end = 0;
        for event in tail {
            let begin = end;
            end += match &event {
                Event::Text(text) => text.len(),
                Event::SoftBreak | Event::HardBreak => 1,
                _ => {
                    self.flow().events.push(event);
                    continue;
                }
            };
            let mut shown = begin;
            let mut is_cut = false;
            while let Some(term_match) = matches.peek().filter(|term_match| term_match.start < end)
            {
                is_cut = true;
                if term_match.start >= begin {
                    self.push_part(&event, shown - begin..term_match.start - begin);
                    let term = self
                        .prose
                        .rank(term_match.term)
                        .expect("terms are noted before their text is cut");
                    let term = u32::try_from(term).expect("a page has fewer terms than bytes");
                    let segment = Segment::Term {
                        term,
                        text: text[term_match.start..term_match.end].to_owned(),
                    };
                    let mark = self.add_placeholder(segment);
                    self.flow().events.push(Event::InlineHtml(mark.into()));
                }
                shown = term_match.end;
                if term_match.end > end {
                    break;
                }
                matches.next();
            }
            if !is_cut {
                self.flow().events.push(event);
            } else if shown < end {
                self.push_part(&event, shown - begin..end - begin);
            }
        }
    }

    /// Writes a part of a text event. A line end has no parts.
    fn push_part(&mut self, event: &Event<'a>, part: Range<usize>) {
        let Event::Text(text) = event else { return };
        if !part.is_empty() {
            let text = match text {
                CowStr::Borrowed(text) => CowStr::Borrowed(&text[part]),
                owned => CowStr::from(owned[part].to_owned()),
            };
            self.flow().events.push(Event::Text(text));
        }
    }
}
