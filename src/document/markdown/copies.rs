//! A page's Markdown as it is published next to its HTML: with links that work from there, with
//! included files in place, and without the comments that the page does not show.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, Event, Options, Parser, Tag};

use super::inline::image_size;
use super::{LEAVES, OPTIONS, remove_placeholders, targets};
use crate::document::body::FileInclude;
use crate::document::components::{ComponentMarkers, Signatures};
use crate::document::links::{Link, LinkRole};
use crate::html::raw_text::holds_text;
use crate::html::tags::may_contain_comments;
use crate::html::{HtmlToken, Tokens};
use crate::source::LineStarts;

/// How a text is read for its copy.
#[derive(Clone, Copy)]
pub struct CopySettings<'a> {
    pub math: bool,
    pub signatures: &'a Signatures,
    /// Whether the page drops HTML comments.
    pub drops_comments: bool,
}

/// What a copy is completed with, in the order of the page's links and included files.
#[derive(Clone, Copy)]
pub struct CopyParts<'a> {
    pub links: &'a [Link],
    /// The address of each link, as in an `href`; `None` for a link that stays as written.
    pub hrefs: &'a [Option<String>],
    /// The text of each wiki link without words of its own.
    pub wiki_titles: &'a [String],
    pub includes: &'a [FileInclude],
    /// The text of each included file, with its language.
    pub included: &'a [(String, String)],
}

/// Edits of a text: by the start of each, its end and the replacement.
#[derive(Default)]
struct TextEdits(BTreeMap<usize, (usize, String)>);

impl TextEdits {
    fn replace(&mut self, range: Range<usize>, text: String) {
        self.0.insert(range.start, (range.end, text));
    }

    fn apply(self, text: &str, body: &Range<usize>) -> String {
        let mut out = String::with_capacity(body.len());
        let mut done = body.start;
        for (start, (end, new)) in self
            .0
            .into_iter()
            .filter(|(start, (end, _))| *start >= body.start && *end <= body.end)
        {
            // An edit within a comment that was removed is skipped.
            if start >= done {
                out.push_str(&text[done..start]);
                out.push_str(&new);
                done = end;
            }
        }
        out + &text[done..body.end]
    }
}

/// The copy of `text[body]`. `lines` converts locations to offsets.
pub fn published_copy(
    (text, lines): (&str, &LineStarts),
    body: Range<usize>,
    settings: CopySettings,
    parts: &CopyParts,
) -> String {
    let mut edits = TextEdits::default();
    // Only links that are not written in the plainest form need a parse; most pages have none.
    let written = LazyCell::new(|| targets(text, body.clone(), settings.math, settings.signatures));
    for (index, (link, href)) in parts.links.iter().zip(parts.hrefs).enumerate() {
        let Some(href) = href else { continue };
        let place = &link.target.place;
        let start = lines.offset(place.line, place.column);
        let end = text[start..]
            .char_indices()
            .nth(place.length as usize)
            .map_or(text.len(), |(at, _)| start + at);
        if !body.contains(&start) {
            continue;
        }
        if let Some(target) = plain_target(text, start..end, link) {
            edits.replace(target, in_parentheses(href));
            continue;
        }
        match written.get(&start) {
            Some(target) if link.role.is_wiki() => {
                let title = parts.wiki_titles.get(index).map(String::as_str);
                write_out(text, start..end, target, href, (link, title), &mut edits);
            }
            Some(target) => edits.replace(target.clone(), in_parentheses(href)),
            None => edits.0.extend(
                value_in(text, start..end, &link.target.value)
                    .map(|range| (range.start, (range.end, href.clone()))),
            ),
        }
    }
    // Any `<!`, `<?` or `</` may begin a comment, and any `]:` a remark. Most pages have neither.
    let may_hide = settings.drops_comments && may_contain_comments(&text[body.clone()])
        || text[body.clone()].contains("]:");
    if may_hide || !parts.includes.is_empty() {
        hide_and_include((text, lines), &body, settings, parts, &mut edits);
    }
    edits.apply(text, &body)
}

/// Removes comments and remarks, and inserts included files.
fn hide_and_include(
    (text, lines): (&str, &LineStarts),
    body: &Range<usize>,
    settings: CopySettings,
    parts: &CopyParts,
    edits: &mut TextEdits,
) {
    let plain = remove_placeholders(text);
    let (hidden, marks) = ComponentMarkers::mask(&plain, body.clone(), |name| {
        settings.signatures.contains_key(name) || LEAVES.contains(&name)
    });
    for (include, (code, language)) in parts
        .includes
        .iter()
        .zip(parts.included)
        .filter(|(_, (code, _))| !code.is_empty())
    {
        let at = lines.offset(include.file.place.line, include.file.place.column);
        if let Some(mark) = marks.within(&(at..at + 1)).next() {
            edits.replace(
                mark.range.clone(),
                fenced(
                    code,
                    language,
                    &text[line_start(text, mark.range.start)..mark.range.start],
                ),
            );
        }
    }
    let (html, remarks) = hidden_parts(&hidden[body.clone()], settings.math);
    let in_file = |range: Range<usize>| range.start + body.start..range.end + body.start;
    if settings.drops_comments {
        html.into_iter()
            .for_each(|range| drop_comments(text, in_file(range), edits));
    }
    remarks
        .into_iter()
        .for_each(|range| edits.replace(in_file(range), String::new()));
}

