//! A site's files with changes applied: some under another path, some with other bytes.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use crate::diagnostic::Checked;
use crate::paths::SourcePath;
use crate::source::{Files, ListingRules};

/// The files below `base` after a move.
pub struct Overlay<'a> {
    pub base: &'a dyn Files,
    /// The new path of each file that moves, by its old path.
    pub moved: &'a BTreeMap<SourcePath, SourcePath>,
    /// The old paths, by the new paths.
    pub origins: BTreeMap<SourcePath, SourcePath>,
    /// Changed bytes, by the new path.
    pub edited: BTreeMap<SourcePath, Arc<[u8]>>,
}

impl<'a> Overlay<'a> {
    pub fn new(base: &'a dyn Files, moved: &'a BTreeMap<SourcePath, SourcePath>) -> Self {
        let origins = moved
            .iter()
            .map(|(old, new)| (new.clone(), old.clone()))
            .collect();
        Self {
            base,
            moved,
            origins,
            edited: BTreeMap::new(),
        }
    }

    /// The bytes of a file before the changes.
    pub fn original(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
        match self.origins.get(path) {
            Some(old) => self.base.read(old),
            None if self.moved.contains_key(path) => Err(io::ErrorKind::NotFound.into()),
            None => self.base.read(path),
        }
    }
}

impl Files for Overlay<'_> {
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>> {
        self.base.list(rules).map(|files| {
            let mut files: Vec<SourcePath> = files
                .into_iter()
                .map(|path| self.moved.get(&path).cloned().unwrap_or(path))
                .collect();
            files.sort_unstable();
            files
        })
    }

    fn read(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
        match self.edited.get(path) {
            Some(bytes) => Ok(Arc::clone(bytes)),
            None => self.original(path),
        }
    }
}
