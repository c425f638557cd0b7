//! Elements whose content browsers read as text, such as `script`, and where that content ends
//! (HTML, §13.2.5.2 to §13.2.5.31).

use memchr::memchr2;

use super::tokens::is_space;

/// Elements whose content browsers read as text, up to the end tag. The content of `plaintext` has
/// no end.
const HOLD_TEXT: [&str; 10] = [
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "script",
    "style",
    "textarea",
    "title",
    "xmp",
];

/// Whether browsers read the content of this element as text.
pub fn holds_text(element: &str) -> bool {
    HOLD_TEXT.contains(&element)
}

/// Where the content of an element with text content ends: before its end tag, or at the end of the
/// text. `content` begins after the start tag.
pub fn end_of_text(content: &[u8], element: &str) -> usize {
    match element {
        "plaintext" => content.len(),
        "script" => end_of_script(content),
        _ => memchr::memchr_iter(b'<', content)
            .find(|at| is_tag(&content[*at..], b"</", element))
            .unwrap_or(content.len()),
    }
}

/// Between `<!--` and `-->`, after a nested start tag, a script may contain its own end tag (HTML,
/// §13.2.5.19 to §13.2.5.31).
fn end_of_script(content: &[u8]) -> usize {
    let (mut at, mut is_escaped, mut is_nested) = (0, false, false);
    while let Some(found) = memchr2(b'<', b'-', &content[at..]) {
        at += found;
        let rest = &content[at..];
        if rest.starts_with(b"-->") {
            (is_escaped, is_nested) = (false, false);
        } else if rest.starts_with(b"<!--") {
            is_escaped = true;
            // `<!-->` is a whole comment.
            at += 1;
        } else if is_tag(rest, b"</", "script") {
            if !std::mem::take(&mut is_nested) {
                return at;
            }
        } else if is_escaped && is_tag(rest, b"<", "script") {
            is_nested = true;
        }
        at += 1;
    }
    content.len()
}

fn is_tag(text: &[u8], begin: &[u8], name: &str) -> bool {
    let rest = text.strip_prefix(begin).filter(|rest| {
        rest.get(..name.len())
            .is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
    });
    rest.and_then(|rest| rest.get(name.len()))
        .is_some_and(|byte| is_space(*byte) || matches!(byte, b'/' | b'>'))
}
