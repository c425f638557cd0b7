//! A site worked out as far as its links, without a page being drawn: enough to say where
//! everything is and what leads where.

use super::Request;
use super::documents::{Documents, Pages, Wanted};
use super::ledger::{KnownFiles, Ledger};
use super::load::{self, Loaded};
use super::whole;
use crate::diagnostic::Diagnostic;
use crate::site::Site;
use crate::source::Files;

pub struct Survey {
    pub(super) loaded: Loaded,
    pub(super) documents: Documents,
    pub(super) site: Site,
    /// Of loading, of the documents, of the site and its links; as grave as their codes are.
    pub(super) problems: Vec<Diagnostic>,
}

impl Survey {
    pub fn site(&self) -> &Site {
        &self.site
    }
}

/// Works a site out; `remembered` are pages that need not be parsed again where their bytes are the
/// same.
pub fn survey(files: &dyn Files, request: &Request, remembered: Pages) -> Survey {
    let mut problems = Vec::new();
    let loaded = load::load(files, request, None).unload(&mut problems);
    let ledger = Ledger::new(files, KnownFiles::default());
    let documents = Documents::read(
        &ledger,
        &loaded,
        request,
        |_| None,
        remembered,
        Wanted::default(),
    );
    problems.extend(documents.problems().cloned());
    let site = whole::assemble(&loaded, &documents, request, &mut problems);
    problems.extend(site.link_problems());
    Survey {
        loaded,
        documents,
        site,
        problems,
    }
}
