//! Which lines look like the keys of front matter, though nothing marks them as such.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{COMMON_FIELDS, lines_from, next_line};
use crate::fields::boolean_word;

/// Page keys in lower case: those of the common fields, and some of other generators.
pub(super) static KNOWN_KEYS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    const OTHERS: [&str; 6] = ["layout", "publish", "private", "status", "type", "id"];
    let own = COMMON_FIELDS
        .iter()
        .flat_map(|field| std::iter::once(&field.name).chain(&field.also))
        .map(|name| name.to_lowercase());
    own.chain(OTHERS.map(str::to_owned)).collect()
});

/// The key and the value on a line of YAML or TOML.
pub(super) fn key_of(line: &str) -> Option<(&str, &str)> {
    let at = line.find([':', '='])?;
    let (key, value) = (
        line[..at].trim_end().trim_matches(['"', '\'']),
        &line[at + 1..],
    );
    let is_key = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let is_separate = line[at..].starts_with('=')
        || value.is_empty()
        || value.starts_with([' ', '\t'])
        || line[..at].ends_with('"');
    (is_key && is_separate).then(|| (key, value.trim()))
}

/// Whether a key is written in lower case, as keys usually are, or is a known one in any case.
pub(super) fn is_likely_key(key: &str) -> bool {
    !key.bytes().any(|byte| byte.is_ascii_uppercase()) || is_known(key)
}

pub(super) fn is_known(key: &str) -> bool {
    KNOWN_KEYS.contains(&key.to_ascii_lowercase())
}

pub(super) fn has_known_key(text: &str) -> bool {
    text.lines()
        .any(|line| key_of(line).is_some_and(|(key, _)| is_known(key)))
        || text.trim_start().starts_with('{') && marks_unpublished(text)
}

/// Whether the first line that is neither blank nor a comment is a key.
pub(super) fn looks_like_keys(text: &str) -> bool {
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    lines
        .next()
        .and_then(|line| key_of(line.trim_start()))
        .is_some_and(|(key, _)| is_likely_key(key))
}

/// Whether a line may be part of front matter.
pub(super) fn is_of_data(line: &str) -> bool {
    let content = line.trim();
    content.is_empty()
        || line.starts_with([' ', '\t'])
        || content.starts_with(['#', '-', '[', ']', '{', '}'])
        || key_of(line).is_some()
}

/// The end of the keys that begin at `start`, including everything that belongs to them. Blank
/// lines are allowed among them, headings are not.
pub(super) fn leading_keys_end(text: &str, start: usize) -> usize {
    let mut end = start;
    let mut has_key = false;
    for line in lines_from(text, start) {
        let content = &text[line.clone()];
        let is_next = end == line.start;
        let is_key = key_of(content).is_some_and(|(key, _)| {
            if is_next {
                is_likely_key(key)
            } else {
                is_known(key)
            }
        });
        let goes_on = has_key
            && is_next
            && (content.starts_with([' ', '\t', ']', '}']) || content.starts_with("- "))
            && !content.trim().is_empty();
        if !is_key && !goes_on {
            if content.trim().is_empty() {
                continue;
            }
            break;
        }
        has_key = true;
        end = next_line(text, &line);
    }
    end
}

/// Whether a line of front matter, in any format, says that the page is not to be published.
pub(super) fn marks_unpublished(text: &str) -> bool {
    text.split(['\n', ',', '{', '}']).any(|piece| {
        let Some((key, value)) = key_of(piece.trim()) else {
            return false;
        };
        let value = value
            .split(" #")
            .next()
            .unwrap_or_default()
            .trim()
            .trim_matches(['"', '\'']);
        match key.to_ascii_lowercase().as_str() {
            "draft" => boolean_word(value) == Some(true),
            "published" | "publish" => boolean_word(value) == Some(false),
            _ => false,
        }
    })
}
