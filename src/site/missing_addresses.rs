//! Addresses that the ledger has and that no longer exist: pages, their former addresses, files,
//! and headings that other pages linked to.
//!
//! `check` reports them until they are redirected or retired, and names the page that seems to be
//! the new location. A page that ended by its own `expires:` is not reported.

use std::collections::BTreeMap;

use super::address_ledger::{AddressLedger, LEDGER_NAME, LedgerAddress, LedgerLine, is_retired};
use super::unread_pages::UnreadPages;
use super::{LinkTarget, Site, UnpublishedReason};
use crate::diagnostic::{Cause, Code, Diagnostic, Location, nearest};
use crate::document::name_and_date;
use crate::paths::{Route, SourcePath, slug};

/// The maximum number of addresses that a message lists for the setting `retired`.
const LINES_MAX: usize = 30;

/// An address that was published and no longer exists.
struct MissingAddress<'a> {
    address: &'a LedgerAddress,
    line: &'a LedgerLine,
    reason: MissingReason<'a>,
    /// The page with an error of its own for which the address waits.
    cause: Option<Cause>,
}

enum MissingReason<'a> {
    /// The page exists, but the heading does not. Contains the page's file and a heading with a
    /// similar id.
    Anchor {
        source: &'a SourcePath,
        near: Option<&'a str>,
    },
    /// The page exists but is not published.
    Hidden {
        source: &'a SourcePath,
        why: UnpublishedReason,
    },
    /// The page seems to be at another address now.
    Moved {
        source: &'a SourcePath,
    },
    Gone,
}

/// What the missing addresses are found from.
pub struct LedgerComparison<'a> {
    pub site: &'a Site,
    /// The existing ledger.
    pub kept: &'a AddressLedger,
    /// The addresses that are published now.
    pub now: &'a AddressLedger,
    pub unread: &'a UnreadPages,
}

impl<'a> LedgerComparison<'a> {
    /// Reports the addresses of the ledger that no longer exist, and returns those that do not wait
    /// for a page with an error of its own. `is_published` also knows generated files.
    pub fn report(
        &self,
        is_published: impl Fn(&Route) -> bool,
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<LedgerAddress> {
        let missing = self.find(is_published);
        let (waiting, missing): (Vec<MissingAddress>, Vec<MissingAddress>) = missing
            .into_iter()
            .partition(|missing| missing.cause.is_some());
        problems.extend(waiting.iter().map(one_problem));
        let (gone, others): (Vec<&MissingAddress>, Vec<&MissingAddress>) = missing
            .iter()
            .partition(|missing| matches!(missing.reason, MissingReason::Gone));
        problems.extend(others.into_iter().map(one_problem));
        match gone.as_slice() {
            [] => {}
            [only] => problems.push(one_problem(only)),
            several => problems.push(grouped_problem(several)),
        }
        missing
            .iter()
            .map(|missing| missing.address.clone())
            .collect()
    }

    fn find(&self, is_published: impl Fn(&Route) -> bool) -> Vec<MissingAddress<'a>> {
        let retired = &self.site.settings().retired;
        let mut new_pages = None;
        let mut found = Vec::new();
        for (address, line) in &self.kept.0 {
            if self.now.0.contains_key(address) || is_retired(address, retired) {
                continue;
            }
            let reason = match &address.fragment {
                Some(fragment) => self.missing_anchor(&address.route, fragment),
                None if is_published(&address.route) => None,
                None => self.missing_page(
                    &address.route,
                    line,
                    new_pages.get_or_insert_with(|| NewPages::of(self.site, self.kept)),
                ),
            };
            let Some(reason) = reason else { continue };
            let cause = self.cause(&reason, &address.route);
            found.push(MissingAddress {
                address,
                line,
                reason,
                cause,
            });
        }
        found
    }

    /// The page with an error of its own because of which an address may be missing.
    fn cause(&self, reason: &MissingReason, route: &Route) -> Option<Cause> {
        match reason {
            MissingReason::Hidden { source, why } => why.cause(source),
            MissingReason::Gone => {
                let file = match self.site.tables.by_route.get(route) {
                    Some(LinkTarget::File(source)) => Some(source.name()),
                    _ => None,
                };
                let address = route.as_str().trim_matches('/');
                self.unread.mentioning(file.into_iter().chain([address]))
            }
            MissingReason::Anchor { .. } | MissingReason::Moved { .. } => None,
        }
    }

    /// The reason if a heading that others linked to is missing: its page does not have it, or
    /// cannot be published because of an error of its own.
    fn missing_anchor(&self, route: &Route, fragment: &str) -> Option<MissingReason<'a>> {
        let entry = match self.site.tables.by_route.get(route)? {
            LinkTarget::Page(page) => &self.site.page(*page).entry,
            LinkTarget::Hidden { source, why } if why.cause(source).is_some() => {
                return Some(MissingReason::Hidden { source, why: *why });
            }
            _ => return None,
        };
        if entry
            .anchors
            .binary_search_by(|anchor| anchor.as_str().cmp(fragment))
            .is_ok()
        {
            return None;
        }
        let near = nearest(
            fragment,
            entry.outline.iter().map(|heading| heading.id.as_str()),
        );
        Some(MissingReason::Anchor {
            source: &entry.source,
            near,
        })
    }

    /// Why an address no longer exists; `None` if that is intended.
    fn missing_page(
        &self,
        route: &Route,
        line: &'a LedgerLine,
        new_pages: &NewPages<'a>,
    ) -> Option<MissingReason<'a>> {
        let tables = &self.site.tables;
        // The page may have stated this address in front matter that cannot be read now.
        let of_source = line.source.as_ref().and_then(|source| {
            let node = tables.by_source.get(source)?;
            matches!(node, LinkTarget::Hidden { source, why } if why.cause(source).is_some())
                .then_some(node)
        });
        match tables.by_route.get(route).or(of_source) {
            Some(LinkTarget::Hidden {
                why: UnpublishedReason::Expired,
                ..
            }) => return None,
            Some(LinkTarget::Hidden { source, why }) => {
                return Some(MissingReason::Hidden { source, why: *why });
            }
            _ => {}
        }
        let moved = line
            .source
            .as_ref()
            .and_then(|source| new_pages.moved(self.site, route, source));
        Some(
            moved.map_or(MissingReason::Gone, |source| MissingReason::Moved {
                source,
            }),
        )
    }
}

