//! Templates: loading them, what they may call, and drawing a composed sheet. The only user of `tera`.
//!
//! The built-in theme and the writer's overrides are one set, by name. A template that cannot be read is told with its
//! line, and the built-in one of its name (or nothing) stands in, so that every fault is found in one run.

mod faults;
mod functions;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::sync::Arc;

use serde::Serialize;
use tera::{ComponentArgType, Context, Map, Tera, Value};

use super::compose::{Composed, Composer};
use crate::diagnostic::{Checked, Code, Diagnostic, Place};
use crate::document::body::{Call, Segment};
use crate::document::components::{Argument, ArgumentKind, ArgumentValue, Signature, Signatures};
use crate::paths::SourcePath;

/// A template's text and where it stands.
#[derive(Clone, Debug)]
pub struct TemplateFile {
    /// From `templates/`: `components/note.html`.
    pub name: String,
    /// For messages; the built-in theme's are shown under the same path.
    pub path: SourcePath,
    pub text: String,
    /// Whether the writer made it.
    pub is_own: bool,
}

/// All templates of a site.
pub struct Templates {
    tera: Tera,
    pub signatures: Signatures,
    files: Arc<BTreeMap<String, TemplateFile>>,
    /// The writer's templates that cannot be read and have no stand-in. Their faults are told.
    broken: BTreeSet<String>,
}

/// The most bytes that one page may become; past it a template runs in a circle.
const PAGE_BYTES_MAX: usize = 64 << 20;

impl Templates {
    /// Loads the built-in templates and the writer's, which win by name; `broken` are those whose bytes are no text.
    pub fn load(built_in: Vec<TemplateFile>, own: Vec<TemplateFile>, mut broken: BTreeSet<String>) -> Checked<Templates> {
        let fallback: BTreeMap<String, TemplateFile> = built_in.into_iter().map(|file| (file.name.clone(), file)).collect();
        let mut files = fallback.clone();
        files.extend(own.into_iter().map(|file| (file.name.clone(), file)));
        let mut problems = Vec::new();
        let mut given_up = BTreeSet::new();
        let tera = loop {
            match try_load(&files) {
                Ok(tera) => break tera,
                Err(error) => {
                    let (culprits, found): (Vec<_>, Vec<_>) = faults::on_load(&error, &files).into_iter().unzip();
                    problems.extend(found.into_iter().filter(|problem| !faults::follows_from(problem, &broken)));
                    let mut culprits: BTreeSet<String> = culprits.into_iter().flatten().filter(|name| files.contains_key(name)).collect();
                    if culprits.is_empty() {
                        culprits.extend(files.keys().next_back().cloned());
                    }
                    for culprit in culprits {
                        let stand_in = fallback.get(&culprit).filter(|_| given_up.insert(culprit.clone()) && files[&culprit].is_own);
                        match stand_in {
                            Some(file) => files.insert(culprit, file.clone()),
                            None => {
                                broken.insert(culprit.clone());
                                files.remove(&culprit)
                            }
                        };
                    }
                    if files.is_empty() {
                        break Tera::default();
                    }
                }
            }
        };
        let mut signatures = Signatures::new();
        for name in tera.get_component_names() {
            signatures.insert(name.to_owned(), signature(&tera, name));
        }
        for file in files.values().filter(|file| file.name.starts_with("components/")) {
            let name = component_name(&file.name);
            if !signatures.contains_key(&name) {
                let problem = Diagnostic::new(Code::BadTemplate, format!("this file defines no component `{name}`"));
                problems.push(problem.at(Place::start_of(&file.path)).help(format!("begin it with {{% component {name}() %}}")));
            }
        }
        Checked::new(Templates { tera, signatures, files: Arc::new(files), broken }, problems)
    }

    pub fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// Whether there is such a template, and it was told that it cannot be read.
    pub fn is_broken(&self, name: &str) -> bool {
        self.broken.contains(name) && !self.has(name)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The files of `static/` that templates ask for by a literal `asset(path="…")`.
    pub fn asset_paths(&self) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        for file in self.files.values() {
            for (at, _) in file.text.match_indices("asset(path=") {
                let rest = &file.text[at + "asset(path=".len()..];
                let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
                if let Some((path, _)) = rest[1..].split_once(quote) {
                    paths.insert(path.trim_start_matches('/').to_owned());
                }
            }
        }
        paths
    }
}

