//! The data from which the page for missing addresses makes suggestions: the words of all
//! addresses, and the pages with those words.
//!
//! The lists are divided into files of some 16 kB, so that a reader fetches only a few of them,
//! however large the site is. `404/index.json` contains their numbers, `404/words-N.json` maps
//! words to page numbers, and `404/pages-N.json` contains the pages by number.
//! `static/js/not-found.js` reads them, and uses the same rule to find the file of a word.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::page::Catalog;
use crate::paths::Route;

/// The number of pages in a file, and the average number of pages whose words share a file.
const PAGES_A_FILE: usize = 200;

/// The maximum number of pages for a word. Folders' own pages come first.
const PAGES_A_WORD_MAX: usize = 40;

/// One of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuggestionPart {
    Index,
    Words(usize),
    Pages(usize),
}

/// The files with their addresses.
pub fn list(catalog: &Catalog) -> Vec<(Route, SuggestionPart)> {
    let files = files(catalog);
    let route = |name: &str| {
        Route::new(&format!("/404/{name}.json")).expect("a fixed address inside the site")
    };
    let words = (0..files).map(|number| {
        (
            route(&format!("words-{number}")),
            SuggestionPart::Words(number),
        )
    });
    let pages = (0..files).map(|number| {
        (
            route(&format!("pages-{number}")),
            SuggestionPart::Pages(number),
        )
    });
    std::iter::once((route("index"), SuggestionPart::Index))
        .chain(words)
        .chain(pages)
        .collect()
}

fn files(catalog: &Catalog) -> usize {
    catalog
        .site
        .pages()
        .filter(|page| page.is_listed())
        .count()
        .div_ceil(PAGES_A_FILE)
}

/// The bytes of all files, computed together.
#[derive(Debug, Default)]
pub struct Suggestions {
    words: Vec<Vec<u8>>,
    pages: Vec<Vec<u8>>,
}

#[derive(Serialize)]
struct SuggestionIndex {
    files: usize,
    pages_a_file: usize,
}

impl Suggestions {
    pub fn of(catalog: &Catalog) -> Self {
        let files = files(catalog);
        let mut pages: Vec<_> = catalog
            .site
            .pages()
            .filter(|page| page.is_listed())
            .collect();
        pages.sort_by(|a, b| a.route.cmp(&b.route));
        let mut words: Vec<BTreeMap<String, Vec<usize>>> = vec![BTreeMap::new(); files];
        for (number, page) in pages.iter().enumerate() {
            for word in words_of(page.route.as_str()) {
                let numbers = words[file_of(&word, files)].entry(word).or_default();
                if numbers.last() != Some(&number) && numbers.len() < PAGES_A_WORD_MAX {
                    numbers.push(number);
                }
            }
        }
        let shown: Vec<(String, &str)> = pages
            .iter()
            .map(|page| (catalog.href(&page.route), page.entry.title.as_str()))
            .collect();
        Suggestions {
            words: words.iter().map(json).collect(),
            pages: shown.chunks(PAGES_A_FILE).map(json_list).collect(),
        }
    }

    pub fn part(&self, part: SuggestionPart) -> Vec<u8> {
        match part {
            SuggestionPart::Index => json(&SuggestionIndex {
                files: self.words.len(),
                pages_a_file: PAGES_A_FILE,
            }),
            SuggestionPart::Words(number) => self.words.get(number).cloned().unwrap_or_default(),
            SuggestionPart::Pages(number) => self.pages.get(number).cloned().unwrap_or_default(),
        }
    }
}

/// The words of an address, separated by anything except letters, marks and numbers.
fn words_of(address: &str) -> impl Iterator<Item = String> + '_ {
    address
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// Words are assigned to files by their first two letters in either order, since swapping those is
/// the most frequent typo there.
fn file_of(word: &str, files: usize) -> usize {
    word.chars().take(2).map(|c| c as usize).sum::<usize>() % files
}

fn json(what: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(what).expect("plain values can be serialized")
}

/// A JSON list with one entry per line.
fn json_list(entries: &[(String, &str)]) -> Vec<u8> {
    let lines: Vec<String> = entries
        .iter()
        .map(|entry| serde_json::to_string(entry).expect("plain values can be serialized"))
        .collect();
    format!("[\n{}\n]\n", lines.join(",\n")).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_where_they_are() {
        assert_eq!(
            words_of("/Guides/give-first_2/").collect::<Vec<_>>(),
            ["guides", "give", "first", "2"]
        );
        assert_eq!(file_of("give", 7), file_of("igve", 7));
        assert_eq!(file_of("a", 1), 0);
    }
}
