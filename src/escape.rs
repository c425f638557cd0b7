//! Escapes text for the languages that a site is written in: HTML, XML, JSON in a script, and
//! addresses. Each rule is defined here and nowhere else.

use std::borrow::Cow;

use serde::Serialize;

/// Escapes text for HTML, also within a double-quoted attribute; see [`html_into`].
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    html_into(&mut out, text);
    out
}

/// Appends text, escaped so that it stays text both between tags and within a double-quoted
/// attribute (HTML, §13.1.2.3 and §13.1.4): `&`, `<`, `>` and `"` become character references.
pub fn html_into(out: &mut String, text: &str) {
    html_characters_into(out, text, true);
}

/// Appends text, escaped so that it stays text between tags (HTML, §13.1.4): `&`, `<` and `>`
/// become character references. Quotation marks need none there.
pub fn html_text_into(out: &mut String, text: &str) {
    html_characters_into(out, text, false);
}

fn html_characters_into(out: &mut String, text: &str, is_attribute: bool) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let reference = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' if is_attribute => "&quot;",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(reference);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

/// Escapes text for XML, also within an attribute in either kind of quotation marks (XML 1.0,
/// §2.4): `&`, `<`, `>`, `"` and `'` become the predefined entities.
pub fn xml(text: &str) -> Cow<'_, str> {
    quick_xml::escape::escape(text)
}

/// Escapes text for XML between tags (XML 1.0, §2.4): `&`, `<` and `>` become the predefined
/// entities.
pub fn xml_text(text: &str) -> Cow<'_, str> {
    quick_xml::escape::partial_escape(text)
}

/// Writes a value as JSON (RFC 8259) that can be the content of a script element: it contains no
/// `<`, so it cannot end the element (HTML, §4.12.1.3), and neither of the two line separators that
/// older browsers do not accept within strings.
pub fn json_in_script(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("JSON can be written as text");
    if !json.contains(['<', '\u{2028}', '\u{2029}']) {
        return json;
    }
    json.replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// The punctuation that stays unencoded in an address's path: `/` and RFC 3986's `pchar` (§3.3),
/// except `&`, which HTML would have to escape.
pub const IN_PATH: &[u8] = b"-._~/!$'()*+,;=:@";
/// The punctuation that stays unencoded in a value of an address's query. There, `+` means a space,
/// and `=` follows a name.
pub const IN_QUERY: &[u8] = b"-._~/!$'()*,;:@";
/// The punctuation that stays unencoded in a part of an address, such as a name in its path.
pub const IN_SEGMENT: &[u8] = b"-._~!$'()*,;:@";
/// The punctuation that never needs encoding (RFC 3986, §2.3, `unreserved`).
pub const UNRESERVED: &[u8] = b"-._~";

/// Appends text in percent-encoding (RFC 3986, §2.1). ASCII letters, digits and the bytes in
/// `plain` stay as they are.
pub fn percent_into(out: &mut String, text: &str, plain: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || plain.contains(&byte);
    let mut rest = text;
    // Nearly all addresses need no encoding at all.
    while let Some(at) = rest.bytes().position(|byte| !is_plain(byte)) {
        out.push_str(&rest[..at]);
        let character = rest[at..].chars().next().map_or(0, char::len_utf8);
        for byte in rest[at..at + character].bytes() {
            out.extend([
                '%',
                char::from(HEX[usize::from(byte >> 4)]),
                char::from(HEX[usize::from(byte & 15)]),
            ]);
        }
        rest = &rest[at + character..];
    }
    out.push_str(rest);
}

/// Returns text in percent-encoding; see [`percent_into`].
pub fn percent(text: &str, plain: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    percent_into(&mut out, text, plain);
    out
}

/// Decodes percent-encoding; returns `None` if the bytes are not UTF-8. A `%` that is not followed
/// by two hexadecimal digits is kept.
pub fn percent_decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = bytes
            .get(at + 1..at + 3)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match pair
            .filter(|_| bytes[at] == b'%')
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
        {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let text = "a & \"b\" 'c' <d>";
        assert_eq!(html(text), "a &amp; &quot;b&quot; 'c' &lt;d&gt;");
        let mut out = "x".to_owned();
        html_text_into(&mut out, text);
        assert_eq!(out, "xa &amp; \"b\" 'c' &lt;d&gt;");
        assert_eq!(xml(text), "a &amp; &quot;b&quot; &apos;c&apos; &lt;d&gt;");
        assert_eq!(xml_text(text), out[1..]);
    }

    #[test]
    fn json_cannot_end_its_script() {
        assert_eq!(
            json_in_script(&"</script>\u{2028}&"),
            "\"\\u003c/script>\\u2028&\""
        );
    }

    #[test]
    fn percent_encoding() {
        let text = "a b/é?c&d=e+f%";
        assert_eq!(percent(text, IN_PATH), "a%20b/%C3%A9%3Fc%26d=e+f%25");
        assert_eq!(percent(text, IN_QUERY), "a%20b/%C3%A9%3Fc%26d%3De%2Bf%25");
        assert_eq!(
            percent(text, IN_SEGMENT),
            "a%20b%2F%C3%A9%3Fc%26d%3De%2Bf%25"
        );
        assert_eq!(percent("a!~", UNRESERVED), "a%21~");
        for plain in [IN_PATH, IN_QUERY, IN_SEGMENT, UNRESERVED] {
            assert_eq!(percent_decode(&percent(text, plain)).as_deref(), Some(text));
        }
        assert_eq!(percent_decode("a%20b%zz%C3%A9").as_deref(), Some("a b%zzé"));
        assert_eq!(percent_decode("%ff"), None);
    }
}
