//! What a list can be narrowed down by: topics and audiences, which have lists of their own, level, time and kind.

use std::collections::BTreeMap;

use super::compose::Composer;
use super::parts::{level_key, say};
use super::view::{Facet, FacetOption};
use crate::document::meta::Level;
use crate::site::topics::Term;
use crate::site::{PageId, Site};

/// The spans of time that pages are sorted into, in minutes; what takes longer is in none.
const MINUTES: [u32; 3] = [5, 15, 60];

/// For each listed page the positions of its topics and audiences.
#[derive(Clone, Debug)]
pub struct Named {
    topics: Vec<Vec<usize>>,
    audiences: Vec<Vec<usize>>,
}

impl Named {
    pub fn of(site: &Site) -> Self {
        let by_page = |terms: &[Term]| {
            let mut named = vec![Vec::new(); site.pages().len()];
            for (position, term) in terms.iter().enumerate() {
                term.pages.iter().for_each(|page| named[*page].push(position));
            }
            named
        };
        Named { topics: by_page(&site.topics), audiences: by_page(&site.audiences) }
    }
}

/// The facets of a list, each with the options that some of its pages have; a facet that all pages share is left out.
pub fn of(composer: &Composer, pages: &[PageId]) -> Vec<Facet> {
    let language = &composer.site.settings().language;
    let option = |key: &str, title: String, href, count| FacetOption { key: key.to_owned(), title, href, count };
    let count = |is_it: &dyn Fn(PageId) -> bool| pages.iter().filter(|page| is_it(**page)).count();
    let meta = |page: PageId| &composer.site.page(page).entry.meta;
    let of_terms = |terms: &[Term], named: &[Vec<usize>]| -> Vec<FacetOption> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        pages.iter().flat_map(|page| &named[*page]).for_each(|term| *counts.entry(*term).or_default() += 1);
        let known = counts.into_iter().map(|(term, count)| (&terms[term], count));
        known.map(|(term, count)| option(&term.key, term.title.clone(), Some(composer.href(&term.route)), count)).collect()
    };
    let named = composer.named();
    let levels = [Level::Starter, Level::Practised, Level::Expert].map(|level| {
        let fitting = count(&|page| meta(page).level == Some(level));
        option(level_key(level), composer.level_title(language, level), None, fitting)
    });
    let times = MINUTES.map(|most| {
        let title = say(&composer.words, language, "up_to_minutes", &[("minutes", most.to_string().into())]);
        option(&most.to_string(), title, None, count(&|page| composer.minutes(page) <= most))
    });
    let kinds = composer
        .site
        .kinds
        .keys()
        .map(|kind| option(kind, composer.kind_title(language, kind), None, count(&|page| meta(page).kind == *kind)));
    let facets = [
        ("audience", of_terms(&composer.site.audiences, &named.audiences)),
        ("topic", of_terms(&composer.site.topics, &named.topics)),
        ("level", levels.to_vec()),
        ("time", times.to_vec()),
        ("kind", kinds.collect()),
    ];
    let tells_apart = |option: &FacetOption| option.count > 0 && option.count < pages.len();
    let facet = |(name, options): (&'static str, Vec<FacetOption>)| {
        let options: Vec<FacetOption> = options.into_iter().filter(|option| option.count > 0).collect();
        options.iter().any(tells_apart).then_some(Facet { name, options })
    };
    facets.into_iter().filter_map(facet).collect()
}
