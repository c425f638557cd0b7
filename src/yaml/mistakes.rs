//! Words for YAML that cannot be read: what the writer most likely meant, where it went wrong, and what to type instead.
//!
//! The library says where it stopped; the mistake is often earlier (a quote or a bracket that was opened) or has a plainer name
//! (a tab, a colon within a title), so the text itself is looked at.

use std::ops::Range;

use serde_yaml::granit_parser::{ErrorKind, ScanError};

use super::{DEPTH_MAX, Reader};
use crate::diagnostic::{Code, Diagnostic};

/// The problem behind the library's error.
pub(super) fn explain(reader: &Reader<'_>, whole_text: &str, error: &ScanError) -> Diagnostic {
    let at = stopped_at(reader, whole_text, error);
    let problem = |range: Range<usize>, message: &str| Diagnostic::new(Code::BadYaml, message).at(reader.place(&range));
    if let Some(tab) = tab_in_indent(reader, whole_text, at) {
        return problem(tab..tab + 1, "a tab indents this line; tabs may not indent YAML").help("indent with spaces, two for each level");
    }
    if *error.kind() == ErrorKind::RecursionLimitExceeded {
        let message = format!("lists or mappings are nested deeper than {DEPTH_MAX} levels");
        return problem(at..at + 1, &message).help("YAML like this is hardly meant: flatten it");
    }
    if let Some(quote) = open_quote(reader, whole_text, error.kind(), at) {
        let mark = &whole_text[quote..=quote];
        return problem(quote..quote + 1, "the quote opened here is never closed").help(format!(
            "close the text with {mark} on its line; {} within it is written {}",
            mark,
            if mark == "'" { "''" } else { "\\\"" }
        ));
    }
    if let Some(bracket) = open_bracket(reader, whole_text, error.kind(), at) {
        let (what, close) = if whole_text[bracket..].starts_with('[') { ("list", ']') } else { ("mapping", '}') };
        let message = format!("the {what} opened here is not closed before the next line that is no part of it");
        return problem(bracket..bracket + 1, &message)
            .help(format!("close it with `{close}`; text that begins with a bracket goes in quotes"));
    }
    if *error.kind() == ErrorKind::UnknownAnchor {
        let end = whole_text[at..].find(char::is_whitespace).map_or(whole_text.len(), |length| at + length);
        return problem(at..end, &format!("`{}` names a value that no `&` in this file defines", &whole_text[at..end]))
            .help("write the value out; text that begins with `*` goes in quotes");
    }
    explain_value(reader, whole_text, error, at)
}

/// Mistakes within one line: a mark that text may not begin with, a colon within text, text after a quote.
fn explain_value(reader: &Reader<'_>, whole_text: &str, error: &ScanError, at: usize) -> Diagnostic {
    let problem = |range: Range<usize>, message: &str| Diagnostic::new(Code::BadYaml, message).at(reader.place(&range));
    let line = line_around(whole_text, reader.start, at);
    let value = value_of(whole_text, &line);
    let text = value.as_ref().map_or("", |value| &whole_text[value.clone()]);
    let quotes = (!text.is_empty() && text.len() < 120).then(|| format!("put the text in quotes: {}", quoted(text)));
    if let Some(value) = &value {
        if let Some(mark) = text.chars().next().filter(|mark| matches!(mark, '%' | '@' | '`')) {
            let message = format!("text may not begin with `{mark}` in YAML, unless it is in quotes");
            return problem(value.start..value.start + 1, &message).help_if(quotes);
        }
        let colon = text.find(": ").or_else(|| text.ends_with(':').then(|| text.len() - 1));
        if let Some(colon) = colon.filter(|_| !text.starts_with(['"', '\'', '[', '{'])) {
            let colon = value.start + colon;
            return problem(colon..colon + 1, "a colon followed by a space ends a key, so this text needs quotes").help_if(quotes);
        }
        if text.starts_with(['"', '\'', '[', '{', '>', '|', '&', '*', '!', '-', '?']) {
            let message = format!("text that begins with `{}` cannot be read here: {}", &text[..1], reason(error.kind()));
            return problem(value.clone(), &message).help_if(quotes);
        }
    }
    let is_word = whole_text[line.clone()].trim();
    if value.is_none() && !is_word.is_empty() && !is_word.contains(':') && !is_word.starts_with(['-', '#']) {
        let start = line.start + whole_text[line.clone()].find(is_word).unwrap_or(0);
        return problem(start..start + is_word.len(), "this line is no `key: value`")
            .help("write a key, a colon, a space and the value; a text that goes on over several lines is indented");
    }
    problem(at..at + 1, &format!("this YAML cannot be read: {}", reason(error.kind()))).help_if(quotes)
}

