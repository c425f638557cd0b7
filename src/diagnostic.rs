//! Problems as values: a code, what is wrong, where it is, and how to fix it.
//!
//! A stage returns its result together with the problems that it found ([`Checked`]); it neither
//! stops at the first problem nor prints. Every code is defined once, in [`codes`]; the manual and
//! `--format json` use that table.

pub mod codes;
pub mod render;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use codes::Code;

use crate::paths::SourcePath;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Not reported.
    Off,
    /// Reported, but the site is still published.
    Warning,
    /// Reported, and nothing is published.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Off => "off",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// A range of characters on one line of a source file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    pub path: SourcePath,
    /// The line, counted from 1.
    pub line: u32,
    /// The column in characters, counted from 1.
    pub column: u32,
    /// The length in characters; 0 is a position between two characters.
    pub length: u32,
}

impl Location {
    /// The position before the first character of a file.
    pub fn start_of(path: &SourcePath) -> Self {
        Self {
            path: path.clone(),
            line: 1,
            column: 1,
            length: 0,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}:{}",
            printable_name(self.path.as_str()),
            self.line,
            self.column
        )
    }
}

/// A problem of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub message: String,
    /// `None` only for a problem that belongs to no file, such as a missing folder or an argument.
    pub location: Option<Location>,
    /// What to do about it.
    pub help: Option<String>,
    /// Related places, each with a short explanation.
    pub related: Vec<(Location, String)>,
    /// An edit that fixes the problem, if there is one that is certainly right.
    pub fix: Option<Box<Fix>>,
}

/// An edit at a problem's location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// The current text, at the location or after its opening quote.
    pub old: String,
    /// The replacement.
    pub new: String,
}

impl Diagnostic {
    /// Creates a problem with the default severity of its code. Control characters in the message
    /// are made visible.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: printable(&message.into()),
            location: None,
            help: None,
            related: Vec::new(),
            fix: None,
        }
    }

    pub fn at(mut self, place: Location) -> Self {
        self.location = Some(place);
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(printable(&help.into()));
        self
    }

    /// Adds a help text if there is one.
    pub fn help_if(self, help: Option<impl Into<String>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    pub fn with_related(mut self, place: Location, word: impl Into<String>) -> Self {
        self.related.push((place, word.into()));
        self
    }

    /// Sets a fix for text at the problem's location that can be replaced without changing anything
    /// else.
    pub fn fix(mut self, old: &str, new: &str) -> Self {
        self.fix = Some(Box::new(Fix {
            old: old.to_owned(),
            new: new.to_owned(),
        }));
        self
    }

    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Sorts problems by file, line, column and code, the order in which they are reported.
    pub fn sort(problems: &mut [Diagnostic]) {
        problems.sort_by(|a, b| {
            (&a.location, a.code.name(), &a.message).cmp(&(&b.location, b.code.name(), &b.message))
        });
    }
}

/// Returns text that is safe to print: control characters and characters that hide or reorder text
/// are escaped. Line ends and tabs are kept; for a name, such as a file's, use [`printable_name`].
pub fn printable(text: &str) -> String {
    escaped(text, |c| {
        (c.is_control() && c != '\n' && c != '\t') || is_hidden_mark(c)
    })
}

/// Returns a name for one line: like [`printable`], but line ends and tabs are escaped, too.
pub fn printable_name(name: &str) -> String {
    escaped(name, |c| c.is_control() || is_hidden_mark(c))
}

fn escaped(text: &str, is_hidden: impl Fn(char) -> bool) -> String {
    if !text.contains(&is_hidden) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_hidden(c) {
            shown.extend(c.escape_unicode())
        } else {
            shown.push(c)
        }
    }
    shown
}

/// Returns whether a terminal does not show a character, or the character reorders or breaks the
/// text around it: the controls of Unicode Standard Annex #9 with its three implicit marks, the
/// line and paragraph separators, and characters without width that no language needs.
pub fn is_hidden_mark(c: char) -> bool {
    is_bidi_control(c)
        || matches!(
            c,
            '\u{061C}'
                | '\u{200B}'
                | '\u{200E}'
                | '\u{200F}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{FEFF}'
                | '\u{FFF9}'..='\u{FFFB}'
        )
}

