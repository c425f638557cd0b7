//! The last step: every sheet drawn and every other output made, put into the sink as it is done.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::load::{self, Documents, Loaded};
use super::{Request, Sink};
use crate::diagnostic::{Checked, Code, Diagnostic, Place};
use crate::document::body::Segment;
use crate::document::{Entry, include};
use crate::output::{assets, feeds, inventory};
use crate::page::compose::Composed;
use crate::page::templates::{Materials, Renderer};
use crate::page::{Composer, Sheet};
use crate::paths::{OutputPath, Route, SourcePath};
use crate::source::Files;

/// What was published.
pub struct Drawn {
    pub files: usize,
    pub failure: Option<String>,
}

/// A sink that counts, remembers who made which file, and stops at the first refusal.
struct Outlet<'a> {
    sink: &'a dyn Sink,
    files: AtomicUsize,
    failure: Mutex<Option<String>>,
    /// Output path, in the form that case-blind file systems compare, → what it is.
    made: Mutex<BTreeMap<String, (OutputPath, Origin)>>,
    clashes: Mutex<Vec<Diagnostic>>,
}

/// Where an output came from.
#[derive(Clone, Debug)]
enum Origin {
    Source(SourcePath),
    Generated(&'static str),
}

impl Outlet<'_> {
    fn put(&self, path: &OutputPath, bytes: &[u8], origin: &Origin) {
        if self.failed() {
            return;
        }
        let clash = {
            let mut made = self.made.lock().expect("no holder of this lock panics");
            match made.get(path.as_str()) {
                Some((_, other)) => Some(other.clone()),
                None => {
                    made.insert(path.as_str().to_owned(), (path.clone(), origin.clone()));
                    None
                }
            }
        };
        if let Some(other) = clash {
            self.clashes.lock().expect("no holder of this lock panics").push(clashing(path, origin, &other));
            return;
        }
        match self.sink.put(path, bytes) {
            Ok(()) => {
                self.files.fetch_add(1, Ordering::Relaxed);
            }
            Err(message) => {
                self.failure.lock().expect("no holder of this lock panics").get_or_insert(message);
            }
        }
    }

    fn failed(&self) -> bool {
        self.failure.lock().expect("no holder of this lock panics").is_some()
    }
}

fn clashing(path: &OutputPath, origin: &Origin, other: &Origin) -> Diagnostic {
    let name = |origin: &Origin| match origin {
        Origin::Source(source) => source.to_string(),
        Origin::Generated(what) => (*what).to_owned(),
    };
    let message = format!("{} and {} are both published as {path}", name(other), name(origin));
    let problem = Diagnostic::new(Code::AddressTaken, message).help("rename one of the two");
    let place = [origin, other].into_iter().find_map(|origin| match origin {
        Origin::Source(source) => Some(Place::start_of(source)),
        Origin::Generated(_) => None,
    });
    match place {
        Some(place) => problem.at(place),
        None => problem,
    }
}

/// Draws and publishes everything.
pub fn all(
    files: &dyn Files,
    loaded: &Loaded,
    composer: &Arc<Composer>,
    sheets: &[Sheet],
    documents: &Documents,
    request: &Request,
    sink: &dyn Sink,
) -> Checked<Drawn> {
    let mut problems = Vec::new();
    let outlet = Outlet { sink, files: AtomicUsize::new(0), failure: Mutex::default(), made: Mutex::default(), clashes: Mutex::default() };
    let assets = assets::plan(&loaded.static_files, &loaded.templates.asset_paths());
    let base = loaded.settings.base_path();
    let addresses =
        assets.published.iter().filter_map(|(path, name)| Some((path.clone(), Route::new(&format!("/{name}")).ok()?.href(base))));
    let materials =
        Materials { composer: Arc::clone(composer), assets: addresses.collect(), icons: loaded.icons.clone(), data: loaded.data.clone() };
    let renderer = Renderer::new(&loaded.templates, materials);
    let drawer = Drawer { files, loaded, composer, documents, request, renderer: &renderer, outlet: &outlet };
    let drawn: Vec<Vec<Diagnostic>> = sheets.par_iter().map(|sheet| drawer.sheet_or_fault(sheet)).collect();
    problems.extend(drawn.into_iter().flatten());
    drawer.redirects(&mut problems);
    drawer.content_files(&mut problems);
    generated(loaded, composer, sheets, &assets, &outlet);
    problems.extend(outlet.clashes.into_inner().expect("no holder of this lock panics"));
    let failure = outlet.failure.into_inner().expect("no holder of this lock panics");
    Checked::new(Drawn { files: outlet.files.into_inner(), failure }, problems)
}

