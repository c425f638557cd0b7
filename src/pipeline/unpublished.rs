//! The pages that a build leaves out on purpose: drafts, pages with a future date, and those that
//! have expired.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::documents::Documents;
use crate::site::{LinkTarget, Site, UnpublishedReason};

/// How many pages are not published, by the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnpublishedCounts {
    pub drafts: usize,
    /// Pages with a future date.
    pub scheduled: usize,
    /// The earliest of these dates.
    pub next: Option<Date>,
    pub expired: usize,
}

impl UnpublishedCounts {
    pub(super) fn of(site: &Site, documents: &Documents) -> Self {
        let mut counts = Self::default();
        for node in site.tables.by_source.values() {
            let LinkTarget::Hidden { source, why } = node else {
                continue;
            };
            match why {
                UnpublishedReason::Draft => counts.drafts += 1,
                UnpublishedReason::Expired => counts.expired += 1,
                UnpublishedReason::ToCome => {
                    counts.scheduled += 1;
                    let entry = documents.pages.get(source).map(|page| &page.entry);
                    let date = entry.and_then(|entry| entry.meta.published.or(entry.date_in_name));
                    counts.next = counts.next.into_iter().chain(date).min();
                }
                UnpublishedReason::Broken | UnpublishedReason::AddressTaken => {}
            }
        }
        counts
    }

    pub fn is_none(&self) -> bool {
        self.drafts + self.scheduled + self.expired == 0
    }
}
