//! Structured data: JSON-LD with the vocabulary of schema.org. It requires a `base_url`, since
//! addresses must be absolute.
//!
//! What is specific to a kind is in its file (`structured:`). This module adds what all pages have,
//! and `lists` handles output pages that are not a page of a kind.

mod json;
mod lists;

use serde_json::{Value, json};

use self::json::{Json, JsonObject};
use super::compose::Composer;
use super::fields::{self, FieldView};
use super::view::{AuthorView, HeadingView, PageView};
use super::{OutputPage, PageSubject};
use crate::document::markdown::plain_text;
use crate::escape;
use crate::kind::structured::JsonPattern;
use crate::site::PageId;

/// The JSON-LD of an output page, safe inside a script element. It depends only on what the output
/// page shows and on [`of_site`], so it is generated only when the page is rendered. See DECISIONS:
/// "Structured data is made when a page is rendered".
pub fn of(composer: &Composer, output_page: &OutputPage, view: &PageView) -> Option<String> {
    let url = view.url.as_ref()?;
    let base = composer.site.settings().base_url.as_ref()?;
    let mut graph = Vec::new();
    match output_page.subject {
        PageSubject::NotFound => return None,
        PageSubject::Page(page) => graph.push(page_data(composer, view, page, url)),
        PageSubject::Section(0) if output_page.number == 1 => {
            graph.push(lists::site(composer, view, url))
        }
        PageSubject::About => graph.push(default_data("AboutPage", view, url)),
        PageSubject::Privacy | PageSubject::RandomPage(_) => {
            graph.push(default_data("WebPage", view, url))
        }
        PageSubject::Search => graph.push(default_data("SearchResultsPage", view, url)),
        _ => graph.push(lists::list(composer, output_page, view, url)),
    }
    if !view.breadcrumbs.is_empty() {
        let crumbs = view.breadcrumbs.iter().map(|crumb| {
            (
                &crumb.title,
                Json::from([&base.origin, crumb.href.as_str()].concat()),
            )
        });
        let all = crumbs.chain([(&view.title, Json::from(url))]).zip(1..);
        let item = |((name, item), position): ((_, _), i64)| {
            JsonObject::of_type("ListItem")
                .with("position", position)
                .with("name", name)
                .with("item", item)
        };
        graph.push(
            JsonObject::of_type("BreadcrumbList")
                .with("itemListElement", all.map(item).collect::<Json>()),
        );
    }
    let graph: Json = graph.into_iter().collect();
    Some(escape::json_in_script(
        &JsonObject::default()
            .with("@context", "https://schema.org")
            .with("@graph", graph),
    ))
}

/// The structured data of every page that comes from the settings, except what the templates' view
/// of the site already holds.
pub fn of_site(composer: &Composer) -> impl serde::Serialize {
    let settings = composer.site.settings();
    let base = settings.base_url.as_ref().map(|base| base.origin.as_str());
    (
        base,
        composer.site_title(),
        settings.summary.as_deref(),
        settings.license.as_deref(),
        settings.giving.who.as_deref(),
    )
}

/// The structured data of an output page without a page of a kind.
fn default_data<'a>(schema_type: &'a str, view: &'a PageView, url: &'a str) -> JsonObject<'a> {
    let mut data = JsonObject::of_type(schema_type)
        .with("name", &view.title)
        .with("url", url)
        .with("inLanguage", &view.language);
    data.put_some(
        "description",
        view.description.as_ref().or(view.summary.as_ref()),
    );
    data.put_some("image", picture(view));
    data
}

/// The image for a page, which is the one shown where its address is shared.
fn picture(view: &PageView) -> Option<&str> {
    let card = view.social_card.as_ref().map(|card| &*card.url);
    card.or_else(|| view.image.as_ref().and_then(|image| image.url.as_deref()))
}

/// The organization that provides the site.
fn publisher(composer: &Composer) -> Option<JsonObject<'_>> {
    let who = composer.site.settings().giving.who.as_ref()?;
    Some(JsonObject::of_type("Organization").with("name", who))
}

