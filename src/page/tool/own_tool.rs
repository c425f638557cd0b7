//! The tool that a page declares.

use serde_json::Value as Json;

use super::view::{ToolBodyView, ToolView};
use super::{calculator, checklist, compare, decision, quiz};
use crate::escape;
use crate::i18n::direction;
use crate::page::catalog::Catalog;
use crate::page::text::TextFinisher;
use crate::page::view::SourceView;
use crate::page::views::day;
use crate::site::PageId;
use crate::tool::{ID, Tool, ToolBody};

/// The tool that a page declares.
pub fn tool(catalog: &Catalog, id: PageId) -> Option<ToolView> {
    tool_with(catalog, id, &[])
}

/// The tool that a page declares, with start values from an embedding page.
pub fn tool_with(catalog: &Catalog, id: PageId, given: &[(String, String)]) -> Option<ToolView> {
    let tool: &Tool = catalog.facts(id).tool.as_deref()?;
    let page = catalog.site.page(id);
    let finish = TextFinisher {
        catalog,
        page: id,
        language: catalog.site.language(page),
        given,
    };
    let (form, data) = body(tool, &finish);
    let day = |date| day(catalog, finish.language, date);
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
        href: catalog.href(&page.route),
        disclaimer: finish.optional(tool.common.disclaimer.as_ref()),
        method: finish.optional(tool.common.method.as_ref()),
        sources: sources
            .map(|source| SourceView {
                title: source.title.clone(),
                url: source.url.clone(),
                checked: source.checked.map(day),
            })
            .collect(),
        may_share: tool.common.may_share,
        is_private: catalog.site.settings().allow_origins.is_empty(),
        data: escape::json_in_script(&data),
        form,
    })
}

/// The part that is specific to a tool's type, and its data for the script.
fn body(tool: &Tool, finish: &TextFinisher) -> (ToolBodyView, Json) {
    let view = match &tool.form {
        ToolBody::Calculator(calculator) => {
            let (view, data) = calculator::view(calculator, tool.common.may_share, finish);
            return (ToolBodyView::Calculator(Box::new(view)), data);
        }
        ToolBody::Checklist(checklist) => {
            ToolBodyView::Checklist(checklist::view(checklist, finish))
        }
        ToolBody::Compare(comparison) => ToolBodyView::Compare(compare::view(comparison, finish)),
        ToolBody::Decision(decision) => ToolBodyView::Decision(decision::view(decision, finish)),
        ToolBody::Quiz(quiz) => ToolBodyView::Quiz(quiz::view(quiz, finish)),
    };
    (view, Json::Null)
}

/// The prefix of the ids of a tool's parts, for the page's own tool or for the embedded tool with
/// this number, from 0.
pub fn id_on_page(number: Option<usize>) -> String {
    number.map_or_else(|| ID.to_owned(), |number| format!("{ID}-{}", number + 1))
}
