//! The address ledger on the disk: who writes it and when, and that it is whole and complete whatever happens to a build.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

type Outcome = Result<(), Box<dyn Error>>;

const LEDGER: &str = "handsel.lock";

fn put(root: &Path, path: &str, text: &str) -> std::io::Result<()> {
    let full = root.join(path);
    fs::create_dir_all(full.parent().expect("a file lies in a folder"))?;
    fs::write(full, text)
}

fn site(root: &Path, pages: usize) -> std::io::Result<()> {
    put(root, "handsel.yaml", "title: A\n")?;
    put(root, "content/index.md", "# Home\n\n[One](page-0.md#part)\n")?;
    (0..pages).try_for_each(|page| put(root, &format!("content/page-{page}.md"), &format!("# Page {page}\n\n## Part\n\nText.\n")))
}

fn handsel(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handsel"));
    command.args(arguments).args(["--today", "2026-11-22", "--quiet"]).current_dir(root).env_remove("SOURCE_DATE_EPOCH");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn ran(root: &Path, arguments: &[&str]) -> std::io::Result<Option<i32>> {
    Ok(handsel(root, arguments).status()?.code())
}

fn addresses(root: &Path) -> std::io::Result<Vec<String>> {
    let text = fs::read_to_string(root.join(LEDGER))?;
    Ok(text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect())
}

/// The addresses of [`site`] with so many pages.
fn expected(pages: usize) -> Vec<String> {
    let mut lines = vec!["/ content/index.md".to_owned(), "/a-z/".to_owned(), "/search/".to_owned()];
    lines.extend((0..pages).map(|page| format!("/page-{page}/ content/page-{page}.md")));
    if pages > 0 {
        lines.push("/page-0/#part".to_owned());
    }
    lines.sort_by(|a, b| a.split(' ').next().cmp(&b.split(' ').next()));
    lines
}

#[test]
fn a_build_that_readers_see_writes_it() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root, 2)?;
    put(root, "content/draft.md", "---\ntitle: D\ndraft: true\n---\nText.\n")?;
    for arguments in [&["check"][..], &["build", "--drafts"], &["build", "--output", "elsewhere"]] {
        assert_eq!(ran(root, arguments)?, Some(0), "{arguments:?}");
        assert!(!root.join(LEDGER).exists(), "{arguments:?}");
    }
    put(root, "content/broken.md", "# B\n\n[x](nowhere.md)\n")?;
    assert_eq!(ran(root, &["build"])?, Some(1));
    assert!(!root.join(LEDGER).exists(), "a build with errors publishes nothing");
    fs::remove_file(root.join("content/broken.md"))?;
    assert_eq!(ran(root, &["build"])?, Some(0));
    assert_eq!(addresses(root)?, expected(2));
    let written = fs::metadata(root.join(LEDGER))?.modified()?;
    put(root, "content/page-1.md", "# Page 1\n\nOther text.\n")?;
    assert_eq!(ran(root, &["build"])?, Some(0));
    assert_eq!(fs::metadata(root.join(LEDGER))?.modified()?, written, "nothing new, so nothing is written");
    Ok(())
}

#[test]
fn a_folder_of_markdown_gets_none_unless_it_has_one() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    put(root, "a.md", "# A\n\nText.\n")?;
    assert_eq!(ran(root, &["build"])?, Some(0));
    assert!(!root.join(LEDGER).exists());
    put(root, LEDGER, "")?;
    assert_eq!(ran(root, &["build"])?, Some(0));
    assert!(addresses(root)?.contains(&"/a/ a.md".to_owned()));
    assert!(!root.join("public").join(LEDGER).exists());
    Ok(())
}

#[test]
fn what_is_gone_stays_in_it_until_it_is_retired() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root, 3)?;
    assert_eq!(ran(root, &["build"])?, Some(0));
    fs::remove_file(root.join("content/page-2.md"))?;
    assert_eq!((ran(root, &["build"])?, ran(root, &["check"])?), (Some(0), Some(1)));
    assert_eq!(addresses(root)?, expected(3));
    put(root, "handsel.yaml", "title: A\nretired: [/page-2/]\n")?;
    assert_eq!((ran(root, &["check"])?, ran(root, &["build"])?), (Some(0), Some(0)));
    assert_eq!(addresses(root)?, expected(2));
    Ok(())
}

