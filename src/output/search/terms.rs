//! The words of all pages, each with the pages that contain it, divided into files that a browser
//! fetches by the beginning of a word.
//!
//! The words at a boundary alone decide whether a file ends there, so a page changes only the files
//! of its own words. For spelling correction, there are also lists of words by length.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::bytes::{ByteReader, length, packed, put_number, put_word, unpacked};
use super::digest::ANOTHER_SECTION;
use super::word_list::WordList;
use crate::fingerprint::Fingerprint;

/// The usual size of a file, in bytes. A word whose pages need more has its own file.
const FILE_BYTES: usize = 8 << 10;

/// The maximum size of a file, in bytes, unless it contains a single word.
const FILE_BYTES_MAX: usize = 16 << 10;

/// The approximate number of files in a list.
const LIST_FILES: usize = 64;

/// The lengths, in characters, of words that spelling correction suggests.
const ALIKE_CHARS: std::ops::RangeInclusive<usize> = 3..=24;

/// The pages that contain a word, sorted by number.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageNumbers {
    first: u32,
    pub count: u32,
    /// The places in the first page; then for each further page the distance from the previous
    /// page's number, and the places in it.
    bytes: Vec<u8>,
}

/// Builds [`PageNumbers`] from pages that are added in the order of their numbers.
#[derive(Default)]
pub struct PageNumbersBuilder {
    pages: PageNumbers,
    last: u32,
}

/// A page with a word's places in it; `None` if it no longer contains the word.
pub type ReplacedPage<'a> = (u32, Option<&'a [u8]>);

/// Words with their pages, sorted by bytes.
pub type WordIndex = [(String, PageNumbers)];

/// A file of words.
pub struct WordFile<'a> {
    pub words: &'a WordIndex,
    /// Whether the words at the boundary, and not the size, separated it from the file before.
    pub begins_run: bool,
}

/// Words of one length, without their pages.
pub struct SameLengthWords {
    pub chars: usize,
    pub bytes: Vec<u8>,
}

/// Numbered words, each with its pages.
#[derive(Default)]
struct WordIndexPart {
    words: WordList,
    pages: Vec<PageNumbersBuilder>,
}

impl WordIndexPart {
    /// The pages of a word; empty if the word is new.
    fn of(&mut self, word: &str) -> &mut PageNumbersBuilder {
        let number = self.words.number(word);
        if number == self.pages.len() {
            self.pages.push(PageNumbersBuilder::default());
        }
        &mut self.pages[number]
    }
}

/// All words of these pages, sorted. `of` returns a page's number and the words of its digest;
/// numbers are increasing.
pub fn gather<'a, P: Sync>(
    pages: &'a [P],
    of: impl Fn(&'a P) -> (u32, Cow<'a, [u8]>) + Sync,
) -> Vec<(String, PageNumbers)> {
    let part = pages.len().div_ceil(rayon::current_num_threads()).max(64);
    let parts: Vec<WordIndexPart> = pages
        .par_chunks(part)
        .map(|pages| gather_part(pages.iter().map(&of)))
        .collect();
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    for part in parts {
        for (number, pages) in part.pages.into_iter().enumerate() {
            all.of(part.words.word(number)).append(pages);
        }
    }
    let WordIndexPart { words, mut pages } = all;
    words
        .sorted()
        .map(|number| {
            (
                words.word(number).to_owned(),
                std::mem::take(&mut pages[number].pages),
            )
        })
        .collect()
}

fn gather_part<'a>(pages: impl Iterator<Item = (u32, Cow<'a, [u8]>)>) -> WordIndexPart {
    let mut part = WordIndexPart::default();
    for (page, words) in pages {
        each_of_digest(&words, |word, places| part.of(word).add(page, places));
    }
    part
}

/// Calls `each` with every word of a digest and its places.
pub fn each_of_digest<'a>(words: &'a [u8], mut each: impl FnMut(&'a str, &'a [u8])) {
    let mut reader = ByteReader(words);
    while !reader.is_done() {
        let (word, places) = (|| {
            let word = reader.text()?;
            let length = reader.number()? as usize;
            Some((word, reader.take(length)?))
        })()
        .expect("cached digests are checked when they are read");
        each(word, places);
    }
}

