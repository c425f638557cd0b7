//! What differs between two versions of a site: which pages are other pages now, and which names
//! answer differently. Everything else of the earlier version can be kept.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::lookups::{NameHash, NameTable};
use super::placement::{EntryPlace, PlacedEntry};
use super::redirects::Redirect;
use super::sections::Section;
use super::{LinkTarget, PageId, Site, SiteTables};
use crate::paths::{Route, SourcePath};

/// The differences from an earlier version of a site.
#[derive(Default)]
pub struct SiteChanges {
    /// For each identifier, whether its page was added or removed, or differs.
    pages: Vec<bool>,
    names: HashSet<NameHash>,
}

/// The earlier version of a site, with what has changed since.
#[derive(Clone, Copy)]
pub struct EarlierSite<'a> {
    pub site: &'a Site,
    pub changes: &'a SiteChanges,
}

impl<'a> EarlierSite<'a> {
    /// `None` if there is no earlier version.
    pub fn of(site: Option<&'a Site>, changes: &'a SiteChanges) -> Option<Self> {
        site.map(|site| Self { site, changes })
    }
}

impl SiteChanges {
    /// Compares the entries of two versions and where their pages are. Both are sorted by source.
    pub fn of_entries(before: &SiteTables, now: &SiteTables) -> Self {
        let mut changes = Self {
            pages: vec![false; now.pages.len()],
            names: HashSet::new(),
        };
        let mut old_entries = before.placed.iter().peekable();
        for new in &now.placed {
            let source = new.source();
            while let Some(gone) = old_entries.next_if(|old| old.source() < source) {
                changes.add(Some(gone), None);
            }
            let old = old_entries.next_if(|old| old.source() == source);
            if old.is_none_or(|old| !old.is_same(new)) {
                changes.add(old, Some(new));
            }
        }
        old_entries.for_each(|gone| changes.add(Some(gone), None));
        changes
    }

    fn add(&mut self, old: Option<&PlacedEntry>, new: Option<&PlacedEntry>) {
        for entry in old.into_iter().chain(new) {
            if let EntryPlace::At(id) = entry.place {
                self.pages[id.index()] = true;
            }
        }
        match (old, new) {
            (Some(old), Some(new)) if old.place == new.place => {
                let [old_names, new_names] = [old, new].map(names_of);
                self.names
                    .extend(old_names.symmetric_difference(&new_names).copied());
                if old.names.entry.anchors != new.names.entry.anchors {
                    let source = new.source().as_str();
                    self.names.insert(NameHash::of(NameTable::Anchors, source));
                }
            }
            _ => {
                let both = old.into_iter().chain(new);
                self.names.extend(both.flat_map(names_of));
            }
        }
    }

    /// Adds the names of lists, redirects and folders that answer differently.
    pub fn add_lists(&mut self, before: &Site, now: (&SiteTables, &[Section], &[Redirect])) {
        let (tables, sections, redirects) = now;
        let route = |route: &Route| NameHash::of(NameTable::Route, route.as_str());
        let listings = difference(&before.tables.listings, &tables.listings);
        self.names.extend(listings.into_iter().map(route));
        let redirects = difference(&before.redirects, redirects);
        self.names
            .extend(redirects.into_iter().map(|redirect| route(&redirect.from)));
        let [old, new] = [
            folder_targets(&before.sections, &before.tables),
            folder_targets(sections, tables),
        ];
        let folders = old.keys().chain(new.keys());
        let changed = folders.filter(|folder| old.get(*folder) != new.get(*folder));
        self.names
            .extend(changed.map(|folder| NameHash::of(NameTable::Source, folder.as_str())));
    }

    /// Whether one of these names answers differently. They are sorted.
    pub fn affect(&self, lookups: &[NameHash]) -> bool {
        // Every page is asked after every edit, and most edits change few names.
        if self.names.len() < lookups.len() {
            let mut names = self.names.iter();
            names.any(|name| lookups.binary_search(name).is_ok())
        } else {
            lookups.iter().any(|name| self.names.contains(name))
        }
    }

    /// Whether a page was added or removed, or differs.
    pub fn contains(&self, page: PageId) -> bool {
        self.pages.get(page.index()).copied().unwrap_or(true)
    }

    /// The pages that were added or removed, or differ.
    pub fn pages(&self) -> impl Iterator<Item = PageId> + '_ {
        let changed = self.pages.iter().enumerate();
        let changed = changed.filter(|(_, is_changed)| **is_changed);
        changed.map(|(index, _)| PageId::new(index))
    }
}

/// The names under which links find an entry.
fn names_of(entry: &PlacedEntry) -> HashSet<NameHash> {
    let names = &entry.names;
    let own = [
        NameHash::of(NameTable::Source, entry.source().as_str()),
        NameHash::of(NameTable::FoldedSource, &names.folded),
        NameHash::of(NameTable::Slug, &names.page_name),
        NameHash::of(NameTable::Slug, &names.title),
    ];
    let route = entry.route.as_ref().ok();
    own.into_iter()
        .chain(route.map(|route| NameHash::of(NameTable::Route, route.as_str())))
        .collect()
}

/// The values that only one of two lists contains.
fn difference<'a, T: Eq + Hash>(one: &'a [T], other: &'a [T]) -> Vec<&'a T> {
    if one == other {
        return Vec::new();
    }
    let [ones, others] = [one, other].map(|list| list.iter().collect::<HashSet<&T>>());
    ones.symmetric_difference(&others).copied().collect()
}

/// What the path of each section's folder leads to.
fn folder_targets<'a>(
    sections: &'a [Section],
    tables: &'a SiteTables,
) -> HashMap<&'a SourcePath, Option<&'a LinkTarget>> {
    let folders = sections.iter().map(|section| &section.folder);
    folders
        .map(|folder| (folder, tables.by_source.get(folder)))
        .collect()
}
