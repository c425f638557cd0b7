//! A finished body taken apart at its second-level headings, for templates that show each part by itself.

use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

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
    let mut split = Split { html, parts: vec![Part::default()], from: 0, depth: 0, heading: None, tag: OpenTag::default() };
    let emitter = CallbackEmitter::new(|event: CallbackEvent, span: Span<usize>| -> Option<Infallible> {
        split.note(&event, span);
        None
    });
    Tokenizer::new_with_emitter(html, emitter).for_each(drop);
    split.finish()
}

/// A text that is being split.
struct Split<'a> {
    html: &'a str,
    parts: Vec<Part>,
    /// Up to where the text stands in a part.
    from: usize,
    /// Elements that are open.
    depth: usize,
    /// The heading that is open, with its id.
    heading: Option<Option<String>>,
    tag: OpenTag,
}

/// The start tag at hand.
#[derive(Default)]
struct OpenTag {
    /// Whether its element goes on behind it.
    is_open: bool,
    /// Whether the next value is the id of the heading that it begins.
    is_at_id: bool,
    begins_heading: bool,
}

impl Split<'_> {
    fn note(&mut self, event: &CallbackEvent, span: Span<usize>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                let begins_heading = self.depth == 0 && *name == b"h2" && self.heading.is_none();
                if begins_heading {
                    self.extend_last(span.start);
                    self.heading = Some(None);
                }
                self.tag = OpenTag { is_open: !VOID.contains(name), is_at_id: false, begins_heading };
            }
            CallbackEvent::AttributeName { name } => self.tag.is_at_id = self.tag.begins_heading && *name == b"id",
            CallbackEvent::AttributeValue { value } if self.tag.is_at_id => {
                self.heading.get_or_insert_default().get_or_insert_with(|| String::from_utf8_lossy(value).into_owned());
            }
            CallbackEvent::CloseStartTag { self_closing } => self.depth += usize::from(self.tag.is_open && !self_closing),
            CallbackEvent::EndTag { name } => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0
                    && *name == b"h2"
                    && let Some(id) = self.heading.take()
                {
                    self.parts.push(Part { id, heading: self.html[self.from..span.end].to_owned(), body: String::new() });
                    self.from = span.end;
                }
            }
            _ => {}
        }
    }

    /// Gives what stands before this place to the part before.
    fn extend_last(&mut self, to: usize) {
        let last = self.parts.last_mut().expect("there is a part from the start");
        last.body.push_str(&self.html[self.from..to]);
        self.from = to;
    }

    fn finish(mut self) -> Vec<Part> {
        self.extend_last(self.html.len());
        self.parts.retain(|part| !part.heading.is_empty() || !part.body.trim().is_empty());
        self.parts
    }
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
