//! Resolves links: to a page, a list, a file, an anchor on the same page, or a target that does not
//! exist. The module `link_path` says how a path is read.

use unicode_normalization::UnicodeNormalization;

use super::link_help::LinkSearches;
use super::link_path::{FoundTarget, by_address, find, is_external};
pub use super::link_problem::LinkProblem;
use super::lookups::{NameHash, RecordedTables};
use super::{LinkTarget, PageId, SiteTables};
use crate::document::links::{Link, LinkRole};
use crate::document::outline::anchor;
use crate::escape;
use crate::fields::links::{FieldLink, LinkRequirement};
use crate::link_target::{AddressUse, ParsedTarget, TargetSuffix, refusal};
use crate::paths::{Route, SourcePath, slug};

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

/// The page that contains a link.
#[derive(Clone, Copy)]
pub struct LinkOrigin<'a> {
    pub source: &'a SourcePath,
    pub route: &'a Route,
    pub anchors: &'a [String],
    /// Whether the page is itself unpublished, so that links to unpublished pages are not reported.
    pub is_hidden: bool,
}

/// What a target adds to the page or file that its path names.
struct TargetRest {
    fragment: Option<String>,
    suffix: TargetSuffix,
}

pub fn resolve(tables: &SiteTables, from: LinkOrigin, link: &Link) -> ResolvedLink {
    LinkResolver::new(RecordedTables::unrecorded(tables), from).resolve(link)
}

/// Resolves the links of one page.
pub struct LinkResolver<'a> {
    names: RecordedTables<'a>,
    from: LinkOrigin<'a>,
    /// The remaining searches for an anchor with differently composed letters.
    searches: LinkSearches,
}

impl<'a> LinkResolver<'a> {
    pub fn new(names: RecordedTables<'a>, from: LinkOrigin<'a>) -> Self {
        LinkResolver {
            names,
            from,
            searches: LinkSearches::default(),
        }
    }

