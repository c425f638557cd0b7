//! What a build remembers for the next: files, documents, and what was drawn under which key.
//!
//! It is kept in parts, each read when it is first needed: a build with nothing to do reads the two
//! smallest. Of what was drawn there is one part for each way of building (drafts or not, another
//! `base_url` …), the last few.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::documents::{LoadedPage, LoadedPages};
use super::file_hashes::KnownFiles;
use super::images::{CachedHeaders, CachedOffers};
use super::search::{DigestShelf, PublishedIndex};
use super::site_state::SiteState;
use super::why::RebuildReason;
use crate::cache::spill::{MemoryBudget, SpillFile, SpillRange};
use crate::cache::{self, CacheStore};
use crate::diagnostic::Diagnostic;
use crate::document::highlight::span_cache::HighlightCache;
use crate::fingerprint::Fingerprint;
use crate::page::templates::Dependency;
use crate::paths::{OutputPath, SourcePath};

/// Documents lie in this many parts, so that an edit writes one of them.
pub const SHARDS: u8 = 64;

/// What the names of smaller pictures begin with.
const PIECE: &str = "piece-";

/// Smaller pictures are kept up to this size together: those of some ten thousand photographs.
const PIECES_BYTES_MAX: u64 = 2 << 30;

/// Ways of building that are remembered.
const WAYS_MAX: usize = 4;

/// What is remembered, and where.
pub struct BuildCache {
    store: Option<Arc<dyn CacheStore>>,
    /// Whether anything is kept, and not only recalled.
    keeps: bool,
    /// The folder for what is put aside while a build runs.
    aside: Option<PathBuf>,
    /// Smaller pictures that are wanted again before the build ends, where no store keeps them.
    pieces: Mutex<BTreeMap<Fingerprint, SpillRange>>,
    pieces_aside: MemoryBudget,
}

/// What was published, one way of building.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OutputRecords {
    /// Counts the builds.
    pub build: u64,
    /// The last builds without errors, one for each thing that they were asked for besides.
    pub lasts: Vec<LastBuild>,
    pub outputs: BTreeMap<OutputPath, OutputRecord>,
    /// Lists of questions; many sheets ask the same.
    pub asked: Vec<Vec<Dependency>>,
    /// Of the site that was drawn.
    site: Option<Fingerprint>,
    /// The search index, where there is one.
    pub search: Option<PublishedIndex>,
    /// Of each page, the fingerprint of what other pages show of it.
    pub shown: BTreeMap<SourcePath, Fingerprint>,
}

/// A build without errors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LastBuild {
    /// What it was asked for: strict or not, audited or not.
    pub asked: Fingerprint,
    /// Of everything that it read.
    pub read: Fingerprint,
    /// Of everything that it published.
    pub published: Fingerprint,
    /// Of the address ledger once it had been taken in, where one is kept.
    pub addresses: Option<Fingerprint>,
    /// Judged and sorted.
    pub problems: Vec<Diagnostic>,
    pub pages: usize,
    pub left_out: usize,
}

/// One output: its bytes' fingerprint, and what they were made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputRecord {
    pub hash: Fingerprint,
    /// Of all that it can depend on, in one: where this is equal nothing has to be composed.
    pub quick: Fingerprint,
    /// Of what it does depend on, one by one.
    pub parts: InputHashes,
    /// A position in [`OutputRecords::asked`].
    pub asked: u32,
    pub problems: Vec<Diagnostic>,
    /// The build that made it, and why that did.
    pub made_in: u64,
    pub why: RebuildReason,
}

/// What an output was made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputHashes {
    /// The page's own file and how it is read.
    pub text: Option<Fingerprint>,
    /// What the sheet shows of the site: titles, lists, links.
    pub view: Option<Fingerprint>,
    /// The templates that it can come to.
    pub templates: Option<Fingerprint>,
    /// What every page knows of the site, words and kinds.
    pub site: Option<Fingerprint>,
    /// Files shown in the text.
    pub includes: Option<Fingerprint>,
    /// The answers to what its templates asked.
    pub answers: Option<Fingerprint>,
}

