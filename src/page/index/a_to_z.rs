//! The pages of a site by their titles.

use crate::page::catalog::Catalog;
use crate::site::PageId;
use crate::site::collation::{CollationKey, initial};

/// Listed pages by title.
pub fn a_to_z(catalog: &Catalog) -> Vec<PageId> {
    let pages = catalog.site.pages_with_ids();
    let listed = pages.filter(|(_, page)| page.is_listed());
    let mut pages: Vec<PageId> = listed.map(|(id, _)| id).collect();
    let key = |id: &PageId| CollationKey(catalog.title(*id));
    pages.sort_by(|one, other| key(one).cmp(&key(other)));
    pages
}

/// The first letters of the list from A to Z, each with the position of its first page.
pub fn first_letters(catalog: &Catalog, a_to_z: &[PageId]) -> Vec<(String, usize)> {
    let mut letters: Vec<(String, usize)> = Vec::new();
    for (position, page) in a_to_z.iter().enumerate() {
        let letter = initial(catalog.title(*page));
        if letters.last().is_none_or(|(last, _)| *last != letter) {
            letters.push((letter, position));
        }
    }
    letters
}

/// The id of a letter's heading.
pub fn id_of_letter(letter: &str) -> String {
    if letter == "#" {
        "0-9".to_owned()
    } else {
        letter.to_lowercase()
    }
}
