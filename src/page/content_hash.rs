//! Hashes of views, derived from their fields.
//!
//! A view derives [`Hash`], so a field that is added to it is part of its hash: there is no list of
//! fields to keep. [`ContentHash`] turns that into a [`Fingerprint`]. What is not content, such as
//! the number of a page, is marked by its type ([`PageRef`]).

use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;

use crate::fingerprint::Fingerprint;
use crate::site::PageId;

/// A value that its content identifies.
pub trait ContentHash {
    /// The fingerprint of all fields.
    fn content_hash(&self) -> Fingerprint;
}

impl<T: Hash + ?Sized> ContentHash for T {
    fn content_hash(&self) -> Fingerprint {
        let mut bytes = ContentBytes(Vec::with_capacity(1 << 10));
        self.hash(&mut bytes);
        Fingerprint::of(bytes.0)
    }
}

/// Collects what [`Hash`] writes. The standard library writes the length of each list and an end
/// mark after each text, so different values give different bytes.
struct ContentBytes(Vec<u8>);

impl Hasher for ContentBytes {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Required by the trait; the whole hash is that of `content_hash`.
    fn finish(&self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&Fingerprint::of(&self.0).as_bytes()[..8]);
        u64::from_le_bytes(first)
    }
}

/// A part that many views show, with the fingerprint of its content. In the hash of a view, the
/// fingerprint stands for the part.
#[derive(Clone, Debug)]
pub struct SharedPart<T> {
    content: T,
    hash: Fingerprint,
}

impl<T: Hash> SharedPart<T> {
    pub fn new(content: T) -> Arc<Self> {
        let hash = content.content_hash();
        Arc::new(SharedPart { content, hash })
    }
}

impl<T> SharedPart<T> {
    /// The fingerprint of the content.
    pub fn fingerprint(&self) -> Fingerprint {
        self.hash
    }
}

impl<T> Deref for SharedPart<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.content
    }
}

impl<T> Hash for SharedPart<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.hash.as_bytes());
    }
}

impl<T> PartialEq for SharedPart<T> {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

/// The page that a part of a view is about. It identifies the page within one site and is not
/// content: a page's number changes when other pages come and go, and no template sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageRef(pub PageId);

impl Hash for PageRef {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// A JSON value. Its hash is that of its text, which has everything that a template can see.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct JsonValue(pub serde_json::Value);

impl Hash for JsonValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_string().hash(state);
    }
}

impl From<serde_json::Value> for JsonValue {
    fn from(value: serde_json::Value) -> Self {
        JsonValue(value)
    }
}

/// A number in a view.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct NumberValue(pub f64);

impl Hash for NumberValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// The fingerprint of a serializable value, for names and keys that outlive one version of the
/// program.
pub fn hash_of(what: &impl Serialize) -> Fingerprint {
    Fingerprint::of(postcard::to_allocvec(what).expect("plain values can be written to memory"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Hash)]
    struct View {
        title: &'static str,
        page: PageRef,
        extra: JsonValue,
    }

    fn view(title: &'static str, page: usize, extra: &str) -> View {
        View {
            title,
            page: PageRef(PageId::new(page)),
            extra: JsonValue(serde_json::from_str(extra).expect("the test writes JSON")),
        }
    }

    #[test]
    fn every_field_but_a_pages_number_is_hashed() {
        let hash = view("a", 0, "{}").content_hash();
        assert_ne!(hash, view("b", 0, "{}").content_hash());
        assert_ne!(hash, view("a", 0, "[]").content_hash());
        assert_eq!(hash, view("a", 1, "{}").content_hash());
    }

    #[test]
    fn texts_and_lists_do_not_run_together() {
        assert_ne!(("ab", "c").content_hash(), ("a", "bc").content_hash());
        let [one, other] = [[vec![1], vec![2, 3]], [vec![1, 2], vec![3]]];
        assert_ne!(one.content_hash(), other.content_hash());
    }

    #[test]
    fn a_shared_part_counts_by_its_content() {
        let hash = |text: &'static str| (SharedPart::new(text), 1).content_hash();
        assert_eq!(hash("a"), hash("a"));
        assert_ne!(hash("a"), hash("b"));
    }
}
