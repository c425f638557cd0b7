//! Resolves links: to a page, a list, a file, an anchor on the same page, or a target that does not
//! exist.
//!
//! A target that ends in a file extension is a source path (`.html` names its page). Any other is
//! an address relative to the page's own address and, if nothing is there, a source path. A leading
//! `/` counts from the site's root, which is the content folder for sources. A broken link gets the
//! nearest existing target as a suggestion.

use unicode_normalization::UnicodeNormalization;

use crate::diagnostic::{Applicability, Cause, Code, Diagnostic, Fix, Severity};
use crate::document::links::{Link, LinkRole};
use crate::document::meta::LocatedValue;
use crate::document::outline::anchor;
use crate::escape;
use crate::fields::links::{FieldLink, LinkRequirement};
use crate::link_target::{AddressUse, ParsedTarget, TargetSuffix, refusal};
use crate::paths::{Route, SourcePath, slug};

use super::link_help::{self, LinkSearches};
use super::tables::folded;
use super::{LinkTarget, PageId, SiteTables};

/// The destination of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    Page {
        page: PageId,
        fragment: Option<String>,
        suffix: TargetSuffix,
    },
    /// A generated list, a file of `static/`, or a file of the content that is published because of
    /// this link.
    Address {
        route: Route,
        fragment: Option<String>,
        suffix: TargetSuffix,
        file: Option<SourcePath>,
    },
    /// An anchor on the same page.
    Here {
        fragment: String,
        suffix: TargetSuffix,
    },
    /// Kept as written: a link to another site, or a target that does not exist.
    AsWritten,
    /// An address that a page must not contain. Nothing is written.
    Refused,
}

/// A link's destination and its problem, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedLink {
    pub to: Destination,
    pub problem: Option<Box<LinkProblem>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkProblem {
    pub code: Code,
    /// The severity, if it is not the code's own.
    pub severity: Option<Severity>,
    pub message: String,
    pub help: Option<String>,
    /// The page with an error of its own that the link leads to.
    pub cause: Option<Cause>,
    pub fix: Option<Fix>,
}

impl LinkProblem {
    fn new(code: Code, message: String, help: Option<String>) -> Self {
        Self {
            code,
            severity: None,
            message,
            help,
            cause: None,
            fix: None,
        }
    }

    /// The problem, located at its link.
    pub fn at(&self, link: &LocatedValue<String>) -> Diagnostic {
        let problem = Diagnostic::new(self.code, self.message.clone())
            .help_if(self.help.clone())
            .caused_by(self.cause.clone())
            .fix(self.fix.clone())
            .at(link.place.clone())
            .about(&link.value);
        match self.severity {
            Some(severity) => problem.severity(severity),
            None => problem,
        }
    }
}

/// The page that contains a link.
#[derive(Clone, Copy)]
pub struct LinkOrigin<'a> {
    pub source: &'a SourcePath,
    pub route: &'a Route,
    pub anchors: &'a [String],
    /// Whether the page is itself unpublished, so that links to unpublished pages are not reported.
    pub is_hidden: bool,
}

/// The result of looking up a path, before its fragment is checked.
pub(super) enum FoundTarget {
    /// A target that no new page can replace.
    Fixed(LinkTarget),
    Node(LinkTarget),
    /// The target exists with other letter case; the text is its exact path.
    OtherCase(LinkTarget, String),
    Nothing,
    Outside,
}

/// What a target adds to the page or file that its path names.
struct TargetRest {
    fragment: Option<String>,
    suffix: TargetSuffix,
}

pub fn resolve(tables: &SiteTables, from: LinkOrigin, link: &Link) -> ResolvedLink {
    LinkResolver::new(tables, from).resolve(link)
}

/// Resolves the links of one page.
pub struct LinkResolver<'a> {
    tables: &'a SiteTables,
    from: LinkOrigin<'a>,
    /// Becomes false when a new page could change the destination of a link. A link is fixed if it
    /// leads to another site, to an anchor on its page, to the source with exactly the path it
    /// names, or to a file by the file's name.
    pub is_fixed: bool,
    searches: LinkSearches,
}

