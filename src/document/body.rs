//! A page's body after Markdown was read: HTML with holes for what only the site knows.

use serde::{Deserialize, Serialize};

use super::code::Fence;
use super::components::ArgumentValue;
use super::meta::Located;
use crate::diagnostic::Location;

/// A part of a body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Segment {
    /// Finished HTML.
    Html(String),
    /// The final address of `links[i]`, inside an attribute.
    Address(u32),
    /// The title of the page that the wiki link `links[i]` leads to.
    WikiTitle(u32),
    Component(Box<ComponentCall>),
    /// A word of the text that a page of the glossary explains: that of `terms[i]`.
    Term {
        term: u32,
        text: String,
    },
    /// The file of `includes[i]`.
    Include(u32),
    /// The tool of `embeds[i]`.
    Tool(u32),
    /// The line of the source, from 1, on which the next segment begins. Only where lines are asked
    /// for.
    Line(u32),
}

/// A component's call: rendered by its template, around its body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentCall {
    pub name: String,
    pub arguments: Vec<(String, ArgumentValue)>,
    pub body: Option<Vec<Segment>>,
    pub place: Location,
}

/// Another page's tool, shown in this one: `::tool{page="…" name="value"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolEmbed {
    /// The page's place among the links of this one.
    pub link: u32,
    /// What the tool begins with: names and values as they were written.
    pub given: Vec<(String, Located<String>)>,
    pub call: Located<()>,
}

/// A file whose text is shown in the page: `::include{file="…" region="…" lines="3-9"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileInclude {
    pub file: Located<String>,
    /// The name of a region marked `region NAME` … `endregion NAME` in the file (or `ANCHOR: NAME`
    /// … `ANCHOR_END: NAME`).
    pub region: Option<String>,
    /// First and last line, from 1.
    pub lines: Option<(usize, usize)>,
    pub fence: FenceOptions,
}

/// How an included file is shown; the language is told by the file's extension unless stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FenceOptions {
    pub language: Option<String>,
    pub title: Option<String>,
    pub numbers: bool,
}

impl FenceOptions {
    /// The fence for a file of this extension whose first shown line has this number.
    pub fn fence(&self, extension: &str, first_line: usize) -> Fence {
        Fence {
            language: self
                .language
                .clone()
                .unwrap_or_else(|| extension.to_owned()),
            title: self.title.clone(),
            numbers: self.numbers.then_some(first_line),
            marks: Vec::new(),
        }
    }
}
