//! What a link means: a page, a list, a file, a place on this page, or nothing that exists.
//!
//! A target that ends in a file extension is a source path (`.html` names its page); any other is an address relative to
//! the page's own, and if nothing is there, a source path. A leading `/` counts from the site's root, which is the
//! content folder for sources. Every target that leads nowhere gets the nearest one that exists as a suggestion.

use crate::diagnostic::{Code, nearest};
use crate::document::links::{Link, Role, Target};
use crate::document::outline::anchor;
use crate::fields::links::{FieldLink, Wants};
use crate::paths::{Route, SourcePath, percent_encode_into, slug};

use super::{Node, PageId, Tables};

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    Page {
        page: PageId,
        fragment: Option<String>,
    },
    /// A generated list, a file of `static/`, or a file of the content that is published because of this link.
    Address {
        route: Route,
        fragment: Option<String>,
        file: Option<SourcePath>,
    },
    /// A place on the page itself.
    Here {
        fragment: String,
    },
    /// Written as it stands: another site, or a target that does not exist.
    AsWritten,
}

/// A link with its destination and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    pub to: Destination,
    pub problem: Option<Box<LinkProblem>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkProblem {
    pub code: Code,
    pub message: String,
    pub help: Option<String>,
}

/// The page that a link stands on.
#[derive(Clone, Copy)]
pub struct From<'a> {
    pub source: &'a SourcePath,
    pub route: &'a Route,
    pub anchors: &'a [String],
    /// Links are told about more kindly: the page is itself a draft.
    pub is_hidden: bool,
}

/// What was found for a path, before its fragment is looked at.
enum Found {
    /// What no page that comes takes the place of.
    Fixed(Node),
    Node(Node),
    /// There, but under another letter case.
    OtherCase(Node, String),
    Nothing,
    Outside,
}

pub fn resolve(tables: &Tables, from: From, link: &Link) -> Resolved {
    resolve_telling(tables, from, link, &mut true)
}

/// The same; `is_fixed` becomes false when a page that comes could lead the link elsewhere. None can where it leads outside, to
/// a place on its page, to the source that has exactly the path it names, or to a file by the file's name.
pub fn resolve_telling(tables: &Tables, from: From, link: &Link, is_fixed: &mut bool) -> Resolved {
    let written = &link.target.value;
    if link.role == Role::Wiki {
        *is_fixed = false;
        return wiki(tables, from, written);
    }
    match Target::parse(written) {
        Target::Outside | Target::ProtocolRelative | Target::UnknownScheme { .. } | Target::Unsafe { .. } | Target::Empty => {
            sound(Destination::AsWritten)
        }
        Target::Here(fragment) => {
            let problem = check_anchor(from.anchors, &fragment, "this page");
            Resolved { to: Destination::Here { fragment }, problem }
        }
        Target::Inside { path, .. } if is_external(tables, &path) => sound(Destination::AsWritten),
        Target::Inside { path, fragment } => {
            let path = if path.contains('\\') { path.replace('\\', "/") } else { path };
            let found = find(tables, from, &path);
            *is_fixed &= matches!(found, Found::Fixed(_));
            conclude(tables, from, found, written, &path, fragment)
        }
    }
}

/// Where the links in a kind's own fields lead, held against what each has to lead to; `is_fixed` as in [`resolve_telling`].
pub fn of_fields(tables: &Tables, from: From, written: &[FieldLink], is_fixed: &mut bool) -> Vec<Resolved> {
    let mut all: Vec<Resolved> = Vec::with_capacity(written.len());
    for link in written {
        let mut resolved = resolve_telling(tables, from, &Link { target: link.target.clone(), role: Role::Text }, is_fixed);
        if resolved.problem.is_none() {
            let before = || written.iter().zip(&all).filter(|(other, _)| link.distinct.is_some() && other.distinct == link.distinct);
            let problem = misled(&resolved.to, link).or_else(|| {
                let is_twice = matches!(resolved.to, Destination::Page { .. }) && before().any(|(_, other)| other.to == resolved.to);
                is_twice.then(|| LinkProblem {
                    code: Code::KindRule,
                    message: format!("`{}` leads to a page that stands here already", link.target.value),
                    help: Some("take one of the two out".into()),
                })
            });
            resolved.problem = problem.map(Box::new);
        }
        all.push(resolved);
    }
    all
}

