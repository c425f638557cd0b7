//! The first steps: what a site is made of, and every document by itself.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use rayon::prelude::*;

use super::Request;
use crate::diagnostic::{Checked, Code, Diagnostic, Place};
use crate::document::body::Segment;
use crate::document::{self, Entry, Inputs, front_matter};
use crate::kind::{self, Kinds};
use crate::page::templates::{TemplateFile, Templates};
use crate::paths::SourcePath;
use crate::settings::{self, Settings};
use crate::source::{Files, ListingRules, Text, with_lf};
use crate::vocabulary::{self, Vocabularies};
use crate::words::{self, Words};
use crate::yaml::{self, Node};
use crate::{data, theme};

/// Everything but the documents.
pub struct Loaded {
    pub settings: Arc<Settings>,
    pub kinds: Arc<Kinds>,
    pub vocabularies: Arc<Vocabularies>,
    pub words: Arc<Words>,
    pub templates: Templates,
    pub icons: BTreeMap<String, String>,
    pub data: BTreeMap<String, serde_json::Value>,
    pub today: Date,
    /// The folder that addresses count from.
    pub content: SourcePath,
    /// All listed files.
    pub sources: Vec<SourcePath>,
    /// Markdown files of the content.
    pub pages: Vec<SourcePath>,
    /// Other files of the content.
    pub content_files: Vec<SourcePath>,
    /// `static/`, the theme's under the writer's own.
    pub static_files: BTreeMap<String, Cow<'static, [u8]>>,
    /// Front matter defaults by folder.
    pub defaults: BTreeMap<SourcePath, Node>,
}

/// Files of the content that are read for themselves and are neither pages nor published.
const VOCABULARY_FILES: [&str; 3] = ["topics.yaml", "audiences.yaml", "authors.yaml"];
const DEFAULTS_FILE: &str = "_defaults.yaml";

pub fn load(files: &dyn Files, request: &Request) -> Checked<Loaded> {
    let mut problems = Vec::new();
    let config = files.read(&request.config).ok();
    let mut settings = settings::read(&request.config, config.as_deref()).unload(&mut problems);
    if let Some(base) = &request.base_url {
        settings.base_url = Some(base.clone());
    }
    let rules = ListingRules { output: Some(settings.output.clone()), ignore: settings.ignore.clone() };
    let sources = files.list(&rules).unload(&mut problems);
    let folder = |name: &str| SourcePath::new(name).expect("a fixed name inside the root");
    let has_content = config.is_some() || sources.iter().any(|path| path.is_within(&folder("content")));
    let content = if has_content { folder("content") } else { SourcePath::root() };
    let below = |name: &'static str| -> Vec<(String, SourcePath)> {
        let root = folder(name);
        let inside = sources.iter().filter(|path| has_content && path.is_within(&root));
        inside.filter_map(|path| Some((path.below(&root)?.to_owned(), path.clone()))).collect()
    };
    let own_templates = read_all(files, below("templates"), &mut problems);
    let kinds = kinds(&own_templates, &mut problems);
    let words = words(&own_templates, &mut problems);
    let icons = icons(&own_templates);
    let templates = templates(&own_templates, &mut problems);
    let own_static = read_all(files, below("static"), &mut problems);
    let mut static_files: BTreeMap<String, Cow<'static, [u8]>> = theme::static_files().into_iter().collect();
    static_files.extend(own_static.into_iter().map(|file| (file.name, Cow::Owned(file.bytes.to_vec()))));
    let data = data::read(read_all(files, below("data"), &mut problems).iter().map(|file| (&*file.name, &file.path, &*file.bytes)))
        .unload(&mut problems);
    let vocabularies = vocabularies(files, &content, &sources, &mut problems);
    let defaults = defaults(files, &content, &sources, &kinds, &mut problems);
    let in_content = sources.iter().filter(|path| path.is_within(&content) && (has_content || **path != request.config));
    let (pages, content_files): (Vec<SourcePath>, Vec<SourcePath>) =
        in_content.filter(|path| !is_metadata(path, &content)).cloned().partition(SourcePath::is_markdown);
    let today = request.today.unwrap_or_else(|| today(request.now, &settings.timezone));
    let loaded = Loaded {
        settings: Arc::new(settings),
        kinds: Arc::new(kinds),
        vocabularies: Arc::new(vocabularies),
        words: Arc::new(words),
        templates,
        icons,
        data,
        today,
        content,
        sources,
        pages,
        content_files,
        static_files,
        defaults,
    };
    Checked::new(loaded, problems)
}

fn today(now: jiff::Timestamp, timezone: &str) -> Date {
    now.in_tz(timezone).map_or_else(|_| now.to_zoned(jiff::tz::TimeZone::UTC).date(), |zoned| zoned.date())
}

