//! The interface to the site's sources: [`Files`], which lists and reads them.
//!
//! Both the disk and an in-memory site implement it, so that every later stage can be tested
//! without a disk. This module also converts bytes to text ([`SourceFile`]) and offsets to lines
//! and columns ([`LineStarts`]).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::sync::Arc;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Checked, Code, Diagnostic, Location};
use crate::fingerprint::Fingerprint;
use crate::paths::SourcePath;

/// Returns whether a character is always invisible: soft hyphens, joiners, zero-width spaces, byte
/// order marks (Unicode's property `Default_Ignorable_Code_Point`).
pub fn is_ignorable(c: char) -> bool {
    c >= '\u{AD}'
        && matches!(u32::from(c),
            0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x202A..=0x202E
            | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFF8 | 0x1BCA0..=0x1BCA3
            | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// Returns whether a text has no visible character.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_ignorable(c))
}

/// Files that are never listed, in addition to the rules for every site (names that begin with `.`,
/// temporary files of editors …).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListingRules {
    /// The output folder relative to the root, if it is inside the root.
    pub output: Option<SourcePath>,
    /// The patterns of the `ignore:` setting in `.gitignore` syntax, relative to the root.
    pub ignore: Vec<String>,
}

/// Returns the files of a sorted list that are this path or are below it.
pub fn below<'a>(
    sources: &'a [SourcePath],
    path: &'a SourcePath,
) -> impl Iterator<Item = &'a SourcePath> {
    let start = sources.partition_point(|source| source < path);
    // Files below a folder need not directly follow its name: `a-b` sorts between `a` and `a/b`.
    sources[start..]
        .iter()
        .take_while(|source| source.as_str().starts_with(path.as_str()))
        .filter(|source| source.is_within(path))
}

/// The folder with a site's sources.
pub trait Files: Sync {
    /// Lists all readable files below the root, sorted by path, and reports problems such as links
    /// out of the folder or without a target.
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>>;

    /// Returns what [`Files::list`] would return now for these paths and everything below them,
    /// without reading the rest of the site.
    ///
    /// The caller removes all files and problems at or below `touched` from an earlier listing and
    /// adds this result, which gives the current listing if nothing else changed. A link counts as
    /// changed if its target changed.
    fn scan(&self, rules: &ListingRules, touched: &[SourcePath]) -> ScannedFiles {
        let listed = self.list(rules);
        let is_touched = |path: &SourcePath| touched.iter().any(|touched| path.is_within(touched));
        let is_problem_touched = |problem: &Diagnostic| {
            problem
                .location
                .as_ref()
                .is_some_and(|place| is_touched(&place.path))
        };
        ScannedFiles {
            files: listed.value.into_iter().filter(is_touched).collect(),
            problems: listed
                .problems
                .into_iter()
                .filter(is_problem_touched)
                .collect(),
            must_list: false,
        }
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// Returns the errors of the file system; `NotFound` if there is no such file.
    fn read(&self, path: &SourcePath) -> io::Result<Arc<[u8]>>;

    /// Opens a file for reading in pieces, for files of any size.
    ///
    /// # Errors
    /// Returns the errors of [`Files::read`].
    fn open(&self, path: &SourcePath) -> io::Result<Box<dyn io::Read + Send + '_>> {
        Ok(Box::new(io::Cursor::new(self.read(path)?)))
    }

    /// Opens a file at a byte offset.
    ///
    /// # Errors
    /// Returns the errors of [`Files::read`].
    fn open_at(&self, path: &SourcePath, from: u64) -> io::Result<Box<dyn io::Read + Send + '_>> {
        let mut file = self.open(path)?;
        io::copy(&mut (&mut *file).take(from), &mut io::sink())?;
        Ok(file)
    }

    /// Returns the length of a file in bytes.
    ///
    /// # Errors
    /// Returns the errors of [`Files::read`].
    fn length(&self, path: &SourcePath) -> io::Result<u64> {
        io::copy(&mut *self.open(path)?, &mut io::sink())
    }

    /// Reads at most `bytes_max` bytes from the beginning of a file.
    ///
    /// # Errors
    /// Returns the errors of [`Files::read`].
    fn head(&self, path: &SourcePath, bytes_max: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::with_capacity(bytes_max);
        self.open(path)?
            .take(bytes_max as u64)
            .read_to_end(&mut head)?;
        Ok(head)
    }

    /// Returns the fingerprint of a file's bytes. If it is not known, the file is read in pieces.
    ///
    /// # Errors
    /// Returns the errors of [`Files::read`].
    fn hash(&self, path: &SourcePath) -> io::Result<Fingerprint> {
        match self.known(path) {
            Some(known) => Ok(known),
            None => Ok(Fingerprint::of_reader(&mut *self.open(path)?, |_| Ok(()))?.0),
        }
    }

    /// Returns the fingerprint of a file's bytes if it is known without reading them.
    fn known(&self, _path: &SourcePath) -> Option<Fingerprint> {
        None
    }

    /// Returns a stamp for each file, by which a later run can see that the bytes are still those
    /// that are read *after* this call. The result is `None` if the file does not exist, or if it
    /// changed so recently that it could change again without a new stamp; such a file is read
    /// again next time.
    fn stamps(&self, paths: &[SourcePath]) -> Vec<Option<Stamp>> {
        vec![None; paths.len()]
    }
}

