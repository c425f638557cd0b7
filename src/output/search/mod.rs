//! The search index: small files that a browser fetches as it needs them, from any file server.
//!
//! `digest` reads one page; `terms` joins the words of all, `revise` changes what is published,
//! `join` has it done; `facets` tells what pages can be narrowed down by; `manifest` names the
//! files. A page's text lies in a file with a few others, whose name is known before its bytes are:
//! it is made of what they are made from. The files hold no statistic of the whole, so a page
//! changes those that it stands in. docs/SEARCH.md draws them.

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
use crate::page::Composer;
use crate::paths::OutputPath;
use crate::site::{PageId, SitePage};

/// The folder of all files whose names tell their content.
pub const FOLDER: &str = "search/index/";

/// The list of them, whose name stays.
pub const LIST: &str = "search/index.bin";

/// The form of the files; whoever changes it counts it up, so that no browser takes old files for
/// new ones.
const FORM: u32 = 2;

/// So many files of texts are in one list at most.
const LISTED_MAX: usize = 256;

/// The usual size of a file of texts, packed.
const TEXTS_BYTES: usize = 10 << 10;

/// What is to be published, known without the texts: which pages, under which numbers, in which
/// files.
#[derive(Debug)]
pub struct IndexPlan {
    pub languages: Vec<LanguagePlan>,
    /// Of everything that the index is made from.
    pub hash: Fingerprint,
}

/// The pages of one language; each language is searched by itself.
#[derive(Debug)]
pub struct LanguagePlan {
    /// The first part of a language's tag: `en`.
    pub code: String,
    /// By number.
    pub entries: Vec<PlannedPage>,
    pub texts: Vec<TextsFile>,
}

#[derive(Debug)]
pub struct PlannedPage {
    pub page: PageId,
    pub number: u32,
    /// Of what its digest is made from.
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

/// The bytes of a fingerprint that a file's name ends in: enough for the files of a large site.
type NameHash = [u8; 6];

/// Whether a page can be found.
pub fn is_found(page: &SitePage) -> bool {
    page.is_listed() && !page.entry.meta.search_exclude
}

/// Finds out what the index will be; `key` is that of a page's digest. `None` where the site has no
/// search.
pub fn plan(composer: &Composer, key: impl Fn(&SitePage) -> Fingerprint) -> Option<IndexPlan> {
    let site = &*composer.site;
    if !site.has_search() {
        return None;
    }
    let mut by_language: BTreeMap<String, Vec<PageId>> = BTreeMap::new();
    for (id, page) in site
        .pages()
        .iter()
        .enumerate()
        .filter(|(_, page)| is_found(page))
    {
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

/// About how large a page's text is when it is packed.
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

    /// A file of texts. `text` gives those of the digests.
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
    /// The files of texts, each with the number of its first page, as they are listed together.
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

/// What a result shows of a page besides its text: address, kind, minutes.
fn card(composer: &Composer, entry: &PlannedPage) -> Vec<u8> {
    let page = composer.site.page(entry.page);
    let meta = &page.entry.meta;
    let mut bytes = Vec::new();
    put_text(&mut bytes, page.route.as_str().trim_start_matches('/'));
    let kind = if meta.kind == "page" {
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
