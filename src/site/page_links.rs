//! The links of pages: where each leads, and which pages link to a page.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::changes::{EarlierSite, SiteChanges};
use super::links::{Destination, LinkOrigin, LinkResolver, ResolvedLink};
use super::lookups::{NameHash, RecordedTables};
use super::{PageId, PageMap, Site, SitePage, SiteTables};
use crate::document::links::{Link, LinkRole};
use crate::document::meta::LocatedValue;
use crate::paths::{Route, SourcePath};

impl<'a> LinkOrigin<'a> {
    pub(super) fn of(page: &'a SitePage) -> Self {
        LinkOrigin {
            source: &page.entry.source,
            route: &page.route,
            anchors: &page.entry.anchors,
            is_hidden: page.is_draft,
        }
    }
}

/// The resolved links of one page.
struct LinkOutcome {
    links: Vec<ResolvedLink>,
    related: Vec<ResolvedLink>,
    next: Option<ResolvedLink>,
    image: Option<ResolvedLink>,
    field_links: Vec<ResolvedLink>,
    lookups: Box<[NameHash]>,
}

impl LinkOutcome {
    fn of(tables: &SiteTables, id: PageId) -> Self {
        let page = &tables.pages[id];
        let names = RecordedTables::new(tables);
        let mut resolver = LinkResolver::new(names, LinkOrigin::of(page));
        let links = page.entry.links.iter();
        let links = links.map(|link| resolver.resolve(link)).collect();
        let mut front = |target: &LocatedValue<String>, role| {
            resolver.resolve(&Link {
                target: target.clone(),
                role,
            })
        };
        let meta = &page.entry.meta;
        let related = meta.related.iter();
        let related = related.map(|target| front(target, LinkRole::Text));
        LinkOutcome {
            links,
            related: related.collect(),
            next: (meta.next.as_ref()).map(|target| front(target, LinkRole::Text)),
            image: (meta.image.as_ref()).map(|image| front(&image.src, LinkRole::Embed)),
            field_links: resolver.of_fields(&meta.field_links),
            lookups: resolver.into_lookups(),
        }
    }

    /// The links of a page as they were.
    fn kept(old: &SitePage) -> Self {
        LinkOutcome {
            links: old.links.clone(),
            related: old.related.clone(),
            next: old.next.clone(),
            image: old.image.clone(),
            field_links: old.field_links.clone(),
            lookups: old.lookups.clone(),
        }
    }

    fn store_in(self, page: &mut SitePage) {
        (page.links, page.related, page.next, page.image) =
            (self.links, self.related, self.next, self.image);
        (page.field_links, page.lookups) = (self.field_links, self.lookups);
    }
}

/// What resolving the links of a site changed.
pub(super) struct LinkChanges {
    /// Pages that have a link with a problem, by source path.
    pub with_problems: Vec<PageId>,
    /// Whether the files that links publish are those of the earlier version.
    pub has_same_files: bool,
}

/// Resolves the links of all pages, except those of pages whose look-ups answer as before.
pub(super) fn resolve(tables: &mut SiteTables, earlier: Option<EarlierSite>) -> LinkChanges {
    let kept = |id: PageId| {
        let earlier = earlier?;
        let old = earlier.site.tables.pages.get(id)?;
        keeps_links(old, &tables.pages[id], earlier.changes).then_some(old)
    };
    let outcomes: Vec<(PageId, Option<LinkOutcome>)> = tables
        .order
        .par_iter()
        .filter_map(|id| match kept(*id) {
            Some(old) if Arc::ptr_eq(old, &tables.pages[*id]) => None,
            Some(old) => Some((*id, Some(LinkOutcome::kept(old)))),
            None => Some((*id, Some(LinkOutcome::of(tables, *id)))),
        })
        .collect();
    let gone = earlier
        .into_iter()
        .flat_map(|earlier| earlier.changes.pages());
    let gone: Vec<PageId> = gone.filter(|id| tables.pages.get(*id).is_none()).collect();
    let outcomes: Vec<(PageId, Option<LinkOutcome>)> = outcomes
        .into_iter()
        .chain(gone.into_iter().map(|id| (id, None)))
        .collect();
    let mut changed = vec![false; tables.pages.len()];
    let mut has_same_files = earlier.is_some();
    let mut moved: Vec<(PageId, HashSet<PageId>)> = Vec::new();
    for (id, outcome) in outcomes {
        changed[id.index()] = true;
        let old = earlier.and_then(|earlier| earlier.site.tables.pages.get(id));
        has_same_files &= old.is_none_or(|old| !has_files(old));
        let before: HashSet<PageId> =
            old.map_or_else(HashSet::new, |old| targets(old, id).collect());
        if let Some(outcome) = outcome {
            let page = Arc::make_mut(&mut tables.pages[id]);
            outcome.store_in(page);
            page.backlinks = old.map_or_else(Vec::new, |old| old.backlinks.clone());
            has_same_files &= !has_files(page);
        }
        if earlier.is_some() {
            moved.push((id, before));
        }
    }
    match earlier {
        Some(_) => update_backlinks(tables, moved),
        None => find_backlinks(tables),
    }
    let known = earlier.map_or(&[][..], |earlier| &earlier.site.with_problems);
    let known = known.iter().filter(|id| !changed[id.index()]);
    let fresh = tables.order.iter().filter(|id| changed[id.index()]);
    let fresh = fresh.filter(|id| tables.pages[**id].has_link_problem());
    let mut with_problems: Vec<PageId> = known.chain(fresh).copied().collect();
    with_problems.sort_by_key(|id| tables.position(*id));
    LinkChanges {
        with_problems,
        has_same_files,
    }
}

