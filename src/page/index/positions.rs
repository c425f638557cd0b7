//! Where each page is in its section.

use crate::page::catalog::Catalog;
use crate::site::PageMap;

/// Each page's position in its section's list, by page.
pub fn positions(catalog: &Catalog) -> PageMap<Option<usize>> {
    let mut positions = PageMap::filled(catalog.site.tables.pages.len(), None);
    for section in &catalog.site.sections {
        for (position, page) in section.pages.iter().enumerate() {
            positions[*page] = Some(position);
        }
    }
    positions
}
