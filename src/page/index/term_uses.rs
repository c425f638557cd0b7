//! Where the words of the glossary are explained and used.

use std::collections::HashMap;
use std::sync::Arc;

use crate::escape;
use crate::page::catalog::Catalog;
use crate::page::content_hash::SharedPart;
use crate::paths::SourcePath;
use crate::site::PageId;

/// A glossary term that a page uses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TermUse {
    /// The address of its page, escaped for an attribute.
    pub href: String,
    /// The short explanation as HTML.
    pub short: String,
}

/// The glossary terms by the pages that explain them.
pub fn explained_terms(catalog: &Catalog) -> HashMap<SourcePath, Arc<SharedPart<TermUse>>> {
    let explained = catalog.site.pages().filter_map(|page| {
        let term = TermUse {
            short: escape::html(&catalog.explanation(page)?),
            href: escape::html(&catalog.href(&page.route)),
        };
        Some((page.entry.source.clone(), SharedPart::new(term)))
    });
    explained.collect()
}

/// The listed pages that use each term, by the pages that explain the terms.
pub fn term_uses(catalog: &Catalog) -> HashMap<SourcePath, Vec<PageId>> {
    let mut uses: HashMap<SourcePath, Vec<PageId>> = HashMap::new();
    for (id, page) in catalog.site.pages_with_ids() {
        if page.is_listed() {
            for term in &page.entry.terms {
                uses.entry(term.clone()).or_default().push(id);
            }
        }
    }
    uses
}