impl<'a> LinkResolver<'a> {
    pub fn new(tables: &'a SiteTables, from: LinkOrigin<'a>) -> Self {
        LinkResolver {
            tables,
            from,
            is_fixed: true,
            searches: LinkSearches::default(),
        }
    }

    pub fn resolve(&mut self, link: &Link) -> ResolvedLink {
        let written = &link.target.value;
        let is_elsewhere = || {
            matches!(
                ParsedTarget::parse(written),
                ParsedTarget::Outside
                    | ParsedTarget::ProtocolRelative
                    | ParsedTarget::Unsafe { .. }
            )
        };
        if link.role == LinkRole::Wiki || link.role == LinkRole::WikiEmbed && !is_elsewhere() {
            self.is_fixed = false;
            return self.wiki(written, link.role);
        }
        match ParsedTarget::parse(written) {
            ParsedTarget::Here { fragment, suffix } => {
                let (fragment, problem) = self.anchor(self.from.anchors, fragment, "this page");
                ResolvedLink {
                    to: Destination::Here { fragment, suffix },
                    problem,
                }
            }
            ParsedTarget::Inside { path, .. } if is_external(self.tables, &path) => {
                sound(Destination::AsWritten)
            }
            ParsedTarget::Inside {
                path,
                fragment,
                suffix,
            } => {
                let path = if path.contains('\\') {
                    path.replace('\\', "/")
                } else {
                    path
                };
                let found = find(self.tables, self.from, &path);
                self.is_fixed &= matches!(found, FoundTarget::Fixed(_));
                self.resolved(found, written, &path, TargetRest { fragment, suffix })
            }
            ParsedTarget::Outside => self.outside(written),
            _ => match refusal(
                written,
                if link.role.is_embed() {
                    AddressUse::Image
                } else {
                    AddressUse::Link
                },
            ) {
                Some(refusal) => ResolvedLink {
                    to: Destination::Refused,
                    ..broken(refusal.code, refusal.message, Some(refusal.help))
                },
                None => sound(Destination::AsWritten),
            },
        }
    }

    /// An address with a scheme. An address of this site is checked against the published
    /// addresses.
    fn outside(&mut self, written: &str) -> ResolvedLink {
        let own = self
            .tables
            .settings
            .base_url
            .as_ref()
            .and_then(|base| base.below(written));
        let Some(ParsedTarget::Inside { path, .. }) = own.map(ParsedTarget::parse) else {
            return sound(Destination::AsWritten);
        };
        if path == "/" || is_external(self.tables, &path) {
            return sound(Destination::AsWritten);
        }
        self.is_fixed = false;
        match by_address(self.tables, self.from, &path) {
            FoundTarget::Nothing => {
                let problem = LinkProblem {
                    severity: Some(Severity::Warning),
                    ..LinkProblem::new(
                        Code::BrokenLink,
                        format!("nothing is published at `{written}`, an address of this site"),
                        Some("link to the page by its path, or add the path to the setting `external_paths` if another site is there".into()),
                    )
                };
                ResolvedLink {
                    to: Destination::AsWritten,
                    problem: Some(Box::new(problem)),
                }
            }
            _ => sound(Destination::AsWritten),
        }
    }

