//! Output for programs: feeds, the sitemap, `llms.txt`, and what link previews and search engines
//! look for.
//!
//! The required forms come from RFC 4287, JSON Feed 1.1 and the sitemap protocol. A page or a file
//! that lacks a required part, or has a value of another form, fails.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::images::sample_image;
use crate::common::request;
use handsel::source::MemoryFiles;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

const HOME: &str = "https://example.org/docs/";

fn site() -> MemoryFiles {
    let mut files = MemoryFiles::default();
    files.put(
        "handsel.yaml",
        "title: Hens & <ducks>\nsummary: All of it.\nbase_url: https://example.org/docs/\nlicense: https://creativecommons.org/licenses/by/4.0/\n\
         giving: { who: The hen house }\nmarkdown_twins: true\nsocial_cards: true\npage_size: 3\n",
    );
    files.put(
        "content/index.md",
        "---\ntitle: Hens\nsummary: Start here.\n---\nWelcome.\n",
    );
    files.put(
        "content/guides/one.md",
        "---\ntitle: Keep <hens> & \"ducks\"\nsummary: How to.\ntopics: [birds]\naudience: [farmers]\nlevel: beginner\nauthors: [ada]\n\
         published: 2026-01-02\nupdated: 2026-02-03\noutcome: Hens\nimage: { src: hen.jpg, alt: A hen }\n---\nText </script> more.\n",
    );
    files.put("content/guides/hen.jpg", sample_image("jpeg 60x40"));
    files.put(
        "content/authors.yaml",
        "ada: { title: Ada, url: 'https://ada.example/' }\n",
    );
    for number in 0..5 {
        let text = format!(
            "---\ntitle: Tip {number}\nsummary: s\npublished: 2026-03-0{}\n---\nText.\n",
            number + 1
        );
        files.put(&format!("content/tips/t{number}.md"), text);
    }
    files.put(
        "content/about.md",
        "---\ntitle: About\nsummary: s\n---\nText.\n",
    );
    files.put(
        "content/hidden.md",
        "---\ntitle: Hidden\nsummary: s\nunlisted: true\n---\nText.\n",
    );
    files.put(
        "content/tools/sum.md",
        "---\ntitle: Sum\nsummary: Adds.\n---\nText.\n",
    );
    files
}

fn published() -> BTreeMap<String, String> {
    let (built, published) = crate::common::build(&site(), &request());
    assert!(
        !built
            .problems
            .iter()
            .any(handsel::diagnostic::Diagnostic::is_error),
        "{:?}",
        built.problems
    );
    published
        .into_iter()
        .map(|(path, bytes)| (path, String::from_utf8_lossy(&bytes).into_owned()))
        .collect()
}

#[test]
fn pages_have_the_tags_of_link_previews_and_search_engines() {
    let published = published();
    // Services that show links follow a redirect, so it needs no tags of its own.
    let is_page = |html: &str| html.contains("<main") && !html.contains("http-equiv=\"refresh\"");
    for (path, html) in published
        .iter()
        .filter(|(path, html)| path.ends_with("index.html") && is_page(html))
    {
        let once = |mark: &str| assert_eq!(html.matches(mark).count(), 1, "{path}: {mark}");
        once("<link rel=\"canonical\" href=\"https://example.org/docs/");
        once("<meta property=\"og:title\" content=\"");
        once("<meta property=\"og:type\" content=\"");
        once("<meta property=\"og:url\" content=\"https://example.org/docs/");
        once("<meta property=\"og:site_name\" content=\"Hens &amp; &lt;ducks&gt;\"");
        // A page that search engines skip is not shared either, so it needs no image.
        if !path.contains("/page/") && !path.contains("/2/") && !html.contains("content=\"noindex")
        {
            once("<meta property=\"og:image\" content=\"https://example.org/docs/");
        }
    }
    let tip = &published["tips/t1/index.html"];
    let (_, rest) = tip
        .split_once("og:image\" content=\"https://example.org/docs/")
        .expect("it has a card");
    let card = rest.split_once('"').expect("it ends").0;
    assert!(
        card.starts_with("tips/t1/card.") && published.contains_key(card),
        "{card}"
    );
    // A page with its own image shares that image.
    assert!(
        published["guides/one/index.html"]
            .contains("og:image\" content=\"https://example.org/docs/guides/hen.jpg\"")
    );
    assert!(
        !published
            .keys()
            .any(|path| path.starts_with("guides/one/card."))
    );
}

