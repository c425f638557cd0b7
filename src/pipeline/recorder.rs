//! Records which files are read, so that a session knows which files its first step depends on.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};

use super::file_hashes::unreadable;
use crate::diagnostic::Checked;
use crate::fingerprint::Fingerprint;
use crate::paths::SourcePath;
use crate::source::{Files, ListingRules, ScannedFiles, Stamp};

/// Files that record what is read of them. If a listing is given, it replaces a new one.
pub struct RecordingFiles<'a> {
    files: &'a dyn Files,
    given: Option<(ListingRules, &'a [SourcePath])>,
    recording: Mutex<Recording>,
}

/// The recorded reads.
#[derive(Default)]
pub struct Recording {
    /// The listing, if it had to be made.
    pub listed: Option<Checked<Vec<SourcePath>>>,
    pub reads: HashMap<SourcePath, Fingerprint>,
}

impl<'a> RecordingFiles<'a> {
    pub fn new(files: &'a dyn Files, given: Option<(ListingRules, &'a [SourcePath])>) -> Self {
        RecordingFiles {
            files,
            given,
            recording: Mutex::default(),
        }
    }

    pub fn done(self) -> Recording {
        self.recording
            .into_inner()
            .expect("no holder of this lock panics")
    }

    fn note(&self) -> std::sync::MutexGuard<'_, Recording> {
        self.recording
            .lock()
            .expect("no holder of this lock panics")
    }
}

impl Files for RecordingFiles<'_> {
    /// Returns the listing without its problems, which are kept separately.
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>> {
        if let Some((_, sources)) = self.given.as_ref().filter(|(given, _)| given == rules) {
            return Checked::ok(sources.to_vec());
        }
        let listed = self.files.list(rules);
        let sources = listed.value.clone();
        self.note().listed = Some(listed);
        Checked::ok(sources)
    }

    fn scan(&self, rules: &ListingRules, touched: &[SourcePath]) -> ScannedFiles {
        self.files.scan(rules, touched)
    }

    fn read(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
        let bytes = self.files.read(path);
        self.note().reads.insert(
            path.clone(),
            bytes
                .as_ref()
                .map_or_else(|_| unreadable(), Fingerprint::of),
        );
        bytes
    }

    fn open(&self, path: &SourcePath) -> io::Result<Box<dyn io::Read + Send + '_>> {
        self.hash(path)?;
        self.files.open(path)
    }

    fn hash(&self, path: &SourcePath) -> io::Result<Fingerprint> {
        let hash = self.files.hash(path);
        self.note().reads.insert(
            path.clone(),
            hash.as_ref().map_or_else(|_| unreadable(), |hash| *hash),
        );
        hash
    }

    fn stamps(&self, paths: &[SourcePath]) -> Vec<Option<Stamp>> {
        self.files.stamps(paths)
    }
}
