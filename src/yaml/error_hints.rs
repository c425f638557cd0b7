//! Explains YAML syntax errors: what the author most likely meant, where the mistake is, and what
//! to type instead.
//!
//! The library reports where it stopped. The mistake is often earlier (an unclosed quote or
//! bracket) or has a simpler name (a tab, a colon within a title), so this module examines the text
//! itself.

use std::ops::Range;

use serde_yaml::granit_parser::{ErrorKind, ScanError};

use super::{DEPTH_MAX, Reader};
use crate::diagnostic::{Code, Diagnostic};

/// Returns the problem behind an error of the library.
pub(super) fn explain(reader: &Reader<'_>, whole_text: &str, error: &ScanError) -> Diagnostic {
    let at = stop_offset(reader, whole_text, error);
    let problem = |range: Range<usize>, message: &str| {
        Diagnostic::new(Code::BadYaml, message).at(reader.place(&range))
    };
    if let Some(blank) = invalid_indent(reader, whole_text, at) {
        let is_tab = whole_text[blank..].starts_with('\t');
        let message = if is_tab {
            "this line is indented with a tab, which YAML does not allow"
        } else {
            "this line is indented with something other than spaces"
        };
        return problem(blank..blank + 1, message).help("indent with spaces, two for each level");
    }
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        let message = format!("lists or mappings are nested deeper than {DEPTH_MAX} levels");
        return problem(at..at + 1, &message).help("flatten the nested lists or mappings");
    }
    if let Some(quote) = open_quote(reader, whole_text, error.kind(), at) {
        let (mark, escaped) = if whole_text[quote..].starts_with('\'') {
            ("'", "''")
        } else {
            ("\"", "\\\"")
        };
        return problem(quote..quote + 1, "the quote opened here is never closed").help(format!(
            "close the text with {mark} on the same line; write a {mark} within it as {escaped}"
        ));
    }
    if let Some(bracket) = open_bracket(reader, whole_text, error.kind(), at) {
        let (what, close) = if whole_text[bracket..].starts_with('[') {
            ("list", ']')
        } else {
            ("mapping", '}')
        };
        let message =
            format!("this {what} is not closed before the next line that is not part of it");
        return problem(bracket..bracket + 1, &message).help(format!(
            "close it with `{close}`; if it is text that begins with a bracket, put the text in quotes"
        ));
    }
    if *error.kind() == ErrorKind::UnknownAnchor {
        let end = whole_text[at..]
            .find(char::is_whitespace)
            .map_or(whole_text.len(), |length| at + length);
        return problem(
            at..end,
            &format!(
                "the alias `{}` has no anchor `&` in this file",
                &whole_text[at..end]
            ),
        )
        .help("write the value out; if it is text that begins with `*`, put the text in quotes");
    }
    let line = line_around(whole_text, reader.start, at);
    let spot = StopPoint {
        reader,
        text: whole_text,
        kind: error.kind(),
        at,
        value: value_of(whole_text, &line),
        line,
    };
    let explained = spot.bad_value().or_else(|| spot.bad_line());
    explained.unwrap_or_else(|| {
        spot.problem(
            at..at + 1,
            &format!("invalid YAML: {}", reason(error.kind())),
        )
    })
}

/// The line where reading stopped, and the value on it.
struct StopPoint<'a> {
    reader: &'a Reader<'a>,
    text: &'a str,
    kind: &'a ErrorKind,
    at: usize,
    line: Range<usize>,
    value: Option<Range<usize>>,
}

