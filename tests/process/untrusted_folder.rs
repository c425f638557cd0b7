//! A site's folder from a stranger: nothing in `.handsel/`, the output folder or the address ledger
//! makes Handsel read or write outside the site, wait, or use more memory than a build needs.
#![cfg(unix)]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::common::edits::Dice;
use handsel::diagnostic::Checked;
use handsel::fingerprint::Fingerprint;
use handsel::paths::{OutputPath, SourcePath};
use handsel::pipeline::build_cache::BuildCache;
use handsel::pipeline::{self, Sink};
use handsel::source::{Files, ListingRules, MemoryFiles};

type Outcome = Result<(), Box<dyn Error>>;

/// The memory that a command may use, in kilobytes of address space: far more than this site needs,
/// and far less than a hostile file asks for.
const ADDRESS_SPACE_KB: u32 = 3_000_000;

/// A folder with a site in it, and something next to it that must not change.
struct Sandbox {
    folder: tempfile::TempDir,
}

impl Sandbox {
    fn new() -> Result<Self, Box<dyn Error>> {
        let sandbox = Sandbox {
            folder: tempfile::tempdir()?,
        };
        sandbox.put(
            "site/handsel.yaml",
            "title: A site\nbase_url: https://site.example/\n",
        )?;
        for number in 0..12 {
            let next = (number + 1) % 12;
            sandbox.put(
                &format!("site/content/page-{number}.md"),
                &format!("# Page {number}\n\nWords, and [next](page-{next}.md).\n"),
            )?;
        }
        sandbox.put("victim", "untouched\n")?;
        sandbox.put("outside/victim", "untouched\n")?;
        Ok(sandbox)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn put(&self, path: &str, text: &str) -> io::Result<()> {
        let full = self.at(path);
        fs::create_dir_all(full.parent().expect("files are in folders"))?;
        fs::write(full, text)
    }

    /// Runs a command; returns its exit status and its output. A command that takes too long counts
    /// as one that waits.
    fn run(&self, arguments: &str) -> Result<(i32, String), Box<dyn Error>> {
        let script =
            format!("ulimit -v {ADDRESS_SPACE_KB}; exec \"$0\" {arguments} --today 2026-11-22");
        let mut command = Command::new("sh");
        command
            .args(["-c", &script, env!("CARGO_BIN_EXE_handsel")])
            .current_dir(self.at("site"))
            .stdin(Stdio::null());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let started = Instant::now();
        while child.try_wait()?.is_none() {
            if started.elapsed() > Duration::from_secs(60) {
                child.kill()?;
                return Err(format!("`{arguments}` did not end").into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let output = child.wait_with_output()?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        Ok((output.status.code().unwrap_or(-1), printed))
    }

    /// Checks that nothing outside the site has changed.
    fn assert_untouched(&self, what: &str) -> Outcome {
        for path in ["victim", "outside/victim"] {
            assert_eq!(fs::read_to_string(self.at(path))?, "untouched\n", "{what}");
        }
        assert_eq!(fs::read_dir(self.at("outside"))?.count(), 1, "{what}");
        assert_eq!(fs::read_dir(self.folder.path())?.count(), 3, "{what}");
        Ok(())
    }
}

/// Every file below a folder, by its path there.
fn tree(folder: &Path) -> io::Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(
                    path.strip_prefix(folder).expect("it is below").to_owned(),
                    fs::read(&path)?,
                );
            }
        }
    }
    Ok(files)
}

fn pipe(path: &Path) -> Outcome {
    assert!(Command::new("mkfifo").arg(path).status()?.success());
    Ok(())
}

