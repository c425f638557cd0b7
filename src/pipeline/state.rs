//! The state of a site in a session: what was listed and read, and everything made from it.
//!
//! A refresh works from the outside in: which files exist, which have other bytes, which of those
//! the first step read, which documents have to be parsed again, and whether the site changes. It
//! stops at the first step whose result is unchanged.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use super::Request;
use super::build_cache::{self, BuildCache};
use super::documents::{DocumentReader, Documents, LoadedPage, LoadedPages, PageNeeds};
use super::file_hashes::{FileHashes, KnownFile, KnownFiles, unreadable};
use super::images::SiteImages;
use super::load::{self, LoadedSite};
use super::outputs::Outputs;
use super::recorder::{Recording, RecordingFiles};
use super::search_preview;
use super::site_state::{self, SiteState};
use crate::diagnostic::{Checked, Diagnostic, Location};
use crate::document::{Entry, PageFacts};
use crate::fingerprint::Fingerprint;
use crate::paths::{OutputPath, SourcePath};
use crate::site::{LinkTarget, PageId, SitePage};
use crate::source::{Files, ListingRules, below};

/// The paths that may have changed since they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangedPaths {
    Paths(BTreeSet<SourcePath>),
    Everything,
}

/// The result of a refresh.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefreshResult {
    /// Files that were added, deleted or changed, sorted.
    pub changed: Vec<SourcePath>,
    /// The number of documents that were parsed.
    pub parsed: usize,
    /// The number of published pages now.
    pub pages: usize,
}

pub struct State {
    pub whole: SiteState,
    /// Every listed file, sorted, and the problems of the listing.
    sources: Arc<[SourcePath]>,
    listing_problems: Vec<Diagnostic>,
    known: KnownFiles,
    /// The files that the first step read.
    load_reads: HashSet<SourcePath>,
    load_problems: Vec<Diagnostic>,
    /// Problems found while assembling the site, except link problems.
    site_problems: Vec<Diagnostic>,
    /// Pages that differ from the cache.
    differ: BTreeSet<SourcePath>,
    /// The search index, as of the last request.
    search: Mutex<search_preview::PreviewSearch>,
}

/// The result of a scan of the files.
pub struct FileScan {
    /// The current listing; `None` if it is unchanged.
    sources: Option<Vec<SourcePath>>,
    problems: Vec<Diagnostic>,
    /// Files whose bytes may have changed.
    candidates: BTreeSet<SourcePath>,
}

/// Documents that were read again.
#[derive(Default)]
struct RereadDocuments {
    fresh: Vec<(SourcePath, LoadedPage)>,
    gone: Vec<SourcePath>,
}

impl State {
    pub fn open(files: &dyn Files, request: &Request, memory: &BuildCache) -> Self {
        let mut ledger = FileHashes::new(files, memory.files());
        let recorder = RecordingFiles::new(&ledger, None);
        let Checked {
            value: mut loaded,
            problems: load_problems,
        } = load::load(&recorder, request, None);
        loaded.colors = Arc::new(memory.colors());
        let Recording { listed, reads } = recorder.done();
        let Checked {
            value: sources,
            problems: listing_problems,
        } = listed.unwrap_or_default();
        ledger.stamp(&sources);
        let documents = Documents::read(
            &ledger,
            &loaded,
            request,
            |path| ledger.known(path),
            memory.pages(),
            PageNeeds::default(),
        );
        let assemble = || {
            let mut site_problems = Vec::new();
            let site = site_state::assemble(&loaded, &documents, request, None, &mut site_problems);
            let render_context = Arc::new(site_state::render_context(
                &loaded, &documents, site, request,
            ));
            let outputs = Outputs::plan(&loaded, render_context.builder.index(), None);
            (render_context, outputs, site_problems)
        };
        let note = || {
            (
                ledger.into_known(&sources),
                site_state::site_hash(&loaded, &documents),
            )
        };
        let ((render_context, outputs, site_problems), (known, site_hash)) =
            rayon::join(assemble, note);
        let images = SiteImages::new(&loaded, render_context.catalog(), memory);
        State {
            differ: documents.differ.clone(),
            known,
            whole: SiteState {
                site_hash,
                loaded,
                documents,
                render_context,
                outputs,
                images,
            },
            sources: sources.into(),
            listing_problems,
            load_reads: reads.into_keys().collect(),
            load_problems,
            site_problems,
            search: Mutex::default(),
        }
    }

