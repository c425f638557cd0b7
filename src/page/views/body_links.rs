//! The targets of the links in a page's own text, in its HTML and in its Markdown copy.

use crate::document::links::LinkRole;
use crate::page::catalog::Catalog;
use crate::site::PageId;
use crate::site::links::Destination;

/// Where the links of a text lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyLinks<T> {
    /// The target of each link.
    pub hrefs: Vec<T>,
    /// The text of each link that is a wiki link without text of its own. Empty if the text has no
    /// wiki link.
    pub wiki_titles: Vec<String>,
}

/// The links of a page's text.
pub fn body_links(catalog: &Catalog, id: PageId) -> BodyLinks<String> {
    let page = catalog.site.page(id);
    let links = || page.links.iter().zip(&page.entry.links);
    let hrefs = links().map(|(resolved, link)| catalog.site.href(&resolved.to, &link.target.value));
    let is_wiki = |(_, link): (_, &crate::document::links::Link)| link.role == LinkRole::Wiki;
    let wiki_titles = match links().any(is_wiki) {
        true => links()
            .map(|(resolved, link)| catalog.wiki_title(&resolved.to, link))
            .collect(),
        false => Vec::new(),
    };
    BodyLinks {
        hrefs: hrefs.collect(),
        wiki_titles,
    }
}

/// The links of a page's Markdown copy. A target is `None` if the link stays as written.
pub fn copied_links(catalog: &Catalog, id: PageId) -> BodyLinks<Option<String>> {
    let links = body_links(catalog, id);
    let stays = |to: &Destination| {
        matches!(
            to,
            Destination::AsWritten | Destination::Refused | Destination::Here { .. }
        )
    };
    let resolved = &catalog.site.page(id).links;
    let hrefs = links
        .hrefs
        .into_iter()
        .zip(resolved)
        .map(|(href, resolved)| Some(href).filter(|_| !stays(&resolved.to)));
    BodyLinks {
        hrefs: hrefs.collect(),
        wiki_titles: links.wiki_titles,
    }
}
