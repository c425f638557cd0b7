//! The navigation around a page: the sections below the home page, and the tree of the page's own
//! section near it.

use std::sync::Arc;

use super::page_line::page_line;
use crate::page::cards::CardTable;
use crate::page::output_page::PageSubject;
use crate::page::view::{BranchItem, BranchLine, NavView, SectionLink};

/// The most siblings shown around a page in its section's tree.
const SIBLINGS_MAX: usize = 50;

/// The navigation around an output page.
pub fn nav(cards: &CardTable, subject: PageSubject) -> NavView {
    let site = &cards.index.catalog.site;
    let mut at = match subject {
        PageSubject::Section(section) => Some(section),
        PageSubject::Page(page) => Some(site.page(page).section),
        _ => None,
    };
    let mut chain = Vec::new();
    while let Some(section) = at {
        chain.push(section);
        at = site.sections[section].parent;
    }
    chain.reverse();
    let sections = Arc::clone(cards.index.top_sections());
    let open = chain.get(1).and_then(|section| {
        let children = &site.sections[0].children;
        let position = children.iter().position(|child| child == section)?;
        let link = SectionLink {
            is_current: subject == PageSubject::Section(*section),
            is_open: true,
            ..sections[position].clone()
        };
        Some((position, link))
    });
    let first = chain.get(1).copied();
    let mut tree = Tree {
        cards,
        subject,
        chain,
        lines: Vec::new(),
    };
    if let Some(first) = first {
        tree.add_section(first, 0);
    } else if tree.chain == [0] && matches!(subject, PageSubject::Page(_)) {
        tree.add_pages(0, 0);
    }
    NavView {
        sections,
        open,
        branch: tree.lines,
    }
}

/// The tree of a section, while it is made.
struct Tree<'a> {
    cards: &'a CardTable,
    subject: PageSubject,
    /// The sections from the home page to the output page.
    chain: Vec<usize>,
    lines: Vec<BranchLine>,
}

impl Tree<'_> {
    /// Adds a section and, if the output page is in it, what is inside.
    fn add_section(&mut self, section: usize, depth: usize) {
        let catalog = &self.cards.index.catalog;
        let own = &catalog.site.sections[section];
        let is_open = self.chain.contains(&section);
        self.lines.push(BranchLine::Item(BranchItem {
            title: catalog.section_title(section),
            href: catalog.href(&own.route),
            depth,
            is_current: self.subject == PageSubject::Section(section),
            is_open,
            is_section: true,
        }));
        if !is_open {
            return;
        }
        let is_in_chain = |child: &usize| self.chain.contains(child);
        let position = own.children.iter().position(is_in_chain);
        for child in around(&own.children, position) {
            self.add_section(*child, depth + 1);
        }
        if self.chain.last() == Some(&section) {
            self.add_pages(section, depth + 1);
        }
    }

    /// Adds the pages of a section near the output page.
    fn add_pages(&mut self, section: usize, depth: usize) {
        let index = &self.cards.index;
        let current = match self.subject {
            PageSubject::Page(page) => Some(page),
            _ => None,
        };
        let position = current.and_then(|page| index.position(page));
        for id in around(&index.catalog.site.sections[section].pages, position) {
            self.lines.push(if current == Some(*id) {
                BranchLine::Item(BranchItem {
                    is_current: true,
                    ..page_line(&index.catalog, *id, depth)
                })
            } else {
                BranchLine::Page(self.cards.line(*id, depth))
            });
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
