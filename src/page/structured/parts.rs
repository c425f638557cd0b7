//! What the structured data of several types of page has in common.

use super::json::JsonObject;
use crate::page::catalog::Catalog;
use crate::page::view::PageView;

/// The structured data of an output page without a page of a kind.
pub fn default_data<'a>(schema_type: &'a str, view: &'a PageView, url: &'a str) -> JsonObject<'a> {
    let mut data = JsonObject::of_type(schema_type)
        .with("name", &view.title)
        .with("url", url)
        .with("inLanguage", &view.language);
    data.put_some(
        "description",
        view.description.as_ref().or(view.summary.as_ref()),
    );
    data.put_some("image", shared_image(view));
    data
}

/// The image for a page, which is the one shown where its address is shared.
pub fn shared_image(view: &PageView) -> Option<&str> {
    let card = view.social_card.as_ref().map(|card| &*card.url);
    card.or_else(|| view.image.as_ref().and_then(|image| image.url.as_deref()))
}

/// The organization that provides the site.
pub fn publisher(catalog: &Catalog) -> Option<JsonObject<'_>> {
    let who = catalog.site.settings().giving.who.as_ref()?;
    Some(JsonObject::of_type("Organization").with("name", who))
}

/// The absolute address of an address within the site.
pub fn absolute(catalog: &Catalog, href: &str) -> String {
    let base = catalog.site.settings().base_url.as_ref();
    [base.map_or("", |base| &base.origin), href].concat()
}
