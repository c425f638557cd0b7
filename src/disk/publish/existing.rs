//! What lies in the output folder before a build: asked of the disk once, so that no page asks for
//! itself.
//!
//! Whatever comes into a folder, leaves it or gets another name there changes the folder's own
//! times. So a folder with the stamp of before need not be listed again.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::workspace::OWN_NAMES;
use crate::disk::stamp::{folder_stamp, is_settled, now_ns};
use crate::source::Stamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    File,
    Folder,
    /// A link, a pipe, a folder that may not be read.
    Other,
}

/// Everything below the output folder but what is ours by name, and `.git`.
#[derive(Debug, Default)]
pub struct Existing {
    pub found: HashMap<Box<str>, Found>,
    /// Folders whose stamp vouches for what was found in them, each with whether it had to be
    /// listed.
    pub settled: HashMap<Box<str>, (Stamp, bool)>,
}

/// What a folder holds.
pub type Entries = Vec<(Box<str>, Found)>;

/// Folders whose entries are known as long as they have this stamp.
pub type KnownFolders<'a> = HashMap<&'a str, (Stamp, Entries)>;

/// Where a path stands among what exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Its folder exists; it does not.
    Free,
    /// Something of its name exists.
    Taken(Found),
    /// Its folder does not exist; `top` is the outermost folder missing, and `over` what has its
    /// place.
    Below { top: &'a str, over: Option<Found> },
}

impl Existing {
    /// # Errors
    /// When the output folder itself cannot be listed.
    pub fn scan(output: &Path, known: &KnownFolders) -> io::Result<Self> {
        let mut existing = Existing::default();
        let mut folders: Vec<Box<str>> = vec!["".into()];
        // The clock is asked before the folders: one that changes meanwhile is then not settled.
        let now = now_ns();
        while !folders.is_empty() {
            let listed: Vec<_> = folders
                .par_iter()
                .map(|folder| look(output, folder, known, now))
                .collect();
            let mut next = Vec::new();
            for (folder, listed) in folders.into_iter().zip(listed) {
                match listed {
                    Ok((entries, settled)) => {
                        next.extend(
                            entries
                                .iter()
                                .filter(|(_, found)| *found == Found::Folder)
                                .map(|(path, _)| path.clone()),
                        );
                        existing.found.extend(entries);
                        existing
                            .settled
                            .extend(settled.map(|settled| (folder, settled)));
                    }
                    Err(error) if folder.is_empty() => return Err(error),
                    Err(_) => drop(existing.found.insert(folder, Found::Other)),
                }
            }
            folders = next;
        }
        Ok(existing)
    }

    pub fn get(&self, path: &str) -> Option<Found> {
        self.found.get(path).copied()
    }

    pub fn standing<'a>(&self, path: &'a str) -> Standing<'a> {
        if let Some(found) = self.get(path) {
            return Standing::Taken(found);
        }
        let missing = folders_of(path)
            .map(|folder| (folder, self.get(folder)))
            .filter(|(_, found)| *found != Some(Found::Folder))
            .last();
        match missing {
            None => Standing::Free,
            Some((top, over)) => Standing::Below { top, over },
        }
    }
}

/// The folders that a path lies in, innermost first, the output folder left out: `a/b/c` gives
/// `a/b`, `a`.
pub fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/'), |(folder, _)| folder.rsplit_once('/'))
        .map(|(folder, _)| folder)
}

/// What a folder holds, and the stamp that vouches for it, if one does, with whether it was listed.
fn look(
    output: &Path,
    folder: &str,
    known: &KnownFolders,
    now: i64,
) -> io::Result<(Entries, Option<(Stamp, bool)>)> {
    let stamp = folder_stamp(&output.join(folder)).filter(|_| !folder.is_empty());
    match (known.get(folder), stamp) {
        (Some((known, entries)), Some(stamp)) if *known == stamp => {
            Ok((entries.clone(), Some((stamp, false))))
        }
        _ => Ok((
            list(output, folder)?,
            stamp
                .filter(|stamp| is_settled(stamp, now))
                .map(|stamp| (stamp, true)),
        )),
    }
}

fn list(output: &Path, folder: &str) -> io::Result<Entries> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(output.join(folder))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if folder.is_empty() && (OWN_NAMES.contains(&&*name) || name == ".git") {
            continue;
        }
        let kind = entry.file_type()?;
        let found = match () {
            () if kind.is_dir() => Found::Folder,
            () if kind.is_file() => Found::File,
            () => Found::Other,
        };
        let path = if folder.is_empty() {
            name.into()
        } else {
            format!("{folder}/{name}").into()
        };
        entries.push((path, found));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standings() {
        let existing = [
            ("a", Found::Folder),
            ("a/b", Found::File),
            ("l", Found::Other),
        ]
        .map(|(path, found)| (path.into(), found))
        .into();
        let existing = Existing {
            found: existing,
            ..Existing::default()
        };
        assert_eq!(existing.standing("a/b"), Standing::Taken(Found::File));
        assert_eq!(existing.standing("a/c"), Standing::Free);
        assert_eq!(existing.standing("c"), Standing::Free);
        assert_eq!(
            existing.standing("x/y/z"),
            Standing::Below {
                top: "x",
                over: None
            }
        );
        assert_eq!(
            existing.standing("a/x/y/z"),
            Standing::Below {
                top: "a/x",
                over: None
            }
        );
        assert_eq!(
            existing.standing("a/b/c/d"),
            Standing::Below {
                top: "a/b",
                over: Some(Found::File)
            }
        );
        assert_eq!(
            existing.standing("l/x"),
            Standing::Below {
                top: "l",
                over: Some(Found::Other)
            }
        );
    }
}
