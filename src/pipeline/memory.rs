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

use super::documents::{Page, Pages};
use super::ledger::KnownFiles;
use super::pictures::{KnownOffers, KnownPictures};
use super::search::{Published, Shelf};
use super::whole::Whole;
use super::why::Why;
use crate::diagnostic::Diagnostic;
use crate::document::highlight::colours::Colours;
use crate::fingerprint::Fingerprint;
use crate::memo::aside::{Aside, Overflow, Put};
use crate::memo::{self, Store};
use crate::page::templates::Question;
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
pub struct Memory {
    store: Option<Arc<dyn Store>>,
    /// Whether anything is kept, and not only recalled.
    keeps: bool,
    /// The folder for what is put aside while a build runs.
    aside: Option<PathBuf>,
    /// Smaller pictures that are wanted again before the build ends, where no store keeps them.
    pieces: Mutex<BTreeMap<Fingerprint, Put>>,
    pieces_aside: Overflow,
}

/// What was published, one way of building.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Drawn {
    /// Counts the builds.
    pub build: u64,
    /// The last builds without errors, one for each thing that they were asked for besides.
    pub lasts: Vec<Last>,
    pub outputs: BTreeMap<OutputPath, Record>,
    /// Lists of questions; many sheets ask the same.
    pub asked: Vec<Vec<Question>>,
    /// Of the site that was drawn.
    site: Option<Fingerprint>,
    /// The search index, where there is one.
    pub search: Option<Published>,
    /// Of each page, the fingerprint of what other pages show of it.
    pub shown: BTreeMap<SourcePath, Fingerprint>,
}

/// A build without errors.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Last {
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
pub struct Record {
    pub print: Fingerprint,
    /// Of all that it can depend on, in one: where this is equal nothing has to be composed.
    pub quick: Fingerprint,
    /// Of what it does depend on, one by one.
    pub parts: Parts,
    /// A position in [`Drawn::asked`].
    pub asked: u32,
    pub problems: Vec<Diagnostic>,
    /// The build that made it, and why that did.
    pub made_in: u64,
    pub why: Why,
}

/// What an output was made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
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

