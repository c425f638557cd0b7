//! Loads a site up to its links, without rendering a page: enough to know where everything is and
//! what each link leads to.

use super::Request;
use super::documents::{Documents, LoadedPages, PageNeeds};
use super::file_hashes::{FileHashes, KnownFiles};
use super::load::{self, LoadedSite};
use super::site_state;
use crate::diagnostic::Diagnostic;
use crate::site::Site;
use crate::source::Files;

pub struct SiteLinks {
    pub(super) loaded: LoadedSite,
    pub(super) documents: Documents,
    pub(super) site: Site,
    /// The problems of loading, of the documents, and of the site and its links, with the
    /// severities of their codes.
    pub(super) problems: Vec<Diagnostic>,
}

impl SiteLinks {
    pub fn site(&self) -> &Site {
        &self.site
    }
}

/// Loads a site up to its links. Pages in `remembered` are not parsed again if their bytes are
/// unchanged.
pub fn load_links(files: &dyn Files, request: &Request, remembered: LoadedPages) -> SiteLinks {
    let mut problems = Vec::new();
    let loaded = load::load(files, request, None).take_into(&mut problems);
    let ledger = FileHashes::new(files, KnownFiles::default());
    let documents = Documents::read(
        &ledger,
        &loaded,
        request,
        |_| None,
        remembered,
        PageNeeds::default(),
    );
    problems.extend(documents.problems().cloned());
    let site = site_state::assemble(&loaded, &documents, request, None, &mut problems);
    problems.extend(site.link_problems(&documents.unread_pages(&site)));
    SiteLinks {
        loaded,
        documents,
        site,
        problems,
    }
}
