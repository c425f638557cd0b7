//! Pages whose address would be below a file that the site publishes: `guides/index.html.md` would
//! be `guides/index.html/index.html`, below the page `guides/index.html`. In a lenient build such a
//! page gets another address.

use std::collections::{BTreeMap, HashSet};

use super::tables::{LinkTarget, SiteTables};
use crate::paths::{Route, SourcePath};

/// The maximum number of times that the site is assembled again because a page's replacement
/// address is also below a file.
pub const ROUNDS_MAX: usize = 3;

/// The maximum number of addresses tried for a page.
const TRIES_MAX: usize = 1_000;

/// The pages whose own address is below a file, each with its replacement address.
pub type MovedPages = BTreeMap<SourcePath, MovedPage>;

/// A page that is published at another address than its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedPage {
    pub from: Route,
    /// The address of the file.
    pub file: String,
    pub to: Route,
}

/// The file above an address, and the number of segments in its path.
pub fn file_above(tables: &SiteTables, route: &Route) -> Option<(String, usize)> {
    let path = route.as_str().trim_end_matches('/');
    if path == route.as_str() {
        return None;
    }
    let ends = path
        .match_indices('/')
        .map(|(at, _)| at)
        .filter(|at| *at > 0)
        .chain([path.len()]);
    ends.enumerate().find_map(|(index, end)| {
        is_file(tables, &path[..end]).then(|| (path[..end].to_owned(), index + 1))
    })
}

/// Whether a path without a trailing slash is that of a file.
fn is_file(tables: &SiteTables, path: &str) -> bool {
    if tables.by_route.contains_key(path) {
        return true;
    }
    let Some((folder, name)) = path.rsplit_once('/') else {
        return false;
    };
    match (name, tables.by_route.get(&*format!("{folder}/"))) {
        ("index.html", Some(node)) => !matches!(node, LinkTarget::Hidden { .. }),
        ("index.md", Some(LinkTarget::Page(page))) => {
            tables.settings.markdown_copies
                && tables.pages[*page].route.as_str() == format!("{folder}/")
        }
        _ => false,
    }
}

/// Finds another address for each page below a file. Returns whether any such page is new.
pub fn find(tables: &SiteTables, moved: &mut MovedPages) -> bool {
    let below = tables
        .in_order()
        .filter_map(|(_, page)| Some((page, file_above(tables, &page.route)?)));
    let mut given: HashSet<Route> = HashSet::new();
    let mut is_any_new = false;
    for (page, (file, depth)) in below {
        let is_free = |route: &Route| {
            !tables.by_route.contains_key(route)
                && !given.contains(route)
                && file_above(tables, route).is_none()
        };
        let Some(to) = other_addresses(&page.route, depth)
            .take(TRIES_MAX)
            .find(is_free)
        else {
            continue;
        };
        given.insert(to.clone());
        let source = &page.entry.source;
        let from = moved
            .get(source)
            .map_or_else(|| page.route.clone(), |moved| moved.from.clone());
        let new = MovedPage { from, file, to };
        is_any_new |= moved.insert(source.clone(), new.clone()).as_ref() != Some(&new);
    }
    is_any_new
}

/// The address with the segment at `depth` written without dots, then with numbers appended.
fn other_addresses(route: &Route, depth: usize) -> impl Iterator<Item = Route> {
    let segments: Vec<String> = route.segments().map(str::to_owned).collect();
    let name = segments.get(depth - 1).map_or_else(String::new, |name| {
        name.replace('.', "-").trim_matches('-').to_owned()
    });
    (1_u32..).map(move |number| {
        let name = if number == 1 {
            name.clone()
        } else {
            format!("{name}-{number}")
        };
        let with_name = segments.iter().enumerate().map(|(at, segment)| {
            if at + 1 == depth {
                name.as_str()
            } else {
                segment.as_str()
            }
        });
        Route::page(with_name)
    })
}
