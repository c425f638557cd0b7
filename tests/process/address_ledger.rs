//! The address ledger on disk: which commands write it and when, and that it stays complete
//! whatever happens to a build.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

type Outcome = Result<(), Box<dyn Error>>;

const LEDGER: &str = "handsel.lock";

fn put(root: &Path, path: &str, text: &str) -> std::io::Result<()> {
    let full = root.join(path);
    fs::create_dir_all(full.parent().expect("a file is in a folder"))?;
    fs::write(full, text)
}

fn site(root: &Path, pages: usize) -> std::io::Result<()> {
    put(
        root,
        "handsel.yaml",
        "title: A\nbase_url: https://a.example\n",
    )?;
    put(
        root,
        "content/index.md",
        "# Home\n\n[One](page-0.md#part)\n",
    )?;
    (0..pages).try_for_each(|page| {
        put(
            root,
            &format!("content/page-{page}.md"),
            &format!("# Page {page}\n\n## Part\n\nText.\n"),
        )
    })
}

fn handsel(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handsel"));
    command
        .args(arguments)
        .args(["--today", "2026-11-22", "--quiet"])
        .current_dir(root)
        .env_remove("SOURCE_DATE_EPOCH");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn exit_code(root: &Path, arguments: &[&str]) -> std::io::Result<Option<i32>> {
    Ok(handsel(root, arguments).status()?.code())
}

fn addresses(root: &Path) -> std::io::Result<Vec<String>> {
    let text = fs::read_to_string(root.join(LEDGER))?;
    Ok(text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(str::to_owned)
        .collect())
}

/// The addresses of [`site`] with `pages` pages.
fn expected(pages: usize) -> Vec<String> {
    let mut lines = vec!["/ content/index.md".to_owned()];
    lines.extend((0..pages).map(|page| format!("/page-{page}/ content/page-{page}.md")));
    if pages > 0 {
        lines.push("/page-0/#part".to_owned());
    }
    lines.sort_by(|a, b| a.split(' ').next().cmp(&b.split(' ').next()));
    lines
}

#[test]
fn only_a_published_build_writes_the_ledger() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root, 2)?;
    put(
        root,
        "content/draft.md",
        "---\ntitle: D\ndraft: true\n---\nText.\n",
    )?;
    for arguments in [
        &["check"][..],
        &["build", "--drafts"],
        &["build", "--output", "elsewhere"],
    ] {
        assert_eq!(exit_code(root, arguments)?, Some(0), "{arguments:?}");
        assert!(!root.join(LEDGER).exists(), "{arguments:?}");
    }
    put(root, "content/broken.md", "# B\n\n[x](nowhere.md)\n")?;
    assert_eq!(exit_code(root, &["build"])?, Some(1));
    assert!(
        !root.join(LEDGER).exists(),
        "a build with errors publishes nothing"
    );
    fs::remove_file(root.join("content/broken.md"))?;
    assert_eq!(exit_code(root, &["build"])?, Some(0));
    assert_eq!(addresses(root)?, expected(2));
    let written = fs::metadata(root.join(LEDGER))?.modified()?;
    put(root, "content/page-1.md", "# Page 1\n\nOther text.\n")?;
    assert_eq!(exit_code(root, &["build"])?, Some(0));
    assert_eq!(
        fs::metadata(root.join(LEDGER))?.modified()?,
        written,
        "an unchanged ledger is not written"
    );
    Ok(())
}

#[test]
fn a_folder_of_markdown_gets_no_ledger_unless_it_has_one() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    put(root, "a.md", "# A\n\nText.\n")?;
    let build = ["build", "--base-url", "https://a.example"];
    assert_eq!(exit_code(root, &build)?, Some(0));
    assert!(!root.join(LEDGER).exists());
    put(root, LEDGER, "")?;
    assert_eq!(exit_code(root, &build)?, Some(0));
    assert!(addresses(root)?.contains(&"/a/ a.md".to_owned()));
    assert!(!root.join("public").join(LEDGER).exists());
    Ok(())
}

