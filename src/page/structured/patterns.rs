//! The patterns of a kind's structured data, filled with a page's values.

use serde_json::{Value, json};

use super::json::{Json, JsonObject};
use super::parts::{absolute, shared_image};
use crate::document::markdown::plain_text;
use crate::kind::structured::JsonPattern;
use crate::page::catalog::Catalog;
use crate::page::content_hash::JsonValue;
use crate::page::view::{FieldView, HeadingView, PageView, SharedCard, field, plain};

/// The values for the placeholders of a kind's pattern.
#[derive(Clone, Copy)]
pub struct PatternValues<'a> {
    pub catalog: &'a Catalog,
    pub view: &'a PageView,
    /// The current item, within `each`.
    pub item: Option<&'a FieldView>,
}

/// A value for a placeholder.
enum PatternSource<'a> {
    Field(&'a FieldView),
    Made(FieldView),
}

impl PatternValues<'_> {
    /// The pattern with its placeholders filled, or `None` if no value fills them.
    pub fn fill<'p>(&self, pattern: &'p JsonPattern) -> Option<Json<'p>> {
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
                words.get(plain(value).as_str()?).map(Json::from)
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

    /// The value with this name: a property of every page (`page.…`), of the current item (`.…`), or
    /// a field.
    fn source(&self, name: &str) -> Option<PatternSource<'_>> {
        if let Some(of_page) = name.strip_prefix("page.") {
            return self.of_page(of_page).map(PatternSource::Made);
        }
        if let Some(path) = name.strip_prefix('.') {
            return inner(self.item?, path);
        }
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        match self.event_moment(first) {
            Some(moment) => moment.map(|iso| PatternSource::Made(plain_field(json!(iso)))),
            None => inner(field(&self.view.fields, first)?, rest),
        }
    }

    /// The start or the end of the event, if that is what the field with this name contains.
    fn event_moment(&self, name: &str) -> Option<Option<&String>> {
        let kind = self.catalog.site.kinds.get(&self.view.kind)?;
        let (names, event) = (kind.event.as_ref()?, self.view.event.as_ref()?);
        if names.start == name {
            return Some(Some(&event.start.iso));
        }
        let is_end = names.end.as_deref() == Some(name);
        is_end.then(|| event.end.as_ref().map(|end| &end.iso))
    }

    /// A property that every page has.
    fn of_page(&self, name: &str) -> Option<FieldView> {
        let view = self.view;
        let value = match name {
            "headings" => {
                let sections = view.contents.iter().filter(|heading| heading.level == 2);
                let heading = |heading: &HeadingView| {
                    let url = view.url.as_ref().map(|url| format!("{url}#{}", heading.id));
                    map_field([
                        ("text", json!(heading.text)),
                        ("id", json!(heading.id)),
                        ("url", json!(url)),
                    ])
                };
                return Some(FieldView::List(sections.map(heading).collect()));
            }
            "collected" => {
                let item = |card: &SharedCard| {
                    let url = absolute(self.catalog, &card.href);
                    map_field([("title", json!(card.title)), ("url", json!(url))])
                };
                return Some(FieldView::List(view.collected.iter().map(item).collect()));
            }
            "time" => return Some(FieldView::Minutes(i64::from(view.minutes))),
            "url" => json!(view.url),
            "title" => json!(view.title),
            "description" => json!(view.description),
            "language" => json!(view.language),
            "license" => json!(view.license),
            "published" => json!(view.published.as_ref().map(|day| &day.iso)),
            "updated" => json!(view.updated.as_ref().map(|day| &day.iso)),
            "image" => json!(shared_image(view)),
            "level" => json!(view.level_title),
            "site" => json!(self.catalog.site_title()),
            "giver" => json!(self.catalog.site.settings().giving.who),
            _ => return None,
        };
        Some(plain_field(value))
    }

    /// A value as structured data, or `None` if it is not set.
    fn structured_value(&self, value: &FieldView) -> Option<Json<'static>> {
        match value {
            FieldView::Map(_) => None,
            FieldView::Plain(value) if value.0.is_null() => None,
            FieldView::Plain(value) => Some(Json::Value(value.0.clone())),
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

/// The value at a path within a value.
fn inner<'a>(value: &'a FieldView, path: &str) -> Option<PatternSource<'a>> {
    let mut at = value;
    for key in path.split('.').filter(|key| !key.is_empty()) {
        if let FieldView::Link(link) = at {
            let text = match key {
                "title" => Some(link.title.as_str()),
                "type" => link.file.as_ref().map(|file| file.media_type),
                _ => None,
            };
            return text.map(|text| PatternSource::Made(plain_field(json!(text))));
        }
        at = at.get(key)?;
    }
    Some(PatternSource::Field(at))
}

fn plain_field(value: Value) -> FieldView {
    FieldView::Plain(JsonValue(value))
}

fn map_field<const N: usize>(pairs: [(&str, Value); N]) -> FieldView {
    let field = |(name, value): (&str, Value)| (name.to_owned(), plain_field(value));
    FieldView::Map(pairs.into_iter().map(field).collect())
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