    /// A file of the search index.
    pub fn search_file(
        &self,
        path: &str,
        files: &dyn Files,
        request: &Request,
        memory: &BuildCache,
    ) -> Option<(OutputPath, Vec<u8>)> {
        let reader = DocumentReader {
            files,
            loaded: &self.whole.loaded,
            request,
            glossary: &self.whole.documents.glossary,
        };
        self.search
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .file(path, &self.whole, &reader, memory)
    }

    /// Every problem except those of rendering.
    pub fn problems(&self) -> Vec<Diagnostic> {
        let own = self
            .listing_problems
            .iter()
            .chain(&self.load_problems)
            .chain(&self.site_problems)
            .chain(&self.whole.outputs.problems);
        let mut problems: Vec<Diagnostic> = own
            .chain(self.whole.documents.problems())
            .cloned()
            .collect();
        let site = &self.whole.render_context.catalog().site;
        problems.extend(site.link_problems(&self.whole.documents.unread_pages(site)));
        problems
    }

    /// The pages that are not in the cache yet, and all files that were read. The caller writes
    /// them.
    pub fn unsaved_pages(&mut self) -> (BTreeSet<SourcePath>, KnownFiles) {
        let differ = std::mem::take(&mut self.differ);
        let known = if differ.is_empty() {
            KnownFiles::new()
        } else {
            self.known.clone()
        };
        (differ, known)
    }

    /// The pages of one shard of the cache.
    pub fn pages_of(&self, shard: u8) -> LoadedPages {
        let pages = self.whole.documents.pages.iter();
        pages
            .filter(|(path, _)| build_cache::shard_of(path) == shard)
            .map(|(path, page)| (path.clone(), page.clone()))
            .collect()
    }

    /// The published page made from a file.
    pub fn page(&self, source: &SourcePath) -> Option<(PageId, &SitePage)> {
        let site = &self.whole.render_context.catalog().site;
        match site.tables.by_source.get(source)? {
            LinkTarget::Page(id) => Some((*id, site.page(*id))),
            _ => None,
        }
    }

    /// The address of the nearest folder above a path that has a page.
    pub fn near(&self, path: &str) -> String {
        let mut folder = path.trim_end_matches('/');
        while let Some((above, _)) = folder.rsplit_once('/') {
            if self
                .whole
                .outputs
                .at(&format!("{above}/index.html"))
                .is_some()
            {
                return format!("/{above}/");
            }
            folder = above;
        }
        "/".to_owned()
    }

    /// Updates everything that depends on the scanned changes. No other refresh may have happened
    /// since the scan.
    pub fn refresh(
        &mut self,
        files: &dyn Files,
        request: &Request,
        scanned: FileScan,
    ) -> RefreshResult {
        let changed = self.changed(files, &scanned);
        let pages = |state: &State| state.whole.render_context.catalog().site.pages().len();
        let is_listing_same =
            scanned.sources.is_none() && scanned.problems == self.listing_problems;
        if changed.is_empty() && is_listing_same {
            return RefreshResult {
                pages: pages(self),
                ..RefreshResult::default()
            };
        }
        self.search
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .mark_outdated();
        if let Some(sources) = scanned.sources {
            self.sources = sources.into();
        }
        self.listing_problems = scanned.problems;
        self.whole.images.forget(&changed);
        let is_page =
            |path: &SourcePath| self.whole.loaded.listed.pages.binary_search(path).is_ok();
        let parsed = if is_listing_same && changed.iter().all(is_page) {
            let reread = self.reread(files, request, &changed);
            self.take_in(files, request, reread)
        } else if self.are_only_pages(&changed) {
            self.update_listing(files, &changed);
            let reread = self.reread(files, request, &changed);
            self.take_in(files, request, reread)
        } else if is_listing_same
            && !changed
                .iter()
                .any(|path| is_page(path) || self.load_reads.contains(path))
        {
            // These files are only copied or included, so the pages that show them are rendered on
            // request.
            0
        } else {
            self.reload(files, request, &changed, is_listing_same)
        };
        RefreshResult {
            changed: changed.into_iter().collect(),
            parsed,
            pages: pages(self),
        }
    }

    /// Whether the site was made for the date of the request.
    pub fn is_of_day(&self, request: &Request) -> bool {
        load::today(request, &self.whole.loaded.settings) == self.whole.loaded.today
    }

    /// Updates the site for another date.
    pub fn set_date(&mut self, files: &dyn Files, request: &Request) {
        self.reload(files, request, &BTreeSet::new(), true);
    }