fn page_data<'a>(
    composer: &'a Composer,
    view: &'a PageView,
    page: PageId,
    url: &'a str,
) -> JsonObject<'a> {
    let kind = composer
        .site
        .kinds
        .get(&composer.site.page(page).entry.meta.kind);
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
    data.put_some("image", picture(view));
    // An event, a service or a term is not a creative work: these properties would describe it
    // instead of the page.
    if !types
        .iter()
        .any(|name| matches!(*name, "Event" | "Service" | "DefinedTerm"))
    {
        of_work(view, &mut data);
        data.put_some("publisher", publisher(composer));
    }
    for (name, pattern) in kind
        .map(|kind| kind.structured.as_slice())
        .unwrap_or_default()
    {
        data.put_some(
            name,
            PatternValues {
                composer,
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

/// The values for the placeholders of a kind's pattern.
#[derive(Clone, Copy)]
struct PatternValues<'a> {
    composer: &'a Composer,
    view: &'a PageView,
    /// The current item, within `each`.
    item: Option<&'a FieldView>,
}

/// A value for a placeholder.
enum PatternSource<'a> {
    Field(&'a FieldView),
    Made(FieldView),
}

impl PatternValues<'_> {
    /// The pattern with its placeholders filled, or `None` if no value fills them.
    fn fill<'p>(&self, pattern: &'p JsonPattern) -> Option<Json<'p>> {
        match pattern {
            JsonPattern::Text(text) => Some(text.into()),
            JsonPattern::Number(number) => Some(Json::Number(*number)),
            JsonPattern::Flag(flag) => Some(Json::Flag(*flag)),
            JsonPattern::From(source) => self.with(source, |value| self.structured_value(value)),
            JsonPattern::Seconds(source) => self.with(source, |value| match value {
                FieldView::Clock(seconds) => Some(Json::Number(*seconds)),
                _ => None,
            }),
            JsonPattern::Words { of, words } => self.with(of, |value| {
                words.get(fields::plain(value).as_str()?).map(Json::from)
            }),
            JsonPattern::Each { of, item } => self.with(of, |value| {
                let FieldView::List(items) = value else {
                    return None;
                };
                non_empty_list(items.iter().filter_map(|one| {
                    PatternValues {
                        item: Some(one),
                        ..*self
                    }
                    .fill(item)
                }))
            }),
            JsonPattern::List(items) => {
                non_empty_list(items.iter().filter_map(|item| self.fill(item)))
            }
            JsonPattern::Map(entries) => {
                let (mut object, mut has_filled) = (JsonObject::default(), false);
                for (key, inner) in entries {
                    if let Some(value) = self.fill(inner) {
                        has_filled |= is_open(inner);
                        object.put(key, value);
                    }
                }
                (has_filled || !entries.iter().any(|(_, inner)| is_open(inner)))
                    .then_some(Json::Object(object))
            }
        }
    }

    fn with<T>(&self, source: &str, read: impl FnOnce(&FieldView) -> Option<T>) -> Option<T> {
        match self.source(source)? {
            PatternSource::Field(value) => read(value),
            PatternSource::Made(value) => read(&value),
        }
    }

    fn source(&self, name: &str) -> Option<PatternSource<'_>> {
        if let Some(of_page) = name.strip_prefix("page.") {
            return self.of_page(of_page).map(PatternSource::Made);
        }
        let (value, path) = match name.strip_prefix('.') {
            Some(path) => (self.item?, path),
            None => {
                let (first, rest) = name.split_once('.').unwrap_or((name, ""));
                let happens = self
                    .composer
                    .site
                    .kinds
                    .get(&self.view.kind)
                    .and_then(|kind| kind.event.as_ref());
                if let (Some(names), Some(shown)) = (happens, &self.view.event) {
                    let moment = if names.start == first {
                        Some(&shown.start)
                    } else {
                        shown.end.as_ref()
                    };
                    if names.start == first || names.end.as_deref() == Some(first) {
                        return moment.map(|moment| {
                            PatternSource::Made(FieldView::Plain(json!(moment.iso)))
                        });
                    }
                }
                (fields::get(&self.view.fields, first)?, rest)
            }
        };
        let mut at = value;
        for key in path.split('.').filter(|key| !key.is_empty()) {
            match at {
                FieldView::Link(link) => {
                    let text = match key {
                        "title" => Some(link.title.as_str()),
                        "type" => link.file.as_ref().map(|file| file.media_type),
                        _ => None,
                    };
                    return text.map(|text| PatternSource::Made(FieldView::Plain(json!(text))));
                }
                _ => at = at.get(key)?,
            }
        }
        Some(PatternSource::Field(at))
    }

    /// A property that every page has.
    fn of_page(&self, name: &str) -> Option<FieldView> {
        let view = self.view;
        let plain = |value: Value| Some(FieldView::Plain(value));
        match name {
            "headings" => {
                let heading = |heading: &HeadingView| {
                    let url = view.url.as_ref().map(|url| format!("{url}#{}", heading.id));
                    let pairs = [
                        ("text", json!(heading.text)),
                        ("id", json!(heading.id)),
                        ("url", json!(url)),
                    ];
                    FieldView::Map(
                        pairs
                            .into_iter()
                            .map(|(name, value)| (name.to_owned(), FieldView::Plain(value)))
                            .collect(),
                    )
                };
                Some(FieldView::List(
                    view.contents
                        .iter()
                        .filter(|heading| heading.level == 2)
                        .map(heading)
                        .collect(),
                ))
            }
            "collected" => {
                let item = |id: &PageId| {
                    let page = self.composer.site.page(*id);
                    let pairs = [
                        ("title", json!(page.entry.title)),
                        ("url", json!(self.composer.url(&page.route))),
                    ];
                    FieldView::Map(
                        pairs
                            .into_iter()
                            .map(|(name, value)| (name.to_owned(), FieldView::Plain(value)))
                            .collect(),
                    )
                };
                Some(FieldView::List(view.collected.iter().map(item).collect()))
            }
            "url" => plain(json!(view.url)),
            "title" => plain(json!(view.title)),
            "description" => plain(json!(view.description)),
            "language" => plain(json!(view.language)),
            "license" => plain(json!(view.license)),
            "published" => plain(json!(view.published.as_ref().map(|day| &day.iso))),
            "updated" => plain(json!(view.updated.as_ref().map(|day| &day.iso))),
            "image" => plain(json!(picture(view))),
            "level" => plain(json!(view.level_title)),
            "time" => Some(FieldView::Minutes(i64::from(view.minutes))),
            "site" => plain(json!(self.composer.site_title())),
            "giver" => plain(json!(self.composer.site.settings().giving.who)),
            _ => None,
        }
    }

    /// A value as structured data, or `None` if it is not set.
    fn structured_value(&self, value: &FieldView) -> Option<Json<'static>> {
        match value {
            FieldView::Plain(Value::Null) | FieldView::Map(_) => None,
            FieldView::Plain(value) => Some(Json::Value(value.clone())),
            FieldView::Date(day) => Some(day.iso.clone().into()),
            FieldView::Minutes(minutes) => Some(format!("PT{minutes}M").into()),
            FieldView::Clock(seconds) => Some(duration(*seconds).into()),
            FieldView::Text(text) => Some(plain_text(&text.written).into()),
            FieldView::Link(link) => link.url.clone().map(Json::from),
            FieldView::List(items) => {
                non_empty_list(items.iter().filter_map(|item| self.structured_value(item)))
            }
        }
    }
}

