//! Tools of other pages that are embedded in a page's text.

use super::own_tool::{id_on_page, tool_with};
use super::view::ToolView;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::document::body::ToolEmbed;
use crate::page::catalog::{Catalog, linked_page};
use crate::site::PageId;
use crate::tool::Tool;

/// The tools that a page's text embeds, and the problems with them.
#[derive(Debug, Default)]
pub struct EmbeddedTools {
    /// In the order of the text. `None` if the page that is named has no tool.
    pub views: Vec<Option<Box<ToolView>>>,
    /// Problems in the page that embeds the tools.
    pub problems: Vec<Diagnostic>,
}

/// The tools that a page's text embeds.
pub fn embedded_tools(catalog: &Catalog, id: PageId) -> EmbeddedTools {
    let own = catalog.facts(id).tool.iter();
    let mut types: Vec<&str> = own.map(|tool| tool.form.type_name()).collect();
    let mut embedded = EmbeddedTools::default();
    for (number, embed) in catalog.site.page(id).entry.embeds.iter().enumerate() {
        let mut view = embedded_tool(catalog, id, embed, &mut embedded.problems);
        if let Some(view) = &mut view {
            view.id = id_on_page(Some(number));
            view.is_first = !types.contains(&view.type_name);
            types.push(view.type_name);
        }
        embedded.views.push(view.map(Box::new));
    }
    embedded
}

fn embedded_tool(
    catalog: &Catalog,
    id: PageId,
    embed: &ToolEmbed,
    problems: &mut Vec<Diagnostic>,
) -> Option<ToolView> {
    // A broken link is reported elsewhere.
    let resolved = catalog.site.page(id).links.get(embed.link as usize)?;
    let target = linked_page(&resolved.to)?;
    let Some(tool) = catalog.facts(target).tool.as_deref() else {
        let source = &catalog.site.page(target).entry.source;
        let message = format!("{source} does not declare a tool");
        problems.push(
            Diagnostic::new(Code::BadEmbed, message)
                .at(embed.call.place.clone())
                .help("name a page that has a valid `tool:` in its front matter"),
        );
        return None;
    };
    problems.extend(problems_with_values(tool, embed));
    let given: Vec<(String, String)> = embed
        .given
        .iter()
        .map(|(name, value)| (name.clone(), value.value.clone()))
        .collect();
    let language = catalog.site.language(catalog.site.page(id));
    let view = tool_with(catalog, target, &given)?;
    Some(ToolView {
        is_embedded: true,
        is_foreign: view.language != language,
        level: 3,
        ..view
    })
}

/// Reports start values that the tool does not take.
fn problems_with_values(tool: &Tool, embed: &ToolEmbed) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for (name, value) in &embed.given {
        let Err(misfit) = tool.form.takes(name, &value.value) else {
            continue;
        };
        let near = nearest(name, misfit.names.iter().map(String::as_str));
        let help = (near.is_none() && !misfit.names.is_empty())
            .then(|| format!("use one of {}", misfit.names.join(", ")));
        problems.push(
            Diagnostic::new(Code::BadEmbed, misfit.message)
                .at(value.place.clone())
                .help_if(help)
                .suggest_if(name, near),
        );
    }
    problems
}
