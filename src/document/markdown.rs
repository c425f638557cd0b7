//! Turns Markdown into a body with placeholders. The only user of `pulldown_cmark`.
//!
//! The module walks once over the parser's events. Most of them pass through to the parser's own
//! HTML writer, so a body is CommonMark's except for intended changes: links and images become
//! placeholders, headings get ids, code gets classes, raw HTML is filtered, and components and
//! footnotes are collected in flows of their own.

mod component_calls;
mod copies;
mod embed;
mod events;
mod fence;
mod field;
mod findings;
mod flow;
mod foreign_comments;
mod formulas;
mod heading_attributes;
mod headings;
mod html_text;
mod inline;
mod malformed;
mod malformed_emphasis;
mod pending;
mod problem_counts;
mod raw;
mod section_text;
mod targets;
mod terms;
mod text;
mod violations;
mod words;
mod writing;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Range;

use pulldown_cmark::{BrokenLink, LinkType, Options, Parser};

pub use self::copies::{CopyParts, CopySettings, published_copy, with_links};
pub use self::field::{block_html, inline_html, plain_text};
use self::flow::{Flow, FlowKind};
pub use self::foreign_comments::without_foreign_comments;
use self::headings::TitleSearch;
use self::pending::{FootnoteText, Footnotes, OpenCode, OpenHeading, OpenImage};
use self::problem_counts::{PROBLEMS_MAX, ProblemCounts};
pub use self::targets::targets;
use self::terms::ProseRun;
use self::text::any_byte;
use super::body::{FileInclude, Segment, ToolEmbed};
use super::components::{ComponentMarkers, Signatures};
use super::glossary::TermForms;
use super::highlight::span_cache::HighlightCache;
use super::links::Link;
use super::meta::LocatedValue;
use super::outline::{Heading, HeadingIds};
use super::raw_html::HtmlFragment;
use super::text_sections::TextSection;
use crate::diagnostic::{Checked, Diagnostic, Location};
use crate::fingerprint::Fingerprint;
use crate::paths::SourcePath;
use crate::settings::RawHtml;
use crate::source::LineStarts;

/// What the walk depends on, apart from the text.
#[derive(Clone, Debug)]
pub struct MarkdownSettings<'a> {
    /// Whether this is a page's own text. Only a page's own text has headings, footnotes, included
    /// files and embedded tools.
    pub is_whole: bool,
    /// Whether the page has a title already, so that no heading becomes the title.
    pub is_titled: bool,
    pub raw_html: RawHtml,
    pub smart_punctuation: bool,
    pub math: bool,
    /// Highlights code; `None` if highlighting is off.
    pub colors: Option<&'a HighlightCache>,
    /// Whether to produce segments. Everything else is the same without them.
    pub wants_body: bool,
    /// Whether to collect text sections for the search.
    pub wants_text: bool,
    /// Whether blocks carry the line on which they begin.
    pub with_lines: bool,
    /// Origins that pages may contact.
    pub allow_origins: &'a [String],
    pub signatures: &'a Signatures,
    /// Terms to search for; `None` on pages that turn this off.
    pub forms: Option<&'a TermForms>,
    pub phrases: BodyPhrases,
}

/// Words of the theme that are part of bodies, in the page's language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyPhrases {
    /// The label of a checked box.
    pub task_done: String,
    /// The label of an empty box.
    pub task_open: String,
    /// The label of the link from a footnote back to its reference.
    pub footnote_back: String,
    /// The label after a paid link.
    pub sponsored_link: String,
}