/// The range of a target that is written as `[words](target)`, without a title and exactly as it is
/// read.
fn plain_target(text: &str, whole: Range<usize>, link: &Link) -> Option<Range<usize>> {
    let value = &link.target.value;
    let before = text[whole.clone()]
        .strip_suffix(')')?
        .strip_suffix(value.as_str())?;
    let start = whole.start + before.len();
    (!link.role.is_wiki() && !value.is_empty() && before.ends_with("]("))
        .then(|| start..start + value.len())
}

/// Replaces the targets of links for which `href` returns one.
pub fn with_links(markdown: &str, math: bool, href: impl Fn(&str) -> Option<String>) -> String {
    let body = 0..markdown.len();
    let mut edits = TextEdits::default();
    for target in targets(markdown, body.clone(), math, &Signatures::new()).into_values() {
        if let Some(href) =
            href(&markdown[target.clone()]).filter(|_| !markdown[..target.start].ends_with("[["))
        {
            edits.replace(target, in_parentheses(&href));
        }
    }
    edits.apply(markdown, &body)
}

/// An address that can be written between parentheses.
fn in_parentheses(href: &str) -> String {
    href.replace('(', "%28").replace(')', "%29")
}

/// Writes `[[target|words]]` as `[words](href)`, because few other programs read wiki links.
fn write_out(
    text: &str,
    whole: Range<usize>,
    target: &Range<usize>,
    href: &str,
    (link, title): (&Link, Option<&str>),
    edits: &mut TextEdits,
) {
    let is_image = link.role == LinkRole::WikiEmbed;
    let open = if is_image { "![" } else { "[" };
    let close = format!("]({})", in_parentheses(href));
    let inside = whole.end.saturating_sub(2).max(target.end);
    let words = text[target.end..inside]
        .find('|')
        .map(|at| target.end + at + 1..inside);
    let has_words =
        |words: &Range<usize>| !(is_image && image_size(text[words.clone()].trim()).is_some());
    match words.filter(has_words) {
        Some(words) => {
            let size = text[words.clone()].rfind('|').filter(|at| {
                is_image && image_size(&text[words.start + at + 1..words.end]).is_some()
            });
            let end = size.map_or(words.end, |at| words.start + at);
            edits.replace(whole.start..words.start, open.to_owned());
            edits.replace(end..whole.end, close);
        }
        None => {
            let title = title
                .filter(|title| !title.is_empty())
                .unwrap_or(&link.target.value);
            let title = title
                .replace('\\', "\\\\")
                .replace('[', "\\[")
                .replace(']', "\\]");
            edits.replace(whole, format!("{open}{title}{close}"));
        }
    }
}

/// The range at which an attribute or an argument writes a link's target.
fn value_in(text: &str, range: Range<usize>, value: &str) -> Option<Range<usize>> {
    let written = &text[range.clone()];
    let ends =
        |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | ','));
    let found = written
        .match_indices(value.trim())
        .filter(|(_, found)| !found.is_empty())
        .find(|(at, found)| {
            ends(written[..*at].chars().next_back())
                && ends(written[at + found.len()..].chars().next())
        });
    found.map(|(at, found)| range.start + at..range.start + at + found.len())
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// An included file as a fence that is longer than any in the file. The text before the marker on
/// its line is repeated before each further line.
fn fenced(code: &str, language: &str, before: &str) -> String {
    let indent: String = before
        .chars()
        .map(|c| if matches!(c, '>' | '\t') { c } else { ' ' })
        .collect();
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let lines = std::iter::once(format!("{fence}{language}"))
        .chain(code.lines().map(str::to_owned))
        .chain([fence]);
    let lines: Vec<String> = lines
        .enumerate()
        .map(|(number, line)| {
            if number == 0 {
                line
            } else {
                format!("{indent}{line}")
            }
        })
        .collect();
    lines.join("\n")
}

/// The HTML of a text (its blocks, and each tag or comment within a line), and its remarks:
/// definitions that no link can refer to, such as `[//]: # (A remark)`.
fn hidden_parts(text: &str, math: bool) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let mut options = OPTIONS;
    options.set(Options::ENABLE_MATH, math);
    let mut events =
        Parser::new_with_broken_link_callback(text, options, Some(|_: BrokenLink<'_>| None))
            .into_offset_iter();
    let mut html = Vec::new();
    for (event, range) in events.by_ref() {
        if matches!(event, Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_)) {
            html.push(range);
        }
    }
    let definitions = events.reference_definitions().iter();
    let remarks = definitions.filter(|(_, definition)| {
        matches!(&*definition.dest, "#" | "") && definition.title.is_some()
    });
    (
        html,
        remarks
            .map(|(_, definition)| definition.span.clone())
            .collect(),
    )
}

fn drop_comments(text: &str, range: Range<usize>, edits: &mut TextEdits) {
    let mut tokens = Tokens::new(&text[range.clone()]);
    while let Some(token) = tokens.next() {
        let comment = match token {
            HtmlToken::Comment { range, .. } | HtmlToken::OddComment(range) => range,
            HtmlToken::StartTag(tag) if holds_text(&tag.name) => {
                tokens.read_text_of(&tag.name);
                continue;
            }
            _ => continue,
        };
        let (start, end) = (range.start + comment.start, range.start + comment.end);
        let is_last = text[end..]
            .trim_start_matches([' ', '\t'])
            .starts_with('\n')
            || end == text.len();
        // A removed range at the end of a line takes the spaces before it with it.
        let start = if is_last {
            text[..start].trim_end_matches([' ', '\t']).len()
        } else {
            start
        };
        edits.replace(start..end, String::new());
    }
}
