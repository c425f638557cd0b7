//! Makes a single output: rendered, written or copied, with its problems.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::io::{self, Read as _};
use std::ops::Range;
use std::sync::Arc;

use super::build_cache::BuildCache;
use super::documents::{DocumentReader, internal_error};
use super::images::{CopiedFile, PublishedForm, late_problems, place_of_reference};
use super::load::{StaticFile, missing_template, unreadable};
use super::outputs::{OutputKind, immutable, source_of};
use super::site_state::SiteState;
use super::{Request, script_audit};
use crate::diagnostic::{Code, Diagnostic, Location, Severity};
use crate::document::links::origin;
use crate::document::markdown::{self, CopyParts, CopySettings, without_foreign_comments};
use crate::document::meta::LocatedValue;
use crate::document::trust_rules::{self, Violation};
use crate::document::{active_file, front_matter, include};
use crate::fields::links::LinkRequirement;
use crate::images::card;
use crate::output::{calendar, feeds, machine_files};
use crate::page::files::{FileFacts, FileFactsTable};
use crate::page::templates::{Dependency, PageBody, PageRenderer, RenderedPage};
use crate::page::tool::tool_markdown;
use crate::page::views::{BodyLinks, copied_links, social_card};
use crate::page::{self, Catalog, OutputPage, PageContext, page_of};
use crate::paths::{OutputPath, Route, SourcePath};
use crate::settings::RawHtml;
use crate::site::links::Destination;
use crate::site::{PageId, SitePage};
use crate::source::{Files, LineStarts, decode_leniently, with_lf};

/// Makes the outputs of an assembled site.
pub struct OutputRenderer<'a> {
    pub files: &'a dyn Files,
    pub request: &'a Request,
    pub whole: &'a SiteState,
    /// The cache of smaller images, if they are made in the same run. Checks and saves do not wait
    /// for them.
    pub pieces: Option<&'a BuildCache>,
}

/// The bytes of an output; `None` if a problem prevented making it.
#[derive(Debug, Default)]
pub struct RenderedOutput {
    pub bytes: Option<Cow<'static, [u8]>>,
    /// A file that is published unchanged instead of bytes. It may be larger than the memory.
    pub copied: Option<CopiedFile>,
    pub problems: Vec<Diagnostic>,
    /// The dependencies of its templates.
    pub asked: Vec<Dependency>,
}

impl RenderedOutput {
    pub(super) fn of(bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        RenderedOutput {
            bytes: Some(bytes.into()),
            ..RenderedOutput::default()
        }
    }

    pub(super) fn failed(problem: Diagnostic) -> Self {
        RenderedOutput {
            problems: vec![problem],
            ..RenderedOutput::default()
        }
    }
}

