//! What the terminal says while the preview runs: a line for each save, new problems as a build
//! prints them, mended ones in a word.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::commands::console::{Console, OutputStream};
use crate::commands::format::{count, duration, grouped};
use crate::commands::problem_output;
use crate::commands::site_root::SiteRoot;
use crate::diagnostic::{Diagnostic, Severity, printable_name};
use crate::paths::SourcePath;
use crate::pipeline::session::Session;
use crate::preview::SaveSummary;

/// Remembers what was told, so that nothing is told twice.
pub struct SaveReporter<'a> {
    console: &'a Console,
    site: &'a SiteRoot,
    is_verbose: bool,
    known: BTreeSet<ProblemKey>,
}

/// A problem without its line, which every line written above it changes.
type ProblemKey = (Option<SourcePath>, &'static str, String);

fn mark(problem: &Diagnostic) -> ProblemKey {
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

    /// The problems that the site begins with.
    pub fn first(&mut self, problems: &[Diagnostic], pages: usize) {
        self.known = problems.iter().map(mark).collect();
        let mut problems = problems.to_vec();
        problem_output::problems(self.console, self.site, &mut problems, OutputStream::Error);
        if let Some(summary) = problem_output::summary(&problems, pages) {
            self.console.print(OutputStream::Error, &summary);
        }
    }

    /// One line: what was saved, what was done, how long it took.
    pub fn saved(&self, saved: &SaveSummary, live: &Session, took: Duration) {
        if saved.is_our_fault {
            let words = "Handsel itself failed on this save, and shows what was there before. The next save may work.";
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
                    "gone"
                };
                self.console
                    .answer(&format!("  {verb}: {}", printable_name(path.as_str())));
            });
        }
    }

    /// New problems in full; of mended ones, how many.
    pub fn problems(&mut self, problems: &[Diagnostic]) {
        let marks: BTreeSet<ProblemKey> = problems.iter().map(mark).collect();
        let mended = self.known.difference(&marks).count();
        let mut fresh: Vec<Diagnostic> = problems
            .iter()
            .filter(|problem| !self.known.contains(&mark(problem)))
            .cloned()
            .collect();
        self.known = marks;
        if !fresh.is_empty() {
            problem_output::problems(self.console, self.site, &mut fresh, OutputStream::Error);
        }
        if mended == 0 {
            return;
        }
        let left = problems
            .iter()
            .filter(|problem| problem.severity != Severity::Off)
            .count();
        self.console.answer(&match left {
            0 => "All problems are mended.".to_owned(),
            left => format!(
                "Mended: {}; {} left.",
                count(mended, "problem"),
                grouped(left)
            ),
        });
    }
}

/// Below ten milliseconds a tenth matters.
fn format_duration(took: Duration) -> String {
    if took < Duration::from_millis(10) {
        format!("{:.1} ms", took.as_secs_f64() * 1000.0)
    } else {
        duration(took)
    }
}
