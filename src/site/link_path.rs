//! Finds what a link's path leads to.
//!
//! A path that ends in a file extension is a source path (`.html` names its page). Any other is an
//! address relative to the page's own address and, if nothing is there, a source path. A leading
//! `/` counts from the site's root, which is the content folder for sources.

use unicode_normalization::UnicodeNormalization;

use super::entry_names::folded;
use super::links::LinkOrigin;
use super::lookups::RecordedTables;
use super::{LinkTarget, SiteTables};
use crate::paths::{Route, SourcePath, slug};

/// The result of looking up a path, before its fragment is checked.
pub(super) enum FoundTarget {
    Target(LinkTarget),
    /// The target exists with other letter case; the text is its exact path.
    OtherCase(LinkTarget, String),
    Nothing,
    Outside,
}

/// Whether a path belongs to another site on the same host, by the setting `external_paths`.
pub(super) fn is_external(tables: &SiteTables, path: &str) -> bool {
    let is_under = |prefix: &String| {
        let prefix = prefix.trim_end_matches('/');
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    path.starts_with('/') && tables.settings.external_paths.iter().any(is_under)
}

/// Looks up a path. A path also matches a file whose name composes the same letters differently.
pub(super) fn find(names: &RecordedTables, from: LinkOrigin, path: &str) -> FoundTarget {
    let found = find_as_written(names, from, path);
    if path.is_ascii() || !matches!(found, FoundTarget::Nothing | FoundTarget::Outside) {
        return found;
    }
    for other in [path.nfc().collect::<String>(), path.nfd().collect()] {
        match find_as_written(names, from, &other) {
            FoundTarget::Nothing | FoundTarget::Outside => {}
            other => return other,
        }
    }
    found
}

fn find_as_written(names: &RecordedTables, from: LinkOrigin, path: &str) -> FoundTarget {
    let segment = path.rsplit('/').next().unwrap_or(path);
    let is_source = !path.ends_with('/') && has_extension(segment);
    let attempts: [fn(&RecordedTables, LinkOrigin, &str) -> FoundTarget; 2] = if is_source {
        [by_source, by_address]
    } else {
        [by_address, by_source]
    };
    let mut outside = 0;
    let mut other_case = None;
    for attempt in attempts {
        match attempt(names, from, path) {
            found @ FoundTarget::Target(_) => return found,
            FoundTarget::OtherCase(node, name) => {
                other_case.get_or_insert((node, name));
            }
            FoundTarget::Outside => outside += 1,
            FoundTarget::Nothing => {}
        }
    }
    match other_case {
        Some((node, name)) => FoundTarget::OtherCase(node, name),
        None if outside == 2 || (outside == 1 && is_source) => FoundTarget::Outside,
        None => FoundTarget::Nothing,
    }
}

/// Whether a name ends in what looks like a file extension.
pub(super) fn has_extension(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && (1..=10).contains(&extension.len())
            && extension.starts_with(|c: char| c.is_ascii_alphabetic())
            && extension.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

fn by_source(names: &RecordedTables, from: LinkOrigin, path: &str) -> FoundTarget {
    let from_root = path.strip_prefix('/');
    if path
        .strip_suffix('/')
        .and_then(|path| path.rsplit('/').next())
        .is_some_and(has_extension)
    {
        return FoundTarget::Nothing;
    }
    let joined = match from_root {
        Some(rest) => names.tables.content.join(rest),
        None => from.source.folder().join(path),
    };
    let Ok(joined) = joined else {
        return FoundTarget::Outside;
    };
    if let Some(node) = names.source(&joined) {
        return FoundTarget::Target(node.clone());
    }
    let mut candidates = vec![joined.clone()];
    match joined.as_str().rsplit_once(".htm") {
        Some((stem, "l" | "")) => {
            for name in [format!("/{stem}.md"), format!("/{stem}.markdown")] {
                candidates.extend(SourcePath::new(&name));
            }
        }
        _ if joined.is_markdown() => {}
        _ => {
            for name in [".md", "/index.md", "/README.md", "/_index.md"] {
                candidates.extend(SourcePath::new(&format!("/{joined}{name}")));
            }
        }
    }
    for candidate in &candidates {
        if let Some(node) = names.source(candidate) {
            return FoundTarget::Target(node.clone());
        }
    }
    for candidate in &candidates {
        let actual = names.folded_source(&folded(candidate));
        if let Some((actual, node)) =
            actual.and_then(|actual| Some((actual, names.source(actual)?)))
        {
            if actual.as_str().nfc().eq(candidate.as_str().nfc()) {
                return FoundTarget::Target(node.clone());
            }
            let name = actual
                .below(&names.tables.content)
                .unwrap_or(actual.as_str())
                .to_owned();
            return FoundTarget::OtherCase(node.clone(), name);
        }
    }
    let is_outside_content = !joined.is_within(&names.tables.content);
    if is_outside_content && from_root.is_none() && names.source(&joined).is_none() {
        FoundTarget::Outside
    } else {
        FoundTarget::Nothing
    }
}

pub(super) fn by_address(names: &RecordedTables, from: LinkOrigin, path: &str) -> FoundTarget {
    let Ok(joined) = from.route.join(path) else {
        return FoundTarget::Outside;
    };
    let base = names.tables.settings.base_path();
    let within_base = joined
        .as_str()
        .strip_prefix(base)
        .filter(|_| base != "/" && path.starts_with('/'));
    let candidates = [
        Some(joined.clone()),
        within_base.and_then(|rest| Route::new(&format!("/{rest}")).ok()),
    ];
    for candidate in candidates.into_iter().flatten() {
        if let Some(node) = at_address(names, &candidate) {
            return FoundTarget::Target(node);
        }
    }
    FoundTarget::Nothing
}

/// The target at an address, with or without `index.html` or a slash at its end. Segments are
/// compared as slugs, so that `/Give%20First` finds its page.
fn at_address(names: &RecordedTables, route: &Route) -> Option<LinkTarget> {
    let stem = route
        .as_str()
        .strip_suffix("index.html")
        .or_else(|| route.as_str().strip_suffix(".html"));
    let folder = match stem {
        Some(stem) => Route::new(stem).ok()?.as_folder(),
        None => route.as_folder(),
    };
    let get = |route: &Route| names.route(route.as_str()).cloned();
    get(route)
        .or_else(|| get(&folder))
        .or_else(|| names.markdown_copy(route))
        .or_else(|| {
            let slugs: Vec<String> = folder.segments().map(slug).collect();
            get(&Route::page(slugs.iter().map(String::as_str)))
        })
}
