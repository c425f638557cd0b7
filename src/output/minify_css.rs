//! Minifies style sheets: removes comments, indentation and line breaks.
//!
//! Nothing that has to be understood is rewritten: strings, addresses, escapes and values stay as
//! they are, so any style sheet keeps its meaning, including future CSS syntax.

/// The same style sheet with fewer bytes.
pub fn style(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Whether white space was read that may not be needed.
    let mut has_space = false;
    // Whether the last character written is punctuation that needs no space after it.
    let mut is_behind_mark = true;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            _ if c.is_ascii_whitespace() => {
                has_space = true;
                rest = rest.trim_ascii_start();
                continue;
            }
            '/' if rest.starts_with("/*") => {
                let end = rest.find("*/").map_or(rest.len(), |end| end + 2);
                let follows_space = rest[end..].starts_with(|c: char| c.is_ascii_whitespace());
                // A comment between two words separates them but is not a space.
                if !(has_space || follows_space || is_behind_mark) {
                    out.push_str("/**/");
                }
                rest = &rest[end..];
                continue;
            }
            '"' | '\'' => string_length(rest, c),
            '\\' => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
            _ if starts_address(rest) => rest.find(')').map_or(rest.len(), |end| end + 1),
            _ => c.len_utf8(),
        };
        let is_mark = matches!(c, '{' | '}' | ';' | ',');
        let is_needed = has_space && !is_behind_mark && !is_mark;
        // The white space after an escape ends it.
        let ends_escape = has_space && ends_in_escape(&out);
        if is_needed || ends_escape {
            out.push(' ');
        }
        has_space = false;
        if c == '}' && is_behind_mark && out.ends_with(';') {
            out.pop();
        }
        is_behind_mark = is_mark;
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

/// The length of the string at the start of a text. An unclosed string ends at the end of its line,
/// and the line break is kept.
fn string_length(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\n' => return at + 1,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether an unquoted address begins here, which must not be changed.
fn starts_address(text: &str) -> bool {
    let is_url = text
        .get(..4)
        .is_some_and(|head| head.eq_ignore_ascii_case("url("));
    is_url && !text[4..].trim_ascii_start().starts_with(['"', '\''])
}

/// Whether a text ends in a numeric escape: `\31`.
fn ends_in_escape(text: &str) -> bool {
    let digits = text
        .bytes()
        .rev()
        .take(6)
        .take_while(u8::is_ascii_hexdigit)
        .count();
    digits > 0 && text[..text.len() - digits].ends_with('\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_nothing_goes() {
        for (text, minified) in [
            ("a {\n  color: red;\n}\n", "a{color: red}"),
            (
                "/* head */\n@layer a , b;\n\n.x > .y, .z { a: b ; c: d; }",
                "@layer a,b;.x > .y,.z{a: b;c: d}",
            ),
            (
                "a { b: clamp(1rem, 1.02rem + .2vw, 2rem) }",
                "a{b: clamp(1rem,1.02rem + .2vw,2rem)}",
            ),
            ("a/* x */b", "a/**/b"),
            ("a /* x */ b", "a b"),
            ("a/* x */:hover{}", "a/**/:hover{}"),
            (
                "a { content: \"x  /* no */ ;}\" ; }",
                "a{content: \"x  /* no */ ;}\"}",
            ),
            (
                "a{b:url( data:x;y, z/*q*/ ) ; c:url(\"a b\") }",
                "a{b:url( data:x;y, z/*q*/ );c:url(\"a b\")}",
            ),
            (".\\31 23 , .a\\,  b {}", ".\\31 23,.a\\, b{}"),
            ("a { --empty: ; --x: { a: b } }", "a{--empty:;--x:{a: b}}"),
            (
                "@media screen and (min-width: 1px) { & :hover { } }",
                "@media screen and (min-width: 1px){& :hover{}}",
            ),
            ("a{b:'never closed\n} c{d:e}", "a{b:'never closed\n}c{d:e}"),
            ("/* never closed", ""),
            ("", ""),
        ] {
            assert_eq!(style(text), minified, "{text}");
            assert_eq!(style(minified), minified, "once more: {text}");
        }
    }
}