/// A list of the items, or `None` if it is empty.
fn non_empty_list<'a>(items: impl Iterator<Item = Json<'a>>) -> Option<Json<'a>> {
    let items: Vec<Json> = items.collect();
    (!items.is_empty()).then_some(Json::List(items))
}

/// Whether a pattern has placeholders.
fn is_open(pattern: &JsonPattern) -> bool {
    match pattern {
        JsonPattern::Text(_) | JsonPattern::Number(_) | JsonPattern::Flag(_) => false,
        JsonPattern::From(_)
        | JsonPattern::Seconds(_)
        | JsonPattern::Words { .. }
        | JsonPattern::Each { .. } => true,
        JsonPattern::Map(entries) => entries.iter().any(|(_, inner)| is_open(inner)),
        JsonPattern::List(items) => items.iter().any(is_open),
    }
}

/// A number of seconds as an ISO 8601 duration: `PT1H2M10S`.
fn duration(seconds: i64) -> String {
    let part = |number: i64, unit: &str| {
        if number > 0 {
            format!("{number}{unit}")
        } else {
            String::new()
        }
    };
    let text = format!(
        "PT{}{}{}",
        part(seconds / 3600, "H"),
        part(seconds / 60 % 60, "M"),
        part(seconds % 60, "S")
    );
    if text == "PT" {
        "PT0S".to_owned()
    } else {
        text
    }
}
