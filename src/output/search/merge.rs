//! Makes the files of words, by merging the digests of all pages or, if few pages changed, by
//! updating the published files; also makes the files that list all files.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::language_plan::{
    FORM, FileNameHash, IndexPlan, LIST, LanguagePlan, PlannedPage, first, hex,
};
use super::update::{
    self, FilePiece, IndexUpdate, PageChange, WordChanges, WordsFile, WordsOutline,
};
use super::{facets, manifest, terms};
use crate::fingerprint::Fingerprint;
use crate::page::Catalog;
use crate::paths::OutputPath;

/// The prefix of the names of files of words.
const WORDS: &str = "words";

/// If more than one page in this many changed, the words of all pages are merged again.
const REVISED_PART: usize = 8;

/// The source of an index's words, and access to what is already published. Called from many
/// threads.
pub trait WordsInput: Sync {
    /// The words of a page's digest.
    fn of(&self, entry: &PlannedPage) -> Cow<'_, [u8]>;

    /// The words of the digest with this key, which belonged to the page with this number in the
    /// published index; `None` if they are no longer known.
    fn published_of(&self, number: u32, key: Fingerprint) -> Option<Cow<'_, [u8]>>;

    /// The bytes of a published file.
    fn published(&self, path: &OutputPath) -> Option<Vec<u8>>;

    /// Keeps a published file; returns whether it exists.
    fn keep(&self, path: &OutputPath) -> bool;

    /// Writes a file.
    ///
    /// # Errors
    /// An explanation of why it could not be written.
    fn put(&self, path: OutputPath, bytes: Vec<u8>) -> Result<(), String>;
}

/// Makes all files except those of texts, on all threads. `before` contains the outlines of the
/// published files, if there are any.
///
/// # Errors
/// Those of [`WordsInput::put`].
pub fn files(
    catalog: &Catalog,
    plan: &IndexPlan,
    before: &[WordsOutline],
    from: &impl WordsInput,
) -> Result<Vec<WordsOutline>, String> {
    let mut manifest = manifest::SearchManifest::new(FORM, plan.languages.len());
    let mut outlines = Vec::new();
    for language in &plan.languages {
        let published = before.iter().find(|outline| outline.code == language.code);
        let revised =
            published.and_then(|outline| language.update_published(outline, from).transpose());
        let outline = revised.unwrap_or_else(|| language.joined(from))?;
        let put = |kind: &str, bytes| language.put(kind, bytes, from);
        let words: Vec<(&str, FileNameHash)> = outline
            .words
            .iter()
            .map(|file| (file.first.as_str(), file.hash))
            .collect();
        let lists = words.chunk_by(|_, (first, _)| !terms::begins_list(first));
        let lists = lists.map(|list| Ok((list[0].0, put("list", manifest::words(list))?)));
        let words: Vec<(&str, FileNameHash)> = lists.collect::<Result<_, String>>()?;
        let facets = facets::files(catalog, language)
            .into_iter()
            .map(|(start, bytes)| Ok((start, put("facets", bytes)?)));
        let facets: Vec<(u32, FileNameHash)> = facets.collect::<Result<_, String>>()?;
        let texts = language
            .text_lists()
            .into_iter()
            .map(|list| Ok((list[0].0, put("list", manifest::by_number(&list))?)));
        let texts: Vec<(u32, FileNameHash)> = texts.collect::<Result<_, String>>()?;
        manifest.add(
            catalog,
            language,
            &manifest::LanguageFiles {
                texts,
                facets,
                words,
                alike: &outline.alike,
            },
        );
        outlines.push(outline);
    }
    from.put(
        OutputPath::new(LIST).expect("a fixed path"),
        manifest.finish(),
    )?;
    Ok(outlines)
}

impl LanguagePlan {
    /// Writes a file whose name contains its hash. `kind` is the beginning of its name.
    fn put(
        &self,
        kind: &str,
        bytes: Vec<u8>,
        from: &impl WordsInput,
    ) -> Result<FileNameHash, String> {
        let hash = first(Fingerprint::of(&bytes));
        from.put(self.named(kind, &hash), bytes).map(|()| hash)
    }

    fn named(&self, kind: &str, hash: &FileNameHash) -> OutputPath {
        self.path(&format!("{kind}-{}", hex(hash)))
    }

    fn outline(&self, words: Vec<WordsFile>, alike: Vec<(usize, FileNameHash)>) -> WordsOutline {
        let pages = self
            .entries
            .iter()
            .map(|entry| (entry.number, entry.key))
            .collect();
        WordsOutline {
            code: self.code.clone(),
            pages,
            words,
            alike,
        }
    }