/// Whether the links of a page resolve as in an earlier version of the site.
fn keeps_links(old: &SitePage, new: &SitePage, changes: &SiteChanges) -> bool {
    let is_same_page = (Arc::ptr_eq(&old.entry, &new.entry) || old.entry == new.entry)
        && old.route == new.route
        && old.is_draft == new.is_draft;
    is_same_page && !changes.affect(&old.lookups)
}

/// Finds the pages that link to each page.
fn find_backlinks(tables: &mut SiteTables) {
    let mut backlinks: PageMap<Vec<PageId>> = PageMap::filled(tables.pages.len(), Vec::new());
    for (id, page) in tables.in_order() {
        for target in targets(page, id) {
            if backlinks[target].last() != Some(&id) {
                backlinks[target].push(id);
            }
        }
    }
    for id in &tables.order {
        let backlinks = std::mem::take(&mut backlinks[*id]);
        Arc::make_mut(&mut tables.pages[*id]).backlinks = backlinks;
    }
}

/// Adds and removes the links of these pages, which had the given targets before, among those that
/// lead to other pages.
fn update_backlinks(tables: &mut SiteTables, changed: Vec<(PageId, HashSet<PageId>)>) {
    let targets_now = |tables: &SiteTables, id: PageId| -> HashSet<PageId> {
        let page = tables.pages.get(id);
        page.map_or_else(HashSet::new, |page| targets(page, id).collect())
    };
    // Links are removed first, since pages that no longer exist have no position in the order.
    for (id, before) in &changed {
        for target in before.difference(&targets_now(tables, *id)) {
            if tables.pages.get(*target).is_some() {
                let page = Arc::make_mut(&mut tables.pages[*target]);
                page.backlinks.retain(|other| other != id);
            }
        }
    }
    for (id, before) in changed {
        for target in targets_now(tables, id).difference(&before) {
            let position = tables.position(id);
            let backlinks = &tables.pages[*target].backlinks;
            let at = backlinks.partition_point(|other| tables.position(*other) < position);
            Arc::make_mut(&mut tables.pages[*target])
                .backlinks
                .insert(at, id);
        }
    }
}

/// The other pages that a listed page links to, other than as its image.
fn targets(page: &SitePage, id: PageId) -> impl Iterator<Item = PageId> {
    let linked = page
        .links
        .iter()
        .chain(&page.related)
        .chain(&page.next)
        .chain(&page.field_links)
        .filter(|_| page.is_listed());
    linked.filter_map(move |resolved| match resolved.to {
        Destination::Page { page, .. } if page != id => Some(page),
        _ => None,
    })
}

/// Whether a link of the page publishes a file.
fn has_files(page: &SitePage) -> bool {
    page.all_links()
        .any(|resolved| matches!(resolved.to, Destination::Address { file: Some(_), .. }))
}

/// The files of the content that are published because something links to them.
pub(super) fn published_files(site: &Site) -> BTreeMap<SourcePath, Route> {
    let file_of = |to: &Destination| match to {
        Destination::Address {
            route,
            file: Some(file),
            ..
        } => Some((file.clone(), route.clone())),
        _ => None,
    };
    let of_page = |page: &SitePage| {
        page.all_links()
            .filter_map(|resolved| file_of(&resolved.to))
            .collect::<Vec<_>>()
    };
    let mut files: BTreeMap<SourcePath, Route> = site
        .ids()
        .par_iter()
        .flat_map_iter(|id| of_page(site.page(*id)))
        .collect();
    files.extend(
        site.menu
            .iter()
            .chain(&site.logo)
            .chain(&site.favicon)
            .filter_map(|link| file_of(&link.to)),
    );
    files
}
