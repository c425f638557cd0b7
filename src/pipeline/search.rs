//! The search index of a site: planned from what is known of all pages, made from a digest of each.
//!
//! A page's digest is made when the page is parsed and remembered under the page's key, in parts by the numbers of the pages:
//! the words of all pages are joined anew when one differs, and texts are asked for only where their file is made again. What
//! is not remembered is read again. The preview does the same when the search is first opened, and after saves.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Sink;
use super::digests::FreshDigests;
use super::documents::Reader;
use super::memory::{Memory, SHARDS};
use super::shown_files;
use super::whole::Whole;
use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::output::search::bytes::Blob;
use crate::output::search::digest::Digest;
use crate::output::search::{self, Entry, Plan};
use crate::page::Composer;
use crate::paths::{OutputPath, SourcePath};
use crate::site::SitePage;
use crate::source::Files;

/// An index that was published.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// Of everything that it was made from.
    made_from: Fingerprint,
    /// Sorted by path.
    pub files: Vec<(OutputPath, Fingerprint)>,
}

/// A part of what is remembered of digests: their words, or their texts, each with the key of its page.
pub type Shelf = BTreeMap<SourcePath, (Fingerprint, Blob)>;

/// Digests: those made in this run, then those that are remembered, then those that are made now.
struct Digests<'a> {
    reader: Reader<'a>,
    composer: &'a Composer,
    memory: &'a Memory,
    fresh: &'a FreshDigests,
    /// The words of pages that were not parsed.
    words: Shelf,
    texts: [OnceLock<Shelf>; SHARDS as usize],
    /// What had to be read again.
    read: Mutex<BTreeMap<SourcePath, Digest>>,
}

/// Publishes the index; `None` where the site has no search. `fresh` are the digests of the pages that this build parsed.
pub fn publish(
    whole: &Whole,
    reader: Reader,
    memory: &Memory,
    before: Option<&Published>,
    fresh: &FreshDigests,
    sink: &dyn Sink,
) -> Result<Option<Published>, String> {
    let composer = &whole.materials.composer;
    let Some(plan) = search::plan(composer, |page| key(whole, reader.files, page)) else { return Ok(None) };
    let mut kept = BTreeSet::new();
    if let Some(before) = before.filter(|before| before.made_from == plan.print) {
        kept.extend(before.files.iter().filter(|(path, print)| sink.keep(path, *print)).map(|(path, _)| path.clone()));
        if kept.len() == before.files.len() {
            return Ok(Some(before.clone()));
        }
    }
    let words = remembered_words(&plan, composer, memory, |source| fresh.contains(source));
    let texts = [const { OnceLock::new() }; SHARDS as usize];
    let digests = Digests { reader, composer, memory, fresh, words, texts, read: Mutex::default() };
    let files = Mutex::new(Vec::new());
    let put = |path: OutputPath, bytes: Vec<u8>| {
        let print = Fingerprint::of(&bytes);
        if !kept.contains(&path) && !sink.keep(&path, print) {
            sink.put(&path, Cow::Owned(bytes), print)?;
        }
        files.lock().unwrap_or_else(PoisonError::into_inner).push((path, print));
        Ok(())
    };
    search::files(composer, &plan, |entry| digests.words(entry), put)?;
    let mut files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
    files.extend(publish_texts(&plan, &digests, before, &kept, sink)?);
    files.sort_unstable();
    if memory.is_kept() {
        keep(&plan, &digests);
    }
    Ok(Some(Published { made_from: plan.print, files }))
}

/// The key of a page's digest: that of its document, with its name, which can be its title and is searched, and with the files
/// whose text it shows.
fn key(whole: &Whole, files: &dyn Files, page: &SitePage) -> Fingerprint {
    let source = &page.entry.source;
    let text = whole.documents.pages.get(source).map(|page| page.key);
    let mut printer = Fingerprinter::new();
    printer.add(source.as_str()).add(text.unwrap_or_default().as_bytes());
    if let Some(shown) = shown_files::print(files, &whole.loaded, &page.entry) {
        printer.add(shown.as_bytes());
    }
    printer.finish()
}

