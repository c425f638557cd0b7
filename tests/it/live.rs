//! The preview serves what a clean build publishes, after any edit, and does no more work than the
//! edit requires.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, RwLock};

use crate::common::edits::{self, Dice};
use crate::common::random::{is_long, seed};
use crate::common::{request, without_lines};
use handsel::diagnostic::Checked;
use handsel::paths::SourcePath;
use handsel::pipeline::Request;
use handsel::pipeline::build_cache::BuildCache;
use handsel::pipeline::session::{ChangedPaths, LiveAnswer, Session};
use handsel::source::{Files, ListingRules, MemoryFiles};

/// A site in memory that can be edited while it is previewed.
struct EditableFiles(RwLock<MemoryFiles>);

impl Files for EditableFiles {
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>> {
        self.0
            .read()
            .expect("no holder of this lock panics")
            .list(rules)
    }

    fn read(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
        self.0
            .read()
            .expect("no holder of this lock panics")
            .read(path)
    }
}

struct Preview {
    files: Arc<EditableFiles>,
    session: Session,
    request: Request,
}

impl Preview {
    fn new(request: Request) -> Self {
        Self::of(edits::site(), request)
    }

    fn of(site: MemoryFiles, request: Request) -> Self {
        let files = Arc::new(EditableFiles(RwLock::new(site)));
        let session = Session::open(
            Arc::clone(&files) as Arc<dyn Files + Send + Sync>,
            request.clone(),
            BuildCache::of(None),
        );
        Preview {
            files,
            session,
            request,
        }
    }

    /// Edits the site, and reports to the preview which paths may have changed, as a watcher would.
    fn edit(&self, edit: impl FnOnce(&mut MemoryFiles) -> String) -> String {
        let before = self
            .files
            .0
            .read()
            .expect("no holder of this lock panics")
            .0
            .clone();
        let history = edit(&mut self.files.0.write().expect("no holder of this lock panics"));
        let after = self
            .files
            .0
            .read()
            .expect("no holder of this lock panics")
            .0
            .clone();
        let paths: BTreeSet<SourcePath> = before
            .keys()
            .chain(after.keys())
            .filter(|path| before.get(*path) != after.get(*path))
            .cloned()
            .collect();
        // After an internal error, the site is opened again and the result names the settings.
        let refreshed = self.session.refresh(&ChangedPaths::Paths(paths.clone()));
        assert!(
            refreshed.changed.iter().all(|path| paths.contains(path)),
            "the site was opened again after: {history}"
        );
        history
    }

    fn compare(&self, history: &[String]) {
        let files = self
            .files
            .0
            .read()
            .expect("no holder of this lock panics")
            .clone();
        let (built, outputs) = crate::common::build(&files, &self.request);
        let history = || history[history.len().saturating_sub(6)..].join("\n");
        let mut served = BTreeMap::new();
        for path in outputs.keys() {
            let address = format!("/{path}");
            if let LiveAnswer::Found { bytes, .. } = self.session.answer(&address, false) {
                if path.ends_with(".html") {
                    self.compare_with_lines(path, &bytes);
                }
                served.insert(path.clone(), bytes);
            }
        }
        for (path, bytes) in &outputs {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let own = served
                .get(path)
                .unwrap_or_else(|| panic!("{path} is not served after\n{}", history()));
            let (own, expected) = (text(own), text(bytes));
            let line = own
                .lines()
                .zip(expected.lines())
                .find(|(own, expected)| own != expected);
            assert!(
                own == expected,
                "{path} differs after\n{}\n{line:#?}",
                history()
            );
        }
        let reported = |problems: &[handsel::diagnostic::Diagnostic]| {
            problems
                .iter()
                .map(|problem| format!("{problem:?}"))
                .collect::<Vec<_>>()
        };
        // A lenient build also reports which pages it skipped.
        let expected: Vec<_> = built
            .problems
            .into_iter()
            .filter(|problem| problem.code.name() != "skipped-page")
            .collect();
        assert_eq!(
            reported(&self.session.problems()),
            reported(&expected),
            "after\n{}",
            history()
        );
    }

