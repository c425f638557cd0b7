//! Changes to a builder after an edit that keeps the site.

use std::sync::Arc;

use super::builder::PageBuilder;
use crate::document::{Entry, PageFacts};
use crate::i18n::Translations;
use crate::site::{insert, update};

impl PageBuilder {
    /// Applies edited pages. Returns `None` if the site has to be assembled again, and otherwise
    /// whether other pages see the edit.
    pub fn update(&mut self, edited: &[(Arc<Entry>, Arc<PageFacts>)]) -> Option<bool> {
        let entries: Vec<Arc<Entry>> = edited.iter().map(|(entry, _)| Arc::clone(entry)).collect();
        let catalog = &mut self.cards.index.catalog;
        let updated = update::update(Arc::make_mut(&mut catalog.site), &entries)?;
        for (page, (_, facts)) in updated.pages.iter().zip(edited) {
            catalog.set_facts(*page, Arc::clone(facts));
        }
        if updated.is_seen {
            self.cards.reset();
        }
        Some(updated.is_seen)
    }

    /// Inserts a page. Returns `false` if the site has to be assembled again.
    pub fn insert(
        &mut self,
        entry: &Arc<Entry>,
        facts: &Arc<PageFacts>,
        with_drafts: bool,
    ) -> bool {
        let catalog = &mut self.cards.index.catalog;
        let site = Arc::make_mut(&mut catalog.site);
        let Some(inserted) = insert::insert(site, entry, with_drafts) else {
            return false;
        };
        catalog.insert_facts(inserted.page, Arc::clone(facts));
        self.cards.reset();
        true
    }

    /// Replaces the translations.
    pub fn set_translations(&mut self, translations: Arc<Translations>) {
        self.cards.index.catalog.translations = translations;
        self.cards.reset();
    }
}
