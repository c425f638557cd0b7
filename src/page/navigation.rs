//! The navigation around a page: breadcrumbs, neighbors, the section's tree near it, and its feeds.

use super::compose::Composer;
use super::templates::{SharedValue, hash_of};
use super::view::{BranchItem, BranchLine, CrumbView, FeedView, NavView, SectionLink};
use super::{OutputPage, PageSubject};
use crate::fingerprint::Fingerprint;
use crate::paths::Route;
use crate::site::PageId;

/// The most siblings shown around a page in its section's tree.
const SIBLINGS_MAX: usize = 50;

/// Sections as templates see them, and their hash.
pub struct TopSections {
    pub(super) links: Vec<SharedValue>,
    pub(super) hash: Fingerprint,
}

impl Composer {
    pub(super) fn neighbor(&self, id: PageId, step: isize) -> Option<CrumbView> {
        let position = self.neighbors[id]?;
        let pages = &self.site.sections[self.site.page(id).section].pages;
        let other = self
            .site
            .page(*pages.get(position.checked_add_signed(step)?)?);
        Some(CrumbView {
            title: other.entry.title.clone(),
            href: self.href(&other.route),
        })
    }

    pub(super) fn breadcrumbs(
        &self,
        output_page: &OutputPage,
        page_id: Option<PageId>,
    ) -> Vec<CrumbView> {
        let section = match (output_page.subject, page_id) {
            (PageSubject::Section(0), _) => return Vec::new(),
            (PageSubject::Section(section), _) => self.site.sections[section].parent,
            (PageSubject::Page(page), _) => Some(self.site.page(page).section),
            (PageSubject::RandomPage(section), _) => Some(section),
            _ => Some(0),
        };
        let mut crumbs = Vec::new();
        let mut at = section;
        while let Some(section) = at {
            let found = &self.site.sections[section];
            let title = if section == 0 {
                self.words
                    .text(&self.site.settings().language, "home", None, &[])
                    .unwrap_or_else(|| self.site_title())
            } else {
                self.section_title(section)
            };
            crumbs.push(CrumbView {
                title,
                href: self.href(&found.route),
            });
            at = found.parent;
        }
        crumbs.reverse();
        let list = match output_page.subject {
            PageSubject::Topic(_) => Some(("topics", "topics")),
            PageSubject::Audience(_) => Some(("audiences", "audiences")),
            PageSubject::FacetList(_) => Some(("a_to_z", "a-z")),
            _ => None,
        };
        if let Some((key, folder)) = list {
            let title = self
                .words
                .text(&self.site.settings().language, key, None, &[])
                .unwrap_or_else(|| key.to_owned());
            crumbs.push(CrumbView {
                title,
                href: self.href(&Route::page([folder])),
            });
        }
        crumbs
    }

    /// The feeds of an output page, the site's feeds first. There are none without a `base_url`,
    /// which feeds require.
    pub(super) fn feeds(&self, subject: PageSubject, page_id: Option<PageId>) -> Vec<FeedView> {
        if self.site.settings().base_url.is_none() {
            return Vec::new();
        }
        let site_title = self.site_title();
        let feed = |title: String, route: &str, media_type| {
            let route = Route::new(route).expect("feeds are inside the site");
            FeedView {
                title,
                href: self.href(&route),
                media_type,
            }
        };
        let mut feeds = vec![
            feed(site_title.clone(), "/feed.xml", "application/atom+xml"),
            feed(site_title.clone(), "/feed.json", "application/feed+json"),
        ];
        let term = match subject {
            PageSubject::Topic(topic) => Some(&self.site.topics[topic]),
            PageSubject::Audience(audience) => Some(&self.site.audiences[audience]),
            _ => None,
        };
        // A feed without entries is not generated.
        if let Some(term) = term.filter(|term| {
            term.pages
                .iter()
                .any(|page| self.site.page(*page).changed().is_some())
        }) {
            feeds.push(feed(
                format!("{site_title}: {}", term.title),
                &format!("{}feed.xml", term.route),
                "application/atom+xml",
            ));
        }
        let kind = match subject {
            PageSubject::Section(section) if self.site.sections[section].depth == 1 => {
                self.site.sections[section].kind.clone()
            }
            _ => page_id.map(|page| self.site.page(page).entry.meta.kind.clone()),
        };
        if let Some(kind) = kind
            .and_then(|kind| self.site.kinds.get(&kind))
            .filter(|kind| kind.has_feed)
            && let Some(folder) = &kind.folder
        {
            let title = self.kind_title_many(&kind.name);
            feeds.push(feed(
                format!("{site_title}: {title}"),
                &format!("/{folder}/feed.xml"),
                "application/atom+xml",
            ));
        }
        feeds
    }