/// The text of each element by its path, with attributes as `path@name`, in order.
fn elements(xml: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(xml);
    let (mut path, mut found) = (Vec::<String>::new(), Vec::new());
    loop {
        match reader.read_event().expect("it is well formed") {
            Event::Start(element) => {
                path.push(element.name().as_ref().to_string());
                note(&mut found, &path.join("/"), &element);
            }
            Event::Empty(element) => note(
                &mut found,
                &format!("{}/{}", path.join("/"), element.name().as_ref()),
                &element,
            ),
            Event::End(_) => drop(path.pop()),
            Event::Text(text) => {
                if let Some((_, own)) = found
                    .iter_mut()
                    .rfind(|(own, _): &&mut (String, String)| *own == path.join("/"))
                {
                    own.push_str(&text);
                }
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

fn note(found: &mut Vec<(String, String)>, path: &str, element: &quick_xml::events::BytesStart) {
    found.push((path.to_owned(), String::new()));
    for attribute in element.attributes() {
        let attribute = attribute.expect("it is well formed");
        found.push((
            format!("{path}@{}", attribute.key.as_ref()),
            attribute.value.to_string(),
        ));
    }
}

fn all<'a>(found: &'a [(String, String)], path: &str) -> Vec<&'a str> {
    found
        .iter()
        .filter(|(own, _)| own == path)
        .map(|(_, text)| text.trim())
        .collect()
}

/// The site's path on its host.
const BASE: &str = "/docs/";

/// The feeds that a page links to.
fn feeds_linked_by(html: &str) -> BTreeSet<&str> {
    let links = html
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next()?.strip_prefix(BASE));
    links
        .filter(|link| link.ends_with("feed.xml") || link.ends_with("feed.json"))
        .collect()
}

#[test]
fn exactly_the_feeds_that_pages_link_to_exist() {
    let published = published();
    let pages = || published.iter().filter(|(path, _)| path.ends_with(".html"));
    let mut linked = BTreeSet::new();
    for (page, html) in pages() {
        for feed in feeds_linked_by(html) {
            assert!(published.contains_key(feed), "{page} links to {feed}");
            linked.insert(feed);
        }
    }
    let existing: BTreeSet<&str> = published
        .keys()
        .map(String::as_str)
        .filter(|path| path.ends_with("feed.xml") || path.ends_with("feed.json"))
        .collect();
    assert_eq!(linked, existing);
}

#[test]
fn feeds_have_what_atom_requires() {
    let published = published();
    let feeds: Vec<&String> = published
        .keys()
        .filter(|path| path.ends_with("feed.xml"))
        .collect();
    assert!(feeds.len() >= 4, "{feeds:?}");
    for path in feeds {
        let found = elements(&published[path]);
        let is_time = |text: &&str| text.parse::<jiff::Timestamp>().is_ok();
        // RFC 4287, §4.1.1: exactly one title, id and updated; an author, since entries have none;
        // a link to itself.
        for must in ["feed/title", "feed/id", "feed/updated", "feed/author/name"] {
            let texts = all(&found, must);
            assert!(texts.len() == 1 && !texts[0].is_empty(), "{path}: {must}");
        }
        assert_eq!(
            all(&found, "feed@xmlns"),
            ["http://www.w3.org/2005/Atom"],
            "{path}"
        );
        assert_eq!(
            all(&found, "feed/link@rel"),
            ["self", "alternate"],
            "{path}"
        );
        assert!(
            all(&found, "feed/link@href").contains(&&*format!("{HOME}{path}")),
            "{path}"
        );
        // §4.1.2: the same for each entry, and a link to the page.
        let entries = all(&found, "feed/entry").len();
        for must in [
            "feed/entry/title",
            "feed/entry/id",
            "feed/entry/updated",
            "feed/entry/link@href",
        ] {
            let texts = all(&found, must);
            assert!(
                texts.len() == entries && texts.iter().all(|text| !text.is_empty()),
                "{path}: {must}"
            );
        }
        let ids: BTreeSet<&str> = all(&found, "feed/entry/id").into_iter().collect();
        assert!(
            ids.len() == entries && ids.iter().all(|id| id.starts_with(HOME)),
            "{path}: every id is unique"
        );
        for time in ["feed/updated", "feed/entry/updated", "feed/entry/published"] {
            assert!(all(&found, time).iter().all(is_time), "{path}: {time}");
        }
        let newest = all(&found, "feed/entry/updated").into_iter().max();
        assert!(
            newest.is_none() || newest == all(&found, "feed/updated").into_iter().next(),
            "{path}"
        );
    }
    let json: Value = serde_json::from_str(&published["feed.json"]).expect("it is JSON");
    assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
    assert!(
        json["title"].is_string()
            && json["feed_url"] == format!("{HOME}feed.json")
            && json["home_page_url"] == HOME
    );
    for item in json["items"].as_array().expect("there are items") {
        assert!(item["id"].is_string() && item["url"].is_string(), "{item}");
        assert!(
            item["content_text"].is_string()
                || item["content_html"].is_string()
                || item["summary"].is_string(),
            "{item}"
        );
    }
}

#[test]
fn the_sitemap_lists_every_page_once() {
    let published = published();
    let found = elements(&published["sitemap.xml"]);
    assert_eq!(
        all(&found, "urlset@xmlns"),
        ["http://www.sitemaps.org/schemas/sitemap/0.9"]
    );
    let addresses = all(&found, "urlset/url/loc");
    assert_eq!(addresses.len(), all(&found, "urlset/url").len());
    let distinct: BTreeSet<&&str> = addresses.iter().collect();
    assert_eq!(distinct.len(), addresses.len());
    for address in &addresses {
        let path = address
            .strip_prefix(HOME)
            .unwrap_or_else(|| panic!("{address} is elsewhere"));
        assert!(
            published.contains_key(&format!("{path}index.html")),
            "{address} does not exist"
        );
    }
    assert!(!addresses.iter().any(|address| address.contains("hidden")));
    let dated = all(&found, "urlset/url/lastmod");
    assert!(
        dated.len() >= 8
            && dated
                .iter()
                .all(|day| day.parse::<jiff::civil::Date>().is_ok())
    );
    let after = |address: &str| {
        let at = found
            .iter()
            .position(|(path, text)| {
                path == "urlset/url/loc" && text == &format!("{HOME}{address}")
            })
            .expect("it is listed");
        found
            .get(at + 1)
            .filter(|(path, _)| path == "urlset/url/lastmod")
            .map(|(_, day)| day.as_str())
    };
    assert_eq!(
        (
            after("guides/one/"),
            after("about/"),
            after("tips/"),
            after("")
        ),
        (
            Some("2026-02-03"),
            None,
            Some("2026-03-05"),
            Some("2026-03-05")
        )
    );
}

#[test]
fn llms_txt_links_to_markdown_copies() {
    let published = published();
    let text = &published["llms.txt"];
    assert!(text.starts_with("# Hens & <ducks>\n\n> All of it.\n"));
    let links: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            line.strip_prefix("- [")?
                .split_once("](")?
                .1
                .split_once(')')
        })
        .map(|(url, _)| url)
        .collect();
    assert!(links.len() >= 8, "{text}");
    for link in links {
        let copy = link.strip_prefix(HOME).expect("it is on this site");
        assert!(
            copy.ends_with("index.md") && published[copy].starts_with("# "),
            "{link}"
        );
        let page = &published[&copy.replace("index.md", "index.html")];
        assert!(
            page.contains(&format!(
                "<link rel=\"alternate\" type=\"text/markdown\" href=\"/docs/{copy}\""
            )),
            "{link}"
        );
    }
}

