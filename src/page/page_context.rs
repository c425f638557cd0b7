//! An output page ready to be rendered: the view, and the values for the placeholders in its page's
//! text.

use std::sync::Arc;

use super::OutputPage;
use super::fields;
use super::site_index::TermUse;
use super::tool::EmbeddedTool;
use super::view::{BranchLine, NavView, PageView};
use crate::fingerprint::Fingerprint;
use crate::site::PageId;

/// An output page ready to be rendered.
#[derive(Clone, Debug, PartialEq)]
pub struct PageContext {
    pub output_page: OutputPage,
    pub page: PageView,
    pub nav: NavView,
    /// The template's name.
    pub template: String,
    /// The page whose Markdown it shows.
    pub body: Option<PageId>,
    /// The target of each link of that page's Markdown, as written in an `href`.
    pub links: Vec<String>,
    /// The text of each link that is a wiki link without text of its own: the title of its target
    /// page, or the target as written. Empty if there is no wiki link.
    pub wiki_titles: Vec<String>,
    /// Tools of other pages in its text.
    pub embedded: Vec<EmbeddedTool>,
    /// The glossary terms in that Markdown with their explanations, or `None` for a term whose page
    /// is not published.
    pub terms: Vec<Option<Arc<TermUse>>>,
    /// A hash of the terms' positions in it.
    pub term_places: Option<Fingerprint>,
}

impl PageContext {
    /// Whether one of its tools states that answers stay in the browser.
    pub fn has_privacy_note(&self) -> bool {
        let embedded = self
            .embedded
            .iter()
            .filter_map(|embedded| embedded.view.as_deref());
        self.page
            .tool
            .iter()
            .chain(embedded)
            .any(|tool| tool.is_private)
    }

    /// The same page without that statement.
    #[must_use]
    pub fn without_privacy_note(&self) -> Self {
        let mut composed = self.clone();
        let embedded = composed
            .embedded
            .iter_mut()
            .filter_map(|embedded| embedded.view.as_deref_mut());
        composed
            .page
            .tool
            .iter_mut()
            .chain(embedded)
            .for_each(|tool| tool.is_private = false);
        composed
    }

    /// The pages of which it shows something.
    pub fn shown_pages(&self) -> impl Iterator<Item = PageId> + '_ {
        let view = &self.page;
        let listed = view.listing.iter().flat_map(|listing| {
            listing
                .items
                .iter()
                .chain(listing.groups.iter().flat_map(|group| &group.items))
        });
        let neighbors = self.nav.branch.iter().filter_map(|line| match line {
            BranchLine::Page(page, _) => Some(page),
            BranchLine::Item(_) => None,
        });
        let linked = fields::links(&view.fields)
            .into_iter()
            .filter_map(|link| link.page.as_ref())
            .collect::<Vec<_>>();
        view.next
            .iter()
            .chain(linked)
            .chain(
                view.paths
                    .iter()
                    .flat_map(|path| path.previous.iter().chain(&path.next)),
            )
            .chain(&view.collected)
            .chain(&view.used_in)
            .chain(&view.related)
            .chain(&view.backlinks)
            .chain(listed)
            .chain(neighbors)
            .copied()
    }
}