fn is_metadata(path: &SourcePath, content: &SourcePath) -> bool {
    path.name() == DEFAULTS_FILE || (path.folder() == *content && VOCABULARY_FILES.contains(&path.name()))
}

/// A file with its bytes.
struct Read {
    /// Below its top folder.
    name: String,
    path: SourcePath,
    bytes: Arc<[u8]>,
}

fn read_all(files: &dyn Files, listed: Vec<(String, SourcePath)>, problems: &mut Vec<Diagnostic>) -> Vec<Read> {
    let mut read = Vec::with_capacity(listed.len());
    for (name, path) in listed {
        match files.read(&path) {
            Ok(bytes) => read.push(Read { name, path, bytes }),
            Err(error) => problems.push(unreadable(&path, &error)),
        }
    }
    read
}

fn unreadable(path: &SourcePath, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(Code::Unreadable, format!("this file cannot be read: {error}"))
        .at(Place::start_of(path))
        .help("look at its permissions")
}

/// The theme's files of a folder of `templates/`, the writer's after them.
fn themed<'a>(own: &'a [Read], folder: &'a str) -> impl Iterator<Item = (String, SourcePath, Cow<'a, [u8]>, bool)> {
    let built_in = theme::templates().into_iter().map(|(name, bytes)| {
        let path = SourcePath::new(&format!("templates/{name}")).expect("embedded names lie inside");
        (name, path, bytes, false)
    });
    let own = own.iter().map(|file| (file.name.clone(), file.path.clone(), Cow::Borrowed(&*file.bytes), true));
    built_in.chain(own).filter_map(move |(name, path, bytes, is_own)| Some((name.strip_prefix(folder)?.to_owned(), path, bytes, is_own)))
}

fn kinds(own: &[Read], problems: &mut Vec<Diagnostic>) -> Kinds {
    let mut kinds = Kinds::new();
    for (name, path, bytes, _) in themed(own, "kinds/").filter(|(name, ..)| name.ends_with(".yaml") || name.ends_with(".yml")) {
        if let Some(kind) = kind::read(&path, &bytes).unload(problems) {
            kinds.insert(name.rsplit_once('.').map_or(name.clone(), |(stem, _)| stem.to_owned()), kind);
        }
    }
    kinds
}

fn words(own: &[Read], problems: &mut Vec<Diagnostic>) -> Words {
    let mut files: Vec<_> = themed(own, "i18n/").filter(|(name, ..)| name.ends_with(".yaml")).collect();
    files.sort_by_key(|(name, _, _, is_own)| (*is_own, name != "en.yaml"));
    words::read(files.iter().map(|(name, path, bytes, is_own)| (name.trim_end_matches(".yaml"), path, &**bytes, *is_own))).unload(problems)
}

fn icons(own: &[Read]) -> BTreeMap<String, String> {
    let svg = themed(own, "icons/").filter_map(|(name, _, bytes, _)| {
        let name = name.strip_suffix(".svg")?.to_owned();
        Some((name, String::from_utf8_lossy(&bytes).trim().to_owned()))
    });
    svg.collect()
}

fn templates(own: &[Read], problems: &mut Vec<Diagnostic>) -> Templates {
    let (mut built_in, mut overrides, mut broken) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (name, path, bytes, is_own) in themed(own, "").filter(|(name, ..)| name.ends_with(".html") || name.ends_with(".xml")) {
        match Text::decode(&path, &bytes) {
            Ok(text) => {
                let file = TemplateFile { name, path: path.clone(), text: with_lf(text.text).into_owned(), is_own };
                if is_own { overrides.push(file) } else { built_in.push(file) }
            }
            Err(problem) => {
                broken.insert(name);
                problems.push(*problem);
            }
        }
    }
    Templates::load(built_in, overrides, broken).unload(problems)
}

fn vocabularies(files: &dyn Files, content: &SourcePath, sources: &[SourcePath], problems: &mut Vec<Diagnostic>) -> Vocabularies {
    let mut read = |name: &str| {
        let path = content.join(name).ok().filter(|path| sources.binary_search(path).is_ok())?;
        let bytes = files.read(&path).map_err(|error| problems.push(unreadable(&path, &error))).ok()?;
        Some(vocabulary::read(&path, &bytes).unload(problems))
    };
    Vocabularies { topics: read("topics.yaml"), audiences: read("audiences.yaml"), authors: read("authors.yaml") }
}

fn defaults(
    files: &dyn Files,
    content: &SourcePath,
    sources: &[SourcePath],
    kinds: &Kinds,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<SourcePath, Node> {
    let mut defaults = BTreeMap::new();
    for path in sources.iter().filter(|path| path.name() == DEFAULTS_FILE && path.is_within(content)) {
        let bytes = match files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                problems.push(unreadable(path, &error));
                continue;
            }
        };
        match yaml::read(path, &bytes) {
            Ok(Some(node)) => {
                problems.extend(front_matter::defaults(&node, kinds));
                defaults.insert(path.folder(), node);
            }
            Ok(None) => {}
            Err(errors) => problems.extend(errors),
        }
    }
    defaults
}