impl StopPoint<'_> {
    fn problem(&self, range: Range<usize>, message: &str) -> Diagnostic {
        Diagnostic::new(Code::BadYaml, message).at(self.reader.place(&range))
    }

    /// Reports text that must be quoted: it begins with a special character, contains a colon, or
    /// continues after its closing quote.
    fn bad_value(&self) -> Option<Diagnostic> {
        let value = self.value.clone()?;
        let text = &self.text[value.clone()];
        let quotes = (text.chars().count() < 120)
            .then(|| format!("put the text in quotes: {}", quoted(text)));
        let mark = text.chars().next()?;
        if matches!(mark, '%' | '@' | '`') {
            let message = format!("text that begins with `{mark}` must be in quotes");
            return Some(
                self.problem(value.start..value.start + 1, &message)
                    .help_if(quotes),
            );
        }
        let colon = text
            .find(": ")
            .or_else(|| text.ends_with(':').then(|| text.len() - 1));
        if let Some(colon) = colon.filter(|_| !matches!(mark, '"' | '\'' | '[' | '{')) {
            let colon = value.start + colon;
            let message = "a colon followed by a space ends a key, so this text must be in quotes";
            return Some(self.problem(colon..colon + 1, message).help_if(quotes));
        }
        if self.is_of_structure() && self.at <= value.start {
            return None;
        }
        match mark {
            '"' if is_escape(self.kind) => {
                let message = "unknown escape in double quotes: a backslash begins an escape";
                let at = value.start + text.find('\\').unwrap_or(0);
                Some(
                    self.problem(at..at + 1, message)
                        .help(format!("use single quotes: {}", quoted(text))),
                )
            }
            '>' | '|' => {
                let message = format!("text after `{mark}` must begin on the next line");
                Some(
                    self.problem(value, &message)
                        .help("move the text to the next lines, indented, or delete `>` or `|`"),
                )
            }
            '"' | '\'' if is_trailing(self.kind) => Some(self.text_after_quotes(value)),
            '[' | '{' if is_trailing(self.kind) => {
                let quote = self.text[..self.at].rfind(['"', '\'']).unwrap_or(self.at);
                let end = self.text[self.at..value.end]
                    .find([',', ']', '}'])
                    .map_or(value.end, |length| self.at + length);
                let message = format!(
                    "unexpected `{}` after a quoted text",
                    self.text[self.at..end].trim()
                );
                let start = self.at.max(quote);
                Some(
                    self.problem(start..end, &message)
                        .help("put the whole text in quotes of the other type"),
                )
            }
            '"' | '\'' | '[' | '{' | '&' | '*' | '!' | '-' | '?' => {
                let message = format!(
                    "text that begins with `{mark}` is not valid here: {}",
                    reason(self.kind)
                );
                Some(self.problem(value, &message).help_if(quotes))
            }
            _ => None,
        }
    }

    /// Reports a quoted text with more text after it: an apostrophe closed the quotes, or the
    /// quotes are part of a longer text.
    fn text_after_quotes(&self, value: Range<usize>) -> Diagnostic {
        let text = &self.text[value.clone()];
        let mark = text.chars().next().unwrap_or('"');
        let close = text[1..].find(mark).map_or(text.len(), |at| at + 2);
        let rest = text[close..].trim();
        let is_apostrophe = mark == '\'' && text[close..].starts_with(char::is_alphanumeric);
        let message = if is_apostrophe {
            format!("this apostrophe closes the quotes, but `{rest}` follows")
        } else {
            format!("`{rest}` follows the quotes, which must enclose the whole text")
        };
        let at = value.start + close;
        let range = if is_apostrophe {
            at - 1..at
        } else {
            value.start + text.len() - rest.len()..value.end
        };
        self.problem(range, &message)
            .help(format!("put the whole text in quotes: {}", quoted(text)))
    }

    /// Reports a line that is not a key, lacks a space, or is indented differently from the lines
    /// around it.
    fn bad_line(&self) -> Option<Diagnostic> {
        if !self.is_of_structure() {
            return None;
        }
        let line = self.content(&self.line)?;
        let before = self.reader.start..self.line.start;
        let above = self.text[before.clone()].trim_end();
        let above = before.start + above.rfind('\n').map_or(0, |newline| newline + 1)
            ..before.start + above.len();
        for line in [self.content(&above), Some(line.clone())]
            .into_iter()
            .flatten()
        {
            let text = &self.text[line.clone()];
            if !text.contains(':') && !text.starts_with(['-', '#', '[', '{', '"', '\'', '&', '*']) {
                return Some(
                    self.problem(line, "this line is not a `key: value`")
                        .help("write a key, a colon, a space and the value; if the line continues a text, indent it"),
                );
            }
        }
        let text = &self.text[line.clone()];
        let lacks_space = |mark: usize| {
            text[mark + 1..].starts_with(|c: char| !c.is_whitespace() && c != '-' && c != '/')
        };
        let mark = if text.starts_with('-') {
            Some(0)
        } else {
            text.find(':').filter(|_| !text.contains(": "))
        };
        if let Some(mark) = mark.filter(|mark| lacks_space(*mark)) {
            let (before, after) = text.split_at(mark + 1);
            let word = if mark == 0 { "dash" } else { "colon" };
            let place = line.start + mark..line.start + mark + 1;
            return Some(
                self.problem(place, &format!("missing space after the {word}"))
                    .help(format!("write `{before} {after}`")),
            );
        }
        let help = "begin the keys of a mapping, and the dashes of a list, in the same column; a key has either a value or lines below it";
        Some(
            self.problem(
                line,
                "the indentation of this line does not match the lines above it",
            )
            .help(help),
        )
    }

    /// Returns the range of a line's text without the blanks around it.
    fn content(&self, line: &Range<usize>) -> Option<Range<usize>> {
        let text = &self.text[line.clone()];
        let start = line.start + text.len() - text.trim_start().len();
        (!text.trim().is_empty()).then(|| start..start + text.trim().len())
    }

    /// Returns whether the error is about the structure of lines rather than a single value.
    fn is_of_structure(&self) -> bool {
        use ErrorKind as Kind;
        matches!(
            self.kind,
            Kind::MappingValueNotAllowed
                | Kind::ExpectedBlockMappingKey
                | Kind::ExpectedBlockSequenceEntry
                | Kind::ExpectedDocumentStart
                | Kind::UnexpectedEofBlockMapping
                | Kind::UnexpectedEofBlockSequence
                | Kind::InvalidIndentation
                | Kind::SimpleKeyExpected
        )
    }
}

