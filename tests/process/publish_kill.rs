//! Builds killed at random moments: every published file is whole, old or new, and the next build
//! completes the site.
//!
//! There are 30 kills, or 300 if `HANDSEL_LONG` is set. The killed build is this test program, run
//! again as [`victim`].

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use handsel::disk::publish::{LOCK_NAME, MANIFEST_NAME, PublishError, PublishOptions, Publisher};
use handsel::paths::OutputPath;

type Outcome = Result<(), Box<dyn Error>>;
type Tree = BTreeMap<String, String>;

const VICTIM_FOLDER: &str = "HANDSEL_VICTIM_FOLDER";
const FOREIGN: [&str; 3] = ["CNAME", "section-1/mine.txt", "mine/deep/a.txt"];

/// One of two versions of a site: most pages differ, some are equal, some are in one version only,
/// and a file and a folder swap places.
fn version(number: usize) -> Tree {
    let body = |path: &str, of: usize| format!("<{path} {of}>").repeat(600);
    let mut tree = Tree::new();
    for page in 0..60 {
        let path = format!("section-{}/page-{page}/index.html", page % 4);
        let of = if page % 5 == 0 { 9 } else { number };
        tree.insert(path.clone(), body(&path, of));
    }
    for page in 0..20 {
        let path = format!("only-{number}/{}/page-{page}.html", page % 3);
        tree.insert(path.clone(), body(&path, number));
    }
    let swapped = if number == 0 {
        "swap"
    } else {
        "swap/index.html"
    };
    tree.insert(swapped.into(), body(swapped, number));
    tree
}

fn publish(folder: &Path, tree: &Tree) -> Result<(), PublishError> {
    let publisher = Publisher::begin(
        &folder.join("public"),
        &folder.join(".handsel"),
        PublishOptions::default(),
    )?;
    for (path, text) in tree {
        publisher.stage(
            &OutputPath::new(path).expect("a path inside the output folder"),
            text.as_bytes(),
        )?;
    }
    publisher.commit().map(|_| ())
}

/// Publishes one version over the other until it is killed; prints when it begins.
#[test]
#[ignore = "run by the test that kills it"]
fn victim() -> Outcome {
    let folder = std::env::var_os(VICTIM_FOLDER).ok_or("this is run by the test that kills it")?;
    println!("begin");
    for round in 0..1000 {
        publish(Path::new(&folder), &version(round % 2))?;
    }
    Ok(())
}

#[test]
fn a_killed_build_leaves_complete_files() -> Outcome {
    let kills = if crate::common::random::is_long() {
        300
    } else {
        30
    };
    let seed = crate::common::random::seed(1);
    let versions = [version(0), version(1)];
    for kill in 0..kills {
        let folder = tempfile::tempdir()?;
        let is_first_build = kill % 3 == 0;
        if !is_first_build {
            publish(folder.path(), &versions[1])?;
        }
        for path in FOREIGN {
            let full = folder.path().join("public").join(path);
            fs::create_dir_all(full.parent().expect("it is in a folder"))?;
            fs::write(full, path)?;
        }
        let wait_us = (seed ^ (kill * 0x9E37_79B9)).wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        kill_after(
            folder.path(),
            Duration::from_micros(wait_us % if is_first_build { 12_000 } else { 60_000 }),
        )?;
        assert_whole(folder.path(), &versions, !is_first_build)
            .map_err(|fault| format!("kill {kill}, seed {seed}: {fault}"))?;
        publish(folder.path(), &versions[0])?;
        assert_complete(folder.path(), &versions[0])
            .map_err(|fault| format!("after kill {kill}, seed {seed}: {fault}"))?;
    }
    Ok(())
}

fn kill_after(folder: &Path, wait: Duration) -> Outcome {
    let mut victim = Command::new(std::env::current_exe()?)
        .args([
            "--exact",
            "publish_kill::victim",
            "--ignored",
            "--nocapture",
            "--quiet",
        ])
        .env(VICTIM_FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(victim.stdout.take().expect("it is piped")).lines();
    let has_begun = lines.any(|line| line.is_ok_and(|line| line.ends_with("begin")));
    std::thread::sleep(wait);
    victim.kill()?;
    let status = victim.wait()?;
    if !has_begun || status.code().is_some() {
        return Err(format!("the victim ended by itself: {status}").into());
    }
    Ok(())
}

/// Checks that every file has the bytes of one version or belongs to somebody else, and that files
/// in both versions exist if they did before.
fn assert_whole(folder: &Path, versions: &[Tree; 2], was_published: bool) -> Result<(), String> {
    let published = read_tree(&folder.join("public"));
    for (path, text) in &published {
        let is_version = versions.iter().any(|tree| tree.get(path) == Some(text));
        let is_foreign = FOREIGN.contains(&path.as_str()) && path == text;
        if !is_version && !is_foreign {
            return Err(format!("{path} is incomplete: {} bytes", text.len()));
        }
    }
    let always = versions[0]
        .keys()
        .filter(|path| was_published && versions[1].contains_key(*path))
        .map(String::as_str);
    match always
        .chain(FOREIGN)
        .find(|path| !published.contains_key(*path))
    {
        Some(path) => Err(format!("{path} is gone")),
        None => Ok(()),
    }
}

/// Checks that exactly this version and the other files exist, and no temporary files of a build.
fn assert_complete(folder: &Path, version: &Tree) -> Result<(), String> {
    let mut expected = version.clone();
    expected.extend(FOREIGN.map(|path| (path.to_owned(), path.to_owned())));
    let published = read_tree(&folder.join("public"));
    if let Some(path) = published
        .keys()
        .chain(expected.keys())
        .find(|path| published.get(*path) != expected.get(*path))
    {
        return Err(format!("{path} differs from the last build"));
    }
    let leftovers = [
        &format!("public/{LOCK_NAME}"),
        "public/.handsel-staging",
        "public/only-1",
    ];
    if let Some(path) = leftovers.iter().find(|path| folder.join(path).exists()) {
        return Err(format!("{path} was left"));
    }
    let staging = fs::read_dir(folder.join(".handsel"))
        .into_iter()
        .flatten()
        .flatten()
        .next();
    staging.map_or(Ok(()), |left| {
        Err(format!("{} was left", left.path().display()))
    })
}

/// All files except Handsel's own in the top folder.
fn read_tree(folder: &Path) -> Tree {
    let mut tree = Tree::new();
    let mut folders = vec![String::new()];
    while let Some(prefix) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder.join(&prefix)) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if path != ".handsel-staging" {
                    folders.push(format!("{path}/"));
                }
            } else if path != MANIFEST_NAME && path != LOCK_NAME {
                tree.insert(
                    path,
                    String::from_utf8_lossy(&fs::read(entry.path()).unwrap_or_default())
                        .into_owned(),
                );
            }
        }
    }
    tree
}
