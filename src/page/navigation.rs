//! What lies around a page: the way back to the home page, the neighbours, the section's tree near
//! it, its feeds.

use super::compose::Composer;
use super::templates::{Shown, print_of};
use super::view::{BranchItem, BranchLine, Crumb, FeedView, NavView, SectionLink};
use super::{Sheet, Subject};
use crate::fingerprint::Fingerprint;
use crate::paths::Route;
use crate::site::PageId;

/// Siblings shown around a page in its section's tree.
const SIBLINGS_MAX: usize = 50;

/// Sections as templates see them, and the fingerprint of what they say.
pub struct TopSections {
    pub(super) links: Vec<Shown>,
    pub(super) print: Fingerprint,
}

impl Composer {
    pub(super) fn neighbour(&self, id: PageId, step: isize) -> Option<Crumb> {
        let position = self.neighbours[id]?;
        let pages = &self.site.sections[self.site.page(id).section].pages;
        let other = self
            .site
            .page(*pages.get(position.checked_add_signed(step)?)?);
        Some(Crumb {
            title: other.entry.title.clone(),
            href: self.href(&other.route),
        })
    }

    pub(super) fn breadcrumbs(&self, sheet: &Sheet, page_id: Option<PageId>) -> Vec<Crumb> {
        let section = match (sheet.subject, page_id) {
            (Subject::Section(0), _) => return Vec::new(),
            (Subject::Section(section), _) => self.site.sections[section].parent,
            (Subject::Page(page), _) => Some(self.site.page(page).section),
            (Subject::Surprise(section), _) => Some(section),
            _ => Some(0),
        };
        let mut crumbs = Vec::new();
        let mut at = section;
        while let Some(section) = at {
            let found = &self.site.sections[section];
            let title = if section == 0 {
                self.words
                    .say(&self.site.settings().language, "home", None, &[])
                    .unwrap_or_else(|| self.site_title())
            } else {
                self.section_title(section)
            };
            crumbs.push(Crumb {
                title,
                href: self.href(&found.route),
            });
            at = found.parent;
        }
        crumbs.reverse();
        let list = match sheet.subject {
            Subject::Topic(_) => Some(("topics", "topics")),
            Subject::Audience(_) => Some(("audiences", "audiences")),
            Subject::Narrowed(_) => Some(("a_to_z", "a-z")),
            _ => None,
        };
        if let Some((key, folder)) = list {
            let title = self
                .words
                .say(&self.site.settings().language, key, None, &[])
                .unwrap_or_else(|| key.to_owned());
            crumbs.push(Crumb {
                title,
                href: self.href(&Route::page([folder])),
            });
        }
        crumbs
    }

    /// The feeds that belong to a sheet, the site's first; none without a `base_url`, which they
    /// need.
    pub(super) fn feeds(&self, subject: Subject, page_id: Option<PageId>) -> Vec<FeedView> {
        if self.site.settings().base_url.is_none() {
            return Vec::new();
        }
        let site_title = self.site_title();
        let feed = |title: String, route: &str, media_type| {
            let route = Route::new(route).expect("feeds lie inside the site");
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
            Subject::Topic(topic) => Some(&self.site.topics[topic]),
            Subject::Audience(audience) => Some(&self.site.audiences[audience]),
            _ => None,
        };
        // A feed without entries is not made.
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
            Subject::Section(section) if self.site.sections[section].depth == 1 => {
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

    pub(super) fn nav(&self, sheet: &Sheet, page_id: Option<PageId>) -> NavView {
        let current = match (sheet.subject, page_id) {
            (Subject::Section(section), _) => Some(section),
            (Subject::Page(page), _) => Some(self.site.page(page).section),
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
            let is_current = sheet.subject == Subject::Section(*section);
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
            self.add_branch(*first, &chain, sheet, 0, &mut branch);
        } else if chain == [0] && matches!(sheet.subject, Subject::Page(_)) {
            self.add_pages(0, sheet, 0, &mut branch);
        }
        NavView { open, branch }
    }

    /// The sections right below the home page, as those see them that are in none.
    pub(super) fn top_sections(&self) -> &TopSections {
        self.found.top.get_or_init(|| {
            let links: Vec<SectionLink> = self.site.sections[0]
                .children
                .iter()
                .map(|id| self.section_link(*id))
                .collect();
            TopSections {
                print: print_of(&links),
                links: links.iter().map(Shown::new).collect(),
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
        sheet: &Sheet,
        depth: usize,
        branch: &mut Vec<BranchLine>,
    ) {
        let found = &self.site.sections[section];
        let is_open = chain.contains(&section);
        branch.push(BranchLine::Item(BranchItem {
            title: self.section_title(section),
            href: self.href(&found.route),
            depth,
            is_current: sheet.subject == Subject::Section(section),
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
            self.add_branch(*child, chain, sheet, depth + 1, branch);
        }
        if chain.last() == Some(&section) {
            self.add_pages(section, sheet, depth + 1, branch);
        }
    }

    pub(super) fn add_pages(
        &self,
        section: usize,
        sheet: &Sheet,
        depth: usize,
        branch: &mut Vec<BranchLine>,
    ) {
        let pages = &self.site.sections[section].pages;
        let position = match sheet.subject {
            Subject::Page(page) => self.neighbours[page],
            _ => None,
        };
        for id in around(pages, position) {
            branch.push(match sheet.subject {
                Subject::Page(shown) if shown == *id => {
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

/// At most `SIBLINGS_MAX` of a list, around a position.
fn around<T>(all: &[T], position: Option<usize>) -> &[T] {
    let start = position
        .unwrap_or(0)
        .saturating_sub(SIBLINGS_MAX / 2)
        .min(all.len().saturating_sub(SIBLINGS_MAX));
    &all[start..all.len().min(start + SIBLINGS_MAX)]
}
