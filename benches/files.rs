//! How long the disk takes to tell what is there: listing, looking again at what was touched, stamps, reading, and from a save to
//! being told of it. Prints figures of this machine and this file system; the folders are made for it and taken away again.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use handsel::disk::Disk;
use handsel::paths::SourcePath;
use handsel::source::{Files, ListingRules};
use handsel::watch::{Polling, WatchOptions, Watcher};

type Outcome = Result<(), Box<dyn Error>>;

/// A save of which nobody is told within this time is lost.
const PATIENCE: Duration = Duration::from_secs(10);

const SAVES: usize = 200;

fn main() -> Outcome {
    let small = tempfile::tempdir()?;
    fill(small.path(), 100, &"x".repeat(3000))?;
    listing_and_reading(small.path())?;
    let large = tempfile::tempdir()?;
    fill(large.path(), 1000, "x")?;
    looking(large.path())?;
    let one = tempfile::tempdir()?;
    fs::write(one.path().join("a.md"), "x")?;
    saving(one.path())?;
    [Polling::Never, Polling::Auto, Polling::Always(Duration::from_millis(50))].into_iter().try_for_each(|way| watching(large.path(), way))
}

/// A hundred pages in each of so many folders.
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
        let listed = timed("10,000 files: list", || disk.list(&ListingRules::default()).value);
        timed("their stamps", || disk.stamps(&listed));
        timed("read", || listed.iter().try_for_each(|path| disk.read(path).map(drop)))?;
        timed("read as where no call refuses links", || listed.iter().try_for_each(|path| read_by_segments(root, path)))?;
    }
    Ok(())
}

/// Reading as it is on systems without a call that refuses links.
fn read_by_segments(root: &Path, path: &SourcePath) -> std::io::Result<()> {
    let mut full = root.to_owned();
    for segment in path.segments() {
        full.push(segment);
        fs::symlink_metadata(&full)?;
    }
    fs::read(full).map(drop)
}

fn looking(root: &Path) -> Outcome {
    let (disk, rules) = (Disk::open(root)?, ListingRules::default());
    let source = |path: &str| SourcePath::new(path).expect("a path inside the root");
    timed("100,000 files: list", || disk.list(&rules));
    let spread: Vec<SourcePath> = (0..1000).map(|section| source(&format!("content/guides/section-{section}/page-7.md"))).collect();
    for _ in 0..3 {
        timed("look at a file", || disk.look(&rules, &[source("content/guides/section-500/page-50.md")]));
        timed("look at a folder of 100", || disk.look(&rules, &[source("content/guides/section-500")]));
        timed("look at 1,000 files", || disk.look(&rules, &spread));
    }
    Ok(())
}

/// From a save to being told of it.
fn saving(root: &Path) -> Outcome {
    let disk = Disk::open(root)?;
    let (watcher, told) = watch(&disk, Polling::Auto)?;
    let mut saves = Vec::with_capacity(SAVES);
    for save in 0..SAVES {
        while told.try_recv().is_ok() {}
        let begun = Instant::now();
        fs::write(root.join("a.md"), format!("save {save}"))?;
        told.recv_timeout(PATIENCE)?;
        saves.push(begun.elapsed());
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(watcher);
    saves.sort_unstable();
    let at = |of_hundred: usize| saves[SAVES * of_hundred / 100];
    println!("from a save to being told: median {:?}, 95 of 100 {:?}, longest {:?}", at(50), at(95), saves[SAVES - 1]);
    Ok(())
}

/// Beginning to watch many files, and a save among them.
fn watching(root: &Path, polling: Polling) -> Outcome {
    let disk = Disk::open(root)?;
    let (watcher, told) = timed(&format!("begin to watch 100,000 files, {polling:?}"), || watch(&disk, polling))?;
    // What is told of what was written a moment ago is no save.
    std::thread::sleep(Duration::from_millis(500));
    while told.try_recv().is_ok() {}
    let save = || fs::write(root.join("content/guides/section-500/page-50.md"), format!("edited, {polling:?}"));
    timed("a save among them, told", || save().map(|()| told.recv_timeout(PATIENCE)))??;
    drop(watcher);
    Ok(())
}

fn watch(disk: &Disk, polling: Polling) -> Result<(Watcher, Receiver<()>), Box<dyn Error>> {
    let (teller, told) = channel();
    let options = WatchOptions { rules: ListingRules::default(), polling };
    let watcher = Watcher::start(disk, options, move |_| teller.send(()).unwrap_or(()), |_| {})?;
    Ok((watcher, told))
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let value = work();
    println!("{what}: {:?}", begun.elapsed());
    value
}
