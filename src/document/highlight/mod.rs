//! Colours the code of fences at build time: a language's name and the code go in, one piece of
//! HTML a line comes out. Grammars are tree-sitter's (through arborium); diffs, shell sessions and
//! SQL are read by hand (a grammar has nothing to add to the first two, and SQL's would be 9.5 MB
//! of the binary). Left out on purpose: anything that needs to know the page. Whatever goes wrong
//! (unknown language, too large, too tangled, a fault in a grammar) gives the same lines, escaped
//! and without colour. What is too much is counted, never timed: the same code gives the same lines
//! on any machine. The languages and what their captures mean stand in `grammars`, the limits in
//! `shape` and `reading`.

mod by_hand;
mod grammars;
mod parse;
mod shape;
pub mod span_cache;
mod spans;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use grammars::{Language, Reader, find};
use span_cache::HighlightCache;
use spans::paint;

/// One highlighted line of code for each line of `code`: HTML without the line end; every span
/// opened in it is closed in it. Plain escaped lines if the language is unknown or the code too
/// large. Control characters other than the tab become U+FFFD. A language's first use compiles its
/// queries (some milliseconds); later ones, on any thread, do not, nor does code that `colours`
/// knows.
pub fn highlight(language: &str, code: &str, colors: &HighlightCache) -> Vec<String> {
    let code = clean(code);
    let Some(code) = without_last_end(&code) else {
        return Vec::new();
    };
    let too_large = code.len() > CODE_BYTES_MAX
        || code.split('\n').any(|line| {
            line.len() > LINE_CHARACTERS_MAX && line.chars().count() > LINE_CHARACTERS_MAX
        });
    match find(language) {
        Some(language) if !too_large => color(language, code, colors),
        _ => paint(code, Vec::new()),
    }
}

/// The same lines without colour.
pub fn plain(code: &str) -> Vec<String> {
    without_last_end(&clean(code)).map_or_else(Vec::new, |code| paint(code, Vec::new()))
}

/// `None` where there is no line.
fn without_last_end(code: &str) -> Option<&str> {
    (!code.is_empty()).then(|| code.strip_suffix('\n').unwrap_or(code))
}

/// The one name a language goes by here, from any of its usual names in any case (`rs`, `JS`,
/// `c++`; what follows a comma, brace or space is not looked at). `None` if such code is shown
/// without colour.
pub fn canonical_language(name: &str) -> Option<&'static str> {
    find(name).map(|language| language.name)
}

/// Beyond this, code is no longer something to read in a page.
const CODE_BYTES_MAX: usize = 200_000;
const LINE_CHARACTERS_MAX: usize = 20_000;

/// Line ends become `\n`, and what no reader should be sent becomes U+FFFD.
fn clean(code: &str) -> Cow<'_, str> {
    let is_unwanted = |c: char| c.is_control() && c != '\t' && c != '\n';
    if !code.contains(is_unwanted) {
        return Cow::Borrowed(code);
    }
    let code = code.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(code.replace(is_unwanted, "\u{FFFD}"))
}

fn color(language: &'static Language, code: &str, colors: &HighlightCache) -> Vec<String> {
    match &language.reader {
        Reader::Diff => by_hand::diff(code),
        Reader::Session => by_hand::session(code, colors),
        Reader::Sql => paint(code, by_hand::sql(code)),
        // A prompt is no shell syntax: such a fence shows a session, whatever it is called.
        Reader::Grammar(..) if language.name == "bash" && code.starts_with("$ ") => {
            by_hand::session(code, colors)
        }
        Reader::Grammar(..) if language.name == "php" && !code.contains("<?") => {
            // Without its opening tag PHP is plain text to the grammar, and writers leave the tag
            // out.
            let mut lines = parse::paint_parsed(language, &format!("<?php\n{code}"), colors);
            lines.remove(0);
            lines
        }
        Reader::Grammar(..) => parse::paint_parsed(language, code, colors),
    }
}
