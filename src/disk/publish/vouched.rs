//! What vouches for published files without reading them: their stamps when they were last written or read, kept in the cache.
//!
//! Without it, or where a stamp differs, a file is read. So nothing is believed that others may have changed.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::Staged;
use crate::disk::stamp::{is_settled, now_ns, stamp};
use crate::fingerprint::Fingerprint;
use crate::memo::{self, Store};
use crate::paths::{OutputPath, SourcePath};
use crate::source::Stamp;

/// Output folders that are remembered.
const FOLDERS_MAX: usize = 8;

/// Stamps and fingerprints of the files in one output folder.
#[derive(Debug, Default)]
pub struct Vouched {
    name: String,
    files: BTreeMap<OutputPath, (Stamp, Fingerprint)>,
}

impl Vouched {
    pub fn recall(store: &dyn Store, output: &Path) -> Self {
        let name = format!("published-{}", Fingerprint::of(output.as_os_str().as_encoded_bytes()));
        Self { files: memo::recall(store, &name).unwrap_or_default(), name }
    }

    /// The size of a file, when its stamp says that it has this fingerprint.
    pub fn size_of(&self, output: &Path, path: &OutputPath, print: Fingerprint) -> Option<u64> {
        let (known, known_print) = self.files.get(path)?;
        (*known_print == print && stamp(output, &source_path(path)?) == Some(*known)).then_some(known.size)
    }

    /// Keeps the stamps of what is published now.
    pub fn remember(&self, store: &dyn Store, output: &Path, staged: &BTreeMap<OutputPath, Staged>) {
        let now = now_ns();
        let all: Vec<(&OutputPath, &Staged)> = staged.iter().collect();
        let stamps = all.par_iter().with_min_len(128).filter_map(|(path, staged)| {
            let stamp = stamp(output, &source_path(path)?).filter(|stamp| is_settled(stamp, now) && stamp.size == staged.length)?;
            Some(((*path).clone(), (stamp, staged.fingerprint)))
        });
        let files: BTreeMap<OutputPath, (Stamp, Fingerprint)> = stamps.collect();
        if files == self.files {
            return;
        }
        let others: Vec<String> = store.names("published-").into_iter().filter(|name| *name != self.name).collect();
        others.iter().skip(FOLDERS_MAX - 1).for_each(|name| store.remove(name));
        memo::remember(store, &self.name, &files);
    }
}

/// A path of the output folder, for those who ask the disk about paths below a folder.
fn source_path(path: &OutputPath) -> Option<SourcePath> {
    SourcePath::new(path.as_str()).ok()
}
