//! Glossary terms, and what templates may ask about terms and pages.

use std::sync::Arc;

use crate::diagnostic::nearest;
use crate::page::catalog::{Catalog, linked_page};
use crate::page::content_hash::SharedPart;
use crate::page::index::{SiteIndex, TermUse};
use crate::page::view::TermView;
use crate::site::topics::TermPages;
use crate::site::{LinkTarget, PageId};

/// The most pages that are listed because they link to a page or use its term.
pub const BACKLINKS_MAX: usize = 40;

/// The glossary terms that a page uses, or `None` for those whose page is not published.
pub fn used_terms(index: &SiteIndex, id: PageId) -> Vec<Option<Arc<SharedPart<TermUse>>>> {
    let used = &index.catalog.site.page(id).entry.terms;
    used.iter().map(|term| index.explained_term(term)).collect()
}

/// The first listed pages that use a term, given the page that explains it.
pub fn used_in(index: &SiteIndex, id: PageId) -> Vec<PageId> {
    let uses = index.uses_of_term(&index.catalog.site.page(id).entry.source);
    uses.iter().copied().take(BACKLINKS_MAX).collect()
}

/// Topics or audiences, each with the pages to start with.
pub fn term_views(catalog: &Catalog, terms: &[TermPages]) -> Vec<(TermView, Vec<PageId>)> {
    let view = |term: &TermPages| {
        let view = TermView {
            key: term.key.clone(),
            title: term.title.clone(),
            href: catalog.href(&term.route),
            description: term.description.clone(),
            count: term.pages.len(),
        };
        (view, term.start.iter().filter_map(linked_page).collect())
    };
    terms.iter().map(view).collect()
}

/// The page with this source path, relative to the content folder.
///
/// # Errors
/// A message with the nearest path.
pub fn page_at(catalog: &Catalog, path: &str) -> Result<PageId, String> {
    let tables = &catalog.site.tables;
    let source = tables.content.join(path.trim_start_matches('/')).ok();
    let target = source.and_then(|source| tables.by_source.get(&source));
    if let Some(LinkTarget::Page(page)) = target {
        return Ok(*page);
    }
    let paths: Vec<&str> = catalog
        .site
        .pages()
        .filter_map(|page| page.entry.source.below(&tables.content))
        .collect();
    Err(match nearest(path, paths) {
        Some(near) => format!("page {path} does not exist; did you mean {near}?"),
        None => format!("page {path} does not exist"),
    })
}
