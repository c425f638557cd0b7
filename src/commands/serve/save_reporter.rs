//! Prints the messages of a running preview: a line for each save, new problems as a build prints
//! them, and the number of fixed problems.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::commands::console::{Console, OutputStream};
use crate::commands::format::{count, duration, grouped};
use crate::commands::problem_output;
use crate::commands::site_root::SiteRoot;
use crate::diagnostic::{Diagnostic, group_problems, printable_name};
use crate::paths::SourcePath;
use crate::pipeline::session::Session;
use crate::preview::SaveSummary;

/// Remembers the reported problems, so that none is reported twice.
pub struct SaveReporter<'a> {
    console: &'a Console,
    site: &'a SiteRoot,
    is_verbose: bool,
    known: BTreeSet<ProblemKey>,
}

/// A problem without its line number, which changes with each line added above it.
type ProblemKey = (Option<SourcePath>, &'static str, String);

fn key_of(problem: &Diagnostic) -> ProblemKey {
    (
        problem.location.as_ref().map(|place| place.path.clone()),
        problem.code.name(),
        problem.message.clone(),
    )
}

impl<'a> SaveReporter<'a> {
    pub fn new(console: &'a Console, site: &'a SiteRoot, is_verbose: bool) -> Self {
        Self {
            console,
            site,
            is_verbose,
            known: BTreeSet::new(),
        }
    }

    /// Prints the problems found at the start.
    pub fn first(&mut self, problems: &[Diagnostic], pages: usize) {
        self.known = problem_output::own_problems(problems).map(key_of).collect();
        let mut problems = problems.to_vec();
        problem_output::problems(self.console, self.site, &mut problems, OutputStream::Error);
        if let Some(summary) = problem_output::summary(&problems, pages) {
            self.console.print(OutputStream::Error, &summary);
        }
    }

    /// Prints one line: what was saved, what was updated, and how long that took.
    pub fn saved(&self, saved: &SaveSummary, live: &Session, took: Duration) {
        if saved.is_our_fault {
            let words = "Handsel failed on this save because of a bug, and shows the previous version. The next save may work.";
            self.console.print(OutputStream::Error, words);
            return;
        }
        let changed = &saved.refreshed.changed;
        let Some(first) = changed.first() else { return };
        let content = self.site.content();
        let name =
            |path: &SourcePath| printable_name(path.below(&content).unwrap_or(path.as_str()));
        let verb = if changed.iter().any(|path| live.is_source(path)) {
            "saved"
        } else {
            "removed"
        };
        let more = if changed.len() > 1 {
            format!(" and {} more", grouped(changed.len() - 1))
        } else {
            String::new()
        };
        let parsed = grouped(saved.refreshed.parsed);
        let (rendered, pages) = (grouped(saved.rendered), grouped(saved.refreshed.pages));
        self.console.answer(&format!(
            "{verb} {}{more}: parsed {parsed}, rendered {rendered} of {pages}, {}",
            name(first),
            format_duration(took)
        ));
        if self.is_verbose {
            changed.iter().for_each(|path| {
                let verb = if live.is_source(path) {
                    "changed"
                } else {
                    "removed"
                };
                self.console
                    .answer(&format!("  {verb}: {}", printable_name(path.as_str())));
            });
        }
    }

    /// Prints new problems in full, and the number of fixed problems.
    pub fn problems(&mut self, problems: &[Diagnostic]) {
        let keys: BTreeSet<ProblemKey> =
            problem_output::own_problems(problems).map(key_of).collect();
        let fixed = self.known.difference(&keys).count();
        let mut fresh: Vec<Diagnostic> = problem_output::own_problems(problems)
            .filter(|problem| !self.known.contains(&key_of(problem)))
            .cloned()
            .collect();
        self.known = keys;
        if !fresh.is_empty() {
            problem_output::problems(self.console, self.site, &mut fresh, OutputStream::Error);
        }
        if fixed == 0 {
            return;
        }
        let left = group_problems(problems).len();
        self.console.answer(&match left {
            0 => "All problems are fixed.".to_owned(),
            left => format!(
                "Fixed: {}; {} left.",
                count(fixed, "problem"),
                grouped(left)
            ),
        });
    }
}

/// A duration, with tenths of a millisecond below ten milliseconds.
fn format_duration(took: Duration) -> String {
    if took < Duration::from_millis(10) {
        format!("{:.1} ms", took.as_secs_f64() * 1000.0)
    } else {
        duration(took)
    }
}
