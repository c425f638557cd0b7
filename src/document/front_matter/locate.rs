//! Finds front matter in the wrong place or form: below line 1, between odd lines, in another
//! format, or without a line around it.
//!
//! A page whose front matter goes unnoticed is published with the front matter as text, even if it
//! says `draft: true`. If only comments and invisible characters precede a block, lines that look
//! like keys are enough to recognize it. Below text, a rule with a line such as `Note: this` under
//! it is ordinary Markdown, so a key has to be a known one.

use std::ops::Range;

use super::block_fault::BlockFault;
use super::likely_keys::{
    has_known_key, is_of_data, key_of, leading_keys_end, looks_like_keys, marks_unpublished,
};
use super::{FrontMatterFormat, lines_from, next_line};
use crate::source::is_unseen;

/// The number of lines at the beginning of a file in which front matter is searched for.
const LINES_SEARCHED: usize = 40;

/// The maximum number of lines up to the closing line of a block.
const LINES_OF_BLOCK_MAX: usize = 400;

/// Front matter in the wrong place or form.
pub(super) struct FrontMatterBlock {
    /// The line that opens the block.
    pub open: Range<usize>,
    /// The content between the lines around it.
    pub inner: Range<usize>,
    /// Where the text after it begins.
    pub end: usize,
    pub form: FrontMatterFormat,
    /// Whether visible text is above it.
    pub is_after_text: bool,
    pub fault: BlockFault,
}

/// Finds front matter in a file whose first line is not `---`.
pub(super) fn find(text: &str) -> Option<FrontMatterBlock> {
    let mut is_after_text = false;
    let mut skipped_to = 0;
    for line in lines_from(text, 0).take(LINES_SEARCHED) {
        if line.start < skipped_to {
            continue;
        }
        let seen = trim_invisible(text, &line);
        let content = &text[seen.clone()];
        if content.is_empty() {
            continue;
        }
        if let Some(end) = comment_end(text, &seen) {
            if !is_after_text && marks_unpublished(&text[seen.start + 4..end]) {
                return Some(wrapped(
                    text,
                    &line,
                    seen.start + 4..end,
                    BlockFault::InComment,
                ));
            }
            skipped_to = end;
            continue;
        }
        if content.starts_with("```") || content.starts_with("~~~") {
            let fence = fence(text, &line, &seen)?;
            if !is_after_text
                && is_fence_of_data(content)
                && marks_unpublished(&text[fence.inner.clone()])
            {
                return Some(fence);
            }
        }
        if let Some(end) = end_of_example(text, &line, &seen) {
            (skipped_to, is_after_text) = (end, true);
            continue;
        }
        let found = block(text, &line, &seen, is_after_text);
        if found.is_some() {
            return found;
        }
        if let Some(found) = json(text, &line, &seen)
            .filter(|found| !is_after_text || marks_unpublished(&text[found.inner.clone()]))
        {
            return Some(FrontMatterBlock {
                is_after_text,
                ..found
            });
        }
        if let Some(found) = without_line(text, &line).filter(|_| !is_after_text) {
            return Some(found);
        }
        is_after_text = true;
    }
    None
}

/// Finds a second block, directly below the first one, or further down if it would make the page a
/// draft.
pub(super) fn find_second(text: &str, start: usize) -> Option<FrontMatterBlock> {
    let mut is_after_text = false;
    let mut skipped_to = 0;
    for line in lines_from(text, start)
        .take(LINES_SEARCHED)
        .filter(|line| !line.is_empty())
    {
        if line.start < skipped_to {
            continue;
        }
        let first = text.as_bytes()[line.start];
        // For nearly all lines, the first byte is enough.
        if matches!(first, b'`' | b'~' | b'<' | b'-' | b'+' | b' ' | b'\\') || !first.is_ascii() {
            let seen = trim_invisible(text, &line);
            if let Some(end) = end_of_example(text, &line, &seen) {
                skipped_to = end;
            } else if let Some(block) = block(text, &line, &seen, true)
                .filter(|block| !is_after_text || marks_unpublished(&text[block.inner.clone()]))
            {
                return Some(FrontMatterBlock {
                    fault: BlockFault::Second,
                    is_after_text: true,
                    ..block
                });
            }
        }
        is_after_text |= !text[line].trim().is_empty();
    }
    None
}

fn is_deeply_indented(line: &str) -> bool {
    line.starts_with('\t') || line.starts_with("    ")
}

/// Where text that is shown as written, such as a code block or `<pre>`, ends if it begins on this
/// line.
fn end_of_example(text: &str, line: &Range<usize>, seen: &Range<usize>) -> Option<usize> {
    let content = &text[seen.clone()];
    if content.starts_with("```") || content.starts_with("~~~") {
        return Some(fence(text, line, seen).map_or(text.len(), |fence| fence.end));
    }
    content.starts_with("<pre").then(|| {
        text[seen.start..]
            .find("</pre")
            .map_or(text.len(), |length| seen.start + length)
    })
}