/// What is wrong when a field's link leads to something that the field does not want.
fn misled(to: &Destination, link: &FieldLink) -> Option<LinkProblem> {
    let written = &link.target.value;
    match (&link.wants, to) {
        (Wants::Anything, _) | (Wants::Page, Destination::Page { .. }) => None,
        (Wants::Page, _) => Some(LinkProblem {
            code: Code::KindRule,
            message: format!("`{written}` is no page of this site"),
            help: Some("write the path of a page, such as ../guides/give-first.md".into()),
        }),
        (Wants::File(extensions), Destination::Address { route, .. }) if !route.as_str().ends_with('/') => {
            let name = route.as_str().to_lowercase();
            let fits = extensions.is_empty() || extensions.iter().any(|extension| name.ends_with(&format!(".{extension}")));
            (!fits).then(|| LinkProblem {
                code: Code::NotThatFile,
                message: format!("`{written}` is not the type of file that belongs here"),
                help: Some(format!("give a file that ends in .{}", extensions.join(", ."))),
            })
        }
        (Wants::File(_), Destination::Page { .. }) if written.ends_with(".md") => Some(LinkProblem {
            code: Code::NotThatFile,
            message: format!("`{written}` is a page of this site, not a file to take away"),
            help: Some(format!("put it into static/ and write `/{}`", written.rsplit('/').next().unwrap_or(written))),
        }),
        (Wants::File(_), _) => Some(LinkProblem {
            code: Code::NotThatFile,
            message: format!("`{written}` is no file of this site"),
            help: Some("put the file beside the page, and write its name here".into()),
        }),
    }
}

fn sound(to: Destination) -> Resolved {
    Resolved { to, problem: None }
}

fn broken(code: Code, message: String, help: Option<String>) -> Resolved {
    Resolved { to: Destination::AsWritten, problem: Some(Box::new(LinkProblem { code, message, help })) }
}

