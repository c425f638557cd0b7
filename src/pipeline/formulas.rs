//! The calculators that a page shows, with their source text. Only the preview uses them.

use serde::Serialize;

use super::session::Session;
use super::state::State;
use crate::document;
use crate::page::tool::id_on_page;
use crate::paths::SourcePath;
use crate::site::PageId;
use crate::site::links::Destination;
use crate::tool::ToolBody;
use crate::tool::calculator::WrittenValue;

impl State {
    /// Whether a tool that the page of this file shows has an error that prevents calculation.
    pub fn has_broken_tool(&self, source: &SourcePath) -> bool {
        let catalog = self.whole.render_context.catalog();
        self.tools_on(source)
            .into_iter()
            .any(|(_, page)| catalog.facts(page).is_tool_broken)
    }

    /// The pages whose tools the page of this file may show, starting with itself, each with the id
    /// of the tool's element.
    fn tools_on(&self, source: &SourcePath) -> Vec<(String, PageId)> {
        let Some((own, page)) = self.page(source) else {
            return Vec::new();
        };
        let embedded =
            page.entry
                .embeds
                .iter()
                .enumerate()
                .filter_map(
                    |(number, embed)| match page.links.get(embed.link as usize)?.to {
                        Destination::Page { page: target, .. } => {
                            Some((id_on_page(Some(number)), target))
                        }
                        _ => None,
                    },
                );
        std::iter::once((id_on_page(None), own))
            .chain(embedded)
            .collect()
    }
}

/// One calculator on a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShownCalculator {
    /// The id of its element.
    pub id: String,
    /// The page that declares it.
    pub source: SourcePath,
    pub title: String,
    pub formulas: Vec<WrittenValue>,
}

impl Session {
    /// The calculators on the page of this file: its own, then those that its text embeds.
    /// Calculators with errors are skipped.
    pub fn formulas(&self, source: &SourcePath) -> Vec<ShownCalculator> {
        let state = self.read();
        let whole = &state.whole;
        let catalog = whole.render_context.catalog();
        let shown = state.tools_on(source).into_iter().filter_map(|(id, page)| {
            let ToolBody::Calculator(calculator) = &catalog.facts(page).tool.as_deref()?.form
            else {
                return None;
            };
            let entry = &catalog.site.page(page).entry;
            let bytes = self.files().read(&entry.source).ok()?;
            let formulas = document::written_formulas(
                &entry.source,
                &bytes,
                &entry.meta.kind,
                &whole.loaded.kinds,
                calculator,
            );
            Some(ShownCalculator {
                id,
                source: entry.source.clone(),
                title: entry.title.clone(),
                formulas,
            })
        });
        shown.collect()
    }
}
