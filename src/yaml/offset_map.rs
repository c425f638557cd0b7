//! Maps each character of a YAML text to its offset in the file, in every style: plain, quoted,
//! folded or literal.
//!
//! The value of a YAML text differs from its source by escapes, indentation and folded lines. Both
//! are compared step by step, so that an error in a formula is shown where it was written. An alias
//! has no text of its own: all its characters are mapped to the alias.

use std::ops::Range;

use super::YamlNode;
use crate::diagnostic::Location;
use crate::source::LineStarts;

/// The offsets of the characters of one text.
#[derive(Clone, Debug)]
pub struct OffsetMap<'a> {
    lines: &'a LineStarts<'a>,
    place: Location,
    /// For each byte of the value, and for its end, the offset in the file.
    offsets: Vec<usize>,
}

impl<'a> OffsetMap<'a> {
    /// Maps `node`, which is a text or a number as it was written. `file` is the file's text.
    pub fn new(file: &str, lines: &'a LineStarts<'a>, node: &YamlNode) -> Self {
        Self::of_value(file, lines, &node.place, node.as_text().unwrap_or_default())
    }

    /// Maps `value`, which is at `place` in the file with this text.
    pub fn of_value(file: &str, lines: &'a LineStarts<'a>, place: &Location, value: &str) -> Self {
        let start = lines.offset(place.line, place.column);
        OffsetMap {
            lines,
            place: place.clone(),
            offsets: align(file, start, value).unwrap_or_default(),
        }
    }

    /// Returns the location of a range of bytes of the value.
    pub fn place(&self, range: Range<usize>) -> Location {
        let (Some(first), Some(last)) = (
            self.offsets.get(range.start),
            self.offsets
                .get(range.end.saturating_sub(1).max(range.start)),
        ) else {
            return self.place.clone();
        };
        let end = if range.is_empty() {
            *first
        } else {
            self.offsets
                .get(range.end)
                .map_or(last + 1, |next| (last + 1).max(*next).min(last + 4))
        };
        let mut place = self.lines.place(&self.place.path, *first..end);
        let characters = u32::try_from(range.len()).unwrap_or(u32::MAX);
        place.length = place.length.min(characters);
        place
    }
}

/// Returns the offset in `file` of each byte of `value` and of its end; `None` if the text at
/// `start` is not the value.
fn align(file: &str, start: usize, value: &str) -> Option<Vec<usize>> {
    let source = file.as_bytes();
    let quote = source
        .get(start)
        .copied()
        .filter(|byte| matches!(byte, b'"' | b'\''));
    let is_block = matches!(source.get(start), Some(b'|' | b'>'));
    let mut at = match quote {
        Some(_) => start + 1,
        None if is_block => start + file[start..].find('\n')? + 1,
        None => start,
    };
    let mut offsets = Vec::with_capacity(value.len() + 1);
    for letter in value.chars() {
        if !letter.is_whitespace() {
            while source.get(at).is_some_and(u8::is_ascii_whitespace) {
                at += 1;
            }
            while quote == Some(b'"') && file.get(at..)?.starts_with("\\\n") {
                at += 2;
                while source.get(at).is_some_and(u8::is_ascii_whitespace) {
                    at += 1;
                }
            }
        }
        offsets.extend(std::iter::repeat_n(at, letter.len_utf8()));
        let here = file.get(at..)?;
        if quote == Some(b'"') && here.starts_with('\\') {
            at += escape_length(here);
        } else if quote == Some(b'\'') && here.starts_with("''") {
            at += 2;
        } else if here.starts_with(letter) {
            at += letter.len_utf8();
        } else if !letter.is_whitespace() {
            return None;
        }
    }
    offsets.push(at);
    Some(offsets)
}

/// Returns the length in bytes of an escape in a double-quoted text (YAML 1.2.2, §5.7).
fn escape_length(here: &str) -> usize {
    match here.as_bytes().get(1) {
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        Some(_) => 1 + here[1..].chars().next().map_or(1, char::len_utf8),
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::SourcePath;

    /// Returns the line and column of `wanted` within the value of the key `f`.
    fn found(file: &str, wanted: &str) -> (u32, u32) {
        let path = SourcePath::new("a.yaml").expect("inside");
        let lines = LineStarts::new(file);
        let root = crate::yaml::parse(&path, file, 0..file.len())
            .expect("YAML")
            .expect("something");
        let node = root.get("f").expect("the key is there");
        let at = node
            .as_text()
            .expect("text")
            .find(wanted)
            .expect("it is in the value");
        let place = OffsetMap::new(file, &lines, node).place(at..at + wanted.len());
        (place.line, place.column)
    }

    #[test]
    fn every_style() {
        assert_eq!(found("f: one + two\n", "two"), (1, 10));
        assert_eq!(found("f: \"a \\\"b\\\" é two\"\n", "two"), (1, 15));
        assert_eq!(found("f: 'it''s two'\n", "two"), (1, 11));
        assert_eq!(found("f: |\n  one\n    three\n  two\n", "two"), (4, 3));
        assert_eq!(found("f: |\n  one\n    three\n  two\n", "three"), (3, 5));
        assert_eq!(found("f: >-\n  one +\n  two\n", "two"), (3, 3));
        assert_eq!(found("f: one +\n   two\n", "two"), (2, 4));
        assert_eq!(found("f: \"one \\\n   two\"\n", "two"), (2, 4));
        assert_eq!(found("g: &x one\nf: *x\n", "one"), (2, 4));
        assert_eq!(found("f: 12\n", "2"), (1, 5));
    }
}
