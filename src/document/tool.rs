//! The tool of a page. [`crate::tool`] reads its declaration; the Markdown in it is read like the
//! page's own text.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::front_matter;
use super::markdown::{MarkdownOutput, MarkdownSettings};
use super::prose::read_prose;
use super::text_sections::TextSection;
use crate::diagnostic::Checked;
use crate::fields::FieldType;
use crate::fingerprint::Fingerprint;
use crate::kind::Kinds;
use crate::paths::SourcePath;
use crate::source::{LineStarts, SourceFile, with_lf};
use crate::tool::calculator::{Calculator, WrittenValue, written};
use crate::tool::{self, Tool, ToolContext};
use crate::yaml::{self, YamlNode};

/// The declaration of a page's tool, in the tool field of its kind.
pub(super) fn declared<'a>(
    node: Option<&'a YamlNode>,
    kind: &str,
    kinds: &Kinds,
) -> Option<&'a YamlNode> {
    let field = kinds
        .get(kind)?
        .fields
        .iter()
        .find(|field| field.kind == FieldType::Tool)?;
    node?.get(&field.name)
}

/// Reads a declaration. The links of its texts become links of the page, and its words a text
/// section. Also returns the names of the files of `data/` that it uses.
pub(super) fn read(
    path: &SourcePath,
    text: &str,
    lines: &LineStarts,
    node: &YamlNode,
    data: &BTreeMap<String, serde_json::Value>,
    settings: &MarkdownSettings,
    page: &mut MarkdownOutput,
) -> Checked<(Option<Tool>, Vec<String>)> {
    let reading = ToolContext {
        path,
        text,
        lines,
        data: &|name| data.get(name),
        asked: RefCell::default(),
    };
    let mut problems = Vec::new();
    let mut tool = tool::read(node, &reading).take_into(&mut problems);
    let mut shown = Vec::new();
    for prose in tool.iter_mut().flat_map(Tool::texts_mut) {
        shown.push(read_prose(path, prose, settings, page, &mut problems));
    }
    if settings.wants_text {
        let labels = tool.as_ref().map(Tool::labels).unwrap_or_default();
        let all: Vec<&str> = labels
            .into_iter()
            .chain(shown.iter().map(String::as_str))
            .collect();
        page.passages
            .extend(TextSection::add_field_sections(tool::ID, &all));
    }
    Checked::new(
        (tool, reading.asked.into_inner().into_iter().collect()),
        problems,
    )
}

/// A page's calculator as written in its file.
pub fn written_formulas(
    path: &SourcePath,
    bytes: &[u8],
    kind: &str,
    kinds: &Kinds,
    calculator: &Calculator,
) -> Vec<WrittenValue> {
    let Ok(text) = SourceFile::decode(path, bytes) else {
        return Vec::new();
    };
    let text = with_lf(text.text);
    let front = front_matter::split(path, &text).front;
    let node = front.and_then(|range| yaml::parse(path, &text, range).ok().flatten());
    declared(node.as_ref(), kind, kinds)
        .map(|node| written(node, calculator))
        .unwrap_or_default()
}

/// The hash of everything that a tool shows.
pub(super) fn hash(tool: &Tool) -> Fingerprint {
    Fingerprint::of(postcard::to_allocvec(tool).expect("plain values can be written to memory"))
}
