//! A page's text with its placeholders filled: addresses, glossary words, included files,
//! components, and tools of other pages.

use std::cell::RefCell;
use std::collections::BTreeSet;

use tera::{Context, TeraResult, Value};

use super::engine::Engine;
use super::limited_writer::LimitedWriter;
use super::render_context::RenderContext;
use crate::document::body::{ComponentCall, Segment};
use crate::document::components::ArgumentValue;
use crate::document::source_lines;
use crate::escape;
use crate::page::page_context::PageContent;
use crate::page::tool::ToolView;

/// The template that renders a tool within a page's text.
pub const TOOL_TEMPLATE: &str = "partials/tool.html";

/// The values that every template sees: the site, and the theme's words in a language.
pub fn base_context(render_context: &RenderContext, language: &str) -> Context {
    let mut context = Context::new();
    context.insert_value("site", render_context.site());
    context.insert_value("words", render_context.words(language));
    context
}

/// What fills the placeholders in a page's text.
pub struct Placeholders<'a> {
    engine: &'a Engine,
    render_context: &'a RenderContext,
    content: &'a PageContent,
    includes: &'a [String],
    /// The terms that are explained already. Each is explained at its first use.
    explained: RefCell<BTreeSet<usize>>,
}

impl<'a> Placeholders<'a> {
    pub fn new(
        engine: &'a Engine,
        render_context: &'a RenderContext,
        content: &'a PageContent,
        includes: &'a [String],
    ) -> Self {
        Placeholders {
            engine,
            render_context,
            content,
            includes,
            explained: RefCell::default(),
        }
    }

    /// The HTML of a text.
    ///
    /// # Errors
    /// If the template of a component or of a tool fails.
    pub fn filled(&self, segments: &[Segment]) -> TeraResult<String> {
        let mut html = String::new();
        self.fill(segments, &mut html)?;
        Ok(html)
    }

    fn fill(&self, segments: &[Segment], out: &mut String) -> TeraResult<()> {
        let mut line = None;
        for segment in segments {
            let from = out.len();
            match segment {
                Segment::Line(of_next) => {
                    line = Some(*of_next);
                    continue;
                }
                Segment::Html(html) => out.push_str(html),
                Segment::Address(index) => escape::html_into(out, self.address(*index)),
                Segment::WikiTitle(index) => escape::html_into(out, self.wiki_title(*index)),
                Segment::Include(index) => out.push_str(self.include(*index)),
                Segment::Term { term, text } => self.term(*term as usize, text, out),
                Segment::Component(call) => self.component(call, out)?,
                Segment::Tool(index) => self.tool(*index, out)?,
            }
            if let Some(line) = line.take() {
                source_lines::mark(out, from, line);
            }
        }
        Ok(())
    }

    fn address(&self, index: u32) -> &str {
        let links = &self.content.links;
        links.get(index as usize).map_or("", String::as_str)
    }

    /// The title of the page that a wiki link points to, or the link's own text if it has no
    /// target.
    fn wiki_title(&self, index: u32) -> &str {
        let titles = &self.content.wiki_titles;
        titles.get(index as usize).map_or("", String::as_str)
    }

    fn include(&self, index: u32) -> &str {
        self.includes.get(index as usize).map_or("", String::as_str)
    }

    /// Writes a word of the glossary. Its first use is a link to the word's page, with the short
    /// explanation as a tooltip.
    fn term(&self, term: usize, text: &str, out: &mut String) {
        let used = self.content.terms.get(term).and_then(Option::as_ref);
        let Some(used) = used.filter(|_| self.explained.borrow_mut().insert(term)) else {
            return escape::html_into(out, text);
        };
        let number = (term + 1).to_string();
        out.push_str("<a class=\"term\" data-term href=\"");
        out.push_str(&used.href);
        for piece in ["\" aria-describedby=\"Term-", &number, "\">"] {
            out.push_str(piece);
        }
        escape::html_into(out, text);
        for piece in [
            "</a><span class=\"term-note\" role=\"tooltip\" id=\"Term-",
            &number,
            "\" popover=\"manual\">",
            &used.short,
            "</span>",
        ] {
            out.push_str(piece);
        }
    }

    /// Writes another page's tool, rendered as on its own page.
    fn tool(&self, index: u32, out: &mut String) -> TeraResult<()> {
        let embedded = self.content.embedded.get(index as usize);
        let Some(view) = embedded.and_then(Option::as_ref) else {
            return Ok(());
        };
        let view: &ToolView = view;
        let mut context = base_context(self.render_context, &view.language);
        context.insert("tool", view);
        let mut html = LimitedWriter::default();
        // Functions called within the tool answer in its own language.
        let outer_language = self.set_language(view.language.clone());
        let rendered = self
            .engine
            .tera()
            .render_to(TOOL_TEMPLATE, &context, &mut html);
        self.set_language(outer_language);
        rendered?;
        out.push_str(&html.into_text());
        Ok(())
    }

    /// Sets the language in which functions answer, and returns the one before.
    fn set_language(&self, language: String) -> String {
        let state = self.engine.state();
        state.with(|state| std::mem::replace(&mut state.language, language))
    }

    fn component(&self, call: &ComponentCall, out: &mut String) -> TeraResult<()> {
        let mut arguments = Context::new();
        for (name, value) in &call.arguments {
            let value = match value {
                ArgumentValue::Text(text) => Value::from(text.as_str()),
                ArgumentValue::Integer(number) => Value::from(*number),
                ArgumentValue::Number(number) => Value::from(*number),
                ArgumentValue::Boolean(is_set) => Value::from(*is_set),
                ArgumentValue::Link(index) => Value::from(self.address(*index)),
            };
            arguments.insert_value(name.clone(), value);
        }
        let body = self.filled(call.body.as_deref().unwrap_or_default())?;
        let mut html = LimitedWriter::default();
        self.engine.tera().render_component_to(
            &call.name,
            &arguments,
            Some(&body),
            true,
            &mut html,
        )?;
        out.push_str(&html.into_text());
        Ok(())
    }
}
