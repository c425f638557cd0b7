//! Caches the stamps of published files from when they were last written or read, so that unchanged
//! files need not be read. It does the same for folders that contain only Handsel's files, so that
//! they need not be listed.
//!
//! If there is no stamp, or it differs, the file is read. So changes by others are noticed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use rayon::prelude::*;

use super::existing::{CachedFolders, ExistingEntry, ExistingOutput, folders_of};
use super::{PublisherState, StagedFile};
use crate::cache::{self, CacheStore};
use crate::disk::stamp::{is_settled, now_ns, stamp};
use crate::fingerprint::Fingerprint;
use crate::paths::{OutputPath, SourcePath};
use crate::source::Stamp;

/// How many output folders the cache keeps.
const FOLDERS_MAX: usize = 8;

/// The cached stamps of one output folder.
#[derive(Debug, Default)]
pub struct OutputStamps {
    name: String,
    files: FileStamps,
    folders: FolderStamps,
}

/// The stamps and fingerprints of files.
type FileStamps = BTreeMap<OutputPath, (Stamp, Fingerprint)>;

/// The stamps of folders. A folder has one if it contains only files and folders that are known
/// here.
type FolderStamps = BTreeMap<Box<str>, Option<Stamp>>;

impl OutputStamps {
    pub fn load(store: &dyn CacheStore, output: &Path) -> Self {
        let name = format!(
            "published-{}",
            Fingerprint::of(output.as_os_str().as_encoded_bytes())
        );
        let (files, folders) = cache::load(store, &name).unwrap_or_default();
        Self {
            name,
            files,
            folders,
        }
    }

    /// The entries of the folders that have a stamp.
    pub fn known_folders(&self) -> CachedFolders<'_> {
        let with_stamp = self
            .folders
            .iter()
            .filter_map(|(folder, stamp)| Some((&**folder, ((*stamp)?, Vec::new()))));
        let mut known: CachedFolders = HashMap::with_capacity(self.folders.len());
        known.extend(with_stamp);
        let mut add = |path: &str, found| {
            if let Some((_, entries)) = known.get_mut(folder_of(path)) {
                entries.push((path.into(), found));
            }
        };
        self.files
            .keys()
            .for_each(|path| add(path.as_str(), ExistingEntry::File));
        self.folders
            .keys()
            .for_each(|path| add(path, ExistingEntry::Folder));
        known
    }

    /// The size of a file in bytes, if its stamp shows that it has this fingerprint.
    pub fn size_of(&self, output: &Path, path: &OutputPath, hash: Fingerprint) -> Option<u64> {
        let (known, known_hash) = self.files.get(path)?;
        (*known_hash == hash && stamp(output, &source_path(path)?) == Some(*known))
            .then_some(known.size)
    }

    /// Saves the stamps of the published files. `existing` is the output folder before the commit.
    pub fn save(
        &self,
        store: &dyn CacheStore,
        output: &Path,
        staged: &BTreeMap<OutputPath, StagedFile>,
        existing: &ExistingOutput,
    ) {
        let is_as_known = staged.len() == self.files.len()
            && staged
                .values()
                .all(|staged| matches!(staged.state, PublisherState::Same { by_stamp: true }));
        if is_as_known && existing.settled.values().all(|(_, is_listed)| !is_listed) {
            return;
        }
        let now = now_ns();
        let all: Vec<(&OutputPath, &StagedFile)> = staged.iter().collect();
        let stamps = all
            .par_iter()
            .with_min_len(128)
            .filter_map(|(path, staged)| {
                let stamp = match staged.state {
                    PublisherState::Same { by_stamp: true } => self.files.get(*path)?.0,
                    _ => stamp(output, &source_path(path)?)
                        .filter(|stamp| is_settled(stamp, now) && stamp.size == staged.length)?,
                };
                Some(((*path).clone(), (stamp, staged.fingerprint)))
            });
        let files: FileStamps = stamps.collect();
        let folders = folders(existing, &files);
        if files == self.files && folders == self.folders {
            return;
        }
        let others: Vec<String> = store
            .names("published-")
            .into_iter()
            .filter(|name| *name != self.name)
            .collect();
        others
            .iter()
            .skip(FOLDERS_MAX - 1)
            .for_each(|name| store.remove(name));
        cache::save(store, &self.name, &(files, folders));
    }
}

/// The folders before the commit, with their stamps if they are settled and contain only known
/// files. A folder that this build changes gets a different stamp, so the next build lists it.
fn folders(existing: &ExistingOutput, files: &FileStamps) -> FolderStamps {
    let is_known = |path: &str, found| match found {
        ExistingEntry::File => files.contains_key(path),
        ExistingEntry::Folder => true,
        ExistingEntry::Other => false,
    };
    let all = existing.found.iter();
    let mixed: HashSet<&str> = all
        .clone()
        .filter(|(path, found)| !is_known(path, **found))
        .map(|(path, _)| folder_of(path))
        .collect();
    let folders = all
        .filter(|(_, found)| **found == ExistingEntry::Folder)
        .map(|(folder, _)| {
            let settled = existing
                .settled
                .get(folder)
                .filter(|_| !mixed.contains(&**folder));
            (folder.clone(), settled.map(|(stamp, _)| *stamp))
        });
    folders.collect()
}

/// The folder that contains a path; the output folder is the empty path.
fn folder_of(path: &str) -> &str {
    folders_of(path).next().unwrap_or("")
}

/// The path of an output as a `SourcePath`, the type that functions for stamps take.
fn source_path(path: &OutputPath) -> Option<SourcePath> {
    SourcePath::new(path.as_str()).ok()
}
