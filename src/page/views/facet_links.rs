//! Links to the lists of a level, a time or a kind.

use crate::page::catalog::Catalog;
use crate::page::view::{Facet, FacetOption};
use crate::site::facet_lists::FacetKey;

/// Links to the facet lists of the site. They have no counts, so pages that show them are rendered
/// again only when a list is added or removed.
pub fn facet_links(catalog: &Catalog) -> Vec<Facet> {
    let mut facets: Vec<Facet> = Vec::new();
    for list in &catalog.site.narrowed {
        let (name, key) = match &list.by {
            FacetKey::Level(level) => ("level", level.key().to_owned()),
            FacetKey::Minutes(most) => ("time", most.to_string()),
            FacetKey::Kind(kind) => ("kind", kind.clone()),
        };
        let option = FacetOption {
            key,
            title: catalog.facet_value_title(&list.by),
            href: Some(catalog.href(&list.route)),
            count: 0,
        };
        match facets.last_mut().filter(|facet| facet.name == name) {
            Some(facet) => facet.options.push(option),
            None => facets.push(Facet {
                name,
                is_linked: true,
                options: vec![option],
            }),
        }
    }
    facets
}
