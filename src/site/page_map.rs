//! Pages by number: the identifier of a page within a site, and values stored for each page.

use std::ops::{Index, IndexMut};

/// Identifies a page of a site.
///
/// A page keeps its identifier while the site is updated, whatever is added or removed before it,
/// so identifiers say nothing about order. [`Site::ids`](super::Site::ids) has them in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageId(u32);

impl PageId {
    /// # Panics
    /// If `index` does not fit into 32 bits; a site cannot have that many pages.
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("fewer than 2^32 pages"))
    }

    /// The position of the page's value in a [`PageMap`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A value for each page, except for identifiers whose page no longer exists.
#[derive(Clone, Debug, PartialEq)]
pub struct PageMap<T>(Vec<Option<T>>);

impl<T> PageMap<T> {
    /// A map without values, for `count` identifiers.
    pub fn empty(count: usize) -> Self {
        Self(std::iter::repeat_with(|| None).take(count).collect())
    }

    /// The same value for each of `count` identifiers.
    pub fn filled(count: usize, value: T) -> Self
    where
        T: Clone,
    {
        Self(vec![Some(value); count])
    }

    /// The number of identifiers, with and without a value.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, id: PageId) -> Option<&T> {
        self.0.get(id.index())?.as_ref()
    }

    pub fn set(&mut self, id: PageId, value: T) {
        self.0[id.index()] = Some(value);
    }

    /// The values, in no particular order.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().flatten()
    }
}

impl<T> Default for PageMap<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Index<PageId> for PageMap<T> {
    type Output = T;

    fn index(&self, id: PageId) -> &T {
        self.get(id).expect("the page exists")
    }
}

impl<T> IndexMut<PageId> for PageMap<T> {
    fn index_mut(&mut self, id: PageId) -> &mut T {
        self.0[id.index()].as_mut().expect("the page exists")
    }
}

/// Collects a value for each identifier, starting with the first.
impl<T> FromIterator<T> for PageMap<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().map(Some).collect())
    }
}
