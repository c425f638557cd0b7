//! The search index of a site: planned from what is known about all pages, and made from a digest
//! of each.
//!
//! A page's digest is made when the page is parsed, and cached under the page's key, in parts by
//! page number. If few pages differ, their words are changed in the published files; otherwise, the
//! words of all pages are merged again. Texts are read only if their file has to be made again. A
//! page whose digest is not cached is parsed again. The preview merges the words of all pages when
//! the search is first opened, and after saves.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Sink;
use super::build_cache::{BuildCache, SHARDS};
use super::documents::DocumentReader;
use super::included_files;
use super::search_cache::NewDigests;
use super::site_state::SiteState;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::output::search::bytes::Blob;
use crate::output::search::digest::SearchDigest;
use crate::output::search::{self, IndexPlan, PlannedPage, WordsInput, WordsOutline};
use crate::page::Catalog;
use crate::paths::{OutputPath, SourcePath};
use crate::site::SitePage;
use crate::source::Files;

/// A published index.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PublishedIndex {
    /// The fingerprint of everything that it was made from.
    made_from: Fingerprint,
    /// Sorted by path.
    pub files: Vec<(OutputPath, Fingerprint)>,
    outlines: Vec<WordsOutline>,
}

/// One part of the cached digests: their words or their texts, each with the key of its page.
pub type DigestShelf = BTreeMap<SourcePath, (Fingerprint, Blob)>;

/// A source of digests: those made in this run, then cached ones, then those that are made on
/// demand.
struct Digests<'a> {
    reader: DocumentReader<'a>,
    catalog: &'a Catalog,
    memory: &'a BuildCache,
    fresh: &'a NewDigests,
    words: [OnceLock<DigestShelf>; SHARDS as usize],
    texts: [OnceLock<DigestShelf>; SHARDS as usize],
    /// Digests that had to be made again.
    read: Mutex<BTreeMap<SourcePath, SearchDigest>>,
    files: IndexFiles<'a>,
}

/// The new files of an index, together with those of the published one.
struct IndexFiles<'a> {
    sink: &'a dyn Sink,
    before: Option<&'a PublishedIndex>,
    done: Mutex<BTreeMap<OutputPath, Fingerprint>>,
}

/// Publishes the index; `None` if the site has no search. `fresh` contains the digests of the pages
/// that this build parsed.
pub fn publish(
    whole: &SiteState,
    reader: DocumentReader,
    memory: &BuildCache,
    before: Option<&PublishedIndex>,
    fresh: &NewDigests,
    sink: &dyn Sink,
) -> Result<Option<PublishedIndex>, String> {
    let catalog = whole.render_context.catalog();
    let Some(plan) = search::plan(catalog, |page| key(whole, reader.files, page)) else {
        return Ok(None);
    };
    let files = IndexFiles {
        sink,
        before,
        done: Mutex::default(),
    };
    let same = before.filter(|before| {
        before.made_from == plan.hash && before.files.iter().all(|(path, _)| files.keep(path))
    });
    if same.is_some() {
        return Ok(same.cloned());
    }
    let [words, texts] = [const { [const { OnceLock::new() }; SHARDS as usize] }; 2];
    let digests = Digests {
        reader,
        catalog,
        memory,
        fresh,
        words,
        texts,
        read: Mutex::default(),
        files,
    };
    let outlines = search::files(
        catalog,
        &plan,
        before.map_or(&[], |before| &before.outlines),
        &digests,
    )?;
    let texts = plan.languages.par_iter().flat_map(|language| {
        language
            .texts
            .par_iter()
            .map(move |texts| (language, texts))
    });
    texts.try_for_each(|(language, texts)| {
        if digests.files.keep(&texts.path) {
            return Ok(());
        }
        digests.files.put(
            texts.path.clone(),
            language.texts_file(catalog, texts, |entry| digests.text(entry)),
        )
    })?;
    if memory.is_kept() {
        keep(&plan, &digests);
    }
    Ok(Some(PublishedIndex {
        made_from: plan.hash,
        files: digests.files.into_done(),
        outlines,
    }))
}

/// The key of a page's digest: that of its document, its name, which can be its title and is
/// searched, and the files whose text it shows.
pub(super) fn key(whole: &SiteState, files: &dyn Files, page: &SitePage) -> Fingerprint {
    let source = &page.entry.source;
    let text = whole.documents.pages.get(source).map(|page| page.key);
    let mut hasher = Hasher::new();
    hasher
        .add(source.as_str())
        .add(text.unwrap_or_default().as_bytes());
    if let Some(shown) = included_files::hash(files, &whole.loaded, &page.entry) {
        hasher.add(shown.as_bytes());
    }
    hasher.finish()
}

pub(super) fn source<'a>(catalog: &'a Catalog, entry: &PlannedPage) -> &'a SourcePath {
    &catalog.site.page(entry.page).entry.source
}

pub(super) fn entries(plan: &IndexPlan) -> impl Iterator<Item = &PlannedPage> {
    plan.languages.iter().flat_map(|language| &language.entries)
}

/// The part that contains the digest of the page with this number.
fn shard_of(number: u32) -> u8 {
    u8::try_from((number >> 18).min(u32::from(SHARDS) - 1)).expect("there are fewer than 256 parts")
}

