//! Suggestions for broken links: the same name elsewhere, a similar name, or another way to write
//! an address.

use crate::diagnostic::{Applicability, Fix, nearest, nearest_name};
use crate::document::outline::anchor;
use crate::paths::{Route, SourcePath};
use crate::renamed;

use super::link_path::{FoundTarget, find, has_extension};
use super::links::{LinkOrigin, relative};
use super::lookups::RecordedTables;
use super::{LinkTarget, Site, SiteTables};

/// The maximum number of searches for the links of one page. Each search looks at thousands of
/// names, and a page with more broken links than this was not written by hand.
const SEARCHES_MAX: usize = 50;

/// The remaining searches for a page.
pub(super) struct LinkSearches(usize);

impl Default for LinkSearches {
    fn default() -> Self {
        Self(SEARCHES_MAX)
    }
}

impl LinkSearches {
    /// Uses one of the remaining searches, if there is one.
    pub fn take(&mut self) -> bool {
        let is_left = self.0 > 0;
        self.0 = self.0.saturating_sub(1);
        is_left
    }
}

/// Common last labels of host names. A broken path that ends in one was probably meant as an
/// address of another site.
const TOP_LEVEL_DOMAINS: [&str; 20] = [
    "com", "org", "net", "edu", "gov", "io", "dev", "app", "info", "eu", "de", "at", "ch", "fr",
    "nl", "uk", "us", "ca", "au", "nz",
];

/// The names of a folder's own page.
const FOLDER_PAGES: [&str; 3] = ["index.md", "README.md", "_index.md"];

/// What to do about a broken target.
pub(super) struct LinkSuggestion {
    pub help: String,
    /// What to write in place of the target's path.
    replacement: String,
}

impl LinkSuggestion {
    fn likely(path: String) -> Self {
        Self {
            help: format!("did you mean {path}?"),
            replacement: path,
        }
    }

    /// The edit that replaces the path, if the replacement can be written without escapes.
    pub fn fix(&self, path: &str) -> Option<Fix> {
        let is_plain = !self
            .replacement
            .contains([' ', '(', ')', '<', '>', '"', '\'']);
        is_plain.then(|| Fix::new(path, &self.replacement, Applicability::MaybeIncorrect))
    }
}

/// What to do about a broken target; `path` is the target's decoded path.
pub(super) fn suggestion(
    site: &Site,
    from: LinkOrigin,
    written: &str,
    path: &str,
    searches: &mut LinkSearches,
) -> Option<LinkSuggestion> {
    let tables = &site.tables;
    let names = RecordedTables::unrecorded(tables);
    address(written, path)
        .or_else(|| renamed_level(tables, path))
        .or_else(|| without_slash(&names, from, path))
        .or_else(|| of_static(&names, from, path))
        .or_else(|| folder_page(tables, from, path))
        .or_else(|| of_name(site, from, path, searches))
}

/// An address of another site without its scheme.
fn address(written: &str, path: &str) -> Option<LinkSuggestion> {
    let written = written.trim();
    let host = path
        .split('/')
        .next()
        .unwrap_or_default()
        .split(':')
        .next()
        .unwrap_or_default();
    let (name, domain) = host
        .split_once('@')
        .map_or((None, host), |(name, domain)| (Some(name), domain));
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let labels: Vec<&str> = domain.split('.').collect();
    if labels.len() < 2 || !labels.iter().all(|label| is_label(label)) {
        return None;
    }
    match name {
        Some(name) => (!name.is_empty() && !path.contains('/')).then(|| LinkSuggestion {
            help: format!("write mailto:{written}"),
            replacement: format!("mailto:{path}"),
        }),
        None => {
            let last = labels[labels.len() - 1].to_ascii_lowercase();
            let is_host = labels[0].eq_ignore_ascii_case("www") && labels.len() > 2
                || TOP_LEVEL_DOMAINS.contains(&last.as_str());
            is_host.then(|| LinkSuggestion {
                help: format!("write https://{written}"),
                replacement: format!("https://{path}"),
            })
        }
    }
}

/// The list of a level under the level's old name.
fn renamed_level(tables: &SiteTables, path: &str) -> Option<LinkSuggestion> {
    let level = path.strip_prefix("/levels/")?.trim_end_matches('/');
    let address = format!("/levels/{}/", renamed::new_value("level", level)?);
    let is_there = Route::new(&address).is_ok_and(|route| tables.by_route.contains_key(&route));
    is_there.then(|| LinkSuggestion::likely(address))
}

/// A file with a slash after its name.
fn without_slash(names: &RecordedTables, from: LinkOrigin, path: &str) -> Option<LinkSuggestion> {
    let bare = path.strip_suffix('/')?.trim_end_matches('/');
    has_extension(bare.rsplit('/').next().unwrap_or(bare)).then_some(())?;
    let is_there = !matches!(
        find(names, from, bare),
        FoundTarget::Nothing | FoundTarget::Outside
    );
    is_there.then(|| LinkSuggestion {
        help: format!("remove the slash at the end: {bare}"),
        replacement: bare.to_owned(),
    })
}

