//! Rewrites a target in the style in which it was written: a source path stays a source path, an
//! address an address, and a path from the root stays one. The rules of links decide whether a
//! spelling leads to the right target.

use super::references::{ReferenceEnd, ReferenceReading, Standpoint};
use crate::document::links::LinkRole;
use crate::document::meta::LocatedValue;
use crate::paths::{Route, SourcePath};
use crate::site::links::relative;
use crate::site::{LinkTarget, addresses};

/// The path that `target` needs here to lead to `wanted`, escaped for Markdown, YAML and HTML. It
/// has no query or fragment, which stay as they are. `None` if no spelling leads there.
pub fn rewritten_path(
    here: &Standpoint<'_>,
    target: &LocatedValue<String>,
    reading: ReferenceReading,
    wanted: &ReferenceEnd,
) -> Option<String> {
    let (path, tail) = split(&target.value, reading);
    let is_decoded = matches!(reading, ReferenceReading::Link(role) if !role.is_wiki());
    spellings(here, path, reading, wanted)
        .into_iter()
        .find_map(|spelling| {
            let spelling = if path.starts_with("./") && !spelling.starts_with(['.', '/']) {
                format!("./{spelling}")
            } else {
                spelling
            };
            let written = if is_decoded {
                encode(&spelling)
            } else {
                plain(&spelling)?
            };
            let whole = LocatedValue {
                value: format!("{written}{tail}"),
                place: target.place.clone(),
            };
            (here.follow(&whole, reading).0 == *wanted).then_some(written)
        })
}

/// Splits a target into its path and the rest.
pub fn split(target: &str, reading: ReferenceReading) -> (&str, &str) {
    let end = match reading {
        ReferenceReading::Include => None,
        ReferenceReading::Link(LinkRole::Wiki | LinkRole::WikiEmbed) => target.find('#'),
        ReferenceReading::Link(_) => target.find(['#', '?']),
    };
    target.split_at(end.unwrap_or(target.len()))
}

/// Candidate spellings, the most similar first.
fn spellings(
    here: &Standpoint<'_>,
    path: &str,
    reading: ReferenceReading,
    wanted: &ReferenceEnd,
) -> Vec<String> {
    let content = &here.site_links.loaded.listed.content;
    let site = &here.site_links.site;
    let (source, route) = match wanted {
        ReferenceEnd::Page { source, .. } => match site.tables.by_source.get(source) {
            Some(LinkTarget::Page(page)) => (Some(source), Some(site.page(*page).route.clone())),
            _ => (Some(source), None),
        },
        ReferenceEnd::File(source) => (
            Some(source),
            source
                .is_within(content)
                .then(|| addresses::of_file(source, content)),
        ),
        ReferenceEnd::Address(route) => (None, Some(route.clone())),
        ReferenceEnd::Here(_) | ReferenceEnd::AsWritten => return Vec::new(),
    };
    let from_page = source.map(|source| relative(&here.source.folder(), source));
    let from_root = source.and_then(|source| Some(format!("/{}", source.below(content)?)));
    if reading == ReferenceReading::Include {
        let from_site = source.map(|source| format!("/{source}"));
        return if path.starts_with('/') {
            from_site.into_iter().collect()
        } else {
            from_page.into_iter().collect()
        };
    }
    let base = here.site_links.loaded.settings.base_path();
    let is_based = base != "/" && path.starts_with(base);
    let address = route.as_ref().map(|route| {
        like(
            path,
            if is_based {
                format!("{base}{}", &route.as_str()[1..])
            } else {
                route.to_string()
            },
        )
    });
    let near_address = route
        .as_ref()
        .map(|route| like(path, relative_route(&here.route, route)));
    let last = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let is_html = last.ends_with(".html") || last.ends_with(".htm");
    let is_source = last.contains('.') && !is_html;
    let bare = |to: &Option<String>| to.as_ref().map(|to| like(path, without_markdown(to)));
    let html = |to: &Option<String>| {
        to.as_ref()
            .map(|to| format!("{}.html", without_markdown(to)))
    };
    let likest = match (path.starts_with('/'), is_source, is_html) {
        (true, _, true) => [html(&from_root), address.clone(), from_root.clone()],
        (false, _, true) => [html(&from_page), near_address, from_page.clone()],
        (true, true, _) => [from_root.clone(), address.clone(), None],
        (true, false, _) => [address.clone(), bare(&from_root), from_root.clone()],
        (false, true, _) => [from_page.clone(), near_address, None],
        (false, false, _) => [bare(&from_page), near_address, from_page.clone()],
    };
    let name = source.map(|source| source.stem().to_owned()).filter(|_| {
        matches!(reading, ReferenceReading::Link(role) if role.is_wiki()) && !path.contains('/')
    });
    let name = name.map(|name| {
        if is_source {
            source.map_or(name, |source| source.name().to_owned())
        } else {
            name
        }
    });
    name.into_iter()
        .chain(likest.into_iter().flatten())
        .chain(from_page)
        .chain(from_root)
        .chain(address)
        .collect()
}

