//! Links to topics and audiences.

use std::sync::Arc;

use crate::document::meta::LocatedValue;
use crate::page::index::SiteIndex;
use crate::page::view::TermLink;
use crate::paths::slug;

/// Links to the topics that a page names.
pub fn topic_links(index: &SiteIndex, named: &[LocatedValue<String>]) -> Vec<Arc<TermLink>> {
    let links = index.topic_links();
    let topics = named.iter();
    topics
        .filter_map(|name| links.get(&slug(&name.value)).cloned())
        .collect()
}

/// Links to the audiences that a page names.
pub fn audience_links(index: &SiteIndex, named: &[LocatedValue<String>]) -> Vec<Arc<TermLink>> {
    let links = index.audience_links();
    let audiences = named.iter();
    audiences
        .filter_map(|name| links.get(&slug(&name.value)).cloned())
        .collect()
}