fn source<'a>(composer: &'a Composer, entry: &Entry) -> &'a SourcePath {
    &composer.site.page(entry.page).entry.source
}

fn entries(plan: &Plan) -> impl Iterator<Item = &Entry> {
    plan.languages.iter().flat_map(|language| &language.entries)
}

/// The part that a page's digest lies in.
fn shard_of(entry: &Entry) -> u8 {
    u8::try_from((entry.number >> 18).min(u32::from(SHARDS) - 1)).expect("there are fewer than 256 parts")
}

/// What is remembered of the words of pages but those that are known.
fn remembered_words(plan: &Plan, composer: &Composer, memory: &Memory, is_known: impl Fn(&SourcePath) -> bool) -> Shelf {
    let wanted: BTreeSet<u8> = entries(plan).filter(|entry| !is_known(source(composer, entry))).map(shard_of).collect();
    let shelves: Vec<Shelf> = wanted.into_par_iter().map(|shard| memory.search_words(shard)).collect();
    shelves.into_iter().flatten().collect()
}

/// Publishes the files of texts, those that are published already unmade; `kept` are those that were found to be so before.
fn publish_texts(
    plan: &Plan,
    digests: &Digests,
    before: Option<&Published>,
    kept: &BTreeSet<OutputPath>,
    sink: &dyn Sink,
) -> Result<Vec<(OutputPath, Fingerprint)>, String> {
    let known = |path: &OutputPath| {
        let files = &before?.files;
        let at = files.binary_search_by(|(own, _)| own.cmp(path)).ok()?;
        Some(files[at].1)
    };
    let all = plan.languages.iter().flat_map(|language| language.texts.iter().map(move |texts| (language, texts)));
    let all: Vec<_> = all.collect();
    let published = all.into_par_iter().map(|(language, texts)| {
        if let Some(print) = known(&texts.path).filter(|print| kept.contains(&texts.path) || sink.keep(&texts.path, *print)) {
            return Ok((texts.path.clone(), print));
        }
        let bytes = language.texts_file(digests.composer, texts, |entry| digests.text(entry));
        let print = Fingerprint::of(&bytes);
        sink.put(&texts.path, Cow::Owned(bytes), print).map(|()| (texts.path.clone(), print))
    });
    published.collect()
}

impl Digests<'_> {
    fn words(&self, entry: &Entry) -> Cow<'_, [u8]> {
        let source = source(self.composer, entry);
        if let Some(words) = self.fresh.words(source) {
            return words;
        }
        match self.words.get(source).filter(|(key, _)| *key == entry.key) {
            Some((_, words)) => Cow::Borrowed(&words.0),
            None => Cow::Owned(self.read(source).words.0),
        }
    }

    fn text(&self, entry: &Entry) -> Cow<'_, [u8]> {
        let source = source(self.composer, entry);
        if let Some(text) = self.fresh.text(source) {
            return text;
        }
        match self.shelf(shard_of(entry)).get(source).filter(|(key, _)| *key == entry.key) {
            Some((_, text)) => Cow::Borrowed(&text.0),
            None => Cow::Owned(self.read(source).text.0),
        }
    }

    /// Reads a page anew, once.
    fn read(&self, source: &SourcePath) -> Digest {
        if let Some(digest) = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(source) {
            return digest.clone();
        }
        let digest = self.reader.digest(source);
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(source.clone(), digest.clone());
        digest
    }

    fn shelf(&self, shard: u8) -> &Shelf {
        self.texts[usize::from(shard)].get_or_init(|| self.memory.search_texts(shard))
    }
}

