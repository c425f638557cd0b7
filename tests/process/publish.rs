//! Publishing as a user of the output folder sees it: what is written, kept, removed, refused and
//! rolled back.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use handsel::cache::{CacheStore, MemoryStore};
use handsel::disk::publish::{
    CommitSummary, LOCK_NAME, MANIFEST_NAME, PublishError, PublishOptions, Publisher,
};
use handsel::fingerprint::Fingerprint;
use handsel::paths::OutputPath;

type Outcome = Result<(), Box<dyn Error>>;
type Tree<'a> = &'a [(&'a str, &'a str)];

const FIRST: Tree = &[
    ("index.html", "home"),
    ("a/index.html", "a"),
    ("a/b/index.html", "b"),
    ("c.css", "c"),
];

/// A site's folder with its output folder.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
        })
    }

    fn output(&self) -> PathBuf {
        self.folder.path().join("public")
    }

    fn begin(&self, force: bool) -> Result<Publisher, PublishError> {
        Publisher::begin(
            &self.output(),
            &self.folder.path().join(".handsel"),
            PublishOptions { force, cache: None },
        )
    }

    fn publish(&self, tree: Tree) -> Result<CommitSummary, PublishError> {
        self.publish_with(tree, false)
    }

    fn publish_with(&self, tree: Tree, force: bool) -> Result<CommitSummary, PublishError> {
        let publisher = self.begin(force)?;
        stage(&publisher, tree)?;
        publisher.commit()
    }

    fn put(&self, path: &str, text: &str) -> std::io::Result<()> {
        let full = self.output().join(path);
        fs::create_dir_all(full.parent().expect("a file is in a folder"))?;
        fs::write(full, text)
    }

    /// Every file of the output folder except the manifest, and every empty folder, with a slash.
    fn files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        collect(&self.output(), "", &mut files);
        files.remove(MANIFEST_NAME);
        files
    }

    fn assert_files(&self, expected: Tree) {
        let expected: BTreeMap<_, _> = expected
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        assert_eq!(self.files(), expected);
        assert!(
            !self.folder.path().join(".handsel").exists(),
            "the staging folder was left"
        );
    }
}

fn stage(publisher: &Publisher, tree: Tree) -> Result<(), PublishError> {
    tree.iter()
        .try_for_each(|(path, text)| publisher.stage(&path_of(path), text.as_bytes()))
}

fn path_of(path: &str) -> OutputPath {
    OutputPath::new(path).expect("a path inside the output folder")
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut is_empty = true;
    for entry in entries.flatten() {
        is_empty = false;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, fs::read_to_string(entry.path()).unwrap_or_default());
        }
    }
    if is_empty && !prefix.is_empty() {
        files.insert(prefix.to_owned(), String::new());
    }
}

#[test]
fn a_first_build_writes_everything() -> Outcome {
    let site = Site::new()?;
    let published = site.publish(FIRST)?;
    assert_eq!(
        (
            published.written,
            published.unchanged,
            published.removed,
            published.files,
            published.bytes
        ),
        (4, 0, 0, 4, 7)
    );
    site.assert_files(FIRST);
    assert!(!site.output().join(LOCK_NAME).exists());
    Ok(())
}

#[test]
fn equal_files_are_not_touched() -> Outcome {
    let site = Site::new()?;
    site.publish(FIRST)?;
    let old = SystemTime::now() - Duration::from_secs(1000);
    for path in [
        "index.html",
        "a/index.html",
        "a/b/index.html",
        MANIFEST_NAME,
    ] {
        fs::File::options()
            .write(true)
            .open(site.output().join(path))?
            .set_modified(old)?;
    }
    let again = site.publish(FIRST)?;
    assert_eq!((again.written, again.unchanged), (0, 4));
    for path in ["index.html", MANIFEST_NAME] {
        assert_eq!(
            fs::metadata(site.output().join(path))?.modified()?,
            old,
            "{path}"
        );
    }
    let changed = site.publish(&[
        ("index.html", "home"),
        ("a/index.html", "A"),
        ("a/b/index.html", "b"),
        ("c.css", "c"),
    ])?;
    assert_eq!((changed.written, changed.unchanged), (1, 3));
    assert_eq!(
        fs::metadata(site.output().join("index.html"))?.modified()?,
        old
    );
    assert_ne!(
        fs::metadata(site.output().join("a/index.html"))?.modified()?,
        old
    );
    Ok(())
}

