//! The topics and audiences of each page.

use crate::page::catalog::Catalog;
use crate::site::PageMap;
use crate::site::topics::TermPages;

/// The positions of the topics and audiences of each listed page.
#[derive(Clone, Debug)]
pub struct PageTerms {
    pub topics: PageMap<Vec<usize>>,
    pub audiences: PageMap<Vec<usize>>,
}

/// The terms of each page, by page.
pub fn page_terms(catalog: &Catalog) -> PageTerms {
    let site = &catalog.site;
    let by_page = |terms: &[TermPages]| {
        let mut named = PageMap::filled(site.tables.pages.len(), Vec::new());
        for (position, term) in terms.iter().enumerate() {
            term.pages
                .iter()
                .for_each(|page| named[*page].push(position));
        }
        named
    };
    PageTerms {
        topics: by_page(&site.topics),
        audiences: by_page(&site.audiences),
    }
}
