//! Two builds give the same bytes: with one thread and with many, in two folders, and whatever
//! order files are listed in.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use handsel::diagnostic::Checked;
use handsel::disk::Disk;
use handsel::paths::SourcePath;
use handsel::pipeline::Request;
use handsel::source::{Files, ListingRules};

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a temporary folder can be created");
    for entry in std::fs::read_dir(from)
        .expect("the folder can be read")
        .flatten()
    {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            std::fs::copy(&source, &target).expect("the file can be copied");
        }
    }
}

fn build(files: &dyn Files, threads: usize) -> BTreeMap<String, Vec<u8>> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("threads can be started");
    // On this day, no page of this repository's own site is still unpublished.
    let request = Request {
        today: Some(jiff::civil::date(2030, 1, 1)),
        ..crate::common::request()
    };
    let (built, published) = pool.install(|| crate::common::build(files, &request));
    assert!(built.failure.is_none());
    published
}

fn differing(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    names
        .into_iter()
        .filter(|name| a.get(*name) != b.get(*name))
        .cloned()
        .collect()
}

/// Lists another site's files in reverse order.
struct ReversedListing<'a>(&'a Disk);

impl Files for ReversedListing<'_> {
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>> {
        let mut listed = self.0.list(rules);
        // The contract requires sorted paths. Sorting again here shows that nothing else about the
        // listing's order is used.
        listed.value.reverse();
        listed.value.sort();
        listed
    }

    fn read(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
        self.0.read(path)
    }
}

#[test]
fn builds_of_this_repository_are_equal() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let temporary = tempfile::tempdir().expect("a temporary folder can be created");
    let elsewhere = temporary.path().join("another name");
    for folder in ["content", "templates", "static"] {
        copy(&root.join(folder), &elsewhere.join(folder));
    }
    std::fs::copy(root.join("handsel.yaml"), elsewhere.join("handsel.yaml"))
        .expect("the settings can be copied");
    let here = Disk::open(root).expect("this repository is a folder");
    let there = Disk::open(&elsewhere).expect("it was just created");
    let first = build(&here, 1);
    assert!(first.len() > 60, "{} files", first.len());
    for (name, other) in [
        ("many threads", build(&here, 4)),
        ("another folder", build(&there, 2)),
        ("another listing", build(&ReversedListing(&here), 2)),
    ] {
        assert_eq!(differing(&first, &other), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn builds_of_a_corpus_are_equal() {
    let Some(corpora) = crate::common::test_data("corpora") else {
        return;
    };
    let disk = Disk::open(&corpora.join("rustc-dev-guide")).expect("the corpus is a folder");
    let (one, many) = (build(&disk, 1), build(&disk, 8));
    assert_eq!(differing(&one, &many), Vec::<String>::new());
}