    /// Scans for changes.
    pub fn scan(&self, files: &dyn Files, touched: &ChangedPaths) -> FileScan {
        let rules = rules(&self.whole.loaded);
        let ChangedPaths::Paths(paths) = touched else {
            return self.scan_all(files, &rules, &BTreeSet::new());
        };
        let asked: Vec<SourcePath> = paths.iter().cloned().collect();
        let looked = files.scan(&rules, &asked);
        if looked.must_list {
            return self.scan_all(files, &rules, paths);
        }
        let mut candidates: BTreeSet<SourcePath> = paths
            .iter()
            .flat_map(|touched| below(&self.sources, touched))
            .cloned()
            .collect();
        let is_same = candidates.len() == looked.files.len()
            && looked.files.iter().all(|path| candidates.contains(path));
        let sources = (!is_same).then(|| {
            let mut sources: Vec<SourcePath> = self
                .sources
                .iter()
                .filter(|path| !candidates.contains(*path))
                .cloned()
                .collect();
            sources.extend(looked.files.iter().cloned());
            sources.sort_unstable();
            sources
        });
        candidates.extend(looked.files);
        let is_touched = |problem: &&Diagnostic| {
            problem
                .location
                .as_ref()
                .is_some_and(|place| place.path.and_folders().any(|path| paths.contains(path)))
        };
        let kept = self
            .listing_problems
            .iter()
            .filter(|problem| !is_touched(problem));
        let mut problems: Vec<Diagnostic> = kept.cloned().chain(looked.problems).collect();
        Diagnostic::sort(&mut problems);
        FileScan {
            sources,
            problems,
            candidates,
        }
    }

    /// After a full listing, files whose stamps changed may have changed. Nothing is kept for files
    /// that were never read.
    fn scan_all(
        &self,
        files: &dyn Files,
        rules: &ListingRules,
        touched: &BTreeSet<SourcePath>,
    ) -> FileScan {
        let Checked {
            value: sources,
            problems,
        } = files.list(rules);
        let stamps = files.stamps(&sources);
        let may_differ = |path: &SourcePath, stamp| match self.known.get(path) {
            Some(known) => !known.is_unchanged(stamp),
            None => {
                self.sources.binary_search(path).is_err()
                    || self.whole.images.has_seen(path)
                    || self.is_searched(path)
            }
        };
        let changed_stamps = sources
            .iter()
            .zip(stamps)
            .filter(|(path, stamp)| may_differ(path, *stamp))
            .map(|(path, _)| path);
        let gone = self
            .sources
            .iter()
            .filter(|path| sources.binary_search(path).is_err());
        let candidates = changed_stamps.chain(gone).chain(touched).cloned().collect();
        FileScan {
            sources: (*sources != *self.sources).then_some(sources),
            problems,
            candidates,
        }
    }

    fn is_searched(&self, path: &SourcePath) -> bool {
        self.search
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .has_read(path)
    }

    /// The candidates that were added, deleted or changed. A file that was never read counts as
    /// changed.
    fn changed(&mut self, files: &dyn Files, scanned: &FileScan) -> BTreeSet<SourcePath> {
        let now = scanned.sources.as_deref().unwrap_or(&self.sources);
        let mut changed = BTreeSet::new();
        for path in &scanned.candidates {
            let is_listed = now.binary_search(path).is_ok();
            let was_listed = self.sources.binary_search(path).is_ok();
            let is_same = match self.known.get(path).filter(|_| is_listed && was_listed) {
                Some(known) => {
                    let hash = hash(files, path);
                    let is_same = hash == known.hash();
                    self.known.insert(path.clone(), KnownFile::unverified(hash));
                    is_same
                }
                None => !is_listed && !was_listed,
            };
            if !is_same {
                changed.insert(path.clone());
            }
        }
        changed
    }

    /// Reads pages again, and drops those that are unchanged.
    fn reread(
        &self,
        files: &dyn Files,
        request: &Request,
        paths: &BTreeSet<SourcePath>,
    ) -> RereadDocuments {
        let (pages, loaded) = (&self.whole.documents.pages, &self.whole.loaded);
        let reader = DocumentReader {
            files,
            loaded,
            request,
            glossary: &self.whole.documents.glossary,
        };
        let (listed, gone): (Vec<&SourcePath>, Vec<&SourcePath>) = paths
            .iter()
            .partition(|path| loaded.listed.pages.binary_search(path).is_ok());
        let fresh = listed.into_par_iter().filter_map(|path| {
            Some((
                path.clone(),
                reader.page(path, pages.get(path), PageNeeds::default())?.0,
            ))
        });
        let gone = gone
            .into_iter()
            .filter(|path| pages.contains_key(*path))
            .cloned()
            .collect();
        RereadDocuments {
            fresh: fresh.collect(),
            gone,
        }
    }

