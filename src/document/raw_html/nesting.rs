//! Tracks the open elements of a flow: what an end tag closes, what a start tag closes implicitly,
//! and how deeply elements may be nested.

use std::collections::BTreeMap;
use std::ops::Range;

use super::elements::is_graphic;
use crate::document::trust_rules;
use crate::html::raw_text::holds_text;

/// Elements nested deeper than this lose their tags. The time to read deeper HTML grows with the
/// square of its length.
pub const DEPTH_MAX: usize = 200;

/// The maximum number of bytes of tags that may be repeated.
const REPEATED_BYTES_MAX: usize = 1 << 20;

/// Elements whose end tag is optional (HTML, §13.1.2.4).
const END_OPTIONAL: [&str; 16] = [
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup",
    "colgroup", "caption", "rt", "rp",
];

/// An element that was opened and not closed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenElement {
    pub name: String,
    pub range: Range<usize>,
    /// How many Markdown blocks were open around it.
    pub depth: usize,
    /// Whether it is a paid link.
    pub is_paid: bool,
    /// Whether its tags are written. The tags of an element that is left out are only matched with
    /// each other.
    pub is_written: bool,
}

impl OpenElement {
    /// Whether leaving the element open is a mistake.
    pub fn needs_end(&self) -> bool {
        self.is_written && !END_OPTIONAL.contains(&self.name.as_str())
    }

    /// The end tag of the element. After a paid link, it includes the label `paid_link`.
    pub fn end(&self, paid_link: &str) -> String {
        if !self.is_written {
            return String::new();
        }
        let label = if self.is_paid {
            trust_rules::label_after_link(paid_link)
        } else {
            String::new()
        };
        format!("</{}>{label}", self.name)
    }
}

/// The state that is carried from one fragment of a flow to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NestingState {
    pub open: Vec<OpenElement>,
    /// The active element whose content is being left out, and where it was opened.
    pub skipped: Option<(String, Range<usize>)>,
    /// How many bytes of tags a browser has repeated so far: the tags of elements that are open in
    /// a paragraph when another block ends it.
    repeated: usize,
    /// For each name, how many elements were nested too deeply to be opened. The same number of end
    /// tags with that name close nothing.
    too_deep: BTreeMap<String, usize>,
}

impl NestingState {
    /// Whether one more element would be nested too deeply. If so, its end tag will close nothing.
    pub(super) fn is_too_deep(&mut self, name: &str) -> bool {
        if self.open.len() < DEPTH_MAX {
            return false;
        }
        match self.too_deep.get_mut(name) {
            Some(count) => *count += 1,
            None => drop(self.too_deep.insert(name.to_owned(), 1)),
        }
        true
    }

    /// Whether a drawing or a formula that is left out is open.
    pub(super) fn is_in_graphic(&self) -> bool {
        self.open
            .iter()
            .any(|element| !element.is_written && is_graphic(&element.name))
    }

    /// Whether a drawing or a formula that is written is open. In it, tags may be self-closing.
    pub(super) fn is_in_written_graphic(&self) -> bool {
        self.open
            .iter()
            .any(|element| element.is_written && is_graphic(&element.name))
    }

    /// Removes and returns the elements that a start tag closes implicitly (HTML, §13.1.2.4), the
    /// outermost first.
    pub(super) fn implied_ends(&mut self, name: &str, depth: usize) -> Vec<OpenElement> {
        let Some(ended) = ended_by(name).filter(|ended| {
            self.open
                .iter()
                .any(|element| ended.contains(&element.name.as_str()))
        }) else {
            return Vec::new();
        };
        let within = self
            .open
            .iter()
            .enumerate()
            .rev()
            .take_while(|(_, element)| {
                // An element that was opened outside the current Markdown block ends outside it.
                element.depth >= depth && !is_boundary(&element.name, ended)
            });
        let first = within
            .filter(|(_, element)| ended.contains(&element.name.as_str()))
            .last()
            .map(|(at, _)| at);
        first.map_or_else(Vec::new, |at| self.open.drain(at..).collect())
    }

