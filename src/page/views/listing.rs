//! The list that an output page shows: of a section, of a topic, from A to Z, what's new.

use super::facet_links::facet_links;
use super::facets::facets;
use super::groups::{by_event_date, by_kind, by_letter, by_month};
use crate::fingerprint::Fingerprint;
use crate::kind::Grouping;
use crate::page::cards::CardTable;
use crate::page::catalog::Catalog;
use crate::page::index::id_of_letter;
use crate::page::output_page::{OutputPage, PageSubject, route_of_number};
use crate::page::output_pages::{ROWS_SIZE, TERMS_SIZE};
use crate::page::view::{CardGroup, CrumbView, Facet, Listing};
use crate::paths::{Route, slug};
use crate::site::facet_lists::FacetKey;
use crate::site::topics::TermPages;
use crate::site::{PageId, Site};

/// The most cards that a section shows of each section inside it.
const CARDS_OF_CHILD: usize = 6;

/// The most cards of all those sections together. Further sections are named without their pages.
const CARDS_OF_CHILDREN: usize = 300;

/// The most topics that the search page offers to readers without JavaScript.
const NAMES_MAX: usize = 200;

/// The most pages to choose from at random. More of them would make the page larger without
/// improving the choice.
const RANDOM_MAX: usize = 200;

/// The list that an output page shows.
pub fn listing(cards: &CardTable, output_page: &OutputPage) -> Option<Listing> {
    let catalog = &cards.index.catalog;
    let site = &*catalog.site;
    match output_page.subject {
        PageSubject::Page(_)
        | PageSubject::NotFound
        | PageSubject::About
        | PageSubject::Privacy => None,
        PageSubject::Search => Some(names(cards, &site.topics)),
        PageSubject::Topics => Some(list_of_terms(cards, &site.topics, output_page, "topics")),
        PageSubject::Audiences => Some(list_of_terms(
            cards,
            &site.audiences,
            output_page,
            "audiences",
        )),
        subject => {
            let part = part(cards, output_page);
            let mut listing = numbered(catalog, output_page, &part.route);
            listing.total = part.total;
            if output_page.number == 1 {
                add_facets(cards, subject, &mut listing);
            }
            add_pages(cards, subject, &part.pages, &mut listing);
            if subject == PageSubject::AToZ {
                listing.letters = first_letters(cards, &part.route);
            }
            if let PageSubject::Section(section) = subject {
                listing.total = site.sections[section].count;
                if output_page.number == 1 {
                    listing.groups.extend(children(cards, section));
                }
            }
            Some(listing)
        }
    }
}

/// The part of a list of pages that one output page shows.
struct ListPart {
    /// The number of pages in the whole list.
    total: usize,
    pages: Vec<PageId>,
    /// The address of the whole list.
    route: Route,
}

/// The pages that an output page lists. Only this part of a long list is collected. Otherwise the
/// work would be quadratic.
fn part(cards: &CardTable, output_page: &OutputPage) -> ListPart {
    let index = &cards.index;
    let site = &*index.catalog.site;
    let size = match output_page.subject {
        PageSubject::AToZ | PageSubject::FacetList(_) => ROWS_SIZE,
        _ => site.settings().page_size,
    };
    let start = (output_page.number - 1) * size;
    let part = |all: &[PageId], route: Route| ListPart {
        total: all.len(),
        pages: all.iter().copied().skip(start).take(size).collect(),
        route,
    };
    match output_page.subject {
        PageSubject::Section(section) => {
            let section = &site.sections[section];
            part(&section.pages, section.route.clone())
        }
        PageSubject::Topic(topic) => {
            let topic = &site.topics[topic];
            part(&topic.pages, topic.route.clone())
        }
        PageSubject::Audience(audience) => {
            let term = &site.audiences[audience];
            let first = first_of_audience(term);
            let rest = term.pages.iter().filter(|page| !first.contains(page));
            let pages = first.iter().chain(rest).copied();
            ListPart {
                total: term.pages.len(),
                pages: pages.skip(start).take(size).collect(),
                route: term.route.clone(),
            }
        }
        PageSubject::AToZ => part(index.a_to_z(), Route::page(["a-z"])),
        PageSubject::FacetList(list) => part(
            &index.facet_lists()[list],
            site.narrowed[list].route.clone(),
        ),
        PageSubject::RandomPage(section) => {
            let pages = &site.sections[section].pages;
            ListPart {
                total: pages.len(),
                pages: random_candidates(site, pages),
                route: output_page.route.clone(),
            }
        }
        _ => part(index.newest(), Route::page(["new"])),
    }
}

