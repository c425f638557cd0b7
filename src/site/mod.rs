//! The whole site without bodies: which pages are published, their addresses and how they are
//! connected.
//!
//! [`assemble`] is pure: equal entries, settings and dates give an equal [`Site`]. It answers what
//! a template may ask about other pages.

pub mod address_ledger;
pub mod addresses;
pub mod audit;
mod below_files;
mod candidate_names;
mod changes;
pub mod collation;
mod entry_names;
pub mod facet_lists;
mod generated;
pub mod giving_check;
mod glossary;
mod link_help;
mod link_path;
mod link_problem;
pub mod links;
mod lookups;
pub mod missing_addresses;
mod page_links;
mod page_map;
mod placement;
mod redirects;
pub mod related;
pub mod sections;
mod stated_address;
mod tables;
pub mod topics;
pub mod unread_pages;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use self::below_files::MovedPages;
use self::candidate_names::NamesByFolder;
use self::changes::{EarlierSite, SiteChanges};
use self::entry_names::EntryNames;
use self::facet_lists::FacetList;
use self::link_problem::{LinkReporter, PageReport, at};
use self::links::{Destination, LinkOrigin, ResolvedLink, resolve};
use self::lookups::NameHash;
pub use self::page_map::{PageId, PageMap};
pub use self::redirects::Redirect;
use self::sections::Section;
pub use self::tables::{ABOUT, LinkTarget, PRIVACY, SiteTables, UnpublishedReason};
use self::topics::TermPages;
use crate::diagnostic::{Checked, Code, Diagnostic};
use crate::document::Entry;
use crate::document::links::{Link, LinkRole, is_remote};
use crate::document::meta::LocatedValue;
use crate::fingerprint::Fingerprint;
use crate::kind::Kinds;
use crate::paths::{Route, SourcePath};
use crate::settings::Settings;
use crate::vocabulary::Vocabularies;
use jiff::civil::Date;

/// The inputs of a site.
pub struct SiteParts {
    pub settings: Arc<Settings>,
    pub kinds: Arc<Kinds>,
    pub vocabularies: Arc<Vocabularies>,
    /// Sorted by source.
    pub entries: Vec<Arc<Entry>>,
    /// The folder that addresses count from.
    pub content: SourcePath,
    /// Files of the content that are not pages.
    pub files: Vec<SourcePath>,
    /// Files of `static/`, including the theme's, by their path below that folder.
    pub static_files: Vec<String>,
    pub today: Date,
    /// Whether drafts and scheduled pages are published too.
    pub with_drafts: bool,
    pub is_lenient: bool,
    /// The fingerprint of everything except the entries.
    pub key: Fingerprint,
}

/// A published page.
#[derive(Clone, Debug, PartialEq)]
pub struct SitePage {
    pub entry: Arc<Entry>,
    pub route: Route,
    /// The section that lists the page, or whose own page it is.
    pub section: usize,
    /// The destination of each of the entry's links.
    pub links: Vec<ResolvedLink>,
    pub related: Vec<ResolvedLink>,
    pub next: Option<ResolvedLink>,
    pub image: Option<ResolvedLink>,
    /// The destinations of the links in the kind's own fields.
    pub field_links: Vec<ResolvedLink>,
    /// Pages that link here, in order of their titles.
    pub backlinks: Vec<PageId>,
    /// Whether only `--drafts` publishes it.
    pub is_draft: bool,
    /// The names that its links looked up, sorted.
    lookups: Box<[NameHash]>,
}

impl SitePage {
    /// Whether lists, feeds and the sitemap show it.
    pub fn is_listed(&self) -> bool {
        !self.entry.meta.is_unlisted && self.route.as_str() != addresses::NOT_FOUND
    }

    /// All links of the page with their destinations.
    pub fn all_links(&self) -> impl Iterator<Item = &ResolvedLink> {
        self.links
            .iter()
            .chain(&self.related)
            .chain(&self.next)
            .chain(&self.image)
            .chain(&self.field_links)
    }

    /// Whether one of its links has a problem.
    pub fn has_link_problem(&self) -> bool {
        self.all_links().any(|resolved| resolved.problem.is_some())
    }

