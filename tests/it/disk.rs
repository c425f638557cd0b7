//! Which files of a site's folder are listed and read on a real disk, and what is reported about
//! the others.
#![cfg(unix)]

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use handsel::diagnostic::{Checked, Code, Diagnostic};
use handsel::disk::Disk;
use handsel::paths::SourcePath;
use handsel::source::{Files, ListingRules};

type Outcome = Result<(), Box<dyn Error>>;

struct Folder(tempfile::TempDir);

impl Folder {
    fn with(paths: &[&str]) -> io::Result<Self> {
        let folder = Self(tempfile::tempdir()?);
        paths.iter().try_for_each(|path| folder.put(path, path))?;
        Ok(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn put(&self, path: &str, text: &str) -> io::Result<()> {
        let full = self.path().join(path);
        fs::create_dir_all(full.parent().expect("a file is in a folder"))?;
        fs::write(full, text)
    }

    fn link(&self, path: &str, target: &str) -> io::Result<()> {
        let full = self.path().join(path);
        fs::create_dir_all(full.parent().expect("a link is in a folder"))?;
        symlink(target, full)
    }

    fn list(&self, rules: &ListingRules) -> io::Result<Checked<Vec<SourcePath>>> {
        Ok(Disk::open(self.path())?.list(rules))
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let listed = self.list(&ListingRules::default())?;
        // Markdown with a hidden name is reported; another test covers it.
        assert!(
            listed
                .problems
                .iter()
                .all(|problem| problem.code == Code::UnreadFile),
            "{:#?}",
            listed.problems
        );
        Ok(names(&listed.value))
    }
}

fn names(paths: &[SourcePath]) -> Vec<String> {
    paths.iter().map(ToString::to_string).collect()
}

fn source(path: &str) -> SourcePath {
    SourcePath::new(path).expect("a path inside the root")
}

fn reported(problems: &[Diagnostic]) -> Vec<(Code, String)> {
    problems
        .iter()
        .map(|problem| {
            (
                problem.code,
                problem
                    .location
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            )
        })
        .collect()
}

#[test]
fn hidden_files_and_leftovers_are_not_sources() -> Outcome {
    let folder = Folder::with(&[
        "content/a.md",
        "content/a-b/x.md",
        "content/a/x.md",
        "content/a.md~",
        "content/.a.md.swp",
        "content/#a.md#",
        "content/4913",
        "content/issues/4913/index.md",
        "content/.hidden/a.md",
        "content/node_modules/x/readme.md",
        ".git/config",
        ".handsel/cache",
        "handsel.yaml",
        "static/.well-known/security.txt",
        "static/.nojekyll",
        "static/.git/config",
        "static/.DS_Store",
        "static/img/.handsel/x",
        "target/x.md",
        "dist/.handsel-manifest",
        "dist/a/index.md",
        "static/v1/.handsel-manifest",
        "static/v1/index.html",
    ])?;
    folder.link("content/.#a.md", "someone@somewhere.123")?;
    let expected = [
        "content/a-b/x.md",
        "content/a.md",
        "content/a/x.md",
        "content/issues/4913/index.md",
        "handsel.yaml",
        "static/.nojekyll",
        "static/.well-known/security.txt",
        "static/v1/index.html",
        "target/x.md",
    ];
    assert_eq!(folder.names()?, expected);
    Ok(())
}

#[test]
fn markdown_with_a_hidden_name_is_reported() -> Outcome {
    let folder = Folder::with(&[
        "content/a.md",
        "content/.b.md",
        "content/.notes/c.md",
        "content/.obsidian/d.md",
        ".e.md",
        ".f/g.md",
        "h/.i.png",
    ])?;
    let listed = folder.list(&ListingRules::default())?;
    assert_eq!(names(&listed.value), ["content/a.md"]);
    let places: Vec<String> = listed
        .problems
        .iter()
        .filter_map(|problem| problem.location.as_ref())
        .map(|place| place.path.to_string())
        .collect();
    assert!(
        listed
            .problems
            .iter()
            .all(|problem| problem.code == Code::UnreadFile)
    );
    assert_eq!(places, [".e.md", "content/.b.md", "content/.notes"]);
    let ignoring = ListingRules {
        ignore: vec![".*".to_owned()],
        ..ListingRules::default()
    };
    assert_eq!(folder.list(&ignoring)?.problems, []);
    Ok(())
}

#[test]
fn gitignore_applies_without_git_and_the_setting_takes_precedence() -> Outcome {
    let folder = Folder::with(&[
        "a.md",
        "draft-a.md",
        "x/draft-b.md",
        "x/y/draft-c.md",
        "x/z/draft-d.md",
        "build/out.md",
        "x/build/out.md",
        "x/keep.log",
        "notes/a.md",
        "notes/private/b.md",
        "public/index.md",
        "publication.md",
    ])?;
    folder.put(
        ".gitignore",
        "\u{FEFF}# ours\r\ndraft-*\r\n/build/\n*.log\nnotes/private\n[\n",
    )?;
    folder.put("x/y/.gitignore", "!draft-c.md\n")?;
    folder.put("x/.gitignore", "!keep.log\n")?;
    let rules = ListingRules {
        output: Some(source("public")),
        ignore: vec!["/a.md".into(), "!notes/private".into()],
    };
    let listed = folder.list(&rules)?;
    assert_eq!(listed.problems, []);
    let expected = [
        "notes/a.md",
        "notes/private/b.md",
        "publication.md",
        "x/build/out.md",
        "x/keep.log",
        "x/y/draft-c.md",
    ];
    assert_eq!(names(&listed.value), expected);
    Ok(())
}

#[test]
fn links_are_followed_inside_and_reported_outside() -> Outcome {
    let outside = Folder::with(&["secret.md", "deep/secret.md"])?;
    let folder = Folder::with(&["real/page.md"])?;
    folder.link("loop/s1-inside.md", "../real/page.md")?;
    folder.link("real/s2-dangling.md", "nowhere.md")?;
    folder.link("real/s3-self.md", "s3-self.md")?;
    folder.link("loop/a/s4-parent", "..")?;
    folder.link(
        "real/s5-outside.md",
        &outside.path().join("secret.md").to_string_lossy(),
    )?;
    folder.link(
        "real/s6-outside-dir",
        &outside.path().join("deep").to_string_lossy(),
    )?;
    folder.link("real/s7-a.md", "s7-b.md")?;
    folder.link("real/s7-b.md", "s7-a.md")?;
    let listed = folder.list(&ListingRules::default())?;
    assert_eq!(names(&listed.value), ["loop/s1-inside.md", "real/page.md"]);
    let bad = |path: &str| (Code::BadSymlink, format!("{path}:1:1"));
    let expected = [
        (Code::FolderSymlink, "loop/a/s4-parent:1:1".into()),
        bad("real/s2-dangling.md"),
        bad("real/s3-self.md"),
        bad("real/s5-outside.md"),
        bad("real/s6-outside-dir"),
        bad("real/s7-a.md"),
        bad("real/s7-b.md"),
    ];
    assert_eq!(reported(&listed.problems), expected);
    let messages: Vec<_> = listed
        .problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert_eq!(
        messages[1],
        "the link `real/s2-dangling.md` has no target: it points to `nowhere.md`"
    );
    assert_eq!(
        messages[2],
        "the link `real/s3-self.md` is part of a loop: it points to `s3-self.md`"
    );
    assert!(
        messages[4].contains("outside the site's folder") && messages[4].contains("deep"),
        "{}",
        messages[4]
    );

    let disk = Disk::open(folder.path())?;
    assert_eq!(&*disk.read(&source("loop/s1-inside.md"))?, b"real/page.md");
    for path in [
        "real/s5-outside.md",
        "real/s6-outside-dir/secret.md",
        "loop/a/s4-parent/s1-inside.md",
        "real",
        "",
        "real/page.md/x",
    ] {
        assert!(disk.read(&source(path)).is_err(), "{path} was read");
    }
    Ok(())
}

#[test]
fn names_that_are_not_utf8_are_reported_once() -> Outcome {
    let folder = Folder::with(&["a.md"])?;
    fs::write(folder.path().join(OsStr::from_bytes(b"caf\xE9.md")), "x")?;
    let odd = folder.path().join(OsStr::from_bytes(b"d\xE9\x1b"));
    fs::create_dir(&odd)?;
    fs::write(odd.join("b.md"), "x")?;
    let listed = folder.list(&ListingRules::default())?;
    assert_eq!(names(&listed.value), ["a.md"]);
    assert_eq!(
        reported(&listed.problems),
        [
            (Code::UnportableName, "caf\u{FFFD}.md:1:1".into()),
            (Code::UnportableName, "d\u{FFFD}\\u{1b}:1:1".into())
        ]
    );
    Ok(())
}

#[test]
fn a_pipe_neither_hangs_nor_stops_a_build() -> Outcome {
    let folder = Folder::with(&["a.md"])?;
    let created = std::process::Command::new("mkfifo")
        .arg(folder.path().join("pipe.md"))
        .status();
    if !created.is_ok_and(|status| status.success()) {
        eprintln!("skipped: mkfifo is not available");
        return Ok(());
    }
    folder.link("b.md", "pipe.md")?;
    let listed = folder.list(&ListingRules::default())?;
    assert_eq!(names(&listed.value), ["a.md"]);
    assert_eq!(
        reported(&listed.problems),
        [
            (Code::Unreadable, "b.md:1:1".into()),
            (Code::Unreadable, "pipe.md:1:1".into())
        ]
    );
    assert!(!listed.problems.iter().any(Diagnostic::is_error));
    let disk = Disk::open(folder.path())?;
    assert!(disk.read(&source("pipe.md")).is_err() && disk.read(&source("b.md")).is_err());
    Ok(())
}

#[test]
fn unreadable_folders_are_reported() -> Outcome {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with(&["a.md", "closed/b.md"])?;
    let closed = folder.path().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000))?;
    if fs::read_dir(&closed).is_ok() {
        eprintln!("skipped: this user may read everything");
        return Ok(());
    }
    let listed = folder.list(&ListingRules::default())?;
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755))?;
    assert_eq!(names(&listed.value), ["a.md"]);
    assert_eq!(
        reported(&listed.problems),
        [(Code::Unreadable, "closed:1:1".into())]
    );
    Ok(())
}

