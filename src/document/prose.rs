//! Markdown in front matter: the texts of a declared tool and of the fields of a page's kind.
//!
//! It is read like the page's own text: its links are resolved and checked, raw HTML is filtered,
//! and each problem is reported where it is written. It cannot contain headings, footnotes or
//! components.

use std::collections::BTreeMap;

use super::body::Segment;
use super::links::Link;
use super::markdown::{self, MarkdownOutput, MarkdownSettings};
use super::meta::{LocatedValue, Meta, SourceReference};
use super::text_sections::{TextSection, joined};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::fields::{Field, FieldItem, FieldItems, texts};
use crate::paths::SourcePath;
use crate::source::LineStarts;
use crate::tool::prose::{TextPiece, ToolText};
use crate::yaml::offset_map::OffsetMap;

/// The id of the part of a page that lists its sources.
const SOURCES_ID: &str = "Sources";

/// Reads the texts of a page's own fields, in the order of [`texts::of_page`]. If text sections are
/// wanted, these texts and the fields without Markdown form one section.
pub(super) fn of_fields(
    (path, text, lines): (&SourcePath, &str, &LineStarts),
    (items, fields): (&FieldItems, &[Field]),
    settings: &MarkdownSettings,
    page: &mut MarkdownOutput,
    problems: &mut Vec<Diagnostic>,
) -> Vec<ToolText> {
    let mut shown = Vec::new();
    let read = |(item, is_line): (&FieldItem, bool)| {
        let markdown = item.as_text().unwrap_or_default();
        // A text from a folder's defaults is in another file, where only the position of the whole
        // value is known.
        let offsets = (item.place.path == *path)
            .then(|| OffsetMap::of_value(text, lines, &item.place, markdown));
        let place = |range| {
            offsets
                .as_ref()
                .map_or_else(|| item.place.clone(), |offsets| offsets.place(range))
        };
        let mut prose = ToolText::written(markdown, is_line, place);
        shown.push(read_prose(path, &mut prose, settings, page, problems));
        prose
    };
    let proses = texts::of_page(items, fields)
        .into_iter()
        .map(read)
        .collect();
    if settings.wants_text {
        let all: Vec<&str> = texts::plain(items, fields)
            .into_iter()
            .chain(shown.iter().map(String::as_str))
            .collect();
        page.passages
            .extend(TextSection::add_field_sections("", &all));
    }
    proses
}

/// What every page shows of its front matter in addition to its text: the disclosure and the
/// sources.
pub(super) fn of_front_matter(meta: &Meta) -> impl Iterator<Item = TextSection> {
    let is_named = |source: &&SourceReference| {
        source
            .url
            .as_ref()
            .is_none_or(|url| url.value != source.title)
    };
    let sources: Vec<&str> = meta
        .sources
        .iter()
        .filter(is_named)
        .map(|source| source.title.as_str())
        .collect();
    let disclosure =
        TextSection::add_field_sections("", &[meta.disclosure.as_deref().unwrap_or_default()]);
    disclosure
        .into_iter()
        .chain(TextSection::add_field_sections(SOURCES_ID, &sources))
}

/// Reads one text and adds its links to the page's links. Returns the text as readers see it, or an
/// empty string if text sections are not wanted.
pub(super) fn read_prose(
    path: &SourcePath,
    prose: &mut ToolText,
    settings: &MarkdownSettings,
    page: &mut MarkdownOutput,
    problems: &mut Vec<Diagnostic>,
) -> String {
    let text = prose.markdown.trim_end().to_owned();
    let lines = LineStarts::new(&text);
    // Scripts and templates show these texts without changes, so they have no components and no
    // line numbers.
    let no_components = BTreeMap::new();
    let settings = MarkdownSettings {
        is_whole: false,
        is_titled: true,
        wants_body: true,
        with_lines: false,
        signatures: &no_components,
        forms: None,
        ..settings.clone()
    };
    let read = markdown::read(path, &text, &lines, 0..text.len(), &settings);
    let in_file = |place: Location| {
        let start = lines.offset(place.line, place.column);
        let end = text[start..]
            .char_indices()
            .nth(place.length as usize)
            .map_or(text.len(), |(at, _)| start + at);
        prose.place(start..end).unwrap_or(place)
    };
    let reported = |problem: Diagnostic| Diagnostic {
        location: problem.location.clone().map(in_file),
        ..problem
    };
    problems.extend(read.problems.into_iter().map(reported));
    page.remarks
        .extend(read.value.remarks.into_iter().map(reported));
    let first = u32::try_from(page.links.len()).expect("a page has fewer links than bytes");
    // The words of a link may span several lines of the file, so a problem is located at the link's
    // target.
    let targets = if read.value.links.is_empty() {
        BTreeMap::new()
    } else {
        markdown::targets(&text, 0..text.len(), settings.math, &no_components)
    };
    let link = |link: Link| {
        let start = lines.offset(link.target.place.line, link.target.place.column);
        let of_target = targets
            .get(&start)
            .and_then(|range| prose.place(range.clone()));
        Link {
            target: LocatedValue {
                place: of_target.unwrap_or_else(|| in_file(link.target.place)),
                ..link.target
            },
            role: link.role,
        }
    };
    page.links.extend(read.value.links.into_iter().map(link));
    for segment in read.value.segments {
        match segment {
            Segment::Html(html) => prose.push_html(&html),
            Segment::Address(index) => prose.pieces.push(TextPiece::Address(first + index)),
            Segment::WikiTitle(index) => prose.pieces.push(TextPiece::WikiTitle(first + index)),
            Segment::Component(_)
            | Segment::Include(_)
            | Segment::Tool(_)
            | Segment::Term { .. }
            | Segment::Line(_) => {}
        }
    }
    if prose.is_line && !prose.is_one_paragraph() {
        let problem = Diagnostic::new(
            Code::BadValue,
            "this text is shown within a line, so it cannot contain a list, a heading or a second paragraph",
        );
        let place = prose.place(0..text.len());
        problems.push(
            Diagnostic {
                location: place,
                ..problem
            }
            .help("write it as one paragraph"),
        );
    }
    prose.without_names(joined(&read.value.passages))
}
