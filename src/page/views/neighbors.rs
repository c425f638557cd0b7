//! The pages before and after a page in its section.

use crate::page::index::SiteIndex;
use crate::page::view::CrumbView;
use crate::site::PageId;

/// The page that is `step` positions after a page in its section, or before it if negative.
pub fn neighbor(index: &SiteIndex, id: PageId, step: isize) -> Option<CrumbView> {
    let site = &index.catalog.site;
    let position = index.position(id)?.checked_add_signed(step)?;
    let other = site.sections[site.page(id).section].pages.get(position)?;
    let other = site.page(*other);
    Some(CrumbView {
        title: other.entry.title.clone(),
        href: index.catalog.href(&other.route),
    })
}
