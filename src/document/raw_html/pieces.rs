//! Finds where long HTML can be divided, so that code that builds a tree, as the sanitizer does,
//! needs the tree of only one piece at a time.
//!
//! A piece is read in the same way as the whole if the elements that are open at its beginning can
//! be given as start tags without attributes. Browsers close some elements before their end tag and
//! open others again (HTML, §13.2.6). So the text is followed as a browser reads it, and is not
//! divided any further after anything that would need all of those rules.

use std::ops::Range;

use super::KEPT;
use super::elements::is_void;
use crate::html::{HtmlToken, Tokens};

/// A part of a text, with the elements that are open at its beginning and at its end, the outermost
/// first.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) range: Range<usize>,
    pub(super) open_before: Vec<String>,
    pub(super) open_behind: Vec<String>,
}

/// Divides HTML into pieces of `length` bytes or a little more. In the HTML, every element is
/// closed before the one around it.
pub(super) fn pieces(html: &str, length: usize) -> Vec<Piece> {
    let mut reader = Reader::default();
    let mut all: Vec<Piece> = Vec::new();
    let mut begin = 0;
    let mut open_before = Vec::new();
    for token in Tokens::new(html) {
        let end = reader.read(html, &token);
        if !reader.is_followed {
            break;
        }
        if end - begin >= length
            && let Some(open_behind) = reader.open_elements()
        {
            let before = std::mem::replace(&mut open_before, open_behind.clone());
            all.push(Piece {
                range: begin..end,
                open_before: before,
                open_behind,
            });
            begin = end;
        }
    }
    // A browser closes the open elements at the end.
    all.push(Piece {
        range: begin..html.len(),
        open_before,
        open_behind: Vec::new(),
    });
    all
}

/// An element whose end tag has not been read yet.
#[derive(Debug)]
struct Open {
    name: String,
    /// Whether a browser has already closed it, such as a paragraph in which another block begins.
    is_closed: bool,
    /// Whether it has no tags, because a browser adds it.
    is_implied: bool,
}

/// Tracks which elements are open in a browser.
#[derive(Debug)]
struct Reader {
    open: Vec<Open>,
    /// Whether the open elements are known.
    is_followed: bool,
    /// Whether more than three formatting elements of one name were open at once. Browsers forget
    /// the outermost of them (HTML Standard, §13.2.4.3), so an end tag may then close another
    /// element than it seems to.
    has_forgotten: bool,
}

impl Default for Reader {
    fn default() -> Self {
        Reader {
            open: Vec::new(),
            is_followed: true,
            has_forgotten: false,
        }
    }
}

impl Reader {
    /// Reads a token, and returns where it ends.
    fn read(&mut self, html: &str, token: &HtmlToken) -> usize {
        match token {
            HtmlToken::StartTag(tag) => {
                let can_follow =
                    KEPT.contains(tag.name.as_str()) && self.start(&tag.name, tag.is_self_closing);
                self.is_followed &= can_follow;
                tag.range.end
            }
            HtmlToken::EndTag { name, range } => {
                let can_follow = self.end(name);
                self.is_followed &= can_follow;
                range.end
            }
            HtmlToken::Text(range) => {
                // Browsers move text between table cells to before the table.
                let is_moved =
                    self.is_between_cells() && !html[range.clone()].trim_ascii().is_empty();
                self.is_followed &= !is_moved;
                range.end
            }
            HtmlToken::Comment { range, is_open } => {
                self.is_followed &= !is_open;
                range.end
            }
            HtmlToken::OddComment(range)
            | HtmlToken::Doctype(range)
            | HtmlToken::OpenTag(range) => {
                self.is_followed = false;
                range.end
            }
        }
    }

    /// The open elements, if start tags with their names open them again.
    fn open_elements(&self) -> Option<Vec<String>> {
        let is_simple = |element: &Open| match (element.is_closed, is_formatting(&element.name)) {
            (true, is_formatting) => !is_formatting,
            (false, true) => !self.has_forgotten,
            (false, false) => is_stable(&element.name),
        };
        let names = || {
            self.open
                .iter()
                .filter(|element| !element.is_closed)
                .map(|element| element.name.clone())
        };
        self.open.iter().all(is_simple).then(|| names().collect())
    }

