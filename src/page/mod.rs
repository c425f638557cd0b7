//! Every page of the published site as a closed view, and the view as HTML.
//!
//! [`sheets`] lists what is drawn: pages, and the lists that are made of them.
//! [`Composer::compose`] gathers what one subject shows; `templates` draws it. Composing reads the
//! site and never a body.

mod body_links;
pub mod compose;
mod composed;
pub mod facets;
pub mod fields;
pub mod files;
mod found;
mod giving;
mod happening;
mod journey;
pub mod listing;
mod navigation;
pub mod parts;
pub mod pictures;
pub mod queries;
mod social;
pub mod structured;
pub mod templates;
pub mod tool;
pub mod view;

use std::collections::HashSet;

pub use compose::Composer;
pub use composed::Composed;

use rayon::prelude::*;

use crate::paths::Route;
use crate::site::sections::Section;
use crate::site::{ABOUT, Node, PRIVACY, PageId, Site, SitePage, addresses};

/// Entries on one page of a list whose rows are short, as that from A to Z.
const ROWS_SIZE: usize = 240;

/// Topics, or audiences, on one page of the list of all of them.
const TERMS_SIZE: usize = 500;

/// What a published HTML file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    Page(PageId),
    /// A section's list, with or without a page of its own; the first is the home page.
    Section(usize),
    Topics,
    /// A position in `Site::topics`.
    Topic(usize),
    Audiences,
    Audience(usize),
    AToZ,
    New,
    /// A position in `Site::narrowed`.
    Narrowed(usize),
    /// Picks one page of a section at random.
    Surprise(usize),
    Search,
    /// What stands behind the site, from the settings.
    About,
    /// What happens when somebody reads it.
    Privacy,
    NotFound,
}

/// One HTML file: a subject, and which page of its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub subject: Subject,
    /// From 1.
    pub number: usize,
    /// Of how many.
    pub of: usize,
    pub route: Route,
}

/// Every HTML file that the site has, pages first, in the order of their sources.
pub fn sheets(composer: &Composer) -> Vec<Sheet> {
    let site = &*composer.site;
    let mut sheets = Vec::with_capacity(site.pages().len() + site.topics.len() + 16);
    let section_pages: Vec<Option<usize>> = {
        let mut of = vec![None; site.pages().len()];
        for (id, section) in site.sections.iter().enumerate() {
            if let Some(page) = section.page {
                of[page] = Some(id);
            }
        }
        of
    };
    let introduced = introduced(site);
    let is_plain = |(id, page): &(PageId, &SitePage)| {
        section_pages[*id].is_none() && !introduced.contains(&page.route)
    };
    let plain = site.pages().par_iter().enumerate().filter(is_plain);
    sheets.par_extend(plain.map(|(id, page)| Sheet {
        subject: Subject::Page(id),
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
            &mut sheets,
            Subject::Section(id),
            section.pages.len(),
            site.settings().page_size,
            &section.route,
        );
    }
    let size = site.settings().page_size;
    for (id, term) in site.topics.iter().enumerate() {
        add_list(
            &mut sheets,
            Subject::Topic(id),
            term.pages.len(),
            size,
            &term.route,
        );
    }
    for (id, term) in site.audiences.iter().enumerate() {
        add_list(
            &mut sheets,
            Subject::Audience(id),
            term.pages.len(),
            size,
            &term.route,
        );
    }
    let (listed, dated) = (composer.a_to_z.len(), composer.newest.len());
    for (subject, name, count, size) in [
        (Subject::Topics, "topics", site.topics.len(), TERMS_SIZE),
        (
            Subject::Audiences,
            "audiences",
            site.audiences.len(),
            TERMS_SIZE,
        ),
        (Subject::AToZ, "a-z", listed, ROWS_SIZE),
        (Subject::New, "new", dated, size),
        (
            Subject::Search,
            "search",
            usize::from(site.has_search()),
            usize::MAX,
        ),
    ] {
        if count > 0 {
            add_list(&mut sheets, subject, count, size, &Route::page([name]));
        }
    }
    for (id, list) in site
        .narrowed
        .iter()
        .enumerate()
        .filter(|(_, list)| list.is_own)
    {
        add_list(
            &mut sheets,
            Subject::Narrowed(id),
            composer.narrowed()[id].len(),
            ROWS_SIZE,
            &list.route,
        );
    }
    for (id, route) in (0..site.sections.len()).filter_map(|id| Some((id, site.surprise_of(id)?))) {
        sheets.push(Sheet {
            subject: Subject::Surprise(id),
            number: 1,
            of: 1,
            route,
        });
    }
    for (subject, name) in [(Subject::About, ABOUT), (Subject::Privacy, PRIVACY)] {
        let route = Route::page([name]);
        if matches!(site.tables.by_route.get(&route), Some(Node::Listing(_))) {
            sheets.push(Sheet {
                subject,
                number: 1,
                of: 1,
                route,
            });
        }
    }
    sheets.push(Sheet {
        subject: Subject::NotFound,
        number: 1,
        of: 1,
        route: not_found(),
    });
    sheets
}

/// The address of the page for addresses that nothing has.
pub fn not_found() -> Route {
    Route::new(addresses::NOT_FOUND).expect("the address is fixed and inside the site")
}

/// The addresses of generated lists, each of which a page of its own may introduce.
fn introduced(site: &Site) -> HashSet<Route> {
    let fixed = [
        ("topics", !site.topics.is_empty()),
        ("audiences", !site.audiences.is_empty()),
        ("a-z", site.pages().iter().any(SitePage::is_listed)),
        (
            "new",
            site.pages().iter().any(|page| page.changed().is_some()),
        ),
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

/// Whether a section holds nothing but introductions of generated lists, as `topics/oil.md`
/// introduces the list of a topic. The generated list at its address shows all that the section
/// would show.
fn is_introduction(site: &Site, section: &Section, introduced: &HashSet<Route>) -> bool {
    introduced.contains(&section.route)
        && section.children.is_empty()
        && section
            .pages
            .iter()
            .all(|page| introduced.contains(&site.page(*page).route))
}

fn add_list(sheets: &mut Vec<Sheet>, subject: Subject, count: usize, size: usize, route: &Route) {
    let of = count.div_ceil(size).max(1);
    for number in 1..=of {
        sheets.push(Sheet {
            subject,
            number,
            of,
            route: listing::route_of(route, number),
        });
    }
}