#[test]
fn outputs_that_are_no_longer_made_are_removed_with_their_folders() -> Outcome {
    let site = Site::new()?;
    site.publish(FIRST)?;
    site.put("keep/mine.txt", "mine")?;
    let published = site.publish(&[("index.html", "home")])?;
    assert_eq!(
        (published.removed, published.foreign.as_slice()),
        (3, [path_of("keep/mine.txt")].as_slice())
    );
    site.assert_files(&[("index.html", "home"), ("keep/mine.txt", "mine")]);
    assert_eq!(
        fs::read_dir(site.output())?.count(),
        3,
        "index.html, keep/, the manifest"
    );
    Ok(())
}

#[test]
fn a_file_and_a_folder_swap_places() -> Outcome {
    let site = Site::new()?;
    let folder: Tree = &[("a/index.html", "a"), ("a/b/c.html", "c"), ("x", "x")];
    let file: Tree = &[("a", "a"), ("x/y/z.html", "z"), ("x/w.html", "w")];
    site.publish(folder)?;
    site.publish(file)?;
    site.assert_files(file);
    site.publish(folder)?;
    site.assert_files(folder);
    Ok(())
}

#[test]
fn foreign_files_in_the_way_stop_a_build() -> Outcome {
    let site = Site::new()?;
    site.put("index.html", "mine")?;
    site.put("a", "mine too")?;
    let publisher = site.begin(false)?;
    stage(&publisher, FIRST)?;
    assert_eq!(publisher.conflicts(), [path_of("a"), path_of("index.html")]);
    let error = publisher
        .commit()
        .expect_err("foreign files are in the way")
        .to_string();
    assert!(
        error.contains("public/a, ") && error.contains("--force"),
        "{error}"
    );
    site.assert_files(&[("index.html", "mine"), ("a", "mine too")]);
    site.publish_with(FIRST, true)?;
    site.assert_files(FIRST);
    Ok(())
}

#[test]
fn a_folder_with_foreign_files_is_not_replaced_even_by_force() -> Outcome {
    let site = Site::new()?;
    site.publish(&[("c.css/index.html", "old")])?;
    site.put("c.css/mine.txt", "mine")?;
    let error = site
        .publish_with(FIRST, true)
        .expect_err("c.css is a folder in use")
        .to_string();
    assert!(error.contains("c.css"), "{error}");
    site.assert_files(&[("c.css/index.html", "old"), ("c.css/mine.txt", "mine")]);
    Ok(())
}

#[test]
fn a_listed_file_changed_by_hand_is_written_again() -> Outcome {
    let site = Site::new()?;
    site.publish(FIRST)?;
    site.put("a/index.html", "Z")?;
    fs::remove_file(site.output().join("c.css"))?;
    let published = site.publish(FIRST)?;
    assert_eq!((published.written, published.unchanged), (2, 2));
    site.assert_files(FIRST);
    Ok(())
}

#[test]
fn a_damaged_manifest_removes_no_file() -> Outcome {
    let site = Site::new()?;
    site.publish(FIRST)?;
    let manifest = fs::read(site.output().join(MANIFEST_NAME))?;
    fs::write(site.output().join(MANIFEST_NAME), b"\0\xFF rubbish")?;
    let published = site.publish(&FIRST[..3])?;
    assert_eq!(
        (published.written, published.unchanged, published.foreign),
        (0, 3, vec![path_of("c.css")])
    );
    site.assert_files(FIRST);
    site.publish(FIRST)?;
    assert_eq!(fs::read(site.output().join(MANIFEST_NAME))?, manifest);
    Ok(())
}

#[test]
fn a_file_is_kept_only_while_its_bytes_are_those_written() -> Outcome {
    let site = Site::new()?;
    site.publish(FIRST)?;
    site.put("a/index.html", "Z")?;
    let publisher = site.begin(false)?;
    let keep = |path: &str, text: &str| publisher.keep(&path_of(path), Fingerprint::of(text));
    assert!(keep("index.html", "home")? && keep("c.css", "c")?);
    assert!(!keep("a/index.html", "a")?, "changed by hand");
    assert!(!keep("a/b/index.html", "other")? && !keep("new.html", "new")?);
    assert!(keep("index.html", "home").is_err(), "twice");
    stage(&publisher, &FIRST[1..3])?;
    let published = publisher.commit()?;
    assert_eq!(
        (published.written, published.unchanged, published.bytes),
        (1, 3, 7)
    );
    site.assert_files(FIRST);
    Ok(())
}

