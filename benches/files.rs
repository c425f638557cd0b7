//! Times the disk: listing, scanning changed paths, stamps, reading, and the delay from a save to
//! its report. The figures are those of this machine and file system. The folders are created for
//! the measurement and removed afterward.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use handsel::disk::Disk;
use handsel::paths::SourcePath;
use handsel::source::{Files, ListingRules};
use handsel::watch::{PollingMode, WatchOptions, Watcher};

type Outcome = Result<(), Box<dyn Error>>;

/// A save that is not reported within this time counts as lost.
const TIMEOUT: Duration = Duration::from_secs(10);

const SAVES: usize = 200;

fn main() -> Outcome {
    let small = tempfile::tempdir()?;
    fill(small.path(), 100, &"x".repeat(3000))?;
    listing_and_reading(small.path())?;
    let large = tempfile::tempdir()?;
    fill(large.path(), 1000, "x")?;
    scanning(large.path())?;
    let one = tempfile::tempdir()?;
    fs::write(one.path().join("a.md"), "x")?;
    saving(one.path())?;
    [
        PollingMode::Never,
        PollingMode::Auto,
        PollingMode::Always(Duration::from_millis(50)),
    ]
    .into_iter()
    .try_for_each(|way| watching(large.path(), way))
}

/// Creates a hundred pages in each of `folders` folders.
fn fill(root: &Path, folders: usize, text: &str) -> std::io::Result<()> {
    for folder in 0..folders {
        let folder = root.join(format!("content/guides/section-{folder}"));
        fs::create_dir_all(&folder)?;
        (0..100).try_for_each(|page| fs::write(folder.join(format!("page-{page}.md")), text))?;
    }
    Ok(())
}

fn listing_and_reading(root: &Path) -> Outcome {
    let disk = Disk::open(root)?;
    for _ in 0..3 {
        let listed = timed("10,000 files: list", || {
            disk.list(&ListingRules::default()).value
        });
        timed("their stamps", || disk.stamps(&listed));
        timed("read", || {
            listed.iter().try_for_each(|path| disk.read(path).map(drop))
        })?;
        timed(
            "read as on systems without a call that refuses links",
            || {
                listed
                    .iter()
                    .try_for_each(|path| read_by_segments(root, path))
            },
        )?;
    }
    Ok(())
}

/// Reads a file as on systems without a call that refuses links.
fn read_by_segments(root: &Path, path: &SourcePath) -> std::io::Result<()> {
    let mut full = root.to_owned();
    for segment in path.segments() {
        full.push(segment);
        fs::symlink_metadata(&full)?;
    }
    fs::read(full).map(drop)
}

fn scanning(root: &Path) -> Outcome {
    let (disk, rules) = (Disk::open(root)?, ListingRules::default());
    let source = |path: &str| SourcePath::new(path).expect("a path inside the root");
    timed("100,000 files: list", || disk.list(&rules));
    let spread: Vec<SourcePath> = (0..1000)
        .map(|section| source(&format!("content/guides/section-{section}/page-7.md")))
        .collect();
    for _ in 0..3 {
        timed("scan a file", || {
            disk.scan(&rules, &[source("content/guides/section-500/page-50.md")])
        });
        timed("scan a folder of 100", || {
            disk.scan(&rules, &[source("content/guides/section-500")])
        });
        timed("scan 1,000 files", || disk.scan(&rules, &spread));
    }
    Ok(())
}

/// Measures the delay from a save to its report.
fn saving(root: &Path) -> Outcome {
    let disk = Disk::open(root)?;
    let (watcher, reported) = watch(&disk, PollingMode::Auto)?;
    let mut saves = Vec::with_capacity(SAVES);
    for save in 0..SAVES {
        while reported.try_recv().is_ok() {}
        let started = Instant::now();
        fs::write(root.join("a.md"), format!("save {save}"))?;
        reported.recv_timeout(TIMEOUT)?;
        saves.push(started.elapsed());
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(watcher);
    saves.sort_unstable();
    let at = |of_hundred: usize| saves[SAVES * of_hundred / 100];
    println!(
        "from a save to its report: median {:?}, 95 of 100 {:?}, longest {:?}",
        at(50),
        at(95),
        saves[SAVES - 1]
    );
    Ok(())
}

/// Starts watching many files, and saves one of them.
fn watching(root: &Path, polling: PollingMode) -> Outcome {
    let disk = Disk::open(root)?;
    let (watcher, reported) = timed(
        &format!("start watching 100,000 files, {polling:?}"),
        || watch(&disk, polling),
    )?;
    // Late reports about the files that were just written do not belong to the save.
    std::thread::sleep(Duration::from_millis(500));
    while reported.try_recv().is_ok() {}
    let save = || {
        fs::write(
            root.join("content/guides/section-500/page-50.md"),
            format!("edited, {polling:?}"),
        )
    };
    timed("a save among them, reported", || {
        save().map(|()| reported.recv_timeout(TIMEOUT))
    })??;
    drop(watcher);
    Ok(())
}

fn watch(disk: &Disk, polling: PollingMode) -> Result<(Watcher, Receiver<()>), Box<dyn Error>> {
    let (sender, reported) = channel();
    let options = WatchOptions {
        rules: ListingRules::default(),
        polling,
    };
    let watcher = Watcher::start(
        disk,
        options,
        move |_| sender.send(()).unwrap_or(()),
        |_| {},
    )?;
    Ok((watcher, reported))
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let value = work();
    println!("{what}: {:?}", started.elapsed());
    value
}
