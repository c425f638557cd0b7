//! Plans the move of a page or a folder: which files go where, how links are rewritten, and which
//! old addresses are redirected. Nothing is written here. A move that cannot be done completely is
//! refused with the reasons.
//!
//! The site is loaded three times: as it is; with the files moved, which shows the references that
//! would lead elsewhere; and with every change made, when each reference has to lead to the same
//! page as before, under its new name (see DECISIONS: “A move is proved, not trusted”).

mod alias;
mod lists;
mod overlay;
mod references;
mod rewrite_links;
pub(super) mod text;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use self::lists::{moves_with_folder, new_target, routes_of_lists, routes_to_follow};
use self::overlay::Overlay;
use self::references::{Reference, ReferenceEnd, ReferenceReading, Standpoint};
use self::text::EditedText;
use super::build_cache::BuildCache;
use super::load::LoadedSite;
use super::load_links::{SiteLinks, load_links};
use super::{Request, addresses as ledger};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::front_matter;
use crate::document::links::LinkRole;
use crate::document::markdown;
use crate::document::meta::LocatedValue;
use crate::paths::{Route, SourcePath};
use crate::site::{LinkTarget, addresses};
use crate::source::{Files, ListingRules};

/// The bytes of a file.
type FileBytes = Arc<[u8]>;

/// The changes that a move consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MovePlan {
    /// Files with their new paths; for a folder, every listed file in it.
    pub moved: BTreeMap<SourcePath, SourcePath>,
    /// Files with changed bytes, by their new paths: the old bytes and the new ones.
    pub edited: BTreeMap<SourcePath, (FileBytes, FileBytes)>,
    /// The number of rewritten links.
    pub links: usize,
    /// Redirected addresses, each with its new address.
    pub redirects: Vec<(Route, Route)>,
    /// Addresses that disappear without a redirect: those of files, lists, feeds, calendars and
    /// random pages, which have no front matter for an alias.
    pub dropped: Vec<Route>,
    /// Pages whose kind changes because it follows from the folder, by their new paths: the old
    /// kind and the new one.
    pub other_kinds: BTreeMap<SourcePath, (String, String)>,
}

/// The reason why nothing is moved.
#[derive(Clone, Debug, PartialEq)]
pub struct MoveRefusal {
    pub message: String,
    /// The problems that the site would have after the move.
    pub problems: Vec<Diagnostic>,
}

impl MoveRefusal {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            problems: Vec::new(),
        }
    }
}

/// Plans to move the page, file or folder `old` to `new`.
///
/// # Errors
/// If something would be lost: a link that cannot be rewritten to lead to the same target, an
/// address that another page has, or if the site would have a new error.
pub fn plan(
    files: &dyn Files,
    request: &Request,
    memory: &BuildCache,
    old: &SourcePath,
    new: &SourcePath,
) -> Result<MovePlan, MoveRefusal> {
    // Drafts contain links too.
    let request = &Request {
        with_drafts: true,
        with_audit: false,
        ..request.clone()
    };
    let before = load_links(files, request, memory.pages());
    let moved = files_to_move(&before, old, new)?;
    let torn = pages_with_unknown_links(files, &before, old, &moved);
    if !torn.is_empty() {
        return Err(MoveRefusal {
            message: "links would be lost in pages that cannot be read".to_owned(),
            problems: torn,
        });
    }
    let mut overlay = Overlay::new(files, &moved);
    let after = load_links(&overlay, request, before.documents.pages.clone());
    let clashes = unfixable_problems(new_errors(&after, &before, &moved));
    if !clashes.is_empty() {
        return Err(would_err(clashes));
    }
    let redirects = redirects(&before, &after, &moved)?;
    let changes = changes(&before, &after, &moved)?;
    let mut texts = ChangedTexts {
        overlay: &overlay,
        open: BTreeMap::new(),
    };
    for (page, address, own) in &redirects.added {
        texts.add_alias(page, address, own)?;
    }
    for change in &changes {
        texts.rewrite_reference(&after, change)?;
    }
    let edited = texts.bytes();
    overlay.edited = edited;
    let done = load_links(&overlay, request, after.documents.pages);
    compare(&before, &done, &moved)?;
    let other_kinds = other_kinds(&before, &done, &moved);
    let originals = |path: &SourcePath| {
        overlay
            .original(path)
            .unwrap_or_else(|_| Arc::from(&b""[..]))
    };
    let edited = overlay
        .edited
        .iter()
        .map(|(path, bytes)| (path.clone(), (originals(path), Arc::clone(bytes))))
        .collect();
    Ok(MovePlan {
        edited,
        links: changes.len(),
        redirects: redirects.reported,
        dropped: redirects.dropped,
        other_kinds,
        moved,
    })
}

