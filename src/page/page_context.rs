//! A sheet ready to be drawn: the view, and what its page's text is filled in with.

use std::sync::Arc;

use super::OutputPage;
use super::fields;
use super::site_index::TermUse;
use super::tool::EmbeddedTool;
use super::view::{BranchLine, NavView, PageView};
use crate::fingerprint::Fingerprint;
use crate::site::PageId;

/// A sheet ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct PageContext {
    pub output_page: OutputPage,
    pub page: PageView,
    pub nav: NavView,
    /// The template's name.
    pub template: String,
    /// The page whose Markdown stands in it.
    pub body: Option<PageId>,
    /// Where each link of that page's Markdown leads, as it stands in an `href`.
    pub links: Vec<String>,
    /// What each of them says where it is a wiki link without words of its own: the title of the
    /// page that it leads to, or the target as written. Empty where there is no wiki link.
    pub wiki_titles: Vec<String>,
    /// Other pages' tools in its text.
    pub embedded: Vec<EmbeddedTool>,
    /// The words of the glossary in that Markdown, as they are explained; `None` for those whose
    /// page is not published.
    pub terms: Vec<Option<Arc<TermUse>>>,
    /// Stands for where in it they are.
    pub term_places: Option<Fingerprint>,
}

impl PageContext {
    /// Whether a tool in it says that answers stay in the browser.
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

    /// The same without saying so.
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
        let beside = self.nav.branch.iter().filter_map(|line| match line {
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
            .chain(beside)
            .copied()
    }
}
