//! The pages of a site by their last change.

use std::cmp::Reverse;

use crate::page::catalog::Catalog;
use crate::site::PageId;

/// Listed pages with a date, the last changed first.
pub fn newest(catalog: &Catalog) -> Vec<PageId> {
    let pages = catalog.site.pages_with_ids();
    let dated = pages.filter(|(_, page)| page.is_listed() && page.changed().is_some());
    let mut newest: Vec<PageId> = dated.map(|(id, _)| id).collect();
    newest.sort_by_cached_key(|id| {
        let page = catalog.site.page(*id);
        (
            Reverse(page.changed_moment()),
            page.entry.title.to_lowercase(),
        )
    });
    newest
}
