//! Generated lists, random pages, feeds and calendars of a folder that moves. A link to one of
//! these follows it to the equivalent at the new place. If the new place has none, the link
//! prevents the move.

use std::collections::BTreeMap;

use super::references::ReferenceEnd;
use super::{MoveRefusal, renamed};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::meta::LocatedValue;
use crate::paths::{Route, SourcePath};
use crate::pipeline::load_links::SiteLinks;
use crate::site::{LinkTarget, Site};

/// The target that a reference must have after the move. A list moves with its folder.
pub(super) fn new_target(
    end: &ReferenceEnd,
    before: &SiteLinks,
    after: &SiteLinks,
    moved: &BTreeMap<SourcePath, SourcePath>,
) -> ReferenceEnd {
    match end {
        ReferenceEnd::Page { source, fragment } => ReferenceEnd::Page {
            source: renamed(source, moved),
            fragment: fragment.clone(),
        },
        ReferenceEnd::File(source) => ReferenceEnd::File(renamed(source, moved)),
        ReferenceEnd::Address(route) if !after.site.tables.by_route.contains_key(route) => {
            let now = list_now(route, before, after, moved)
                .or_else(|| generated_file_after_move(route, before, after, moved));
            ReferenceEnd::Address(now.unwrap_or_else(|| route.clone()))
        }
        other => other.clone(),
    }
}

/// The address of a folder's list after the move: the list that contains its first page.
fn list_now(
    route: &Route,
    before: &SiteLinks,
    after: &SiteLinks,
    moved: &BTreeMap<SourcePath, SourcePath>,
) -> Option<Route> {
    let section = before
        .site
        .sections
        .iter()
        .find(|section| section.route == *route)?;
    let inside = &before.site.page(*section.pages.first()?).entry.source;
    match after.site.tables.by_source.get(&renamed(inside, moved)) {
        Some(LinkTarget::Page(page)) => Some(
            after.site.sections[after.site.page(*page).section]
                .route
                .clone(),
        ),
        _ => None,
    }
}

/// The address after the move of a file that the build generates next to a list or a page: a random
/// page or a calendar.
fn generated_file_after_move(
    route: &Route,
    before: &SiteLinks,
    after: &SiteLinks,
    moved: &BTreeMap<SourcePath, SourcePath>,
) -> Option<Route> {
    let (around, name) = route.as_str().trim_end_matches('/').rsplit_once('/')?;
    let around = Route::new(&format!("{around}/")).ok()?;
    let page = before
        .site
        .pages()
        .find(|page| page.route == around)
        .map(|page| renamed(&page.entry.source, moved));
    let page_now = page.and_then(|source| match after.site.tables.by_source.get(&source) {
        Some(LinkTarget::Page(page)) => Some(after.site.page(*page).route.clone()),
        _ => None,
    });
    let now = page_now.or_else(|| list_now(&around, before, after, moved))?;
    let end = if route.as_str().ends_with('/') {
        "/"
    } else {
        ""
    };
    let generated = Route::new(&format!("{}{name}{end}", now.as_folder())).ok()?;
    matches!(
        after.site.tables.by_route.get(&generated),
        Some(LinkTarget::Listing(_))
    )
    .then_some(generated)
}

/// The addresses of folders that no page of theirs provides: their lists, random pages, feeds and
/// calendars.
pub(super) fn routes_of_lists(site: &Site) -> impl Iterator<Item = Route> {
    let lists = site.sections.iter().enumerate().flat_map(|(id, section)| {
        let list = section.page.is_none().then(|| section.route.clone());
        list.into_iter().chain(site.random_page_href(id))
    });
    lists.chain(routes_to_follow(site))
}

/// The feeds and calendars of kinds, to which readers subscribe. A kind has them while at least one
/// of its pages has a date.
pub(super) fn routes_to_follow(site: &Site) -> impl Iterator<Item = Route> {
    site.kinds.values().flat_map(|kind| {
        let pages = || {
            site.pages()
                .filter(|page| page.is_listed() && page.entry.meta.kind == kind.name)
        };
        let has_feed = kind.has_feed
            && site.settings().base_url.is_some()
            && pages().any(|page| page.changed().is_some());
        let has_calendar = pages().any(|page| page.entry.occurs.is_some());
        let folder = kind.folder.iter().flat_map(move |folder| {
            let feed = has_feed.then(|| format!("/{folder}/feed.xml"));
            feed.into_iter()
                .chain(has_calendar.then(|| format!("/{folder}/calendar.ics")))
        });
        folder
            .filter_map(|address| Route::new(&address).ok())
            .collect::<Vec<_>>()
    })
}

/// Refuses a move because a link leads to something that the build generates for the folder and
/// would not generate at the new place.
pub(super) fn moves_with_folder(target: &LocatedValue<String>, route: &Route) -> MoveRefusal {
    let message = format!(
        "`{}` links to {route}, which the build would no longer generate",
        target.value
    );
    let problem = Diagnostic::new(Code::BrokenLink, message).at(target.place.clone());
    let problem = problem.help(
        "link to a page or a list that stays, or remove the link; or move to a folder of a kind that also has such a page",
    );
    MoveRefusal {
        message: "the move would break a link".to_owned(),
        problems: vec![problem],
    }
}
