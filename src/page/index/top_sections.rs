//! The sections right below the home page, which the menu of every page shows.

use crate::page::catalog::Catalog;
use crate::page::view::SectionLink;

/// The sections right below the home page, as pages outside all of them see them.
pub fn top_sections(catalog: &Catalog) -> Vec<SectionLink> {
    let sections = &catalog.site.sections;
    let link = |id: &usize| SectionLink {
        title: catalog.section_title(*id),
        href: catalog.href(&sections[*id].route),
        count: sections[*id].count,
        is_current: false,
        is_open: false,
    };
    sections[0].children.iter().map(link).collect()
}
