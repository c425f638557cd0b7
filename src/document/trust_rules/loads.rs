//! What a browser loads from other hosts because of a tag, a style or a finished page.

use std::ops::Range;

use crate::document::links::is_remote;
use crate::html::raw_text::end_of_text;
use crate::html::tags::{Tag, tags_with_hosts};

/// Values of `rel` with which a `link` element loads its target.
const LOADING: [&str; 8] = [
    "stylesheet",
    "icon",
    "apple-touch-icon",
    "preload",
    "modulepreload",
    "prefetch",
    "preconnect",
    "manifest",
];

/// The address on another host from which a browser loads something because of this tag.
pub(super) fn remote<'a>(
    element: &str,
    attributes: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Option<String> {
    let is_loading = |relation: &str| LOADING.contains(&relation.to_ascii_lowercase().as_str());
    let loads = element == "link"
        && attributes
            .clone()
            .any(|(key, value)| key == "rel" && value.split_whitespace().any(is_loading));
    let first_of = |style: &str| {
        loaded_by_style(style)
            .first()
            .map(|(address, _)| (*address).to_owned())
    };
    let by_style = attributes
        .clone()
        .filter(|(key, _)| *key == "style")
        .find_map(|(_, style)| first_of(style));
    let mut loaded = attributes.filter(|(key, _)| {
        matches!(*key, "src" | "srcset" | "poster" | "data") || (*key == "href" && loads)
    });
    let address = |(key, value): (&str, &str)| match key {
        "srcset" if !is_remote(value) => value
            .split(',')
            .map(str::trim)
            .find(|candidate| is_remote(candidate))
            .map(str::to_owned),
        _ => is_remote(value).then(|| value.trim().to_owned()),
    };
    loaded.find_map(address).or(by_style)
}

/// The addresses on other hosts from which a style loads something, by `url(…)` or `@import`, each
/// with its range in the style.
pub fn loaded_by_style(style: &str) -> Vec<(&str, Range<usize>)> {
    let lower = style.to_ascii_lowercase();
    let begins = ["url(", "@import"].into_iter().flat_map(|name| {
        lower
            .match_indices(name)
            .map(move |(at, name)| at + name.len())
    });
    let address = |from: usize| {
        let lead =
            style[from..].find(|c: char| !c.is_ascii_whitespace() && !matches!(c, '"' | '\''))?;
        let rest = &style[from + lead..];
        let end = rest.find(['"', '\'', ')', ';', '}']).unwrap_or(rest.len());
        let address = rest[..end].trim_end();
        let at = from + lead;
        is_remote(address).then(|| (address, at..at + address.len()))
    };
    let mut found: Vec<(&str, Range<usize>)> = begins.filter_map(address).collect();
    found.sort_by_key(|(_, range)| range.start);
    found
}

/// The addresses on other hosts from which a rendered page loads something as soon as it is opened,
/// sorted.
pub fn loaded_by(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for tag in tags_with_hosts(html) {
        found.extend(remote(&tag.name, tag.values()));
        if tag.name == "style" {
            let loaded = loaded_by_style(content_of(&tag, html));
            found.extend(loaded.into_iter().map(|(address, _)| address.to_owned()));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The content of an element whose content is text.
pub(super) fn content_of<'a>(tag: &Tag, html: &'a str) -> &'a str {
    let content = &html[tag.range.end..];
    &content[..end_of_text(content.as_bytes(), &tag.name)]
}
