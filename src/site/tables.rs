//! Lookup tables for links: everything that exists, by source path, by address and by name.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::Arc;

use jiff::civil::Date;

use super::below_files::MovedPages;
use super::entry_names::{EntryNames, folded};
use super::placement::{self, EntryPlace, PageNumbers, PlacedEntry, is_to_come};
use super::{PageId, PageMap, SitePage, SiteParts, addresses, unread_pages};
use crate::diagnostic::{Cause, CauseKind, Diagnostic};
use crate::document::Entry;
use crate::paths::{Route, SourcePath, slug};
use crate::settings::Settings;

/// Why a page is not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnpublishedReason {
    Draft,
    ToCome,
    Expired,
    Broken,
    AddressTaken,
}

impl UnpublishedReason {
    /// The cause of problems with the page elsewhere, if an error of the page is the reason.
    pub fn cause(self, source: &SourcePath) -> Option<Cause> {
        let kind = match self {
            UnpublishedReason::Broken => CauseKind::UnreadPage,
            UnpublishedReason::AddressTaken => CauseKind::UnplacedPage,
            UnpublishedReason::Draft | UnpublishedReason::ToCome | UnpublishedReason::Expired => {
                return None;
            }
        };
        Some(Cause::new(kind, source))
    }
}

impl std::fmt::Display for UnpublishedReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            UnpublishedReason::Draft => "a draft",
            UnpublishedReason::ToCome => "not published yet",
            UnpublishedReason::Expired => "expired",
            UnpublishedReason::Broken => "skipped because of errors",
            UnpublishedReason::AddressTaken => "skipped because its address is taken",
        })
    }
}

/// Something that a link can target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTarget {
    Page(PageId),
    Hidden {
        source: SourcePath,
        why: UnpublishedReason,
    },
    Listing(Route),
    /// A file of the content.
    File(SourcePath),
    /// A file of `static/`.
    Static(Route),
}

#[derive(Clone, Debug)]
pub struct SiteTables {
    pub settings: Arc<Settings>,
    pub content: SourcePath,
    pub today: Date,
    /// The published pages.
    pub pages: PageMap<Arc<SitePage>>,
    /// The published pages, by source path.
    pub order: Vec<PageId>,
    /// The position of each page in that order.
    positions: PageMap<u32>,
    /// All entries, by source path.
    pub(super) placed: Vec<PlacedEntry>,
    /// The identifiers of pages that were published earlier.
    pub(super) unpublished_ids: HashMap<SourcePath, PageId>,
    /// The addresses of lists, and of other files that are generated from many pages.
    pub(super) listings: Vec<Route>,
    pub by_source: HashMap<SourcePath, LinkTarget>,
    pub by_source_lower: HashMap<Arc<str>, SourcePath>,
    pub by_route: HashMap<Route, LinkTarget>,
    pub(super) by_name: HashMap<Arc<str>, Vec<LinkTarget>>,
    /// The pages that cannot be read.
    pub unread: Vec<SourcePath>,
}

/// The folder of the pages that are made from `giving:`.
pub const ABOUT: &str = "about-this-resource";
pub const PRIVACY: &str = "privacy";

impl SiteTables {
    /// Everything with this name: a file's stem or whole name, or a page's title.
    pub fn by_name(&self, name: &str) -> &[LinkTarget] {
        self.by_slug(&slug(name))
    }

    pub(super) fn by_slug(&self, slug: &str) -> &[LinkTarget] {
        self.by_name.get(slug).map_or(&[], Vec::as_slice)
    }

    pub fn source_of<'a>(&'a self, node: &'a LinkTarget) -> Option<&'a SourcePath> {
        match node {
            LinkTarget::Page(page) => Some(&self.pages[*page].entry.source),
            LinkTarget::Hidden { source, .. } | LinkTarget::File(source) => Some(source),
            LinkTarget::Listing(_) | LinkTarget::Static(_) => None,
        }
    }

    /// The file of `static/` with this name, the first one by its address.
    pub(super) fn static_file_named(&self, name: &str) -> Option<&Route> {
        let routes = self
            .by_route
            .iter()
            .filter(|(_, node)| matches!(node, LinkTarget::Static(_)))
            .map(|(route, _)| route);
        routes
            .filter(|route| {
                route
                    .segments()
                    .last()
                    .is_some_and(|last| last.eq_ignore_ascii_case(name))
            })
            .min()
    }

    /// Whether the site has a search: it has something to search, and the settings turn it on.
    pub fn has_search(&self) -> bool {
        self.settings.search
            && self
                .pages
                .values()
                .any(|page| page.is_listed() && !page.entry.meta.search_exclude)
    }

    /// The published pages with their identifiers, by source path.
    pub(super) fn in_order(&self) -> impl ExactSizeIterator<Item = (PageId, &SitePage)> + Clone {
        self.order.iter().map(|id| (*id, &*self.pages[*id]))
    }

    /// The position of a page among all pages, by source path.
    pub fn position(&self, page: PageId) -> u32 {
        self.positions[page]
    }

    /// Registers the address of something that is generated, unless something else has it.
    pub(super) fn add_listing(&mut self, route: Route) {
        if let Slot::Vacant(free) = self.by_route.entry(route) {
            let route = free.key().clone();
            self.listings.push(route.clone());
            free.insert(LinkTarget::Listing(route));
        }
    }
}