    /// The names that the resolved links looked up.
    pub fn into_lookups(self) -> Box<[NameHash]> {
        self.names.into_lookups()
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
            return self.wiki(written);
        }
        match ParsedTarget::parse(written) {
            ParsedTarget::Here { fragment, suffix } => {
                let (fragment, problem) = self.anchor(self.from.anchors, fragment);
                ResolvedLink {
                    to: Destination::Here { fragment, suffix },
                    problem,
                }
            }
            ParsedTarget::Inside { path, .. } if is_external(self.names.tables, &path) => {
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
                let found = find(&self.names, self.from, &path);
                self.resolved(found, TargetRest { fragment, suffix })
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
                    ..broken(LinkProblem::Refused(refusal))
                },
                None => sound(Destination::AsWritten),
            },
        }
    }

    /// An address with a scheme. An address of this site is checked against the published
    /// addresses.
    fn outside(&mut self, written: &str) -> ResolvedLink {
        let own = self
            .names
            .tables
            .settings
            .base_url
            .as_ref()
            .and_then(|base| base.below(written));
        let Some(ParsedTarget::Inside { path, .. }) = own.map(ParsedTarget::parse) else {
            return sound(Destination::AsWritten);
        };
        if path == "/" || is_external(self.names.tables, &path) {
            return sound(Destination::AsWritten);
        }
        match by_address(&self.names, self.from, &path) {
            FoundTarget::Nothing => broken(LinkProblem::NothingPublished),
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
                    is_twice.then_some(LinkProblem::ListedTwice)
                });
                resolved.problem = problem.map(Box::new);
            }
            all.push(resolved);
        }
        all
    }

    fn resolved(&mut self, found: FoundTarget, rest: TargetRest) -> ResolvedLink {
        match found {
            FoundTarget::Target(target) => self.destination_of(target, rest),
            FoundTarget::OtherCase(target, actual) => {
                let mut resolved = self.destination_of(target, rest);
                resolved.problem = Some(Box::new(LinkProblem::LetterCase { actual }));
                resolved
            }
            FoundTarget::Outside => broken(LinkProblem::OutsideFolder),
            FoundTarget::Nothing => broken(LinkProblem::Missing),
        }
    }

    /// The destination for a target, with the fragment checked and unpublished pages reported.
    fn destination_of(
        &mut self,
        node: LinkTarget,
        TargetRest { fragment, suffix }: TargetRest,
    ) -> ResolvedLink {
        match node {
            LinkTarget::Page(page) => {
                let (fragment, problem) = fragment
                    .map(|fragment| self.anchor(self.names.anchors(page), fragment))
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
                broken(LinkProblem::Unpublished { source, why })
            }
            LinkTarget::Hidden { .. } => sound(Destination::AsWritten),
            LinkTarget::Listing(route) | LinkTarget::Static(route) => sound(Destination::Address {
                route,
                fragment,
                suffix,
                file: None,
            }),
            LinkTarget::File(source) => {
                let route = super::addresses::of_file(&source, &self.names.tables.content);
                sound(Destination::Address {
                    route,
                    fragment,
                    suffix,
                    file: Some(source),
                })
            }
        }
    }

    fn wiki(&mut self, written: &str) -> ResolvedLink {
        let (name, fragment) = wiki_parts(written);
        if name.is_empty() {
            let (fragment, problem) = self.anchor(self.from.anchors, fragment.unwrap_or_default());
            return ResolvedLink {
                to: Destination::Here {
                    fragment,
                    suffix: TargetSuffix::default(),
                },
                problem,
            };
        }
        let found = match find(&self.names, self.from, name) {
            FoundTarget::Nothing | FoundTarget::Outside => match self.names.slug(&slug(name)) {
                // A path may count from the content folder, as paths in a vault count from the
                // vault.
                [] if name.contains('/') => find(
                    &self.names,
                    self.from,
                    &format!("/{}", name.trim_start_matches('/')),
                ),
                [] => FoundTarget::Nothing,
                [only] => FoundTarget::Target(only.clone()),
                _ => return broken(LinkProblem::Ambiguous),
            },
            found => found,
        };
        let suffix = TargetSuffix::default();
        self.resolved(found, TargetRest { fragment, suffix })
    }

    /// The anchor that a fragment names, as it is written on the page, and the problem if the page
    /// has no such anchor.
    fn anchor(
        &mut self,
        anchors: &[String],
        fragment: String,
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
        (fragment, Some(Box::new(LinkProblem::MissingAnchor)))
    }
}

/// The name in a wiki link, and the anchor that its fragment names.
pub(super) fn wiki_parts(written: &str) -> (&str, Option<String>) {
    match written.split_once('#') {
        Some((name, fragment)) => (name.trim(), Some(anchor(fragment.trim()))),
        None => (written.trim(), None),
    }
}

/// The problem if a field's link has a target that the field does not accept.
fn requirement_problem(to: &Destination, link: &FieldLink) -> Option<LinkProblem> {
    match (&link.wants, to) {
        (LinkRequirement::Anything, _) | (LinkRequirement::Page, Destination::Page { .. }) => None,
        (LinkRequirement::Page, _) => Some(LinkProblem::NotAPage),
        (LinkRequirement::File(extensions), Destination::Address { route, .. })
            if !route.as_str().ends_with('/') =>
        {
            let name = route.as_str().to_lowercase();
            let fits = extensions.is_empty()
                || extensions
                    .iter()
                    .any(|extension| name.ends_with(&format!(".{extension}")));
            (!fits).then(|| LinkProblem::WrongFileType(extensions.clone()))
        }
        (LinkRequirement::File(_), Destination::Page { .. })
            if link.target.value.ends_with(".md") =>
        {
            Some(LinkProblem::PageInsteadOfFile)
        }
        (LinkRequirement::File(_), _) => Some(LinkProblem::NotAFile),
    }
}

fn sound(to: Destination) -> ResolvedLink {
    ResolvedLink { to, problem: None }
}

fn broken(problem: LinkProblem) -> ResolvedLink {
    ResolvedLink {
        to: Destination::AsWritten,
        problem: Some(Box::new(problem)),
    }
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
