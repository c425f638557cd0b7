//! Two builds into one folder, with any edit in between: a build that reports no error can always
//! be published, and the folder then equals the output of a clean build. The names are chosen so
//! that files and folders often swap places.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::common::request;
use handsel::cache::{CacheStore, MemoryStore};
use handsel::diagnostic::Diagnostic;
use handsel::disk::publish::{MANIFEST_NAME, PublishOptions, Publisher};
use handsel::fingerprint::Fingerprint;
use handsel::paths::OutputPath;
use handsel::pipeline::build_cache::BuildCache;
use handsel::pipeline::{self, Request, Sink};
use handsel::source::MemoryFiles;
use proptest::prelude::*;

/// A sink that passes the outputs of a build to a publisher.
struct StagingSink<'a>(&'a Publisher);

impl Sink for StagingSink<'_> {
    fn put(
        &self,
        path: &OutputPath,
        bytes: Cow<'static, [u8]>,
        hash: Fingerprint,
    ) -> Result<(), String> {
        self.0
            .stage_known(path, bytes, hash)
            .map_err(|error| error.to_string())
    }

    fn keep(&self, path: &OutputPath, hash: Fingerprint) -> bool {
        self.0.keep(path, hash).unwrap_or(false)
    }

    fn published(&self, path: &OutputPath) -> Option<Vec<u8>> {
        self.0.bytes(path)
    }

    fn keep_all(&self, sum: Fingerprint) -> bool {
        self.0.keep_all(sum)
    }
}

/// The paths of a site's files: names of pages, folders and files that can become the same output.
const PATHS: [&str; 34] = [
    "content/index.md",
    "content/404.md",
    "content/a.md",
    "content/a/index.md",
    "content/a/_index.md",
    "content/a/b.md",
    "content/a/index.html.md",
    "content/a/feed.xml.md",
    "content/a/b/c.md",
    "content/a/b.txt",
    "content/a/b.txt/c.md",
    "content/b.txt.md",
    "content/robots.txt.md",
    "content/feed.xml/x.md",
    "content/search/x.md",
    "content/search/index.md",
    "content/search/index/en/words.md",
    "content/topics/_index.md",
    "content/topics/oil.md",
    "content/topics/page/2.md",
    "content/new/x.md",
    "content/a-z/x.md",
    "content/events/e.md",
    "content/events/e/event.ics.md",
    "content/events/calendar.ics.md",
    "static/a",
    "static/a/b",
    "static/a/index.html",
    "static/feed.xml",
    "static/robots.txt/x",
    "static/b.txt",
    "static/css/extra.css",
    "static/404/index.json",
    "static/search/index/en.bin",
];

const FRONT: [&str; 14] = [
    "",
    "permalink: /a/",
    "permalink: /a/b/",
    "permalink: /feed.xml/",
    "permalink: /404.html",
    "slug: index.html",
    "slug: b.txt",
    "aliases: [/old/, /old/index.html]",
    "aliases: [/a, /A/, /a.html]",
    "aliases: [/b.txt/x, /b.txt]",
    "aliases: [/feed.xml, /search/]",
    "draft: true",
    "topics: [oil, page]\npublished: 2026-01-01",
    "unlisted: true",
];

const SETTINGS: [&str; 5] = [
    "title: T\n",
    "title: T\nbase_url: https://site.example/\nmarkdown_twins: true\n",
    "title: T\nbase_url: https://site.example/docs/\nsearch: false\n",
    "title: T\ngiving: { who: us, why: so, pays: nobody }\nlicense: CC0\n",
    "title: T\npage_size: 1\npermalinks: { page: \"/:slug/index.html/\" }\n",
];

#[derive(Clone, Debug)]
enum Edit {
    Put {
        path: usize,
        front: usize,
        links: Vec<usize>,
    },
    Remove(usize),
    Settings(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        6 => (0..PATHS.len(), 0..FRONT.len(), prop::collection::vec(0..PATHS.len(), 0..3)).prop_map(|(path, front, links)| Edit::Put { path, front, links }),
        3 => (0..PATHS.len()).prop_map(Edit::Remove),
        1 => (0..SETTINGS.len()).prop_map(Edit::Settings),
    ]
}

fn apply(edit: &Edit, site: &mut BTreeMap<String, String>) {
    match edit {
        Edit::Put { path, front, links } => {
            let path = PATHS[*path];
            // A folder cannot be a file, nor the reverse.
            site.retain(|other, _| {
                !other.starts_with(&format!("{path}/")) && !path.starts_with(&format!("{other}/"))
            });
            let links: String = links
                .iter()
                .map(|link| {
                    format!(
                        "[x](/{}) ",
                        PATHS[*link].split_once('/').map_or("", |(_, rest)| rest)
                    )
                })
                .collect();
            let event = if path.contains("events") {
                "start: 2030-01-01T10:00\nplace: x\ncost: free\n"
            } else {
                ""
            };
            let text = format!(
                "---\ntitle: {path}\n{event}{}\n---\n# Page\n\n{links}\n",
                FRONT[*front]
            );
            site.insert(path.to_owned(), text);
        }
        Edit::Remove(path) => drop(site.remove(PATHS[*path])),
        Edit::Settings(settings) => {
            drop(site.insert("handsel.yaml".to_owned(), SETTINGS[*settings].to_owned()))
        }
    }
}

fn published(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        match entry.path().is_dir() {
            true => published(&entry.path(), &format!("{path}/"), files),
            false => drop(files.insert(path, fs::read(entry.path()).unwrap_or_default())),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 60, ..crate::common::random::property(12, 400) })]

    #[test]
    fn a_build_without_errors_can_be_published(steps in prop::collection::vec(prop::collection::vec(edit(), 1..6), 2..6), is_lenient in any::<bool>()) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let output = folder.path().join("public");
        let request = Request { is_lenient, ..request() };
        let store: Arc<dyn CacheStore> = Arc::new(MemoryStore::default());
        let build_cache = BuildCache::of(Some(Arc::clone(&store)));
        let mut site = BTreeMap::from([("handsel.yaml".to_owned(), SETTINGS[1].to_owned()), ("content/index.md".to_owned(), "# Home\n".to_owned())]);
        for edits in &steps {
            edits.iter().for_each(|edit| apply(edit, &mut site));
            let mut files = MemoryFiles::default();
            site.iter().for_each(|(path, text)| files.put(path, text));
            let options = PublishOptions { force: false, cache: Some(Arc::clone(&store)) };
            let publisher = Publisher::begin(&output, &folder.path().join(".handsel"), options).expect("no other build uses the folder");
            let built = pipeline::build(&files, &request, &StagingSink(&publisher), &build_cache);
            let problems: Vec<String> = built.problems.iter().map(|problem| format!("{:?} {}", problem.location, problem.message)).collect();
            prop_assert_eq!(built.failure, None, "{:#?} {:#?}", site.keys().collect::<Vec<_>>(), problems);
            if built.problems.iter().any(Diagnostic::is_error) {
                continue;
            }
            let committed = publisher.commit();
            prop_assert!(committed.is_ok(), "{} {:#?} {:#?}", committed.err().map(|error| error.to_string()).unwrap_or_default(), site, problems);
            let mut found = BTreeMap::new();
            published(&output, "", &mut found);
            found.remove(MANIFEST_NAME);
            let (_, clean) = crate::common::build(&files, &request);
            let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
            prop_assert_eq!(names(&found), names(&clean));
            prop_assert!(found == clean);
        }
    }
}
