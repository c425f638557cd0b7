//! What pages show of other pages, made once for each page however many pages show it.

use std::sync::{Arc, OnceLock};

use super::catalog::Catalog;
use super::content_hash::{PageRef, SharedPart};
use super::index::SiteIndex;
use super::view::{SharedCard, SharedLine, TreeLine};
use super::views::{card, page_line};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::site::{PageId, PageMap};

/// The cards of a site's pages, and their lines in the trees of their sections, each made on first
/// use.
pub struct CardTable {
    pub index: SiteIndex,
    cards: PageMap<OnceLock<SharedCard>>,
    lines: PageMap<OnceLock<SharedLine>>,
}

impl CardTable {
    /// An empty table.
    pub fn new(catalog: Catalog) -> Self {
        let pages = catalog.site.tables.pages.len();
        CardTable {
            index: SiteIndex::new(catalog),
            cards: (0..pages).map(|_| OnceLock::new()).collect(),
            lines: (0..pages).map(|_| OnceLock::new()).collect(),
        }
    }

    /// Drops all cards and tables, since the catalog changed.
    pub fn reset(&mut self) {
        let pages = self.index.catalog.site.tables.pages.len();
        self.index.reset();
        self.cards = (0..pages).map(|_| OnceLock::new()).collect();
        self.lines = (0..pages).map(|_| OnceLock::new()).collect();
    }

    /// A page's card.
    pub fn card(&self, page: PageId) -> SharedCard {
        let new = || SharedPart::new(card(&self.index, page));
        Arc::clone(self.cards[page].get_or_init(new))
    }

    /// The cards of several pages.
    pub fn cards(&self, pages: &[PageId]) -> Vec<SharedCard> {
        pages.iter().map(|page| self.card(*page)).collect()
    }

    /// A page's line in its section's tree, for the other pages there. `depth` is that of its
    /// section.
    pub fn line(&self, page: PageId, depth: usize) -> SharedLine {
        let line = || {
            SharedPart::new(TreeLine {
                page: PageRef(page),
                item: page_line(&self.index.catalog, page, depth),
            })
        };
        Arc::clone(self.lines[page].get_or_init(line))
    }

    /// The fingerprint of everything that other pages show of a page.
    pub fn hash_of_page(&self, page: PageId) -> Fingerprint {
        let card = self.card(page).fingerprint();
        match &self.index.catalog.site.page(page).entry.meta.short_title {
            Some(title) => Hasher::new().add(card.as_bytes()).add(title).finish(),
            None => card,
        }
    }
}
