//! A small catalog made from Markdown texts in memory, for the tests of single views.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;

use super::cards::CardTable;
use super::catalog::Catalog;
use crate::document::components::Signatures;
use crate::document::glossary::Glossary;
use crate::document::highlight::span_cache::{CodeSpansTable, HighlightCache};
use crate::document::{self, Document, DocumentInputs, Entry};
use crate::fingerprint::Fingerprint;
use crate::i18n::{self, Translations};
use crate::kind::{self, Kinds};
use crate::paths::SourcePath;
use crate::settings::{self, Settings};
use crate::site::{self, PageId, SiteParts};
use crate::theme;
use crate::vocabulary::{self, Vocabularies};

/// The file of the settings.
const SETTINGS: &str = "handsel.yaml";

/// The catalog of a site on 1 December 2026. `files` are its pages, by their paths in the content
/// folder, its settings (`handsel.yaml`) and its vocabularies.
pub fn catalog(files: &[(&str, &str)]) -> Catalog {
    let text = |name: &str| {
        let found = files.iter().find(|(path, _)| *path == name);
        found.map(|(_, text)| text.as_bytes())
    };
    let settings = settings::read(&path(SETTINGS), text(SETTINGS)).value;
    let (kinds, translations) = (kinds(), Arc::new(translations()));
    let terms = |name: &str| text(name).map(|bytes| vocabulary::read(&path(name), bytes).value);
    let pages = files.iter().filter(|(path, _)| path.ends_with(".md"));
    let read = |glossary: &Glossary| -> BTreeMap<SourcePath, Document> {
        let inputs = Inputs {
            settings: &settings,
            kinds: &kinds,
            translations: &translations,
            glossary,
        };
        let document = |(name, text): &(&str, &str)| {
            let path = path(&format!("content/{name}"));
            let document = inputs.document(&path, name, text);
            (path, document)
        };
        pages.clone().map(document).collect()
    };
    let mut documents = read(&Glossary::default());
    let entries = documents.values().map(|document| &*document.entry);
    let glossary = Glossary::of(entries, &kinds, &settings.language);
    if glossary.hash().is_some() {
        documents = read(&glossary);
    }
    let parts = SiteParts {
        settings: Arc::new(settings),
        kinds: Arc::new(kinds),
        vocabularies: Arc::new(Vocabularies {
            topics: terms("topics.yaml"),
            audiences: terms("audiences.yaml"),
            authors: terms("authors.yaml"),
        }),
        entries: entries_of(&documents),
        content: path("content"),
        files: Vec::new(),
        static_files: Vec::new(),
        today: date(2026, 12, 1),
        with_drafts: false,
        is_lenient: false,
        key: Fingerprint::of(b""),
    };
    let site = site::assemble(parts, None).value;
    let facts = |page: &site::SitePage| {
        let document = &documents[&page.entry.source];
        Arc::new(document.facts.clone())
    };
    let facts = site.pages().map(facts).collect();
    Catalog::new(Arc::new(site), translations, facts)
}

/// The cards of such a site.
pub fn cards(files: &[(&str, &str)]) -> CardTable {
    CardTable::new(catalog(files))
}

/// The page with this path in the content folder.
pub fn page(catalog: &Catalog, name: &str) -> PageId {
    let source = path(&format!("content/{name}"));
    let mut pages = catalog.site.pages_with_ids();
    let found = pages.find(|(_, page)| page.entry.source == source);
    found.expect("the test names a page of its site").0
}

/// The titles of pages, in order.
pub fn titles<'a>(catalog: &'a Catalog, pages: &[PageId]) -> Vec<&'a str> {
    pages.iter().map(|page| catalog.title(*page)).collect()
}

fn path(name: &str) -> SourcePath {
    SourcePath::new(name).expect("the path is inside the site")
}

fn entries_of(documents: &BTreeMap<SourcePath, Document>) -> Vec<Arc<Entry>> {
    let documents = documents.values();
    documents
        .map(|document| Arc::clone(&document.entry))
        .collect()
}

/// What all documents of a site are read with.
struct Inputs<'a> {
    settings: &'a Settings,
    kinds: &'a Kinds,
    translations: &'a Translations,
    glossary: &'a Glossary,
}

impl Inputs<'_> {
    fn document(&self, path: &SourcePath, name: &str, text: &str) -> Document {
        let folder = name.split_once('/').map(|(folder, _)| folder);
        let mut kinds = self.kinds.values();
        let kind = kinds.find(|kind| kind.folder.is_some() && kind.folder.as_deref() == folder);
        let is_section_page = name.matches('/').count() == 1 && document::is_folder_page(path);
        let inputs = DocumentInputs {
            settings: self.settings,
            kinds: self.kinds,
            signatures: &Signatures::new(),
            glossary: self.glossary,
            data: &BTreeMap::new(),
            colors: &HighlightCache::with_cached(|_| CodeSpansTable::new()),
            defaults: &[],
            kind_of_folder: kind
                .filter(|_| !is_section_page)
                .map(|kind| kind.name.as_str()),
            words: self.translations,
            is_lenient: false,
            wants_body: true,
            wants_text: false,
            with_lines: false,
        };
        document::parse(path, text.as_bytes(), &inputs).value
    }
}

/// The kinds of the theme.
fn kinds() -> Kinds {
    let templates = theme::templates();
    let files = templates.iter().filter_map(|(name, bytes)| {
        let stem = name.strip_prefix("kinds/")?.strip_suffix(".yaml")?;
        Some((stem.to_owned(), name, bytes))
    });
    files
        .filter_map(|(stem, name, bytes)| Some((stem, kind::read(&path(name), bytes).value?)))
        .collect()
}

/// The theme's texts.
fn translations() -> Translations {
    let templates = theme::templates();
    let mut files: Vec<_> = templates
        .iter()
        .filter_map(|(name, bytes)| {
            let language = name.strip_prefix("i18n/")?.strip_suffix(".yaml")?;
            Some((language, path(name), bytes))
        })
        .collect();
    files.sort_by_key(|(language, ..)| *language != "en");
    let files = files.iter();
    i18n::read(files.map(|(language, path, bytes)| (*language, path, &***bytes, false))).value
}
