//! Lists of pages: of a section, of a topic, from A to Z, and what's new.

use std::cmp::Reverse;

use super::compose::Composer;
use super::facets;
use super::parts::translate;
use super::view::{CardGroup, CrumbView, Listing};
use super::{OutputPage, PageSubject, ROWS_SIZE, TERMS_SIZE};
use crate::fingerprint::Fingerprint;
use crate::kind::Grouping;
use crate::paths::{Route, slug};
use crate::site::collation::{CollationKey, initial};
use crate::site::facet_lists::FacetKey;
use crate::site::sections::put_in_order;
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
const SURPRISES_MAX: usize = 200;

/// The address of one page of a list.
pub fn route_of(route: &Route, number: usize) -> Route {
    if number == 1 {
        return route.clone();
    }
    let number = number.to_string();
    Route::page(route.segments().chain(["page", number.as_str()]))
}

/// Listed pages with a date, the last changed first.
pub fn newest(site: &Site) -> Vec<PageId> {
    let mut pages: Vec<PageId> = site
        .ids()
        .iter()
        .copied()
        .filter(|page| site.page(*page).is_listed() && site.page(*page).changed().is_some())
        .collect();
    pages.sort_by_cached_key(|page| newest_key(site, *page));
    pages
}

pub(super) fn newest_key(site: &Site, page: PageId) -> impl Ord + use<> {
    (
        Reverse(site.page(page).changed_moment()),
        site.page(page).entry.title.to_lowercase(),
        page,
    )
}

/// Moves edited pages to their positions in a list that is otherwise sorted.
pub(super) fn put_in_place<K: Ord>(
    list: &mut Vec<PageId>,
    edited: &[PageId],
    key: impl Fn(PageId) -> K,
) {
    let own: Vec<PageId> = list
        .iter()
        .copied()
        .filter(|page| edited.contains(page))
        .collect();
    list.retain(|page| !edited.contains(page));
    own.into_iter()
        .for_each(|page| put_in_order(list, page, &key));
}

/// The list that an output page shows.
pub fn of(composer: &Composer, output_page: &OutputPage) -> Option<Listing> {
    let site = &*composer.site;
    let size = if matches!(
        output_page.subject,
        PageSubject::AToZ | PageSubject::FacetList(_)
    ) {
        ROWS_SIZE
    } else {
        site.settings().page_size
    };
    // Only the part of a long list that this output page shows is collected. Otherwise the work
    // would be quadratic.
    let part = |all: &mut dyn Iterator<Item = PageId>| -> Vec<PageId> {
        all.skip((output_page.number - 1) * size)
            .take(size)
            .collect()
    };
    let whole = |all: &[PageId]| (all.len(), part(&mut all.iter().copied()));
    let ((total, shown), route) = match output_page.subject {
        PageSubject::Page(_)
        | PageSubject::NotFound
        | PageSubject::About
        | PageSubject::Privacy => return None,
        PageSubject::Topics => {
            return Some(list_of_terms(composer, &site.topics, output_page, "topics"));
        }
        PageSubject::Search => return Some(names(composer, &site.topics)),
        PageSubject::Audiences => {
            return Some(list_of_terms(
                composer,
                &site.audiences,
                output_page,
                "audiences",
            ));
        }
        PageSubject::Section(section) => (
            whole(&site.sections[section].pages),
            site.sections[section].route.clone(),
        ),
        PageSubject::Topic(topic) => (
            whole(&site.topics[topic].pages),
            site.topics[topic].route.clone(),
        ),
        PageSubject::Audience(audience) => {
            let term = &site.audiences[audience];
            let first = first_of_audience(term);
            let rest = term.pages.iter().filter(|page| !first.contains(page));
            (
                (
                    term.pages.len(),
                    part(&mut first.iter().chain(rest).copied()),
                ),
                term.route.clone(),
            )
        }
        PageSubject::AToZ => (whole(&composer.a_to_z), Route::page(["a-z"])),
        PageSubject::New => (whole(&composer.newest), Route::page(["new"])),
        PageSubject::FacetList(list) => (
            whole(&composer.facet_lists()[list]),
            site.narrowed[list].route.clone(),
        ),
        PageSubject::RandomPage(section) => {
            let pages = &site.sections[section].pages;
            (
                (pages.len(), random_candidates(site, pages)),
                output_page.route.clone(),
            )
        }
    };
    let mut listing = Listing {
        total,
        number: output_page.number,
        pages: output_page.of,
        ..Listing::default()
    };
    if output_page.number == 1 {
        listing.facets = match output_page.subject {
            PageSubject::Section(section @ 1..) => facets::of(
                composer,
                &site.sections[section].pages,
                composer.section_language(section),
            ),
            PageSubject::Topic(topic) => facets::of(
                composer,
                &site.topics[topic].pages,
                &site.settings().language,
            ),
            PageSubject::Audience(audience) => facets::of(
                composer,
                &site.audiences[audience].pages,
                &site.settings().language,
            ),
            _ => Vec::new(),
        };
        if matches!(
            output_page.subject,
            PageSubject::AToZ | PageSubject::FacetList(_)
        ) {
            listing.ways = facets::facet_links(composer);
        }
    }
    number_pages(composer, output_page, &route, &mut listing);
    match output_page.subject {
        PageSubject::AToZ => listing.groups = by_letter(composer, &shown),
        PageSubject::New => listing.groups = by_month(composer, &shown),
        PageSubject::FacetList(list) => {
            listing.groups = match site.narrowed[list].by {
                FacetKey::Kind(_) => by_letter(composer, &shown),
                _ => by_kind(composer, &shown),
            }
        }
        PageSubject::Section(section) => match grouping(site, section) {
            Grouping::None => listing.items = shown,
            Grouping::Letter => listing.groups = by_letter(composer, &shown),
            Grouping::Happening => {
                listing.groups = by_event_date(composer, &shown, composer.section_language(section))
            }
        },
        _ => listing.items = shown,
    }
    if output_page.subject == PageSubject::AToZ {
        listing.letters = first_letters(composer, &route, size);
    }
    if let PageSubject::Section(section) = output_page.subject {
        listing.total = site.sections[section].count;
        if output_page.number == 1 {
            listing.groups.extend(children(composer, section));
        }
    }
    Some(listing)
}