fn component_name(file: &str) -> String {
    file.trim_start_matches("components/").trim_end_matches(".html").replace('-', "_")
}

fn try_load(files: &BTreeMap<String, TemplateFile>) -> tera::TeraResult<Tera> {
    let mut tera = Tera::default();
    functions::register_signatures(&mut tera);
    tera.add_raw_templates(files.values().map(|file| (file.name.as_str(), file.text.as_str())))?;
    Ok(tera)
}

fn signature(tera: &Tera, name: &str) -> Signature {
    let Some(info) = tera.get_component_definition(name) else { return Signature::default() };
    let argument = |argument: &tera::ComponentArg| Argument {
        name: argument.name().to_owned(),
        kind: match argument.arg_type() {
            Some(ComponentArgType::String) => ArgumentKind::Text,
            Some(ComponentArgType::Bool) => ArgumentKind::Boolean,
            Some(ComponentArgType::Integer) => ArgumentKind::Integer,
            Some(ComponentArgType::Float | ComponentArgType::Number) => ArgumentKind::Number,
            _ => ArgumentKind::Anything,
        },
        is_required: argument.is_required(),
    };
    let shown = info.args().iter().filter(|argument| !argument.is_implicit());
    Signature { arguments: shown.map(argument).collect() }
}

/// What drawing needs besides the templates.
pub struct Materials {
    pub composer: Arc<Composer>,
    /// `static/` path → its published address, with the base path.
    pub assets: BTreeMap<String, String>,
    /// Icon name → SVG.
    pub icons: BTreeMap<String, String>,
    /// `data/` path → what it holds.
    pub data: BTreeMap<String, serde_json::Value>,
}

/// Draws sheets.
pub struct Renderer {
    tera: Tera,
    composer: Arc<Composer>,
    files: Arc<BTreeMap<String, TemplateFile>>,
    site: Value,
}

thread_local! {
    /// The language of the page that this thread draws; functions are called without knowing it.
    static LANGUAGE: RefCell<String> = const { RefCell::new(String::new()) };
    /// How many numbers `range` may still give to the page that this thread draws.
    static NUMBERS_LEFT: Cell<usize> = const { Cell::new(0) };
}

impl Renderer {
    pub fn new(templates: &Templates, materials: Materials) -> Self {
        let mut tera = templates.tera.clone();
        let composer = Arc::clone(&materials.composer);
        let site = Value::from_serializable(&composer.site_view());
        functions::register(&mut tera, materials);
        Renderer { tera, composer, files: Arc::clone(&templates.files), site }
    }

    /// The HTML of a composed sheet. `body` and `includes` are its page's, empty where it has none.
    ///
    /// # Errors
    /// What a template failed on, at its line, with the templates that led there.
    pub fn draw(&self, composed: &Composed, body: &[Segment], includes: &[String]) -> Result<String, Box<Diagnostic>> {
        LANGUAGE.with_borrow_mut(|language| composed.page.language.clone_into(language));
        NUMBERS_LEFT.set(functions::NUMBERS_MAX);
        let source = composed.page.source.as_deref().unwrap_or(&composed.page.href);
        let mut html = String::new();
        let filling = Filling { composed, includes };
        self.fill(body, &filling, &mut html).map_err(|error| Box::new(faults::on_draw(&error, &self.files, source, &composed.template)))?;
        let mut page = Value::from_serializable(&composed.page).into_map().unwrap_or_default();
        page.insert("body".into(), Value::safe_string(&html));
        drop(html);
        if let Some(structured) = &composed.page.structured {
            page.insert("structured".into(), Value::safe_string(structured));
        }
        let mut context = Context::new();
        context.insert_value("page", Value::from(page));
        context.insert_value("site", self.site.clone());
        context.insert("nav", &composed.nav);
        let mut out = Limited(Vec::with_capacity(16 << 10));
        match self.tera.render_to(&composed.template, &context, &mut out) {
            Ok(()) => Ok(String::from_utf8(out.0).expect("templates and values are UTF-8, and Tera writes whole pieces of them")),
            Err(error) => Err(Box::new(faults::on_draw(&error, &self.files, source, &composed.template))),
        }
    }