/// The block that this line opens. Below text, deeply indented lines are code.
fn block(
    text: &str,
    line: &Range<usize>,
    seen: &Range<usize>,
    is_after_text: bool,
) -> Option<FrontMatterBlock> {
    if is_after_text && is_deeply_indented(&text[line.start..]) {
        return None;
    }
    let weight_min = if is_after_text { 3 } else { 2 };
    let (mark, rest) = rule(&text[seen.clone()]).filter(|(mark, _)| mark.weight >= weight_min)?;
    let mut form = if mark.kind == '+' {
        FrontMatterFormat::Toml
    } else {
        FrontMatterFormat::Yaml
    };
    let rest_start = seen.end - rest.len();
    let is_plain = rest.is_empty() && text[line.clone()].trim_end() == "---";
    let inner_start = match rest.to_ascii_lowercase().as_str() {
        "" | ":" | "yaml" | "yml" => next_line(text, line),
        "toml" | "json" => {
            form = if rest.eq_ignore_ascii_case("toml") {
                FrontMatterFormat::Toml
            } else {
                FrontMatterFormat::Json
            };
            next_line(text, line)
        }
        _ if rest.starts_with(['#', '{']) || key_of(rest).is_some() => rest_start,
        _ => return None,
    };
    if mark.kind == ';' {
        form = FrontMatterFormat::Json;
    }
    let close = lines_from(text, next_line(text, line))
        .take(LINES_OF_BLOCK_MAX)
        .find(|line| closes(text, line, mark.kind, !is_after_text));
    let (inner, end) = match close {
        Some(close) => (inner_start..close.start, next_line(text, &close)),
        None if rest.starts_with('{') => (inner_start..line.end, next_line(text, line)),
        None => {
            let end = leading_keys_end(text, inner_start);
            (inner_start..end, end)
        }
    };
    let inside = &text[inner.clone()];
    let is_meant = match (is_after_text, form) {
        _ if inside.trim().is_empty() => false,
        (false, FrontMatterFormat::Yaml) if mark.kind == '-' && mark.weight >= 3 => {
            looks_like_keys(inside)
                || inside.trim_start().starts_with('{') && close_is_there(end, &inner)
        }
        (false, FrontMatterFormat::Toml) => inside.lines().any(|line| key_of(line).is_some()),
        (false, FrontMatterFormat::Json) => inside.trim_start().starts_with('{'),
        _ => close_is_there(end, &inner) && has_known_key(inside) && inside.lines().all(is_of_data),
    };
    let prefix = text[..seen.start]
        .chars()
        .rev()
        .find(|c| is_unseen(*c))
        .filter(|_| {
            text[..seen.start]
                .chars()
                .all(|c| is_unseen(c) || c.is_whitespace())
        });
    let fault = match prefix {
        Some(c) => BlockFault::Unseen(c),
        None if is_plain => BlockFault::Late,
        None if line.start == 0 && text[seen.clone()] == *"---" => BlockFault::Indented,
        None => BlockFault::OddLine,
    };
    is_meant.then_some(FrontMatterBlock {
        open: line.clone(),
        inner,
        end,
        form,
        is_after_text,
        fault,
    })
}

/// Whether a closing line was found, which is then between the two offsets.
fn close_is_there(end: usize, inner: &Range<usize>) -> bool {
    end > inner.end
}

/// JSON front matter: an object with at least one quoted key. Other text may begin with a brace,
/// too.
fn json(text: &str, line: &Range<usize>, seen: &Range<usize>) -> Option<FrontMatterBlock> {
    let rest = &text[seen.start..];
    if !rest.strip_prefix('{')?.trim_start().starts_with('"') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde::de::IgnoredAny>();
    let is_object = values.next().is_some_and(|value| value.is_ok());
    let end = if is_object {
        seen.start + values.byte_offset()
    } else {
        lines_from(text, seen.start)
            .find(|line| text[line.clone()].trim_end() == "}")?
            .end
    };
    let open = if line.start == seen.start {
        seen.start..seen.start + 1
    } else {
        line.clone()
    };
    Some(FrontMatterBlock {
        open,
        inner: seen.start..end,
        end: next_line(text, &(0..end)),
        form: FrontMatterFormat::Json,
        is_after_text: false,
        fault: BlockFault::Late,
    })
}

/// Keys at the top of a file without a line above them. Text may begin in the same way, so the keys
/// count only if they make the page a draft or if a line closes them.
fn without_line(text: &str, line: &Range<usize>) -> Option<FrontMatterBlock> {
    let end = leading_keys_end(text, line.start);
    let inside = &text[line.start..end];
    let close = lines_from(text, end)
        .next()
        .filter(|line| closes(text, line, '-', false));
    let is_meant = marks_unpublished(inside) || close.is_some() && has_known_key(inside);
    let after = close.map_or(end, |close| next_line(text, &close));
    (end > line.start && is_meant).then(|| FrontMatterBlock {
        open: line.clone(),
        inner: line.start..end,
        end: after,
        form: FrontMatterFormat::Yaml,
        is_after_text: false,
        fault: BlockFault::NoLine,
    })
}

