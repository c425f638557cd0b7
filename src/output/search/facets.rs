//! The facets for filtering results: kind, topic, audience, level and time. The manifest lists
//! their values, and these files contain the values of each page.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::bytes::{length, packed, put_number};
use super::language_plan::{LanguagePlan, PlannedPage};
use super::numbers;
use crate::document::meta::{Level, LocatedValue};
use crate::page::Catalog;
use crate::paths::slug;
use crate::site::facet_lists;

/// The maximum number of pages in a file.
const PAGES_MAX: usize = 4096;

/// The facet values of a language's pages, each list sorted by key.
pub struct FacetValues<'a> {
    kinds: BTreeMap<&'a str, String>,
    topics: NamedValues<'a>,
    audiences: NamedValues<'a>,
}

/// Values that pages name, in any spelling with the same slug.
#[derive(Default)]
struct NamedValues<'a> {
    /// Titles by key.
    titles: BTreeMap<String, String>,
    /// Keys by what pages write. Many pages write the same, and slugging is the most expensive
    /// part.
    keys: HashMap<&'a str, String>,
    /// The position of each key in the sorted list.
    positions: HashMap<String, u32>,
}

impl<'a> NamedValues<'a> {
    fn add(&mut self, named: &'a [LocatedValue<String>], title: impl Fn(&str) -> Option<String>) {
        for name in named {
            let key = self
                .keys
                .entry(&name.value)
                .or_insert_with_key(|name| slug(name));
            if !self.titles.contains_key(key) {
                self.titles.insert(
                    key.clone(),
                    title(&name.value).unwrap_or_else(|| name.value.clone()),
                );
            }
        }
    }

    fn number(&mut self) {
        self.positions = self.titles.keys().cloned().zip(0..).collect();
    }

    fn put(&self, named: &[LocatedValue<String>], bytes: &mut Vec<u8>) {
        let mut own: Vec<u32> = named
            .iter()
            .map(|name| self.positions[&self.keys[&*name.value]])
            .collect();
        own.sort_unstable();
        own.dedup();
        put_number(bytes, length(own.len()));
        own.iter().for_each(|position| put_number(bytes, *position));
    }
}

pub fn values<'a>(catalog: &'a Catalog, language: &LanguagePlan) -> FacetValues<'a> {
    let mut values = FacetValues {
        kinds: BTreeMap::new(),
        topics: NamedValues::default(),
        audiences: NamedValues::default(),
    };
    for entry in &language.entries {
        let page = catalog.site.page(entry.page);
        let meta = &page.entry.meta;
        values
            .kinds
            .entry(&meta.kind)
            .or_insert_with(|| catalog.kind_title(catalog.site.language(page), &meta.kind));
        values.topics.add(&meta.topics, |name| {
            catalog.topic(name).map(|term| term.title.clone())
        });
        values.audiences.add(&meta.audience, |name| {
            catalog.audience(name).map(|term| term.title.clone())
        });
    }
    values.topics.number();
    values.audiences.number();
    values
}

impl FacetValues<'_> {
    /// The lists of keys and titles, as the browser reads them.
    pub fn json(&self, catalog: &Catalog, language: &str) -> Value {
        let pairs = |values: &BTreeMap<String, String>| {
            values
                .iter()
                .map(|(key, title)| json!([key, title]))
                .collect::<Value>()
        };
        let levels: Value = ["beginner", "intermediate", "advanced"]
            .iter()
            .map(|level| {
                json!([
                    level,
                    catalog.text(language, &format!("level_{level}"), &[])
                ])
            })
            .collect();
        let minutes = |key: &str, count: u32| {
            catalog.text(language, key, &[("count", count.to_string().into())])
        };
        let times = facet_lists::MINUTES
            .iter()
            .map(|most| json!([most.to_string(), minutes("search_time_most", *most)]));
        let times: Value = times
            .chain([json!([
                "more",
                minutes("search_time_more", facet_lists::LONGEST)
            ])])
            .collect();
        json!({
            "kind": self.kinds.iter().map(|(key, title)| json!([key, title])).collect::<Value>(),
            "topic": pairs(&self.topics.titles),
            "audience": pairs(&self.audiences.titles),
            "level": levels,
            "time": times,
        })
    }

    /// Writes the values of a page: its kind, level (0 for none) and time, then its topics and
    /// audiences, each as a count and positions.
    fn put(&self, catalog: &Catalog, entry: &PlannedPage, bytes: &mut Vec<u8>) {
        let page = catalog.site.page(entry.page);
        let meta = &page.entry.meta;
        let level = match meta.level {
            None => 0,
            Some(Level::Beginner) => 1,
            Some(Level::Intermediate) => 2,
            Some(Level::Advanced) => 3,
        };
        let time = facet_lists::span(page.entry.minutes);
        put_number(
            bytes,
            length(
                self.kinds
                    .keys()
                    .position(|kind| **kind == *meta.kind)
                    .unwrap_or(0),
            ),
        );
        put_number(bytes, level);
        put_number(bytes, length(time));
        self.topics.put(&meta.topics, bytes);
        self.audiences.put(&meta.audience, bytes);
    }
}

/// The values of all pages, not yet compressed.
pub fn all(catalog: &Catalog, language: &LanguagePlan) -> Vec<u8> {
    let values = values(catalog, language);
    let mut bytes = Vec::new();
    language
        .entries
        .iter()
        .for_each(|entry| values.put(catalog, entry, &mut bytes));
    bytes
}

/// The files, each with the number of its first page. For each page, they contain the distance from
/// the previous page's number, and its values.
pub fn files(catalog: &Catalog, language: &LanguagePlan) -> Vec<(u32, Vec<u8>)> {
    let values = values(catalog, language);
    let items: Vec<(u32, usize)> = language
        .entries
        .iter()
        .map(|entry| (entry.number, 1))
        .collect();
    let file = |range: std::ops::Range<usize>| {
        let (mut bytes, mut before) = (Vec::new(), 0);
        for entry in &language.entries[range.clone()] {
            put_number(&mut bytes, entry.number - before);
            values.put(catalog, entry, &mut bytes);
            before = entry.number;
        }
        (language.entries[range.start].number, packed(&bytes))
    };
    numbers::ranges(&items, PAGES_MAX)
        .into_iter()
        .map(file)
        .collect()
}
