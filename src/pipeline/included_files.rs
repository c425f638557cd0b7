//! The files whose text a page shows: those that it includes, and what is said in a recording. A
//! document knows their names alone; the search reads them, so their fingerprints belong to what is
//! remembered for it.

use std::sync::Arc;

use super::load::LoadedSite;
use crate::document::links::ParsedTarget;
use crate::document::text_sections::TextSection;
use crate::document::{Entry, include};
use crate::fields::links::LinkRequirement;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::page::files::{SPOKEN, spoken};
use crate::paths::SourcePath;
use crate::source::Files;

/// The field of a recording's transcript, and the id of the part that shows it.
const TRANSCRIPT: &str = "transcript";
const TRANSCRIPT_ID: &str = "Transcript";

/// The files whose text a page shows, as far as they are there.
pub fn of_page(loaded: &LoadedSite, entry: &Entry) -> Vec<SourcePath> {
    let folder = entry.source.folder();
    let included = entry
        .includes
        .iter()
        .filter_map(|include| folder.join(&include.file.value).ok());
    let listed = included.filter(|path| is_listed(loaded, path)).collect();
    [listed, recordings(loaded, entry)].concat()
}

/// The fingerprint of what they hold; `None` for a page that shows none.
pub fn hash(files: &dyn Files, loaded: &LoadedSite, entry: &Entry) -> Option<Fingerprint> {
    let shown = of_page(loaded, entry);
    if shown.is_empty() {
        return None;
    }
    let mut hasher = Hasher::new();
    for path in shown {
        let hash = files
            .known(&path)
            .or_else(|| files.read(&path).ok().map(Fingerprint::of));
        hasher
            .add(path.as_str())
            .add(hash.unwrap_or_default().as_bytes());
    }
    Some(hasher.finish())
}

/// Puts what they say where the page shows it.
pub fn add(files: &dyn Files, loaded: &LoadedSite, entry: &Entry, passages: &mut Vec<TextSection>) {
    let folder = entry.source.folder();
    let read = |path: &SourcePath| -> Option<Arc<[u8]>> {
        is_listed(loaded, path)
            .then(|| files.read(path).ok())
            .flatten()
    };
    for passage in passages.iter_mut() {
        for include in passage
            .includes
            .iter()
            .filter_map(|index| entry.includes.get(*index as usize))
        {
            passage.text.push('\n');
            passage
                .text
                .push_str(&include::text(include, &folder, read));
        }
    }
    for path in recordings(loaded, entry) {
        let said = read(&path)
            .map(|bytes| spoken(&path, &bytes))
            .unwrap_or_default();
        let said: Vec<&str> = said
            .iter()
            .flat_map(|said| {
                said.speaker
                    .as_deref()
                    .into_iter()
                    .chain([said.text.as_str()])
            })
            .collect();
        // Where there is a transcript, what captions say can be read there, too.
        let anchor = if entry.meta.fields.contains_key(TRANSCRIPT) {
            TRANSCRIPT_ID
        } else {
            ""
        };
        passages.extend(TextSection::add_field_sections(anchor, &said));
    }
}

/// The files of captions and transcripts in a page's own fields, each once.
fn recordings(loaded: &LoadedSite, entry: &Entry) -> Vec<SourcePath> {
    let mut found = Vec::new();
    for link in &entry.meta.field_links {
        let LinkRequirement::File(extensions) = &link.wants else {
            continue;
        };
        if extensions.is_empty()
            || !extensions
                .iter()
                .all(|extension| SPOKEN.contains(&extension.as_str()))
        {
            continue;
        }
        let ParsedTarget::Inside { path, .. } = ParsedTarget::parse(&link.target.value) else {
            continue;
        };
        let below_root = path.trim_start_matches('/');
        let places = match path.starts_with('/') {
            true => vec![
                loaded.listed.content.join(below_root),
                SourcePath::new("static").and_then(|files| files.join(below_root)),
            ],
            false => vec![entry.source.folder().join(&path)],
        };
        let is_new = |path: &SourcePath| is_listed(loaded, path) && !found.contains(path);
        found.extend(places.into_iter().flatten().find(is_new));
    }
    found
}

/// Only what is listed is shown: an ignored file such as `.env` stays where it is.
fn is_listed(loaded: &LoadedSite, path: &SourcePath) -> bool {
    loaded.listed.sources.binary_search(path).is_ok()
}
