//! Lookup tables for links: everything that exists, by source path, by address and by name.

use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::below_files::{self, MovedPage, MovedPages};
use super::stated_address::AddressProblem;
use super::{PageId, PageMap, SitePage, SiteParts, addresses, unread_pages};
use crate::diagnostic::{
    Cause, CauseKind, Code, Diagnostic, Location, first_hidden, is_bidi_control,
};
use crate::document::{Entry, is_folder_page, name_and_date};
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

#[derive(Clone, Debug, PartialEq)]
pub struct SiteTables {
    pub settings: Arc<Settings>,
    pub content: SourcePath,
    pub today: Date,
    /// The published pages.
    pub pages: PageMap<SitePage>,
    /// The published pages, by source path.
    pub order: Vec<PageId>,
    pub by_source: HashMap<SourcePath, LinkTarget>,
    pub by_source_lower: HashMap<String, SourcePath>,
    pub by_route: HashMap<Route, LinkTarget>,
    pub(super) by_name: HashMap<String, Vec<LinkTarget>>,
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

    /// Files a page under its entry's new title instead of `old`.
    pub(super) fn rename(&mut self, id: PageId, old: &str) {
        let page_name = slug(&name_and_date(&self.pages[id].entry.source).0);
        let (old, new) = (slug(old), slug(&self.pages[id].entry.title));
        if old != page_name
            && let Some(nodes) = self.by_name.get_mut(&old)
        {
            nodes.retain(|node| *node != LinkTarget::Page(id));
            if nodes.is_empty() {
                self.by_name.remove(&old);
            }
        }
        self.name_in_order(new, id);
    }

    /// Adds a page to the targets with a name: pages in order, then files.
    fn name_in_order(&mut self, slug: String, id: PageId) {
        let nodes = self.by_name.entry(slug).or_default();
        if !nodes.contains(&LinkTarget::Page(id)) {
            let at = nodes
                .iter()
                .position(|node| !matches!(node, LinkTarget::Page(other) if *other < id))
                .unwrap_or(nodes.len());
            nodes.insert(at, LinkTarget::Page(id));
        }
    }
}

/// Decides which pages are published and where, and files everything under its names.
pub fn build(parts: &SiteParts, moved: &MovedPages, problems: &mut Vec<Diagnostic>) -> SiteTables {
    let mut names: Vec<EntryNames> = parts
        .entries
        .par_iter()
        .map(|entry| EntryNames::of(entry, parts))
        .collect();
    if !moved.is_empty() {
        problems.extend(
            names
                .iter_mut()
                .filter_map(|names| names.assign(moved.get(&names.entry.source)?)),
        );
    }
    names
        .iter_mut()
        .for_each(|names| problems.extend(names.odd.take()));
    problems.extend(parts.files.iter().filter_map(hidden_character_in_name));
    let placed = place(&mut names, parts, problems);
    let (by_path, by_word) = rayon::join(
        || PathTables::of(&names, &placed, parts),
        || WordTables::of(&names, &placed, parts),
    );
    let live = names
        .iter()
        .zip(&placed)
        .filter(|(_, placed)| matches!(placed, EntryPlace::At(_)));
    let live = live
        .filter_map(|(names, _)| Some(page(names.entry, names.route.clone().ok()?, parts.today)));
    let pages: PageMap<SitePage> = live.collect();
    SiteTables {
        settings: Arc::clone(&parts.settings),
        content: parts.content.clone(),
        today: parts.today,
        order: (0..pages.len()).map(PageId::new).collect(),
        pages,
        by_source: by_path.sources,
        by_source_lower: by_word.sources_lower,
        by_route: by_path.routes,
        by_name: by_word.names,
        unread: unread_pages::sources(parts),
    }
}

/// The place of an entry's page in the site.
enum EntryPlace {
    At(PageId),
    /// The page is not published. `has_address` says whether its address is known as its own,
    /// because no other page has it.
    Hidden {
        why: UnpublishedReason,
        has_address: bool,
    },
}

/// Decides which entries are published, and as which page. A folder's own page has the first claim
/// to an address.
fn place(
    names: &mut [EntryNames],
    parts: &SiteParts,
    problems: &mut Vec<Diagnostic>,
) -> Vec<EntryPlace> {
    let mut owners: HashMap<&Route, &EntryNames> = HashMap::with_capacity(names.len());
    let mut is_owner = vec![false; names.len()];
    let mut refused = Vec::new();
    for of_folders in [true, false] {
        for (at, own) in names
            .iter()
            .enumerate()
            .filter(|(_, own)| own.is_index == of_folders)
        {
            match claim(own, &mut owners) {
                Ok(()) => is_owner[at] = true,
                Err(problem) => refused.push((at, *problem)),
            }
        }
    }
    if parts.is_lenient && !refused.is_empty() {
        let mut taken: HashSet<Route> = owners.into_keys().cloned().collect();
        refused.sort_by_key(|(at, _)| *at);
        for (at, problem) in &mut refused {
            let mut routes = addresses::of_file_name(&names[*at].entry.source, &parts.content);
            let Some(route) = routes.find(|route| !taken.contains(route)) else {
                continue;
            };
            problem.help = Some(format!(
                "the page is published at {route}; to choose another address, set `permalink:` or rename the file"
            ));
            taken.insert(route.clone());
            (names[*at].route, is_owner[*at]) = (Ok(route), true);
        }
    }
    problems.extend(refused.into_iter().map(|(_, problem)| problem));
    let mut pages = 0;
    let placed = names.iter().zip(is_owner).map(|(names, has_address)| {
        match hidden(names.entry, parts.today, parts.with_drafts) {
            None if has_address => {
                pages += 1;
                EntryPlace::At(PageId::new(pages - 1))
            }
            why => EntryPlace::Hidden {
                why: why.unwrap_or(UnpublishedReason::AddressTaken),
                has_address,
            },
        }
    });
    placed.collect()
}

