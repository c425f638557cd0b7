//! The words of all pages, each with the pages that it stands in, cut into files that a browser fetches by the beginning of a word.
//!
//! Where a file ends is decided by the words at the cut alone, so that another page changes the files of its own words.
//! Beside them lie the bare words by length, for those who mistype.

use std::borrow::Cow;

use rayon::prelude::*;

use super::bytes::{Reader, length, packed, put_number, put_word};
use super::word_list::WordList;
use crate::fingerprint::Fingerprint;

/// The usual size of a file, in bytes. A word whose pages need more has one of its own.
const FILE_BYTES: usize = 8 << 10;

/// A file is not larger than this, but for one word alone.
const FILE_BYTES_MAX: usize = 16 << 10;

/// A list has about so many files.
const LIST_FILES: usize = 64;

/// Words of fewer or more characters are not looked for by their likeness.
const ALIKE_CHARS: std::ops::RangeInclusive<usize> = 3..=24;

/// Where a word stands: in these pages, in the order of their numbers.
#[derive(Default)]
pub struct Pages {
    first: u32,
    last: u32,
    count: u32,
    /// The places in the first page; for each further page how far its number is from the one before, and the places in it.
    bytes: Vec<u8>,
}

/// Words of one length, without their pages.
pub struct Alike {
    pub chars: usize,
    pub bytes: Vec<u8>,
}

/// Words, each with its pages under its number.
#[derive(Default)]
struct Part {
    words: WordList,
    pages: Vec<Pages>,
}

impl Part {
    /// The pages of a word; none yet where it is new.
    fn of(&mut self, word: &str) -> &mut Pages {
        let number = self.words.number(word);
        if number == self.pages.len() {
            self.pages.push(Pages::default());
        }
        &mut self.pages[number]
    }
}

/// All words of these pages, sorted. `of` gives a page's number and the words of its digest; numbers rise.
pub fn gather<'a, P: Sync>(pages: &'a [P], of: impl Fn(&'a P) -> (u32, Cow<'a, [u8]>) + Sync) -> Vec<(String, Pages)> {
    let part = pages.len().div_ceil(rayon::current_num_threads()).max(64);
    let parts: Vec<Part> = pages.par_chunks(part).map(|pages| gather_part(pages.iter().map(&of))).collect();
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    for part in parts {
        for (number, pages) in part.pages.into_iter().enumerate() {
            all.of(part.words.word(number)).append(pages);
        }
    }
    let Part { words, mut pages } = all;
    words.sorted().map(|number| (words.word(number).to_owned(), std::mem::take(&mut pages[number]))).collect()
}

fn gather_part<'a>(pages: impl Iterator<Item = (u32, Cow<'a, [u8]>)>) -> Part {
    let mut part = Part::default();
    for (page, words) in pages {
        let mut reader = Reader(&words);
        while !reader.is_done() {
            let (word, places) = (|| {
                let word = reader.text()?;
                let length = reader.number()? as usize;
                Some((word, reader.take(length)?))
            })()
            .expect("a digest that is remembered was checked when it was read");
            part.of(word).add(page, places);
        }
    }
    part
}

impl Pages {
    fn add(&mut self, page: u32, places: &[u8]) {
        if self.count == 0 {
            self.first = page;
        } else {
            put_number(&mut self.bytes, page - self.last);
        }
        self.bytes.extend_from_slice(places);
        (self.last, self.count) = (page, self.count + 1);
    }

    /// Adds pages with higher numbers.
    fn append(&mut self, other: Pages) {
        if self.count == 0 {
            *self = other;
            return;
        }
        put_number(&mut self.bytes, other.first - self.last);
        self.bytes.extend_from_slice(&other.bytes);
        (self.last, self.count) = (other.last, self.count + other.count);
    }
}

/// The words cut into files.
pub fn files(words: &[(String, Pages)]) -> Vec<&[(String, Pages)]> {
    let mut files: Vec<&[(String, Pages)]> = Vec::new();
    for file in words.chunk_by(|before, word| !is_cut(before, word)) {
        cut_large(file, &mut files);
    }
    files
}

/// Whether the file that this word begins is the first of a list of files.
pub fn begins_list(word: &str) -> bool {
    print(word).is_multiple_of(LIST_FILES)
}

/// What chance left too large is cut before the word in it whose fingerprint is the lowest, until it is not.
fn cut_large<'a>(words: &'a [(String, Pages)], files: &mut Vec<&'a [(String, Pages)]>) {
    let size: usize = words.iter().map(size).sum();
    match (1..words.len()).min_by_key(|at| print(&words[*at].0)) {
        Some(at) if size > FILE_BYTES_MAX => {
            cut_large(&words[..at], files);
            cut_large(&words[at..], files);
        }
        _ => files.push(words),
    }
}

fn size((word, pages): &(String, Pages)) -> usize {
    word.len() + pages.bytes.len()
}

/// Two bytes that depend on the word alone.
fn print(word: &str) -> usize {
    let print = *Fingerprint::of(word).as_bytes();
    usize::from(print[0]) << 8 | usize::from(print[1])
}

/// A file: a list of words, each as [`put_word`] writes it, with the number of its pages, the length of what follows, the first
/// page's number, and the bytes of [`Pages`].
pub fn file(words: &[(String, Pages)]) -> Vec<u8> {
    let (mut bytes, mut before) = (Vec::with_capacity(words.iter().map(|word| size(word) + 8).sum()), "");
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

/// Whether a file ends between two words. The larger a word's part is, the likelier it begins a file, so that files have about
/// one size; and that size is taken in steps, so that a page more seldom changes it.
fn is_cut(before: &(String, Pages), word: &(String, Pages)) -> bool {
    let step = |word| 1_usize << size(word).ilog2();
    if step(before) >= FILE_BYTES || step(word) >= FILE_BYTES {
        return true;
    }
    print(&word.0) % FILE_BYTES < step(word)
}

/// The words that a mistyped one can have meant, by their number of characters. Each has a number that grows with its pages.
pub fn alike(words: &[(String, Pages)]) -> Vec<Alike> {
    let mut by_chars: Vec<Vec<&(String, Pages)>> = vec![Vec::new(); *ALIKE_CHARS.end() + 1];
    for word in words {
        let chars = word.0.chars().count();
        if ALIKE_CHARS.contains(&chars) && word.0.chars().all(char::is_alphabetic) {
            by_chars[chars].push(word);
        }
    }
    let lengths = by_chars.into_par_iter().enumerate().filter(|(_, words)| !words.is_empty());
    lengths
        .map(|(chars, words)| {
            let (mut bytes, mut before) = (Vec::new(), "");
            for (word, pages) in words {
                put_word(&mut bytes, before, word);
                put_number(&mut bytes, pages.count.ilog2());
                before = word;
            }
            Alike { chars, bytes: packed(&bytes) }
        })
        .collect()
}
