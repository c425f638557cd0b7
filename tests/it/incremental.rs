//! An incremental build gives the same output as a clean one after any edit, and does no more work
//! than the edit requires.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex};

use crate::common::edits::{self, Dice};
use crate::common::random::{is_long, seed};
use crate::common::request;
use handsel::cache::store::CacheFolder;
use handsel::cache::{CacheStore, MemoryStore};
use handsel::fingerprint::Fingerprint;
use handsel::paths::OutputPath;
use handsel::pipeline::build_cache::BuildCache;
use handsel::pipeline::{self, BuildResult, Request, Sink, sum};
use handsel::source::MemoryFiles;

/// A sink that holds the published site in memory between builds.
#[derive(Default)]
struct MemorySink {
    before: BTreeMap<OutputPath, Vec<u8>>,
    now: Mutex<BTreeMap<OutputPath, Vec<u8>>>,
}

impl Sink for MemorySink {
    fn put(
        &self,
        path: &OutputPath,
        bytes: Cow<'static, [u8]>,
        hash: Fingerprint,
    ) -> Result<(), String> {
        assert_eq!(
            hash,
            Fingerprint::of(&bytes),
            "{path}: the reported hash is the hash of the bytes"
        );
        self.now
            .lock()
            .expect("no holder of this lock panics")
            .insert(path.clone(), bytes.to_vec());
        Ok(())
    }

    fn keep(&self, path: &OutputPath, hash: Fingerprint) -> bool {
        let Some(bytes) = self
            .before
            .get(path)
            .filter(|bytes| Fingerprint::of(bytes) == hash)
        else {
            return false;
        };
        self.now
            .lock()
            .expect("no holder of this lock panics")
            .insert(path.clone(), bytes.clone());
        true
    }

    fn published(&self, path: &OutputPath) -> Option<Vec<u8>> {
        self.before.get(path).cloned()
    }

    fn keep_all(&self, all: Fingerprint) -> bool {
        let is_it = sum(self
            .before
            .iter()
            .map(|(path, bytes)| (path, Fingerprint::of(bytes))))
            == all;
        if is_it {
            *self.now.lock().expect("no holder of this lock panics") = self.before.clone();
        }
        is_it
    }
}

/// A site that is built repeatedly with one cache.
struct Site {
    files: MemoryFiles,
    build_cache: BuildCache,
    published: BTreeMap<OutputPath, Vec<u8>>,
}

impl Site {
    fn new(files: MemoryFiles, store: Arc<dyn CacheStore>) -> Self {
        Site {
            files,
            build_cache: BuildCache::of(Some(store)),
            published: BTreeMap::new(),
        }
    }

    fn small() -> Self {
        Self::new(edits::site(), Arc::new(MemoryStore::default()))
    }

    /// Builds. A build with errors publishes nothing.
    fn build(&mut self, request: &Request) -> BuildResult {
        let sink = MemorySink {
            before: self.published.clone(),
            ..MemorySink::default()
        };
        let built = pipeline::build(&self.files, request, &sink, &self.build_cache);
        if !built
            .problems
            .iter()
            .any(handsel::diagnostic::Diagnostic::is_error)
        {
            self.published = sink
                .now
                .into_inner()
                .expect("no holder of this lock panics");
        }
        built
    }

    fn put(&mut self, path: &str, text: &str) {
        self.files.put(path, text);
    }
}

/// The result of a clean build.
fn clean(files: &MemoryFiles, request: &Request) -> (BuildResult, BTreeMap<OutputPath, Vec<u8>>) {
    let sink = MemorySink::default();
    let built = pipeline::build(files, request, &sink, &BuildCache::of(None));
    (
        built,
        sink.now
            .into_inner()
            .expect("no holder of this lock panics"),
    )
}

fn lenient() -> Request {
    Request {
        is_lenient: true,
        ..request()
    }
}

/// Compares one build with a clean one; `history` lists the edits that led to the site.
fn compare(site: &mut Site, request: &Request, history: &[String]) {
    let built = site.build(request);
    let (expected, outputs) = clean(&site.files, request);
    let history = || history[history.len().saturating_sub(6)..].join("\n");
    assert_eq!(built.problems, expected.problems, "after\n{}", history());
    assert_eq!(
        (built.pages, built.left_out),
        (expected.pages, expected.left_out),
        "after\n{}",
        history()
    );
    if expected
        .problems
        .iter()
        .any(handsel::diagnostic::Diagnostic::is_error)
    {
        return;
    }
    let names =
        |outputs: &BTreeMap<OutputPath, Vec<u8>>| outputs.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&site.published),
        names(&outputs),
        "after\n{}",
        history()
    );
    for (path, bytes) in &outputs {
        let same = site.published[path] == *bytes;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(
            same,
            "{path} differs after\n{}\n{}",
            history(),
            first_difference(&text(&site.published[path]), &text(bytes))
        );
    }
}