    /// Merges the words of all pages.
    fn joined(&self, from: &impl WordsInput) -> Result<WordsOutline, String> {
        let gathered = terms::gather(&self.entries, |entry| (entry.number, from.of(entry)));
        let alike = terms::similar_words(&gathered).into_iter();
        let alike = alike.map(|alike| {
            Ok((
                alike.chars,
                self.put(&kind_alike(alike.chars), alike.bytes, from)?,
            ))
        });
        let alike = alike.collect::<Result<_, String>>()?;
        let words = terms::files(&gathered).into_par_iter().map(|file| {
            let hash = self.put(WORDS, terms::file(file.words), from)?;
            Ok(WordsFile {
                first: file.words[0].0.clone(),
                hash,
                begins_run: file.begins_run,
            })
        });
        let words = words.collect::<Result<_, String>>()?;
        Ok(self.outline(words, alike))
    }

    /// Updates the published files; `None` if merging all pages is better or the only way.
    fn update_published(
        &self,
        before: &WordsOutline,
        from: &impl WordsInput,
    ) -> Result<Option<WordsOutline>, String> {
        let Some(revised) = self.revision(before, from) else {
            return Ok(None);
        };
        let words = revised.pieces.into_par_iter().map(|piece| match piece {
            FilePiece::Published(place) => Ok(before.words[place].clone()),
            FilePiece::Made { words, begins_run } => {
                let hash = self.put(WORDS, terms::file(&words), from)?;
                Ok(WordsFile {
                    first: words[0].0.clone(),
                    hash,
                    begins_run,
                })
            }
        });
        let words = words.collect::<Result<_, String>>()?;
        let mut alike: BTreeMap<usize, FileNameHash> = before.alike.iter().copied().collect();
        for (chars, bytes) in revised.alike {
            match bytes {
                Some(bytes) => alike.insert(chars, self.put(&kind_alike(chars), bytes, from)?),
                None => alike.remove(&chars),
            };
        }
        Ok(Some(self.outline(words, alike.into_iter().collect())))
    }

    fn revision(&self, before: &WordsOutline, from: &impl WordsInput) -> Option<IndexUpdate> {
        let differ = self.differing(&before.pages);
        if differ.len() > self.entries.len() / REVISED_PART {
            return None;
        }
        let words = differ.iter().map(|(page, old, new)| {
            let before = old.map_or(Some(Cow::default()), |key| from.published_of(*page, key))?;
            let after = new.map_or(Cow::default(), |entry| from.of(entry));
            Some((*page, before, after))
        });
        let words = words.collect::<Option<Vec<_>>>()?;
        let changes = WordChanges::of(words.iter().map(|(page, before, after)| PageChange {
            page: *page,
            before,
            after,
        }));
        let name = |chars: Option<usize>, hash: &FileNameHash| {
            self.named(&chars.map_or(WORDS.to_owned(), kind_alike), hash)
        };
        let revised = update::update(before, &changes, |chars, hash| {
            from.published(&name(chars, hash))
        })?;
        let words = revised.pieces.iter().filter_map(|piece| match piece {
            FilePiece::Published(place) => Some(name(None, &before.words[*place].hash)),
            FilePiece::Made { .. } => None,
        });
        let alike = before
            .alike
            .iter()
            .filter(|(chars, _)| !revised.alike.contains_key(chars));
        let alike = alike.map(|(chars, hash)| name(Some(*chars), hash));
        let stay: Vec<OutputPath> = words.chain(alike).collect();
        stay.par_iter()
            .all(|path| from.keep(path))
            .then_some(revised)
    }

    /// The pages whose digests changed, by number: their keys before, and their current entries.
    fn differing(
        &self,
        before: &[(u32, Fingerprint)],
    ) -> Vec<(u32, Option<Fingerprint>, Option<&PlannedPage>)> {
        let before = before
            .iter()
            .map(|(number, key)| (*number, (Some(*key), None)));
        let mut all: BTreeMap<u32, (Option<Fingerprint>, Option<&PlannedPage>)> = before.collect();
        self.entries
            .iter()
            .for_each(|entry| all.entry(entry.number).or_default().1 = Some(entry));
        let differ = all
            .into_iter()
            .filter(|(_, (old, new))| *old != new.map(|entry| entry.key));
        differ
            .map(|(number, (old, new))| (number, old, new))
            .collect()
    }
}

fn kind_alike(chars: usize) -> String {
    format!("alike-{chars}")
}
