//! Splits a finished body at its second-level headings, for templates that show each part on its
//! own.

use crate::html::{HtmlToken, StartTag, Tokens};

/// A heading and what follows it. The part before the first heading has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HtmlSection {
    pub id: Option<String>,
    /// The heading's element with its content; empty in the part before the first heading.
    pub heading: String,
    pub body: String,
}

impl HtmlSection {
    /// The heading's element without its anchor link.
    pub fn heading_without_link(&self) -> String {
        match self.heading.rfind(LINK) {
            Some(link) => format!("{}</h2>", &self.heading[..link]),
            None => self.heading.clone(),
        }
    }
}

/// The beginning of a heading's anchor link.
const LINK: &str = " <a class=\"anchor\" href=\"#";

/// Elements without content, which are never open.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Splits HTML at each `h2` that is not inside another element. The parts joined together are the
/// whole text.
pub fn parts(html: &str) -> Vec<HtmlSection> {
    let mut split = SectionSplitter {
        html,
        parts: vec![HtmlSection::default()],
        from: 0,
        depth: 0,
        heading: None,
    };
    for token in Tokens::new(html) {
        match token {
            HtmlToken::StartTag(tag) => split.start(&tag),
            HtmlToken::EndTag { name, range } => split.end(&name, range.end),
            _ => {}
        }
    }
    split.finish()
}

/// A text that is being split.
struct SectionSplitter<'a> {
    html: &'a str,
    parts: Vec<HtmlSection>,
    /// Text before this offset is already part of a section.
    from: usize,
    /// The number of open elements.
    depth: usize,
    /// The id of the open heading, if one is open.
    heading: Option<Option<String>>,
}

impl SectionSplitter<'_> {
    fn start(&mut self, tag: &StartTag) {
        if self.depth == 0 && tag.name == "h2" && self.heading.is_none() {
            self.extend_last(tag.range.start);
            self.heading = Some(
                tag.attributes(self.html)
                    .find(|(key, ..)| key == "id")
                    .map(|(_, id, _)| id),
            );
        }
        self.depth += usize::from(!VOID.contains(&tag.name.as_str()) && !tag.is_self_closing);
    }

    fn end(&mut self, name: &str, end: usize) {
        self.depth = self.depth.saturating_sub(1);
        if self.depth == 0
            && name == "h2"
            && let Some(id) = self.heading.take()
        {
            self.parts.push(HtmlSection {
                id,
                heading: self.html[self.from..end].to_owned(),
                body: String::new(),
            });
            self.from = end;
        }
    }

    /// Appends the text up to this offset to the last section.
    fn extend_last(&mut self, to: usize) {
        let last = self
            .parts
            .last_mut()
            .expect("there is a part from the start");
        last.body.push_str(&self.html[self.from..to]);
        self.from = to;
    }

    fn finish(mut self) -> Vec<HtmlSection> {
        self.extend_last(self.html.len());
        self.parts
            .retain(|part| !part.heading.is_empty() || !part.body.trim().is_empty());
        self.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_at_its_headings() {
        let html = "<p>Before<br></p>\n<h2 id=\"a\">A <em>b</em></h2>\n<p>One</p>\n<div><h2>Not this</h2></div>\n<h2 id=\"c\">C</h2>\n<p>Two";
        let sections = parts(html);
        let ids: Vec<Option<&str>> = sections.iter().map(|part| part.id.as_deref()).collect();
        assert_eq!(ids, [None, Some("a"), Some("c")]);
        assert_eq!(
            sections
                .iter()
                .map(|part| format!("{}{}", part.heading, part.body))
                .collect::<String>(),
            html
        );
        assert!(sections[1].body.contains("Not this"));
        assert_eq!(parts(""), []);
    }
}