#[test]
fn a_removed_page_stays_in_the_ledger_until_it_is_retired() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root, 3)?;
    assert_eq!(exit_code(root, &["build"])?, Some(0));
    fs::remove_file(root.join("content/page-2.md"))?;
    assert_eq!(
        (exit_code(root, &["build"])?, exit_code(root, &["check"])?),
        (Some(0), Some(1))
    );
    assert_eq!(addresses(root)?, expected(3));
    put(
        root,
        "handsel.yaml",
        "title: A\nbase_url: https://a.example\nretired: [/page-2/]\n",
    )?;
    assert_eq!(
        (exit_code(root, &["check"])?, exit_code(root, &["build"])?),
        (Some(0), Some(0))
    );
    assert_eq!(addresses(root)?, expected(2));
    Ok(())
}

/// A build that is killed after publishing and before it writes the ledger leaves exactly this: a
/// complete site and an older ledger.
#[test]
fn the_next_build_completes_the_ledger_of_an_interrupted_one() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root, 2)?;
    assert_eq!(exit_code(root, &["build"])?, Some(0));
    for left in [Some("/older/ content/older.md\n"), Some(""), None] {
        match left {
            Some(text) => put(root, LEDGER, text)?,
            None => fs::remove_file(root.join(LEDGER))?,
        }
        assert_eq!(exit_code(root, &["build"])?, Some(0));
        let mut lines = addresses(root)?;
        lines.retain(|line| !line.starts_with("/older/"));
        assert_eq!(lines, expected(2), "{left:?}");
    }
    Ok(())
}

#[test]
fn a_killed_build_leaves_a_whole_ledger_that_the_next_one_completes() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    let mut pages = 20;
    site(root, pages)?;
    assert_eq!(exit_code(root, &["build"])?, Some(0));
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
        assert!(
            is_old || addresses(root)? == expected(pages),
            "{pause} ms: the ledger is neither the old one nor the new one"
        );
    }
    assert_eq!(exit_code(root, &["build"])?, Some(0));
    assert_eq!(addresses(root)?, expected(pages));
    let left: Vec<_> = fs::read_dir(root)?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
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
            // The second build is refused; neither endangers the other.
            assert!(matches!(status.code(), Some(0 | 2)), "{status}");
        }
    }
    assert_eq!(exit_code(root, &["build"])?, Some(0));
    assert_eq!(addresses(root)?, expected(pages));
    Ok(())
}

#[test]
fn a_site_with_a_local_address_gets_no_ledger() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root, 1)?;
    put(root, "handsel.yaml", "title: A\n")?;
    assert_eq!(exit_code(root, &["build"])?, Some(0));
    for local in [
        "http://localhost:8000",
        "http://127.0.0.1",
        "http://[::1]:4000",
        "https://site.test",
        "http://nas.local/site",
    ] {
        put(
            root,
            "handsel.yaml",
            &format!("title: A\nbase_url: {local}\n"),
        )?;
        assert_eq!(exit_code(root, &["build"])?, Some(0), "{local}");
    }
    assert_eq!(
        exit_code(root, &["build", "--base-url", "http://localhost:8000"])?,
        Some(0)
    );
    assert!(!root.join(LEDGER).exists());
    put(root, "handsel.yaml", "title: A\n")?;
    assert_eq!(
        exit_code(root, &["build", "--base-url", "https://a.example"])?,
        Some(0),
        "published through an option, as in a host's build command"
    );
    assert_eq!(addresses(root)?, expected(1));
    Ok(())
}

/// The first ten minutes of a writer: a site is created and previewed, and its samples are deleted
/// before it is published anywhere.
#[test]
fn the_samples_of_a_new_site_can_be_deleted() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    assert_eq!(exit_code(root, &["init"])?, Some(0));
    assert_eq!(exit_code(root, &["build"])?, Some(0));
    put(
        root,
        "content/index.md",
        "---\ntitle: Home\nsummary: What this is.\n---\n\nWelcome.\n",
    )?;
    fs::remove_dir_all(root.join("content/guides"))?;
    fs::remove_dir_all(root.join("content/tips"))?;
    assert_eq!(
        (exit_code(root, &["build"])?, exit_code(root, &["check"])?),
        (Some(0), Some(0))
    );
    Ok(())
}

fn run(root: &Path, arguments: &[&str]) -> std::io::Result<(Option<i32>, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handsel"));
    command
        .args(arguments)
        .args(["--today", "2026-11-22"])
        .current_dir(root)
        .env_remove("SOURCE_DATE_EPOCH");
    let output = command.output()?;
    Ok((
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr),
    ))
}