/// The current state of the paths where something may have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScannedFiles {
    /// The listed files at or below the requested paths, sorted.
    pub files: Vec<SourcePath>,
    /// The problems at or below them, in the order in which they are reported.
    pub problems: Vec<Diagnostic>,
    /// Whether a full listing is needed, because the root or a file that decides what is listed
    /// changed. The other fields are empty then.
    pub must_list: bool,
}

impl ScannedFiles {
    /// Returns the result that requests a full listing.
    pub fn needs_full_listing() -> Self {
        Self {
            must_list: true,
            ..Self::default()
        }
    }
}

/// What the file system knows about a file without reading it. Two equal stamps of a path mean
/// equal bytes; different stamps mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// The size in bytes.
    pub size: u64,
    /// When the bytes were last written, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// When anything about the file last changed, including its times, which makes it impossible to
    /// forge; on Windows, when the file was created.
    pub changed_ns: i64,
    /// The inode number, or 0 if there is none.
    pub inode: u64,
    /// The device number, or 0 if there is none.
    pub device: u64,
}

/// A site in memory, for tests and for the starter site.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(pub BTreeMap<SourcePath, Arc<[u8]>>);

impl MemoryFiles {
    /// Adds a file, or replaces the file with that path.
    ///
    /// # Panics
    /// Panics if `path` leaves the root.
    pub fn put(&mut self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = SourcePath::new(path).expect("a path inside the root");
        self.0.insert(path, bytes.as_ref().into());
    }
}

impl Files for MemoryFiles {
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>> {
        let is_read = |path: &&SourcePath| {
            !path
                .segments()
                .any(|segment| segment.starts_with('.') && !path.as_str().starts_with("static/"))
                && !rules
                    .output
                    .as_ref()
                    .is_some_and(|output| path.is_within(output))
        };
        Checked::ok(self.0.keys().filter(is_read).cloned().collect())
    }

    fn read(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
        self.0
            .get(path)
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// A source file as text: UTF-8, without a byte order mark.
#[derive(Clone, Debug)]
pub struct SourceFile<'a> {
    pub path: &'a SourcePath,
    pub text: &'a str,
}

impl<'a> SourceFile<'a> {
    /// Decodes bytes as UTF-8. Lines and columns count from the first character after a byte order
    /// mark.
    ///
    /// # Errors
    /// Returns a problem that names the likely encoding, or the first invalid byte and its
    /// location. NUL bytes are refused, too.
    pub fn decode(path: &'a SourcePath, bytes: &'a [u8]) -> Result<Self, Box<Diagnostic>> {
        let problem = |valid: &[u8], message: String, help: &str| {
            let valid = String::from_utf8_lossy(valid);
            let lines = LineStarts::new(&valid);
            let place = lines.place(path, valid.len()..valid.len());
            Box::new(Diagnostic::new(Code::NotUtf8, message).at(place).help(help))
        };
        const SAVE_AS: &str = "save the file as UTF-8";
        if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
            return Err(problem(
                b"",
                "this file is UTF-16, not UTF-8".into(),
                SAVE_AS,
            ));
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let valid = &bytes[..error.valid_up_to()];
            let byte = bytes[error.valid_up_to()];
            problem(
                valid,
                format!("this file is not UTF-8: byte 0x{byte:02X} does not begin a character"),
                SAVE_AS,
            )
        })?;
        if let Some(at) = text.find('\0') {
            let nearly_half_nul = text.bytes().filter(|byte| *byte == 0).count() * 3 > text.len();
            let message = if nearly_half_nul {
                "this file seems to be UTF-16, not UTF-8"
            } else {
                "this file contains a NUL byte"
            };
            let help = if nearly_half_nul {
                SAVE_AS
            } else {
                "delete the NUL byte, which is not allowed in text files"
            };
            return Err(problem(&bytes[..at], message.into(), help));
        }
        Ok(Self { path, text })
    }

    pub fn lines(&self) -> LineStarts<'a> {
        LineStarts::new(self.text)
    }
}

