//! A scan of the changed paths, merged into the earlier listing, equals a full listing: for any
//! tree, any edits and any rules about what is listed.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use handsel::diagnostic::{Checked, Diagnostic};
use handsel::disk::Disk;
use handsel::paths::SourcePath;
use handsel::source::{Files, ListingRules, MemoryFiles};
use proptest::prelude::*;

fn source(path: &str) -> SourcePath {
    SourcePath::new(path).expect("a path inside the root")
}

#[derive(Clone, Debug)]
enum Edit {
    Write(String, &'static str),
    Folder(String),
    Link(String, String),
    Delete(String),
    Move(String, String),
    OddName(String),
}

fn path() -> impl Strategy<Value = String> {
    let folder = prop::sample::select(vec![
        "a",
        "b",
        "a-b",
        "static",
        "node_modules",
        ".well-known",
        "public",
        "dist",
    ]);
    let name = prop::sample::select(vec![
        "x.md",
        "y.md",
        "X.md",
        "z.log",
        "x.md~",
        ".nojekyll",
        "4913",
        "a",
        "b",
        "dist",
        ".gitignore",
        ".handsel-manifest",
    ]);
    (prop::collection::vec(folder, 0..4), name).prop_map(|(mut folders, name)| {
        folders.push(name);
        folders.join("/")
    })
}

/// A path whose last segment has no effect on its folder, so that most edits can be answered
/// without a full listing.
fn plain_path() -> impl Strategy<Value = String> {
    path().prop_filter("the file changes what is listed", |path| !is_rule(path))
}

fn is_rule(path: &str) -> bool {
    path.ends_with(".gitignore") || path.ends_with(".handsel-manifest")
}

fn edit(path: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = Edit> {
    let text = prop::sample::select(vec![
        "x.md\n",
        "*.log\n!z.log\n",
        "b/\n",
        "/a/*\n",
        "!x.md\n",
        "!*\n",
        "",
    ]);
    let target = prop::sample::select(vec![
        "x.md",
        "../x.md",
        "../a/y.md",
        "a",
        "nowhere",
        "/",
        "../../../../../../../..",
    ]);
    let path = path.boxed();
    prop_oneof![
        6 => (path.clone(), text).prop_map(|(path, text)| Edit::Write(path, text)),
        1 => path.clone().prop_map(Edit::Folder),
        2 => (path.clone(), target).prop_map(|(path, target)| Edit::Link(path, target.into())),
        2 => path.clone().prop_map(Edit::Delete),
        3 => (path.clone(), path.clone()).prop_map(|(from, to)| Edit::Move(from, to)),
        1 => path.prop_map(Edit::OddName),
    ]
}

fn rules() -> impl Strategy<Value = ListingRules> {
    let ignore = prop::collection::vec(
        prop::sample::select(vec!["/a/b", "y.md", "!z.log", "[z-a]"]),
        0..3,
    );
    (any::<bool>(), ignore).prop_map(|(has_output, ignore)| ListingRules {
        output: has_output.then(|| source("public")),
        ignore: ignore.into_iter().map(str::to_owned).collect(),
    })
}

/// Applies the edit; returns the paths that a watcher of folders would report.
fn apply(root: &Path, edit: &Edit) -> io::Result<Vec<String>> {
    match edit {
        Edit::Write(path, text) => {
            let changed = create_parents(root, path)?;
            let full = root.join(path);
            if fs::symlink_metadata(&full).is_ok_and(|metadata| metadata.is_symlink()) {
                // The target of the link is not part of this edit and may be anywhere.
                fs::remove_file(&full)?;
            }
            fs::write(full, text).map(|()| changed)
        }
        Edit::Folder(path) => {
            let changed = create_parents(root, path)?;
            fs::create_dir(root.join(path)).map(|()| changed)
        }
        Edit::Link(path, target) => {
            let changed = create_parents(root, path)?;
            symlink(target, root.join(path)).map(|()| changed)
        }
        Edit::Delete(path) => {
            let full = root.join(path);
            if fs::symlink_metadata(&full)?.is_dir() {
                fs::remove_dir_all(full)?
            } else {
                fs::remove_file(full)?
            }
            Ok(vec![path.clone()])
        }
        Edit::Move(from, to) => {
            fs::symlink_metadata(root.join(from))?;
            let mut changed = create_parents(root, to)?;
            changed.push(from.clone());
            fs::rename(root.join(from), root.join(to)).map(|()| changed)
        }
        Edit::OddName(path) => {
            let folder = Path::new(path).parent().unwrap_or(Path::new(""));
            fs::write(
                root.join(folder).join(OsStr::from_bytes(b"caf\xE9.md")),
                "x",
            )?;
            Ok(vec![format!("{}/caf\u{FFFD}.md", folder.display())])
        }
    }
}

/// Creates the folders around a path, none of which may be a link; returns the topmost path that
/// did not exist.
fn create_parents(root: &Path, path: &str) -> io::Result<Vec<String>> {
    let mut folder = root.to_owned();
    let mut walked = String::new();
    let mut first_new = None;
    let segments: Vec<&str> = path.split('/').collect();
    for (at, segment) in segments.iter().enumerate() {
        folder.push(segment);
        walked = if walked.is_empty() {
            (*segment).into()
        } else {
            format!("{walked}/{segment}")
        };
        match fs::symlink_metadata(&folder) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) if at + 1 < segments.len() => return Err(io::ErrorKind::NotADirectory.into()),
            Ok(_) => {}
            Err(_) => {
                first_new.get_or_insert_with(|| walked.clone());
                if at + 1 < segments.len() {
                    fs::create_dir(&folder)?;
                }
            }
        }
    }
    Ok(vec![first_new.unwrap_or(walked)])
}

