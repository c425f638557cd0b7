//! A watched site in a temporary folder, and its reader, which knows only what is reported and what
//! the disk then answers.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use handsel::diagnostic::Diagnostic;
use handsel::disk::Disk;
use handsel::paths::SourcePath;
use handsel::source::{Files, ListingRules};
use handsel::watch::{Changes, PollingMode, WatchOptions, Watcher};

/// Far longer than any step takes, because the machine may be busy.
pub const TIMEOUT: Duration = Duration::from_secs(60);

/// What a site's reader knows: every file's bytes, and the problems.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    pub files: BTreeMap<SourcePath, Option<Arc<[u8]>>>,
    pub problems: Vec<Diagnostic>,
}

impl Snapshot {
    pub fn of(disk: &Disk, rules: &ListingRules) -> Self {
        let listed = disk.list(rules);
        let read = |path: SourcePath| (path.clone(), disk.read(&path).ok());
        Self {
            files: listed.value.into_iter().map(read).collect(),
            problems: listed.problems,
        }
    }

    /// Scans the reported paths, and nothing else.
    fn update(&mut self, disk: &Disk, rules: &ListingRules, changes: &Changes) {
        let Changes::Paths(paths) = changes else {
            return *self = Self::of(disk, rules);
        };
        let paths: Vec<SourcePath> = paths.iter().cloned().collect();
        let scanned = disk.scan(rules, &paths);
        if scanned.must_list {
            return *self = Self::of(disk, rules);
        }
        let is_changed = |path: &SourcePath| paths.iter().any(|changed| path.is_within(changed));
        self.files.retain(|path, _| !is_changed(path));
        self.problems.retain(|problem| {
            !problem
                .location
                .as_ref()
                .is_some_and(|place| is_changed(&place.path))
        });
        self.files.extend(
            scanned
                .files
                .into_iter()
                .map(|path| (path.clone(), disk.read(&path).ok())),
        );
        self.problems.extend(scanned.problems);
        Diagnostic::sort(&mut self.problems);
    }
}

/// A watched site, and a reader that learns from reports.
pub struct WatchedSite {
    pub root: PathBuf,
    pub disk: Disk,
    pub rules: ListingRules,
    pub watcher: Watcher,
    pub reported: Receiver<Changes>,
    pub messages: Arc<Mutex<Vec<String>>>,
    pub known: Snapshot,
    /// Everything that was reported since the last call.
    pub received: Vec<Changes>,
    pub folder: tempfile::TempDir,
}

impl WatchedSite {
    pub fn start(polling: PollingMode, files: &[&str]) -> Result<Self, Box<dyn Error>> {
        Self::start_with(polling, |root| {
            files.iter().try_for_each(|path| put(root, path, path))
        })
    }

    pub fn start_with(
        polling: PollingMode,
        prepare: impl FnOnce(&Path) -> io::Result<()>,
    ) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let root = fs::canonicalize(folder.path())?.join("site");
        fs::create_dir(&root)?;
        prepare(&root)?;
        let disk = Disk::open(&root)?;
        let rules = ListingRules {
            output: Some(source("public")),
            ignore: vec!["/left/".into()],
        };
        wait_for_stamps(&disk, &rules);
        let (changes_sender, reported) = channel();
        let messages = Arc::new(Mutex::new(Vec::new()));
        let messages_writer = Arc::clone(&messages);
        let watcher = Watcher::start(
            &disk,
            WatchOptions {
                rules: rules.clone(),
                polling,
            },
            move |changes| {
                let _ = changes_sender.send(changes);
            },
            move |line| {
                messages_writer
                    .lock()
                    .expect("no holder of this lock panics")
                    .push(line)
            },
        )?;
        let known = Snapshot::of(&disk, &rules);
        Ok(Self {
            root,
            disk,
            rules,
            watcher,
            reported,
            messages,
            known,
            received: Vec::new(),
            folder,
        })
    }

    pub fn put(&self, path: &str, text: &str) -> io::Result<()> {
        put(&self.root, path, text)
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Waits until the reader knows the current state of the site.
    pub fn catch_up(&mut self) -> Result<(), String> {
        let start = Instant::now();
        loop {
            let actual = Snapshot::of(&self.disk, &self.rules);
            if self.known == actual {
                return Ok(());
            }
            if start.elapsed() > TIMEOUT {
                let differs =
                    |path: &&SourcePath| self.known.files.get(*path) != actual.files.get(*path);
                let missed: BTreeSet<_> = actual
                    .files
                    .keys()
                    .chain(self.known.files.keys())
                    .filter(differs)
                    .collect();
                return Err(format!(
                    "not reported: {missed:?} and {:?}; reported: {:?}",
                    actual.problems, self.received
                ));
            }
            if let Ok(changes) = self.reported.recv_timeout(Duration::from_millis(50)) {
                self.known.update(&self.disk, &self.rules, &changes);
                self.received.push(changes);
            }
        }
    }

    /// Catches up, makes one more change, and returns every path that was reported until that
    /// change was.
    pub fn reported_until_now(&mut self) -> Result<BTreeSet<String>, Box<dyn Error>> {
        self.catch_up()?;
        wait_for_stamps(&self.disk, &self.rules);
        self.put("last.md", "x")?;
        self.catch_up()?;
        fs::remove_file(self.at("last.md"))?;
        self.catch_up()?;
        let reported = std::mem::take(&mut self.received);
        let names = reported.into_iter().flat_map(|changes| match changes {
            Changes::Paths(paths) => paths.iter().map(ToString::to_string).collect(),
            Changes::Everything => vec!["everything".to_owned()],
        });
        Ok(names.filter(|name| name != "last.md").collect())
    }
}

/// Waits until the stamps prove that every file is unchanged: polling reports a file once more when
/// they do.
fn wait_for_stamps(disk: &Disk, rules: &ListingRules) {
    let start = Instant::now();
    while start.elapsed() < TIMEOUT && disk.stamps(&disk.list(rules).value).contains(&None) {
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn source(path: &str) -> SourcePath {
    SourcePath::new(path).expect("a path inside the root")
}

pub fn put(root: &Path, path: &str, text: &str) -> io::Result<()> {
    let full = root.join(path);
    fs::create_dir_all(full.parent().expect("a file is in a folder"))?;
    fs::write(full, text)
}
