//! A site worked out: everything that its outputs are made from, each under the fingerprint of what
//! it was made from.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Request;
use super::documents::Documents;
use super::load::Loaded;
use super::outputs::Outputs;
use super::pictures::Pictures;
use super::unread;
use crate::diagnostic::Diagnostic;
use crate::document::Facts;
use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::page::Composer;
use crate::page::templates::Materials;
use crate::paths::Route;
use crate::site::{self, Parts, Site};

pub struct Whole {
    pub loaded: Loaded,
    pub documents: Documents,
    pub materials: Arc<Materials>,
    pub outputs: Outputs,
    pub pictures: Pictures,
    /// Of all that the site was assembled from, texts and places left out: equal where every view
    /// is equal.
    pub site_print: Fingerprint,
}

/// The site of these documents. What is wrong with its links the site tells itself.
pub fn assemble(
    loaded: &Loaded,
    documents: &Documents,
    request: &Request,
    problems: &mut Vec<Diagnostic>,
) -> Site {
    let parts = Parts {
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
    };
    let site = site::assemble(parts).unload(problems);
    problems.extend(unread::other_forms(&site, &loaded.listed));
    site
}

/// The fingerprint of what [`assemble`] reads.
pub fn site_print(loaded: &Loaded, documents: &Documents) -> Fingerprint {
    let mut printer = Fingerprinter::new();
    printer.add(loaded.prints.assembling.as_bytes());
    // Where in a text terms are found depends on all of their forms.
    printer.add(
        documents
            .glossary
            .print()
            .map_or([0; 16], |print| *print.as_bytes()),
    );
    documents.pages.values().for_each(|page| {
        printer.add(page.shape.as_bytes());
    });
    printer.finish()
}

/// Puts a site before those who draw it.
pub fn materials(
    loaded: &Loaded,
    documents: &Documents,
    site: Site,
    request: &Request,
) -> Materials {
    // Both are in the order of their sources.
    let mut known = documents.pages.iter();
    let facts = |page: &site::SitePage| {
        let own = known.find(|(source, _)| **source == page.entry.source);
        own.map_or_else(
            || Arc::new(Facts::default()),
            |(_, page)| Arc::clone(&page.facts),
        )
    };
    let facts = site.pages().iter().map(facts).collect();
    let composer = Composer::new(Arc::new(site), Arc::clone(&loaded.words), facts);
    let mut composer = match request.is_lenient {
        true => composer.with_only_templates(loaded.templates.names().map(str::to_owned).collect()),
        false => composer,
    };
    composer.sending_scripts.clone_from(&loaded.sending_scripts);
    Materials::new(
        composer,
        assets(loaded),
        loaded.icons.clone(),
        &loaded.data,
        loaded.unread_data.clone(),
    )
}

/// Where each file of `static/` is found.
pub fn assets(loaded: &Loaded) -> BTreeMap<String, String> {
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
