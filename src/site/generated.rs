//! Addresses that the build generates: lists, calendars, feeds and files for machines. Links can
//! target each of them, and no page can have the same address.

use std::collections::HashSet;

use super::facet_lists::FacetList;
use super::topics::TermPages;
use super::{ABOUT, LinkTarget, PRIVACY, SiteTables, addresses};
use crate::kind::Kinds;
use crate::paths::Route;

impl SiteTables {
    /// Registers the addresses of the generated lists.
    pub fn add_lists(
        &mut self,
        topics: &[TermPages],
        audiences: &[TermPages],
        narrowed: &[FacetList],
    ) {
        let terms = topics
            .iter()
            .chain(audiences)
            .map(|term| term.route.clone());
        let has_dates = self.pages.values().any(|page| page.changed().is_some());
        let mut routes: Vec<Route> = terms.collect();
        let mut add = |name: &str, is_there: bool| {
            if is_there {
                routes.push(Route::page([name]));
            }
        };
        add("topics", !topics.is_empty());
        add("audiences", !audiences.is_empty());
        add("a-z", !self.pages.is_empty());
        add("new", has_dates);
        add("search", self.has_search());
        if self.settings.giving.is_stated() {
            routes.extend([ABOUT, PRIVACY].map(|name| Route::page([name])));
        }
        routes.extend(
            narrowed
                .iter()
                .filter(|list| list.is_own)
                .map(|list| list.route.clone()),
        );
        for route in routes {
            self.add_listing(route);
        }
    }

    /// Registers the addresses of the pages that pick a page at random.
    pub fn add_surprises(&mut self, routes: impl Iterator<Item = Route>) {
        for route in routes {
            self.add_listing(route);
        }
    }

    /// Registers the addresses of files that are made from the whole site: feeds, the sitemap,
    /// lists for machines.
    pub fn add_files<'a>(&mut self, kinds: &Kinds, terms: impl Iterator<Item = &'a TermPages>) {
        let mut addresses: Vec<String> = [
            "/pages.json",
            "/llms.txt",
            "/robots.txt",
            addresses::NOT_FOUND,
        ]
        .map(str::to_owned)
        .into();
        if self.settings.base_url.is_some() {
            addresses.extend(["/feed.xml", "/feed.json", "/sitemap.xml"].map(str::to_owned));
            let of_pages: HashSet<&str> = self
                .pages
                .values()
                .map(|page| page.entry.meta.kind.as_str())
                .collect();
            let with_feed = kinds
                .values()
                .filter(|kind| kind.has_feed && of_pages.contains(kind.name.as_str()));
            addresses.extend(
                with_feed
                    .filter_map(|kind| kind.folder.as_ref())
                    .map(|folder| format!("/{folder}/feed.xml")),
            );
            let has_dates = |term: &&TermPages| {
                term.pages
                    .iter()
                    .any(|page| self.pages[*page].changed().is_some())
            };
            addresses.extend(
                terms
                    .filter(has_dates)
                    .map(|term| format!("{}feed.xml", term.route)),
            );
        }
        for route in addresses
            .iter()
            .filter_map(|address| Route::new(address).ok())
        {
            self.add_listing(route);
        }
    }

    /// The Markdown copy of a page at this address, if the site has such copies.
    pub fn markdown_copy(&self, route: &Route) -> Option<LinkTarget> {
        let of = route
            .as_str()
            .strip_suffix("index.md")
            .filter(|_| self.settings.markdown_copies)?;
        let is_page = matches!(self.by_route.get(of), Some(LinkTarget::Page(page)) if self.pages[*page].route.as_str() == of);
        is_page.then(|| LinkTarget::Listing(route.clone()))
    }

    /// Registers the addresses of calendar files.
    pub fn add_calendars(&mut self, kinds: &Kinds) {
        let mut routes: Vec<Route> = Vec::new();
        for page in self
            .pages
            .values()
            .filter(|page| page.entry.occurs.is_some())
        {
            routes.extend(Route::new(&format!("{}event.ics", page.route)));
            let folder = kinds
                .get(&page.entry.meta.kind)
                .and_then(|kind| kind.folder.as_ref())
                .filter(|_| page.is_listed());
            routes.extend(
                folder.and_then(|folder| Route::new(&format!("/{folder}/calendar.ics")).ok()),
            );
        }
        for route in routes {
            self.add_listing(route);
        }
    }
}
