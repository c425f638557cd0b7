//! One output made: drawn, written out or copied, with its problems.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::io::{self, Read as _};
use std::ops::Range;
use std::sync::Arc;

use super::documents::{Reader, our_fault};
use super::load::{StaticFile, missing_template, unreadable};
use super::memory::Memory;
use super::outputs::{Maker, immutable, source_of};
use super::pictures::{CopiedFile, PublishedForm, late, place_of_reference};
use super::whole::Whole;
use super::{Request, own_scripts};
use crate::diagnostic::{Code, Diagnostic, Place, Severity};
use crate::document::body::Segment;
use crate::document::honesty::{self, Slip};
use crate::document::links::origin;
use crate::document::markdown::{self, CopyParts, CopySettings, without_foreign_comments};
use crate::document::meta::Placed;
use crate::document::{active_file, front_matter, include};
use crate::fields::links::Wants;
use crate::output::{calendar, feeds, inventory};
use crate::page::files::{FileFacts, FilesFacts};
use crate::page::templates::{Drawn, Question, Renderer};
use crate::page::{self, Composed, Composer, Sheet};
use crate::paths::{OutputPath, SourcePath};
use crate::picture::card;
use crate::settings::RawHtml;
use crate::site::links::Destination;
use crate::site::{PageId, SitePage};
use crate::source::{Files, Lines, decode_leniently, with_lf};

/// Makes the outputs of a site that was worked out.
pub struct Workshop<'a> {
    pub files: &'a dyn Files,
    pub request: &'a Request,
    pub whole: &'a Whole,
    /// Where smaller pictures come from, when they are made in the same run. No check and no save
    /// waits for that.
    pub pieces: Option<&'a Memory>,
}

/// An output's bytes; `None` when a problem kept it from being made.
#[derive(Debug, Default)]
pub struct Made {
    pub bytes: Option<Cow<'static, [u8]>>,
    /// The file that is published as it is, in place of bytes: it may be larger than the memory.
    pub copied: Option<CopiedFile>,
    pub problems: Vec<Diagnostic>,
    /// What its templates asked.
    pub asked: Vec<Question>,
}

impl Made {
    pub(super) fn of(bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        Made {
            bytes: Some(bytes.into()),
            ..Made::default()
        }
    }

    pub(super) fn failed(problem: Diagnostic) -> Self {
        Made {
            problems: vec![problem],
            ..Made::default()
        }
    }
}