/// A file of `static/` by its source path. It is published without that folder.
fn of_static(names: &RecordedTables, from: LinkOrigin, path: &str) -> Option<LinkSuggestion> {
    let below = path
        .trim_start_matches(['.', '/'])
        .strip_prefix("static/")?;
    let address = format!("/{below}");
    match find(names, from, &address) {
        FoundTarget::Target(LinkTarget::Static(_)) => Some(LinkSuggestion::likely(address)),
        _ => None,
    }
}

/// The page of a folder further up, for an `index.md` that does not exist.
fn folder_page(tables: &SiteTables, from: LinkOrigin, path: &str) -> Option<LinkSuggestion> {
    let is_folder_page = |name: &str| {
        FOLDER_PAGES
            .iter()
            .any(|known| known.eq_ignore_ascii_case(name))
    };
    is_folder_page(path.rsplit('/').next().unwrap_or(path)).then_some(())?;
    let folder = from.source.folder();
    let above = folder
        .and_folders()
        .skip(1)
        .filter_map(|folder| SourcePath::new(folder).ok());
    let pages = above
        .flat_map(|folder| FOLDER_PAGES.map(|name| folder.join(name)))
        .flatten();
    let found = pages.into_iter().find(|page| {
        page.is_within(&tables.content)
            && matches!(tables.by_source.get(page), Some(LinkTarget::Page(_)))
    });
    found.map(|page| escaped_suggestion(&relative(&folder, &page)))
}

/// A page or a file with this name in another folder, otherwise one with a similar name.
fn of_name(
    site: &Site,
    from: LinkOrigin,
    path: &str,
    searches: &mut LinkSearches,
) -> Option<LinkSuggestion> {
    let (tables, name) = (&site.tables, searched_name(path));
    let of_source =
        |source: &SourcePath| escaped_suggestion(&relative(&from.source.folder(), source));
    if let Some(source) = tables
        .by_name(name)
        .first()
        .and_then(|node| tables.source_of(node))
    {
        return Some(of_source(source));
    }
    if name.chars().count() < 4 || !searches.take() {
        return None;
    }
    if let Some(route) = tables.static_file_named(name) {
        return Some(escaped_suggestion(route.as_str()));
    }
    let near = nearest_name(name, site.names_near(&from.source.folder()))?;
    tables
        .source_of(tables.by_name(near).first()?)
        .map(of_source)
}

/// A suggested path as it can be written in a link, with the three characters that have a meaning
/// there escaped.
fn escaped_suggestion(path: &str) -> LinkSuggestion {
    LinkSuggestion::likely(
        path.replace('%', "%25")
            .replace('#', "%23")
            .replace('?', "%3F"),
    )
}

/// The name to look for: that of a page without its extension, that of another file with it.
fn searched_name(path: &str) -> &str {
    let last = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path);
    match last.rsplit_once('.') {
        Some((stem, extension))
            if ["md", "markdown", "html", "htm"]
                .iter()
                .any(|known| extension.eq_ignore_ascii_case(known)) =>
        {
            stem
        }
        _ => last,
    }
}

/// A path with the letter case of the file that it names, whose path from the root of the content
/// is `name`.
pub(super) fn with_case_of(path: &str, name: &str) -> Option<String> {
    let mut names = name.rsplit('/');
    let mut segments: Vec<&str> = path.split('/').collect();
    for (at, segment) in segments.iter_mut().rev().enumerate() {
        if matches!(*segment, "" | "." | "..") {
            continue;
        }
        let name = names.next()?;
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let candidates = [name, stem];
        let is_same = |candidate: &&&str| candidate.to_lowercase() == segment.to_lowercase();
        let count = if at == 0 { 2 } else { 1 };
        *segment = candidates.iter().take(count).find(is_same)?;
    }
    Some(segments.join("/"))
}

/// What to do about a fragment that no heading has, and the edit if a heading is similar.
pub(super) fn of_anchor(
    anchors: &[String],
    fragment: &str,
    page: &str,
    searches: &mut LinkSearches,
) -> (String, Option<Fix>) {
    let wanted = anchor(fragment);
    let search = || {
        let same = anchors
            .iter()
            .find(|anchor| **anchor == wanted || anchor.eq_ignore_ascii_case(fragment))
            .map(String::as_str);
        same.or_else(|| nearest(fragment, anchors.iter().map(String::as_str)))
    };
    let near = searches.take().then(search).flatten();
    let help = match near {
        Some(near) => format!("did you mean #{near}?"),
        None if anchors.is_empty() => format!("{page} has no headings"),
        None => format!(
            "its headings are {}",
            anchors
                .iter()
                .take(8)
                .map(|anchor| format!("#{anchor}"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    let replaced = |near| {
        let (old, new) = (format!("#{fragment}"), format!("#{near}"));
        Fix::new(&old, &new, Applicability::MaybeIncorrect)
    };
    (help, near.map(replaced))
}
