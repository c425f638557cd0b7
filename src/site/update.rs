//! Updates a site after an edit that moves no page. The result equals a full assembly, for the cost
//! of the edit.
//!
//! An edit may change what an entry says about itself: titles, headings, links, order. If it
//! changes where pages are or which lists contain them (addresses, dates, topics, drafts and so
//! on), the site has to be assembled again. `tests/it/live.rs` checks that both results are equal.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::PageId;
use super::Site;
use super::facet_lists::span;
use super::links::Destination;
use super::lookups::{NameHash, NameTable};
use super::page_links::{pages_asking, resolve_again};
use super::sections::{ListOrder, put_in_order, sort_key};
use super::tables::LinkTarget;
use crate::document::{Entry, glossary};
use crate::paths::slug;

/// What an update changed, for callers that keep values made from the site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateResult {
    /// Pages with a changed entry, whatever changed in it.
    pub pages: Vec<PageId>,
    /// Whether anything changed that other pages may show.
    pub is_seen: bool,
    pub sections: BTreeSet<usize>,
    pub topics: BTreeSet<usize>,
    pub audiences: BTreeSet<usize>,
}

/// Applies new entries to a site. Returns `None`, and changes nothing, if the site has to be
/// assembled again.
pub fn update(site: &mut Site, entries: &[Arc<Entry>]) -> Option<UpdateResult> {
    let mut updated = UpdateResult::default();
    let mut renamed = Vec::new();
    let mut with_other_anchors = BTreeSet::new();
    for entry in entries {
        let Some(LinkTarget::Page(id)) = site.tables.by_source.get(&entry.source) else {
            return None;
        };
        let old = &site.page(*id).entry;
        updated.pages.push(*id);
        if old == entry {
            continue;
        }
        // A word that is explained twice is reported only when the site is assembled.
        let words = |entry: &Entry| glossary::words(entry, &site.kinds);
        if !keeps_shape(old, entry) || words(old) != words(entry) {
            return None;
        }
        updated.is_seen = true;
        if slug(&old.title) != slug(&entry.title) {
            renamed.push(*id);
        }
        if old.anchors != entry.anchors {
            with_other_anchors.insert(*id);
        }
    }
    if leads_to(site, &with_other_anchors) {
        return None;
    }
    let olds: Vec<Arc<Entry>> = updated
        .pages
        .iter()
        .map(|id| Arc::clone(&site.page(*id).entry))
        .collect();
    for (id, entry) in updated.pages.iter().zip(entries) {
        site.tables.pages[*id].entry = Arc::clone(entry);
    }
    if !updated.is_seen {
        return Some(updated);
    }
    for (id, old) in updated
        .pages
        .iter()
        .zip(&olds)
        .filter(|(id, _)| renamed.contains(id))
    {
        site.tables.rename(*id, &old.title);
    }
    let mut changed = HashSet::new();
    for id in &with_other_anchors {
        let source = &site.page(*id).entry.source;
        changed.insert(NameHash::of(NameTable::Anchors, source.as_str()));
    }
    for (id, old) in updated.pages.iter().zip(&olds) {
        for title in [&old.title, &site.page(*id).entry.title] {
            changed.insert(NameHash::of(NameTable::Slug, &slug(title)));
        }
    }
    let mut affected: BTreeSet<PageId> = updated.pages.iter().copied().collect();
    affected.extend(pages_asking(site, &changed));
    resolve_again(site, affected);
    (site.link_reports, site.candidate_names) = Default::default();
    reorder(site, &olds, &mut updated);
    Some(updated)
}

/// Whether the site keeps its shape: each page its address, and each list its pages.
fn keeps_shape(old: &Entry, new: &Entry) -> bool {
    let (a, b) = (&old.meta, &new.meta);
    (old.is_broken, old.date_in_name) == (new.is_broken, new.date_in_name)
        && (&a.kind, &a.topics, &a.audience, &a.authors)
            == (&b.kind, &b.topics, &b.audience, &b.authors)
        && (&a.slug, &a.address, &a.aliases) == (&b.slug, &b.address, &b.aliases)
        && (a.is_draft, a.is_unlisted, a.expires) == (b.is_draft, b.is_unlisted, b.expires)
        && (a.published, a.published_at) == (b.published, b.published_at)
        && (a.updated, a.updated_at) == (b.updated, b.updated_at)
        && (a.level, a.minutes.is_some(), span(old.minutes))
            == (b.level, b.minutes.is_some(), span(new.minutes))
        && (&a.language, &old.occurs) == (&b.language, &new.occurs)
}

/// Whether the settings or a vocabulary link to one of these pages.
fn leads_to(site: &Site, pages: &BTreeSet<PageId>) -> bool {
    let links = site
        .menu
        .iter()
        .chain(&site.logo)
        .chain(&site.favicon)
        .map(|link| &link.to);
    let starts = site.audiences.iter().flat_map(|audience| &audience.start);
    links
        .chain(starts)
        .any(|to| matches!(to, Destination::Page { page, .. } if pages.contains(page)))
}

/// Moves the edited pages to their positions in sections, topics and audiences.
fn reorder(site: &mut Site, olds: &[Arc<Entry>], updated: &mut UpdateResult) {
    let ordered = |entry: &Entry| {
        (
            entry.title.clone(),
            entry.meta.short_title.clone(),
            entry.meta.order.map(f64::to_bits),
        )
    };
    let moved: Vec<PageId> = updated
        .pages
        .iter()
        .zip(olds)
        .filter(|(id, old)| ordered(&site.page(**id).entry) != ordered(old))
        .map(|(id, _)| *id)
        .collect();
    for id in &moved {
        updated.sections.insert(site.page(*id).section);
        updated.sections.extend(
            (0..site.sections.len()).filter(|section| site.sections[*section].page == Some(*id)),
        );
        let entry = Arc::clone(&site.page(*id).entry);
        let of = |terms: &[super::topics::TermPages],
                  named: &[crate::document::meta::LocatedValue<String>]|
         -> Vec<usize> {
            let keys: Vec<String> = named.iter().map(|name| slug(&name.value)).collect();
            (0..terms.len())
                .filter(|term| keys.contains(&terms[*term].key))
                .collect()
        };
        updated.topics.extend(of(&site.topics, &entry.meta.topics));
        updated
            .audiences
            .extend(of(&site.audiences, &entry.meta.audience));
    }
    for section in updated.sections.clone() {
        let order = super::sections::order_of(&site.sections[section], &site.kinds);
        let mut pages = std::mem::take(&mut site.sections[section].pages);
        put_in_place(&mut pages, &moved, &site.tables, order);
        site.sections[section].pages = pages;
    }
    super::sections::update_titles(&mut site.sections, &site.tables, &moved);
    for (terms, touched) in [
        (&mut site.topics, &updated.topics),
        (&mut site.audiences, &updated.audiences),
    ] {
        for term in touched {
            put_in_place(
                &mut terms[*term].pages,
                &moved,
                &site.tables,
                ListOrder::Stated,
            );
        }
    }
}

/// Removes the moved pages from a list that is otherwise sorted, and inserts each at its position.
fn put_in_place(
    pages: &mut Vec<PageId>,
    moved: &[PageId],
    tables: &super::SiteTables,
    order: ListOrder,
) {
    let own: Vec<PageId> = pages
        .iter()
        .copied()
        .filter(|page| moved.contains(page))
        .collect();
    pages.retain(|page| !moved.contains(page));
    own.into_iter()
        .for_each(|page| put_in_order(pages, page, |page| sort_key(tables, page, order)));
}
