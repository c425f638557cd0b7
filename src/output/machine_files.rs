//! Files that describe the site to machines: `pages.json`, `llms.txt`, the sitemap, `robots.txt`,
//! `_headers`, `_redirects`.

use serde::Serialize;

use crate::escape;
use crate::page::{Catalog, OutputPage, PageSubject, page_of};
use crate::paths::Route;
use crate::site::{PageId, SitePage};

/// The maximum number of addresses in a sitemap (sitemaps.org, protocol 0.9).
const SITEMAP_ADDRESSES_MAX: usize = 50_000;

#[derive(Serialize)]
struct MachineEntry<'a> {
    address: &'a str,
    title: &'a str,
    summary: Option<&'a str>,
    kind: &'a str,
    language: &'a str,
    topics: Vec<&'a str>,
    audience: Vec<&'a str>,
    published: Option<String>,
    updated: Option<String>,
    source: &'a str,
    words: usize,
}

/// `pages.json`: every listed page, by address.
pub fn pages_json(catalog: &Catalog) -> Vec<u8> {
    let site = &catalog.site;
    let mut pages: Vec<PageId> = site
        .ids()
        .iter()
        .copied()
        .filter(|id| site.page(*id).is_listed())
        .collect();
    pages.sort_by_key(|id| &site.page(*id).route);
    let mut bytes = b"[\n".to_vec();
    for (position, id) in pages.into_iter().enumerate() {
        if position > 0 {
            bytes.extend_from_slice(b",\n");
        }
        // Pages are written one by one, since all lines of a large site together would need as much
        // memory again.
        serde_json::to_writer(&mut bytes, &listed(catalog, id))
            .expect("plain values can be serialized to memory");
    }
    bytes.extend_from_slice(b"\n]\n");
    bytes
}

fn listed(catalog: &Catalog, id: PageId) -> MachineEntry<'_> {
    let page = catalog.site.page(id);
    let meta = &page.entry.meta;
    MachineEntry {
        address: page.route.as_str(),
        title: &page.entry.title,
        summary: page.entry.summary.as_deref(),
        kind: &meta.kind,
        language: catalog.site.language(page),
        topics: meta
            .topics
            .iter()
            .map(|topic| topic.value.as_str())
            .collect(),
        audience: meta
            .audience
            .iter()
            .map(|audience| audience.value.as_str())
            .collect(),
        published: page.published().map(|day| day.to_string()),
        updated: meta.updated.map(|day| day.to_string()),
        source: page.entry.source.as_str(),
        words: catalog.facts(id).words,
    }
}