    pub(super) fn nav(&self, output_page: &OutputPage, page_id: Option<PageId>) -> NavView {
        let current = match (output_page.subject, page_id) {
            (PageSubject::Section(section), _) => Some(section),
            (PageSubject::Page(page), _) => Some(self.site.page(page).section),
            _ => None,
        };
        let mut chain = Vec::new();
        let mut at = current;
        while let Some(section) = at {
            chain.push(section);
            at = self.site.sections[section].parent;
        }
        chain.reverse();
        let open = chain.get(1).and_then(|section| {
            let place = self.site.sections[0]
                .children
                .iter()
                .position(|child| child == section)?;
            let is_current = output_page.subject == PageSubject::Section(*section);
            Some((
                place,
                SectionLink {
                    is_current,
                    is_open: true,
                    ..self.section_link(*section)
                },
            ))
        });
        let mut branch = Vec::new();
        if let Some(first) = chain.get(1) {
            self.add_branch(*first, &chain, output_page, 0, &mut branch);
        } else if chain == [0] && matches!(output_page.subject, PageSubject::Page(_)) {
            self.add_pages(0, output_page, 0, &mut branch);
        }
        NavView { open, branch }
    }

    /// The sections right below the home page, as pages outside all of them see them.
    pub(super) fn top_sections(&self) -> &TopSections {
        self.found.top.get_or_init(|| {
            let links: Vec<SectionLink> = self.site.sections[0]
                .children
                .iter()
                .map(|id| self.section_link(*id))
                .collect();
            TopSections {
                hash: hash_of(&links),
                links: links.iter().map(SharedValue::new).collect(),
            }
        })
    }

    fn section_link(&self, section: usize) -> SectionLink {
        let found = &self.site.sections[section];
        let (title, href) = (self.section_title(section), self.href(&found.route));
        SectionLink {
            title,
            href,
            count: found.count,
            is_current: false,
            is_open: false,
        }
    }

    pub(super) fn add_branch(
        &self,
        section: usize,
        chain: &[usize],
        output_page: &OutputPage,
        depth: usize,
        branch: &mut Vec<BranchLine>,
    ) {
        let found = &self.site.sections[section];
        let is_open = chain.contains(&section);
        branch.push(BranchLine::Item(BranchItem {
            title: self.section_title(section),
            href: self.href(&found.route),
            depth,
            is_current: output_page.subject == PageSubject::Section(section),
            is_open,
            is_section: true,
        }));
        if !is_open {
            return;
        }
        for child in around(
            &found.children,
            found
                .children
                .iter()
                .position(|child| chain.contains(child)),
        ) {
            self.add_branch(*child, chain, output_page, depth + 1, branch);
        }
        if chain.last() == Some(&section) {
            self.add_pages(section, output_page, depth + 1, branch);
        }
    }

    pub(super) fn add_pages(
        &self,
        section: usize,
        output_page: &OutputPage,
        depth: usize,
        branch: &mut Vec<BranchLine>,
    ) {
        let pages = &self.site.sections[section].pages;
        let position = match output_page.subject {
            PageSubject::Page(page) => self.neighbors[page],
            _ => None,
        };
        for id in around(pages, position) {
            branch.push(match output_page.subject {
                PageSubject::Page(shown) if shown == *id => {
                    BranchLine::Item(self.branch_item(*id, depth, true))
                }
                _ => BranchLine::Page(*id, depth),
            });
        }
    }

    pub(super) fn branch_item(&self, id: PageId, depth: usize, is_current: bool) -> BranchItem {
        let page = self.site.page(id);
        BranchItem {
            title: page
                .entry
                .meta
                .short_title
                .clone()
                .unwrap_or_else(|| page.entry.title.clone()),
            href: self.href(&page.route),
            depth,
            is_current,
            is_open: false,
            is_section: false,
        }
    }
}

/// At most `SIBLINGS_MAX` items of a list, around a position.
fn around<T>(all: &[T], position: Option<usize>) -> &[T] {
    let start = position
        .unwrap_or(0)
        .saturating_sub(SIBLINGS_MAX / 2)
        .min(all.len().saturating_sub(SIBLINGS_MAX));
    &all[start..all.len().min(start + SIBLINGS_MAX)]
}
