//! What is derived from all pages together, made once for a site, each table on its first use.
//!
//! Each table is made by one function in its own file. A new site gets a new, empty index.

mod a_to_z;
mod facet_lists;
mod feedback_answers;
mod learning_paths;
mod newest;
mod page_terms;
mod positions;
mod queries;
mod term_links;
mod term_uses;
#[cfg(test)]
mod tests;
mod top_sections;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

pub use self::a_to_z::id_of_letter;
pub use self::learning_paths::{LearningPath, LearningPaths, PathStep};
pub use self::page_terms::PageTerms;
pub use self::queries::{ORDERS, PagesQuery};
use self::term_links::TermLinks;
pub use self::term_uses::TermUse;
use super::catalog::Catalog;
use super::content_hash::SharedPart;
use super::view::{FeedbackAnswers, SectionLink};
use crate::paths::SourcePath;
use crate::site::related::Relations;
use crate::site::{PageId, PageMap};

/// The derived tables of a site.
pub struct SiteIndex {
    pub catalog: Catalog,
    tables: Tables,
}

/// The tables that were made so far.
#[derive(Default)]
struct Tables {
    newest: OnceLock<Vec<PageId>>,
    a_to_z: OnceLock<Vec<PageId>>,
    first_letters: OnceLock<Vec<(String, usize)>>,
    positions: OnceLock<PageMap<Option<usize>>>,
    relations: OnceLock<Relations>,
    page_terms: OnceLock<PageTerms>,
    topic_links: OnceLock<TermLinks>,
    audience_links: OnceLock<TermLinks>,
    learning_paths: OnceLock<LearningPaths>,
    facet_lists: OnceLock<Vec<Vec<PageId>>>,
    term_uses: OnceLock<HashMap<SourcePath, Vec<PageId>>>,
    explained_terms: OnceLock<HashMap<SourcePath, Arc<SharedPart<TermUse>>>>,
    top_sections: OnceLock<Arc<SharedPart<Vec<SectionLink>>>>,
    feedback_answers: RwLock<HashMap<String, Arc<FeedbackAnswers>>>,
    /// Answers to queries so far. An answer depends on the site alone, so the order of the queries
    /// does not matter.
    answers: RwLock<HashMap<PagesQuery, Arc<[PageId]>>>,
}

impl SiteIndex {
    /// An empty index.
    pub fn new(catalog: Catalog) -> Self {
        SiteIndex {
            catalog,
            tables: Tables::default(),
        }
    }

    /// Drops all tables, since the catalog changed.
    pub fn reset(&mut self) {
        self.tables = Tables::default();
    }

    /// Listed pages with a date, the last changed first.
    pub fn newest(&self) -> &[PageId] {
        self.tables
            .newest
            .get_or_init(|| newest::newest(&self.catalog))
    }

    /// Listed pages by title.
    pub fn a_to_z(&self) -> &[PageId] {
        self.tables
            .a_to_z
            .get_or_init(|| a_to_z::a_to_z(&self.catalog))
    }

    /// The first letters of the list from A to Z, each with the position of its first page.
    pub fn first_letters(&self) -> &[(String, usize)] {
        self.tables
            .first_letters
            .get_or_init(|| a_to_z::first_letters(&self.catalog, self.a_to_z()))
    }

    /// A page's position in its section.
    pub fn position(&self, page: PageId) -> Option<usize> {
        self.tables
            .positions
            .get_or_init(|| positions::positions(&self.catalog))[page]
    }

    /// How pages relate to each other.
    pub fn relations(&self) -> &Relations {
        self.tables
            .relations
            .get_or_init(|| Relations::new(&self.catalog.site))
    }

    /// The topics and audiences of each page.
    pub fn page_terms(&self) -> &PageTerms {
        self.tables
            .page_terms
            .get_or_init(|| page_terms::page_terms(&self.catalog))
    }

    /// Links to the topics of the site, by their keys.
    pub fn topic_links(&self) -> &TermLinks {
        self.tables
            .topic_links
            .get_or_init(|| term_links::term_links(&self.catalog, &self.catalog.site.topics))
    }

