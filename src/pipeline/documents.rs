//! Reads every document by itself, compares it with the cache, and parses it if the cached version
//! does not match.
//!
//! A document's key is the fingerprint of everything that parsing it reads. If the key is equal,
//! the cached result is valid.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Request;
use super::build_cache::BuildCache;
use super::included_files;
use super::load::{LoadedSite, unreadable};
use super::search_cache::{self, NewDigests};
use crate::cache::spill::{MemoryBudget, SpillRange};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::body::Segment;
use crate::document::glossary::{Glossary, explains};
use crate::document::text_sections::TextSection;
use crate::document::{self, Document, DocumentInputs, Entry, PageFacts};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::output::search;
use crate::output::search::digest::SearchDigest;
use crate::page::templates::hash_of;
use crate::paths::SourcePath;
use crate::site::Site;
use crate::site::unread_pages::UnreadPages;
use crate::source::Files;
use crate::yaml::YamlNode;

/// A page that was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadedPage {
    /// The fingerprint of everything that parsing it read.
    pub key: Fingerprint,
    /// The same for equal entries, wherever in the file their values are.
    pub shape: Fingerprint,
    /// The fingerprint of the glossary terms that its text was searched for.
    pub glossary: Option<Fingerprint>,
    pub entry: Arc<Entry>,
    pub facts: Arc<PageFacts>,
    pub problems: Vec<Diagnostic>,
    /// Problems that only a check reports.
    pub remarks: Vec<Diagnostic>,
}

/// Pages by source.
pub type LoadedPages = BTreeMap<SourcePath, LoadedPage>;

/// The documents of a site.
#[derive(Default)]
pub struct Documents {
    pub pages: LoadedPages,
    /// Bodies that are kept until they are rendered. Others are parsed again then.
    bodies: BTreeMap<SourcePath, Mutex<Option<StoredBody>>>,
    overflow: MemoryBudget,
    /// The glossary terms that all of the documents were searched for.
    pub glossary: Glossary,
    /// The search digests of the pages that were parsed, if they were requested.
    pub digests: NewDigests,
    /// How many documents were parsed, not taken from the cache.
    pub parsed: usize,
    /// Pages that differ from the cache: parsed again, or deleted.
    pub differ: BTreeSet<SourcePath>,
}

/// A body until it is rendered.
enum StoredBody {
    InMemory(Vec<Segment>),
    Aside(SpillRange),
}

/// A page that was parsed: with its body if there is room for it, and with its digest if that was
/// requested.
type ParsedPage = (
    LoadedPage,
    Option<StoredBody>,
    Option<search_cache::StoredDigest>,
);

/// What is needed of a document in addition to its entry.
#[derive(Clone, Copy)]
struct DocumentNeeds {
    body: bool,
    text: bool,
    lines: bool,
}

/// What is needed of parsed documents in addition to their entries.
#[derive(Clone, Copy, Default)]
pub struct PageNeeds<'a> {
    /// Bodies, and the cache that stores them if there are many.
    pub bodies: Option<&'a BuildCache>,
    /// Search digests; only together with bodies.
    pub digests: bool,
}

/// Reads documents from the files, with everything that parsing depends on.
pub struct DocumentReader<'a> {
    pub files: &'a dyn Files,
    pub loaded: &'a LoadedSite,
    pub request: &'a Request,
    /// The terms to search for.
    pub glossary: &'a Glossary,
}

impl Documents {
    /// Reads the documents of a site. `known` returns the fingerprint of a file's bytes if it is
    /// known without reading; `remembered` contains earlier results. Bodies are only made if
    /// `wanted` asks for them, and are stored where it says.
    ///
    /// Only the documents define which terms to search for. Pages that explain terms are nearly
    /// always in the folders of their kinds, so those are read first. If other pages turn out to
    /// explain terms, all pages are read again with the full list.
    pub fn read(
        files: &dyn Files,
        loaded: &LoadedSite,
        request: &Request,
        known: impl Fn(&SourcePath) -> Option<Fingerprint> + Sync,
        remembered: LoadedPages,
        wanted: PageNeeds,
    ) -> Self {
        let mut glossary = DocumentReader {
            files,
            loaded,
            request,
            glossary: &Glossary::default(),
        }
        .expected_glossary(&known, &remembered);
        let mut remembered = remembered;
        let mut parsed = 0;
        let mut differ = BTreeSet::new();
        loop {
            let mut documents = DocumentReader {
                files,
                loaded,
                request,
                glossary: &glossary,
            }
            .all(&known, remembered, wanted);
            let found = documents.find_glossary(loaded);
            documents.parsed += parsed;
            documents.differ.append(&mut differ);
            if found.hash() == glossary.hash() {
                documents.glossary = found;
                return documents;
            }
            (parsed, differ) = (documents.parsed, std::mem::take(&mut documents.differ));
            (glossary, remembered) = (found, documents.pages);
        }
    }

