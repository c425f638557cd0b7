//! The search index of a site that is shown: made in memory from the words of all pages when it is
//! first asked for, and again when it is asked for after saves.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::documents::Reader;
use super::memory::{Memory, SHARDS};
use super::search::{Shelf, entries, key, source};
use super::shown_files;
use super::whole::Whole;
use crate::fingerprint::Fingerprint;
use crate::output::search::{self, Entry, Plan, Words};
use crate::page::Composer;
use crate::paths::{OutputPath, SourcePath};

/// The index of a site that is shown: made when it is asked for, and again when it is asked for
/// after a change.
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
    pub fn file(
        &mut self,
        path: &str,
        whole: &Whole,
        reader: &Reader,
        memory: &Memory,
    ) -> Option<(OutputPath, Vec<u8>)> {
        self.refresh(whole, reader, memory);
        let path = OutputPath::new(path).ok()?;
        if let Some(bytes) = self.files.get(&path) {
            return Some((path, bytes.clone()));
        }
        let composer = &whole.materials.composer;
        let languages = &self.plan.as_ref()?.languages;
        let (language, texts) = languages.iter().find_map(|language| {
            Some((
                language,
                language.texts.iter().find(|texts| texts.path == path)?,
            ))
        })?;
        let bytes = language.texts_file(composer, texts, |entry| {
            Cow::Owned(reader.digest(source(composer, entry)).text.0)
        });
        Some((path, bytes))
    }

    fn refresh(&mut self, whole: &Whole, reader: &Reader, memory: &Memory) {
        if std::mem::replace(&mut self.is_current, true) {
            return;
        }
        let composer = &whole.materials.composer;
        let plan = search::plan(composer, |page| key(whole, reader.files, page));
        self.read = composer
            .site
            .pages()
            .iter()
            .flat_map(|page| shown_files::of_page(&whole.loaded, &page.entry))
            .collect();
        if plan.as_ref().map(|plan| plan.print) == self.plan.as_ref().map(|plan| plan.print)
            && self.plan.is_some()
        {
            self.plan = plan;
            return;
        }
        let Some(plan) = plan else {
            *self = Shown {
                is_current: true,
                ..Shown::default()
            };
            return;
        };
        let mut known = std::mem::take(&mut self.words);
        if known.is_empty() {
            known = (0..SHARDS)
                .into_par_iter()
                .map(|shard| memory.search_words(shard))
                .flatten_iter()
                .collect();
        }
        let mut words = Shelf::new();
        let read = entries(&plan)
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|entry| {
                let source = source(composer, entry);
                let known = known
                    .get(source)
                    .filter(|(key, _)| *key == entry.key)
                    .map(|(_, words)| words.clone());
                (
                    source.clone(),
                    (
                        entry.key,
                        known.unwrap_or_else(|| reader.digest(source).words),
                    ),
                )
            });
        words.par_extend(read);
        let joined = Joined {
            words,
            composer,
            files: Mutex::default(),
        };
        search::files(composer, &plan, &[], &joined).expect("memory takes everything");
        self.files = joined
            .files
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        (self.words, self.plan) = (joined.words, Some(plan));
    }
}

/// The words of all pages of a site that is shown, and the files made from them.
struct Joined<'a> {
    words: Shelf,
    composer: &'a Composer,
    files: Mutex<BTreeMap<OutputPath, Vec<u8>>>,
}

impl Words for Joined<'_> {
    fn of(&self, entry: &Entry) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.words[source(self.composer, entry)].1.0)
    }

    fn published_of(&self, _: u32, _: Fingerprint) -> Option<Cow<'_, [u8]>> {
        None
    }

    fn published(&self, _: &OutputPath) -> Option<Vec<u8>> {
        None
    }

    fn keep(&self, _: &OutputPath) -> bool {
        false
    }

    fn put(&self, path: OutputPath, bytes: Vec<u8>) -> Result<(), String> {
        self.files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path, bytes);
        Ok(())
    }
}