/// A build killed after it published and before it wrote the ledger leaves just this: a site as it should be, an older ledger.
#[test]
fn the_next_build_makes_up_for_one_that_was_cut_short() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root, 2)?;
    assert_eq!(ran(root, &["build"])?, Some(0));
    for left in [Some("/older/ content/older.md\n"), Some(""), None] {
        match left {
            Some(text) => put(root, LEDGER, text)?,
            None => fs::remove_file(root.join(LEDGER))?,
        }
        assert_eq!(ran(root, &["build"])?, Some(0));
        let mut lines = addresses(root)?;
        lines.retain(|line| !line.starts_with("/older/"));
        assert_eq!(lines, expected(2), "{left:?}");
    }
    Ok(())
}

#[test]
fn killed_at_any_moment_it_is_whole_and_the_next_build_completes_it() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    let mut pages = 20;
    site(root, pages)?;
    assert_eq!(ran(root, &["build"])?, Some(0));
    for pause in [1, 3, 6, 10, 15, 22, 30, 45, 60, 90, 130] {
        let before = fs::read_to_string(root.join(LEDGER))?;
        put(root, &format!("content/page-{pages}.md"), "# P\n\nText.\n")?;
        pages += 1;
        let mut child = handsel(root, &["build"]).spawn()?;
        std::thread::sleep(Duration::from_millis(pause));
        child.kill()?;
        child.wait()?;
        let after = fs::read_to_string(root.join(LEDGER))?;
        let is_old = after == before;
        assert!(is_old || addresses(root)? == expected(pages), "{pause} ms: neither the old one nor the new one");
    }
    assert_eq!(ran(root, &["build"])?, Some(0));
    assert_eq!(addresses(root)?, expected(pages));
    let left: Vec<_> = fs::read_dir(root)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    assert!(!left.contains(&format!(".{LEDGER}.new")), "{left:?}");
    Ok(())
}

#[test]
fn two_builds_at_once_lose_nothing() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    let mut pages = 4;
    site(root, pages)?;
    for _ in 0..6 {
        let mut first = handsel(root, &["build"]).spawn()?;
        put(root, &format!("content/page-{pages}.md"), "# P\n\nText.\n")?;
        pages += 1;
        let mut second = handsel(root, &["build"]).spawn()?;
        for status in [first.wait()?, second.wait()?] {
            // Whoever comes second is sent away; nobody is a danger to the other.
            assert!(matches!(status.code(), Some(0 | 2)), "{status}");
        }
    }
    assert_eq!(ran(root, &["build"])?, Some(0));
    assert_eq!(addresses(root)?, expected(pages));
    Ok(())
}

#[test]
fn branches_merge() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    let git = |arguments: &[&str]| -> std::io::Result<bool> {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]);
        Ok(command.args(arguments).current_dir(root).stdout(Stdio::null()).stderr(Stdio::null()).status()?.success())
    };
    site(root, 2)?;
    put(root, ".gitignore", "/public/\n/.handsel/\n")?;
    put(root, ".gitattributes", include_str!("../src/commands/starter/gitattributes"))?;
    assert_eq!(ran(root, &["build"])?, Some(0));
    assert!(git(&["init", "-q"])? && git(&["add", "."])? && git(&["commit", "-qm", "one"])? && git(&["branch", "other"])?);
    for (branch, page) in [("main", 2), ("other", 3)] {
        assert!(git(&["checkout", "-q", branch])?);
        put(root, &format!("content/page-{page}.md"), "# P\n\nText.\n")?;
        assert_eq!(ran(root, &["build"])?, Some(0));
        assert!(git(&["add", "."])? && git(&["commit", "-qm", "more"])?);
    }
    assert!(git(&["checkout", "-q", "main"])? && git(&["merge", "-q", "--no-edit", "other"])?, "both add lines at one place");
    assert_eq!((ran(root, &["check"])?, ran(root, &["build"])?), (Some(0), Some(0)));
    assert_eq!(addresses(root)?, expected(4));
    Ok(())
}
