//! Whoever listens to the watcher, and asks the disk about what is told, has the site as it is: whatever is done to it, by
//! events and by polling alike. And what does not belong to the site is not told.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use handsel::diagnostic::Diagnostic;
use handsel::disk::Disk;
use handsel::paths::SourcePath;
use handsel::source::{Files, ListingRules};
use handsel::watch::{Polling, Touched, WatchOptions, Watcher};

type Outcome = Result<(), Box<dyn Error>>;

/// Far longer than anything takes; a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(60);

const POLLING: Polling = Polling::Always(Duration::from_millis(50));

/// What a site's reader knows: every file's bytes, and what is wrong.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    files: BTreeMap<SourcePath, Option<Arc<[u8]>>>,
    problems: Vec<Diagnostic>,
}

impl Known {
    fn of(disk: &Disk, rules: &ListingRules) -> Self {
        let listed = disk.list(rules);
        let read = |path: SourcePath| (path.clone(), disk.read(&path).ok());
        Self { files: listed.value.into_iter().map(read).collect(), problems: listed.problems }
    }

    /// Asks the disk about what was told, and about nothing else.
    fn learn(&mut self, disk: &Disk, rules: &ListingRules, touched: &Touched) {
        let Touched::Paths(paths) = touched else { return *self = Self::of(disk, rules) };
        let paths: Vec<SourcePath> = paths.iter().cloned().collect();
        let looked = disk.look(rules, &paths);
        if looked.must_list {
            return *self = Self::of(disk, rules);
        }
        let is_touched = |path: &SourcePath| paths.iter().any(|touched| path.is_within(touched));
        self.files.retain(|path, _| !is_touched(path));
        self.problems.retain(|problem| !problem.place.as_ref().is_some_and(|place| is_touched(&place.path)));
        self.files.extend(looked.files.into_iter().map(|path| (path.clone(), disk.read(&path).ok())));
        self.problems.extend(looked.problems);
        Diagnostic::sort(&mut self.problems);
    }
}

/// A site that is watched, and a reader who learns by being told.
struct Watched {
    root: PathBuf,
    disk: Disk,
    rules: ListingRules,
    watcher: Watcher,
    told: Receiver<Touched>,
    said: Arc<Mutex<Vec<String>>>,
    known: Known,
    /// All that was told since it was last asked for.
    heard: Vec<Touched>,
    _folder: tempfile::TempDir,
}

impl Watched {
    fn start(polling: Polling, files: &[&str]) -> Result<Self, Box<dyn Error>> {
        Self::start_with(polling, |root| files.iter().try_for_each(|path| put(root, path, path)))
    }

    fn start_with(polling: Polling, prepare: impl FnOnce(&Path) -> io::Result<()>) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let root = fs::canonicalize(folder.path())?.join("site");
        fs::create_dir(&root)?;
        prepare(&root)?;
        let disk = Disk::open(&root)?;
        let rules = ListingRules { output: Some(source("public")), ignore: vec!["/left/".into()] };
        let (teller, told) = channel();
        let said = Arc::new(Mutex::new(Vec::new()));
        let sayer = Arc::clone(&said);
        let watcher = Watcher::start(
            &disk,
            WatchOptions { rules: rules.clone(), polling },
            move |touched| {
                let _ = teller.send(touched);
            },
            move |line| sayer.lock().expect("nobody panics with it").push(line),
        )?;
        let known = Known::of(&disk, &rules);
        Ok(Self { root, disk, rules, watcher, told, said, known, heard: Vec::new(), _folder: folder })
    }

    fn put(&self, path: &str, text: &str) -> io::Result<()> {
        put(&self.root, path, text)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Learns until the reader knows the site as it is.
    fn catch_up(&mut self) -> Result<(), String> {
        let start = Instant::now();
        loop {
            let truth = Known::of(&self.disk, &self.rules);
            if self.known == truth {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                let differs = |path: &&SourcePath| self.known.files.get(*path) != truth.files.get(*path);
                let missed: BTreeSet<_> = truth.files.keys().chain(self.known.files.keys()).filter(differs).collect();
                return Err(format!("never told of {missed:?}, nor {:?}, but {:?}", truth.problems, self.heard));
            }
            if let Ok(touched) = self.told.recv_timeout(Duration::from_millis(50)) {
                self.known.learn(&self.disk, &self.rules, &touched);
                self.heard.push(touched);
            }
        }
    }

    /// Catches up, then makes one more change, and gives every path that was told until that one was.
    fn told_until_now(&mut self) -> Result<BTreeSet<String>, Box<dyn Error>> {
        self.catch_up()?;
        self.put("last.md", "x")?;
        self.catch_up()?;
        fs::remove_file(self.at("last.md"))?;
        self.catch_up()?;
        let told = std::mem::take(&mut self.heard);
        let names = told.into_iter().flat_map(|touched| match touched {
            Touched::Paths(paths) => paths.iter().map(ToString::to_string).collect(),
            Touched::Everything => vec!["everything".to_owned()],
        });
        Ok(names.filter(|name| name != "last.md").collect())
    }
}

