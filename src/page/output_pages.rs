//! The list of all HTML files of the site.

use std::collections::HashSet;

use rayon::prelude::*;

use super::index::SiteIndex;
use super::output_page::{OutputPage, PageSubject, not_found, route_of_number};
use crate::paths::Route;
use crate::site::sections::Section;
use crate::site::{ABOUT, LinkTarget, PRIVACY, PageId, Site, SitePage};

/// Entries on one page of a list with short rows, such as the list from A to Z.
pub const ROWS_SIZE: usize = 240;

/// Topics or audiences on one page of the list of all of them.
pub const TERMS_SIZE: usize = 500;

/// Every HTML file of the site. Pages come first, in the order of their sources.
pub fn output_pages(index: &SiteIndex) -> Vec<OutputPage> {
    let site = &*index.catalog.site;
    let introduced = list_introductions(site);
    let mut output_pages = Vec::with_capacity(site.ids().len() + site.topics.len() + 16);
    add_pages(&mut output_pages, site, &introduced);
    add_sections(&mut output_pages, site, &introduced);
    add_terms(&mut output_pages, site);
    add_fixed_lists(&mut output_pages, index);
    add_facet_lists(&mut output_pages, index);
    for section in 0..site.sections.len() {
        if let Some(route) = site.random_page_href(section) {
            let subject = PageSubject::RandomPage(section);
            output_pages.push(OutputPage::single(subject, route));
        }
    }
    for (subject, name) in [(PageSubject::About, ABOUT), (PageSubject::Privacy, PRIVACY)] {
        let route = Route::page([name]);
        let target = site.tables.by_route.get(&route);
        if matches!(target, Some(LinkTarget::Listing(_))) {
            output_pages.push(OutputPage::single(subject, route));
        }
    }
    output_pages.push(OutputPage::single(PageSubject::NotFound, not_found()));
    output_pages
}

/// Adds the pages that are not shown with a list.
fn add_pages(output_pages: &mut Vec<OutputPage>, site: &Site, introduced: &HashSet<Route>) {
    let of_sections: HashSet<PageId> = site
        .sections
        .iter()
        .filter_map(|section| section.page)
        .collect();
    let is_plain = |(id, page): &(PageId, &SitePage)| {
        !of_sections.contains(id) && !introduced.contains(&page.route)
    };
    let pages = site.ids().par_iter().map(|id| (*id, site.page(*id)));
    let plain = pages.filter(is_plain);
    output_pages.par_extend(
        plain.map(|(id, page)| OutputPage::single(PageSubject::Page(id), page.route.clone())),
    );
}

fn add_sections(output_pages: &mut Vec<OutputPage>, site: &Site, introduced: &HashSet<Route>) {
    for (id, section) in site.sections.iter().enumerate() {
        if is_introduction(site, section, introduced) {
            continue;
        }
        let list = ListSize {
            count: section.pages.len(),
            size: site.settings().page_size,
        };
        add_list(output_pages, PageSubject::Section(id), list, &section.route);
    }
}

fn add_terms(output_pages: &mut Vec<OutputPage>, site: &Site) {
    let size = site.settings().page_size;
    let topics = site.topics.iter().zip(0..);
    let topics = topics.map(|(term, id)| (term, PageSubject::Topic(id)));
    let audiences = site.audiences.iter().zip(0..);
    let audiences = audiences.map(|(term, id)| (term, PageSubject::Audience(id)));
    for (term, subject) in topics.chain(audiences) {
        let count = term.pages.len();
        add_list(output_pages, subject, ListSize { count, size }, &term.route);
    }
}

fn add_fixed_lists(output_pages: &mut Vec<OutputPage>, index: &SiteIndex) {
    let site = &*index.catalog.site;
    let listed = || site.pages().filter(|page| page.is_listed());
    let dated = || listed().filter(|page| page.changed().is_some()).count();
    let (is_searched, of_terms) = (usize::from(site.has_search()), TERMS_SIZE);
    for (subject, name, count, size) in [
        (PageSubject::Topics, "topics", site.topics.len(), of_terms),
        (
            PageSubject::Audiences,
            "audiences",
            site.audiences.len(),
            of_terms,
        ),
        (PageSubject::AToZ, "a-z", listed().count(), ROWS_SIZE),
        (PageSubject::New, "new", dated(), site.settings().page_size),
        (PageSubject::Search, "search", is_searched, usize::MAX),
    ] {
        if count > 0 {
            let route = Route::page([name]);
            add_list(output_pages, subject, ListSize { count, size }, &route);
        }
    }
}

fn add_facet_lists(output_pages: &mut Vec<OutputPage>, index: &SiteIndex) {
    let lists = &index.catalog.site.narrowed;
    let counts = index.facet_list_counts();
    for (id, (list, count)) in lists.iter().zip(counts).enumerate() {
        if list.is_own {
            let list_size = ListSize {
                count,
                size: ROWS_SIZE,
            };
            add_list(
                output_pages,
                PageSubject::FacetList(id),
                list_size,
                &list.route,
            );
        }
    }
}

/// The addresses of generated lists. A page of the site can introduce each of them.
fn list_introductions(site: &Site) -> HashSet<Route> {
    let fixed = [
        ("topics", !site.topics.is_empty()),
        ("audiences", !site.audiences.is_empty()),
        ("a-z", site.pages().any(SitePage::is_listed)),
        ("new", site.pages().any(|page| page.changed().is_some())),
        ("search", site.has_search()),
    ];
    let fixed = fixed
        .into_iter()
        .filter(|(_, exists)| *exists)
        .map(|(name, _)| Route::page([name]));
    let terms = site
        .topics
        .iter()
        .chain(&site.audiences)
        .map(|term| term.route.clone());
    let facet_lists = site
        .narrowed
        .iter()
        .filter(|list| list.is_own)
        .map(|list| list.route.clone());
    fixed
        .chain(terms)
        .chain(facet_lists)
        .chain([not_found()])
        .collect()
}

/// Whether a section contains only introductions of generated lists, as `topics/oil.md` introduces
/// the list of a topic. The generated list at its address shows everything that the section would
/// show.
fn is_introduction(site: &Site, section: &Section, introduced: &HashSet<Route>) -> bool {
    introduced.contains(&section.route)
        && section.children.is_empty()
        && section
            .pages
            .iter()
            .all(|page| introduced.contains(&site.page(*page).route))
}

/// The number of entries of a list, and of those on one page of it.
#[derive(Clone, Copy)]
struct ListSize {
    count: usize,
    size: usize,
}

/// Adds every page of a list. A list without entries has one page.
fn add_list(
    output_pages: &mut Vec<OutputPage>,
    subject: PageSubject,
    list: ListSize,
    route: &Route,
) {
    let of = list.count.div_ceil(list.size).max(1);
    output_pages.extend((1..=of).map(|number| OutputPage {
        subject,
        number,
        of,
        route: route_of_number(route, number),
    }));
}
