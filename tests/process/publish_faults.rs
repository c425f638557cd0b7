//! Publishing when the file system fails: a full disk, a read-only one, another mount, a folder
//! that changes meanwhile.
//!
//! Full and read-only disks are small mounts in memory. Where this program may not mount, those
//! tests say so and pass.
#![cfg(target_os = "linux")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use handsel::disk::publish::{
    CommitSummary, MANIFEST_NAME, PublishError, PublishOptions, Publisher,
};
use handsel::paths::OutputPath;

type Outcome = Result<(), Box<dyn Error>>;

/// A separate file system mounted on a folder until the value is dropped.
struct Mount(tempfile::TempDir);

impl Mount {
    /// `None`, with a message on standard error, where mounting is not allowed.
    fn new(options: &str) -> Result<Option<Self>, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        if run(
            "mount",
            &["-t", "tmpfs", "-o", options, "tmpfs"],
            folder.path(),
        ) {
            return Ok(Some(Self(folder)));
        }
        eprintln!("skipped: mounting is not allowed here");
        Ok(None)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn remount(&self, options: &str) -> bool {
        run("mount", &["-o", &format!("remount,{options}")], self.path())
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        run("umount", &[], self.path());
    }
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> bool {
    Command::new(program)
        .args(arguments)
        .arg(folder)
        .output()
        .is_ok_and(|output| output.status.success())
}

fn publish(
    output: &Path,
    parent: &Path,
    pages: usize,
    letter: &str,
) -> Result<CommitSummary, PublishError> {
    let publisher = Publisher::begin(output, parent, PublishOptions::default())?;
    stage(&publisher, pages, letter)?;
    publisher.commit()
}

fn stage(publisher: &Publisher, pages: usize, letter: &str) -> Result<(), PublishError> {
    let text = letter.repeat(10_000);
    (0..pages).try_for_each(|page| {
        publisher.stage(
            &path_of(&format!("page-{page}/index.html")),
            text.as_bytes(),
        )
    })
}

fn path_of(path: &str) -> OutputPath {
    OutputPath::new(path).expect("a path inside the output folder")
}

/// The names in a folder and its subfolders, with the first letter of each file.
fn snapshot(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        match fs::read(entry.path()) {
            Ok(bytes) => names.push(format!("{name} {:?} {}", bytes.first(), bytes.len())),
            Err(_) => names.extend(
                snapshot(&entry.path())
                    .into_iter()
                    .map(|inner| format!("{name}/{inner}"))
                    .chain([name.clone()]),
            ),
        }
    }
    names.sort();
    names
}

#[test]
fn a_full_disk_loses_nothing() -> Outcome {
    let Some(mount) = Mount::new("size=2m")? else {
        return Ok(());
    };
    let (output, parent) = (mount.path().join("public"), mount.path().join(".handsel"));
    let error = publish(&output, &parent, 400, "x").expect_err("four megabytes do not fit on two");
    assert_eq!(
        snapshot(mount.path()),
        [""; 0],
        "nothing is left of a first build"
    );
    let text = error.to_string();
    assert!(
        text.contains("no space left on the device. Free some space and build again."),
        "{text}"
    );
    assert!(
        text.contains("public/page-") && text.ends_with("public is unchanged."),
        "{text}"
    );

    publish(&output, &parent, 100, "a")?;
    let before = snapshot(mount.path());
    publish(&output, &parent, 100, "b").expect_err("old and new do not fit together");
    assert_eq!(snapshot(mount.path()), before);
    assert!(mount.remount("size=8m"), "remount");
    assert_eq!(publish(&output, &parent, 100, "b")?.written, 100);
    Ok(())
}

#[test]
fn a_disk_that_fills_up_at_any_step_loses_nothing() -> Outcome {
    let Some(mount) = Mount::new("size=8m,nr_inodes=200")? else {
        return Ok(());
    };
    let (output, parent) = (mount.path().join("public"), mount.path().join(".handsel"));
    publish(&output, &parent, 20, "a")?;
    let before = snapshot(mount.path());
    let mut failures = 0;
    for inodes in 44..110 {
        if !mount.remount(&format!("nr_inodes={inodes}")) {
            continue;
        }
        match publish(&output, &parent, 21, "b") {
            Ok(_) => {
                publish(&output, &parent, 20, "a")?;
            }
            Err(error) => {
                failures += 1;
                assert!(
                    error.to_string().contains("is unchanged"),
                    "{inodes} inodes: {error}"
                );
            }
        }
        assert_eq!(snapshot(mount.path()), before, "{inodes} inodes");
    }
    assert!((10..60).contains(&failures), "{failures} builds failed");
    Ok(())
}