#[test]
fn a_file_created_meanwhile_is_not_replaced() -> Outcome {
    let site = Site::new()?;
    site.publish(FIRST)?;
    let publisher = site.begin(false)?;
    stage(&publisher, &[("index.html", "new"), ("z.html", "z")])?;
    site.put("z.html", "mine")?;
    let error = publisher
        .commit()
        .expect_err("z.html is there now")
        .to_string();
    assert!(
        error.contains("public/z.html: another program created it")
            && error.ends_with("is unchanged."),
        "{error}"
    );
    let mut expected = FIRST.to_vec();
    expected.push(("z.html", "mine"));
    site.assert_files(&expected);
    Ok(())
}

#[cfg(unix)]
#[test]
fn links_with_handsels_file_names_are_not_written_through() -> Outcome {
    use std::os::unix::fs::symlink;
    let site = Site::new()?;
    fs::write(site.folder.path().join("precious"), "precious")?;
    fs::create_dir(site.output())?;
    for name in [LOCK_NAME, MANIFEST_NAME, ".handsel-staging"] {
        symlink("../precious", site.output().join(name))?;
    }
    site.publish(FIRST)?;
    site.assert_files(FIRST);
    assert_eq!(
        fs::read_to_string(site.folder.path().join("precious"))?,
        "precious"
    );
    Ok(())
}

#[cfg(unix)]
#[test]
fn an_unwritable_folder_is_reported_and_unchanged() -> Outcome {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::new()?;
    site.publish(FIRST)?;
    let locked = site.output().join("a");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555))?;
    let changed: Tree = &[
        ("index.html", "HOME"),
        ("a/index.html", "A"),
        ("a/b/index.html", "B"),
    ];
    if fs::write(locked.join("probe"), "").is_ok() {
        eprintln!("skipped: this user may write everywhere");
        return Ok(());
    }
    let error = site
        .publish(changed)
        .expect_err("the folder may not be written")
        .to_string();
    assert!(
        error.contains("public/a/index.html: permission denied")
            && error.ends_with("is unchanged."),
        "{error}"
    );
    site.assert_files(FIRST);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755))?;
    site.publish(changed)?;
    site.assert_files(changed);
    Ok(())
}

#[test]
fn dropping_a_publisher_without_commit_changes_nothing() -> Outcome {
    let site = Site::new()?;
    let publisher = site.begin(false)?;
    stage(&publisher, FIRST)?;
    drop(publisher);
    assert_eq!(
        fs::read_dir(site.folder.path())?.count(),
        0,
        "the output folder was created and left"
    );
    site.publish(FIRST)?;
    let publisher = site.begin(false)?;
    stage(
        &publisher,
        &[("index.html", "new"), ("new/index.html", "new")],
    )?;
    drop(publisher);
    site.assert_files(FIRST);
    Ok(())
}

#[test]
fn two_sources_of_one_output_are_refused() -> Outcome {
    let site = Site::new()?;
    for tree in [
        &[("a", "1"), ("a", "2")] as Tree,
        &[("a", "1"), ("a/b", "2")],
        &[(MANIFEST_NAME, "")],
    ] {
        assert!(
            matches!(
                site.publish(tree),
                Err(PublishError::Clash { .. } | PublishError::Failed { .. })
            ),
            "{tree:?}"
        );
        assert!(!site.output().exists());
    }
    Ok(())
}

#[test]
fn manifests_are_deterministic() -> Outcome {
    let (one, two) = (Site::new()?, Site::new()?);
    one.publish(FIRST)?;
    two.publish(&[("c.css", "old"), ("old/index.html", "old")])?;
    let reversed: Vec<_> = FIRST.iter().rev().copied().collect();
    two.publish(&reversed)?;
    let read = |site: &Site| fs::read_to_string(site.output().join(MANIFEST_NAME));
    assert_eq!(read(&one)?, read(&two)?);
    Ok(())
}

#[test]
fn a_second_build_at_the_same_time_is_refused() -> Outcome {
    let site = Site::new()?;
    let first = site.begin(false)?;
    let elsewhere = tempfile::tempdir()?;
    for parent in [
        site.folder.path().join(".handsel"),
        elsewhere.path().to_owned(),
    ] {
        let error = Publisher::begin(&site.output(), &parent, PublishOptions::default())
            .expect_err("the folder is locked");
        let text = error.to_string();
        assert!(
            text.contains(&format!("process {}", std::process::id())) && text.contains("public"),
            "{text}"
        );
    }
    stage(&first, FIRST)?;
    first.commit()?;
    site.assert_files(FIRST);
    site.publish(FIRST)?;
    Ok(())
}

