//! A tool as templates see it.

use serde::Serialize;

use super::calculator::CalculatorView;
use super::checklist::ChecklistView;
use super::compare::CompareView;
use super::decision::DecisionView;
use super::quiz::QuizView;
use crate::page::view::SourceView;

/// A tool of any type.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
#[serde(untagged)]
pub enum ToolBodyView {
    Calculator(Box<CalculatorView>),
    Checklist(ChecklistView),
    Compare(CompareView),
    Decision(DecisionView),
    Quiz(QuizView),
}