impl PageNumbersBuilder {
    fn add(&mut self, page: u32, places: &[u8]) {
        let PageNumbersBuilder { pages, last } = self;
        if pages.count == 0 {
            pages.first = page;
        } else {
            put_number(&mut pages.bytes, page - *last);
        }
        pages.bytes.extend_from_slice(places);
        (*last, pages.count) = (page, pages.count + 1);
    }

    /// Adds pages with higher numbers.
    fn append(&mut self, other: PageNumbersBuilder) {
        let PageNumbersBuilder { pages, last } = self;
        if pages.count == 0 {
            *self = other;
            return;
        }
        put_number(&mut pages.bytes, other.pages.first - *last);
        pages.bytes.extend_from_slice(&other.pages.bytes);
        (*last, pages.count) = (other.last, pages.count + other.pages.count);
    }
}

impl PageNumbers {
    /// Each page with the word's places in it; stops at bytes that [`file()`] did not write.
    fn each(&self) -> impl Iterator<Item = (u32, &[u8])> {
        let (mut reader, mut before) = (ByteReader(&self.bytes), None);
        std::iter::from_fn(move || {
            if reader.is_done() {
                return None;
            }
            let page = match before {
                None => self.first,
                Some(before) => reader.number()?.checked_add(before)?,
            };
            before = Some(page);
            let rest = reader.0;
            while reader.number()? & ANOTHER_SECTION != 0 {}
            Some((page, &rest[..rest.len() - reader.0.len()]))
        })
    }

    /// The same with other places in some pages, sorted by number; `None` if a page no longer
    /// contains the word.
    #[must_use]
    pub fn with(&self, changes: &[ReplacedPage]) -> Self {
        let (mut changed, mut changes) = (PageNumbersBuilder::default(), changes.iter().peekable());
        let mut put = |page, places: Option<&[u8]>| {
            places.iter().for_each(|places| changed.add(page, places))
        };
        for (page, places) in self.each() {
            while let Some((earlier, new)) = changes.next_if(|(other, _)| *other < page) {
                put(*earlier, *new);
            }
            let new = changes.next_if(|(other, _)| *other == page);
            put(page, new.map_or(Some(places), |(_, new)| *new));
        }
        changes.for_each(|(page, new)| put(*page, *new));
        changed.pages
    }
}

/// The words divided into files.
pub fn files(words: &WordIndex) -> Vec<WordFile<'_>> {
    let mut files = Vec::new();
    for run in words.chunk_by(|before, word| !is_cut(before, word)) {
        let begin = files.len();
        cut_large(run, &mut files);
        files[begin].begins_run = true;
    }
    files
}

/// Whether the file that begins with this word is the first in a list of files.
pub fn begins_list(word: &str) -> bool {
    hash(word).is_multiple_of(LIST_FILES)
}

/// Divides files that are still too large before the word with the lowest hash, until all are small
/// enough.
fn cut_large<'a>(words: &'a WordIndex, files: &mut Vec<WordFile<'a>>) {
    let size: usize = words.iter().map(size).sum();
    match (1..words.len()).min_by_key(|at| hash(&words[*at].0)) {
        Some(at) if size > FILE_BYTES_MAX => {
            cut_large(&words[..at], files);
            cut_large(&words[at..], files);
        }
        _ => files.push(WordFile {
            words,
            begins_run: false,
        }),
    }
}

fn size((word, pages): &(String, PageNumbers)) -> usize {
    word.len() + pages.bytes.len()
}

/// The size of a word in steps, so that another page changes it less often.
fn step(word: &(String, PageNumbers)) -> usize {
    1 << size(word).ilog2()
}

/// Two bytes that depend on the word alone.
fn hash(word: &str) -> usize {
    let hash = *Fingerprint::of(word).as_bytes();
    usize::from(hash[0]) << 8 | usize::from(hash[1])
}

