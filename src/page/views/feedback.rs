//! How readers say whether a page helped, and where it is discussed.

use crate::page::catalog::Catalog;
use crate::page::index::SiteIndex;
use crate::page::query_text::query_encoded;
use crate::page::view::FeedbackView;
use crate::site::SitePage;

/// How a reader of this page says whether it helped.
pub fn feedback(index: &SiteIndex, page: &SitePage) -> Option<FeedbackView> {
    let catalog = &index.catalog;
    let way = catalog.site.settings().feedback_way()?;
    Some(FeedbackView {
        way,
        title: query_encoded(&[&page.entry.title, ": "]),
        address: query_encoded(&[&catalog.url_or_href(&page.route), "\n"]),
        answers: index.feedback_answers(catalog.site.language(page)),
    })
}

/// The address where the page is discussed.
pub fn discuss_href(catalog: &Catalog, page: &SitePage) -> Option<String> {
    let pattern = catalog.site.settings().discuss.as_ref()?;
    let address = query_encoded(&[&catalog.url_or_href(&page.route)]);
    let title = query_encoded(&[&page.entry.title]);
    Some(
        pattern
            .replace("{url}", &address)
            .replace("{title}", &title),
    )
}
