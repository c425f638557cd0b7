//! A kind's own fields as templates see them.

use super::linked_fields::linked_fields;
use crate::page::cards::CardTable;
use crate::page::view::FieldViews;
use crate::site::PageId;

/// The kind's own fields of a page, with the cards of the pages that its links point to.
pub fn fields(cards: &CardTable, id: PageId) -> FieldViews {
    let mut fields = linked_fields(&cards.index.catalog, id);
    for (_, value) in &mut fields {
        value.for_each_link(&mut |link| link.card = link.page.map(|page| cards.card(page.0)));
    }
    fields
}