    /// Resolves the links in a kind's own fields, and checks each against what its field requires.
    pub fn of_fields(&mut self, written: &[FieldLink]) -> Vec<ResolvedLink> {
        let mut all: Vec<ResolvedLink> = Vec::with_capacity(written.len());
        for link in written {
            let is_harmless = refusal(&link.target.value, AddressUse::Field).is_none();
            let role = if is_harmless {
                LinkRole::Embed
            } else {
                LinkRole::Text
            };
            let mut resolved = self.resolve(&Link {
                target: link.target.clone(),
                role,
            });
            if resolved.problem.is_none() {
                let before = || {
                    written.iter().zip(&all).filter(|(other, _)| {
                        link.distinct.is_some() && other.distinct == link.distinct
                    })
                };
                let problem = requirement_problem(&resolved.to, link).or_else(|| {
                    let is_twice = matches!(resolved.to, Destination::Page { .. })
                        && before().any(|(_, other)| other.to == resolved.to);
                    is_twice.then(|| {
                        let message = format!(
                            "`{}` links to a page that is already listed here",
                            link.target.value
                        );
                        LinkProblem::new(
                            Code::KindRule,
                            message,
                            Some("remove one of the two".into()),
                        )
                    })
                });
                resolved.problem = problem.map(Box::new);
            }
            all.push(resolved);
        }
        all
    }

    fn resolved(
        &mut self,
        found: FoundTarget,
        written: &str,
        path: &str,
        rest: TargetRest,
    ) -> ResolvedLink {
        match found {
            FoundTarget::Fixed(node) | FoundTarget::Node(node) => self.destination_of(node, rest),
            FoundTarget::OtherCase(node, name) => {
                let mut resolved = self.destination_of(node, rest);
                let message = format!("`{written}` differs in letter case from {name}");
                let help =
                    "write it as the file is named; many servers distinguish upper and lower case";
                resolved.problem = Some(Box::new(LinkProblem {
                    fix: link_help::with_case_of(path, &name)
                        .map(|new| Fix::new(path, &new, Applicability::MachineApplicable)),
                    ..LinkProblem::new(Code::LinkCase, message, Some(help.into()))
                }));
                resolved
            }
            FoundTarget::Outside => broken(
                Code::LinkOutsideSite,
                format!("`{written}` is outside the site's folder"),
                Some(
                    "copy the file into the content; only files inside the site can be linked"
                        .into(),
                ),
            ),
            FoundTarget::Nothing => {
                let help = link_help::suggestion(
                    self.tables,
                    self.from,
                    written,
                    path,
                    &mut self.searches,
                );
                let help =
                    help.unwrap_or_else(|| "link to an existing target, or remove the link".into());
                broken(
                    Code::BrokenLink,
                    format!("link target `{written}` does not exist"),
                    Some(help),
                )
            }
        }
    }

    /// The destination for a target, with the fragment checked and unpublished pages reported.
    fn destination_of(
        &mut self,
        node: LinkTarget,
        TargetRest { fragment, suffix }: TargetRest,
    ) -> ResolvedLink {
        let tables = self.tables;
        match node {
            LinkTarget::Page(page) => {
                let entry = &tables.pages[page].entry;
                let name = entry
                    .source
                    .below(&tables.content)
                    .unwrap_or(entry.source.as_str());
                let (fragment, problem) = fragment
                    .map(|fragment| self.anchor(&entry.anchors, fragment, name))
                    .unzip();
                ResolvedLink {
                    to: Destination::Page {
                        page,
                        fragment,
                        suffix,
                    },
                    problem: problem.flatten(),
                }
            }
            LinkTarget::Hidden { source, why } if !self.from.is_hidden => {
                let message = format!(
                    "link target {} is {why}",
                    source.below(&tables.content).unwrap_or(source.as_str())
                );
                let help = Some("publish it first, or remove the link".into());
                let problem = LinkProblem {
                    cause: why.cause(&source),
                    ..LinkProblem::new(Code::LinkToDraft, message, help)
                };
                ResolvedLink {
                    to: Destination::AsWritten,
                    problem: Some(Box::new(problem)),
                }
            }
            LinkTarget::Hidden { .. } => sound(Destination::AsWritten),
            LinkTarget::Listing(route) | LinkTarget::Static(route) => sound(Destination::Address {
                route,
                fragment,
                suffix,
                file: None,
            }),
            LinkTarget::File(source) => {
                let route = super::addresses::of_file(&source, &tables.content);
                sound(Destination::Address {
                    route,
                    fragment,
                    suffix,
                    file: Some(source),
                })
            }
        }
    }

