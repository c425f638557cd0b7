//! The files whose text a page shows: included files, and the captions and transcripts of
//! recordings. A document knows only their names, while the search reads them, so their hashes are
//! part of the key of the page's search digest.

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

/// The field of a recording's transcript, and the id of the element that shows it.
const TRANSCRIPT: &str = "transcript";
const TRANSCRIPT_ID: &str = "Transcript";

/// The existing files whose text a page shows.
pub fn of_page(loaded: &LoadedSite, entry: &Entry) -> Vec<SourcePath> {
    let folder = entry.source.folder();
    let included = entry
        .includes
        .iter()
        .filter_map(|include| folder.join(&include.file.value).ok());
    let listed = included.filter(|path| is_listed(loaded, path)).collect();
    [listed, recordings(loaded, entry)].concat()
}

/// The fingerprint of their contents; `None` for a page that shows no files.
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

/// Adds their text to the sections that show it.
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
        // If there is a transcript, it also contains what the captions say.
        let anchor = if entry.meta.fields.contains_key(TRANSCRIPT) {
            TRANSCRIPT_ID
        } else {
            ""
        };
        passages.extend(TextSection::add_field_sections(anchor, &said));
    }
}

/// The caption and transcript files in a page's own fields, each once.
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

/// Only listed files are shown, so that an ignored file such as `.env` stays private.
fn is_listed(loaded: &LoadedSite, path: &SourcePath) -> bool {
    loaded.listed.sources.binary_search(path).is_ok()
}