/// Returns whether a character changes the direction of the text after it (Unicode Standard Annex
/// #9, §2), which can make a text look different from what it is.
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Returns whether a character is invisible but can change how the rest of a text is shown. Line
/// ends and tabs do not count.
pub fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t' | '\r')) || is_bidi_control(c)
}

/// Returns the first hidden character of a text.
pub fn first_hidden(text: &str) -> Option<char> {
    // These bytes begin both groups of control characters, and 0xE2 begins the direction marks. For
    // nearly every text, the bytes alone show that it has none.
    let is_suspect = |byte: u8| {
        (byte < 0x20 && !matches!(byte, b'\n' | b'\t' | b'\r'))
            || matches!(byte, 0x7F | 0xC2 | 0xE2)
    };
    text.bytes()
        .any(is_suspect)
        .then(|| text.chars().find(|c| is_hidden(*c)))
        .flatten()
}

/// Returns a text without its hidden characters.
pub fn without_hidden(text: &str) -> String {
    text.chars().filter(|c| !is_hidden(*c)).collect()
}

/// A value together with the problems found while making it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked<T> {
    pub value: T,
    pub problems: Vec<Diagnostic>,
}

impl<T> Checked<T> {
    /// Wraps a value without problems.
    pub fn ok(value: T) -> Self {
        Self {
            value,
            problems: Vec::new(),
        }
    }

    pub fn new(value: T, problems: Vec<Diagnostic>) -> Self {
        Self { value, problems }
    }

    /// Moves the problems to the end of `problems` and returns the value.
    pub fn take_into(mut self, problems: &mut Vec<Diagnostic>) -> T {
        problems.append(&mut self.problems);
        self.value
    }

    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Checked<U> {
        Checked {
            value: f(self.value),
            problems: self.problems,
        }
    }
}

/// Returns the candidate most similar to `word` if it is similar enough to be a likely correction;
/// among equally similar ones, the alphabetically first.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut search = NearestSearch::of(word);
    for candidate in candidates {
        let lower: Cow<str> = if candidate.is_ascii() {
            candidate.into()
        } else {
            candidate.to_lowercase().into()
        };
        // Cheap tests first: with ten thousand names, few are worth computing the edit distance.
        let is_of_other_length =
            lower.is_ascii() && lower.len().abs_diff(search.letters.count) > search.allowed;
        if !is_of_other_length && search.letters.apart(&LetterCounts::of(&lower)) <= search.allowed
        {
            search.compare(candidate, &lower);
        }
    }
    search.best.map(|(_, candidate)| candidate)
}

/// A name that many words are compared with. Its letters are counted once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateName {
    pub text: String,
    letters: LetterCounts,
}

impl CandidateName {
    pub fn new(text: &str) -> Self {
        let letters = if text.is_ascii() {
            LetterCounts::of(text)
        } else {
            LetterCounts::of(&text.to_lowercase())
        };
        Self {
            text: text.to_owned(),
            letters,
        }
    }
}

/// Does the same as [`nearest`] for names whose letters are already counted.
pub fn nearest_name<'a>(
    word: &str,
    names: impl IntoIterator<Item = &'a CandidateName>,
) -> Option<&'a str> {
    let mut search = NearestSearch::of(word);
    if search.letters.count > SEARCHED_CHARS_MAX {
        return None;
    }
    for name in names {
        let is_of_other_length = name.letters.count.abs_diff(search.letters.count) > search.allowed;
        if !is_of_other_length && search.letters.apart(&name.letters) <= search.allowed {
            search.compare(&name.text, &name.text.to_lowercase());
        }
    }
    search.best.map(|(_, name)| name)
}

/// The length above which no correction is suggested. Nobody types longer names by hand, and the
/// cost of a comparison grows with the square of the length.
const SEARCHED_CHARS_MAX: usize = 100;