fn first_difference(one: &str, other: &str) -> String {
    let line = one
        .lines()
        .zip(other.lines())
        .find(|(one, other)| one != other);
    line.map_or_else(
        || "one is longer".to_owned(),
        |(one, other)| format!("{one}\n{other}"),
    )
}

/// The number of edits: more when the long tests are requested.
fn steps(usual: usize) -> usize {
    if is_long() { usual * 10 } else { usual }
}

#[test]
fn any_edits_give_the_output_of_a_clean_build() {
    let seed = seed(1);
    for round in 0..4 {
        let mut dice = Dice::new(seed + round);
        let (mut site, mut history) = (Site::small(), Vec::new());
        let request = if round % 2 == 0 { lenient() } else { request() };
        for _ in 0..steps(125) {
            history.push(edits::edit(&mut site.files, &mut dice));
            compare(&mut site, &request, &history);
        }
    }
}

#[test]
fn a_damaged_cache_never_changes_the_output() {
    let mut dice = Dice::new(seed(7));
    let folder = tempfile::tempdir().expect("a folder for the cache");
    let (mut site, mut history) = (
        Site::new(edits::site(), Arc::new(CacheFolder::at(folder.path()))),
        Vec::new(),
    );
    let mut taken: Vec<(String, Vec<u8>)> = Vec::new();
    for _ in 0..steps(60) {
        history.push(edits::edit(&mut site.files, &mut dice));
        compare(&mut site, &lenient(), &history);
        let names: Vec<String> = fs::read_dir(folder.path())
            .map(|entries| {
                entries
                    .filter_map(Result::ok)
                    .filter_map(|entry| entry.file_name().into_string().ok())
                    .collect()
            })
            .unwrap_or_default();
        if names.is_empty() {
            continue;
        }
        let name = dice.pick(&names).clone();
        let path = folder.path().join(&name);
        let bytes = fs::read(&path).expect("it was listed");
        match dice.roll(5) {
            0 => fs::remove_file(&path),
            1 => fs::write(&path, &bytes[..bytes.len() / 2]),
            2 => fs::write(&path, b"something else"),
            // An old part is restored. Its keys show what is still valid.
            3 if !taken.is_empty() => {
                let (name, bytes) = dice.pick(&taken);
                fs::write(folder.path().join(name), bytes)
            }
            _ => {
                taken.push((name, bytes));
                Ok(())
            }
        }
        .expect("the cache can be damaged");
        history.push("the cache was damaged".to_owned());
    }
}

#[test]
fn an_unchanged_site_renders_nothing() {
    let mut site = Site::small();
    let first = site.build(&request());
    assert!(
        first.profile.documents.made > 3 && first.profile.output_pages.made > 10,
        "a first build parses and renders everything: {} and {}",
        first.profile.documents.made,
        first.profile.output_pages.made
    );
    let again = site.build(&request());
    assert_eq!(work_of(&again), (0, 0));
}

/// The numbers of parsed documents and rendered pages.
fn work_of(built: &BuildResult) -> (usize, usize) {
    (
        built.profile.documents.made,
        built.profile.output_pages.made,
    )
}

/// What an edit causes: the numbers of parsed documents and rendered pages.
fn cost(path: &str, from: &str, to: &str) -> (usize, usize) {
    let mut site = Site::small();
    site.build(&request());
    let old = String::from_utf8(site.files.0[path].to_vec()).expect("the site's files are text");
    let new = old.replace(from, to);
    assert_ne!(old, new);
    site.put(path, &new);
    let built = site.build(&request());
    work_of(&built)
}

#[test]
fn a_changed_sentence_renders_only_its_page() {
    assert_eq!(
        cost(
            "content/guides/one.md",
            "A sentence.",
            "Another sentence, longer."
        ),
        (1, 1)
    );
}

#[test]
fn a_changed_title_renders_the_pages_that_show_it() {
    let mut site = Site::small();
    site.build(&request());
    let before = site.published.clone();
    let old = String::from_utf8(site.files.0["content/tips/small.md"].to_vec())
        .expect("the site's files are text");
    site.put(
        "content/tips/small.md",
        &old.replace("title: Small", "title: Tiny"),
    );
    let (parsed, rendered) = work_of(&site.build(&request()));
    let differ = site.published.iter().filter(|(path, bytes)| {
        path.as_str().ends_with(".html") && before.get(*path) != Some(*bytes)
    });
    let differ: Vec<&OutputPath> = differ.map(|(path, _)| path).collect();
    assert_eq!(
        (parsed, rendered),
        (1, differ.len()),
        "the pages that differ are {differ:?}"
    );
    assert!(
        differ.len() > 5,
        "its section, the home page, what is new and A to Z show it: {differ:?}"
    );
}