    /// Updates the glossary for pages that were added or changed and pages that were deleted.
    /// Returns whether the terms changed, so that pages have to be searched again.
    pub fn needs_term_search(
        &mut self,
        loaded: &LoadedSite,
        fresh: &[(SourcePath, LoadedPage)],
        gone: &[SourcePath],
        is_other_site: bool,
    ) -> bool {
        let explains = |page: &LoadedPage| explains(&page.entry.meta.kind, &loaded.kinds);
        let touched = fresh
            .iter()
            .map(|(path, _)| path)
            .chain(gone)
            .filter_map(|path| self.pages.get(path));
        if !is_other_site
            && !touched
                .chain(fresh.iter().map(|(_, page)| page))
                .any(explains)
        {
            return false;
        }
        let stays =
            |path: &SourcePath| !gone.contains(path) && !fresh.iter().any(|(own, _)| own == path);
        let kept = self
            .pages
            .iter()
            .filter(|(path, page)| explains(page) && stays(path))
            .map(|(_, page)| page);
        let entries = kept
            .chain(fresh.iter().map(|(_, page)| page))
            .map(|page| &*page.entry);
        let glossary = Glossary::of(entries, &loaded.kinds, &loaded.settings.language);
        let is_other = glossary.hash() != self.glossary.hash();
        self.glossary = glossary;
        is_other
    }

    /// The terms that these documents explain.
    pub fn find_glossary(&self, loaded: &LoadedSite) -> Glossary {
        Glossary::of(
            self.pages.values().map(|page| &*page.entry),
            &loaded.kinds,
            &loaded.settings.language,
        )
    }
}

impl Documents {
    /// Problems of the texts that only a check reports.
    pub fn advice(&self) -> impl Iterator<Item = &Diagnostic> {
        self.pages.values().flat_map(|page| &page.remarks)
    }

    /// The pages of the site that cannot be read.
    pub fn unread_pages(&self, site: &Site) -> UnreadPages {
        UnreadPages::of(site, |source| {
            self.pages.get(source)?.facts.unread_text.clone()
        })
    }

    pub fn problems(&self) -> impl Iterator<Item = &Diagnostic> {
        self.pages.values().flat_map(|page| &page.problems)
    }

    /// The fingerprint of what lists for machines contain of the texts.
    pub fn texts_hash(&self) -> Fingerprint {
        let mut hasher = Hasher::new();
        for page in self.pages.values() {
            hasher
                .add(page.facts.words.to_le_bytes())
                .add(&page.facts.excerpt);
        }
        hasher.finish()
    }

    /// A page's body, if it was kept. It can be taken only once.
    pub fn take_body(&self, source: &SourcePath) -> Option<Vec<Segment>> {
        let kept = self
            .bodies
            .get(source)?
            .lock()
            .expect("no holder of this lock panics")
            .take();
        match kept? {
            StoredBody::InMemory(body) => Some(body),
            StoredBody::Aside(put) => postcard::from_bytes(&self.overflow.take(put)?).ok(),
        }
    }
}

