//! The pages of each list of a level, a range of times or a kind.

use crate::page::catalog::Catalog;
use crate::site::PageId;
use crate::site::facet_lists::{self, FacetKey};

/// How many minutes a page takes.
type Minutes<'a> = &'a dyn Fn(PageId) -> u32;

/// The pages of each facet list of the site: those of a kind by title, others by kind first.
pub fn facet_lists(catalog: &Catalog, a_to_z: &[PageId], minutes: Minutes) -> Vec<Vec<PageId>> {
    let site = &catalog.site;
    let mut lists: Vec<Vec<PageId>> = vec![Vec::new(); site.narrowed.len()];
    for page in a_to_z {
        for (pages, is_on) in lists.iter_mut().zip(is_on(catalog, *page, minutes)) {
            if is_on {
                pages.push(*page);
            }
        }
    }
    for pages in &mut lists {
        pages.sort_by_key(|page| &site.page(*page).entry.meta.kind);
    }
    lists
}

/// The number of pages of each facet list. Unlike the lists, it needs no order of the pages.
pub fn counts(catalog: &Catalog, minutes: Minutes) -> Vec<usize> {
    let mut counts = vec![0; catalog.site.narrowed.len()];
    for page in catalog.site.ids() {
        for (count, is_on) in counts.iter_mut().zip(is_on(catalog, *page, minutes)) {
            *count += usize::from(is_on);
        }
    }
    counts
}

/// Whether a page is on each facet list.
pub fn is_on<'a>(
    catalog: &'a Catalog,
    page: PageId,
    minutes: Minutes,
) -> impl Iterator<Item = bool> + use<'a> {
    let site = &catalog.site;
    let counts = facet_lists::counts(&site.tables.pages, &site.sections, page);
    let (meta, minutes) = (&site.page(page).entry.meta, minutes(page));
    site.narrowed.iter().map(move |list| {
        let belongs = match &list.by {
            FacetKey::Level(level) => meta.level == Some(*level),
            FacetKey::Minutes(most) => minutes <= *most,
            FacetKey::Kind(kind) => meta.kind == *kind,
        };
        counts && list.is_own && belongs
    })
}