#[test]
fn a_changed_template_renders_the_pages_that_use_it() {
    let mut site = Site::small();
    site.build(&request());
    let own = "{% component note() %}<aside>{{ body }}</aside>{% endcomponent note %}";
    site.put("templates/components/note.html", own);
    site.build(&request());
    site.put(
        "templates/components/note.html",
        &own.replace("aside", "section"),
    );
    let built = site.build(&request());
    assert_eq!(work_of(&built), (0, 1), "one page has a note");
    site.put("templates/tip.html", "{% extends \"entry.html\" %}");
    let built = site.build(&request());
    assert_eq!(work_of(&built), (0, 2), "two pages are tips");
}

#[test]
fn changed_data_renders_the_pages_that_use_it() {
    let mut site = Site::small();
    site.put("data/prices.yaml", "coffee: 1\n");
    site.put(
        "templates/tip.html",
        "{% extends \"entry.html\" %}{% block main %}{% set prices = data(path=\"prices.yaml\") %}{{ prices.coffee }}{% endblock main %}",
    );
    let first = site.build(&request());
    assert!(
        !first
            .problems
            .iter()
            .any(handsel::diagnostic::Diagnostic::is_error),
        "{:#?}",
        first.problems
    );
    site.put("data/prices.yaml", "coffee: 2\n");
    let built = site.build(&request());
    assert_eq!(work_of(&built), (0, 2));
}

#[test]
fn a_changed_tool_renders_the_pages_that_show_it() {
    let mut site = Site::small();
    let tool =
        "---\ntitle: List\ntool: { type: checklist, items: [One, Two] }\n---\nWhat it is for.\n";
    site.put("content/tools/list.md", tool);
    site.put(
        "content/guides/one.md",
        "---\ntitle: One\n---\n::tool{page=\"../tools/list.md\"}\n",
    );
    site.build(&request());
    site.put(
        "content/tools/list.md",
        &tool.replace("What it is for.", "What it is for, in other words."),
    );
    let built = site.build(&request());
    assert_eq!(work_of(&built), (1, 1), "its text is on its own page only");
    site.put("content/tools/list.md", &tool.replace("[One,", "[Once,"));
    let built = site.build(&request());
    assert_eq!(work_of(&built), (1, 2), "its own page and the guide");
    compare(&mut site, &request(), &["a label was edited".to_owned()]);
    site.put("templates/tools/checklist.html", "{{ tool.title }}");
    let built = site.build(&request());
    assert_eq!(
        work_of(&built),
        (0, 2),
        "the template renders the tool on every page that shows it"
    );
    site.put("content/tools/list.md", "---\ntitle: List\n---\nText.\n");
    let built = site.build(&request());
    assert!(
        built
            .problems
            .iter()
            .any(|problem| problem.code.name() == "bad-embed"),
        "{:#?}",
        built.problems
    );
}

/// A calculator with a table in `data/`.
const RATE: &str = "---\ntitle: Rate\ntool:\n  type: calculator\n  inputs: { a: { label: A, default: 2 }, where: { label: Where, type: choice, options: [north] } }\n  \
                    tables: { tax: { file: tax.csv } }\n  results: { b: { label: B, value: \"a * lookup(tax, where)\" } }\n---\nText.\n";

#[test]
fn a_changed_table_renders_the_calculator_that_reads_it() {
    let mut site = Site::small();
    site.put("content/tools/rate.md", RATE);
    let built = site.build(&request());
    assert!(
        built
            .problems
            .iter()
            .any(|problem| problem.message.contains("data/tax.csv does not exist")),
        "{:#?}",
        built.problems
    );
    site.put("data/tax.csv", "key,value\nnorth,0.2\n");
    site.build(&request());
    assert!(
        String::from_utf8_lossy(
            &site.published[&OutputPath::new("tools/rate/index.html").expect("inside")]
        )
        .contains(">0.4</output>")
    );
    site.put("data/other.csv", "key,value\nnorth,0.3\n");
    let built = site.build(&request());
    assert_eq!(work_of(&built), (0, 0), "no page reads it");
    site.put("data/tax.csv", "key,value\nnorth,0.3\n");
    let built = site.build(&request());
    assert_eq!(work_of(&built), (1, 1));
    compare(&mut site, &request(), &["a table was edited".to_owned()]);
}

