//! What a published HTML file is about, and where it is.

use crate::paths::Route;
use crate::site::{LinkTarget, PageId, addresses};

use super::catalog::Catalog;

/// What a published HTML file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

impl OutputPage {
    /// The only page about a subject.
    pub fn single(subject: PageSubject, route: Route) -> Self {
        OutputPage {
            subject,
            number: 1,
            of: 1,
            route,
        }
    }
}

/// The name of the layout that shows a subject, which is also its template's name.
pub fn layout(subject: PageSubject) -> &'static str {
    match subject {
        PageSubject::Page(_) => "page",
        PageSubject::Section(0) => "home",
        PageSubject::Section(_) => "section",
        PageSubject::Topics => "topics",
        PageSubject::Topic(_) => "topic",
        PageSubject::Audiences => "audiences",
        PageSubject::Audience(_) => "audience",
        PageSubject::AToZ => "a-z",
        PageSubject::New => "new",
        PageSubject::FacetList(_) => "facet-list",
        PageSubject::RandomPage(_) => "random",
        PageSubject::Search => "search",
        PageSubject::About => "about",
        PageSubject::Privacy => "privacy",
        PageSubject::NotFound => "not-found",
    }
}

/// The address of the page that is shown for missing addresses.
pub fn not_found() -> Route {
    Route::new(addresses::NOT_FOUND).expect("the address is fixed and inside the site")
}

/// The address of one page of a list.
pub fn route_of_number(route: &Route, number: usize) -> Route {
    if number == 1 {
        return route.clone();
    }
    let number = number.to_string();
    Route::page(route.segments().chain(["page", number.as_str()]))
}

/// The page whose text an output page shows.
pub fn page_of(catalog: &Catalog, output_page: &OutputPage) -> Option<PageId> {
    let site = &catalog.site;
    let first = match output_page.subject {
        PageSubject::Page(page) => return Some(page),
        PageSubject::Section(section) => return site.sections[section].page,
        PageSubject::About | PageSubject::Privacy | PageSubject::RandomPage(_) => return None,
        PageSubject::Topic(term) => site.topics[term].route.clone(),
        PageSubject::Audience(term) => site.audiences[term].route.clone(),
        PageSubject::Topics => Route::page(["topics"]),
        PageSubject::Audiences => Route::page(["audiences"]),
        PageSubject::AToZ => Route::page(["a-z"]),
        PageSubject::New => Route::page(["new"]),
        PageSubject::FacetList(list) => site.narrowed[list].route.clone(),
        PageSubject::Search => Route::page(["search"]),
        PageSubject::NotFound => not_found(),
    };
    match site.tables.by_route.get(&first) {
        Some(LinkTarget::Page(page)) if site.page(*page).route == first => Some(*page),
        _ => None,
    }
}
