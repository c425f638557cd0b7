//! Helper functions for text: how many words it has, where it can be cut, what bytes it contains,
//! whether a fence is closed.

/// Counts for a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TextCounts {
    /// Words of any script: what is between spaces and contains a letter or a number. For scripts
    /// written without spaces, two characters count as a word.
    pub words: usize,
    /// Sentences that end in the text.
    pub sentences: usize,
    /// Words of more than six letters.
    pub long_words: usize,
}

/// Counts a piece of text. The end of a paragraph, which comes as a line end of its own, ends a
/// sentence that nothing else has ended. `is_open` carries from piece to piece whether a sentence
/// has begun.
pub(super) fn count(text: &str, is_open: &mut bool) -> TextCounts {
    if text == "\n" {
        TextCounts {
            sentences: usize::from(std::mem::take(is_open)),
            ..TextCounts::default()
        }
    } else if text.is_ascii() {
        count_ascii(text.as_bytes(), is_open)
    } else {
        let (sentences, long_words) = count_sentences(text, is_open);
        TextCounts {
            words: count_words(text),
            sentences,
            long_words,
        }
    }
}

/// The same for ASCII, by table look-up and without branches: words are too short for a processor
/// to predict where they end, and every page is counted each time it is read.
fn count_ascii(text: &[u8], is_open: &mut bool) -> TextCounts {
    let (mut words, mut is_counted) = (0, 0);
    let (mut long_words, mut letters) = (0, 0_u32);
    let (mut sentences, mut may_end, mut open) = (0, 0, u32::from(*is_open));
    for byte in text {
        let class = CLASSES[usize::from(*byte)];
        let (letter, space, end) = (class & LETTER, (class / SPACE) & 1, class / END);
        words += letter & (is_counted ^ 1);
        is_counted = (is_counted | letter) & (space ^ 1);
        long_words += (letter ^ 1) & u32::from(letters > LONG_WORD);
        letters = (letters + 1) * letter;
        let ends = space & may_end;
        sentences += ends & open;
        open = (open | letter) & (ends ^ 1);
        may_end = (may_end | end) & ((letter | space) ^ 1);
    }
    long_words += u32::from(letters > LONG_WORD);
    sentences += may_end & open;
    *is_open = open & (may_end ^ 1) == 1;
    TextCounts {
        words: words as usize,
        sentences: sentences as usize,
        long_words: long_words as usize,
    }
}

const LETTER: u32 = 1;
const SPACE: u32 = 2;
const END: u32 = 4;

/// Letters and numbers, white space, and marks that may end a sentence.
const CLASSES: [u32; 128] = {
    let mut classes = [0; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => LETTER,
            b' ' | b'\t'..=b'\r' => SPACE,
            b'.' | b'!' | b'?' => END,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

fn count_words(text: &str) -> usize {
    // A word is counted at its first letter or number. Later characters are not classified, because
    // that is expensive.
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

/// Sentences and long words.
fn count_sentences(text: &str, is_open: &mut bool) -> (usize, usize) {
    let (mut sentences, mut long_words, mut letters) = (0, 0, 0_u32);
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

/// The maximum number of letters in a word that is not long (Björnsson).
const LONG_WORD: u32 = 6;

fn is_dense(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xE00..=0xEFF | 0x1780..=0x17FF | 0x20000..=0x2FFFF)
}

/// Text with single spaces, cut at the end of a word, with an ellipsis if something is missing.
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
    let cut = out[..end]
        .rsplit_once(' ')
        .map_or(&out[..end], |(words, _)| words);
    format!("{cut}…")
}

/// The pieces of a text that contain a byte for which `is_it` is true, with their offsets. `is_it`
/// must not branch, so that one instruction can check many bytes; a search that stops at the first
/// match cannot do that.
pub(super) fn pieces_with(
    text: &str,
    is_it: impl Fn(u8) -> bool + Copy,
) -> impl Iterator<Item = (usize, &[u8])> {
    const PIECE: usize = 128;
    let pieces = text
        .as_bytes()
        .chunks(PIECE)
        .enumerate()
        .map(|(number, piece)| (number * PIECE, piece));
    pieces.filter(move |(_, piece)| piece.iter().fold(false, |any, byte| any | is_it(*byte)))
}

/// Whether a text contains a byte for which `is_it` is true.
pub(super) fn any_byte(text: &str, is_it: impl Fn(u8) -> bool + Copy) -> bool {
    pieces_with(text, is_it).next().is_some()
}

/// Whether a fenced block's last line is its closing fence.
pub(super) fn closes_fence(block: &str) -> bool {
    let block = block.trim_end();
    let marker = block.trim_start().chars().next().unwrap_or('`');
    let length = block
        .trim_start()
        .chars()
        .take_while(|c| *c == marker)
        .count();
    let Some((_, last)) = block.rsplit_once('\n') else {
        return false;
    };
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
            assert_eq!(count(text, &mut false).words, words, "{text}");
        }
    }

    #[test]
    fn sentences_end() {
        let count = |pieces: &[&str]| {
            let mut is_open = false;
            let counts = pieces.iter().map(|piece| count(piece, &mut is_open));
            counts.fold((0, 0), |(sentences, long), counts| {
                (sentences + counts.sentences, long + counts.long_words)
            })
        };
        assert_eq!(count(&["One two. Three", " fourteen!", "\n"]), (2, 1));
        assert_eq!(
            count(&[
                "Version 1.10 of a.b",
                "\n",
                "A heading without an end",
                "\n"
            ]),
            (2, 3)
        );
        assert_eq!(count(&["“Said so.” Then more… and more.", "\n"]), (3, 0));
        assert_eq!(count(&["\n", "...", "\n"]), (0, 0));
    }

    proptest::proptest! {
        #[test]
        fn ascii_is_counted_as_any_text_is(text in r"([ \t.!?(\x0B\x1C-]|[a-zA-Z0-9]{1,9}){2,12}", was_open: bool) {
            let (mut is_open, mut is_open_too) = (was_open, was_open);
            let (sentences, long_words) = count_sentences(&text, &mut is_open_too);
            proptest::prop_assert_eq!(count(&text, &mut is_open), TextCounts { words: count_words(&text), sentences, long_words });
            proptest::prop_assert_eq!(is_open, is_open_too);
        }
    }

    #[test]
    fn texts_are_cut_at_words() {
        assert_eq!(shortened(" one\n two ", 7), "one two");
        assert_eq!(shortened("one two three", 7), "one…");
        assert_eq!(shortened("one two three", 8), "one two…");
        assert_eq!(shortened("größe", 3), "gr…");
    }
}