/// A list with the links from this page of it to the others.
fn numbered(catalog: &Catalog, output_page: &OutputPage, route: &Route) -> Listing {
    let (number, of) = (output_page.number, output_page.of);
    let href = |number: usize| catalog.href(&route_of_number(route, number));
    Listing {
        number,
        pages: of,
        first_href: (of > 1).then(|| href(1)),
        previous_href: (number > 1).then(|| href(number - 1)),
        next_href: (number < of).then(|| href(number + 1)),
        ..Listing::default()
    }
}

/// Adds the facets by which a list can be filtered.
fn add_facets(cards: &CardTable, subject: PageSubject, listing: &mut Listing) {
    let catalog = &cards.index.catalog;
    let (site, language) = (&catalog.site, &catalog.site.settings().language);
    let of =
        |pages: &[PageId], language: &str| -> Vec<Facet> { facets(&cards.index, pages, language) };
    match subject {
        PageSubject::Section(section @ 1..) => {
            let language = catalog.section_language(section);
            listing.facets = of(&site.sections[section].pages, language);
        }
        PageSubject::Topic(topic) => listing.facets = of(&site.topics[topic].pages, language),
        PageSubject::Audience(audience) => {
            listing.facets = of(&site.audiences[audience].pages, language);
        }
        PageSubject::AToZ | PageSubject::FacetList(_) => {
            listing.facet_links = facet_links(catalog);
        }
        _ => {}
    }
}

/// Adds the cards of a list's pages, grouped as its subject requires.
fn add_pages(cards: &CardTable, subject: PageSubject, pages: &[PageId], listing: &mut Listing) {
    let catalog = &cards.index.catalog;
    let grouping = match subject {
        PageSubject::Section(section) => {
            let kind = catalog.section_kind(&catalog.site.sections[section]);
            kind.map_or(Grouping::None, |kind| kind.group)
        }
        _ => Grouping::None,
    };
    match (subject, grouping) {
        (PageSubject::AToZ, _) | (_, Grouping::Letter) => {
            listing.groups = by_letter(cards, pages);
        }
        (PageSubject::New, _) => listing.groups = by_month(cards, pages),
        (PageSubject::FacetList(list), _) => {
            listing.groups = match catalog.site.narrowed[list].by {
                FacetKey::Kind(_) => by_letter(cards, pages),
                _ => by_kind(cards, pages),
            }
        }
        (PageSubject::Section(section), Grouping::Happening) => {
            let language = catalog.section_language(section);
            listing.groups = by_event_date(cards, pages, language);
        }
        _ => listing.items = cards.cards(pages),
    }
}

/// The pages to choose from at random. If there are too many, those with the lowest fingerprints of
/// their addresses are used, so the choice stays stable when other pages are added or removed.
fn random_candidates(site: &Site, pages: &[PageId]) -> Vec<PageId> {
    if pages.len() <= RANDOM_MAX {
        return pages.to_vec();
    }
    let hash = |page: PageId| Fingerprint::of(site.page(page).route.as_str());
    let mut by_chance: Vec<Fingerprint> = pages.iter().map(|page| hash(*page)).collect();
    let (_, last, _) = by_chance.select_nth_unstable(RANDOM_MAX - 1);
    let last = *last;
    let pages = pages.iter().copied();
    pages.filter(|page| hash(*page) <= last).collect()
}

