//! Stamps: what proves that a file's bytes are unchanged without reading them, and when nothing
//! does.
#![cfg(unix)]

use std::error::Error;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant, SystemTime};

use handsel::disk::Disk;
use handsel::paths::SourcePath;
use handsel::source::{Files, MemoryFiles, Stamp};

type Outcome = Result<(), Box<dyn Error>>;

fn source(path: &str) -> SourcePath {
    SourcePath::new(path).expect("a path inside the root")
}

fn stamp(disk: &Disk, path: &str) -> Option<Stamp> {
    disk.stamps(&[source(path)])[0]
}

/// The file's stamp, as soon as its times are old enough.
fn settled_stamp(disk: &Disk, path: &str) -> Result<Stamp, String> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(30) {
        if let Some(stamp) = stamp(disk, path) {
            return Ok(stamp);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err(format!("{path} has no stamp yet"))
}

/// Makes a change and requests the stamp at once. A file that was just changed must not have one.
fn has_no_stamp_after(
    disk: &Disk,
    path: &str,
    change: impl Fn() -> std::io::Result<()>,
) -> std::io::Result<bool> {
    for _ in 0..1000 {
        let start = Instant::now();
        change()?;
        let stamp = stamp(disk, path);
        // On a busy machine the stamp may be requested too late.
        if start.elapsed() < Duration::from_millis(20) {
            return Ok(stamp.is_none());
        }
    }
    Ok(true)
}

#[test]
fn every_change_changes_the_stamp() -> Outcome {
    let folder = tempfile::tempdir()?;
    let at = |path: &str| folder.path().join(path);
    fs::create_dir(at("content"))?;
    for path in ["a.md", "same-times.md", "content/b.md", "replaced.md"] {
        fs::write(at(path), "one")?;
    }
    symlink("content/b.md", at("link.md"))?;
    let disk = Disk::open(folder.path())?;
    assert!(has_no_stamp_after(&disk, "a.md", || fs::write(
        at("a.md"),
        "one"
    ))?);
    let paths = [
        "a.md",
        "same-times.md",
        "replaced.md",
        "link.md",
        "content/b.md",
    ];
    let before = paths
        .iter()
        .map(|path| settled_stamp(&disk, path))
        .collect::<Result<Vec<_>, _>>()?;
    assert_eq!(before[3], before[4], "a link has the stamp of its target");
    assert!(before.iter().all(|stamp| stamp.size == 3));
    let again = disk.stamps(&paths.map(source));
    assert_eq!(
        again,
        before.iter().copied().map(Some).collect::<Vec<_>>(),
        "nothing was changed"
    );

    let modified = fs::metadata(at("same-times.md"))?.modified()?;
    fs::write(at("a.md"), "two")?;
    fs::write(at("same-times.md"), "two")?;
    File::options()
        .write(true)
        .open(at("same-times.md"))?
        .set_modified(modified)?;
    fs::write(at("other"), "two")?;
    fs::rename(at("other"), at("replaced.md"))?;
    fs::write(at("content/b.md"), "two")?;
    for (path, before) in paths.iter().zip(&before) {
        assert_ne!(stamp(&disk, path), Some(*before), "{path}, at once");
        assert_ne!(settled_stamp(&disk, path)?, *before, "{path}, later");
    }
    Ok(())
}

#[test]
fn missing_and_recent_files_have_no_stamp() -> Outcome {
    let folder = tempfile::tempdir()?;
    let at = |path: &str| folder.path().join(path);
    fs::create_dir(at("folder"))?;
    fs::write(at("future.md"), "x")?;
    fs::write(at("old.md"), "x")?;
    symlink("nowhere", at("dangling.md"))?;
    File::options()
        .write(true)
        .open(at("future.md"))?
        .set_modified(SystemTime::now() + Duration::from_secs(86_400))?;
    let disk = Disk::open(folder.path())?;
    // The modification time is set back by years, but the time of that change still shows.
    let set_back = || {
        File::options()
            .write(true)
            .open(at("old.md"))?
            .set_modified(SystemTime::UNIX_EPOCH)
    };
    assert!(has_no_stamp_after(&disk, "old.md", set_back)?);
    settled_stamp(&disk, "old.md")?;
    for path in [
        "future.md",
        "dangling.md",
        "folder",
        "missing.md",
        "old.md/x",
        "",
    ] {
        assert_eq!(stamp(&disk, path), None, "{path}");
    }
    let mut memory = MemoryFiles::default();
    memory.put("a.md", "x");
    assert_eq!(
        memory.stamps(&[source("a.md"), source("b.md")]),
        [None, None]
    );
    assert_eq!(memory.stamps(&[]), []);
    Ok(())
}