impl Drawn {
    /// Takes over what a build gave.
    pub fn renew(
        &mut self,
        last: Last,
        whole: &Whole,
        outputs: BTreeMap<OutputPath, Record>,
        asked: Vec<Vec<Question>>,
    ) {
        self.build += 1;
        self.lasts
            .retain(|other| other.asked != last.asked && other.read == last.read);
        self.lasts.push(last);
        (self.outputs, self.asked) = (outputs, asked);
        self.forget_unasked();
        if self.site != Some(whole.site_print) {
            let composer = &whole.materials.composer;
            let pages = composer.site.pages().iter().enumerate();
            self.shown = pages
                .map(|(id, page)| (page.entry.source.clone(), composer.shown_print(id)))
                .collect();
            self.site = Some(whole.site_print);
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

impl Memory {
    /// What this store holds; without one nothing is remembered.
    pub fn of(store: Option<Arc<dyn Store>>) -> Self {
        Memory {
            keeps: store.is_some(),
            ..Memory::recalling(store)
        }
    }

    /// The same, but what is new is not kept.
    pub fn recalling(store: Option<Arc<dyn Store>>) -> Self {
        Memory {
            store,
            keeps: false,
            aside: None,
            pieces: Mutex::default(),
            pieces_aside: Overflow::default(),
        }
    }

    /// The same, with a folder for what is put aside while a build runs.
    #[must_use]
    pub fn with_aside(self, folder: PathBuf) -> Self {
        Memory {
            aside: Some(folder),
            ..self
        }
    }

    /// A place for what is wanted again before the build ends; `None` where there is none to be
    /// had.
    pub fn aside(&self) -> Option<Aside> {
        Aside::open(self.aside.as_deref()).ok()
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
        self.recall("files").unwrap_or_default()
    }

    pub fn keep_files(&self, files: &KnownFiles, before: &KnownFiles) {
        if files != before {
            self.remember("files", files);
        }
    }

    /// What headers of pictures said.
    pub fn pictures(&self) -> KnownPictures {
        self.recall("pictures").unwrap_or_default()
    }

    pub fn keep_pictures(&self, pictures: &KnownPictures) {
        self.remember("pictures", pictures);
    }

    /// Of which pictures AVIF is offered.
    pub fn offers(&self) -> KnownOffers {
        self.recall("offers").unwrap_or_default()
    }

    pub fn keep_offers(&self, offers: &KnownOffers) {
        self.remember("offers", offers);
    }

    /// A smaller picture, by the fingerprint of all that it was made from.
    pub fn piece(&self, key: Fingerprint) -> Option<Vec<u8>> {
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
    pub fn put_piece_aside(&self, key: Fingerprint, bytes: &[u8]) {
        if self.keeps {
            return;
        }
        if let Some(put) = self.pieces_aside.put(bytes, || self.aside()) {
            self.pieces
                .lock()
                .expect("no holder of this lock panics")
                .insert(key, put);
        }
    }

    pub fn keep_piece(&self, key: Fingerprint, bytes: &[u8]) {
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
    pub fn pages(&self) -> Pages {
        // A map is kept as the list of its pairs. It is sorted once, when all parts of it are
        // there.
        let shards: Vec<Vec<(SourcePath, Page)>> = (0..SHARDS)
            .into_par_iter()
            .filter_map(|shard| self.recall(&shard_name(shard)))
            .collect();
        let mut pages: Vec<(SourcePath, Page)> = shards.into_iter().flatten().collect();
        pages.par_sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        pages.into_iter().collect()
    }

    /// Keeps the documents of the shards in which something differs.
    pub fn keep_pages(&self, pages: &Pages, differ: &BTreeSet<SourcePath>) {
        let shards = shards(differ);
        if shards.is_empty() || !self.keeps {
            return;
        }
        let mut parts: BTreeMap<u8, BTreeMap<&SourcePath, &Page>> = shards
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
            .for_each(|(shard, part)| self.remember(&shard_name(*shard), part));
    }

    /// Keeps all documents of one shard.
    pub fn keep_shard(&self, shard: u8, pages: &Pages) {
        self.remember(&shard_name(shard), pages);
    }

    /// What code was read as.
    pub fn colours(&self) -> Colours {
        let store = self.store.clone();
        Colours::recalling(move |part| {
            store
                .as_ref()
                .and_then(|store| memo::recall(&**store, &colours_name(part)))
                .unwrap_or_default()
        })
    }

    pub fn keep_colours(&self, colours: &Colours) {
        if self.keeps {
            colours
                .changed()
                .par_iter()
                .for_each(|(part, readings)| self.remember(&colours_name(*part), readings));
        }
    }

    /// The words of one part of the pages, for the search.
    pub fn search_words(&self, shard: u8) -> Shelf {
        self.recall(&format!("search-words-{shard:02}"))
            .unwrap_or_default()
    }

    /// The texts of one part of the pages, for the search.
    pub fn search_texts(&self, shard: u8) -> Shelf {
        self.recall(&format!("search-texts-{shard:02}"))
            .unwrap_or_default()
    }

    pub fn keep_search(&self, shard: u8, words: &Shelf, texts: &Shelf) {
        self.remember(&format!("search-words-{shard:02}"), words);
        self.remember(&format!("search-texts-{shard:02}"), texts);
    }

    /// What was published this way of building.
    pub fn drawn(&self, way: Fingerprint) -> Drawn {
        self.recall(&drawn_name(way)).unwrap_or_default()
    }

    /// Keeps it, and forgets the ways that were not used for longest.
    pub fn keep_drawn(&self, way: Fingerprint, drawn: &Drawn) {
        let Some(store) = self.store.as_ref().filter(|_| self.keeps) else {
            return;
        };
        let mut ways: Vec<String> = self.recall("ways").unwrap_or_default();
        let name = drawn_name(way);
        if ways.last() != Some(&name) {
            ways.retain(|other| *other != name);
            ways.push(name.clone());
            let forgotten = ways.len().saturating_sub(WAYS_MAX);
            ways.drain(..forgotten);
            self.remember("ways", &ways);
            store
                .names("drawn-")
                .iter()
                .filter(|name| !ways.contains(name))
                .for_each(|name| store.remove(name));
        }
        self.remember(&name, drawn);
    }

    fn recall<T: serde::de::DeserializeOwned>(&self, name: &str) -> Option<T> {
        memo::recall(&**self.store.as_ref()?, name)
    }

    fn remember<T: Serialize>(&self, name: &str, value: &T) {
        if let Some(store) = self.store.as_ref().filter(|_| self.keeps) {
            memo::remember(&**store, name, value);
        }
    }
}

fn shard_name(shard: u8) -> String {
    format!("pages-{shard:02}")
}

fn colours_name(part: usize) -> String {
    format!("colours-{part:02}")
}

fn drawn_name(way: Fingerprint) -> String {
    format!("drawn-{way}")
}

/// The parts that these documents lie in.
pub fn shards(paths: &BTreeSet<SourcePath>) -> BTreeSet<u8> {
    paths.iter().map(shard_of).collect()
}

pub fn shard_of(path: &SourcePath) -> u8 {
    Fingerprint::of(path.as_str()).as_bytes()[0] % SHARDS
}
