//! `handsel move`: every link keeps its target, every other byte is unchanged, and a move happens
//! completely or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use handsel::disk::Disk;
use handsel::paths::SourcePath;
use handsel::pipeline::build_cache::BuildCache;
use handsel::pipeline::move_page::{MovePlan, plan};
use handsel::site::addresses::{of_file, of_folder};
use handsel::source::{Files, ListingRules, MemoryFiles};

type Outcome = Result<(), Box<dyn Error>>;
type Tree = BTreeMap<String, String>;

/// A site that refers to one page in every possible way.
const SITE: [(&str, &str); 9] = [
    (
        "handsel.yaml",
        "title: A\nmenu:\n  - { title: Ask, link: tips/ask.md } # the tip\n  - {title: Home, link: \"/\"}\nraw_html: allow\n",
    ),
    (
        "content/audiences.yaml",
        "small: { title: Small, start: [tips/ask.md, 'index.md'] }\n",
    ),
    (
        "content/index.md",
        "---\ntitle: Home\nrelated:\n- tips/ask.md#twice\nnext: \"/tips/ask/\"\n---\n\
         [inline](tips/ask.md \"a title\"), [angled](<tips/ask.md#twice>), [by address](tips/ask/), [from the root](/tips/ask.md?x=1#twice),\n\
         [reference][r] and [again][r], ![picture](tips/ask.svg), [[ask]], [[tips/ask#twice|words]], [html](tips/ask.html)\n\n\
         <a href='tips/ask.md'>raw</a> <img src=\"tips/ask.svg\" srcset=\"tips/ask.svg 1x, tips/ask.svg 2x\" alt=\"\">\n\n\
         [r]: tips/ask.md 'reference'\n\n::button{href=\"tips/ask.md\" label=\"Go\"}\n\n`[code](tips/ask.md)` \\[no link\\](tips/ask.md)\n",
    ),
    (
        "content/tips/ask.md",
        "---\r\ntitle: Ask\r\n---\r\n[home](../index.md), [beside](other.md), ![own](ask.svg), [here](#twice), [to itself](ask.md#twice)\r\n\r\n## Twice\r\n\r\n::include{file=\"sample.py\"}\r\n",
    ),
    (
        "content/tips/other.md",
        "# Other\n\n[ask](ask.md) and [[ask]]\n",
    ),
    (
        "content/tips/ask.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>",
    ),
    ("content/tips/sample.py", "print(1)\n"),
    (
        "content/guides/index.md",
        "# Guides\n\n[ask](../tips/ask.md#twice)\n",
    ),
    (
        "content/guides/draft.md",
        "---\ntitle: D\ndraft: true\n---\n[ask](../tips/ask.md)\n",
    ),
];

fn put(root: &Path, path: &str, text: &str) -> std::io::Result<()> {
    let full = root.join(path);
    fs::create_dir_all(full.parent().expect("a file is in a folder"))?;
    fs::write(full, text)
}

fn site(root: &Path) -> std::io::Result<()> {
    SITE.iter()
        .try_for_each(|(path, text)| put(root, path, text))
}

/// Every file of the writer, by path.
fn tree(root: &Path) -> Tree {
    let disk = Disk::open(root).expect("a folder");
    let files = disk
        .list(&ListingRules {
            output: SourcePath::new("public").ok(),
            ignore: Vec::new(),
        })
        .value;
    let text = |path: &SourcePath| {
        String::from_utf8_lossy(&disk.read(path).expect("it was listed")).into_owned()
    };
    files
        .iter()
        .map(|path| (path.to_string(), text(path)))
        .collect()
}

fn command(root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handsel"));
    command
        .args(arguments)
        .args(["--today", "2026-11-22"])
        .current_dir(root)
        .env_remove("SOURCE_DATE_EPOCH");
    command
}

fn run(root: &Path, arguments: &[&str]) -> std::io::Result<(Option<i32>, String)> {
    let output = command(root, arguments).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    Ok((output.status.code(), text))
}

