//! Adds one page to a site. The result equals a full assembly, for the cost of that page.
//!
//! A page that would change other pages is refused, and the site has to be assembled: for example
//! one that creates a section or a topic, whose address already exists, or that is a folder's own
//! page. `tests/it/live.rs` checks that both results are equal.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::PageId;
use super::link_path::has_extension;
use super::links::Destination;
use super::lookups::{NameHash, NameTable};
use super::page_links::{pages_asking, resolve_again};
use super::sections::{ListOrder, language_of, order_of, put_in_order, sort_key};
use super::tables::{self, LinkTarget, SiteTables};
use super::topics::TermPages;
use super::{Redirect, Site, SiteLink, SitePage, facet_lists};
use crate::document::links::ParsedTarget;
use crate::document::{Entry, glossary, is_folder_page, name_and_date};
use crate::paths::{Route, SourcePath, slug};
use crate::vocabulary;

/// Where a page was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsertedPage {
    /// The position of the page. Pages from this position on have moved up by one.
    pub page: PageId,
    pub section: usize,
    pub topics: Vec<usize>,
}

/// Adds a page to a site. Returns `None`, and changes nothing, if the site has to be assembled
/// again.
pub fn insert(site: &mut Site, entry: &Arc<Entry>, with_drafts: bool) -> Option<InsertedPage> {
    let Placement {
        page,
        section,
        topics,
        audiences,
    } = placement(site, entry, with_drafts)?;
    let id = PageId::new(
        site.ids()
            .partition_point(|other| site.page(*other).entry.source < entry.source),
    );
    make_room(site, id);
    tables::add_page(&mut site.tables, id, page);
    if site.page(id).is_listed() {
        list(site, id, &topics, &audiences);
    }
    let changed = names_of(&site.page(id).entry, &site.page(id).route);
    let mut affected: BTreeSet<PageId> = pages_asking(site, &changed).into_iter().collect();
    affected.insert(id);
    resolve_again(site, affected);
    (site.link_reports, site.candidate_names) = Default::default();
    Some(InsertedPage {
        page: id,
        section,
        topics,
    })
}

/// The names under which links find a page.
fn names_of(entry: &Entry, route: &Route) -> HashSet<NameHash> {
    let source = &entry.source;
    HashSet::from([
        NameHash::of(NameTable::Source, source.as_str()),
        NameHash::of(NameTable::FoldedSource, &tables::folded(source)),
        NameHash::of(NameTable::Route, route.as_str()),
        NameHash::of(NameTable::Slug, &slug(&name_and_date(source).0)),
        NameHash::of(NameTable::Slug, &slug(&entry.title)),
    ])
}

/// What a page will be in a site.
struct Placement {
    page: SitePage,
    section: usize,
    topics: Vec<usize>,
    audiences: Vec<usize>,
}

/// Finds a page's position; `None` if adding it would change more than the lists that contain it.
fn placement(site: &Site, entry: &Arc<Entry>, with_drafts: bool) -> Option<Placement> {
    let mut page = tables::place_one(&site.tables, entry, site.today, with_drafts)?;
    if !entry.meta.aliases.is_empty() || is_folder_page(&entry.source) || depends_on_names(site) {
        return None;
    }
    // `plan.svg.md` would be found before a file `plan.svg`.
    if has_extension(entry.source.stem()) {
        return None;
    }
    // It adds a calendar, or a word that may already be explained.
    if entry.occurs.is_some() || glossary::explains(&entry.meta.kind, &site.kinds) {
        return None;
    }
    let folder = entry.source.folder();
    page.section = site
        .sections
        .iter()
        .position(|section| section.folder == folder)?;
    let topics = terms(
        &site.topics,
        site.vocabularies.topics.as_ref(),
        &entry.meta.topics,
    )?;
    let audiences = terms(
        &site.audiences,
        site.vocabularies.audiences.as_ref(),
        &entry.meta.audience,
    )?;
    let creates_list = site.ids().is_empty() || page.changed().is_some() && !has_dates(site);
    let names = SlugNames::of(&entry.source, &page);
    let is_meant = |link: &SiteLink| names.may_match(&link.written);
    let begins = |term: &TermPages| {
        term.start_written
            .iter()
            .any(|target| names.may_match(&target.value))
    };
    let is_in_settings = site
        .menu
        .iter()
        .chain(&site.logo)
        .chain(&site.favicon)
        .any(is_meant)
        || site.audiences.iter().any(begins);
    let creates_list =
        creates_list || site.sections[page.section].pages.is_empty() && page.is_listed();
    if creates_facet_list(site, &page)
        || may_change_languages(site, &page)
        || creates_feed(
            site,
            &page,
            topics
                .iter()
                .map(|id| &site.topics[*id])
                .chain(audiences.iter().map(|id| &site.audiences[*id])),
        )
    {
        return None;
    }
    let is_known = super::topics::are_known_authors(&entry.meta.authors, &site.vocabularies);
    (is_known && !creates_list && !is_in_settings).then(|| Placement {
        section: page.section,
        page,
        topics,
        audiences,
    })
}