#[test]
fn a_forged_move_changes_nothing_outside_the_sources() -> Outcome {
    let absolute = |sandbox: &Sandbox| sandbox.at("victim").to_string_lossy().into_owned();
    for number in 0..9 {
        let sandbox = Sandbox::new()?;
        symlink(sandbox.at("outside"), sandbox.at("site/content/out"))?;
        let victim = absolute(&sandbox);
        let (from, to, edit) = match number {
            0 => ("content/x.md", "content/y.md", "../victim"),
            1 => ("content/x.md", "content/y.md", victim.as_str()),
            2 => ("../victim", "content/y.md", "content/page-0.md"),
            3 => ("content/page-1.md", "../moved.md", "content/page-0.md"),
            4 => ("content/x.md", "content/y.md", "content/out/victim"),
            5 => ("content/out/victim", "content/y.md", "content/page-0.md"),
            6 => (
                "content/page-1.md",
                "content/out/page-1.md",
                "content/page-0.md",
            ),
            7 => ("content/x.md", "content/y.md", ".git/hooks/post-checkout"),
            _ => ("", "content/y.md", "content/a/../../../victim"),
        };
        let journal = serde_json::json!({ "from": from, "to": to, "edited": [{ "path": edit }] });
        sandbox.put("site/.handsel/move/journal", &journal.to_string())?;
        sandbox.put("site/.handsel/move/edit-0", "hostile\n")?;
        let before = tree(&sandbox.at("site/content"))?;
        for command in [
            "build",
            "move --finish",
            "move content/page-2.md content/page-b.md",
        ] {
            let (status, printed) = sandbox.run(command)?;
            assert_eq!(status, 2, "{journal}: {command}: {printed}");
            sandbox.assert_untouched(&format!("{journal}: {command}"))?;
        }
        assert_eq!(tree(&sandbox.at("site/content"))?, before, "{journal}");
        assert!(!sandbox.at("site/.git").exists(), "{journal}");
    }
    Ok(())
}

#[test]
fn a_staged_link_is_neither_written_through_nor_read() -> Outcome {
    let sandbox = Sandbox::new()?;
    fs::create_dir_all(sandbox.at("site/.handsel/move"))?;
    for name in ["edit-0", "edit-1", "journal.new"] {
        symlink(
            sandbox.at("victim"),
            sandbox.at("site/.handsel/move").join(name),
        )?;
    }
    let (status, printed) = sandbox.run("move content/page-1.md content/page-b.md")?;
    assert_eq!(status, 0, "{printed}");
    sandbox.assert_untouched("move")?;
    assert!(fs::read_to_string(sandbox.at("site/content/page-0.md"))?.contains("page-b.md"));

    let journal = serde_json::json!({ "from": "content/x.md", "to": "content/y.md", "edited": [{ "path": "content/page-0.md" }] });
    sandbox.put("site/.handsel/move/journal", &journal.to_string())?;
    symlink(
        sandbox.at("victim"),
        sandbox.at("site/.handsel/move/edit-0"),
    )?;
    sandbox.run("move --finish")?;
    assert!(fs::symlink_metadata(sandbox.at("site/content/page-0.md"))?.is_file());
    sandbox.assert_untouched("move --finish")
}

#[test]
fn links_in_place_of_handsels_folders_are_refused() -> Outcome {
    for (link, named) in [
        (".handsel", "`.handsel` is a symbolic link"),
        (".handsel/cache", "`.handsel/cache` is a symbolic link"),
        (".handsel/move", "`.handsel/move` is a symbolic link"),
        ("handsel.lock", "`handsel.lock` is a symbolic link"),
        ("public", "`public` is a symbolic link"),
    ] {
        let sandbox = Sandbox::new()?;
        let path = sandbox.at("site").join(link);
        fs::create_dir_all(path.parent().expect("it is in the site"))?;
        let target = if link == "handsel.lock" {
            sandbox.at("victim")
        } else {
            sandbox.at("outside")
        };
        symlink(target, &path)?;
        let (status, printed) = sandbox.run("build")?;
        assert!(status == 2 && printed.contains(named), "{link}: {printed}");
        sandbox.assert_untouched(link)?;
    }
    let sandbox = Sandbox::new()?;
    fs::create_dir_all(sandbox.at("site/public"))?;
    symlink(sandbox.at("outside"), sandbox.at("site/public/page-1"))?;
    let hash = "0".repeat(32);
    sandbox.put(
        "site/public/.handsel-manifest",
        &format!(
            "# handsel-manifest 1: the files that Handsel wrote here\n{hash}  page-1/victim\n"
        ),
    )?;
    let (status, printed) = sandbox.run("build")?;
    assert!(status == 1 && printed.contains("page-1"), "{printed}");
    sandbox.run("build --force")?;
    sandbox.assert_untouched("a link in the output folder")
}