struct Drawer<'a> {
    files: &'a dyn Files,
    loaded: &'a Loaded,
    composer: &'a Composer,
    documents: &'a Documents,
    request: &'a Request,
    renderer: &'a Renderer,
    outlet: &'a Outlet<'a>,
}

impl Drawer<'_> {
    /// Draws a sheet; should Handsel itself fail on it, that is told and the other pages are drawn.
    fn sheet_or_fault(&self, sheet: &Sheet) -> Vec<Diagnostic> {
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.sheet(sheet))).unwrap_or_else(|_| {
            let source = self.composer.compose(sheet).page.source.and_then(|source| SourcePath::new(&source).ok());
            vec![load::our_fault(source.as_ref(), &format!("drawing {}", sheet.route))]
        })
    }

    fn sheet(&self, sheet: &Sheet) -> Vec<Diagnostic> {
        if self.outlet.failed() {
            return Vec::new();
        }
        let mut problems = Vec::new();
        let composed = self.composer.compose(sheet);
        let body = composed.body.map(|page| self.composer.site.page(page)).map(|page| self.body(&page.entry)).unwrap_or_default();
        let includes = self.includes(&composed, &mut problems);
        let origin = match composed.page.source.as_ref().and_then(|source| SourcePath::new(source).ok()) {
            Some(source) => Origin::Source(source),
            None => Origin::Generated("a generated list"),
        };
        if self.loaded.templates.is_broken(&composed.template) {
            return problems;
        }
        if let Some(missing) = self.missing_template(&composed) {
            problems.push(missing);
            return problems;
        }
        match self.renderer.draw(&composed, &body, &includes) {
            Ok(html) => self.outlet.put(&sheet.route.output_path(), html.as_bytes(), &origin),
            Err(problem) => problems.push(*problem),
        }
        if self.loaded.settings.markdown_twins {
            self.twin(&composed, sheet, &origin);
        }
        problems
    }

    /// A page's body: kept from the first reading, or read again.
    fn body(&self, entry: &Entry) -> Vec<Segment> {
        let kept = self.documents.bodies.get(&entry.source).and_then(|body| body.lock().expect("no holder of this lock panics").take());
        kept.unwrap_or_else(|| load::parse(self.files, self.loaded, self.request, &entry.source).value.body)
    }

    fn includes(&self, composed: &Composed, problems: &mut Vec<Diagnostic>) -> Vec<String> {
        let Some(page) = composed.body.map(|page| self.composer.site.page(page)) else { return Vec::new() };
        let folder = page.entry.source.folder();
        let shown = page.entry.includes.iter().map(|wanted| {
            // Only what is listed: an ignored file such as `.env` stays where it is.
            let read = |path: &SourcePath| self.loaded.sources.binary_search(path).ok().and_then(|_| self.files.read(path).ok());
            include::show(wanted, &folder, read, self.loaded.settings.highlight).unload(problems)
        });
        shown.collect()
    }

    fn missing_template(&self, composed: &Composed) -> Option<Diagnostic> {
        if self.loaded.templates.has(&composed.template) {
            return None;
        }
        let near = crate::diagnostic::nearest(&composed.template, self.loaded.templates.names());
        let help = near.map_or_else(|| "add it to templates/".to_owned(), |near| format!("did you mean `{near}`?"));
        let page = composed.body.map(|page| self.composer.site.page(page));
        let place = page.map(|page| {
            page.entry.meta.template.as_ref().map_or_else(|| Place::start_of(&page.entry.source), |stated| stated.place.clone())
        });
        let problem = Diagnostic::new(Code::MissingTemplate, format!("there is no template `{}`", composed.template)).help(help);
        Some(Diagnostic { place, ..problem })
    }

    /// The page's Markdown beside its HTML: without front matter, its title on top.
    fn twin(&self, composed: &Composed, sheet: &Sheet, origin: &Origin) {
        let Some(page) = composed.body.filter(|_| sheet.number == 1).map(|page| self.composer.site.page(page)) else { return };
        let Ok(bytes) = self.files.read(&page.entry.source) else { return };
        let text = String::from_utf8_lossy(&bytes);
        let text = crate::source::with_lf(text.trim_start_matches('\u{FEFF}'));
        let body = crate::document::front_matter::split(&page.entry.source, &text).body;
        let has_heading = page.entry.heading.is_some();
        let title = if has_heading { String::new() } else { format!("# {}\n\n", page.entry.title) };
        let twin = format!("{title}{}\n", text[body].trim());
        if let Ok(route) = Route::new(&format!("{}index.md", sheet.route)) {
            self.outlet.put(&route.output_path(), twin.as_bytes(), origin);
        }
    }

    fn redirects(&self, problems: &mut Vec<Diagnostic>) {
        for redirect in &self.composer.site.redirects {
            let page = self.composer.site.page(redirect.to);
            let target = self.composer.href(&page.route);
            let url = self.composer.url(&page.route);
            match self.renderer.draw_redirect(&page.entry.title, self.composer.site.language(page), &target, url.as_deref()) {
                Ok(html) => self.outlet.put(&redirect.from.output_path(), html.as_bytes(), &Origin::Source(page.entry.source.clone())),
                Err(problem) => problems.push(*problem),
            }
        }
    }

    fn content_files(&self, problems: &mut Vec<Diagnostic>) {
        let failed: Vec<Diagnostic> = self
            .composer
            .site
            .published_files
            .par_iter()
            .filter_map(|(source, route)| match self.files.read(source) {
                Ok(bytes) => {
                    self.outlet.put(&route.output_path(), &bytes, &Origin::Source(source.clone()));
                    None
                }
                Err(error) => {
                    Some(Diagnostic::new(Code::Unreadable, format!("this file cannot be read: {error}")).at(Place::start_of(source)))
                }
            })
            .collect();
        problems.extend(failed);
    }
}

