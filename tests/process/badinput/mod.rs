//! Bad input, case by case: a small valid site with one fault added, built into a real folder. The
//! result is compared with a table that was written from the manifest (`table`), not from what
//! Handsel does.
//!
//! Each build runs in a separate process, which is this test program run again as [`builder`]. So a
//! crash, a stack overflow or an endless build fails only one row, and time and memory can be
//! measured. The files are not part of this repository; where they are absent, the tests say so and
//! pass.

#![cfg(unix)]

mod html;
mod row;
mod site;
mod table;

use std::collections::BTreeSet;
use std::path::Path;

use handsel::diagnostic::{Severity, is_bidi_control};

use row::{Letter, Row};
use site::{Outcome, Site};

/// The time and memory that a case may take in addition to the valid site, unless its row allows
/// more.
const MEMORY_KIB_MAX: u64 = 100 * 1024;

#[test]
fn yaml() {
    check_folder("yaml", 40, &table::yaml());
}

#[test]
fn markdown() {
    check_folder("markdown", 31, &table::markdown());
}

#[test]
fn links() {
    check_folder("links", 23, &table::links());
}

#[test]
fn paths() {
    check_folder("paths", 25, &table::paths());
}

#[test]
fn templates() {
    check_folder("templates", 13, &table::templates());
}

#[test]
fn config() {
    check_folder("config", 10, &table::config());
}

/// A link that is broken for readers may work for a writer who previews drafts.
#[test]
fn drafts() {
    let Some(data) = crate::common::test_data("badinput") else {
        return;
    };
    check_rows(&data, &data.join("links"), &table::drafts());
}

/// One run reports every bad file, and under `--strict` warnings are errors.
#[test]
fn all_at_once() {
    let Some(data) = crate::common::test_data("badinput") else {
        return;
    };
    let rows: Vec<Row> = [table::yaml(), table::markdown(), table::links()]
        .into_iter()
        .flatten()
        .collect();
    let site = Site::new(&data);
    for (folder, rows) in [
        ("yaml", table::yaml()),
        ("markdown", table::markdown()),
        ("links", table::links()),
    ] {
        rows.iter()
            .for_each(|row| drop(site.add(&data.join(folder), row)));
    }
    let outcome = match site.build(&["strict"]) {
        Ok(outcome) => outcome,
        Err(end) => panic!("the build of all cases {end}"),
    };
    assert!(!outcome.is_published, "a build with errors was published");
    let mut missed = Vec::new();
    // Among all the other cases there is a page `A`, which `[[a]]` of m01 finds.
    for row in rows.iter().filter(|row| row.case != "m01") {
        for reported in row
            .reported
            .iter()
            .filter(|reported| !reported.contains('*'))
        {
            let as_error = reported.replacen("warning", "error", 1);
            let is_in = |name: &str| name.starts_with(row.case);
            if !outcome.problems.iter().any(|problem| {
                let file = problem
                    .location
                    .as_ref()
                    .map(|place| place.path.name().to_owned())
                    .unwrap_or_default();
                is_in(&file) && row.matches(&as_error, problem, &file)
            }) {
                missed.push(format!("{}: {as_error}", row.case));
            }
        }
    }
    assert!(
        missed.is_empty(),
        "not reported when all are built together, strictly:\n{}",
        missed.join("\n")
    );
}

/// The build of one case, in a separate process.
#[test]
#[ignore = "run by the other tests, in a separate process"]
fn builder() {
    site::build_here();
}

/// Builds every case of a folder and fails with each row that does not match.
fn check_folder(folder: &str, count: usize, rows: &[Row]) {
    let Some(data) = crate::common::test_data("badinput") else {
        return;
    };
    let cases = data.join(folder);
    every_file_has_a_row(&cases, count, rows);
    check_rows(&data, &cases, rows);
}

fn check_rows(data: &Path, cases: &Path, rows: &[Row]) {
    let base = Site::new(data);
    let base_outcome = base.build(&[]).expect("the valid site builds");
    assert_eq!(
        base_outcome.problems,
        Vec::new(),
        "the valid site has problems"
    );
    assert!(base_outcome.is_published);
    let mut failures = Vec::new();
    for row in rows {
        let site = Site::new(data);
        site.take_output(&base);
        let files = site.add(cases, row);
        let before = site.snapshot();
        let outcome = site.build(if row.with_drafts { &["drafts"] } else { &[] });
        let mut faults = Vec::new();
        match outcome {
            Err(end) => faults.push(format!("the build {end}")),
            Ok(outcome) => {
                row.check(&outcome, &files, &mut faults);
                safety(row, &site, &outcome, &base_outcome, &mut faults);
                let after = site.snapshot();
                if before.sources != after.sources {
                    faults.push("a file outside the output folder was changed".into());
                }
                match row.letter {
                    Letter::Error if before.output != after.output => {
                        faults.push("the earlier output was changed".into())
                    }
                    Letter::Error => {}
                    _ if !outcome.is_published => faults.push("nothing was published".into()),
                    _ => {}
                }
            }
        }
        if !faults.is_empty() {
            let reason = row
                .why
                .map(|why| format!("\n  (rule: {why})"))
                .unwrap_or_default();
            failures.push(format!(
                "{}:{reason}\n  - {}",
                row.case,
                faults.join("\n  - ")
            ));
        }
    }
    let rows = rows.len();
    assert!(
        failures.is_empty(),
        "\n{}\n\n{} of {rows} cases fail",
        failures.join("\n"),
        failures.len()
    );
}