    /// Whether only pages were added, deleted or edited, so that the result of the first step stays
    /// valid.
    fn are_only_pages(&self, changed: &BTreeSet<SourcePath>) -> bool {
        let loaded = &self.whole.loaded;
        let gone = changed
            .iter()
            .filter(|path| self.sources.binary_search(path).is_err())
            .count();
        changed
            .iter()
            .all(|path| loaded.listed.is_place_of_page(path))
            && gone < loaded.listed.pages.len()
    }

    /// Updates the lists for pages that were added and deleted.
    fn update_listing(&mut self, files: &dyn Files, changed: &BTreeSet<SourcePath>) {
        let listed = Arc::make_mut(&mut self.whole.loaded.listed);
        for path in changed {
            let is_there = self.sources.binary_search(path).is_ok();
            listed.update_page(path, is_there);
            if is_there {
                self.known
                    .insert(path.clone(), KnownFile::unverified(hash(files, path)));
            } else {
                self.known.remove(path);
            }
        }
    }

    /// Applies the documents that were read again, and returns how many there are.
    fn take_in(&mut self, files: &dyn Files, request: &Request, reread: RereadDocuments) -> usize {
        let (parsed, is_other_site) = self.apply_documents(files, request, reread, false);
        if is_other_site {
            self.plan();
        }
        parsed
    }

    /// The same without the outputs. Returns the number of documents, and whether the outputs may
    /// have changed.
    fn apply_documents(
        &mut self,
        files: &dyn Files,
        request: &Request,
        reread: RereadDocuments,
        must_assemble: bool,
    ) -> (usize, bool) {
        let RereadDocuments { mut fresh, gone } = reread;
        if self
            .whole
            .documents
            .needs_term_search(&self.whole.loaded, &fresh, &gone, must_assemble)
        {
            // Documents that were read just now were also searched for the earlier terms.
            let all: BTreeSet<SourcePath> =
                self.whole.loaded.listed.pages.iter().cloned().collect();
            fresh = self.reread(files, request, &all).fresh;
        }
        let parsed = fresh.len();
        let pages = &mut self.whole.documents.pages;
        self.differ.extend(
            gone.iter()
                .chain(fresh.iter().map(|(path, _)| path))
                .cloned(),
        );
        gone.iter().for_each(|path| drop(pages.remove(path)));
        let mut is_same_site = !must_assemble && gone.is_empty();
        let mut edited = Vec::new();
        for (path, page) in fresh {
            edited.push((Arc::clone(&page.entry), Arc::clone(&page.facts)));
            let entry = Arc::clone(&page.entry);
            let before = pages.insert(path, page);
            is_same_site &= before.is_some_and(|before| before.entry == entry);
        }
        let is_same_site = is_same_site && !self.is_about(&edited) && self.set_texts(&edited);
        if !is_same_site {
            self.assemble(request);
        }
        (parsed, !is_same_site)
    }

    /// Whether a problem of the site is located in one of these files, so that its place may have
    /// changed.
    fn is_about(&self, edited: &[(Arc<Entry>, Arc<PageFacts>)]) -> bool {
        let is_in = |place: &Location| edited.iter().any(|(entry, _)| entry.source == place.path);
        let places = |problem: &Diagnostic| {
            problem
                .location
                .iter()
                .chain(problem.related.iter().map(|(place, _)| place))
                .any(is_in)
        };
        self.site_problems
            .iter()
            .chain(&self.whole.outputs.problems)
            .any(places)
    }

    /// Applies edited texts whose entries are equal apart from the places of their values; returns
    /// whether that was possible.
    fn set_texts(&mut self, edited: &[(Arc<Entry>, Arc<PageFacts>)]) -> bool {
        let Some(render_context) = Arc::get_mut(&mut self.whole.render_context) else {
            return false;
        };
        let texts = edited.iter().map(|(entry, facts)| (entry, facts));
        render_context.builder.set_texts(texts);
        true
    }