fn one_problem(missing: &MissingAddress) -> Diagnostic {
    let MissingAddress {
        address,
        line,
        reason,
        cause,
    } = missing;
    let route = &address.route;
    let was_published = || format!("{route} was published and no longer exists");
    let (code, message, help) = match reason {
        MissingReason::Anchor { source, near } => {
            let fragment = address.fragment.as_deref().unwrap_or_default();
            let heading = near.map_or_else(
                || "the heading".to_owned(),
                |near| format!("the heading #{near}"),
            );
            let message = format!(
                "heading `#{fragment}` on {route}, which other pages linked to, no longer exists"
            );
            let help = format!(
                "keep the id in {source} by writing `{{#{fragment}}}` after {heading}, or run `handsel retire {address}`"
            );
            (Code::VanishedAnchor, message, help)
        }
        MissingReason::Hidden { source, why } if address.fragment.is_some() => (
            Code::VanishedAnchor,
            format!("{address} was published, but {source} is {why}"),
            format!("publish it again, or run `handsel retire {address}`"),
        ),
        MissingReason::Hidden { source, why } => {
            let help = format!("publish it again, or run `handsel retire {route}`");
            (
                Code::VanishedAddress,
                format!("{route} was published, but {source} is {why}"),
                help,
            )
        }
        MissingReason::Moved { source } => {
            let renamed = line.source.as_ref().filter(|old| old != source);
            let command = renamed.map(|old| {
                format!(", or run `handsel move {old} {source}`, which also updates the links")
            });
            let command = command.unwrap_or_default();
            let help = format!(
                "it seems to have moved: add `aliases: [{route}]` to the front matter of {source}{command}"
            );
            (Code::VanishedAddress, was_published(), help)
        }
        MissingReason::Gone => {
            let help = format!(
                "add it to the `aliases:` of the page that replaces it, or run `handsel retire {route}`"
            );
            (Code::VanishedAddress, was_published(), help)
        }
    };
    Diagnostic::new(code, message)
        .at(place(line, address))
        .help(help)
        .caused_by(cause.clone())
}

/// One message for several addresses without a new location, with the lines to add to the settings.
fn grouped_problem(gone: &[&MissingAddress]) -> Diagnostic {
    let names: Vec<String> = gone
        .iter()
        .map(|missing| missing.address.to_string())
        .collect();
    let message = format!(
        "{} published addresses no longer exist: {}",
        names.len(),
        names.join(", ")
    );
    let mut help =
        "add each to the `aliases:` of the page that replaces it; if they were removed on purpose, run `handsel retire --all`".to_owned();
    if names.len() <= LINES_MAX {
        help.push_str(", or add this to the settings:\nretired:");
        names
            .iter()
            .for_each(|name| help.push_str(&format!("\n  - {}", yaml_text(name))));
    }
    Diagnostic::new(Code::VanishedAddress, message)
        .at(place(gone[0].line, gone[0].address))
        .help(help)
}

/// An address as an item of a YAML list, quoted where it would otherwise have another meaning.
pub fn yaml_text(address: &str) -> String {
    let is_plain = address.starts_with('/')
        && !address.ends_with(':')
        && !address.contains([',', '[', ']', '{', '}', '"', '\\']);
    if is_plain {
        address.to_owned()
    } else {
        format!("\"{}\"", address.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

fn place(line: &LedgerLine, address: &LedgerAddress) -> Location {
    let path = SourcePath::new(LEDGER_NAME).expect("a plain name does not climb");
    let length = u32::try_from(address.to_string().chars().count()).unwrap_or(u32::MAX);
    Location {
        path,
        line: line.number.max(1),
        column: 1,
        length,
    }
}

/// The pages at addresses that are not in the ledger, by the last part of their addresses.
struct NewPages<'a>(BTreeMap<&'a str, Vec<&'a SourcePath>>);

impl<'a> NewPages<'a> {
    fn of(site: &'a Site, kept: &AddressLedger) -> Self {
        let mut pages: BTreeMap<&str, Vec<&SourcePath>> = BTreeMap::new();
        for page in site
            .pages()
            .filter(|page| !kept.0.contains_key(&LedgerAddress::of(page.route.clone())))
        {
            if let Some(name) = page.route.segments().last() {
                pages.entry(name).or_default().push(&page.entry.source);
            }
        }
        Self(pages)
    }

    /// The page that was at `route`: the same file at another address, otherwise a new page with
    /// the same name, otherwise one with a similar name.
    fn moved(&self, site: &'a Site, route: &Route, source: &SourcePath) -> Option<&'a SourcePath> {
        if let Some(LinkTarget::Page(page)) = site.tables.by_source.get(source) {
            return Some(&site.page(*page).entry.source);
        }
        let name = route
            .segments()
            .last()
            .map_or_else(|| slug(&name_and_date(source).0), str::to_owned);
        let near = self
            .0
            .get_key_value(name.as_str())
            .map(|(near, _)| *near)
            .or_else(|| nearest(&name, self.0.keys().copied()))?;
        match self.0[near].as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}
