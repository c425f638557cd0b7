//! Splits text into the words that it is found by. The same rules exist in Rust, for the index, and
//! in the browser (`static/js/search/words.js`), for what a reader types. `tests/search/words.json`
//! tests both.
//!
//! 1. A run is a sequence of letters, marks and numbers of any script. Invisible characters (a soft
//!    hyphen, a zero-width joiner) neither end a run nor count in it.
//! 2. In scripts without spaces, a run of any length is read as pairs of adjacent characters.
//! 3. Everything else is folded: case, accents, ligatures and full-width forms do not matter.
//! 4. For the index, a compound is also found by its parts, and joined parts as one word:
//!    `joinHandle` by `join` and `handle`, `e-mail` by `email`.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::source::is_ignorable;

/// The maximum number of characters of a word; the rest is ignored.
const CHARS_MAX: usize = 32;

/// Calls `each` with every word of a text, in order. The second argument says whether the text
/// contains the word itself; parts and joined words are not contained.
pub fn each_word(text: &str, mut each: impl FnMut(&str, bool)) {
    let mut joined = CompoundWord::default();
    let mut rest = text;
    while let Some(start) = start(rest) {
        let gap = &rest[..start];
        rest = &rest[start..];
        let end = end(rest);
        let run = &rest[..end];
        joined.gap(gap, &mut each);
        joined.may_go_on = matches!(
            rest.as_bytes().get(end).copied(),
            Some(b'-' | b'\'' | FIRST_OF_OTHER_JOINTS)
        );
        if run.is_ascii() {
            ascii_run(run, &mut joined, &mut each);
        } else {
            for (piece, is_dense) in pieces(&without_ignorables(run)) {
                if is_dense {
                    joined.end(&mut each);
                    pairs(piece, &mut each);
                } else {
                    word_with_parts(piece, &fold(piece), &mut joined, &mut each);
                }
            }
        }
        rest = &rest[end..];
    }
    joined.end(&mut each);
}

/// The start of the first run. Most text is ASCII, so it is scanned byte by byte while it is.
fn start(text: &str) -> Option<usize> {
    let at = text
        .bytes()
        .position(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii())?;
    if text.as_bytes()[at].is_ascii() {
        Some(at)
    } else {
        text[at..].find(is_of_word).map(|more| at + more)
    }
}

/// The end of the run at the start of a text.
fn end(text: &str) -> usize {
    let at = text
        .bytes()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(text.len());
    match text.as_bytes().get(at) {
        Some(byte) if !byte.is_ascii() => text[at..]
            .find(|c| !is_of_word(c))
            .map_or(text.len(), |more| at + more),
        _ => at,
    }
}

/// The words that a text contains.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_word(text, |word, is_literal| {
        if is_literal {
            words.push(word.to_owned());
        }
    });
    words
}

fn is_of_word(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric()
    } else {
        c.is_alphanumeric() || is_combining_mark(c) || is_ignorable(c)
    }
}

fn without_ignorables(run: &str) -> Cow<'_, str> {
    if run.contains(is_ignorable) {
        Cow::Owned(run.replace(is_ignorable, ""))
    } else {
        Cow::Borrowed(run)
    }
}

/// Scripts that are written without spaces between words.
fn is_dense(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF         // Thai, Lao
        | 0x1000..=0x109F       // Burmese
        | 0x1780..=0x17FF       // Khmer
        | 0x3005..=0x3007 | 0x3040..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9F // Japanese
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF) // Chinese characters
}

/// Divides a run into scripts with spaces and scripts without.
fn pieces(run: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = run;
    std::iter::from_fn(move || {
        let dense = is_dense(rest.chars().next()?);
        let end = rest.find(|c| is_dense(c) != dense).unwrap_or(rest.len());
        let piece = &rest[..end];
        rest = &rest[end..];
        Some((piece, dense))
    })
}

/// The last character does not begin a pair, so it is also indexed by itself.
fn pairs(piece: &str, each: &mut impl FnMut(&str, bool)) {
    let folded = folded_whole(piece);
    let starts: Vec<usize> = folded
        .char_indices()
        .map(|(at, _)| at)
        .chain([folded.len()])
        .collect();
    if starts.len() == 2 {
        return each(&folded, true);
    }
    starts
        .windows(3)
        .for_each(|window| each(&folded[window[0]..window[2]], true));
    if let [.., last, end] = starts[..] {
        each(&folded[last..end], false);
    }
}

