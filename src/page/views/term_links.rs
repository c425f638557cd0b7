//! Links to topics and audiences.

use crate::document::meta::LocatedValue;
use crate::page::catalog::Catalog;
use crate::page::view::TermLink;
use crate::site::topics::TermPages;

/// Links to the topics that a page names.
pub fn topic_links(catalog: &Catalog, named: &[LocatedValue<String>]) -> Vec<TermLink> {
    let topics = named.iter().filter_map(|name| catalog.topic(&name.value));
    topics.map(|term| term_link(catalog, term)).collect()
}

/// Links to the audiences that a page names.
pub fn audience_links(catalog: &Catalog, named: &[LocatedValue<String>]) -> Vec<TermLink> {
    let audiences = named
        .iter()
        .filter_map(|name| catalog.audience(&name.value));
    audiences.map(|term| term_link(catalog, term)).collect()
}

fn term_link(catalog: &Catalog, term: &TermPages) -> TermLink {
    TermLink {
        key: term.key.clone(),
        title: term.title.clone(),
        href: catalog.href(&term.route),
    }
}
