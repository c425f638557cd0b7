//! The addresses that a build publishes, as the address ledger keeps them, and what a build makes of the ledger that was there.

use super::Request;
use super::load::Loaded;
use super::outputs::{Maker, Outputs, source_of};
use crate::diagnostic::Diagnostic;
use crate::document::links::Role;
use crate::fingerprint::Fingerprint;
use crate::output::calendar::CalendarOf;
use crate::page::{Composer, Subject};
use crate::paths::SourcePath;
use crate::site::address_ledger::{Address, AddressLedger, LEDGER_NAME, Line};
use crate::site::links::{Destination, Resolved};
use crate::site::{Site, vanished};
use crate::source::Files;

/// What a build has to say about the address ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// All that is published now.
    pub now: AddressLedger,
    /// The fingerprint of the ledger's text once this build has been taken into it.
    pub print: Option<Fingerprint>,
}

/// The ledger's path.
pub fn path() -> SourcePath {
    SourcePath::new(LEDGER_NAME).expect("a plain name does not climb")
}

/// The ledger as it stands, `None` where there is none.
pub fn kept(files: &dyn Files, problems: &mut Vec<Diagnostic>) -> Option<AddressLedger> {
    let bytes = files.read(&path()).ok()?;
    Some(AddressLedger::parse(&path(), &String::from_utf8_lossy(&bytes)).unload(problems))
}

/// Whether the ledger is the one that a build with this fingerprint left.
pub fn is_as_left(files: &dyn Files, print: Option<Fingerprint>) -> bool {
    print.is_some_and(|print| files.read(&path()).is_ok_and(|bytes| Fingerprint::of(&*bytes) == print))
}

/// What this build publishes; a check is told what has vanished, a build what the ledger will be.
pub fn look(
    files: &dyn Files,
    request: &Request,
    loaded: &Loaded,
    composer: &Composer,
    outputs: &Outputs,
    problems: &mut Vec<Diagnostic>,
) -> Addresses {
    if !request.with_audit && !request.keeps_addresses {
        return Addresses::default();
    }
    let kept = kept(files, problems);
    let now = published(composer, outputs);
    if request.with_audit {
        let is_published = |route: &crate::paths::Route| outputs.at(route.output_path().as_str()).is_some();
        vanished::tell(&composer.site, kept.as_ref().unwrap_or(&AddressLedger::default()), &now, is_published, problems);
        return Addresses { now, print: None };
    }
    let after = kept.unwrap_or_default().after(&now, &loaded.settings.retired);
    Addresses { now, print: Some(Fingerprint::of(after.to_text())) }
}

/// Pages, lists, feeds, redirects, files that pages link to, and headings that other pages link to. Further pages of a list
/// come and go with its length, lists of a level, a time or a kind with what pages say, and pictures with the page that shows them; nobody keeps their addresses.
fn published(composer: &Composer, outputs: &Outputs) -> AddressLedger {
    let site = &*composer.site;
    let linked = linked_files(site);
    let mut ledger = AddressLedger::default();
    for (path, maker) in outputs.all() {
        let is_kept = match maker {
            Maker::Sheet(sheet) => {
                let sheet = &outputs.sheets[*sheet];
                sheet.number == 1 && !matches!(sheet.subject, Subject::NotFound | Subject::Narrowed(_))
            }
            Maker::Redirect(_) | Maker::Feed(_) | Maker::Calendar(CalendarOf::Kind(_)) => true,
            Maker::Copy(source) | Maker::Picture(source) => linked.contains(source),
            _ => false,
        };
        if is_kept {
            let line = Line { source: source_of(maker, &outputs.sheets, composer), number: 0 };
            ledger.0.insert(Address::of(path.route()), line);
        }
    }
    for (id, page) in site.pages().iter().enumerate() {
        for resolved in page.links.iter().chain(&page.related).chain(&page.next) {
            if let Destination::Page { page: to, fragment: Some(fragment) } = &resolved.to
                && *to != id
                && resolved.problem.is_none()
                && site.page(*to).entry.anchors.binary_search(fragment).is_ok()
            {
                let address = Address { route: site.page(*to).route.clone(), fragment: Some(fragment.clone()) };
                ledger.0.insert(address, Line::default());
            }
        }
    }
    ledger
}

fn linked_files(site: &Site) -> std::collections::BTreeSet<SourcePath> {
    let links = site.pages().iter().flat_map(|page| page.entry.links.iter().zip(&page.links));
    let in_text = links.filter(|(link, _)| link.role != Role::Embed).map(|(_, resolved)| resolved);
    let in_fields = site.pages().iter().flat_map(|page| &page.field_links);
    let file = |resolved: &Resolved| match &resolved.to {
        Destination::Address { file: Some(file), .. } => Some(file.clone()),
        _ => None,
    };
    in_text.chain(in_fields).filter_map(file).collect()
}
