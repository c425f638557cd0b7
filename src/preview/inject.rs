//! Adds the preview's script to a rendered page; the script loads everything else. Also makes the
//! preview's own plain pages for addresses where the site has none.
//!
//! The script, its modules and the style have the same origin as the page, so the site's strict
//! policy applies in the preview unchanged.

use std::sync::LazyLock;

use super::OWN_PREFIX;
use crate::escape;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::html::tags::tags_of;
use crate::paths::SourcePath;

/// The files for the browser: name, content type, text.
pub const ASSETS: [(&str, &str, &str); 9] = [
    ("preview.js", SCRIPT, include_str!("assets/preview.js")),
    ("merge.js", SCRIPT, include_str!("assets/merge.js")),
    ("page.js", SCRIPT, include_str!("assets/page.js")),
    ("panel.js", SCRIPT, include_str!("assets/panel.js")),
    ("bar.js", SCRIPT, include_str!("assets/bar.js")),
    ("formulas.js", SCRIPT, include_str!("assets/formulas.js")),
    ("source.js", SCRIPT, include_str!("assets/source.js")),
    ("preview.css", STYLE, include_str!("assets/preview.css")),
    ("plain.css", STYLE, include_str!("assets/plain.css")),
];
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// Whether an address has a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PageStatus {
    Found,
    /// The page is at the same address with a slash.
    Moved,
    /// The address has no page.
    Gone,
    /// The page cannot be rendered.
    Broken,
}

impl PageStatus {
    fn name(self) -> &'static str {
        match self {
            PageStatus::Found => "found",
            PageStatus::Moved => "moved",
            PageStatus::Gone => "gone",
            PageStatus::Broken => "broken",
        }
    }
}

/// The fingerprint of the files above, so that a browser does not mix those of different versions
/// of Handsel.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let mut hasher = Hasher::new();
        ASSETS.iter().for_each(|(name, _, text)| {
            hasher.add(name).add(text);
        });
        hasher.finish().short()
    });
    &VERSION
}

/// A page with the preview's script first in its head, so that it sees the page before the theme's
/// scripts change it. `hash` is that of `page`.
pub fn add(page: &[u8], hash: Fingerprint, status: PageStatus) -> Vec<u8> {
    let script = format!(
        "<script type=\"module\" src=\"{OWN_PREFIX}preview.js\" data-hash=\"{hash}\" data-page-status=\"{}\"></script>",
        status.name()
    );
    let text = page.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let head = tags_of(text, &["head"]).next();
    let at = head.map_or(page.len(), |head| head.range.end);
    let mut whole = Vec::with_capacity(page.len() + script.len());
    whole.extend_from_slice(&page[..at]);
    whole.extend_from_slice(script.as_bytes());
    whole.extend_from_slice(&page[at..]);
    whole
}

/// The page that is shown for one that cannot be rendered; the panel shows why.
pub fn unrenderable_page(source: Option<&SourcePath>) -> Vec<u8> {
    let what = source.map_or_else(
        || "This page".to_owned(),
        |source| format!("<code>{}</code>", escape::html(source.as_str())),
    );
    plain(
        "Page not ready",
        &format!(
            "{what} has problems and cannot be shown. They are listed below; the page appears once they are fixed."
        ),
    )
}

/// The page for an address without a page, on a site that has no page for that.
pub fn not_found_page() -> Vec<u8> {
    plain("Page not found", "There is no page at this address.")
}

fn plain(title: &str, text: &str) -> Vec<u8> {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<link rel=\"stylesheet\" href=\"{OWN_PREFIX}plain.css\">\n</head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n<p>{text}</p>\n</main>\n</body>\n</html>\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_comes_first_in_the_head() {
        let added = |page: &str| {
            String::from_utf8(add(page.as_bytes(), Fingerprint::of(""), PageStatus::Found))
                .expect("text")
        };
        assert!(
            added("<!doctype html><HEAD\n lang=x><title>a</title>")
                .starts_with("<!doctype html><HEAD\n lang=x><script type=\"module\"")
        );
        assert!(added("<p>bare</p><header>").starts_with("<p>bare</p><header><script"));
        assert!(added("").starts_with("<script"));
        assert!(added("<head").starts_with("<head<script"));
    }

    #[test]
    fn names_of_files_are_text() {
        let page = unrenderable_page(Some(&SourcePath::new("content/<b>.md").expect("inside")));
        assert!(String::from_utf8_lossy(&page).contains("content/&lt;b&gt;.md"));
    }
}