impl OutputRecords {
    /// Takes over what a build gave.
    pub fn store_build(
        &mut self,
        last: LastBuild,
        whole: &SiteState,
        outputs: BTreeMap<OutputPath, OutputRecord>,
        asked: Vec<Vec<Dependency>>,
    ) {
        self.build += 1;
        self.lasts
            .retain(|other| other.asked != last.asked && other.read == last.read);
        self.lasts.push(last);
        (self.outputs, self.asked) = (outputs, asked);
        self.forget_unasked();
        if self.site != Some(whole.site_hash) {
            let composer = &whole.render_context.composer;
            let pages = composer.site.pages().iter().enumerate();
            self.shown = pages
                .map(|(id, page)| (page.entry.source.clone(), composer.card_hash(id)))
                .collect();
            self.site = Some(whole.site_hash);
        }
    }

    /// Drops lists of questions that no output asks any longer.
    fn forget_unasked(&mut self) {
        let used: BTreeSet<u32> = self.outputs.values().map(|record| record.asked).collect();
        let places: BTreeMap<u32, u32> = used.iter().copied().zip(0..).collect();
        self.asked = used
            .iter()
            .filter_map(|index| self.asked.get(*index as usize).cloned())
            .collect();
        for record in self.outputs.values_mut() {
            record.asked = places[&record.asked];
        }
    }
}

impl BuildCache {
    /// What this store holds; without one nothing is remembered.
    pub fn of(store: Option<Arc<dyn CacheStore>>) -> Self {
        BuildCache {
            keeps: store.is_some(),
            ..BuildCache::read_only(store)
        }
    }

    /// The same, but what is new is not kept.
    pub fn read_only(store: Option<Arc<dyn CacheStore>>) -> Self {
        BuildCache {
            store,
            keeps: false,
            aside: None,
            pieces: Mutex::default(),
            pieces_aside: MemoryBudget::default(),
        }
    }

    /// The same, with a folder for what is put aside while a build runs.
    #[must_use]
    pub fn with_aside(self, folder: PathBuf) -> Self {
        BuildCache {
            aside: Some(folder),
            ..self
        }
    }

    /// A place for what is wanted again before the build ends; `None` where there is none to be
    /// had.
    pub fn spill(&self) -> Option<SpillFile> {
        SpillFile::open(self.aside.as_deref()).ok()
    }

    pub fn is_kept(&self) -> bool {
        self.keeps
    }

    /// What went wrong with the store, in words for people.
    pub fn notes(&self) -> Vec<String> {
        self.store
            .as_ref()
            .map(|store| store.notes())
            .unwrap_or_default()
    }

    pub fn files(&self) -> KnownFiles {
        self.load("files").unwrap_or_default()
    }

    pub fn keep_files(&self, files: &KnownFiles, before: &KnownFiles) {
        if files != before {
            self.save("files", files);
        }
    }

    /// What headers of pictures said.
    pub fn image_headers(&self) -> CachedHeaders {
        self.load("pictures").unwrap_or_default()
    }

    pub fn keep_pictures(&self, images: &CachedHeaders) {
        self.save("pictures", images);
    }

    /// Of which pictures AVIF is offered.
    pub fn offers(&self) -> CachedOffers {
        self.load("offers").unwrap_or_default()
    }

    pub fn keep_offers(&self, offers: &CachedOffers) {
        self.save("offers", offers);
    }

    /// A smaller picture, by the fingerprint of all that it was made from.
    pub fn image_variant(&self, key: Fingerprint) -> Option<Vec<u8>> {
        let kept = self
            .store
            .as_ref()
            .and_then(|store| store.read(&format!("{PIECE}{key}")));
        kept.or_else(|| {
            let put = *self
                .pieces
                .lock()
                .expect("no holder of this lock panics")
                .get(&key)?;
            self.pieces_aside.take(put)
        })
    }

    /// Puts a smaller picture aside that is wanted again before the build ends, unless it is kept
    /// anyhow.
    pub fn spill_image_variant(&self, key: Fingerprint, bytes: &[u8]) {
        if self.keeps {
            return;
        }
        if let Some(put) = self.pieces_aside.put(bytes, || self.spill()) {
            self.pieces
                .lock()
                .expect("no holder of this lock panics")
                .insert(key, put);
        }
    }

    pub fn save_image_variant(&self, key: Fingerprint, bytes: &[u8]) {
        if let Some(store) = self.store.as_ref().filter(|_| self.keeps) {
            store.write(&format!("{PIECE}{key}"), bytes);
        }
    }

    /// Forgets the oldest of the smaller pictures beyond what is worth keeping.
    pub fn bound_pieces(&self) {
        if let Some(store) = self.store.as_ref().filter(|_| self.keeps) {
            store.bound(PIECE, PIECES_BYTES_MAX);
        }
    }