#[test]
fn immutable_files_have_one_header_rule_per_folder() {
    let rules = |files: &MemoryFiles| {
        let (_, published) = crate::common::build(files, &request());
        let headers = String::from_utf8_lossy(&published["_headers"]).into_owned();
        let rules: Vec<String> = headers
            .lines()
            .filter(|line| line.starts_with('/'))
            .map(str::to_owned)
            .collect();
        (rules, published)
    };
    let mut files = site();
    let (alone, published) = rules(&files);
    assert_eq!(
        alone
            .iter()
            .filter(|rule| rule.starts_with("/docs/js."))
            .count(),
        1,
        "{alone:?}"
    );
    assert!(alone.contains(&"/docs/css/*".to_owned()), "{alone:?}");
    // A rule for a folder covers only files whose names contain a hash of their bytes.
    for folder in alone
        .iter()
        .filter_map(|rule| rule.strip_prefix("/docs/")?.strip_suffix('*'))
        .filter(|folder| !folder.is_empty())
    {
        assert!(
            !published
                .keys()
                .any(|path| path.starts_with(folder) && path.ends_with(".html")),
            "{folder}"
        );
    }
    files.put(
        "content/css/grid.md",
        "---\ntitle: Grid\nsummary: s\n---\nText.\n",
    );
    let (mixed, _) = rules(&files);
    assert!(
        !mixed.contains(&"/docs/css/*".to_owned())
            && mixed.iter().any(|rule| rule.starts_with("/docs/css/site.")),
        "{mixed:?}"
    );
}