/// Returns whether text follows a quoted text.
fn is_trailing(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar
    )
}

fn is_escape(kind: &ErrorKind) -> bool {
    use ErrorKind as Kind;
    matches!(
        kind,
        Kind::UnknownQuotedScalarEscape
            | Kind::InvalidQuotedScalarHexEscape
            | Kind::InvalidUnicodeEscape
            | Kind::InvalidLowSurrogate
            | Kind::InvalidLowSurrogateHexEscape
            | Kind::MissingLowSurrogate
            | Kind::UnpairedLowSurrogate
    )
}

/// Returns where the library stopped, as an offset in the file.
pub(super) fn stop_offset(reader: &Reader<'_>, whole_text: &str, error: &ScanError) -> usize {
    let marker = error.marker();
    let within = marker.byte_offset().unwrap_or_else(|| {
        whole_text[reader.start..]
            .char_indices()
            .nth(marker.index())
            .map_or(whole_text.len() - reader.start, |(at, _)| at)
    });
    let mut at = (reader.start + within).min(whole_text.len());
    while !whole_text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Finds a blank other than a space (a tab, a no-break space) in the indentation of the line where
/// reading stopped, or of a neighboring line.
fn invalid_indent(reader: &Reader<'_>, whole_text: &str, at: usize) -> Option<usize> {
    let line = line_around(whole_text, reader.start, at);
    let before = line_around(
        whole_text,
        reader.start,
        line.start.saturating_sub(1).max(reader.start),
    );
    let after = line_around(
        whole_text,
        reader.start,
        (line.end + 1).min(whole_text.len()),
    );
    [before, line, after].into_iter().find_map(|line| {
        let blanks = whole_text[line.clone()].find(|c: char| !c.is_whitespace())?;
        whole_text[line.start..line.start + blanks]
            .find(|c: char| c != ' ')
            .map(|odd| line.start + odd)
    })
}

/// Finds the quote whose text continues past its line without an end, or up to the opening quote of
/// a later line.
fn open_quote(reader: &Reader<'_>, whole_text: &str, kind: &ErrorKind, at: usize) -> Option<usize> {
    use ErrorKind as Kind;
    let never_closed = matches!(
        kind,
        Kind::UnclosedQuotedScalar
            | Kind::DocumentIndicatorInQuotedScalar
            | Kind::InvalidQuotedScalarIndent
    );
    let closed_late = matches!(
        kind,
        Kind::InvalidTrailingDoubleQuotedScalar | Kind::InvalidTrailingSingleQuotedScalar
    );
    if !never_closed && !closed_late {
        return None;
    }
    let quote = whole_text[reader.read_to..]
        .char_indices()
        .find_map(|(offset, c)| {
            let before = whole_text[..reader.read_to + offset]
                .chars()
                .next_back()
                .unwrap_or('\n');
            let begins_value = matches!(c, '"' | '\'')
                && (before.is_whitespace() || matches!(before, '[' | '{' | ',' | ':'));
            begins_value.then_some(reader.read_to + offset)
        })?;
    (never_closed || whole_text[quote..at.max(quote)].contains('\n')).then_some(quote)
}

/// Finds the innermost bracket that is still open, on an earlier line than the one where reading
/// stopped or at the end of the YAML.
fn open_bracket(
    reader: &Reader<'_>,
    whole_text: &str,
    kind: &ErrorKind,
    at: usize,
) -> Option<usize> {
    if let Some(bracket) = reader.stack.iter().rev().find_map(|open| open.bracket_at) {
        let goes_on = whole_text[bracket..at.max(bracket)].contains('\n')
            || whole_text[at..].trim().is_empty();
        return goes_on.then_some(bracket);
    }
    let is_flow = matches!(
        kind,
        ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
    );
    is_flow
        .then(|| {
            whole_text[reader.read_to..]
                .find(['[', '{'])
                .map(|offset| reader.read_to + offset)
        })
        .flatten()
}

/// Returns the line that contains `at`, without its end and not before `start`.
fn line_around(text: &str, start: usize, at: usize) -> Range<usize> {
    let at = at.clamp(start, text.len());
    // An error at the very end of a line's text belongs to that line; an error at the end of the
    // YAML belongs to the last line with text.
    let at = if text[at..].trim().is_empty() {
        start + text[start..at].trim_end().len()
    } else {
        at
    };
    let begin = text[start..at]
        .rfind('\n')
        .map_or(start, |newline| start + newline + 1);
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |length| at + length);
    begin..end
}

