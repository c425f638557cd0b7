//! Tools as templates see them: finished texts, the results for the default values, and the data
//! for the script.

pub mod calculator;
mod checklist;
mod compare;
mod decision;
mod diagram;
mod embed;
pub mod format;
mod markdown;
mod quiz;

use serde::Serialize;
use serde_json::Value as Json;

pub use self::embed::{EmbeddedTool, id_on_page};
use super::compose::Composer;
use super::view::SourceView;
use crate::escape;
use crate::i18n::direction;
use crate::site::PageId;
use crate::tool::prose::{TextPiece, ToolText};
use crate::tool::{Tool, ToolBody};

/// A tool of any type.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ToolView {
    /// The type, such as `calculator`.
    #[serde(rename = "type")]
    pub type_name: &'static str,
    /// The prefix of the ids of its parts, unique on the page.
    pub id: String,
    /// Whether it is shown on a page other than its own.
    pub is_embedded: bool,
    /// Whether it is the first tool of its type on the page, which loads the script.
    pub is_first: bool,
    /// The level of its headings.
    pub level: u8,
    pub title: String,
    pub language: String,
    pub direction: &'static str,
    /// Whether it is shown on a page in another language.
    pub is_foreign: bool,
    /// The address of the page that declares it.
    pub href: String,
    /// HTML.
    pub disclaimer: Option<String>,
    /// HTML.
    pub method: Option<String>,
    pub sources: Vec<SourceView>,
    pub may_share: bool,
    /// Whether nothing on the page can send data anywhere.
    pub is_private: bool,
    /// The data for the script: JSON, safe inside a script element.
    pub data: String,
    /// The part that is specific to its type.
    pub form: ToolBodyView,
}

/// The part of a tool's view that is specific to its type.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ToolBodyView {
    Calculator(Box<calculator::CalculatorView>),
    Checklist(checklist::ChecklistView),
    Compare(compare::CompareView),
    Decision(decision::DecisionView),
    Quiz(quiz::QuizView),
}

/// What is needed to turn a tool's texts into HTML.
pub(super) struct TextFinisher<'a> {
    pub composer: &'a Composer,
    pub page: PageId,
    pub language: &'a str,
    /// Start values that the embedding page sets, by name.
    pub given: &'a [(String, String)],
}

impl Composer {
    /// The tool that a page declares.
    pub(super) fn tool(&self, id: PageId) -> Option<ToolView> {
        self.tool_with(id, &[])
    }

    /// The tool that a page declares, with start values from an embedding page.
    fn tool_with(&self, id: PageId, given: &[(String, String)]) -> Option<ToolView> {
        let tool: &Tool = self.facts(id).tool.as_deref()?;
        let page = self.site.page(id);
        let finish = TextFinisher {
            composer: self,
            page: id,
            language: self.site.language(page),
            given,
        };
        let (form, data) = match &tool.form {
            ToolBody::Calculator(calculator) => {
                let (view, data) = calculator::view(calculator, tool.common.may_share, &finish);
                (ToolBodyView::Calculator(Box::new(view)), data)
            }
            ToolBody::Checklist(checklist) => (
                ToolBodyView::Checklist(checklist::view(checklist, &finish)),
                Json::Null,
            ),
            ToolBody::Compare(comparison) => (
                ToolBodyView::Compare(compare::view(comparison, &finish)),
                Json::Null,
            ),
            ToolBody::Decision(decision) => (
                ToolBodyView::Decision(decision::view(decision, &finish)),
                Json::Null,
            ),
            ToolBody::Quiz(quiz) => (ToolBodyView::Quiz(quiz::view(quiz, &finish)), Json::Null),
        };
        let day = |date| self.day(finish.language, date);
        let sources = tool.common.sources.iter();
        Some(ToolView {
            type_name: tool.form.type_name(),
            id: id_on_page(None),
            is_embedded: false,
            is_first: true,
            level: 2,
            title: page.entry.title.clone(),
            language: finish.language.to_owned(),
            direction: direction(finish.language),
            is_foreign: false,
            href: self.href(&page.route),
            disclaimer: tool
                .common
                .disclaimer
                .as_ref()
                .map(|prose| finish.html(prose, &|_| String::new())),
            method: tool
                .common
                .method
                .as_ref()
                .map(|prose| finish.html(prose, &|_| String::new())),
            sources: sources
                .map(|source| SourceView {
                    title: source.title.clone(),
                    url: source.url.clone(),
                    checked: source.checked.map(day),
                })
                .collect(),
            may_share: tool.common.may_share,
            is_private: self.site.settings().allow_origins.is_empty(),
            data: escape::json_in_script(&data),
            form,
        })
    }
}

impl TextFinisher<'_> {
    /// The HTML of a text without values in it.
    pub(super) fn text(&self, prose: &ToolText) -> String {
        self.html(prose, &|_| String::new())
    }

    fn maybe(&self, prose: Option<&ToolText>) -> Option<String> {
        prose.map(|prose| self.text(prose))
    }

    /// The HTML of a text within a line, without the paragraph around it.
    pub(super) fn line(&self, prose: &ToolText) -> String {
        let html = self.text(prose);
        let html = html.trim();
        html.strip_prefix("<p>")
            .and_then(|html| html.strip_suffix("</p>"))
            .unwrap_or(html)
            .to_owned()
    }

    /// The start value that the embedding page sets for a name.
    fn given(&self, name: &str) -> Option<&str> {
        let name = name.replace('-', "_");
        self.given
            .iter()
            .find(|(given, _)| *given == name)
            .map(|(_, value)| value.as_str())
    }

    /// The HTML of a text. Links get their addresses, and `value` returns the HTML of each value in
    /// the text.
    pub fn html(&self, prose: &ToolText, value: &dyn Fn(u32) -> String) -> String {
        let page = self.composer.site.page(self.page);
        let link = |index: u32| {
            page.links
                .get(index as usize)
                .zip(page.entry.links.get(index as usize))
        };
        let mut html = String::new();
        for piece in &prose.pieces {
            match piece {
                TextPiece::Html(finished) => html.push_str(finished),
                TextPiece::Address(index) => {
                    let href = link(*index).map(|(resolved, link)| {
                        self.composer.site.href(&resolved.to, &link.target.value)
                    });
                    escape::html_into(&mut html, &href.unwrap_or_default());
                }
                TextPiece::WikiTitle(index) => {
                    let title = link(*index)
                        .map(|(resolved, link)| self.composer.wiki_title(&resolved.to, link));
                    escape::html_into(&mut html, &title.unwrap_or_default());
                }
                TextPiece::Value(index) => html.push_str(&value(*index)),
            }
        }
        html
    }
}
