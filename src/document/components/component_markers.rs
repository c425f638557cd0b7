//! Finds the markers of components in a text.
//!
//! Markers are found before Markdown is parsed, and masked with HTML of the same length, which
//! keeps every offset. A marker on a line of its own becomes an instruction (`<?…?>`), which ends a
//! paragraph or a list, as a component should. A marker within a line becomes a tag, which does
//! not. Where the parser reports a masked marker as HTML, it is a component. Anywhere else, such as
//! in code, [`ComponentMarkers::unmask`] restores the writer's text.
//!
//! A colon that begins a line without a space after it is masked, too: it begins a time or a
//! smiley, not the description of a term. See DECISIONS: “Components are masked, not expanded” and
//! “What masks a component's marker”.

use std::borrow::Cow;
use std::ops::Range;

/// The kind of a marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkerKind {
    /// `:::name …`, with the number of colons.
    Open(usize),
    /// `:::`, with the number of colons.
    Close(usize),
    /// `::name{…}`.
    Leaf,
    /// Not a component but text: a colon, or the rest of a text that would take too much work to
    /// parse.
    Colon,
}

/// A component's marker in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentMarker {
    pub kind: MarkerKind,
    /// The bytes that are masked.
    pub range: Range<usize>,
    /// The name, with `_` for `-`; empty for a closing marker.
    pub name: String,
    pub name_range: Range<usize>,
    /// The text between the braces.
    pub arguments: Option<Range<usize>>,
    /// The text after the name, without braces: `::: tip A title`.
    pub title: Option<Range<usize>>,
    /// Whether text follows on the same line.
    goes_on: bool,
}

/// The markers of a text, in order.
#[derive(Clone, Debug, Default)]
pub struct ComponentMarkers {
    marks: Vec<ComponentMarker>,
    /// The offset from which on the text is plain text, because it would take too much work to
    /// parse.
    pub plain_from: Option<usize>,
}

/// The maximum number of characters that may have a meaning in Markdown. The parser keeps up to 150
/// bytes for each of them.
pub const SIGNS_MAX: usize = 4_000_000;

/// The offset of the first character of meaning beyond the maximum; `None` except for texts of
/// megabytes.
fn too_many_signs(text: &str, signs_max: usize) -> Option<usize> {
    if text.len() <= signs_max {
        return None;
    }
    let is_sign = |byte: u8| {
        byte == b'\n'
            || (byte.is_ascii_punctuation()
                && !matches!(byte, b',' | b'.' | b';' | b'/' | b'+' | b'=' | b'-'))
    };
    let mut signs = text.bytes().enumerate().filter(|(_, byte)| is_sign(*byte));
    signs.nth(signs_max).map(|(at, _)| at)
}

impl ComponentMarkers {
    /// Finds the markers of `text` and returns the text in which they are masked. A marker within a
    /// line counts only if `is_known` knows its name, so that `std::vector{1}` stays text.
    pub fn mask<'a>(
        text: &'a str,
        body: Range<usize>,
        is_known: impl Fn(&str) -> bool,
    ) -> (Cow<'a, str>, ComponentMarkers) {
        let plain_from = too_many_signs(&text[body.clone()], SIGNS_MAX).map(|at| body.start + at);
        if plain_from.is_none() && !may_hold_marks(&text[body.clone()]) {
            return (Cow::Borrowed(text), ComponentMarkers::default());
        }
        let mut marks = Vec::new();
        let mut start = body.start;
        for line in text[body.start..plain_from.unwrap_or(body.end)].split_inclusive('\n') {
            let content = line.trim_end_matches(['\n', '\r']);
            if content.contains(':') {
                match line_mark(content, start) {
                    Some(mark) => marks.push(mark),
                    None => {
                        let first = marks.len();
                        inline_marks(content, start, &is_known, &mut marks);
                        let colon = text_colon(content, start);
                        let colon = colon.filter(|colon| {
                            marks
                                .get(first)
                                .is_none_or(|mark| mark.range.start != colon.range.start)
                        });
                        colon
                            .into_iter()
                            .for_each(|colon| marks.insert(first, colon));
                    }
                }
            }
            start += line.len();
        }
        marks.extend(plain_from.map(|at| ComponentMarker::plain(at..body.end)));
        if marks.is_empty() {
            return (Cow::Borrowed(text), ComponentMarkers::default());
        }
        let mut hidden = String::with_capacity(text.len());
        let mut end = 0;
        for (index, mark) in marks.iter().enumerate() {
            hidden.push_str(&text[end..mark.range.start]);
            hidden.push_str(&mark.mask_marker(index));
            end = mark.range.end;
        }
        hidden.push_str(&text[end..]);
        (Cow::Owned(hidden), ComponentMarkers { marks, plain_from })
    }

    /// The marker at this range of the masked text, if the range contains all of it.
    pub fn at(&self, range: &Range<usize>) -> Option<&ComponentMarker> {
        let index = self
            .marks
            .partition_point(|mark| mark.range.end <= range.start);
        self.marks
            .get(index)
            .filter(|mark| mark.range.start >= range.start && mark.range.end <= range.end)
    }

    /// The markers in this range of the masked text.
    pub fn within(&self, range: &Range<usize>) -> impl Iterator<Item = &ComponentMarker> + use<'_> {
        let first = self
            .marks
            .partition_point(|mark| mark.range.end <= range.start);
        let end = range.end;
        self.marks[first..]
            .iter()
            .take_while(move |mark| mark.range.start < end)
    }

    /// Returns `shown`, a part of the masked text that came from `range`, with the writer's own
    /// text restored.
    pub fn unmask<'a>(
        &self,
        shown: Cow<'a, str>,
        range: &Range<usize>,
        text: &str,
    ) -> Cow<'a, str> {
        let first = self
            .marks
            .partition_point(|mark| mark.range.end <= range.start);
        let mut within = self.marks[first..]
            .iter()
            .enumerate()
            .take_while(|(_, mark)| mark.range.start < range.end)
            .peekable();
        if within.peek().is_none() {
            return shown;
        }
        if shown.len() == range.len() {
            // It is the masked text without changes, so the markers are at their own offsets, even
            // if other text looks like a mask.
            let marks: Vec<Range<usize>> = within
                .map(|(_, mark)| mark.range.start.max(range.start)..mark.range.end.min(range.end))
                .collect();
            let mut whole = shown.into_owned();
            for mark in marks {
                if let Some(own) = text.get(mark.clone()) {
                    whole.replace_range(mark.start - range.start..mark.end - range.start, own);
                }
            }
            return Cow::Owned(whole);
        }
        let mut whole = String::with_capacity(shown.len());
        let mut rest = &*shown;
        for (index, mark) in within {
            let cover = mark.mask_marker(first + index);
            if let Some(at) = rest.find(&cover) {
                whole.push_str(&rest[..at]);
                whole.push_str(&text[mark.range.clone()]);
                rest = &rest[at + cover.len()..];
            }
        }
        whole.push_str(rest);
        Cow::Owned(whole)
    }
}

