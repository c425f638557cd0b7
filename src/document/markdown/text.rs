//! Small questions about text: how many words it has, where it can be cut, whether a fence is closed.

/// Words of any script: runs of letters and numbers, and for scripts written without spaces two characters a word.
pub(super) fn count_words(text: &str) -> usize {
    if text.is_ascii() {
        return text.split(|c: char| c.is_ascii_whitespace()).filter(|word| word.bytes().any(|byte| byte.is_ascii_alphanumeric())).count();
    }
    let is_dense = |c: char| matches!(u32::from(c), 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xE00..=0xEFF | 0x1780..=0x17FF | 0x20000..=0x2FFFF);
    let dense = text.chars().filter(|c| is_dense(*c)).count();
    let sparse = text.split(|c: char| c.is_whitespace() || is_dense(c)).filter(|word| word.contains(char::is_alphanumeric)).count();
    dense.div_ceil(2) + sparse
}

/// Text cut at a word's end, with an ellipsis when something is missing.
pub(super) fn shortened(text: &str, bytes_max: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() <= bytes_max {
        return text;
    }
    let mut end = bytes_max;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let cut = text[..end].rsplit_once(' ').map_or(&text[..end], |(words, _)| words);
    format!("{cut}…")
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