/// Decides which pages are published and where, and files everything under its names. Pages that
/// are the same as in the earlier version are shared with it.
pub(super) fn build(
    parts: &SiteParts,
    names: &[Arc<EntryNames>],
    moved: &MovedPages,
    before: Option<&SiteTables>,
    problems: &mut Vec<Diagnostic>,
) -> SiteTables {
    let mut numbers = PageNumbers::new(before);
    let placed = placement::place(names, parts, moved, &mut numbers, problems);
    let (count, unpublished_ids) = numbers.finish(&placed);
    let (by_path, by_word) = rayon::join(
        || PathTables::of(&placed, parts),
        || WordTables::of(&placed, parts),
    );
    let (mut pages, mut positions) = (PageMap::empty(count), PageMap::empty(count));
    let mut order = Vec::with_capacity(placed.len());
    for entry in &placed {
        let (EntryPlace::At(id), Ok(route)) = (entry.place, &entry.route) else {
            continue;
        };
        let old = before.and_then(|before| before.pages.get(id));
        let same =
            old.filter(|old| Arc::ptr_eq(&old.entry, &entry.names.entry) && old.route == *route);
        let page = same.map_or_else(
            || Arc::new(page(&entry.names.entry, route.clone(), parts.today)),
            Arc::clone,
        );
        pages.set(id, page);
        positions.set(id, order.len() as u32);
        order.push(id);
    }
    SiteTables {
        settings: Arc::clone(&parts.settings),
        content: parts.content.clone(),
        today: parts.today,
        pages,
        order,
        positions,
        placed,
        unpublished_ids,
        listings: Vec::new(),
        by_source: by_path.sources,
        by_source_lower: by_word.sources_lower,
        by_route: by_path.routes,
        by_name: by_word.names,
        unread: unread_pages::sources(parts),
    }
}

fn page(entry: &Arc<Entry>, route: Route, today: Date) -> SitePage {
    SitePage {
        entry: Arc::clone(entry),
        route,
        section: 0,
        links: Vec::new(),
        related: Vec::new(),
        next: None,
        image: None,
        field_links: Vec::new(),
        backlinks: Vec::new(),
        is_draft: entry.meta.is_draft || is_to_come(entry, today),
        lookups: Box::default(),
    }
}

/// The lookups by a whole path or address.
struct PathTables {
    sources: HashMap<SourcePath, LinkTarget>,
    routes: HashMap<Route, LinkTarget>,
}

impl PathTables {
    fn of(placed: &[PlacedEntry], parts: &SiteParts) -> Self {
        let capacity = placed.len() + parts.files.len();
        let (mut sources, mut routes) = (
            HashMap::with_capacity(capacity),
            HashMap::with_capacity(capacity),
        );
        for entry in placed {
            let source = entry.source();
            let (node, has_address) = match entry.place {
                EntryPlace::At(id) => (LinkTarget::Page(id), true),
                EntryPlace::Hidden { why, has_address } => (
                    LinkTarget::Hidden {
                        source: source.clone(),
                        why,
                    },
                    has_address,
                ),
            };
            if let Some(route) = entry.route.as_ref().ok().filter(|_| has_address) {
                routes.insert(route.clone(), node.clone());
            }
            sources.insert(source.clone(), node);
        }
        for file in &parts.files {
            let node = LinkTarget::File(file.clone());
            routes
                .entry(addresses::of_file(file, &parts.content))
                .or_insert_with(|| node.clone());
            sources.insert(file.clone(), node);
        }
        for file in &parts.static_files {
            if let Ok(route) = Route::new(&format!("/{file}")) {
                let node = LinkTarget::Static(route.clone());
                routes.entry(route).or_insert_with(|| node.clone());
                if let Ok(source) = SourcePath::new(&format!("static/{file}")) {
                    sources.entry(source).or_insert(node);
                }
            }
        }
        PathTables { sources, routes }
    }
}

/// The lookups by a name that is written instead of a path.
struct WordTables {
    sources_lower: HashMap<Arc<str>, SourcePath>,
    names: HashMap<Arc<str>, Vec<LinkTarget>>,
}

impl WordTables {
    fn of(placed: &[PlacedEntry], parts: &SiteParts) -> Self {
        let capacity = placed.len() + parts.files.len();
        let mut words = WordTables {
            sources_lower: HashMap::with_capacity(capacity),
            names: HashMap::with_capacity(capacity),
        };
        // Of two paths that differ only in case, the published page wins.
        for is_live in [false, true] {
            let is_of_turn =
                |entry: &&PlacedEntry| matches!(entry.place, EntryPlace::At(_)) == is_live;
            for entry in placed.iter().filter(is_of_turn) {
                let names = &entry.names;
                words
                    .sources_lower
                    .insert(Arc::clone(&names.folded), entry.source().clone());
                if let EntryPlace::At(id) = entry.place {
                    words.name(&names.page_name, &LinkTarget::Page(id));
                    words.name(&names.title, &LinkTarget::Page(id));
                }
            }
        }
        for file in &parts.files {
            words
                .sources_lower
                .insert(folded(file).into(), file.clone());
            words.name(&slug(file.name()).into(), &LinkTarget::File(file.clone()));
        }
        words
    }

    fn name(&mut self, slug: &Arc<str>, node: &LinkTarget) {
        match self.names.get_mut(slug) {
            Some(nodes) if nodes.contains(node) => {}
            Some(nodes) => nodes.push(node.clone()),
            None => drop(self.names.insert(Arc::clone(slug), vec![node.clone()])),
        }
    }
}