    /// A page that sends readers from an old address on.
    ///
    /// # Errors
    /// As for [`Renderer::draw`].
    pub fn draw_redirect(&self, title: &str, language: &str, target: &str, url: Option<&str>) -> Result<String, Box<Diagnostic>> {
        #[derive(Serialize)]
        struct Moved<'a> {
            title: &'a str,
            language: &'a str,
            direction: &'a str,
            url: Option<&'a str>,
        }
        LANGUAGE.with_borrow_mut(|own| language.clone_into(own));
        NUMBERS_LEFT.set(functions::NUMBERS_MAX);
        let mut context = Context::new();
        context.insert("page", &Moved { title, language, direction: crate::words::direction(language), url });
        context.insert_value("site", self.site.clone());
        context.insert("target", target);
        let name = "redirect.html";
        self.tera.render(name, &context).map_err(|error| Box::new(faults::on_draw(&error, &self.files, target, name)))
    }

    /// Writes segments with their holes filled.
    fn fill(&self, segments: &[Segment], filling: &Filling, out: &mut String) -> tera::TeraResult<()> {
        for segment in segments {
            match segment {
                Segment::Html(html) => out.push_str(html),
                Segment::Address(index) => crate::document::raw_html::escape_into(out, &self.address(filling, *index)),
                Segment::WikiTitle(index) => crate::document::raw_html::escape_into(out, &self.wiki_title(filling, *index)),
                Segment::Include(index) => out.push_str(filling.includes.get(*index as usize).map_or("", String::as_str)),
                Segment::Component(call) => self.component(call, filling, out)?,
            }
        }
        Ok(())
    }

    fn component(&self, call: &Call, filling: &Filling, out: &mut String) -> tera::TeraResult<()> {
        let mut arguments = Context::new();
        for (name, value) in &call.arguments {
            let value = match value {
                ArgumentValue::Text(text) => Value::from(text.as_str()),
                ArgumentValue::Integer(number) => Value::from(*number),
                ArgumentValue::Number(number) => Value::from(*number),
                ArgumentValue::Boolean(is_set) => Value::from(*is_set),
                ArgumentValue::Link(index) => Value::from(self.address(filling, *index)),
            };
            arguments.insert_value(name.clone(), value);
        }
        let mut body = String::new();
        self.fill(call.body.as_deref().unwrap_or_default(), filling, &mut body)?;
        let mut html = Limited(Vec::new());
        self.tera.render_component_to(&call.name, &arguments, Some(&body), true, &mut html)?;
        out.push_str(&String::from_utf8(html.0)?);
        Ok(())
    }

    fn address(&self, filling: &Filling, index: u32) -> String {
        let Some((page, index)) = filling.composed.body.map(|page| (self.composer.site.page(page), index as usize)) else {
            return String::new();
        };
        match (page.links.get(index), page.entry.links.get(index)) {
            (Some(resolved), Some(link)) => self.composer.site.href(&resolved.to, &link.target.value),
            _ => String::new(),
        }
    }

    fn wiki_title(&self, filling: &Filling, index: u32) -> String {
        use crate::site::links::Destination;
        let Some((page, index)) = filling.composed.body.map(|page| (self.composer.site.page(page), index as usize)) else {
            return String::new();
        };
        match (page.links.get(index).map(|resolved| &resolved.to), page.entry.links.get(index)) {
            (Some(Destination::Page { page, .. }), _) => self.composer.site.page(*page).entry.title.clone(),
            (_, Some(link)) => link.target.value.clone(),
            _ => String::new(),
        }
    }
}

struct Filling<'a> {
    composed: &'a Composed,
    includes: &'a [String],
}

/// Bytes up to a limit that no page reaches unless a template runs in a circle.
struct Limited(Vec<u8>);

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > PAGE_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the page grows without end"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A plain value as templates see it.
fn value_of(data: &impl Serialize) -> Value {
    Value::from_serializable(data)
}

type Object = Map;
