//! A page's table of contents.

use crate::document::Entry;
use crate::page::view::HeadingView;

/// The headings of the second and third level.
pub fn contents(entry: &Entry) -> Vec<HeadingView> {
    let outline = entry.outline.iter();
    let shown = outline.filter(|one| (2..=3).contains(&one.level) && !one.text.is_empty());
    shown
        .map(|heading| HeadingView {
            level: heading.level,
            id: heading.id.clone(),
            text: heading.text.clone(),
        })
        .collect()
}