/// The result of reading Markdown.
#[derive(Clone, Debug, Default)]
pub struct MarkdownOutput {
    pub segments: Vec<Segment>,
    /// The page's own heading, taken out of the body.
    pub heading: Option<LocatedValue<Heading>>,
    /// The text of the first first-level heading that stays in the body.
    pub later_title: Option<String>,
    /// The other headings.
    pub outline: Vec<Heading>,
    /// Every id on the page, sorted.
    pub anchors: Vec<String>,
    pub links: Vec<Link>,
    pub includes: Vec<FileInclude>,
    pub embeds: Vec<ToolEmbed>,
    /// The names of the components that the text calls.
    pub components: BTreeSet<String>,
    /// The pages that explain terms used in the text, by first use. A page does not link its own
    /// term.
    pub terms: Vec<SourcePath>,
    /// The hash of the positions of those terms.
    pub term_places: Option<Fingerprint>,
    pub words: usize,
    pub sentences: usize,
    /// Words of more than six letters.
    pub long_words: usize,
    /// Problems that only `check` reports.
    pub remarks: Vec<Diagnostic>,
    /// The first paragraph's text, cut at about 200 characters.
    pub excerpt: String,
    /// The text by headings, if [`MarkdownSettings::wants_text`] is set.
    pub passages: Vec<TextSection>,
}

/// Names that look like components but are placeholders, filled in later.
pub(super) const LEAVES: [&str; 2] = ["include", "tool"];

/// Blocks nested deeper than this lose their nesting.
const DEPTH_MAX: usize = 100;

/// Reads `text[body]`. `text` is the whole file with LF line ends, so that offsets are those of the
/// file.
pub fn read(
    path: &SourcePath,
    text: &str,
    lines: &LineStarts,
    body: Range<usize>,
    settings: &MarkdownSettings,
) -> Checked<MarkdownOutput> {
    let plain = remove_placeholders(text);
    let (hidden, marks) = ComponentMarkers::mask(&plain, body.clone(), |name| {
        settings.signatures.contains_key(name) || (settings.is_whole && LEAVES.contains(&name))
    });
    let mut walk = MarkdownWalk::new(path, text, lines, &hidden, &marks, settings);
    let mut undefined = walk.run(&body);
    // A stated id is rarely the same as one that an earlier heading was given, so a second pass is
    // rare.
    if let Some(stated) = walk.ids.stated_in_conflict() {
        walk = MarkdownWalk::new(path, text, lines, &hidden, &marks, settings);
        walk.ids = HeadingIds::with_reserved(stated);
        undefined = walk.run(&body);
    }
    walk.report_plain_text(&body);
    walk.undefined_references(&undefined, body.start);
    walk.hidden_characters(body);
    walk.finish()
}

/// A reference whose definition is missing: its range in the body, its type and its name.
type UndefinedReference = (Range<usize>, LinkType, String);

/// The parser options of every site.
pub const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_HEADING_ATTRIBUTES)
    .union(Options::ENABLE_GFM)
    .union(Options::ENABLE_DEFINITION_LIST)
    .union(Options::ENABLE_WIKILINKS);

fn options(settings: &MarkdownSettings) -> Options {
    let mut options = OPTIONS;
    options.set(Options::ENABLE_FOOTNOTES, settings.is_whole);
    options.set(
        Options::ENABLE_SMART_PUNCTUATION,
        settings.smart_punctuation,
    );
    options.set(Options::ENABLE_MATH, settings.math);
    options
}

/// The two characters around a placeholder in unfinished HTML. They are noncharacters (Unicode,
/// §23.7), which no text contains on purpose. Between them are the placeholder's number and a key
/// that nobody can know before the text is read, so that writers cannot write a placeholder. See
/// DECISIONS: “Placeholders have a key”.
const PLACEHOLDER_START: char = '\u{FDD0}';
const PLACEHOLDER_END: char = '\u{FDD1}';

