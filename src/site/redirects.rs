//! Old addresses of pages (`aliases:`), each of which redirects to its page.

use std::collections::{BTreeMap, HashMap};

use super::{LinkTarget, PageId, SitePage, SiteTables, stated_address};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::meta::LocatedValue;
use crate::paths::Route;

/// An address that redirects to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Redirect {
    pub from: Route,
    pub to: PageId,
}

/// The aliases found so far.
#[derive(Default)]
struct AliasTable {
    by_route: BTreeMap<Route, (PageId, Location)>,
    /// Each route in lower case, with the route as it is written.
    by_lower: HashMap<String, Route>,
}

/// Finds the redirects, and registers their addresses.
pub(super) fn find(tables: &mut SiteTables, problems: &mut Vec<Diagnostic>) -> Vec<Redirect> {
    let mut aliases = AliasTable::default();
    for (id, page) in tables.in_order() {
        for alias in &page.entry.meta.aliases {
            problems.extend(aliases.add(tables, (id, page), alias));
        }
    }
    let redirects = aliases.by_route;
    for (from, (id, _)) in &redirects {
        tables
            .by_route
            .entry(from.clone())
            .or_insert(LinkTarget::Page(*id));
    }
    redirects
        .into_iter()
        .map(|(from, (to, _))| Redirect { from, to })
        .collect()
}

impl AliasTable {
    /// Adds an alias unless it has a problem.
    fn add(
        &mut self,
        tables: &SiteTables,
        (id, page): (PageId, &SitePage),
        alias: &LocatedValue<String>,
    ) -> Option<Diagnostic> {
        let written = alias.value.trim();
        let path = match stated_address::path(written, &tables.settings) {
            Ok(path) => path,
            Err(problem) => return Some(problem.at(alias.place.clone())),
        };
        let Ok(from) = Route::home().join(&path) else {
            let problem = Diagnostic::new(
                Code::LinkOutsideSite,
                format!("the alias `{written}` is outside the site"),
            );
            return Some(
                problem
                    .at(alias.place.clone())
                    .help("write the old address from the site's root, such as /old/"),
            );
        };
        let is_file = from
            .as_str()
            .rsplit('/')
            .next()
            .is_some_and(|last| last.contains('.'));
        let from = if is_file {
            from.output_path().route()
        } else {
            from.as_folder()
        };
        if from == page.route
            || self
                .by_route
                .get(&from)
                .is_some_and(|(other, _)| *other == id)
        {
            return None;
        }
        if let Some(problem) = self.alias_taken(tables, &from, written, alias) {
            return Some(problem);
        }
        let lower = from.as_str().to_lowercase();
        if let Some(other) = self.in_other_case(tables, &from, &lower) {
            let is_same_page = matches!(self.by_route.get(&other), Some((page, _)) if *page == id);
            return (!is_same_page).then(|| {
                let message = format!("the alias `{written}` differs from {other} only in letter case");
                let help = "remove the alias; on a disk that ignores case, the redirect would replace the page";
                Diagnostic::new(Code::UnportableName, message).at(alias.place.clone()).help(help)
            });
        }
        self.by_lower.insert(lower, from.clone());
        self.by_route.insert(from, (id, alias.place.clone()));
        None
    }

    /// The problem with an alias whose address belongs to something else.
    fn alias_taken(
        &self,
        tables: &SiteTables,
        from: &Route,
        written: &str,
        alias: &LocatedValue<String>,
    ) -> Option<Diagnostic> {
        let problem =
            |message: String| Diagnostic::new(Code::AddressTaken, message).at(alias.place.clone());
        let by_alias = self.by_route.get(from).map(|(_, place)| place.clone());
        let node = tables.by_route.get(from);
        let other = node
            .and_then(|node| tables.source_of(node))
            .map(Location::start_of)
            .or(by_alias);
        match (other, node) {
            (Some(other), _) => {
                let problem = problem(format!(
                    "the alias `{written}` is the address of {}",
                    other.path
                ));
                Some(
                    problem
                        .with_related(other, "this has the address")
                        .help("remove the alias from one of the two"),
                )
            }
            (None, Some(_)) => {
                let problem = problem(format!(
                    "the alias `{written}` is the address of a list or a file that the build publishes"
                ));
                Some(problem.help("remove the alias"))
            }
            (None, None) => None,
        }
    }

    /// The address that differs from this one only in letter case. Pages and lists have lower-case
    /// addresses.
    fn in_other_case(&self, tables: &SiteTables, from: &Route, lower: &str) -> Option<Route> {
        if let Some(other) = self.by_lower.get(lower) {
            return Some(other.clone());
        }
        let lower = Route::new(lower).ok().filter(|lower| lower != from)?;
        tables.by_route.contains_key(&lower).then_some(lower)
    }
}