impl IndexFiles<'_> {
    fn published_hash(&self, path: &OutputPath) -> Option<Fingerprint> {
        let files = &self.before?.files;
        let at = files.binary_search_by(|(own, _)| own.cmp(path)).ok()?;
        Some(files[at].1)
    }

    fn done(&self) -> MutexGuard<'_, BTreeMap<OutputPath, Fingerprint>> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a file of the published index; returns whether it still exists.
    fn keep(&self, path: &OutputPath) -> bool {
        self.published_hash(path)
            .is_some_and(|hash| self.is_done(path, hash))
    }

    /// Whether a file is in place: put or kept earlier, or kept now.
    fn is_done(&self, path: &OutputPath, hash: Fingerprint) -> bool {
        if self.done().get(path) == Some(&hash) {
            return true;
        }
        let is_kept = self.sink.keep(path, hash);
        if is_kept {
            self.done().insert(path.clone(), hash);
        }
        is_kept
    }

    fn put(&self, path: OutputPath, bytes: Vec<u8>) -> Result<(), String> {
        let hash = Fingerprint::of(&bytes);
        if !self.is_done(&path, hash) {
            self.sink.put(&path, Cow::Owned(bytes), hash)?;
            self.done().insert(path, hash);
        }
        Ok(())
    }

    /// The bytes of a file of the published index, if they are unchanged.
    fn published(&self, path: &OutputPath) -> Option<Vec<u8>> {
        let hash = self.published_hash(path)?;
        self.sink
            .published(path)
            .filter(|bytes| Fingerprint::of(bytes) == hash)
    }

    fn into_done(self) -> Vec<(OutputPath, Fingerprint)> {
        self.done
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .into_iter()
            .collect()
    }
}

impl WordsInput for Digests<'_> {
    fn of(&self, entry: &PlannedPage) -> Cow<'_, [u8]> {
        let source = source(self.catalog, entry);
        if let Some(words) = self.fresh.words(source) {
            return words;
        }
        match self
            .words_shelf(entry.number)
            .get(source)
            .filter(|(key, _)| *key == entry.key)
        {
            Some((_, words)) => Cow::Borrowed(&words.0),
            None => Cow::Owned(self.read(source).words.0),
        }
    }

    fn published_of(&self, number: u32, key: Fingerprint) -> Option<Cow<'_, [u8]>> {
        let mut shelf = self.words_shelf(number).values();
        shelf
            .find(|(own, _)| *own == key)
            .map(|(_, words)| Cow::Borrowed(words.0.as_slice()))
    }

    fn published(&self, path: &OutputPath) -> Option<Vec<u8>> {
        self.files.published(path)
    }

    fn keep(&self, path: &OutputPath) -> bool {
        self.files.keep(path)
    }

    fn put(&self, path: OutputPath, bytes: Vec<u8>) -> Result<(), String> {
        self.files.put(path, bytes)
    }
}

impl Digests<'_> {
    fn text(&self, entry: &PlannedPage) -> Cow<'_, [u8]> {
        let source = source(self.catalog, entry);
        if let Some(text) = self.fresh.text(source) {
            return text;
        }
        match self
            .texts_shelf(entry.number)
            .get(source)
            .filter(|(key, _)| *key == entry.key)
        {
            Some((_, text)) => Cow::Borrowed(&text.0),
            None => Cow::Owned(self.read(source).text.0),
        }
    }

    /// Parses a page again, at most once.
    fn read(&self, source: &SourcePath) -> SearchDigest {
        if let Some(digest) = self
            .read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(source)
        {
            return digest.clone();
        }
        let digest = self.reader.digest(source);
        self.read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(source.clone(), digest.clone());
        digest
    }

    fn words_shelf(&self, number: u32) -> &DigestShelf {
        let shard = shard_of(number);
        self.words[usize::from(shard)].get_or_init(|| self.memory.search_words(shard))
    }

    fn texts_shelf(&self, number: u32) -> &DigestShelf {
        let shard = shard_of(number);
        self.texts[usize::from(shard)].get_or_init(|| self.memory.search_texts(shard))
    }
}

/// Writes the parts that contain a new digest.
fn keep(plan: &IndexPlan, digests: &Digests) {
    let mut shards: BTreeMap<u8, Vec<&PlannedPage>> = BTreeMap::new();
    entries(plan).for_each(|entry| {
        shards
            .entry(shard_of(entry.number))
            .or_default()
            .push(entry)
    });
    let read: BTreeSet<SourcePath> = digests
        .read
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .keys()
        .cloned()
        .collect();
    let is_new = |entry: &&PlannedPage| {
        let source = source(digests.catalog, entry);
        digests.fresh.contains(source) || read.contains(source)
    };
    shards.retain(|_, entries| entries.iter().any(is_new));
    shards.into_par_iter().for_each(|(shard, entries)| {
        let shelf = |of: &dyn Fn(&PlannedPage) -> Vec<u8>| -> DigestShelf {
            entries
                .iter()
                .map(|entry| {
                    (
                        source(digests.catalog, entry).clone(),
                        (entry.key, Blob(of(entry))),
                    )
                })
                .collect()
        };
        let words = shelf(&|entry| digests.of(entry).into_owned());
        let texts = shelf(&|entry| digests.text(entry).into_owned());
        digests.memory.keep_search(shard, &words, &texts);
    });
}
