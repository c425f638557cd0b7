//! Links to the topics and audiences of a site, which pages and cards share.

use std::collections::HashMap;
use std::sync::Arc;

use crate::page::catalog::Catalog;
use crate::page::view::TermLink;
use crate::site::topics::TermPages;

/// Links to terms, by the terms' keys.
pub type TermLinks = HashMap<String, Arc<TermLink>>;

/// Links to topics or audiences.
pub fn term_links(catalog: &Catalog, terms: &[TermPages]) -> TermLinks {
    let link = |term: &TermPages| {
        let link = TermLink {
            key: term.key.clone(),
            title: term.title.clone(),
            href: catalog.href(&term.route),
        };
        (term.key.clone(), Arc::new(link))
    };
    terms.iter().map(link).collect()
}