    /// Links to the audiences of the site, by their keys.
    pub fn audience_links(&self) -> &TermLinks {
        self.tables
            .audience_links
            .get_or_init(|| term_links::term_links(&self.catalog, &self.catalog.site.audiences))
    }

    /// The learning paths of the site.
    pub fn learning_paths(&self) -> &LearningPaths {
        self.tables
            .learning_paths
            .get_or_init(|| learning_paths::learning_paths(&self.catalog))
    }

    /// How many minutes a page takes: the stated time, or else the time for its path without
    /// optional steps, or else the reading time.
    pub fn minutes(&self, page: PageId) -> u32 {
        let entry = &self.catalog.site.page(page).entry;
        if entry.meta.minutes.is_some() || !learning_paths::is_path(&self.catalog, page) {
            return entry.minutes;
        }
        let own = self.learning_paths().of_page(page);
        match own.map_or(0, |path| path.minutes(&self.catalog)) {
            0 => entry.minutes,
            minutes => minutes,
        }
    }

    /// The pages of each facet list of the site: those of a kind by title, others by kind first.
    pub fn facet_lists(&self) -> &[Vec<PageId>] {
        self.tables.facet_lists.get_or_init(|| {
            let minutes = |page| self.minutes(page);
            facet_lists::facet_lists(&self.catalog, self.a_to_z(), &minutes)
        })
    }

    /// The number of pages of each facet list.
    pub fn facet_list_counts(&self) -> Vec<usize> {
        match self.tables.facet_lists.get() {
            Some(lists) => lists.iter().map(Vec::len).collect(),
            None => facet_lists::counts(&self.catalog, &|page| self.minutes(page)),
        }
    }

    /// Whether a page is on each facet list of the site.
    pub fn is_on_facet_lists(&self, page: PageId) -> Vec<bool> {
        facet_lists::is_on(&self.catalog, page, &|page| self.minutes(page)).collect()
    }

    /// The listed pages that use the term that a page explains.
    pub fn uses_of_term(&self, explained_by: &SourcePath) -> &[PageId] {
        let uses = self
            .tables
            .term_uses
            .get_or_init(|| term_uses::term_uses(&self.catalog));
        uses.get(explained_by).map_or(&[], Vec::as_slice)
    }

    /// The glossary term that a page explains, or `None` if the page is not published.
    pub fn explained_term(&self, explained_by: &SourcePath) -> Option<Arc<SharedPart<TermUse>>> {
        let explained = self
            .tables
            .explained_terms
            .get_or_init(|| term_uses::explained_terms(&self.catalog));
        explained.get(explained_by).cloned()
    }

    /// The sections right below the home page, as pages outside all of them see them.
    pub fn top_sections(&self) -> &Arc<SharedPart<Vec<SectionLink>>> {
        self.tables
            .top_sections
            .get_or_init(|| SharedPart::new(top_sections::top_sections(&self.catalog)))
    }

    /// The answers that readers can choose from, in a language.
    pub fn feedback_answers(&self, language: &str) -> Arc<FeedbackAnswers> {
        remembered(&self.tables.feedback_answers, language, || {
            Arc::new(feedback_answers::feedback_answers(&self.catalog, language))
        })
    }

    /// Listed pages that match, without section pages. Many pages of a site ask for the same.
    pub fn pages(&self, query: &PagesQuery) -> Arc<[PageId]> {
        remembered(&self.tables.answers, query, || {
            queries::matching(&self.catalog, query, &|| self.newest().to_vec()).into()
        })
    }
}

/// The value of a key, made on the first request.
fn remembered<K, Q, V>(values: &RwLock<HashMap<K, V>>, key: &Q, make: impl FnOnce() -> V) -> V
where
    K: std::borrow::Borrow<Q> + Eq + std::hash::Hash,
    Q: ToOwned<Owned = K> + Eq + std::hash::Hash + ?Sized,
    V: Clone,
{
    let known = values.read().expect("no holder of this lock panics");
    if let Some(value) = known.get(key) {
        return value.clone();
    }
    drop(known);
    let value = make();
    let mut known = values.write().expect("no holder of this lock panics");
    known.entry(key.to_owned()).or_insert(value).clone()
}