    fn wiki(&mut self, written: &str, role: LinkRole) -> ResolvedLink {
        let (name, fragment) = match written.split_once('#') {
            Some((name, fragment)) => (name.trim(), Some(fragment.trim().to_owned())),
            None => (written.trim(), None),
        };
        let fragment = fragment.map(|fragment| anchor(&fragment));
        if name.is_empty() {
            let (fragment, problem) =
                self.anchor(self.from.anchors, fragment.unwrap_or_default(), "this page");
            return ResolvedLink {
                to: Destination::Here {
                    fragment,
                    suffix: TargetSuffix::default(),
                },
                problem,
            };
        }
        let tables = self.tables;
        let shown = if role.is_embed() {
            format!("![[{written}]]")
        } else {
            format!("[[{written}]]")
        };
        let found = match find(tables, self.from, name) {
            FoundTarget::Nothing | FoundTarget::Outside => match tables.by_name(name) {
                // A path may count from the content folder, as paths in a vault count from the
                // vault.
                [] if name.contains('/') => find(
                    tables,
                    self.from,
                    &format!("/{}", name.trim_start_matches('/')),
                ),
                [] => FoundTarget::Nothing,
                [only] => FoundTarget::Node(only.clone()),
                several => {
                    let names: Vec<&str> = several
                        .iter()
                        .filter_map(|node| tables.source_of(node))
                        .map(SourcePath::as_str)
                        .collect();
                    return broken(
                        Code::BrokenLink,
                        format!(
                            "`{shown}` matches several {}",
                            if role.is_embed() { "files" } else { "pages" }
                        ),
                        Some(format!("write one of {}", names.join(", "))),
                    );
                }
            },
            found => found,
        };
        self.resolved(
            found,
            &shown,
            name,
            TargetRest {
                fragment,
                suffix: TargetSuffix::default(),
            },
        )
    }

    /// The anchor that a fragment names, as it is written on the page, and the problem if the page
    /// has no such anchor.
    fn anchor(
        &mut self,
        anchors: &[String],
        fragment: String,
        page: &str,
    ) -> (String, Option<Box<LinkProblem>>) {
        if fragment.is_empty() || fragment == "top" || anchors.binary_search(&fragment).is_ok() {
            return (fragment, None);
        }
        // Differently composed forms of the same letters look the same to a reader.
        let is_same = |anchor: &&String| !anchor.is_ascii() && anchor.nfc().eq(fragment.nfc());
        if !fragment.is_ascii()
            && let Some(anchor) = self
                .searches
                .take()
                .then(|| anchors.iter().find(is_same))
                .flatten()
        {
            return (anchor.clone(), None);
        }
        let help = link_help::of_anchor(anchors, &fragment, page, &mut self.searches);
        let message = format!("{page} has no heading `#{fragment}`");
        let problem = LinkProblem::new(Code::BrokenAnchor, message, Some(help));
        (fragment, Some(Box::new(problem)))
    }
}