/// Every file of the folder belongs to a row, and every row has a file (or a link that the test
/// creates).
fn every_file_has_a_row(folder: &Path, count: usize, rows: &[Row]) {
    let names: BTreeSet<&str> = rows.iter().map(|row| row.case).collect();
    assert_eq!(
        (names.len(), rows.len()),
        (count, count),
        "the manifest counts {count} cases of {}",
        folder.display()
    );
    for entry in std::fs::read_dir(folder).expect("the folder can be listed") {
        let name = entry
            .expect("the folder can be listed")
            .file_name()
            .to_string_lossy()
            .into_owned();
        let is_other_form =
            name.ends_with(".toml") || name == "make_symlinks.sh" || name == "symlinks";
        assert!(
            is_other_form || rows.iter().any(|row| row.owns(&name)),
            "no row tests {name}"
        );
    }
}

/// Checks what must be true of every case.
fn safety(row: &Row, site: &Site, outcome: &Outcome, base: &Outcome, faults: &mut Vec<String>) {
    for problem in &outcome.problems {
        let related = problem
            .related
            .iter()
            .map(|(place, word)| format!("{place} {word}"))
            .collect::<String>();
        let place = problem
            .location
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let text = format!(
            "{}{}{place}{related}",
            problem.message,
            problem.help.as_deref().unwrap_or_default()
        );
        if text
            .chars()
            .any(|c| (c.is_control() && c != '\n') || is_bidi_control(c))
        {
            faults.push(format!("a message contains control characters: {text:?}"));
        }
        if problem
            .location
            .as_ref()
            .is_none_or(|place| place.line == 0 || place.column == 0)
        {
            faults.push(format!("a problem has no position: {}", problem.message));
        }
        if problem
            .help
            .as_ref()
            .is_none_or(|help| help.trim().is_empty())
        {
            faults.push(format!("a problem has no help: {}", problem.message));
        }
        if text.len() > 2000 {
            faults.push(format!(
                "a message is {} bytes long: {}",
                text.len(),
                problem.code
            ));
        }
    }
    if let Some(failure) = &outcome.failure {
        faults.push(format!("the output folder refused a file: {failure}"));
    }
    for page in row.lost.iter().fold(BASE_PAGES.to_vec(), |pages, lost| {
        pages.into_iter().filter(|page| page != lost).collect()
    }) {
        if !outcome.rendered.iter().any(|rendered| rendered == page) {
            faults.push(format!("the valid page {page} was not rendered"));
        }
    }
    for path in &outcome.rendered {
        if path
            .split('/')
            .any(|segment| matches!(segment, "" | "." | "..") || segment.len() > 255)
        {
            faults.push(format!("an output path is not safe: {path}"));
        }
        let bytes = site.rendered(path);
        if path.ends_with(".html") {
            html::safety(path, &bytes, row.base_path, faults);
        }
        for secret in site.secrets() {
            if bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes())
            {
                faults.push(format!(
                    "{path} contains text from outside the site's folder"
                ));
            }
        }
    }
    let spent = outcome.cpu_ms.saturating_sub(base.cpu_ms);
    if spent > row.cpu_ms_max {
        faults.push(format!(
            "it took {spent} ms of processor time more than the valid site, {} at most",
            row.cpu_ms_max
        ));
    }
    let grown = outcome.peak_kib.saturating_sub(base.peak_kib);
    if grown > row.memory_kib_max {
        faults.push(format!(
            "it took {} MiB more than the valid site, {} at most",
            grown / 1024,
            row.memory_kib_max / 1024
        ));
    }
    let has_error = outcome
        .problems
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    if outcome.is_published == has_error {
        faults.push(format!(
            "published: {}, errors: {has_error}",
            outcome.is_published
        ));
    }
}

/// The pages of the valid site.
const BASE_PAGES: &[&str] = &[
    "index.html",
    "guides/ok/index.html",
    "tips/ok/index.html",
    "tools/ok/index.html",
];
