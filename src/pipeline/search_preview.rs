//! The search index of a previewed site. It is made in memory from the words of all pages when it
//! is first requested, and again when it is requested after a save.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::build_cache::{BuildCache, SHARDS};
use super::documents::DocumentReader;
use super::included_files;
use super::search::{DigestShelf, entries, key, source};
use super::site_state::SiteState;
use crate::fingerprint::Fingerprint;
use crate::output::search::{self, IndexPlan, PlannedPage, WordsInput};
use crate::page::Catalog;
use crate::paths::{OutputPath, SourcePath};

/// The search index of a previewed site, made on request and made again on the first request after
/// a change.
#[derive(Default)]
pub struct PreviewSearch {
    plan: Option<IndexPlan>,
    is_current: bool,
    words: DigestShelf,
    files: BTreeMap<OutputPath, Vec<u8>>,
    /// The files other than pages that were read for it.
    read: BTreeSet<SourcePath>,
}

impl PreviewSearch {
    /// Whether the index contains text of a file that is not a page.
    pub fn has_read(&self, path: &SourcePath) -> bool {
        self.read.contains(path)
    }

    /// Notes that something changed.
    pub fn mark_outdated(&mut self) {
        self.is_current = false;
    }

    /// The bytes of a file of the index.
    pub fn file(
        &mut self,
        path: &str,
        whole: &SiteState,
        reader: &DocumentReader,
        memory: &BuildCache,
    ) -> Option<(OutputPath, Vec<u8>)> {
        self.refresh(whole, reader, memory);
        let path = OutputPath::new(path).ok()?;
        if let Some(bytes) = self.files.get(&path) {
            return Some((path, bytes.clone()));
        }
        let catalog = whole.render_context.catalog();
        let languages = &self.plan.as_ref()?.languages;
        let (language, texts) = languages.iter().find_map(|language| {
            Some((
                language,
                language.texts.iter().find(|texts| texts.path == path)?,
            ))
        })?;
        let bytes = language.texts_file(catalog, texts, |entry| {
            Cow::Owned(reader.digest(source(catalog, entry)).text.0)
        });
        Some((path, bytes))
    }

    fn refresh(&mut self, whole: &SiteState, reader: &DocumentReader, memory: &BuildCache) {
        if std::mem::replace(&mut self.is_current, true) {
            return;
        }
        let catalog = whole.render_context.catalog();
        let plan = search::plan(catalog, |page| key(whole, reader.files, page));
        self.read = catalog
            .site
            .pages()
            .flat_map(|page| included_files::of_page(&whole.loaded, &page.entry))
            .collect();
        if plan.as_ref().map(|plan| plan.hash) == self.plan.as_ref().map(|plan| plan.hash)
            && self.plan.is_some()
        {
            self.plan = plan;
            return;
        }
        let Some(plan) = plan else {
            *self = PreviewSearch {
                is_current: true,
                ..PreviewSearch::default()
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
        let mut words = DigestShelf::new();
        let read = entries(&plan)
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|entry| {
                let source = source(catalog, entry);
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
        let joined = PreviewIndex {
            words,
            catalog,
            files: Mutex::default(),
        };
        search::files(catalog, &plan, &[], &joined).expect("writing to memory does not fail");
        self.files = joined
            .files
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        (self.words, self.plan) = (joined.words, Some(plan));
    }
}

/// The words of all pages of a previewed site, and the files made from them.
struct PreviewIndex<'a> {
    words: DigestShelf,
    catalog: &'a Catalog,
    files: Mutex<BTreeMap<OutputPath, Vec<u8>>>,
}

impl WordsInput for PreviewIndex<'_> {
    fn of(&self, entry: &PlannedPage) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.words[source(self.catalog, entry)].1.0)
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
