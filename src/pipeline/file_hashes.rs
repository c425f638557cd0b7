//! What is known of the bytes of each source: fingerprints of files that are vouched for by their
//! stamps, and of those read now.
//!
//! It stands before the files: whatever reads through it leaves the fingerprint of what it read. At
//! the end of a build it says what the next one may take as known.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use crate::diagnostic::Checked;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::paths::SourcePath;
use crate::source::{Files, ListingRules, ScannedFiles, Stamp};

/// A file that was read once: what vouched for it then, and the fingerprint of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFile {
    stamp: Option<Stamp>,
    hash: Fingerprint,
}

impl KnownFile {
    /// Of a file that has to be read to know that it is the same.
    pub fn unverified(hash: Fingerprint) -> Self {
        Self { stamp: None, hash }
    }

    pub fn hash(&self) -> Fingerprint {
        self.hash
    }

    /// Whether a file with this stamp is the one that was read.
    pub fn is_unchanged(&self, stamp: Option<Stamp>) -> bool {
        self.stamp.is_some() && self.stamp == stamp
    }
}

/// Files that were read, by path.
pub type KnownFiles = BTreeMap<SourcePath, KnownFile>;

pub struct FileHashes<'a> {
    files: &'a dyn Files,
    /// Of each listed file, as it was before any was read.
    stamps: HashMap<SourcePath, Stamp>,
    before: KnownFiles,
    /// Of files read now.
    fresh: Mutex<HashMap<SourcePath, Fingerprint>>,
}

impl<'a> FileHashes<'a> {
    pub fn new(files: &'a dyn Files, before: KnownFiles) -> Self {
        Self {
            files,
            stamps: HashMap::new(),
            before,
            fresh: Mutex::default(),
        }
    }

    /// Asks what vouches for these files. Nothing does for those that were read before it was
    /// asked.
    pub fn stamp(&mut self, sources: &[SourcePath]) {
        let stamps = self.files.stamps(sources);
        let fresh = self.fresh();
        let vouched = sources
            .iter()
            .zip(stamps)
            .filter(|(path, _)| !fresh.contains_key(*path));
        let stamps = vouched
            .filter_map(|(path, stamp)| Some((path.clone(), stamp?)))
            .collect();
        drop(fresh);
        self.stamps = stamps;
    }

    /// The fingerprint of a file's bytes, read if need be.
    ///
    /// # Errors
    /// Those of reading.
    pub fn hash_of(&self, path: &SourcePath) -> io::Result<Fingerprint> {
        self.hash(path)
    }

    /// The fingerprint of all that a build of these sources can have read: the same whenever every
    /// file is there that was, and every file that was ever read has the bytes that it had.
    pub fn sum(&self, sources: &[SourcePath]) -> Fingerprint {
        let fresh = self.fresh().clone();
        let mut hasher = Hasher::new();
        for path in sources {
            hasher.add(path.as_str());
            if fresh.contains_key(path) || self.before.contains_key(path) {
                hasher.add(
                    self.hash_of(path)
                        .unwrap_or_else(|_| unreadable())
                        .as_bytes(),
                );
            }
        }
        hasher.finish()
    }

    /// What the next build may take as known of these sources.
    pub fn into_known(self, sources: &[SourcePath]) -> KnownFiles {
        let fresh = self.fresh().clone();
        let known = |path: &SourcePath| {
            let known = match fresh.get(path).copied().or_else(|| self.known(path)) {
                Some(hash) => KnownFile {
                    stamp: self.stamps.get(path).copied(),
                    hash,
                },
                // It was read once and has changed since, but nobody read it now: its stamp says
                // nothing of these bytes.
                None => KnownFile::unverified(self.before.get(path)?.hash),
            };
            Some((path.clone(), known))
        };
        sources.iter().filter_map(known).collect()
    }

    fn fresh(&self) -> std::sync::MutexGuard<'_, HashMap<SourcePath, Fingerprint>> {
        self.fresh.lock().expect("no holder of this lock panics")
    }
}

/// Stands for a file that could not be read: should it be readable one day, that is a change.
pub fn unreadable() -> Fingerprint {
    Fingerprint::of("unreadable")
}

impl Files for FileHashes<'_> {
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>> {
        self.files.list(rules)
    }

    fn scan(&self, rules: &ListingRules, touched: &[SourcePath]) -> ScannedFiles {
        self.files.scan(rules, touched)
    }

    fn read(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
        let bytes = self.files.read(path);
        let hash = bytes
            .as_ref()
            .map_or_else(|_| unreadable(), Fingerprint::of);
        self.fresh().insert(path.clone(), hash);
        bytes
    }

    fn open(&self, path: &SourcePath) -> io::Result<Box<dyn io::Read + Send + '_>> {
        self.files.open(path)
    }

    fn open_at(&self, path: &SourcePath, from: u64) -> io::Result<Box<dyn io::Read + Send + '_>> {
        self.files.open_at(path, from)
    }

    fn length(&self, path: &SourcePath) -> io::Result<u64> {
        self.files.length(path)
    }

    fn hash(&self, path: &SourcePath) -> io::Result<Fingerprint> {
        if let Some(hash) = self.known(path) {
            return Ok(hash);
        }
        let hash = self.files.hash(path);
        self.fresh().insert(
            path.clone(),
            hash.as_ref().map_or_else(|_| unreadable(), |hash| *hash),
        );
        hash
    }

    fn known(&self, path: &SourcePath) -> Option<Fingerprint> {
        let before = self
            .before
            .get(path)
            .filter(|before| before.is_unchanged(self.stamps.get(path).copied()));
        before
            .map(KnownFile::hash)
            .or_else(|| self.fresh().get(path).copied())
    }

    fn stamps(&self, paths: &[SourcePath]) -> Vec<Option<Stamp>> {
        self.files.stamps(paths)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryFiles;

    /// A site in memory with one stamp for every file.
    struct StampedFiles(MemoryFiles, i64);

    impl Files for StampedFiles {
        fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>> {
            self.0.list(rules)
        }

        fn read(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
            self.0.read(path)
        }

        fn stamps(&self, paths: &[SourcePath]) -> Vec<Option<Stamp>> {
            vec![
                Some(Stamp {
                    size: 1,
                    modified_ns: self.1,
                    changed_ns: self.1,
                    inode: 1,
                    device: 1
                });
                paths.len()
            ]
        }
    }

    #[test]
    fn a_new_stamp_vouches_for_nothing_that_was_not_read() {
        let path = SourcePath::new("content/pic.svg").expect("inside");
        let sources = [path.clone()];
        let with = |text: &str, time| {
            let mut files = MemoryFiles::default();
            files.put(path.as_str(), text);
            StampedFiles(files, time)
        };
        let open = |files: &StampedFiles, before, reads: bool| {
            let mut ledger = FileHashes::new(files, before);
            ledger.stamp(&sources);
            if reads {
                ledger.read(&path).expect("it is there");
            }
            ledger.into_known(&sources)
        };
        let first = open(&with("a", 1), KnownFiles::new(), true);
        // Changed, and looked at by somebody who had no use for it.
        let second = open(&with("b", 2), first, false);
        let files = with("b", 2);
        let mut ledger = FileHashes::new(&files, second);
        ledger.stamp(&sources);
        assert_eq!(ledger.known(&path), None);
        assert_eq!(ledger.hash_of(&path).ok(), Some(Fingerprint::of("b")));
    }
}
