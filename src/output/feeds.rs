//! Feeds: Atom (RFC 4287) for the site, each kind that has a feed, each topic and each audience;
//! JSON Feed 1.1 for the site.
//!
//! The time of a feed is that of its newest entry: the stated date and time in the site's time
//! zone, or midnight if no time is stated. A feed does not depend on when it was made.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use serde_json::json;

use crate::page::{Catalog, SiteIndex};
use crate::paths::Route;
use crate::site::PageId;
use crate::site::topics::TermPages;

/// One feed: its address, its title and its pages.
struct Feed {
    route: Route,
    title: String,
    home: Route,
    pages: Vec<PageId>,
}

/// The pages that a feed covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedScope {
    Site,
    /// The whole site, as JSON.
    SiteJson,
    /// The kind with this name.
    Kind(String),
    /// A position in `Site::topics`.
    Topic(usize),
    /// A position in `Site::audiences`.
    Audience(usize),
}

/// Every feed of the site with its address. A site without a `base_url` has none. Feeds that pages
/// refer to exist even before the first page with a date: the site's own, and those of kinds with
/// pages.
pub fn list(catalog: &Catalog) -> Vec<(Route, FeedScope)> {
    if catalog.site.settings().base_url.is_none() {
        return Vec::new();
    }
    let kinds = catalog
        .site
        .kinds
        .values()
        .filter(|kind| kind.has_feed && kind.folder.is_some());
    let topics = (0..catalog.site.topics.len()).map(FeedScope::Topic);
    let all = [FeedScope::Site, FeedScope::SiteJson]
        .into_iter()
        .chain(kinds.map(|kind| FeedScope::Kind(kind.name.clone())))
        .chain(topics)
        .chain((0..catalog.site.audiences.len()).map(FeedScope::Audience));
    let is_referred_to = |of: &FeedScope| match of {
        FeedScope::Site | FeedScope::SiteJson => true,
        FeedScope::Kind(name) => catalog
            .site
            .pages()
            .any(|page| page.entry.meta.kind == *name),
        FeedScope::Topic(_) | FeedScope::Audience(_) => {
            let pages = term(catalog, of).into_iter().flat_map(|term| &term.pages);
            let mut pages = pages.map(|page| catalog.site.page(*page));
            pages.any(|page| page.changed().is_some())
        }
    };
    all.filter(is_referred_to)
        .filter_map(|of| Some((route_of(catalog, &of)?, of)))
        .collect()
}

/// The bytes of a feed.
pub fn make(index: &SiteIndex, of: &FeedScope) -> Vec<u8> {
    let catalog = &index.catalog;
    let site_title = catalog.site_title();
    let (title, home) = match of {
        FeedScope::Site | FeedScope::SiteJson => (site_title, Route::home()),
        FeedScope::Kind(name) => {
            let folder = catalog
                .site
                .kinds
                .get(name)
                .and_then(|kind| kind.folder.as_deref());
            (
                format!("{site_title}: {}", catalog.kind_title_plural(name)),
                folder.map_or_else(Route::home, |folder| Route::page([folder])),
            )
        }
        FeedScope::Topic(_) | FeedScope::Audience(_) => {
            let term = term(catalog, of).expect("these feeds have a term");
            (format!("{site_title}: {}", term.title), term.route.clone())
        }
    };
    let mut pages: Vec<PageId> = pages_of(index, of).collect();
    if term(catalog, of).is_some() {
        pages.sort_by_key(|page| {
            (
                std::cmp::Reverse(catalog.site.page(*page).changed_moment()),
                catalog.site.tables.position(*page),
            )
        });
    }
    pages.truncate(catalog.site.settings().feed_limit);
    let feed = Feed {
        route: route_of(catalog, of).unwrap_or_else(Route::home),
        title,
        home,
        pages,
    };
    if *of == FeedScope::SiteJson {
        json_feed(catalog, &feed)
    } else {
        atom(catalog, &feed)
    }
}