#[test]
fn several_missing_addresses_are_one_problem_and_can_be_retired() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root, 5)?;
    let settings = "# About us\ntitle: A   # kept\nbase_url: https://a.example/docs/\n";
    put(root, "handsel.yaml", settings)?;
    assert_eq!(exit_code(root, &["build"])?, Some(0));
    for page in [1, 2, 3] {
        fs::remove_file(root.join(format!("content/page-{page}.md")))?;
    }
    let (status, reported) = run(root, &["check", "--format", "json"])?;
    assert_eq!(
        (status, reported.matches("vanished-address").count()),
        (Some(1), 1),
        "{reported}"
    );
    assert!(
        reported.contains("3 published addresses no longer exist: /page-1/, /page-2/, /page-3/"),
        "{reported}"
    );
    assert!(
        reported.contains("retired:\\n  - /page-1/\\n  - /page-2/\\n  - /page-3/"),
        "{reported}"
    );
    for (address, words) in [
        ("/page-9/", "does not list /page-9/"),
        ("/page-4/", "/page-4/ is still published"),
        ("/elsewhere/**", "does not match any missing address"),
        ("/search/", "does not list /search/"),
    ] {
        let (status, reported) = run(root, &["retire", address])?;
        assert!(
            status == Some(2) && reported.contains(words),
            "{address}: {reported}"
        );
    }
    assert_eq!(run(root, &["retire", "--all", "--dry-run"])?.0, Some(0));
    assert_eq!(fs::read_to_string(root.join("handsel.yaml"))?, settings);
    assert_eq!(
        run(
            root,
            &["retire", "page-1", "https://a.example/docs/page-2/"]
        )?
        .0,
        Some(0)
    );
    assert_eq!(
        fs::read_to_string(root.join("handsel.yaml"))?,
        format!("{settings}retired:\n  - /page-1/\n  - /page-2/\n")
    );
    assert!(
        run(root, &["check"])?
            .1
            .contains("/page-3/ was published and no longer exists")
    );
    assert_eq!(run(root, &["retire", "--all"])?.0, Some(0));
    assert_eq!(
        fs::read_to_string(root.join("handsel.yaml"))?,
        format!("{settings}retired:\n  - /page-1/\n  - /page-2/\n  - /page-3/\n")
    );
    assert_eq!(exit_code(root, &["check"])?, Some(0));
    assert!(
        run(root, &["retire", "--all"])?
            .1
            .contains("Nothing to retire")
    );
    Ok(())
}

#[test]
fn a_ledger_of_an_older_version_is_cleaned_up_silently() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root, 1)?;
    let older = "/ content/index.md\n/a-z/\n/feed.xml\n/gone-topic/\n/page-0/ content/page-0.md\n/page-0/#part\n/tips/feed.xml\n";
    put(root, LEDGER, older)?;
    let (status, reported) = run(root, &["check", "--format", "json"])?;
    assert!(
        status == Some(0) && !reported.contains("vanished") && !reported.contains("ledger"),
        "{reported}"
    );
    assert_eq!(exit_code(root, &["build"])?, Some(0));
    assert_eq!(addresses(root)?, expected(1));
    Ok(())
}

#[test]
fn check_reports_what_the_ledger_lacks() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root, 1)?;
    let reports_missing = |words: &str| -> std::io::Result<bool> {
        let (status, reported) = run(root, &["check", "--format", "json"])?;
        Ok(status == Some(0) && reported.contains("incomplete-ledger") && reported.contains(words))
    };
    assert!(!reports_missing("")?, "no build has published the site yet");
    put(
        root,
        LEDGER,
        "/ content/index.md\n/page-0/ content/page-0.md\n",
    )?;
    assert!(reports_missing("lacks the address /page-0/#part")?);
    put(root, LEDGER, "/ content/index.md\n")?;
    assert!(reports_missing(
        "lacks 2 addresses: /page-0/, /page-0/#part"
    )?);
    // The build that follows a check completes the ledger, so a strict check stops only where the
    // settings say so.
    let ignored = "checks: { missing-summary: off, thin-page: off, orphan: off, incomplete-giving: off, no-next-step: off";
    let settings = fs::read_to_string(root.join("handsel.yaml"))?;
    put(root, "handsel.yaml", &format!("{settings}\n{ignored} }}\n"))?;
    assert_eq!(
        run(root, &["check", "--strict"])?.0,
        Some(0),
        "{}",
        run(root, &["check", "--strict"])?.1
    );
    put(
        root,
        "handsel.yaml",
        &format!("{settings}\n{ignored}, incomplete-ledger: error }}\n"),
    )?;
    assert_eq!(run(root, &["check"])?.0, Some(1));
    put(root, "handsel.yaml", &settings)?;
    assert_eq!(exit_code(root, &["build"])?, Some(0));
    assert!(!reports_missing("")?);
    Ok(())
}