/// The parsed documents.
pub struct Documents {
    pub entries: Vec<Arc<Entry>>,
    /// Bodies that are kept until they are drawn, by source; the others are parsed again then.
    pub bodies: BTreeMap<SourcePath, Mutex<Option<Vec<Segment>>>>,
}

/// A page's entry, its body when that is kept, and its problems.
type Parsed = (Arc<Entry>, Option<Vec<Segment>>, Vec<Diagnostic>);

/// Bodies are kept from the first reading up to this size together, so that memory does not grow with the site.
const BODIES_KEPT_BYTES: usize = 64 << 20;

pub fn documents(files: &dyn Files, loaded: &Loaded, request: &Request) -> Checked<Documents> {
    let kept = AtomicUsize::new(0);
    let parsed: Vec<Parsed> = loaded
        .pages
        .par_iter()
        .map(|path| {
            let document = parse_or_fault(files, loaded, request, path);
            let size = size_of_body(&document.value.body);
            let is_kept = kept.fetch_add(size, Ordering::Relaxed) + size <= BODIES_KEPT_BYTES;
            (document.value.entry, is_kept.then_some(document.value.body), document.problems)
        })
        .collect();
    let mut problems = Vec::new();
    let mut documents = Documents { entries: Vec::with_capacity(parsed.len()), bodies: BTreeMap::new() };
    for (entry, body, mut own) in parsed {
        problems.append(&mut own);
        if body.is_some() {
            documents.bodies.insert(entry.source.clone(), Mutex::new(body));
        }
        documents.entries.push(entry);
    }
    Checked::new(documents, problems)
}

/// A fault of Handsel's own: told as such, so that nobody looks for it in the text.
pub fn our_fault(source: Option<&SourcePath>, doing: &str) -> Diagnostic {
    let problem = Diagnostic::new(Code::Internal, format!("Handsel itself failed while {doing}"));
    let problem = problem.help("this is our mistake, not yours: please report it with the text of this page");
    Diagnostic { place: source.map(Place::start_of), ..problem }
}

fn parse_or_fault(files: &dyn Files, loaded: &Loaded, request: &Request, path: &SourcePath) -> Checked<document::Document> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| parse(files, loaded, request, path))).unwrap_or_else(|_| {
        let mut unread = parse_bytes(loaded, request, path, b"\xFF");
        unread.problems = vec![our_fault(Some(path), "reading this page")];
        unread
    })
}

fn size_of_body(segments: &[Segment]) -> usize {
    let size = |segment: &Segment| match segment {
        Segment::Html(html) => html.len(),
        Segment::Component(call) => call.body.as_deref().map_or(0, size_of_body),
        _ => 0,
    };
    segments.iter().map(|segment| size(segment) + size_of::<Segment>()).sum()
}

/// Reads and parses one page.
pub fn parse(files: &dyn Files, loaded: &Loaded, request: &Request, path: &SourcePath) -> Checked<document::Document> {
    match files.read(path) {
        Ok(bytes) => parse_bytes(loaded, request, path, &bytes),
        Err(error) => {
            let mut unread = parse_bytes(loaded, request, path, b"\xFF");
            unread.problems = vec![unreadable(path, &error)];
            unread
        }
    }
}

fn parse_bytes(loaded: &Loaded, request: &Request, path: &SourcePath, bytes: &[u8]) -> Checked<document::Document> {
    let defaults = defaults_of(loaded, path);
    let top = path.below(&loaded.content).and_then(|below| below.split_once('/')).map(|(top, _)| top);
    let kind_of_folder = top.and_then(|top| loaded.kinds.values().find(|kind| kind.folder.as_deref() == Some(top)));
    let is_section_page = document::is_folder_page(path) && path.folder().folder() == loaded.content;
    let inputs = Inputs {
        settings: &loaded.settings,
        kinds: &loaded.kinds,
        signatures: &loaded.templates.signatures,
        defaults: &defaults,
        kind_of_folder: kind_of_folder.filter(|_| !is_section_page).map(|kind| kind.name.as_str()),
        words: &loaded.words,
        is_lenient: request.is_lenient,
    };
    document::parse(path, bytes, &inputs)
}

fn defaults_of(loaded: &Loaded, path: &SourcePath) -> Vec<Node> {
    if loaded.defaults.is_empty() {
        return Vec::new();
    }
    let mut chain = Vec::new();
    let mut folder = path.folder();
    loop {
        chain.extend(loaded.defaults.get(&folder).cloned());
        if folder == loaded.content || folder.as_str().is_empty() {
            break;
        }
        folder = folder.folder();
    }
    chain.reverse();
    chain
}