    /// Removes and returns the elements that an end tag closes, the outermost first; `None` if it
    /// closes none.
    pub(super) fn end(&mut self, name: &str) -> Option<Vec<OpenElement>> {
        if let Some(count) = self.too_deep.get_mut(name).filter(|count| **count > 0) {
            *count -= 1;
            return Some(Vec::new());
        }
        let at = self.open.iter().rposition(|element| element.name == name)?;
        Some(self.open.drain(at..).collect())
    }

    /// Begins a Markdown block. It ends an open `<p>`, but browsers open the elements inside it
    /// again in each block that follows. If that becomes too much, the elements are removed and
    /// returned.
    pub fn begin_block(&mut self) -> Vec<OpenElement> {
        let Some(at) = self.open.iter().position(|element| element.name == "p") else {
            return Vec::new();
        };
        self.repeated += self.open[at + 1..]
            .iter()
            .map(|element| element.range.len())
            .sum::<usize>();
        if self.repeated > REPEATED_BYTES_MAX {
            self.open.drain(at..).collect()
        } else {
            Vec::new()
        }
    }

    /// Removes and returns the elements that were opened inside blocks that have ended.
    pub fn end_of_blocks(&mut self, depth: usize) -> Vec<OpenElement> {
        if self
            .open
            .last()
            .is_none_or(|element| element.depth <= depth)
        {
            return Vec::new();
        }
        self.too_deep.clear();
        let at = self.open.partition_point(|element| element.depth <= depth);
        self.open.drain(at..).collect()
    }

    /// Removes and returns the element that would read the rest of the page as its text, with
    /// everything in it.
    pub fn end_of_text(&mut self) -> Vec<OpenElement> {
        let holds_text = |element: &OpenElement| element.is_written && holds_text(&element.name);
        let at = self.open.iter().position(holds_text);
        at.map_or_else(Vec::new, |at| self.open.drain(at..).collect())
    }
}

/// The elements that a start tag with this name closes if they are open.
fn ended_by(name: &str) -> Option<&'static [&'static str]> {
    match name {
        "li" => Some(&["li"]),
        "dt" | "dd" => Some(&["dt", "dd"]),
        "td" | "th" => Some(&["td", "th"]),
        "tr" => Some(&["tr", "td", "th"]),
        "thead" | "tbody" | "tfoot" => Some(&[
            "thead", "tbody", "tfoot", "tr", "td", "th", "caption", "colgroup",
        ]),
        "caption" | "colgroup" => Some(&["caption", "colgroup"]),
        "rt" | "rp" => Some(&["rt", "rp"]),
        "address" | "article" | "aside" | "blockquote" | "center" | "details" | "div" | "dl"
        | "fieldset" | "figcaption" | "figure" | "footer" | "h1" | "h2" | "h3" | "h4" | "h5"
        | "h6" | "header" | "hgroup" | "hr" | "main" | "menu" | "nav" | "ol" | "p" | "pre"
        | "section" | "summary" | "table" | "ul" => Some(&["p"]),
        _ => None,
    }
}

/// Whether an element prevents a start tag inside it from closing any of these elements outside it.
fn is_boundary(name: &str, ended: &[&str]) -> bool {
    match ended[0] {
        "li" => matches!(
            name,
            "ul" | "ol"
                | "menu"
                | "table"
                | "td"
                | "th"
                | "blockquote"
                | "section"
                | "article"
                | "details"
        ),
        "dt" => matches!(
            name,
            "dl" | "table" | "td" | "th" | "blockquote" | "section" | "article" | "details"
        ),
        "rt" => name == "ruby",
        "p" => matches!(
            name,
            "table"
                | "td"
                | "th"
                | "caption"
                | "button"
                | "object"
                | "applet"
                | "marquee"
                | "template"
                | "svg"
                | "math"
        ),
        _ => matches!(name, "table" | "template"),
    }
}
