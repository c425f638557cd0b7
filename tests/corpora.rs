//! Real text by other people, built as it is: every page is there, and the link report agrees with an independent check.

mod common;

use std::collections::BTreeMap;

use handsel::diagnostic::{Code, Diagnostic};
use handsel::disk::Disk;
use handsel::source::{Files, ListingRules};

/// A corpus, and what must come out of it.
struct Corpus {
    folder: &'static str,
    /// Markdown files, the attribution not counted.
    pages: usize,
    /// Links to pages and files that do not exist, counted by the independent check and here. A difference has its reason beside it.
    broken: usize,
    anchors: usize,
}

const CORPORA: [Corpus; 5] = [
    Corpus { folder: "opensource-guide/_articles", pages: 350, broken: 0, anchors: 0 },
    Corpus { folder: "til", pages: 1_873, broken: 0, anchors: 0 },
    Corpus { folder: "nushell", pages: 836, broken: 0, anchors: 0 },
    Corpus { folder: "rustc-dev-guide", pages: 242, broken: 0, anchors: 0 },
    Corpus { folder: "open-sauced-blog", pages: 123, broken: 0, anchors: 0 },
];

#[test]
fn every_corpus_builds_and_its_slips_are_told() {
    let Some(root) = common::shared("corpora") else { return };
    for corpus in &CORPORA {
        let disk = Disk::open(&root.join(corpus.folder)).expect("the corpus is a folder");
        let mut request = common::request();
        request.is_lenient = true;
        let (built, files) = common::build(&disk, &request);
        let markdown = disk.list(&ListingRules::default()).value.into_iter().filter(|path| path.is_markdown()).count();
        let told: Vec<&Diagnostic> = built.problems.iter().collect();
        let mut by_code: BTreeMap<&str, usize> = BTreeMap::new();
        for problem in &told {
            *by_code.entry(problem.code.name()).or_default() += 1;
        }
        eprintln!("{}: {} pages, {} left out, {by_code:?}", corpus.folder, built.pages, built.left_out);
        assert!(told.iter().all(|problem| !problem.is_error()), "{}: {:#?}", corpus.folder, told.iter().find(|problem| problem.is_error()));
        assert!(told.iter().all(|problem| problem.place.is_some()), "{}: every problem of a file has a place", corpus.folder);
        assert_eq!(built.pages + built.left_out, markdown, "{}: no page is lost silently", corpus.folder);
        assert!(files.len() > built.pages, "{}", corpus.folder);
        let count = |codes: &[Code]| told.iter().filter(|problem| codes.contains(&problem.code)).count();
        let broken = count(&[Code::BrokenLink, Code::LinkOutside, Code::LinkCase, Code::LinkScheme, Code::EmptyLink, Code::LinkForm]);
        for problem in told.iter().filter(|problem| matches!(problem.code, Code::BrokenLink | Code::LinkOutside | Code::LinkCase | Code::LinkScheme | Code::EmptyLink | Code::BrokenAnchor)) {
            eprintln!("  {} {} {}", problem.place.as_ref().map(ToString::to_string).unwrap_or_default(), problem.code, problem.message);
        }
        assert_eq!((broken, count(&[Code::BrokenAnchor])), (corpus.broken, corpus.anchors), "{}", corpus.folder);
    }
}
