//! Values derived from all pages together: glossary terms and where they are used, the pages that
//! others collect, and the addresses of calendars and random pages.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

use super::compose::{BACKLINKS_MAX, Composer};
use super::facets::PageTerms;
use super::fields::{self, FieldViews};
use super::learning_path::LearningPaths;
use super::navigation::TopSections;
use super::queries::{self, PagesQuery};
use super::view::{CalendarView, FeedbackAnswers};
use super::{OutputPage, PageSubject};
use crate::escape;
use crate::fields::FieldItem;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::paths::{Route, SourcePath};
use crate::site::{PageId, SitePage};

/// The values derived so far, each on first use.
#[derive(Default)]
pub struct SiteIndex {
    /// The paths of the site.
    pub(super) journeys: OnceLock<LearningPaths>,
    /// The pages that use each glossary term.
    pub(super) uses: OnceLock<HashMap<SourcePath, Vec<PageId>>>,
    /// The glossary terms by the pages that explain them.
    pub(super) explained: OnceLock<HashMap<SourcePath, Arc<TermUse>>>,
    /// The topics and audiences of each page.
    pub(super) named: OnceLock<PageTerms>,
    /// The pages of each list of `Site::narrowed`.
    pub(super) narrowed: OnceLock<Vec<Vec<PageId>>>,
    /// The first letters of the list from A to Z, each with the position of its first page.
    pub(super) letters: OnceLock<Vec<(String, usize)>>,
    /// The sections right below the home page.
    pub(super) top: OnceLock<TopSections>,
    /// The answers that readers can choose from, by language.
    pub(super) feedback: RwLock<HashMap<String, Arc<FeedbackAnswers>>>,
}

/// A glossary term that a page uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermUse {
    /// The address of its page, escaped for an attribute.
    pub href: String,
    /// The short explanation as HTML.
    pub short: String,
    /// The hash of both.
    pub hash: Fingerprint,
}

impl TermUse {
    fn new(href: &str, short: &str) -> Self {
        let (href, short) = (escape::html(href), escape::html(short));
        let hash = Hasher::new().add(&href).add(&short).finish();
        TermUse { href, short, hash }
    }
}

impl Composer {
    /// The topics and audiences of each page.
    pub(super) fn named(&self) -> &PageTerms {
        self.found.named.get_or_init(|| PageTerms::of(&self.site))
    }

    /// The paths of the site.
    pub(super) fn learning_paths(&self) -> &LearningPaths {
        self.found.journeys.get_or_init(|| self.find_journeys())
    }

    /// The address that opens a random page of the same kind, for pages and lists of a kind that
    /// offers it.
    pub(super) fn random_page(&self, output_page: &OutputPage) -> Option<String> {
        let section = match output_page.subject {
            PageSubject::Section(section) | PageSubject::RandomPage(section) => section,
            PageSubject::Page(page) => self.site.page(page).section,
            _ => return None,
        };
        self.site
            .random_page_href(section)
            .map(|route| self.href(&route))
    }

    pub(super) fn calendar(&self, route: &Route) -> CalendarView {
        let subscribe = self
            .url(route)
            .and_then(|url| Some(format!("webcal://{}", url.split_once("://")?.1)));
        CalendarView {
            href: self.href(route),
            subscribe,
        }
    }

    /// The glossary terms that a page uses, or `None` for those whose page is not published.
    pub(super) fn terms_of(&self, id: PageId) -> Vec<Option<Arc<TermUse>>> {
        let used = &self.site.page(id).entry.terms;
        if used.is_empty() {
            return Vec::new();
        }
        let explained = self.found.explained.get_or_init(|| {
            let pages = self.site.pages();
            let explained = pages.filter_map(|page| {
                let term = page.entry.source.clone();
                Some((
                    term,
                    Arc::new(TermUse::new(
                        &self.href(&page.route),
                        &self.explanation(page)?,
                    )),
                ))
            });
            explained.collect()
        });
        used.iter()
            .map(|term| explained.get(term).cloned())
            .collect()
    }

    /// The listed pages that use a term, given the page that explains it.
    pub(super) fn used_in(&self, id: PageId) -> Vec<PageId> {
        let find = || {
            let mut uses: HashMap<SourcePath, Vec<PageId>> = HashMap::new();
            for (id, page) in self
                .site
                .pages_with_ids()
                .filter(|(_, page)| page.is_listed())
            {
                page.entry
                    .terms
                    .iter()
                    .for_each(|term| uses.entry(term.clone()).or_default().push(id));
            }
            uses
        };
        let pages = self
            .found
            .uses
            .get_or_init(find)
            .get(&self.site.page(id).entry.source);
        pages
            .map(|pages| pages.iter().copied().take(BACKLINKS_MAX).collect())
            .unwrap_or_default()
    }

    /// The pages that a page of a collecting kind shows: those that it names, then those that its
    /// query finds.
    pub(super) fn collected_pages(&self, page: &SitePage, fields: &FieldViews) -> Vec<PageId> {
        let Some(gathers) = self.kind(page).and_then(|kind| kind.collects.as_ref()) else {
            return Vec::new();
        };
        let mut pages: Vec<PageId> = Vec::new();
        let named = gathers
            .items
            .as_ref()
            .and_then(|name| fields::get(fields, name));
        let mut links = Vec::new();
        named.iter().for_each(|items| items.links(&mut links));
        pages.extend(links.iter().filter_map(|link| link.page));
        let query = gathers
            .query
            .as_ref()
            .and_then(|name| page.entry.meta.fields.get(name))
            .and_then(FieldItem::as_map);
        if let Some(query) = query.map(PagesQuery::of_items) {
            let own = |id: PageId| self.site.page(id).entry.source == page.entry.source;
            let found = queries::pages(self, &query);
            let more: Vec<PageId> = found
                .iter()
                .copied()
                .filter(|id| !pages.contains(id) && !own(*id))
                .collect();
            pages.extend(more);
        }
        pages
    }
}