#[test]
fn every_form_of_link_is_rewritten_and_nothing_else() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root)?;
    assert_eq!(run(root, &["build"])?.0, Some(0));
    let (status, printed) = run(
        root,
        &["move", "content/tips/ask.md", "content/guides/ask-once.md"],
    )?;
    assert_eq!(status, Some(0), "{printed}");
    let expected: Tree = SITE
        .iter()
        .map(|(path, text)| match *path {
            "handsel.yaml" => (
                *path,
                text.replace("link: tips/ask.md", "link: guides/ask-once.md"),
            ),
            "content/audiences.yaml" => (*path, text.replace("tips/ask.md", "guides/ask-once.md")),
            "content/index.md" => {
                let code = "`[code](tips/ask.md)` \\[no link\\](tips/ask.md)";
                let text = text
                    .replace(code, "CODE")
                    .replace("tips/ask.md", "guides/ask-once.md")
                    .replace("tips/ask/", "guides/ask-once/");
                let text = text.replace("[[tips/ask#twice|", "[[guides/ask-once#twice|");
                (
                    *path,
                    text.replace("tips/ask.html", "guides/ask-once.html")
                        .replace("CODE", code),
                )
            }
            "content/tips/ask.md" => {
                let text = text
                    .replace("title: Ask\r\n", "title: Ask\r\naliases: [/tips/ask/]\r\n")
                    .replace("(other.md)", "(../tips/other.md)");
                let text = text
                    .replace("(ask.svg)", "(../tips/ask.svg)")
                    .replace("(ask.md#twice)", "(ask-once.md#twice)");
                (
                    "content/guides/ask-once.md",
                    text.replace("sample.py", "../tips/sample.py"),
                )
            }
            "content/tips/other.md" => (*path, text.replace("(ask.md)", "(../guides/ask-once.md)")),
            "content/guides/index.md" => (*path, text.replace("../tips/ask.md", "ask-once.md")),
            "content/guides/draft.md" => (*path, text.replace("../tips/ask.md", "ask-once.md")),
            _ => (*path, (*text).to_owned()),
        })
        .map(|(path, text)| (path.to_owned(), text))
        .collect();
    let mut moved = tree(root);
    moved.remove("handsel.lock");
    assert_eq!(moved, expected);
    assert_eq!(
        run(root, &["check"])?.0,
        Some(0),
        "the old address is redirected"
    );
    Ok(())
}