    /// The day of publication, stated or in the file's name.
    pub fn published(&self) -> Option<Date> {
        self.entry.meta.published.or(self.entry.date_in_name)
    }

    /// The sort key of lists that are ordered by publication: the day, then the moment within it if
    /// a time is written.
    pub fn published_moment(&self) -> Option<(Date, Option<i64>)> {
        self.published()
            .map(|day| (day, self.entry.meta.published_at))
    }

    /// The same for lists that are ordered by the last change.
    pub fn changed_moment(&self) -> Option<(Date, Option<i64>)> {
        self.entry
            .meta
            .updated
            .map(|day| (day, self.entry.meta.updated_at))
            .max(self.published_moment())
    }

    /// The day of its last stated change.
    pub fn changed(&self) -> Option<Date> {
        self.entry.meta.updated.max(self.published())
    }
}

/// A link in the settings or a vocabulary, with its destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteLink {
    pub title: String,
    pub written: String,
    pub to: Destination,
}

/// The whole site.
#[derive(Clone, Debug)]
pub struct Site {
    pub tables: SiteTables,
    pub kinds: Arc<Kinds>,
    pub vocabularies: Arc<Vocabularies>,
    pub today: Date,
    /// The first is that of the home page.
    pub sections: Vec<Section>,
    pub topics: Vec<TermPages>,
    pub audiences: Vec<TermPages>,
    pub narrowed: Vec<FacetList>,
    pub redirects: Vec<Redirect>,
    pub menu: Vec<SiteLink>,
    pub logo: Option<SiteLink>,
    pub favicon: Option<SiteLink>,
    /// Files of the content that a page refers to, and where they are published.
    pub published_files: BTreeMap<SourcePath, Route>,
    /// Pages that have a link with a problem, by source path.
    with_problems: Vec<PageId>,
    /// The fingerprint of everything except the entries.
    key: Fingerprint,
    /// The problems of those pages, once they were asked for.
    link_reports: OnceLock<Vec<PageReport>>,
    /// The names that suggestions come from, once one was needed.
    candidate_names: OnceLock<NamesByFolder>,
}

impl Site {
    pub fn settings(&self) -> &Settings {
        &self.tables.settings
    }

    /// The old addresses of lists whose addresses have changed since an earlier version, each with
    /// the list's position in `narrowed`. An old address that belongs to something else is omitted.
    pub fn moved_lists(&self) -> impl Iterator<Item = (Route, usize)> {
        let is_published = |list: &FacetList| {
            matches!(
                self.tables.by_route.get(&list.route),
                Some(LinkTarget::Listing(_))
            )
        };
        let lists = self.narrowed.iter().enumerate();
        lists.filter_map(move |(index, list)| {
            let old = list.old_route().filter(|_| is_published(list))?;
            (!self.tables.by_route.contains_key(&old)).then_some((old, index))
        })
    }

    /// The published pages, by source path.
    pub fn pages(&self) -> impl ExactSizeIterator<Item = &SitePage> + Clone {
        self.ids().iter().map(|id| self.page(*id))
    }

    /// The identifiers of the published pages, by source path.
    pub fn ids(&self) -> &[PageId] {
        &self.tables.order
    }

    /// The published pages with their identifiers, by source path.
    pub fn pages_with_ids(&self) -> impl ExactSizeIterator<Item = (PageId, &SitePage)> + Clone {
        self.ids().iter().map(|id| (*id, self.page(*id)))
    }

    pub fn page(&self, id: PageId) -> &SitePage {
        &self.tables.pages[id]
    }

    /// A value for each page, computed by source path.
    pub fn map_pages<T>(&self, mut value: impl FnMut(&SitePage) -> T) -> PageMap<T> {
        let mut values = PageMap::empty(self.tables.pages.len());
        for (id, page) in self.pages_with_ids() {
            values.set(id, value(page));
        }
        values
    }

    /// The page that is made from a file.
    pub fn page_of(&self, source: &SourcePath) -> Option<PageId> {
        match self.tables.by_source.get(source)? {
            LinkTarget::Page(id) => Some(*id),
            _ => None,
        }
    }

