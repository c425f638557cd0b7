//! What a build caches for the next one: files, documents, and rendered outputs by key.
//!
//! The cache is split into parts, each of which is read when it is first needed; a build with
//! nothing to do reads only the two smallest. There is one part of output records for each build
//! mode (drafts or not, another `base_url` and so on), for the last few modes.

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
use super::unpublished::UnpublishedCounts;
use super::why::RebuildReason;
use crate::cache::spill::{MemoryBudget, SpillFile, SpillRange};
use crate::cache::{self, CacheStore};
use crate::diagnostic::Diagnostic;
use crate::document::highlight::span_cache::HighlightCache;
use crate::fingerprint::Fingerprint;
use crate::page::templates::Dependency;
use crate::paths::{OutputPath, SourcePath};

/// The number of parts that documents are divided into, so that an edit writes only one of them.
pub const SHARDS: u8 = 64;

/// The prefix of the names of smaller images.
const PIECE: &str = "piece-";

/// The maximum total size of the cached smaller images: enough for some ten thousand photographs.
const PIECES_BYTES_MAX: u64 = 2 << 30;

/// The maximum number of build modes whose outputs are remembered.
const WAYS_MAX: usize = 4;

/// The cached values, and the store that contains them.
pub struct BuildCache {
    store: Option<Arc<dyn CacheStore>>,
    /// Whether new values are written, in addition to reading old ones.
    keeps: bool,
    /// The folder for temporary files during a build.
    aside: Option<PathBuf>,
    /// Smaller images that are needed again before the build ends, if no store keeps them.
    pieces: Mutex<BTreeMap<Fingerprint, SpillRange>>,
    pieces_aside: MemoryBudget,
}

/// The published outputs of one build mode.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OutputRecords {
    /// The number of builds so far.
    pub build: u64,
    /// The last builds without errors, one for each combination of the other options.
    pub lasts: Vec<LastBuild>,
    pub outputs: BTreeMap<OutputPath, OutputRecord>,
    /// Lists of dependencies, shared because many pages have the same ones.
    pub asked: Vec<Vec<Dependency>>,
    /// The fingerprint of the site that was rendered.
    site: Option<Fingerprint>,
    /// The search index, if there is one.
    pub search: Option<PublishedIndex>,
    /// For each page, the fingerprint of what other pages show of it.
    pub shown: BTreeMap<SourcePath, Fingerprint>,
}

/// A build without errors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LastBuild {
    /// The options that affect only its problems: strict or not, with an audit or not.
    pub asked: Fingerprint,
    /// The fingerprint of everything that it read.
    pub read: Fingerprint,
    /// The fingerprint of everything that it published.
    pub published: Fingerprint,
    /// The fingerprint of the address ledger after this build was added to it, if a ledger is kept.
    pub addresses: Option<Fingerprint>,
    /// The problems, with final severities and sorted.
    pub problems: Vec<Diagnostic>,
    pub pages: usize,
    pub left_out: usize,
    pub unpublished: UnpublishedCounts,
}

/// One output: the fingerprint of its bytes, and of what it was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputRecord {
    pub hash: Fingerprint,
    /// A fingerprint of everything it can depend on. If this is equal, the page context need not be
    /// built.
    pub quick: Fingerprint,
    /// The fingerprints of its actual inputs.
    pub parts: InputHashes,
    /// A position in [`OutputRecords::asked`].
    pub asked: u32,
    pub problems: Vec<Diagnostic>,
    /// The number of the build that made it, and the reason.
    pub made_in: u64,
    pub why: RebuildReason,
}

/// The inputs that an output was made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputHashes {
    /// The page's own file and how it is read.
    pub text: Option<Fingerprint>,
    /// What the page shows of the site: titles, lists, links.
    pub view: Option<Fingerprint>,
    /// The templates that it may use.
    pub templates: Option<Fingerprint>,
    /// What every page knows about the site: translations and kinds.
    pub site: Option<Fingerprint>,
    /// Files shown in the text.
    pub includes: Option<Fingerprint>,
    /// The results of its templates' dependencies.
    pub answers: Option<Fingerprint>,
}