/// Sets the links from one page of a list to the others.
fn number_pages(
    composer: &Composer,
    output_page: &OutputPage,
    route: &Route,
    listing: &mut Listing,
) {
    let href = |number: usize| composer.href(&route_of(route, number));
    (listing.number, listing.pages) = (output_page.number, output_page.of);
    listing.first_href = (output_page.of > 1).then(|| href(1));
    listing.previous_href = (output_page.number > 1).then(|| href(output_page.number - 1));
    listing.next_href = (output_page.number < output_page.of).then(|| href(output_page.number + 1));
}

/// The pages to choose from at random. If there are too many, those with the lowest fingerprints of
/// their addresses are used, so the choice stays stable when other pages are added or removed.
fn random_candidates(site: &Site, pages: &[PageId]) -> Vec<PageId> {
    if pages.len() <= SURPRISES_MAX {
        return pages.to_vec();
    }
    let hash = |page: PageId| (Fingerprint::of(site.page(page).route.as_str()), page);
    let mut by_chance: Vec<(Fingerprint, PageId)> = pages.iter().map(|page| hash(*page)).collect();
    let (_, last, _) = by_chance.select_nth_unstable(SURPRISES_MAX - 1);
    let last = *last;
    pages
        .iter()
        .copied()
        .filter(|page| hash(*page) <= last)
        .collect()
}

/// How a section's list is grouped, according to its kind.
fn grouping(site: &Site, section: usize) -> Grouping {
    let kind = site.sections[section]
        .kind
        .as_ref()
        .and_then(|kind| site.kinds.get(kind));
    kind.map_or(Grouping::None, |kind| kind.group)
}

/// Upcoming events, then past ones.
fn by_event_date(composer: &Composer, pages: &[PageId], language: &str) -> Vec<CardGroup> {
    let today = composer.site.today;
    let is_past = |page: PageId| {
        composer
            .site
            .page(page)
            .entry
            .occurs
            .as_ref()
            .is_some_and(|occurs| occurs.is_past(today))
    };
    grouped(pages, is_past, |is_past| {
        let (key, id) = if is_past {
            ("past", "past")
        } else {
            ("upcoming", "coming")
        };
        (
            translate(&composer.words, language, key, &[]),
            id.to_owned(),
        )
    })
}

/// The pages that the writer put first for an audience, if they are written for it.
fn first_of_audience(term: &TermPages) -> Vec<PageId> {
    use crate::site::links::Destination;
    let start = term.start.iter().filter_map(|to| match to {
        Destination::Page { page, .. } => Some(*page),
        _ => None,
    });
    start.filter(|page| term.pages.contains(page)).collect()
}

