//! The feeds of an output page.

use crate::kind::Kind;
use crate::page::catalog::Catalog;
use crate::page::output_page::PageSubject;
use crate::page::view::FeedView;
use crate::paths::Route;
use crate::site::PageId;
use crate::site::topics::TermPages;

/// The feeds of an output page, the site's feeds first. There are none without a `base_url`, which
/// feeds require. `page` is the page whose text is shown.
pub fn feeds(catalog: &Catalog, subject: PageSubject, page: Option<PageId>) -> Vec<FeedView> {
    if catalog.site.settings().base_url.is_none() {
        return Vec::new();
    }
    let site_title = catalog.site_title();
    let feed = |title: String, route: &str, media_type| {
        let route = Route::new(route).expect("feeds are inside the site");
        FeedView {
            title,
            href: catalog.href(&route),
            media_type,
        }
    };
    let mut feeds = vec![
        feed(site_title.clone(), "/feed.xml", "application/atom+xml"),
        feed(site_title.clone(), "/feed.json", "application/feed+json"),
    ];
    if let Some(term) = term_with_feed(catalog, subject) {
        feeds.push(feed(
            format!("{site_title}: {}", term.title),
            &format!("{}feed.xml", term.route),
            "application/atom+xml",
        ));
    }
    if let Some((kind, folder)) = kind_with_feed(catalog, subject, page) {
        let title = catalog.kind_title_plural(&kind.name);
        feeds.push(feed(
            format!("{site_title}: {title}"),
            &format!("/{folder}/feed.xml"),
            "application/atom+xml",
        ));
    }
    feeds
}

/// The topic or audience that has a feed. A feed without entries is not generated.
fn term_with_feed(catalog: &Catalog, subject: PageSubject) -> Option<&TermPages> {
    let site = &catalog.site;
    let term = match subject {
        PageSubject::Topic(topic) => &site.topics[topic],
        PageSubject::Audience(audience) => &site.audiences[audience],
        _ => return None,
    };
    let is_dated = |page: &PageId| site.page(*page).changed().is_some();
    term.pages.iter().any(is_dated).then_some(term)
}

/// The kind whose feed belongs to an output page, and the folder of that feed.
fn kind_with_feed(
    catalog: &Catalog,
    subject: PageSubject,
    page: Option<PageId>,
) -> Option<(&Kind, &String)> {
    let site = &catalog.site;
    let kind = match subject {
        PageSubject::Section(section) if site.sections[section].depth == 1 => {
            catalog.section_kind(&site.sections[section])?
        }
        _ => catalog.kind(site.page(page?))?,
    };
    Some((kind, kind.folder.as_ref().filter(|_| kind.has_feed)?))
}
