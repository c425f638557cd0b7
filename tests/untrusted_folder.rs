//! A site's folder from a stranger: nothing in `.handsel/`, the output folder or the address ledger
//! makes Handsel read or write outside the site, wait, or use more memory than a build needs.
#![cfg(unix)]

mod common;

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

use common::edits::Dice;
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
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Result<Self, Box<dyn Error>> {
        let place = Place {
            folder: tempfile::tempdir()?,
        };
        place.put(
            "site/handsel.yaml",
            "title: A site\nbase_url: https://site.example/\n",
        )?;
        for number in 0..12 {
            let next = (number + 1) % 12;
            place.put(
                &format!("site/content/page-{number}.md"),
                &format!("# Page {number}\n\nWords, and [next](page-{next}.md).\n"),
            )?;
        }
        place.put("victim", "untouched\n")?;
        place.put("outside/victim", "untouched\n")?;
        Ok(place)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn put(&self, path: &str, text: &str) -> io::Result<()> {
        let full = self.at(path);
        fs::create_dir_all(full.parent().expect("files are in folders"))?;
        fs::write(full, text)
    }

    /// Runs a command; returns its exit status and its output. A command that takes long counts as
    /// one that waits.
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
        let begun = Instant::now();
        while child.try_wait()?.is_none() {
            if begun.elapsed() > Duration::from_secs(60) {
                child.kill()?;
                return Err(format!("`{arguments}` does not end").into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        Ok((output.status.code().unwrap_or(-1), said))
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
    let absolute = |place: &Place| place.at("victim").to_string_lossy().into_owned();
    for number in 0..9 {
        let place = Place::new()?;
        symlink(place.at("outside"), place.at("site/content/out"))?;
        let victim = absolute(&place);
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
        place.put("site/.handsel/move/journal", &journal.to_string())?;
        place.put("site/.handsel/move/edit-0", "hostile\n")?;
        let before = tree(&place.at("site/content"))?;
        for command in [
            "build",
            "move --finish",
            "move content/page-2.md content/page-b.md",
        ] {
            let (status, said) = place.run(command)?;
            assert_eq!(status, 2, "{journal}: {command}: {said}");
            place.assert_untouched(&format!("{journal}: {command}"))?;
        }
        assert_eq!(tree(&place.at("site/content"))?, before, "{journal}");
        assert!(!place.at("site/.git").exists(), "{journal}");
    }
    Ok(())
}

#[test]
fn a_staged_link_is_neither_written_through_nor_taken_for_text() -> Outcome {
    let place = Place::new()?;
    fs::create_dir_all(place.at("site/.handsel/move"))?;
    for name in ["edit-0", "edit-1", "journal.new"] {
        symlink(
            place.at("victim"),
            place.at("site/.handsel/move").join(name),
        )?;
    }
    let (status, said) = place.run("move content/page-1.md content/page-b.md")?;
    assert_eq!(status, 0, "{said}");
    place.assert_untouched("move")?;
    assert!(fs::read_to_string(place.at("site/content/page-0.md"))?.contains("page-b.md"));

    let journal = serde_json::json!({ "from": "content/x.md", "to": "content/y.md", "edited": [{ "path": "content/page-0.md" }] });
    place.put("site/.handsel/move/journal", &journal.to_string())?;
    symlink(place.at("victim"), place.at("site/.handsel/move/edit-0"))?;
    place.run("move --finish")?;
    assert!(fs::symlink_metadata(place.at("site/content/page-0.md"))?.is_file());
    place.assert_untouched("move --finish")
}

#[test]
fn links_in_the_place_of_own_folders_are_refused() -> Outcome {
    for (link, named) in [
        (".handsel", "`.handsel` is a symbolic link"),
        (".handsel/cache", "`.handsel/cache` is a symbolic link"),
        (".handsel/move", "`.handsel/move` is a symbolic link"),
        ("handsel.lock", "`handsel.lock` is a symbolic link"),
        ("public", "`public` is a symbolic link"),
    ] {
        let place = Place::new()?;
        let path = place.at("site").join(link);
        fs::create_dir_all(path.parent().expect("it is in the site"))?;
        let target = if link == "handsel.lock" {
            place.at("victim")
        } else {
            place.at("outside")
        };
        symlink(target, &path)?;
        let (status, said) = place.run("build")?;
        assert!(status == 2 && said.contains(named), "{link}: {said}");
        place.assert_untouched(link)?;
    }
    let place = Place::new()?;
    fs::create_dir_all(place.at("site/public"))?;
    symlink(place.at("outside"), place.at("site/public/page-1"))?;
    let hash = "0".repeat(32);
    place.put(
        "site/public/.handsel-manifest",
        &format!(
            "# handsel-manifest 1: the files that Handsel wrote here\n{hash}  page-1/victim\n"
        ),
    )?;
    let (status, said) = place.run("build")?;
    assert!(status == 1 && said.contains("page-1"), "{said}");
    place.run("build --force")?;
    place.assert_untouched("a link in the output folder")
}

#[test]
fn what_is_in_the_place_of_own_files_is_neither_waited_for_nor_read_without_end() -> Outcome {
    let place = Place::new()?;
    let (status, said) = place.run("build")?;
    assert_eq!(status, 0, "{said}");
    let published = tree(&place.at("site/public"))?;
    let cached: Vec<PathBuf> = tree(&place.at("site/.handsel/cache"))?
        .into_keys()
        .collect();
    assert!(cached.len() > 5);
    for (number, name) in cached.iter().enumerate() {
        let path = place.at("site/.handsel/cache").join(name);
        fs::remove_file(&path)?;
        match number % 4 {
            0 => symlink("/dev/zero", &path)?,
            1 => pipe(&path)?,
            2 => File::create(&path)?.set_len(3 << 30)?,
            _ => symlink(place.at("victim"), &path)?,
        }
    }
    let (status, said) = place.run("build")?;
    assert_eq!(status, 0, "{said}");
    assert_eq!(tree(&place.at("site/public"))?, published);
    place.assert_untouched("cache")?;

    for name in [".handsel-manifest", ".handsel-lock"] {
        let path = place.at("site/public").join(name);
        let _ = fs::remove_file(&path);
        pipe(&path)?;
    }
    fs::remove_file(place.at("site/handsel.lock"))?;
    pipe(&place.at("site/handsel.lock"))?;
    for command in ["build --force", "check", "move --finish"] {
        place.run(command)?;
    }
    place.assert_untouched("pipes")
}

#[test]
fn a_report_takes_the_place_of_a_report_alone() -> Outcome {
    let place = Place::new()?;
    let page = fs::read_to_string(place.at("site/content/page-0.md"))?;
    fs::create_dir_all(place.at("site/.handsel"))?;
    place.put("site/.handsel/report.html", "not a report")?;
    for (target, status) in [
        ("", 2),
        (" --to content/page-0.md", 2),
        (" --to ../victim", 2),
        (" --to new.html", 0),
        (" --to new.html", 0),
    ] {
        let (found, said) = place.run(&format!("report{target}"))?;
        assert_eq!(found, status, "{target}: {said}");
        assert!(status == 0 || said.contains("--force"), "{target}: {said}");
    }
    assert_eq!(
        fs::read_to_string(place.at("site/content/page-0.md"))?,
        page
    );
    place.assert_untouched("report")?;
    assert_eq!(place.run("report --to content/page-0.md --force")?.0, 0);
    assert!(fs::read_to_string(place.at("site/content/page-0.md"))?.contains("handsel report"));
    Ok(())
}

/// Files of which one is larger than the memory: reading it as a whole is a failure.
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
        assert!(!LARGE.contains(&path.as_str()), "{path} is read as a whole");
        self.0.read(path)
    }

    fn open(&self, path: &SourcePath) -> io::Result<Box<dyn io::Read + Send + '_>> {
        Ok(Box::new(io::Cursor::new(self.0.read(path)?)))
    }
}

