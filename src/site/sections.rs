//! Sections: every folder of the content that contains pages, whether or not it has a page of its
//! own.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use super::changes::{EarlierSite, SiteChanges};
use super::collation::CollationKey;
use super::{LinkTarget, PageId, SitePage, SiteParts, SiteTables, addresses};
use crate::document::{is_folder_page, words_of_name};
use crate::moment::Moment;
use crate::paths::{Route, SourcePath};

/// A folder of pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    pub folder: SourcePath,
    pub route: Route,
    pub title: String,
    /// The page that the writer made for it.
    pub page: Option<PageId>,
    pub parent: Option<usize>,
    pub depth: usize,
    /// Its listed pages, in order.
    pub pages: Vec<PageId>,
    /// The sections inside it, in order.
    pub children: Vec<usize>,
    /// The kind of most of its pages, if its folder is that of a kind.
    pub kind: Option<String>,
    /// The number of listed pages in it and below.
    pub count: usize,
    /// The language of most of those pages, if it is not the site's.
    pub language: Option<String>,
}

/// Finds the sections, assigns one to every page, and registers their addresses.
pub(super) fn build(
    tables: &mut SiteTables,
    parts: &SiteParts,
    earlier: Option<EarlierSite>,
) -> Vec<Section> {
    let folders = section_folders(tables, &parts.content);
    let index: BTreeMap<SourcePath, usize> = folders
        .iter()
        .enumerate()
        .map(|(id, folder)| (folder.clone(), id))
        .collect();
    let mut sections: Vec<Section> = folders
        .into_iter()
        .map(|folder| section(folder, parts))
        .collect();
    for id in 1..sections.len() {
        let parent = index
            .get(&sections[id].folder.folder())
            .copied()
            .unwrap_or(0);
        (sections[id].parent, sections[id].depth) = (Some(parent), sections[parent].depth + 1);
        sections[parent].children.push(id);
    }
    let mut sections_of = sections_by_folder(&index);
    for id in tables.order.iter().copied() {
        let page = &mut tables.pages[id];
        let (own, nearest) = sections_of(&page.entry.source);
        if page.section != nearest {
            Arc::make_mut(page).section = nearest;
        }
        match own {
            Some(section) if is_folder_page(&page.entry.source) => {
                sections[section].page = Some(id)
            }
            _ if page.is_listed() => sections[nearest].pages.push(id),
            _ => {}
        }
    }
    for section in &mut sections {
        adopt(section, tables);
    }
    order(&mut sections, tables, parts, earlier);
    find_languages(&mut sections, tables);
    for id in (0..sections.len()).rev() {
        sections[id].count = sections[id].pages.len()
            + sections[id]
                .children
                .iter()
                .map(|child| sections[*child].count)
                .sum::<usize>();
    }
    sections
}

/// Returns a function that finds the section of a page's folder, if that is one, and the section
/// that the page belongs to. Pages of one folder are consecutive, so it keeps the last answer.
fn sections_by_folder(
    index: &BTreeMap<SourcePath, usize>,
) -> impl FnMut(&SourcePath) -> (Option<usize>, usize) {
    let find = |folder: SourcePath| {
        let own = index.get(&folder).copied();
        (
            own,
            own.or_else(|| index.get(&folder.folder()).copied())
                .unwrap_or(0),
        )
    };
    let mut last = (SourcePath::root(), find(SourcePath::root()));
    move |source| {
        if source.folder_text() != last.0.as_str() {
            last = (source.folder(), find(source.folder()));
        }
        last.1
    }
}

/// The folders that are sections, parents first: the content itself, and each folder that contains
/// another section or a page other than its own.
fn section_folders(tables: &SiteTables, content: &SourcePath) -> Vec<SourcePath> {
    let mut folders = std::collections::BTreeSet::from([content.clone()]);
    // Of consecutive pages in one folder, the first one that is not the folder's own page is
    // enough.
    let mut last = None;
    for (_, page) in tables.in_order() {
        let of_page = (
            page.entry.source.folder_text(),
            is_folder_page(&page.entry.source),
        );
        if last.replace(of_page) == Some(of_page) {
            continue;
        }
        let mut folder = page.entry.source.folder();
        if is_folder_page(&page.entry.source) {
            folder = folder.folder();
        }
        while folder.is_within(content) && folders.insert(folder.clone()) {
            folder = folder.folder();
        }
    }
    folders
        .into_iter()
        .filter(|folder| folder.is_within(content))
        .collect()
}

fn section(folder: SourcePath, parts: &SiteParts) -> Section {
    let name = folder.below(&parts.content).unwrap_or("").to_owned();
    let kind = parts.kinds.values().find(|kind| {
        kind.folder.as_deref() == name.split('/').next().filter(|name| !name.is_empty())
    });
    Section {
        route: addresses::of_folder(&folder, &parts.content),
        title: words_of_name(folder.name()),
        folder,
        page: None,
        parent: None,
        depth: 0,
        pages: Vec::new(),
        children: Vec::new(),
        kind: kind.map(|kind| kind.name.clone()),
        count: 0,
        language: None,
    }
}

