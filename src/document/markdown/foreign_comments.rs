//! Comments in the syntax of other systems: `%% … %%`, `{% comment %} … {% endcomment %}`,
//! `{# … #}` and similar ones.
//!
//! Writers who move to Handsel do not want them published, and Markdown would publish them as text.
//! They are found before Markdown is parsed, and removed. Within a line, spaces replace them.
//! Elsewhere, spaces would indent or break the line, so they are added to the next blank line
//! instead, and every offset after that stays the same. In code they are text.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use super::OPTIONS;
use crate::diagnostic::{Code, Diagnostic};
use crate::paths::SourcePath;
use crate::source::LineStarts;

/// How a system writes comments.
struct CommentSyntax {
    open: &'static str,
    close: &'static str,
    /// Whether a blank has to follow, because Markdown may begin with the same characters.
    needs_blank: bool,
}

const SYNTAXES: [CommentSyntax; 10] = [
    CommentSyntax {
        open: "%%",
        close: "%%",
        needs_blank: false,
    },
    CommentSyntax {
        open: "{{% comment %}}",
        close: "{{% /comment %}}",
        needs_blank: false,
    },
    CommentSyntax {
        open: "{{< comment >}}",
        close: "{{< /comment >}}",
        needs_blank: false,
    },
    CommentSyntax {
        open: "{{!--",
        close: "--}}",
        needs_blank: false,
    },
    CommentSyntax {
        open: "{{/*",
        close: "*/}}",
        needs_blank: false,
    },
    CommentSyntax {
        open: "{/*",
        close: "*/}",
        needs_blank: false,
    },
    CommentSyntax {
        open: "{%#",
        close: "%}",
        needs_blank: false,
    },
    CommentSyntax {
        open: "{#-",
        close: "#}",
        needs_blank: false,
    },
    CommentSyntax {
        open: "{#",
        close: "#}",
        needs_blank: true,
    },
    CommentSyntax {
        open: "<%--",
        close: "--%>",
        needs_blank: false,
    },
];

/// The maximum number of comments on a page that are reported one by one.
const REPORTED_MAX: usize = 50;

/// A comment, or the start of one that is never closed.
struct CommentMatch {
    range: Range<usize>,
    opening: Range<usize>,
    is_closed: bool,
}

/// Removes the comments of other systems from `body` and reports each of them. Offsets outside the
/// lines of a comment stay the same.
pub fn without_foreign_comments<'a>(
    path: &SourcePath,
    text: Cow<'a, str>,
    lines: &LineStarts<'_>,
    body: &Range<usize>,
    problems: &mut Vec<Diagnostic>,
) -> Cow<'a, str> {
    let found = find(&text, body);
    if found.is_empty() {
        return text;
    }
    for (index, comment) in found.iter().take(REPORTED_MAX).enumerate() {
        let opening = text[comment.opening.clone()].trim_end();
        let outcome = if comment.is_closed {
            "uses the syntax of another system and is left out"
        } else {
            "is never closed, so it is shown as text"
        };
        let more = match found.len() - REPORTED_MAX.min(found.len()) {
            more if more > 0 && index + 1 == REPORTED_MAX => {
                format!("; this page has {more} more")
            }
            _ => String::new(),
        };
        let message = format!("the comment that `{opening}` opens {outcome}{more}");
        let problem = Diagnostic::new(Code::ForeignComment, message)
            .at(lines.place(path, comment.opening.clone()));
        problems.push(
            problem.help("write it as `<!-- … -->`; to show it as text, put it between backticks"),
        );
    }
    let ranges: Vec<Range<usize>> = found
        .into_iter()
        .filter(|comment| comment.is_closed)
        .map(|comment| comment.range)
        .collect();
    Cow::Owned(BlankedText::new(&text).without(&ranges))
}

/// The comments outside code, in order.
fn find(text: &str, body: &Range<usize>) -> Vec<CommentMatch> {
    let part = &text[body.clone()];
    if !may_hold_comments(part.as_bytes()) {
        return Vec::new();
    }
    let code = code_ranges(part);
    let mut search = CommentSearch {
        text: part,
        line_start: 0,
        looked_to: 0,
        without_end: [false; SYNTAXES.len() + 1],
    };
    let mut found: Vec<CommentMatch> = Vec::new();
    let mut at = 0;
    while let Some(offset) = memchr::memchr3(b'%', b'{', b'<', &part.as_bytes()[at..]) {
        let start = at + offset;
        at = start + 1;
        let next_code = code.partition_point(|range| range.end <= start);
        if let Some(range) = code.get(next_code).filter(|range| range.start <= start) {
            at = range.end;
            continue;
        }
        let Some(comment) = search.comment_at(start) else {
            continue;
        };
        at = if comment.is_closed {
            comment.range.end
        } else {
            comment.opening.end
        };
        let shift = |range: Range<usize>| body.start + range.start..body.start + range.end;
        found.push(CommentMatch {
            range: shift(comment.range),
            opening: shift(comment.opening),
            is_closed: comment.is_closed,
        });
    }
    found
}

