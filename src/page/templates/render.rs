//! Rendering: an output page's values and its page's body go in, HTML comes out.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use tera::TeraResult;

use super::dependency::Dependency;
use super::engine::Engine;
use super::functions::NUMBERS_MAX;
use super::limited_writer::LimitedWriter;
use super::load::Templates;
use super::placeholders::{Placeholders, base_context};
use super::render_context::RenderContext;
use super::render_state::RenderState;
use super::template_errors;
use crate::diagnostic::Diagnostic;
use crate::document::body::Segment;
use crate::i18n::direction;
use crate::page::files::FileFactsTable;
use crate::page::page_context::PageContext;

/// Renders output pages.
pub struct PageRenderer<'a> {
    pub templates: &'a Templates,
    pub render_context: &'a Arc<RenderContext>,
}

/// A page's text as it was read.
#[derive(Clone, Copy)]
pub struct PageBody<'a> {
    pub segments: &'a [Segment],
    /// The files that it includes, as HTML.
    pub includes: &'a [String],
    /// The facts of the files in the page's fields.
    pub files: &'a FileFactsTable,
}

/// A rendered output page.
#[derive(Debug)]
pub struct RenderedPage {
    pub html: String,
    /// What its templates asked for in addition to the values they were given.
    pub asked: BTreeSet<Dependency>,
}

impl PageRenderer<'_> {
    /// The HTML of an output page. `body` is that of its page, or empty if it has none.
    ///
    /// # Errors
    /// The problem on which a template failed, at its line, with the templates that called it.
    pub fn draw(
        &self,
        context: &PageContext,
        body: PageBody,
    ) -> Result<RenderedPage, Box<Diagnostic>> {
        let view = &context.content.page;
        let state = self.render_state(&view.language);
        let engines = self.templates.engines();
        let (html, asked) = engines.render(state, |engine| self.html(engine, context, body));
        match html {
            Ok(html) => Ok(RenderedPage { html, asked }),
            Err(error) => {
                let source = view.source.as_deref().unwrap_or(&view.href);
                Err(self.problem(&error, source, &context.content.template))
            }
        }
    }

    fn html(&self, engine: &Engine, page: &PageContext, body: PageBody) -> TeraResult<String> {
        let content = &page.content;
        let placeholders = Placeholders::new(engine, self.render_context, content, body.includes);
        let text = placeholders.filled(body.segments)?;
        let values = self.render_context.values();
        let mut context = base_context(self.render_context, &content.page.language);
        context.insert_value("page", values.page(page, &text, body.files));
        context.insert_value("nav", values.nav(&content.nav));
        drop(text);
        let mut out = LimitedWriter::with_capacity(16 << 10);
        engine
            .tera()
            .render_to(&content.template, &context, &mut out)?;
        Ok(out.into_text())
    }

    /// The HTML of a page that redirects readers from an old address.
    ///
    /// # Errors
    /// As for [`PageRenderer::draw`].
    pub fn draw_redirect(
        &self,
        title: &str,
        language: &str,
        target: &str,
        url: Option<&str>,
    ) -> Result<String, Box<Diagnostic>> {
        #[derive(Serialize)]
        struct RedirectPage<'a> {
            title: &'a str,
            language: &'a str,
            direction: &'a str,
            url: Option<&'a str>,
        }
        let page = RedirectPage {
            title,
            language,
            direction: direction(language),
            url,
        };
        let mut context = base_context(self.render_context, language);
        context.insert("page", &page);
        context.insert("target", target);
        let name = "redirect.html";
        let (engines, state) = (self.templates.engines(), self.render_state(language));
        let (html, _) = engines.render(state, |engine| engine.tera().render(name, &context));
        html.map_err(|error| self.problem(&error, target, name))
    }

    /// An error of a template, at its position in the file as it was written.
    fn problem(&self, error: &tera::Error, source: &str, template: &str) -> Box<Diagnostic> {
        let files = self.templates.rendered_files();
        let problem = template_errors::on_draw(error, files, source, template);
        Box::new(self.templates.as_written(problem))
    }

    fn render_state(&self, language: &str) -> RenderState {
        RenderState {
            render_context: Arc::clone(self.render_context),
            language: language.to_owned(),
            numbers_left: NUMBERS_MAX,
            asked: BTreeSet::new(),
        }
    }
}
