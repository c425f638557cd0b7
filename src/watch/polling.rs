//! Finds changes without events, by comparing snapshots of the site's files.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::disk::Disk;
use crate::paths::SourcePath;
use crate::source::{Files, ListingRules, Stamp};

/// The shortest and the longest pause between two snapshots.
const PAUSE_MIN: Duration = Duration::from_millis(300);
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// The pause after a snapshot that took this long: ten times as long, within limits.
pub fn pause_for(took: Duration) -> Duration {
    (took * 10).clamp(PAUSE_MIN, PAUSE_MAX)
}

/// The files of a site at one moment.
pub struct SiteSnapshot {
    /// All files, sorted by path, each with its stamp and whether that is settled.
    files: Vec<(SourcePath, Option<(Stamp, bool)>)>,
    problems: Vec<Diagnostic>,
}

impl SiteSnapshot {
    pub fn take(disk: &Disk, rules: &ListingRules) -> Self {
        let listed = disk.list(rules);
        let stamps = disk.stamps_of_many(&listed.value);
        Self {
            files: listed.value.into_iter().zip(stamps).collect(),
            problems: listed.problems,
        }
    }

    /// The paths that may differ between this moment and a later one.
    pub fn differences(&self, later: &Self) -> BTreeSet<SourcePath> {
        let mut differing = BTreeSet::new();
        let (mut before, mut after) = (self.files.iter().peekable(), later.files.iter().peekable());
        loop {
            let order = match (before.peek(), after.peek()) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((old, _)), Some((new, _))) => old.cmp(new),
            };
            let old = before.next_if(|_| order != Ordering::Greater);
            let new = after.next_if(|_| order != Ordering::Less);
            match (old, new) {
                (Some((_, old)), Some((_, new))) if is_unchanged(*old, *new) => {}
                (old, new) => differing.extend(old.or(new).map(|(path, _)| path.clone())),
            }
        }
        let only_in = |some: &[Diagnostic], others: &[Diagnostic]| -> Vec<SourcePath> {
            let only = some.iter().filter(|problem| !others.contains(problem));
            only.filter_map(|problem| problem.location.as_ref().map(|place| place.path.clone()))
                .collect()
        };
        differing.extend(only_in(&self.problems, &later.problems));
        differing.extend(only_in(&later.problems, &self.problems));
        differing
    }
}

/// Whether a file is unchanged. While its stamp is not settled, it may change without a change of
/// the stamp, so it counts as changed once more when the stamp is settled.
fn is_unchanged(old: Option<(Stamp, bool)>, new: Option<(Stamp, bool)>) -> bool {
    match (old, new) {
        (Some((old, was_settled)), Some((new, is_settled))) => {
            old == new && was_settled == is_settled
        }
        (None, None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(files: &[(&str, u64, bool)]) -> SiteSnapshot {
        let stamp = |size| Stamp {
            size,
            modified_ns: 0,
            changed_ns: 0,
            inode: 0,
            device: 0,
        };
        let path = |path| SourcePath::new(path).expect("a path inside the root");
        SiteSnapshot {
            files: files
                .iter()
                .map(|(name, size, is_settled)| (path(name), Some((stamp(*size), *is_settled))))
                .collect(),
            problems: Vec::new(),
        }
    }

    #[test]
    fn what_differs() {
        let before = snapshot(&[
            ("a", 1, true),
            ("b", 1, true),
            ("d", 1, false),
            ("e", 1, false),
            ("z", 1, true),
        ]);
        let after = snapshot(&[
            ("b", 2, true),
            ("c", 1, true),
            ("d", 1, false),
            ("e", 1, true),
            ("z", 1, true),
        ]);
        let names: Vec<String> = before
            .differences(&after)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(names, ["a", "b", "c", "e"]);
        assert!(after.differences(&after).is_empty());
    }

    #[test]
    fn a_pause_is_long_where_a_look_is() {
        let pause_ms = |look| pause_for(Duration::from_millis(look)).as_millis();
        assert_eq!([0, 30, 50, 400].map(pause_ms), [300, 300, 500, 1000]);
    }
}