#[test]
fn an_invalid_pattern_is_reported() -> Outcome {
    let folder = Folder::with(&["a.md"])?;
    let listed = folder.list(&ListingRules {
        output: None,
        ignore: vec!["[z-a].md".into()],
    })?;
    assert_eq!(
        reported(&listed.problems),
        [(Code::BadSetting, String::new())]
    );
    assert!(Disk::open(&folder.path().join("nothing")).is_err());
    assert!(Disk::open(&folder.path().join("a.md")).is_err());
    Ok(())
}

#[test]
fn markdown_that_gitignore_excludes_is_reported() -> Outcome {
    let folder = Folder::with(&[
        "content/a.md",
        "content/private/b.md",
        "content/pictures/b.png",
        "content/stated/c.md",
        "content/deep/notes.md",
        "content/deep/notes.txt",
        "content/deep/back.md",
        "content/node_modules/x/README.md",
        "drafts/d.md",
        "node_modules/x/README.md",
    ])?;
    folder.put(".gitignore", "private/\npictures/\nstated/\ndrafts/\n")?;
    folder.put("content/deep/.gitignore", "notes.*\nback.md\n")?;
    let rules = ListingRules {
        ignore: vec![
            "/content/stated/".to_owned(),
            "!/content/deep/back.md".to_owned(),
        ],
        ..ListingRules::default()
    };
    let listed = folder.list(&rules)?;
    assert_eq!(
        names(&listed.value),
        ["content/a.md", "content/deep/back.md"]
    );
    let reported: Vec<(Code, String)> = listed
        .problems
        .iter()
        .map(|problem| (problem.code, problem.message.clone()))
        .collect();
    let unread = |message: &str| (Code::UnreadFile, message.to_owned());
    assert_eq!(
        reported,
        [
            unread("`content/deep/notes.md` is not read, because a `.gitignore` file excludes it"),
            unread(
                "the folder `content/node_modules/` is not read, because folders of that name contain installed packages"
            ),
            unread(
                "the folder `content/private/` is not read, because a `.gitignore` file excludes it"
            ),
        ]
    );
    // The report about such a folder depends on everything in it.
    let disk = Disk::open(folder.path())?;
    assert!(
        disk.scan(&rules, &[source("content/pictures/new.md")])
            .must_list
    );
    assert!(
        !disk
            .scan(&rules, &[source("content/deep/new.md")])
            .must_list
    );
    Ok(())
}

#[test]
fn a_file_is_opened_at_a_position_without_reading_what_is_before_it() -> Outcome {
    let folder = Folder::with(&["static/film.mp4"])?;
    // Reading this many bytes would take longer than the test may.
    const LENGTH: u64 = 1 << 40;
    let file = fs::File::options()
        .write(true)
        .open(folder.path().join("static/film.mp4"))?;
    if file.set_len(LENGTH).is_err() {
        eprintln!("skipped: this disk cannot hold a file of that length");
        return Ok(());
    }
    let (disk, path) = (Disk::open(folder.path())?, source("static/film.mp4"));
    assert_eq!(disk.length(&path)?, LENGTH);
    let mut end = Vec::new();
    disk.open_at(&path, LENGTH - 3)?.read_to_end(&mut end)?;
    assert_eq!(end, [0; 3]);
    let mut start = [0; 6];
    disk.open_at(&path, 7)?.read_exact(&mut start)?;
    assert_eq!(&start, b"film.m", "the file contains its own path");
    Ok(())
}