    /// Replaces an entry with an equal one, whose values may be at other places in the file.
    pub fn move_values(&mut self, entry: &Arc<Entry>) {
        if let Some(id) = self.page_of(&entry.source) {
            Arc::make_mut(&mut self.tables.pages[id]).entry = Arc::clone(entry);
        }
    }

    /// The address of the page that picks one page of a section at random, if the section's kind
    /// has such a page.
    pub fn random_page_href(&self, section: usize) -> Option<Route> {
        sections::random_page_href(&self.sections[section], &self.kinds)
    }

    /// Whether the site has a search: it has something to search, and the settings turn it on.
    pub fn has_search(&self) -> bool {
        self.tables.has_search()
    }

    /// The language of a page.
    pub fn language<'a>(&'a self, page: &'a SitePage) -> &'a str {
        page.entry
            .meta
            .language
            .as_deref()
            .unwrap_or(&self.settings().language)
    }

    pub fn href(&self, to: &Destination, written: &str) -> String {
        links::href(&self.tables, to, written, self.settings().base_path())
    }
}

/// Assembles the site from its documents. [`Site::link_problems`] reports problems with links.
///
/// The result does not depend on `before`, an earlier version of the site, except that pages keep
/// their identifiers. Tables are made again, and everything that costs more is kept where what it
/// depends on is the same: the names of entries, the order of lists, and resolved links.
pub fn assemble(parts: SiteParts, before: Option<&Site>) -> Checked<Site> {
    let before = before.filter(|before| before.key == parts.key);
    let names = EntryNames::of_all(&parts, before.map(|before| &before.tables));
    let mut moved = MovedPages::new();
    let mut frame = Frame::of(&parts, &names, &moved, before);
    for _ in 0..if parts.is_lenient {
        below_files::ROUNDS_MAX
    } else {
        0
    } {
        if !below_files::find(&frame.tables, &mut moved) {
            break;
        }
        frame = Frame::of(&parts, &names, &moved, before);
    }
    let Frame {
        mut tables,
        sections,
        topics,
        audiences,
        narrowed,
        redirects,
        changes,
        mut problems,
    } = frame;
    let links = page_links::resolve(&mut tables, EarlierSite::of(before, &changes));
    let mut site = Site {
        kinds: parts.kinds,
        vocabularies: parts.vocabularies,
        today: parts.today,
        key: parts.key,
        sections,
        topics,
        audiences,
        narrowed,
        redirects,
        menu: Vec::new(),
        logo: None,
        favicon: None,
        published_files: BTreeMap::new(),
        with_problems: links.with_problems,
        link_reports: OnceLock::new(),
        candidate_names: OnceLock::new(),
        tables,
    };
    site_links(&mut site, &mut problems);
    let own_links = |site: &Site| (site.menu.clone(), site.logo.clone(), site.favicon.clone());
    let same =
        before.filter(|before| links.has_same_files && own_links(before) == own_links(&site));
    site.published_files = match same {
        Some(before) => before.published_files.clone(),
        None => page_links::published_files(&site),
    };
    Checked::new(site, problems)
}

/// A site before its links are resolved: the existing addresses and what is at each.
struct Frame {
    tables: SiteTables,
    sections: Vec<Section>,
    topics: Vec<TermPages>,
    audiences: Vec<TermPages>,
    narrowed: Vec<FacetList>,
    redirects: Vec<Redirect>,
    /// What differs from the earlier version of the site.
    changes: SiteChanges,
    problems: Vec<Diagnostic>,
}

