//! Markdown that stands in front matter: the texts of a declared tool, and those of the fields of a
//! page's kind.
//!
//! It is read like the page's own text: links are resolved and checked as the page's, raw HTML is
//! filtered, each problem stands where it was written. Headings, footnotes and components are the
//! page's own text's alone.

use std::collections::BTreeMap;

use super::body::Segment;
use super::links::Link;
use super::markdown::{self, MarkdownOutput, MarkdownSettings};
use super::meta::{Located, Meta, SourceReference};
use super::text_sections::{TextSection, joined};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::fields::{Field, FieldItem, FieldItems, texts};
use crate::paths::SourcePath;
use crate::source::LineStarts;
use crate::tool::prose::{TextPiece, ToolText};
use crate::yaml::offset_map::OffsetMap;

/// The id of the part of a page that names its sources.
const SOURCES_ID: &str = "Sources";

/// Reads the texts of a page's own fields, in the order of [`texts::of_page`]. What they say, and
/// what those without Markdown do, is a passage of the page where the text is wanted.
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
        // What a folder's defaults say stands in another file, of which only the value's place is
        // known.
        let spots = (item.place.path == *path)
            .then(|| OffsetMap::of_value(text, lines, &item.place, markdown));
        let place = |range| {
            spots
                .as_ref()
                .map_or_else(|| item.place.clone(), |spots| spots.place(range))
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

/// What every page shows of its front matter beside its text: interests behind it, and what it was
/// taken from.
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

/// Reads one text. Its links become links of the page. It gives what readers see of it, empty where
/// that is not wanted.
pub(super) fn read_prose(
    path: &SourcePath,
    prose: &mut ToolText,
    settings: &MarkdownSettings,
    page: &mut MarkdownOutput,
    problems: &mut Vec<Diagnostic>,
) -> String {
    let text = prose.markdown.trim_end().to_owned();
    let lines = LineStarts::new(&text);
    // Scripts and templates show these texts as they are: no components, and no lines to mark.
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
    // The words of a link may go over several lines of the file: what stands at one place is its
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
            target: Located {
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
            "this text stands in a line: it can hold no list, heading or second paragraph",
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
