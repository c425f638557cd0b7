//! Every page of the published site as a self-contained view, and the view as HTML.
//!
//! [`output_pages`] lists what is rendered: pages, and the lists of pages. [`Composer::compose`]
//! collects what one subject shows, and `templates` renders it. Collecting reads the site and never
//! a body.

mod body_links;
pub mod compose;
mod event;
pub mod facets;
mod feedback;
pub mod fields;
pub mod files;
pub mod images;
mod learning_path;
pub mod listing;
mod navigation;
mod page_context;
pub mod parts;
pub mod queries;
mod site_index;
mod social;
pub mod structured;
pub mod templates;
pub mod tool;
pub mod view;

use std::collections::HashSet;

pub use compose::Composer;
pub use page_context::PageContext;

use rayon::prelude::*;

use crate::paths::Route;
use crate::site::sections::Section;
use crate::site::{ABOUT, LinkTarget, PRIVACY, PageId, PageMap, Site, SitePage, addresses};

/// Entries on one page of a list with short rows, such as the list from A to Z.
const ROWS_SIZE: usize = 240;

/// Topics or audiences on one page of the list of all of them.
const TERMS_SIZE: usize = 500;

/// What a published HTML file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PageSubject {
    Page(PageId),
    /// A section's list, with or without a page of its own. The first is the home page.
    Section(usize),
    Topics,
    /// A position in `Site::topics`.
    Topic(usize),
    Audiences,
    Audience(usize),
    AToZ,
    New,
    /// A position in `Site::narrowed`.
    FacetList(usize),
    /// A page that opens a random page of a section.
    RandomPage(usize),
    Search,
    /// Who provides the site and why, from the settings.
    About,
    /// What reading the site sends to anyone.
    Privacy,
    NotFound,
}

/// One HTML file: a subject, and which page of its list it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputPage {
    pub subject: PageSubject,
    /// The page's number within the list, from 1.
    pub number: usize,
    /// The number of pages in the list.
    pub of: usize,
    pub route: Route,
}

/// Every HTML file of the site. Pages come first, in the order of their sources.
pub fn output_pages(composer: &Composer) -> Vec<OutputPage> {
    let site = &*composer.site;
    let mut output_pages = Vec::with_capacity(site.pages().len() + site.topics.len() + 16);
    let section_pages: PageMap<Option<usize>> = {
        let mut of = PageMap::filled(site.tables.pages.len(), None);
        for (id, section) in site.sections.iter().enumerate() {
            if let Some(page) = section.page {
                of[page] = Some(id);
            }
        }
        of
    };
    let introduced = list_introductions(site);
    let is_plain = |(id, page): &(PageId, &SitePage)| {
        section_pages[*id].is_none() && !introduced.contains(&page.route)
    };
    let plain = site
        .ids()
        .par_iter()
        .map(|id| (*id, site.page(*id)))
        .filter(is_plain);
    output_pages.par_extend(plain.map(|(id, page)| OutputPage {
        subject: PageSubject::Page(id),
        number: 1,
        of: 1,
        route: page.route.clone(),
    }));
    for (id, section) in site
        .sections
        .iter()
        .enumerate()
        .filter(|(_, section)| !is_introduction(site, section, &introduced))
    {
        add_list(
            &mut output_pages,
            PageSubject::Section(id),
            section.pages.len(),
            site.settings().page_size,
            &section.route,
        );
    }
    let size = site.settings().page_size;
    for (id, term) in site.topics.iter().enumerate() {
        add_list(
            &mut output_pages,
            PageSubject::Topic(id),
            term.pages.len(),
            size,
            &term.route,
        );
    }
    for (id, term) in site.audiences.iter().enumerate() {
        add_list(
            &mut output_pages,
            PageSubject::Audience(id),
            term.pages.len(),
            size,
            &term.route,
        );
    }
    let (listed, dated) = (composer.a_to_z.len(), composer.newest.len());
    for (subject, name, count, size) in [
        (PageSubject::Topics, "topics", site.topics.len(), TERMS_SIZE),
        (
            PageSubject::Audiences,
            "audiences",
            site.audiences.len(),
            TERMS_SIZE,
        ),
        (PageSubject::AToZ, "a-z", listed, ROWS_SIZE),
        (PageSubject::New, "new", dated, size),
        (
            PageSubject::Search,
            "search",
            usize::from(site.has_search()),
            usize::MAX,
        ),
    ] {
        if count > 0 {
            add_list(
                &mut output_pages,
                subject,
                count,
                size,
                &Route::page([name]),
            );
        }
    }
    for (id, list) in site
        .narrowed
        .iter()
        .enumerate()
        .filter(|(_, list)| list.is_own)
    {
        add_list(
            &mut output_pages,
            PageSubject::FacetList(id),
            composer.facet_lists()[id].len(),
            ROWS_SIZE,
            &list.route,
        );
    }
    for (id, route) in
        (0..site.sections.len()).filter_map(|id| Some((id, site.random_page_href(id)?)))
    {
        output_pages.push(OutputPage {
            subject: PageSubject::RandomPage(id),
            number: 1,
            of: 1,
            route,
        });
    }
    for (subject, name) in [(PageSubject::About, ABOUT), (PageSubject::Privacy, PRIVACY)] {
        let route = Route::page([name]);
        if matches!(
            site.tables.by_route.get(&route),
            Some(LinkTarget::Listing(_))
        ) {
            output_pages.push(OutputPage {
                subject,
                number: 1,
                of: 1,
                route,
            });
        }
    }
    output_pages.push(OutputPage {
        subject: PageSubject::NotFound,
        number: 1,
        of: 1,
        route: not_found(),
    });
    output_pages
}

/// The address of the page that is shown for missing addresses.
pub fn not_found() -> Route {
    Route::new(addresses::NOT_FOUND).expect("the address is fixed and inside the site")
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
    let narrowed = site
        .narrowed
        .iter()
        .filter(|list| list.is_own)
        .map(|list| list.route.clone());
    fixed
        .chain(terms)
        .chain(narrowed)
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

fn add_list(
    output_pages: &mut Vec<OutputPage>,
    subject: PageSubject,
    count: usize,
    size: usize,
    route: &Route,
) {
    let of = count.div_ceil(size).max(1);
    for number in 1..=of {
        output_pages.push(OutputPage {
            subject,
            number,
            of,
            route: listing::route_of(route, number),
        });
    }
}
