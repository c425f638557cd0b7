//! Who can count visitors, for the privacy page.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Severity};
use crate::page::catalog::Catalog;
use crate::page::view::CountingView;

/// Who can count visitors. `has_contacts` says whether pages contact other hosts, or may.
pub fn visitor_counting(catalog: &Catalog, has_contacts: bool) -> CountingView {
    let is_lowered = |checks: &BTreeMap<String, Severity>| {
        let severity = checks.get(Code::VisitorTracking.name());
        severity.is_some_and(|severity| *severity != Severity::Error)
    };
    let mut of_pages = catalog.site.pages().map(|page| &page.entry.meta.checks);
    let is_unchecked = is_lowered(&catalog.site.settings().checks) || of_pages.any(is_lowered);
    let by_scripts = catalog.sending_scripts.clone();
    CountingView {
        is_ruled_out: !has_contacts && !is_unchecked && by_scripts.is_empty(),
        by_hosts: has_contacts,
        by_scripts,
        is_unchecked,
    }
}