fn is_external(tables: &Tables, path: &str) -> bool {
    let is_under = |prefix: &String| {
        let prefix = prefix.trim_end_matches('/');
        path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    path.starts_with('/') && tables.settings.external.iter().any(is_under)
}

fn conclude(tables: &Tables, from: From, found: Found, written: &str, path: &str, fragment: Option<String>) -> Resolved {
    match found {
        Found::Fixed(node) | Found::Node(node) => arrive(tables, from, node, fragment),
        Found::OtherCase(node, name) => {
            let mut resolved = arrive(tables, from, node, fragment);
            resolved.problem = Some(Box::new(LinkProblem {
                code: Code::LinkCase,
                message: format!("`{written}` differs in letter case from {name}"),
                help: Some("write it as the file is named: many servers tell the two apart".into()),
            }));
            resolved
        }
        Found::Outside => broken(
            Code::LinkOutside,
            format!("`{written}` leads out of the site's folder"),
            Some("only files inside the site can be linked; copy it into the content".into()),
        ),
        Found::Nothing => {
            let help = suggestion(tables, from, path).unwrap_or_else(|| "write a target that exists, or take the link out".into());
            broken(Code::BrokenLink, format!("`{written}` leads to nothing that exists"), Some(help))
        }
    }
}

/// The destination that a node is, with the fragment checked and hidden pages told.
fn arrive(tables: &Tables, from: From, node: Node, fragment: Option<String>) -> Resolved {
    match node {
        Node::Page(page) => {
            let entry = &tables.pages[page].entry;
            let name = entry.source.below(&tables.content).unwrap_or(entry.source.as_str());
            let problem = fragment.as_deref().and_then(|fragment| check_anchor(&entry.anchors, fragment, name));
            Resolved { to: Destination::Page { page, fragment }, problem }
        }
        Node::Hidden { source, why } if !from.is_hidden => broken(
            Code::LinkDraft,
            format!("{} is {why}: readers will not find it", source.below(&tables.content).unwrap_or(source.as_str())),
            Some("publish it first, or take the link out".into()),
        ),
        Node::Hidden { .. } => sound(Destination::AsWritten),
        Node::Listing(route) | Node::Static(route) => sound(Destination::Address { route, fragment, file: None }),
        Node::File(source) => {
            let route = super::addresses::of_file(&source, &tables.content);
            sound(Destination::Address { route, fragment, file: Some(source) })
        }
    }
}

fn find(tables: &Tables, from: From, path: &str) -> Found {
    let segment = path.rsplit('/').next().unwrap_or(path);
    let is_source = !path.ends_with('/') && has_extension(segment);
    let attempts: [fn(&Tables, From, &str) -> Found; 2] = if is_source { [by_source, by_address] } else { [by_address, by_source] };
    let mut outside = 0;
    let mut other_case = None;
    for attempt in attempts {
        match attempt(tables, from, path) {
            // What comes to the address that this could be as well is found first.
            Found::Fixed(node) if !is_source => return Found::Node(node),
            Found::Node(node @ Node::Static(_)) if is_source && !segment.contains(".htm") => return Found::Fixed(node),
            found @ (Found::Fixed(_) | Found::Node(_)) => return found,
            Found::OtherCase(node, name) => {
                other_case.get_or_insert((node, name));
            }
            Found::Outside => outside += 1,
            Found::Nothing => {}
        }
    }
    match other_case {
        Some((node, name)) => Found::OtherCase(node, name),
        None if outside == 2 || (outside == 1 && is_source) => Found::Outside,
        None => Found::Nothing,
    }
}

/// Whether a name ends in what looks like a file's extension.
pub(super) fn has_extension(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty()
            && (1..=10).contains(&extension.len())
            && extension.starts_with(|c: char| c.is_ascii_alphabetic())
            && extension.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

fn by_source(tables: &Tables, from: From, path: &str) -> Found {
    let from_root = path.strip_prefix('/');
    if path.strip_suffix('/').and_then(|path| path.rsplit('/').next()).is_some_and(has_extension) {
        return Found::Nothing;
    }
    let joined = match from_root {
        Some(rest) => tables.content.join(rest),
        None => from.source.folder().join(path),
    };
    let Ok(joined) = joined else { return Found::Outside };
    if let Some(node) = tables.by_source.get(&joined) {
        return Found::Fixed(node.clone());
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
        if let Some(node) = tables.by_source.get(candidate) {
            return Found::Node(node.clone());
        }
    }
    for candidate in &candidates {
        if let Some(actual) = tables.by_source_lower.get(&candidate.as_str().to_lowercase()) {
            let name = actual.below(&tables.content).unwrap_or(actual.as_str()).to_owned();
            return Found::OtherCase(tables.by_source[actual].clone(), name);
        }
    }
    let is_outside_content = !joined.is_within(&tables.content);
    if is_outside_content && from_root.is_none() && !tables.is_listed(&joined) { Found::Outside } else { Found::Nothing }
}

fn by_address(tables: &Tables, from: From, path: &str) -> Found {
    let Ok(joined) = from.route.join(path) else { return Found::Outside };
    let base = tables.settings.base_path();
    let within_base = joined.as_str().strip_prefix(base).filter(|_| base != "/" && path.starts_with('/'));
    let candidates = [Some(joined.clone()), within_base.and_then(|rest| Route::new(&format!("/{rest}")).ok())];
    for candidate in candidates.into_iter().flatten() {
        if let Some(node) = at_address(tables, &candidate) {
            return Found::Node(node);
        }
    }
    Found::Nothing
}

/// The node at an address, whichever way its end is written; segments are compared as slugs, so that `/Give%20First` finds its page.
fn at_address(tables: &Tables, route: &Route) -> Option<Node> {
    let stem = route.as_str().strip_suffix("index.html").or_else(|| route.as_str().strip_suffix(".html"));
    let folder = match stem {
        Some(stem) => Route::new(stem).ok()?.as_folder(),
        None => route.as_folder(),
    };
    let get = |route: &Route| tables.by_route.get(route).cloned();
    get(route).or_else(|| get(&folder)).or_else(|| {
        let slugs: Vec<String> = folder.segments().map(slug).collect();
        get(&Route::page(slugs.iter().map(String::as_str)))
    })
}

fn wiki(tables: &Tables, from: From, written: &str) -> Resolved {
    let (name, fragment) = match written.split_once('#') {
        Some((name, fragment)) => (name.trim(), Some(fragment.trim().to_owned())),
        None => (written.trim(), None),
    };
    let fragment = fragment.map(|fragment| anchor(&fragment));
    if name.is_empty() {
        let fragment = fragment.unwrap_or_default();
        let problem = check_anchor(from.anchors, &fragment, "this page");
        return Resolved { to: Destination::Here { fragment }, problem };
    }
    let found = match find(tables, from, name) {
        Found::Nothing | Found::Outside => match tables.by_name(name) {
            [] => Found::Nothing,
            [only] => Found::Node(only.clone()),
            several => {
                let names: Vec<&str> = several.iter().filter_map(|node| tables.source_of(node)).map(SourcePath::as_str).collect();
                return broken(
                    Code::BrokenLink,
                    format!("`[[{written}]]` could be several pages"),
                    Some(format!("write one of {}", names.join(", "))),
                );
            }
        },
        found => found,
    };
    conclude(tables, from, found, &format!("[[{written}]]"), name, fragment)
}

fn check_anchor(anchors: &[String], fragment: &str, page: &str) -> Option<Box<LinkProblem>> {
    let is_there = |name: &str| anchors.binary_search_by(|anchor| anchor.as_str().cmp(name)).is_ok();
    if fragment.is_empty() || fragment == "top" || fragment.starts_with(":~:") || is_there(fragment) {
        return None;
    }
    let wanted = anchor(fragment);
    let near = anchors.iter().find(|anchor| **anchor == wanted || anchor.eq_ignore_ascii_case(fragment)).map(String::as_str);
    let near = near.or_else(|| nearest(fragment, anchors.iter().map(String::as_str)));
    let help = match near {
        Some(near) => format!("did you mean #{near}?"),
        None if anchors.is_empty() => format!("{page} has no headings"),
        None => format!("its headings are {}", anchors.iter().take(8).map(|anchor| format!("#{anchor}")).collect::<Vec<_>>().join(", ")),
    };
    Some(Box::new(LinkProblem { code: Code::BrokenAnchor, message: format!("`#{fragment}` is no heading of {page}"), help: Some(help) }))
}

/// Whether a file of this name is near enough to a target to be suggested, should the target lead nowhere.
pub(super) fn may_suggest(written: &str, name: &str) -> bool {
    matches!(Target::parse(written), Target::Inside { path, .. } if nearest(last_stem(&path.replace('\\', "/")), [name]).is_some())
}

/// The last segment of a path without its extension.
fn last_stem(path: &str) -> &str {
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
    last.rsplit_once('.').map_or(last, |(stem, _)| stem)
}

/// The nearest thing that exists: a file of the same name elsewhere, or one with a similar name.
fn suggestion(tables: &Tables, from: From, path: &str) -> Option<String> {
    if path.ends_with('/') && has_extension(path.trim_end_matches('/').rsplit('/').next().unwrap_or("")) {
        let found = find(tables, from, path.trim_end_matches('/'));
        if !matches!(found, Found::Nothing | Found::Outside) {
            return Some(format!("take the slash at its end away: {}", path.trim_end_matches('/')));
        }
    }
    let stem = last_stem(path);
    let is_short = stem.chars().count() < 4;
    let name = match tables.by_name(stem).first() {
        Some(node) => tables.source_of(node)?,
        None if is_short => return None,
        None => {
            let siblings = tables.names_near(&from.source.folder());
            let near = nearest(stem, siblings)?;
            tables.source_of(tables.by_name(near).first()?)?
        }
    };
    let near = relative(&from.source.folder(), name);
    // In an address these two end the path; a file's name has them encoded.
    Some(format!("did you mean {}?", near.replace('%', "%25").replace('#', "%23").replace('?', "%3F")))
}

/// The way from a folder to a file: `../tips/y.md`.
pub fn relative(folder: &SourcePath, target: &SourcePath) -> String {
    let from: Vec<&str> = folder.segments().collect();
    let to: Vec<&str> = target.segments().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count().min(to.len().saturating_sub(1));
    let ups = std::iter::repeat_n("..", from.len() - shared);
    ups.chain(to[shared..].iter().copied()).collect::<Vec<_>>().join("/")
}

/// The text that goes into an `href`.
pub fn href(tables: &Tables, to: &Destination, written: &str, base_path: &str) -> String {
    let (route, fragment) = match to {
        Destination::Page { page, fragment } => (&tables.pages[*page].route, fragment.as_deref()),
        Destination::Address { route, fragment, .. } => (route, fragment.as_deref()),
        Destination::Here { fragment } => {
            let mut href = String::from("#");
            percent_encode_into(&mut href, fragment);
            return href;
        }
        Destination::AsWritten => return written.trim().to_owned(),
    };
    let mut href = route.href(base_path);
    if let Some(fragment) = fragment {
        href.push('#');
        percent_encode_into(&mut href, fragment);
    }
    href
}