    /// Reads a start tag. Returns whether the open elements are known after it.
    fn start(&mut self, name: &str, is_self_closing: bool) -> bool {
        if name == "tr" && self.innermost() == Some("table") {
            self.push("tbody", true);
        }
        let can_follow = match (self.innermost(), name) {
            (Some("table"), "caption" | "colgroup" | "tbody" | "thead" | "tfoot")
            | (Some("colgroup"), "col")
            | (Some("tbody" | "thead" | "tfoot"), "tr")
            | (Some("tr"), "td" | "th") => true,
            (
                _,
                "caption" | "colgroup" | "col" | "tbody" | "thead" | "tfoot" | "tr" | "td" | "th",
            ) => false,
            _ if self.is_between_cells() => false,
            (_, "li") => !self.is_in_item(&["li"]),
            (_, "dd" | "dt") => !self.is_in_item(&["dd", "dt"]),
            (_, "a") => !self.open.iter().any(|element| element.name == "a"),
            _ if is_heading(name) => !self.open.iter().any(|element| is_heading(&element.name)),
            _ => true,
        };
        if closes_paragraph(name) {
            self.close_paragraph();
        }
        if is_formatting(name) {
            let of_name = self.open.iter().filter(|element| element.name == name);
            self.has_forgotten |= of_name.count() >= 3;
        }
        // A `/` at the end of a tag has no meaning in HTML, so only elements without content are
        // complete.
        if !is_void(name) {
            self.push(name, false);
        }
        can_follow && (!is_self_closing || is_void(name))
    }

    /// Reads an end tag. Returns whether it closes the innermost element.
    fn end(&mut self, name: &str) -> bool {
        if self.open.last().is_some_and(|element| element.is_implied) {
            self.open.pop();
        }
        self.open.pop().is_some_and(|element| element.name == name)
    }

    fn push(&mut self, name: &str, is_implied: bool) {
        self.open.push(Open {
            name: name.to_owned(),
            is_closed: false,
            is_implied,
        });
    }

    /// The innermost element that is open in a browser.
    fn innermost(&self) -> Option<&str> {
        self.open
            .iter()
            .rev()
            .find(|element| !element.is_closed)
            .map(|element| element.name.as_str())
    }

    /// Whether the position is inside a table but outside its cells.
    fn is_between_cells(&self) -> bool {
        matches!(
            self.innermost(),
            Some("table" | "tbody" | "thead" | "tfoot" | "tr" | "colgroup")
        )
    }

    /// Whether an item that begins here would close one of these elements around it.
    fn is_in_item(&self, items: &[&str]) -> bool {
        let names = self
            .open
            .iter()
            .rev()
            .filter(|element| !element.is_closed)
            .map(|element| element.name.as_str());
        let is_passed = |name: &&str| {
            matches!(*name, "address" | "div" | "p") || !is_stable(name) || items.contains(name)
        };
        names
            .take_while(is_passed)
            .any(|name| items.contains(&name))
    }

    /// Begins a block: a browser closes an open paragraph with everything in it.
    fn close_paragraph(&mut self) {
        let is_boundary =
            |element: &Open| matches!(element.name.as_str(), "table" | "td" | "th" | "caption");
        let scope = self
            .open
            .iter()
            .rposition(is_boundary)
            .map_or(0, |at| at + 1);
        if let Some(at) = self.open[scope..]
            .iter()
            .position(|element| element.name == "p" && !element.is_closed)
        {
            self.open[scope + at..]
                .iter_mut()
                .for_each(|element| element.is_closed = true);
        }
    }
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

/// Whether an element is closed only by its own end tag, or by another element that [`Reader`]
/// knows, and is never opened again by a browser.
fn is_stable(name: &str) -> bool {
    is_heading(name)
        || matches!(
            name,
            "address"
                | "article"
                | "aside"
                | "blockquote"
                | "center"
                | "dd"
                | "details"
                | "div"
                | "dl"
                | "dt"
                | "fieldset"
                | "figcaption"
                | "figure"
                | "footer"
                | "header"
                | "hgroup"
                | "li"
                | "main"
                | "menu"
                | "nav"
                | "ol"
                | "p"
                | "section"
                | "summary"
                | "table"
                | "tbody"
                | "td"
                | "tfoot"
                | "th"
                | "thead"
                | "tr"
                | "ul"
        )
}

/// Whether browsers open an unclosed element again in the block that follows (HTML, §13.2.4.3).
fn is_formatting(name: &str) -> bool {
    matches!(
        name,
        "a" | "b"
            | "big"
            | "code"
            | "em"
            | "font"
            | "i"
            | "nobr"
            | "s"
            | "small"
            | "strike"
            | "strong"
            | "tt"
            | "u"
    )
}

/// Whether the start tag of an element closes an open paragraph.
fn closes_paragraph(name: &str) -> bool {
    match name {
        "p" => true,
        "dialog" | "dir" | "hr" | "listing" | "pre" | "search" | "xmp" => true,
        "tbody" | "td" | "tfoot" | "th" | "thead" | "tr" => false,
        _ => is_stable(name),
    }
}

#[cfg(test)]
mod tests;
