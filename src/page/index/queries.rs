//! Queries: the pages with some properties, in some order.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::fields::{FieldItem, FieldItems};
use crate::page::catalog::Catalog;
use crate::renamed::current_value;
use crate::site::PageId;
use crate::site::sections::{ListOrder, keep_first, sort_pages};

/// The arguments of `pages()`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PagesQuery {
    pub kind: Option<String>,
    pub topic: Option<String>,
    pub audience: Option<String>,
    pub level: Option<String>,
    pub section: Option<String>,
    pub order: Option<String>,
    pub limit: Option<usize>,
}

impl PagesQuery {
    /// The query in a page's field.
    pub fn of_items(items: &FieldItems) -> Self {
        let text = |name: &str| {
            items
                .get(name)
                .and_then(FieldItem::as_text)
                .map(str::to_owned)
        };
        PagesQuery {
            kind: text("kind"),
            topic: text("topic"),
            audience: text("audience"),
            level: text("level").map(|level| current_value("level", level)),
            section: text("section"),
            order: text("order").map(|order| current_value("order", order)),
            limit: items
                .get("limit")
                .and_then(FieldItem::as_integer)
                .and_then(|limit| usize::try_from(limit).ok()),
        }
    }
}

/// The orders that `pages()` accepts.
pub const ORDERS: [&str; 5] = ["title", "newest", "updated", "order", "upcoming"];

/// The pages by their last change, made only if a query needs them.
type Newest<'a> = &'a dyn Fn() -> Vec<PageId>;

/// Listed pages that match, without section pages.
pub fn matching(catalog: &Catalog, query: &PagesQuery, newest: Newest) -> Vec<PageId> {
    let mut pages = candidates(catalog, query, newest);
    let filter = QueryFilter::new(catalog, query);
    pages.retain(|page| filter.matches(*page));
    let most = query.limit.unwrap_or(usize::MAX);
    match query.order.as_deref() {
        // The candidates are in this order already.
        Some("updated") => pages.truncate(most),
        order => keep_first(
            &mut pages,
            most,
            &catalog.site.tables,
            ListOrder::named(order.unwrap_or("title")),
        ),
    }
    pages
}

/// The shortest list that holds every answer. If the order is by date, it has only dated pages, the
/// last changed first.
fn candidates(catalog: &Catalog, query: &PagesQuery, newest: Newest) -> Vec<PageId> {
    let site = &catalog.site;
    let is_by_day = matches!(query.order.as_deref(), Some("newest" | "updated"));
    let Some(topic) = &query.topic else {
        return if is_by_day {
            newest()
        } else {
            site.ids().to_vec()
        };
    };
    let mut pages = catalog
        .topic(topic)
        .map(|term| term.pages.clone())
        .unwrap_or_default();
    if is_by_day {
        pages.retain(|page| site.page(*page).changed().is_some());
        sort_pages(&mut pages, &site.tables, ListOrder::Updated);
    }
    pages
}

/// What a page must have to match a query.
struct QueryFilter<'a> {
    catalog: &'a Catalog,
    query: &'a PagesQuery,
    of_audience: Option<HashSet<PageId>>,
    section: Option<String>,
}

impl<'a> QueryFilter<'a> {
    fn new(catalog: &'a Catalog, query: &'a PagesQuery) -> Self {
        let pages = |name: &String| {
            let audience = catalog.audience(name);
            audience.map_or_else(HashSet::new, |term| term.pages.iter().copied().collect())
        };
        let section = |name: &String| name.trim_matches('/').to_lowercase();
        QueryFilter {
            catalog,
            query,
            of_audience: query.audience.as_ref().map(pages),
            section: query.section.as_ref().map(section),
        }
    }

    fn matches(&self, id: PageId) -> bool {
        let (site, query) = (&self.catalog.site, self.query);
        let page = site.page(id);
        let meta = &page.entry.meta;
        let is_of_level = |level: &String| {
            meta.level
                .is_some_and(|own| own.key().eq_ignore_ascii_case(level))
        };
        page.is_listed()
            && site.sections[page.section].page != Some(id)
            && query.kind.as_ref().is_none_or(|kind| *kind == meta.kind)
            && self
                .of_audience
                .as_ref()
                .is_none_or(|pages| pages.contains(&id))
            && query.level.as_ref().is_none_or(is_of_level)
            && self
                .section
                .as_ref()
                .is_none_or(|section| self.is_in_section(page.section, section))
    }

    /// Whether a section is in the folder with this name, or in a folder below it.
    fn is_in_section(&self, own: usize, section: &str) -> bool {
        let site = &self.catalog.site;
        let folder = site.sections[own]
            .folder
            .below(&site.tables.content)
            .unwrap_or("")
            .to_lowercase();
        let rest = folder.strip_prefix(section);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}