    /// Handles all other changes: files other than pages, or files that the first step reads.
    fn reload(
        &mut self,
        files: &dyn Files,
        request: &Request,
        changed: &BTreeSet<SourcePath>,
        is_listing_same: bool,
    ) -> usize {
        let recorder = RecordingFiles::new(files, Some((rules(&self.whole.loaded), &self.sources)));
        let Checked {
            value: mut loaded,
            problems,
        } = load::load(
            &recorder,
            request,
            is_listing_same.then_some(&self.whole.loaded.listed),
        );
        loaded.colors = Arc::clone(&self.whole.loaded.colors);
        let Recording { listed, reads } = recorder.done();
        if let Some(listed) = listed {
            // Other settings can list other files.
            (self.sources, self.listing_problems) = (listed.value.into(), listed.problems);
        }
        self.load_problems = problems;
        let before = std::mem::replace(&mut self.whole.loaded, loaded);
        let now = &self.whole.loaded;
        let is_other_site = before.hashes.assembling != now.hashes.assembling;
        let is_published_alike = now.publishes_same_files(&before);
        let is_read_alike = before.hashes.reading == now.hashes.reading
            && before.defaults == now.defaults
            && before.listed.content == now.listed.content;
        let mut paths = changed.clone();
        if !is_read_alike {
            paths.extend(now.listed.pages.iter().cloned());
        }
        if before.data != now.data {
            let asking = self
                .whole
                .documents
                .pages
                .iter()
                .filter(|(_, page)| !page.facts.data.is_empty());
            paths.extend(asking.map(|(path, _)| path.clone()));
        }
        if !Arc::ptr_eq(&before.listed, &now.listed) {
            paths.extend(
                before
                    .listed
                    .pages
                    .iter()
                    .filter(|path| now.listed.pages.binary_search(path).is_err())
                    .cloned(),
            );
            paths.extend(
                now.listed
                    .pages
                    .iter()
                    .filter(|path| !self.whole.documents.pages.contains_key(*path))
                    .cloned(),
            );
        }
        self.note(files, changed, reads);
        let reread = self.reread(files, request, &paths);
        let wants_assembling = is_other_site || !self.apply_templates();
        let (parsed, may_differ) = self.apply_documents(files, request, reread, wants_assembling);
        if may_differ || !is_published_alike {
            self.plan();
        }
        parsed
    }

    /// Applies new templates to the same site; returns whether that was possible.
    fn apply_templates(&mut self) -> bool {
        let loaded = &self.whole.loaded;
        let Some(render_context) = Arc::get_mut(&mut self.whole.render_context) else {
            return false;
        };
        render_context.set_inputs(Arc::clone(&loaded.words), site_state::render_inputs(loaded));
        true
    }

    /// Notes what was read, and forgets files that are gone.
    fn note(
        &mut self,
        files: &dyn Files,
        changed: &BTreeSet<SourcePath>,
        reads: HashMap<SourcePath, Fingerprint>,
    ) {
        for path in changed {
            if self.sources.binary_search(path).is_err() {
                self.known.remove(path);
            } else if self.whole.loaded.listed.pages.binary_search(path).is_ok()
                && !reads.contains_key(path)
            {
                self.known
                    .insert(path.clone(), KnownFile::unverified(hash(files, path)));
            }
        }
        self.load_reads = reads.keys().cloned().collect();
        for (path, hash) in reads {
            if self
                .known
                .get(&path)
                .is_none_or(|known| known.hash() != hash)
            {
                self.known.insert(path, KnownFile::unverified(hash));
            }
        }
    }

    fn assemble(&mut self, request: &Request) {
        self.site_problems.clear();
        let (loaded, documents) = (&self.whole.loaded, &self.whole.documents);
        let before = &self.whole.render_context;
        let site = site_state::assemble(
            loaded,
            documents,
            request,
            Some(&before.catalog().site),
            &mut self.site_problems,
        );
        let shared = before.shared_values();
        let now =
            site_state::render_context(loaded, documents, site, request).with_shared_values(shared);
        let before = std::mem::replace(&mut self.whole.render_context, Arc::new(now));
        rayon::spawn(|| drop(before));
    }

    fn plan(&mut self) {
        let (loaded, context) = (&self.whole.loaded, &self.whole.render_context);
        let before = &self.whole.outputs;
        let outputs = Outputs::plan(loaded, context.builder.index(), Some(before));
        let before = std::mem::replace(&mut self.whole.outputs, outputs);
        rayon::spawn(|| drop(before));
        self.whole.images.set_images(loaded, context.catalog());
    }
}

/// The rules that the sources were listed by.
fn rules(loaded: &LoadedSite) -> ListingRules {
    ListingRules {
        output: Some(loaded.settings.output.clone()),
        ignore: loaded.settings.ignore.clone(),
    }
}

fn hash(files: &dyn Files, path: &SourcePath) -> Fingerprint {
    files.hash(path).unwrap_or_else(|_| unreadable())
}
