//! Rendering: an output page's values and its page's body go in, HTML comes out.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;
use tera::{Context, Value};

use super::functions::NUMBERS_MAX;
use super::render_context::{
    Dependency, RenderContext, RenderState, render_with_state, with_state,
};
use super::{Templates, template_errors, values};
use crate::diagnostic::Diagnostic;
use crate::document::body::{ComponentCall, Segment};
use crate::document::components::ArgumentValue;
use crate::document::source_lines;
use crate::escape;
use crate::page::PageContext;
use crate::page::files::FileFactsTable;
use crate::page::tool::EmbeddedTool;

/// The template that renders a tool within a page's text.
pub const TOOL_TEMPLATE: &str = "partials/tool.html";

/// The most bytes that one page may have. A template that writes more probably never ends.
const PAGE_BYTES_MAX: usize = 64 << 20;

/// Renders output pages.
pub struct PageRenderer<'a> {
    pub templates: &'a Templates,
    pub render_context: &'a Arc<RenderContext>,
}

/// A rendered output page.
#[derive(Debug)]
pub struct RenderedPage {
    pub html: String,
    /// What its templates asked for in addition to the values they were given.
    pub asked: BTreeSet<Dependency>,
}

impl PageRenderer<'_> {
    /// The HTML of an output page. `body`, `includes` and `files` are those of its page, or empty
    /// if it has none.
    ///
    /// # Errors
    /// The problem on which a template failed, at its line, with the templates that called it.
    pub fn draw(
        &self,
        composed: &PageContext,
        body: &[Segment],
        includes: &[String],
        files: &FileFactsTable,
    ) -> Result<RenderedPage, Box<Diagnostic>> {
        let source = composed
            .page
            .source
            .as_deref()
            .unwrap_or(&composed.page.href);
        let draw = || -> tera::TeraResult<String> {
            let mut html = String::new();
            self.fill(
                body,
                &PlaceholderValues {
                    composed,
                    includes,
                    explained: RefCell::default(),
                },
                &mut html,
            )?;
            let composer = &self.render_context.composer;
            let mut context = self.context(&composed.page.language);
            context.insert_value("page", values::page(composer, composed, &html, files));
            context.insert_value("nav", values::nav(composer, &composed.nav));
            drop(html);
            let mut out = LimitedWriter(Vec::with_capacity(16 << 10));
            self.templates
                .tera
                .render_to(&composed.template, &context, &mut out)?;
            Ok(String::from_utf8(out.0)
                .expect("templates and values are UTF-8, and Tera writes whole pieces of them"))
        };
        let (drawn, asked) = render_with_state(self.render_state(&composed.page.language), draw);
        match drawn {
            Ok(html) => Ok(RenderedPage { html, asked }),
            Err(error) => Err(Box::new(self.templates.as_written(
                template_errors::on_draw(
                    &error,
                    self.templates.rendered_files(),
                    source,
                    &composed.template,
                ),
            ))),
        }
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
        let mut context = self.context(language);
        context.insert(
            "page",
            &RedirectPage {
                title,
                language,
                direction: crate::i18n::direction(language),
                url,
            },
        );
        context.insert("target", target);
        let name = "redirect.html";
        let (drawn, _) = render_with_state(self.render_state(language), || {
            self.templates.tera.render(name, &context)
        });
        drawn.map_err(|error| {
            Box::new(self.templates.as_written(template_errors::on_draw(
                &error,
                self.templates.rendered_files(),
                target,
                name,
            )))
        })
    }

    /// The values that every template sees: the site, and the theme's words in a language.
    fn context(&self, language: &str) -> Context {
        let mut context = Context::new();
        context.insert_value("site", self.render_context.site.clone());
        context.insert_value("words", self.render_context.words(language));
        context
    }

    fn render_state(&self, language: &str) -> RenderState {
        RenderState {
            render_context: Arc::clone(self.render_context),
            language: language.to_owned(),
            numbers_left: NUMBERS_MAX,
            asked: BTreeSet::new(),
        }
    }

    /// Writes segments with their placeholders filled.
    fn fill(
        &self,
        segments: &[Segment],
        filling: &PlaceholderValues,
        out: &mut String,
    ) -> tera::TeraResult<()> {
        let mut line = None;
        for segment in segments {
            let from = out.len();
            match segment {
                Segment::Line(of_next) => {
                    line = Some(*of_next);
                    continue;
                }
                Segment::Html(html) => out.push_str(html),
                Segment::Address(index) => escape::html_into(out, filling.address(*index)),
                Segment::WikiTitle(index) => escape::html_into(out, filling.wiki_title(*index)),
                Segment::Include(index) => out.push_str(
                    filling
                        .includes
                        .get(*index as usize)
                        .map_or("", String::as_str),
                ),
                Segment::Term { term, text } => filling.term(*term as usize, text, out),
                Segment::Component(call) => self.component(call, filling, out)?,
                Segment::Tool(index) => {
                    self.tool(filling.composed.embedded.get(*index as usize), out)?
                }
            }
            if let Some(line) = line.take() {
                source_lines::mark(out, from, line);
            }
        }
        Ok(())
    }

    /// Writes another page's tool, rendered as on its own page.
    fn tool(&self, embedded: Option<&EmbeddedTool>, out: &mut String) -> tera::TeraResult<()> {
        let Some(view) = embedded.and_then(|embedded| embedded.view.as_ref()) else {
            return Ok(());
        };
        let mut context = self.context(&view.language);
        context.insert("tool", view);
        let mut html = LimitedWriter(Vec::new());
        // Functions called within the tool answer in its own language.
        let outer_language =
            with_state(|state| std::mem::replace(&mut state.language, view.language.clone()));
        let drawn = self
            .templates
            .tera
            .render_to(TOOL_TEMPLATE, &context, &mut html);
        with_state(|state| state.language = outer_language);
        drawn?;
        out.push_str(&String::from_utf8(html.0)?);
        Ok(())
    }

    fn component(
        &self,
        call: &ComponentCall,
        filling: &PlaceholderValues,
        out: &mut String,
    ) -> tera::TeraResult<()> {
        let mut arguments = Context::new();
        for (name, value) in &call.arguments {
            let value = match value {
                ArgumentValue::Text(text) => Value::from(text.as_str()),
                ArgumentValue::Integer(number) => Value::from(*number),
                ArgumentValue::Number(number) => Value::from(*number),
                ArgumentValue::Boolean(is_set) => Value::from(*is_set),
                ArgumentValue::Link(index) => Value::from(filling.address(*index)),
            };
            arguments.insert_value(name.clone(), value);
        }
        let mut body = String::new();
        self.fill(call.body.as_deref().unwrap_or_default(), filling, &mut body)?;
        let mut html = LimitedWriter(Vec::new());
        self.templates.tera.render_component_to(
            &call.name,
            &arguments,
            Some(&body),
            true,
            &mut html,
        )?;
        out.push_str(&String::from_utf8(html.0)?);
        Ok(())
    }
}