impl<'a> Workshop<'a> {
    fn composer(&self) -> &'a Composer {
        &self.whole.materials.composer
    }

    fn renderer(&self) -> Renderer<'a> {
        Renderer {
            templates: &self.whole.loaded.templates,
            materials: &self.whole.materials,
        }
    }

    /// What reads the site's documents.
    pub fn reader(&self) -> Reader<'a> {
        Reader {
            files: self.files,
            loaded: &self.whole.loaded,
            request: self.request,
            glossary: &self.whole.documents.glossary,
        }
    }

    /// Makes an output; should Handsel itself fail on it, that is told, and the others can be made.
    pub fn make(&self, path: &OutputPath, maker: &Maker) -> Made {
        self.or_fault(path, maker, || self.try_make(maker, false))
            .unwrap_or_else(Made::failed)
    }

    /// The same with the lines of its source in the blocks of a page's text.
    pub fn make_with_lines(&self, path: &OutputPath, maker: &Maker) -> Made {
        self.or_fault(path, maker, || self.try_make(maker, true))
            .unwrap_or_else(Made::failed)
    }

    /// Composes a sheet; `None` when Handsel itself fails on it, as [`Workshop::make`] will tell,
    /// and for what is no sheet.
    pub fn composed(&self, maker: &Maker) -> Option<Composed> {
        let Maker::Sheet(sheet) = maker else {
            return None;
        };
        let compose = || self.composer().compose(&self.whole.outputs.sheets[*sheet]);
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(compose)).ok()
    }

    /// Makes a sheet that was composed.
    pub fn make_composed(&self, path: &OutputPath, maker: &Maker, composed: &Composed) -> Made {
        self.or_fault(path, maker, || self.sheet(composed, false))
            .unwrap_or_else(Made::failed)
    }

    fn or_fault(
        &self,
        path: &OutputPath,
        maker: &Maker,
        make: impl FnOnce() -> Made,
    ) -> Result<Made, Diagnostic> {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(make)).map_err(|_| {
            let source = source_of(maker, &self.whole.outputs.sheets, self.composer());
            our_fault(source.as_ref(), &format!("drawing {}", path.route()))
        })
    }

    fn try_make(&self, maker: &Maker, with_lines: bool) -> Made {
        let (composer, sheets) = (self.composer(), &self.whole.outputs.sheets);
        match maker {
            Maker::Sheet(sheet) => self.sheet(&composer.compose(&sheets[*sheet]), with_lines),
            Maker::Twin(sheet) => self.twin(&sheets[*sheet]),
            Maker::Card(sheet) => composer
                .social_card(&sheets[*sheet])
                .map_or_else(Made::default, |(_, text)| Made::of(card::draw(&text))),
            Maker::Redirect(index) => self.redirect(*index),
            Maker::Copy(source) => Made {
                copied: Some(CopiedFile::as_it_is(source)),
                ..Made::default()
            },
            Maker::ContentFile(source) => self.content_file(source),
            Maker::Theme(name) => match self.whole.loaded.static_files.get(name) {
                Some(StaticFile::Theme(bytes)) => Made::of(bytes.clone()),
                _ => Made::default(),
            },
            Maker::Asset(index) => Made::of(self.whole.loaded.assets.made[*index].1.clone()),
            Maker::Pages => Made::of(inventory::pages_json(composer)),
            Maker::Llms => Made::of(inventory::llms_txt(composer)),
            Maker::Robots => Made::of(inventory::robots(composer)),
            Maker::Headers => Made::of(inventory::headers(
                composer,
                &immutable(
                    &self.whole.loaded,
                    &self.whole.outputs,
                    &self.whole.pictures,
                ),
            )),
            Maker::Redirects => Made::of(inventory::redirects(composer)),
            Maker::Suggestions(part) => {
                Made::of(self.whole.outputs.suggestions(composer).part(*part))
            }
            Maker::Feed(of) => Made::of(feeds::make(composer, of)),
            Maker::Calendar(of) => Made::of(calendar::make(composer, of)),
            Maker::Sitemap(part) => Made::of(inventory::sitemap(composer, sheets, *part)),
        }
    }

    /// Draws a composed sheet. The body is the one kept, else it is read again; with lines it
    /// always is.
    fn sheet(&self, composed: &Composed, with_lines: bool) -> Made {
        let templates = &self.whole.loaded.templates;
        if templates.is_broken(&composed.template) {
            return Made::default();
        }
        if let Some(missing) = self.missing_template(composed) {
            return missing;
        }
        let source = composed
            .body
            .map(|page| &self.composer().site.page(page).entry.source);
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
        problems.extend(
            composed
                .embedded
                .iter()
                .flat_map(|embedded| embedded.problems.iter().cloned()),
        );
        let files = self.files_of(composed, &mut problems);
        match self.draw(composed, &body.unwrap_or_default(), &includes, &files) {
            Ok(Drawn { html, mut asked }) => {
                problems.extend(self.contacted(&html, source));
                let dressed = self.dress(&html, composed, &mut asked, &mut problems);
                let asked = asked.into_iter().collect();
                Made {
                    problems,
                    asked,
                    ..Made::of(dressed.unwrap_or(html).into_bytes())
                }
            }
            Err(problem) => {
                problems.push(*problem);
                Made {
                    problems,
                    ..Made::default()
                }
            }
        }
    }

    /// Draws a sheet. Where it says that answers stay in the browser, and turns out to run scripts
    /// that are not the theme's, it is drawn again without saying so.
    fn draw(
        &self,
        composed: &Composed,
        body: &[Segment],
        includes: &[String],
        files: &FilesFacts,
    ) -> Result<Drawn, Box<Diagnostic>> {
        let drawn = self.renderer().draw(composed, body, includes, files)?;
        let loaded = &self.whole.loaded;
        if composed.is_said_private()
            && own_scripts::runs_others(
                &drawn.html,
                loaded.settings.base_path(),
                &loaded.theme_scripts,
            )
        {
            return self
                .renderer()
                .draw(&composed.not_said_private(), body, includes, files);
        }
        Ok(drawn)
    }

    /// What the page would load from hosts that the settings do not let it contact.
    fn contacted(&self, html: &str, source: Option<&SourcePath>) -> Vec<Diagnostic> {
        let settings = &self.whole.loaded.settings;
        let own = settings.base_url.as_ref().map(|base| base.origin.as_str());
        let is_refused =
            |address: &String| !settings.allows(address) && origin(address).as_deref() != own;
        let loaded = honesty::loaded_by(html).into_iter().filter(is_refused);
        // What its text or a template names was told at its place there.
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
        let is_told = |message: &String| {
            let by_page = page.is_some_and(|page| {
                page.problems
                    .iter()
                    .any(|problem| problem.message == *message)
            });
            by_page || self.whole.loaded.templates_load.contains(message)
        };
        let problems = loaded
            .filter(|address| !is_linked(address))
            .map(|address| honesty::problem(&Slip::Remote(address)));
        let problems = problems.filter(|problem| !is_told(&problem.message));
        let problems = problems.map(|problem| match source {
            Some(source) => problem.at(Place::start_of(source)),
            None => problem,
        });
        problems.collect()
    }

    /// The page with what is known of its pictures, when it has any; what is wrong with those that
    /// its text refers to is told there.
    fn dress(
        &self,
        html: &str,
        composed: &Composed,
        asked: &mut BTreeSet<Question>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<String> {
        let pictures = &self.whole.pictures;
        if !pictures.is_on() {
            return None;
        }
        let mut shown: HashSet<String> = HashSet::new();
        let dressed = page::pictures::dress(html, |href| {
            if pictures.may_have(href) {
                shown.insert(href.to_owned());
                asked.insert(Question::Picture {
                    href: href.to_owned(),
                    is_shown: true,
                });
            }
            pictures.shown(self.files, self.pieces, href)
        });
        for Referred {
            href,
            place,
            written,
            to,
            is_image,
        } in self.referred(composed)
        {
            let is_image = is_image || shown.contains(&*href);
            problems.extend(pictures.faults(self.files, &href, place, is_image));
            problems.extend(page_as_image(to, written, place).filter(|_| is_image));
            let href = href.into_owned();
            if !asked.contains(&Question::Picture {
                href: href.clone(),
                is_shown: true,
            }) {
                asked.insert(Question::Picture {
                    href,
                    is_shown: false,
                });
            }
        }
        dressed
    }

    /// What a page's own text and front matter show, and on the home page what the settings show
    /// everywhere.
    fn referred<'b>(&'b self, composed: &'b Composed) -> Vec<Referred<'b>> {
        let site = &self.composer().site;
        let Some(page) = composed.body.map(|page| site.page(page)) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        for ((href, link), resolved) in composed
            .links
            .iter()
            .zip(&page.entry.links)
            .zip(&page.links)
        {
            if link.role.is_embed() {
                all.push(Referred::of(href, &link.target, &resolved.to, false));
            }
        }
        let front = composed
            .page
            .image
            .iter()
            .zip(&page.entry.meta.image)
            .zip(&page.image);
        all.extend(front.map(|((view, image), resolved)| {
            Referred::of(&view.href, &image.src, &resolved.to, true)
        }));
        if page.route.as_str() == "/" {
            let settings = site.settings();
            let everywhere = settings
                .logo
                .iter()
                .zip(&site.logo)
                .chain(settings.favicon.iter().zip(&site.favicon));
            all.extend(everywhere.map(|(setting, link)| Referred {
                href: site.href(&link.to, &link.written).into(),
                place: &setting.place,
                written: &setting.target,
                to: &link.to,
                is_image: true,
            }));
        }
        all.retain(|referred| self.whole.pictures.may_have(&referred.href));
        all
    }

    /// A file of the content: an image or a film without what is private in it, anything else as it
    /// is.
    fn content_file(&self, source: &SourcePath) -> Made {
        let (form, fault) = match self.whole.pictures.published(self.files, source) {
            Ok(published) => published,
            Err(error) => return Made::failed(unreadable(source, &error)),
        };
        let made = match form {
            PublishedForm::Copied(file) => Made {
                copied: Some(file),
                ..Made::default()
            },
            PublishedForm::Bytes(bytes) => Made::of(bytes),
            PublishedForm::Nothing => Made::default(),
        };
        let fault = fault.map(|fault| late(&self.composer().site, source, &fault));
        Made {
            problems: fault.into_iter().chain(self.active_parts(source)).collect(),
            ..made
        }
    }

    /// What runs in a file that browsers open as a page, reported where a page refers to it.
    fn active_parts(&self, source: &SourcePath) -> Option<Diagnostic> {
        if self.whole.loaded.settings.raw_html == RawHtml::Allow
            || !active_file::is_document(source.name())
        {
            return None;
        }
        let found = active_file::active_parts(source.name(), &self.files.read(source).ok()?);
        let message = format!(
            "{source} holds {}, and is published as it is",
            found.join(", ")
        );
        let help = "take that out, or put the file into `static/` if it is yours; `raw_html: allow` publishes such files unasked";
        (!found.is_empty()).then(|| {
            Diagnostic::new(Code::UnsafeFile, message)
                .at(place_of_reference(&self.composer().site, source))
                .help(help)
        })
    }

    fn includes(&self, composed: &Composed, problems: &mut Vec<Diagnostic>) -> Vec<String> {
        let Some(page) = composed.body.map(|page| self.composer().site.page(page)) else {
            return Vec::new();
        };
        let folder = page.entry.source.folder();
        let loaded = &self.whole.loaded;
        let colours = loaded.settings.highlight.then_some(&*loaded.colours);
        let shown = page.entry.includes.iter().map(|wanted| {
            include::show(wanted, &folder, |path| self.included(path).ok(), colours)
                .unload(problems)
        });
        shown.collect()
    }

    /// What the bytes of the files in a page's fields tell.
    fn files_of(&self, composed: &Composed, problems: &mut Vec<Diagnostic>) -> FilesFacts {
        let page = composed.body.map(|page| self.composer().site.page(page));
        let wanted: Vec<SourcePath> = page.map(field_files).unwrap_or_default();
        let mut facts = FilesFacts::new();
        for source in wanted {
            // Captions are often the transcript, too.
            if facts.contains_key(&source) {
                continue;
            }
            let Ok(told) = self.facts_of(&source) else {
                continue;
            };
            if source.extension() == "vtt" && told.spoken.is_empty() {
                let problem =
                    Diagnostic::new(Code::WrongFileType, format!("{source} holds no captions"));
                let help = "a file of captions begins with a line `WEBVTT`; then come times and what is said";
                problems.push(problem.at(Place::start_of(&source)).help(help));
            }
            facts.insert(source, told);
        }
        facts
    }

    /// What the bytes tell that readers get of a file: of an image those without what is private.
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
        let file = match self.composer().site.published_files.contains_key(source) {
            true => match self.whole.pictures.published(self.files, source)?.0 {
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

    /// The bytes of an included file. Only what is listed: an ignored file such as `.env` stays
    /// where it is.
    fn included(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
        match self.whole.loaded.listed.sources.binary_search(path) {
            Ok(_) => self.files.read(path),
            Err(_) => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// A template that a page or a list names and that does not exist. Where the page's kind names
    /// it, that is reported at the kind's file.
    fn missing_template(&self, composed: &Composed) -> Option<Made> {
        if self.whole.loaded.templates.has(&composed.template) {
            return None;
        }
        let is_of_kind = |page| {
            self.composer()
                .site
                .page(page)
                .entry
                .meta
                .template
                .is_none()
        };
        Some(match composed.body.is_some_and(is_of_kind) {
            true => Made::default(),
            false => Made::failed(self.no_template(&composed.template, composed.body)),
        })
    }

    /// In a lenient build: the page names a template that does not exist, and its kind's is used.
    fn replaced_template(&self, composed: &Composed) -> Option<Diagnostic> {
        let page = composed.body.filter(|_| self.request.is_lenient)?;
        let stated = self
            .composer()
            .stated_template(page)
            .filter(|stated| !self.whole.loaded.templates.has(stated))?;
        Some(
            self.no_template(&stated, composed.body)
                .severity(Severity::Warning),
        )
    }

    fn no_template(&self, name: &str, page: Option<PageId>) -> Diagnostic {
        let place = page.map(|page| {
            let entry = &self.composer().site.page(page).entry;
            entry.meta.template.as_ref().map_or_else(
                || Place::start_of(&entry.source),
                |stated| stated.place.clone(),
            )
        });
        Diagnostic {
            place,
            ..missing_template(&self.whole.loaded.templates, name)
        }
    }

    /// The page's Markdown beside its HTML: without front matter, its title on top, then its tool
    /// in words.
    fn twin(&self, sheet: &Sheet) -> Made {
        let Some(id) = self.composer().page_of(sheet) else {
            return Made::default();
        };
        let page = self.composer().site.page(id);
        let bytes = match self.files.read(&page.entry.source) {
            Ok(bytes) => bytes,
            Err(error) => return Made::failed(unreadable(&page.entry.source, &error)),
        };
        let text = decode_leniently(&bytes);
        let text = with_lf(&text);
        let lines = Lines::new(&text);
        let (body, range) =
            front_matter::body_of(&page.entry.source, &text, self.request.is_lenient);
        let body =
            without_foreign_comments(&page.entry.source, body, &lines, &range, &mut Vec::new());
        let body = self.copied_text(id, (&body, &lines), range);
        let body = body.trim();
        let tool = self.composer().tool_markdown(id).unwrap_or_default();
        // A heading of the text's own stands at its beginning, and above all else.
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
        Made::of((parts.join("\n\n") + "\n").into_bytes())
    }

    /// A page's text as its Markdown copy has it.
    fn copied_text(&self, id: PageId, text: (&str, &Lines), body: Range<usize>) -> String {
        let (loaded, page) = (&self.whole.loaded, self.composer().site.page(id));
        let (hrefs, wiki_titles) = self.composer().copied_links(id);
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
            drops_comments: loaded.settings.raw_html == RawHtml::Sanitise,
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

    fn redirect(&self, index: usize) -> Made {
        let composer = self.composer();
        let page = composer.site.page(composer.site.redirects[index].to);
        let (target, url) = (composer.href(&page.route), composer.url(&page.route));
        match self.renderer().draw_redirect(
            &page.entry.title,
            composer.site.language(page),
            &target,
            url.as_deref(),
        ) {
            Ok(html) => Made::of(html.into_bytes()),
            Err(problem) => Made::failed(*problem),
        }
    }

    /// What was made, a file that is published as it is read into memory.
    pub fn in_memory(&self, made: Made) -> Made {
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
            Some((Ok(bytes), _)) => Made {
                bytes: Some(bytes.into()),
                copied: None,
                ..made
            },
            Some((Err(error), source)) => Made::failed(unreadable(source, &error)),
        }
    }
}

/// Something that a page shows.
struct Referred<'a> {
    href: Cow<'a, str>,
    place: &'a Place,
    written: &'a str,
    to: &'a Destination,
    /// Only an image can be shown there.
    is_image: bool,
}

impl<'a> Referred<'a> {
    fn of(href: &'a str, target: &'a Placed<String>, to: &'a Destination, is_image: bool) -> Self {
        Self {
            href: href.into(),
            place: &target.place,
            written: &target.value,
            to,
            is_image,
        }
    }
}

/// A page or a list in the place of an image.
fn page_as_image(to: &Destination, written: &str, place: &Place) -> Option<Diagnostic> {
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

/// The files that a page's own fields want to be files, and that its templates may tell of.
pub fn field_files(page: &SitePage) -> Vec<SourcePath> {
    let links = page.field_links.iter().zip(&page.entry.meta.field_links);
    let wanted = links.filter(|(_, link)| matches!(link.wants, Wants::File(_)));
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
