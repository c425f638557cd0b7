//! Paths: the series of pages that a path leads through, a page's position on each path, and how
//! long the path takes.
//!
//! A page of a kind with `steps:` lists its steps in the field of that name. Each step is a
//! mapping with `page` and, optionally, `optional` and `or` (alternative pages).

use std::collections::HashMap;

use super::compose::Composer;
use super::fields::{self, FieldView};
use super::view::PathPositionView;
use crate::site::{PageId, Site, SitePage};

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

/// All paths of a site, and the positions of pages on them.
#[derive(Clone, Debug, Default)]
pub struct LearningPaths {
    /// In the order of [`Composer::ways`].
    pub all: Vec<LearningPath>,
    /// For each page, the positions of its paths and of its steps on them.
    on: HashMap<PageId, Vec<(usize, usize)>>,
}

impl Composer {
    pub(super) fn find_journeys(&self) -> LearningPaths {
        let all: Vec<LearningPath> = self
            .ways
            .iter()
            .map(|way| self.learning_path(*way))
            .collect();
        let mut on: HashMap<PageId, Vec<(usize, usize)>> = HashMap::new();
        for (way, journey) in all
            .iter()
            .enumerate()
            .filter(|(_, journey)| self.site.page(journey.page).is_listed())
        {
            for (position, step) in journey.steps.iter().enumerate() {
                for page in std::iter::once(&step.page).chain(&step.instead) {
                    on.entry(*page).or_default().push((way, position));
                }
            }
        }
        LearningPaths { all, on }
    }

    /// The path that a page defines, without steps if it defines none.
    fn learning_path(&self, id: PageId) -> LearningPath {
        let page = self.site.page(id);
        let named = self
            .site
            .kinds
            .get(&page.entry.meta.kind)
            .and_then(|kind| kind.steps.as_ref());
        let fields = self.fields(id);
        let steps = named.and_then(|name| fields::get(&fields, name));
        let Some(FieldView::List(items)) = steps else {
            return LearningPath {
                page: id,
                steps: Vec::new(),
            };
        };
        let page_of = |item: &FieldView| match item.get("page") {
            Some(FieldView::Link(link)) => link.page,
            _ => None,
        };
        let step = |item: &FieldView| {
            let instead = match item.get("or") {
                Some(FieldView::List(items)) => items.iter().filter_map(page_of).collect(),
                _ => Vec::new(),
            };
            let is_optional = matches!(item.get("optional"), Some(FieldView::Plain(value)) if value.as_bool() == Some(true));
            Some(PathStep {
                page: page_of(item)?,
                instead,
                is_optional,
            })
        };
        LearningPath {
            page: id,
            steps: items.iter().filter_map(step).collect(),
        }
    }

    /// How many minutes a page takes: the stated time, or else the time for its path without
    /// optional steps, or else the reading time.
    pub(super) fn minutes(&self, id: PageId) -> u32 {
        let entry = &self.site.page(id).entry;
        let way = self
            .ways
            .binary_search(&id)
            .ok()
            .filter(|_| entry.meta.minutes.is_none());
        let Some(way) = way else { return entry.minutes };
        match minutes_of(self, &self.learning_paths().all[way].steps) {
            0 => entry.minutes,
            minutes => minutes,
        }
    }

    /// A page's positions on the paths that lead through it.
    pub(super) fn on_paths(&self, id: PageId) -> Vec<PathPositionView> {
        let journeys = self.learning_paths();
        let view = |(way, position): &(usize, usize)| {
            let journey = &journeys.all[*way];
            let page = self.site.page(journey.page);
            let here = &journey.steps[*position];
            // The time left includes an optional step while the reader is on it.
            let own = if here.is_optional {
                self.site.page(here.page).entry.minutes
            } else {
                0
            };
            PathPositionView {
                title: page.entry.title.clone(),
                href: self.href(&page.route),
                number: position + 1,
                of: journey.steps.len(),
                minutes_left: minutes_of(self, &journey.steps[*position..]).saturating_add(own),
                step: self.href(&self.site.page(here.page).route),
                previous: position
                    .checked_sub(1)
                    .map(|before| journey.steps[before].page),
                next: journey.steps.get(position + 1).map(|next| next.page),
            }
        };
        journeys
            .on
            .get(&id)
            .map(|places| places.iter().map(view).collect())
            .unwrap_or_default()
    }
}

fn minutes_of(composer: &Composer, steps: &[PathStep]) -> u32 {
    let needed = steps.iter().filter(|step| !step.is_optional);
    needed
        .map(|step| composer.site.page(step.page).entry.minutes)
        .fold(0, u32::saturating_add)
}

/// The pages of kinds that are paths, in order.
pub(super) fn path_pages(site: &Site) -> Vec<PageId> {
    let kinds: Vec<&str> = site
        .kinds
        .values()
        .filter(|kind| kind.steps.is_some())
        .map(|kind| kind.name.as_str())
        .collect();
    let is_way = |page: &SitePage| kinds.contains(&page.entry.meta.kind.as_str());
    site.pages_with_ids()
        .filter(|(_, page)| is_way(page))
        .map(|(id, _)| id)
        .collect()
}
