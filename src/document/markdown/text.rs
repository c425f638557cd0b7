//! Small questions about text: how many words it has, where it can be cut, what bytes it holds, whether a fence is closed.

/// Words of any script: runs of letters and numbers, and for scripts written without spaces two characters a word.
pub(super) fn count_words(text: &str) -> usize {
    if text.is_ascii() {
        return count_ascii_words(text.as_bytes());
    }
    // A word is counted at its first letter or number; whether a later character is one, which is dear to ask, is not asked.
    let (mut words, mut dense, mut is_counted) = (0_usize, 0_usize, false);
    for c in text.chars() {
        if is_dense(c) {
            (dense, is_counted) = (dense + 1, false);
        } else if c.is_whitespace() {
            is_counted = false;
        } else if !is_counted && c.is_alphanumeric() {
            (words, is_counted) = (words + 1, true);
        }
    }
    words + dense.div_ceil(2)
}

fn count_ascii_words(text: &[u8]) -> usize {
    let (mut words, mut rest) = (0, text);
    while let Some(start) = rest.iter().position(u8::is_ascii_alphanumeric) {
        words += 1;
        rest = &rest[start..];
        let end = rest.iter().position(|byte| *byte <= b' ' && matches!(*byte, b' ' | b'\t'..=b'\r'));
        rest = end.map_or(&[], |end| &rest[end..]);
    }
    words
}

/// Sentences that end in a piece of text, and its words of more than six letters. A paragraph's end, which comes as a line's end by
/// itself, ends a sentence that nothing else did. `is_open` is kept from piece to piece.
pub(super) fn count_sentences(text: &str, is_open: &mut bool) -> (usize, usize) {
    if text == "\n" {
        let ended = usize::from(*is_open);
        *is_open = false;
        return (ended, 0);
    }
    let (mut sentences, mut long_words, mut letters) = (0, 0, 0_usize);
    let mut may_end = false;
    for c in text.chars() {
        if c.is_alphanumeric() {
            (letters, may_end, *is_open) = (letters + 1, false, true);
            continue;
        }
        long_words += usize::from(letters > LONG_WORD);
        letters = 0;
        if matches!(c, '.' | '!' | '?' | '…') {
            may_end = true;
        } else if matches!(c, '。' | '！' | '？') || (c.is_whitespace() && may_end) {
            sentences += usize::from(*is_open);
            (may_end, *is_open) = (false, false);
        }
    }
    long_words += usize::from(letters > LONG_WORD);
    if may_end && *is_open {
        (sentences, *is_open) = (sentences + 1, false);
    }
    (sentences, long_words)
}

/// Letters that a word may have and not be long (Björnsson).
const LONG_WORD: usize = 6;

fn is_dense(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xE00..=0xEFF | 0x1780..=0x17FF | 0x20000..=0x2FFFF)
}

/// Text with single spaces, cut at a word's end, with an ellipsis when something is missing.
pub(super) fn shortened(text: &str, bytes_max: usize) -> String {
    let mut out = String::with_capacity(text.len().min(bytes_max));
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
        if out.len() > bytes_max {
            break;
        }
    }
    if out.len() <= bytes_max {
        return out;
    }
    let end = out.floor_char_boundary(bytes_max);
    let cut = out[..end].rsplit_once(' ').map_or(&out[..end], |(words, _)| words);
    format!("{cut}…")
}

/// The pieces of a text, with where they begin, that hold such a byte. `is_it` must not branch: then many bytes are looked at in
/// one instruction, which a search that ends at the first cannot do.
pub(super) fn pieces_with(text: &str, is_it: impl Fn(u8) -> bool + Copy) -> impl Iterator<Item = (usize, &[u8])> {
    const PIECE: usize = 128;
    let pieces = text.as_bytes().chunks(PIECE).enumerate().map(|(number, piece)| (number * PIECE, piece));
    pieces.filter(move |(_, piece)| piece.iter().fold(false, |any, byte| any | is_it(*byte)))
}

/// Whether a text holds such a byte.
pub(super) fn any_byte(text: &str, is_it: impl Fn(u8) -> bool + Copy) -> bool {
    pieces_with(text, is_it).next().is_some()
}

/// Whether a fenced block's last line is its closing fence.
pub(super) fn closes_fence(block: &str) -> bool {
    let block = block.trim_end();
    let marker = block.trim_start().chars().next().unwrap_or('`');
    let length = block.trim_start().chars().take_while(|c| *c == marker).count();
    let Some((_, last)) = block.rsplit_once('\n') else { return false };
    let last = last.trim_start_matches(|c: char| c.is_whitespace() || c == '>');
    last.chars().all(|c| c == marker) && last.chars().count() >= length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_any_script_are_counted() {
        for (text, words) in [
            ("", 0),
            ("one two\tthree\nfour", 4),
            ("well-known, isn't it? -- 3.14 %", 4),
            ("größer als – “naïve”", 3),
            ("日本語の本", 3),
            ("a日b", 3),
            ("…", 0),
        ] {
            assert_eq!(count_words(text), words, "{text}");
        }
    }

    #[test]
    fn sentences_end() {
        let count = |pieces: &[&str]| {
            let mut is_open = false;
            pieces.iter().map(|piece| count_sentences(piece, &mut is_open)).fold((0, 0), |(a, b), (c, d)| (a + c, b + d))
        };
        assert_eq!(count(&["One two. Three", " fourteen!", "\n"]), (2, 1));
        assert_eq!(count(&["Version 1.10 of a.b", "\n", "A heading without an end", "\n"]), (2, 3));
        assert_eq!(count(&["“Said so.” Then more… and more.", "\n"]), (3, 0));
        assert_eq!(count(&["\n", "...", "\n"]), (0, 0));
    }

    #[test]
    fn texts_are_cut_at_words() {
        assert_eq!(shortened(" one\n two ", 7), "one two");
        assert_eq!(shortened("one two three", 7), "one…");
        assert_eq!(shortened("one two three", 8), "one two…");
        assert_eq!(shortened("größe", 3), "gr…");
    }
}