fn children(composer: &Composer, section: usize) -> Vec<CardGroup> {
    let site = &*composer.site;
    let mut left = CARDS_OF_CHILDREN;
    let group = |child: &usize| {
        let items = first_pages(site, *child, CARDS_OF_CHILD.min(left));
        left -= items.len();
        let found = &site.sections[*child];
        let page = found.page.map(|page| site.page(page));
        CardGroup {
            title: composer.section_title(*child),
            id: slug(found.folder.name()),
            href: Some(composer.href(&found.route)),
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
    let mut open: Vec<usize> = if pages.is_empty() {
        own.children.iter().rev().copied().collect()
    } else {
        Vec::new()
    };
    while let Some(found) = open
        .pop()
        .filter(|_| pages.len() < most)
        .map(|section| &site.sections[section])
    {
        pages.extend(found.pages.iter().copied().take(most - pages.len()));
        open.extend(found.children.iter().rev());
    }
    pages
}

/// A list of terms without their pages. Its page is rendered again only when a term changes.
fn names(composer: &Composer, names: &[TermPages]) -> Listing {
    let mut listing = terms(composer, &names[..names.len().min(NAMES_MAX)]);
    (listing.total, listing.ways) = (0, facets::facet_links(composer));
    listing
        .groups
        .iter_mut()
        .for_each(|group| group.items.clear());
    listing
}

/// One page of the list of all topics or audiences.
fn list_of_terms(
    composer: &Composer,
    all: &[TermPages],
    output_page: &OutputPage,
    name: &str,
) -> Listing {
    let start = (output_page.number - 1) * TERMS_SIZE;
    let mut listing = terms(composer, &all[start..all.len().min(start + TERMS_SIZE)]);
    listing.total = all.len();
    number_pages(composer, output_page, &Route::page([name]), &mut listing);
    listing
}

fn terms(composer: &Composer, terms: &[TermPages]) -> Listing {
    let group = |term: &TermPages| CardGroup {
        title: term.title.clone(),
        id: term.key.clone(),
        href: Some(composer.href(&term.route)),
        description: term.description.clone(),
        items: term.pages.iter().copied().take(CARDS_OF_CHILD).collect(),
    };
    Listing {
        groups: terms.iter().map(group).collect(),
        total: terms.len(),
        number: 1,
        pages: 1,
        ..Listing::default()
    }
}

/// Listed pages by title.
pub fn a_to_z(site: &Site) -> Vec<PageId> {
    let mut pages: Vec<PageId> = site
        .ids()
        .iter()
        .copied()
        .filter(|page| site.page(*page).is_listed())
        .collect();
    pages.sort_by(|one, other| a_to_z_key(site, *one).cmp(&a_to_z_key(site, *other)));
    pages
}

pub(super) fn a_to_z_key(site: &Site, page: PageId) -> impl Ord + use<'_> {
    (CollationKey(&site.page(page).entry.title), page)
}

fn by_letter(composer: &Composer, pages: &[PageId]) -> Vec<CardGroup> {
    let letter = |page: PageId| initial(&composer.site.page(page).entry.title);
    grouped(pages, letter, |letter| {
        let id = id_of_letter(&letter);
        (letter, id)
    })
}

fn id_of_letter(letter: &str) -> String {
    if letter == "#" {
        "0-9".to_owned()
    } else {
        letter.to_lowercase()
    }
}

/// The first letters of the whole list from A to Z, each with the address where its first page is
/// listed.
fn first_letters(composer: &Composer, route: &Route, size: usize) -> Vec<CrumbView> {
    let place = |(letter, position): &(String, usize)| {
        let href = composer.href(&route_of(route, position / size + 1));
        CrumbView {
            title: letter.clone(),
            href: format!("{href}#{}", id_of_letter(letter)),
        }
    };
    composer.first_letters().iter().map(place).collect()
}

impl Composer {
    /// The first letters of the list from A to Z, each with the position of its first page.
    fn first_letters(&self) -> &[(String, usize)] {
        self.found.letters.get_or_init(|| {
            let mut letters: Vec<(String, usize)> = Vec::new();
            for (position, page) in self.a_to_z.iter().enumerate() {
                let letter = initial(&self.site.page(*page).entry.title);
                if letters.last().is_none_or(|(last, _)| *last != letter) {
                    letters.push((letter, position));
                }
            }
            letters
        })
    }
}

fn by_kind(composer: &Composer, pages: &[PageId]) -> Vec<CardGroup> {
    let kind = |page: PageId| &composer.site.page(page).entry.meta.kind;
    grouped(pages, kind, |kind| {
        (composer.kind_title_many(kind), slug(kind))
    })
}

fn by_month(composer: &Composer, pages: &[PageId]) -> Vec<CardGroup> {
    let language = &composer.site.settings().language;
    let month = |page: PageId| {
        composer
            .site
            .page(page)
            .changed()
            .map(|day| day.first_of_month())
    };
    grouped(pages, month, |month| {
        let Some(day) = month else {
            return (String::new(), String::new());
        };
        let month = translate(
            &composer.words,
            language,
            &format!("month_{}", day.month()),
            &[],
        );
        let fill = [
            ("month", month.into()),
            ("year", day.year().to_string().into()),
        ];
        let title = composer
            .words
            .text(language, "month_and_year", None, &fill)
            .unwrap_or_else(|| format!("{:04}-{:02}", day.year(), day.month()));
        (title, format!("{:04}-{:02}", day.year(), day.month()))
    })
}

/// Groups consecutive pages with a common property. `heading` returns the title and the id of each
/// group.
fn grouped<K: PartialEq>(
    pages: &[PageId],
    common: impl Fn(PageId) -> K,
    heading: impl Fn(K) -> (String, String),
) -> Vec<CardGroup> {
    let mut groups: Vec<CardGroup> = Vec::new();
    for pages in pages.chunk_by(|one, next| common(*one) == common(*next)) {
        let (title, id) = heading(common(pages[0]));
        match groups.last_mut().filter(|group| group.id == id) {
            Some(group) => group.items.extend(pages),
            None => groups.push(CardGroup {
                title,
                id,
                href: None,
                description: None,
                items: pages.to_vec(),
            }),
        }
    }
    groups
}
