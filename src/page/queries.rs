//! What templates may ask about other pages: the answers to `pages()`, `page_at()`, `topics()` and
//! `audiences()`.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::compose::Composer;
use super::view::TermView;
use crate::diagnostic::nearest;
use crate::fields::{FieldItem, FieldItems};
use crate::renamed::current_value;
use crate::site::links::Destination;
use crate::site::sections::{ListOrder, keep_first, sort_pages};
use crate::site::topics::TermPages;
use crate::site::{LinkTarget, PageId};

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

/// Listed pages that match, without section pages. Answers are cached, since many pages of a site
/// ask for the same.
pub fn pages(composer: &Composer, query: &PagesQuery) -> Arc<[PageId]> {
    let cached = composer
        .answers
        .read()
        .expect("no holder of this lock panics")
        .get(query)
        .cloned();
    cached.unwrap_or_else(|| {
        let found: Arc<[PageId]> = find(composer, query).into();
        composer
            .answers
            .write()
            .expect("no holder of this lock panics")
            .insert(query.clone(), Arc::clone(&found));
        found
    })
}

fn find(composer: &Composer, query: &PagesQuery) -> Vec<PageId> {
    let site = &*composer.site;
    let mut found = candidates(composer, query);
    let of_audience = query.audience.as_ref().map(|name| {
        composer
            .audience(name)
            .map_or_else(HashSet::new, |term| term.pages.iter().copied().collect())
    });
    let section = query
        .section
        .as_ref()
        .map(|name| name.trim_matches('/').to_lowercase());
    found.retain(|id| {
        let page = site.page(*id);
        let meta = &page.entry.meta;
        page.is_listed()
            && site.sections[page.section].page != Some(*id)
            && query.kind.as_ref().is_none_or(|kind| *kind == meta.kind)
            && of_audience
                .as_ref()
                .is_none_or(|pages: &HashSet<PageId>| pages.contains(id))
            && query.level.as_ref().is_none_or(|level| {
                meta.level
                    .is_some_and(|own| own.key().eq_ignore_ascii_case(level))
            })
            && section.as_ref().is_none_or(|section| {
                let folder = site.sections[page.section]
                    .folder
                    .below(&site.tables.content)
                    .unwrap_or("")
                    .to_lowercase();
                folder == *section
                    || folder
                        .strip_prefix(section.as_str())
                        .is_some_and(|rest| rest.starts_with('/'))
            })
    });
    let most = query.limit.unwrap_or(usize::MAX);
    match query.order.as_deref() {
        // The candidates are in this order already.
        Some("updated") => found.truncate(most),
        order => keep_first(
            &mut found,
            most,
            &site.tables,
            ListOrder::named(order.unwrap_or("title")),
        ),
    }
    found
}

/// The shortest list that holds every answer. If the order is by date, it has only dated pages, the
/// last changed first.
fn candidates(composer: &Composer, query: &PagesQuery) -> Vec<PageId> {
    let is_by_day = matches!(query.order.as_deref(), Some("newest" | "updated"));
    let Some(topic) = &query.topic else {
        return if is_by_day {
            composer.newest.clone()
        } else {
            composer.site.ids().iter().copied().collect()
        };
    };
    let mut pages = composer
        .topic(topic)
        .map(|term| term.pages.clone())
        .unwrap_or_default();
    if is_by_day {
        pages.retain(|page| composer.site.page(*page).changed().is_some());
        sort_pages(&mut pages, &composer.site.tables, ListOrder::Updated);
    }
    pages
}

/// The page with this source path, relative to the content folder.
///
/// # Errors
/// A message with the nearest path.
pub fn page_at(composer: &Composer, path: &str) -> Result<PageId, String> {
    let tables = &composer.site.tables;
    let found = tables
        .content
        .join(path.trim_start_matches('/'))
        .ok()
        .and_then(|path| tables.by_source.get(&path));
    if let Some(LinkTarget::Page(page)) = found {
        return Ok(*page);
    }
    let paths: Vec<&str> = composer
        .site
        .pages()
        .filter_map(|page| page.entry.source.below(&tables.content))
        .collect();
    Err(match nearest(path, paths) {
        Some(near) => format!("page {path} does not exist; did you mean {near}?"),
        None => format!("page {path} does not exist"),
    })
}

/// All topics or audiences that pages name, each with the pages to start with.
pub fn terms(composer: &Composer, terms: &[TermPages]) -> Vec<(TermView, Vec<PageId>)> {
    let view = |term: &TermPages| {
        let start = term.start.iter().filter_map(|to| match to {
            Destination::Page { page, .. } => Some(*page),
            _ => None,
        });
        let shown = TermView {
            key: term.key.clone(),
            title: term.title.clone(),
            href: composer.href(&term.route),
            description: term.description.clone(),
            count: term.pages.len(),
        };
        (shown, start.collect())
    };
    terms.iter().map(view).collect()
}
