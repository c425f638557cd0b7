//! Feeds: Atom (RFC 4287) for the site, each kind that wants one and each topic; JSON Feed 1.1 for the site.
//!
//! A feed's time is its newest entry's, midnight UTC of the stated day: nothing in it depends on when it was made.

use jiff::civil::Date;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use serde_json::json;

use crate::page::compose::Composer;
use crate::paths::Route;
use crate::site::PageId;

/// One feed: where it lies, what it is called, what it lists.
struct Feed {
    route: Route,
    title: String,
    home: Route,
    pages: Vec<PageId>,
}

/// Every feed of the site as address and bytes. There are none without a `base_url`.
pub fn all(composer: &Composer, newest: &[PageId]) -> Vec<(Route, Vec<u8>)> {
    if composer.site.settings().base_url.is_none() {
        return Vec::new();
    }
    let site_title = composer.site_title();
    let mut feeds = vec![feed(composer, "/feed.xml", site_title.clone(), Route::home(), newest.iter().copied())];
    for kind in composer.site.kinds.values().filter(|kind| kind.has_feed) {
        let Some(folder) = &kind.folder else { continue };
        let of_kind = newest.iter().copied().filter(|page| composer.site.page(*page).entry.meta.kind == kind.name);
        let title = format!("{site_title}: {}", many(composer, &kind.name));
        feeds.push(feed(composer, &format!("/{folder}/feed.xml"), title, Route::page([folder.as_str()]), of_kind));
    }
    for term in &composer.site.topics {
        let mut pages: Vec<PageId> = term.pages.clone();
        pages.retain(|page| composer.site.page(*page).changed().is_some());
        pages.sort_by_key(|page| (std::cmp::Reverse(composer.site.page(*page).changed()), *page));
        let title = format!("{site_title}: {}", term.title);
        feeds.push(feed(composer, &format!("{}feed.xml", term.route), title, term.route.clone(), pages.into_iter()));
    }
    feeds.retain(|feed| !feed.pages.is_empty());
    let json = feeds.first().filter(|feed| feed.route.as_str() == "/feed.xml").map(|feed| (json_route(), json_feed(composer, feed)));
    feeds.iter().map(|feed| (feed.route.clone(), atom(composer, feed))).chain(json).collect()
}

fn json_route() -> Route {
    Route::new("/feed.json").expect("a fixed address inside the site")
}

fn many(composer: &Composer, kind: &str) -> String {
    let language = &composer.site.settings().language;
    let word = composer.words.say(language, &format!("kind_{kind}"), Some(2), &[]);
    word.or_else(|| composer.site.kinds.get(kind).and_then(|kind| kind.title_many.clone())).unwrap_or_else(|| kind.to_owned())
}

fn feed(composer: &Composer, address: &str, title: String, home: Route, pages: impl Iterator<Item = PageId>) -> Feed {
    let route = Route::new(address).unwrap_or_else(|_| Route::home());
    Feed { route, title, home, pages: pages.take(composer.site.settings().feed_length).collect() }
}

fn midnight(day: Option<Date>) -> String {
    day.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), |day| format!("{day}T00:00:00Z"))
}

fn atom(composer: &Composer, feed: &Feed) -> Vec<u8> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
    write_atom(&mut writer, composer, feed).expect("writing to memory does not fail");
    writer.into_inner()
}

fn write_atom(writer: &mut Writer<Vec<u8>>, composer: &Composer, feed: &Feed) -> std::io::Result<()> {
    let url = |route: &Route| composer.url(route).unwrap_or_default();
    let language = composer.site.settings().language.as_str();
    let updated = feed.pages.iter().filter_map(|page| composer.site.page(*page).changed()).max();
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.create_element("feed").with_attributes([("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", language)]).write_inner_content(
        |writer| {
            text(writer, "title", &feed.title)?;
            text(writer, "id", &url(&feed.route))?;
            text(writer, "updated", &midnight(updated))?;
            link(writer, "self", "application/atom+xml", &url(&feed.route))?;
            link(writer, "alternate", "text/html", &url(&feed.home))?;
            text(writer, "generator", "Handsel")?;
            let author = composer.site.settings().giving.who.clone().unwrap_or_else(|| composer.site_title());
            writer.create_element("author").write_inner_content(|writer| text(writer, "name", &author))?;
            for page in &feed.pages {
                entry(writer, composer, *page)?;
            }
            Ok(())
        },
    )?;
    writer.get_mut().push(b'\n');
    Ok(())
}

fn entry(writer: &mut Writer<Vec<u8>>, composer: &Composer, id: PageId) -> std::io::Result<()> {
    let page = composer.site.page(id);
    let url = composer.url(&page.route).unwrap_or_default();
    writer.create_element("entry").write_inner_content(|writer| {
        text(writer, "title", &page.entry.title)?;
        text(writer, "id", &url)?;
        link(writer, "alternate", "text/html", &url)?;
        if page.published().is_some() {
            text(writer, "published", &midnight(page.published()))?;
        }
        text(writer, "updated", &midnight(page.changed()))?;
        if let Some(summary) = page.entry.summary.as_ref().or(Some(&page.entry.excerpt)).filter(|text| !text.is_empty()) {
            text(writer, "summary", summary)?;
        }
        for topic in &page.entry.meta.topics {
            writer.create_element("category").with_attribute(("term", topic.value.as_str())).write_empty()?;
        }
        Ok(())
    })?;
    Ok(())
}

fn text(writer: &mut Writer<Vec<u8>>, name: &str, value: &str) -> std::io::Result<()> {
    writer.create_element(name).write_text_content(BytesText::new(&without_controls(value)))?;
    Ok(())
}

fn link(writer: &mut Writer<Vec<u8>>, rel: &str, media_type: &str, href: &str) -> std::io::Result<()> {
    writer.create_element("link").with_attributes([("rel", rel), ("type", media_type), ("href", href)]).write_empty()?;
    Ok(())
}

/// Characters that XML 1.0 (§2.2) has no place for are left out.
fn without_controls(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).filter(|c| !matches!(c, '\u{FFFE}' | '\u{FFFF}')).collect()
}

fn json_feed(composer: &Composer, feed: &Feed) -> Vec<u8> {
    let url = |route: &Route| composer.url(route).unwrap_or_default();
    let items: Vec<serde_json::Value> = feed
        .pages
        .iter()
        .map(|id| {
            let page = composer.site.page(*id);
            let address = url(&page.route);
            let summary = page.entry.summary.clone().unwrap_or_else(|| page.entry.excerpt.clone());
            json!({
                "id": address, "url": address, "title": page.entry.title, "content_text": summary,
                "date_published": midnight(page.published().or(page.changed())), "date_modified": midnight(page.changed()),
                "tags": page.entry.meta.topics.iter().map(|topic| &topic.value).collect::<Vec<_>>(),
            })
        })
        .collect();
    let document = json!({
        "version": "https://jsonfeed.org/version/1.1", "title": feed.title, "home_page_url": url(&feed.home),
        "feed_url": url(&json_route()), "language": composer.site.settings().language, "items": items,
    });
    let mut bytes = serde_json::to_vec_pretty(&document).expect("plain values have JSON");
    bytes.push(b'\n');
    bytes
}
