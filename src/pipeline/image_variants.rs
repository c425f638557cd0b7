//! The second half of publishing: the smaller images that the rendered pages use.
//!
//! They are known once every page has been rendered or reused. Each original is decoded at most
//! once, and not at all if all of its variants are already published or cached.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::build_cache::{InputHashes, OutputRecord};
use super::images::{EncodedVariants, ImageJob, ImageVariant, late_problems};
use super::publish::{OutputResult, OutputWriter, PublishResult};
use super::render::RenderedOutput;
use crate::page::templates::Dependency;
use crate::paths::OutputPath;

impl OutputWriter<'_> {
    /// Publishes the images that the pages use. Returns the number of smaller images.
    pub(super) fn write_image_variants(&self, published: &mut PublishResult) -> usize {
        let images = &self.renderer.whole.images;
        if images.is_empty() || self.failure.get().is_some() {
            return 0;
        }
        let lists: BTreeSet<u32> = published
            .records
            .values()
            .map(|record| record.asked)
            .collect();
        let all = self
            .asked
            .lock()
            .expect("no holder of this lock panics")
            .clone();
        let asked = lists
            .iter()
            .filter_map(|list| all.get_index(*list as usize))
            .flatten();
        let shown = asked.filter_map(|question| match question {
            Dependency::Image {
                href,
                is_shown: true,
            } => Some(href.as_str()),
            _ => None,
        });
        let jobs = images.jobs(self.renderer.files, self.renderer.pieces, shown);
        let outcomes: Vec<Vec<OutputResult>> = jobs.par_iter().map(|job| self.job(job)).collect();
        let is_any_new = outcomes.iter().flatten().any(|outcome| {
            outcome
                .record
                .as_ref()
                .is_some_and(|record| record.made_in == self.build)
        });
        for (piece, outcome) in jobs
            .iter()
            .flat_map(|job| &job.pieces)
            .zip(outcomes.into_iter().flatten())
        {
            published.add(&piece.path, outcome);
        }
        published.outputs.sort();
        if is_any_new {
            self.memory.bound_pieces();
        }
        jobs.iter().map(|job| job.pieces.len()).sum()
    }

    fn job(&self, job: &ImageJob) -> Vec<OutputResult> {
        let parts = |piece: &ImageVariant| InputHashes {
            text: Some(piece.key),
            ..InputHashes::default()
        };
        let before = |path: &OutputPath| self.before.outputs.get(path);
        let is_in_place = |piece: &ImageVariant, record: &OutputRecord| {
            record.parts == parts(piece) && self.sink.keep(&piece.path, record.hash)
        };
        let missing: Vec<&ImageVariant> = job
            .pieces
            .iter()
            .filter(|piece| !before(&piece.path).is_some_and(|record| is_in_place(piece, record)))
            .collect();
        let site = &self.renderer.whole.render_context.catalog().site;
        let mut problem = None;
        let mut made = BTreeMap::new();
        if !missing.is_empty() && !self.sink.needs_bytes() {
            problem = job
                .check(self.renderer.files)
                .err()
                .map(|fault| late_problems(site, &job.source, &fault));
        } else if !missing.is_empty() {
            match job.make(self.renderer.files, self.memory, &missing) {
                Ok(EncodedVariants { pieces, failure }) => {
                    problem = failure.map(|fault| late_problems(site, &job.source, &fault));
                    made = missing
                        .iter()
                        .map(|piece| &piece.path)
                        .zip(pieces)
                        .collect();
                }
                Err(error) => problem = Some(super::load::unreadable(&job.source, &error)),
            }
        }
        let outcome = |piece: &ImageVariant| {
            let Some(bytes) = made.remove(&piece.path) else {
                return before(&piece.path)
                    .filter(|record| record.parts == parts(piece))
                    .map_or_else(OutputResult::default, |record| self.reused(record.clone()));
            };
            // Recorded once for each image, with its first variant.
            self.made(
                &piece.path,
                parts(piece),
                RenderedOutput {
                    problems: problem.take().into_iter().collect(),
                    ..RenderedOutput::of(bytes)
                },
            )
        };
        let mut outcomes: Vec<OutputResult> = job.pieces.iter().map(outcome).collect();
        if let (Some(problem), Some(first)) = (problem, outcomes.first_mut()) {
            first.problems.push(problem);
        }
        outcomes
    }
}
