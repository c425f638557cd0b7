//! Structured data of the site and its lists. A list consists of the addresses of its entries, in
//! their order.

use super::json::{Json, JsonObject};
use super::{default_data, publisher};
use crate::page::compose::Composer;
use crate::page::view::{Listing, PageView};
use crate::page::{OutputPage, PageSubject};
use crate::site::PageId;

/// The home page: what the site is and who provides it.
pub(super) fn site<'a>(composer: &'a Composer, view: &'a PageView, url: &'a str) -> JsonObject<'a> {
    let mut data = default_data("WebSite", view, url);
    let settings = composer.site.settings();
    data.put("name", composer.site_title());
    data.put("isAccessibleForFree", true);
    data.put_some(
        "description",
        view.summary.as_ref().or(settings.summary.as_ref()),
    );
    data.put_some("publisher", publisher(composer));
    data.put_some(
        "license",
        settings
            .license
            .as_ref()
            .filter(|license| license.starts_with("http")),
    );
    data
}

/// One page of a list, with the list on it.
pub(super) fn list<'a>(
    composer: &Composer,
    output_page: &OutputPage,
    view: &'a PageView,
    url: &'a str,
) -> JsonObject<'a> {
    let data = default_data("CollectionPage", view, url);
    let entries = view
        .listing
        .as_ref()
        .map(|listing| entries(composer, output_page, listing))
        .unwrap_or_default();
    if entries.is_empty() {
        return data;
    }
    let place = |(url, position): (String, i64)| {
        JsonObject::of_type("ListItem")
            .with("position", position)
            .with("url", url)
    };
    let items: Json = entries.into_iter().zip(1..).map(place).collect();
    data.with(
        "mainEntity",
        JsonObject::of_type("ItemList").with("itemListElement", items),
    )
}

/// The addresses of a list's entries. For a list of lists, those of the lists.
fn entries(composer: &Composer, output_page: &OutputPage, listing: &Listing) -> Vec<String> {
    let Some(base) = &composer.site.settings().base_url else {
        return Vec::new();
    };
    if matches!(
        output_page.subject,
        PageSubject::Topics | PageSubject::Audiences
    ) {
        return listing
            .groups
            .iter()
            .filter_map(|group| Some(format!("{}{}", base.origin, group.href.as_ref()?)))
            .collect();
    }
    let shown = listing
        .items
        .iter()
        .chain(listing.groups.iter().flat_map(|group| &group.items));
    shown
        .filter_map(|page: &PageId| composer.url(&composer.site.page(*page).route))
        .collect()
}
