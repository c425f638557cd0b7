//! Each view by itself, on a small site.

mod lists;
mod pages;

use super::listing;
use crate::page::cards::CardTable;
use crate::page::output_page::{OutputPage, PageSubject};
use crate::page::test_catalog::{cards, page};
use crate::page::view::{Listing, SharedCard};
use crate::paths::Route;

pub const SETTINGS: (&str, &str) = (
    "handsel.yaml",
    "title: Crumbs\nbase_url: https://example.org/kb/\nlicense: CC-BY-4.0\nsocial_cards: true\n\
     giving: { who: The bakers, contact: crumbs@example.org }\n\
     edit_url: 'https://git.example.org/{path}?t={title}'\n\
     discuss: 'https://talk.example.org/?about={url}&title={title}'\n",
);

/// A site with pages of several kinds.
pub fn site() -> CardTable {
    cards(&[
        SETTINGS,
        (
            "audiences.yaml",
            "bakers: { title: Bakers, start: [/tips/bread/] }",
        ),
        (
            "authors.yaml",
            "ada: { title: Ada Low, url: 'https://ada.example.org/' }",
        ),
        ("index.md", "---\nrelated: [tips/apples.md]\n---\n# Home"),
        (
            "tips/bread.md",
            "---\nsummary: How to bake.\nshort_title: Loaf\ntopics: [Baking]\naudience: [bakers]\n\
             authors: [ada]\nlevel: beginner\npublished: 2026-03-01\n---\n# Bread\n\n## Flour\n\n\
             See [[apples]] and [ovens](../guides/ovens.md). A crumb.\n\n![](https://img.example.net/a.png)",
        ),
        (
            "tips/apples.md",
            "---\ntopics: [Baking]\npublished: 2026-05-01\nnext: bread.md\n---\n# Apples",
        ),
        (
            "guides/ovens.md",
            "---\ntopics: [Baking]\n---\n# Ovens\n\nHeat.",
        ),
        (
            "glossary/crumb.md",
            "---\nshort: The soft inside.\n---\n# Crumb",
        ),
        (
            "events/fair.md",
            "---\nstart: 2027-01-05 18:30\nend: 2027-01-05 20:00\ntimezone: Europe/Berlin\ncost: free\nplace: Here\n---\n# Fair",
        ),
        (
            "events/past.md",
            "---\nstart: 2026-01-05\ncost: free\nplace: Here\n---\n# Past",
        ),
        (
            "collections/all.md",
            "---\nitems: [/tips/bread/]\nquery: { topic: baking }\n---\n# All of it",
        ),
        (
            "paths/start.md",
            "---\noutcome: A loaf\nsteps:\n  - page: ../tips/bread.md\n  - page: ../guides/ovens.md\n---\n# Start",
        ),
    ])
}

pub fn subject(cards: &CardTable, name: &str) -> PageSubject {
    PageSubject::Page(page(&cards.index.catalog, name))
}

pub fn section(cards: &CardTable, folder: &str) -> usize {
    let sections = &cards.index.catalog.site.sections;
    let found = sections
        .iter()
        .position(|section| section.folder.name() == folder);
    found.expect("the test names a section of its site")
}

/// The only page of a list.
pub fn list(cards: &CardTable, subject: PageSubject) -> Listing {
    let route = Route::page(["list"]);
    listing(cards, &OutputPage::single(subject, route)).expect("the subject is a list")
}

pub fn card_titles(cards: &[SharedCard]) -> Vec<&str> {
    cards.iter().map(|card| card.title.as_str()).collect()
}