/// Returns what follows `key: ` or `- ` on a line.
fn value_of(text: &str, line: &Range<usize>) -> Option<Range<usize>> {
    let mut start = line.start;
    let content = text[line.clone()].trim_end();
    let end = line.start + content.len();
    loop {
        start += text[start..end].len() - text[start..end].trim_start().len();
        match text[start..end].strip_prefix("- ") {
            Some(_) => start += 2,
            None => break,
        }
    }
    let is_key =
        |key: &str| !key.is_empty() && !key.starts_with(['"', '\'', '[', '{', '%', '@', '`']);
    let after_key = text[start..end]
        .find(": ")
        .filter(|colon| is_key(&text[start..start + colon]));
    let in_list = start > line.start && text[line.start..start].contains('-');
    match after_key {
        Some(colon) => start += colon + 2,
        None if in_list => {}
        None => return None,
    }
    start += text[start..end].len() - text[start..end].trim_start().len();
    (start < end).then_some(start..end)
}

/// Returns the text in the type of quotes that needs the least escaping. Quotes that already
/// enclose it are assumed to be intended.
fn quoted(text: &str) -> String {
    let inside = |mark: char| {
        text.strip_prefix(mark)
            .and_then(|rest| rest.strip_suffix(mark))
    };
    let inner = inside('"').or_else(|| inside('\'')).unwrap_or(text);
    if inner.contains('"') || inner.contains('\\') {
        format!("'{}'", inner.replace('\'', "''"))
    } else {
        format!("\"{inner}\"")
    }
}

/// Returns the library's message without its description of what it was doing.
fn reason(kind: &ErrorKind) -> String {
    let words = kind.to_string();
    let words = if words.starts_with("while ") {
        words.split_once(", ").map_or(&*words, |(_, rest)| rest)
    } else {
        &words
    };
    words.to_owned()
}
