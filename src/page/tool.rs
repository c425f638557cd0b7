//! Tools as templates see them: texts finished, values worked out for the defaults, and the data that the script runs on.

use serde::Serialize;

use super::compose::Composer;
use super::view::SourceView;
use crate::document::raw_html::escape_into;
use crate::site::PageId;
use crate::tool::prose::{Piece, Prose};
use crate::tool::{Form, Tool};

/// A tool, of whatever type.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToolView {
    /// `calculator` …
    #[serde(rename = "type")]
    pub type_name: &'static str,
    /// The page that declares it, where another page shows it.
    pub href: String,
    /// HTML.
    pub disclaimer: Option<String>,
    /// HTML.
    pub method: Option<String>,
    pub sources: Vec<SourceView>,
    pub may_share: bool,
    /// Whether the page can send nothing anywhere.
    pub is_private: bool,
    /// What the script runs on: JSON, safe inside a script element.
    pub data: String,
}

/// What the texts of a tool are finished with.
pub(super) struct Finish<'a> {
    pub composer: &'a Composer,
    pub page: PageId,
    pub language: &'a str,
}

impl Composer {
    /// The tool that a page declares.
    pub(super) fn tool(&self, id: PageId) -> Option<ToolView> {
        let tool: &Tool = self.facts(id).tool.as_deref()?;
        let page = self.site.page(id);
        let finish = Finish { composer: self, page: id, language: self.site.language(page) };
        let data = match &tool.form {
            Form::Calculator(_) => serde_json::json!({}),
        };
        let day = |date| self.day(finish.language, date);
        let sources = tool.common.sources.iter();
        Some(ToolView {
            type_name: match &tool.form {
                Form::Calculator(_) => "calculator",
            },
            href: self.href(&page.route),
            disclaimer: tool.common.disclaimer.as_ref().map(|prose| finish.html(prose, &|_| String::new())),
            method: tool.common.method.as_ref().map(|prose| finish.html(prose, &|_| String::new())),
            sources: sources
                .map(|source| SourceView { title: source.title.clone(), url: source.url.clone(), checked: source.checked.map(day) })
                .collect(),
            may_share: tool.common.may_share,
            is_private: self.site.settings().allow_origins.is_empty(),
            data: super::structured::for_script(&data),
        })
    }
}

impl Finish<'_> {
    /// A text as HTML: links with their addresses, `value` giving the HTML of each value that stands in it.
    pub fn html(&self, prose: &Prose, value: &dyn Fn(u32) -> String) -> String {
        let page = self.composer.site.page(self.page);
        let link = |index: u32| page.links.get(index as usize).zip(page.entry.links.get(index as usize));
        let mut html = String::new();
        for piece in &prose.pieces {
            match piece {
                Piece::Html(finished) => html.push_str(finished),
                Piece::Address(index) => {
                    let href = link(*index).map(|(resolved, link)| self.composer.site.href(&resolved.to, &link.target.value));
                    escape_into(&mut html, &href.unwrap_or_default());
                }
                Piece::WikiTitle(index) => {
                    let title = link(*index).map(|(resolved, link)| self.composer.wiki_title(&resolved.to, link));
                    escape_into(&mut html, &title.unwrap_or_default());
                }
                Piece::Value(index) => html.push_str(&value(*index)),
            }
        }
        html
    }
}
