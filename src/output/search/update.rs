//! Updates the files of words when a few pages change. Only the published files that contain words
//! of those pages are read and divided again; all others stay. The result equals that of merging
//! the words of all pages (see DECISIONS: “The search index is changed where it is published, not
//! kept a second time”).
//!
//! A run of files extends from one word boundary to the next. It depends on its own words and on
//! whether the word before it ends a run. So runs with changed words are made again, together with
//! a neighbor if the boundary between them may have disappeared.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::language_plan::FileNameHash;
use super::terms::{self, PageNumbers, ReplacedPage};
use crate::fingerprint::Fingerprint;

/// The published files of one language's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordsOutline {
    /// The language.
    pub code: String,
    /// The number of each page and the key of its digest, sorted.
    pub pages: Vec<(u32, Fingerprint)>,
    /// Sorted.
    pub words: Vec<WordsFile>,
    /// Sorted by the number of characters.
    pub alike: Vec<(usize, FileNameHash)>,
}

/// A file of words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordsFile {
    pub first: String,
    pub hash: FileNameHash,
    /// Whether the words at the boundary, and not the size, separated it from the file before.
    pub begins_run: bool,
}

/// A page with the words of its digest in the published files and in the new ones.
pub struct PageChange<'a> {
    pub page: u32,
    pub before: &'a [u8],
    pub after: &'a [u8],
}

/// For each word that changes, its places in the changed pages.
#[derive(Default)]
pub struct WordChanges<'a>(BTreeMap<&'a str, Vec<ReplacedPage<'a>>>);

impl<'a> WordChanges<'a> {
    /// Computes the changes of pages, which are sorted by number.
    pub fn of(pages: impl IntoIterator<Item = PageChange<'a>>) -> Self {
        let mut changes = Self::default();
        for PageChange {
            page,
            before,
            after,
        } in pages
        {
            let mut left = BTreeMap::new();
            terms::each_of_digest(before, |word, places| {
                left.insert(word, places);
            });
            let mut put = |word, places| changes.0.entry(word).or_default().push((page, places));
            terms::each_of_digest(after, |word, places| {
                if left.remove(word) != Some(places) {
                    put(word, Some(places));
                }
            });
            left.into_keys().for_each(|word| put(word, None));
        }
        changes
    }
}

/// One of the new files.
pub enum FilePiece {
    /// The published file at this position.
    Published(usize),
    /// A file with these words.
    Made {
        words: Vec<(String, PageNumbers)>,
        begins_run: bool,
    },
}

/// The result of an update.
pub struct IndexUpdate {
    /// All files of words, in order.
    pub pieces: Vec<FilePiece>,
    /// The bytes of word lists, by the number of characters; `None` if a list is now empty.
    pub alike: BTreeMap<usize, Option<Vec<u8>>>,
}

/// Applies changes to published files. `read` returns the bytes of a file of words or, with the
/// number of characters, of a word list. `None` if one of them cannot be read.
pub fn update(
    outline: &WordsOutline,
    changes: &WordChanges,
    read: impl Fn(Option<usize>, &FileNameHash) -> Option<Vec<u8>> + Sync,
) -> Option<IndexUpdate> {
    let files = &outline.words;
    let runs = runs(files);
    let read_run = |run: &Range<usize>| {
        let files = files[run.clone()]
            .iter()
            .map(|file| terms::read_file(&read(None, &file.hash)?));
        Some(files.collect::<Option<Vec<_>>>()?.concat())
    };
    let changed = by_run(files, &runs, changes)?;
    let revised: Option<BTreeMap<usize, WordRun>> = changed
        .into_par_iter()
        .map(|(run, changes)| Some((run, WordRun::updated_words(read_run(&runs[run])?, &changes))))
        .collect();
    let mut revised = revised?;
    let frequencies: Vec<FrequencyChange> = revised
        .values_mut()
        .flat_map(|run| std::mem::take(&mut run.frequencies))
        .collect();
    for run in neighbors(&revised, runs.len()) {
        let words = read_run(&runs[run])?;
        revised.insert(
            run,
            WordRun {
                words,
                ..WordRun::default()
            },
        );
    }
    let alike = updated_similar_words(outline, frequencies, |chars, hash| read(Some(chars), hash))?;
    Some(IndexUpdate {
        pieces: file_pieces(&runs, revised),
        alike,
    })
}

/// The positions of the files in each run.
fn runs(files: &[WordsFile]) -> Vec<Range<usize>> {
    let mut begin = 0;
    let runs = files.chunk_by(|_, file| !file.begins_run).map(|run| {
        let own = begin..begin + run.len();
        begin = own.end;
        own
    });
    runs.collect()
}

/// Words in the changed pages.
type ChangedWords<'a> = Vec<(&'a str, &'a [ReplacedPage<'a>])>;

