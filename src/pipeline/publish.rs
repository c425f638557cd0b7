//! The last step: every output made, in parallel, and put into the sink as it is done.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::Sink;
use super::make::Workshop;
use super::outputs::Maker;
use crate::diagnostic::Diagnostic;
use crate::paths::OutputPath;

/// What was published.
#[derive(Debug, Default)]
pub struct Published {
    pub files: usize,
    pub problems: Vec<Diagnostic>,
    /// What the sink refused; the rest was not made then.
    pub failure: Option<String>,
}

/// Makes and publishes everything.
pub fn all(workshop: &Workshop, sink: &dyn Sink) -> Published {
    let (files, failure) = (AtomicUsize::new(0), OnceLock::new());
    let one = |(path, maker): &(OutputPath, Maker)| {
        if failure.get().is_some() {
            return Vec::new();
        }
        let made = workshop.make(path, maker);
        if let Some(bytes) = made.bytes {
            match sink.put(path, &bytes) {
                Ok(()) => {
                    files.fetch_add(1, Ordering::Relaxed);
                }
                Err(message) => {
                    let _ = failure.set(message);
                }
            }
        }
        made.problems
    };
    let problems: Vec<Vec<Diagnostic>> = workshop.whole.outputs.all().par_iter().map(one).collect();
    Published { files: files.into_inner(), problems: problems.into_iter().flatten().collect(), failure: failure.into_inner() }
}
