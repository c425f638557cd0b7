//! Limits how many problems of one code a page reports: a page of megabytes may have one in each
//! word.

use crate::diagnostic::{Code, Diagnostic, Location};

/// The maximum number of problems of one code that are reported one by one. The others on a page
/// are counted.
pub(super) const PROBLEMS_MAX: usize = 1000;

/// The problems of a page, counted by kind.
#[derive(Default)]
pub(super) struct ProblemCounts {
    counts: Vec<Count>,
}

struct Count {
    code: Code,
    reported: usize,
    /// The location of the first problem that is not reported.
    rest: Option<Location>,
    left: usize,
}

impl ProblemCounts {
    /// Counts a problem. Returns whether to report it.
    pub fn admit(&mut self, code: Code, place: impl FnOnce() -> Location) -> bool {
        let at = self
            .counts
            .iter()
            .position(|count| count.code == code)
            .unwrap_or_else(|| {
                self.counts.push(Count {
                    code,
                    reported: 0,
                    rest: None,
                    left: 0,
                });
                self.counts.len() - 1
            });
        let count = &mut self.counts[at];
        if count.reported < PROBLEMS_MAX {
            count.reported += 1;
            return true;
        }
        count.left += 1;
        count.rest.get_or_insert_with(place);
        false
    }

    /// A summary for the problems that are not reported.
    pub fn summaries(self) -> impl Iterator<Item = Diagnostic> {
        self.counts.into_iter().filter_map(
            |Count {
                 code, rest, left, ..
             }| {
                let message =
                    format!("{left} more problems of this kind on this page are not listed");
                Some(
                    Diagnostic::new(code, message)
                        .at(rest?)
                        .help("fix those that are listed, then run it again"),
                )
            },
        )
    }
}