/// Counts the bytes that are copied piece by piece.
#[derive(Default)]
struct Copied(Mutex<BTreeMap<String, u64>>);

impl Sink for Copied {
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
fn a_large_file_is_never_in_memory_as_a_whole() {
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
    let copied = Copied::default();
    let built = pipeline::build(
        &WithLarge(files),
        &common::request(),
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
fn no_image_is_made_for_a_build_that_another_problem_stops() -> Outcome {
    let place = Place::new()?;
    fs::write(
        place.at("site/content/large.png"),
        common::images::picture("png 1200x900"),
    )?;
    place.put("site/content/shown.md", "# Shown\n\n![Large](large.png)\n")?;
    place.put(
        "site/content/other.md",
        "---\ntitle: Other\ntemplate: of-another-theme\n---\nText.\n",
    )?;
    let pieces = |place: &Place| {
        tree(&place.at("site/.handsel/cache")).map(|files| {
            files
                .keys()
                .filter(|name| name.to_string_lossy().starts_with("piece-"))
                .count()
        })
    };
    let (status, said) = place.run("build --profile")?;
    assert!(status == 1 && said.contains("of-another-theme"), "{said}");
    assert_eq!(pieces(&place).unwrap_or(0), 0, "{said}");
    fs::remove_file(place.at("site/content/other.md"))?;
    let (status, said) = place.run("build --profile")?;
    assert_eq!(status, 0, "{said}");
    assert!(pieces(&place)? > 0 && said.contains("  images  "), "{said}");
    Ok(())
}

#[test]
fn two_hundred_spoiled_caches_give_what_a_clean_build_gives() -> Outcome {
    let place = Place::new()?;
    place.run("build")?;
    let published = tree(&place.at("site/public"))?;
    let pristine = tree(&place.at("site/.handsel/cache"))?;
    let names: Vec<&PathBuf> = pristine.keys().collect();
    let mut dice = Dice::new(common::random::seed(24));
    let rounds = if common::random::is_long() { 200 } else { 20 };
    for round in 0..rounds {
        // Ten changes in each round, in the headers of files as well as in their contents.
        for _ in 0..10 {
            let path = place.at("site/.handsel/cache").join(dice.pick(&names));
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
            fs::remove_dir_all(place.at("site/public"))?;
        }
        let (status, said) = place.run("build")?;
        assert_eq!(status, 0, "round {round}: {said}");
        assert_eq!(tree(&place.at("site/public"))?, published, "round {round}");
    }
    Ok(())
}