#[test]
fn a_read_only_disk_is_reported_before_anything_is_rendered() -> Outcome {
    let Some(mount) = Mount::new("size=2m")? else {
        return Ok(());
    };
    let (output, parent) = (mount.path().join("public"), mount.path().join(".handsel"));
    publish(&output, &parent, 3, "a")?;
    assert!(mount.remount("ro"), "remount");
    let result = Publisher::begin(&output, &parent, PublishOptions::default());
    let text = result
        .map(|_| ())
        .expect_err("the disk is read-only")
        .to_string();
    assert!(text.contains("the file system is read-only"), "{text}");
    let nowhere = Publisher::begin(
        &mount.path().join("new/public"),
        &parent,
        PublishOptions::default(),
    );
    assert!(nowhere.is_err());
    Ok(())
}

#[test]
fn the_output_may_be_a_separate_mount() -> Outcome {
    let Some(mount) = Mount::new("size=2m")? else {
        return Ok(());
    };
    let site = tempfile::tempdir()?;
    let parent = site.path().join(".handsel");
    for letter in ["a", "b"] {
        assert_eq!(publish(mount.path(), &parent, 3, letter)?.written, 3);
        assert_eq!(
            fs::read(mount.path().join("page-1/index.html"))?,
            letter.repeat(10_000).as_bytes()
        );
        assert_eq!(
            fs::read_dir(mount.path())?.count(),
            4,
            "three folders and the manifest"
        );
    }
    assert!(!parent.exists());
    Ok(())
}

#[test]
fn a_failed_move_is_rolled_back_with_the_others() -> Outcome {
    let site = tempfile::tempdir()?;
    let (output, parent) = (site.path().join("public"), site.path().join(".handsel"));
    publish(&output, &parent, 8, "a")?;
    fs::write(output.join("page-6/mine.txt"), "mine")?;
    let publisher = Publisher::begin(&output, &parent, PublishOptions::default())?;
    stage(&publisher, 6, "b")?;
    publisher.stage(&path_of("new/index.html"), b"new")?;
    publisher.stage(&path_of("page-6/new.html"), b"new")?;
    fs::rename(output.join("page-6"), site.path().join("moved"))?;
    fs::write(output.join("page-6"), "not a folder any more")?;
    let mut before = snapshot(&output);
    before.retain(|name| !name.starts_with(".handsel-lock"));
    let text = publisher
        .commit()
        .expect_err("page-6 is a file now")
        .to_string();
    assert!(
        text.contains("page-6/new.html") && text.ends_with("is unchanged."),
        "{text}"
    );
    assert_eq!(snapshot(&output), before);
    assert!(!parent.exists());
    Ok(())
}

#[test]
fn a_file_in_place_of_the_output_folder_is_an_error() -> Outcome {
    let site = tempfile::tempdir()?;
    let (output, parent) = (site.path().join("public"), site.path().join(".handsel"));
    fs::write(&output, "a file")?;
    let error = publish(&output, &parent, 1, "a").expect_err("a file is in place of the folder");
    assert!(matches!(error, PublishError::NotFolder { .. }), "{error}");
    assert!(publish(&output.join("deeper"), &parent, 1, "a").is_err());
    assert_eq!(fs::read(&output)?, b"a file");
    Ok(())
}

#[test]
fn pages_are_not_written_through_links_in_the_output() -> Outcome {
    use std::os::unix::fs::symlink;
    let (site, elsewhere) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let (output, parent) = (site.path().join("public"), site.path().join(".handsel"));
    publish(&output, &parent, 2, "a")?;
    fs::rename(output.join("page-0"), elsewhere.path().join("page-0"))?;
    symlink(elsewhere.path().join("page-0"), output.join("page-0"))?;
    let error = publish(&output, &parent, 2, "b").expect_err("a link is in place of a folder");
    assert!(
        matches!(&error, PublishError::Foreign { paths, .. } if paths == &[path_of("page-0")]),
        "{error}"
    );
    publish(&output, &parent, 0, "")?;
    assert_eq!(
        fs::read(elsewhere.path().join("page-0/index.html"))?,
        "a".repeat(10_000).as_bytes(),
        "nothing is removed through a link"
    );
    let publisher = Publisher::begin(
        &output,
        &parent,
        PublishOptions {
            force: true,
            cache: None,
        },
    )?;
    stage(&publisher, 1, "c")?;
    publisher.commit()?;
    assert!(!output.join("page-0").is_symlink() && output.join(MANIFEST_NAME).exists());
    assert_eq!(
        fs::read(elsewhere.path().join("page-0/index.html"))?.first(),
        Some(&b'a')
    );
    Ok(())
}