#[test]
fn pipes_and_devices_in_place_of_handsels_files_do_not_block() -> Outcome {
    let sandbox = Sandbox::new()?;
    let (status, printed) = sandbox.run("build")?;
    assert_eq!(status, 0, "{printed}");
    let published = tree(&sandbox.at("site/public"))?;
    let cached: Vec<PathBuf> = tree(&sandbox.at("site/.handsel/cache"))?
        .into_keys()
        .collect();
    assert!(cached.len() > 5);
    for (number, name) in cached.iter().enumerate() {
        let path = sandbox.at("site/.handsel/cache").join(name);
        fs::remove_file(&path)?;
        match number % 4 {
            0 => symlink("/dev/zero", &path)?,
            1 => pipe(&path)?,
            2 => File::create(&path)?.set_len(3 << 30)?,
            _ => symlink(sandbox.at("victim"), &path)?,
        }
    }
    let (status, printed) = sandbox.run("build")?;
    assert_eq!(status, 0, "{printed}");
    assert_eq!(tree(&sandbox.at("site/public"))?, published);
    sandbox.assert_untouched("cache")?;

    for name in [".handsel-manifest", ".handsel-lock"] {
        let path = sandbox.at("site/public").join(name);
        let _ = fs::remove_file(&path);
        pipe(&path)?;
    }
    fs::remove_file(sandbox.at("site/handsel.lock"))?;
    pipe(&sandbox.at("site/handsel.lock"))?;
    for command in ["build --force", "check", "move --finish"] {
        sandbox.run(command)?;
    }
    sandbox.assert_untouched("pipes")
}

#[test]
fn a_report_replaces_only_a_report() -> Outcome {
    let sandbox = Sandbox::new()?;
    let page = fs::read_to_string(sandbox.at("site/content/page-0.md"))?;
    fs::create_dir_all(sandbox.at("site/.handsel"))?;
    sandbox.put("site/.handsel/report.html", "not a report")?;
    for (target, status) in [
        ("", 2),
        (" --to content/page-0.md", 2),
        (" --to ../victim", 2),
        (" --to new.html", 0),
        (" --to new.html", 0),
    ] {
        let (found, printed) = sandbox.run(&format!("report{target}"))?;
        assert_eq!(found, status, "{target}: {printed}");
        assert!(
            status == 0 || printed.contains("--force"),
            "{target}: {printed}"
        );
    }
    assert_eq!(
        fs::read_to_string(sandbox.at("site/content/page-0.md"))?,
        page
    );
    sandbox.assert_untouched("report")?;
    assert_eq!(sandbox.run("report --to content/page-0.md --force")?.0, 0);
    assert!(fs::read_to_string(sandbox.at("site/content/page-0.md"))?.contains("handsel report"));
    Ok(())
}

/// Files, some of which are too large for memory: reading one of those whole is a failure.
struct WithLarge(MemoryFiles);

const LARGE: [&str; 4] = [
    "static/film.mp4",
    "content/film.webm",
    "content/poster.png",
    "content/downloads/archive.zip",
];

impl Files for WithLarge {
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>> {
        self.0.list(rules)
    }

    fn read(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
        assert!(!LARGE.contains(&path.as_str()), "{path} was read whole");
        self.0.read(path)
    }

    fn open(&self, path: &SourcePath) -> io::Result<Box<dyn io::Read + Send + '_>> {
        Ok(Box::new(io::Cursor::new(self.0.read(path)?)))
    }
}

/// A sink that counts the bytes that are copied in pieces.
#[derive(Default)]
struct CountingSink(Mutex<BTreeMap<String, u64>>);

impl Sink for CountingSink {
    fn put(&self, _: &OutputPath, _: Cow<'static, [u8]>, _: Fingerprint) -> Result<(), String> {
        Ok(())
    }

    fn copy(
        &self,
        path: &OutputPath,
        file: &mut dyn io::Read,
        _: Fingerprint,
    ) -> Result<Fingerprint, String> {
        let (hash, length) =
            Fingerprint::of_reader(file, |_| Ok(())).map_err(|error| error.to_string())?;
        self.0
            .lock()
            .expect("no holder panics")
            .insert(path.to_string(), length);
        Ok(hash)
    }
}

