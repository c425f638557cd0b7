//! Sanitizes styles of an SVG, so that they do not load external resources.

/// Functions that load or run their argument.
const LOADING: [&str; 5] = ["url(", "image-set(", "image(", "src(", "expression("];

/// The sanitized style, and whether something that loads or runs was removed.
pub fn cleaned(css: &str) -> (String, bool) {
    if !css.contains(['(', '@', '\\']) {
        return (css.to_owned(), false);
    }
    let css = plain(css);
    let lower = css.to_ascii_lowercase();
    let (mut out, mut at, mut is_changed) = (String::with_capacity(css.len()), 0, false);
    while let Some((from, word)) = next(&lower, at) {
        out.push_str(&css[at..from]);
        if word == "@import" {
            at = lower[from..]
                .find(';')
                .map_or(css.len(), |end| from + end + 1);
            is_changed = true;
            continue;
        }
        let inside = from + word.len();
        let end = end_of_call(&lower, inside);
        if word == "url(" && is_harmless(&lower[inside..end]) {
            out.push_str(&css[from..(end + 1).min(css.len())]);
        } else {
            out.push_str("none");
            is_changed = true;
        }
        at = (end + 1).min(css.len());
    }
    out.push_str(css.get(at..).unwrap_or_default());
    (out, is_changed)
}

/// The style without comments and escapes, which could hide a word from the search.
fn plain(css: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(css.len()), css);
    while let Some(at) = rest.find("/*") {
        out.push_str(&rest[..at]);
        out.push(' ');
        rest = rest[at..].split_once("*/").map_or("", |(_, rest)| rest);
    }
    out.push_str(rest);
    if out.contains('\\') {
        unescaped(&out)
    } else {
        out
    }
}

/// Decodes escapes (CSS Syntax 3, §4.3.7), so that words written with them are found.
fn unescaped(css: &str) -> String {
    let (mut out, mut chars) = (String::with_capacity(css.len()), css.chars().peekable());
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let mut digits = String::new();
        while let Some(digit) = chars.next_if(|c| c.is_ascii_hexdigit() && digits.len() < 6) {
            digits.push(digit);
        }
        if digits.is_empty() {
            out.extend(chars.next().filter(|c| *c != '\\'));
            continue;
        }
        chars.next_if(|c| c.is_ascii_whitespace());
        let meant = u32::from_str_radix(&digits, 16)
            .ok()
            .and_then(char::from_u32);
        out.push(
            meant
                .filter(|c| !c.is_control() && *c != '\\')
                .unwrap_or(' '),
        );
    }
    out
}

/// The position of the next word that loads something, and the word.
fn next(lower: &str, at: usize) -> Option<(usize, &'static str)> {
    let rest = lower.get(at..)?;
    let words = LOADING.iter().chain(&["@import"]);
    words
        .filter_map(|word| Some((at + rest.find(word)?, *word)))
        .min_by_key(|(from, word)| (*from, std::cmp::Reverse(word.len())))
}

/// The position of the closing parenthesis of a call, or the end of the style.
fn end_of_call(lower: &str, inside: usize) -> usize {
    let rest = &lower[inside..];
    let start = rest.len() - rest.trim_start().len();
    let quote = rest[start..]
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\''));
    let behind_quote = quote
        .and_then(|quote| rest[start + 1..].find(quote).map(|end| start + 1 + end + 1))
        .unwrap_or(0);
    rest[behind_quote..]
        .find(')')
        .map_or(lower.len(), |end| inside + behind_quote + end)
}

/// Whether an address stays within the image: a fragment, or an embedded image or font.
fn is_harmless(address: &str) -> bool {
    const FONTS: [&str; 3] = [
        "data:font/",
        "data:application/font",
        "data:application/x-font",
    ];
    let address = address.trim().trim_matches(['"', '\'']).trim();
    address.starts_with('#')
        || is_image_data(address)
        || FONTS.iter().any(|font| address.starts_with(font))
}

/// Whether a lower-case address is an embedded raster image.
pub fn is_image_data(address: &str) -> bool {
    ["png", "jpeg", "jpg", "gif", "webp", "avif"]
        .iter()
        .any(|format| {
            let rest = address
                .strip_prefix("data:image/")
                .and_then(|rest| rest.strip_prefix(format));
            rest.is_some_and(|rest| rest.starts_with([';', ',']))
        })
}