impl OutputRecords {
    /// Stores the result of a build.
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
            let cards = &whole.render_context.builder.cards;
            let pages = cards.index.catalog.site.pages_with_ids();
            self.shown = pages
                .map(|(id, page)| (page.entry.source.clone(), cards.hash_of_page(id)))
                .collect();
            self.site = Some(whole.site_hash);
        }
    }

    /// Drops dependency lists that no output uses any longer.
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
    /// A cache in this store; without a store, nothing is remembered.
    pub fn of(store: Option<Arc<dyn CacheStore>>) -> Self {
        BuildCache {
            keeps: store.is_some(),
            ..BuildCache::read_only(store)
        }
    }

    /// The same, but new values are not written.
    pub fn read_only(store: Option<Arc<dyn CacheStore>>) -> Self {
        BuildCache {
            store,
            keeps: false,
            aside: None,
            pieces: Mutex::default(),
            pieces_aside: MemoryBudget::default(),
        }
    }

    /// The same, with a folder for temporary files during a build.
    #[must_use]
    pub fn with_aside(self, folder: PathBuf) -> Self {
        BuildCache {
            aside: Some(folder),
            ..self
        }
    }

    /// A place for values that are needed again before the build ends; `None` if the system offers
    /// none.
    pub fn spill(&self) -> Option<SpillFile> {
        SpillFile::open(self.aside.as_deref()).ok()
    }

    pub fn is_kept(&self) -> bool {
        self.keeps
    }

    /// Problems with the store, worded for people.
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

    /// The cached image headers.
    pub fn image_headers(&self) -> CachedHeaders {
        self.load("images").unwrap_or_default()
    }

    pub fn keep_pictures(&self, images: &CachedHeaders) {
        self.save("images", images);
    }

    /// The images for which AVIF is offered.
    pub fn offers(&self) -> CachedOffers {
        self.load("offers").unwrap_or_default()
    }

    pub fn keep_offers(&self, offers: &CachedOffers) {
        self.save("offers", offers);
    }

    /// A smaller image, by the fingerprint of everything that it was made from.
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

    /// Stores a smaller image that is needed again before the build ends, unless the cache keeps it
    /// anyway.
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

    /// Removes the oldest smaller images above the size limit.
    pub fn bound_pieces(&self) {
        if let Some(store) = self.store.as_ref().filter(|_| self.keeps) {
            store.bound(PIECE, PIECES_BYTES_MAX);
        }
    }

    /// All documents.
    pub fn pages(&self) -> LoadedPages {
        // A map is stored as a list of pairs, and sorted once when all of its parts are loaded.
        let shards: Vec<Vec<(SourcePath, LoadedPage)>> = (0..SHARDS)
            .into_par_iter()
            .filter_map(|shard| self.load(&shard_name(shard)))
            .collect();
        let mut pages: Vec<(SourcePath, LoadedPage)> = shards.into_iter().flatten().collect();
        pages.par_sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        pages.into_iter().collect()
    }

    /// Writes the documents of the shards that contain a changed page.
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

    /// Writes all documents of one shard.
    pub fn save_shard(&self, shard: u8, pages: &LoadedPages) {
        self.save(&shard_name(shard), pages);
    }

    /// The cached syntax highlighting.
    pub fn colors(&self) -> HighlightCache {
        let store = self.store.clone();
        HighlightCache::with_cached(move |part| {
            store
                .as_ref()
                .and_then(|store| cache::load(&**store, &colors_name(part)))
                .unwrap_or_default()
        })
    }

    pub fn keep_colors(&self, colors: &HighlightCache) {
        if self.keeps {
            colors
                .changed()
                .par_iter()
                .for_each(|(part, readings)| self.save(&colors_name(*part), readings));
        }
    }

    /// The words of one shard of the pages, for the search.
    pub fn search_words(&self, shard: u8) -> DigestShelf {
        self.load(&format!("search-words-{shard:02}"))
            .unwrap_or_default()
    }

    /// The texts of one shard of the pages, for the search.
    pub fn search_texts(&self, shard: u8) -> DigestShelf {
        self.load(&format!("search-texts-{shard:02}"))
            .unwrap_or_default()
    }

    pub fn keep_search(&self, shard: u8, words: &DigestShelf, texts: &DigestShelf) {
        self.save(&format!("search-words-{shard:02}"), words);
        self.save(&format!("search-texts-{shard:02}"), texts);
    }

    /// The published outputs of a build mode.
    pub fn output_records(&self, way: Fingerprint) -> OutputRecords {
        self.load(&records_name(way)).unwrap_or_default()
    }

    /// Writes the output records of a build mode, and drops the least recently used modes.
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

fn colors_name(part: usize) -> String {
    format!("colors-{part:02}")
}

fn records_name(way: Fingerprint) -> String {
    format!("drawn-{way}")
}

/// The shards that contain these documents.
pub fn shards(paths: &BTreeSet<SourcePath>) -> BTreeSet<u8> {
    paths.iter().map(shard_of).collect()
}

pub fn shard_of(path: &SourcePath) -> u8 {
    Fingerprint::of(path.as_str()).as_bytes()[0] % SHARDS
}
