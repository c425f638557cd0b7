//! Character references such as `&amp;` and `&#8217;`, decoded as browsers do (HTML, §13.2.5.72).

use std::borrow::Cow;

use html5gum::{Token, Tokenizer};

use crate::diagnostic::is_bidi_control;

/// An attribute's value with its character references decoded. `quote` is the quotation mark around
/// the value, if any.
pub fn decode_attribute(written: &str, quote: Option<u8>) -> String {
    if !written.contains(['&', '\0']) {
        return written.to_owned();
    }
    let quote = quote.map_or("", |quote| if quote == b'"' { "\"" } else { "'" });
    let tag = ["<a b=", quote, written, quote, ">"].concat();
    let value = Tokenizer::new(&tag).find_map(|token| match token {
        Ok(Token::StartTag(tag)) => tag.attributes.into_values().next(),
        _ => None,
    });
    value.map_or_else(String::new, |value| {
        String::from_utf8_lossy(&value).into_owned()
    })
}

/// Text between tags with its character references decoded.
pub fn decode_text(written: &str) -> Cow<'_, str> {
    if !written.contains('&') {
        return written.into();
    }
    let texts = Tokenizer::new(written).filter_map(|token| match token {
        Ok(Token::String(text)) => Some(String::from_utf8_lossy(&text).into_owned()),
        _ => None,
    });
    texts.collect::<String>().into()
}

/// Decodes the character references that end with `;` in a text that is not HTML, such as a title
/// in YAML. Other text that looks like HTML is kept, and so are references to characters that no
/// text contains.
pub fn decode_in_plain_text(text: String) -> String {
    if !text.contains('&') || !text.contains(';') {
        return text;
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        match reference(rest) {
            Some((length, characters)) => {
                decoded.push_str(&characters);
                rest = &rest[length..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded + rest
}

/// The characters of the reference at the beginning of a text, and the reference's length.
fn reference(text: &str) -> Option<(usize, String)> {
    let name = text[1..]
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#')
        .count();
    let reference = text
        .get(..name + 2)
        .filter(|reference| name > 0 && reference.ends_with(';'))?;
    let characters = decode_text(reference);
    let is_text =
        |c: char| !c.is_control() && !matches!(c, '\u{FDD0}'..='\u{FDEF}') && !is_bidi_control(c);
    (characters != reference && characters.chars().all(is_text))
        .then(|| (reference.len(), characters.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_decoded_where_browsers_decode_them() {
        assert_eq!(
            decode_text("a &lt; b &#8217;&amp;lt; &x;"),
            "a < b ’&lt; &x;"
        );
        assert_eq!(
            decode_attribute("?a=1&lt=2&amp;c", Some(b'"')),
            "?a=1&lt=2&c"
        );
        assert_eq!(decode_attribute("a&quot;b", None), "a\"b");
        assert_eq!(
            decode_in_plain_text("A &amp; B &lt <b> &#7; &copy;".into()),
            "A & B &lt <b> &#7; ©"
        );
    }
}
