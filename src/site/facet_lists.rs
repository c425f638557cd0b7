//! The lists of all pages of one level, one time range or one kind. They let readers filter without
//! a script, as the lists of topics and audiences do.
//!
//! A list exists if some listed pages belong to it and some do not. A kind whose pages are all in
//! its own folder uses that folder's list. This module decides which lists exist; the pages of a
//! list are found when it is rendered.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::sections::Section;
use super::{PageId, PageMap, SitePage};
use crate::document::meta::Level;
use crate::kind::Kinds;
use crate::paths::{Route, SourcePath};
use crate::renamed;

/// The upper limits of the time ranges that pages are sorted into, in minutes: in lists, their
/// filters and the search. Longer pages are on no list; the search finds them under their own
/// option.
pub const MINUTES: [u32; 3] = [5, 15, 60];
/// The upper limit of the longest time range.
pub const LONGEST: u32 = MINUTES[MINUTES.len() - 1];

pub const LEVELS: [Level; 3] = [Level::Beginner, Level::Intermediate, Level::Advanced];

/// What the pages of such a list have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FacetKey {
    Level(Level),
    /// At most this many minutes.
    Minutes(u32),
    Kind(String),
}

/// A list of pages that have something in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetList {
    pub by: FacetKey,
    pub route: Route,
    /// Whether it is a separate list, not that of the kind's folder.
    pub is_own: bool,
}

impl FacetList {
    /// The address of this list in earlier versions, if it has changed.
    pub fn old_route(&self) -> Option<Route> {
        let FacetKey::Level(level) = self.by else {
            return None;
        };
        let old = renamed::old_value("level", level.key())?;
        Some(Route::page(["levels", old]))
    }
}

impl FacetKey {
    /// The address of this list, within the folder of such lists.
    fn address(&self) -> Route {
        match self {
            FacetKey::Level(level) => Route::page(["levels", level.key()]),
            FacetKey::Minutes(most) => Route::page(["times", &*most.to_string()]),
            FacetKey::Kind(kind) => Route::page(["kinds", &*crate::paths::slug(kind)]),
        }
    }
}

/// Whether a page belongs to such lists: it is listed and is not a folder's own page.
pub fn counts(pages: &PageMap<Arc<SitePage>>, sections: &[Section], id: PageId) -> bool {
    let page = &pages[id];
    page.is_listed() && sections[page.section].page != Some(id)
}

/// The minutes by which a page is listed. `None` for a path that does not state its time, since that
/// depends on its steps.
fn list_minutes(page: &SitePage, kinds: &Kinds) -> Option<u32> {
    let leads = kinds
        .get(&page.entry.meta.kind)
        .is_some_and(|kind| kind.steps.is_some());
    (page.entry.meta.minutes.is_some() || !leads).then_some(page.entry.minutes)
}

/// The time range of a page, as a position in [`MINUTES`].
pub fn span(minutes: u32) -> usize {
    MINUTES
        .iter()
        .position(|most| minutes <= *most)
        .unwrap_or(MINUTES.len())
}

/// The lists that these pages form. All of the pages count for lists, see [`counts`].
pub fn find<'a>(
    pages: impl Iterator<Item = &'a SitePage>,
    sections: &[Section],
    kinds: &Kinds,
    content: &SourcePath,
) -> Vec<FacetList> {
    let (mut total, mut levels, mut spans) = (0, [0; LEVELS.len()], [0; MINUTES.len() + 1]);
    // For each kind: the number of pages, and whether one is outside the kind's folder.
    let mut by_kind: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
    let folders: BTreeMap<&str, SourcePath> = kinds
        .iter()
        .filter_map(|(name, kind)| Some((name.as_str(), content.join(kind.folder.as_ref()?).ok()?)))
        .collect();
    for page in pages {
        total += 1;
        if let Some(at) = page
            .entry
            .meta
            .level
            .and_then(|level| LEVELS.iter().position(|known| *known == level))
        {
            levels[at] += 1;
        }
        if let Some(minutes) = list_minutes(page, kinds) {
            spans[span(minutes)] += 1;
        }
        let kind = page.entry.meta.kind.as_str();
        let is_outside = folders
            .get(kind)
            .is_none_or(|folder| !page.entry.source.is_within(folder));
        let (count, is_spread) = by_kind.entry(kind).or_default();
        (*count, *is_spread) = (*count + 1, *is_spread || is_outside);
    }
    let level = LEVELS
        .into_iter()
        .zip(levels)
        .map(|(level, count)| (FacetKey::Level(level), count));
    let time = MINUTES
        .into_iter()
        .zip(1..)
        .map(|(most, upto)| (FacetKey::Minutes(most), spans[..upto].iter().sum()));
    let kind = by_kind
        .iter()
        .map(|(kind, (count, _))| (FacetKey::Kind((*kind).to_owned()), *count));
    let taken: BTreeSet<&Route> = sections.iter().map(|section| &section.route).collect();
    let tells_apart = level
        .chain(time)
        .chain(kind)
        .filter(|(_, count)| (1..total).contains(count))
        .map(|(by, _)| by);
    let list = |by: FacetKey| {
        let of_folder = match &by {
            FacetKey::Kind(kind) if !by_kind.get(kind.as_str())?.1 => sections
                .iter()
                .find(|section| Some(&section.folder) == folders.get(kind.as_str())),
            _ => None,
        };
        let route = of_folder.map_or_else(|| by.address(), |section| section.route.clone());
        let is_own = of_folder.is_none();
        (!is_own || !taken.contains(&route)).then_some(FacetList { by, route, is_own })
    };
    tells_apart.filter_map(list).collect()
}
