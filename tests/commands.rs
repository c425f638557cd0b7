//! The commands as a user meets them: exit status, what is printed where, and what is on disk
//! afterwards.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

type Outcome = Result<(), Box<dyn Error>>;

/// A folder to work in, where the program is run.
struct Desk {
    folder: tempfile::TempDir,
}

/// The result of a run.
struct Ran {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Desk {
    fn new(files: &[(&str, &str)]) -> std::io::Result<Self> {
        let desk = Self {
            folder: tempfile::tempdir()?,
        };
        files
            .iter()
            .try_for_each(|(path, text)| desk.put(path, text))?;
        Ok(desk)
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

    fn run(&self, arguments: &[&str]) -> std::io::Result<Ran> {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> std::io::Result<Ran> {
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
        Ok(Ran {
            status: status.code(),
            out: text(stdout),
            err: text(stderr),
        })
    }
}

impl Ran {
    #[track_caller]
    fn ended(self, status: i32) -> Self {
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
    let desk = Desk::new(GOOD)?;
    let ran = desk.run(&["build"])?.ended(0);
    assert!(ran.out.starts_with("Built 2 pages ("), "{}", ran.out);
    assert!(
        ran.out.contains(" into public/ in ")
            && ran.out.contains(" written, 0 unchanged, 0 removed."),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("python3 -m http.server -d public"),
        "{}",
        ran.out
    );
    assert!(desk.has("public/guides/a/index.html") && desk.has(".handsel/cache/files"));
    desk.put("public/mine.txt", "by hand")?;
    let again = desk.run(&["build"])?.ended(0);
    assert!(
        again.out.contains(": 0 written, ") && again.err.contains("mine.txt"),
        "{}{}",
        again.out,
        again.err
    );
    let quiet = desk.run(&["build", "--quiet"])?.ended(0);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    Ok(())
}

#[test]
fn build_with_errors_publishes_nothing() -> Outcome {
    let desk = Desk::new(GOOD)?;
    desk.run(&["build", "--quiet"])?.ended(0);
    let before = fs::read(desk.path().join("public/.handsel-manifest"))?;
    desk.put(BROKEN.0, BROKEN.1)?;
    let ran = desk.run(&["build"])?.ended(1);
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("error[broken-link]: "), "{}", ran.err);
    assert!(
        ran.err.contains(" --> content/guides/b.md:6:"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("6 | See [it](c.md).\n"), "{}", ran.err);
    assert!(
        ran.err
            .ends_with("1 error in 3 pages\nNothing was published; public/ is unchanged.\n"),
        "{}",
        ran.err
    );
    assert!(!desk.has("public/guides/b") && !ran.err.contains('\u{1b}'));
    assert_eq!(
        fs::read(desk.path().join("public/.handsel-manifest"))?,
        before
    );
    desk.run(&["build", "--lenient"])?.ended(0);
    assert!(desk.has("public/guides/b/index.html"));
    Ok(())
}

#[test]
fn formats_for_machines() -> Outcome {
    let desk = Desk::new(&[("docs/a.md", "# A\n\nSee [it](c.md).\n")])?;
    let json = desk
        .run(&["build", "--root", "docs", "--format", "json"])?
        .ended(1);
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
    let github = desk
        .run(&["check", "--root", "docs", "--format", "github"])?
        .ended(1);
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
    desk.put("docs/c.md", "# C\n")?;
    let built = desk
        .run(&["build", "--root", "docs", "--format", "json"])?
        .ended(0);
    assert_eq!(built.out, "");
    assert!(built.err.contains("Built 2 pages"), "{}", built.err);
    Ok(())
}

#[test]
fn check_reports_and_writes_nothing() -> Outcome {
    let desk = Desk::new(GOOD)?;
    desk.run(&["check"])?.ended(0);
    desk.put(BROKEN.0, BROKEN.1)?;
    let ran = desk.run(&["check"])?.ended(1);
    assert!(
        ran.out.contains(" --> content/guides/b.md:6:") && ran.out.contains("1 error"),
        "{}",
        ran.out
    );
    assert!(!desk.has("public") && !desk.has(".handsel"));
    desk.run(&["check", "--lenient"])?.ended(0);
    Ok(())
}

#[test]
fn commands_that_cannot_run() -> Outcome {
    let desk = Desk::new(GOOD)?;
    desk.put("b.yaml", "title: B\n")?;
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
        let ran = desk.run(arguments)?.ended(2);
        assert!(ran.err.contains(words), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{arguments:?}");
    }
    let ran = desk
        .run_with(&["build"], &[("SOURCE_DATE_EPOCH", "soon")])?
        .ended(2);
    assert!(
        ran.err.contains("SOURCE_DATE_EPOCH is `soon`"),
        "{}",
        ran.err
    );
    assert!(!desk.has("public"));
    Ok(())
}

#[test]
fn settings_and_output_elsewhere() -> Outcome {
    let desk = Desk::new(&[
        ("site/content/index.md", "# Home\n"),
        ("site/other.yaml", "title: Other\noutput: dist\n"),
    ])?;
    let ran = desk
        .run(&["build", "--root", "site", "--config", "site/other.yaml"])?
        .ended(0);
    assert!(ran.out.contains(" into site/dist/ "), "{}", ran.out);
    desk.run(&["build", "--root", "site", "--output", "www/new"])?
        .ended(0);
    assert!(
        desk.has("site/dist/index.html")
            && desk.has("www/new/index.html")
            && !desk.has("site/public")
    );
    Ok(())
}

#[test]
fn the_day_is_an_input() -> Outcome {
    let page = "---\ntitle: A\npublished: 2030-01-02\n---\n\nText.\n";
    let desk = Desk::new(&[("content/index.md", "# Home\n"), ("content/a.md", page)])?;
    desk.run(&["build", "--today", "2030-01-01"])?.ended(0);
    assert!(!desk.has("public/a"));
    desk.run(&["build", "--today", "2030-01-02"])?.ended(0);
    assert!(desk.has("public/a/index.html"));
    // This is 2030-01-01, 23:30 in UTC.
    let epoch = [("SOURCE_DATE_EPOCH", "1893540600")];
    desk.run_with(&["build"], &epoch)?.ended(0);
    assert!(!desk.has("public/a"));
    desk.put("handsel.yaml", "title: A\ntimezone: Europe/Berlin\n")?;
    desk.run_with(&["build"], &epoch)?.ended(0);
    assert!(desk.has("public/a/index.html"));
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
        let desk = Desk::new(files)?;
        for command in [&["build"][..], &["check"][..], &["build", "--lenient"][..]] {
            let ran = desk.run(command)?;
            let said = format!("{}{}", ran.out, ran.err);
            assert_eq!(ran.status, Some(1), "{said}");
            assert!(
                said.contains("error[no-pages]: there is no page in") && said.contains(hint),
                "{said}"
            );
        }
    }
    Ok(())
}

#[test]
fn init_makes_a_site_without_a_warning_and_keeps_what_is_there() -> Outcome {
    let desk = Desk::new(&[(
        "site/content/index.md",
        "# Mine\n\n[g](guides/first-guide.md)\n",
    )])?;
    let ran = desk.run(&["init", "site"])?.ended(0);
    assert!(
        ran.out.contains("kept     site/content/index.md\n")
            && ran.out.contains("created  site/handsel.yaml\n"),
        "{}",
        ran.out
    );
    assert_eq!(
        fs::read_to_string(desk.path().join("site/content/index.md"))?,
        "# Mine\n\n[g](guides/first-guide.md)\n"
    );
    desk.run(&["init", "fresh"])?.ended(0);
    for command in ["build", "check"] {
        let ran = desk
            .run(&[command, "--root", "fresh", "--strict", "--format", "json"])?
            .ended(0);
        assert_eq!(ran.out, "");
    }
    let again = desk.run(&["init", "fresh"])?.ended(0);
    assert!(
        again.out.contains("kept") && !again.out.contains("created"),
        "{}",
        again.out
    );
    desk.put("file", "")?;
    desk.run(&["init", "file"])?.ended(2);
    Ok(())
}

#[test]
fn new_begins_a_page_of_a_kind() -> Outcome {
    let desk = Desk::new(&[
        ("content/index.md", "# Home\n"),
        (
            "templates/kinds/recipe.yaml",
            "folder: food/recipes\nscaffold: |\n  ---\n  title: {title}\n  published: {today}\n  ---\n",
        ),
    ])?;
    let ran = desk.run(&["new", "guide", "Say \"no\": how?"])?.ended(0);
    assert!(
        ran.out
            .starts_with("Created content/guides/say-no-how.md\n"),
        "{}",
        ran.out
    );
    let guide = fs::read_to_string(desk.path().join("content/guides/say-no-how.md"))?;
    assert!(
        guide.starts_with("---\ntitle: \"Say \\\"no\\\": how?\"\n"),
        "{guide}"
    );
    let taken = desk.run(&["new", "guide", "say no how"])?.ended(2);
    assert!(
        taken
            .err
            .contains("content/guides/say-no-how.md already exists"),
        "{}",
        taken.err
    );
    assert_eq!(
        fs::read_to_string(desk.path().join("content/guides/say-no-how.md"))?,
        guide
    );
    desk.run(&["new", "page", "About", "--root", "."])?.ended(0);
    assert!(desk.has("content/about.md"));
    desk.run(&["new", "recipe", "Soup", "--today", "2026-01-31"])?
        .ended(0);
    assert_eq!(
        fs::read_to_string(desk.path().join("content/food/recipes/soup.md"))?,
        "---\ntitle: \"Soup\"\npublished: 2026-01-31\n---\n"
    );
    let unknown = desk.run(&["new", "giude", "X"])?.ended(2);
    assert!(
        unknown.err.contains("did you mean `guide`?") && unknown.err.contains("recipe"),
        "{}",
        unknown.err
    );
    desk.run(&["new", "guide", " "])?.ended(2);
    desk.run(&["build"])?.ended(0);
    Ok(())
}

#[test]
fn init_in_a_living_site_brings_no_samples_back() -> Outcome {
    let desk = Desk::new(&[])?;
    desk.run(&["init"])?.ended(0);
    fs::remove_dir_all(desk.path().join("content/guides"))?;
    fs::remove_file(desk.path().join("content/topics.yaml"))?;
    fs::remove_file(desk.path().join(".gitignore"))?;
    let again = desk.run(&["init"])?.ended(0);
    assert!(
        !desk.has("content/guides") && !desk.has("content/topics.yaml") && desk.has(".gitignore"),
        "{}",
        again.out
    );
    assert!(
        again.out.contains("created  .gitignore\n")
            && again.out.contains("no sample pages were added"),
        "{}",
        again.out
    );
    let other = Desk::new(&[("content/notes/mine.md", "# Mine\n\nText.\n")])?;
    other.run(&["init"])?.ended(0);
    assert!(
        other.has("handsel.yaml") && !other.has("content/guides") && !other.has("content/index.md")
    );
    // A site whose pages were all deleted counts as new.
    fs::remove_dir_all(other.path().join("content"))?;
    other.run(&["init"])?.ended(0);
    assert!(other.has("content/index.md") && other.has("content/guides/first-guide.md"));
    Ok(())
}

#[test]
fn a_long_report_ends_with_a_table_and_says_how_to_see_all() -> Outcome {
    let links: String = (0..70)
        .map(|number| format!("[x](gone-{number}.md)\n"))
        .collect();
    let desk = Desk::new(&[
        ("content/index.md", &format!("# Home\n\n{links}")),
        ("content/empty.md", "---\ntitle: Empty\n---\n"),
    ])?;
    let ran = desk.run(&["build"])?.ended(1);
    assert_eq!(
        ran.err.matches("error[broken-link]").count(),
        50,
        "{}",
        ran.err
    );
    let (_, table) = ran
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
    let all = desk.run(&["build", "--all-problems"])?.ended(1);
    assert_eq!(all.err.matches("error[broken-link]").count(), 70);
    assert!(!all.err.contains("add --all-problems"), "{}", all.err);
    let json = desk.run(&["build", "--format", "json"])?.ended(1);
    assert_eq!(json.out.lines().count(), 71);
    Ok(())
}

#[test]
fn pages_that_are_left_out_are_named_as_the_summary_says() -> Outcome {
    let desk = Desk::new(&[("content/index.md", "# Home\n\nText.\n")])?;
    for number in 0..60 {
        desk.put(
            &format!("content/p{number}.md"),
            "---\ntitle: [\n---\nText.\n",
        )?;
    }
    let ran = desk.run(&["build", "--lenient"])?;
    let named = ran.err.matches("skipped-page]").count();
    if ran.out.contains("Each is listed above") {
        assert_eq!(named, 60 + 1, "{}", ran.out);
    }
    if ran.out.contains("Skipped ") {
        assert!(
            ran.out
                .contains("The first 50 are listed above; `--all-problems` lists all."),
            "{}",
            ran.out
        );
    }
    let all = desk.run(&["build", "--lenient", "--all-problems"])?;
    assert!(!all.out.contains("The first 50"), "{}", all.out);
    Ok(())
}

/// File names come from other people: none may move the cursor, color the terminal or forge a line.
#[cfg(unix)]
#[test]
fn no_name_of_a_file_reaches_the_terminal_unescaped() -> Outcome {
    let odd = "a\u{1b}[31m\u{202e}b\n::error::forged\u{7}%41,x:y\u{9b}2J\u{200f}";
    let desk = Desk::new(&[
        ("content/index.md", "# Home\n\nText.\n"),
        ("handsel.yaml", "title: A\n"),
    ])?;
    desk.put(&format!("content/{odd}.md"), "# A\n\n[x](nowhere.md)\n")?;
    desk.put(&format!("content/{odd}.bin"), "\u{1b}[2J\0")?;
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
        let ran = desk.run(arguments)?;
        for text in [&ran.out, &ran.err] {
            assert!(!text.contains(is_hidden), "{arguments:?}: {text:?}");
            assert!(
                !text.lines().any(|line| line.starts_with("::error::forged")),
                "{arguments:?}: {text}"
            );
        }
    }
    let github = desk.run(&["check", "--format", "github"])?;
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
fn bytes_of_files_that_are_not_text_are_not_printed() -> Outcome {
    let desk = Desk::new(GOOD)?;
    fs::write(
        desk.path().join("content/photo.png"),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    )?;
    let ran = desk.run(&["check"])?.ended(0);
    assert!(
        ran.out.contains("unreferenced-files") && ran.out.contains("content/photo.png:1:1"),
        "{}",
        ran.out
    );
    assert!(
        !ran.out.contains("PNG") && !ran.out.contains("IHDR"),
        "{}",
        ran.out
    );
    Ok(())
}

/// A newcomer runs a command in `content/`, which would be built as a site of its own, without the
/// settings.
#[test]
fn a_part_of_a_site_is_not_taken_for_a_site() -> Outcome {
    let desk = Desk::new(GOOD)?;
    desk.put("handsel.yaml", "title: A\n")?;
    for (folder, root) in [("content", ".."), ("content/guides", "../..")] {
        for arguments in [
            &["build"][..],
            &["check"],
            &["new", "tip", "X"],
            &["why", "/"],
        ] {
            let output = Command::new(env!("CARGO_BIN_EXE_handsel"))
                .args(arguments)
                .current_dir(desk.path().join(folder))
                .output()?;
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{folder}: {arguments:?}");
            assert!(
                said.contains(&format!("add `--root {root}`")),
                "{folder}: {said}"
            );
        }
    }
    assert!(!desk.has("content/public") && !desk.has("content/tips"));
    desk.run(&["build", "--root", "content", "--output", "elsewhere"])?
        .ended(0);
    Ok(())
}

#[test]
fn help_and_version() -> Outcome {
    let desk = Desk::new(&[])?;
    assert!(
        desk.run(&["--version"])?
            .ended(0)
            .out
            .starts_with("handsel ")
    );
    let help = desk.run(&["build", "--help"])?.ended(0).out;
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
fn why_says_what_made_a_page() -> Outcome {
    let desk = Desk::new(GOOD)?;
    let nothing = desk.run(&["why", "/"])?.ended(2);
    assert!(nothing.err.contains("handsel build"), "{}", nothing.err);
    desk.run(&["build", "--quiet"])?.ended(0);
    let new = desk.run(&["why", "/guides/a/"])?.ended(0);
    assert!(
        new.out.starts_with(
            "/guides/a/ was rendered by the last build, because it was not in the cache"
        ),
        "{}",
        new.out
    );
    desk.put(
        "content/tips/other.md",
        "---\ntitle: Other\nsummary: What it gives.\n---\n\nA text.\n",
    )?;
    desk.run(&["build", "--quiet"])?.ended(0);
    let json: serde_json::Value = serde_json::from_str(
        &desk
            .run(&["why", "tips/other", "--format", "json"])?
            .ended(0)
            .out,
    )?;
    assert_eq!(
        (&json["reason"], &json["made_by_last_build"]),
        (&"new".into(), &true.into())
    );
    desk.put(
        "content/tips/later.md",
        "---\ntitle: Later\ndraft: true\n---\n\nA text.\n",
    )?;
    let draft = desk.run(&["why", "/tips/later/"])?.ended(2);
    assert!(
        draft.err.contains("content/tips/later.md is a draft") && draft.err.contains("--drafts"),
        "{}",
        draft.err
    );
    desk.put(
        "content/tips/fresh.md",
        "---\ntitle: Fresh\n---\n\nA text.\n",
    )?;
    let fresh = desk.run(&["why", "/tips/fresh/"])?.ended(2);
    assert!(
        fresh.err.contains("content/tips/fresh.md is newer"),
        "{}",
        fresh.err
    );
    let unknown = desk.run(&["why", "/guides/aa/"])?.ended(2);
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
fn the_cache_is_verified_and_can_be_done_without() -> Outcome {
    let desk = Desk::new(GOOD)?;
    let first = desk.run(&["build", "--no-cache"])?.ended(0);
    assert!(
        first.out.contains(" written, 0 unchanged") && !desk.has(".handsel/cache"),
        "{}",
        first.out
    );
    desk.run(&["build", "--quiet"])?.ended(0);
    let verified = desk.run(&["build", "--verify-cache"])?.ended(0);
    assert!(verified.out.contains("Verified: "), "{}", verified.out);
    let profile = desk
        .run(&["build", "--profile", "--format", "json"])?
        .ended(0);
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
        desk.put(&format!(".handsel/cache/{name}"), "spoiled")?;
    }
    let spoiled = desk.run(&["build", "--verify-cache"])?.ended(0);
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
    let desk = Desk::new(&[
        ("handsel.yaml", "title: A\n"),
        ("content/index.md", "# A\n\nText.\n"),
        ("content/topics.yaml", "trust: Trust\n"),
    ])?;
    desk.put(
        "templates/kinds/recipe.yaml",
        "folder: recipes\nfields: { minutes: { type: integer, required: true } }\n",
    )?;
    let printed = desk.run(&["schema", "recipe"])?.ended(0);
    let schema: serde_json::Value = serde_json::from_str(&printed.out)?;
    assert_eq!(schema["required"], serde_json::json!(["minutes"]));
    assert_eq!(
        schema["properties"]["topics"]["anyOf"][0]["anyOf"][0]["const"],
        "trust"
    );
    let unknown = desk.run(&["schema", "recipi"])?.ended(2);
    assert!(
        unknown.err.contains("did you mean `recipe`?"),
        "{}",
        unknown.err
    );
    assert!(!desk.has(".handsel/schema"), "printing writes nothing");
    desk.run(&["schema"])?.ended(0);
    assert!(desk.has(".handsel/schema/recipe.json") && desk.has(".handsel/schema/settings.json"));
    let editor = desk.run(&["schema", "--editor"])?.ended(0);
    let editor: serde_json::Value = serde_json::from_str(&editor.out)?;
    assert_eq!(
        editor["yaml.schemas"]["./.handsel/schema/recipe.json"],
        serde_json::json!(["content/recipes/**/*.md"])
    );
    Ok(())
}

#[test]
fn a_page_just_begun_is_in_nobodys_way() -> Outcome {
    let desk = Desk::new(&[
        ("handsel.yaml", "title: A\n"),
        ("content/index.md", "# Home\n\nText.\n"),
    ])?;
    for kind in handsel::theme::templates()
        .iter()
        .filter_map(|(name, _)| name.strip_prefix("kinds/")?.strip_suffix(".yaml"))
    {
        desk.run(&["new", kind, &format!("My {kind}")])?.ended(0);
    }
    desk.run(&["build"])?.ended(0);
    Ok(())
}

#[test]
fn report_is_one_file_or_json() -> Outcome {
    let page = "---\ntitle: <One>\npublished: 2024-01-01\nreview_every: 6 months\n---\nText.\n";
    let desk = Desk::new(&[
        ("handsel.yaml", "title: A & B\n"),
        ("content/index.md", "# Home\n\nText.\n"),
        ("content/one.md", page),
    ])?;
    desk.put(
        "answers.csv",
        "page,helped,reason,words,date\n/one/,no,wrong,<b>bold</b>,2026-11-01\n/one,yes,,,2026-11-02\n/gone/,yes,,,\nrubbish\n",
    )?;
    let said = desk
        .run(&[
            "report",
            "--feedback",
            "answers.csv",
            "--today",
            "2026-11-22",
        ])?
        .ended(0);
    assert!(said.out.contains("report.html"), "{}", said.out);
    assert!(
        said.out
            .contains("Read 3 answers; one line could not be read (first: line 5)."),
        "{}",
        said.out
    );
    let html = fs::read_to_string(desk.path().join(".handsel/report.html"))?;
    assert!(
        !desk.has("report.html") && desk.has(".handsel/.gitignore"),
        "it is neither published nor committed"
    );
    for shown in [
        "A &amp; B: report of 2026-11-22",
        "&lt;One&gt;",
        "2024-07-01",
        "&lt;b&gt;bold&lt;/b&gt;",
        "orphan",
        "/gone/",
        "<svg",
    ] {
        assert!(html.contains(shown), "{shown} is not in\n{html}");
    }
    assert!(
        !html.contains("<b>bold")
            && !html.contains("src=")
            && !html.contains("href=")
            && !html.contains("<script")
    );
    let json = desk
        .run(&[
            "report",
            "--format",
            "json",
            "--feedback",
            "answers.csv",
            "--today",
            "2026-11-22",
        ])?
        .ended(0);
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
    desk.put("other.csv", "seite;hilfreich\n/one/;ja\n")?;
    let other = desk.run(&["report", "--feedback", "other.csv"])?.ended(2);
    assert!(
        other
            .err
            .contains("`other.csv` has no column for the address of the page")
            && other.err.contains("seite, hilfreich"),
        "{}",
        other.err
    );
    let missing = desk.run(&["report", "--feedback", "nothing.csv"])?.ended(2);
    assert!(missing.err.contains("the answers file"), "{}", missing.err);
    Ok(())
}

#[test]
fn check_rewrites_foreign_names_that_mean_the_same() -> Outcome {
    let page = "---\r\ntitle: A\r\ndate: 2026-01-01 # when\r\ntags: [x]\r\nexcerpt: S\r\ndescription: Other\r\n\"weight\": 3\r\n---\r\nText [b](b.md).\r\n";
    let desk = Desk::new(&[
        (
            "handsel.yaml",
            "title: A\ndescription: D\nmenu:\n  - {title: B, href: b.md}\n",
        ),
        ("content/a.md", page),
    ])?;
    desk.put(
        "content/b.md",
        "---\ntitle: B\npublished: 2026-01-01\ndate: 2026-01-02\n---\nText [a](a.md).\n",
    )?;
    let said = desk.run(&["check", "--fix"])?;
    assert!(
        said.out
            .contains("content/a.md: date → published, tags → topics"),
        "{}",
        said.out
    );
    let after = fs::read_to_string(desk.path().join("content/a.md"))?;
    assert_eq!(
        after,
        page.replace("date: 2026", "published: 2026")
            .replace("tags:", "topics:"),
        "two names for one thing, and quoted ones, stay"
    );
    assert!(fs::read_to_string(desk.path().join("content/b.md"))?.contains("date: 2026-01-02"));
    assert!(
        fs::read_to_string(desk.path().join("handsel.yaml"))?.starts_with("title: A\nsummary: D\n")
    );
    Ok(())
}

#[test]
fn check_replaces_names_of_earlier_versions() -> Outcome {
    let settings =
        "title: A # the site\nfeed_length: 3\nraw_html: 'sanitise'\nchecks: { lone-topic: off }\n";
    let kind = "folder: talks\n# when\nhappens: { start: begins }\nfurniture: [neighbours]\norder: happening\nfields:\n  begins: date\n\
                checks:\n  - { any_of: [begins], say: It has no day }\n";
    let page = "---\r\ntitle: A\r\ntags: [x]\r\nlevel: starter # easy\r\nchecks: {vague-link: {severity: off, reason: R}}\r\n---\r\nstarter\r\n";
    let template = "{{ page.body }}{{ page.twin_href }}{{ words.level_expert }}\n";
    let desk = Desk::new(&[
        ("handsel.yaml", settings),
        ("templates/kinds/talk.yaml", kind),
        ("content/a.md", page),
    ])?;
    desk.put("content/tips/_defaults.yaml", "level: practised\n")?;
    desk.put("content/tips/b.md", "# B\n\nText.\n")?;
    desk.put("templates/page.html", template)?;
    desk.put("templates/i18n/en.yaml", "level_expert: Master\n")?;
    let said = desk.run(&["check", "--fix"])?;
    assert!(
        said.out.contains(
            "content/a.md: starter → beginner, vague-link → vague-link-text, tags → topics"
        ),
        "{}",
        said.out
    );
    assert!(
        !said.out.contains("renamed-name") && !said.err.contains("renamed-name"),
        "{}{}",
        said.out,
        said.err
    );
    let after = |path: &str| fs::read_to_string(desk.path().join(path));
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
    let again = desk.run(&["check", "--fix"])?;
    assert!(
        again.out.contains("Rewrote 0 names in 0 files.") && !again.out.contains("renamed-name"),
        "{}",
        again.out
    );
    Ok(())
}

#[test]
fn answers_may_be_sent_where_the_settings_say() -> Outcome {
    let settings =
        "title: A\ngiving: { who: Us }\nfeedback: { endpoint: 'https://answers.example/new' }\n";
    let desk = Desk::new(&[
        ("handsel.yaml", settings),
        ("content/index.md", "# A\n\nText.\n"),
        ("content/one.md", "# One\n\nText.\n"),
    ])?;
    desk.run(&["build"])?.ended(0);
    let headers = fs::read_to_string(desk.path().join("public/_headers"))?;
    assert!(
        headers.contains("form-action 'self' https://answers.example;"),
        "{headers}"
    );
    let page = fs::read_to_string(desk.path().join("public/one/index.html"))?;
    assert!(
        page.contains("action=\"https://answers.example/new\"") && !page.contains("type=\"email\""),
        "{page}"
    );
    assert!(
        desk.has("public/privacy/index.html") && desk.has("public/about-this-resource/index.html")
    );
    Ok(())
}
