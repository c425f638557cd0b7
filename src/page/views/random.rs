//! Random pages.

use crate::page::catalog::Catalog;
use crate::page::output_page::PageSubject;

/// The address that opens a random page of the same kind, for pages and lists of a kind that offers
/// it.
pub fn random_href(catalog: &Catalog, subject: PageSubject) -> Option<String> {
    let section = match subject {
        PageSubject::Section(section) | PageSubject::RandomPage(section) => section,
        PageSubject::Page(page) => catalog.site.page(page).section,
        _ => return None,
    };
    let route = catalog.site.random_page_href(section)?;
    Some(catalog.href(&route))
}
