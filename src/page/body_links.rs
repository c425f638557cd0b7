//! The targets of the links in a page's own text, in its HTML and in its Markdown copy.

use super::compose::Composer;
use crate::document::links::{Link, LinkRole};
use crate::site::PageId;
use crate::site::links::Destination;

impl Composer {
    pub(super) fn body_links(&self, id: PageId) -> (Vec<String>, Vec<String>) {
        let page = self.site.page(id);
        let written = page.links.iter().zip(&page.entry.links);
        let hrefs = written
            .clone()
            .map(|(resolved, link)| self.site.href(&resolved.to, &link.target.value))
            .collect();
        if page
            .entry
            .links
            .iter()
            .all(|link| link.role != LinkRole::Wiki)
        {
            return (hrefs, Vec::new());
        }
        (
            hrefs,
            written
                .map(|(resolved, link)| self.wiki_title(&resolved.to, link))
                .collect(),
        )
    }

    /// The targets of the links in a page's Markdown copy, `None` for links that stay as written,
    /// and the text of each wiki link without text of its own.
    pub fn copied_links(&self, id: PageId) -> (Vec<Option<String>>, Vec<String>) {
        let page = self.site.page(id);
        let (hrefs, titles) = self.body_links(id);
        let stays = |to: &Destination| {
            matches!(
                to,
                Destination::AsWritten | Destination::Refused | Destination::Here { .. }
            )
        };
        let hrefs = hrefs
            .into_iter()
            .zip(&page.links)
            .map(|(href, resolved)| Some(href).filter(|_| !stays(&resolved.to)));
        (hrefs.collect(), titles)
    }

    /// The text of a wiki link without text of its own, or an empty string for other links.
    pub(super) fn wiki_title(&self, to: &Destination, link: &Link) -> String {
        match to {
            _ if link.role != LinkRole::Wiki => String::new(),
            Destination::Page { page, .. } => self.site.page(*page).entry.title.clone(),
            _ => link.target.value.clone(),
        }
    }
}
