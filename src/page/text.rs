//! Texts in Markdown that belong to a tool or a field, as HTML with the addresses of their links.

use super::catalog::Catalog;
use crate::escape;
use crate::site::PageId;
use crate::tool::prose::{TextPiece, ToolText};

/// What is needed to turn a tool's texts into HTML.
pub struct TextFinisher<'a> {
    pub catalog: &'a Catalog,
    pub page: PageId,
    pub language: &'a str,
    /// Start values that the embedding page sets, by name.
    pub given: &'a [(String, String)],
}

impl TextFinisher<'_> {
    /// The HTML of a text without values in it.
    pub fn text(&self, text: &ToolText) -> String {
        self.html(text, &|_| String::new())
    }

    /// The HTML of a text, if there is one.
    pub fn optional(&self, text: Option<&ToolText>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    /// The HTML of a text within a line, without the paragraph around it.
    pub fn line(&self, text: &ToolText) -> String {
        let html = self.text(text);
        let html = html.trim();
        html.strip_prefix("<p>")
            .and_then(|html| html.strip_suffix("</p>"))
            .unwrap_or(html)
            .to_owned()
    }

    /// The start value that the embedding page sets for a name.
    pub fn given(&self, name: &str) -> Option<&str> {
        let name = name.replace('-', "_");
        let given = self.given.iter().find(|(given, _)| *given == name);
        given.map(|(_, value)| value.as_str())
    }

    /// The HTML of a text. Links get their addresses, and `value` returns the HTML of each value in
    /// the text.
    pub fn html(&self, text: &ToolText, value: &dyn Fn(u32) -> String) -> String {
        let (catalog, page) = (self.catalog, self.catalog.site.page(self.page));
        let link = |index: u32| {
            let resolved = page.links.get(index as usize)?;
            Some((resolved, page.entry.links.get(index as usize)?))
        };
        let mut html = String::new();
        for piece in &text.pieces {
            match piece {
                TextPiece::Html(finished) => html.push_str(finished),
                TextPiece::Address(index) => {
                    let href = link(*index).map(|(resolved, link)| {
                        catalog.site.href(&resolved.to, &link.target.value)
                    });
                    escape::html_into(&mut html, &href.unwrap_or_default());
                }
                TextPiece::WikiTitle(index) => {
                    let title =
                        link(*index).map(|(resolved, link)| catalog.wiki_title(&resolved.to, link));
                    escape::html_into(&mut html, &title.unwrap_or_default());
                }
                TextPiece::Value(index) => html.push_str(&value(*index)),
            }
        }
        html
    }
}
