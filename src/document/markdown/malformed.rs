//! Markup that is shown as text because Markdown does not read it as intended: links, headings,
//! lists, tables and emphasis, often pasted from elsewhere. Only text events are searched, so code
//! is never reported.

use std::ops::Range;

use super::MarkdownWalk;
use crate::diagnostic::{Code, Diagnostic};

/// Characters that word processors write before list items.
const BULLETS: [char; 14] = [
    '·', '•', '‣', '◦', '∙', '▪', '▫', '■', '●', '○', '➢', '\u{F0A7}', '\u{F0B7}', '\u{F0D8}',
];

/// The minimum number of digits in a telephone number.
const PHONE_DIGITS: usize = 6;

/// How far around a bracket the rest of a link is searched for, in bytes. Addresses are shorter.
/// Without a limit, a text of nothing but brackets would be read once for each of them.
const REACH: usize = 512;

impl MarkdownWalk<'_> {
    /// Checks a paragraph for intended blocks of other types.
    pub(super) fn malformed_block(&mut self, range: &Range<usize>) {
        let text = self.text;
        let Some(paragraph) = text.get(range.clone()) else {
            return;
        };
        let begin = range.start + (paragraph.len() - paragraph.trim_start().len());
        let rest = &text[begin..range.end];
        match rest.as_bytes().first() {
            Some(b'#') => self.malformed_heading(begin, first_line(rest), paragraph),
            Some(b'0'..=b'9') => self.malformed_item(begin, first_line(rest)),
            Some(b'|') => self.malformed_table(begin, paragraph),
            Some(b'o') if first_line(rest).starts_with("o\t") => self.foreign_bullet(begin, 'o'),
            Some(0x80..) => {
                if let Some(bullet) = rest.chars().next().filter(|c| BULLETS.contains(c)) {
                    self.foreign_bullet(begin, bullet);
                }
            }
            _ => {}
        }
        if memchr::memchr(b'#', paragraph.as_bytes()).is_none() {
            return;
        }
        // Two or more `#` at the beginning of a line are rarely text.
        for (at, _) in paragraph.match_indices("\n##") {
            let line = range.start + at + 1;
            self.malformed_heading(line, first_line(&text[line..range.end]), paragraph);
        }
    }

    fn malformed_heading(&mut self, at: usize, line: &str, paragraph: &str) {
        let words = line.trim_start_matches('#');
        let level = line.len() - words.len();
        let Some(first) = words
            .chars()
            .next()
            .filter(|c| c.is_alphanumeric() && level <= 6)
        else {
            return;
        };
        // One `#` may begin a tag or a number: `#wood`, `#1`.
        let is_tag = level == 1
            && (!first.is_alphabetic()
                || first.is_lowercase()
                || words.contains('#')
                || paragraph.trim().contains('\n'));
        if is_tag {
            return;
        }
        let marks = &line[..level];
        let message = format!("`{}` is not read as a heading", shortened(line));
        let help = format!("add a space after `{marks}`; if it is text, write `\\{marks}`");
        self.problem(
            Diagnostic::new(Code::MalformedBlock, message).help(help),
            at..at + line.len(),
        );
    }

    /// Reports `1.Item`.
    fn malformed_item(&mut self, at: usize, line: &str) {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let Some(words) = line[digits..]
            .strip_prefix(['.', ')'])
            .filter(|_| digits <= 2)
        else {
            return;
        };
        let is_word = words.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase());
        // `2.X` is a version, not a list item.
        let length = words.chars().take_while(|c| c.is_alphanumeric()).count();
        if !is_word || (length < 2 && words.is_ascii()) {
            return;
        }
        let mark = &line[..=digits];
        let message = format!("`{}` is not read as a list item", shortened(line));
        let help = format!(
            "add a space after `{mark}`; if it is text, write `{}\\{}`",
            &line[..digits],
            &line[digits..=digits]
        );
        self.problem(
            Diagnostic::new(Code::MalformedBlock, message).help(help),
            at..at + line.len(),
        );
    }

    /// Reported once, because a pasted list has many.
    fn foreign_bullet(&mut self, at: usize, bullet: char) {
        if !std::mem::replace(&mut self.has_foreign_bullet, true) {
            let message = format!("`{bullet}` is not read as the beginning of a list item");
            let problem = Diagnostic::new(Code::MalformedBlock, message)
                .help("replace it with `-` and a space, here and below");
            self.problem(problem, at..at + bullet.len_utf8());
        }
    }

    fn malformed_table(&mut self, at: usize, paragraph: &str) {
        let lines: Vec<&str> = paragraph
            .trim()
            .lines()
            .map(|line| line.trim_start_matches([' ', '\t', '>']).trim_end())
            .collect();
        let range = at..at + lines[0].len();
        if is_delimiter(lines[0]) {
            let problem = Diagnostic::new(
                Code::MalformedBlock,
                "this line is not directly below the first line of a table",
            );
            return self.problem(problem.help("delete the blank lines above it"), range);
        }
        if lines.len() < 2
            || lines
                .iter()
                .any(|line| cells(line) < 1 || !line.starts_with('|'))
        {
            return;
        }
        let wanted = cells(lines[0]);
        if is_delimiter(lines[1]) && cells(lines[1]) != wanted {
            let message = format!(
                "the second line of this table has {} columns, and its first line has {wanted}",
                cells(lines[1])
            );
            let problem = Diagnostic::new(Code::MalformedBlock, message);
            return self.problem(
                problem.help("give both lines the same number of columns"),
                range,
            );
        }
        if lines.iter().all(|line| line.ends_with('|')) {
            let problem = Diagnostic::new(
                Code::MalformedBlock,
                "this table has no line of hyphens below its first line",
            );
            self.problem(
                problem.help(format!(
                    "add `|{}` as its second line",
                    "---|".repeat(wanted)
                )),
                range,
            );
        }
    }

    /// Checks a run of text for intended links and emphasis.
    pub(super) fn malformed_inline(&mut self, run: &Range<usize>) {
        let Some(text) = self.text.get(run.clone()) else {
            return;
        };
        let bytes = text.as_bytes();
        let mut end = NextChar::default();
        for at in memchr::memchr_iter(b':', bytes).filter(|at| bytes.get(at + 1) == Some(&b'/')) {
            self.is_missing_slash(run, text, at, &mut end);
        }
        // Each of these ends with a bracket.
        if memchr::memchr(b']', bytes).is_some() {
            for at in memchr::memchr_iter(b'[', bytes)
                .filter_map(|at| at.checked_sub(1))
                .filter(|at| bytes[*at] == b')')
            {
                self.reversed_link(run, text, at);
            }
        }
        if memchr::memchr(b'*', bytes).is_some() {
            self.malformed_emphasis(run, text);
        }
    }

    /// Reports an intended link at the `]` at `at` in a run of text. `space` finds the white space
    /// of the run.
    pub(super) fn malformed_link(
        &mut self,
        run: &Range<usize>,
        (open, at): (Option<usize>, usize),
        space: &mut NextChar,
    ) {
        let Some(text) = self.text.get(run.clone()) else {
            return;
        };
        let words = open.map_or("", |open| &text[open + 1..at]);
        let rest = beginning(&text[at + 1..]);
        let start = run.start + open.unwrap_or(at);
        if let Some(target) = rest.strip_prefix('(') {
            let space = space.at_or_after(text, at + 2, char::is_whitespace) - (at + 2);
            if let Some(end) = unclosed_address(target, space.min(target.len())) {
                let problem = Diagnostic::new(
                    Code::MalformedLink,
                    "the parenthesis of this link is never closed",
                );
                self.problem(
                    problem.help("add `)` after its address"),
                    start..run.start + at + 2 + end,
                );
            }
        } else if let Some(target) = rest
            .trim_start_matches(' ')
            .strip_prefix('(')
            .filter(|_| rest.starts_with(' '))
        {
            let end = target
                .find([')', ' '])
                .filter(|end| target[*end..].starts_with(')') && is_address(&target[..*end]));
            // `[1] (https://…)` is a bibliographic reference.
            let is_number =
                open.is_some() && words.chars().filter(|c| c.is_alphabetic()).count() < 2;
            // If the brackets contain more than text, their end begins a run of text.
            let has_brackets = open.is_some() || at == 0;
            if let Some(end) = end.filter(|_| has_brackets && !is_number) {
                let problem = Diagnostic::new(
                    Code::MalformedLink,
                    "a space keeps this from being read as a link",
                );
                let end = run.start + at + 1 + (rest.len() - target.len()) + end + 1;
                self.problem(
                    problem.help("delete the space between `]` and `(`"),
                    start..end,
                );
            }
        }
    }

    /// Reports `http:/example.org`.
    fn is_missing_slash(
        &mut self,
        run: &Range<usize>,
        text: &str,
        colon: usize,
        end: &mut NextChar,
    ) {
        let rest = beginning(&text[colon + 2..]);
        if !rest.starts_with(char::is_alphanumeric) {
            return;
        }
        let scheme = text[..colon]
            .bytes()
            .rev()
            .take("https".len() + 1)
            .take_while(u8::is_ascii_alphanumeric)
            .count();
        let start = colon - scheme;
        if ["http", "https"]
            .iter()
            .any(|web| text[start..colon].eq_ignore_ascii_case(web))
        {
            let is_end = |c: char| {
                c.is_whitespace()
                    || matches!(
                        c,
                        '<' | '>' | '(' | ')' | '[' | ']' | '"' | '\'' | '`' | '*'
                    )
            };
            let end = end
                .at_or_after(text, colon + 2, is_end)
                .min(colon + 2 + rest.len());
            let address = text[start..end].trim_end_matches(['.', ',', ';', ':', '!', '?']);
            self.problem(
                incomplete(address),
                run.start + start..run.start + start + address.len(),
            );
        }
    }

    /// Reports `(words)[https://example.org]`.
    fn reversed_link(&mut self, run: &Range<usize>, text: &str, at: usize) {
        let target = beginning(&text[at + 2..]);
        let end = memchr::memchr2(b']', b' ', target.as_bytes())
            .filter(|end| target.as_bytes()[*end] == b']');
        let Some(end) = end.filter(|end| is_address(&target[..*end])) else {
            return;
        };
        let before = at.saturating_sub(REACH);
        if let Some(open) =
            memchr::memrchr(b'(', &text.as_bytes()[before..at]).map(|open| before + open)
        {
            let words = &text[open + 1..at];
            let problem = Diagnostic::new(
                Code::MalformedLink,
                "this link has its address in brackets and its words in parentheses",
            );
            let help = format!("write `[{words}]({})`", &target[..end]);
            self.problem(
                problem.help(help),
                run.start + open..run.start + at + end + 3,
            );
        }
    }
}

