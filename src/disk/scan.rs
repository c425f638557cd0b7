//! Lists only the paths that may have changed, by the same rules as the full walk.
//!
//! It goes from the root to each touched path. In each folder on the way it reads the files that
//! decide what is listed. If the touched path is a folder, everything below it is listed. So a save
//! among 100,000 files costs only a few system calls.

use std::collections::{BTreeMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::walk::{EntryRule, FolderEntry, RULE_NAMES, Walk, WalkResult};
use crate::paths::SourcePath;
use crate::source::ListingRules;

/// What the full walk would find at or below the touched paths. `None` if a full walk is needed:
/// one of the paths is the root, a file that decides what is listed, or a name that is not UTF-8
/// and so has no unique path, or a folder cannot be read.
pub fn scan(root: &Path, rules: &ListingRules, touched: &[SourcePath]) -> Option<WalkResult> {
    if touched.iter().any(needs_all) {
        return None;
    }
    let mut walk = Walk::new(root, rules);
    descend(
        &mut walk,
        root,
        0,
        touched.iter().collect(),
        &mut |walk, folder, depth| walk.below(folder, depth),
    )
    .ok()?;
    // Whether a skipped folder contains Markdown depends on everything in it.
    if walk.excluded.iter().any(|folder| {
        touched
            .iter()
            .any(|path| path != folder && path.is_within(folder))
    }) {
        return None;
    }
    // Folders and rule files on the way are not touched themselves, and their results are already
    // known.
    let touched: HashSet<&str> = touched.iter().map(SourcePath::as_str).collect();
    let is_touched = |path: &SourcePath| path.and_folders().any(|path| touched.contains(path));
    walk.seen.files.retain(is_touched);
    walk.seen.problems.retain(|problem| {
        problem
            .location
            .as_ref()
            .is_some_and(|place| is_touched(&place.path))
    });
    Some(walk.seen)
}

/// Whether a change of this path needs a full walk.
pub fn needs_all(path: &SourcePath) -> bool {
    path.as_str().is_empty()
        || RULE_NAMES.contains(&path.name())
        || path.as_str().contains(char::REPLACEMENT_CHARACTER)
}

/// Called for each touched path that is a folder to enter, with its depth.
pub type ScanDepth<'r> = dyn FnMut(&mut Walk<'_>, &Path, usize) + 'r;

/// Classifies the touched paths below `folder`, whose own depth is `depth`, and calls `reach` for
/// those that are folders to enter.
pub fn descend(
    walk: &mut Walk<'_>,
    folder: &Path,
    depth: usize,
    touched: Vec<&SourcePath>,
    reach: &mut ScanDepth<'_>,
) -> io::Result<()> {
    let mut names = FolderNames {
        folder,
        listed: None,
    };
    // A folder that cannot be listed has no files for the full walk, even if a file in it can be
    // opened by its name.
    if fs::read_dir(folder).is_err() || !apply_rules(walk, &mut names, depth)? {
        return Ok(());
    }
    let mut by_name: BTreeMap<&str, Vec<&SourcePath>> = BTreeMap::new();
    for path in touched {
        by_name
            .entry(path.segments().nth(depth).unwrap_or_default())
            .or_default()
            .push(path);
    }
    for (name, touched) in by_name {
        let Some((path, metadata)) = names.find(name)? else {
            continue;
        };
        let entry = FolderEntry {
            path: &path,
            name: name.as_ref(),
            kind: metadata.file_type(),
            depth: depth + 1,
        };
        if walk.classify(&entry) != EntryRule::Enter {
            continue;
        }
        if touched
            .iter()
            .any(|path| path.segments().count() == depth + 1)
        {
            reach(walk, &path, depth + 1);
        } else {
            descend(walk, &path, depth + 1, touched, reach)?;
        }
    }
    Ok(())
}

/// Classifies the files that decide what is listed in this folder. Returns false if the folder is
/// skipped.
fn apply_rules(walk: &mut Walk<'_>, names: &mut FolderNames<'_>, depth: usize) -> io::Result<bool> {
    for name in RULE_NAMES {
        let Some((path, metadata)) = names.find(name)? else {
            continue;
        };
        let entry = FolderEntry {
            path: &path,
            name: name.as_ref(),
            kind: metadata.file_type(),
            depth: depth + 1,
        };
        if walk.classify(&entry) == EntryRule::SkipFolder && !metadata.is_dir() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The names in a folder. They are listed only if the system may find a file by another spelling of
/// its name. Some systems find `guide.md` as `Guide.md`, so after a change of case both would seem
/// to exist.
struct FolderNames<'a> {
    folder: &'a Path,
    listed: Option<HashSet<OsString>>,
}

impl FolderNames<'_> {
    /// The entry with exactly this name; `None` if there is none. Symbolic links are not followed.
    fn find(&mut self, name: &str) -> io::Result<Option<(PathBuf, Metadata)>> {
        let path = self.folder.join(name);
        let Some(metadata) = path_state(&path)? else {
            return Ok(None);
        };
        if self.listed.is_none() && self.may_have_other_spelling(name)? {
            self.listed = Some(
                fs::read_dir(self.folder)?
                    .map(|entry| Ok(entry?.file_name()))
                    .collect::<io::Result<_>>()?,
            );
        }
        let is_exact = self
            .listed
            .as_ref()
            .is_none_or(|listed| listed.contains(OsStr::new(name)));
        Ok(is_exact.then_some((path, metadata)))
    }

    fn may_have_other_spelling(&self, name: &str) -> io::Result<bool> {
        // Apple's file systems also treat composed and decomposed accents as equal.
        if cfg!(target_vendor = "apple") && !name.is_ascii() {
            return Ok(true);
        }
        let other = other_case(name);
        Ok(other != name && path_state(&self.folder.join(other))?.is_some())
    }
}

/// The metadata of a path; `None` if it does not exist. Symbolic links are not followed.
pub fn path_state(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidFilename => Ok(None),
            _ => Err(error),
        },
    }
}

/// The name with upper case and lower case exchanged.
fn other_case(name: &str) -> String {
    let swap = |c: char| {
        if c.is_uppercase() {
            c.to_lowercase().collect::<String>()
        } else {
            c.to_uppercase().collect()
        }
    };
    name.chars().map(swap).collect()
}
