//! Highlights the code of fences at build time. It takes the name of a language and the code, and
//! returns the HTML of each line.
//!
//! The grammars are tree-sitter's, through arborium. Diffs, shell sessions and SQL are read by
//! hand: a grammar would add nothing to the first two, and SQL's would add 9.5 MB to the binary.
//! Nothing here depends on the page.
//!
//! Whatever goes wrong (an unknown language, code that is too large or too tangled, an error in a
//! grammar), the result is the same lines, escaped and without colors. Limits are counts, not
//! times, so the same code gives the same lines on any machine. The languages and the meaning of
//! their captures are in `grammars`, the limits in `shape` and `parse`. See DECISIONS: “Which
//! languages are highlighted”.

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

/// Returns one highlighted line of HTML, without the line end, for each line of `code`. Every span
/// that is opened in a line is closed in it. The lines are plain escaped text if the language is
/// unknown or the code too large. Control characters other than the tab become U+FFFD. The first
/// use of a language compiles its queries, which takes some milliseconds; later uses, on any
/// thread, do not, and neither does code that `colors` has in its cache.
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

/// The same lines without colors.
pub fn plain(code: &str) -> Vec<String> {
    without_last_end(&clean(code)).map_or_else(Vec::new, |code| paint(code, Vec::new()))
}

/// The code without its last line end; `None` if there are no lines.
fn without_last_end(code: &str) -> Option<&str> {
    (!code.is_empty()).then(|| code.strip_suffix('\n').unwrap_or(code))
}

/// The canonical name of a language, from any of its usual names in any case (`rs`, `JS`, `c++`).
/// Anything after a comma, brace or space is ignored. `None` if code in this language is shown
/// without colors.
pub fn canonical_language(name: &str) -> Option<&'static str> {
    find(name).map(|language| language.name)
}

/// Longer code is not meant to be read on a page.
const CODE_BYTES_MAX: usize = 200_000;
const LINE_CHARACTERS_MAX: usize = 20_000;

/// Turns line ends into `\n`, and characters that must not be published into U+FFFD.
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
        // A prompt is not shell syntax, so the fence contains a session, even if its language is a
        // shell.
        Reader::Grammar(..) if language.name == "bash" && code.starts_with("$ ") => {
            by_hand::session(code, colors)
        }
        Reader::Grammar(..) if language.name == "php" && !code.contains("<?") => {
            // To the grammar, PHP without its opening tag is plain text, and writers often omit the
            // tag.
            let mut lines = parse::paint_parsed(language, &format!("<?php\n{code}"), colors);
            lines.remove(0);
            lines
        }
        Reader::Grammar(..) => parse::paint_parsed(language, code, colors),
    }
}
