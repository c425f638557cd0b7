//! The plan of the search index, made without reading a text.

use std::collections::BTreeMap;

use super::language_plan::{FORM, IndexPlan, LanguagePlan, PlannedPage};
use super::{facets, manifest, numbers};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::page::Catalog;
use crate::site::{PageId, SitePage};

/// The usual size of a file of texts, compressed.
const TEXTS_BYTES: usize = 10 << 10;

/// Whether the search finds a page.
pub fn is_found(page: &SitePage) -> bool {
    page.is_listed() && !page.entry.meta.search_exclude
}

/// Plans the index; `key` returns the key of a page's digest. `None` if the site has no search.
pub fn plan(catalog: &Catalog, key: impl Fn(&SitePage) -> Fingerprint) -> Option<IndexPlan> {
    let site = &*catalog.site;
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
            .map(|entry| (entry.number, packed_size(catalog.facts(entry.page).words)))
            .collect();
        let mut language = LanguagePlan {
            code,
            entries,
            texts: Vec::new(),
        };
        for range in numbers::ranges(&sizes, TEXTS_BYTES) {
            let texts = language.texts_at(catalog, range);
            language.texts.push(texts);
        }
        hasher
            .add(&language.code)
            .add(manifest::about(catalog, &language))
            .add(facets::all(catalog, &language));
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
