//! Bad input, end to end: each file goes through decoding, splitting, YAML and the check of its
//! fields, as in a build, and must cause problems with the right codes at the right positions. The
//! files are not part of this repository; where they are absent, the tests say so and pass.

use std::path::PathBuf;

use handsel::diagnostic::Diagnostic;
use handsel::document::front_matter::{self, FrontMatter, MetaContext, meta, read};
use handsel::document::meta::Meta;
use handsel::kind::{Kinds, read as read_kind};
use handsel::paths::SourcePath;
use handsel::settings;
use handsel::source::SourceFile;

/// The folder of bad input, if it exists.
fn bad_input(folder: &str) -> Option<PathBuf> {
    Some(crate::common::test_data("badinput")?.join(folder))
}

fn bytes(folder: &std::path::Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn source_path(name: &str) -> SourcePath {
    SourcePath::new(name).expect("a plain file name")
}

/// The built-in kinds.
fn kinds() -> Kinds {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/kinds"));
    let read = |name: &str| {
        let checked = read_kind(
            &source_path(&format!("templates/kinds/{name}.yaml")),
            &bytes(&folder, &format!("{name}.yaml")),
        );
        assert_eq!(checked.problems, Vec::new(), "{name}");
        (
            name.to_owned(),
            checked.value.expect("a built-in kind can be read"),
        )
    };
    ["guide", "tip", "tool", "page"]
        .map(read)
        .into_iter()
        .collect()
}

/// What a page becomes: the meaning of its front matter, its body, and all problems.
fn page(
    path: &SourcePath,
    bytes: &[u8],
    kinds: &Kinds,
    kind: Option<&str>,
) -> (Option<Meta>, String, Vec<Diagnostic>) {
    let text = match SourceFile::decode(path, bytes) {
        Ok(text) => text.text,
        Err(problem) => return (None, String::new(), vec![*problem]),
    };
    let FrontMatter {
        node,
        body,
        mut problems,
        is_unreadable,
        ..
    } = read(path, text, false);
    let body = text[body].to_owned();
    if is_unreadable {
        return (None, body, problems);
    }
    let context = MetaContext {
        defaults: &[],
        kind_from_folder: kind,
        kinds,
        is_lenient: false,
        timezone: "UTC",
    };
    let meta = meta(path, node.as_ref(), &context).take_into(&mut problems);
    (Some(meta), body, problems)
}

/// Problems in the form `error bad-yaml 4:1`.
fn outline(problems: &[Diagnostic]) -> Vec<String> {
    let line = |problem: &Diagnostic| {
        let place = problem
            .location
            .as_ref()
            .expect("a problem of a file has a position");
        format!(
            "{} {} {}:{}",
            problem.severity, problem.code, place.line, place.column
        )
    };
    problems.iter().map(line).collect()
}

/// A file, the problems it causes, and a word that the message or its help must contain.
const PAGES: &[(&str, &[&str], &str)] = &[
    (
        "y01-unclosed.md",
        &["error unclosed-front-matter 1:1"],
        "never closed",
    ),
    (
        "y02-tab-indent.md",
        &["error bad-yaml 4:1"],
        "indented with a tab",
    ),
    (
        "y03-duplicate-key.md",
        &["error duplicate-key 4:1"],
        "line 2",
    ),
    (
        "y04-title-is-list.md",
        &["error wrong-type 2:8"],
        "expected text, found a list",
    ),
    ("y05-title-is-number.md", &[], ""),
    (
        "y06-tags-is-text.md",
        &["warning wrong-type 3:7"],
        "expected a list",
    ),
    ("y07-alias-bomb.md", &["error bad-yaml 7:8"], "aliases"),
    (
        "y08-deep-nesting.md",
        &["error bad-yaml 3:68"],
        "nested deeper",
    ),
    ("y09-non-utf8.md", &["error not-utf8 2:11"], "0xE9"),
    ("y10-nul.md", &["error not-utf8 2:9"], "NUL"),
    ("y11-bom.md", &[], ""),
    ("y12-crlf.md", &[], ""),
    ("y13-mixed-eol.md", &[], ""),
    (
        "y14-huge-scalar.md",
        &["warning long-title 2:8"],
        "characters",
    ),
    (
        "y15-date-impossible.md",
        &["error bad-value 3:7"],
        "2026-02-30 is not a valid date",
    ),
    ("y16-date-text.md", &["error wrong-type 3:7"], "2026-01-31"),
    ("y17-typo-titel.md", &["error unknown-key 2:1"], "`title`"),
    ("y18-no-title.md", &[], ""),
    ("y19-empty.md", &[], ""),
    ("y20-empty-front-matter.md", &[], ""),
    ("y21-front-matter-only.md", &[], ""),
    (
        "y22-colon-in-title.md",
        &["error bad-yaml 2:13"],
        "quotes: \"Guide: how to begin\"",
    ),
    (
        "y23-percent-scalar.md",
        &["error bad-yaml 4:5"],
        "quotes: \"%\"",
    ),
    (
        "y24-at-scalar.md",
        &["error bad-yaml 3:9"],
        "quotes: \"@alice\"",
    ),
    ("y25-open-quote.md", &["error bad-yaml 2:8"], "never closed"),
    (
        "y26-open-flow.md",
        &["error bad-yaml 3:7"],
        "this list is not closed",
    ),
    ("y27-norway.md", &[], ""),
    (
        "y28-version-float.md",
        &["warning unknown-key 3:1"],
        "version",
    ),
    ("y29-code-tag.md", &["error bad-yaml 2:8"], "tag"),
    ("y30-second-rule.md", &[], ""),
    ("y31-undefined-alias.md", &["error bad-yaml 3:5"], "*base"),
    ("y32-toml.md", &["error invalid-front-matter 1:1"], "YAML"),
    ("y33-json.md", &["error invalid-front-matter 1:1"], "YAML"),
    (
        "y34-not-first.md",
        &["error invalid-front-matter 2:1"],
        "line 1",
    ),
    ("y35-utf16.md", &["error not-utf8 1:1"], "UTF-16"),
    ("y36-null-title.md", &["error missing-title 2:1"], "title"),
    (
        "y37-circular-alias.md",
        &["error bad-yaml 3:8"],
        "never end",
    ),
    (
        "y38-bad-time.md",
        &["error bad-value 3:7"],
        "not a valid date",
    ),
    (
        "y39-not-a-map.md",
        &["error wrong-type 2:1"],
        "expected keys with values",
    ),
    (
        "y40-typo-many.md",
        &["warning unknown-key 3:1", "error unknown-key 4:1"],
        "`draft`",
    ),
];

#[test]
fn bad_front_matter_is_reported_at_its_position() {
    let Some(folder) = bad_input("yaml") else {
        return;
    };
    let kinds = kinds();
    let mut missed = Vec::new();
    for (name, expected, word) in PAGES {
        let started = std::time::Instant::now();
        let (_, _, problems) = page(&source_path(name), &bytes(&folder, name), &kinds, None);
        assert!(
            started.elapsed().as_millis() < 1000,
            "{name} took {:?}",
            started.elapsed()
        );
        let messages = problems
            .iter()
            .map(|problem| {
                format!(
                    "{} ({})",
                    problem.message,
                    problem.help.as_deref().unwrap_or("")
                )
            })
            .collect::<String>();
        if outline(&problems) != *expected || !messages.contains(word) {
            missed.push(format!("{name}: {:?} {messages}", outline(&problems)));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
    let files = std::fs::read_dir(&folder)
        .expect("the folder is there")
        .count();
    assert_eq!(files, PAGES.len(), "a file of the folder is not tested");
}

#[test]
fn valid_front_matter_is_read_as_written() {
    let Some(folder) = bad_input("yaml") else {
        return;
    };
    let kinds = kinds();
    let read = |name: &str| {
        let (meta, body, _) = page(&source_path(name), &bytes(&folder, name), &kinds, None);
        (meta.unwrap_or_else(|| panic!("{name} is readable")), body)
    };
    let title = |name: &str| read(name).0.title.map(|title| title.value);
    assert_eq!(title("y05-title-is-number.md").as_deref(), Some("101"));
    assert_eq!(title("y11-bom.md").as_deref(), Some("With BOM"));
    assert_eq!(title("y12-crlf.md").as_deref(), Some("CRLF"));
    assert_eq!(title("y13-mixed-eol.md").as_deref(), Some("Mixed"));
    assert_eq!(title("y18-no-title.md"), None);
    assert_eq!(read("y27-norway.md").0.language.as_deref(), Some("no"));
    assert!(read("y30-second-rule.md").1.starts_with("---\n"));
    for name in [
        "y01-unclosed.md",
        "y32-toml.md",
        "y33-json.md",
        "y34-not-first.md",
    ] {
        let (path, bytes) = (source_path(name), bytes(&folder, name));
        assert!(
            page(&path, &bytes, &kinds, None).0.is_none(),
            "{name}: a strict build does not publish it"
        );
        let text = String::from_utf8(bytes).expect("text");
        let lenient = front_matter::read(&path, &text, true);
        assert!(
            !lenient.text[lenient.body].contains("itle"),
            "{name}: front matter would be shown"
        );
    }
    let topics: Vec<String> = read("y06-tags-is-text.md")
        .0
        .topics
        .into_iter()
        .map(|topic| topic.value)
        .collect();
    assert_eq!(topics, ["alpha", "beta"]);
}

#[test]
fn bad_settings_are_reported_at_their_position() {
    let Some(folder) = bad_input("config") else {
        return;
    };
    let cases: &[(&str, &[&str])] = &[
        ("c01-base-url.yaml", &["error bad-setting 1:11"]),
        ("c02-unknown-key.yaml", &["error unknown-setting 3:1"]),
        ("c03-syntax.yaml", &["error bad-yaml 1:11"]),
        ("c04-empty.yaml", &["warning bad-setting 1:1"]),
        ("c05-output-is-content.yaml", &["error bad-setting 3:9"]),
        ("c06-output-outside.yaml", &["error bad-setting 3:9"]),
        (
            "c07-wrong-type.yaml",
            &["error wrong-type 2:8", "error unknown-setting 3:1"],
        ),
        ("c08-base-path.yaml", &[]),
        ("c09-duplicate-key.yaml", &["error duplicate-key 3:1"]),
        ("c10-javascript-url.yaml", &["error bad-setting 1:11"]),
    ];
    for (name, expected) in cases {
        let checked = settings::read(&source_path(name), Some(&bytes(&folder, name)));
        assert_eq!(
            outline(&checked.problems),
            *expected,
            "{name}: {:#?}",
            checked.problems
        );
        if name.starts_with("c05") || name.starts_with("c06") {
            assert_eq!(checked.value.output.as_str(), "public");
        }
        if name.starts_with("c08") {
            assert_eq!(checked.value.base_path(), "/docs/");
        }
    }
    assert!(cases.iter().all(|(name, _)| folder.join(name).is_file()));
}

#[test]
fn scaffolds_of_built_in_kinds_are_valid() {
    let kinds = kinds();
    assert_eq!(kinds["tip"].words_max, Some(250));
    assert_eq!(kinds["guide"].fields.len(), 2);
    for kind in kinds.values() {
        let path = source_path("new.md");
        let text = kind
            .scaffold
            .replace("{title}", "A title")
            .replace("{today}", "2026-01-31");
        let (meta, _, problems) = page(&path, text.as_bytes(), &kinds, Some(&kind.name));
        assert_eq!(problems, Vec::new(), "the scaffold of {}", kind.name);
        assert!(meta.is_some_and(|meta| meta.title.is_some()));
    }
}
