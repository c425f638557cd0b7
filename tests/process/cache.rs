//! The cache on disk: what proves that a file is unchanged, what does not, and builds that are
//! killed.

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

type Outcome = Result<(), Box<dyn Error>>;

const PAGES: usize = 60;

/// A site in a temporary folder.
struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    fn new() -> Result<Self, Box<dyn Error>> {
        let site = Site {
            folder: tempfile::tempdir()?,
        };
        site.put(
            "handsel.yaml",
            "title: Kept\nbase_url: https://example.org/\n",
        )?;
        site.put("content/index.md", "# Home\n\nBegin.\n")?;
        for number in 0..PAGES {
            site.put(&page_path(number), &page(number, "first"))?;
        }
        Ok(site)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn put(&self, path: &str, text: &str) -> std::io::Result<()> {
        let full = self.path().join(path);
        fs::create_dir_all(full.parent().expect("a file is in a folder"))?;
        fs::write(full, text)
    }

    /// Builds, and returns how many documents were parsed and how many pages were rendered.
    fn build(&self) -> Result<(u64, u64), Box<dyn Error>> {
        build_counts(self.path(), &[])
    }
}

fn page_path(number: usize) -> String {
    format!("content/guides/page-{number}.md")
}

fn page(number: usize, word: &str) -> String {
    format!(
        "---\ntitle: Page {number}\nsummary: What it gives.\n---\n\nThe {word} sentence. See [next](page-{}.md).\n",
        (number + 1) % PAGES
    )
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handsel"));
    command
        .arg("build")
        .args(arguments)
        .arg("--root")
        .arg(root)
        .stdin(Stdio::null());
    command
}

fn build_counts(root: &Path, arguments: &[&str]) -> Result<(u64, u64), Box<dyn Error>> {
    let output = command(root, &["--profile", "--format", "json"])
        .args(arguments)
        .output()?;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    let reported = stderr
        .lines()
        .find_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .ok_or("no profile")?;
    let count = |what: &str| reported["profile"][what]["made"].as_u64().ok_or("no count");
    Ok((count("documents")?, count("sheets")?))
}

/// Waits until the files are old enough for their stamps to prove that they are unchanged.
fn let_stamps_age() {
    std::thread::sleep(Duration::from_millis(80));
}

#[test]
fn other_bytes_of_the_same_size_and_time_are_noticed() -> Outcome {
    let site = Site::new()?;
    let_stamps_age();
    site.build()?;
    let path = site.path().join(page_path(3));
    let time = fs::metadata(&path)?.modified()?;
    fs::write(&path, page(3, "other"))?;
    File::options()
        .write(true)
        .open(&path)?
        .set_modified(time)?;
    assert_eq!(site.build()?, (1, 1));
    assert!(
        fs::read_to_string(site.path().join("public/guides/page-3/index.html"))?
            .contains("The other sentence.")
    );
    Ok(())
}

#[test]
fn a_new_time_alone_rebuilds_nothing() -> Outcome {
    let site = Site::new()?;
    let_stamps_age();
    site.build()?;
    for (number, time) in [
        (0, SystemTime::UNIX_EPOCH),
        (1, SystemTime::now() + Duration::from_secs(86_400)),
        (2, SystemTime::now()),
    ] {
        File::options()
            .write(true)
            .open(site.path().join(page_path(number)))?
            .set_modified(time)?;
    }
    assert_eq!(site.build()?, (0, 0), "the times changed, the text did not");
    // A checkout writes every file again.
    for number in 0..PAGES {
        site.put(&page_path(number), &page(number, "first"))?;
    }
    assert_eq!(site.build()?, (0, 0), "a checkout of the same text");
    Ok(())
}

#[test]
fn a_copied_cache_is_used() -> Outcome {
    let site = Site::new()?;
    let_stamps_age();
    site.build()?;
    let other = tempfile::tempdir()?;
    copy(site.path(), other.path())?;
    assert_eq!(
        build_counts(other.path(), &[])?,
        (0, 0),
        "the cache was copied with the site"
    );
    fs::remove_dir_all(other.path().join("public"))?;
    let (parsed, rendered) = build_counts(other.path(), &[])?;
    assert!(
        parsed == 0 && rendered > PAGES as u64,
        "without the output, only documents come from the cache: {parsed}, {rendered}"
    );
    Ok(())
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?
        } else {
            fs::copy(entry.path(), target).map(drop)?
        }
    }
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_killed_build_damages_no_file() -> Outcome {
    let rounds = if std::env::var_os("HANDSEL_LONG").is_some() {
        300
    } else {
        30
    };
    let site = Site::new()?;
    site.build()?;
    site.put("public/mine.txt", "by hand")?;
    for round in 0..rounds {
        for number in (round % 7..PAGES).step_by(7) {
            site.put(&page_path(number), &page(number, &format!("word-{round}")))?;
        }
        let mut build = command(site.path(), &["--quiet"])
            .stderr(Stdio::null())
            .spawn()?;
        // The delays are spread over a whole build, which takes about 30 to 200 ms here.
        std::thread::sleep(Duration::from_millis((round as u64 * 37) % 190));
        let _ = build.kill();
        build.wait()?;
        for page in walk(&site.path().join("public")) {
            let bytes = fs::read(&page)?;
            assert!(
                bytes.ends_with(b"</html>\n"),
                "round {round}: {} is incomplete",
                page.display()
            );
        }
        assert_eq!(
            fs::read_to_string(site.path().join("public/mine.txt"))?,
            "by hand"
        );
    }
    let output = command(site.path(), &["--verify-cache"]).output()?;
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// Every page below a folder.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    let mut pages = Vec::new();
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            pages.extend(walk(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "html")
        {
            pages.push(path);
        }
    }
    pages
}
