//! What can be wrong with a link, and how it is reported. Messages and suggestions are made when
//! the problems are collected, because a suggestion depends on every name of the site.

use rayon::prelude::*;

use super::link_help::{self, LinkSearches};
use super::links::{Destination, LinkOrigin, ResolvedLink, wiki_parts};
use super::unread_pages::UnreadPages;
use super::{PageId, Site, SitePage, UnpublishedReason};
use crate::diagnostic::{Applicability, Cause, Code, Diagnostic, Fix, Severity};
use crate::document::links::LinkRole;
use crate::document::meta::LocatedValue;
use crate::fields::links::FieldLink;
use crate::link_target::{ParsedTarget, TargetProblem};
use crate::paths::SourcePath;

/// What is wrong with a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkProblem {
    /// The target does not exist.
    Missing,
    /// The target is outside the site's folder.
    OutsideFolder,
    /// The target exists under a path that differs in letter case.
    LetterCase { actual: String },
    /// The target has no such anchor.
    MissingAnchor,
    /// Several pages or files have the name.
    Ambiguous,
    /// The target is a page that is not published.
    Unpublished {
        source: SourcePath,
        why: UnpublishedReason,
    },
    /// Nothing is published at an absolute address of this site.
    NothingPublished,
    /// A page must not contain the address.
    Refused(TargetProblem),
    /// A field requires a page.
    NotAPage,
    /// A field requires a file.
    NotAFile,
    /// A field requires a file, and the target is a page.
    PageInsteadOfFile,
    /// A field requires a file with one of these extensions.
    WrongFileType(Vec<String>),
    /// Another link of the same field has the same target.
    ListedTwice,
}

impl LinkProblem {
    pub fn code(&self) -> Code {
        match self {
            LinkProblem::Missing | LinkProblem::Ambiguous | LinkProblem::NothingPublished => {
                Code::BrokenLink
            }
            LinkProblem::OutsideFolder => Code::LinkOutsideSite,
            LinkProblem::LetterCase { .. } => Code::LinkCase,
            LinkProblem::MissingAnchor => Code::BrokenAnchor,
            LinkProblem::Unpublished { .. } => Code::LinkToDraft,
            LinkProblem::Refused(problem) => problem.code,
            LinkProblem::NotAPage | LinkProblem::ListedTwice => Code::KindRule,
            LinkProblem::NotAFile
            | LinkProblem::PageInsteadOfFile
            | LinkProblem::WrongFileType(_) => Code::WrongFileType,
        }
    }

    /// The page with an error of its own that the link leads to.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            LinkProblem::Unpublished { source, why } => why.cause(source),
            _ => None,
        }
    }
}

/// The problems of a page's links without their places, each with the link's position in
/// [`targets`].
pub(super) type PageReport = (PageId, Vec<(usize, Diagnostic)>);

impl Site {
    /// The problems with the links of all pages, each at the link's current place.
    ///
    /// A link to a name that does not exist may name a page that cannot be read.
    pub fn link_problems(&self, unread: &UnreadPages) -> Vec<Diagnostic> {
        let reports = self.link_reports.get_or_init(|| {
            let pages = self.with_problems.par_iter();
            pages.map(|id| (*id, report(self, *id))).collect()
        });
        let mut problems = Vec::new();
        for (id, report) in reports {
            let targets: Vec<_> = targets(self.page(*id)).collect();
            problems.extend(report.iter().map(|(position, problem)| {
                let (target, _, _) = targets[*position];
                let problem = at(problem.clone(), target);
                if problem.code == Code::BrokenLink && problem.cause.is_none() {
                    problem.caused_by(unread.naming(&target.value))
                } else {
                    problem
                }
            }));
        }
        problems
    }
}

/// A problem, located at its link.
pub(super) fn at(problem: Diagnostic, link: &LocatedValue<String>) -> Diagnostic {
    problem.at(link.place.clone()).about(&link.value)
}