/// The problem if a field's link has a target that the field does not accept.
fn requirement_problem(to: &Destination, link: &FieldLink) -> Option<LinkProblem> {
    let written = &link.target.value;
    let problem =
        |code, message: String, help: String| Some(LinkProblem::new(code, message, Some(help)));
    match (&link.wants, to) {
        (LinkRequirement::Anything, _) | (LinkRequirement::Page, Destination::Page { .. }) => None,
        (LinkRequirement::Page, _) => problem(
            Code::KindRule,
            format!("`{written}` is not a page of this site"),
            "write the path of a page, such as ../guides/give-first.md".into(),
        ),
        (LinkRequirement::File(extensions), Destination::Address { route, .. })
            if !route.as_str().ends_with('/') =>
        {
            let name = route.as_str().to_lowercase();
            let fits = extensions.is_empty()
                || extensions
                    .iter()
                    .any(|extension| name.ends_with(&format!(".{extension}")));
            if fits {
                return None;
            }
            let message = format!("`{written}` has the wrong file type");
            problem(
                Code::WrongFileType,
                message,
                format!("link to a file that ends in .{}", extensions.join(", .")),
            )
        }
        (LinkRequirement::File(_), Destination::Page { .. }) if written.ends_with(".md") => {
            problem(
                Code::WrongFileType,
                format!("`{written}` is a page of this site, not a file to download"),
                format!(
                    "put it in static/ and write `/{}`",
                    written.rsplit('/').next().unwrap_or(written)
                ),
            )
        }
        (LinkRequirement::File(_), _) => problem(
            Code::WrongFileType,
            format!("`{written}` is not a file of this site"),
            "put the file next to the page, and write its name here".into(),
        ),
    }
}

fn sound(to: Destination) -> ResolvedLink {
    ResolvedLink { to, problem: None }
}

fn broken(code: Code, message: String, help: Option<String>) -> ResolvedLink {
    ResolvedLink {
        to: Destination::AsWritten,
        problem: Some(Box::new(LinkProblem::new(code, message, help))),
    }
}