/// `llms.txt` (llmstxt.org): a description of the site and the addresses of its pages, section by
/// section.
pub fn llms_txt(catalog: &Catalog) -> Vec<u8> {
    let site = &catalog.site;
    let mut text = format!("# {}\n", one_line(&catalog.site_title()));
    if let Some(summary) = &site.settings().summary {
        text.push_str(&format!("\n> {}\n", one_line(summary)));
    }
    for (id, section) in site
        .sections
        .iter()
        .enumerate()
        .filter(|(_, section)| !section.pages.is_empty())
    {
        text.push_str(&format!(
            "\n## {}\n\n",
            one_line(&catalog.section_title(id))
        ));
        for page in section.pages.iter().map(|page| site.page(*page)) {
            // Readers of this file process Markdown more easily than HTML.
            let twin = Route::new(&format!("{}index.md", page.route))
                .ok()
                .filter(|_| site.settings().markdown_copies);
            let route = twin.as_ref().unwrap_or(&page.route);
            let href = catalog.url(route).unwrap_or_else(|| catalog.href(route));
            text.push_str(&format!("- [{}]({href})", one_line(&page.entry.title)));
            if let Some(summary) = &page.entry.summary {
                text.push_str(&format!(": {}", one_line(summary)));
            }
            text.push('\n');
        }
    }
    text.into_bytes()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The sitemap's addresses: one file, or an index and its parts. A site without a `base_url` has
/// none.
pub fn sitemap_routes(catalog: &Catalog, output_pages: &[OutputPage]) -> Vec<Route> {
    let whole = Route::new("/sitemap.xml").expect("a fixed address inside the site");
    match sitemap_pages(catalog, output_pages)
        .count()
        .div_ceil(SITEMAP_ADDRESSES_MAX)
    {
        0 => Vec::new(),
        1 => vec![whole],
        parts => std::iter::once(whole)
            .chain((1..=parts).map(part_route))
            .collect(),
    }
}

fn part_route(number: usize) -> Route {
    Route::new(&format!("/sitemap-{number}.xml")).expect("a fixed address inside the site")
}

/// One of the files that [`sitemap_routes`] lists, by its position there.
pub fn sitemap(catalog: &Catalog, output_pages: &[OutputPage], index: usize) -> Vec<u8> {
    let entry = |(output_page, page): (&OutputPage, Option<&SitePage>)| {
        let changed = page
            .and_then(SitePage::changed)
            .max(changed_below(catalog, output_page))
            .map(|day| day.to_string());
        Some((catalog.url(&output_page.route)?, changed))
    };
    let mut addresses: Vec<(String, Option<String>)> = sitemap_pages(catalog, output_pages)
        .filter_map(entry)
        .collect();
    addresses.sort();
    let parts: Vec<&[(String, Option<String>)]> = addresses.chunks(SITEMAP_ADDRESSES_MAX).collect();
    match (parts.as_slice(), index) {
        ([only], 0) => urlset(only),
        (several, 0) => sitemap_index(several, |number| {
            catalog.url(&part_route(number)).unwrap_or_default()
        })
        .into_bytes(),
        (several, part) => several
            .get(part - 1)
            .map(|part| urlset(part))
            .unwrap_or_default(),
    }
}

/// The sitemap index: the address of each part and its last change.
fn sitemap_index(parts: &[&[(String, Option<String>)]], url: impl Fn(usize) -> String) -> String {
    let mut index = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for (part, number) in parts.iter().zip(1..) {
        let changed = part
            .iter()
            .filter_map(|(_, changed)| changed.as_ref())
            .max();
        index.push_str(&format!(
            "<sitemap><loc>{}</loc>{}</sitemap>\n",
            escape::xml(&url(number)),
            lastmod(changed)
        ));
    }
    index.push_str("</sitemapindex>\n");
    index
}

/// The pages that a sitemap lists, each with the source page whose text it shows.
fn sitemap_pages<'a>(
    catalog: &'a Catalog,
    output_pages: &'a [OutputPage],
) -> impl Iterator<Item = (&'a OutputPage, Option<&'a SitePage>)> {
    let has_addresses = catalog.site.settings().base_url.is_some();
    let is_sought = |output_page: &&OutputPage| match output_page.subject {
        PageSubject::NotFound | PageSubject::RandomPage(_) | PageSubject::Search => false,
        // A list that only filters another one is not for search engines, unless the writer
        // introduces it.
        PageSubject::FacetList(_) => page_of(catalog, output_page).is_some(),
        _ => true,
    };
    let with_page = |output_page: &'a OutputPage| {
        let page = match output_page.subject {
            PageSubject::Page(page) => Some(page),
            PageSubject::Section(section) => catalog.site.sections[section].page,
            _ => None,
        };
        (output_page, page.map(|page| catalog.site.page(page)))
    };
    let sought = output_pages
        .iter()
        .filter(move |output_page| has_addresses && is_sought(output_page))
        .map(with_page);
    sought.filter(|(_, page)| page.is_none_or(|page| page.is_listed()))
}