/// Groups changes by the run that they belong to; `None` if there is no run yet.
fn by_run<'a>(
    files: &[WordsFile],
    runs: &[Range<usize>],
    changes: &'a WordChanges,
) -> Option<BTreeMap<usize, ChangedWords<'a>>> {
    if runs.is_empty() {
        return None;
    }
    let mut by_run: BTreeMap<usize, ChangedWords> = BTreeMap::new();
    for (word, pages) in &changes.0 {
        let run = runs
            .partition_point(|run| files[run.start].first.as_str() <= *word)
            .saturating_sub(1);
        by_run.entry(run).or_default().push((word, pages));
    }
    Some(by_run)
}

/// A word that is added, removed or changes its frequency.
struct FrequencyChange {
    word: String,
    now: Option<u32>,
}

/// A run that is made again.
#[derive(Default)]
struct WordRun {
    words: Vec<(String, PageNumbers)>,
    frequencies: Vec<FrequencyChange>,
    /// Whether it may have merged with the run before it, or after it.
    may_join: (bool, bool),
}

impl WordRun {
    /// The words after the changes. Both lists are sorted.
    fn updated_words(words: Vec<(String, PageNumbers)>, changes: &ChangedWords) -> Self {
        let ended = words.last().is_some_and(terms::ends_run);
        let mut run = Self {
            words: Vec::with_capacity(words.len() + changes.len()),
            ..Self::default()
        };
        let mut words = words.into_iter().peekable();
        for (word, pages) in changes {
            while let Some(before) = words.next_if(|(other, _)| other.as_str() < *word) {
                run.words.push(before);
            }
            let old = words
                .next_if(|(other, _)| other == word)
                .map(|(_, pages)| pages)
                .unwrap_or_default();
            let new = old.with(pages);
            let [before, now] =
                [&old, &new].map(|pages| (pages.count > 0).then(|| terms::frequency(pages.count)));
            if before != now {
                run.frequencies.push(FrequencyChange {
                    word: (*word).to_owned(),
                    now,
                });
            }
            if now.is_some() {
                run.words.push(((*word).to_owned(), new));
            }
        }
        run.words.extend(words);
        let begins = run.words.first().is_some_and(terms::begins_run);
        let ends = run.words.last().is_some_and(terms::ends_run);
        run.may_join = (!begins, ended && !ends || run.words.is_empty());
        run
    }
}

/// The unchanged runs that a changed one may have merged with.
fn neighbors(revised: &BTreeMap<usize, WordRun>, runs: usize) -> BTreeSet<usize> {
    let before = revised
        .iter()
        .filter(|(_, run)| run.may_join.0)
        .filter_map(|(place, _)| place.checked_sub(1));
    let after = revised
        .iter()
        .filter(|(_, run)| run.may_join.1)
        .map(|(place, _)| place + 1)
        .filter(|place| *place < runs);
    before
        .chain(after)
        .filter(|place| !revised.contains_key(place))
        .collect()
}

/// All files: those of runs that are made again, divided as all words together would be, and the
/// published ones.
fn file_pieces(runs: &[Range<usize>], mut revised: BTreeMap<usize, WordRun>) -> Vec<FilePiece> {
    let mut pieces = Vec::new();
    let mut place = 0;
    while place < runs.len() {
        let mut words = Vec::new();
        let begin = place;
        while let Some(run) = revised.remove(&place) {
            words.extend(run.words);
            place += 1;
        }
        pieces.extend(
            terms::files(&words)
                .into_iter()
                .map(|file| FilePiece::Made {
                    words: file.words.to_vec(),
                    begins_run: file.begins_run,
                }),
        );
        if place == begin {
            pieces.extend(runs[place].clone().map(FilePiece::Published));
            place += 1;
        }
    }
    pieces
}