/// Plans the changes for a page, file or folder that the writer has already renamed from `old` to
/// `new`: the links and redirects that [`plan`] would make.
///
/// # Errors
/// Those of [`plan`]; also if neither a link nor the ledger shows that `new` was `old`, since `old`
/// may be a typo (see DECISIONS: “A rename by hand needs evidence”).
pub fn plan_renamed(
    files: &dyn Files,
    request: &Request,
    memory: &BuildCache,
    old: &SourcePath,
    new: &SourcePath,
) -> Result<MovePlan, MoveRefusal> {
    let listed = files.list(&ListingRules::default()).value;
    let old_path = |path: &SourcePath| {
        let rest = path.below(new)?;
        Some((
            path.clone(),
            if rest.is_empty() {
                old.clone()
            } else {
                old.join(rest).ok()?
            },
        ))
    };
    let back: BTreeMap<SourcePath, SourcePath> = listed.iter().filter_map(old_path).collect();
    let before = Overlay::new(files, &back);
    let plan = plan(&before, request, memory, old, new)?;
    let known = ledger::kept(files, &mut Vec::new()).unwrap_or_default();
    let was_published = known.0.values().any(|line| {
        line.source
            .as_ref()
            .is_some_and(|source| source.is_within(old))
    });
    if plan.links == 0 && !was_published {
        let message = format!(
            "{old} does not exist, and nothing shows that {new} was {old}: no link leads to it, and it was not published"
        );
        return Err(MoveRefusal::new(message));
    }
    Ok(plan)
}

/// Reports pages with front matter that cannot be read, so that their links are not known, if they
/// are moved or seem to mention what is moved.
fn pages_with_unknown_links(
    files: &dyn Files,
    before: &SiteLinks,
    old: &SourcePath,
    moved: &BTreeMap<SourcePath, SourcePath>,
) -> Vec<Diagnostic> {
    let broken = before
        .documents
        .pages
        .iter()
        .filter(|(_, page)| page.entry.is_broken);
    let names = |path: &SourcePath| {
        let text = files.read(path).ok();
        text.is_some_and(|text| String::from_utf8_lossy(&text).contains(old.name()))
    };
    let torn = broken
        .map(|(path, _)| path)
        .filter(|path| moved.contains_key(*path) || names(path));
    let reported = torn.map(|path| {
        let problem = Diagnostic::new(
            Code::InvalidFrontMatter,
            format!("{path} cannot be read as a page, so its links cannot be updated"),
        );
        problem
            .at(Location::start_of(path))
            .help("fix its front matter first; `handsel check` reports what is wrong with it")
    });
    reported.collect()
}

fn other_kinds(
    before: &SiteLinks,
    done: &SiteLinks,
    moved: &BTreeMap<SourcePath, SourcePath>,
) -> BTreeMap<SourcePath, (String, String)> {
    let kind = |site_links: &SiteLinks, path: &SourcePath| {
        Some(
            site_links
                .documents
                .pages
                .get(path)?
                .entry
                .meta
                .kind
                .clone(),
        )
    };
    let kinds = moved
        .iter()
        .filter_map(|(old, new)| Some((new.clone(), (kind(before, old)?, kind(done, new)?))));
    kinds.filter(|(_, (was, is))| was != is).collect()
}

