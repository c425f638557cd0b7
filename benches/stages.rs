//! Times the stages of a build one by one on a site in memory: `cargo bench`.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::{Arc, RwLock};

use criterion::{Criterion, criterion_group, criterion_main};
use handsel::diagnostic::Checked;
use handsel::paths::SourcePath;
use handsel::pipeline::build_cache::BuildCache;
use handsel::pipeline::session::{ChangedPaths, Session};
use handsel::pipeline::{self, NullSink, Request};
use handsel::source::{Files, ListingRules, MemoryFiles};

const PAGES: usize = 1_000;

fn page(number: usize, title: &str, sentence: &str) -> String {
    let (topic, next) = (number % 17, (number * 7) % PAGES);
    format!(
        "---\ntitle: {title} {number}\nsummary: What page {number} gives.\ntopics: [topic-{topic}]\npublished: 2026-01-{:02}\n---\n\n\
         {sentence} See [another](page-{next}.md#part).\n\n## Part\n\n- one\n- two\n\n```rust\nfn main() {{ println!(\"{number}\"); }}\n```\n",
        number % 28 + 1
    )
}

/// A site in memory whose pages can be edited.
struct Site(RwLock<MemoryFiles>);

impl Site {
    fn new() -> Self {
        let mut files = MemoryFiles::default();
        files.put(
            "handsel.yaml",
            "title: Bench\nbase_url: https://example.org/\n",
        );
        files.put("content/index.md", "# Home\n\nWelcome.\n");
        for number in 0..PAGES {
            files.put(
                &format!("content/guides/page-{number}.md"),
                page(number, "Page", "A sentence."),
            );
        }
        Site(RwLock::new(files))
    }
}

impl Files for Site {
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>> {
        self.0
            .read()
            .expect("no holder of this lock panics")
            .list(rules)
    }

    fn read(&self, path: &SourcePath) -> std::io::Result<Arc<[u8]>> {
        self.0
            .read()
            .expect("no holder of this lock panics")
            .read(path)
    }
}

fn request() -> Request {
    Request {
        config: SourcePath::new("handsel.yaml").expect("a name inside"),
        today: Some(jiff::civil::date(2026, 11, 22)),
        now: jiff::Timestamp::UNIX_EPOCH,
        with_drafts: false,
        with_audit: false,
        keeps_addresses: false,
        is_strict: false,
        is_lenient: true,
        base_url: None,
    }
}

fn builds(criterion: &mut Criterion) {
    let site = Site::new();
    let mut group = criterion.benchmark_group("1,000 pages");
    group.sample_size(10);
    group.bench_function("cold build, nothing written", |bencher| {
        bencher.iter(|| {
            black_box(pipeline::build(&site, &request(), &NullSink, &BuildCache::of(None)).pages)
        });
    });
    group.bench_function("preview opened", |bencher| {
        let files: Arc<Site> = Arc::new(Site::new());
        bencher.iter(|| {
            black_box(
                Session::open(
                    Arc::clone(&files) as Arc<dyn Files + Send + Sync>,
                    request(),
                    BuildCache::of(None),
                )
                .pages(),
            )
        });
    });
    group.finish();
}

fn saves(criterion: &mut Criterion) {
    let files = Arc::new(Site::new());
    let session = Session::open(
        Arc::clone(&files) as Arc<dyn Files + Send + Sync>,
        request(),
        BuildCache::of(None),
    );
    let path = SourcePath::new("content/guides/page-500.md").expect("a name inside");
    let changed = ChangedPaths::Paths(BTreeSet::from([path]));
    let mut count = 0;
    let save = |title: &str, sentence: &str| {
        files
            .0
            .write()
            .expect("no holder of this lock panics")
            .put("content/guides/page-500.md", page(500, title, sentence));
        black_box(session.refresh(&changed));
        black_box(session.answer("/guides/page-500/", true));
    };
    let mut group = criterion.benchmark_group("a save, until the page is served");
    group.bench_function("of a sentence", |bencher| {
        bencher.iter(|| {
            count += 1;
            save("Page", &format!("Sentence {count}."));
        });
    });
    group.bench_function("of a title", |bencher| {
        bencher.iter(|| {
            count += 1;
            save(&format!("Title {count}"), "A sentence.");
        });
    });
    group.finish();
}

criterion_group!(stages, builds, saves);
criterion_main!(stages);