/// The topic or the audience of a feed.
fn term<'a>(catalog: &'a Catalog, of: &FeedScope) -> Option<&'a TermPages> {
    match of {
        FeedScope::Topic(topic) => Some(&catalog.site.topics[*topic]),
        FeedScope::Audience(audience) => Some(&catalog.site.audiences[*audience]),
        _ => None,
    }
}

fn route_of(catalog: &Catalog, of: &FeedScope) -> Option<Route> {
    let address = match of {
        FeedScope::Site => "/feed.xml".to_owned(),
        FeedScope::SiteJson => return Some(json_route()),
        FeedScope::Kind(name) => format!(
            "/{}/feed.xml",
            catalog.site.kinds.get(name)?.folder.as_ref()?
        ),
        FeedScope::Topic(_) | FeedScope::Audience(_) => {
            format!("{}feed.xml", term(catalog, of)?.route)
        }
    };
    Route::new(&address).ok()
}

/// Pages with a date, the most recently changed first. Those of a topic are in the topic's order.
fn pages_of<'a>(index: &'a SiteIndex, of: &'a FeedScope) -> Box<dyn Iterator<Item = PageId> + 'a> {
    let site = &index.catalog.site;
    match of {
        FeedScope::Site | FeedScope::SiteJson => Box::new(index.newest().iter().copied()),
        FeedScope::Kind(name) => Box::new(
            index
                .newest()
                .iter()
                .copied()
                .filter(move |page| site.page(*page).entry.meta.kind == *name),
        ),
        FeedScope::Topic(_) | FeedScope::Audience(_) => {
            let pages = term(&index.catalog, of)
                .into_iter()
                .flat_map(|term| &term.pages)
                .copied();
            Box::new(pages.filter(|page| site.page(*page).changed().is_some()))
        }
    }
}

fn json_route() -> Route {
    Route::new("/feed.json").expect("a fixed address inside the site")
}

/// A page's moment in RFC 3339 format, in the site's time zone.
fn timestamp(moment: Option<(Date, Option<i64>)>, zone: &TimeZone) -> String {
    let zoned = moment.and_then(|(day, second)| match second {
        Some(second) => Timestamp::from_second(second)
            .ok()
            .map(|time| time.to_zoned(zone.clone())),
        None => day.to_zoned(zone.clone()).ok(),
    });
    let Some(zoned) = zoned else {
        return "1970-01-01T00:00:00Z".to_owned();
    };
    let offset = if *zone == TimeZone::UTC {
        "Z".to_owned()
    } else {
        zoned.strftime("%:z").to_string()
    };
    format!("{}{offset}", zoned.strftime("%Y-%m-%dT%H:%M:%S"))
}

fn zone_of(catalog: &Catalog) -> TimeZone {
    let name = catalog.site.settings().timezone.as_str();
    if name == "UTC" {
        TimeZone::UTC
    } else {
        TimeZone::get(name).unwrap_or(TimeZone::UTC)
    }
}

fn atom(catalog: &Catalog, feed: &Feed) -> Vec<u8> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    write_atom(&mut writer, catalog, feed).expect("writing to memory does not fail");
    writer.into_inner()
}

fn write_atom(writer: &mut Writer<Vec<u8>>, catalog: &Catalog, feed: &Feed) -> std::io::Result<()> {
    let url = |route: &Route| catalog.url(route).unwrap_or_default();
    let language = catalog.site.settings().language.as_str();
    let updated = feed
        .pages
        .iter()
        .filter_map(|page| catalog.site.page(*page).changed_moment())
        .max();
    let zone = zone_of(catalog);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer
        .create_element("feed")
        .with_attributes([
            ("xmlns", "http://www.w3.org/2005/Atom"),
            ("xml:lang", language),
        ])
        .write_inner_content(|writer| {
            text(writer, "title", &feed.title)?;
            text(writer, "id", &url(&feed.route))?;
            text(writer, "updated", &timestamp(updated, &zone))?;
            link(writer, "self", "application/atom+xml", &url(&feed.route))?;
            link(writer, "alternate", "text/html", &url(&feed.home))?;
            text(writer, "generator", "Handsel")?;
            let author = catalog
                .site
                .settings()
                .giving
                .who
                .clone()
                .unwrap_or_else(|| catalog.site_title());
            writer
                .create_element("author")
                .write_inner_content(|writer| text(writer, "name", &author))?;
            for page in &feed.pages {
                entry(writer, catalog, *page, &zone)?;
            }
            Ok(())
        })?;
    writer.get_mut().push(b'\n');
    Ok(())
}