/// The problem of an address that has a scheme but is not complete.
fn incomplete(address: &str) -> Diagnostic {
    let (scheme, rest) = address.split_once(':').unwrap_or((address, ""));
    let problem = Diagnostic::new(
        Code::MalformedLink,
        format!("`{address}` is not a complete address"),
    );
    problem.help(format!(
        "did you mean `{scheme}://{}`?",
        rest.trim_start_matches('/')
    ))
}

/// Whether a target is a telephone number.
pub(super) fn is_phone(target: &str) -> bool {
    let digits = target.bytes().filter(u8::is_ascii_digit).count();
    digits >= PHONE_DIGITS
        && target.chars().all(|c| {
            c.is_ascii_digit() || matches!(c, ' ' | '\u{A0}' | '+' | '-' | '/' | '.' | '(' | ')')
        })
}

/// Where the next character of a kind is in a text. The answer holds for all offsets up to there,
/// so a text is read only once if the offsets are asked for in order.
#[derive(Default)]
pub(super) struct NextChar(Range<usize>);

impl NextChar {
    /// The first such character from `from` on, or else the end of the text.
    pub(super) fn at_or_after(
        &mut self,
        text: &str,
        from: usize,
        is_it: impl Fn(char) -> bool,
    ) -> usize {
        if !self.0.contains(&from) {
            self.0 = from..text[from..].find(is_it).map_or(text.len(), |at| from + at);
        }
        self.0.end
    }
}

