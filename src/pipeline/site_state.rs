//! An assembled site with everything that its outputs are made from, each with the fingerprint of
//! its inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Request;
use super::documents::Documents;
use super::images::SiteImages;
use super::load::LoadedSite;
use super::outputs::Outputs;
use super::unread_files;
use crate::diagnostic::Diagnostic;
use crate::document::PageFacts;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::page::templates::{RenderContext, RenderInputs};
use crate::page::{Catalog, PageBuilder};
use crate::paths::Route;
use crate::site::{self, Site, SiteParts};

pub struct SiteState {
    pub loaded: LoadedSite,
    pub documents: Documents,
    pub render_context: Arc<RenderContext>,
    pub outputs: Outputs,
    pub images: SiteImages,
    /// The fingerprint of everything that the site was assembled from, without texts and places. If
    /// it is equal, every view is equal.
    pub site_hash: Fingerprint,
}

/// Assembles the site from these documents; `before` is an earlier version of it. The site reports problems with its links itself.
pub fn assemble(
    loaded: &LoadedSite,
    documents: &Documents,
    request: &Request,
    before: Option<&Site>,
    problems: &mut Vec<Diagnostic>,
) -> Site {
    let parts = SiteParts {
        settings: Arc::clone(&loaded.settings),
        kinds: Arc::clone(&loaded.kinds),
        vocabularies: Arc::clone(&loaded.vocabularies),
        entries: documents
            .pages
            .values()
            .map(|page| Arc::clone(&page.entry))
            .collect(),
        content: loaded.listed.content.clone(),
        files: loaded.listed.content_files.clone(),
        static_files: loaded.static_files.keys().cloned().collect(),
        today: loaded.today,
        with_drafts: request.with_drafts,
        is_lenient: request.is_lenient,
        key: loaded.hashes.assembling,
    };
    let site = site::assemble(parts, before).take_into(problems);
    problems.extend(unread_files::other_forms(&site, &loaded.listed));
    site
}

/// The fingerprint of what [`assemble`] reads.
pub fn site_hash(loaded: &LoadedSite, documents: &Documents) -> Fingerprint {
    let mut hasher = Hasher::new();
    hasher.add(loaded.hashes.assembling.as_bytes());
    // The places of terms in a text depend on all of their forms.
    hasher.add(
        documents
            .glossary
            .hash()
            .map_or([0; 16], |hash| *hash.as_bytes()),
    );
    documents.pages.values().for_each(|page| {
        hasher.add(page.shape.as_bytes());
    });
    hasher.finish()
}

/// The context for rendering the pages of a site.
pub fn render_context(
    loaded: &LoadedSite,
    documents: &Documents,
    site: Site,
    request: &Request,
) -> RenderContext {
    // Both are sorted by source.
    let mut known = documents.pages.iter();
    let facts = |page: &site::SitePage| {
        let own = known.find(|(source, _)| **source == page.entry.source);
        own.map_or_else(
            || Arc::new(PageFacts::default()),
            |(_, page)| Arc::clone(&page.facts),
        )
    };
    let facts = site.map_pages(facts);
    let mut catalog = Catalog::new(Arc::new(site), Arc::clone(&loaded.words), facts);
    if request.is_lenient {
        catalog.known_templates = Some(loaded.templates.names().map(str::to_owned).collect());
    }
    catalog.sending_scripts.clone_from(&loaded.sending_scripts);
    RenderContext::new(PageBuilder::new(catalog), render_inputs(loaded))
}

/// What templates can use besides pages.
pub fn render_inputs(loaded: &LoadedSite) -> RenderInputs<'_> {
    RenderInputs {
        assets: assets(loaded),
        icons: loaded.icons.clone(),
        data: &loaded.data,
        unread_data: loaded.unread_data.clone(),
    }
}

/// The published path of each file of `static/`.
fn assets(loaded: &LoadedSite) -> BTreeMap<String, String> {
    let base = loaded.settings.base_path();
    let published = loaded.assets.published.iter();
    published
        .filter_map(|(path, name)| {
            Some((
                path.clone(),
                Route::new(&format!("/{name}")).ok()?.href(base),
            ))
        })
        .collect()
}