/// Keeps the parts in which a digest is new.
fn keep(plan: &Plan, digests: &Digests) {
    let mut shards: BTreeMap<u8, Vec<&Entry>> = BTreeMap::new();
    entries(plan).for_each(|entry| shards.entry(shard_of(entry)).or_default().push(entry));
    let read: BTreeSet<SourcePath> = digests.read.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
    let is_new = |entry: &&Entry| {
        let source = source(digests.composer, entry);
        digests.fresh.contains(source) || read.contains(source)
    };
    shards.retain(|_, entries| entries.iter().any(is_new));
    shards.into_par_iter().for_each(|(shard, entries)| {
        let shelf = |of: &dyn Fn(&Entry) -> Vec<u8>| -> Shelf {
            entries.iter().map(|entry| (source(digests.composer, entry).clone(), (entry.key, Blob(of(entry))))).collect()
        };
        let words = shelf(&|entry| digests.words(entry).into_owned());
        let texts = shelf(&|entry| digests.text(entry).into_owned());
        digests.memory.keep_search(shard, &words, &texts);
    });
}

/// The index of a site that is shown: made when it is asked for, and again when it is asked for after a change.
#[derive(Default)]
pub struct Shown {
    plan: Option<Plan>,
    is_current: bool,
    words: Shelf,
    files: BTreeMap<OutputPath, Vec<u8>>,
    /// The files besides the pages that were read for it.
    read: BTreeSet<SourcePath>,
}

impl Shown {
    /// Whether the index tells what a file holds that is no page.
    pub fn has_read(&self, path: &SourcePath) -> bool {
        self.read.contains(path)
    }

    /// Says that something changed.
    pub fn outdate(&mut self) {
        self.is_current = false;
    }

    /// The bytes of a file of the index.
    pub fn file(&mut self, path: &str, whole: &Whole, reader: &Reader, memory: &Memory) -> Option<(OutputPath, Vec<u8>)> {
        self.refresh(whole, reader, memory);
        let path = OutputPath::new(path).ok()?;
        if let Some(bytes) = self.files.get(&path) {
            return Some((path, bytes.clone()));
        }
        let composer = &whole.materials.composer;
        let languages = &self.plan.as_ref()?.languages;
        let (language, texts) =
            languages.iter().find_map(|language| Some((language, language.texts.iter().find(|texts| texts.path == path)?)))?;
        let bytes = language.texts_file(composer, texts, |entry| Cow::Owned(reader.digest(source(composer, entry)).text.0));
        Some((path, bytes))
    }

    fn refresh(&mut self, whole: &Whole, reader: &Reader, memory: &Memory) {
        if std::mem::replace(&mut self.is_current, true) {
            return;
        }
        let composer = &whole.materials.composer;
        let plan = search::plan(composer, |page| key(whole, reader.files, page));
        self.read = composer.site.pages().iter().flat_map(|page| shown_files::of_page(&whole.loaded, &page.entry)).collect();
        if plan.as_ref().map(|plan| plan.print) == self.plan.as_ref().map(|plan| plan.print) && self.plan.is_some() {
            self.plan = plan;
            return;
        }
        let Some(plan) = plan else {
            *self = Shown { is_current: true, ..Shown::default() };
            return;
        };
        let mut known = std::mem::take(&mut self.words);
        if known.is_empty() {
            known = remembered_words(&plan, composer, memory, |_| false);
        }
        let mut words = Shelf::new();
        let read = entries(&plan).collect::<Vec<_>>().into_par_iter().map(|entry| {
            let source = source(composer, entry);
            let known = known.get(source).filter(|(key, _)| *key == entry.key).map(|(_, words)| words.clone());
            (source.clone(), (entry.key, known.unwrap_or_else(|| reader.digest(source).words)))
        });
        words.par_extend(read);
        let files = Mutex::new(BTreeMap::new());
        let put = |path, bytes| {
            files.lock().unwrap_or_else(PoisonError::into_inner).insert(path, bytes);
            Ok(())
        };
        search::files(composer, &plan, |entry| Cow::Borrowed(&words[source(composer, entry)].1.0), put).expect("memory takes everything");
        self.files = files.into_inner().unwrap_or_else(PoisonError::into_inner);
        (self.words, self.plan) = (words, Some(plan));
    }
}
