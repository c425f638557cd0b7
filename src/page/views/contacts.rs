//! Which hosts pages contact, for the privacy page.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::links::{is_remote, origin};
use crate::fields::FieldItem;
use crate::page::catalog::Catalog;
use crate::page::view::{ContactView, CrumbView};
use crate::site::PageId;

/// The field for content of another site that is loaded or opened on a reader's request.
const EMBED: &str = "embed";

/// The most pages that are named with a host.
const PAGES_NAMED: usize = 5;

/// The pages that contact a host, by the host's origin.
/// The pages are in the order of the site's pages.
type ContactedHosts = BTreeMap<String, Vec<PageId>>;

/// The other hosts that pages contact when they are opened or when a reader asks for their
/// content, each with those pages. Hosts that the settings allow are always listed, since a
/// template may contact them.
pub fn contacts(catalog: &Catalog) -> Vec<ContactView> {
    let (opened, clicked) = contacted_hosts(catalog);
    let crumb = |page: &PageId| CrumbView {
        title: catalog.title(*page).to_owned(),
        href: catalog.href(&catalog.site.page(*page).route),
    };
    let crumbs = |pages: Option<&Vec<PageId>>| -> Vec<CrumbView> {
        let pages = pages.into_iter().flatten();
        pages.take(PAGES_NAMED).map(crumb).collect()
    };
    let view = |origin: &String| ContactView {
        origin: origin.clone(),
        count: opened.get(origin).map_or(0, Vec::len),
        pages: crumbs(opened.get(origin)),
        on_click: crumbs(clicked.get(origin)),
    };
    let origins: BTreeSet<&String> = opened.keys().chain(clicked.keys()).collect();
    origins.into_iter().map(view).collect()
}

/// The hosts that pages contact when they are opened, and those that they contact on request.
fn contacted_hosts(catalog: &Catalog) -> (ContactedHosts, ContactedHosts) {
    let (mut opened, mut clicked): (ContactedHosts, ContactedHosts) = Default::default();
    let origin_of = |address: &str| origin(address).unwrap_or_else(|| address.to_owned());
    let settings = catalog.site.settings();
    for allowed in &settings.allow_origins {
        opened.entry(origin_of(allowed)).or_default();
    }
    let add = |pages: &mut Vec<PageId>, id: PageId| {
        if pages.last() != Some(&id) {
            pages.push(id);
        }
    };
    for (id, page) in catalog.site.pages_with_ids() {
        let meta = &page.entry.meta;
        let embeds = page.entry.links.iter().filter(|link| link.role.is_embed());
        let targets = embeds.map(|link| &link.target.value);
        let image = meta.image.iter().map(|image| &image.src.value);
        for target in targets.chain(image).filter(|target| is_remote(target)) {
            add(opened.entry(origin_of(target)).or_default(), id);
        }
        let embedded = meta.fields.get(EMBED).and_then(FieldItem::as_text);
        if let Some(address) = embedded.filter(|address| settings.allows(address)) {
            add(clicked.entry(origin_of(address)).or_default(), id);
        }
    }
    (opened, clicked)
}
