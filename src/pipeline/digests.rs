//! What the search needs of the pages that a build parsed, kept until the index is made: in memory while there is little of it,
//! put aside then, so that memory does not grow with the text of a site.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::memory::Memory;
use crate::memo::aside::{Aside, Put};
use crate::output::search::digest::Digest;
use crate::paths::SourcePath;

/// So much is kept in memory, all digests together.
const IN_MEMORY_BYTES: usize = 8 << 20;

/// Digests by their pages' sources.
#[derive(Default)]
pub struct FreshDigests {
    all: BTreeMap<SourcePath, Kept>,
    aside: OnceLock<Option<Aside>>,
    in_memory: AtomicUsize,
}

/// A digest until it is asked for.
pub enum Kept {
    InMemory(Digest),
    Aside { words: Put, text: Put },
}

impl FreshDigests {
    /// Finds a place for a digest; called from many threads.
    pub fn place(&self, digest: Digest, memory: &Memory) -> Kept {
        let size = digest.words.0.len() + digest.text.0.len();
        if self.in_memory.fetch_add(size, Ordering::Relaxed) + size <= IN_MEMORY_BYTES {
            return Kept::InMemory(digest);
        }
        let aside = self.aside.get_or_init(|| memory.aside()).as_ref();
        let put = aside.and_then(|aside| Some((aside.put(&digest.words.0).ok()?, aside.put(&digest.text.0).ok()?)));
        match put {
            Some((words, text)) => Kept::Aside { words, text },
            None => Kept::InMemory(digest),
        }
    }

    pub fn insert(&mut self, source: SourcePath, kept: Kept) {
        self.all.insert(source, kept);
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn contains(&self, source: &SourcePath) -> bool {
        self.all.contains_key(source)
    }

    /// The words of a page; `None` also where they were put aside and cannot be read any more.
    pub fn words(&self, source: &SourcePath) -> Option<Cow<'_, [u8]>> {
        match self.all.get(source)? {
            Kept::InMemory(digest) => Some(Cow::Borrowed(&digest.words.0)),
            Kept::Aside { words, .. } => self.take(*words),
        }
    }

    /// The packed text of a page; `None` also where it was put aside and cannot be read any more.
    pub fn text(&self, source: &SourcePath) -> Option<Cow<'_, [u8]>> {
        match self.all.get(source)? {
            Kept::InMemory(digest) => Some(Cow::Borrowed(&digest.text.0)),
            Kept::Aside { text, .. } => self.take(*text),
        }
    }

    fn take(&self, put: Put) -> Option<Cow<'_, [u8]>> {
        self.aside.get()?.as_ref()?.take(put).ok().map(Cow::Owned)
    }
}