fn is_external(tables: &SiteTables, path: &str) -> bool {
    let is_under = |prefix: &String| {
        let prefix = prefix.trim_end_matches('/');
        path.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    path.starts_with('/') && tables.settings.external_paths.iter().any(is_under)
}

/// Looks up a path. A path also matches a file whose name composes the same letters differently.
pub(super) fn find(tables: &SiteTables, from: LinkOrigin, path: &str) -> FoundTarget {
    let found = find_as_written(tables, from, path);
    if path.is_ascii() || !matches!(found, FoundTarget::Nothing | FoundTarget::Outside) {
        return found;
    }
    for other in [path.nfc().collect::<String>(), path.nfd().collect()] {
        match find_as_written(tables, from, &other) {
            FoundTarget::Nothing | FoundTarget::Outside => {}
            FoundTarget::Fixed(node) => return FoundTarget::Node(node),
            other => return other,
        }
    }
    found
}

fn find_as_written(tables: &SiteTables, from: LinkOrigin, path: &str) -> FoundTarget {
    let segment = path.rsplit('/').next().unwrap_or(path);
    let is_source = !path.ends_with('/') && has_extension(segment);
    let attempts: [fn(&SiteTables, LinkOrigin, &str) -> FoundTarget; 2] = if is_source {
        [by_source, by_address]
    } else {
        [by_address, by_source]
    };
    let mut outside = 0;
    let mut other_case = None;
    for attempt in attempts {
        match attempt(tables, from, path) {
            // A new page at the address that this path could also be would be found first.
            FoundTarget::Fixed(node) if !is_source => return FoundTarget::Node(node),
            FoundTarget::Node(node @ LinkTarget::Static(_))
                if is_source && !segment.contains(".htm") =>
            {
                return FoundTarget::Fixed(node);
            }
            found @ (FoundTarget::Fixed(_) | FoundTarget::Node(_)) => return found,
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

fn by_source(tables: &SiteTables, from: LinkOrigin, path: &str) -> FoundTarget {
    let from_root = path.strip_prefix('/');
    if path
        .strip_suffix('/')
        .and_then(|path| path.rsplit('/').next())
        .is_some_and(has_extension)
    {
        return FoundTarget::Nothing;
    }
    let joined = match from_root {
        Some(rest) => tables.content.join(rest),
        None => from.source.folder().join(path),
    };
    let Ok(joined) = joined else {
        return FoundTarget::Outside;
    };
    if let Some(node) = tables.by_source.get(&joined) {
        return FoundTarget::Fixed(node.clone());
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
            return FoundTarget::Node(node.clone());
        }
    }
    for candidate in &candidates {
        if let Some(actual) = tables.by_source_lower.get(&folded(candidate)) {
            if actual.as_str().nfc().eq(candidate.as_str().nfc()) {
                return FoundTarget::Node(tables.by_source[actual].clone());
            }
            let name = actual
                .below(&tables.content)
                .unwrap_or(actual.as_str())
                .to_owned();
            return FoundTarget::OtherCase(tables.by_source[actual].clone(), name);
        }
    }
    let is_outside_content = !joined.is_within(&tables.content);
    if is_outside_content && from_root.is_none() && !tables.is_listed(&joined) {
        FoundTarget::Outside
    } else {
        FoundTarget::Nothing
    }
}

fn by_address(tables: &SiteTables, from: LinkOrigin, path: &str) -> FoundTarget {
    let Ok(joined) = from.route.join(path) else {
        return FoundTarget::Outside;
    };
    let base = tables.settings.base_path();
    let within_base = joined
        .as_str()
        .strip_prefix(base)
        .filter(|_| base != "/" && path.starts_with('/'));
    let candidates = [
        Some(joined.clone()),
        within_base.and_then(|rest| Route::new(&format!("/{rest}")).ok()),
    ];
    for candidate in candidates.into_iter().flatten() {
        if let Some(node) = at_address(tables, &candidate) {
            return FoundTarget::Node(node);
        }
    }
    FoundTarget::Nothing
}

/// The target at an address, with or without `index.html` or a slash at its end. Segments are
/// compared as slugs, so that `/Give%20First` finds its page.
fn at_address(tables: &SiteTables, route: &Route) -> Option<LinkTarget> {
    let stem = route
        .as_str()
        .strip_suffix("index.html")
        .or_else(|| route.as_str().strip_suffix(".html"));
    let folder = match stem {
        Some(stem) => Route::new(stem).ok()?.as_folder(),
        None => route.as_folder(),
    };
    let get = |route: &Route| tables.by_route.get(route).cloned();
    get(route)
        .or_else(|| get(&folder))
        .or_else(|| tables.markdown_copy(route))
        .or_else(|| {
            let slugs: Vec<String> = folder.segments().map(slug).collect();
            get(&Route::page(slugs.iter().map(String::as_str)))
        })
}

/// The relative path from a folder to a file: `../tips/y.md`.
pub fn relative(folder: &SourcePath, target: &SourcePath) -> String {
    let from: Vec<&str> = folder.segments().collect();
    let to: Vec<&str> = target.segments().collect();
    let shared = from
        .iter()
        .zip(&to)
        .take_while(|(a, b)| a == b)
        .count()
        .min(to.len().saturating_sub(1));
    let ups = std::iter::repeat_n("..", from.len() - shared);
    ups.chain(to[shared..].iter().copied())
        .collect::<Vec<_>>()
        .join("/")
}

/// The text of an `href`. Addresses that a page must not contain are not written.
pub fn href(tables: &SiteTables, to: &Destination, written: &str, base_path: &str) -> String {
    let (route, fragment, suffix) = match to {
        Destination::Page {
            page,
            fragment,
            suffix,
        } => (
            Some(&tables.pages[*page].route),
            fragment.as_deref(),
            suffix,
        ),
        Destination::Address {
            route,
            fragment,
            suffix,
            ..
        } => (Some(route), fragment.as_deref(), suffix),
        Destination::Here { fragment, suffix } => (None, Some(fragment.as_str()), suffix),
        Destination::Refused => return String::new(),
        Destination::AsWritten if refusal(written, AddressUse::Image).is_some() => {
            return String::new();
        }
        Destination::AsWritten => return written.trim().to_owned(),
    };
    let mut href = route.map(|route| route.href(base_path)).unwrap_or_default();
    suffix.write_query(&mut href);
    if fragment.is_some() || suffix.has_directive() {
        href.push('#');
        escape::percent_into(&mut href, fragment.unwrap_or_default(), escape::IN_PATH);
        suffix.write_directive(&mut href);
    }
    href
}