/// For nearly every text, a look at the bytes shows that it contains no such comment.
fn may_hold_comments(text: &[u8]) -> bool {
    let opens = |at: usize| match &text[at..] {
        [_, b'%', b'#', ..]
        | [_, b'#', b'-' | b' ' | b'\t' | b'\n', ..]
        | [_, b'/', b'*', ..]
        | [_, b'{', b'!' | b'/' | b'%' | b'<', ..] => true,
        [_, b'%', rest @ ..] => {
            rest.trim_ascii_start().starts_with(b"comment") || rest.starts_with(b"-")
        }
        _ => false,
    };
    memchr::memmem::find(text, b"%%").is_some()
        || memchr::memchr_iter(b'{', text).any(opens)
        || memchr::memmem::find(text, b"<%--").is_some()
}

/// A search through a text that looks at nothing twice.
struct CommentSearch<'a> {
    text: &'a str,
    /// The start of the line that holds `looked_to`.
    line_start: usize,
    looked_to: usize,
    /// For each syntax, and for tags: whether no end of a comment is left.
    without_end: [bool; SYNTAXES.len() + 1],
}

impl CommentSearch<'_> {
    fn comment_at(&mut self, start: usize) -> Option<CommentMatch> {
        let (text, rest) = (self.text, &self.text[start..]);
        if let Some(newline) = memchr::memrchr(b'\n', &text.as_bytes()[self.looked_to..start]) {
            self.line_start = self.looked_to + newline + 1;
        }
        self.looked_to = start;
        if let Some(length) = tag_length(rest, "comment") {
            let end = if self.without_end[SYNTAXES.len()] {
                None
            } else {
                end_of_tags(rest)
            };
            self.without_end[SYNTAXES.len()] |= end.is_none();
            return Some(CommentMatch {
                range: start..start + end.unwrap_or(length),
                opening: start..start + length,
                is_closed: end.is_some(),
            });
        }
        let (kind, syntax) = SYNTAXES
            .iter()
            .enumerate()
            .find(|(_, syntax)| rest.starts_with(syntax.open))?;
        let inner = start + syntax.open.len();
        let is_percent = syntax.open == "%%";
        // `100%%` is a number, and a line of percent signs is a rule.
        let before = text[..start].chars().next_back().unwrap_or('\n');
        if is_percent
            && (before.is_alphanumeric() || before == '%' || text[inner..].starts_with('%'))
            || syntax.needs_blank && !text[inner..].starts_with([' ', '\n', '\t'])
        {
            return None;
        }
        let end = if self.without_end[kind] {
            None
        } else {
            text[inner..].find(syntax.close)
        };
        self.without_end[kind] |= end.is_none();
        let begins_line = text[self.line_start..start].trim().is_empty();
        // A comment that begins within a line has to end in its paragraph.
        let end = end.filter(|length| {
            !is_percent || begins_line || !text[inner..inner + length].contains("\n\n")
        });
        let end = end.map(|length| inner + length + syntax.close.len());
        // Without an end, some of these mean something else.
        let is_comment = end.is_some()
            || match syntax.open {
                "%%" => begins_line,
                "{#" | "{%#" => false,
                _ => true,
            };
        is_comment.then(|| CommentMatch {
            range: start..end.unwrap_or(inner),
            opening: start..inner,
            is_closed: end.is_some(),
        })
    }
}

/// Where the comment between tags that begins here ends.
fn end_of_tags(text: &str) -> Option<usize> {
    text.match_indices("{%")
        .skip(1)
        .find_map(|(at, _)| Some(at + tag_length(&text[at..], "endcomment")?))
}

/// The length of a Liquid or Jinja tag with this name: `{% comment %}`,
/// `{%- comment "of what" -%}`.
fn tag_length(text: &str, name: &str) -> Option<usize> {
    let inside = text.strip_prefix("{%")?;
    let trimmed = inside.strip_prefix('-').unwrap_or(inside).trim_start();
    let rest = trimmed.strip_prefix(name)?;
    let is_whole = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let end = text.find("%}").filter(|_| is_whole)?;
    (!text[..end].contains('\n')).then_some(end + 2)
}

