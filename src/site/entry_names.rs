//! The names of an entry, in every form that it is looked up by.

use std::sync::Arc;

use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::stated_address::AddressProblem;
use super::{SiteParts, SiteTables, addresses};
use crate::diagnostic::{Code, Diagnostic, Location, first_hidden, is_bidi_control};
use crate::document::{Entry, is_folder_page, name_and_date};
use crate::paths::{Route, SourcePath, slug};

/// The names of an entry. They depend on nothing else that changes during a session.
#[derive(Debug)]
pub(super) struct EntryNames {
    pub entry: Arc<Entry>,
    pub is_index: bool,
    /// The address that the entry asks for.
    pub route: Result<Route, Box<AddressProblem>>,
    /// Its path, folded.
    pub folded: Arc<str>,
    /// Slugs.
    pub page_name: Arc<str>,
    pub title: Arc<str>,
    /// The problem with the name of the file.
    pub unportable: Option<Box<Diagnostic>>,
}

impl EntryNames {
    fn of(entry: &Arc<Entry>, parts: &SiteParts) -> Self {
        let name = name_and_date(&entry.source).0;
        EntryNames {
            entry: Arc::clone(entry),
            is_index: is_index(&entry.source),
            route: addresses::of_page(entry, &parts.content, &parts.settings).map_err(Box::new),
            folded: folded(&entry.source).into(),
            page_name: slug(&name).into(),
            title: slug(&entry.title).into(),
            unportable: unportable_name(entry, &name).map(Box::new),
        }
    }

    /// The names of all entries. Those of an earlier version's entries are kept. Both are sorted by
    /// source.
    pub fn of_all(parts: &SiteParts, before: Option<&SiteTables>) -> Vec<Arc<Self>> {
        let mut earlier = before
            .map_or(&[][..], |before| &before.placed)
            .iter()
            .peekable();
        let mut known = |entry: &Arc<Entry>| {
            while earlier
                .next_if(|old| *old.source() < entry.source)
                .is_some()
            {}
            let old = earlier.next_if(|old| *old.source() == entry.source)?;
            let is_same = Arc::ptr_eq(&old.names.entry, entry);
            is_same.then(|| Arc::clone(&old.names))
        };
        let known: Vec<Option<Arc<Self>>> = parts.entries.iter().map(&mut known).collect();
        let entries = parts.entries.par_iter().zip(known);
        entries
            .map(|(entry, known)| known.unwrap_or_else(|| Arc::new(Self::of(entry, parts))))
            .collect()
    }

    /// The place where the page states its address, otherwise the page's beginning.
    pub fn place_of_address(&self) -> Location {
        let stated = self
            .entry
            .meta
            .slug
            .as_ref()
            .or(self.entry.meta.address.as_ref());
        stated.map_or_else(
            || Location::start_of(&self.entry.source),
            |value| value.place.clone(),
        )
    }
}

fn is_index(source: &SourcePath) -> bool {
    source.stem().eq_ignore_ascii_case("index")
}

/// A path for comparison without regard to letter case and to the composition of its letters (NFC
/// or NFD).
pub(super) fn folded(path: &SourcePath) -> String {
    let path = path.as_str();
    if path.is_ascii() {
        path.to_ascii_lowercase()
    } else {
        path.nfc().flat_map(char::to_lowercase).nfc().collect()
    }
}

fn unportable_name(entry: &Entry, name: &str) -> Option<Diagnostic> {
    let source = &entry.source;
    if let Some(problem) = hidden_character_in_name(source) {
        return Some(problem);
    }
    let is_reserved = !is_folder_page(source) && addresses::is_reserved(name);
    let problem = || {
        Diagnostic::new(
            Code::UnportableName,
            format!("Windows reserves the name `{name}` for a device"),
        )
    };
    is_reserved.then(|| {
        problem()
            .at(Location::start_of(source))
            .help("rename the file")
    })
}

/// Reports a file name that contains an invisible character.
pub(super) fn hidden_character_in_name(source: &SourcePath) -> Option<Diagnostic> {
    let c = first_hidden(source.as_str())?;
    let what = if is_bidi_control(c) {
        "a character that changes the direction of text"
    } else {
        "a control character"
    };
    let message = format!("the file name contains {what}, U+{:04X}", u32::from(c));
    Some(
        Diagnostic::new(Code::HiddenCharacter, message)
            .at(Location::start_of(source))
            .help("rename the file"),
    )
}