/// Every link below the root. Any edit may have changed the target of a link.
fn links(root: &Path, folder: &Path, found: &mut BTreeSet<SourcePath>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_symlink() {
            let path = entry.path();
            found.insert(source(
                &path
                    .strip_prefix(root)
                    .expect("it is below")
                    .to_string_lossy(),
            ));
        } else if entry.file_type()?.is_dir() {
            links(root, &entry.path(), found)?;
        }
    }
    Ok(())
}

/// The earlier listing, with the entries of the changed paths replaced by those of a scan.
fn patched(
    disk: &Disk,
    rules: &ListingRules,
    before: Checked<Vec<SourcePath>>,
    changed: &[SourcePath],
) -> Option<Checked<Vec<SourcePath>>> {
    let scanned = disk.scan(rules, changed);
    if scanned.must_list {
        assert!(scanned.files.is_empty() && scanned.problems.is_empty());
        return None;
    }
    let is_changed = |path: &SourcePath| changed.iter().any(|changed| path.is_within(changed));
    let mut now = before;
    now.value.retain(|path| !is_changed(path));
    now.problems.retain(|problem| {
        !problem
            .location
            .as_ref()
            .is_some_and(|place| is_changed(&place.path))
    });
    now.value.extend(scanned.files);
    now.problems.extend(scanned.problems);
    now.value.sort_unstable();
    Diagnostic::sort(&mut now.problems);
    Some(now)
}

fn check(rules: &ListingRules, first: &[Edit], later: &[Edit]) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let disk = Disk::open(folder.path())?;
    for edit in first {
        let _ = apply(disk.root(), edit);
    }
    let before = disk.list(rules);
    let mut changed = BTreeSet::new();
    links(disk.root(), disk.root(), &mut changed)?;
    for edit in later {
        // Impossible edits (a file in place of a folder) are skipped, except for the folders
        // created on the way.
        match apply(disk.root(), edit) {
            Ok(paths) => changed.extend(paths.iter().map(|path| source(path))),
            Err(_) => {
                if let Edit::Write(path, _)
                | Edit::Folder(path)
                | Edit::Link(path, _)
                | Edit::Move(_, path) = edit
                {
                    changed.extend(source(path).and_folders().map(source));
                }
            }
        }
    }
    links(disk.root(), disk.root(), &mut changed)?;
    let changed: Vec<SourcePath> = changed.into_iter().collect();
    match patched(&disk, rules, before, &changed) {
        Some(now) => assert_eq!(now, disk.list(rules), "after {later:?} on {first:?}"),
        None => assert!(
            changed
                .iter()
                .any(|path| is_rule(path.as_str()) || path.as_str().contains('\u{FFFD}')),
            "{changed:?}"
        ),
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::common::random::property(400, 10_000))]

    #[test]
    fn a_scan_merged_into_the_earlier_listing_equals_a_new_one(
        rules in rules(),
        first in prop::collection::vec(edit(path()), 0..24),
        later in prop::collection::vec(edit(plain_path()), 0..6),
    ) {
        check(&rules, &first, &later).map_err(|error| TestCaseError::fail(error.to_string()))?;
    }
}

#[test]
fn changed_listing_rules_need_a_full_listing() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("a.md"), "x")?;
    let disk = Disk::open(folder.path())?;
    let scanned = |path: &str| disk.scan(&ListingRules::default(), &[source("a.md"), source(path)]);
    for path in [
        "",
        ".gitignore",
        "a/.gitignore",
        "dist/.handsel-manifest",
        "caf\u{FFFD}.md",
    ] {
        assert!(scanned(path).must_list, "{path}");
    }
    for path in ["gone.md", "a.md/x", "a.md", &"x".repeat(300)] {
        let scanned = scanned(path);
        assert_eq!(
            (scanned.files, scanned.must_list),
            (vec![source("a.md")], false),
            "{path}"
        );
    }
    Ok(())
}

#[test]
fn files_in_memory_are_scanned_alike() {
    let mut files = MemoryFiles::default();
    ["a/x.md", "a/y.md", "a-b/x.md", "public/x.html", "x.md"]
        .iter()
        .for_each(|path| files.put(path, "x"));
    let rules = ListingRules {
        output: Some(source("public")),
        ignore: Vec::new(),
    };
    let scanned = files.scan(&rules, &[source("a"), source("public"), source("gone.md")]);
    assert_eq!(scanned.files, [source("a/x.md"), source("a/y.md")]);
    assert!(!scanned.must_list && scanned.problems.is_empty());
}
