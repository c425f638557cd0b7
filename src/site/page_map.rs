//! Pages by number: the identifier of a page within a site, and values stored for each page.

use std::ops::{Index, IndexMut};

/// Identifies a page of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageId(u32);

impl PageId {
    /// # Panics
    /// If `index` does not fit into 32 bits; a site cannot have that many pages.
    pub fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("fewer than 2^32 pages"))
    }

    /// The identifier of the same page after `new` was inserted.
    pub fn after_insertion_of(self, new: PageId) -> Self {
        Self(self.0 + u32::from(self >= new))
    }

    /// The position of the page's value in a [`PageMap`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One value for each page.
#[derive(Clone, Debug, PartialEq)]
pub struct PageMap<T>(Vec<T>);

impl<T> PageMap<T> {
    /// The same value for each of `count` pages.
    pub fn filled(count: usize, value: T) -> Self
    where
        T: Clone,
    {
        Self(vec![value; count])
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn get(&self, id: PageId) -> Option<&T> {
        self.0.get(id.index())
    }

    pub fn values(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    pub fn values_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.0.iter_mut()
    }

    /// Each page with its value, by identifier.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (PageId, &T)> + Clone {
        self.0
            .iter()
            .enumerate()
            .map(|(index, value)| (PageId::new(index), value))
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (PageId, &mut T)> {
        self.0
            .iter_mut()
            .enumerate()
            .map(|(index, value)| (PageId::new(index), value))
    }

    /// Inserts a value for `id`; the values from `id` on move up by one.
    pub fn insert(&mut self, id: PageId, value: T) {
        self.0.insert(id.index(), value);
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
        &self.0[id.index()]
    }
}

impl<T> IndexMut<PageId> for PageMap<T> {
    fn index_mut(&mut self, id: PageId) -> &mut T {
        &mut self.0[id.index()]
    }
}

impl<T> FromIterator<T> for PageMap<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}