/// The last change among the pages that a list begins with, since the list changes when they do.
fn changed_below(catalog: &Catalog, output_page: &OutputPage) -> Option<jiff::civil::Date> {
    let site = &catalog.site;
    let newest = |pages: &[PageId]| {
        pages
            .iter()
            .filter_map(|page| site.page(*page).changed())
            .max()
    };
    match output_page.subject {
        _ if output_page.number > 1 => None,
        PageSubject::Section(0) | PageSubject::New | PageSubject::AToZ => {
            let listed = site.pages().filter(|page| page.is_listed());
            listed.filter_map(SitePage::changed).max()
        }
        PageSubject::Section(section) => newest(&site.sections[section].pages),
        PageSubject::Topic(term) => newest(&site.topics[term].pages),
        PageSubject::Audience(term) => newest(&site.audiences[term].pages),
        _ => None,
    }
}

fn urlset(addresses: &[(String, Option<String>)]) -> Vec<u8> {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    for (address, changed) in addresses {
        text.push_str(&format!(
            "<url><loc>{}</loc>{}</url>\n",
            escape::xml(address),
            lastmod(changed.as_ref())
        ));
    }
    text.push_str("</urlset>\n");
    text.into_bytes()
}

fn lastmod(day: Option<&String>) -> String {
    day.map(|day| format!("<lastmod>{day}</lastmod>"))
        .unwrap_or_default()
}

/// `robots.txt` (RFC 9309), which allows all crawlers.
pub fn robots(catalog: &Catalog) -> Vec<u8> {
    let sitemap =
        catalog.url(&Route::new("/sitemap.xml").expect("a fixed address inside the site"));
    let sitemap = sitemap
        .map(|url| format!("\nSitemap: {url}\n"))
        .unwrap_or_default();
    format!("User-agent: *\nAllow: /\n{sitemap}").into_bytes()
}

/// `_headers`, in the format that several static hosts read.
pub fn headers(catalog: &Catalog, immutable: &[String]) -> Vec<u8> {
    let base = catalog.site.settings().base_path();
    let mut text = format!(
        "{base}*\n  Content-Security-Policy: {}\n  X-Content-Type-Options: nosniff\n  Referrer-Policy: strict-origin-when-cross-origin\n  \
         Permissions-Policy: camera=(), microphone=(), geolocation=(), browsing-topics=()\n",
        catalog.site.settings().policy()
    );
    for path in immutable {
        text.push_str(&format!(
            "{base}{path}\n  Cache-Control: public, max-age=31536000, immutable\n"
        ));
    }
    text.into_bytes()
}

/// `_redirects`, in the format that several static hosts read.
pub fn redirects(catalog: &Catalog) -> Vec<u8> {
    let mut text = String::new();
    for redirect in &catalog.site.redirects {
        let target = catalog.href(&catalog.site.page(redirect.to).route);
        text.push_str(&format!("{} {target} 301\n", catalog.href(&redirect.from)));
    }
    for (from, list) in catalog.site.moved_lists() {
        let target = catalog.href(&catalog.site.narrowed[list].route);
        text.push_str(&format!("{} {target} 301\n", catalog.href(&from)));
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sitemap_in_parts_has_an_index() {
        let page = |changed: Option<&str>| {
            (
                "https://example.org/x/".to_owned(),
                changed.map(str::to_owned),
            )
        };
        let parts = [
            vec![
                page(Some("2026-01-02")),
                page(None),
                page(Some("2025-12-31")),
            ],
            vec![page(None)],
        ];
        let parts: Vec<&[_]> = parts.iter().map(Vec::as_slice).collect();
        // The format of the sitemap protocol: `sitemap` with `loc`, then an optional `lastmod`.
        let wanted = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
            <sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n\
            <sitemap><loc>https://example.org/a&amp;b/sitemap-1.xml</loc><lastmod>2026-01-02</lastmod></sitemap>\n\
            <sitemap><loc>https://example.org/a&amp;b/sitemap-2.xml</loc></sitemap>\n\
            </sitemapindex>\n";
        assert_eq!(
            sitemap_index(&parts, |number| format!(
                "https://example.org/a&b/sitemap-{number}.xml"
            )),
            wanted
        );
    }
}
