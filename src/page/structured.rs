//! What a page says to machines: JSON-LD with schema.org's words. Only with a `base_url`, since addresses must be absolute.

use serde_json::{Map, Value, json};

use super::compose::Composer;
use super::view::PageView;
use super::{Sheet, Subject};
use crate::site::PageId;

/// The JSON-LD of a sheet, safe inside a script element.
pub fn of(composer: &Composer, sheet: &Sheet, view: &PageView, page_id: Option<PageId>) -> Option<String> {
    let url = view.url.as_ref()?;
    let base = composer.site.settings().base_url.as_ref()?;
    let mut graph = Vec::new();
    match (sheet.subject, page_id) {
        (Subject::NotFound, _) => return None,
        (Subject::Page(page), _) => graph.push(page_data(composer, view, page, url)),
        (Subject::Section(0), _) => {
            graph.push(json!({ "@type": "WebSite", "name": composer.site_title(), "url": url, "inLanguage": view.language }))
        }
        _ => graph.push(json!({ "@type": "CollectionPage", "name": view.title, "url": url, "inLanguage": view.language })),
    }
    if !view.breadcrumbs.is_empty() {
        let crumbs = view.breadcrumbs.iter().map(|crumb| (crumb.title.as_str(), format!("{}{}", base.origin, crumb.href)));
        let all = crumbs.chain([(view.title.as_str(), url.clone())]).enumerate();
        let items: Vec<Value> =
            all.map(|(index, (name, item))| json!({ "@type": "ListItem", "position": index + 1, "name": name, "item": item })).collect();
        graph.push(json!({ "@type": "BreadcrumbList", "itemListElement": items }));
    }
    let data = json!({ "@context": "https://schema.org", "@graph": graph });
    Some(for_script(&data))
}

fn page_data(composer: &Composer, view: &PageView, page: PageId, url: &str) -> Value {
    let kind = composer.site.kinds.get(&composer.site.page(page).entry.meta.kind);
    let types: Vec<&str> =
        kind.map_or("WebPage", |kind| &kind.schema_type).split([' ', ',', '+']).filter(|name| !name.is_empty()).collect();
    let mut data = Map::new();
    let mut put = |key: &str, value: Value| {
        if !value.is_null() {
            data.insert(key.to_owned(), value);
        }
    };
    put("@type", if types.len() == 1 { json!(types[0]) } else { json!(types) });
    put(if types.contains(&"Article") { "headline" } else { "name" }, json!(view.title));
    put("url", json!(url));
    put("description", json!(view.description));
    put("inLanguage", json!(view.language));
    put("isAccessibleForFree", json!(true));
    put("datePublished", json!(view.published.as_ref().map(|day| &day.iso)));
    put("dateModified", json!(view.updated.as_ref().map(|day| &day.iso)));
    put("license", json!(view.license.as_ref().filter(|license| license.starts_with("http"))));
    put("image", json!(view.image.as_ref().and_then(|image| image.url.as_ref())));
    put("timeRequired", json!(format!("PT{}M", view.minutes)));
    if !view.authors.is_empty() {
        let authors: Vec<Value> = view
            .authors
            .iter()
            .map(|author| match &author.url {
                Some(url) => json!({ "@type": "Person", "name": author.name, "url": url }),
                None => json!({ "@type": "Person", "name": author.name }),
            })
            .collect();
        put("author", json!(authors));
    }
    Value::Object(data)
}

/// JSON in which nothing can end a script element (HTML, §4.12.1.3).
pub fn for_script(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}
