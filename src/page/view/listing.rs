//! Lists of pages, and the facets by which they can be filtered.

use serde::Serialize;

use super::card::SharedCard;
use super::parts::CrumbView;

/// Cards under a heading.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct CardGroup {
    pub title: String,
    pub id: String,
    pub href: Option<String>,
    pub description: Option<String>,
    #[serde(skip)]
    pub items: Vec<SharedCard>,
}

/// A property by which a list can be filtered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Facet {
    /// `topic`, `audience`, `level`, `time` or `kind`.
    pub name: &'static str,
    /// Whether an option has a list of its own.
    pub is_linked: bool,
    pub options: Vec<FacetOption>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FacetOption {
    pub key: String,
    pub title: String,
    /// The list of all matching pages of the site, if there is one.
    pub href: Option<String>,
    /// The number of matching pages in this list.
    pub count: usize,
}

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq, Hash, Serialize)]
pub struct Listing {
    #[serde(skip)]
    pub items: Vec<SharedCard>,
    #[serde(skip)]
    pub groups: Vec<CardGroup>,
    pub total: usize,
    /// The page's number within the list, from 1.
    pub number: usize,
    pub pages: usize,
    /// On the list from A to Z, the first letters of the whole list, each with the address of its
    /// heading.
    pub letters: Vec<CrumbView>,
    /// The facets by which the list can be filtered.
    pub facets: Vec<Facet>,
    /// Links to the lists of a level, a time or a kind. They are on lists of all pages and on those
    /// lists themselves.
    pub facet_links: Vec<Facet>,
    pub first_href: Option<String>,
    pub previous_href: Option<String>,
    pub next_href: Option<String>,
}

impl Listing {
    /// The cards on this page of the list, in order.
    pub fn cards(&self) -> impl Iterator<Item = &SharedCard> {
        let grouped = self.groups.iter().flat_map(|group| &group.items);
        self.items.iter().chain(grouped)
    }
}