/// A search for the text that is most similar to a word.
struct NearestSearch<'a> {
    word: String,
    letters: LetterCounts,
    /// The maximum edit distance of a suggestion.
    allowed: usize,
    best: Option<(usize, &'a str)>,
}

impl<'a> NearestSearch<'a> {
    fn of(word: &str) -> Self {
        let word = word.to_lowercase();
        let letters = LetterCounts::of(&word);
        NearestSearch {
            word,
            allowed: (letters.count / 3).clamp(1, 8),
            letters,
            best: None,
        }
    }

    fn compare(&mut self, candidate: &'a str, lower: &str) {
        let distance = strsim::osa_distance(&self.word, &lower.to_ascii_lowercase());
        if distance <= self.allowed && self.best.is_none_or(|best| (distance, candidate) < best) {
            (self.allowed, self.best) = (distance, Some((distance, candidate)));
        }
    }
}

/// How often each letter occurs in a text. Letters with the same index are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LetterCounts {
    places: [u8; 32],
    count: usize,
}

impl LetterCounts {
    fn of(text: &str) -> Self {
        let mut letters = LetterCounts {
            places: [0; 32],
            count: 0,
        };
        // An ASCII letter has the same index in lower and upper case.
        if text.is_ascii() {
            text.bytes().for_each(|byte| letters.add(u32::from(byte)));
        } else {
            text.chars().for_each(|c| letters.add(u32::from(c)));
        }
        letters
    }

    fn add(&mut self, letter: u32) {
        let place = &mut self.places[letter as usize % 32];
        *place = place.saturating_add(1);
        self.count += 1;
    }

    /// Returns a lower bound of the edit distance of two texts: each insertion, deletion or
    /// substitution adds at most one letter and removes at most one.
    fn apart(&self, other: &Self) -> usize {
        let missing = |of: &Self, from: &Self| {
            of.places
                .iter()
                .zip(from.places)
                .map(|(a, b)| u16::from(a.saturating_sub(b)))
                .sum::<u16>()
        };
        usize::from(missing(self, other).max(missing(other, self)))
            .max(self.count.abs_diff(other.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_near() {
        let keys = ["title", "topics", "summary", "base_url"];
        assert_eq!(nearest("titel", keys), Some("title"));
        assert_eq!(nearest("baseurl", keys), Some("base_url"));
        assert_eq!(nearest("Title", keys), Some("title"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest("ÄRGER", ["ärgern", "anger"]), Some("ärgern"));
        assert_eq!(
            nearest("aab", ["aac", "aaa"]),
            Some("aaa"),
            "of two equally similar candidates, the alphabetically first"
        );
        let names = ["title", "Ärgern", "aac", "aaa"].map(CandidateName::new);
        for word in ["titel", "ärger", "aab", "colour", "Title"] {
            assert_eq!(
                nearest_name(word, &names),
                nearest(word, names.iter().map(|name| &*name.text)),
                "{word}"
            );
        }
    }

    #[test]
    fn letters_rule_out_nothing_that_is_near() {
        let words = [
            "",
            "a",
            "title",
            "titel",
            "tiltes",
            "a-long-name-of-a-page",
            "a-long-nmae-of-pages",
            "Größe",
            "grosse",
            "日本語",
        ];
        for (one, other) in words
            .iter()
            .flat_map(|one| words.map(|other| (one.to_lowercase(), other.to_lowercase())))
        {
            assert!(
                LetterCounts::of(&one).apart(&LetterCounts::of(&other))
                    <= strsim::osa_distance(&one, &other),
                "{one} {other}"
            );
        }
    }

    #[test]
    fn nothing_hidden_is_printed() {
        assert_eq!(printable("a\u{1b}[31m\u{202e}b"), "a\\u{1b}[31m\\u{202e}b");
        assert_eq!(printable("a\nb\u{200f}\u{2028}"), "a\nb\\u{200f}\\u{2028}");
        assert_eq!(
            printable_name("a\nb\t\r\u{9b}.md"),
            "a\\u{a}b\\u{9}\\u{d}\\u{9b}.md"
        );
    }
}