fn entry(
    writer: &mut Writer<Vec<u8>>,
    catalog: &Catalog,
    id: PageId,
    zone: &TimeZone,
) -> std::io::Result<()> {
    let page = catalog.site.page(id);
    let url = catalog.url(&page.route).unwrap_or_default();
    writer
        .create_element("entry")
        .write_inner_content(|writer| {
            text(writer, "title", &page.entry.title)?;
            text(writer, "id", &url)?;
            link(writer, "alternate", "text/html", &url)?;
            if page.published().is_some() {
                text(
                    writer,
                    "published",
                    &timestamp(page.published_moment(), zone),
                )?;
            }
            text(writer, "updated", &timestamp(page.changed_moment(), zone))?;
            if let Some(summary) = page
                .entry
                .summary
                .as_ref()
                .or(Some(&catalog.facts(id).excerpt))
                .filter(|text| !text.is_empty())
            {
                text(writer, "summary", summary)?;
            }
            for topic in &page.entry.meta.topics {
                writer
                    .create_element("category")
                    .with_attribute(("term", without_controls(&topic.value).as_str()))
                    .write_empty()?;
            }
            Ok(())
        })?;
    Ok(())
}

fn text(writer: &mut Writer<Vec<u8>>, name: &str, value: &str) -> std::io::Result<()> {
    writer
        .create_element(name)
        .write_text_content(BytesText::new(&without_controls(value)))?;
    Ok(())
}

fn link(
    writer: &mut Writer<Vec<u8>>,
    rel: &str,
    media_type: &str,
    href: &str,
) -> std::io::Result<()> {
    writer
        .create_element("link")
        .with_attributes([("rel", rel), ("type", media_type), ("href", href)])
        .write_empty()?;
    Ok(())
}

/// Removes characters that XML 1.0 (§2.2) does not allow.
fn without_controls(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .filter(|c| !matches!(c, '\u{FFFE}' | '\u{FFFF}'))
        .collect()
}

fn json_feed(catalog: &Catalog, feed: &Feed) -> Vec<u8> {
    let url = |route: &Route| catalog.url(route).unwrap_or_default();
    let zone = zone_of(catalog);
    let items: Vec<serde_json::Value> = feed
        .pages
        .iter()
        .map(|id| {
            let page = catalog.site.page(*id);
            let address = url(&page.route);
            let summary = page.entry.summary.clone().unwrap_or_else(|| catalog.facts(*id).excerpt.clone());
            json!({
                "id": address, "url": address, "title": page.entry.title, "content_text": summary,
                "date_published": timestamp(page.published_moment().or(page.changed_moment()), &zone),
                "date_modified": timestamp(page.changed_moment(), &zone),
                "tags": page.entry.meta.topics.iter().map(|topic| &topic.value).collect::<Vec<_>>(),
            })
        })
        .collect();
    let document = json!({
        "version": "https://jsonfeed.org/version/1.1", "title": feed.title, "home_page_url": url(&feed.home),
        "feed_url": url(&json_route()), "language": catalog.site.settings().language, "items": items,
    });
    let mut bytes = serde_json::to_vec_pretty(&document).expect("plain values can be serialized");
    bytes.push(b'\n');
    bytes
}
