//! What templates may ask of other pages: the answers to `pages()`, `page_at()`, `topics()`, `audiences()`.

use super::compose::Composer;
use super::view::{Card, TermView};
use crate::diagnostic::nearest;
use crate::paths::slug;
use crate::site::links::Destination;
use crate::site::sections::sort_pages;
use crate::site::topics::Term;
use crate::site::{Node, PageId};

/// The arguments of `pages()`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PagesQuery {
    pub kind: Option<String>,
    pub topic: Option<String>,
    pub audience: Option<String>,
    pub level: Option<String>,
    pub section: Option<String>,
    pub order: Option<String>,
    pub limit: Option<usize>,
}

/// The orders that `pages()` knows.
pub const ORDERS: [&str; 4] = ["title", "newest", "updated", "order"];

/// Listed pages that fit, section pages left out.
pub fn pages(composer: &Composer, query: &PagesQuery) -> Vec<Card> {
    let site = &*composer.site;
    let section = query.section.as_ref().map(|name| name.trim_matches('/').to_lowercase());
    let fits = |id: &PageId| {
        let page = site.page(*id);
        let meta = &page.entry.meta;
        let names = |named: &[crate::document::meta::Placed<String>], wanted: &Option<String>| {
            wanted.as_ref().is_none_or(|wanted| named.iter().any(|name| slug(&name.value) == slug(wanted)))
        };
        page.is_listed()
            && site.sections[page.section].page != Some(*id)
            && query.kind.as_ref().is_none_or(|kind| *kind == meta.kind)
            && names(&meta.topics, &query.topic)
            && names(&meta.audience, &query.audience)
            && query.level.as_ref().is_none_or(|level| meta.level.is_some_and(|own| format!("{own:?}").eq_ignore_ascii_case(level)))
            && section.as_ref().is_none_or(|section| {
                let folder = site.sections[page.section].folder.below(&site.tables.content).unwrap_or("");
                folder.eq_ignore_ascii_case(section) || folder.to_lowercase().starts_with(&format!("{section}/"))
            })
    };
    let all: Vec<PageId> = match query.order.as_deref() {
        Some("newest" | "updated") => composer.newest.clone(),
        _ => (0..site.pages().len()).collect(),
    };
    let mut found: Vec<PageId> = all.into_iter().filter(fits).collect();
    match query.order.as_deref() {
        Some("newest" | "updated") => {}
        Some("order") => sort_pages(&mut found, &site.tables, false),
        _ => found.sort_by_cached_key(|id| (site.page(*id).entry.title.to_lowercase(), *id)),
    }
    found.truncate(query.limit.unwrap_or(usize::MAX));
    composer.cards(&found)
}

/// The page with this source path, from the content folder.
///
/// # Errors
/// A message with the nearest path.
pub fn page_at(composer: &Composer, path: &str) -> Result<Card, String> {
    let tables = &composer.site.tables;
    let found = tables.content.join(path.trim_start_matches('/')).ok().and_then(|path| tables.by_source.get(&path));
    if let Some(Node::Page(page)) = found {
        return Ok(composer.card(*page));
    }
    let paths: Vec<&str> = composer.site.pages().iter().filter_map(|page| page.entry.source.below(&tables.content)).collect();
    Err(match nearest(path, paths) {
        Some(near) => format!("there is no page {path}; did you mean {near}?"),
        None => format!("there is no page {path}"),
    })
}

/// All topics, or audiences, that pages name.
pub fn terms(composer: &Composer, terms: &[Term]) -> Vec<(TermView, Vec<Card>)> {
    let view = |term: &Term| {
        let start = term.start.iter().filter_map(|to| match to {
            Destination::Page { page, .. } => Some(composer.card(*page)),
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