fn files_to_move(
    before: &SiteLinks,
    old: &SourcePath,
    new: &SourcePath,
) -> Result<BTreeMap<SourcePath, SourcePath>, MoveRefusal> {
    let loaded = &before.loaded;
    if !old.is_within(&loaded.listed.content) || *old == loaded.listed.content {
        return Err(MoveRefusal::new(format!(
            "{old} is not a page or a folder of the content"
        )));
    }
    if !new.is_within(&loaded.listed.content) || *new == loaded.listed.content {
        return Err(MoveRefusal::new(format!(
            "{new} is outside the content, where nothing is a page"
        )));
    }
    if new.is_within(old) {
        return Err(MoveRefusal::new(if new == old {
            format!("{old} already has this name")
        } else {
            format!("{new} is inside {old}")
        }));
    }
    let inside = loaded
        .listed
        .sources
        .iter()
        .filter(|path| path.is_within(old));
    let moved: BTreeMap<SourcePath, SourcePath> = inside
        .filter_map(|path| {
            let rest = path.below(old)?;
            let target = if rest.is_empty() {
                new.clone()
            } else {
                new.join(rest).ok()?
            };
            Some((path.clone(), target))
        })
        .collect();
    if moved.is_empty() {
        return Err(MoveRefusal::new(format!("{old} does not exist")));
    }
    if !moved.contains_key(old) && new.is_markdown() {
        return Err(MoveRefusal::new(format!(
            "{old} is a folder, and {new} is the name of a page"
        )));
    }
    if moved.contains_key(old) && old.is_markdown() != new.is_markdown() {
        return Err(MoveRefusal::new(format!(
            "only one of {old} and {new} is the name of a page, which ends in .md"
        )));
    }
    match loaded
        .listed
        .sources
        .iter()
        .find(|path| path.is_within(new) && !moved.contains_key(*path))
    {
        Some(taken) => Err(MoveRefusal::new(format!("{taken} already exists"))),
        None => Ok(moved),
    }
}

/// The addresses that change, and their redirects.
#[derive(Default)]
struct RedirectPlan {
    /// Each page, by its new path, with the address that redirects to it and its own address.
    added: Vec<(SourcePath, Route, Route)>,
    reported: Vec<(Route, Route)>,
    dropped: Vec<Route>,
}

fn redirects(
    before: &SiteLinks,
    after: &SiteLinks,
    moved: &BTreeMap<SourcePath, SourcePath>,
) -> Result<RedirectPlan, MoveRefusal> {
    let mut redirects = RedirectPlan::default();
    for (old, new) in moved {
        match (
            before.site.tables.by_source.get(old),
            after.site.tables.by_source.get(new),
        ) {
            (Some(LinkTarget::Page(was)), Some(LinkTarget::Page(is))) => {
                let (was, is) = (before.site.page(*was), after.site.page(*is));
                if was.route == Route::home() && is.route != was.route {
                    let message =
                        format!("{old} is the home page, whose address cannot be redirected");
                    return Err(MoveRefusal::new(message));
                }
                if was.route != is.route && !was.is_draft {
                    redirects
                        .added
                        .push((new.clone(), was.route.clone(), is.route.clone()));
                    redirects
                        .reported
                        .push((was.route.clone(), is.route.clone()));
                }
            }
            (Some(LinkTarget::Page(_)), _) => return Err(refused(after, before, moved)),
            (Some(LinkTarget::File(file)), _) if before.site.published_files.contains_key(file) => {
                redirects
                    .dropped
                    .push(addresses::of_file(file, &before.loaded.listed.content));
            }
            _ => {}
        }
    }
    let followed: Vec<Route> = routes_to_follow(&after.site).collect();
    let is_gone = |route: &Route| {
        !after.site.tables.by_route.contains_key(route) && !followed.contains(route)
    };
    redirects
        .dropped
        .extend(routes_of_lists(&before.site).filter(is_gone));
    Ok(redirects)
}