/// The problems of a page's links, without their places.
fn report(site: &Site, id: PageId) -> Vec<(usize, Diagnostic)> {
    let page = site.page(id);
    let from = LinkOrigin::of(page);
    let mut reporter = LinkReporter::new(site, from);
    let problems = targets(page).enumerate();
    problems
        .filter_map(|(position, (target, role, resolved))| {
            Some((position, reporter.problem(target, role, resolved)?))
        })
        .collect()
}

/// The links of a page, with their roles and destinations. An image that is also a field of the
/// kind is one link.
fn targets(
    page: &SitePage,
) -> impl Iterator<Item = (&LocatedValue<String>, LinkRole, &ResolvedLink)> {
    let meta = &page.entry.meta;
    let is_other_place = |link: &FieldLink| {
        meta.image
            .as_ref()
            .is_none_or(|image| image.src.place != link.target.place)
    };
    let in_text = page.entry.links.iter().zip(&page.links);
    let in_text = in_text.map(|(link, resolved)| (&link.target, link.role, resolved));
    let in_front = (meta.related.iter().zip(&page.related))
        .chain(meta.next.iter().zip(&page.next))
        .chain((meta.image.iter().map(|image| &image.src)).zip(&page.image))
        .map(|(target, resolved)| (target, LinkRole::Text, resolved));
    let in_fields = (meta.field_links.iter().zip(&page.field_links))
        .filter(move |(link, _)| is_other_place(link))
        .map(|(link, resolved)| (&link.target, LinkRole::Text, resolved));
    in_text.chain(in_front).chain(in_fields)
}

/// Puts the problems of one page's links into words.
pub(super) struct LinkReporter<'a> {
    site: &'a Site,
    from: LinkOrigin<'a>,
    searches: LinkSearches,
}

impl<'a> LinkReporter<'a> {
    pub fn new(site: &'a Site, from: LinkOrigin<'a>) -> Self {
        Self {
            site,
            from,
            searches: LinkSearches::default(),
        }
    }

    /// The problem of a link, without its place.
    pub fn problem(
        &mut self,
        target: &LocatedValue<String>,
        role: LinkRole,
        resolved: &ResolvedLink,
    ) -> Option<Diagnostic> {
        let problem = resolved.problem.as_deref()?;
        let written = &*target.value;
        let mut fix = fix(problem, written, role);
        let (message, help) = match problem {
            LinkProblem::Missing => self.missing(written, role, &mut fix),
            LinkProblem::MissingAnchor => self.missing_anchor(&resolved.to, &mut fix),
            LinkProblem::Ambiguous => self.ambiguous(written, role),
            LinkProblem::Refused(problem) => (problem.message.clone(), problem.help.clone()),
            LinkProblem::OutsideFolder => (
                format!("`{}` is outside the site's folder", shown(written, role)),
                "copy the file into the content; only files inside the site can be linked".into(),
            ),
            LinkProblem::LetterCase { actual } => (
                format!(
                    "`{}` differs in letter case from {actual}",
                    shown(written, role)
                ),
                "write it as the file is named; many servers distinguish upper and lower case"
                    .into(),
            ),
            LinkProblem::Unpublished { source, why } => (
                format!("link target {} is {why}", self.name_of(source)),
                "publish it first, or remove the link".into(),
            ),
            LinkProblem::NothingPublished => (
                format!("nothing is published at `{written}`, an address of this site"),
                "link to the page by its path, or add the path to the setting `external_paths` if another site is there".into(),
            ),
            LinkProblem::NotAPage => (
                format!("`{written}` is not a page of this site"),
                "write the path of a page, such as ../guides/give-first.md".into(),
            ),
            LinkProblem::NotAFile => (
                format!("`{written}` is not a file of this site"),
                "put the file next to the page, and write its name here".into(),
            ),
            LinkProblem::PageInsteadOfFile => (
                format!("`{written}` is a page of this site, not a file to download"),
                format!(
                    "put it in static/ and write `/{}`",
                    written.rsplit('/').next().unwrap_or(written)
                ),
            ),
            LinkProblem::WrongFileType(extensions) => (
                format!("`{written}` has the wrong file type"),
                format!("link to a file that ends in .{}", extensions.join(", .")),
            ),
            LinkProblem::ListedTwice => (
                format!("`{written}` links to a page that is already listed here"),
                "remove one of the two".into(),
            ),
        };
        let diagnostic = Diagnostic::new(problem.code(), message)
            .help(help)
            .caused_by(problem.cause())
            .fix(fix);
        Some(match problem {
            LinkProblem::NothingPublished => diagnostic.severity(Severity::Warning),
            _ => diagnostic,
        })
    }

