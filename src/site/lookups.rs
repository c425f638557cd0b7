//! Looks names up in the tables of a site, and records which names were looked up.
//!
//! A link's destination depends on the answers to its look-ups and on nothing else that another
//! page can change. As long as every recorded name answers the same, the destination stays the
//! same, even if the answer is that nothing has this name.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{LinkTarget, PageId, SiteTables};
use crate::paths::{Route, SourcePath};

/// The tables that names are looked up in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameTable {
    Source,
    /// Source paths, folded.
    FoldedSource,
    Route,
    /// Slugs of names and titles.
    Slug,
    /// The anchors of the page with a source path.
    Anchors,
}

/// The hash of a name and its table. Two names may share one, so a changed name can only cause more
/// work than necessary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameHash(u32);

impl NameHash {
    pub fn of(table: NameTable, name: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (table, name).hash(&mut hasher);
        Self(hasher.finish() as u32)
    }
}

/// The tables of a site, with a record of the names that were looked up.
pub struct RecordedTables<'a> {
    pub tables: &'a SiteTables,
    lookups: Option<RefCell<Vec<NameHash>>>,
}

impl<'a> RecordedTables<'a> {
    pub fn new(tables: &'a SiteTables) -> Self {
        Self {
            tables,
            lookups: Some(RefCell::default()),
        }
    }

    /// The same without a record.
    pub fn unrecorded(tables: &'a SiteTables) -> Self {
        Self {
            tables,
            lookups: None,
        }
    }

    pub fn source(&self, source: &SourcePath) -> Option<&'a LinkTarget> {
        self.record(NameTable::Source, source.as_str());
        self.tables.by_source.get(source)
    }

    pub fn folded_source(&self, folded: &str) -> Option<&'a SourcePath> {
        self.record(NameTable::FoldedSource, folded);
        self.tables.by_source_lower.get(folded)
    }

    pub fn route(&self, route: &str) -> Option<&'a LinkTarget> {
        self.record(NameTable::Route, route);
        self.tables.by_route.get(route)
    }

    /// Everything whose name or title has this slug.
    pub fn slug(&self, slug: &str) -> &'a [LinkTarget] {
        self.record(NameTable::Slug, slug);
        self.tables.by_slug(slug)
    }

    /// The Markdown copy of a page at this address, if the site has such copies.
    pub fn markdown_copy(&self, route: &Route) -> Option<LinkTarget> {
        if let Some(page) = route.as_str().strip_suffix("index.md") {
            self.record(NameTable::Route, page);
        }
        self.tables.markdown_copy(route)
    }

    pub fn anchors(&self, page: PageId) -> &'a [String] {
        let entry = &self.tables.pages[page].entry;
        self.record(NameTable::Anchors, entry.source.as_str());
        &entry.anchors
    }

    fn record(&self, table: NameTable, name: &str) {
        if let Some(lookups) = &self.lookups {
            lookups.borrow_mut().push(NameHash::of(table, name));
        }
    }

    /// The names that were looked up, sorted.
    pub fn into_lookups(self) -> Box<[NameHash]> {
        let mut lookups = self.lookups.map(RefCell::into_inner).unwrap_or_default();
        lookups.sort_unstable();
        lookups.dedup();
        lookups.into()
    }
}
