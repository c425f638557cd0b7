//! A page's line in the tree of its section.

use crate::page::catalog::Catalog;
use crate::page::view::BranchItem;
use crate::site::PageId;

/// A page's line. `depth` is its depth in the tree.
pub fn page_line(catalog: &Catalog, id: PageId, depth: usize) -> BranchItem {
    let page = catalog.site.page(id);
    let short_title = page.entry.meta.short_title.clone();
    BranchItem {
        title: short_title.unwrap_or_else(|| page.entry.title.clone()),
        href: catalog.href(&page.route),
        depth,
        is_current: false,
        is_open: false,
        is_section: false,
    }
}
