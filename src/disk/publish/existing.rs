//! Lists the output folder once before a build, so that the disk is not asked for each page.
//!
//! Adding, removing or renaming an entry changes the times of its folder. So a folder with an
//! unchanged stamp need not be listed again. See DECISIONS: "A folder of the output with an
//! unchanged stamp is not listed".

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use rayon::prelude::*;

use super::workspace::OWN_NAMES;
use crate::disk::stamp::{folder_stamp, is_settled, now_ns};
use crate::source::Stamp;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExistingEntry {
    File,
    Folder,
    /// A link, a special file, or a folder that cannot be read.
    Other,
}

/// Everything below the output folder, except for Handsel's own files and `.git`.
#[derive(Debug, Default)]
pub struct ExistingOutput {
    pub found: HashMap<Box<str>, ExistingEntry>,
    /// Folders with a settled stamp, each with whether it was listed.
    pub settled: HashMap<Box<str>, (Stamp, bool)>,
}

/// The entries of a folder.
pub type FolderEntries = Vec<(Box<str>, ExistingEntry)>;

/// The entries of folders, which are valid for folders that still have this stamp.
pub type CachedFolders<'a> = HashMap<&'a str, (Stamp, FolderEntries)>;

/// What exists at a path, or in the place of one of its folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathOccupant<'a> {
    /// The path does not exist, but its folder does.
    Free,
    /// The path exists.
    Taken(ExistingEntry),
    /// The folder of the path does not exist. `top` is the outermost missing folder, and `over` is
    /// what exists in its place.
    Below {
        top: &'a str,
        over: Option<ExistingEntry>,
    },
}

impl ExistingOutput {
    /// Lists the output folder. `known` has the folders that need not be listed if their stamp is
    /// unchanged.
    ///
    /// # Errors
    /// When the output folder itself cannot be listed.
    pub fn scan(output: &Path, known: &CachedFolders) -> io::Result<Self> {
        let mut existing = ExistingOutput::default();
        let mut folders: Vec<Box<str>> = vec!["".into()];
        // The clock is read before the folders, so a folder that changes in between is not settled.
        let now = now_ns();
        while !folders.is_empty() {
            let listed: Vec<_> = folders
                .par_iter()
                .map(|folder| list_folder(output, folder, known, now))
                .collect();
            let mut next = Vec::new();
            for (folder, listed) in folders.into_iter().zip(listed) {
                match listed {
                    Ok((entries, settled)) => {
                        next.extend(
                            entries
                                .iter()
                                .filter(|(_, found)| *found == ExistingEntry::Folder)
                                .map(|(path, _)| path.clone()),
                        );
                        existing.found.extend(entries);
                        existing
                            .settled
                            .extend(settled.map(|settled| (folder, settled)));
                    }
                    Err(error) if folder.is_empty() => return Err(error),
                    Err(_) => drop(existing.found.insert(folder, ExistingEntry::Other)),
                }
            }
            folders = next;
        }
        Ok(existing)
    }

    pub fn get(&self, path: &str) -> Option<ExistingEntry> {
        self.found.get(path).copied()
    }

    pub fn occupant<'a>(&self, path: &'a str) -> PathOccupant<'a> {
        if let Some(found) = self.get(path) {
            return PathOccupant::Taken(found);
        }
        let missing = folders_of(path)
            .map(|folder| (folder, self.get(folder)))
            .filter(|(_, found)| *found != Some(ExistingEntry::Folder))
            .last();
        match missing {
            None => PathOccupant::Free,
            Some((top, over)) => PathOccupant::Below { top, over },
        }
    }
}

/// The folders that contain a path, innermost first, without the output folder: `a/b/c` gives
/// `a/b`, `a`.
pub fn folders_of(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(path.rsplit_once('/'), |(folder, _)| folder.rsplit_once('/'))
        .map(|(folder, _)| folder)
}

/// The entries of a folder, and its stamp if that is settled, with whether it was listed.
fn list_folder(
    output: &Path,
    folder: &str,
    known: &CachedFolders,
    now: i64,
) -> io::Result<(FolderEntries, Option<(Stamp, bool)>)> {
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

fn list(output: &Path, folder: &str) -> io::Result<FolderEntries> {
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
            () if kind.is_dir() => ExistingEntry::Folder,
            () if kind.is_file() => ExistingEntry::File,
            () => ExistingEntry::Other,
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
            ("a", ExistingEntry::Folder),
            ("a/b", ExistingEntry::File),
            ("l", ExistingEntry::Other),
        ]
        .map(|(path, found)| (path.into(), found))
        .into();
        let existing = ExistingOutput {
            found: existing,
            ..ExistingOutput::default()
        };
        assert_eq!(
            existing.occupant("a/b"),
            PathOccupant::Taken(ExistingEntry::File)
        );
        assert_eq!(existing.occupant("a/c"), PathOccupant::Free);
        assert_eq!(existing.occupant("c"), PathOccupant::Free);
        assert_eq!(
            existing.occupant("x/y/z"),
            PathOccupant::Below {
                top: "x",
                over: None
            }
        );
        assert_eq!(
            existing.occupant("a/x/y/z"),
            PathOccupant::Below {
                top: "a/x",
                over: None
            }
        );
        assert_eq!(
            existing.occupant("a/b/c/d"),
            PathOccupant::Below {
                top: "a/b",
                over: Some(ExistingEntry::File)
            }
        );
        assert_eq!(
            existing.occupant("l/x"),
            PathOccupant::Below {
                top: "l",
                over: Some(ExistingEntry::Other)
            }
        );
    }
}
