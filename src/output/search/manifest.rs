//! The one file of the index with a fixed name: which files there are, and what the search says in each language.

use std::collections::BTreeMap;

use serde_json::json;

use super::bytes::{length, put_number, put_text, put_word};
use super::{Language, facets};
use crate::page::Composer;
use crate::page::parts::say;

/// The words of the theme that the search shows.
const WORDS: [&str; 16] = [
    "search_results",
    "search_none",
    "search_none_help",
    "search_some",
    "search_alike",
    "search_all",
    "search_keys",
    "search_close",
    "search_more",
    "search_narrow",
    "search_kind",
    "topics",
    "for_whom",
    "level",
    "time",
    "search_this_site",
];

/// The files of one language, with the four bytes that their names end in.
pub struct Files {
    /// The number of the first page in each.
    pub texts: Vec<(u32, [u8; 4])>,
    pub facets: Vec<(u32, [u8; 4])>,
    pub words: Vec<Words>,
    /// The number of characters that the words in each have.
    pub alike: Vec<(usize, [u8; 4])>,
}

pub struct Words {
    pub first: String,
    pub print: [u8; 4],
    pub size: usize,
}

pub struct Manifest(Vec<u8>);

impl Manifest {
    pub fn new(form: u32, languages: usize) -> Self {
        let mut bytes = Vec::new();
        put_number(&mut bytes, form);
        put_number(&mut bytes, length(languages));
        Manifest(bytes)
    }

    pub fn add(&mut self, composer: &Composer, language: &Language, files: &Files) {
        let bytes = &mut self.0;
        put_text(bytes, &language.code);
        put_number(bytes, length(language.entries.len()));
        put_text(bytes, &about(composer, language));
        put_by_number(bytes, &files.texts);
        put_by_number(bytes, &files.facets);
        put_number(bytes, length(files.words.len()));
        let mut before = "";
        for words in &files.words {
            put_word(bytes, before, &words.first);
            bytes.extend_from_slice(&words.print);
            put_number(bytes, length(words.size.div_ceil(1024)));
            before = &words.first;
        }
        put_number(bytes, length(files.alike.len()));
        for (chars, print) in &files.alike {
            put_number(bytes, length(*chars));
            bytes.extend_from_slice(print);
        }
    }

    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

fn put_by_number(bytes: &mut Vec<u8>, files: &[(u32, [u8; 4])]) {
    put_number(bytes, length(files.len()));
    let mut before = 0;
    for (first, print) in files {
        put_number(bytes, first - before);
        bytes.extend_from_slice(print);
        before = *first;
    }
}

/// What the search says, the values that results are narrowed down by, and the pages that count for more or less.
pub fn about(composer: &Composer, language: &Language) -> String {
    let site = &composer.site;
    let tag = language.entries.first().map_or(&*language.code, |entry| site.language(site.page(entry.page)));
    let words: BTreeMap<&str, String> = WORDS.iter().map(|key| (*key, say(&composer.words, tag, key, &[]))).collect();
    let boosts: Vec<(u32, f64)> = language
        .entries
        .iter()
        .filter_map(|entry| Some((entry.number, site.page(entry.page).entry.meta.search_boost?)))
        .filter(|(_, boost)| boost.is_finite() && *boost > 0.0 && *boost != 1.0)
        .collect();
    json!({ "words": words, "facets": facets::values(composer, language).json(composer, tag), "boosts": boosts }).to_string()
}