fn source(path: &str) -> SourcePath {
    SourcePath::new(path).expect("a path inside the root")
}

fn put(root: &Path, path: &str, text: &str) -> io::Result<()> {
    let full = root.join(path);
    fs::create_dir_all(full.parent().expect("a file lies in a folder"))?;
    fs::write(full, text)
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Runs what is to hold by events and by polling.
fn both_ways(holds: impl Fn(Polling) -> Outcome) -> Outcome {
    holds(Polling::Auto)?;
    holds(POLLING)
}

#[test]
fn files_come_change_and_go() -> Outcome {
    both_ways(|polling| {
        let mut site = Watched::start(polling, &["a.md", "guides/b.md", "guides/c.md"])?;
        site.put("guides/new.md", "new")?;
        assert_eq!(site.told_until_now()?, set(&["guides/new.md"]));
        site.put("a.md", "changed")?;
        assert_eq!(site.told_until_now()?, set(&["a.md"]));
        // As long as before, and its time set back.
        let before = fs::metadata(site.at("guides/b.md"))?.modified()?;
        fs::write(site.at("guides/b.md"), "GUIDES/B.MD")?;
        OpenOptions::new().write(true).open(site.at("guides/b.md"))?.set_modified(before)?;
        assert_eq!(site.told_until_now()?, set(&["guides/b.md"]));
        fs::rename(site.at("guides/c.md"), site.at("d.md"))?;
        assert_eq!(site.told_until_now()?, set(&["d.md", "guides/c.md"]));
        fs::remove_file(site.at("d.md"))?;
        assert_eq!(site.told_until_now()?, set(&["d.md"]));
        Ok(())
    })
}

#[test]
fn editors_save_in_their_own_ways() -> Outcome {
    both_ways(|polling| {
        let mut site = Watched::start(polling, &["a.md", "b.md", "c.md", "d.md"])?;
        // Vim: a test file, the old one to a backup, a new one, the backup gone.
        site.put("4913", "")?;
        fs::remove_file(site.at("4913"))?;
        fs::rename(site.at("a.md"), site.at("a.md~"))?;
        site.put("a.md", "by vim")?;
        fs::remove_file(site.at("a.md~"))?;
        assert_eq!(site.told_until_now()?, set(&["a.md"]));
        // sed -i, and editors that write beside it: a hidden name, then over the old one.
        site.put(".b.md.swp", "x")?;
        site.put(".sedXYZ", "by sed")?;
        fs::rename(site.at(".sedXYZ"), site.at("b.md"))?;
        assert_eq!(site.told_until_now()?, set(&["b.md"]));
        // Emptied, then written in pieces.
        let mut file = OpenOptions::new().write(true).truncate(true).open(site.at("c.md"))?;
        for piece in 0..20 {
            writeln!(file, "piece {piece}")?;
            std::thread::sleep(Duration::from_millis(3));
        }
        drop(file);
        assert_eq!(site.told_until_now()?, set(&["c.md"]));
        // Gone for a moment.
        fs::remove_file(site.at("d.md"))?;
        site.put("d.md", "again")?;
        assert_eq!(site.told_until_now()?, set(&["d.md"]));
        Ok(())
    })
}

#[test]
fn folders_come_move_and_go() -> Outcome {
    both_ways(|polling| {
        let mut site = Watched::start(polling, &["a.md", "guides/deep/b.md", "guides/deep/c.md", "tips/d.md"])?;
        let outside = site.root.parent().expect("it lies in a folder").join("outside");
        // Many at once, with files in them before anyone can watch.
        site.put("new/one/two/three/x.md", "x")?;
        site.put("new/one/y.md", "y")?;
        site.catch_up()?;
        for path in ["new/one/two/three/x.md", "new/one/two/z.md", "new/one/y.md"] {
            site.put(path, "edited")?;
            site.catch_up()?;
        }
        fs::rename(site.at("guides"), site.at("tips/guides"))?;
        site.catch_up()?;
        site.put("tips/guides/deep/b.md", "edited after the move")?;
        site.catch_up()?;
        fs::rename(site.at("tips"), &outside)?;
        site.catch_up()?;
        fs::rename(&outside, site.at("back"))?;
        site.catch_up()?;
        site.put("back/guides/deep/b.md", "edited after the return")?;
        site.catch_up()?;
        // One folder in another's place, and there and back again.
        fs::rename(site.at("new"), site.at("other"))?;
        fs::rename(site.at("back"), site.at("new"))?;
        fs::rename(site.at("new"), site.at("back"))?;
        fs::rename(site.at("back"), site.at("new"))?;
        site.catch_up()?;
        site.put("new/guides/deep/c.md", "edited in its place")?;
        site.catch_up()?;
        fs::remove_dir_all(site.at("new"))?;
        site.put("new/guides/deep/c.md", "made again")?;
        site.catch_up()?;
        site.put("new/guides/deep/c.md", "and edited")?;
        site.catch_up()?;
        fs::remove_dir_all(site.at("new"))?;
        fs::remove_dir_all(site.at("other"))?;
        site.catch_up()?;
        assert_eq!(site.known.files.len(), 1);
        Ok(())
    })
}

#[test]
fn what_is_never_listed_is_not_told() -> Outcome {
    both_ways(|polling| {
        let kept = ["node_modules/x/a.js", ".git/index", "public/a/index.html", "left/a.md", "a/.hidden/b.md", "dist/index.html"];
        let mut site = Watched::start_with(polling, |root| {
            put(root, "dist/.handsel-manifest", "")?;
            kept.iter().try_for_each(|path| put(root, path, path))
        })?;
        site.put("a/b.md", "x")?;
        site.catch_up()?;
        site.heard.clear();
        for path in kept {
            site.put(path, "changed")?;
            site.put(&format!("{path}.new/deep/file"), "made")?;
            fs::remove_dir_all(site.at(&format!("{path}.new")))?;
        }
        for path in [".handsel/cache", "a/.b.md.swp", "a/b.md~", "a/#b.md#", "a/4913", ".DS_Store", "public/new.html"] {
            site.put(path, "x")?;
        }
        fs::remove_dir_all(site.at("node_modules"))?;
        // Reading is no change.
        Known::of(&site.disk, &site.rules);
        assert_eq!(site.told_until_now()?, set(&[]));
        Ok(())
    })
}

#[test]
fn what_is_listed_follows_the_rules() -> Outcome {
    both_ways(|polling| {
        let mut site = Watched::start(polling, &["a.md", "drafts/b.md", "drafts/deep/c.md", "dist/d.md", "left/e.md"])?;
        site.put(".gitignore", "drafts/\n")?;
        site.catch_up()?;
        assert!(!site.known.files.contains_key(&source("drafts/b.md")));
        fs::remove_file(site.at(".gitignore"))?;
        site.catch_up()?;
        for path in ["drafts/deep/c.md", "drafts/deep/new.md"] {
            site.put(path, "edited")?;
            site.catch_up()?;
        }
        site.put("dist/.handsel-manifest", "")?;
        site.catch_up()?;
        fs::remove_file(site.at("dist/.handsel-manifest"))?;
        site.catch_up()?;
        site.put("dist/d.md", "edited")?;
        site.catch_up()?;
        site.rules = ListingRules { output: None, ignore: vec!["dist".into()] };
        site.watcher.obey(site.rules.clone());
        site.catch_up()?;
        site.put("left/e.md", "edited")?;
        site.catch_up()?;
        Ok(())
    })
}

#[test]
fn a_link_changes_with_what_it_leads_to() -> Outcome {
    both_ways(|polling| {
        let mut site = Watched::start_with(polling, |root| {
            put(root, "real/a.md", "a")?;
            put(root, "node_modules/x/readme.md", "readme")?;
            put(root, ".parts/deep/c.md", "c")?;
            put(root, "pages/d.md", "d")?;
            symlink("../real/a.md", root.join("pages/link.md"))?;
            symlink("link.md", root.join("pages/link-to-link.md"))?;
            symlink("../node_modules/x/readme.md", root.join("pages/readme.md"))?;
            symlink("../.parts/now/c.md", root.join("pages/through-folder.md"))?;
            symlink("deep", root.join(".parts/now"))?;
            symlink("../later/e.md", root.join("pages/dangling.md"))
        })?;
        assert_eq!(site.known.files.len(), 6);
        fs::write(site.at("real/a.md"), "edited")?;
        assert_eq!(site.told_until_now()?, set(&["pages/link-to-link.md", "pages/link.md", "real/a.md"]));
        fs::write(site.at("node_modules/x/readme.md"), "edited")?;
        assert_eq!(site.told_until_now()?, set(&["pages/readme.md"]));
        fs::rename(site.at("node_modules"), site.at(".old"))?;
        assert_eq!(site.told_until_now()?, set(&["pages/readme.md"]));
        site.put("node_modules/x/readme.md", "made again")?;
        site.catch_up()?;
        site.put("node_modules/x/readme.md", "and edited")?;
        site.catch_up()?;
        site.put(".parts/other/c.md", "another c")?;
        fs::remove_file(site.at(".parts/now"))?;
        symlink("other", site.at(".parts/now"))?;
        site.catch_up()?;
        site.put(".parts/other/c.md", "another c, edited")?;
        site.catch_up()?;
        site.put("later/e.md", "now it is there")?;
        site.catch_up()?;
        fs::remove_file(site.at("pages/link.md"))?;
        symlink("d.md", site.at("pages/link.md"))?;
        site.catch_up()?;
        site.put("pages/d.md", "edited")?;
        site.catch_up()?;
        assert_eq!(site.known.problems, []);
        Ok(())
    })
}

#[test]
fn thousands_of_files_at_once() -> Outcome {
    both_ways(|polling| {
        let mut site = Watched::start(polling, &["a.md"])?;
        for file in 0..3000 {
            site.put(&format!("checkout/{}/{}/{file}.md", file % 30, file % 7), "branch one")?;
        }
        site.catch_up()?;
        for file in (0..3000).rev() {
            site.put(&format!("checkout/{}/{}/{file}.md", file % 30, file % 7), "branch two")?;
        }
        fs::remove_dir_all(site.at("checkout/3"))?;
        site.catch_up()?;
        fs::remove_dir_all(site.at("checkout"))?;
        let told = site.told_until_now()?;
        assert!(told.len() < 8000, "{}", told.len());
        site.put("a.md", "edited")?;
        assert_eq!(site.told_until_now()?, set(&["a.md"]));
        Ok(())
    })
}

#[test]
fn any_edits_at_any_pace_end_in_the_same_site() -> Outcome {
    both_ways(|polling| {
        let mut site = Watched::start(polling, &["a/x.md", "b/y.md", "b/c/z.md"])?;
        let folders = ["a", "b", "c", "b/c", "a/b", "a/b/c", ".git", "static/.well-known"];
        let mut number = 0x9E37_79B9_7F4A_7C15_u64;
        let mut any = |limit: usize| {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(number >> 33).unwrap_or(0) % limit
        };
        for round in 0..40 {
            for edit in 0..any(30) {
                let (one, other) = (folders[any(folders.len())], folders[any(folders.len())]);
                let name = ["x.md", "y.md", "z.md"][any(3)];
                // What cannot be done is left out.
                let _ = match any(10) {
                    0 => fs::rename(site.at(one), site.at(other)),
                    1 => fs::remove_dir_all(site.at(one)),
                    2 => fs::remove_file(site.at(&format!("{one}/{name}"))),
                    3 => fs::rename(site.at(&format!("{one}/{name}")), site.at(&format!("{other}/{name}"))),
                    4 => symlink(format!("../{other}/{name}"), site.at(&format!("{one}/link-{name}"))),
                    5 => fs::rename(site.at(&format!("{one}/x.md")), site.at(other)),
                    _ => site.put(&format!("{one}/{name}"), &format!("{round} {edit}")),
                };
                if any(8) == 0 {
                    std::thread::sleep(Duration::from_millis(any(8) as u64));
                }
            }
            site.catch_up().map_err(|error| format!("round {round}: {error}"))?;
        }
        Ok(())
    })
}

#[test]
fn the_site_s_own_folder_goes_and_comes_back() -> Outcome {
    both_ways(|polling| {
        let mut site = Watched::start(polling, &["a.md", "b/c.md"])?;
        let away = site.root.with_file_name("away");
        fs::rename(&site.root, &away)?;
        site.put("a.md", "another site")?;
        site.catch_up()?;
        site.put("a.md", "another site, edited")?;
        site.catch_up()?;
        assert_eq!(site.known.files.len(), 1);
        Ok(())
    })
}

#[test]
fn the_probe_leaves_nothing_behind_and_nothing_is_said() -> Outcome {
    let mut site = Watched::start(Polling::Auto, &["a.md"])?;
    let start = Instant::now();
    while site.at(".handsel").exists() && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(!site.at(".handsel").exists());
    assert_eq!(site.told_until_now()?, set(&[]));
    assert_eq!(*site.said.lock().expect("nobody panics with it"), [""; 0]);
    Ok(())
}

#[test]
fn nothing_is_told_after_the_watcher_is_dropped() -> Outcome {
    both_ways(|polling| {
        let site = Watched::start(polling, &["a.md"])?;
        let Watched { watcher, told, root, .. } = &site;
        let _ = (watcher, root);
        while told.try_recv().is_ok() {}
        let Watched { watcher, told, root, _folder, .. } = site;
        drop(watcher);
        put(&root, "a.md", "edited")?;
        // The teller is gone with the thread.
        assert!(told.iter().next().is_none());
        Ok(())
    })
}

#[test]
#[ignore = "prints figures, holds nothing"]
fn figures() -> Outcome {
    let mut site = Watched::start(Polling::Auto, &["a.md"])?;
    let mut saves: Vec<Duration> = Vec::new();
    for save in 0..200 {
        while site.told.try_recv().is_ok() {}
        let start = Instant::now();
        fs::write(site.at("a.md"), format!("save {save}"))?;
        site.told.recv_timeout(PATIENCE)?;
        saves.push(start.elapsed());
        std::thread::sleep(Duration::from_millis(20));
    }
    saves.sort_unstable();
    eprintln!("from a save to being told: median {:?}, 95 of 100 {:?}, longest {:?}", saves[100], saves[190], saves[199]);
    for folder in 0..1000 {
        fs::create_dir_all(site.at(&format!("many/{folder}")))?;
        (0..100).try_for_each(|file| fs::write(site.at(&format!("many/{folder}/{file}.md")), "x"))?;
    }
    site.catch_up()?;
    for polling in [Polling::Never, POLLING] {
        let start = Instant::now();
        let watcher = Watcher::start(&site.disk, WatchOptions { rules: site.rules.clone(), polling }, |_| {}, |_| {})?;
        eprintln!("start with 100,000 files in 1,000 folders, {polling:?}: {:?}", start.elapsed());
        drop(watcher);
    }
    Ok(())
}