#[test]
fn a_folder_moves_with_its_contents_and_back() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root)?;
    put(root, "content/tips/.hidden", "stays with its folder")?;
    let before = tree(root);
    for (old, new) in [
        ("content/tips", "content/guides/small/"),
        ("content/guides/small", "content/tips"),
    ] {
        fs::create_dir_all(root.join("content/guides"))?;
        let (status, printed) = run(root, &["move", old, new.trim_end_matches('/')])?;
        assert_eq!(status, Some(0), "{printed}");
        assert_eq!(run(root, &["build"])?.0, Some(0));
    }
    assert!(root.join("content/tips/.hidden").exists());
    let strip = |text: &str| {
        text.lines()
            .filter(|line| !line.starts_with("aliases:") && *line != "---" && !line.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let mut after = tree(root);
    after.remove("handsel.lock");
    assert_eq!(
        after.keys().collect::<Vec<_>>(),
        before.keys().collect::<Vec<_>>()
    );
    for (path, text) in &before {
        // After two moves, links may be written differently; the other text is the same.
        assert_eq!(
            strip(&after[path]).lines().count(),
            strip(text).lines().count(),
            "{path}"
        );
    }
    Ok(())
}

#[test]
fn links_in_markdown_fields_are_rewritten_however_yaml_writes_them() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root)?;
    put(
        root,
        "templates/kinds/recipe.yaml",
        "folder: recipes\ntemplate: page.html\nfields:\n  method: markdown\n  need: [line]\n  steps: [{ note: line }]\n  by_name: { map_of: markdown }\n  plain: text\n",
    )?;
    let recipe = "---\ntitle: Recipe\nplain: \"[no link](../tips/ask.md)\"\n\
                  method: |\n  Take [*all*\n  of it](../tips/ask.md#twice), `[code](../tips/ask.md)`, [it][r] or [[../tips/ask|it]].\n\n  [r]: ../tips/ask.md\n\
                  need:\n  - >-\n    See [what\n    is needed](../tips/ask.md) and\n    more\n  - \"a \\\"b\\\" \\u00e9 [c](../tips/ask.md#twice)\"\n  - 'it''s [d](../tips/ask.md)'\n  - plain [e](../tips/ask.md) words\n\
                  steps: [{ note: \"[f](/tips/ask/#twice)\" }, { note: '[g](../tips/other.md)' }]\n\
                  by_name:\n  one: >\n    ![h](../tips/ask.svg) <a href=\"../tips/ask.md\">i</a>\n---\nText.\n";
    put(root, "content/recipes/one.md", recipe)?;
    assert_eq!(run(root, &["check"])?.0, Some(0), "every link has a target");
    let (status, printed) = run(
        root,
        &["move", "content/tips/ask.md", "content/guides/ask-once.md"],
    )?;
    assert_eq!(status, Some(0), "{printed}");
    let (plain, code) = ("[no link](../tips/ask.md)", "`[code](../tips/ask.md)`");
    let expected = recipe
        .replace(plain, "PLAIN")
        .replace(code, "CODE")
        .replace("tips/ask.md", "guides/ask-once.md");
    let expected = expected
        .replace("/tips/ask/", "/guides/ask-once/")
        .replace("[[../tips/ask|", "[[../guides/ask-once|");
    assert_eq!(
        tree(root)["content/recipes/one.md"],
        expected.replace("PLAIN", plain).replace("CODE", code)
    );
    assert_eq!(run(root, &["check"])?.0, Some(0));
    Ok(())
}

#[test]
fn addresses_without_a_redirect_are_named() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root)?;
    put(root, "content/tips/ask.md", "# Ask\n\nText.\n\n## Twice\n")?;
    fs::remove_file(root.join("content/tips/other.md"))?;
    assert_eq!(run(root, &["build"])?.0, Some(0));
    let (status, printed) = run(
        root,
        &["move", "content/tips/ask.md", "content/guides/ask.md"],
    )?;
    assert_eq!(status, Some(0), "{printed}");
    let is_named = |text: &str, address: &str| text.contains(&format!(" {address} "));
    for address in ["/tips/", "/tips/random/"] {
        assert!(is_named(&printed, address), "{address}: {printed}");
    }
    let (status, reported) = run(root, &["check", "--format", "json"])?;
    assert!(
        status == Some(0) && !reported.contains("vanished"),
        "lists are generated from pages: {reported}"
    );
    put(
        root,
        "content/guides/index.md",
        "---\naliases: [/tips/, /tips/random/]\n---\n# Guides\n\n[ask](ask.md#twice)\n",
    )?;
    assert_eq!(run(root, &["check"])?.0, Some(0), "as the note says");
    Ok(())
}

