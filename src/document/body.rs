//! A page's body after Markdown was read: HTML with placeholders for what only the whole site can
//! fill in.

use serde::{Deserialize, Serialize};

use super::code::Fence;
use super::components::ArgumentValue;
use super::meta::LocatedValue;
use crate::diagnostic::Location;

/// A part of a body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Segment {
    /// Finished HTML.
    Html(String),
    /// The final address of `links[i]`, inside an attribute.
    Address(u32),
    /// The title of the page that the wiki link `links[i]` points to.
    WikiTitle(u32),
    Component(Box<ComponentCall>),
    /// A glossary term in the text, explained by the page `terms[i]`.
    Term {
        term: u32,
        text: String,
    },
    /// The text of the file `includes[i]`.
    Include(u32),
    /// The tool of `embeds[i]`.
    Tool(u32),
    /// The line of the source, from 1, on which the next segment begins. Present only if lines were
    /// requested.
    Line(u32),
}

/// A call of a component, whose template is rendered around its body.
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
    /// The index of the link to that page among the links of this page.
    pub link: u32,
    /// The initial values of the tool: names and values as written.
    pub given: Vec<(String, LocatedValue<String>)>,
    pub call: LocatedValue<()>,
}

/// A file whose text is shown in the page: `::include{file="…" region="…" lines="3-9"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileInclude {
    pub file: LocatedValue<String>,
    /// The name of a region that is marked `region NAME` … `endregion NAME` (or `ANCHOR: NAME` …
    /// `ANCHOR_END: NAME`) in the file.
    pub region: Option<String>,
    /// The first and the last line, from 1.
    pub lines: Option<(usize, usize)>,
    pub fence: FenceOptions,
}

/// How an included file is shown. The language follows from the file's extension unless it is
/// stated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FenceOptions {
    pub language: Option<String>,
    pub title: Option<String>,
    pub numbers: bool,
}

impl FenceOptions {
    /// The fence for a file with this extension whose first shown line is line `first_line`.
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