impl DocumentReader<'_> {
    /// The expected terms: those of cached pages, and those in the current folders of kinds that
    /// explain terms.
    fn expected_glossary(
        &self,
        known: &(impl Fn(&SourcePath) -> Option<Fingerprint> + Sync),
        remembered: &LoadedPages,
    ) -> Glossary {
        let loaded = self.loaded;
        let is_current = |path: &SourcePath, page: &LoadedPage| {
            known(path).is_some_and(|hash| self.key(path, hash, &page.facts.data) == page.key)
        };
        let in_folders = loaded.listed.pages.par_iter().filter(|path| {
            self.kind_of_folder(path)
                .is_some_and(|kind| explains(kind, &loaded.kinds))
        });
        let fresh: Vec<Arc<Entry>> = in_folders
            .filter(|path| {
                !remembered
                    .get(*path)
                    .is_some_and(|page| is_current(path, page))
            })
            .filter_map(|path| Some(self.page(path, None, PageNeeds::default())?.0.entry))
            .collect();
        let is_fresh = |entry: &Entry| fresh.iter().any(|own| own.source == entry.source);
        let kept = remembered
            .values()
            .map(|page| &*page.entry)
            .filter(|entry| explains(&entry.meta.kind, &loaded.kinds) && !is_fresh(entry));
        let kept = kept.filter(|entry| loaded.listed.pages.binary_search(&entry.source).is_ok());
        Glossary::of(
            kept.chain(fresh.iter().map(|entry| &**entry)),
            &loaded.kinds,
            &loaded.settings.language,
        )
    }

    /// Reads all pages. A cached page is reused if its key is equal and it was searched for the
    /// same terms.
    fn all(
        &self,
        known: impl Fn(&SourcePath) -> Option<Fingerprint> + Sync,
        remembered: LoadedPages,
        wanted: PageNeeds,
    ) -> Documents {
        let mut documents = Documents::default();
        let keep = |body: Vec<Segment>, memory: &BuildCache| {
            if documents.overflow.has_room(size_of_body(&body)) {
                return Some(StoredBody::InMemory(body));
            }
            let bytes = postcard::to_allocvec(&body).expect("plain values can be serialized");
            documents
                .overflow
                .put(&bytes, || memory.spill())
                .map(StoredBody::Aside)
        };
        let (old, paths) = (&remembered, &self.loaded.listed.pages);
        let fresh: Vec<Option<ParsedPage>> = paths
            .par_iter()
            .map(|path| {
                let before = old.get(path);
                if before.is_some_and(|page| {
                    self.is_searched(page)
                        && known(path)
                            .is_some_and(|hash| self.key(path, hash, &page.facts.data) == page.key)
                }) {
                    return None;
                }
                let (page, body, digest) = self.page(path, before, wanted)?;
                let digest = digest
                    .zip(wanted.bodies)
                    .map(|(digest, memory)| documents.digests.place(digest, memory));
                Some((
                    page,
                    wanted.bodies.and_then(|memory| keep(body, memory)),
                    digest,
                ))
            })
            .collect();
        let (mut pages, mut remembered) = (
            Vec::with_capacity(paths.len()),
            remembered.into_iter().peekable(),
        );
        let mut differ = Vec::new();
        for (path, fresh) in paths.iter().zip(fresh) {
            while let Some((gone, _)) = remembered.next_if(|(other, _)| other < path) {
                differ.push(gone);
            }
            let before = remembered.next_if(|(other, _)| other == path);
            let page = match fresh {
                Some((page, body, digest)) => {
                    if let Some(digest) = digest {
                        documents.digests.insert(path.clone(), digest);
                    }
                    documents.parsed += 1;
                    differ.push(path.clone());
                    if body.is_some() {
                        documents.bodies.insert(path.clone(), Mutex::new(body));
                    }
                    page
                }
                None => {
                    before
                        .expect("nothing was read because this is remembered")
                        .1
                }
            };
            pages.push((path.clone(), page));
        }
        documents.differ = differ
            .into_iter()
            .chain(remembered.map(|(gone, _)| gone))
            .collect();
        documents.pages = pages.into_iter().collect();
        documents
    }

    /// Reads one page; `None` if it is unchanged.
    pub fn page(
        &self,
        path: &SourcePath,
        before: Option<&LoadedPage>,
        wanted: PageNeeds,
    ) -> Option<(LoadedPage, Vec<Segment>, Option<SearchDigest>)> {
        let bytes = self.files.read(path);
        // Equal bytes request equal data files, so the earlier requests are enough to know whether
        // the result would be the same.
        let key = |data: &[String]| match &bytes {
            Ok(bytes) => self.key(path, Fingerprint::of(bytes), data),
            Err(error) => Fingerprint::of(format!("unreadable: {error}")),
        };
        if before.is_some_and(|page| self.is_searched(page) && page.key == key(&page.facts.data)) {
            return None;
        }
        let wants = DocumentNeeds {
            body: wanted.bodies.is_some(),
            text: wanted.digests,
            lines: false,
        };
        let (
            Document {
                entry,
                facts,
                remarks,
                body,
                passages,
            },
            problems,
        ) = self.parse(path, bytes.as_deref(), wants);
        let digest = wants.text.then(|| self.digest_of(&entry, passages));
        // If entries are equal apart from the places in them, the page keeps its shape and the
        // value that others may share.
        let shape = match before.filter(|page| page.entry == entry) {
            Some(page) => page.shape,
            None => hash_of(&*entry),
        };
        Some((
            LoadedPage {
                key: key(&facts.data),
                shape,
                glossary: self.glossary.hash(),
                entry,
                facts: Arc::new(facts),
                problems,
                remarks,
            },
            body,
            digest,
        ))
    }

    /// Whether a page was searched for the current terms.
    fn is_searched(&self, page: &LoadedPage) -> bool {
        page.glossary == self.glossary.hash()
    }

    /// A page's body, read again. With `with_lines`, each block has an attribute with its first
    /// line.
    pub fn body(&self, path: &SourcePath, with_lines: bool) -> Vec<Segment> {
        let bytes = self.files.read(path);
        self.parse(
            path,
            bytes.as_deref(),
            DocumentNeeds {
                body: true,
                text: false,
                lines: with_lines,
            },
        )
        .0
        .body
    }

    /// A page's search digest, read again.
    pub fn digest(&self, path: &SourcePath) -> SearchDigest {
        let bytes = self.files.read(path);
        let document = self
            .parse(
                path,
                bytes.as_deref(),
                DocumentNeeds {
                    body: false,
                    text: true,
                    lines: false,
                },
            )
            .0;
        self.digest_of(&document.entry, document.passages)
    }

    fn digest_of(&self, entry: &Entry, mut passages: Vec<TextSection>) -> SearchDigest {
        included_files::add(self.files, self.loaded, entry, &mut passages);
        search::digest::DigestInput::digest(entry, &passages)
    }

    /// The fingerprint of everything that parsing these bytes reads; `data` lists the files of
    /// `data/` that they request.
    fn key(&self, path: &SourcePath, bytes: Fingerprint, data: &[String]) -> Fingerprint {
        let mut hasher = Hasher::new();
        hasher
            .add(bytes.as_bytes())
            .add(self.loaded.hashes.reading.as_bytes())
            .add(self.kind_of_folder(path).unwrap_or(""));
        for defaults in self.defaults(path) {
            hasher.add(format!("{defaults:?}"));
        }
        for name in data {
            hasher.add(name).add(
                self.loaded
                    .data
                    .get(name)
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            );
        }
        hasher.finish()
    }

    fn parse(
        &self,
        path: &SourcePath,
        bytes: Result<&[u8], &io::Error>,
        wants: DocumentNeeds,
    ) -> (Document, Vec<Diagnostic>) {
        let defaults = &self.defaults(path);
        let parse = |bytes: &[u8]| {
            let DocumentNeeds { body, text, lines } = wants;
            let inputs = DocumentInputs {
                wants_body: body,
                wants_text: text,
                with_lines: lines,
                ..self.inputs(path, defaults)
            };
            let parsed = document::parse(path, bytes, &inputs);
            (parsed.value, parsed.problems)
        };
        let broken = |problem| {
            (
                document::broken(path, &self.inputs(path, defaults)),
                vec![problem],
            )
        };
        match bytes {
            Ok(bytes) => std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| parse(bytes)))
                .unwrap_or_else(|_| broken(internal_error(Some(path), "reading this page"))),
            Err(error) => broken(unreadable(path, error)),
        }
    }

    fn inputs<'a>(&'a self, path: &SourcePath, defaults: &'a [&'a YamlNode]) -> DocumentInputs<'a> {
        DocumentInputs {
            settings: &self.loaded.settings,
            kinds: &self.loaded.kinds,
            signatures: &self.loaded.templates.signatures,
            glossary: self.glossary,
            data: &self.loaded.data,
            colors: &self.loaded.colors,
            defaults,
            kind_of_folder: self.kind_of_folder(path),
            words: &self.loaded.words,
            is_lenient: self.request.is_lenient,
            wants_body: true,
            wants_text: false,
            with_lines: false,
        }
    }

    /// The kind that a page's top folder implies. The page of that folder itself has none.
    fn kind_of_folder(&self, path: &SourcePath) -> Option<&str> {
        let content = &self.loaded.listed.content;
        let top = path.below(content)?.split_once('/')?.0;
        let is_section_page = document::is_folder_page(path) && path.folder().folder() == *content;
        let kind = self
            .loaded
            .kinds
            .values()
            .find(|kind| kind.folder.as_deref() == Some(top));
        kind.filter(|_| !is_section_page)
            .map(|kind| kind.name.as_str())
    }

    /// The defaults of the folders that contain a page, the innermost last.
    fn defaults(&self, path: &SourcePath) -> Vec<&YamlNode> {
        let loaded = self.loaded;
        if loaded.defaults.is_empty() {
            return Vec::new();
        }
        let mut chain = Vec::new();
        let mut folder = path.folder();
        loop {
            chain.extend(loaded.defaults.get(&folder));
            if folder == loaded.listed.content || folder.as_str().is_empty() {
                break;
            }
            folder = folder.folder();
        }
        chain.reverse();
        chain
    }
}

/// An internal error, reported as such so that nobody looks for it in the text.
pub fn internal_error(source: Option<&SourcePath>, doing: &str) -> Diagnostic {
    let problem = Diagnostic::new(
        Code::Internal,
        format!("internal error in Handsel while {doing}"),
    );
    let problem = problem.help("report this bug, with the text of this page");
    Diagnostic {
        location: source.map(Location::start_of),
        ..problem
    }
}

fn size_of_body(segments: &[Segment]) -> usize {
    let size = |segment: &Segment| match segment {
        Segment::Html(text) | Segment::Term { text, .. } => text.len(),
        Segment::Component(call) => call.body.as_deref().map_or(0, size_of_body),
        _ => 0,
    };
    segments
        .iter()
        .map(|segment| size(segment) + size_of::<Segment>())
        .sum()
}