    /// Checks that source lines add only their own attributes.
    fn compare_with_lines(&self, path: &str, plain: &[u8]) {
        let LiveAnswer::Found { bytes, .. } = self.session.answer(&format!("/{path}"), true) else {
            panic!("{path} is not served with lines");
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (own, expected) = (without_lines(&text(&bytes)), text(plain));
        let line = own
            .lines()
            .zip(expected.lines())
            .find(|(own, expected)| own != expected);
        assert!(own == expected, "{path} differs with lines\n{line:#?}");
    }
}

fn steps() -> usize {
    if is_long() { 20_000 } else { 2_000 }
}

#[test]
fn a_table_of_data_changes_the_calculator_that_reads_it() {
    let preview = Preview::new(request());
    let tool = "---\ntitle: Rate\ntool:\n  type: calculator\n  inputs: { a: { label: A, default: 2 }, where: { label: Where, type: choice, options: [north] } }\n  \
                tables: { tax: { file: tax.csv } }\n  results: { b: { label: B, value: \"a * lookup(tax, where)\" } }\n---\nText.\n";
    let mut history = vec![preview.edit(|files| {
        files.put("content/tools/rate.md", tool);
        files.put("data/tax.csv", "key,value\nnorth,0.2\n");
        "added a calculator".to_owned()
    })];
    preview.compare(&history);
    for value in ["0.3", "0.4"] {
        history.push(preview.edit(|files| {
            files.put("data/tax.csv", format!("key,value\nnorth,{value}\n"));
            format!("set its table to {value}")
        }));
        preview.compare(&history);
    }
}

#[test]
fn a_page_can_take_the_place_of_another_that_links_to_the_same_page() {
    let preview = Preview::new(request());
    let mut history = vec![preview.edit(|files| {
        files.put("content/tips/goal.md", "# Goal\n\nText.\n");
        files.put("content/tips/b.md", "# B\n\n[goal](goal.md)\n");
        "added a page and a link to it".to_owned()
    })];
    history.push(preview.edit(|files| {
        let gone = SourcePath::new("content/tips/b.md").expect("inside");
        files.0.remove(&gone);
        files.put("content/tips/a.md", "# A\n\n[goal](goal.md)\n");
        files.put("content/tips/c.md", "# C\n\n[goal](goal.md)\n");
        "replaced the page that links to it by two others".to_owned()
    }));
    preview.compare(&history);
}

#[test]
fn any_edits_serve_the_output_of_a_clean_build() {
    let seed = seed(3);
    for round in 0..4 {
        let mut dice = Dice::new(seed + round);
        let preview = Preview::new(Request {
            is_lenient: round % 2 == 0,
            ..request()
        });
        let mut history = Vec::new();
        for step in 0..steps() / 4 {
            history.push(preview.edit(|site| edits::edit(site, &mut dice)));
            if step % 10 == 9 {
                // Unreported changes are found when everything is checked.
                edits::edit(
                    &mut preview
                        .files
                        .0
                        .write()
                        .expect("no holder of this lock panics"),
                    &mut dice,
                );
                preview.session.refresh(&ChangedPaths::Everything);
            }
            preview.compare(&history);
        }
    }
}

/// The Markdown files of a folder, in memory.
fn read_corpus(folder: &std::path::Path) -> MemoryFiles {
    let mut site = MemoryFiles::default();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(&at)
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
        {
            let path = entry.path();
            let Some(name) = path
                .strip_prefix(folder)
                .ok()
                .and_then(|path| path.to_str())
            else {
                continue;
            };
            if path.is_dir() {
                open.push(path);
            } else if let Ok(bytes) = std::fs::read(&path) {
                site.put(name, bytes);
            }
        }
    }
    site
}

/// An edit of other people's text: a sentence, a title, a deleted page, a moved page.
fn edit_corpus(site: &mut MemoryFiles, dice: &mut Dice) -> String {
    let pages: Vec<SourcePath> = site
        .0
        .keys()
        .filter(|path| path.is_markdown())
        .cloned()
        .collect();
    let path = dice.pick(&pages).clone();
    let text = String::from_utf8_lossy(&site.0[&path]).into_owned();
    match dice.roll(5) {
        0 | 1 => site.put(
            path.as_str(),
            format!("{text}\nOne more sentence, number {}.\n", dice.roll(99)),
        ),
        2 => site.put(path.as_str(), text.replacen("# ", "# Again: ", 1)),
        3 => drop(site.0.remove(&path)),
        _ => {
            site.0.remove(&path);
            site.put(&format!("moved/{}", path.name()), text);
        }
    }
    format!("edit {path}")
}

