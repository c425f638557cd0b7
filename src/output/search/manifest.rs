//! The only file of the index with a fixed name: it lists the other files and contains the texts of
//! the search interface in each language.

use std::collections::BTreeMap;

use serde_json::json;

use super::bytes::{length, put_number, put_text, put_word};
use super::facets;
use super::language_plan::{FileNameHash, LanguagePlan};
use crate::page::Catalog;

/// The theme's translations that the search uses.
const WORDS: [&str; 16] = [
    "search_results",
    "search_none",
    "search_none_help",
    "search_some",
    "search_similar",
    "search_all",
    "search_keys",
    "search_close",
    "search_more",
    "search_filter",
    "search_kind",
    "topics",
    "audience",
    "level",
    "time",
    "search_this_site",
];

/// The files of one language, with the hash bytes in their names. There are many files of texts and
/// words, so these are files that list them.
pub struct LanguageFiles<'a> {
    /// The number of the first page in each.
    pub texts: Vec<(u32, FileNameHash)>,
    pub facets: Vec<(u32, FileNameHash)>,
    /// The first word in each.
    pub words: Vec<(&'a str, FileNameHash)>,
    /// The number of characters of the words in each.
    pub alike: &'a [(usize, FileNameHash)],
}

pub struct SearchManifest(Vec<u8>);

impl SearchManifest {
    pub fn new(form: u32, languages: usize) -> Self {
        let mut bytes = Vec::new();
        put_number(&mut bytes, form);
        put_number(&mut bytes, length(languages));
        SearchManifest(bytes)
    }

    pub fn add(&mut self, catalog: &Catalog, language: &LanguagePlan, files: &LanguageFiles) {
        let bytes = &mut self.0;
        put_text(bytes, &language.code);
        put_number(bytes, length(language.entries.len()));
        put_text(bytes, &about(catalog, language));
        for list in [
            by_number(&files.texts),
            by_number(&files.facets),
            words(&files.words),
        ] {
            bytes.extend_from_slice(&list);
        }
        put_number(bytes, length(files.alike.len()));
        for (chars, hash) in files.alike {
            put_number(bytes, length(*chars));
            bytes.extend_from_slice(hash);
        }
    }

    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// Lists files by the number of the first page in each: the number of files; then for each the
/// distance from the previous number, and the hash in its name.
pub fn by_number(files: &[(u32, FileNameHash)]) -> Vec<u8> {
    let (mut bytes, mut before) = (Vec::new(), 0);
    put_number(&mut bytes, length(files.len()));
    for (first, hash) in files {
        put_number(&mut bytes, first - before);
        bytes.extend_from_slice(hash);
        before = *first;
    }
    bytes
}

/// Lists files by the first word in each: the number of files; then for each that word and the hash
/// in its name.
pub fn words(files: &[(&str, FileNameHash)]) -> Vec<u8> {
    let (mut bytes, mut before) = (Vec::new(), "");
    put_number(&mut bytes, length(files.len()));
    for (first, hash) in files {
        put_word(&mut bytes, before, first);
        bytes.extend_from_slice(hash);
        before = first;
    }
    bytes
}

/// The texts of the search interface, the values for filtering results, and the pages with a higher
/// or lower rank.
pub fn about(catalog: &Catalog, language: &LanguagePlan) -> String {
    let site = &catalog.site;
    let tag = language.entries.first().map_or(&*language.code, |entry| {
        site.language(site.page(entry.page))
    });
    let words: BTreeMap<&str, String> = WORDS
        .iter()
        .map(|key| (*key, catalog.text(tag, key, &[])))
        .collect();
    let boosts: Vec<(u32, f64)> = language
        .entries
        .iter()
        .filter_map(|entry| Some((entry.number, site.page(entry.page).entry.meta.search_boost?)))
        .filter(|(_, boost)| boost.is_finite() && *boost > 0.0 && *boost != 1.0)
        .collect();
    json!({ "words": words, "facets": facets::values(catalog, language).json(catalog, tag), "boosts": boosts }).to_string()
}