/// The lookups by a whole path or address.
struct PathTables {
    sources: HashMap<SourcePath, LinkTarget>,
    routes: HashMap<Route, LinkTarget>,
}

impl PathTables {
    fn of(names: &[EntryNames], placed: &[EntryPlace], parts: &SiteParts) -> Self {
        let capacity = names.len() + parts.files.len();
        let (mut sources, mut routes) = (
            HashMap::with_capacity(capacity),
            HashMap::with_capacity(capacity),
        );
        for (names, placed) in names.iter().zip(placed) {
            let source = &names.entry.source;
            let (node, has_address) = match placed {
                EntryPlace::At(id) => (LinkTarget::Page(*id), true),
                EntryPlace::Hidden { why, has_address } => (
                    LinkTarget::Hidden {
                        source: source.clone(),
                        why: *why,
                    },
                    *has_address,
                ),
            };
            if let Some(route) = names.route.as_ref().ok().filter(|_| has_address) {
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
    sources_lower: HashMap<String, SourcePath>,
    names: HashMap<String, Vec<LinkTarget>>,
}

impl WordTables {
    fn of(names: &[EntryNames], placed: &[EntryPlace], parts: &SiteParts) -> Self {
        let capacity = names.len() + parts.files.len();
        let mut words = WordTables {
            sources_lower: HashMap::with_capacity(capacity),
            names: HashMap::with_capacity(capacity),
        };
        // Of two paths that differ only in case, the published page wins.
        for is_live in [false, true] {
            for (names, placed) in names
                .iter()
                .zip(placed)
                .filter(|(_, placed)| matches!(placed, EntryPlace::At(_)) == is_live)
            {
                words
                    .sources_lower
                    .insert(names.lower.clone(), names.entry.source.clone());
                if let EntryPlace::At(id) = placed {
                    words.name(&names.page_name, &LinkTarget::Page(*id));
                    words.name(&names.title, &LinkTarget::Page(*id));
                }
            }
        }
        for file in &parts.files {
            words.sources_lower.insert(folded(file), file.clone());
            words.name(&slug(file.name()), &LinkTarget::File(file.clone()));
        }
        words
    }

    fn name(&mut self, slug: &str, node: &LinkTarget) {
        match self.names.get_mut(slug) {
            Some(nodes) if nodes.contains(node) => {}
            Some(nodes) => nodes.push(node.clone()),
            None => drop(self.names.insert(slug.to_owned(), vec![node.clone()])),
        }
    }
}

/// A path for comparison without regard to letter case and to the composition of its letters (NFC
/// or NFD).
pub(super) fn folded(path: &SourcePath) -> String {
    let path = path.as_str();
    if path.is_ascii() {
        path.to_ascii_lowercase()
    } else {
        path.nfc().flat_map(char::to_lowercase).nfc().collect()
    }
}

/// The page that an entry becomes in an assembled site; `None` if one of its names is taken, if it
/// is not published, or if it has a problem to report.
pub(super) fn place_one(
    tables: &SiteTables,
    entry: &Arc<Entry>,
    today: Date,
    with_drafts: bool,
) -> Option<SitePage> {
    let name = name_and_date(&entry.source).0;
    let is_odd =
        hidden(entry, today, with_drafts).is_some() || unportable_name(entry, &name).is_some();
    let route = addresses::of_page(entry, &tables.content, &tables.settings).ok()?;
    let is_taken = tables.by_route.contains_key(&route)
        || below_files::file_above(tables, &route).is_some()
        || tables.by_source.contains_key(&entry.source)
        || tables.by_source_lower.contains_key(&folded(&entry.source));
    (!is_odd && !is_taken).then(|| page(entry, route, today))
}

/// Files a page under its names, at a position that is already free for it.
pub(super) fn add_page(tables: &mut SiteTables, id: PageId, page: SitePage) {
    let (entry, node) = (Arc::clone(&page.entry), LinkTarget::Page(id));
    tables.by_route.insert(page.route.clone(), node.clone());
    tables
        .by_source_lower
        .insert(folded(&entry.source), entry.source.clone());
    tables.by_source.insert(entry.source.clone(), node);
    tables.pages.insert(id, page);
    tables.order.push(PageId::new(tables.order.len()));
    tables.name_in_order(slug(&name_and_date(&entry.source).0), id);
    tables.name_in_order(slug(&entry.title), id);
}

/// The names of an entry, in every form that it is looked up by.
struct EntryNames<'a> {
    entry: &'a Arc<Entry>,
    is_index: bool,
    route: Result<Route, AddressProblem>,
    /// Its path, folded.
    lower: String,
    /// Slugs.
    page_name: String,
    title: String,
    odd: Option<Diagnostic>,
}

impl<'a> EntryNames<'a> {
    fn of(entry: &'a Arc<Entry>, parts: &SiteParts) -> Self {
        let name = name_and_date(&entry.source).0;
        EntryNames {
            entry,
            is_index: is_index(&entry.source),
            route: addresses::of_page(entry, &parts.content, &parts.settings),
            lower: folded(&entry.source),
            page_name: slug(&name),
            title: slug(&entry.title),
            odd: unportable_name(entry, &name),
        }
    }

    /// Assigns the page another address because its own is below a file, and reports this.
    fn assign(&mut self, moved: &MovedPage) -> Option<Diagnostic> {
        let message = format!(
            "the address {} is below the published file {}",
            moved.from, moved.file
        );
        let help = format!(
            "the page is published at {}; to choose another address, set `permalink:` or rename the file",
            moved.to
        );
        self.route = Ok(moved.to.clone());
        Some(
            Diagnostic::new(Code::AddressTaken, message)
                .at(self.place_of_address())
                .help(help),
        )
    }

    /// The place where the page states its address, otherwise the page's beginning.
    fn place_of_address(&self) -> Location {
        let stated = self
            .entry
            .meta
            .slug
            .as_ref()
            .or(self.entry.meta.address.as_ref());
        stated.map_or_else(
            || Location::start_of(&self.entry.source),
            |value| value.place.clone(),
        )
    }
}

fn is_index(source: &SourcePath) -> bool {
    source.stem().eq_ignore_ascii_case("index")
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

fn is_to_come(entry: &Entry, today: Date) -> bool {
    entry
        .meta
        .published
        .or(entry.date_in_name)
        .is_some_and(|day| day > today)
}

fn hidden(entry: &Entry, today: Date, with_drafts: bool) -> Option<UnpublishedReason> {
    if entry.is_broken {
        return Some(UnpublishedReason::Broken);
    }
    if with_drafts {
        return None;
    }
    if entry.meta.is_draft {
        return Some(UnpublishedReason::Draft);
    }
    if is_to_come(entry, today) {
        return Some(UnpublishedReason::ToCome);
    }
    entry
        .meta
        .expires
        .filter(|day| *day <= today)
        .map(|_| UnpublishedReason::Expired)
}

/// Claims the page's address.
///
/// # Errors
/// The reason why the page cannot have it.
fn claim<'a>(
    names: &'a EntryNames<'a>,
    owners: &mut HashMap<&'a Route, &'a EntryNames<'a>>,
) -> Result<(), Box<Diagnostic>> {
    let route = match &names.route {
        Ok(route) => route,
        Err(problem) => return Err(Box::new(problem.at(names.place_of_address()))),
    };
    match owners.entry(route) {
        Slot::Vacant(free) => {
            free.insert(names);
            Ok(())
        }
        Slot::Occupied(taken) => {
            let owner = taken.get();
            let message = format!(
                "the address {} is taken by {}",
                route.as_str(),
                owner.entry.source
            );
            let problem = Diagnostic::new(Code::AddressTaken, message).at(names.place_of_address());
            let problem =
                problem.with_related(owner.place_of_address(), "this page has the same address");
            Err(Box::new(problem.help(
                "rename one of the two files, or set a different `slug:` in one of them",
            )))
        }
    }
}

fn unportable_name(entry: &Entry, name: &str) -> Option<Diagnostic> {
    let source = &entry.source;
    if let Some(problem) = hidden_character_in_name(source) {
        return Some(problem);
    }
    let is_reserved = !is_folder_page(source) && addresses::is_reserved(name);
    let problem = || {
        Diagnostic::new(
            Code::UnportableName,
            format!("Windows reserves the name `{name}` for a device"),
        )
    };
    is_reserved.then(|| {
        problem()
            .at(Location::start_of(source))
            .help("rename the file")
    })
}

/// Reports a file name that contains an invisible character.
fn hidden_character_in_name(source: &SourcePath) -> Option<Diagnostic> {
    let c = first_hidden(source.as_str())?;
    let what = if is_bidi_control(c) {
        "a character that changes the direction of text"
    } else {
        "a control character"
    };
    let message = format!("the file name contains {what}, U+{:04X}", u32::from(c));
    Some(
        Diagnostic::new(Code::HiddenCharacter, message)
            .at(Location::start_of(source))
            .help("rename the file"),
    )
}