#[test]
fn edits_of_real_sites_serve_the_output_of_a_clean_build() {
    let Some(folder) = crate::common::test_data("corpora/til") else {
        return;
    };
    let mut dice = Dice::new(seed(11));
    let preview = Preview::of(
        read_corpus(&folder),
        Request {
            is_lenient: true,
            ..request()
        },
    );
    let steps = if is_long() { 200 } else { 20 };
    let mut history = Vec::new();
    for _ in 0..steps {
        history.push(preview.edit(|site| edit_corpus(site, &mut dice)));
        preview.compare(&history);
    }
}

/// On a large site, only names in a page's own folder are suggested.
#[test]
fn a_new_page_on_a_large_site_is_suggested_for_links_that_mean_it() {
    let mut files = MemoryFiles::default();
    files.put("handsel.yaml", "title: Many\nsearch: false\n");
    for folder in 0..10 {
        (0..501).for_each(|page| {
            files.put(
                &format!("content/f{folder}/page-{page}.md"),
                format!("# Page {page} of {folder}\n\nText.\n"),
            )
        });
        let links = "[a](pagge-7x.md) [b](../f1/setup.md) [c](grand-tour.md) [[Grand tour]] [d](hiden-one.md) [e](page-600.md) [f](stup.md)";
        files.put(
            &format!("content/f{folder}/links.md"),
            format!("# Links\n\n{links}\n"),
        );
    }
    files.put(
        "content/f2/hidden-one.md",
        "---\ntitle: Hidden\ndraft: true\n---\nText.\n",
    );
    let preview = Preview::of(files, request());
    let reported = |session: &Session| {
        session
            .problems()
            .iter()
            .map(|problem| format!("{problem:?}"))
            .collect::<Vec<_>>()
    };
    let mut before = reported(&preview.session);
    for (path, title) in [
        ("f3/setup", "Setting up"),
        ("f4/pagge-7", "Seven"),
        ("f5/other", "Grand tour"),
        ("f6/page-600", "Six hundred"),
        ("f7/hidden-one", "Not hidden"),
        ("f8/stupa", "A building"),
        ("f1/page-7x", "Page 7 of 4"),
    ] {
        preview.edit(|files| {
            files.put(
                &format!("content/{path}.md"),
                format!("# {title}\n\nText.\n"),
            );
            path.to_owned()
        });
        let fresh = Session::open(
            Arc::clone(&preview.files) as Arc<dyn Files + Send + Sync>,
            preview.request.clone(),
            BuildCache::of(None),
        );
        let after = reported(&preview.session);
        assert_eq!(after, reported(&fresh), "after {path}");
        assert_ne!(after, before, "{path} is suggested somewhere, or found");
        before = after;
    }
}

