//! Learning paths: the series of pages that a path leads through, and how long a path takes.
//!
//! A page of a kind with `steps:` lists its steps in the field of that name. Each step is a
//! mapping with `page` and, optionally, `optional` and `or` (alternative pages).

use std::collections::HashMap;

use crate::page::catalog::Catalog;
use crate::page::view::{FieldView, field};
use crate::page::views::linked_fields;
use crate::site::PageId;

/// The steps of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearningPath {
    pub page: PageId,
    pub steps: Vec<PathStep>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    pub page: PageId,
    /// Pages that can be read instead.
    pub instead: Vec<PageId>,
    pub is_optional: bool,
}

impl LearningPath {
    /// The minutes for the required steps.
    pub fn minutes(&self, catalog: &Catalog) -> u32 {
        self.minutes_from(catalog, 0)
    }

    /// The minutes for the required steps from a position on.
    pub fn minutes_from(&self, catalog: &Catalog, position: usize) -> u32 {
        let required = self.steps[position..]
            .iter()
            .filter(|step| !step.is_optional);
        required
            .map(|step| catalog.site.page(step.page).entry.minutes)
            .fold(0, u32::saturating_add)
    }
}

/// All paths of a site, and the positions of pages on them.
#[derive(Clone, Debug, Default)]
pub struct LearningPaths {
    /// In the order of the site's pages.
    all: Vec<LearningPath>,
    /// The position of each path by its page.
    by_page: HashMap<PageId, usize>,
    /// For each page, the positions of its paths and of its steps on them.
    on: HashMap<PageId, Vec<(usize, usize)>>,
}

impl LearningPaths {
    /// The pages that define a path, in the order of the site's pages.
    pub fn pages(&self) -> impl Iterator<Item = PageId> {
        self.all.iter().map(|path| path.page)
    }

    /// The path that a page defines.
    pub fn of_page(&self, page: PageId) -> Option<&LearningPath> {
        Some(&self.all[*self.by_page.get(&page)?])
    }

    /// The listed paths that lead through a page, each with the position of the page's step.
    pub fn through(&self, page: PageId) -> impl Iterator<Item = (&LearningPath, usize)> {
        let positions = self.on.get(&page).into_iter().flatten();
        positions.map(|(path, step)| (&self.all[*path], *step))
    }
}

/// The learning paths of a site.
pub fn learning_paths(catalog: &Catalog) -> LearningPaths {
    let pages = catalog.site.ids().iter().copied();
    let all: Vec<LearningPath> = pages
        .filter(|page| is_path(catalog, *page))
        .map(|page| LearningPath {
            page,
            steps: steps(catalog, page),
        })
        .collect();
    let mut on: HashMap<PageId, Vec<(usize, usize)>> = HashMap::new();
    for (path, own) in all.iter().enumerate() {
        if !catalog.site.page(own.page).is_listed() {
            continue;
        }
        for (position, step) in own.steps.iter().enumerate() {
            for page in std::iter::once(&step.page).chain(&step.instead) {
                on.entry(*page).or_default().push((path, position));
            }
        }
    }
    let by_page = all.iter().map(|path| path.page).zip(0..).collect();
    LearningPaths { all, by_page, on }
}

/// Whether a page is of a kind that lists steps.
pub fn is_path(catalog: &Catalog, page: PageId) -> bool {
    let kind = catalog.kind(catalog.site.page(page));
    kind.is_some_and(|kind| kind.steps.is_some())
}

/// The steps that a page lists, or none.
fn steps(catalog: &Catalog, page: PageId) -> Vec<PathStep> {
    let kind = catalog.kind(catalog.site.page(page));
    let Some(name) = kind.and_then(|kind| kind.steps.as_ref()) else {
        return Vec::new();
    };
    let fields = linked_fields(catalog, page);
    let Some(FieldView::List(items)) = field(&fields, name) else {
        return Vec::new();
    };
    items.iter().filter_map(step).collect()
}

fn step(item: &FieldView) -> Option<PathStep> {
    let instead = match item.get("or") {
        Some(FieldView::List(items)) => items.iter().filter_map(page_of).collect(),
        _ => Vec::new(),
    };
    let is_optional = match item.get("optional") {
        Some(FieldView::Plain(value)) => value.0.as_bool() == Some(true),
        _ => false,
    };
    Some(PathStep {
        page: page_of(item)?,
        instead,
        is_optional,
    })
}

/// The page that a step names.
fn page_of(item: &FieldView) -> Option<PageId> {
    match item.get("page") {
        Some(FieldView::Link(link)) => link.page.map(|page| page.0),
        _ => None,
    }
}