/// The errors that the site would have and does not have now.
fn new_errors(
    after: &SiteLinks,
    before: &SiteLinks,
    moved: &BTreeMap<SourcePath, SourcePath>,
) -> Vec<Diagnostic> {
    let path = |problem: &Diagnostic| problem.location.as_ref().map(|place| place.path.clone());
    let mut known: BTreeMap<(Option<SourcePath>, &str), usize> = BTreeMap::new();
    for problem in before.problems.iter().filter(|problem| problem.is_error()) {
        let at = path(problem).map(|path| moved.get(&path).cloned().unwrap_or(path));
        *known.entry((at, problem.code.name())).or_default() += 1;
    }
    let is_new = |problem: &&Diagnostic| match known.get_mut(&(path(problem), problem.code.name()))
    {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    after
        .problems
        .iter()
        .filter(|problem| problem.is_error())
        .filter(is_new)
        .cloned()
        .collect()
}

/// The problems that rewriting links cannot fix.
fn unfixable_problems(mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let of_links = [
        Code::BrokenLink,
        Code::BrokenAnchor,
        Code::LinkCase,
        Code::LinkOutsideSite,
        Code::LinkToDraft,
        Code::BadInclude,
    ];
    problems.retain(|problem| !of_links.contains(&problem.code));
    problems
}

fn would_err(problems: Vec<Diagnostic>) -> MoveRefusal {
    MoveRefusal {
        message: "the move would cause new errors".to_owned(),
        problems,
    }
}

fn refused(
    after: &SiteLinks,
    before: &SiteLinks,
    moved: &BTreeMap<SourcePath, SourcePath>,
) -> MoveRefusal {
    would_err(new_errors(after, before, moved))
}

/// A reference that leads elsewhere once the files are moved, by the page's new path, and its
/// intended target.
struct ReferenceChange {
    reference: Reference,
    page: Option<SourcePath>,
    wanted: ReferenceEnd,
}

fn renamed(path: &SourcePath, moved: &BTreeMap<SourcePath, SourcePath>) -> SourcePath {
    moved.get(path).unwrap_or(path).clone()
}

fn changes(
    before: &SiteLinks,
    after: &SiteLinks,
    moved: &BTreeMap<SourcePath, SourcePath>,
) -> Result<Vec<ReferenceChange>, MoveRefusal> {
    let mut changes = Vec::new();
    let mut standpoint: Option<(Option<SourcePath>, Standpoint<'_>)> = None;
    for reference in references::all(before) {
        let page = reference.page.as_ref().map(|page| renamed(page, moved));
        if standpoint.as_ref().is_none_or(|(of, _)| *of != page) {
            let Some(here) = Standpoint::of(after, page.as_ref()) else {
                return Err(refused(after, before, moved));
            };
            standpoint = Some((page.clone(), here));
        }
        let here = &standpoint.as_ref().expect("it was just set").1;
        // A broken link has no target to keep.
        if reference.end == ReferenceEnd::AsWritten {
            continue;
        }
        let wanted = new_target(&reference.end, before, after, moved);
        let (end, problem) = here.follow(&reference.target, reference.reading);
        if end != wanted || (problem.is_some() && problem != reference.problem) {
            changes.push(ReferenceChange {
                reference,
                page,
                wanted,
            });
        }
    }
    Ok(changes)
}

/// Checks that every reference leads to the same target as before, and that there is no new error.
fn compare(
    before: &SiteLinks,
    done: &SiteLinks,
    moved: &BTreeMap<SourcePath, SourcePath>,
) -> Result<(), MoveRefusal> {
    let errors = new_errors(done, before, moved);
    if !errors.is_empty() {
        return Err(would_err(errors));
    }
    let mut of_page: BTreeMap<Option<SourcePath>, Vec<Reference>> = BTreeMap::new();
    for reference in references::all(done) {
        of_page
            .entry(reference.page.clone())
            .or_default()
            .push(reference);
    }
    let mut at: BTreeMap<Option<SourcePath>, usize> = BTreeMap::new();
    for reference in references::all(before) {
        let page = reference.page.as_ref().map(|page| renamed(page, moved));
        let index = at.entry(page.clone()).or_default();
        let now = of_page
            .get(&page)
            .and_then(|references| references.get(*index));
        *index += 1;
        let is_kept = now.is_some_and(|now| {
            let is_broken = reference.end == ReferenceEnd::AsWritten;
            (is_broken || now.end == new_target(&reference.end, before, done, moved))
                && (now.problem.is_none() || now.problem == reference.problem)
        });
        if !is_kept {
            return Err(unwritable(&reference.target.place, &reference.target.value));
        }
    }
    Ok(())
}

fn unwritable(place: &Location, written: &str) -> MoveRefusal {
    let problem = Diagnostic::new(
        Code::BrokenLink,
        format!("`{written}` cannot be rewritten to lead to the same target"),
    );
    let problem = problem
        .at(place.clone())
        .help("first write it as the path of a file, from this page or from the root");
    MoveRefusal {
        message: "the move would break a link".to_owned(),
        problems: vec![problem],
    }
}

/// The files that are being changed, by their new paths.
struct ChangedTexts<'a> {
    overlay: &'a Overlay<'a>,
    open: BTreeMap<SourcePath, EditedText>,
}

impl ChangedTexts<'_> {
    fn open(&mut self, path: &SourcePath) -> Result<&mut EditedText, MoveRefusal> {
        if !self.open.contains_key(path) {
            let bytes = self
                .overlay
                .original(path)
                .map_err(|error| MoveRefusal::new(format!("{path} cannot be read: {error}")))?;
            let text = EditedText::new(path, &bytes)
                .ok_or_else(|| MoveRefusal::new(format!("{path} is not a text file")))?;
            self.open.insert(path.clone(), text);
        }
        Ok(self.open.get_mut(path).expect("it was just put there"))
    }

    fn add_alias(
        &mut self,
        page: &SourcePath,
        address: &Route,
        own: &Route,
    ) -> Result<(), MoveRefusal> {
        let text = self.open(page)?;
        if alias::add(page, text, address, own) {
            return Ok(());
        }
        Err(MoveRefusal::new(format!(
            "`aliases:` cannot be added to the front matter of {page}"
        )))
    }

    /// Rewrites a reference in place.
    fn rewrite_reference(
        &mut self,
        after: &SiteLinks,
        change: &ReferenceChange,
    ) -> Result<(), MoveRefusal> {
        let target = &change.reference.target;
        let reading = change.reference.reading;
        let lost = || unwritable(&target.place, &target.value);
        let here = Standpoint::of(after, change.page.as_ref()).ok_or_else(lost)?;
        let path = renamed(&target.place.path, self.overlay.moved);
        if change.page.as_ref().is_some_and(|page| *page != path) {
            // A folder's defaults apply to many pages, each with a different relative path to the
            // target.
            return Err(lost());
        }
        if let ReferenceEnd::Address(route) = &change.wanted
            && !after.site.tables.by_route.contains_key(route)
        {
            return Err(moves_with_folder(target, route));
        }
        let spelling = rewrite_links::rewritten_path(&here, target, reading, &change.wanted)
            .ok_or_else(lost)?;
        let text = self.open(&path)?;
        let spot = TargetSpot::of(&path, text, target, reading, &after.loaded);
        let range = spot.path(text, target, reading).ok_or_else(lost)?;
        match text.replaced(&range) {
            Some(same) if same == spelling => {}
            Some(_) => return Err(lost()),
            None => text.replace(range, &spelling),
        }
        Ok(())
    }

    fn bytes(self) -> BTreeMap<SourcePath, Arc<[u8]>> {
        self.open
            .into_iter()
            .map(|(path, text)| (path, Arc::from(text.into_bytes())))
            .collect()
    }
}