/// Everything that is made from the site as a whole. Files of these names in `static/` are the writer's, and stand.
fn generated(loaded: &Loaded, composer: &Composer, sheets: &[Sheet], assets: &assets::Assets, outlet: &Outlet) {
    assets.files.par_iter().for_each(|(path, bytes)| {
        let source = SourcePath::new(&format!("static/{path}")).unwrap_or_else(|_| SourcePath::root());
        outlet.put(path, bytes, &Origin::Source(source));
    });
    let is_own = |name: &str| loaded.static_files.contains_key(name);
    let put = |name: &str, bytes: Vec<u8>, what: &'static str| {
        if let Ok(path) = OutputPath::new(name)
            && !is_own(name)
        {
            outlet.put(&path, &bytes, &Origin::Generated(what));
        }
    };
    put("pages.json", inventory::pages_json(composer), "the list of pages");
    put("llms.txt", inventory::llms_txt(composer), "the text for language models");
    put("robots.txt", inventory::robots(composer), "robots.txt");
    let plain: BTreeSet<&String> = loaded.static_files.keys().collect();
    let immutable: Vec<String> = assets.files.iter().map(|(path, _)| path.to_string()).filter(|path| !plain.contains(path)).collect();
    put("_headers", inventory::headers(composer, &immutable), "_headers");
    put("_redirects", inventory::redirects(composer), "_redirects");
    for (route, bytes) in feeds::all(composer, &composer.newest) {
        put(route.output_path().as_str(), bytes, "a feed");
    }
    for (route, bytes) in inventory::sitemap(composer, sheets) {
        put(route.output_path().as_str(), bytes, "the sitemap");
    }
}