/// Whether a text has two colons in a row, or a colon that begins a line.
fn may_hold_marks(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b':', bytes).any(|at| {
        let before = bytes[..at]
            .iter()
            .rev()
            .find(|byte| !matches!(byte, b' ' | b'\t' | b'>'));
        bytes.get(at + 1) == Some(&b':') || before.is_none_or(|byte| *byte == b'\n')
    })
}

impl ComponentMarker {
    /// A marker for text that has no meaning in Markdown.
    fn plain(range: Range<usize>) -> Self {
        let end = range.end;
        ComponentMarker {
            kind: MarkerKind::Colon,
            range,
            name: String::new(),
            name_range: end..end,
            arguments: None,
            title: None,
            goes_on: false,
        }
    }

    /// The mask of the marker: the same number of bytes, with the marker's number if there is room
    /// for it.
    fn mask_marker(&self, index: usize) -> String {
        let length = self.range.len();
        let (begin, end) = match self.kind {
            // A semicolon has no meaning in Markdown, as the colon should have none.
            MarkerKind::Colon => return ";".repeat(length),
            MarkerKind::Leaf if self.goes_on => ("<x", ">"),
            _ if length < 5 => ("<", ">"),
            _ => ("<?", "?>"),
        };
        let room = length - begin.len() - end.len();
        let number = if length < 5 {
            "?".repeat(room)
        } else {
            index.to_string()
        };
        let number = &number[number.len().saturating_sub(room)..];
        [begin, &"0".repeat(room - number.len()), number, end].concat()
    }
}

/// The offset of a line's content, after spaces and quote markers.
fn content_of(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t', '>']).len()
}

/// A colon that begins a line as text, not as the description of a term: no space follows it.
fn text_colon(line: &str, start: usize) -> Option<ComponentMarker> {
    let at = content_of(line);
    let is_text = line[at..]
        .strip_prefix(':')
        .is_some_and(|rest| rest.starts_with(|c: char| !c.is_whitespace()));
    let range = start + at..start + at + 1;
    is_text.then(|| ComponentMarker {
        kind: MarkerKind::Colon,
        name_range: range.clone(),
        range,
        name: String::new(),
        arguments: None,
        title: None,
        goes_on: true,
    })
}