fn remove_placeholders(text: &str) -> Cow<'_, str> {
    // For nearly every text, a look at the bytes shows that it contains none.
    if any_byte(text, |byte| byte == 0xEF) && text.contains([PLACEHOLDER_START, PLACEHOLDER_END]) {
        Cow::Owned(text.replace([PLACEHOLDER_START, PLACEHOLDER_END], "\u{FFFD}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The state of the walk: the open flows, innermost last, and what was collected so far.
struct MarkdownWalk<'a> {
    path: &'a SourcePath,
    text: &'a str,
    lines: &'a LineStarts<'a>,
    hidden: &'a str,
    marks: &'a ComponentMarkers,
    settings: &'a MarkdownSettings<'a>,
    flows: Vec<Flow<'a>>,
    placeholders: Vec<Option<Segment>>,
    /// The key that makes the placeholders of this text different from anything in it.
    placeholder_key: String,
    footnotes: Footnotes,
    heading: Option<OpenHeading>,
    image: Option<OpenImage>,
    code: Option<OpenCode>,
    html: Option<HtmlFragment>,
    /// For each open link, whether its end tag has to be written.
    open_links: Vec<bool>,
    /// The source range of consecutive text events without a gap.
    run: Range<usize>,
    prose: ProseRun,
    /// The words of the open link read so far, and the link's range.
    link_words: Option<(String, Range<usize>)>,
    /// Whether the open link is a paid link.
    is_paid: bool,
    /// Whether words were read since the last sentence ended.
    is_in_sentence: bool,
    /// Whether the walk is inside a wiki link without words of its own.
    is_muted: bool,
    /// The classes of the open table's columns; empty if no column is aligned.
    columns: Vec<&'static str>,
    column: usize,
    /// Where the last cell of the open row ends.
    cells_end: usize,
    is_head: bool,
    /// The number of open blocks that were dropped because they are nested too deeply.
    dropped_depth: usize,
    /// The same for components.
    dropped_components: usize,
    /// What was already reported as nested too deeply.
    too_deep: Vec<&'static str>,
    last_level: u8,
    title: TitleSearch,
    /// Whether a bullet of a word processor was already reported.
    has_foreign_bullet: bool,
    ids: HeadingIds,
    out: MarkdownOutput,
    problems: Vec<Diagnostic>,
    problem_counts: ProblemCounts,
}

impl<'a> MarkdownWalk<'a> {
    fn new(
        path: &'a SourcePath,
        text: &'a str,
        lines: &'a LineStarts<'a>,
        hidden: &'a str,
        marks: &'a ComponentMarkers,
        settings: &'a MarkdownSettings<'a>,
    ) -> Self {
        MarkdownWalk {
            path,
            text,
            lines,
            hidden,
            marks,
            settings,
            flows: vec![Flow::new(FlowKind::Root)],
            placeholders: Vec::new(),
            placeholder_key: format!("{:016x}.", RandomState::new().build_hasher().finish()),
            footnotes: Footnotes::default(),
            heading: None,
            image: None,
            code: None,
            html: None,
            open_links: Vec::new(),
            run: 0..0,
            prose: ProseRun::new(settings.forms, path),
            link_words: None,
            is_paid: false,
            is_in_sentence: false,
            is_muted: false,
            columns: Vec::new(),
            column: 0,
            cells_end: 0,
            is_head: false,
            dropped_depth: 0,
            dropped_components: 0,
            too_deep: Vec::new(),
            last_level: 1,
            title: TitleSearch::default(),
            has_foreign_bullet: false,
            ids: HeadingIds::default(),
            out: MarkdownOutput::default(),
            problems: Vec::new(),
            problem_counts: ProblemCounts::default(),
        }
    }

    /// Reads the body. Returns the references whose definitions are missing.
    fn run(&mut self, body: &Range<usize>) -> Vec<UndefinedReference> {
        let mut undefined = Vec::new();
        let on_broken = |link: BrokenLink<'_>| {
            undefined.push((
                link.span.clone(),
                link.link_type,
                link.reference.to_string(),
            ));
            None
        };
        let parser = Parser::new_with_broken_link_callback(
            &self.hidden[body.clone()],
            options(self.settings),
            Some(on_broken),
        );
        for (event, range) in parser.into_offset_iter() {
            self.event(event, range.start + body.start..range.end + body.start);
        }
        undefined
    }

    fn place(&self, range: Range<usize>) -> Location {
        self.lines.place(self.path, range)
    }

    fn problem(&mut self, problem: Diagnostic, range: Range<usize>) {
        if self
            .problem_counts
            .admit(problem.code, || self.lines.place(self.path, range.clone()))
        {
            let place = self.place(range);
            self.problems.push(problem.at(place));
        }
    }

    /// Adds a problem that only `check` reports.
    fn add_advice(&mut self, remark: Diagnostic, range: Range<usize>) {
        if self.out.remarks.len() < PROBLEMS_MAX {
            let place = self.place(range);
            self.out.remarks.push(remark.at(place));
        }
    }
}
