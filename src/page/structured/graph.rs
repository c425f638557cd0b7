//! The structured data of an output page: JSON-LD with the vocabulary of schema.org. It requires a
//! `base_url`, since addresses must be absolute.

use super::json::{Json, JsonObject};
use super::lists;
use super::page::page_data;
use super::parts::{absolute, default_data};
use crate::escape;
use crate::page::catalog::Catalog;
use crate::page::output_page::{OutputPage, PageSubject};
use crate::page::view::PageView;

/// The JSON-LD of an output page, safe inside a script element. It depends only on what the output
/// page shows and on the settings, so it is generated only when the page is rendered.
pub fn structured_data(
    catalog: &Catalog,
    output_page: &OutputPage,
    view: &PageView,
) -> Option<String> {
    let url = view.url.as_ref()?;
    let mut graph = Vec::new();
    match output_page.subject {
        PageSubject::NotFound => return None,
        PageSubject::Page(_) => graph.push(page_data(catalog, view, url)),
        PageSubject::Section(0) if output_page.number == 1 => {
            graph.push(lists::site(catalog, view, url))
        }
        PageSubject::About => graph.push(default_data("AboutPage", view, url)),
        PageSubject::Privacy | PageSubject::RandomPage(_) => {
            graph.push(default_data("WebPage", view, url))
        }
        PageSubject::Search => graph.push(default_data("SearchResultsPage", view, url)),
        _ => graph.push(lists::list(catalog, output_page, view, url)),
    }
    if !view.breadcrumbs.is_empty() {
        graph.push(breadcrumb_list(catalog, view, url));
    }
    let graph: Json = graph.into_iter().collect();
    Some(escape::json_in_script(
        &JsonObject::default()
            .with("@context", "https://schema.org")
            .with("@graph", graph),
    ))
}

/// The sections above a page, and the page itself.
fn breadcrumb_list<'a>(catalog: &Catalog, view: &'a PageView, url: &'a str) -> JsonObject<'a> {
    let above = view
        .breadcrumbs
        .iter()
        .map(|crumb| (&crumb.title, Json::from(absolute(catalog, &crumb.href))));
    let all = above.chain([(&view.title, Json::from(url))]).zip(1..);
    let item = |((name, item), position): ((_, _), i64)| {
        JsonObject::of_type("ListItem")
            .with("position", position)
            .with("name", name)
            .with("item", item)
    };
    JsonObject::of_type("BreadcrumbList").with("itemListElement", all.map(item).collect::<Json>())
}
