//! Changes to a builder after an edit that keeps the site.

use std::sync::Arc;

use super::builder::PageBuilder;
use crate::document::{Entry, PageFacts};
use crate::i18n::Translations;

impl PageBuilder {
    /// Applies edited texts whose entries are equal apart from the places of their values, so that
    /// no other page shows a difference.
    pub fn set_texts<'a>(
        &mut self,
        edited: impl Iterator<Item = (&'a Arc<Entry>, &'a Arc<PageFacts>)>,
    ) {
        for (entry, facts) in edited {
            self.cards.index.catalog.set_text(entry, facts);
        }
    }

    /// Replaces the translations.
    pub fn set_translations(&mut self, translations: Arc<Translations>) {
        self.cards.index.catalog.translations = translations;
        self.cards.reset();
    }
}
