//! Stores the search digests of the pages that a build parsed until the index is made. The first
//! ones stay in memory and the rest go to a temporary file, so that memory does not grow with the
//! text of a site.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::build_cache::BuildCache;
use crate::cache::spill::{MemoryBudget, SpillRange};
use crate::output::search::digest::SearchDigest;
use crate::paths::SourcePath;

/// Digests by the sources of their pages.
#[derive(Default)]
pub struct NewDigests {
    all: BTreeMap<SourcePath, StoredDigest>,
    overflow: MemoryBudget,
}

/// A digest until it is used.
pub enum StoredDigest {
    InMemory(SearchDigest),
    Aside { words: SpillRange, text: SpillRange },
}

impl NewDigests {
    /// Stores a digest. Called from many threads.
    pub fn place(&self, digest: SearchDigest, memory: &BuildCache) -> StoredDigest {
        let size = digest.words.0.len() + digest.text.0.len();
        if self.overflow.has_room(size) {
            return StoredDigest::InMemory(digest);
        }
        let put = |bytes: &[u8]| self.overflow.put(bytes, || memory.spill());
        let put = put(&digest.words.0).zip(put(&digest.text.0));
        match put {
            Some((words, text)) => StoredDigest::Aside { words, text },
            None => StoredDigest::InMemory(digest),
        }
    }

    pub fn insert(&mut self, source: SourcePath, kept: StoredDigest) {
        self.all.insert(source, kept);
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn contains(&self, source: &SourcePath) -> bool {
        self.all.contains_key(source)
    }

    /// The words of a page; `None` also if they were spilled and cannot be read.
    pub fn words(&self, source: &SourcePath) -> Option<Cow<'_, [u8]>> {
        match self.all.get(source)? {
            StoredDigest::InMemory(digest) => Some(Cow::Borrowed(&digest.words.0)),
            StoredDigest::Aside { words, .. } => self.take(*words),
        }
    }

    /// The packed text of a page; `None` also if it was spilled and cannot be read.
    pub fn text(&self, source: &SourcePath) -> Option<Cow<'_, [u8]>> {
        match self.all.get(source)? {
            StoredDigest::InMemory(digest) => Some(Cow::Borrowed(&digest.text.0)),
            StoredDigest::Aside { text, .. } => self.take(*text),
        }
    }

    fn take(&self, put: SpillRange) -> Option<Cow<'_, [u8]>> {
        self.overflow.take(put).map(Cow::Owned)
    }
}
