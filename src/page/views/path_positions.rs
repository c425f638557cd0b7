//! A page's positions on the learning paths that lead through it.

use crate::page::cards::CardTable;
use crate::page::index::LearningPath;
use crate::page::view::PathPositionView;
use crate::site::PageId;

/// A page's positions on the paths that lead through it.
pub fn path_positions(cards: &CardTable, id: PageId) -> Vec<PathPositionView> {
    let paths = cards.index.learning_paths();
    let view = |(path, position)| path_position(cards, path, position);
    paths.through(id).map(view).collect()
}

fn path_position(cards: &CardTable, path: &LearningPath, position: usize) -> PathPositionView {
    let catalog = &cards.index.catalog;
    let page = catalog.site.page(path.page);
    let step = &path.steps[position];
    let own = catalog.site.page(step.page);
    // The time left includes an optional step while the reader is on it.
    let of_optional = if step.is_optional {
        own.entry.minutes
    } else {
        0
    };
    let card = |position: usize| Some(cards.card(path.steps.get(position)?.page));
    PathPositionView {
        title: page.entry.title.clone(),
        href: catalog.href(&page.route),
        number: position + 1,
        of: path.steps.len(),
        minutes_left: path
            .minutes_from(catalog, position)
            .saturating_add(of_optional),
        step: catalog.href(&own.route),
        previous: position.checked_sub(1).and_then(card),
        next: card(position + 1),
    }
}
