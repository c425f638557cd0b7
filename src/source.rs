//! The one boundary to the world: [`Files`], which lists and reads a site's sources.
//!
//! The disk and an in-memory site both implement it, so that every stage behind it can be tested
//! without a disk. Also here: how bytes become text ([`SourceFile`]) and how an offset becomes a line and
//! a column ([`LineStarts`]).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read as _};
use std::sync::Arc;
use std::sync::OnceLock;

use html5gum::{Token, Tokenizer};
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Checked, Code, Diagnostic, Location, is_bidi_control};
use crate::fingerprint::Fingerprint;
use crate::paths::SourcePath;

/// Whether a reader sees nothing of a character wherever it is: soft hyphens, joiners, zero-width
/// spaces, byte order marks (Unicode's property `Default_Ignorable_Code_Point`).
pub fn is_ignorable(c: char) -> bool {
    c >= '\u{AD}'
        && matches!(u32::from(c),
            0xAD | 0x34F | 0x61C | 0x115F..=0x1160 | 0x17B4..=0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x202A..=0x202E
            | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFF8 | 0x1BCA0..=0x1BCA3
            | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF)
}

/// Whether a text shows nothing.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_ignorable(c))
}

/// A text with each character reference (`&amp;`, `&#8217;`) as the character that it stands for.
/// Whatever else looks like HTML stays.
pub fn decode_entities(text: String) -> String {
    if !text.contains('&') || !text.contains(';') {
        return text;
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        match entity(rest) {
            Some((length, characters)) => {
                decoded.push_str(&characters);
                rest = &rest[length..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded + rest
}

/// The characters of the reference that a text begins with, and how long it is.
fn entity(text: &str) -> Option<(usize, String)> {
    let name = text[1..]
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#')
        .count();
    let reference = text
        .get(..name + 2)
        .filter(|reference| name > 0 && reference.ends_with(';'))?;
    let Ok(tokens) = Tokenizer::new(reference).collect::<Result<Vec<_>, _>>();
    let [Token::String(characters)] = &tokens[..] else {
        return None;
    };
    let characters = String::from_utf8_lossy(characters).into_owned();
    let is_text =
        |c: char| !c.is_control() && !matches!(c, '\u{FDD0}'..='\u{FDEF}') && !is_bidi_control(c);
    (characters != reference && characters.chars().all(is_text))
        .then_some((reference.len(), characters))
}

/// What is never listed, besides the rules that hold for every site (names that begin with `.`,
/// editors' leftovers …).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListingRules {
    /// The output folder, from the root, when it lies inside the root.
    pub output: Option<SourcePath>,
    /// Patterns of the `ignore:` setting, in the form of `.gitignore`, matched from the root.
    pub ignore: Vec<String>,
}

/// The files that are this one or lie below it, of a sorted list.
pub fn below<'a>(
    sources: &'a [SourcePath],
    path: &'a SourcePath,
) -> impl Iterator<Item = &'a SourcePath> {
    let start = sources.partition_point(|source| source < path);
    // What lies below a folder need not follow its name at once: `a-b` sorts between `a` and `a/b`.
    sources[start..]
        .iter()
        .take_while(|source| source.as_str().starts_with(path.as_str()))
        .filter(|source| source.is_within(path))
}

/// A folder of sources.
pub trait Files: Sync {
    /// Every readable file below the root, sorted by path, with the problems met on the way (links
    /// that lead out or nowhere).
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>>;

    /// What [`Files::list`] would say now of these paths and of all below them, without a look at
    /// the rest of the site.
    ///
    /// Whoever takes from an earlier listing everything at or below `touched`, files and problems
    /// alike, and adds this, has the listing of now, as long as nothing else changed. A link is
    /// changed when what it leads to is.
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

    /// A file's bytes.
    ///
    /// # Errors
    /// Those of the file system; `NotFound` when there is no such file.
    fn read(&self, path: &SourcePath) -> io::Result<Arc<[u8]>>;

    /// Opens a file that is read piece by piece, however large it is.
    ///
    /// # Errors
    /// As for [`Files::read`].
    fn open(&self, path: &SourcePath) -> io::Result<Box<dyn io::Read + Send + '_>> {
        Ok(Box::new(io::Cursor::new(self.read(path)?)))
    }

    /// Opens a file at a position of it.
    ///
    /// # Errors
    /// As for [`Files::read`].
    fn open_at(&self, path: &SourcePath, from: u64) -> io::Result<Box<dyn io::Read + Send + '_>> {
        let mut file = self.open(path)?;
        io::copy(&mut (&mut *file).take(from), &mut io::sink())?;
        Ok(file)
    }

    /// How many bytes a file has.
    ///
    /// # Errors
    /// As for [`Files::read`].
    fn length(&self, path: &SourcePath) -> io::Result<u64> {
        io::copy(&mut *self.open(path)?, &mut io::sink())
    }

    /// The first bytes of a file, at most so many.
    ///
    /// # Errors
    /// As for [`Files::read`].
    fn head(&self, path: &SourcePath, bytes_max: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::with_capacity(bytes_max);
        self.open(path)?
            .take(bytes_max as u64)
            .read_to_end(&mut head)?;
        Ok(head)
    }

    /// The fingerprint of a file's bytes, read piece by piece where it is not known.
    ///
    /// # Errors
    /// As for [`Files::read`].
    fn hash(&self, path: &SourcePath) -> io::Result<Fingerprint> {
        match self.known(path) {
            Some(known) => Ok(known),
            None => Ok(Fingerprint::of_reader(&mut *self.open(path)?, |_| Ok(()))?.0),
        }
    }

    /// The fingerprint of a file's bytes where that is known without reading them.
    fn known(&self, _path: &SourcePath) -> Option<Fingerprint> {
        None
    }

    /// For each file, what vouches later that its bytes are still those that are read *after* this
    /// was asked. `None` where nothing can: there is no such file, or it changed so short a time
    /// ago that it may change again under an equal stamp; such a file is read again next time.
    fn stamps(&self, paths: &[SourcePath]) -> Vec<Option<Stamp>> {
        vec![None; paths.len()]
    }
}