/// The pages that the writer put first for an audience, if they are written for it.
fn first_of_audience(term: &TermPages) -> Vec<PageId> {
    let start = term
        .start
        .iter()
        .filter_map(crate::page::catalog::linked_page);
    start.filter(|page| term.pages.contains(page)).collect()
}

/// The sections inside a section, each with its first pages.
fn children(cards: &CardTable, section: usize) -> Vec<CardGroup> {
    let catalog = &cards.index.catalog;
    let site = &*catalog.site;
    let mut left = CARDS_OF_CHILDREN;
    let group = |child: &usize| {
        let items = cards.cards(&first_pages(site, *child, CARDS_OF_CHILD.min(left)));
        left -= items.len();
        let own = &site.sections[*child];
        let page = own.page.map(|page| site.page(page));
        CardGroup {
            title: catalog.section_title(*child),
            id: slug(own.folder.name()),
            href: Some(catalog.href(&own.route)),
            description: page.and_then(|page| page.entry.summary.clone()),
            items,
        }
    };
    site.sections[section].children.iter().map(group).collect()
}

/// The first pages of a section, in its order. A section without pages of its own, such as a folder
/// for a year, shows those of the sections inside it.
fn first_pages(site: &Site, section: usize, most: usize) -> Vec<PageId> {
    let own = &site.sections[section];
    let mut pages: Vec<PageId> = own.pages.iter().copied().take(most).collect();
    let mut open: Vec<usize> = Vec::new();
    if pages.is_empty() {
        open.extend(own.children.iter().rev());
    }
    while let Some(section) = open.pop().filter(|_| pages.len() < most) {
        let inner = &site.sections[section];
        pages.extend(inner.pages.iter().copied().take(most - pages.len()));
        open.extend(inner.children.iter().rev());
    }
    pages
}

/// A list of terms without their pages. Its page is rendered again only when a term changes.
fn names(cards: &CardTable, terms: &[TermPages]) -> Listing {
    let shown = &terms[..terms.len().min(NAMES_MAX)];
    let group = |term: &TermPages| term_group(cards, term, 0);
    Listing {
        groups: shown.iter().map(group).collect(),
        number: 1,
        pages: 1,
        facet_links: facet_links(&cards.index.catalog),
        ..Listing::default()
    }
}

/// One page of the list of all topics or audiences.
fn list_of_terms(
    cards: &CardTable,
    all: &[TermPages],
    output_page: &OutputPage,
    name: &str,
) -> Listing {
    let start = (output_page.number - 1) * TERMS_SIZE;
    let shown = &all[start..all.len().min(start + TERMS_SIZE)];
    let group = |term: &TermPages| term_group(cards, term, CARDS_OF_CHILD);
    Listing {
        groups: shown.iter().map(group).collect(),
        total: all.len(),
        ..numbered(&cards.index.catalog, output_page, &Route::page([name]))
    }
}

/// A term with the first of its pages.
fn term_group(cards: &CardTable, term: &TermPages, most: usize) -> CardGroup {
    CardGroup {
        title: term.title.clone(),
        id: term.key.clone(),
        href: Some(cards.index.catalog.href(&term.route)),
        description: term.description.clone(),
        items: cards.cards(&term.pages[..term.pages.len().min(most)]),
    }
}

/// The first letters of the whole list from A to Z, each with the address where its first page is
/// listed.
fn first_letters(cards: &CardTable, route: &Route) -> Vec<CrumbView> {
    let place = |(letter, position): &(String, usize)| {
        let route = route_of_number(route, position / ROWS_SIZE + 1);
        let href = cards.index.catalog.href(&route);
        CrumbView {
            title: letter.clone(),
            href: format!("{href}#{}", id_of_letter(letter)),
        }
    };
    cards.index.first_letters().iter().map(place).collect()
}
