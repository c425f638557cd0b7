//! The commands as a user meets them: exit status, what is printed where, and what is on disk
//! afterwards.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

type Outcome = Result<(), Box<dyn Error>>;

/// A temporary folder in which the program is run.
struct Workspace {
    folder: tempfile::TempDir,
}

/// The result of a run.
struct RunResult {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Workspace {
    fn new(files: &[(&str, &str)]) -> std::io::Result<Self> {
        let workspace = Self {
            folder: tempfile::tempdir()?,
        };
        files
            .iter()
            .try_for_each(|(path, text)| workspace.put(path, text))?;
        Ok(workspace)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn put(&self, path: &str, text: &str) -> std::io::Result<()> {
        let full = self.path().join(path);
        fs::create_dir_all(full.parent().expect("a file is in a folder"))?;
        fs::write(full, text)
    }

    fn has(&self, path: &str) -> bool {
        self.path().join(path).exists()
    }

    fn run(&self, arguments: &[&str]) -> std::io::Result<RunResult> {
        self.run_with(arguments, &[])
    }

    fn run_with(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> std::io::Result<RunResult> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handsel"));
        for name in [
            "SOURCE_DATE_EPOCH",
            "GITHUB_WORKSPACE",
            "NO_COLOR",
            "CLICOLOR_FORCE",
        ] {
            command.env_remove(name);
        }
        let Output {
            status,
            stdout,
            stderr,
        } = command
            .args(arguments)
            .envs(variables.iter().copied())
            .current_dir(self.path())
            .output()?;
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("Handsel prints UTF-8");
        Ok(RunResult {
            status: status.code(),
            out: text(stdout),
            err: text(stderr),
        })
    }
}

impl RunResult {
    #[track_caller]
    fn expect_status(self, status: i32) -> Self {
        assert_eq!(
            self.status,
            Some(status),
            "stdout: {}\nstderr: {}",
            self.out,
            self.err
        );
        self
    }
}

const GOOD: &[(&str, &str)] = &[
    ("content/index.md", "# Home\n\n[A](guides/a.md)\n"),
    (
        "content/guides/a.md",
        "---\ntitle: A\nsummary: What A gives.\n---\n\nText.\n",
    ),
];
const BROKEN: (&str, &str) = (
    "content/guides/b.md",
    "---\ntitle: B\nsummary: What B gives.\n---\n\nSee [it](c.md).\n",
);

#[test]
fn build_publishes_and_says_what_it_did() -> Outcome {
    let workspace = Workspace::new(GOOD)?;
    let result = workspace.run(&["build"])?.expect_status(0);
    assert!(result.out.starts_with("Built 2 pages ("), "{}", result.out);
    assert!(
        result.out.contains(" into public/ in ")
            && result.out.contains(" written, 0 unchanged, 0 removed."),
        "{}",
        result.out
    );
    assert!(
        result.out.contains("python3 -m http.server -d public"),
        "{}",
        result.out
    );
    assert!(workspace.has("public/guides/a/index.html") && workspace.has(".handsel/cache/files"));
    workspace.put("public/mine.txt", "by hand")?;
    let again = workspace.run(&["build"])?.expect_status(0);
    assert!(
        again.out.contains(": 0 written, ") && again.err.contains("mine.txt"),
        "{}{}",
        again.out,
        again.err
    );
    let quiet = workspace.run(&["build", "--quiet"])?.expect_status(0);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    Ok(())
}

#[test]
fn build_with_errors_publishes_nothing() -> Outcome {
    let workspace = Workspace::new(GOOD)?;
    workspace.run(&["build", "--quiet"])?.expect_status(0);
    let before = fs::read(workspace.path().join("public/.handsel-manifest"))?;
    workspace.put(BROKEN.0, BROKEN.1)?;
    let result = workspace.run(&["build"])?.expect_status(1);
    assert_eq!(result.out, "");
    assert!(
        result.err.contains("error[broken-link]: "),
        "{}",
        result.err
    );
    assert!(
        result.err.contains(" --> content/guides/b.md:6:"),
        "{}",
        result.err
    );
    assert!(
        result.err.contains("6 | See [it](c.md).\n"),
        "{}",
        result.err
    );
    assert!(
        result
            .err
            .ends_with("1 error in 3 pages\nNothing was published; public/ is unchanged.\n"),
        "{}",
        result.err
    );
    assert!(!workspace.has("public/guides/b") && !result.err.contains('\u{1b}'));
    assert_eq!(
        fs::read(workspace.path().join("public/.handsel-manifest"))?,
        before
    );
    workspace.run(&["build", "--lenient"])?.expect_status(0);
    assert!(workspace.has("public/guides/b/index.html"));
    Ok(())
}

#[test]
fn json_and_github_output_is_machine_readable() -> Outcome {
    let workspace = Workspace::new(&[("docs/a.md", "# A\n\nSee [it](c.md).\n")])?;
    let json = workspace
        .run(&["build", "--root", "docs", "--format", "json"])?
        .expect_status(1);
    let line: serde_json::Value = serde_json::from_str(&json.out)?;
    assert_eq!(
        (
            &line["severity"],
            &line["code"],
            &line["path"],
            &line["line"]
        ),
        (
            &"error".into(),
            &"broken-link".into(),
            &"a.md".into(),
            &3.into()
        )
    );
    assert!(json.err.contains("Nothing was published"), "{}", json.err);
    let github = workspace
        .run(&["check", "--root", "docs", "--format", "github"])?
        .expect_status(1);
    assert!(
        github
            .out
            .lines()
            .any(|line| line.starts_with("::error file=docs/a.md,line=3,col=")),
        "{}",
        github.out
    );
    assert!(
        github.out.lines().all(|line| line.starts_with("::")),
        "{}",
        github.out
    );
    workspace.put("docs/c.md", "# C\n")?;
    let built = workspace
        .run(&["build", "--root", "docs", "--format", "json"])?
        .expect_status(0);
    assert_eq!(built.out, "");
    assert!(built.err.contains("Built 2 pages"), "{}", built.err);
    Ok(())
}

#[test]
fn check_reports_and_writes_nothing() -> Outcome {
    let workspace = Workspace::new(GOOD)?;
    workspace.run(&["check"])?.expect_status(0);
    workspace.put(BROKEN.0, BROKEN.1)?;
    let result = workspace.run(&["check"])?.expect_status(1);
    assert!(
        result.out.contains(" --> content/guides/b.md:6:") && result.out.contains("1 error"),
        "{}",
        result.out
    );
    assert!(!workspace.has("public") && !workspace.has(".handsel"));
    workspace.run(&["check", "--lenient"])?.expect_status(0);
    Ok(())
}

#[test]
fn commands_that_cannot_run_exit_with_status_2() -> Outcome {
    let workspace = Workspace::new(GOOD)?;
    workspace.put("b.yaml", "title: B\n")?;
    for (arguments, words) in [
        (
            &["build", "--root", "gone"][..],
            "folder `gone` does not exist",
        ),
        (&["check", "--root", "b.yaml"], "`b.yaml` is not a folder"),
        (&["build", "--output", "."], "is the site's folder itself"),
        (&["build", "--output", ".."], "contains the site's folder"),
        (
            &["build", "--output", "content/guides"],
            "contains the site's sources",
        ),
        (
            &["build", "--output", "new/../content"],
            "contains the site's sources",
        ),
        (&["build", "--output", "b.yaml"], "is not a folder"),
        (
            &["build", "--root", "content", "--output", "content/guides"],
            "contains the site's sources",
        ),
        (
            &["build", "--config", "gone.yaml"],
            "the settings file `gone.yaml` does not exist",
        ),
        (
            &["build", "--root", "content", "--config", "b.yaml"],
            "is outside the site's folder",
        ),
        (&["build", "--strict", "--lenient"], "cannot be used with"),
        (
            &["build", "--today", "tomorrow"],
            "write the day as 2026-01-31",
        ),
        (&["build", "--base-url", "example.org"], "https://"),
        (&["biuld"], "build"),
        (&["build", "content"], "write `--root content`"),
        (&["check", "b.yaml"], "unexpected argument"),
        (&["build", "--drafs"], "--drafts"),
        (&[], "Usage"),
    ] {
        let result = workspace.run(arguments)?.expect_status(2);
        assert!(result.err.contains(words), "{arguments:?}: {}", result.err);
        assert_eq!(result.out, "", "{arguments:?}");
    }
    let result = workspace
        .run_with(&["build"], &[("SOURCE_DATE_EPOCH", "soon")])?
        .expect_status(2);
    assert!(
        result.err.contains("SOURCE_DATE_EPOCH is `soon`"),
        "{}",
        result.err
    );
    assert!(!workspace.has("public"));
    Ok(())
}

#[test]
fn settings_and_output_may_be_elsewhere() -> Outcome {
    let workspace = Workspace::new(&[
        ("site/content/index.md", "# Home\n"),
        ("site/other.yaml", "title: Other\noutput: dist\n"),
    ])?;
    let result = workspace
        .run(&["build", "--root", "site", "--config", "site/other.yaml"])?
        .expect_status(0);
    assert!(result.out.contains(" into site/dist/ "), "{}", result.out);
    workspace
        .run(&["build", "--root", "site", "--output", "www/new"])?
        .expect_status(0);
    assert!(
        workspace.has("site/dist/index.html")
            && workspace.has("www/new/index.html")
            && !workspace.has("site/public")
    );
    Ok(())
}

#[test]
fn the_day_is_an_input() -> Outcome {
    let page = "---\ntitle: A\npublished: 2030-01-02\n---\n\nText.\n";
    let workspace = Workspace::new(&[("content/index.md", "# Home\n"), ("content/a.md", page)])?;
    workspace
        .run(&["build", "--today", "2030-01-01"])?
        .expect_status(0);
    assert!(!workspace.has("public/a"));
    workspace
        .run(&["build", "--today", "2030-01-02"])?
        .expect_status(0);
    assert!(workspace.has("public/a/index.html"));
    // This is 2030-01-01, 23:30 in UTC.
    let epoch = [("SOURCE_DATE_EPOCH", "1893540600")];
    workspace.run_with(&["build"], &epoch)?.expect_status(0);
    assert!(!workspace.has("public/a"));
    workspace.put("handsel.yaml", "title: A\ntimezone: Europe/Berlin\n")?;
    workspace.run_with(&["build"], &epoch)?.expect_status(0);
    assert!(workspace.has("public/a/index.html"));
    Ok(())
}

#[test]
fn a_folder_without_a_page_is_an_error_with_a_hint() -> Outcome {
    for (files, hint) in [
        (&[][..], "handsel init"),
        (
            &[("content/a.mdx", "# A"), ("content/b.mdx", "# B")][..],
            "2 `.mdx` files are not read as pages",
        ),
        (
            &[("a.html", "<p>A</p>")][..],
            "one `.html` file is not read as a page",
        ),
    ] {
        let workspace = Workspace::new(files)?;
        for command in [&["build"][..], &["check"][..], &["build", "--lenient"][..]] {
            let result = workspace.run(command)?;
            let printed = format!("{}{}", result.out, result.err);
            assert_eq!(result.status, Some(1), "{printed}");
            assert!(
                printed.contains("error[no-pages]: there is no page in") && printed.contains(hint),
                "{printed}"
            );
        }
    }
    Ok(())
}

#[test]
fn init_creates_a_site_without_warnings_and_keeps_existing_files() -> Outcome {
    let workspace = Workspace::new(&[(
        "site/content/index.md",
        "# Mine\n\n[g](guides/first-guide.md)\n",
    )])?;
    let result = workspace.run(&["init", "site"])?.expect_status(0);
    assert!(
        result.out.contains("kept     site/content/index.md\n")
            && result.out.contains("created  site/handsel.yaml\n"),
        "{}",
        result.out
    );
    assert_eq!(
        fs::read_to_string(workspace.path().join("site/content/index.md"))?,
        "# Mine\n\n[g](guides/first-guide.md)\n"
    );
    workspace.run(&["init", "fresh"])?.expect_status(0);
    for command in ["build", "check"] {
        let result = workspace
            .run(&[command, "--root", "fresh", "--strict", "--format", "json"])?
            .expect_status(0);
        assert_eq!(result.out, "");
    }
    let again = workspace.run(&["init", "fresh"])?.expect_status(0);
    assert!(
        again.out.contains("kept") && !again.out.contains("created"),
        "{}",
        again.out
    );
    workspace.put("file", "")?;
    workspace.run(&["init", "file"])?.expect_status(2);
    Ok(())
}

#[test]
fn new_creates_a_page_of_a_kind() -> Outcome {
    let workspace = Workspace::new(&[
        ("content/index.md", "# Home\n"),
        (
            "templates/kinds/recipe.yaml",
            "folder: food/recipes\nscaffold: |\n  ---\n  title: {title}\n  published: {today}\n  ---\n",
        ),
    ])?;
    let result = workspace
        .run(&["new", "guide", "Say \"no\": how?"])?
        .expect_status(0);
    assert!(
        result
            .out
            .starts_with("Created content/guides/say-no-how.md\n"),
        "{}",
        result.out
    );
    let guide = fs::read_to_string(workspace.path().join("content/guides/say-no-how.md"))?;
    assert!(
        guide.starts_with("---\ntitle: \"Say \\\"no\\\": how?\"\n"),
        "{guide}"
    );
    let taken = workspace
        .run(&["new", "guide", "say no how"])?
        .expect_status(2);
    assert!(
        taken
            .err
            .contains("content/guides/say-no-how.md already exists"),
        "{}",
        taken.err
    );
    assert_eq!(
        fs::read_to_string(workspace.path().join("content/guides/say-no-how.md"))?,
        guide
    );
    workspace
        .run(&["new", "page", "About", "--root", "."])?
        .expect_status(0);
    assert!(workspace.has("content/about.md"));
    workspace
        .run(&["new", "recipe", "Soup", "--today", "2026-01-31"])?
        .expect_status(0);
    assert_eq!(
        fs::read_to_string(workspace.path().join("content/food/recipes/soup.md"))?,
        "---\ntitle: \"Soup\"\npublished: 2026-01-31\n---\n"
    );
    let unknown = workspace.run(&["new", "giude", "X"])?.expect_status(2);
    assert!(
        unknown.err.contains("did you mean `guide`?") && unknown.err.contains("recipe"),
        "{}",
        unknown.err
    );
    workspace.run(&["new", "guide", " "])?.expect_status(2);
    workspace.run(&["build"])?.expect_status(0);
    Ok(())
}

#[test]
fn init_in_an_existing_site_adds_no_samples() -> Outcome {
    let workspace = Workspace::new(&[])?;
    workspace.run(&["init"])?.expect_status(0);
    fs::remove_dir_all(workspace.path().join("content/guides"))?;
    fs::remove_file(workspace.path().join("content/topics.yaml"))?;
    fs::remove_file(workspace.path().join(".gitignore"))?;
    let again = workspace.run(&["init"])?.expect_status(0);
    assert!(
        !workspace.has("content/guides")
            && !workspace.has("content/topics.yaml")
            && workspace.has(".gitignore"),
        "{}",
        again.out
    );
    assert!(
        again.out.contains("created  .gitignore\n")
            && again.out.contains("no sample pages were added"),
        "{}",
        again.out
    );
    let other = Workspace::new(&[("content/notes/mine.md", "# Mine\n\nText.\n")])?;
    other.run(&["init"])?.expect_status(0);
    assert!(
        other.has("handsel.yaml") && !other.has("content/guides") && !other.has("content/index.md")
    );
    // A site whose pages were all deleted counts as new.
    fs::remove_dir_all(other.path().join("content"))?;
    other.run(&["init"])?.expect_status(0);
    assert!(other.has("content/index.md") && other.has("content/guides/first-guide.md"));
    Ok(())
}

#[test]
fn a_long_report_ends_with_a_table_and_says_how_to_see_all() -> Outcome {
    let links: String = (0..70)
        .map(|number| format!("[x](gone-{number}.md)\n"))
        .collect();
    let workspace = Workspace::new(&[
        ("content/index.md", &format!("# Home\n\n{links}")),
        ("content/empty.md", "---\ntitle: Empty\n---\n"),
    ])?;
    let result = workspace.run(&["build"])?.expect_status(1);
    assert_eq!(
        result.err.matches("error[broken-link]").count(),
        50,
        "{}",
        result.err
    );
    let (_, table) = result
        .err
        .split_once("Problems by code:\n")
        .ok_or("no table")?;
    assert!(
        table.starts_with("  70  error    broken-link  first at content/index.md:3:1\n"),
        "{table}"
    );
    assert!(
        table.contains("   1  warning  empty-page   first at content/empty.md:4:1\n"),
        "{table}"
    );
    assert!(
        table.contains("add --all-problems") && table.contains("70 errors, 1 warning in 2 pages\n"),
        "{table}"
    );
    let all = workspace
        .run(&["build", "--all-problems"])?
        .expect_status(1);
    assert_eq!(all.err.matches("error[broken-link]").count(), 70);
    assert!(!all.err.contains("add --all-problems"), "{}", all.err);
    let json = workspace
        .run(&["build", "--format", "json"])?
        .expect_status(1);
    assert_eq!(json.out.lines().count(), 71);
    Ok(())
}

#[test]
fn skipped_pages_are_listed_as_the_summary_says() -> Outcome {
    let workspace = Workspace::new(&[("content/index.md", "# Home\n\nText.\n")])?;
    for number in 0..60 {
        workspace.put(
            &format!("content/p{number}.md"),
            "---\ntitle: [\n---\nText.\n",
        )?;
    }
    let result = workspace.run(&["build", "--lenient"])?;
    let named = result.err.matches("skipped-page]").count();
    if result.out.contains("Each is listed above") {
        assert_eq!(named, 60 + 1, "{}", result.out);
    }
    if result.out.contains("Skipped ") {
        assert!(
            result
                .out
                .contains("The first 50 are listed above; `--all-problems` lists all."),
            "{}",
            result.out
        );
    }
    let all = workspace.run(&["build", "--lenient", "--all-problems"])?;
    assert!(!all.out.contains("The first 50"), "{}", all.out);
    Ok(())
}

/// File names come from other people: none may move the cursor, color the terminal or forge a line.
#[cfg(unix)]
#[test]
fn file_names_are_escaped_in_the_terminal() -> Outcome {
    let odd = "a\u{1b}[31m\u{202e}b\n::error::forged\u{7}%41,x:y\u{9b}2J\u{200f}";
    let workspace = Workspace::new(&[
        ("content/index.md", "# Home\n\nText.\n"),
        ("handsel.yaml", "title: A\n"),
    ])?;
    workspace.put(&format!("content/{odd}.md"), "# A\n\n[x](nowhere.md)\n")?;
    workspace.put(&format!("content/{odd}.bin"), "\u{1b}[2J\0")?;
    let is_hidden = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{200f}');
    for arguments in [
        &["check"][..],
        &["build"],
        &["build", "--lenient"],
        &["check", "--format", "github"],
        &["check", "--all-problems"],
        &[
            "move",
            &format!("content/{odd}.md"),
            &format!("content/{odd}2.md"),
        ],
        &["why", odd],
        &["retire", odd],
        &["new", odd, odd],
        &["init", &format!("{odd}/site")],
        &["check", "--root", &format!("{odd}/site")],
    ] {
        let result = workspace.run(arguments)?;
        for text in [&result.out, &result.err] {
            assert!(!text.contains(is_hidden), "{arguments:?}: {text:?}");
            assert!(
                !text.lines().any(|line| line.starts_with("::error::forged")),
                "{arguments:?}: {text}"
            );
        }
    }
    let github = workspace.run(&["check", "--format", "github"])?;
    assert!(
        github.out.lines().all(|line| line.starts_with("::")),
        "{}",
        github.out
    );
    assert!(
        github.out.contains("%2541%2Cx%3Ay") && github.out.contains("%0A"),
        "{}",
        github.out
    );
    Ok(())
}

#[test]
fn bytes_of_binary_files_are_not_printed() -> Outcome {
    let workspace = Workspace::new(GOOD)?;
    fs::write(
        workspace.path().join("content/photo.png"),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    )?;
    let result = workspace.run(&["check"])?.expect_status(0);
    assert!(
        result.out.contains("unreferenced-files") && result.out.contains("content/photo.png:1:1"),
        "{}",
        result.out
    );
    assert!(
        !result.out.contains("PNG") && !result.out.contains("IHDR"),
        "{}",
        result.out
    );
    Ok(())
}

/// A newcomer runs a command in `content/`, which would otherwise be built as a separate site,
/// without the settings.
#[test]
fn a_folder_within_a_site_is_not_built_as_a_site() -> Outcome {
    let workspace = Workspace::new(GOOD)?;
    workspace.put("handsel.yaml", "title: A\n")?;
    for (folder, root) in [("content", ".."), ("content/guides", "../..")] {
        for arguments in [
            &["build"][..],
            &["check"],
            &["new", "tip", "X"],
            &["why", "/"],
        ] {
            let output = Command::new(env!("CARGO_BIN_EXE_handsel"))
                .args(arguments)
                .current_dir(workspace.path().join(folder))
                .output()?;
            let printed = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{folder}: {arguments:?}");
            assert!(
                printed.contains(&format!("add `--root {root}`")),
                "{folder}: {printed}"
            );
        }
    }
    assert!(!workspace.has("content/public") && !workspace.has("content/tips"));
    workspace
        .run(&["build", "--root", "content", "--output", "elsewhere"])?
        .expect_status(0);
    Ok(())
}

#[test]
fn help_and_version() -> Outcome {
    let workspace = Workspace::new(&[])?;
    assert!(
        workspace
            .run(&["--version"])?
            .expect_status(0)
            .out
            .starts_with("handsel ")
    );
    let help = workspace.run(&["build", "--help"])?.expect_status(0).out;
    for words in [
        "Common options:",
        "--base-url <URL>",
        "--root <DIR>",
        "Examples:",
        "--force",
    ] {
        assert!(help.contains(words), "{help}");
    }
    Ok(())
}

#[test]
fn why_explains_when_and_why_a_page_was_rendered() -> Outcome {
    let workspace = Workspace::new(GOOD)?;
    let nothing = workspace.run(&["why", "/"])?.expect_status(2);
    assert!(nothing.err.contains("handsel build"), "{}", nothing.err);
    workspace.run(&["build", "--quiet"])?.expect_status(0);
    let new = workspace.run(&["why", "/guides/a/"])?.expect_status(0);
    assert!(
        new.out.starts_with(
            "/guides/a/ was rendered by the last build, because it was not in the cache"
        ),
        "{}",
        new.out
    );
    workspace.put(
        "content/tips/other.md",
        "---\ntitle: Other\nsummary: What it gives.\n---\n\nA text.\n",
    )?;
    workspace.run(&["build", "--quiet"])?.expect_status(0);
    let json: serde_json::Value = serde_json::from_str(
        &workspace
            .run(&["why", "tips/other", "--format", "json"])?
            .expect_status(0)
            .out,
    )?;
    assert_eq!(
        (&json["reason"], &json["made_by_last_build"]),
        (&"new".into(), &true.into())
    );
    workspace.put(
        "content/tips/later.md",
        "---\ntitle: Later\ndraft: true\n---\n\nA text.\n",
    )?;
    let draft = workspace.run(&["why", "/tips/later/"])?.expect_status(2);
    assert!(
        draft.err.contains("content/tips/later.md is a draft") && draft.err.contains("--drafts"),
        "{}",
        draft.err
    );
    workspace.put(
        "content/tips/fresh.md",
        "---\ntitle: Fresh\n---\n\nA text.\n",
    )?;
    let fresh = workspace.run(&["why", "/tips/fresh/"])?.expect_status(2);
    assert!(
        fresh.err.contains("content/tips/fresh.md is newer"),
        "{}",
        fresh.err
    );
    let unknown = workspace.run(&["why", "/guides/aa/"])?.expect_status(2);
    assert!(
        unknown.err.contains("did you mean `/guides/a/`?"),
        "{}",
        unknown.err
    );
    assert!(
        unknown.err.starts_with("error: ") && !unknown.err.contains("\\u{1b}"),
        "colors are not written as text: {}",
        unknown.err
    );
    Ok(())
}

#[test]
fn the_cache_can_be_verified_and_turned_off() -> Outcome {
    let workspace = Workspace::new(GOOD)?;
    let first = workspace.run(&["build", "--no-cache"])?.expect_status(0);
    assert!(
        first.out.contains(" written, 0 unchanged") && !workspace.has(".handsel/cache"),
        "{}",
        first.out
    );
    workspace.run(&["build", "--quiet"])?.expect_status(0);
    let verified = workspace
        .run(&["build", "--verify-cache"])?
        .expect_status(0);
    assert!(verified.out.contains("Verified: "), "{}", verified.out);
    let profile = workspace
        .run(&["build", "--profile", "--format", "json"])?
        .expect_status(0);
    let reported: serde_json::Value = profile
        .err
        .lines()
        .find_map(|line| serde_json::from_str(line).ok())
        .ok_or("no profile")?;
    assert_eq!(
        (
            &reported["profile"]["documents"]["made"],
            &reported["profile"]["sheets"]["made"]
        ),
        (&0.into(), &0.into())
    );
    for name in ["files", "pages-00"] {
        workspace.put(&format!(".handsel/cache/{name}"), "spoiled")?;
    }
    let spoiled = workspace
        .run(&["build", "--verify-cache"])?
        .expect_status(0);
    assert_eq!(
        spoiled.err.matches("damaged file").count(),
        1,
        "{}",
        spoiled.err
    );
    Ok(())
}

#[test]
fn schema_prints_one_and_writes_all() -> Outcome {
    let workspace = Workspace::new(&[
        ("handsel.yaml", "title: A\n"),
        ("content/index.md", "# A\n\nText.\n"),
        ("content/topics.yaml", "trust: Trust\n"),
    ])?;
    workspace.put(
        "templates/kinds/recipe.yaml",
        "folder: recipes\nfields: { minutes: { type: integer, required: true } }\n",
    )?;
    let printed = workspace.run(&["schema", "recipe"])?.expect_status(0);
    let schema: serde_json::Value = serde_json::from_str(&printed.out)?;
    assert_eq!(schema["required"], serde_json::json!(["minutes"]));
    assert_eq!(
        schema["properties"]["topics"]["anyOf"][0]["anyOf"][0]["const"],
        "trust"
    );
    let unknown = workspace.run(&["schema", "recipi"])?.expect_status(2);
    assert!(
        unknown.err.contains("did you mean `recipe`?"),
        "{}",
        unknown.err
    );
    assert!(!workspace.has(".handsel/schema"), "printing writes nothing");
    workspace.run(&["schema"])?.expect_status(0);
    assert!(
        workspace.has(".handsel/schema/recipe.json")
            && workspace.has(".handsel/schema/settings.json")
    );
    let editor = workspace.run(&["schema", "--editor"])?.expect_status(0);
    let editor: serde_json::Value = serde_json::from_str(&editor.out)?;
    assert_eq!(
        editor["yaml.schemas"]["./.handsel/schema/recipe.json"],
        serde_json::json!(["content/recipes/**/*.md"])
    );
    Ok(())
}

#[test]
fn a_new_page_of_any_kind_builds() -> Outcome {
    let workspace = Workspace::new(&[
        ("handsel.yaml", "title: A\n"),
        ("content/index.md", "# Home\n\nText.\n"),
    ])?;
    for kind in handsel::theme::templates()
        .iter()
        .filter_map(|(name, _)| name.strip_prefix("kinds/")?.strip_suffix(".yaml"))
    {
        workspace
            .run(&["new", kind, &format!("My {kind}")])?
            .expect_status(0);
    }
    workspace.run(&["build"])?.expect_status(0);
    Ok(())
}

#[test]
fn report_is_one_file_or_json() -> Outcome {
    let page = "---\ntitle: <One>\npublished: 2024-01-01\nreview_every: 6 months\n---\nText.\n";
    let workspace = Workspace::new(&[
        ("handsel.yaml", "title: A & B\n"),
        ("content/index.md", "# Home\n\nText.\n"),
        ("content/one.md", page),
    ])?;
    workspace.put(
        "answers.csv",
        "page,helped,reason,words,date\n/one/,no,wrong,<b>bold</b>,2026-11-01\n/one,yes,,,2026-11-02\n/gone/,yes,,,\nrubbish\n",
    )?;
    let printed = workspace
        .run(&[
            "report",
            "--feedback",
            "answers.csv",
            "--today",
            "2026-11-22",
        ])?
        .expect_status(0);
    assert!(printed.out.contains("report.html"), "{}", printed.out);
    assert!(
        printed
            .out
            .contains("Read 3 answers; one line could not be read (first: line 5)."),
        "{}",
        printed.out
    );
    let html = fs::read_to_string(workspace.path().join(".handsel/report.html"))?;
    assert!(
        !workspace.has("report.html") && workspace.has(".handsel/.gitignore"),
        "the report is neither published nor committed"
    );
    for expected in [
        "A &amp; B: report of 2026-11-22",
        "&lt;One&gt;",
        "2024-07-01",
        "&lt;b&gt;bold&lt;/b&gt;",
        "orphan",
        "/gone/",
        "<svg",
    ] {
        assert!(html.contains(expected), "{expected} is not in\n{html}");
    }
    assert!(
        !html.contains("<b>bold")
            && !html.contains("src=")
            && !html.contains("href=")
            && !html.contains("<script")
    );
    let json = workspace
        .run(&[
            "report",
            "--format",
            "json",
            "--feedback",
            "answers.csv",
            "--today",
            "2026-11-22",
        ])?
        .expect_status(0);
    let report: serde_json::Value = serde_json::from_str(&json.out)?;
    assert_eq!(
        (
            &report["feedback"]["helped"],
            &report["feedback"]["not_helped"]
        ),
        (&serde_json::json!(2), &serde_json::json!(1))
    );
    assert_eq!(report["feedback"]["unread"], serde_json::json!([5]));
    assert_eq!(report["freshness"]["overdue"][0]["address"], "/one/");
    assert_eq!(report["orphans"][0]["source"], "content/one.md");
    workspace.put("other.csv", "seite;hilfreich\n/one/;ja\n")?;
    let other = workspace
        .run(&["report", "--feedback", "other.csv"])?
        .expect_status(2);
    assert!(
        other
            .err
            .contains("`other.csv` has no column for the address of the page")
            && other.err.contains("seite, hilfreich"),
        "{}",
        other.err
    );
    let missing = workspace
        .run(&["report", "--feedback", "nothing.csv"])?
        .expect_status(2);
    assert!(missing.err.contains("the answers file"), "{}", missing.err);
    Ok(())
}

#[test]
fn check_fix_rewrites_names_of_other_generators() -> Outcome {
    let page = "---\r\ntitle: A\r\ndate: 2026-01-01 # when\r\ntags: [x]\r\nexcerpt: S\r\ndescription: Other\r\n\"weight\": 3\r\n---\r\nText [b](b.md).\r\n";
    let workspace = Workspace::new(&[
        (
            "handsel.yaml",
            "title: A\ndescription: D\nmenu:\n  - {title: B, href: b.md}\n",
        ),
        ("content/a.md", page),
    ])?;
    workspace.put(
        "content/b.md",
        "---\ntitle: B\npublished: 2026-01-01\ndate: 2026-01-02\n---\nText [a](a.md).\n",
    )?;
    let printed = workspace.run(&["check", "--fix"])?;
    assert!(
        printed
            .out
            .contains("content/a.md: date → published, tags → topics"),
        "{}",
        printed.out
    );
    let after = fs::read_to_string(workspace.path().join("content/a.md"))?;
    assert_eq!(
        after,
        page.replace("date: 2026", "published: 2026")
            .replace("tags:", "topics:"),
        "a second name for the same property and a quoted name are unchanged"
    );
    assert!(
        fs::read_to_string(workspace.path().join("content/b.md"))?.contains("date: 2026-01-02")
    );
    assert!(
        fs::read_to_string(workspace.path().join("handsel.yaml"))?
            .starts_with("title: A\nsummary: D\n")
    );
    Ok(())
}

#[test]
fn check_fix_rewrites_names_of_earlier_versions() -> Outcome {
    let settings =
        "title: A # the site\nfeed_length: 3\nraw_html: 'sanitise'\nchecks: { lone-topic: off }\n";
    let kind = "folder: talks\n# when\nhappens: { start: begins }\nfurniture: [neighbours]\norder: happening\nfields:\n  begins: date\n\
                checks:\n  - { any_of: [begins], say: It has no day }\n";
    let page = "---\r\ntitle: A\r\ntags: [x]\r\nlevel: starter # easy\r\nchecks: {vague-link: {severity: off, reason: R}}\r\n---\r\nstarter\r\n";
    let template = "{{ page.body }}{{ page.twin_href }}{{ words.level_expert }}\n";
    let workspace = Workspace::new(&[
        ("handsel.yaml", settings),
        ("templates/kinds/talk.yaml", kind),
        ("content/a.md", page),
    ])?;
    workspace.put("content/tips/_defaults.yaml", "level: practised\n")?;
    workspace.put("content/tips/b.md", "# B\n\nText.\n")?;
    workspace.put("templates/page.html", template)?;
    workspace.put("templates/i18n/en.yaml", "level_expert: Master\n")?;
    let printed = workspace.run(&["check", "--fix"])?;
    assert!(
        printed.out.contains(
            "content/a.md: starter → beginner, vague-link → vague-link-text, tags → topics"
        ),
        "{}",
        printed.out
    );
    assert!(
        !printed.out.contains("renamed-name") && !printed.err.contains("renamed-name"),
        "{}{}",
        printed.out,
        printed.err
    );
    let after = |path: &str| fs::read_to_string(workspace.path().join(path));
    assert_eq!(
        after("content/a.md")?,
        page.replace("tags", "topics")
            .replace("level: starter", "level: beginner")
            .replace("vague-link", "vague-link-text")
    );
    assert_eq!(
        after("content/tips/_defaults.yaml")?,
        "level: intermediate\n"
    );
    assert_eq!(
        after("handsel.yaml")?,
        settings
            .replace("feed_length", "feed_limit")
            .replace("sanitise", "sanitize")
            .replace("lone-topic", "single-page-topic")
    );
    let renamed = [
        ("happens", "event"),
        ("furniture", "show"),
        ("neighbours", "neighbors"),
        ("happening", "upcoming"),
        ("say", "message"),
    ];
    assert_eq!(
        after("templates/kinds/talk.yaml")?,
        renamed
            .iter()
            .fold(kind.to_owned(), |text, (old, new)| text.replace(old, new))
    );
    assert_eq!(
        after("templates/page.html")?,
        template
            .replace("twin_href", "markdown_href")
            .replace("level_expert", "level_advanced")
    );
    assert_eq!(after("templates/i18n/en.yaml")?, "level_advanced: Master\n");
    let again = workspace.run(&["check", "--fix"])?;
    assert!(
        again.out.contains("Rewrote 0 names in 0 files.") && !again.out.contains("renamed-name"),
        "{}",
        again.out
    );
    Ok(())
}

#[test]
fn check_fix_renames_templates_of_earlier_versions() -> Outcome {
    let page = "---\ntitle: A\ntemplate: 'shown' # a film\n---\nText.\n";
    let shown = "{% extends \"page.html\" %}\r\n{% block ending %}{% include \"partials/rows.html\" %}{% block thing %}{% endblock %}{% block more %}{% endblock %}{% endblock %}";
    let workspace = Workspace::new(&[
        ("handsel.yaml", "title: A\n"),
        ("content/a.md", page),
        (
            "templates/kinds/talk.yaml",
            "folder: talks\ntemplate: statement.html\n",
        ),
    ])?;
    workspace.put("content/talks/_defaults.yaml", "template: \"shown.html\"\n")?;
    workspace.put("templates/shown.html", shown)?;
    workspace.put("templates/statement.html", "{{ page.title }}{% block lede %}{% endblock %}{% block statement %}{% endblock statement %}")?;
    workspace.put("templates/partials/rows.html", "rows {##}")?;
    workspace.put("templates/surprise.html", "old")?;
    workspace.put("templates/random.html", "new")?;
    workspace
        .run(&["build", "--output", "before"])?
        .expect_status(0);
    let said = workspace.run(&["check", "--fix"])?;
    for line in [
        "renamed  templates/shown.html → templates/media.html",
        "rewrote  templates/media.html: ending → after_text, partials/rows.html → partials/compact-list.html, thing → media, more → media_details",
        "renamed  templates/partials/rows.html → templates/partials/compact-list.html",
        "rewrote  content/a.md: shown → media",
        "Rewrote 9 names in 5 files and renamed 3 files.",
        "your `random.html` is used instead",
    ] {
        assert!(said.out.contains(line), "{line} is not in\n{}", said.out);
    }
    let after = |path: &str| fs::read_to_string(workspace.path().join(path));
    assert_eq!(after("content/a.md")?, page.replace("shown", "media"));
    assert_eq!(
        after("content/talks/_defaults.yaml")?,
        "template: \"media.html\"\n"
    );
    assert_eq!(
        after("templates/kinds/talk.yaml")?,
        "folder: talks\ntemplate: info-page.html\n"
    );
    assert_eq!(
        after("templates/media.html")?,
        [
            ("rows", "compact-list"),
            ("ending", "after_text"),
            ("thing", "media"),
            ("more", "media_details")
        ]
        .iter()
        .fold(shown.to_owned(), |text, (old, new)| text.replace(old, new))
    );
    assert_eq!(after("templates/partials/compact-list.html")?, "rows {##}");
    assert!(
        !workspace.has("templates/shown.html") && !workspace.has("templates/partials/rows.html")
    );
    assert_eq!(after("templates/surprise.html")?, "old");
    assert_eq!(after("templates/random.html")?, "new");
    workspace
        .run(&["build", "--output", "after"])?
        .expect_status(0);
    assert_eq!(after("before/a/index.html")?, after("after/a/index.html")?);
    let again = workspace.run(&["check", "--fix"])?;
    assert!(
        again.out.contains("Rewrote 0 names in 0 files."),
        "{}",
        again.out
    );
    Ok(())
}

#[test]
fn feedback_is_sent_to_the_endpoint_in_the_settings() -> Outcome {
    let settings =
        "title: A\ngiving: { who: Us }\nfeedback: { endpoint: 'https://answers.example/new' }\n";
    let workspace = Workspace::new(&[
        ("handsel.yaml", settings),
        ("content/index.md", "# A\n\nText.\n"),
        ("content/one.md", "# One\n\nText.\n"),
    ])?;
    workspace.run(&["build"])?.expect_status(0);
    let headers = fs::read_to_string(workspace.path().join("public/_headers"))?;
    assert!(
        headers.contains("form-action 'self' https://answers.example;"),
        "{headers}"
    );
    let page = fs::read_to_string(workspace.path().join("public/one/index.html"))?;
    assert!(
        page.contains("action=\"https://answers.example/new\"") && !page.contains("type=\"email\""),
        "{page}"
    );
    assert!(
        workspace.has("public/privacy/index.html")
            && workspace.has("public/about-this-resource/index.html")
    );
    Ok(())
}

#[test]
fn one_unreadable_page_is_one_error() -> Outcome {
    let workspace = Workspace::new(GOOD)?;
    workspace.put("content/guides/a.md", "---\ntitle: \"A\n---\nText.\n")?;
    let result = workspace.run(&["build"])?.expect_status(1);
    assert!(
        result
            .err
            .contains("note: 1 link leads to this page; it works once it can be read")
            && result.err.contains("1 error in 1 page"),
        "{}",
        result.err
    );
    let result = workspace
        .run(&["build", "--format", "json"])?
        .expect_status(1);
    let caused =
        r#""caused_by":{"code":"bad-yaml","path":"content/guides/a.md","line":2,"column":8}"#;
    let consequences = result.out.lines().filter(|line| line.contains(caused));
    assert_eq!(consequences.count(), 1, "{}", result.out);
    Ok(())
}

#[test]
fn sarif_is_one_document_on_standard_output() -> Outcome {
    let workspace = Workspace::new(GOOD)?;
    workspace.put(BROKEN.0, BROKEN.1)?;
    let result = workspace
        .run(&["check", "--format", "sarif"])?
        .expect_status(1);
    let log: serde_json::Value = serde_json::from_str(&result.out)?;
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().map(Vec::as_slice);
    let broken = results
        .unwrap_or_default()
        .iter()
        .find(|result| result["ruleId"] == "broken-link");
    let place = &broken.ok_or("the link is reported")?["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "content/guides/b.md");
    assert_eq!(place["region"]["startLine"], 6);
    workspace
        .run(&["serve", "--format", "sarif"])?
        .expect_status(2);
    Ok(())
}

#[test]
fn build_says_which_pages_it_left_out() -> Outcome {
    let workspace = Workspace::new(GOOD)?;
    for (name, key) in [
        ("b", "draft: true"),
        ("c", "published: 2027-01-05"),
        ("d", "expires: 2025-01-05"),
    ] {
        let text = format!("---\ntitle: {name}\n{key}\n---\nText.\n");
        workspace.put(&format!("content/{name}.md"), &text)?;
    }
    let expected =
        "Left out: 1 draft, 1 page due on 5 January 2027, 1 expired page (--drafts shows them).";
    for _ in ["clean", "from the cache"] {
        let result = workspace
            .run(&["build", "--today", "2026-12-01"])?
            .expect_status(0);
        assert!(result.out.contains(expected), "{}", result.out);
    }
    let all = workspace
        .run(&["build", "--today", "2026-12-01", "--drafts"])?
        .expect_status(0);
    assert!(!all.out.contains("Left out"), "{}", all.out);
    Ok(())
}

#[test]
fn check_fix_makes_the_edits_that_are_certainly_right() -> Outcome {
    let workspace = Workspace::new(GOOD)?;
    workspace.put(
        "content/index.md",
        "---\ntitle: Home\nsumary: S\n---\n[A](Guides/A.md#x) and [Guides/A.md](Guides/A.md)\n",
    )?;
    let fixed = workspace.run(&["check", "--fix"])?.expect_status(1);
    assert!(
        fixed.out.contains("did you mean `summary`?"),
        "{}",
        fixed.out
    );
    assert_eq!(
        fs::read_to_string(workspace.path().join("content/index.md"))?,
        "---\ntitle: Home\nsumary: S\n---\n[A](guides/a.md#x) and [Guides/A.md](guides/a.md)\n",
        "a suggestion is not certainly right"
    );
    Ok(())
}
