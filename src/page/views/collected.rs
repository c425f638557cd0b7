//! The pages that a page of a collecting kind shows.

use crate::fields::FieldItem;
use crate::page::index::{PagesQuery, SiteIndex};
use crate::page::view::{FieldViews, field};
use crate::site::PageId;

/// The pages that a page collects: those that it names, then those that its query finds.
pub fn collected(index: &SiteIndex, id: PageId, fields: &FieldViews) -> Vec<PageId> {
    let page = index.catalog.site.page(id);
    let kind = index.catalog.kind(page);
    let Some(names) = kind.and_then(|kind| kind.collects.as_ref()) else {
        return Vec::new();
    };
    let mut links = Vec::new();
    if let Some(items) = names.items.as_ref().and_then(|name| field(fields, name)) {
        items.links(&mut links);
    }
    let mut pages: Vec<PageId> = links.iter().filter_map(|link| Some(link.page?.0)).collect();
    let query = names
        .query
        .as_ref()
        .and_then(|name| page.entry.meta.fields.get(name))
        .and_then(FieldItem::as_map);
    if let Some(query) = query.map(PagesQuery::of_items) {
        let matching = index.pages(&query);
        let is_new = |other: &PageId| *other != id && !pages.contains(other);
        let more: Vec<PageId> = matching.iter().copied().filter(is_new).collect();
        pages.extend(more);
    }
    pages
}