/// Whether the page would add a list of a level, a time range or a kind.
fn creates_facet_list(site: &Site, page: &SitePage) -> bool {
    if !page.is_listed() {
        return false;
    }
    let pages = || {
        site.ids()
            .iter()
            .copied()
            .filter(|id| facet_lists::counts(&site.tables.pages, &site.sections, *id))
            .map(|id| site.page(id))
    };
    let content = &site.tables.content;
    let surely_stays =
        |other| facet_lists::keeps_facet_lists(&site.narrowed, page, other, &site.kinds, content);
    !pages().next().is_some_and(surely_stays)
        && facet_lists::find(pages().chain([page]), &site.sections, &site.kinds, content)
            != site.narrowed
}

/// Whether the page would add a feed: one of its kind, or of a term that has no dated pages yet.
fn creates_feed<'a>(
    site: &Site,
    page: &SitePage,
    mut terms: impl Iterator<Item = &'a TermPages>,
) -> bool {
    let is_of_kind = |other: &SitePage| other.entry.meta.kind == page.entry.meta.kind;
    let is_dated = |id: &PageId| site.page(*id).changed().is_some();
    !site.pages().any(is_of_kind)
        || page.changed().is_some() && terms.any(|term| !term.pages.iter().any(is_dated))
}

/// Whether the page could change the language of most pages in a section.
fn may_change_languages(site: &Site, page: &SitePage) -> bool {
    let of_site = &*site.settings().language;
    let language = language_of(page, of_site);
    let around =
        std::iter::successors(Some(page.section), |section| site.sections[*section].parent);
    around.filter(|section| *section > 0).any(|section| {
        site.sections[section]
            .language
            .as_deref()
            .unwrap_or(of_site)
            != language
    })
}

/// Adds a page to the lists of its section and its terms.
fn list(site: &mut Site, id: PageId, topics: &[usize], audiences: &[usize]) {
    let section = site.page(id).section;
    let order = order_of(&site.sections[section], &site.kinds);
    put_in_order(&mut site.sections[section].pages, id, |page| {
        sort_key(&site.tables, page, order)
    });
    let mut at = Some(section);
    while let Some(section) = at {
        site.sections[section].count += 1;
        at = site.sections[section].parent;
    }
    for (terms, touched) in [(&mut site.topics, topics), (&mut site.audiences, audiences)] {
        for term in touched {
            put_in_order(&mut terms[*term].pages, id, |page| {
                sort_key(&site.tables, page, ListOrder::Stated)
            });
        }
    }
}

/// Whether a link in the settings or a vocabulary is broken. Its message depends on the names of
/// all pages.
fn depends_on_names(site: &Site) -> bool {
    let links = site
        .menu
        .iter()
        .chain(&site.logo)
        .chain(&site.favicon)
        .map(|link| (&link.to, &link.written));
    let starts = site.audiences.iter().flat_map(|term| {
        term.start
            .iter()
            .zip(term.start_written.iter().map(|target| &target.value))
    });
    let is_own = |written: &str| {
        site.settings()
            .base_url
            .as_ref()
            .is_some_and(|base| base.below(written).is_some())
    };
    let depends = |written: &str| {
        matches!(ParsedTarget::parse(written), ParsedTarget::Inside { .. }) || is_own(written)
    };
    links
        .chain(starts)
        .any(|(to, written)| *to == Destination::AsWritten && depends(written))
}

fn has_dates(site: &Site) -> bool {
    site.pages().any(|page| page.changed().is_some())
}

/// The positions of the terms that a page names; `None` if one is new or spelled differently.
fn terms(
    known: &[TermPages],
    vocabulary: Option<&vocabulary::Terms>,
    named: &[super::LocatedValue<String>],
) -> Option<Vec<usize>> {
    let mut positions = Vec::new();
    for name in named {
        let key = slug(&name.value);
        let position = known.iter().position(|term| term.key == key)?;
        let is_in_same_words = match vocabulary {
            Some(terms) => terms.keys().any(|known| slug(known) == key),
            None => known[position].title == name.value.trim(),
        };
        if !is_in_same_words {
            return None;
        }
        if !positions.contains(&position) {
            positions.push(position);
        }
    }
    Some(positions)
}