/// Where the library stopped, as an offset in the file.
fn stopped_at(reader: &Reader<'_>, whole_text: &str, error: &ScanError) -> usize {
    let marker = error.marker();
    let within = marker.byte_offset().unwrap_or_else(|| {
        whole_text[reader.start..].char_indices().nth(marker.index()).map_or(whole_text.len() - reader.start, |(at, _)| at)
    });
    let mut at = (reader.start + within).min(whole_text.len());
    while !whole_text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// A tab among the blanks that begin the line where reading stopped, or a line beside it.
fn tab_in_indent(reader: &Reader<'_>, whole_text: &str, at: usize) -> Option<usize> {
    let line = line_around(whole_text, reader.start, at);
    let before = line_around(whole_text, reader.start, line.start.saturating_sub(1).max(reader.start));
    let after = line_around(whole_text, reader.start, (line.end + 1).min(whole_text.len()));
    [before, line, after].into_iter().find_map(|line| {
        let blanks = whole_text[line.clone()].find(|c: char| c != ' ' && c != '\t')?;
        whole_text[line.start..line.start + blanks].find('\t').map(|tab| line.start + tab)
    })
}

/// The quote whose text goes on past its line without an end, or to the opening quote of a later line.
fn open_quote(reader: &Reader<'_>, whole_text: &str, kind: &ErrorKind, at: usize) -> Option<usize> {
    use ErrorKind as Kind;
    let never_closed = matches!(kind, Kind::UnclosedQuotedScalar | Kind::DocumentIndicatorInQuotedScalar | Kind::InvalidQuotedScalarIndent);
    let closed_late = matches!(kind, Kind::InvalidTrailingDoubleQuotedScalar | Kind::InvalidTrailingSingleQuotedScalar);
    if !never_closed && !closed_late {
        return None;
    }
    let quote = whole_text[reader.read_to..].char_indices().find_map(|(offset, c)| {
        let before = whole_text[..reader.read_to + offset].chars().next_back().unwrap_or('\n');
        let begins_value = matches!(c, '"' | '\'') && (before.is_whitespace() || matches!(before, '[' | '{' | ',' | ':'));
        begins_value.then_some(reader.read_to + offset)
    })?;
    (never_closed || whole_text[quote..at.max(quote)].contains('\n')).then_some(quote)
}

/// The innermost bracket that is open on an earlier line than the one where reading stopped, or at the end of the YAML.
fn open_bracket(reader: &Reader<'_>, whole_text: &str, kind: &ErrorKind, at: usize) -> Option<usize> {
    if let Some(bracket) = reader.stack.iter().rev().find_map(|open| open.bracket_at) {
        let goes_on = whole_text[bracket..at.max(bracket)].contains('\n') || whole_text[at..].trim().is_empty();
        return goes_on.then_some(bracket);
    }
    let is_flow = matches!(
        kind,
        ErrorKind::UnclosedFlowCollection { .. }
            | ErrorKind::UnexpectedEofFlowSequence
            | ErrorKind::UnexpectedEofFlowMapping
            | ErrorKind::UnexpectedEofImplicitFlowMapping
    );
    is_flow.then(|| whole_text[reader.read_to..].find(['[', '{']).map(|offset| reader.read_to + offset)).flatten()
}

/// The line that holds `at`, without its end; not before `start`.
fn line_around(text: &str, start: usize, at: usize) -> Range<usize> {
    let at = at.clamp(start, text.len());
    // What stops at the very end of a line's text belongs to it; what stops at the end of all belongs to the last line written.
    let at = if text[at..].trim().is_empty() { start + text[start..at].trim_end().len() } else { at };
    let begin = text[start..at].rfind('\n').map_or(start, |newline| start + newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    begin..end
}

/// What stands after `key: ` or `- ` on a line.
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
    let is_key = |key: &str| !key.is_empty() && !key.starts_with(['"', '\'', '[', '{', '%', '@', '`']);
    let after_key = text[start..end].find(": ").filter(|colon| is_key(&text[start..start + colon]));
    let in_list = start > line.start && text[line.start..start].contains('-');
    match after_key {
        Some(colon) => start += colon + 2,
        None if in_list => {}
        None => return None,
    }
    start += text[start..end].len() - text[start..end].trim_start().len();
    (start < end).then_some(start..end)
}

/// The text in the quotes that need the least escaping.
fn quoted(text: &str) -> String {
    let inner = text.trim_matches('"');
    if inner.contains('"') || inner.contains('\\') { format!("'{}'", text.replace('\'', "''")) } else { format!("\"{inner}\"") }
}

/// The library's own words without its account of what it was doing.
fn reason(kind: &ErrorKind) -> String {
    let words = kind.to_string();
    let words = if words.starts_with("while ") { words.split_once(", ").map_or(&*words, |(_, rest)| rest) } else { &words };
    words.to_owned()
}
