//! A walk that goes only where something may have changed, judged by the rules of the full one.
//!
//! From the root down it meets each folder on the way to a touched place, with the files there that
//! say what counts, then the place itself and, if that is a folder, all below it. A save among
//! 100,000 files so costs a few questions to the disk.

use std::collections::{BTreeMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::walk::{EntryRule, FolderEntry, RULE_NAMES, Walk, WalkResult};
use crate::paths::SourcePath;
use crate::source::ListingRules;

/// What the full walk would find at or below the touched paths. `None` when only the full walk can
/// tell: the root is touched, a file that says what is listed, or a name that is not UTF-8 and so
/// has no path of its own; or the disk refuses.
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
    // Whether a folder that is not read holds Markdown depends on all that is in it.
    if walk.excluded.iter().any(|folder| {
        touched
            .iter()
            .any(|path| path != folder && path.is_within(folder))
    }) {
        return None;
    }
    // On the way, folders and rule files were judged again that are not touched; what they give has
    // been told before.
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

/// Whether only the full walk can tell what a change of this path changes.
pub fn needs_all(path: &SourcePath) -> bool {
    path.as_str().is_empty()
        || RULE_NAMES.contains(&path.name())
        || path.as_str().contains(char::REPLACEMENT_CHARACTER)
}

/// What is done with a touched folder that the rules let in; the number is its depth.
pub type ScanDepth<'r> = dyn FnMut(&mut Walk<'_>, &Path, usize) + 'r;

/// Judges what is touched below a folder that is entered; `depth` is the folder's own.
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
    // A folder that cannot be listed gives nothing, though a file in it might be reached by its
    // name.
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

/// Judges the files that say how this folder is read; false when they say that it is not.
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

/// The names in a folder. They are read only where the system may answer to one that is written
/// otherwise: some take `Guide.md` for `guide.md`, and after a change of capitals both would seem
/// to be there.
struct FolderNames<'a> {
    folder: &'a Path,
    listed: Option<HashSet<OsString>>,
}

impl FolderNames<'_> {
    /// What is written exactly so, a link being itself; `None` when nothing is.
    fn find(&mut self, name: &str) -> io::Result<Option<(PathBuf, Metadata)>> {
        let path = self.folder.join(name);
        let Some(metadata) = path_state(&path)? else {
            return Ok(None);
        };
        if self.listed.is_none() && self.may_be_written_otherwise(name)? {
            self.listed = Some(
                fs::read_dir(self.folder)?
                    .map(|entry| Ok(entry?.file_name()))
                    .collect::<io::Result<_>>()?,
            );
        }
        let is_written_so = self
            .listed
            .as_ref()
            .is_none_or(|listed| listed.contains(OsStr::new(name)));
        Ok(is_written_so.then_some((path, metadata)))
    }

    fn may_be_written_otherwise(&self, name: &str) -> io::Result<bool> {
        // Apple's file systems also take an accent beside its letter for the letter with the
        // accent.
        if cfg!(target_vendor = "apple") && !name.is_ascii() {
            return Ok(true);
        }
        let other = other_case(name);
        Ok(other != name && path_state(&self.folder.join(other))?.is_some())
    }
}

/// What stands at a path, a link being itself; `None` when nothing does.
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

/// The name with its capitals small and its small letters capital.
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