/// What lies now where something may have changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScannedFiles {
    /// Listed files at or below the places asked for, sorted.
    pub files: Vec<SourcePath>,
    /// Problems at or below them, in the order in which problems are told.
    pub problems: Vec<Diagnostic>,
    /// Only a full listing can answer: a file that says what is listed was touched, or the root.
    /// The rest is empty then.
    pub must_list: bool,
}

impl ScannedFiles {
    /// The answer where a full listing is needed.
    pub fn needs_full_listing() -> Self {
        Self {
            must_list: true,
            ..Self::default()
        }
    }
}

/// What a file system knows of a file's bytes without reading them. Two equal stamps of one path
/// mean equal bytes; two that differ mean nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// In bytes.
    pub size: u64,
    /// When the bytes were last written, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// When anything about the file last changed, its times included, so that nobody can set it; on
    /// Windows when it was made.
    pub changed_ns: i64,
    /// 0 where there are none.
    pub inode: u64,
    /// 0 where it has no number.
    pub device: u64,
}

/// A site in memory: for tests, and for the starter site.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(pub BTreeMap<SourcePath, Arc<[u8]>>);

impl MemoryFiles {
    /// Puts a file, replacing one of that name.
    ///
    /// # Panics
    /// When `path` climbs out of the root: the caller wrote it.
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

/// A text file as it is read: UTF-8, without a byte order mark.
#[derive(Clone, Debug)]
pub struct SourceFile<'a> {
    pub path: &'a SourcePath,
    pub text: &'a str,
}

impl<'a> SourceFile<'a> {
    /// Reads bytes as UTF-8. Line and column of later problems count from the first character after
    /// a byte order mark.
    ///
    /// # Errors
    /// One problem that says which encoding it seems to be, or which byte at which place is wrong;
    /// NUL bytes are refused too.
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
                format!("this file is not UTF-8: byte 0x{byte:02X} begins no character"),
                SAVE_AS,
            )
        })?;
        if let Some(at) = text.find('\0') {
            let nearly_half_nul = text.bytes().filter(|byte| *byte == 0).count() * 3 > text.len();
            let message = if nearly_half_nul {
                "this file seems to be UTF-16, not UTF-8"
            } else {
                "this file holds a NUL byte"
            };
            let help = if nearly_half_nul {
                SAVE_AS
            } else {
                "delete the NUL byte; text files hold none"
            };
            return Err(problem(&bytes[..at], message.into(), help));
        }
        Ok(Self { path, text })
    }

    pub fn lines(&self) -> LineStarts<'a> {
        LineStarts::new(self.text)
    }
}

/// Bytes as text whatever they are: UTF-16 is converted where a byte order mark tells of it, what
/// is not UTF-8 is replaced by U+FFFD, and NUL bytes and further byte order marks are dropped.
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

/// Whether a character takes no room on a page: control characters, and those that nobody sees.
/// Blanks and line ends are not among them.
pub fn is_unseen(c: char) -> bool {
    is_ignorable(c) || c.is_control() && !c.is_whitespace()
}

/// Text with LF at every line's end; borrowed when it has no CR.
pub fn with_lf(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct LineStarts<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// How many characters are before each block of [`BLOCK`] bytes; counted when a place far along
    /// a line is asked for.
    counts: OnceLock<Vec<usize>>,
}

/// In lines that are longer, characters are counted by blocks of so many bytes.
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

    /// The place of a range of bytes: line and column from 1, the column in characters. The range
    /// may end on a later line; its length is cut to the first.
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

    /// The line, from 1, that holds this byte.
    pub fn line(&self, at: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|begin| *begin <= at)).unwrap_or(u32::MAX)
    }

    /// The byte offset of a line and column (both from 1, the column in characters); the text's end
    /// when it is past it.
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

    /// How many characters a range holds.
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

/// How many characters begin among these bytes.
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