    fn missing(
        &mut self,
        written: &str,
        role: LinkRole,
        fix: &mut Option<Fix>,
    ) -> (String, String) {
        let shown = shown(written, role);
        let path = path_of(written, role);
        let suggested =
            link_help::suggestion(self.site, self.from, &shown, &path, &mut self.searches);
        *fix = suggested
            .as_ref()
            .and_then(|suggested| suggested.fix(&path));
        (
            format!("link target `{shown}` does not exist"),
            suggested.map_or_else(
                || "link to an existing target, or remove the link".into(),
                |suggested| suggested.help,
            ),
        )
    }

    fn missing_anchor(&mut self, to: &Destination, fix: &mut Option<Fix>) -> (String, String) {
        let (anchors, fragment, page) = match to {
            Destination::Page { page, fragment, .. } => {
                let entry = &self.site.page(*page).entry;
                let fragment = fragment.as_deref().unwrap_or_default();
                (&*entry.anchors, fragment, self.name_of(&entry.source))
            }
            Destination::Here { fragment, .. } => (self.from.anchors, &**fragment, "this page"),
            _ => (self.from.anchors, "", "this page"),
        };
        let (help, suggested) = link_help::of_anchor(anchors, fragment, page, &mut self.searches);
        *fix = suggested;
        (format!("{page} has no heading `#{fragment}`"), help)
    }

    fn ambiguous(&self, written: &str, role: LinkRole) -> (String, String) {
        let tables = &self.site.tables;
        let several = tables.by_name(wiki_parts(written).0).iter();
        let names: Vec<&str> = several
            .filter_map(|target| tables.source_of(target))
            .map(SourcePath::as_str)
            .collect();
        let what = if role.is_embed() { "files" } else { "pages" };
        (
            format!("`{}` matches several {what}", shown(written, role)),
            format!("write one of {}", names.join(", ")),
        )
    }

    fn name_of(&self, source: &'a SourcePath) -> &'a str {
        source
            .below(&self.site.tables.content)
            .unwrap_or(source.as_str())
    }
}

/// The edit that corrects a link.
fn fix(problem: &LinkProblem, written: &str, role: LinkRole) -> Option<Fix> {
    let LinkProblem::LetterCase { actual } = problem else {
        return None;
    };
    let path = path_of(written, role);
    let new = link_help::with_case_of(&path, actual)?;
    Some(Fix::new(&path, &new, Applicability::MachineApplicable))
}

/// The path in a target, or the name in a wiki link.
fn path_of(written: &str, role: LinkRole) -> String {
    match ParsedTarget::parse(written) {
        _ if role.is_wiki() => wiki_parts(written).0.to_owned(),
        ParsedTarget::Inside { path, .. } => path.replace('\\', "/"),
        _ => written.to_owned(),
    }
}

/// A target as the writer wrote it, with the brackets of a wiki link.
fn shown(written: &str, role: LinkRole) -> String {
    match role {
        LinkRole::Wiki => format!("[[{written}]]"),
        LinkRole::WikiEmbed => format!("![[{written}]]"),
        LinkRole::Text | LinkRole::Embed => written.to_owned(),
    }
}
