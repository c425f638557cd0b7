//! A finished body taken apart at its second-level headings, for templates that show each part by itself.

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// A heading with what follows it. What stands before the first heading has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    pub id: Option<String>,
    /// The heading's element with all that is in it; empty in the part before the first.
    pub heading: String,
    pub body: String,
}

/// Elements without content, which leave nothing open.
const VOID: [&[u8]; 14] =
    [b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"param", b"source", b"track", b"wbr"];

/// Splits HTML at each `h2` that stands in no other element. The parts together are the text.
pub fn parts(html: &str) -> Vec<Part> {
    let mut parts = vec![Part::default()];
    let (mut depth, mut from) = (0usize, 0usize);
    let mut open_heading: Option<Option<String>> = None;
    for token in Tokenizer::new_with_emitter(html, DefaultEmitter::<usize>::new_with_span()) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                if depth == 0 && **tag.name == *b"h2" && open_heading.is_none() {
                    last(&mut parts).body.push_str(&html[from..tag.span.start]);
                    from = tag.span.start;
                    let id = tag.attributes.iter().find(|(name, _)| ****name == *b"id");
                    open_heading = Some(id.map(|(_, value)| String::from_utf8_lossy(value).into_owned()));
                }
                if !tag.self_closing && !VOID.contains(&&**tag.name) {
                    depth += 1;
                }
            }
            Token::EndTag(tag) => {
                depth = depth.saturating_sub(1);
                if depth == 0
                    && **tag.name == *b"h2"
                    && let Some(id) = open_heading.take()
                {
                    parts.push(Part { id, heading: html[from..tag.span.end].to_owned(), body: String::new() });
                    from = tag.span.end;
                }
            }
            _ => {}
        }
    }
    last(&mut parts).body.push_str(&html[from..]);
    parts.retain(|part| !part.heading.is_empty() || !part.body.trim().is_empty());
    parts
}

fn last(parts: &mut [Part]) -> &mut Part {
    parts.last_mut().expect("there is a part from the start")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_at_its_headings() {
        let html =
            "<p>Before<br></p>\n<h2 id=\"a\">A <em>b</em></h2>\n<p>One</p>\n<div><h2>Not this</h2></div>\n<h2 id=\"c\">C</h2>\n<p>Two";
        let parts = parts(html);
        let ids: Vec<Option<&str>> = parts.iter().map(|part| part.id.as_deref()).collect();
        assert_eq!(ids, [None, Some("a"), Some("c")]);
        assert_eq!(parts.iter().map(|part| format!("{}{}", part.heading, part.body)).collect::<String>(), html);
        assert!(parts[1].body.contains("Not this"));
        assert_eq!(super::parts(""), []);
    }
}