#[test]
fn racing_builds_never_mix() -> Outcome {
    let site = Site::new()?;
    let inside = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for builder in 0..8 {
            let (site, inside, done) = (&site, &inside, &done);
            scope.spawn(move || {
                let parent = site.folder.path().join(format!(".handsel-{builder}"));
                for round in 0..60 {
                    match Publisher::begin(&site.output(), &parent, PublishOptions::default()) {
                        Ok(publisher) => {
                            assert_eq!(
                                inside.fetch_add(1, Ordering::SeqCst),
                                0,
                                "two builds have locked the same folder"
                            );
                            let text = format!("{builder} {round}");
                            stage(
                                &publisher,
                                &[("index.html", &text), ("a/b/index.html", &text)],
                            )
                            .expect("staging works");
                            inside.fetch_sub(1, Ordering::SeqCst);
                            if round >= 30 && round % 3 == 0 {
                                publisher.commit().expect("committing works");
                                done.fetch_add(1, Ordering::SeqCst);
                            }
                        }
                        Err(PublishError::Busy { .. }) => std::thread::yield_now(),
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
    assert!(done.into_inner() > 0);
    site.publish(FIRST)?;
    site.assert_files(FIRST);
    Ok(())
}

#[test]
fn foreign_changes_in_unlisted_folders_are_noticed() -> Outcome {
    let site = Site::new()?;
    let cache: Arc<dyn CacheStore> = Arc::new(MemoryStore::default());
    // Both times, wait until stamps can prove that files are unchanged.
    let publish = |tree: Tree| -> Result<CommitSummary, Box<dyn Error>> {
        std::thread::sleep(Duration::from_millis(80));
        let options = PublishOptions {
            force: false,
            cache: Some(Arc::clone(&cache)),
        };
        let publisher = Publisher::begin(
            &site.output(),
            &site.folder.path().join(".handsel"),
            options,
        )?;
        stage(&publisher, tree)?;
        Ok(publisher.commit()?)
    };
    for _ in 0..3 {
        publish(FIRST)?;
    }
    assert_eq!(publish(FIRST)?.written, 0);
    site.put("a/b/mine.txt", "mine")?;
    assert_eq!(publish(FIRST)?.foreign, [path_of("a/b/mine.txt")]);
    fs::remove_file(site.output().join("a/b/index.html"))?;
    assert_eq!(publish(FIRST)?.written, 1);
    publish(FIRST)?;
    fs::rename(site.output().join("a/b"), site.output().join("a/z"))?;
    let published = publish(FIRST)?;
    assert_eq!(
        (published.written, published.foreign),
        (1, vec![path_of("a/z/index.html"), path_of("a/z/mine.txt")])
    );
    publish(FIRST)?;
    fs::write(site.output().join("a/index.html"), "x")?;
    assert_eq!(publish(FIRST)?.written, 1);
    site.put("new/index.html", "mine")?;
    let tree: Vec<(&str, &str)> = FIRST
        .iter()
        .copied()
        .chain([("new/index.html", "ours")])
        .collect();
    assert!(publish(&tree).is_err(), "a foreign file is not overwritten");
    Ok(())
}

#[test]
fn many_threads_stage_one_build() -> Outcome {
    let site = Site::new()?;
    let paths: Vec<String> = (0..400)
        .map(|page| format!("s{}/t{}/p{page}/index.html", page % 7, page % 5))
        .collect();
    for salt in ["x", "y"] {
        let publisher = site.begin(false)?;
        std::thread::scope(|scope| {
            for part in paths.chunks(50) {
                let publisher = &publisher;
                scope.spawn(move || {
                    for path in part {
                        publisher
                            .stage(&path_of(path), format!("{path}{salt}").as_bytes())
                            .expect("staging works");
                    }
                });
            }
        });
        assert_eq!(publisher.commit()?.written, 400);
        assert!(
            site.files()
                .iter()
                .all(|(path, text)| *text == format!("{path}{salt}"))
        );
    }
    assert_eq!(site.files().len(), 400);
    Ok(())
}
