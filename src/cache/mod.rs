//! Remembering: values under names, in a store that is never trusted. Knows nothing of websites.
//!
//! What is remembered is always an answer that could be worked out again, kept beside the
//! fingerprint of what it was worked out from; who recalls it compares fingerprints. So a store may
//! be empty, old, foreign or spoiled, and nothing but time is lost.

pub mod regular;
pub mod spill;
pub mod store;
mod version;

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use version::version;

/// A place that keeps bytes under plain names.
pub trait CacheStore: Send + Sync {
    /// The bytes of this name, exactly as they were written; `None` when there are none that can be
    /// trusted.
    fn read(&self, name: &str) -> Option<Vec<u8>>;

    /// Keeps bytes, in place of those of that name. What cannot be kept is done without.
    fn write(&self, name: &str, bytes: &[u8]);

    /// All names that begin so, sorted.
    fn names(&self, prefix: &str) -> Vec<String>;

    fn remove(&self, name: &str);

    /// Removes the oldest whose names begin so, until the others are together no larger than this.
    fn bound(&self, prefix: &str, bytes_max: u64);

    /// What went wrong, in words for people, each thing once.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Reads a value; `None` when there is none, or one of another form.
pub fn load<T: DeserializeOwned>(store: &dyn CacheStore, name: &str) -> Option<T> {
    postcard::from_bytes(&store.read(name)?).ok()
}

/// Keeps a value.
pub fn save<T: Serialize>(store: &dyn CacheStore, name: &str, value: &T) {
    store.write(
        name,
        &postcard::to_allocvec(value).expect("plain values can be written to memory"),
    );
}

/// A store in memory, for tests and for one process.
#[derive(Debug, Default)]
pub struct MemoryStore(pub Mutex<BTreeMap<String, Vec<u8>>>);

impl CacheStore for MemoryStore {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.0
            .lock()
            .expect("no holder of this lock panics")
            .get(name)
            .cloned()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        self.0
            .lock()
            .expect("no holder of this lock panics")
            .insert(name.to_owned(), bytes.to_vec());
    }

    fn names(&self, prefix: &str) -> Vec<String> {
        self.0
            .lock()
            .expect("no holder of this lock panics")
            .keys()
            .filter(|name| name.starts_with(prefix))
            .cloned()
            .collect()
    }

    fn remove(&self, name: &str) {
        self.0
            .lock()
            .expect("no holder of this lock panics")
            .remove(name);
    }

    /// Nothing is old in a memory that ends with its process: the first by name go.
    fn bound(&self, prefix: &str, bytes_max: u64) {
        let mut all = self.0.lock().expect("no holder of this lock panics");
        let mut size: u64 = all
            .iter()
            .filter(|(name, _)| name.starts_with(prefix))
            .map(|(_, bytes)| bytes.len() as u64)
            .sum();
        all.retain(|name, bytes| {
            let goes = size > bytes_max && name.starts_with(prefix);
            size -= if goes { bytes.len() as u64 } else { 0 };
            !goes
        });
    }
}