impl<'a> OutputRenderer<'a> {
    fn catalog(&self) -> &'a Catalog {
        self.whole.render_context.catalog()
    }

    fn renderer(&self) -> PageRenderer<'a> {
        PageRenderer {
            templates: &self.whole.loaded.templates,
            render_context: &self.whole.render_context,
        }
    }

    /// The reader of the site's documents.
    pub fn reader(&self) -> DocumentReader<'a> {
        DocumentReader {
            files: self.files,
            loaded: &self.whole.loaded,
            request: self.request,
            glossary: &self.whole.documents.glossary,
        }
    }

    /// Makes an output. An internal error is reported, and other outputs can still be made.
    pub fn make(&self, path: &OutputPath, maker: &OutputKind) -> RenderedOutput {
        self.catch_internal(path, maker, || self.try_make(maker, false))
    }

    /// The same, with the source lines in the blocks of a page's text.
    pub fn make_with_lines(&self, path: &OutputPath, maker: &OutputKind) -> RenderedOutput {
        self.catch_internal(path, maker, || self.try_make(maker, true))
    }

    /// Builds the context of a page. `None` for other outputs, and after an internal error, which
    /// [`OutputRenderer::make`] will report.
    pub fn composed(&self, maker: &OutputKind) -> Option<PageContext> {
        let OutputKind::Page(output_page) = maker else {
            return None;
        };
        let compose = || {
            self.whole
                .render_context
                .builder
                .compose(&self.whole.outputs.output_pages[*output_page])
        };
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(compose)).ok()
    }

    /// Renders a page whose context was built.
    pub fn make_composed(
        &self,
        path: &OutputPath,
        maker: &OutputKind,
        composed: &PageContext,
    ) -> RenderedOutput {
        self.catch_internal(path, maker, || self.output_page(composed, false))
    }

    /// Runs `make`. If it panics, the result is an internal error.
    fn catch_internal(
        &self,
        path: &OutputPath,
        maker: &OutputKind,
        make: impl FnOnce() -> RenderedOutput,
    ) -> RenderedOutput {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(make)).unwrap_or_else(|_| {
            let source = source_of(maker, &self.whole.outputs.output_pages, self.catalog());
            let doing = format!("rendering {}", path.route());
            RenderedOutput::failed(internal_error(source.as_ref(), &doing))
        })
    }

    fn try_make(&self, maker: &OutputKind, with_lines: bool) -> RenderedOutput {
        let (catalog, output_pages) = (self.catalog(), &self.whole.outputs.output_pages);
        match maker {
            OutputKind::Page(output_page) => self.output_page(
                &self
                    .whole
                    .render_context
                    .builder
                    .compose(&output_pages[*output_page]),
                with_lines,
            ),
            OutputKind::MarkdownCopy(output_page) => {
                self.markdown_copy(&output_pages[*output_page])
            }
            OutputKind::Card(output_page) => social_card(catalog, &output_pages[*output_page])
                .map_or_else(RenderedOutput::default, |(_, text)| {
                    RenderedOutput::of(card::draw(&text))
                }),
            OutputKind::Redirect(index) => self.redirect(*index),
            OutputKind::MovedList(list) => self.moved_list(*list),
            OutputKind::Copy(source) => RenderedOutput {
                copied: Some(CopiedFile::as_it_is(source)),
                ..RenderedOutput::default()
            },
            OutputKind::ContentFile(source) => self.content_file(source),
            OutputKind::Theme(name) => match self.whole.loaded.static_files.get(name) {
                Some(StaticFile::Theme(bytes)) => RenderedOutput::of(bytes.clone()),
                _ => RenderedOutput::default(),
            },
            OutputKind::Asset(index) => {
                RenderedOutput::of(self.whole.loaded.assets.made[*index].1.clone())
            }
            OutputKind::Pages => RenderedOutput::of(machine_files::pages_json(catalog)),
            OutputKind::Llms => RenderedOutput::of(machine_files::llms_txt(catalog)),
            OutputKind::Robots => RenderedOutput::of(machine_files::robots(catalog)),
            OutputKind::Headers => RenderedOutput::of(machine_files::headers(
                catalog,
                &immutable(&self.whole.loaded, &self.whole.outputs, &self.whole.images),
            )),
            OutputKind::Redirects => RenderedOutput::of(machine_files::redirects(catalog)),
            OutputKind::Suggestions(part) => {
                RenderedOutput::of(self.whole.outputs.suggestions(catalog).part(*part))
            }
            OutputKind::Feed(of) => {
                RenderedOutput::of(feeds::make(self.whole.render_context.builder.index(), of))
            }
            OutputKind::Calendar(of) => RenderedOutput::of(calendar::make(catalog, of)),
            OutputKind::Sitemap(part) => {
                RenderedOutput::of(machine_files::sitemap(catalog, output_pages, *part))
            }
        }
    }

    /// Renders a page. The stored body is used if there is one; otherwise, and always with lines,
    /// the file is parsed again.
    fn output_page(&self, composed: &PageContext, with_lines: bool) -> RenderedOutput {
        let templates = &self.whole.loaded.templates;
        if templates.is_broken(&composed.content.template) {
            return RenderedOutput::default();
        }
        if let Some(missing) = self.missing_template(composed) {
            return missing;
        }
        let source = composed
            .body
            .map(|page| &self.catalog().site.page(page).entry.source);
        let body = source.map(|source| {
            let kept = if with_lines {
                None
            } else {
                self.whole.documents.take_body(source)
            };
            kept.unwrap_or_else(|| self.reader().body(source, with_lines))
        });
        let mut problems: Vec<Diagnostic> = self.replaced_template(composed).into_iter().collect();
        let includes = self.includes(composed, &mut problems);
        problems.extend(composed.problems.iter().cloned());
        let files = self.files_of(composed, &mut problems);
        let body = PageBody {
            segments: &body.unwrap_or_default(),
            includes: &includes,
            files: &files,
        };
        match self.draw(composed, body) {
            Ok(RenderedPage { html, mut asked }) => {
                problems.extend(self.undeclared_hosts(&html, source));
                let with_attributes =
                    self.add_image_attributes(&html, composed, &mut asked, &mut problems);
                let asked = asked.into_iter().collect();
                RenderedOutput {
                    problems,
                    asked,
                    ..RenderedOutput::of(with_attributes.unwrap_or(html).into_bytes())
                }
            }
            Err(problem) => {
                problems.push(*problem);
                RenderedOutput {
                    problems,
                    ..RenderedOutput::default()
                }
            }
        }
    }

    /// Renders a page. If it says that answers stay in the browser but runs scripts that are not
    /// the theme's, it is rendered again without that statement.
    fn draw(
        &self,
        composed: &PageContext,
        body: PageBody,
    ) -> Result<RenderedPage, Box<Diagnostic>> {
        let drawn = self.renderer().draw(composed, body)?;
        let loaded = &self.whole.loaded;
        if composed.has_privacy_note()
            && script_audit::runs_others(
                &drawn.html,
                loaded.settings.base_path(),
                &loaded.theme_scripts,
            )
        {
            return self.renderer().draw(&composed.without_privacy_note(), body);
        }
        Ok(drawn)
    }

    /// Reports what the page would load from hosts that the settings do not allow.
    fn undeclared_hosts(&self, html: &str, source: Option<&SourcePath>) -> Vec<Diagnostic> {
        let settings = &self.whole.loaded.settings;
        let own = settings.base_url.as_ref().map(|base| base.origin.as_str());
        let is_refused =
            |address: &String| !settings.allows(address) && origin(address).as_deref() != own;
        let loaded = trust_rules::loaded_by(html).into_iter().filter(is_refused);
        // What its text or a template loads has been reported there.
        let page = source.and_then(|source| self.whole.documents.pages.get(source));
        let of_settings = || {
            settings
                .logo
                .iter()
                .chain(&settings.favicon)
                .map(|link| &link.target)
        };
        let of_page = || {
            page.iter()
                .flat_map(|page| &page.entry.links)
                .map(|link| &link.target.value)
        };
        let is_linked = |address: &String| {
            of_page()
                .chain(of_settings())
                .any(|target| target.trim() == *address)
        };
        let is_reported = |address: &String| {
            let by_page = page.is_some_and(|page| {
                page.problems
                    .iter()
                    .any(|problem| problem.code == Code::OutsideOrigin && problem.is_about(address))
            });
            by_page || self.whole.loaded.templates_load.contains(address)
        };
        let problems = loaded
            .filter(|address| !is_linked(address) && !is_reported(address))
            .map(|address| trust_rules::problem(&Violation::Remote(address)));
        let problems = problems.map(|problem| match source {
            Some(source) => problem.at(Location::start_of(source)),
            None => problem,
        });
        problems.collect()
    }

    /// Adds image attributes to a page with images. Problems with the images of its text are
    /// reported there.
    fn add_image_attributes(
        &self,
        html: &str,
        composed: &PageContext,
        asked: &mut BTreeSet<Dependency>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<String> {
        let images = &self.whole.images;
        if !images.is_on() {
            return None;
        }
        let mut shown: HashSet<String> = HashSet::new();
        let with_attributes = page::images::add_image_attributes(html, |href| {
            if images.may_have(href) {
                shown.insert(href.to_owned());
                asked.insert(Dependency::Image {
                    href: href.to_owned(),
                    is_shown: true,
                });
            }
            images.shown(self.files, self.pieces, href)
        });
        for ReferencedImage {
            href,
            place,
            written,
            to,
            is_image,
        } in self.referred(composed)
        {
            let is_image = is_image || shown.contains(&*href);
            problems.extend(images.faults(self.files, &href, place, is_image));
            problems.extend(page_as_image(to, written, place).filter(|_| is_image));
            let href = href.into_owned();
            if !asked.contains(&Dependency::Image {
                href: href.clone(),
                is_shown: true,
            }) {
                asked.insert(Dependency::Image {
                    href,
                    is_shown: false,
                });
            }
        }
        with_attributes
    }

    /// The images that a page's own text and front matter show and, on the home page, those that
    /// the settings show on every page.
    fn referred<'b>(&'b self, composed: &'b PageContext) -> Vec<ReferencedImage<'b>> {
        let site = &self.catalog().site;
        let Some(page) = composed.body.map(|page| site.page(page)) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        for ((href, link), resolved) in composed
            .content
            .links
            .iter()
            .zip(&page.entry.links)
            .zip(&page.links)
        {
            if link.role.is_embed() {
                all.push(ReferencedImage::of(href, &link.target, &resolved.to, false));
            }
        }
        let front = composed
            .content
            .page
            .image
            .iter()
            .zip(&page.entry.meta.image)
            .zip(&page.image);
        all.extend(front.map(|((view, image), resolved)| {
            ReferencedImage::of(&view.href, &image.src, &resolved.to, true)
        }));
        if page.route.as_str() == "/" {
            let settings = site.settings();
            let everywhere = settings
                .logo
                .iter()
                .zip(&site.logo)
                .chain(settings.favicon.iter().zip(&site.favicon));
            all.extend(everywhere.map(|(setting, link)| ReferencedImage {
                href: site.href(&link.to, &link.written).into(),
                place: &setting.place,
                written: &setting.target,
                to: &link.to,
                is_image: true,
            }));
        }
        all.retain(|referred| self.whole.images.may_have(&referred.href));
        all
    }

    /// A file of the content: an image or a video without private metadata, anything else
    /// unchanged.
    fn content_file(&self, source: &SourcePath) -> RenderedOutput {
        let (form, fault) = match self.whole.images.published(self.files, source) {
            Ok(published) => published,
            Err(error) => return RenderedOutput::failed(unreadable(source, &error)),
        };
        let made = match form {
            PublishedForm::Copied(file) => RenderedOutput {
                copied: Some(file),
                ..RenderedOutput::default()
            },
            PublishedForm::Bytes(bytes) => RenderedOutput::of(bytes),
            PublishedForm::Nothing => RenderedOutput::default(),
        };
        let fault = fault.map(|fault| late_problems(&self.catalog().site, source, &fault));
        RenderedOutput {
            problems: fault.into_iter().chain(self.active_parts(source)).collect(),
            ..made
        }
    }

    /// Reports scripts in a file that browsers open as a page, at the place where a page refers to
    /// it.
    fn active_parts(&self, source: &SourcePath) -> Option<Diagnostic> {
        if self.whole.loaded.settings.raw_html == RawHtml::Allow
            || !active_file::is_document(source.name())
        {
            return None;
        }
        let found = active_file::active_parts(source.name(), &self.files.read(source).ok()?);
        let message = format!(
            "{source} contains {}, and is published unchanged",
            found.join(", ")
        );
        let help = "remove it, or put the file into `static/` if it is yours; `raw_html: allow` publishes such files without a warning";
        (!found.is_empty()).then(|| {
            Diagnostic::new(Code::UnsafeFile, message)
                .at(place_of_reference(&self.catalog().site, source))
                .help(help)
        })
    }

    fn includes(&self, composed: &PageContext, problems: &mut Vec<Diagnostic>) -> Vec<String> {
        let Some(page) = composed.body.map(|page| self.catalog().site.page(page)) else {
            return Vec::new();
        };
        let folder = page.entry.source.folder();
        let loaded = &self.whole.loaded;
        let colors = loaded.settings.highlight.then_some(&*loaded.colors);
        let shown = page.entry.includes.iter().map(|wanted| {
            include::show(wanted, &folder, |path| self.included(path).ok(), colors)
                .take_into(problems)
        });
        shown.collect()
    }

    /// Facts about the files in a page's fields, read from their bytes.
    fn files_of(&self, composed: &PageContext, problems: &mut Vec<Diagnostic>) -> FileFactsTable {
        let page = composed.body.map(|page| self.catalog().site.page(page));
        let wanted: Vec<SourcePath> = page.map(field_files).unwrap_or_default();
        let mut facts = FileFactsTable::new();
        for source in wanted {
            // Captions are often the transcript, too.
            if facts.contains_key(&source) {
                continue;
            }
            let Ok(reported) = self.facts_of(&source) else {
                continue;
            };
            if source.extension() == "vtt" && reported.spoken.is_empty() {
                let problem = Diagnostic::new(
                    Code::WrongFileType,
                    format!("{source} does not contain captions"),
                );
                let help = "start the file with a line `WEBVTT`, followed by times and captions";
                problems.push(problem.at(Location::start_of(&source)).help(help));
            }
            facts.insert(source, reported);
        }
        facts
    }

    /// The facts about the published form of a file; for an image, the one without private
    /// metadata.
    fn facts_of(&self, source: &SourcePath) -> io::Result<FileFacts> {
        if self
            .whole
            .loaded
            .listed
            .sources
            .binary_search(source)
            .is_err()
        {
            return Err(io::ErrorKind::NotFound.into());
        }
        let file = match self.catalog().site.published_files.contains_key(source) {
            true => match self.whole.images.published(self.files, source)?.0 {
                PublishedForm::Bytes(bytes) => return Ok(FileFacts::of(source, &bytes)),
                PublishedForm::Copied(file) => file,
                PublishedForm::Nothing => CopiedFile::as_it_is(source),
            },
            false => CopiedFile::as_it_is(source),
        };
        // The page depends on the whole file, which is identified by its fingerprint.
        self.files.hash(source)?;
        FileFacts::read(source, &mut *file.open_at(self.files, 0)?)
    }

    /// The bytes of an included file. Only listed files can be included, so that an ignored file
    /// such as `.env` stays private.
    fn included(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
        match self.whole.loaded.listed.sources.binary_search(path) {
            Ok(_) => self.files.read(path),
            Err(_) => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Reports that the template of a page or a list does not exist. If the page's kind names it,
    /// the problem is reported in the kind's file.
    fn missing_template(&self, composed: &PageContext) -> Option<RenderedOutput> {
        if self.whole.loaded.templates.has(&composed.content.template) {
            return None;
        }
        let is_of_kind = |page| self.catalog().site.page(page).entry.meta.template.is_none();
        Some(match composed.body.is_some_and(is_of_kind) {
            true => RenderedOutput::default(),
            false => {
                RenderedOutput::failed(self.no_template(&composed.content.template, composed.body))
            }
        })
    }

    /// In a lenient build, a page whose template does not exist uses that of its kind, and the
    /// problem is reported.
    fn replaced_template(&self, composed: &PageContext) -> Option<Diagnostic> {
        let page = composed.body.filter(|_| self.request.is_lenient)?;
        let stated = self
            .catalog()
            .stated_template(page)
            .filter(|stated| !self.whole.loaded.templates.has(stated))?;
        Some(
            self.no_template(&stated, composed.body)
                .severity(Severity::Warning),
        )
    }

    fn no_template(&self, name: &str, page: Option<PageId>) -> Diagnostic {
        let place = page.map(|page| {
            let entry = &self.catalog().site.page(page).entry;
            entry.meta.template.as_ref().map_or_else(
                || Location::start_of(&entry.source),
                |stated| stated.place.clone(),
            )
        });
        Diagnostic {
            location: place,
            ..missing_template(&self.whole.loaded.templates, name)
        }
    }

    /// The Markdown copy next to the page's HTML: without front matter, with the title at the top,
    /// then the page's tool as text.
    fn markdown_copy(&self, output_page: &OutputPage) -> RenderedOutput {
        let Some(id) = page_of(self.catalog(), output_page) else {
            return RenderedOutput::default();
        };
        let page = self.catalog().site.page(id);
        let bytes = match self.files.read(&page.entry.source) {
            Ok(bytes) => bytes,
            Err(error) => return RenderedOutput::failed(unreadable(&page.entry.source, &error)),
        };
        let text = decode_leniently(&bytes);
        let text = with_lf(&text);
        let lines = LineStarts::new(&text);
        let (body, range) =
            front_matter::body_of(&page.entry.source, &text, self.request.is_lenient);
        let body =
            without_foreign_comments(&page.entry.source, body, &lines, &range, &mut Vec::new());
        let body = self.copied_text(id, (&body, &lines), range);
        let body = body.trim();
        let tool = tool_markdown(self.catalog(), id).unwrap_or_default();
        // If the text has its own first heading, that heading must stay at the top.
        let title = if page.entry.heading.is_some() {
            String::new()
        } else {
            format!("# {}", page.entry.title)
        };
        let parts = if title.is_empty() {
            [body, &tool, ""]
        } else {
            [title.as_str(), &tool, body]
        };
        let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        RenderedOutput::of((parts.join("\n\n") + "\n").into_bytes())
    }

    /// A page's text as it appears in its Markdown copy.
    fn copied_text(&self, id: PageId, text: (&str, &LineStarts), body: Range<usize>) -> String {
        let (loaded, page) = (&self.whole.loaded, self.catalog().site.page(id));
        let BodyLinks { hrefs, wiki_titles } = copied_links(self.catalog(), id);
        let folder = page.entry.source.folder();
        let file = |wanted| {
            (
                include::text(wanted, &folder, |path| self.included(path).ok()),
                include::language(wanted),
            )
        };
        let included: Vec<(String, String)> = page.entry.includes.iter().map(file).collect();
        let settings = CopySettings {
            math: loaded.settings.math,
            signatures: &loaded.templates.signatures,
            drops_comments: loaded.settings.raw_html == RawHtml::Sanitize,
        };
        let links = &page.entry.links[..];
        let parts = CopyParts {
            links,
            hrefs: &hrefs,
            wiki_titles: &wiki_titles,
            includes: &page.entry.includes,
            included: &included,
        };
        markdown::published_copy(text, body, settings, &parts)
    }

    fn redirect(&self, index: usize) -> RenderedOutput {
        let site = &self.catalog().site;
        let page = site.page(site.redirects[index].to);
        self.redirect_to(&page.route, &page.entry.title, site.language(page))
    }

    fn moved_list(&self, list: usize) -> RenderedOutput {
        let site = &self.catalog().site;
        let list = &site.narrowed[list];
        let title = self.catalog().facet_list_title(&list.by);
        self.redirect_to(&list.route, &title, &site.settings().language)
    }

    fn redirect_to(&self, route: &Route, title: &str, language: &str) -> RenderedOutput {
        let catalog = self.catalog();
        let (target, url) = (catalog.href(route), catalog.url(route));
        let renderer = self.renderer();
        match renderer.draw_redirect(title, language, &target, url.as_deref()) {
            Ok(html) => RenderedOutput::of(html.into_bytes()),
            Err(problem) => RenderedOutput::failed(*problem),
        }
    }

    /// An output whose file, if it is published unchanged, has been read into memory.
    pub fn in_memory(&self, made: RenderedOutput) -> RenderedOutput {
        let read = |file: &CopiedFile| {
            if file.is_as_it_is() {
                return Ok(self.files.read(&file.source)?.to_vec());
            }
            let mut bytes = Vec::new();
            file.open_at(self.files, 0)?.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        match made.copied.as_ref().map(|file| (read(file), &file.source)) {
            None => made,
            Some((Ok(bytes), _)) => RenderedOutput {
                bytes: Some(bytes.into()),
                copied: None,
                ..made
            },
            Some((Err(error), source)) => RenderedOutput::failed(unreadable(source, &error)),
        }
    }
}

/// An image that a page refers to.
struct ReferencedImage<'a> {
    href: Cow<'a, str>,
    place: &'a Location,
    written: &'a str,
    to: &'a Destination,
    /// Whether only an image can be shown there.
    is_image: bool,
}

impl<'a> ReferencedImage<'a> {
    fn of(
        href: &'a str,
        target: &'a LocatedValue<String>,
        to: &'a Destination,
        is_image: bool,
    ) -> Self {
        Self {
            href: href.into(),
            place: &target.place,
            written: &target.value,
            to,
            is_image,
        }
    }
}

/// Reports a page or a list that is used as an image.
fn page_as_image(to: &Destination, written: &str, place: &Location) -> Option<Diagnostic> {
    let is_page = match to {
        Destination::Page { .. } | Destination::Here { .. } => true,
        Destination::Address { route, file, .. } => file.is_none() && route.as_str().ends_with('/'),
        Destination::AsWritten | Destination::Refused => false,
    };
    let problem = || {
        Diagnostic::new(
            Code::BadImage,
            format!("`{written}` is a page, not an image"),
        )
        .at(place.clone())
    };
    is_page.then(|| problem().help("link to the page, or name the file of an image"))
}

/// The files that a page's own fields require, and that its templates may ask about.
pub fn field_files(page: &SitePage) -> Vec<SourcePath> {
    let links = page.field_links.iter().zip(&page.entry.meta.field_links);
    let wanted = links.filter(|(_, link)| matches!(link.wants, LinkRequirement::File(_)));
    let source = |to: &Destination| match to {
        Destination::Address {
            file: Some(file), ..
        } => Some(file.clone()),
        Destination::Address { route, .. } => SourcePath::new(&format!("static{route}")).ok(),
        _ => None,
    };
    wanted
        .filter_map(|(resolved, _)| source(&resolved.to))
        .collect()
}