#[test]
fn links_to_generated_pages_follow_their_folder_where_they_can() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    put(
        root,
        "handsel.yaml",
        "title: A\nbase_url: https://a.example\ntimezone: UTC\n",
    )?;
    put(
        root,
        "templates/kinds/trick.yaml",
        "title: Trick\nfolder: tricks\nrandom_page: true\nfeed: true\n",
    )?;
    put(
        root,
        "templates/kinds/meeting.yaml",
        "title: Meeting\nfolder: meetings\nhappens: { start: start }\nfields: { start: { type: { either: [datetime, date] } } }\n",
    )?;
    put(
        root,
        "content/index.md",
        "# Home\n\n[one](/tips/random/) [one](tips/random/#x) [dates](/meetings/calendar.ics) [one date](/meetings/m/event.ics)\n",
    )?;
    put(
        root,
        "content/tips/a.md",
        "---\ntitle: A\npublished: 2026-01-01\n---\nText.\n",
    )?;
    put(
        root,
        "content/meetings/m.md",
        "---\ntitle: M\nstart: 2026-12-01T10:00\n---\nText.\n",
    )?;
    let before = tree(root);
    let (status, printed) = run(root, &["move", "content/tips", "content/hints"])?;
    assert_eq!(status, Some(1), "{printed}");
    assert!(
        printed.contains("content/index.md:3:1")
            && printed.contains("/tips/random/, which the build would no longer generate"),
        "{printed}"
    );
    assert!(
        printed.contains("a page or a list that stays")
            && printed.contains("a folder of a kind that also has such a page"),
        "{printed}"
    );
    assert_eq!(tree(root), before);
    let (status, printed) = run(root, &["move", "content/tips", "content/tricks"])?;
    assert_eq!(status, Some(0), "{printed}");
    assert!(
        tree(root)["content/index.md"].contains("[one](/tricks/random/) [one](tricks/random/#x)"),
        "{:?}",
        tree(root)
    );
    for address in ["/tips/", "/tips/random/", "/tips/feed.xml"] {
        assert!(
            printed.contains(&format!("Note: {address} no longer exists after this")),
            "{address}: {printed}"
        );
    }
    let (status, printed) = run(
        root,
        &["move", "content/meetings/m.md", "content/meetings/n.md"],
    )?;
    assert_eq!(status, Some(0), "{printed}");
    assert!(
        tree(root)["content/index.md"]
            .contains("(/meetings/calendar.ics) [one date](/meetings/n/event.ics)"),
        "{:?}",
        tree(root)
    );
    put(root, "content/index.md", "# Home\n\nText.\n")?;
    let (status, printed) = run(root, &["move", "content/meetings", "content/past"])?;
    assert_eq!(status, Some(0), "{printed}");
    assert!(
        printed.contains("Note: /meetings/calendar.ics no longer exists after this"),
        "{printed}"
    );
    assert!(
        printed.contains("Note: content/past/n.md is now of the kind `page`, because of the new folder; before, the kind was `meeting`."),
        "{printed}"
    );
    put(
        root,
        "content/past/n.md",
        "---\ntitle: M\nkind: meeting\nstart: 2026-12-01T10:00\n---\nText.\n",
    )?;
    let (status, printed) = run(root, &["move", "content/past", "content/gone"])?;
    assert!(
        status == Some(0) && !printed.contains("of the kind"),
        "the page names its kind: {printed}"
    );
    Ok(())
}

#[test]
fn an_impossible_move_is_refused_and_changes_nothing() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root)?;
    put(root, "content/guides/taken.md", "# T\n\nText.\n")?;
    put(
        root,
        "content/guides/taker.md",
        "---\ntitle: T\nslug: held\n---\nText.\n",
    )?;
    put(
        root,
        "content/notes/_defaults.yaml",
        "related: [../tips/ask.md]\n",
    )?;
    put(root, "content/notes/one.md", "# One\n\nText.\n")?;
    let before = tree(root);
    for (old, new, status, says) in [
        (
            "content/tips/nowhere.md",
            "content/a.md",
            2,
            "does not exist",
        ),
        (
            "tips/ask.md",
            "content/a.md",
            2,
            "did you mean content/tips/ask.md?",
        ),
        (
            "content/tips/ask.md",
            "content/guides/taken.md",
            2,
            "already exists",
        ),
        (
            "content/tips/ask.md",
            "elsewhere/ask.md",
            2,
            "is outside the content",
        ),
        (
            "content/tips/ask.md",
            "../ask.md",
            2,
            "is outside the site's folder",
        ),
        (
            "content/tips/ask.md",
            "content/.ask.md",
            2,
            "files named `.ask.md` are not read",
        ),
        (
            "content/tips/ask.md",
            "content/ask.txt",
            2,
            "is the name of a page, which ends in .md",
        ),
        ("content/tips", "content/tips/inner", 2, "is inside"),
        (
            "content/tips/ask.md",
            "content/guides/held.md",
            1,
            "the address /guides/held/ is taken",
        ),
        (
            "content/tips/ask.md",
            "content/ask.md",
            1,
            "cannot be rewritten to lead to the same target",
        ),
    ] {
        let (code, printed) = run(root, &["move", old, new])?;
        assert_eq!(code, Some(status), "{old} → {new}: {printed}");
        assert!(printed.contains(says), "{old} → {new}: {printed}");
        assert_eq!(tree(root), before, "{old} → {new}");
    }
    let (code, printed) = run(
        root,
        &[
            "move",
            "--dry-run",
            "content/guides/taken.md",
            "content/guides/free.md",
        ],
    )?;
    assert!(
        code == Some(0) && printed.contains("Would move"),
        "{printed}"
    );
    assert_eq!(tree(root), before, "a dry run changes nothing");
    Ok(())
}

