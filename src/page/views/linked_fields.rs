//! A kind's own fields: plain values as written, resolved links, and files with the facts from their
//! bytes.

use super::days::day;
use crate::fields::links::source;
use crate::fields::{Field, FieldItem, FieldItems, FieldType, Value};
use crate::page::catalog::Catalog;
use crate::page::content_hash::{JsonValue, PageRef};
use crate::page::field_json::item_json;
use crate::page::media_type::media_type;
use crate::page::text::TextFinisher;
use crate::page::view::{FieldView, FieldViews, FileView, LinkView, TextView};
use crate::paths::{Route, SourcePath};
use crate::site::PageId;
use crate::site::links::{Destination, ResolvedLink};
use crate::tool::prose::ToolText;

/// The kind's own fields of a page, without the cards of the pages that its links point to. A field
/// that the page does not set is null.
pub fn linked_fields(catalog: &Catalog, id: PageId) -> FieldViews {
    let page = catalog.site.page(id);
    let Some(kind) = catalog.kind(page) else {
        return FieldViews::new();
    };
    let mut reader = FieldReader {
        catalog,
        links: page.field_links.iter(),
        texts: catalog.facts(id).texts.iter(),
        finish: TextFinisher {
            catalog,
            page: id,
            language: catalog.site.language(page),
            given: &[],
        },
    };
    reader.map(&page.entry.meta.fields, &kind.fields)
}

/// Reads a page's fields in order, with what belongs to them.
struct FieldReader<'a> {
    catalog: &'a Catalog,
    /// The target of each link, in the order of [`crate::fields::links`].
    links: std::slice::Iter<'a, ResolvedLink>,
    /// Each text in Markdown, in the order of [`crate::fields::texts`].
    texts: std::slice::Iter<'a, ToolText>,
    finish: TextFinisher<'a>,
}

impl FieldReader<'_> {
    fn map(&mut self, items: &FieldItems, fields: &[Field]) -> FieldViews {
        let view = |field: &Field| {
            let value = items
                .get(&field.name)
                .map(|item| self.value(item, &field.kind));
            let value = value.unwrap_or(FieldView::Plain(JsonValue::default()));
            (field.name.clone(), value)
        };
        fields.iter().map(view).collect()
    }

    fn value(&mut self, item: &FieldItem, kind: &FieldType) -> FieldView {
        let kind = kind.of_value(&item.value);
        match (&item.value, kind) {
            (Value::List(items), FieldType::List(of)) => {
                FieldView::List(items.iter().map(|item| self.value(item, of)).collect())
            }
            (Value::Map(items), FieldType::Map(fields)) => FieldView::Map(self.map(items, fields)),
            (Value::Map(items), FieldType::MapOf(of)) => FieldView::Map(
                items
                    .iter()
                    .map(|(name, item)| (name.clone(), self.value(item, of)))
                    .collect(),
            ),
            (Value::Date(date), FieldType::Date) => {
                FieldView::Date(day(self.catalog, self.finish.language, *date))
            }
            (Value::Integer(minutes), FieldType::Minutes) => FieldView::Minutes(*minutes),
            (Value::Integer(seconds), FieldType::Clock) => FieldView::Clock(*seconds),
            (Value::Text(written), FieldType::Markdown | FieldType::Line) => self.text(written),
            _ => self
                .link(item, kind)
                .unwrap_or_else(|| FieldView::Plain(JsonValue(item_json(item)))),
        }
    }

    fn text(&mut self, written: &str) -> FieldView {
        let html = self.texts.next().map(|text| match text.is_line {
            true => self.finish.line(text),
            false => self.finish.text(text),
        });
        FieldView::Text(Box::new(TextView {
            written: written.to_owned(),
            html: html.unwrap_or_default(),
        }))
    }

    /// The link in a field that can contain one.
    fn link(&mut self, item: &FieldItem, kind: &FieldType) -> Option<FieldView> {
        kind.requirement_of()?;
        let target = source(item)?;
        let resolved = self.links.next()?;
        let link = link(self.catalog, &resolved.to, &target.value);
        Some(FieldView::Link(Box::new(link)))
    }
}

/// The target of a link that is written in a field.
fn link(catalog: &Catalog, to: &Destination, written: &str) -> LinkView {
    let href = catalog.site.href(to, written);
    let base = catalog.site.settings().base_url.as_ref();
    let absolute = base.map(|base| format!("{}{href}", base.origin));
    let link = LinkView {
        title: href.clone(),
        url: None,
        page: None,
        card: None,
        file: None,
        host: None,
        is_allowed: true,
        href,
    };
    match to {
        Destination::Page { page, .. } => LinkView {
            title: catalog.title(*page).to_owned(),
            url: absolute,
            page: Some(PageRef(*page)),
            ..link
        },
        Destination::Address { route, file, .. } => LinkView {
            url: absolute,
            ..with_file(link, route, file.as_ref())
        },
        Destination::Here { .. } | Destination::Refused => link,
        Destination::AsWritten => with_host(catalog, link),
    }
}

/// A link to a file, or to a list if the address has no file's name.
fn with_file(link: LinkView, route: &Route, file: Option<&SourcePath>) -> LinkView {
    let name = route.as_str().rsplit('/').next().unwrap_or_default();
    if name.is_empty() {
        return link;
    }
    let source = file
        .cloned()
        .or_else(|| SourcePath::new(&format!("static{route}")).ok());
    let extension = name
        .rsplit_once('.')
        .map_or("", |(_, extension)| extension)
        .to_lowercase();
    LinkView {
        title: name.to_owned(),
        file: Some(FileView {
            source,
            media_type: media_type(&extension),
            extension,
            name: name.to_owned(),
        }),
        ..link
    }
}

/// A link to another site, or to an address of another scheme.
fn with_host(catalog: &Catalog, link: LinkView) -> LinkView {
    let (scheme, rest) = link.href.split_once("://").unzip();
    let host = rest.map(|rest| {
        rest.split(['/', '?', '#'])
            .next()
            .unwrap_or(rest)
            .to_owned()
    });
    let origin = scheme
        .zip(host.as_ref())
        .map(|(scheme, host)| format!("{scheme}://{host}"));
    let allowed = &catalog.site.settings().allow_origins;
    let is_allowed = |origin: String| {
        allowed
            .iter()
            .any(|allowed| allowed.trim_end_matches('/') == origin)
    };
    let title = host
        .clone()
        .unwrap_or_else(|| contact(&link.href).to_owned());
    LinkView {
        title,
        url: host.is_some().then(|| link.href.clone()),
        is_allowed: origin.is_none_or(is_allowed),
        host,
        ..link
    }
}

/// The address or the number in a `mailto:` or `tel:` link.
fn contact(href: &str) -> &str {
    let bare = href
        .strip_prefix("mailto:")
        .or_else(|| href.strip_prefix("tel:"))
        .unwrap_or(href);
    bare.split('?').next().unwrap_or(bare)
}
