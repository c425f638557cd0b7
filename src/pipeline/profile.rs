//! Measures where a build's time went. Durations are only reported, and never read by a stage.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::paths::OutputPath;

/// The number of the slowest pages and templates to name.
const NAMED_MAX: usize = 10;

#[derive(Debug)]
pub struct Profile {
    started: Instant,
    pub stages: Vec<Stage>,
    /// Pages by rendering time, the slowest first.
    pub slowest: Vec<(OutputPath, Duration)>,
    /// Templates by the total rendering time of their pages, the slowest first, with the number of
    /// pages.
    pub templates: Vec<(String, Duration, usize)>,
    pub documents: ReuseCount,
    pub output_pages: ReuseCount,
}

/// A step of a build.
#[derive(Clone, Debug)]
pub struct Stage {
    pub name: &'static str,
    pub took: Duration,
    /// The number of items that it processed.
    pub count: usize,
}

/// The number of outputs that were made and that were reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReuseCount {
    pub made: usize,
    pub remembered: usize,
}

/// The rendering time of a page, and its template.
#[derive(Clone, Debug)]
pub struct RenderTime {
    pub template: String,
    pub time: Duration,
}

impl Default for Profile {
    fn default() -> Self {
        let (documents, output_pages) = (ReuseCount::default(), ReuseCount::default());
        Profile {
            started: Instant::now(),
            stages: Vec::new(),
            slowest: Vec::new(),
            templates: Vec::new(),
            documents,
            output_pages,
        }
    }
}

impl Profile {
    /// Ends a stage; the next one begins.
    pub fn stage(&mut self, name: &'static str, count: usize) {
        self.stages.push(Stage {
            name,
            took: self.started.elapsed(),
            count,
        });
        self.started = Instant::now();
    }

    /// Adds the rendering times of pages.
    pub fn drawn(&mut self, took: Vec<(OutputPath, RenderTime)>) {
        let mut templates: BTreeMap<String, (Duration, usize)> = BTreeMap::new();
        for (_, took) in &took {
            let all = templates.entry(took.template.clone()).or_default();
            *all = (all.0 + took.time, all.1 + 1);
        }
        self.templates = templates
            .into_iter()
            .map(|(name, (time, count))| (name, time, count))
            .collect();
        self.templates
            .sort_by_key(|(name, time, _)| (std::cmp::Reverse(*time), name.clone()));
        self.templates.truncate(NAMED_MAX);
        self.slowest = took
            .into_iter()
            .map(|(path, took)| (path, took.time))
            .collect();
        self.slowest
            .sort_by_key(|(path, time)| (std::cmp::Reverse(*time), path.clone()));
        self.slowest.truncate(NAMED_MAX);
    }
}
