//! What a list shows of a page.

use super::days::day;
use super::event::event;
use super::image::image;
use super::term_links::{audience_links, topic_links};
use crate::fields::FieldItem;
use crate::page::catalog::Catalog;
use crate::page::content_hash::{JsonValue, PageRef};
use crate::page::field_json::item_json;
use crate::page::index::SiteIndex;
use crate::page::view::Card;
use crate::site::{PageId, SitePage};

/// A page's card.
pub fn card(index: &SiteIndex, id: PageId) -> Card {
    let catalog = &index.catalog;
    let page = catalog.site.page(id);
    let (entry, meta) = (&page.entry, &page.entry.meta);
    let language = catalog.site.language(page);
    let summary = entry.summary.clone();
    Card {
        page: PageRef(id),
        title: entry.title.clone(),
        summary: summary.or_else(|| catalog.explanation(page)),
        href: catalog.href(&page.route),
        kind: meta.kind.clone(),
        kind_title: catalog.kind_title(language, &meta.kind),
        topics: topic_links(index, &meta.topics),
        level: meta.level.map(|level| level.key().to_owned()),
        level_title: meta.level.map(|level| catalog.level_title(language, level)),
        minutes: index.minutes(id),
        published: page.published().map(|date| day(catalog, language, date)),
        updated: meta.updated.map(|date| day(catalog, language, date)),
        image: image(catalog, page).map(Box::new),
        change_note: meta.change_note.clone(),
        is_draft: page.is_draft,
        audience: audience_links(index, &meta.audience),
        fields: card_fields(catalog, page),
        event: event(catalog, page).map(Box::new),
    }
}

/// The kind's own fields that its cards show, without links.
fn card_fields(catalog: &Catalog, page: &SitePage) -> JsonValue {
    let kind = catalog.kind(page);
    let names = kind.map(|kind| kind.card.as_slice()).unwrap_or_default();
    let fields = &page.entry.meta.fields;
    let value = |name: &String| {
        let value = fields.get(name).map(|item: &FieldItem| item_json(item));
        (name.clone(), value.unwrap_or_default())
    };
    JsonValue(serde_json::Value::Object(names.iter().map(value).collect()))
}