/// Longer texts are not parsed a second time to find code.
const PARSED_MAX: usize = 512 * 1024;

/// The ranges of code: fenced, indented or between backticks. In a long text, indented code is not
/// found.
fn code_ranges(text: &str) -> Vec<Range<usize>> {
    if text.len() > PARSED_MAX {
        return code_ranges_by_line(text);
    }
    let events = Parser::new_ext(text, OPTIONS).into_offset_iter();
    events
        .filter(|(event, _)| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_))))
        .map(|(_, range)| range)
        .collect()
}

/// Code blocks between fences, and pairs of backticks within a line.
fn code_ranges_by_line(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut fence: Option<(usize, &str)> = None;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches([' ', '>']);
        let mark = ["```", "~~~"]
            .into_iter()
            .find(|mark| content.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some((start, mark)),
            (Some((begin, open)), Some(mark)) if open == mark => {
                ranges.push(begin..start + line.len());
                fence = None;
            }
            (Some(_), _) => {}
            (None, None) => {
                let ticks: Vec<usize> = memchr::memchr_iter(b'`', line.as_bytes()).collect();
                ranges.extend(
                    ticks
                        .chunks_exact(2)
                        .map(|pair| start + pair[0]..start + pair[1] + 1),
                );
            }
        }
        start += line.len();
    }
    ranges.extend(fence.map(|(begin, _)| begin..text.len()));
    ranges
}

/// A text from which ranges are removed without changing its length or its lines.
struct BlankedText<'a> {
    text: &'a str,
    result: String,
    /// Bytes that were removed and not yet made up for with spaces.
    missing: usize,
    /// Whether the current line has more than the markers of lists, quotes and headings.
    has_text: bool,
    /// The end of the last line of `text` that was checked.
    line_end: usize,
}

impl<'a> BlankedText<'a> {
    fn new(text: &'a str) -> Self {
        BlankedText {
            text,
            result: String::with_capacity(text.len()),
            missing: 0,
            has_text: false,
            line_end: 0,
        }
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
        self.result
            .extend(std::iter::repeat_n(' ', std::mem::take(&mut self.missing)));
    }

    /// Keeps a part of the text. Its first blank line makes up for the missing bytes.
    fn keep(&mut self, range: Range<usize>) {
        let part = &self.text[range];
        let is_marker = |c: char| {
            c.is_whitespace()
                || c.is_ascii_digit()
                || matches!(c, '>' | '-' | '*' | '+' | '.' | ')' | '#')
        };
        let line = match part.rfind('\n') {
            Some(newline) => {
                self.has_text = false;
                &part[newline + 1..]
            }
            None => part,
        };
        self.has_text |= !line.chars().all(is_marker);
        let blank = if self.missing > 0 {
            part.find("\n\n")
        } else {
            None
        };
        let Some(blank) = blank else {
            return self.result.push_str(part);
        };
        self.result.push_str(&part[..=blank]);
        self.make_up();
        self.result.push_str(&part[blank + 1..]);
    }

    fn take(&mut self, range: &Range<usize>) {
        let comment = &self.text[range.clone()];
        if self.line_end < range.end {
            self.line_end = self.text[range.end..]
                .find('\n')
                .map_or(self.text.len(), |length| range.end + length);
        }
        let ends_line = self.text[range.end..self.line_end].trim().is_empty();
        if !comment.contains('\n') && self.has_text && !ends_line {
            self.result.extend(std::iter::repeat_n(' ', comment.len()));
            return;
        }
        if self.has_text && (ends_line || comment.contains('\n')) {
            // Two spaces at the end of a line would break it.
            let kept = self.result.trim_end_matches([' ', '\t']).len();
            self.missing += self.result.len() - kept;
            self.result.truncate(kept);
        }
        for (index, line) in comment.split('\n').enumerate() {
            if index > 0 {
                if index > 1 || self.result.ends_with('\n') || self.result.is_empty() {
                    self.make_up();
                }
                self.result.push('\n');
                self.has_text = false;
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
            let taken = without_foreign_comments(
                &path,
                Cow::Borrowed(text),
                &LineStarts::new(text),
                &(0..text.len()),
                &mut Vec::new(),
            );
            assert_eq!((&*taken, taken.len()), (expected, text.len()), "{text}");
        }
    }
}
