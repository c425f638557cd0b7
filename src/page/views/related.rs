//! What a reader can read next.

use crate::page::catalog::linked_page;
use crate::page::index::SiteIndex;
use crate::site::PageId;

/// The most related pages that a page shows.
pub const RELATED_MAX: usize = 4;

/// The pages that a page leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedPages {
    /// The one page to read next.
    pub next: Option<PageId>,
    pub related: Vec<PageId>,
}

/// The pages that a page leads to. The next page is the one that the page names, or else the next
/// step of the first path through it (`on_path`), or else the most related page.
pub fn related(index: &SiteIndex, id: PageId, on_path: Option<PageId>) -> RelatedPages {
    let site = &index.catalog.site;
    let mut related = index.relations().of(site, id, RELATED_MAX + 1);
    let named = site.page(id).next.as_ref();
    let named = named.and_then(|resolved| linked_page(&resolved.to));
    let next = named
        .filter(|next| *next != id)
        .or(on_path)
        .or_else(|| (!related.is_empty()).then(|| related.remove(0)));
    related.retain(|page| Some(*page) != next);
    related.truncate(RELATED_MAX);
    RelatedPages { next, related }
}