/// Each of these pages takes an address that some link could mean, or creates another list.
#[test]
fn a_new_page_is_found_by_every_link_that_means_it() {
    let mut files = MemoryFiles::default();
    files.put("handsel.yaml", "title: Links\n");
    files.put(
        "static/img/plan.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
    );
    files.put("static/old.html", "<p>Old</p>");
    for (folder, others) in [("tips", 4), ("guides", 3)] {
        (0..others).for_each(|n| {
            files.put(
                &format!("content/{folder}/{n}.md"),
                "---\nlevel: beginner\n---\nSee [that](../tips/0.md).\n",
            )
        });
    }
    let links = "[a](../tips/0.md#x) ![b](/img/plan.svg) [c](/old.html) [d](late) [e](late.md) [f](/tips/late/) [g](3) [[late]] [[0]]";
    files.put("content/tips/links.md", format!("# Links\n\n{links}\n"));
    files.put(
        "content/tips/static.md",
        "# Static\n\n![b](/img/plan.svg)\n",
    );
    files.put("content/tips/fixed.md", "---\ntitle: Fixed\nrelated: [1.md]\n---\n[a](../tips/0.md), [b](https://example.org), [c](#x)\n");
    let preview = Preview::of(files, request());
    let mut history = Vec::new();
    for (path, text) in [
        ("tips/late", "# Late\n"),
        (
            "guides/0-again",
            "---\ntitle: 0\nlevel: beginner\n---\nText.\n",
        ),
        ("img/plan.svg", "# A page for an image\n"),
        ("tips/plan.svg", "# Next to it\n"),
        ("tips/old", "---\naddress: /older/\n---\nText.\n"),
        ("tips/first-expert", "---\nlevel: advanced\n---\nText.\n"),
        ("tips/second-expert", "---\nlevel: advanced\n---\nText.\n"),
        ("tips/without-level", "Text.\n"),
        ("tips/a-long-one", "---\nminutes: 90\n---\nText.\n"),
        ("tips/of-a-quarter", "---\nminutes: 14\n---\nText.\n"),
        ("guides/a-tip-elsewhere", "---\nkind: tip\n---\nText.\n"),
        ("tips/another-tip", "---\nkind: tip\n---\nText.\n"),
        (
            "guides/first-way",
            "---\nkind: path\nsteps:\n  - page: ../tips/0.md\n  - page: 1.md\n---\nText.\n",
        ),
        ("guides/late", "# Late twice\n"),
    ] {
        history.push(preview.edit(|files| {
            files.put(&format!("content/{path}.md"), text);
            format!("added {path}")
        }));
        preview.compare(&history);
    }
}

#[test]
fn the_search_index_follows_included_files() {
    let preview = Preview::new(request());
    let list = || match preview.session.answer("/search/index.bin", false) {
        LiveAnswer::Found { bytes, .. } => bytes,
        _ => panic!("the index is not served"),
    };
    let before = list();
    // The edit is not reported, and the page was not requested: only the index has read the file.
    preview
        .files
        .0
        .write()
        .expect("no holder of this lock panics")
        .put("content/tips/code.rs", "fn varnish() {}\n");
    preview.session.refresh(&ChangedPaths::Everything);
    assert!(list() != before);
    preview.compare(&["an included file".to_owned()]);
}

#[test]
fn the_date_changes_at_midnight() {
    let late: jiff::Timestamp = "2026-11-24T23:59:30Z".parse().expect("a valid time");
    let preview = Preview::new(Request {
        today: None,
        now: late,
        ..request()
    });
    preview.edit(|site| {
        site.put(
            "content/tips/tomorrow.md",
            "---\ntitle: Tomorrow\npublished: 2026-11-25\n---\nText.\n",
        );
        String::new()
    });
    let is_there = || {
        matches!(
            preview.session.answer("/tips/tomorrow/", false),
            LiveAnswer::Found { .. }
        )
    };
    assert!(
        !preview
            .session
            .set_date(late + jiff::SignedDuration::from_secs(20))
            && !is_there()
    );
    let early = late + jiff::SignedDuration::from_secs(40);
    assert!(preview.session.set_date(early) && is_there());
    Preview {
        request: Request {
            now: early,
            ..preview.request
        },
        ..preview
    }
    .compare(&["midnight passes".to_owned()]);
}

#[test]
fn a_changed_sentence_parses_only_its_page() {
    let preview = Preview::new(request());
    preview.edit(|site| {
        site.put(
            "content/tips/shown.md",
            "---\ntitle: Shown\n---\nAnother sentence.\n",
        );
        String::new()
    });
    let refreshed = {
        let mut files = preview
            .files
            .0
            .write()
            .expect("no holder of this lock panics");
        files.put(
            "content/tips/shown.md",
            "---\ntitle: Shown\n---\nAnother sentence, again.\n",
        );
        drop(files);
        preview
            .session
            .refresh(&ChangedPaths::Paths(BTreeSet::from([SourcePath::new(
                "content/tips/shown.md",
            )
            .expect("inside")])))
    };
    assert_eq!((refreshed.parsed, refreshed.changed.len()), (1, 1));
    let again = preview.session.refresh(&ChangedPaths::Everything);
    assert_eq!(
        (again.parsed, again.changed.len()),
        (0, 0),
        "nothing changed since"
    );
}
