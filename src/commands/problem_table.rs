//! The table at the end of a long report: for each code, the number of problems, where the first
//! is, and how to fix it.

use std::collections::BTreeMap;
use std::path::Path;

use super::format::grouped;
use crate::diagnostic::{Diagnostic, ProblemGroup, Severity, printable, printable_name};

/// The number of problems above which a report ends with the table.
pub const LONG_REPORT: usize = 20;

/// The problems of one code.
struct ProblemRow<'a> {
    first: &'a Diagnostic,
    count: usize,
}

/// The table of `groups`, which are sorted by location. `root` is the site's folder as the writer
/// named it, and `width` is in columns.
pub fn table(groups: &[ProblemGroup], root: &Path, width: usize) -> String {
    let mut rows: BTreeMap<&str, ProblemRow> = BTreeMap::new();
    for problem in groups.iter().map(|group| group.problem) {
        let row = rows.entry(problem.code.name()).or_insert(ProblemRow {
            first: problem,
            count: 0,
        });
        row.count += 1;
        if problem.severity > row.first.severity {
            row.first = problem;
        }
    }
    let mut rows: Vec<ProblemRow> = rows.into_values().collect();
    rows.sort_by_key(|row| {
        (
            std::cmp::Reverse(row.first.severity),
            std::cmp::Reverse(row.count),
        )
    });
    let counts: Vec<String> = rows.iter().map(|row| grouped(row.count)).collect();
    let count_width = counts.iter().map(String::len).max().unwrap_or(0);
    let name_width = rows
        .iter()
        .map(|row| row.first.code.name().len())
        .max()
        .unwrap_or(0);
    let mut text = String::from("Problems by code:\n");
    for (row, count) in rows.iter().zip(counts) {
        let severity = if row.first.severity == Severity::Error {
            "error  "
        } else {
            "warning"
        };
        let place = row
            .first
            .location
            .as_ref()
            .map_or_else(String::new, |place| {
                let path = printable_name(&root.join(place.path.as_str()).to_string_lossy());
                format!("  first at {path}:{}:{}", place.line, place.column)
            });
        text.push_str(&format!(
            "  {count:>count_width$}  {severity}  {:name_width$}{place}\n",
            row.first.code.name()
        ));
        let indent = count_width + "    warning  ".len();
        let fix = fix(row.first);
        text.push_str(&format!(
            "{:indent$}{}\n",
            "",
            shortened(&fix, width.saturating_sub(indent))
        ));
    }
    text
}

/// How to fix a problem, in one line: the problem's help, else the meaning of its code.
fn fix(problem: &Diagnostic) -> String {
    let help = problem
        .help
        .as_deref()
        .filter(|help| !help.trim().is_empty());
    printable(
        help.unwrap_or_else(|| problem.code.meaning())
            .lines()
            .next()
            .unwrap_or_default(),
    )
}

fn shortened(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        Some(_) => {
            text.chars()
                .take(width.saturating_sub(1))
                .collect::<String>()
                + "…"
        }
        None => text.to_owned(),
    }
}