/// Where the address in a link's open parenthesis ends, if the parenthesis is never closed. `end`
/// is the length of the target up to its first white space.
fn unclosed_address(target: &str, end: usize) -> Option<usize> {
    let (address, rest) = target.split_at(end);
    if end == 0 || !begins_or_ends_as_address(address) {
        return None;
    }
    let count = |byte: u8| memchr::memchr_iter(byte, address.as_bytes()).count();
    let (open, closed) = (count(b'('), count(b')'));
    let is_closed_later = open == 0 && memchr::memchr(b')', rest.as_bytes()).is_some();
    (closed <= open && !is_closed_later).then_some(end)
}

/// Whether a text can only be an address or a path.
fn is_address(text: &str) -> bool {
    begins_or_ends_as_address(text) && !text.contains(char::is_whitespace)
}

fn begins_or_ends_as_address(text: &str) -> bool {
    let starts = [
        "http://", "https://", "www.", "mailto:", "tel:", "./", "../",
    ];
    let ends = [
        ".md", ".html", ".htm", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".pdf",
    ];
    starts
        .iter()
        .any(|start| text.starts_with(start) && text.len() > start.len())
        || ends.iter().any(|end| text.ends_with(end))
}

/// Whether a line is the second of a table: `|---|:-:|`.
fn is_delimiter(line: &str) -> bool {
    line.contains("--")
        && line.contains('|')
        && line
            .bytes()
            .all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'\t'))
}

/// The number of cells in a line of a table.
fn cells(line: &str) -> usize {
    let inner = line.strip_prefix('|').unwrap_or(line);
    let inner = inner
        .strip_suffix('|')
        .filter(|rest| !rest.ends_with('\\'))
        .unwrap_or(inner);
    let bars = inner
        .match_indices('|')
        .filter(|(at, _)| !inner[..*at].ends_with('\\'))
        .count();
    if line.contains('|') { bars + 1 } else { 0 }
}

/// The beginning of a text, up to the length in which the rest of a link is searched for.
fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(REACH)]
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or(text).trim_end()
}

/// The beginning of a line, shortened for a message.
fn shortened(line: &str) -> String {
    const CHARS: usize = 32;
    match line.char_indices().nth(CHARS) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}