#[test]
fn large_files_are_never_read_whole() {
    let mut files = MemoryFiles::default();
    files.put(
        "content/a.md",
        "# A\n\n[film](film.webm) <video src=\"/film.mp4\"></video> ![not an image](poster.png)\n",
    );
    files.put(
        "content/downloads/a.md",
        "---\ntitle: Archive\nfile: archive.zip\n---\nTake it.\n",
    );
    for path in LARGE {
        files.put(path, vec![7; 5 << 20]);
    }
    let copied = CountingSink::default();
    let built = pipeline::build(
        &WithLarge(files),
        &crate::common::request(),
        &copied,
        &BuildCache::of(None),
    );
    let reported: Vec<&str> = built
        .problems
        .iter()
        .map(|problem| problem.code.name())
        .collect();
    assert_eq!(reported, ["bad-image"], "{:?}", built.problems);
    let copied = copied.0.into_inner().expect("no holder panics");
    assert_eq!(
        copied,
        [
            "downloads/archive.zip",
            "film.mp4",
            "film.webm",
            "poster.png"
        ]
        .map(|name| (name.to_owned(), 5 << 20))
        .into()
    );
}

#[test]
fn no_image_is_encoded_when_another_problem_stops_the_build() -> Outcome {
    let sandbox = Sandbox::new()?;
    fs::write(
        sandbox.at("site/content/large.png"),
        crate::common::images::sample_image("png 1200x900"),
    )?;
    sandbox.put("site/content/shown.md", "# Shown\n\n![Large](large.png)\n")?;
    sandbox.put(
        "site/content/other.md",
        "---\ntitle: Other\ntemplate: of-another-theme\n---\nText.\n",
    )?;
    let pieces = |sandbox: &Sandbox| {
        tree(&sandbox.at("site/.handsel/cache")).map(|files| {
            files
                .keys()
                .filter(|name| name.to_string_lossy().starts_with("piece-"))
                .count()
        })
    };
    let (status, printed) = sandbox.run("build --profile")?;
    assert!(
        status == 1 && printed.contains("of-another-theme"),
        "{printed}"
    );
    assert_eq!(pieces(&sandbox).unwrap_or(0), 0, "{printed}");
    fs::remove_file(sandbox.at("site/content/other.md"))?;
    let (status, printed) = sandbox.run("build --profile")?;
    assert_eq!(status, 0, "{printed}");
    assert!(
        pieces(&sandbox)? > 0 && printed.contains("  images  "),
        "{printed}"
    );
    Ok(())
}

#[test]
fn damaged_caches_give_the_output_of_a_clean_build() -> Outcome {
    let sandbox = Sandbox::new()?;
    sandbox.run("build")?;
    let published = tree(&sandbox.at("site/public"))?;
    let pristine = tree(&sandbox.at("site/.handsel/cache"))?;
    let names: Vec<&PathBuf> = pristine.keys().collect();
    let mut dice = Dice::new(crate::common::random::seed(24));
    let rounds = if crate::common::random::is_long() {
        200
    } else {
        20
    };
    for round in 0..rounds {
        // Ten changes in each round, in the headers of files as well as in their contents.
        for _ in 0..10 {
            let path = sandbox.at("site/.handsel/cache").join(dice.pick(&names));
            let Ok(mut bytes) = fs::read(&path) else {
                continue;
            };
            let at = if dice.roll(2) == 0 {
                dice.roll(60)
            } else {
                dice.roll(bytes.len())
            };
            match dice.roll(4) {
                0 => bytes.truncate(at),
                1 => {
                    File::options()
                        .write(true)
                        .open(&path)?
                        .set_len((1 << 30) + bytes.len() as u64)?;
                    continue;
                }
                2 => bytes.extend(std::iter::repeat_n(0x80, dice.roll(4096))),
                _ => bytes
                    .iter_mut()
                    .skip(at)
                    .take(1)
                    .for_each(|byte| *byte ^= 1 << dice.roll(8)),
            }
            fs::write(&path, bytes)?;
        }
        if round % 2 == 1 {
            fs::remove_dir_all(sandbox.at("site/public"))?;
        }
        let (status, printed) = sandbox.run("build")?;
        assert_eq!(status, 0, "round {round}: {printed}");
        assert_eq!(
            tree(&sandbox.at("site/public"))?,
            published,
            "round {round}"
        );
    }
    Ok(())
}