/// A marker on a line of its own.
fn line_mark(line: &str, start: usize) -> Option<ComponentMarker> {
    let indent = content_of(line);
    let trimmed = line[indent..].trim_end();
    let colons = trimmed.len() - trimmed.trim_start_matches(':').len();
    let rest = &trimmed[colons..];
    let begin = start + indent;
    let range = begin..begin + trimmed.len();
    if colons >= 3 && rest.is_empty() {
        return Some(ComponentMarker {
            kind: MarkerKind::Close(colons),
            range,
            name: String::new(),
            name_range: begin..begin + colons,
            arguments: None,
            title: None,
            goes_on: false,
        });
    }
    let kind = match colons {
        2 => MarkerKind::Leaf,
        3.. => MarkerKind::Open(colons),
        _ => return None,
    };
    let gap = rest.len() - rest.trim_start().len();
    if gap > 0 && kind == MarkerKind::Leaf {
        return None;
    }
    let name_start = begin + colons + gap;
    let name = name_at(&rest[gap..])?;
    let after = &rest[gap + name.len()..];
    let name_range = name_start..name_start + name.len();
    let (arguments, title) = if let Some(open) = after.trim_start().strip_prefix('{') {
        let at = name_range.end + (after.len() - open.len());
        let close = closing_brace(open)?;
        if !open[close + 1..].trim().is_empty() {
            return None;
        }
        (Some(at..at + close), None)
    } else if after.trim().is_empty() {
        (None, None)
    } else if after.starts_with([' ', '\t']) && kind != MarkerKind::Leaf {
        let at = name_range.end + (after.len() - after.trim_start().len());
        (None, Some(at..range.end))
    } else {
        return None;
    };
    if kind == MarkerKind::Leaf && arguments.is_none() && !after.is_empty() {
        return None;
    }
    Some(ComponentMarker {
        kind,
        range,
        name: name.replace('-', "_"),
        name_range,
        arguments,
        title,
        goes_on: false,
    })
}

/// How many bytes may be read on one line in search of braces that are never closed; more on a very
/// long line.
const OPEN_BRACES_BYTES: usize = 64 << 10;

/// Finds markers `::name{…}` of known components within a line.
fn inline_marks(
    line: &str,
    start: usize,
    is_known: &impl Fn(&str) -> bool,
    marks: &mut Vec<ComponentMarker>,
) {
    let mut from = 0;
    // The search for a brace that is never closed goes on to the end of the line. A line on which
    // this happens again and again is taken to hold no further components.
    let mut budget = OPEN_BRACES_BYTES.max(4 * line.len());
    while let Some(found) = line[from..].find("::") {
        let at = from + found;
        from = at + 2;
        let is_free =
            !line[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, ':' | '_' | '>'));
        let Some(name) =
            name_at(&line[from..]).filter(|name| is_free && is_known(&name.replace('-', "_")))
        else {
            continue;
        };
        let Some(open) = line[from + name.len()..].strip_prefix('{') else {
            continue;
        };
        let Some(close) = closing_brace(open) else {
            budget = budget.saturating_sub(open.len());
            if budget == 0 {
                return;
            }
            continue;
        };
        let arguments = from + name.len() + 1;
        let end = arguments + close + 1;
        marks.push(ComponentMarker {
            kind: MarkerKind::Leaf,
            range: start + at..start + end,
            name: name.replace('-', "_"),
            name_range: start + from..start + from + name.len(),
            arguments: Some(start + arguments..start + arguments + close),
            title: None,
            goes_on: !line[end..].trim().is_empty(),
        });
        from = end;
    }
}

pub(super) fn name_at(text: &str) -> Option<&str> {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
        .unwrap_or(text.len());
    let name = &text[..end];
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        .then_some(name)
}

/// The offset of the brace that closes the one before `text`. Braces in quotes do not count.
fn closing_brace(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '}') => return Some(at),
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hide(text: &str) -> (String, Vec<ComponentMarker>) {
        let (hidden, marks) = ComponentMarkers::mask(text, 0..text.len(), |name| name == "badge");
        assert_eq!(hidden.len(), text.len());
        (hidden.into_owned(), marks.marks)
    }

    #[test]
    fn marks_are_found_and_hidden() {
        let text =
            ":::note{title=\"a } b\"}\nText ::badge{text=new} and std::vector{1}\n- item\n:::\n";
        let (hidden, marks) = hide(text);
        let kinds: Vec<_> = marks
            .iter()
            .map(|mark| (&mark.kind, mark.name.as_str()))
            .collect();
        assert_eq!(
            kinds,
            [
                (&MarkerKind::Open(3), "note"),
                (&MarkerKind::Leaf, "badge"),
                (&MarkerKind::Close(3), "")
            ]
        );
        assert!(
            hidden.contains("std::vector{1}") && hidden.ends_with("<?>\n"),
            "{hidden}"
        );
        let (whole, all) = ComponentMarkers::mask(text, 0..text.len(), |name| name == "badge");
        assert_eq!(all.unmask(whole, &(0..text.len()), text), text);
    }

    #[test]
    fn titles_without_braces() {
        let text = "::: tip A title\n";
        let (_, marks) = hide(text);
        assert_eq!(
            marks[0].title.clone().map(|range| &text[range]),
            Some("A title")
        );
        assert!(
            hide("a :: b\n::\n:::: {}\n")
                .1
                .iter()
                .all(|mark| mark.name.is_empty())
        );
    }
}
