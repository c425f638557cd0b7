//! Structured data of the site and its lists. A list consists of the addresses of its entries, in
//! their order.

use super::json::{Json, JsonObject};
use super::parts::{absolute, default_data, publisher};
use crate::page::catalog::Catalog;
use crate::page::output_page::{OutputPage, PageSubject};
use crate::page::view::{Listing, PageView};

/// The home page: what the site is and who provides it.
pub fn site<'a>(catalog: &'a Catalog, view: &'a PageView, url: &'a str) -> JsonObject<'a> {
    let mut data = default_data("WebSite", view, url);
    let settings = catalog.site.settings();
    data.put("name", catalog.site_title());
    data.put("isAccessibleForFree", true);
    data.put_some(
        "description",
        view.summary.as_ref().or(settings.summary.as_ref()),
    );
    data.put_some("publisher", publisher(catalog));
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
pub fn list<'a>(
    catalog: &Catalog,
    output_page: &OutputPage,
    view: &'a PageView,
    url: &'a str,
) -> JsonObject<'a> {
    let data = default_data("CollectionPage", view, url);
    let entries = view
        .listing
        .as_ref()
        .map(|listing| entries(catalog, output_page, listing))
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
fn entries(catalog: &Catalog, output_page: &OutputPage, listing: &Listing) -> Vec<String> {
    if matches!(
        output_page.subject,
        PageSubject::Topics | PageSubject::Audiences
    ) {
        let lists = listing.groups.iter();
        return lists
            .filter_map(|group| Some(absolute(catalog, group.href.as_ref()?)))
            .collect();
    }
    let cards = listing.cards();
    cards.map(|card| absolute(catalog, &card.href)).collect()
}
