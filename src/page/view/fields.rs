//! A kind's own fields as templates see them.

use serde::Serialize;
use serde_json::json;

use super::card::SharedCard;
use super::parts::DayView;
use crate::page::content_hash::{JsonValue, PageRef};
use crate::paths::SourcePath;

/// A field's value. It keeps the type, since structured data depends on it.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub enum FieldView {
    Plain(JsonValue),
    Date(DayView),
    Minutes(i64),
    /// A time in seconds.
    Clock(i64),
    Link(Box<LinkView>),
    Text(Box<TextView>),
    List(Vec<FieldView>),
    Map(FieldViews),
}

/// A text in Markdown.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct TextView {
    pub written: String,
    /// The HTML, with the addresses of its links.
    pub html: String,
}

/// Fields by name, in the order of their definitions.
pub type FieldViews = Vec<(String, FieldView)>;

/// The target of a link in a field.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct LinkView {
    pub href: String,
    /// The absolute address, if it is known.
    pub url: Option<String>,
    /// The page's title, the file's name, or the host.
    pub title: String,
    /// The page that it points to.
    #[serde(skip)]
    pub page: Option<PageRef>,
    /// What lists show of that page.
    #[serde(skip)]
    pub card: Option<SharedCard>,
    pub file: Option<FileView>,
    /// The host of a link to another site.
    pub host: Option<String>,
    /// Whether pages of this site may load something from that host.
    pub is_allowed: bool,
}

/// A file that a link points to.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct FileView {
    /// The path to read its bytes from, for fields that require a file.
    #[serde(skip)]
    pub source: Option<SourcePath>,
    pub name: String,
    pub extension: String,
    #[serde(rename = "type")]
    pub media_type: &'static str,
}

impl FieldView {
    /// The value under a name, if this is a mapping.
    pub fn get(&self, name: &str) -> Option<&FieldView> {
        if let FieldView::Map(fields) = self {
            field(fields, name)
        } else {
            None
        }
    }

    /// Calls `set` for every link in the value.
    pub fn for_each_link(&mut self, set: &mut impl FnMut(&mut LinkView)) {
        match self {
            FieldView::Link(link) => set(link),
            FieldView::List(items) => items.iter_mut().for_each(|item| item.for_each_link(set)),
            FieldView::Map(fields) => fields
                .iter_mut()
                .for_each(|(_, value)| value.for_each_link(set)),
            FieldView::Plain(_)
            | FieldView::Date(_)
            | FieldView::Minutes(_)
            | FieldView::Clock(_)
            | FieldView::Text(_) => {}
        }
    }

    /// Collects every link in the value.
    pub fn links<'a>(&'a self, links: &mut Vec<&'a LinkView>) {
        match self {
            FieldView::Link(link) => links.push(link),
            FieldView::List(items) => items.iter().for_each(|item| item.links(links)),
            FieldView::Map(fields) => fields.iter().for_each(|(_, value)| value.links(links)),
            FieldView::Plain(_)
            | FieldView::Date(_)
            | FieldView::Minutes(_)
            | FieldView::Clock(_)
            | FieldView::Text(_) => {}
        }
    }
}

/// The value of the field with this name.
pub fn field<'a>(fields: &'a FieldViews, name: &str) -> Option<&'a FieldView> {
    fields
        .iter()
        .find(|(own, _)| own == name)
        .map(|(_, value)| value)
}

/// Every link in a page's fields.
pub fn links(fields: &FieldViews) -> Vec<&LinkView> {
    let mut links = Vec::new();
    fields.iter().for_each(|(_, value)| value.links(&mut links));
    links
}

/// A field's value as plain JSON, for uses other than templates.
pub fn plain(value: &FieldView) -> serde_json::Value {
    match value {
        FieldView::Plain(value) => value.0.clone(),
        FieldView::Date(day) => json!(day.iso),
        FieldView::Minutes(number) | FieldView::Clock(number) => json!(number),
        FieldView::Link(link) => json!(link.href),
        FieldView::Text(text) => json!(text.written),
        FieldView::List(items) => items.iter().map(plain).collect(),
        FieldView::Map(fields) => serde_json::Value::Object(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), plain(value)))
                .collect(),
        ),
    }
}
