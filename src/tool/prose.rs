//! Markdown texts in a tool's declaration, such as what a result means or why a point matters.
//!
//! `document` parses them like a page's text: links are resolved and checked, and raw HTML is
//! filtered. `{name}` becomes a placeholder for a value of the tool, which the build fills in and
//! the script updates.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::ToolContext;
use crate::diagnostic::Location;
use crate::html::{HtmlToken, Tokens};
use crate::yaml::YamlNode;

/// A Markdown text, and the HTML rendered from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolText {
    /// The text as it was written.
    pub markdown: String,
    /// The rendered text; empty until the document has been parsed.
    pub pieces: Vec<TextPiece>,
    /// The names that `{name}` may refer to. [`TextPiece::Value`] holds an index into them.
    names: Vec<String>,
    /// Whether the text is shown on a line, so that it must be a single paragraph.
    pub is_line: bool,
    /// The location of each word of the Markdown in the file. It does not affect what a page shows.
    #[serde(skip)]
    locations: LinePlaces,
}

/// A part of a rendered text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextPiece {
    /// Finished HTML.
    Html(String),
    /// The final address of the page's `links[i]`, within an attribute.
    Address(u32),
    /// The title of the page that the wiki link `links[i]` leads to.
    WikiTitle(u32),
    /// The tool's value with this index.
    Value(u32),
}

/// The locations of a text's words. All values compare as equal, since what a page shows does not
/// depend on them.
#[derive(Clone, Debug, Default)]
struct LinePlaces(Vec<(usize, Location)>);

impl PartialEq for LinePlaces {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl ToolText {
    /// The Markdown of a text in the declaration, in which `{name}` may refer to one of `names`.
    /// Returns `None` if the node is not a text.
    pub fn of(node: &YamlNode, reading: &ToolContext, names: &[String]) -> Option<Self> {
        let offset_map = reading.offset_map(node);
        let written = ToolText::written(node.as_text()?, false, |range| offset_map.place(range));
        Some(ToolText {
            names: names.to_vec(),
            ..written
        })
    }

    /// A Markdown text. `place` returns the location of a range of its bytes.
    pub fn written(
        markdown: &str,
        is_line: bool,
        place: impl Fn(Range<usize>) -> Location,
    ) -> Self {
        let starts = std::iter::once(0).chain(
            markdown
                .match_indices(char::is_whitespace)
                .map(|(at, _)| at + 1),
        );
        let places = starts
            .filter(|at| *at < markdown.len())
            .map(|at| (at, place(at..at + 1)))
            .collect();
        ToolText {
            markdown: markdown.to_owned(),
            pieces: Vec::new(),
            names: Vec::new(),
            is_line,
            locations: LinePlaces(places),
        }
    }

    /// The Markdown of a text that is shown on a line, such as a label or an answer.
    pub fn line(node: &YamlNode, reading: &ToolContext) -> Option<Self> {
        Some(ToolText {
            is_line: true,
            ..ToolText::of(node, reading, &[])?
        })
    }

    /// The Markdown of a part of a text, given as a range of its bytes.
    pub fn part(node: &YamlNode, reading: &ToolContext, range: Range<usize>) -> Option<Self> {
        let whole = ToolText::of(node, reading, &[])?;
        let first = whole
            .locations
            .0
            .partition_point(|(at, _)| *at <= range.start)
            .saturating_sub(1);
        let start = whole.place(range.start..range.start)?;
        let later = whole.locations.0[first..]
            .iter()
            .filter(|(at, _)| range.start < *at && *at < range.end);
        let places = std::iter::once((0, start))
            .chain(later.map(|(at, place)| (at - range.start, place.clone())))
            .collect();
        Some(ToolText {
            markdown: whole.markdown[range].to_owned(),
            locations: LinePlaces(places),
            ..whole
        })
    }

    /// Whether the rendered text is one paragraph and nothing else.
    pub fn is_one_paragraph(&self) -> bool {
        let html = |piece: Option<&TextPiece>| {
            if let Some(TextPiece::Html(html)) = piece {
                html.clone()
            } else {
                String::new()
            }
        };
        let paragraphs: usize = self
            .pieces
            .iter()
            .map(|piece| html(Some(piece)).matches("<p>").count())
            .sum();
        paragraphs == 1
            && html(self.pieces.first()).starts_with("<p>")
            && html(self.pieces.last()).trim_end().ends_with("</p>")
    }

    /// The location of a range of the Markdown's bytes.
    pub fn place(&self, range: Range<usize>) -> Option<Location> {
        let (start, place) = &self.locations.0[self
            .locations
            .0
            .partition_point(|(at, _)| *at <= range.start)
            .checked_sub(1)?];
        let count = |range: Range<usize>| {
            u32::try_from(self.markdown.get(range).unwrap_or_default().chars().count()).unwrap_or(0)
        };
        Some(Location {
            column: place.column + count(*start..range.start),
            length: count(range),
            ..place.clone()
        })
    }

    /// Appends finished HTML and turns each `{name}` into a placeholder, except within tags.
    pub fn push_html(&mut self, html: &str) {
        let mut done = 0;
        for token in Tokens::new(html) {
            let HtmlToken::Text(Range { start, end }) = token else {
                continue;
            };
            for open in memchr::memchr_iter(b'{', &html.as_bytes()[start..end]) {
                let open = start + open;
                let Some(name) = html[open + 1..end].split_once('}').map(|(name, _)| name) else {
                    break;
                };
                let Some(value) = self.names.iter().position(|known| known == name) else {
                    continue;
                };
                self.push_text(&html[done..open]);
                self.pieces.push(TextPiece::Value(
                    u32::try_from(value).expect("a tool has fewer values than bytes"),
                ));
                done = open + name.len() + "{}".len();
            }
        }
        self.push_text(&html[done..]);
    }

    /// Replaces each `{name}` that refers to a value with an ellipsis in `text`, which was derived
    /// from this text.
    pub fn without_names(&self, text: String) -> String {
        self.names
            .iter()
            .fold(text, |text, name| text.replace(&format!("{{{name}}}"), "…"))
    }

    fn push_text(&mut self, html: &str) {
        match self.pieces.last_mut() {
            _ if html.is_empty() => {}
            Some(TextPiece::Html(before)) => before.push_str(html),
            _ => self.pieces.push(TextPiece::Html(html.to_owned())),
        }
    }

    /// The names in braces in the Markdown, each with its range without the braces.
    pub fn placeholders(&self) -> Vec<(&str, Range<usize>)> {
        let mut placeholders = Vec::new();
        for (at, _) in self.markdown.match_indices('{') {
            let rest = &self.markdown[at + 1..];
            let length = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            if length > 0 && rest[length..].starts_with('}') {
                placeholders.push((&rest[..length], at + 1..at + 1 + length));
            }
        }
        placeholders
    }
}
