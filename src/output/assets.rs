//! Files of `static/`, the theme's and the writer's: which are published under a name that tells their content.
//!
//! Style sheets, scripts, what style sheets point to and what templates ask for with `asset()` get a fingerprint in their
//! name, so that hosts may let browsers keep them for ever. Scripts import each other by relative paths, so their folder
//! is fingerprinted as a whole. Everything else keeps its name: other sites and tools know it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::paths::{OutputPath, SourcePath};

/// The folders of the theme whose files are published under fingerprinted names only.
const STYLES: &str = "css/";
const SCRIPTS: &str = "js/";

/// `static/` ready to be published.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// Path below `static/` → path in the output folder, where a template's `asset()` leads.
    pub published: BTreeMap<String, String>,
    /// Every file to be written.
    pub files: Vec<(OutputPath, Cow<'static, [u8]>)>,
}

/// Names the files. `asked` are those that templates ask for, `linked` those that pages link to by their own name.
pub fn plan(files: &BTreeMap<String, Cow<'static, [u8]>>, asked: &BTreeSet<String>) -> Assets {
    let mut assets = Assets::default();
    let scripts = scripts_folder(files);
    let mut fingerprinted: BTreeSet<String> = asked.iter().filter(|path| files.contains_key(*path)).cloned().collect();
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with(STYLES)) {
        fingerprinted
            .extend(style_references(path, &String::from_utf8_lossy(bytes)).into_iter().filter(|target| files.contains_key(target)));
    }
    for path in fingerprinted.iter().filter(|path| !path.starts_with(STYLES) && !path.starts_with(SCRIPTS)) {
        let name = with_fingerprint(path, Fingerprint::of(&files[path]));
        assets.put(path, &name, files[path].clone());
    }
    for (path, bytes) in files {
        if let Some(script) = path.strip_prefix(SCRIPTS) {
            let name = format!("{scripts}/{script}");
            assets.put(path, &name, bytes.clone());
        } else if path.starts_with(STYLES) {
            let text = String::from_utf8_lossy(bytes);
            let bytes = rewrite_style(path, &text, &assets.published).into_bytes();
            let name = with_fingerprint(path, Fingerprint::of(&bytes));
            assets.put(path, &name, Cow::Owned(bytes));
        } else {
            assets.published.entry(path.clone()).or_insert_with(|| path.clone());
            assets.write(path, bytes.clone());
        }
    }
    assets
}

impl Assets {
    fn put(&mut self, path: &str, name: &str, bytes: Cow<'static, [u8]>) {
        self.published.insert(path.to_owned(), name.to_owned());
        self.write(name, bytes);
    }

    fn write(&mut self, name: &str, bytes: Cow<'static, [u8]>) {
        if let Ok(path) = OutputPath::new(name) {
            self.files.push((path, bytes));
        }
    }
}

fn scripts_folder(files: &BTreeMap<String, Cow<'static, [u8]>>) -> String {
    let mut printer = Fingerprinter::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with(SCRIPTS)) {
        printer.add(path).add(bytes);
    }
    format!("js.{}", printer.finish().short())
}

/// `css/site.css` → `css/site.1a2b3c4d.css`.
fn with_fingerprint(path: &str, fingerprint: Fingerprint) -> String {
    let short = fingerprint.short();
    match path.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains('/') => format!("{stem}.{short}.{extension}"),
        _ => format!("{path}.{short}"),
    }
}

/// The files of `static/` that a style sheet's `url()` and `@import` point to.
fn style_references(path: &str, text: &str) -> Vec<String> {
    urls(text).filter_map(|range| target(path, &text[range])).collect()
}

fn rewrite_style(path: &str, text: &str, published: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for range in urls(text) {
        let Some(name) = target(path, &text[range.clone()]).and_then(|target| published.get(&target)) else { continue };
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

/// The file below `static/` that an address in a style sheet means.
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
            ("css/site.css".to_owned(), file("a{b:url(../icons/x.svg)} c{d:url(\"data:x\")}")),
            ("icons/x.svg".to_owned(), file("<svg/>")),
            ("js/a.js".to_owned(), file("import './b.js'")),
            ("robots.txt".to_owned(), file("x")),
        ]);
        let assets = plan(&files, &BTreeSet::new());
        let icon = &assets.published["icons/x.svg"];
        assert!(icon.starts_with("icons/x.") && icon.len() > "icons/x.svg".len());
        let style = assets
            .files
            .iter()
            .find(|(path, _)| path.as_str().starts_with("css/site."))
            .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned());
        assert_eq!(style, Some(format!("a{{b:url(../{icon})}} c{{d:url(\"data:x\")}}")));
        assert!(assets.published["js/a.js"].starts_with("js."));
        assert_eq!(assets.published["robots.txt"], "robots.txt");
        assert!(assets.files.iter().any(|(path, _)| path.as_str() == "icons/x.svg"), "other pages may know its name");
    }
}
