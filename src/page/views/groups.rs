//! The pages of a list under headings.

use crate::page::cards::CardTable;
use crate::page::index::id_of_letter;
use crate::page::view::CardGroup;
use crate::paths::slug;
use crate::site::PageId;
use crate::site::collation::initial;

/// The pages by the first letter of their titles.
pub fn by_letter(cards: &CardTable, pages: &[PageId]) -> Vec<CardGroup> {
    let catalog = &cards.index.catalog;
    let letter = |page: PageId| initial(catalog.title(page));
    grouped(cards, pages, letter, |letter| {
        let id = id_of_letter(&letter);
        (letter, id)
    })
}

/// The pages by their kinds.
pub fn by_kind(cards: &CardTable, pages: &[PageId]) -> Vec<CardGroup> {
    let catalog = &cards.index.catalog;
    let kind = |page: PageId| &catalog.site.page(page).entry.meta.kind;
    grouped(cards, pages, kind, |kind| {
        (catalog.kind_title_plural(kind), slug(kind))
    })
}

/// The pages by the month of their last change.
pub fn by_month(cards: &CardTable, pages: &[PageId]) -> Vec<CardGroup> {
    let catalog = &cards.index.catalog;
    let language = &catalog.site.settings().language;
    let month = |page: PageId| {
        let changed = catalog.site.page(page).changed();
        changed.map(|day| day.first_of_month())
    };
    grouped(cards, pages, month, |month| {
        let Some(day) = month else {
            return (String::new(), String::new());
        };
        let id = format!("{:04}-{:02}", day.year(), day.month());
        let month = catalog.text(language, &format!("month_{}", day.month()), &[]);
        let fill = [
            ("month", month.into()),
            ("year", day.year().to_string().into()),
        ];
        let text = catalog
            .translations
            .text(language, "month_and_year", None, &fill);
        (text.unwrap_or_else(|| id.clone()), id)
    })
}

/// Upcoming events, then past ones.
pub fn by_event_date(cards: &CardTable, pages: &[PageId], language: &str) -> Vec<CardGroup> {
    let catalog = &cards.index.catalog;
    let is_past = |page: PageId| {
        let occurs = catalog.site.page(page).entry.occurs.as_ref();
        occurs.is_some_and(|occurs| occurs.is_past(catalog.site.today))
    };
    grouped(cards, pages, is_past, |is_past| {
        let (key, id) = match is_past {
            true => ("past", "past"),
            false => ("upcoming", "coming"),
        };
        (catalog.text(language, key, &[]), id.to_owned())
    })
}

/// Groups consecutive pages with a common property. `heading` returns the title and the id of each
/// group.
fn grouped<K: PartialEq>(
    cards: &CardTable,
    pages: &[PageId],
    common: impl Fn(PageId) -> K,
    heading: impl Fn(K) -> (String, String),
) -> Vec<CardGroup> {
    let mut groups: Vec<CardGroup> = Vec::new();
    for pages in pages.chunk_by(|one, next| common(*one) == common(*next)) {
        let (title, id) = heading(common(pages[0]));
        let items = cards.cards(pages);
        match groups.last_mut().filter(|group| group.id == id) {
            Some(group) => group.items.extend(items),
            None => groups.push(CardGroup {
                title,
                id,
                href: None,
                description: None,
                items,
            }),
        }
    }
    groups
}