/// Converts any bytes to text: UTF-16 is decoded if there is a byte order mark, bytes that are not
/// UTF-8 are replaced by U+FFFD, and NUL bytes and further byte order marks are dropped.
pub fn decode_leniently(bytes: &[u8]) -> String {
    let utf16 = |read: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..]
            .chunks_exact(2)
            .map(|pair| read([pair[0], pair[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    };
    let text = match bytes {
        [0xFF, 0xFE, ..] => utf16(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => utf16(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
            .into_owned(),
    };
    if text.contains('\0') {
        text.replace('\0', "")
    } else {
        text
    }
}

/// Returns whether a character takes no space on a page: control characters and invisible ones, but
/// not blanks and line ends.
pub fn is_unseen(c: char) -> bool {
    is_ignorable(c) || c.is_control() && !c.is_whitespace()
}

/// Returns text with LF line ends; borrowed if it has no CR.
pub fn with_lf(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The offsets at which the lines of a text begin.
#[derive(Clone, Debug)]
pub struct LineStarts<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// The number of characters before each block of [`BLOCK`] bytes; computed when a location far
    /// along a line is requested.
    counts: OnceLock<Vec<usize>>,
}

/// The size in bytes of the blocks in which the characters of long lines are counted.
const BLOCK: usize = 512;

impl<'a> LineStarts<'a> {
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
        Self {
            text,
            starts: starts.collect(),
            counts: OnceLock::new(),
        }
    }

    /// Returns the location of a range of bytes: line and column from 1, the column in characters.
    /// If the range ends on a later line, its length is cut at the end of the first.
    pub fn place(&self, path: &SourcePath, range: std::ops::Range<usize>) -> Location {
        let start = self.floor(range.start);
        let line = self.starts.partition_point(|begin| *begin <= start) - 1;
        let line_start = self.starts[line];
        let line_end = self
            .starts
            .get(line + 1)
            .map_or(self.text.len(), |next| next - 1);
        let end = self.floor(range.end).clamp(start, line_end.max(start));
        let count =
            |from: usize, to: usize| u32::try_from(self.characters(from..to)).unwrap_or(u32::MAX);
        Location {
            path: path.clone(),
            line: u32::try_from(line + 1).unwrap_or(u32::MAX),
            column: count(line_start, start) + 1,
            length: count(start, end),
        }
    }

    /// Returns the line of a byte, counted from 1.
    pub fn line(&self, at: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|begin| *begin <= at)).unwrap_or(u32::MAX)
    }

    /// Returns the byte offset of a line and column (both from 1, the column in characters), or the
    /// end of the text if the position is after it.
    pub fn offset(&self, line: u32, column: u32) -> usize {
        let Some(start) = self.starts.get((line as usize).saturating_sub(1)) else {
            return self.text.len();
        };
        let mut before = (column as usize).saturating_sub(1);
        let mut from = *start;
        if before > BLOCK {
            let counts = self.counts();
            let target = self.characters_before(from) + before;
            let block = counts.partition_point(|count| *count <= target) - 1;
            from = self.floor(block * BLOCK);
            before = target - self.characters_before(from);
        }
        self.text[from..]
            .char_indices()
            .nth(before)
            .map_or(self.text.len(), |(at, _)| from + at)
    }

    /// Returns the number of characters in a range.
    fn characters(&self, range: std::ops::Range<usize>) -> usize {
        if range.len() <= BLOCK {
            return self.text[range].chars().count();
        }
        self.characters_before(range.end) - self.characters_before(range.start)
    }

    fn characters_before(&self, at: usize) -> usize {
        let block = at / BLOCK;
        self.counts()[block] + count_characters(&self.text.as_bytes()[block * BLOCK..at])
    }

    fn counts(&self) -> &[usize] {
        self.counts.get_or_init(|| {
            let mut total = 0;
            let blocks = self.text.as_bytes().chunks(BLOCK).map(|block| {
                total += count_characters(block);
                total
            });
            std::iter::once(0).chain(blocks).collect()
        })
    }

    fn floor(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

/// Returns the number of characters that begin in these bytes.
fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_far_along_a_line() {
        let text = format!("é\n{}x\n", "aé".repeat(10_000));
        let lines = LineStarts::new(&text);
        for at in [3, 5000, 4096, 8191, 8193, 29_000, text.len() - 2] {
            let at = lines.floor(at);
            let place = lines.place(&SourcePath::root(), at..at + 1);
            assert_eq!(
                (place.line, place.column as usize),
                (2, text[3..at].chars().count() + 1)
            );
            assert_eq!(lines.offset(place.line, place.column), at);
        }
        assert_eq!(
            lines.place(&SourcePath::root(), 3..text.len()).length,
            20_001
        );
        assert_eq!(lines.offset(2, 50_000), text.len());
    }

    #[test]
    fn places_count_characters() {
        let path = SourcePath::root();
        let text = "é\nab\u{1F600}c\n";
        let lines = LineStarts::new(text);
        let place = lines.place(&path, 9..10);
        assert_eq!((place.line, place.column, place.length), (2, 4, 1));
        let end = lines.place(&path, text.len()..text.len());
        assert_eq!((end.line, end.column), (3, 1));
        assert_eq!(lines.offset(2, 4), 9);
    }

    #[test]
    fn bytes_that_are_no_text() {
        let path = SourcePath::root();
        let place = |bytes: &[u8]| {
            SourceFile::decode(&path, bytes)
                .err()
                .and_then(|problem| problem.location)
                .map(|place| (place.line, place.column))
        };
        assert_eq!(place(b"---\ntitle: caf\xE9\n"), Some((2, 11)));
        assert_eq!(place(b"---\ntitle: \0\n"), Some((2, 8)));
        assert_eq!(place(&[0xFF, 0xFE, 0x41, 0]), Some((1, 1)));
        assert!(SourceFile::decode(&path, b"\xEF\xBB\xBFok").is_ok_and(|text| text.text == "ok"));
    }
}
