//! The addresses where a page's source can be edited and a problem with it reported.

use crate::escape;
use crate::page::catalog::Catalog;
use crate::site::SitePage;

/// An address from the settings with this page's values for the names in braces.
pub fn filled_address(catalog: &Catalog, pattern: &str, page: &SitePage) -> String {
    pattern
        .replace(
            "{path}",
            &escape::percent(page.entry.source.as_str(), escape::IN_PATH),
        )
        .replace(
            "{url}",
            &escape::percent(&catalog.url_or_href(&page.route), escape::IN_QUERY),
        )
        .replace(
            "{title}",
            &escape::percent(&page.entry.title, escape::IN_QUERY),
        )
}