/// The word lists that changed.
fn updated_similar_words(
    outline: &WordsOutline,
    frequencies: Vec<FrequencyChange>,
    read: impl Fn(usize, &FileNameHash) -> Option<Vec<u8>>,
) -> Option<BTreeMap<usize, Option<Vec<u8>>>> {
    let mut by_chars: BTreeMap<usize, Vec<FrequencyChange>> = BTreeMap::new();
    for frequency in frequencies {
        if let Some(chars) = terms::similar_lengths(&frequency.word) {
            by_chars.entry(chars).or_default().push(frequency);
        }
    }
    let revised = by_chars.into_iter().map(|(chars, changes)| {
        let published = outline.alike.iter().find(|(own, _)| *own == chars);
        let mut words = published.map_or(Some(BTreeMap::new()), |(_, hash)| {
            terms::read_similar_words(&read(chars, hash)?)
        })?;
        for FrequencyChange { word, now } in changes {
            match now {
                Some(now) => words.insert(word, now),
                None => words.remove(&word),
            };
        }
        let bytes = (!words.is_empty()).then(|| {
            terms::similar_words_file(
                words
                    .iter()
                    .map(|(word, frequency)| (word.as_str(), *frequency)),
            )
        });
        Some((chars, bytes))
    });
    revised.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::digest;
    use super::super::language_plan::first;
    use super::*;
    use proptest::prelude::*;

    /// Published files; word lists have their number of characters.
    type PublishedFiles = HashMap<(Option<usize>, FileNameHash), Vec<u8>>;

    /// The digest of a page of words: frequent ones, and those next to them.
    fn words(words: &[u32]) -> Vec<u8> {
        let text: Vec<String> = words
            .iter()
            .map(|word| {
                format!(
                    "w{}",
                    "abcdefghijk".repeat(3).split_at(*word as usize % 7).0
                ) + &letters(*word)
            })
            .collect();
        let passage = crate::document::text_sections::TextSection {
            text: text.join(" "),
            ..Default::default()
        };
        digest::digest(&digest::DigestInput {
            passages: &[passage],
            ..Default::default()
        })
        .words
        .0
    }

    fn letters(mut number: u32) -> String {
        let mut letters = String::new();
        while number > 0 {
            letters.push(char::from(b'a' + (number % 26) as u8));
            number /= 26;
        }
        letters
    }

    fn put(files: &mut PublishedFiles, chars: Option<usize>, bytes: Vec<u8>) -> FileNameHash {
        let hash = first(Fingerprint::of(&bytes));
        files.insert((chars, hash), bytes);
        hash
    }

    fn joined(pages: &BTreeMap<u32, Vec<u8>>) -> (WordsOutline, PublishedFiles) {
        let pages: Vec<(&u32, &Vec<u8>)> = pages.iter().collect();
        let all = terms::gather(&pages, |(number, words)| {
            (**number, words.as_slice().into())
        });
        let (mut outline, mut files) = (WordsOutline::default(), PublishedFiles::new());
        for file in terms::files(&all) {
            let hash = put(&mut files, None, terms::file(file.words));
            outline.words.push(WordsFile {
                first: file.words[0].0.clone(),
                hash,
                begins_run: file.begins_run,
            });
        }
        outline.alike = terms::similar_words(&all)
            .into_iter()
            .map(|alike| (alike.chars, put(&mut files, Some(alike.chars), alike.bytes)))
            .collect();
        (outline, files)
    }

    fn revised(
        before: &WordsOutline,
        files: &PublishedFiles,
        changes: &WordChanges,
    ) -> (WordsOutline, PublishedFiles) {
        let revised = update(before, changes, |chars, hash| {
            files.get(&(chars, *hash)).cloned()
        })
        .expect("all files are there");
        let (mut outline, mut now) = (WordsOutline::default(), PublishedFiles::new());
        for piece in revised.pieces {
            outline.words.push(match piece {
                FilePiece::Published(place) => before.words[place].clone(),
                FilePiece::Made { words, begins_run } => {
                    let hash = put(&mut now, None, terms::file(&words));
                    WordsFile {
                        first: words[0].0.clone(),
                        hash,
                        begins_run,
                    }
                }
            });
        }
        let mut alike: BTreeMap<usize, FileNameHash> = before.alike.iter().copied().collect();
        for (chars, bytes) in revised.alike {
            match bytes {
                Some(bytes) => alike.insert(chars, put(&mut now, Some(chars), bytes)),
                None => alike.remove(&chars),
            };
        }
        outline.alike = alike.into_iter().collect();
        let names = outline.words.iter().map(|file| (None, file.hash)).chain(
            outline
                .alike
                .iter()
                .map(|(chars, hash)| (Some(*chars), *hash)),
        );
        let kept: Vec<_> = names.filter(|name| !now.contains_key(name)).collect();
        now.extend(kept.into_iter().map(|name| (name, files[&name].clone())));
        (outline, now)
    }

    /// A page of a few hundred words, some of them frequent.
    fn page() -> impl Strategy<Value = Vec<u32>> {
        prop::collection::vec(
            (0_u32..4).prop_flat_map(|spread| 0..[9_u32, 60, 900, 20_000][spread as usize]),
            0..400,
        )
    }

    /// The edits of a page: `None` deletes it.
    fn edits() -> impl Strategy<Value = Vec<BTreeMap<u32, Option<Vec<u32>>>>> {
        prop::collection::vec(
            prop::collection::btree_map(0_u32..2000, prop::option::weighted(0.7, page()), 1..8),
            1..4,
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn what_is_changed_is_what_joining_all_gives(
            pages in prop::collection::btree_map(0_u32..2000, page(), 100..300),
            edits in edits(),
        ) {
            let mut pages: BTreeMap<u32, Vec<u8>> = pages.iter().map(|(number, page)| (*number, words(page))).collect();
            let (mut outline, mut files) = joined(&pages);
            prop_assert!(outline.words.len() > 3);
            for edit in edits {
                let mut after = pages.clone();
                for (number, page) in &edit {
                    match page {
                        Some(page) => after.insert(*number, words(page)),
                        None => after.remove(number),
                    };
                }
                let of = |pages: &BTreeMap<u32, Vec<u8>>, page| pages.get(page).cloned().unwrap_or_default();
                let differ: Vec<_> = edit.keys().map(|page| (*page, of(&pages, page), of(&after, page))).collect();
                let changes = WordChanges::of(differ.iter().map(|(page, before, after)| PageChange { page: *page, before, after }));
                (outline, files) = revised(&outline, &files, &changes);
                prop_assert_eq!((&outline, &files), (&joined(&after).0, &joined(&after).1));
                pages = after;
            }
        }
    }
}