#[test]
fn the_ending_of_a_page_can_be_omitted() -> Outcome {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root)?;
    for (old, new, is_at) in [
        (
            "content/tips/ask.md",
            "content/tips/asking",
            "content/tips/asking.md",
        ),
        (
            "content/tips/asking.md",
            "content/tips/v1.2",
            "content/tips/v1.2.md",
        ),
    ] {
        let (status, printed) = run(root, &["move", old, new])?;
        assert_eq!(status, Some(0), "{printed}");
        assert!(
            root.join(is_at).is_file() && !root.join(old).exists(),
            "{printed}"
        );
        assert!(
            printed.contains(&format!("Moved {old} to {is_at}:")),
            "{printed}"
        );
        assert_eq!(run(root, &["check"])?.0, Some(0));
    }
    let (status, printed) = run(root, &["move", "content/tips/other", "content/tips/more"])?;
    assert!(
        status == Some(2) && printed.contains("did you mean content/tips/other.md?"),
        "{printed}"
    );
    let (status, printed) = run(
        root,
        &["move", "content/tips/other.md", "content/tips/more.text"],
    )?;
    assert!(
        status == Some(2) && printed.contains("the name of a page, which ends in .md"),
        "{printed}"
    );
    let (status, printed) = run(root, &["move", "content/tips", "content/hints.md"])?;
    assert!(
        status == Some(2) && printed.contains("is a folder"),
        "{printed}"
    );
    Ok(())
}

/// A writer renames a page or a folder in the editor, and then runs `handsel move`.
#[test]
fn a_move_updates_links_after_a_rename_by_hand() -> Outcome {
    for (from, to, arguments) in [
        (
            "content/tips/ask.md",
            "content/guides/ask-once.md",
            ["content/tips/ask.md", "content/guides/ask-once.md"],
        ),
        (
            "content/tips/ask.md",
            "content/guides/ask-once.md",
            ["content/tips/ask.md", "content/guides/ask-once"],
        ),
        (
            "content/tips/ask.md",
            "content/guides/ask-once.md",
            ["content/tips/ask", "content/guides/ask-once"],
        ),
        (
            "content/tips/ask.md",
            "content/guides/ask.md",
            ["content/tips/ask.md", "content/guides/"],
        ),
        (
            "content/tips",
            "content/hints",
            ["content/tips", "content/hints"],
        ),
    ] {
        let (by_hand, by_command) = (tempfile::tempdir()?, tempfile::tempdir()?);
        for folder in [&by_hand, &by_command] {
            site(folder.path())?;
        }
        fs::rename(by_hand.path().join(from), by_hand.path().join(to))?;
        let (status, printed) = run(
            by_hand.path(),
            &["move", "--dry-run", arguments[0], arguments[1]],
        )?;
        assert!(
            status == Some(0) && printed.contains("would update its links"),
            "{printed}"
        );
        let (status, printed) = run(by_hand.path(), &["move", arguments[0], arguments[1]])?;
        assert!(
            status == Some(0) && printed.contains("; updated its links"),
            "{printed}"
        );
        assert_eq!(run(by_command.path(), &["move", from, to])?.0, Some(0));
        assert_eq!(
            tree(by_hand.path()),
            tree(by_command.path()),
            "{arguments:?}"
        );
    }
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    site(root)?;
    let before = tree(root);
    let (status, printed) = run(
        root,
        &["move", "content/tips/aks.md", "content/tips/ask.md"],
    )?;
    assert!(
        status == Some(2)
            && printed.contains("nothing shows that content/tips/ask.md was content/tips/aks.md"),
        "{printed}"
    );
    assert_eq!(tree(root), before, "a typo changes nothing");
    put(root, "content/lonely.md", "# Lonely\n\nText.\n")?;
    put(root, "handsel.lock", "/alone/ content/alone.md\n")?;
    assert_eq!(
        run(root, &["move", "content/alone.md", "content/lonely.md"])?.0,
        Some(0),
        "the ledger lists it"
    );
    assert!(tree(root)["content/lonely.md"].contains("aliases: [/alone/]"));
    Ok(())
}

