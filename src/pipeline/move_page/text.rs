//! Edits a writer's text file at some places and nowhere else: its byte order mark, its line ends
//! and every other byte stay.

use std::ops::Range;

use crate::diagnostic::Location;
use crate::paths::SourcePath;
use crate::source::{LineStarts, SourceFile, with_lf};

/// A file's text, with the edits to make.
pub struct EditedText {
    /// The bytes on disk.
    bytes: Vec<u8>,
    /// The text as the rest of the program reads it: without a byte order mark, with LF at the end
    /// of lines.
    pub text: String,
    /// Ranges of `text` with their replacements.
    edits: Vec<(Range<usize>, String)>,
}

impl EditedText {
    /// `None` if the file is not text.
    pub fn new(path: &SourcePath, bytes: &[u8]) -> Option<Self> {
        let text = with_lf(SourceFile::decode(path, bytes).ok()?.text).into_owned();
        Some(Self {
            bytes: bytes.to_vec(),
            text,
            edits: Vec::new(),
        })
    }

    /// The range of `text` that a place covers.
    pub fn at(&self, place: &Location) -> Range<usize> {
        let lines = LineStarts::new(&self.text);
        let start = lines.offset(place.line, place.column);
        let length: usize = self.text[start..]
            .chars()
            .take(place.length as usize)
            .map(char::len_utf8)
            .sum();
        start..start + length
    }

    pub fn replace(&mut self, range: Range<usize>, with: &str) {
        self.edits.push((range, with.to_owned()));
    }

    /// Whether part of this range is already being replaced.
    pub fn is_taken(&self, range: &Range<usize>) -> bool {
        self.edits
            .iter()
            .any(|(taken, _)| taken.start < range.end && range.start < taken.end)
    }

    /// The replacement for exactly this range.
    pub fn replaced(&self, range: &Range<usize>) -> Option<&str> {
        self.edits
            .iter()
            .find(|(taken, _)| taken == range)
            .map(|(_, with)| with.as_str())
    }

    /// The file's bytes with all edits applied. New lines get the same line ends as the others.
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.edits.sort_by_key(|(range, _)| range.start);
        let end_of_line = if self.bytes.windows(2).any(|two| two == b"\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        let mut written = Vec::with_capacity(self.bytes.len() + 64);
        let mut cursor = Cursor {
            raw: &self.bytes,
            at: 0,
            in_text: 0,
        };
        if self.bytes.starts_with(b"\xEF\xBB\xBF") {
            cursor.at = 3;
            written.extend_from_slice(b"\xEF\xBB\xBF");
        }
        for (range, with) in &self.edits {
            written.extend_from_slice(cursor.up_to(range.start));
            cursor.up_to(range.end);
            written.extend_from_slice(with.replace('\n', end_of_line).as_bytes());
        }
        written.extend_from_slice(&self.bytes[cursor.at..]);
        written
    }
}

/// Steps through the raw bytes in parallel with the text, in which every line ends in one byte.
struct Cursor<'a> {
    raw: &'a [u8],
    at: usize,
    in_text: usize,
}

impl<'a> Cursor<'a> {
    /// The raw bytes from here to an offset of the text.
    fn up_to(&mut self, offset: usize) -> &'a [u8] {
        let start = self.at;
        while self.in_text < offset && self.at < self.raw.len() {
            self.at += if self.raw[self.at..].starts_with(b"\r\n") {
                2
            } else {
                1
            };
            self.in_text += 1;
        }
        &self.raw[start..self.at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_else_changes() {
        let path = SourcePath::root();
        let raw = "\u{FEFF}a\r\nbé c\rd\n".as_bytes();
        let mut edited = EditedText::new(&path, raw).expect("text");
        assert_eq!(edited.text, "a\nbé c\nd\n");
        let place = Location {
            path,
            line: 2,
            column: 4,
            length: 1,
        };
        let range = edited.at(&place);
        edited.replace(range, "X\n");
        edited.replace(0..0, "-");
        assert_eq!(
            String::from_utf8(edited.into_bytes()).as_deref(),
            Ok("\u{FEFF}-a\r\nbé X\r\n\rd\n")
        );
        assert_eq!(
            EditedText::new(&SourcePath::root(), raw)
                .map(EditedText::into_bytes)
                .as_deref(),
            Some(raw)
        );
    }
}
