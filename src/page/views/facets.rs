//! The facets by which a list can be filtered: topics and audiences, which have lists of their own,
//! level, time and kind.

use std::collections::BTreeMap;

use crate::page::catalog::Catalog;
use crate::page::index::SiteIndex;
use crate::page::view::{Facet, FacetOption};
use crate::site::facet_lists::{FacetKey, LEVELS, MINUTES};
use crate::site::topics::TermPages;
use crate::site::{PageId, PageMap};

/// The most options of one facet. If there are more, those with the most pages are shown, since
/// nobody reads a longer list.
const OPTIONS_MAX: usize = 100;

/// The facets of a list, each with the options that some of its pages have. A facet that all pages
/// share is omitted.
pub fn facets(index: &SiteIndex, pages: &[PageId], language: &str) -> Vec<Facet> {
    let (catalog, page_terms) = (&index.catalog, index.page_terms());
    let site = &catalog.site;
    let facets = [
        (
            "audience",
            term_options(catalog, &site.audiences, pages, &page_terms.audiences),
        ),
        (
            "topic",
            term_options(catalog, &site.topics, pages, &page_terms.topics),
        ),
        ("level", level_options(catalog, pages, language)),
        ("time", time_options(index, pages, language)),
        ("kind", kind_options(catalog, pages, language)),
    ];
    let tells_apart = |option: &FacetOption| option.count > 0 && option.count < pages.len();
    let facet = |(name, mut options): (&'static str, Vec<FacetOption>)| {
        options.retain(|option| option.count > 0);
        let options = limit_options(options);
        options.iter().any(tells_apart).then(|| Facet {
            name,
            is_linked: options.iter().any(|option| option.href.is_some()),
            options,
        })
    };
    facets.into_iter().filter_map(facet).collect()
}

/// The terms that some of the pages name. `named` has the positions of each page's terms.
fn term_options(
    catalog: &Catalog,
    terms: &[TermPages],
    pages: &[PageId],
    named: &PageMap<Vec<usize>>,
) -> Vec<FacetOption> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for term in pages.iter().flat_map(|page| &named[*page]) {
        *counts.entry(*term).or_default() += 1;
    }
    let option = |(term, count): (usize, usize)| {
        let term = &terms[term];
        FacetOption {
            key: term.key.clone(),
            title: term.title.clone(),
            href: Some(catalog.href(&term.route)),
            count,
        }
    };
    counts.into_iter().map(option).collect()
}

fn level_options(catalog: &Catalog, pages: &[PageId], language: &str) -> Vec<FacetOption> {
    let own = |page: &PageId| catalog.site.page(*page).entry.meta.level;
    let option = |level| FacetOption {
        key: str::to_owned(crate::document::meta::Level::key(level)),
        title: catalog.level_title(language, level),
        href: catalog.facet_href(&FacetKey::Level(level)),
        count: pages.iter().filter(|page| own(page) == Some(level)).count(),
    };
    LEVELS.map(option).to_vec()
}

fn time_options(index: &SiteIndex, pages: &[PageId], language: &str) -> Vec<FacetOption> {
    let minutes: Vec<u32> = pages.iter().map(|page| index.minutes(*page)).collect();
    let option = |most: u32| FacetOption {
        key: most.to_string(),
        title: index.catalog.minutes_title(language, most),
        href: index.catalog.facet_href(&FacetKey::Minutes(most)),
        count: minutes.iter().filter(|minutes| **minutes <= most).count(),
    };
    MINUTES.map(option).to_vec()
}

fn kind_options(catalog: &Catalog, pages: &[PageId], language: &str) -> Vec<FacetOption> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for page in pages {
        let kind = catalog.site.page(*page).entry.meta.kind.as_str();
        *counts.entry(kind).or_default() += 1;
    }
    let option = |kind: &String| FacetOption {
        key: kind.clone(),
        title: catalog.kind_title(language, kind),
        href: catalog.facet_href(&FacetKey::Kind(kind.clone())),
        count: counts.get(kind.as_str()).copied().unwrap_or(0),
    };
    catalog.site.kinds.keys().map(option).collect()
}

/// Keeps the options with the most pages, up to the limit, in their order.
fn limit_options(mut options: Vec<FacetOption>) -> Vec<FacetOption> {
    if options.len() <= OPTIONS_MAX {
        return options;
    }
    let mut counts: Vec<usize> = options.iter().map(|option| option.count).collect();
    let (_, least, _) = counts.select_nth_unstable_by(OPTIONS_MAX - 1, |one, other| other.cmp(one));
    let least = *least;
    let more = options.iter().filter(|option| option.count > least).count();
    let mut left = OPTIONS_MAX - more;
    options.retain(|option| {
        let is_last = option.count == least && left > 0;
        left -= usize::from(is_last);
        option.count > least || is_last
    });
    options
}
