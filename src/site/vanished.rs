//! What stands in the address ledger and is published no more: pages, lists, feeds, and headings that other pages linked to.
//!
//! `check` tells each until it is redirected or retired, with the page that seems to be its new place. A page that went by its own
//! `expires:` went on purpose.

use std::collections::BTreeMap;

use super::address_ledger::{Address, AddressLedger, LEDGER_NAME, Line, is_retired};
use super::{Hidden, Node, Site};
use crate::diagnostic::{Code, Diagnostic, Place, nearest};
use crate::document::name_and_date;
use crate::paths::{Route, SourcePath, slug};

/// Tells what is in `kept` and is not there now. `now` holds everything published; `is_published` knows files of any sort.
pub fn tell(site: &Site, kept: &AddressLedger, now: &AddressLedger, is_published: impl Fn(&Route) -> bool, problems: &mut Vec<Diagnostic>) {
    let retired = &site.settings().retired;
    let mut new_pages = None;
    for (address, line) in &kept.0 {
        if now.0.contains_key(address) || is_retired(address, retired) {
            continue;
        }
        if let Some(fragment) = &address.fragment {
            problems.extend(anchor(site, address, fragment, line));
        } else if !is_published(&address.route) {
            problems.extend(page(site, &address.route, line, new_pages.get_or_insert_with(|| NewPages::of(site, kept))));
        }
    }
}

fn at(line: &Line, length: usize) -> Place {
    let path = SourcePath::new(LEDGER_NAME).expect("a plain name does not climb");
    Place { path, line: line.number.max(1), column: 1, length: u32::try_from(length).unwrap_or(u32::MAX) }
}

/// A heading that others linked to: readers may have kept the link, so its id wants to stay.
fn anchor(site: &Site, address: &Address, fragment: &str, line: &Line) -> Option<Diagnostic> {
    let Some(Node::Page(page)) = site.tables.by_route.get(&address.route) else { return None };
    let entry = &site.page(*page).entry;
    if entry.anchors.binary_search_by(|anchor| anchor.as_str().cmp(fragment)).is_ok() {
        return None;
    }
    let near = nearest(fragment, entry.outline.iter().map(|heading| heading.id.as_str()));
    let heading = near.map_or_else(|| "the heading".to_owned(), |near| format!("the heading #{near}"));
    let message = format!("other pages linked to `#{fragment}` on {}, and it is there no more", address.route);
    let help = format!("keep its id in {} by writing `{{#{fragment}}}` behind {heading}, or add `{address}` to `retired:`", entry.source);
    Some(Diagnostic::new(Code::VanishedAnchor, message).at(at(line, address.to_string().chars().count())).help(help))
}

fn page(site: &Site, route: &Route, line: &Line, new_pages: &NewPages) -> Option<Diagnostic> {
    let hidden = match site.tables.by_route.get(route) {
        Some(Node::Hidden { why: Hidden::Expired, .. }) => return None,
        Some(Node::Hidden { source, why }) => Some((source, *why)),
        _ => None,
    };
    let moved = line.source.as_ref().and_then(|source| new_pages.moved(site, route, source));
    let (message, help) = match (hidden, moved) {
        (Some((source, why)), _) => (
            format!("{route} was published, and {source} is {why}"),
            format!("publish it again, or add `{route}` to `retired:` in the settings"),
        ),
        (None, Some(source)) => (
            format!("{route} was published, and leads nowhere now"),
            format!("it seems to have moved: add `aliases: [{route}]` to the front matter of {source}"),
        ),
        (None, None) => (
            format!("{route} was published, and leads nowhere now"),
            format!("add it to the `aliases:` of the page that answers for it, or `{route}` to `retired:` in the settings"),
        ),
    };
    Some(Diagnostic::new(Code::VanishedAddress, message).at(at(line, route.as_str().chars().count())).help(help))
}

/// The pages at addresses that the ledger does not know, by the last part of their addresses.
struct NewPages<'a>(BTreeMap<&'a str, Vec<&'a SourcePath>>);

impl<'a> NewPages<'a> {
    fn of(site: &'a Site, kept: &AddressLedger) -> Self {
        let mut pages: BTreeMap<&str, Vec<&SourcePath>> = BTreeMap::new();
        for page in site.pages().iter().filter(|page| !kept.0.contains_key(&Address::of(page.route.clone()))) {
            if let Some(name) = page.route.segments().last() {
                pages.entry(name).or_default().push(&page.entry.source);
            }
        }
        Self(pages)
    }

    /// The page that was at `route`: the same file at another address, else a new page of the same name, else of a similar one.
    fn moved(&self, site: &'a Site, route: &Route, source: &SourcePath) -> Option<&'a SourcePath> {
        if let Some(Node::Page(page)) = site.tables.by_source.get(source) {
            return Some(&site.page(*page).entry.source);
        }
        let name = route.segments().last().map_or_else(|| slug(&name_and_date(source).0), str::to_owned);
        let near = self.0.get_key_value(name.as_str()).map(|(near, _)| *near).or_else(|| nearest(&name, self.0.keys().copied()))?;
        match self.0[near].as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}
