//! The sections above an output page.

use crate::page::catalog::Catalog;
use crate::page::output_page::PageSubject;
use crate::page::view::CrumbView;
use crate::paths::Route;

/// The sections above a subject, from the home page on. The home page has none.
pub fn breadcrumbs(catalog: &Catalog, subject: PageSubject) -> Vec<CrumbView> {
    let site = &catalog.site;
    let language = &site.settings().language;
    let mut at = match subject {
        PageSubject::Section(0) => None,
        PageSubject::Section(section) => site.sections[section].parent,
        PageSubject::Page(page) => Some(site.page(page).section),
        PageSubject::RandomPage(section) => Some(section),
        _ => Some(0),
    };
    let mut crumbs = Vec::new();
    while let Some(section) = at {
        let title = match section {
            0 => catalog
                .translations
                .text(language, "home", None, &[])
                .unwrap_or_else(|| catalog.site_title()),
            _ => catalog.section_title(section),
        };
        let own = &site.sections[section];
        crumbs.push(CrumbView {
            title,
            href: catalog.href(&own.route),
        });
        at = own.parent;
    }
    crumbs.reverse();
    let list = match subject {
        PageSubject::Topic(_) => Some(("topics", "topics")),
        PageSubject::Audience(_) => Some(("audiences", "audiences")),
        PageSubject::FacetList(_) => Some(("a_to_z", "a-z")),
        _ => None,
    };
    crumbs.extend(list.map(|(key, folder)| CrumbView {
        title: catalog.text(language, key, &[]),
        href: catalog.href(&Route::page([folder])),
    }));
    crumbs
}
