//! A kind's own fields as templates see them: plain values as written, resolved links, and files
//! with the facts from their bytes.

use serde::Serialize;
use serde_json::json;

use super::compose::Composer;
use super::tool::TextFinisher;
use super::view::DayView;
use crate::fields::links::source;
use crate::fields::{Field, FieldItem, FieldItems, FieldType, Value};
use crate::paths::SourcePath;
use crate::site::PageId;
use crate::site::links::{Destination, ResolvedLink};
use crate::tool::prose::ToolText;

/// A field's value. It keeps the type, since structured data depends on it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum FieldView {
    Plain(serde_json::Value),
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
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TextView {
    pub written: String,
    /// The HTML, with the addresses of its links.
    pub html: String,
}

/// Fields by name, in the order of their definitions.
pub type FieldViews = Vec<(String, FieldView)>;

/// The target of a link in a field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LinkView {
    pub href: String,
    /// The absolute address, if it is known.
    pub url: Option<String>,
    /// The page's title, the file's name, or the host.
    pub title: String,
    /// The page's number. It is not serialized, since a number says nothing about the page; hashes
    /// include what is shown of the page instead.
    #[serde(skip)]
    pub page: Option<PageId>,
    pub file: Option<FileView>,
    /// The host of a link to another site.
    pub host: Option<String>,
    /// Whether pages of this site may load something from that host.
    pub is_allowed: bool,
}

/// A file that a link points to.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
            get(fields, name)
        } else {
            None
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

pub fn get<'a>(fields: &'a FieldViews, name: &str) -> Option<&'a FieldView> {
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

/// What belongs to a page's fields, in the order of traversal.
struct FieldExtras<'a> {
    /// The target of each link, in the order of [`crate::fields::links`].
    links: std::slice::Iter<'a, ResolvedLink>,
    /// Each text in Markdown, in the order of [`crate::fields::texts`].
    texts: std::slice::Iter<'a, ToolText>,
    finish: TextFinisher<'a>,
}

impl Composer {
    /// The kind's own fields. A field that the page does not set is null.
    pub(super) fn fields(&self, id: PageId) -> FieldViews {
        let page = self.site.page(id);
        let Some(kind) = self.kind(page) else {
            return FieldViews::new();
        };
        let finish = TextFinisher {
            composer: self,
            page: id,
            language: self.site.language(page),
            given: &[],
        };
        let mut extras = FieldExtras {
            links: page.field_links.iter(),
            texts: self.facts(id).texts.iter(),
            finish,
        };
        self.fields_of(&page.entry.meta.fields, &kind.fields, &mut extras)
    }

    fn fields_of(
        &self,
        items: &FieldItems,
        fields: &[Field],
        extras: &mut FieldExtras,
    ) -> FieldViews {
        let view = |field: &Field| {
            let value = items
                .get(&field.name)
                .map(|item| self.field(item, &field.kind, extras));
            (
                field.name.clone(),
                value.unwrap_or(FieldView::Plain(serde_json::Value::Null)),
            )
        };
        fields.iter().map(view).collect()
    }

    fn field(&self, item: &FieldItem, kind: &FieldType, extras: &mut FieldExtras) -> FieldView {
        let of = kind.of_value(&item.value);
        match (&item.value, of) {
            (Value::List(items), FieldType::List(of)) => FieldView::List(
                items
                    .iter()
                    .map(|item| self.field(item, of, extras))
                    .collect(),
            ),
            (Value::Map(items), FieldType::Map(fields)) => {
                FieldView::Map(self.fields_of(items, fields, extras))
            }
            (Value::Map(items), FieldType::MapOf(of)) => FieldView::Map(
                items
                    .iter()
                    .map(|(name, item)| (name.clone(), self.field(item, of, extras)))
                    .collect(),
            ),
            (Value::Date(date), FieldType::Date) => {
                FieldView::Date(self.day(extras.finish.language, *date))
            }
            (Value::Integer(minutes), FieldType::Minutes) => FieldView::Minutes(*minutes),
            (Value::Integer(seconds), FieldType::Clock) => FieldView::Clock(*seconds),
            (Value::Text(written), FieldType::Markdown | FieldType::Line) => {
                let prose = extras.texts.next();
                let html = prose.map(|prose| {
                    if prose.is_line {
                        extras.finish.line(prose)
                    } else {
                        extras.finish.text(prose)
                    }
                });
                FieldView::Text(Box::new(TextView {
                    written: written.clone(),
                    html: html.unwrap_or_default(),
                }))
            }
            _ => match of
                .requirement_of()
                .and_then(|_| source(item))
                .and_then(|target| Some((target, extras.links.next()?)))
            {
                Some((target, resolved)) => {
                    FieldView::Link(Box::new(self.link(&resolved.to, &target.value)))
                }
                None => FieldView::Plain(super::parts::item_json(item)),
            },
        }
    }

