//! The search index: small files that a browser fetches as it needs them, from any file server (see
//! DECISIONS: “The search index is our own, and a word is a run of letters”).
//!
//! `digest` reads one page; `terms` gathers the words of all pages, `update` changes published
//! files, and `merge` chooses between the two; `facets` contains what results can be filtered by;
//! `manifest` lists the files. The text of a page is in a file with a few other pages. The name of
//! that file is a hash of its inputs, so it is known before the bytes are. The files contain no
//! statistics of the whole site, so a page changes only the files that contain it. `docs/SEARCH.md`
//! describes the format.

pub mod bytes;
pub mod digest;
mod facets;
mod manifest;
mod merge;
pub mod numbers;
pub mod terms;
mod update;
mod word_list;
pub mod words;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use self::bytes::{length, put_number, put_text};
pub use self::merge::{WordsInput, files};
pub use self::update::WordsOutline;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::kind;
use crate::page::Composer;
use crate::paths::OutputPath;
use crate::site::{PageId, SitePage};

/// The folder of all files with a hash in their names.
pub const FOLDER: &str = "search/index/";

/// The file that lists them, which has a fixed name.
pub const LIST: &str = "search/index.bin";

/// The version of the format. Increase it with every change, so that browsers do not mix old and
/// new files.
const FORM: u32 = 2;

/// The maximum number of files of texts in one list.
const LISTED_MAX: usize = 256;

/// The usual size of a file of texts, compressed.
const TEXTS_BYTES: usize = 10 << 10;

/// What will be published, known without the texts: the pages, their numbers and their files.
#[derive(Debug)]
pub struct IndexPlan {
    pub languages: Vec<LanguagePlan>,
    /// The fingerprint of everything that the index is made from.
    pub hash: Fingerprint,
}

/// The pages of one language. Each language is searched separately.
#[derive(Debug)]
pub struct LanguagePlan {
    /// The first part of a language tag: `en`.
    pub code: String,
    /// Sorted by number.
    pub entries: Vec<PlannedPage>,
    pub texts: Vec<TextsFile>,
}

#[derive(Debug)]
pub struct PlannedPage {
    pub page: PageId,
    pub number: u32,
    /// The fingerprint of the inputs of its digest.
    pub key: Fingerprint,
}

/// A file of texts.
#[derive(Debug)]
pub struct TextsFile {
    pub path: OutputPath,
    /// Positions in [`LanguagePlan::entries`].
    pub entries: Range<usize>,
    hash: NameHash,
}

/// The bytes of a fingerprint that a file's name ends in, enough for the files of a large site.
type NameHash = [u8; 6];

/// Whether the search finds a page.
pub fn is_found(page: &SitePage) -> bool {
    page.is_listed() && !page.entry.meta.search_exclude
}

/// Plans the index; `key` returns the key of a page's digest. `None` if the site has no search.
pub fn plan(composer: &Composer, key: impl Fn(&SitePage) -> Fingerprint) -> Option<IndexPlan> {
    let site = &*composer.site;
    if !site.has_search() {
        return None;
    }
    let mut by_language: BTreeMap<String, Vec<PageId>> = BTreeMap::new();
    for (id, page) in site.pages_with_ids().filter(|(_, page)| is_found(page)) {
        by_language
            .entry(code(site.language(page)))
            .or_default()
            .push(id);
    }
    let mut hasher = Hasher::new();
    hasher.add(FORM.to_le_bytes());
    let mut languages = Vec::new();
    for (code, pages) in by_language {
        let addresses: Vec<&str> = pages
            .iter()
            .map(|page| site.page(*page).route.as_str())
            .collect();
        let numbers = numbers::numbers(&addresses);
        let mut entries: Vec<PlannedPage> = pages
            .iter()
            .zip(numbers)
            .map(|(page, number)| PlannedPage {
                page: *page,
                number,
                key: key(site.page(*page)),
            })
            .collect();
        entries.sort_unstable_by_key(|entry| entry.number);
        let sizes: Vec<(u32, usize)> = entries
            .iter()
            .map(|entry| (entry.number, packed_size(composer.facts(entry.page).words)))
            .collect();
        let mut language = LanguagePlan {
            code,
            entries,
            texts: Vec::new(),
        };
        for range in numbers::ranges(&sizes, TEXTS_BYTES) {
            let texts = language.texts_at(composer, range);
            language.texts.push(texts);
        }
        hasher
            .add(&language.code)
            .add(manifest::about(composer, &language))
            .add(facets::all(composer, &language));
        language.texts.iter().for_each(|texts| {
            hasher.add(texts.path.as_str());
        });
        languages.push(language);
    }
    let hash = hasher.finish();
    (!languages.is_empty()).then_some(IndexPlan { languages, hash })
}

