//! Tools of other pages that are embedded in a page's text.

use serde::Serialize;

use super::ToolView;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::document::body::ToolEmbed;
use crate::page::compose::Composer;
use crate::site::PageId;
use crate::site::links::Destination;
use crate::tool::ID;

/// A tool embedded in a page's text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EmbeddedTool {
    /// `None` if the page that is named has no tool.
    pub view: Option<Box<ToolView>>,
    /// Problems in the page that embeds the tool.
    #[serde(skip)]
    pub problems: Vec<Diagnostic>,
}

/// The prefix of the ids of a tool's parts, for the page's own tool or for the embedded tool with
/// this number, from 0.
pub fn id_on_page(number: Option<usize>) -> String {
    number.map_or_else(|| ID.to_owned(), |number| format!("{ID}-{}", number + 1))
}

impl Composer {
    /// The tools that a page's text embeds, in order.
    pub(in crate::page) fn embedded(&self, id: PageId) -> Vec<EmbeddedTool> {
        let embeds = &self.site.page(id).entry.embeds;
        let mut types: Vec<&str> = self
            .facts(id)
            .tool
            .iter()
            .map(|tool| tool.form.type_name())
            .collect();
        let mut all = Vec::with_capacity(embeds.len());
        for (number, embed) in embeds.iter().enumerate() {
            let mut embedded = self.embed(id, embed);
            if let Some(view) = &mut embedded.view {
                view.id = id_on_page(Some(number));
                view.is_first = !types.contains(&view.type_name);
                types.push(view.type_name);
            }
            all.push(embedded);
        }
        all
    }

    fn embed(&self, id: PageId, embed: &ToolEmbed) -> EmbeddedTool {
        // A broken link is reported elsewhere.
        let to = self
            .site
            .page(id)
            .links
            .get(embed.link as usize)
            .map(|resolved| &resolved.to);
        let Some(Destination::Page { page: target, .. }) = to else {
            return EmbeddedTool {
                view: None,
                problems: Vec::new(),
            };
        };
        let Some(tool) = self.facts(*target).tool.as_deref() else {
            let source = &self.site.page(*target).entry.source;
            let problem =
                Diagnostic::new(Code::BadEmbed, format!("{source} does not declare a tool"))
                    .at(embed.call.place.clone());
            return EmbeddedTool {
                view: None,
                problems: vec![
                    problem.help("name a page that has a valid `tool:` in its front matter"),
                ],
            };
        };
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
        let given: Vec<(String, String)> = embed
            .given
            .iter()
            .map(|(name, value)| (name.clone(), value.value.clone()))
            .collect();
        let language = self.site.language(self.site.page(id));
        let view = self.tool_with(*target, &given).map(|view| {
            let is_foreign = view.language != language;
            Box::new(ToolView {
                is_embedded: true,
                is_foreign,
                level: 3,
                ..view
            })
        });
        EmbeddedTool { view, problems }
    }
}