/// Runs the first command of the README in a fresh clone.
#[test]
fn building_this_repository_changes_no_tracked_file() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (repository, clone) = (Path::new(env!("CARGO_MANIFEST_DIR")), folder.path());
    let mut tracked = Vec::new();
    for name in [
        "handsel.yaml",
        LEDGER,
        ".gitignore",
        "content",
        "static",
        "templates",
        "data",
    ] {
        copy(&repository.join(name), &clone.join(name), &mut tracked)?;
    }
    assert!(
        tracked.len() > 100,
        "the sources of the site were not found"
    );
    let status = Command::new(env!("CARGO_BIN_EXE_handsel"))
        .args(["build", "--quiet"])
        .current_dir(clone)
        .status()?;
    assert!(status.success());
    for path in tracked {
        assert!(
            fs::read(clone.join(&path))? == fs::read(repository.join(&path))?,
            "the build changed {}; run `cargo run -- build`, and commit it",
            path.display()
        );
    }
    let ignored = fs::read_to_string(clone.join(".gitignore"))?;
    for entry in fs::read_dir(clone)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_ignored = ignored.lines().any(|line| line.trim_matches('/') == name);
        assert!(
            is_ignored || repository.join(&name).exists(),
            "the build created {name}, which git does not ignore"
        );
    }
    Ok(())
}

/// Copies a file or a folder, and records the files by their paths below the target's root.
fn copy(from: &Path, to: &Path, copied: &mut Vec<std::path::PathBuf>) -> std::io::Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            copy(&from.join(&name), &to.join(&name), copied)?;
        }
    } else if from.is_file() {
        fs::copy(from, to)?;
        let root = env!("CARGO_MANIFEST_DIR");
        copied.push(
            from.strip_prefix(root)
                .expect("it is in the repository")
                .to_owned(),
        );
    }
    Ok(())
}

#[test]
fn ledgers_of_two_branches_merge() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    let git = |arguments: &[&str]| -> std::io::Result<bool> {
        let mut command = Command::new("git");
        command.args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.org",
            "-c",
            "init.defaultBranch=main",
        ]);
        Ok(command
            .args(arguments)
            .current_dir(root)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?
            .success())
    };
    site(root, 2)?;
    put(root, ".gitignore", "/public/\n/.handsel/\n")?;
    put(
        root,
        ".gitattributes",
        include_str!("../../src/commands/starter/gitattributes"),
    )?;
    assert_eq!(exit_code(root, &["build"])?, Some(0));
    assert!(
        git(&["init", "-q"])?
            && git(&["add", "."])?
            && git(&["commit", "-qm", "one"])?
            && git(&["branch", "other"])?
    );
    for (branch, page) in [("main", 2), ("other", 3)] {
        assert!(git(&["checkout", "-q", branch])?);
        put(root, &format!("content/page-{page}.md"), "# P\n\nText.\n")?;
        assert_eq!(exit_code(root, &["build"])?, Some(0));
        assert!(git(&["add", "."])? && git(&["commit", "-qm", "more"])?);
    }
    assert!(
        git(&["checkout", "-q", "main"])? && git(&["merge", "-q", "--no-edit", "other"])?,
        "both branches add lines at the same place"
    );
    assert_eq!(
        (exit_code(root, &["check"])?, exit_code(root, &["build"])?),
        (Some(0), Some(0))
    );
    assert_eq!(addresses(root)?, expected(4));
    Ok(())
}
