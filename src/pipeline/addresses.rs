//! The addresses that a build publishes, as the address ledger records them, and their comparison
//! with the existing ledger.

use super::Request;
use super::load::LoadedSite;
use super::outputs::{OutputKind, Outputs, source_of};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::fingerprint::Fingerprint;
use crate::page::Catalog;
use crate::paths::SourcePath;
use crate::settings::Settings;
use crate::site::address_ledger::{AddressLedger, LEDGER_NAME, LedgerAddress, LedgerLine};
use crate::site::links::{Destination, ResolvedLink};
use crate::site::unread_pages::UnreadPages;
use crate::site::{Site, missing_addresses};
use crate::source::Files;

/// What a build or check found out about the address ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerCheck {
    /// Everything that is published now.
    pub now: AddressLedger,
    /// Addresses in the ledger that no longer exist and are not retired. Only a check looks for
    /// them.
    pub vanished: Vec<LedgerAddress>,
    /// The fingerprint of the ledger's text after this build has been added to it.
    pub hash: Option<Fingerprint>,
}

/// The maximum number of addresses that a message names.
const NAMED_MAX: usize = 10;

/// The ledger's path.
pub fn path() -> SourcePath {
    SourcePath::new(LEDGER_NAME).expect("a plain name is a valid path")
}

/// The existing ledger; `None` if there is none.
pub fn kept(files: &dyn Files, problems: &mut Vec<Diagnostic>) -> Option<AddressLedger> {
    let bytes = files.read(&path()).ok()?;
    Some(AddressLedger::parse(&path(), &String::from_utf8_lossy(&bytes)).take_into(problems))
}

/// Whether the ledger is unchanged since the build that left it with this fingerprint.
pub fn is_as_left(files: &dyn Files, hash: Option<Fingerprint>) -> bool {
    hash.is_some_and(|hash| {
        files
            .read(&path())
            .is_ok_and(|bytes| Fingerprint::of(&*bytes) == hash)
    })
}

/// The addresses that this build publishes. A check reports missing addresses and those that the
/// ledger lacks; a build returns the ledger's new state.
pub fn check_ledger(
    files: &dyn Files,
    request: &Request,
    loaded: &LoadedSite,
    catalog: &Catalog,
    outputs: &Outputs,
    unread: &UnreadPages,
    problems: &mut Vec<Diagnostic>,
) -> LedgerCheck {
    if !request.with_audit && !request.keeps_addresses {
        return LedgerCheck::default();
    }
    let kept = kept(files, problems);
    let now = published(catalog, outputs);
    if request.with_audit {
        let kept = kept.unwrap_or_default();
        let is_published =
            |route: &crate::paths::Route| outputs.at(route.output_path().as_str()).is_some();
        let vanished = missing_addresses::LedgerComparison {
            site: &catalog.site,
            kept: &kept,
            now: &now,
            unread,
        }
        .report(is_published, problems);
        if is_public(&loaded.settings) && !request.with_drafts {
            problems.extend(incomplete(&kept, &now));
        }
        return LedgerCheck {
            now,
            vanished,
            hash: None,
        };
    }
    let after = kept
        .unwrap_or_default()
        .after(&now, &loaded.settings.retired);
    LedgerCheck {
        now,
        vanished: Vec::new(),
        hash: Some(Fingerprint::of(after.to_text())),
    }
}

/// Whether readers elsewhere can open the built site: it has a base URL that is not on this machine
/// or its local network.
pub fn is_public(settings: &Settings) -> bool {
    settings
        .base_url
        .as_ref()
        .is_some_and(|base_url| !base_url.is_local())
}

/// Reports addresses that an existing ledger lacks and the next build would add.
fn incomplete(kept: &AddressLedger, now: &AddressLedger) -> Option<Diagnostic> {
    if kept.0.is_empty() {
        return None;
    }
    let missing: Vec<String> = kept.missing(now).map(LedgerAddress::to_string).collect();
    let named = missing
        .iter()
        .take(NAMED_MAX)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    let message = match missing.len() {
        0 => return None,
        1 => format!("the ledger lacks the address {named}"),
        count if count <= NAMED_MAX => format!("the ledger lacks {count} addresses: {named}"),
        count => format!(
            "the ledger lacks {count} addresses: {named} and {} more",
            count - NAMED_MAX
        ),
    };
    let problem = Diagnostic::new(Code::IncompleteLedger, message).at(Location::start_of(&path()));
    Some(problem.help("run `handsel build`, and commit the file with the pages"))
}

/// Pages, redirects, files that pages link to, and headings that other pages link to. Generated
/// lists, feeds and calendars depend on the pages they are made from, and images on the page that
/// shows them, so they are not recorded.
fn published(catalog: &Catalog, outputs: &Outputs) -> AddressLedger {
    let site = &*catalog.site;
    let linked = linked_files(site);
    let mut ledger = AddressLedger::default();
    for (path, maker) in outputs.all() {
        let is_kept = match maker {
            OutputKind::Page(output_page) => outputs.output_pages[*output_page].number == 1,
            OutputKind::Redirect(_) => true,
            OutputKind::Copy(source) | OutputKind::ContentFile(source) => linked.contains(source),
            _ => false,
        };
        let source = if is_kept {
            source_of(maker, &outputs.output_pages, catalog)
        } else {
            None
        };
        if let Some(source) = source {
            ledger.0.insert(
                LedgerAddress::of(path.route()),
                LedgerLine {
                    source: Some(source),
                    number: 0,
                },
            );
        }
    }
    for (id, page) in site.pages_with_ids() {
        for resolved in page.links.iter().chain(&page.related).chain(&page.next) {
            if let Destination::Page {
                page: to,
                fragment: Some(fragment),
                ..
            } = &resolved.to
                && *to != id
                && resolved.problem.is_none()
                && site.page(*to).entry.anchors.binary_search(fragment).is_ok()
            {
                let address = LedgerAddress {
                    route: site.page(*to).route.clone(),
                    fragment: Some(fragment.clone()),
                };
                ledger.0.insert(address, LedgerLine::default());
            }
        }
    }
    ledger
}

fn linked_files(site: &Site) -> std::collections::BTreeSet<SourcePath> {
    let links = site
        .pages()
        .flat_map(|page| page.entry.links.iter().zip(&page.links));
    let in_text = links
        .filter(|(link, _)| !link.role.is_embed())
        .map(|(_, resolved)| resolved);
    let in_fields = site.pages().flat_map(|page| &page.field_links);
    let file = |resolved: &ResolvedLink| match &resolved.to {
        Destination::Address {
            file: Some(file), ..
        } => Some(file.clone()),
        _ => None,
    };
    in_text.chain(in_fields).filter_map(file).collect()
}
