//! Comments as other systems write them: `%% … %%`, `{% comment %} … {% endcomment %}`, `{# … #}` and their like.
//!
//! A writer who moves to Handsel means nobody to read them, and Markdown would publish them as text. They are found before Markdown is parsed
//! and taken out. Within a line spaces take their place; elsewhere spaces would indent or break the line, so as many are put into the next
//! blank line, and every offset from there on stays the same. In code they are text.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use super::OPTIONS;
use crate::diagnostic::{Code, Diagnostic};
use crate::paths::SourcePath;
use crate::source::Lines;

/// How a system writes comments.
struct Syntax {
    open: &'static str,
    close: &'static str,
    /// Markdown that begins with the same characters does not go on with a blank.
    needs_blank: bool,
}

const SYNTAXES: [Syntax; 10] = [
    Syntax { open: "%%", close: "%%", needs_blank: false },
    Syntax { open: "{{% comment %}}", close: "{{% /comment %}}", needs_blank: false },
    Syntax { open: "{{< comment >}}", close: "{{< /comment >}}", needs_blank: false },
    Syntax { open: "{{!--", close: "--}}", needs_blank: false },
    Syntax { open: "{{/*", close: "*/}}", needs_blank: false },
    Syntax { open: "{/*", close: "*/}", needs_blank: false },
    Syntax { open: "{%#", close: "%}", needs_blank: false },
    Syntax { open: "{#-", close: "#}", needs_blank: false },
    Syntax { open: "{#", close: "#}", needs_blank: true },
    Syntax { open: "<%--", close: "--%>", needs_blank: false },
];

/// A comment, or what opens one that is never closed.
struct Found {
    range: Range<usize>,
    opening: Range<usize>,
    is_closed: bool,
}

/// The text without the comments of other systems in `body`, each of them a problem. Offsets outside the lines of a comment stay the same.
pub fn without_foreign_comments<'a>(
    path: &SourcePath,
    text: Cow<'a, str>,
    lines: &Lines<'_>,
    body: &Range<usize>,
    problems: &mut Vec<Diagnostic>,
) -> Cow<'a, str> {
    let found = find(&text, body);
    if found.is_empty() {
        return text;
    }
    for comment in &found {
        let opening = text[comment.opening.clone()].trim_end();
        let problem = if comment.is_closed {
            Diagnostic::new(
                Code::ForeignComment,
                format!("the comment that `{opening}` opens is in the syntax of another system, and is left out"),
            )
            .help("write it as `<!-- … -->`; to show it, put it between backticks")
        } else {
            Diagnostic::new(Code::ForeignComment, format!("the comment that `{opening}` opens is never closed, so it is shown"))
                .help("write it as `<!-- … -->`; to show it, put it between backticks")
        };
        problems.push(problem.at(lines.place(path, comment.opening.clone())));
    }
    let ranges: Vec<Range<usize>> = found.into_iter().filter(|comment| comment.is_closed).map(|comment| comment.range).collect();
    Cow::Owned(Removal::new(&text).without(&ranges))
}

/// A text for other programs without the comments of other systems.
pub fn drop_foreign_comments(text: Cow<'_, str>) -> Cow<'_, str> {
    let found = find(&text, &(0..text.len()));
    if !found.iter().any(|comment| comment.is_closed) {
        return text;
    }
    let mut rest = String::with_capacity(text.len());
    let mut at = 0;
    for comment in found.into_iter().filter(|comment| comment.is_closed) {
        rest.push_str(&text[at..comment.range.start]);
        at = comment.range.end;
    }
    rest.push_str(&text[at..]);
    Cow::Owned(rest)
}

/// The comments outside code, in order.
fn find(text: &str, body: &Range<usize>) -> Vec<Found> {
    let part = &text[body.clone()];
    // Nearly every text is seen to hold none by its bytes.
    let is_likely = memchr::memmem::find(part.as_bytes(), b"%%").is_some()
        || memchr::memchr_iter(b'{', part.as_bytes()).any(|at| matches!(part.as_bytes().get(at + 1), Some(b'{' | b'%' | b'#' | b'/')))
        || memchr::memmem::find(part.as_bytes(), b"<%--").is_some();
    if !is_likely {
        return Vec::new();
    }
    let code = code_ranges(part);
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while let Some(offset) = memchr::memchr3(b'%', b'{', b'<', &part.as_bytes()[at..]) {
        let start = at + offset;
        at = start + 1;
        let next_code = code.partition_point(|range| range.end <= start);
        if let Some(range) = code.get(next_code).filter(|range| range.start <= start) {
            at = range.end;
            continue;
        }
        let Some(comment) = comment_at(part, start) else { continue };
        at = if comment.is_closed { comment.range.end } else { comment.opening.end };
        let shift = |range: Range<usize>| body.start + range.start..body.start + range.end;
        found.push(Found { range: shift(comment.range), opening: shift(comment.opening), is_closed: comment.is_closed });
    }
    found
}

fn comment_at(text: &str, start: usize) -> Option<Found> {
    let rest = &text[start..];
    if let Some(length) = tag_length(rest, "comment") {
        let mut ends = rest.match_indices("{%").skip(1).filter_map(|(at, _)| Some(at + tag_length(&rest[at..], "endcomment")?));
        let end = ends.next();
        return Some(Found { range: start..start + end.unwrap_or(length), opening: start..start + length, is_closed: end.is_some() });
    }
    let syntax = SYNTAXES.iter().find(|syntax| rest.starts_with(syntax.open))?;
    let inner = start + syntax.open.len();
    if syntax.needs_blank && !text[inner..].starts_with([' ', '\n', '\t']) {
        return None;
    }
    let mut limit = text.len();
    if syntax.open == "%%" {
        let before = text[..start].chars().next_back().unwrap_or('\n');
        // `100%%` is a number; a line of percent signs is a rule.
        if before.is_alphanumeric() || before == '%' || text[inner..].starts_with('%') {
            return None;
        }
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        if !text[line_start..start].trim().is_empty() {
            limit = text[inner..].find("\n\n").map_or(text.len(), |length| inner + length);
        }
    }
    let end = text[inner..limit].find(syntax.close).map(|length| inner + length + syntax.close.len());
    let begins_line = || text[..start].rsplit('\n').next().is_some_and(|before| before.trim().is_empty());
    // Without an end, some of these are something else.
    let is_comment = end.is_some()
        || match syntax.open {
            "%%" => begins_line(),
            "{#" | "{%#" => false,
            _ => true,
        };
    is_comment.then(|| Found { range: start..end.unwrap_or(inner), opening: start..inner, is_closed: end.is_some() })
}

/// How long a tag of Liquid or Jinja with this name is: `{% comment %}`, `{%- comment "of what" -%}`.
fn tag_length(text: &str, name: &str) -> Option<usize> {
    let inside = text.strip_prefix("{%")?;
    let trimmed = inside.strip_prefix('-').unwrap_or(inside).trim_start();
    let rest = trimmed.strip_prefix(name)?;
    let is_whole = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let end = text.find("%}").filter(|_| is_whole)?;
    (!text[..end].contains('\n')).then_some(end + 2)
}

/// Where code is, fenced, indented or between backticks.
fn code_ranges(text: &str) -> Vec<Range<usize>> {
    let events = Parser::new_ext(text, OPTIONS).into_offset_iter();
    events.filter(|(event, _)| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_)))).map(|(_, range)| range).collect()
}

