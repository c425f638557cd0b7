//! The structured data of a page. What is specific to a kind is in the kind's file (`structured:`);
//! this module adds what all pages have.

use super::json::{Json, JsonObject};
use super::parts::{publisher, shared_image};
use super::patterns::PatternValues;
use crate::page::catalog::Catalog;
use crate::page::view::{AuthorView, PageView};

/// The structured data of a page of a kind.
pub fn page_data<'a>(catalog: &'a Catalog, view: &'a PageView, url: &'a str) -> JsonObject<'a> {
    let kind = catalog.site.kinds.get(&view.kind);
    let types: Vec<&str> = kind
        .map_or("WebPage", |kind| &kind.schema_type)
        .split([' ', ',', '+'])
        .filter(|name| !name.is_empty())
        .collect();
    let mut data = JsonObject::default();
    match types[..] {
        [only] => data.put("@type", only),
        _ => data.put(
            "@type",
            types.iter().map(|name| Json::from(*name)).collect::<Json>(),
        ),
    }
    data.put("name", &view.title);
    data.put_some(
        "headline",
        types.contains(&"Article").then_some(&view.title),
    );
    data.put("url", url);
    data.put_some("description", view.description.as_ref());
    data.put_some("image", shared_image(view));
    // An event, a service or a term is not a creative work: these properties would describe it
    // instead of the page.
    if !types
        .iter()
        .any(|name| matches!(*name, "Event" | "Service" | "DefinedTerm"))
    {
        of_work(view, &mut data);
        data.put_some("publisher", publisher(catalog));
    }
    for (name, pattern) in kind
        .map(|kind| kind.structured.as_slice())
        .unwrap_or_default()
    {
        data.put_some(
            name,
            PatternValues {
                catalog,
                view,
                item: None,
            }
            .fill(pattern),
        );
    }
    data
}

/// Adds the properties of anything that can be read or viewed.
fn of_work<'a>(view: &'a PageView, data: &mut JsonObject<'a>) {
    data.put("inLanguage", &view.language);
    data.put("isAccessibleForFree", true);
    data.put_some("datePublished", view.published.as_ref().map(|day| &day.iso));
    data.put_some("dateModified", view.updated.as_ref().map(|day| &day.iso));
    data.put_some(
        "license",
        view.license
            .as_ref()
            .filter(|license| license.starts_with("http")),
    );
    data.put("timeRequired", format!("PT{}M", view.minutes));
    if view.tool.is_some() {
        data.put("applicationCategory", "UtilitiesApplication");
        data.put("operatingSystem", "Any");
    }
    if !view.authors.is_empty() {
        let person = |author: &'a AuthorView| {
            let mut person = JsonObject::of_type("Person").with("name", &author.name);
            person.put_some("url", author.url.as_ref());
            person
        };
        data.put("author", view.authors.iter().map(person).collect::<Json>());
    }
}
