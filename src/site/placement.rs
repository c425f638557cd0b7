//! Decides which entries are published, at which addresses, and as which pages.

use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::below_files::{MovedPage, MovedPages};
use super::entry_names::{EntryNames, hidden_character_in_name};
use super::stated_address::AddressProblem;
use super::{LinkTarget, PageId, SiteParts, SiteTables, UnpublishedReason, addresses};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Entry;
use crate::paths::{Route, SourcePath};

/// The place of an entry's page in the site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EntryPlace {
    At(PageId),
    /// The page is not published. `has_address` says whether its address is known as its own,
    /// because no other page has it.
    Hidden {
        why: UnpublishedReason,
        has_address: bool,
    },
}

/// An entry with its address and its page.
#[derive(Clone, Debug)]
pub(super) struct PlacedEntry {
    pub names: Arc<EntryNames>,
    pub route: Result<Route, Box<AddressProblem>>,
    pub place: EntryPlace,
}

impl PlacedEntry {
    fn new(names: &Arc<EntryNames>) -> Self {
        Self {
            names: Arc::clone(names),
            route: names.route.clone(),
            place: EntryPlace::Hidden {
                why: UnpublishedReason::AddressTaken,
                has_address: false,
            },
        }
    }

    pub fn source(&self) -> &SourcePath {
        &self.names.entry.source
    }

    /// Whether an entry is the same in another version of the site, with the same address and page.
    pub fn is_same(&self, other: &Self) -> bool {
        let is_same_entry =
            Arc::ptr_eq(&self.names, &other.names) || self.names.entry == other.names.entry;
        is_same_entry && self.route == other.route && self.place == other.place
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
                .at(self.names.place_of_address())
                .help(help),
        )
    }
}

/// Gives pages their identifiers. A page of the earlier version keeps the identifier that it had,
/// even if it was not published in between.
pub(super) struct PageNumbers<'a> {
    before: Option<&'a SiteTables>,
    /// The identifiers of other pages that the earlier version knew, and of new pages.
    others: HashMap<SourcePath, PageId>,
    count: usize,
}

impl<'a> PageNumbers<'a> {
    pub fn new(before: Option<&'a SiteTables>) -> Self {
        Self {
            before,
            others: before.map_or_else(HashMap::new, |before| before.unpublished_ids.clone()),
            count: before.map_or(0, |before| before.pages.len()),
        }
    }

    fn of(&mut self, source: &SourcePath) -> PageId {
        if let Some(before) = self.before {
            match before.by_source.get(source) {
                Some(LinkTarget::Page(id)) if before.pages[*id].entry.source == *source => {
                    return *id;
                }
                _ => {}
            }
            if let Some(id) = self.others.get(source) {
                return *id;
            }
        }
        let id = PageId::new(self.count);
        self.count += 1;
        if self.before.is_some() {
            self.others.insert(source.clone(), id);
        }
        id
    }

    /// The number of identifiers so far, and those of pages that are not published now.
    pub fn finish(mut self, placed: &[PlacedEntry]) -> (usize, HashMap<SourcePath, PageId>) {
        let mut is_published = vec![false; self.count];
        for entry in placed {
            if let EntryPlace::At(id) = entry.place {
                is_published[id.index()] = true;
            }
        }
        let earlier = self.before.map_or(&[][..], |before| &before.placed);
        self.others.extend(
            earlier
                .iter()
                .filter_map(|old| match old.place {
                    EntryPlace::At(id) => Some((old.source().clone(), id)),
                    EntryPlace::Hidden { .. } => None,
                })
                .filter(|(_, id)| !is_published[id.index()]),
        );
        self.others.retain(|_, id| !is_published[id.index()]);
        (self.count, self.others)
    }
}

/// Decides which entries are published, and as which page. A folder's own page has the first claim
/// to an address.
pub(super) fn place(
    names: &[Arc<EntryNames>],
    parts: &SiteParts,
    moved: &MovedPages,
    numbers: &mut PageNumbers,
    problems: &mut Vec<Diagnostic>,
) -> Vec<PlacedEntry> {
    let mut entries: Vec<PlacedEntry> = names.iter().map(PlacedEntry::new).collect();
    if !moved.is_empty() {
        problems.extend(
            entries
                .iter_mut()
                .filter_map(|entry| entry.assign(moved.get(entry.source())?)),
        );
    }
    for names in names {
        problems.extend(names.unportable.as_deref().cloned());
    }
    problems.extend(parts.files.iter().filter_map(hidden_character_in_name));
    let is_owner = find_owners(&mut entries, parts, problems);
    for (entry, has_address) in entries.iter_mut().zip(is_owner) {
        entry.place = match hidden(&entry.names.entry, parts.today, parts.with_drafts) {
            None if has_address => EntryPlace::At(numbers.of(entry.source())),
            why => EntryPlace::Hidden {
                why: why.unwrap_or(UnpublishedReason::AddressTaken),
                has_address,
            },
        };
    }
    entries
}

/// Finds out, for each entry, whether its address is its own. In a lenient build, an entry whose
/// address is taken gets another.
fn find_owners(
    entries: &mut [PlacedEntry],
    parts: &SiteParts,
    problems: &mut Vec<Diagnostic>,
) -> Vec<bool> {
    let mut owners: HashMap<&Route, &PlacedEntry> = HashMap::with_capacity(entries.len());
    let mut is_owner = vec![false; entries.len()];
    let mut refused = Vec::new();
    for of_folders in [true, false] {
        for (at, own) in entries
            .iter()
            .enumerate()
            .filter(|(_, own)| own.names.is_index == of_folders)
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
            let source = entries[*at].source().clone();
            let mut routes = addresses::of_file_name(&source, &parts.content);
            let Some(route) = routes.find(|route| !taken.contains(route)) else {
                continue;
            };
            problem.help = Some(format!(
                "the page is published at {route}; to choose another address, set `permalink:` or rename the file"
            ));
            taken.insert(route.clone());
            (entries[*at].route, is_owner[*at]) = (Ok(route), true);
        }
    }
    problems.extend(refused.into_iter().map(|(_, problem)| problem));
    is_owner
}

pub(super) fn is_to_come(entry: &Entry, today: Date) -> bool {
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
    entry: &'a PlacedEntry,
    owners: &mut HashMap<&'a Route, &'a PlacedEntry>,
) -> Result<(), Box<Diagnostic>> {
    let names = &entry.names;
    let route = match &entry.route {
        Ok(route) => route,
        Err(problem) => return Err(Box::new(problem.at(names.place_of_address()))),
    };
    match owners.entry(route) {
        Slot::Vacant(free) => {
            free.insert(entry);
            Ok(())
        }
        Slot::Occupied(taken) => {
            let owner = taken.get();
            let message = format!(
                "the address {} is taken by {}",
                route.as_str(),
                owner.source()
            );
            let problem = Diagnostic::new(Code::AddressTaken, message).at(names.place_of_address());
            let problem = problem.with_related(
                owner.names.place_of_address(),
                "this page has the same address",
            );
            Err(Box::new(problem.help(
                "rename one of the two files, or set a different `slug:` in one of them",
            )))
        }
    }
}
