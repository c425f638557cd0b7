//! Files of `static/`, both the theme's and the site's: which of them are published under a name
//! that contains a fingerprint.
//!
//! Style sheets, scripts, files that style sheets refer to and files that templates request with
//! `asset()` get a fingerprint in their names, so that hosts may let browsers cache them forever.
//! Scripts import each other by relative paths, so their folder is fingerprinted as a whole.
//! Everything else keeps its name, since other sites and tools may know it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::minify_css;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::paths::{OutputPath, SourcePath};

/// The folders of the theme whose files are published under fingerprinted names only.
const STYLES: &str = "css/";
const SCRIPTS: &str = "js/";

/// The bytes of a file of `static/`.
pub type AssetBytes = Cow<'static, [u8]>;

/// The files of `static/` with their published paths.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// Path below `static/` → path in the output folder, which a template's `asset()` returns.
    pub published: BTreeMap<String, String>,
    /// Files whose bytes were needed to name them, in their published form.
    pub made: Vec<(OutputPath, AssetBytes)>,
    /// Files of any size that are published unchanged, by their path below `static/`.
    pub copied: Vec<(OutputPath, String)>,
}

/// Chooses the published names. `names` contains all paths below `static/`, `read` returns the
/// bytes of one, and `asked` contains those that templates request.
pub fn plan(
    names: &BTreeSet<String>,
    mut read: impl FnMut(&str) -> Option<AssetBytes>,
    asked: &BTreeSet<String>,
) -> Assets {
    let mut assets = Assets::default();
    let below = |folder: &'static str| names.iter().filter(move |path| path.starts_with(folder));
    let scripts: Vec<(&String, AssetBytes)> = below(SCRIPTS)
        .filter_map(|path| Some((path, read(path)?)))
        .collect();
    let styles: Vec<(&String, AssetBytes)> = below(STYLES)
        .filter_map(|path| Some((path, read(path)?)))
        .collect();
    let mut fingerprinted: BTreeSet<String> = asked
        .iter()
        .filter(|path| names.contains(*path))
        .cloned()
        .collect();
    for (path, bytes) in &styles {
        fingerprinted.extend(
            style_references(path, &String::from_utf8_lossy(bytes))
                .into_iter()
                .filter(|target| names.contains(target)),
        );
    }
    let is_code = |path: &str| path.starts_with(STYLES) || path.starts_with(SCRIPTS);
    for path in fingerprinted.iter().filter(|path| !is_code(path)) {
        let Some(bytes) = read(path) else { continue };
        let name = with_fingerprint(path, Fingerprint::of(&bytes));
        assets.make(path, &name, bytes);
    }
    let folder = scripts_folder(&scripts);
    for (path, bytes) in scripts {
        assets.make(path, &format!("{folder}/{}", &path[SCRIPTS.len()..]), bytes);
    }
    for (path, bytes) in styles {
        let text = rewrite_style(path, &String::from_utf8_lossy(&bytes), &assets.published);
        let bytes = minify_css::style(&text).into_bytes();
        let name = with_fingerprint(path, Fingerprint::of(&bytes));
        assets.make(path, &name, Cow::Owned(bytes));
    }
    for path in names.iter().filter(|path| !is_code(path)) {
        assets
            .published
            .entry(path.clone())
            .or_insert_with(|| path.clone());
        assets
            .copied
            .extend(OutputPath::new(path).map(|output| (output, path.clone())));
    }
    assets
}

impl Assets {
    fn make(&mut self, path: &str, name: &str, bytes: AssetBytes) {
        self.published.insert(path.to_owned(), name.to_owned());
        self.made
            .extend(OutputPath::new(name).map(|output| (output, bytes)));
    }
}

fn scripts_folder(scripts: &[(&String, AssetBytes)]) -> String {
    let mut hasher = Hasher::new();
    for (path, bytes) in scripts {
        hasher.add(path).add(bytes);
    }
    format!("js.{}", hasher.finish().short())
}

/// `css/site.css` → `css/site.1a2b3c4d.css`.
fn with_fingerprint(path: &str, fingerprint: Fingerprint) -> String {
    let short = fingerprint.short();
    match path.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains('/') => {
            format!("{stem}.{short}.{extension}")
        }
        _ => format!("{path}.{short}"),
    }
}

/// The files of `static/` that a style sheet's `url()` and `@import` point to.
fn style_references(path: &str, text: &str) -> Vec<String> {
    urls(text)
        .filter_map(|range| target(path, &text[range]))
        .collect()
}

fn rewrite_style(path: &str, text: &str, published: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for range in urls(text) {
        let Some(name) =
            target(path, &text[range.clone()]).and_then(|target| published.get(&target))
        else {
            continue;
        };
        out.push_str(&text[end..range.start]);
        out.push_str(&relative(path, name));
        end = range.end;
    }
    out.push_str(&text[end..]);
    out
}

/// The ranges of addresses in `url(…)`, without quotes.
fn urls(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    text.match_indices("url(").filter_map(|(at, _)| {
        let start = at + 4;
        let end = start + text[start..].find(')')?;
        let inner = &text[start..end];
        let trimmed = inner.trim().trim_matches(['"', '\'']);
        let begin = start + inner.find(trimmed)?;
        (!trimmed.is_empty()).then_some(begin..begin + trimmed.len())
    })
}

/// The file below `static/` that an address in a style sheet refers to.
fn target(style: &str, address: &str) -> Option<String> {
    if address.starts_with("data:") || address.starts_with('#') || address.contains("://") {
        return None;
    }
    let address = address.split(['?', '#']).next().unwrap_or(address);
    let folder = SourcePath::new(style).ok()?.folder();
    folder.join(address).ok().map(|path| path.to_string())
}

fn relative(style: &str, name: &str) -> String {
    let ups = style.matches('/').count();
    format!("{}{name}", "../".repeat(ups))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_point_to_fingerprinted_files() {
        let file = |text: &'static str| Cow::Borrowed(text.as_bytes());
        let files = BTreeMap::from([
            (
                "css/site.css".to_owned(),
                file("a{b:url(../icons/x.svg)} c{d:url(\"data:x\")}"),
            ),
            ("icons/x.svg".to_owned(), file("<svg/>")),
            ("js/a.js".to_owned(), file("import './b.js'")),
            ("robots.txt".to_owned(), file("x")),
        ]);
        let names = files.keys().cloned().collect();
        let assets = plan(&names, |path| files.get(path).cloned(), &BTreeSet::new());
        let icon = &assets.published["icons/x.svg"];
        assert!(icon.starts_with("icons/x.") && icon.len() > "icons/x.svg".len());
        let style = assets
            .made
            .iter()
            .find(|(path, _)| path.as_str().starts_with("css/site."))
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned());
        assert_eq!(
            style,
            Some(format!("a{{b:url(../{icon})}}c{{d:url(\"data:x\")}}"))
        );
        assert!(assets.published["js/a.js"].starts_with("js."));
        assert_eq!(assets.published["robots.txt"], "robots.txt");
        assert!(
            assets
                .copied
                .iter()
                .any(|(path, _)| path.as_str() == "icons/x.svg"),
            "other pages may know its name"
        );
    }
}
