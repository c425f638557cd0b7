//! Markdown in front matter: what a result of a tool means, why a step counts, what an offer is
//! not.
//!
//! It is read like a page's text, by `document`, which knows Markdown: links are resolved and
//! checked, raw HTML is filtered. `{name}` stands for a value of the tool and becomes a hole that
//! the build fills and the script fills again.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::ToolContext;
use crate::diagnostic::Location;
use crate::yaml::YamlNode;

/// A text in Markdown, and what it was made into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolText {
    /// As it was written.
    pub markdown: String,
    /// Empty until the document was read.
    pub pieces: Vec<TextPiece>,
    /// The names that `{name}` may stand for; their positions are those of [`TextPiece::Value`].
    names: Vec<String>,
    /// Whether it stands in a line, so that it is no more than one paragraph.
    pub is_line: bool,
    /// Where each run of the Markdown stands in the file. Moving a line changes nothing that a page
    /// shows.
    #[serde(skip)]
    spots: LinePlaces,
}

/// A part of a text that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextPiece {
    /// Finished HTML.
    Html(String),
    /// The final address of `links[i]` of the page, inside an attribute.
    Address(u32),
    /// The title of the page that the wiki link `links[i]` leads to.
    WikiTitle(u32),
    /// The value of this number.
    Value(u32),
}

/// Places of the lines of a text; all are equal to each other, since what a page shows does not
/// depend on them.
#[derive(Clone, Debug, Default)]
struct LinePlaces(Vec<(usize, Location)>);

impl PartialEq for LinePlaces {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl ToolText {
    /// The Markdown of a text of the declaration, in which `{name}` may stand for one of `names`.
    /// `None` for what is no text.
    pub fn of(node: &YamlNode, reading: &ToolContext, names: &[String]) -> Option<Self> {
        let spots = reading.offset_map(node);
        let written = ToolText::written(node.as_text()?, false, |range| spots.place(range));
        Some(ToolText {
            names: names.to_vec(),
            ..written
        })
    }

    /// Markdown of which `place` tells where a range of its bytes stands.
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
            spots: LinePlaces(places),
        }
    }

    /// The Markdown of a text that stands in a line: a label, an answer.
    pub fn line(node: &YamlNode, reading: &ToolContext) -> Option<Self> {
        Some(ToolText {
            is_line: true,
            ..ToolText::of(node, reading, &[])?
        })
    }

    /// The Markdown of a part of a text.
    pub fn part(node: &YamlNode, reading: &ToolContext, range: Range<usize>) -> Option<Self> {
        let whole = ToolText::of(node, reading, &[])?;
        let first = whole
            .spots
            .0
            .partition_point(|(at, _)| *at <= range.start)
            .saturating_sub(1);
        let start = whole.place(range.start..range.start)?;
        let later = whole.spots.0[first..]
            .iter()
            .filter(|(at, _)| range.start < *at && *at < range.end);
        let places = std::iter::once((0, start))
            .chain(later.map(|(at, place)| (at - range.start, place.clone())))
            .collect();
        Some(ToolText {
            markdown: whole.markdown[range].to_owned(),
            spots: LinePlaces(places),
            ..whole
        })
    }

    /// Whether it came to one paragraph and nothing else.
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

    /// The place of a range of the Markdown.
    pub fn place(&self, range: Range<usize>) -> Option<Location> {
        let (start, place) = &self.spots.0[self
            .spots
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

    /// Adds finished HTML, its `{name}`s made into holes. In tags they stay text.
    pub fn push_html(&mut self, html: &str) {
        let mut done = 0;
        let mut is_tag = false;
        for (at, byte) in html.bytes().enumerate() {
            match byte {
                b'<' => is_tag = true,
                b'>' => is_tag = false,
                b'{' if !is_tag && at >= done => {
                    let Some(length) = html[at..].find('}') else {
                        break;
                    };
                    let name = &html[at + 1..at + length];
                    let Some(value) = self.names.iter().position(|known| known == name) else {
                        continue;
                    };
                    self.push_text(&html[done..at]);
                    self.pieces.push(TextPiece::Value(
                        u32::try_from(value).expect("a tool has fewer values than bytes"),
                    ));
                    done = at + length + 1;
                }
                _ => {}
            }
        }
        self.push_text(&html[done..]);
    }

    /// A text made of this one, a sign of omission in the place of each `{name}` that stands for a
    /// value.
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

    /// The names in braces that the Markdown holds, each with its range without the braces.
    pub fn placeholders(&self) -> Vec<(&str, Range<usize>)> {
        let mut holes = Vec::new();
        for (at, _) in self.markdown.match_indices('{') {
            let rest = &self.markdown[at + 1..];
            let length = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            if length > 0 && rest[length..].starts_with('}') {
                holes.push((&rest[..length], at + 1..at + 1 + length));
            }
        }
        holes
    }
}