/// Finds the language of each section below the home page: that of most listed pages in it and
/// below.
fn find_languages(sections: &mut [Section], tables: &SiteTables) {
    let of_site = &*tables.settings.language;
    if tables
        .pages
        .values()
        .all(|page| language_of(page, of_site) == of_site)
    {
        return;
    }
    let mut counts: Vec<BTreeMap<&str, usize>> = vec![BTreeMap::new(); sections.len()];
    for id in (1..sections.len()).rev() {
        for page in &sections[id].pages {
            *counts[id]
                .entry(language_of(&tables.pages[*page], of_site))
                .or_default() += 1;
        }
        // On a tie, the site's language wins if it is among the candidates.
        let most = counts[id]
            .iter()
            .max_by_key(|(language, count)| (**count, **language == of_site));
        sections[id].language = most
            .map(|(language, _)| *language)
            .filter(|language| *language != of_site)
            .map(str::to_owned);
        let own = counts[id].clone();
        if let Some(parent) = sections[id].parent {
            own.into_iter().for_each(|(language, count)| {
                *counts[parent].entry(language).or_default() += count
            });
        }
    }
}

pub(super) fn language_of<'a>(page: &'a SitePage, of_site: &'a str) -> &'a str {
    page.entry.meta.language.as_deref().unwrap_or(of_site)
}

/// Copies the title and address of the section's page: the folder's own page, or one that the
/// writer put at the folder's address.
fn adopt(section: &mut Section, tables: &mut SiteTables) {
    if section.page.is_none()
        && let Some(LinkTarget::Page(page)) = tables.by_route.get(&section.route)
    {
        section.page = Some(*page);
        section.pages.retain(|other| other != page);
    }
    match section.page {
        Some(page) => {
            let page = &tables.pages[page];
            section.route = page.route.clone();
            section.title = title_of(page);
        }
        None => {
            let route = section.route.clone();
            tables.listings.push(route.clone());
            tables
                .by_route
                .insert(route.clone(), LinkTarget::Listing(route));
        }
    }
    let folder = LinkTarget::Listing(section.route.clone());
    let node = section.page.map_or(folder, LinkTarget::Page);
    tables
        .by_source
        .entry(section.folder.clone())
        .or_insert(node);
}

/// The address of the page that picks one of a section's pages at random. Only the top folder of a
/// kind with a random page has one.
pub fn random_page_href(section: &Section, kinds: &crate::kind::Kinds) -> Option<Route> {
    let kind = section.kind.as_ref().and_then(|kind| kinds.get(kind))?;
    (kind.random_page && section.depth == 1 && !section.pages.is_empty()).then(|| {
        let segments: Vec<&str> = section.route.segments().chain(["random"]).collect();
        Route::page(segments)
    })
}

/// The order of a section's pages.
fn order_of(section: &Section, kinds: &crate::kind::Kinds) -> ListOrder {
    let stated = section
        .kind
        .as_ref()
        .and_then(|kind| kinds.get(kind))
        .map(|kind| kind.order.as_str());
    ListOrder::named(stated.unwrap_or("order"))
}

fn title_of(page: &SitePage) -> String {
    page.entry
        .meta
        .short_title
        .clone()
        .unwrap_or_else(|| page.entry.title.clone())
}

fn order_children(sections: &mut [Section], tables: &SiteTables) {
    let key = |section: &Section| {
        let order = section
            .page
            .and_then(|page| tables.pages[page].entry.meta.order)
            .unwrap_or(f64::INFINITY);
        (order, section.title.to_lowercase())
    };
    let keys: Vec<(f64, String)> = sections.iter().map(key).collect();
    for section in sections.iter_mut() {
        // Equal sections are sorted by folder, since they are numbered in that order.
        section.children.sort_by(|a, b| {
            keys[*a]
                .0
                .total_cmp(&keys[*b].0)
                .then_with(|| keys[*a].1.cmp(&keys[*b].1))
                .then_with(|| a.cmp(b))
        });
    }
}

fn order(
    sections: &mut [Section],
    tables: &SiteTables,
    parts: &SiteParts,
    earlier: Option<EarlierSite>,
) {
    order_children(sections, tables);
    let old_sections = earlier.map_or(&[][..], |earlier| &earlier.site.sections);
    let old: HashMap<&SourcePath, &Section> = old_sections
        .iter()
        .map(|section| (&section.folder, section))
        .collect();
    for section in sections.iter_mut() {
        let order = order_of(section, &parts.kinds);
        // The order of a section depends on its folder alone.
        let old = old.get(&section.folder).map(|old| &*old.pages);
        let old = old.zip(earlier.map(|earlier| earlier.changes));
        sort_as_before(&mut section.pages, tables, order, old);
    }
}