/// `path` with a slash at its end if `model` has one; folders keep theirs.
fn like(model: &str, path: String) -> String {
    let is_file = path
        .rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'));
    match (model.ends_with('/'), path.ends_with('/')) {
        (true, false) if !is_file => path + "/",
        (false, true) if !model.is_empty() && path.len() > 1 && !path.ends_with("./") => {
            path.trim_end_matches('/').to_owned()
        }
        _ => path,
    }
}

/// A source path without the extension of a page. A folder's own page becomes its folder.
fn without_markdown(path: &str) -> String {
    let Some(stem) = path
        .strip_suffix(".md")
        .or_else(|| path.strip_suffix(".markdown"))
    else {
        return path.to_owned();
    };
    match stem.rsplit_once('/') {
        Some((folder, "index" | "README" | "_index")) => folder.to_owned(),
        _ => stem.to_owned(),
    }
}

/// The relative path from one address to another: `../b/`.
fn relative_route(from: &Route, to: &Route) -> String {
    let path =
        |route: &Route| SourcePath::new(route.as_str()).unwrap_or_else(|_| SourcePath::root());
    let (from, target) = (path(from), path(to));
    if from == target {
        return "./".to_owned();
    }
    let ups = from.segments().count();
    let way = if target.as_str().is_empty() {
        "../".repeat(ups)
    } else {
        relative(&from, &target)
    };
    if to.as_str().ends_with('/') && !way.ends_with('/') {
        way + "/"
    } else {
        way
    }
}

/// Encodes a path so that it means the same in Markdown, YAML and HTML.
fn encode(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for c in path.chars() {
        if c.is_ascii_alphanumeric()
            || "-._~/+,=".contains(c)
            || !(c.is_ascii() || c.is_whitespace() || c.is_control())
        {
            encoded.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    encoded
}

/// A path where nothing is decoded; `None` if it cannot be written between brackets or quotes.
fn plain(path: &str) -> Option<String> {
    (!path.contains(['[', ']', '|', '"', '\'', '{', '}', '#', '\n'])).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_addresses() {
        let way = |from: &[&str], to: &[&str]| {
            relative_route(
                &Route::page(from.iter().copied()),
                &Route::page(to.iter().copied()),
            )
        };
        assert_eq!(way(&["a", "b"], &["a", "c"]), "../c/");
        assert_eq!(way(&["a"], &["a", "c"]), "c/");
        assert_eq!(way(&["a", "b"], &[]), "../../");
        assert_eq!(way(&["a"], &["a"]), "./");
    }

    #[test]
    fn paths_that_stand_anywhere() {
        assert_eq!(encode("../a b/(c)#&é.md"), "../a%20b/%28c%29%23%26é.md");
        assert_eq!(without_markdown("a/index.md"), "a");
        assert_eq!(without_markdown("../b.md"), "../b");
        assert_eq!(without_markdown("b.png"), "b.png");
    }
}