#[test]
fn a_changed_file_renders_the_pages_that_show_its_size() {
    assert_eq!(
        cost("content/downloads/list.txt", "one", "one, two"),
        (0, 1)
    );
}

#[test]
fn the_text_of_an_included_file_is_indexed() {
    let mut site = Site::small();
    site.build(&request());
    let index = |site: &Site| -> BTreeMap<OutputPath, Vec<u8>> {
        site.published
            .iter()
            .filter(|(path, _)| path.as_str().starts_with("search/index/"))
            .map(|(path, bytes)| (path.clone(), bytes.clone()))
            .collect()
    };
    let before = index(&site);
    site.put("content/tips/code.rs", "fn varnish() {}\n");
    compare(&mut site, &request(), &["an included file".to_owned()]);
    let after = index(&site);
    let is_new = |kind: &str| {
        after
            .keys()
            .any(|path| path.as_str().contains(kind) && !before.contains_key(path))
    };
    assert!(is_new("/words-") && is_new("/texts-"));
    // No page shows this one, so the index does not change.
    site.put("content/tips/other.rs", "fn varnish() {}\n");
    compare(
        &mut site,
        &request(),
        &["a file that no page shows".to_owned()],
    );
    assert_eq!(index(&site), after);
}

#[test]
fn a_changed_step_renders_the_pages_of_its_path() {
    // These are the step itself, the other step, which shows the remaining time, the lists with its
    // card, and the lists of up to 5, 15 and 60 minutes, two of which it leaves.
    let (parsed, rendered) = cost(
        "content/guides/one.md",
        "title: One",
        "time: 30 min\ntitle: One",
    );
    assert_eq!(parsed, 1);
    assert!((4..=13).contains(&rendered), "{rendered} rendered");
}

#[test]
fn a_changed_explanation_renders_the_pages_that_use_the_term() {
    let mut site = Site::small();
    site.put(
        "content/guides/uses.md",
        "---\ntitle: Uses it\n---\nAlpha comes first.\n",
    );
    site.build(&request());
    let text = String::from_utf8(site.files.0["content/glossary/alpha.md"].to_vec())
        .expect("the site's files are text");
    site.put(
        "content/glossary/alpha.md",
        &text.replace("first letter", "very first letter"),
    );
    let built = site.build(&request());
    let (parsed, rendered) = work_of(&built);
    assert_eq!(parsed, 1);
    // These are the page that uses it, its own page, the glossary, and the lists with its card,
    // including three lists by time.
    assert!((2..=8).contains(&rendered), "{rendered} rendered");
    compare(&mut site, &request(), &["an explanation".to_owned()]);
}

#[test]
fn a_new_term_renders_the_pages_that_use_it() {
    let mut site = Site::small();
    site.build(&request());
    let text = String::from_utf8(site.files.0["content/glossary/alpha.md"].to_vec())
        .expect("the site's files are text");
    site.put(
        "content/glossary/alpha.md",
        &text.replace("[longer phrase]", "[longer phrase, sentence]"),
    );
    let built = site.build(&request());
    // All texts are searched for terms again, but only the page that uses the word is rendered,
    // with the term's own page and its list.
    let (parsed, rendered) = work_of(&built);
    assert!(parsed > 8, "{parsed} parsed");
    assert!((2..=4).contains(&rendered), "{rendered} rendered");
    let page = site
        .published
        .iter()
        .find(|(path, _)| path.as_str() == "guides/one/index.html")
        .map(|(_, bytes)| bytes.clone());
    assert!(String::from_utf8_lossy(&page.unwrap_or_default()).contains("class=\"term\""));
    compare(&mut site, &request(), &["a new word".to_owned()]);
    assert_eq!(work_of(&site.build(&request())), (0, 0));
}

#[test]
fn a_setting_that_no_page_shows_renders_nothing() {
    let (parsed, rendered) = cost(
        "handsel.yaml",
        "title: A site",
        "feed_limit: 3\ntitle: A site",
    );
    assert_eq!((parsed, rendered), (0, 0));
}

#[test]
fn the_small_site_is_valid() {
    let built = Site::small().build(&request());
    let problems: Vec<String> = built
        .problems
        .iter()
        .map(|problem| format!("{:?} {}", problem.severity, problem.message))
        .collect();
    assert!(
        problems.iter().all(|problem| !problem.starts_with("Error")),
        "{problems:#?}"
    );
}