fn ascii_run(run: &str, joined: &mut CompoundWord, each: &mut impl FnMut(&str, bool)) {
    let mut buffer = [0; CHARS_MAX];
    let cut = &run[..run.len().min(CHARS_MAX)];
    let lower = &mut buffer[..cut.len()];
    lower.copy_from_slice(cut.as_bytes());
    lower.make_ascii_lowercase();
    let folded = std::str::from_utf8(lower).expect("ASCII stays ASCII in lower case");
    word_with_parts(run, folded, joined, each);
}

fn word_with_parts(
    piece: &str,
    folded: &str,
    joined: &mut CompoundWord,
    each: &mut impl FnMut(&str, bool),
) {
    if folded.is_empty() {
        return;
    }
    each(folded, true);
    joined.word(folded);
    if !piece
        .bytes()
        .skip(1)
        .any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii())
    {
        return;
    }
    let mut start = 0;
    for at in camel_case_starts(piece) {
        each(&fold(&piece[start..at]), false);
        start = at;
    }
    if start > 0 {
        each(&fold(&piece[start..]), false);
    }
}

/// The starts of words in `joinHandle` and `HTTPServer`.
fn camel_case_starts(piece: &str) -> impl Iterator<Item = usize> + '_ {
    let next = piece.char_indices().skip(1);
    let after = piece.chars().skip(2).map(Some).chain([None]);
    piece
        .chars()
        .zip(next)
        .zip(after)
        .filter_map(|((before, (at, c)), after)| {
            let is_start = before.is_lowercase()
                || before.is_uppercase() && after.is_some_and(char::is_lowercase);
            (c.is_uppercase() && is_start).then_some(at)
        })
}

/// The first byte of the apostrophe and of hyphens beyond ASCII.
const FIRST_OF_OTHER_JOINTS: u8 = 0xE2;

/// Words that are separated only by a hyphen or an apostrophe.
#[derive(Default)]
struct CompoundWord {
    text: String,
    words: usize,
    /// Whether the text after the run can join a word to it. This is rare, so words are rarely
    /// kept.
    may_go_on: bool,
}

impl CompoundWord {
    fn gap(&mut self, gap: &str, each: &mut impl FnMut(&str, bool)) {
        if self.words > 0 && !matches!(gap, "-" | "'" | "\u{2019}" | "\u{2010}" | "\u{2011}") {
            self.end(each);
        }
    }

    fn word(&mut self, word: &str) {
        if self.words > 0 || self.may_go_on {
            self.text.push_str(word);
            self.words += 1;
        }
    }

    fn end(&mut self, each: &mut impl FnMut(&str, bool)) {
        // A chain of many words is not one word.
        if (2..=3).contains(&self.words) {
            each(cut(&self.text), false);
        }
        self.text.clear();
        self.words = 0;
    }
}

fn cut(text: &str) -> &str {
    text.char_indices()
        .nth(CHARS_MAX)
        .map_or(text, |(at, _)| &text[..at])
}

/// Removes differences that need not be typed: case, accents, compatibility forms.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return cut(text).to_ascii_lowercase();
    }
    cut(&folded_whole(text)).to_owned()
}

/// The same for a text of any length.
fn folded_whole(text: &str) -> String {
    let lower = text.nfkd().collect::<String>().to_lowercase();
    let mut folded = String::with_capacity(lower.len());
    for c in lower
        .chars()
        .filter(|c| !is_accent(*c) && !is_ignorable(*c))
    {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            'ـ' => {}
            other => folded.push(other),
        }
    }
    folded.nfc().collect()
}

/// Marks that are optional in writing: Latin, Greek and Cyrillic accents, Hebrew and Arabic vowels.
fn is_accent(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x0591..=0x05BD | 0x05BF..=0x05C7 | 0x064B..=0x065F | 0x0670)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_forgives() {
        for (text, folded) in [
            ("Größe", "grosse"),
            ("İstanbul", "istanbul"),
            ("ŁÓDŹ", "lodz"),
            ("ﬁne", "fine"),
            ("Ｗｉｄｅ", "wide"),
            ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
            ("한국어", "한국어"),
            ("ガ", "ガ"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }
}
