//! The known hashes of source files: those of files whose stamps are unchanged, and those of files
//! read now.
//!
//! It wraps the files, so that everything that is read through it leaves its hash. At the end of a
//! build it returns what the next build may take as known.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use crate::diagnostic::Checked;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::paths::SourcePath;
use crate::source::{Files, ListingRules, ScannedFiles, Stamp};

/// A file that was read once: its stamp at that time, and the fingerprint of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFile {
    stamp: Option<Stamp>,
    hash: Fingerprint,
}

impl KnownFile {
    /// A file that has to be read to know whether it is unchanged.
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
    /// The stamp of each listed file, taken before any was read.
    stamps: HashMap<SourcePath, Stamp>,
    before: KnownFiles,
    /// The fingerprints of files read now.
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

    /// Takes the stamps of these files. A file that was read before this call has no valid stamp.
    pub fn stamp(&mut self, sources: &[SourcePath]) {
        let stamps = self.files.stamps(sources);
        let fresh = self.fresh();
        let unread = sources
            .iter()
            .zip(stamps)
            .filter(|(path, _)| !fresh.contains_key(*path));
        let stamps = unread
            .filter_map(|(path, stamp)| Some((path.clone(), stamp?)))
            .collect();
        drop(fresh);
        self.stamps = stamps;
    }

    /// The fingerprint of a file's bytes, which are read if necessary.
    ///
    /// # Errors
    /// The errors of reading the file.
    pub fn hash_of(&self, path: &SourcePath) -> io::Result<Fingerprint> {
        self.hash(path)
    }

    /// The fingerprint of everything that a build of these sources can have read. It is equal if
    /// the same files exist and every file that was ever read has the same bytes.
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

    /// What the next build may take as known about these sources.
    pub fn into_known(self, sources: &[SourcePath]) -> KnownFiles {
        let fresh = self.fresh().clone();
        let known = |path: &SourcePath| {
            let known = match fresh.get(path).copied().or_else(|| self.known(path)) {
                Some(hash) => KnownFile {
                    stamp: self.stamps.get(path).copied(),
                    hash,
                },
                // The file changed since it was read and was not read now, so its stamp does not
                // belong to these bytes.
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

/// Represents a file that could not be read. If it becomes readable later, that is a change.
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

    /// A site in memory with the same stamp for every file.
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
        // The file changed and was only listed, not read.
        let second = open(&with("b", 2), first, false);
        let files = with("b", 2);
        let mut ledger = FileHashes::new(&files, second);
        ledger.stamp(&sources);
        assert_eq!(ledger.known(&path), None);
        assert_eq!(ledger.hash_of(&path).ok(), Some(Fingerprint::of("b")));
    }
}
