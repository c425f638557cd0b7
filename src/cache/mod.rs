//! A cache: values by name, in a store that is never trusted. It knows nothing about websites.
//!
//! A cached value can always be computed again. It is stored with the fingerprint of its inputs,
//! and the caller compares fingerprints. If a store is empty, outdated, foreign or damaged, the
//! only loss is time.

pub mod regular;
pub mod spill;
pub mod store;
mod version;

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use version::version;

/// A place that stores bytes under plain names.
pub trait CacheStore: Send + Sync {
    /// The bytes stored under this name, exactly as they were written; `None` if there are none or
    /// they cannot be trusted.
    fn read(&self, name: &str) -> Option<Vec<u8>>;

    /// Stores bytes, replacing those under the same name. Failures are ignored.
    fn write(&self, name: &str, bytes: &[u8]);

    /// All names with this prefix, sorted.
    fn names(&self, prefix: &str) -> Vec<String>;

    fn remove(&self, name: &str);

    /// Removes the oldest entries with this prefix until the rest have at most `bytes_max` bytes
    /// together.
    fn bound(&self, prefix: &str, bytes_max: u64);

    /// Problems with the store, worded for people, each once.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Reads a value; `None` if there is none, or if it has another form.
pub fn load<T: DeserializeOwned>(store: &dyn CacheStore, name: &str) -> Option<T> {
    postcard::from_bytes(&store.read(name)?).ok()
}

/// Writes a value.
pub fn save<T: Serialize>(store: &dyn CacheStore, name: &str, value: &T) {
    store.write(
        name,
        &postcard::to_allocvec(value).expect("plain values can be serialized"),
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

    /// Entries in memory have no age, so the first ones by name are removed.
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
