//! The tool of a page: its declaration is read by [`crate::tool`], the Markdown in it like the page's own text.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::body::Segment;
use super::front_matter;
use super::links::Link;
use super::markdown::{self, Markdown, MarkdownSettings};
use super::meta::Placed;
use crate::diagnostic::{Checked, Code, Diagnostic, Place};
use crate::fields::FieldType;
use crate::fingerprint::Fingerprint;
use crate::kind::Kinds;
use crate::paths::SourcePath;
use crate::source::{Lines, Text, with_lf};
use crate::tool::calculator::{Calculator, Written, written};
use crate::tool::prose::{Piece, Prose};
use crate::tool::{self, Reading, Tool};
use crate::yaml::{self, Node};

/// The declaration of a page's tool: the field of that type which its kind has.
pub(super) fn declared<'a>(node: Option<&'a Node>, kind: &str, kinds: &Kinds) -> Option<&'a Node> {
    let field = kinds.get(kind)?.fields.iter().find(|field| field.kind == FieldType::Tool)?;
    node?.get(&field.name)
}

/// Reads a declaration. The links of its texts become links of the page. Beside the tool: the files of `data/` that it asked for.
pub(super) fn read(
    path: &SourcePath,
    text: &str,
    lines: &Lines,
    node: &Node,
    data: &BTreeMap<String, serde_json::Value>,
    settings: &MarkdownSettings,
    page: &mut Markdown,
) -> Checked<(Option<Tool>, Vec<String>)> {
    let reading = Reading { path, text, lines, data: &|name| data.get(name), asked: RefCell::default() };
    let mut problems = Vec::new();
    let mut tool = tool::read(node, &reading).unload(&mut problems);
    for prose in tool.iter_mut().flat_map(Tool::proses_mut) {
        read_prose(path, prose, settings, page, &mut problems);
    }
    Checked::new((tool, reading.asked.into_inner().into_iter().collect()), problems)
}

fn read_prose(path: &SourcePath, prose: &mut Prose, settings: &MarkdownSettings, page: &mut Markdown, problems: &mut Vec<Diagnostic>) {
    let text = prose.markdown.trim_end().to_owned();
    let lines = Lines::new(&text);
    // The scripts of a tool show its texts as they are: no components, and no lines to mark.
    let settings = MarkdownSettings { wants_body: true, with_lines: false, signatures: &BTreeMap::new(), forms: None, ..settings.clone() };
    let read = markdown::read(path, &text, &lines, 0..text.len(), &settings);
    let in_file = |place: Place| {
        let start = lines.offset(place.line, place.column);
        let end = text[start..].char_indices().nth(place.length as usize).map_or(text.len(), |(at, _)| start + at);
        prose.place(start..end).unwrap_or(place)
    };
    problems.extend(read.problems.into_iter().map(|problem| Diagnostic { place: problem.place.clone().map(in_file), ..problem }));
    let first = u32::try_from(page.links.len()).expect("a page has fewer links than bytes");
    let link = |link: Link| Link { target: Placed { place: in_file(link.target.place), value: link.target.value }, role: link.role };
    page.links.extend(read.value.links.into_iter().map(link));
    for segment in read.value.segments {
        match segment {
            Segment::Html(html) => prose.push_html(&html),
            Segment::Address(index) => prose.pieces.push(Piece::Address(first + index)),
            Segment::WikiTitle(index) => prose.pieces.push(Piece::WikiTitle(first + index)),
            Segment::Component(_) | Segment::Include(_) | Segment::Tool(_) | Segment::Term { .. } | Segment::Line(_) => {}
        }
    }
    if prose.is_line && !prose.is_one_paragraph() {
        let problem = Diagnostic::new(Code::BadValue, "this text stands in a line: it can hold no list, heading or second paragraph");
        let place = prose.place(0..text.len());
        problems.push(Diagnostic { place, ..problem }.help("write it as one paragraph"));
    }
}

/// A page's calculator as it stands in its file.
pub fn written_formulas(path: &SourcePath, bytes: &[u8], kind: &str, kinds: &Kinds, calculator: &Calculator) -> Vec<Written> {
    let Ok(text) = Text::decode(path, bytes) else { return Vec::new() };
    let text = with_lf(text.text);
    let front = front_matter::split(path, &text).front;
    let node = front.and_then(|range| yaml::parse(path, &text, range).ok().flatten());
    declared(node.as_ref(), kind, kinds).map(|node| written(node, calculator)).unwrap_or_default()
}

/// The fingerprint of all that a tool shows.
pub(super) fn print(tool: &Tool) -> Fingerprint {
    Fingerprint::of(postcard::to_allocvec(tool).expect("plain values can be written to memory"))
}