    /// All documents.
    pub fn pages(&self) -> LoadedPages {
        // A map is kept as the list of its pairs. It is sorted once, when all parts of it are
        // there.
        let shards: Vec<Vec<(SourcePath, LoadedPage)>> = (0..SHARDS)
            .into_par_iter()
            .filter_map(|shard| self.load(&shard_name(shard)))
            .collect();
        let mut pages: Vec<(SourcePath, LoadedPage)> = shards.into_iter().flatten().collect();
        pages.par_sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        pages.into_iter().collect()
    }

    /// Keeps the documents of the shards in which something differs.
    pub fn keep_pages(&self, pages: &LoadedPages, differ: &BTreeSet<SourcePath>) {
        let shards = shards(differ);
        if shards.is_empty() || !self.keeps {
            return;
        }
        let mut parts: BTreeMap<u8, BTreeMap<&SourcePath, &LoadedPage>> = shards
            .into_iter()
            .map(|shard| (shard, BTreeMap::new()))
            .collect();
        for (path, page) in pages {
            if let Some(part) = parts.get_mut(&shard_of(path)) {
                part.insert(path, page);
            }
        }
        parts
            .par_iter()
            .for_each(|(shard, part)| self.save(&shard_name(*shard), part));
    }

    /// Keeps all documents of one shard.
    pub fn save_shard(&self, shard: u8, pages: &LoadedPages) {
        self.save(&shard_name(shard), pages);
    }

    /// What code was read as.
    pub fn colors(&self) -> HighlightCache {
        let store = self.store.clone();
        HighlightCache::with_cached(move |part| {
            store
                .as_ref()
                .and_then(|store| cache::load(&**store, &colours_name(part)))
                .unwrap_or_default()
        })
    }

    pub fn keep_colours(&self, colors: &HighlightCache) {
        if self.keeps {
            colors
                .changed()
                .par_iter()
                .for_each(|(part, readings)| self.save(&colours_name(*part), readings));
        }
    }

    /// The words of one part of the pages, for the search.
    pub fn search_words(&self, shard: u8) -> DigestShelf {
        self.load(&format!("search-words-{shard:02}"))
            .unwrap_or_default()
    }

    /// The texts of one part of the pages, for the search.
    pub fn search_texts(&self, shard: u8) -> DigestShelf {
        self.load(&format!("search-texts-{shard:02}"))
            .unwrap_or_default()
    }

    pub fn keep_search(&self, shard: u8, words: &DigestShelf, texts: &DigestShelf) {
        self.save(&format!("search-words-{shard:02}"), words);
        self.save(&format!("search-texts-{shard:02}"), texts);
    }

    /// What was published this way of building.
    pub fn output_records(&self, way: Fingerprint) -> OutputRecords {
        self.load(&records_name(way)).unwrap_or_default()
    }

    /// Keeps it, and forgets the ways that were not used for longest.
    pub fn keep_drawn(&self, way: Fingerprint, drawn: &OutputRecords) {
        let Some(store) = self.store.as_ref().filter(|_| self.keeps) else {
            return;
        };
        let mut ways: Vec<String> = self.load("ways").unwrap_or_default();
        let name = records_name(way);
        if ways.last() != Some(&name) {
            ways.retain(|other| *other != name);
            ways.push(name.clone());
            let forgotten = ways.len().saturating_sub(WAYS_MAX);
            ways.drain(..forgotten);
            self.save("ways", &ways);
            store
                .names("drawn-")
                .iter()
                .filter(|name| !ways.contains(name))
                .for_each(|name| store.remove(name));
        }
        self.save(&name, drawn);
    }

    fn load<T: serde::de::DeserializeOwned>(&self, name: &str) -> Option<T> {
        cache::load(&**self.store.as_ref()?, name)
    }

    fn save<T: Serialize>(&self, name: &str, value: &T) {
        if let Some(store) = self.store.as_ref().filter(|_| self.keeps) {
            cache::save(&**store, name, value);
        }
    }
}

fn shard_name(shard: u8) -> String {
    format!("pages-{shard:02}")
}

fn colours_name(part: usize) -> String {
    format!("colours-{part:02}")
}

fn records_name(way: Fingerprint) -> String {
    format!("drawn-{way}")
}

/// The parts that these documents lie in.
pub fn shards(paths: &BTreeSet<SourcePath>) -> BTreeSet<u8> {
    paths.iter().map(shard_of).collect()
}

pub fn shard_of(path: &SourcePath) -> u8 {
    Fingerprint::of(path.as_str()).as_bytes()[0] % SHARDS
}