    fn link(&self, to: &Destination, written: &str) -> LinkView {
        let href = self.site.href(to, written);
        let absolute = self
            .site
            .settings()
            .base_url
            .as_ref()
            .map(|base| format!("{}{href}", base.origin));
        let link = LinkView {
            title: href.clone(),
            url: None,
            page: None,
            file: None,
            host: None,
            is_allowed: true,
            href,
        };
        match to {
            Destination::Page { page, .. } => {
                let title = self.site.page(*page).entry.title.clone();
                LinkView {
                    title,
                    url: absolute,
                    page: Some(*page),
                    ..link
                }
            }
            Destination::Address { route, file, .. } => {
                let name = route
                    .as_str()
                    .rsplit('/')
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                if name.is_empty() {
                    return LinkView {
                        url: absolute,
                        ..link
                    };
                }
                let source = file
                    .clone()
                    .or_else(|| SourcePath::new(&format!("static{route}")).ok());
                let extension = name
                    .rsplit_once('.')
                    .map_or("", |(_, extension)| extension)
                    .to_lowercase();
                let file = FileView {
                    source,
                    media_type: media_type(&extension),
                    extension,
                    name: name.clone(),
                };
                LinkView {
                    title: name,
                    url: absolute,
                    file: Some(file),
                    ..link
                }
            }
            Destination::Here { .. } | Destination::Refused => link,
            Destination::AsWritten => {
                let host = link.href.split_once("://").map(|(_, rest)| {
                    rest.split(['/', '?', '#'])
                        .next()
                        .unwrap_or(rest)
                        .to_owned()
                });
                let origin = link
                    .href
                    .split_once("://")
                    .zip(host.clone())
                    .map(|((scheme, _), host)| format!("{scheme}://{host}"));
                let allowed = &self.site.settings().allow_origins;
                LinkView {
                    title: host
                        .clone()
                        .unwrap_or_else(|| contact(&link.href).to_owned()),
                    url: host.is_some().then(|| link.href.clone()),
                    is_allowed: origin.is_none_or(|origin| {
                        allowed
                            .iter()
                            .any(|allowed| allowed.trim_end_matches('/') == origin)
                    }),
                    host,
                    ..link
                }
            }
        }
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

/// The media type of a file (IANA), from its extension.
fn media_type(extension: &str) -> &'static str {
    match extension {
        "pdf" => "application/pdf",
        "md" | "markdown" => "text/markdown",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "ics" => "text/calendar",
        "vtt" => "text/vtt",
        "json" => "application/json",
        "xml" => "application/xml",
        "zip" => "application/zip",
        "epub" => "application/epub+zip",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "odp" => "application/vnd.oasis.opendocument.presentation",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "gif" => "image/gif",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "ogv" => "video/ogg",
        "mp3" => "audio/mpeg",
        "m4a" => "audio/mp4",
        "ogg" | "oga" => "audio/ogg",
        "wav" => "audio/wav",
        _ => "application/octet-stream",
    }
}

/// A number of seconds in readable form: `3:25`, `1:02:10`.
pub fn clock(seconds: i64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A field's value as plain JSON, for uses other than templates.
pub fn plain(value: &FieldView) -> serde_json::Value {
    match value {
        FieldView::Plain(value) => value.clone(),
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