/// The approximate size of a page's text when compressed.
fn packed_size(words: usize) -> usize {
    200 + words * 2
}

fn code(language: &str) -> String {
    language
        .split(['-', '_'])
        .next()
        .unwrap_or(language)
        .to_ascii_lowercase()
}

impl LanguagePlan {
    fn path(&self, name: &str) -> OutputPath {
        OutputPath::new(&format!("{FOLDER}{}/{name}.bin", self.code))
            .expect("a language's tag has letters and numbers only")
    }

    fn texts_at(&self, composer: &Composer, entries: Range<usize>) -> TextsFile {
        let mut hasher = Hasher::new();
        hasher.add(FORM.to_le_bytes());
        for entry in &self.entries[entries.clone()] {
            hasher
                .add(entry.number.to_le_bytes())
                .add(entry.key.as_bytes())
                .add(card(composer, entry));
        }
        let hash = first(hasher.finish());
        TextsFile {
            path: self.path(&format!(
                "texts-{:06x}-{}",
                self.entries[entries.start].number,
                hex(&hash)
            )),
            entries,
            hash,
        }
    }

    /// Makes a file of texts. `text` returns those of the digests.
    pub fn texts_file<'a>(
        &self,
        composer: &Composer,
        texts: &TextsFile,
        text: impl Fn(&PlannedPage) -> Cow<'a, [u8]>,
    ) -> Vec<u8> {
        let entries = &self.entries[texts.entries.clone()];
        let (mut head, mut body, mut before) = (Vec::new(), Vec::new(), 0);
        put_number(&mut head, length(entries.len()));
        for entry in entries {
            let text = text(entry);
            put_number(&mut head, entry.number - before);
            head.extend_from_slice(&card(composer, entry));
            put_number(&mut head, length(text.len()));
            body.extend_from_slice(&text);
            before = entry.number;
        }
        head.append(&mut body);
        head
    }
}

impl LanguagePlan {
    /// The files of texts, each with the number of its first page, grouped into lists.
    fn text_lists(&self) -> Vec<Vec<(u32, NameHash)>> {
        let files: Vec<(u32, NameHash)> = self
            .texts
            .iter()
            .map(|texts| (self.entries[texts.entries.start].number, texts.hash))
            .collect();
        let items: Vec<(u32, usize)> = files.iter().map(|(number, _)| (*number, 1)).collect();
        numbers::ranges(&items, LISTED_MAX)
            .into_iter()
            .map(|range| files[range].to_vec())
            .collect()
    }
}

/// What a result shows of a page in addition to its text: address, kind, minutes.
fn card(composer: &Composer, entry: &PlannedPage) -> Vec<u8> {
    let page = composer.site.page(entry.page);
    let meta = &page.entry.meta;
    let mut bytes = Vec::new();
    put_text(&mut bytes, page.route.as_str().trim_start_matches('/'));
    let kind = if meta.kind == kind::PLAIN {
        String::new()
    } else {
        composer.kind_title(composer.site.language(page), &meta.kind)
    };
    put_text(&mut bytes, &kind);
    put_number(&mut bytes, page.entry.minutes);
    bytes
}

fn first(hash: Fingerprint) -> NameHash {
    *hash
        .as_bytes()
        .first_chunk()
        .expect("a fingerprint is longer")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