struct PlaceholderValues<'a> {
    composed: &'a PageContext,
    includes: &'a [String],
    /// The terms that are explained already. Each is explained at its first use.
    explained: RefCell<BTreeSet<usize>>,
}

impl PlaceholderValues<'_> {
    fn address(&self, index: u32) -> &str {
        self.composed
            .links
            .get(index as usize)
            .map_or("", String::as_str)
    }

    /// Writes a word of the glossary. Its first use is a link to the word's page, with the short
    /// explanation as a tooltip.
    fn term(&self, term: usize, text: &str, out: &mut String) {
        let used = self.composed.terms.get(term).and_then(Option::as_ref);
        let Some(used) = used.filter(|_| self.explained.borrow_mut().insert(term)) else {
            return escape::html_into(out, text);
        };
        let number = (term + 1).to_string();
        out.push_str("<a class=\"term\" data-term href=\"");
        out.push_str(&used.href);
        ["\" aria-describedby=\"Term-", &number, "\">"]
            .into_iter()
            .for_each(|piece| out.push_str(piece));
        escape::html_into(out, text);
        let note = [
            "</a><span class=\"term-note\" role=\"tooltip\" id=\"Term-",
            &number,
            "\" popover=\"manual\">",
        ];
        note.into_iter().for_each(|piece| out.push_str(piece));
        out.push_str(&used.short);
        out.push_str("</span>");
    }

    /// The title of the page that a wiki link points to, or the link's own text if it has no
    /// target.
    fn wiki_title(&self, index: u32) -> &str {
        self.composed
            .wiki_titles
            .get(index as usize)
            .map_or("", String::as_str)
    }
}

/// Collects bytes up to a limit that only an endless template reaches.
struct LimitedWriter(Vec<u8>);

impl Write for LimitedWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > PAGE_BYTES_MAX {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "the page exceeds the size limit",
            ));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(bytes).map(drop)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