/// The place where a target is written.
struct TargetSpot {
    range: Range<usize>,
    /// Whether several links can share this target, because it belongs to a link definition.
    is_shared: bool,
}

impl TargetSpot {
    /// In Markdown, the parser gives the place of the target. Anywhere else, it is the reference's
    /// own place.
    fn of(
        path: &SourcePath,
        text: &EditedText,
        target: &LocatedValue<String>,
        reading: ReferenceReading,
        loaded: &LoadedSite,
    ) -> Self {
        let at = text.at(&target.place);
        if path.is_markdown() && reading != ReferenceReading::Include {
            let body = front_matter::split(path, &text.text).body;
            if body.contains(&at.start) {
                let targets = markdown::targets(
                    &text.text,
                    body,
                    loaded.settings.math,
                    &loaded.templates.signatures,
                );
                if let Some(range) = targets.get(&at.start) {
                    return Self {
                        range: range.clone(),
                        is_shared: true,
                    };
                }
            }
        }
        Self {
            range: at,
            is_shared: false,
        }
    }

    /// The range of the target's path within the place, as it is written.
    fn path(
        &self,
        edited: &EditedText,
        target: &LocatedValue<String>,
        reading: ReferenceReading,
    ) -> Option<Range<usize>> {
        let (path, _) = rewrite_links::split(&target.value, reading);
        let written = edited.text.get(self.range.clone())?;
        for (at, _) in written.match_indices(path).filter(|_| !path.is_empty()) {
            let range = self.range.start + at..self.range.start + at + path.len();
            let before = written[..at].chars().next_back();
            let after = written[at + path.len()..].chars().next();
            let is_free = self.is_shared || !edited.is_taken(&range);
            let is_begin =
                before.is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | ','));
            let is_end = after
                .is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '#' | '?'));
            if is_begin && is_end && is_free {
                return Some(range);
            }
        }
        // The text contains Markdown escapes or entities, so the path is everything up to the query
        // or fragment.
        let end = match reading {
            ReferenceReading::Link(LinkRole::Wiki | LinkRole::WikiEmbed)
            | ReferenceReading::Include => written.len(),
            ReferenceReading::Link(_) => written.find(['#', '?']).unwrap_or(written.len()),
        };
        self.is_shared
            .then(|| self.range.start..self.range.start + end)
    }
}