fn wrapped(
    text: &str,
    line: &Range<usize>,
    inner: Range<usize>,
    fault: BlockFault,
) -> FrontMatterBlock {
    let end = next_line(text, &(inner.start..inner.end));
    FrontMatterBlock {
        open: line.clone(),
        inner,
        end,
        form: FrontMatterFormat::Yaml,
        is_after_text: false,
        fault,
    }
}

/// Where the comment that begins here ends, before its `-->`; `None` if no comment begins here or
/// if it is never closed.
fn comment_end(text: &str, seen: &Range<usize>) -> Option<usize> {
    let rest = text[seen.start..].strip_prefix("<!--")?;
    rest.find("-->").map(|length| seen.start + 4 + length)
}

/// The code block that this line opens; `None` if it is never closed.
fn fence(text: &str, line: &Range<usize>, seen: &Range<usize>) -> Option<FrontMatterBlock> {
    let mark = text[seen.clone()].chars().next()?;
    let length = text[seen.clone()]
        .chars()
        .take_while(|c| *c == mark)
        .count();
    let is_close = |line: &Range<usize>| {
        let content = text[line.clone()].trim();
        content.chars().count() >= length && content.chars().all(|c| c == mark)
    };
    let inner_start = next_line(text, line);
    let close = lines_from(text, inner_start).find(is_close)?;
    Some(FrontMatterBlock {
        open: line.clone(),
        inner: inner_start..close.start,
        end: next_line(text, &close),
        form: if text[seen.clone()].to_lowercase().contains("toml") {
            FrontMatterFormat::Toml
        } else {
            FrontMatterFormat::Yaml
        },
        is_after_text: false,
        fault: BlockFault::InCode,
    })
}

fn is_fence_of_data(line: &str) -> bool {
    let info = line.trim_start_matches(['`', '~']).trim().to_lowercase();
    matches!(
        info.as_str(),
        "" | "yaml" | "yml" | "toml" | "json" | "---" | "front-matter" | "frontmatter" | "{yaml}"
    )
}

/// The part of a line without blanks and invisible characters around it.
fn trim_invisible(text: &str, line: &Range<usize>) -> Range<usize> {
    let is_nothing = |c: char| c.is_whitespace() || is_unseen(c);
    let content = text[line.clone()].trim_end_matches(is_nothing);
    let start = line.start + content.len() - content.trim_start_matches(is_nothing).len();
    start.min(line.start + content.len())..line.start + content.len()
}

/// The characters of a rule.
struct RuleMark {
    kind: char,
    /// The number of hyphens that they stand for.
    weight: usize,
}

/// The characters of a rule at the beginning of a line, and what follows them.
fn rule(content: &str) -> Option<(RuleMark, &str)> {
    let content = content.strip_prefix('\\').unwrap_or(content);
    let first = content.chars().next()?;
    let kind = if dash_weight(first) > 0 { '-' } else { first };
    if !matches!(kind, '-' | '+' | ';' | '*' | '_' | '=') {
        return None;
    }
    let mut weight = 0;
    let mut end = 0;
    for (at, c) in content.char_indices() {
        match if kind == '-' {
            dash_weight(c)
        } else {
            usize::from(c == kind)
        } {
            0 if c == ' ' => {}
            0 => break,
            more => {
                weight += more;
                end = at + c.len_utf8();
            }
        }
    }
    Some((RuleMark { kind, weight }, content[end..].trim_start()))
}

/// The number of hyphens that a dash stands for: word processors turn two or three of them into one
/// character.
fn dash_weight(c: char) -> usize {
    match c {
        '-' | '\u{2010}'..='\u{2012}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}' => 1,
        '\u{2013}' => 2,
        '\u{2014}' | '\u{2015}' | '\u{FE58}' => 3,
        _ => 0,
    }
}

/// Whether this line of front matter can only be meant to close it. Every line is checked, so the
/// first byte is checked first.
pub(super) fn is_rule(content: &str) -> bool {
    let first = content.bytes().next().unwrap_or(0);
    if first != b'-' && first.is_ascii() {
        return false;
    }
    let content = content.trim_matches(is_unseen);
    rule(content).is_some_and(|(mark, rest)| {
        mark.kind == '-'
            && mark.weight >= 2
            && !content.starts_with("- ")
            && (rest.is_empty() || rest.starts_with('#'))
    })
}

fn closes(text: &str, line: &Range<usize>, kind: char, may_be_deep: bool) -> bool {
    let content = &text[trim_invisible(text, line)];
    let is_code = !may_be_deep && is_deeply_indented(&text[line.start..]);
    match rule(content) {
        Some((mark, rest)) => {
            !is_code
                && mark.kind == kind
                && mark.weight >= 2
                && !content.starts_with("- ")
                && (rest.is_empty() || rest.starts_with('#'))
        }
        None => kind == '-' && content == "...",
    }
}
