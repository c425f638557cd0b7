//! What the home page offers first.

use super::related::RELATED_MAX;
use crate::page::catalog::{Catalog, linked_page};
use crate::site::PageId;
use crate::site::links::Destination;

/// What the home page offers first: the pages it names as related, or else the first pages of the
/// first audience, or else nothing.
pub fn start_here(catalog: &Catalog) -> Vec<PageId> {
    let site = &catalog.site;
    let home = site.sections[0].page.map(|page| site.page(page));
    let named = home.map_or(&[][..], |page| &page.related);
    let offered: Vec<&Destination> = if named.is_empty() {
        let audience = site.audiences.first();
        audience.map_or(Vec::new(), |audience| audience.start.iter().collect())
    } else {
        named.iter().map(|resolved| &resolved.to).collect()
    };
    let pages = offered.into_iter().filter_map(linked_page);
    pages.take(RELATED_MAX).collect()
}