/// The slugs under which a page may be found or suggested: that of its file's name, of the end of
/// its address, and of its title.
struct SlugNames([String; 3]);

impl SlugNames {
    fn of(source: &SourcePath, named: &SitePage) -> Self {
        let last = named.route.segments().last().unwrap_or_default().to_owned();
        SlugNames([
            slug(&name_and_date(source).0),
            last,
            slug(&named.entry.title),
        ])
    }

    /// Whether one of the slugs is that of a name.
    fn have(&self, name: &str) -> bool {
        let first = name.bytes().next().unwrap_or_default().to_ascii_lowercase();
        let begins = |own: &String| own.as_bytes().first() == Some(&first);
        if name.is_ascii() && first.is_ascii_alphanumeric() && !self.0.iter().any(begins) {
            return false;
        }
        self.0.contains(&slug(name))
    }

    /// Whether a target may lead to the page, judging by its last segment alone. False positives
    /// are acceptable, since every link of the site is tested.
    fn may_match(&self, written: &str) -> bool {
        if written.starts_with('#') {
            return false;
        }
        let bytes = written.as_bytes();
        let path = &bytes[..bytes
            .iter()
            .position(|byte| matches!(byte, b'#' | b'?'))
            .unwrap_or(bytes.len())];
        let is_slash = |byte: &u8| matches!(byte, b'/' | b'\\');
        let end = path
            .iter()
            .rposition(|byte| !is_slash(byte))
            .map_or(0, |last| last + 1);
        let start = path[..end]
            .iter()
            .rposition(is_slash)
            .map_or(0, |slash| slash + 1);
        // All separators are ASCII, so these offsets are character boundaries.
        let last = &written[start..end];
        if last
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'%')
        {
            return self.may_end(last);
        }
        let last = |path: &str| {
            path.trim_end_matches(['/', '\\'])
                .rsplit(['/', '\\'])
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        matches!(ParsedTarget::parse(written), ParsedTarget::Inside { path, .. } if self.may_end(&last(&path)))
    }

    /// Whether the last segment of a path may name the page, or may name whatever its folder is.
    fn may_end(&self, last: &str) -> bool {
        if matches!(last, "" | "." | "..") || last.starts_with("index.") {
            return true;
        }
        let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
        self.have(last) || stem != last && self.have(stem)
    }
}

/// Moves every page from a position on up by one.
fn make_room(site: &mut Site, from: PageId) {
    let further = |id: &mut PageId| *id = id.after_insertion_of(from);
    let lead_further = |to: &mut Destination| {
        if let Destination::Page { page, .. } = to {
            further(page);
        }
    };
    // If you add a field that holds page positions, the compiler asks you to handle it here.
    let Site {
        tables,
        kinds: _,
        vocabularies: _,
        today: _,
        sections,
        topics,
        audiences,
        narrowed: _,
        redirects,
        menu,
        logo,
        favicon,
        published_files: _,
        with_problems,
        link_reports: _,
        candidate_names: _,
    } = site;
    let SiteTables {
        pages,
        by_source,
        by_route,
        by_name,
        ..
    } = tables;
    for page in pages.values_mut() {
        let SitePage {
            entry: _,
            route: _,
            section: _,
            links,
            related,
            next,
            image,
            field_links,
            backlinks,
            is_draft: _,
            lookups: _,
        } = page;
        links
            .iter_mut()
            .chain(related)
            .chain(next)
            .chain(image)
            .chain(field_links)
            .for_each(|resolved| lead_further(&mut resolved.to));
        backlinks.iter_mut().for_each(further);
    }
    let nodes = by_source
        .values_mut()
        .chain(by_route.values_mut())
        .chain(by_name.values_mut().flatten());
    for node in nodes {
        if let LinkTarget::Page(page) = node {
            further(page);
        }
    }
    for section in sections {
        section
            .pages
            .iter_mut()
            .chain(&mut section.page)
            .for_each(further);
    }
    for term in topics.iter_mut().chain(audiences) {
        term.pages.iter_mut().for_each(further);
        term.start.iter_mut().for_each(lead_further);
    }
    redirects
        .iter_mut()
        .for_each(|Redirect { to, .. }| further(to));
    menu.iter_mut()
        .chain(logo)
        .chain(favicon)
        .for_each(|link| lead_further(&mut link.to));
    *with_problems = with_problems
        .iter()
        .map(|id| id.after_insertion_of(from))
        .collect();
}
