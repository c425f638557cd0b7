//! The links of pages: where each leads, and which pages link to a page.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use rayon::prelude::*;

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

    fn store_in(self, page: &mut SitePage) {
        (page.links, page.related, page.next, page.image) =
            (self.links, self.related, self.next, self.image);
        (page.field_links, page.lookups) = (self.field_links, self.lookups);
    }
}

/// Resolves the links of all pages.
pub(super) fn resolve_all(tables: &mut SiteTables) {
    let outcomes: Vec<LinkOutcome> = tables
        .order
        .par_iter()
        .map(|id| LinkOutcome::of(tables, *id))
        .collect();
    let order = std::mem::take(&mut tables.order);
    for (id, outcome) in order.iter().zip(outcomes) {
        outcome.store_in(&mut tables.pages[*id]);
    }
    let mut backlinks: PageMap<Vec<PageId>> = PageMap::filled(tables.pages.len(), Vec::new());
    for id in order.iter().copied() {
        for target in targets(&tables.pages[id]).filter(|target| *target != id) {
            if backlinks[target].last() != Some(&id) {
                backlinks[target].push(id);
            }
        }
    }
    for id in &order {
        tables.pages[*id].backlinks = std::mem::take(&mut backlinks[*id]);
    }
    tables.order = order;
}

/// The pages with a link that looked one of these names up.
pub(super) fn pages_asking(site: &Site, names: &HashSet<NameHash>) -> Vec<PageId> {
    let asks = |id: &&PageId| {
        let lookups = &site.page(**id).lookups;
        lookups.iter().any(|lookup| names.contains(lookup))
    };
    site.ids().par_iter().filter(asks).copied().collect()
}

/// Resolves the links of these pages again, and updates everything that depends on them.
pub(super) fn resolve_again(site: &mut Site, affected: BTreeSet<PageId>) {
    let outcomes: Vec<(PageId, LinkOutcome)> = affected
        .into_par_iter()
        .map(|id| (id, LinkOutcome::of(&site.tables, id)))
        .collect();
    for (id, outcome) in outcomes {
        let others = |site: &Site| -> BTreeSet<PageId> {
            targets(site.page(id)).filter(|page| *page != id).collect()
        };
        let before = others(site);
        outcome.store_in(&mut site.tables.pages[id]);
        let after = others(site);
        for page in before.difference(&after) {
            site.tables.pages[*page]
                .backlinks
                .retain(|other| *other != id);
        }
        for page in after.difference(&before) {
            let backlinks = &mut site.tables.pages[*page].backlinks;
            if let Err(at) = backlinks.binary_search(&id) {
                backlinks.insert(at, id);
            }
        }
        if site.page(id).has_link_problem() {
            site.with_problems.insert(id)
        } else {
            site.with_problems.remove(&id)
        };
    }
    site.published_files = published_files(site);
}

/// The pages that a listed page links to, other than as its image.
fn targets(page: &SitePage) -> impl Iterator<Item = PageId> + '_ {
    let linked = page
        .links
        .iter()
        .chain(&page.related)
        .chain(&page.next)
        .chain(&page.field_links)
        .filter(|_| page.is_listed());
    linked.filter_map(|resolved| match resolved.to {
        Destination::Page { page, .. } => Some(page),
        _ => None,
    })
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