/// A text from which ranges are taken, so that it keeps its length and its lines.
struct Removal<'a> {
    text: &'a str,
    result: String,
    /// Bytes that were taken and not yet made up for.
    missing: usize,
}

impl<'a> Removal<'a> {
    fn new(text: &'a str) -> Self {
        Removal { text, result: String::with_capacity(text.len()), missing: 0 }
    }

    fn without(mut self, ranges: &[Range<usize>]) -> String {
        let mut at = 0;
        for range in ranges {
            self.keep(at..range.start);
            self.take(range);
            at = range.end;
        }
        self.keep(at..self.text.len());
        self.make_up();
        self.result
    }

    fn make_up(&mut self) {
        self.result.extend(std::iter::repeat_n(' ', std::mem::take(&mut self.missing)));
    }

    /// Keeps a part of the text; its first blank line makes up for what is missing.
    fn keep(&mut self, range: Range<usize>) {
        let part = &self.text[range];
        let blank = part.find("\n\n").filter(|_| self.missing > 0);
        let Some(blank) = blank else { return self.result.push_str(part) };
        self.result.push_str(&part[..=blank]);
        self.make_up();
        self.result.push_str(&part[blank + 1..]);
    }

    fn take(&mut self, range: &Range<usize>) {
        let comment = &self.text[range.clone()];
        let is_marker = |c: char| c.is_whitespace() || c.is_ascii_digit() || matches!(c, '>' | '-' | '*' | '+' | '.' | ')' | '#');
        let before = self.result.rsplit('\n').next().unwrap_or_default();
        let after = self.text[range.end..].split('\n').next().unwrap_or_default();
        if !comment.contains('\n') && !before.chars().all(is_marker) && !after.trim().is_empty() {
            self.result.extend(std::iter::repeat_n(' ', comment.len()));
            return;
        }
        if after.trim().is_empty() || comment.contains('\n') {
            // Two spaces at the end of a line would break it.
            let kept = self.result.trim_end_matches([' ', '\t']).len();
            if !self.result[..kept].ends_with('\n') && kept > 0 {
                self.missing += self.result.len() - kept;
                self.result.truncate(kept);
            }
        }
        for (index, line) in comment.split('\n').enumerate() {
            if index > 0 {
                if index > 1 || self.result.ends_with('\n') || self.result.is_empty() {
                    self.make_up();
                }
                self.result.push('\n');
            }
            self.missing += line.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_go_and_offsets_stay() {
        for (text, expected) in [
            ("a %%b%% c\nd", "a       c\nd"),
            ("a %%b%%\nd\n\ne", "a\nd\n      \ne"),
            ("%%\nb\n\nc\n%%\nd\n", "  \n \n\n \n\nd\n  "),
            ("%%b%% c", " c     "),
            ("- %%b%% c\n\nd", "-  c\n     \nd"),
            ("{# x #}y", "y       "),
            ("100%% and 50%%", "100%% and 50%%"),
            ("`%%a%%`", "`%%a%%`"),
            ("# A {#a}", "# A {#a}"),
        ] {
            let path = SourcePath::root();
            let taken = without_foreign_comments(&path, Cow::Borrowed(text), &Lines::new(text), &(0..text.len()), &mut Vec::new());
            assert_eq!((&*taken, taken.len()), (expected, text.len()), "{text}");
        }
    }
}