impl Frame {
    fn of(
        parts: &SiteParts,
        names: &[Arc<EntryNames>],
        moved: &MovedPages,
        before: Option<&Site>,
    ) -> Self {
        let mut problems = Vec::new();
        let old_tables = before.map(|before| &before.tables);
        let mut tables = tables::build(parts, names, moved, old_tables, &mut problems);
        let mut changes = old_tables.map_or_else(SiteChanges::default, |old| {
            SiteChanges::of_entries(old, &tables)
        });
        let earlier = EarlierSite::of(before, &changes);
        let sections = sections::build(&mut tables, parts, earlier);
        let (listed_topics, listed_audiences) = (
            parts.vocabularies.topics.as_ref(),
            parts.vocabularies.audiences.as_ref(),
        );
        let (topics, (audiences, narrowed)) = rayon::join(
            || {
                let old = earlier.map(|earlier| (&*earlier.site.topics, earlier.changes));
                topics::collect(&tables, old, "topics", listed_topics, |entry| {
                    &entry.meta.topics
                })
            },
            || {
                let old = earlier.map(|earlier| (&*earlier.site.audiences, earlier.changes));
                let audiences =
                    topics::collect(&tables, old, "audiences", listed_audiences, |entry| {
                        &entry.meta.audience
                    });
                let counting = tables
                    .in_order()
                    .filter(|(id, _)| facet_lists::counts(&tables.pages, &sections, *id))
                    .map(|(_, page)| page);
                (
                    audiences,
                    facet_lists::find(counting, &sections, &parts.kinds, &tables.content),
                )
            },
        );
        let (topics, audiences) = (
            topics.take_into(&mut problems),
            audiences.take_into(&mut problems),
        );
        topics::check_authors(&tables, &parts.vocabularies, &mut problems);
        glossary::check(&tables, &parts.kinds, &mut problems);
        tables.add_lists(&topics, &audiences, &narrowed);
        tables.add_calendars(&parts.kinds);
        tables.add_surprises(
            sections
                .iter()
                .filter_map(|section| sections::random_page_href(section, &parts.kinds)),
        );
        tables.add_files(&parts.kinds, topics.iter().chain(&audiences));
        let redirects = redirects::find(&mut tables, &mut problems);
        if let Some(before) = before {
            changes.add_lists(before, (&tables, &sections, &redirects));
        }
        Frame {
            tables,
            sections,
            topics,
            audiences,
            narrowed,
            redirects,
            changes,
            problems,
        }
    }
}

/// Resolves the links in the settings and the vocabularies, which count from the content folder.
fn site_links(site: &mut Site, problems: &mut Vec<Diagnostic>) {
    let content = site.tables.content.clone();
    let at_root = content.join("index.md").unwrap_or(content);
    let home = Route::home();
    let settings = Arc::clone(&site.tables.settings);
    let mut resolve_link = |target: &LocatedValue<String>, role| {
        let from = LinkOrigin {
            source: &at_root,
            route: &home,
            anchors: &[],
            is_hidden: false,
        };
        let resolved = resolve(
            &site.tables,
            from,
            &Link {
                target: target.clone(),
                role,
            },
        );
        let problem = LinkReporter::new(site, from).problem(target, role, &resolved);
        problems.extend(problem.map(|problem| at(problem, target)));
        if role == LinkRole::Embed && is_remote(&target.value) && !settings.allows(&target.value) {
            let message = format!("`{}` would be loaded from another site", target.value);
            let problem = Diagnostic::new(Code::OutsideOrigin, message).at(target.place.clone());
            problems.push(problem.help(
                "copy the image into the site, or add its origin to the setting `allow_origins`",
            ));
        }
        resolved.to
    };
    let mut link = |link: &crate::settings::SettingLink, role| SiteLink {
        title: link.title.clone(),
        written: link.target.clone(),
        to: resolve_link(
            &LocatedValue {
                value: link.target.clone(),
                place: link.place.clone(),
            },
            role,
        ),
    };
    let menu = settings
        .menu
        .iter()
        .map(|entry| link(entry, LinkRole::Text))
        .collect();
    let logo = settings
        .logo
        .as_ref()
        .map(|logo| link(logo, LinkRole::Embed));
    let favicon = settings
        .favicon
        .as_ref()
        .map(|favicon| link(favicon, LinkRole::Embed));
    let starts: Vec<Vec<Destination>> = site
        .audiences
        .iter()
        .map(|term| {
            let written = term.start_written.iter();
            written
                .map(|target| resolve_link(target, LinkRole::Text))
                .collect()
        })
        .collect();
    for (term, start) in site.audiences.iter_mut().zip(starts) {
        term.start = start;
    }
    (site.menu, site.logo, site.favicon) = (menu, logo, favicon);
}
