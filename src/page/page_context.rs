//! An output page ready to be rendered: everything that its template sees, and the values for the
//! placeholders in its page's text.

use std::sync::Arc;

use super::content_hash::{ContentHash, PageRef, SharedPart};
use super::index::TermUse;
use super::output_page::OutputPage;
use super::tool::ToolView;
use super::view::{BranchLine, NavView, PageView, links};
use crate::diagnostic::Diagnostic;
use crate::fingerprint::Fingerprint;
use crate::site::PageId;

/// An output page ready to be rendered.
#[derive(Clone, Debug)]
pub struct PageContext {
    pub output_page: OutputPage,
    /// The page whose Markdown it shows.
    pub body: Option<PageId>,
    pub content: PageContent,
    /// Problems with the tools that the page embeds.
    pub problems: Vec<Diagnostic>,
}

/// Everything that an output page shows except its text.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct PageContent {
    pub page: PageView,
    pub nav: NavView,
    /// The template's name.
    pub template: String,
    /// The target of each link of the page's Markdown, as written in an `href`.
    pub links: Vec<String>,
    /// The text of each link that is a wiki link without text of its own: the title of its target
    /// page, or the target as written. Empty if there is no wiki link.
    pub wiki_titles: Vec<String>,
    /// Tools of other pages in its text, or `None` for a page without a tool.
    pub embedded: Vec<Option<Box<ToolView>>>,
    /// The glossary terms in that Markdown with their explanations, or `None` for a term whose page
    /// is not published.
    pub terms: Vec<Option<Arc<SharedPart<TermUse>>>>,
    /// A hash of the terms' positions in it.
    pub term_places: Option<Fingerprint>,
}

impl PageContext {
    /// The fingerprint of everything that the output page shows except its body's text: its own
    /// view, and what it shows of other pages.
    pub fn fingerprint(&self) -> Fingerprint {
        self.content.content_hash()
    }

    /// Whether one of its tools states that answers stay in the browser.
    pub fn has_privacy_note(&self) -> bool {
        let embedded = self.content.embedded.iter().flatten();
        let own = self.content.page.tool.iter();
        own.chain(embedded.map(|tool| &**tool))
            .any(|tool| tool.is_private)
    }

    /// The same page without that statement.
    #[must_use]
    pub fn without_privacy_note(&self) -> Self {
        let mut context = self.clone();
        let embedded = context.content.embedded.iter_mut().flatten();
        let own = context.content.page.tool.iter_mut();
        own.chain(embedded.map(|tool| &mut **tool))
            .for_each(|tool| tool.is_private = false);
        context
    }

    /// The pages of which it shows something.
    pub fn shown_pages(&self) -> impl Iterator<Item = PageId> + '_ {
        let view = &self.content.page;
        let lines = self
            .content
            .nav
            .branch
            .iter()
            .filter_map(|line| match line {
                BranchLine::Page(line) => Some(line.page),
                BranchLine::Item(_) => None,
            });
        let linked = links(&view.fields)
            .into_iter()
            .filter_map(|link| link.page)
            .collect::<Vec<PageRef>>();
        let of_paths = view.paths.iter();
        let of_paths = of_paths.flat_map(|path| path.previous.iter().chain(&path.next));
        let listed = view.listing.iter().flat_map(|listing| listing.cards());
        let cards = view
            .next
            .iter()
            .chain(of_paths)
            .chain(&view.collected)
            .chain(&view.used_in)
            .chain(&view.related)
            .chain(&view.backlinks)
            .chain(listed);
        cards
            .map(|card| card.page)
            .chain(linked)
            .chain(lines)
            .map(|page| page.0)
    }
}