#[test]
fn a_killed_move_is_complete_or_undone_or_can_be_finished() -> Outcome {
    for pause in [0, 2, 5, 9, 14, 20, 30, 45] {
        let folder = tempfile::tempdir()?;
        let root = folder.path();
        site(root)?;
        for page in 0..30 {
            put(
                root,
                &format!("content/p{page}.md"),
                "# P\n\n[a](tips/ask.md)\n",
            )?;
        }
        let before = tree(root);
        let arguments = ["move", "content/tips/ask.md", "content/guides/ask.md"];
        let mut child = command(root, &arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        std::thread::sleep(Duration::from_millis(pause));
        child.kill()?;
        child.wait()?;
        if root.join(".handsel/move/journal").exists() {
            let (status, printed) = run(root, &["build"])?;
            assert!(
                status == Some(2) && printed.contains("handsel move --finish"),
                "{printed}"
            );
        }
        assert_eq!(run(root, &["move", "--finish"])?.0, Some(0));
        let after = tree(root);
        if after != before {
            assert!(
                !after.contains_key("content/tips/ask.md")
                    && after["content/p29.md"].contains("guides/ask.md"),
                "{pause} ms"
            );
        }
        assert_eq!(
            run(root, &["build"])?.0,
            Some(0),
            "{pause} ms: every link is valid"
        );
    }
    Ok(())
}

/// A site in memory from a corpus. Its templates render only the body and, for lists, the entries.
fn corpus(folder: &str) -> Option<MemoryFiles> {
    let disk = Disk::open(&crate::common::test_data("corpora")?.join(folder))
        .expect("the corpus is a folder");
    let mut files = MemoryFiles::default();
    for path in disk.list(&ListingRules::default()).value {
        files.put(
            &format!("content/{path}"),
            disk.read(&path).expect("it was listed"),
        );
    }
    // Only what the test examines needs to be rendered.
    files.put(
        "handsel.yaml",
        "page_size: 100000\nsearch: false\nimages: false\nhighlight: false\n",
    );
    let lists = [
        "topic",
        "topics",
        "audience",
        "audiences",
        "a-z",
        "new",
        "about",
        "privacy",
        "not-found",
    ];
    for name in ["page", "guide", "tip", "tool", "home"]
        .iter()
        .chain(&lists)
    {
        files.put(&format!("templates/{name}.html"), "{{ page.body }}");
    }
    let listed = "{{ page.body }}{% if page.listing %}{% for item in page.listing.items %}<i data-listed=\"{{ item.href }}\">{% endfor %}{% endif %}";
    files.put("templates/section.html", listed);
    Some(files)
}

fn apply(files: &MemoryFiles, plan: &MovePlan) -> MemoryFiles {
    let mut moved = MemoryFiles::default();
    for (path, bytes) in &files.0 {
        moved
            .0
            .insert(plan.moved.get(path).unwrap_or(path).clone(), bytes.clone());
    }
    for (path, (before, after)) in &plan.edited {
        assert_eq!(
            moved.0.insert(path.clone(), after.clone()).as_ref(),
            Some(before)
        );
    }
    moved
}

/// The links of a site and the problems with them.
#[derive(Default)]
struct Report {
    /// The links in the body of each page, by address.
    links: BTreeMap<String, Vec<String>>,
    /// The entries on each folder's list.
    listed: BTreeMap<String, BTreeSet<String>>,
    /// Link problems by code.
    problems: BTreeMap<String, usize>,
}

fn report(files: &MemoryFiles) -> Report {
    let mut request = crate::common::request();
    request.is_lenient = true;
    let (built, published) = crate::common::build(files, &request);
    let mut report = Report::default();
    for (path, bytes) in published
        .iter()
        .filter(|(path, _)| path.ends_with("index.html"))
    {
        let html = String::from_utf8_lossy(bytes);
        if html.contains("http-equiv=\"refresh\"") {
            continue;
        }
        let values = |start: &str| {
            html.split(start)
                .skip(1)
                .filter_map(|rest| rest.split('"').next())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let own = [values(" href=\""), values(" src=\"")]
            .concat()
            .into_iter()
            .filter(|target| target.starts_with('/'));
        let address = format!("/{}", path.trim_end_matches("index.html"));
        report.listed.insert(
            address.clone(),
            values(" data-listed=\"").into_iter().collect(),
        );
        report.links.insert(address, own.collect());
    }
    for problem in built.problems.iter().filter(|problem| {
        problem.code.name().contains("link") || problem.code.name() == "broken-anchor"
    }) {
        *report
            .problems
            .entry(problem.code.name().to_owned())
            .or_default() += 1;
    }
    report
}

/// The new address of each address after a move, and the lists that moved with the folder.
struct NewAddresses {
    now: BTreeMap<String, String>,
    lists: BTreeMap<String, String>,
    /// Lists of folders that have no page anymore.
    removed: BTreeSet<String>,
}

impl NewAddresses {
    fn of(plan: &MovePlan, old: &SourcePath, new: &SourcePath) -> Self {
        let content = SourcePath::new("content").expect("inside");
        let of_file = |path: &SourcePath| of_file(path, &content).href("/");
        let of_folder = |path: &SourcePath| of_folder(path, &content).href("/");
        let mut now: BTreeMap<String, String> = plan
            .redirects
            .iter()
            .map(|(from, to)| (from.href("/"), to.href("/")))
            .collect();
        let (mut lists, mut folders) = (BTreeMap::new(), BTreeMap::new());
        for (from, to) in &plan.moved {
            now.entry(of_file(from)).or_insert_with(|| of_file(to));
            let (mut from, mut to) = (from.folder(), to.folder());
            while from.is_within(old) {
                folders.insert(of_folder(&from), of_folder(&to));
                (from, to) = (from.folder(), to.folder());
            }
        }
        let dropped: BTreeSet<String> = plan.dropped.iter().map(|route| route.href("/")).collect();
        lists.extend(
            folders
                .into_iter()
                .filter(|(from, _)| dropped.contains(from)),
        );
        let mut removed = BTreeSet::new();
        for address in dropped
            .iter()
            .filter(|address| address.ends_with('/') && !lists.contains_key(*address))
        {
            // Links to the list of a folder follow the last page that leaves it.
            now.insert(address.clone(), of_folder(&new.folder()));
            removed.insert(address.clone());
        }
        now.extend(lists.clone());
        Self {
            now,
            lists,
            removed,
        }
    }

    fn of_address(&self, address: &str) -> String {
        self.now
            .get(address)
            .map_or(address, String::as_str)
            .to_owned()
    }

    fn of_link(&self, link: &str) -> String {
        let (path, fragment) = link
            .split_once('#')
            .map_or((link, None), |(path, fragment)| (path, Some(fragment)));
        let path = self.of_address(path);
        fragment.map_or_else(|| path.clone(), |fragment| format!("{path}#{fragment}"))
    }
}

/// Checks that every page still exists with the same links, that the lists of a moved folder have
/// the same entries at their new addresses, and that a folder without pages has no list.
fn assert_links_kept(before: &Report, now: &Report, names: &NewAddresses, what: &str) {
    assert_eq!(before.problems, now.problems, "{what}");
    for (address, links) in &before.links {
        if names.removed.contains(address) {
            assert!(
                links.is_empty() && !now.links.contains_key(address),
                "{what}: {address} is the list of a folder without pages"
            );
            continue;
        }
        let links: Vec<String> = links.iter().map(|link| names.of_link(link)).collect();
        assert_eq!(
            Some(&links),
            now.links.get(&names.of_address(address)),
            "{what}: links of {address}"
        );
    }
    for (from, to) in &names.lists {
        let listed: BTreeSet<String> = before.listed[from]
            .iter()
            .map(|link| names.of_link(link))
            .collect();
        assert_eq!(
            Some(&listed),
            now.listed.get(to),
            "{what}: the list {from}, now {to}"
        );
        assert!(
            !now.links.contains_key(from),
            "{what}: {from} is reported to have no redirect, so nothing is published there"
        );
    }
}

#[test]
fn moves_in_real_sites_keep_the_link_report() {
    let is_long = crate::common::random::is_long();
    let all: [(&str, usize); 5] = [
        ("rustc-dev-guide", 2),
        ("open-sauced-blog", 2),
        ("opensource-guide/_articles", 0),
        ("nushell", 0),
        ("til", 0),
    ];
    for (folder, few) in all {
        let moves = if is_long { 20 } else { few };
        let Some(mut files) = corpus(folder) else {
            return;
        };
        let mut done = 0;
        // A fixed sequence: the same moves every time (Knuth, TAOCP 2, §3.3.4, line 26 of table 1).
        let mut random = 20_261_124_u64;
        let mut next = |below: usize| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(random >> 33).expect("31 bits") % below.max(1)
        };
        let mut refused = BTreeSet::new();
        let mut before = if moves > 0 { report(&files) } else { continue };
        for _ in 0..moves {
            let pages: Vec<SourcePath> = files
                .0
                .keys()
                .filter(|path| path.is_markdown())
                .cloned()
                .collect();
            let page = &pages[next(pages.len())];
            let target = &pages[next(pages.len())];
            let old = if next(3) == 0 && page.folder().as_str() != "content" {
                page.folder()
            } else {
                page.clone()
            };
            let into = if target.is_within(&old) {
                SourcePath::new("content").expect("inside")
            } else {
                target.folder()
            };
            // A date at the beginning of a name belongs to the page, and stays.
            let is_dated = old.name().starts_with(|c: char| c.is_ascii_digit());
            let joint = if is_dated { '/' } else { '-' };
            let new = into
                .join(&format!("moved {}{joint}{}", next(1000), old.name()))
                .expect("inside");
            match plan(
                &files,
                &crate::common::request(),
                &BuildCache::of(None),
                &old,
                &new,
            ) {
                Ok(plan) => {
                    files = apply(&files, &plan);
                    let now = report(&files);
                    assert_links_kept(
                        &before,
                        &now,
                        &NewAddresses::of(&plan, &old, &new),
                        &format!("{folder}: {old} → {new}"),
                    );
                    before = now;
                    done += 1;
                }
                Err(refusal) => drop(refused.insert(format!("{old} → {new}: {refusal:?}"))),
            }
        }
        assert!(
            done * 3 >= moves * 2,
            "{folder}: only {done} of {moves} moves succeeded\n{refused:#?}"
        );
    }
}