/// How a list is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListOrder {
    /// By the writer's `order:`, then by title.
    Stated,
    Title,
    /// The most recently published first.
    Newest,
    /// The most recently changed first.
    Updated,
    /// Upcoming events, the soonest first; then past events, the most recent first.
    Happening,
}

impl ListOrder {
    /// The order with this name; [`ListOrder::Stated`] for an unknown name.
    pub fn named(name: &str) -> Self {
        match name {
            "title" => ListOrder::Title,
            "newest" => ListOrder::Newest,
            "updated" => ListOrder::Updated,
            "upcoming" => ListOrder::Happening,
            _ => ListOrder::Stated,
        }
    }
}

/// Sorts pages; equal ones are sorted by title.
pub fn sort_pages(pages: &mut Vec<PageId>, tables: &SiteTables, order: ListOrder) {
    keep_first(pages, usize::MAX, tables, order);
}

/// Does the same for a list that was sorted in an earlier version of the site, where only the
/// changed pages can have moved.
pub(super) fn sort_as_before(
    pages: &mut Vec<PageId>,
    tables: &SiteTables,
    order: ListOrder,
    before: Option<(&[PageId], &SiteChanges)>,
) {
    let Some((old, changes)) = before else {
        return sort_pages(pages, tables, order);
    };
    let moved: Vec<PageId> = (pages.iter().copied())
        .filter(|page| changes.contains(*page))
        .collect();
    let old = old.iter().copied();
    let mut sorted: Vec<PageId> = old.filter(|page| !changes.contains(*page)).collect();
    if sorted.len() + moved.len() != pages.len() || moved.len() > MOVED_MAX {
        return sort_pages(pages, tables, order);
    }
    for page in moved {
        let own = sort_key(tables, page, order);
        let at = sorted.partition_point(|other| sort_key(tables, *other, order) < own);
        sorted.insert(at, page);
    }
    *pages = sorted;
}

/// If more pages than this may have moved, the whole list is sorted.
const MOVED_MAX: usize = 64;

/// Keeps the first `most` pages of an order, sorted.
pub fn keep_first(pages: &mut Vec<PageId>, most: usize, tables: &SiteTables, order: ListOrder) {
    let keys = pages
        .par_iter()
        .with_min_len(KEYS_A_PIECE)
        .map(|id| (sort_key(tables, *id, order), *id));
    // No two pages have the same key, since it contains the source.
    let mut keyed: Vec<(SortKey, PageId)> = keys.collect();
    if most < keyed.len() {
        keyed.select_nth_unstable_by(most, |(one, _), (other, _)| one.cmp(other));
        keyed.truncate(most);
    }
    keyed.par_sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    pages.clear();
    pages.extend(keyed.into_iter().map(|(_, id)| id));
}

/// The number of keys computed by one task; below this, handing work over costs more than it saves.
const KEYS_A_PIECE: usize = 1024;

/// The sort key of pages in a list; the smallest comes first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct SortKey<'a> {
    stated: i64,
    day: Reverse<Option<(jiff::civil::Date, Option<i64>)>>,
    title: CollationKey<'a>,
    source: &'a SourcePath,
}

fn sort_key(tables: &SiteTables, id: PageId, order: ListOrder) -> SortKey<'_> {
    let page = &tables.pages[id];
    // Lists by day or by title ignore the writer's own order, which would hide new pages.
    let is_stated = matches!(order, ListOrder::Stated | ListOrder::Happening);
    let stated = page
        .entry
        .meta
        .order
        .filter(|_| is_stated)
        .unwrap_or(f64::INFINITY);
    let stated = (stated * 1000.0).clamp(-1e15, 1e15) as i64;
    let day = match order {
        ListOrder::Newest => page.published_moment(),
        ListOrder::Updated => page.changed_moment(),
        ListOrder::Stated | ListOrder::Title | ListOrder::Happening => None,
    };
    let stated = match page
        .entry
        .occurs
        .as_ref()
        .filter(|_| order == ListOrder::Happening)
    {
        Some(occurs) if occurs.is_past(tables.today) => {
            i64::MAX - 1 - minutes_since_1970(&occurs.start)
        }
        Some(occurs) => minutes_since_1970(&occurs.start),
        None => stated,
    };
    SortKey {
        stated,
        day: Reverse(day),
        title: CollationKey(&page.entry.title),
        source: &page.entry.source,
    }
}

fn minutes_since_1970(moment: &Moment) -> i64 {
    let time = match moment {
        Moment::Day(day) => day
            .to_zoned(jiff::tz::TimeZone::UTC)
            .map(|time| time.timestamp()),
        Moment::Time(time) => Ok(time.timestamp()),
    };
    // A day at the end of the calendar has no moment, so it gets the latest one.
    time.map_or(i64::MAX / 2, |time| time.as_second() / 60)
}