/// A file: a list of words, each as [`put_word`] writes it, with the number of its pages, the
/// length of what follows, the first page's number, and the bytes of [`PageNumbers`].
pub fn file(words: &WordIndex) -> Vec<u8> {
    let (mut bytes, mut before) = (
        Vec::with_capacity(words.iter().map(|word| size(word) + 8).sum()),
        "",
    );
    for (word, pages) in words {
        put_word(&mut bytes, before, word);
        put_number(&mut bytes, pages.count);
        put_number(&mut bytes, length(pages.bytes.len()));
        put_number(&mut bytes, pages.first);
        bytes.extend_from_slice(&pages.bytes);
        before = word;
    }
    bytes
}

/// Reads what [`file()`] wrote; `None` for anything else.
pub fn read_file(bytes: &[u8]) -> Option<Vec<(String, PageNumbers)>> {
    let (mut reader, mut words, mut before) = (ByteReader(bytes), Vec::new(), String::new());
    while !reader.is_done() {
        let word = reader.word(&before)?;
        let (count, length, first) = (reader.number()?, reader.number()?, reader.number()?);
        let bytes = reader.take(length as usize)?.to_vec();
        before.clone_from(&word);
        words.push((
            word,
            PageNumbers {
                first,
                count,
                bytes,
            },
        ));
    }
    Some(words)
}

/// Whether a run ends between two words.
fn is_cut(before: &(String, PageNumbers), word: &(String, PageNumbers)) -> bool {
    ends_run(before) || begins_run(word)
}

/// Whether a run ends with a word, whatever the next word is.
pub fn ends_run(word: &(String, PageNumbers)) -> bool {
    step(word) >= FILE_BYTES
}

/// Whether a run begins with a word, whatever the word before it is. This is more likely for larger
/// words, so that files have similar sizes.
pub fn begins_run(word: &(String, PageNumbers)) -> bool {
    let step = step(word);
    step >= FILE_BYTES || hash(&word.0) % FILE_BYTES < step
}

/// The words that spelling correction can suggest, by their number of characters. The frequency of
/// each grows with its pages.
pub fn similar_words(words: &WordIndex) -> Vec<SameLengthWords> {
    let mut by_chars: Vec<Vec<(&str, u32)>> = vec![Vec::new(); *ALIKE_CHARS.end() + 1];
    for (word, pages) in words {
        if let Some(chars) = similar_lengths(word) {
            by_chars[chars].push((word, frequency(pages.count)));
        }
    }
    let lengths = by_chars
        .into_par_iter()
        .enumerate()
        .filter(|(_, words)| !words.is_empty());
    lengths
        .map(|(chars, words)| SameLengthWords {
            chars,
            bytes: similar_words_file(words),
        })
        .collect()
}

/// The number of characters of a word that spelling correction can suggest.
pub fn similar_lengths(word: &str) -> Option<usize> {
    let chars = word.chars().count();
    (ALIKE_CHARS.contains(&chars) && word.chars().all(char::is_alphabetic)).then_some(chars)
}

/// The frequency of a word that this many pages contain.
pub fn frequency(pages: u32) -> u32 {
    pages.ilog2()
}

/// Sorted words of one length, each with its frequency, compressed.
pub fn similar_words_file<'a>(words: impl IntoIterator<Item = (&'a str, u32)>) -> Vec<u8> {
    let (mut bytes, mut before) = (Vec::new(), "");
    for (word, frequency) in words {
        put_word(&mut bytes, before, word);
        put_number(&mut bytes, frequency);
        before = word;
    }
    packed(&bytes)
}

/// Reads what [`similar_words_file`] wrote; `None` for anything else.
pub fn read_similar_words(bytes: &[u8]) -> Option<BTreeMap<String, u32>> {
    let bytes = unpacked(bytes)?;
    let (mut reader, mut words, mut before) = (ByteReader(&bytes), BTreeMap::new(), String::new());
    while !reader.is_done() {
        let word = reader.word(&before)?;
        before.clone_from(&word);
        words.insert(word, reader.number()?);
    }
    Some(words)
}
