//! Cases as text: each `tests/cases/*.txt` is a tiny site and its expected output.
//!
//! ```text
//! What the case tests.
//! options: lenient drafts
//! -- content/a.md --
//! # A
//! >> problems
//! >> file a/index.html
//! <h1>A</h1>
//! ```
//! `>> main PATH` shows only the page's `main`, without icons. `-- content/a.png = png 40x30 --` is
//! an image of that description (`tests/common/images.rs`), and `-- content/a-{1..300}.md --`
//! stands for 300 files with their numbers in place of `{number}`. Unless a case brings templates,
//! every page is rendered by a template that shows only its heading and body. Run with
//! `HANDSEL_UPDATE=1` to write the actual output into the files, and read the diff.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use handsel::source::MemoryFiles;

const PLAIN: &str = "<h1>{{ page.heading }}</h1>\n{{ page.body }}";

struct Case {
    head: String,
    options: Vec<String>,
    files: Vec<(String, String)>,
    /// The heading of the block, and its text.
    expected: Vec<(String, String)>,
}

#[test]
fn all_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .expect("the cases are there")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    assert!(!paths.is_empty());
    let is_update = std::env::var_os("HANDSEL_UPDATE").is_some();
    let mut failures = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a case is text");
        let case = parse(&text);
        let actual = run(&case);
        let rewritten = write(&case, &actual);
        if is_update {
            std::fs::write(&path, rewritten).expect("the case can be written");
            continue;
        }
        for ((name, expected), (_, actual)) in case.expected.iter().zip(&actual) {
            if expected.trim() != actual.trim() {
                failures.push(format!(
                    "{}: {name}\n--- expected\n{expected}\n--- actual\n{actual}\n",
                    path.display()
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n{} blocks differ; HANDSEL_UPDATE=1 writes the actual output",
        failures.join("\n"),
        failures.len()
    );
}

fn parse(text: &str) -> Case {
    let mut case = Case {
        head: String::new(),
        options: Vec::new(),
        files: Vec::new(),
        expected: Vec::new(),
    };
    let mut target: Option<(bool, usize)> = None;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        if let Some(name) = bare
            .strip_prefix("-- ")
            .and_then(|rest| rest.strip_suffix(" --"))
        {
            case.files.push((name.to_owned(), String::new()));
            target = Some((true, case.files.len() - 1));
        } else if let Some(name) = bare.strip_prefix(">> ") {
            case.expected.push((name.to_owned(), String::new()));
            target = Some((false, case.expected.len() - 1));
        } else {
            match target {
                Some((true, index)) => case.files[index].1.push_str(line),
                Some((false, index)) => case.expected[index].1.push_str(line),
                None => {
                    if let Some(options) = bare.strip_prefix("options:") {
                        case.options = options.split_whitespace().map(str::to_owned).collect();
                    }
                    case.head.push_str(line);
                }
            }
        }
    }
    case
}

fn run(case: &Case) -> Vec<(String, String)> {
    let mut files = MemoryFiles::default();
    if !case.files.iter().any(|(name, _)| {
        name.starts_with("templates/") && name.ends_with(".html") && !name.contains("components/")
    }) {
        for name in ["page", "guide", "tip", "tool", "section", "home"] {
            files.put(&format!("templates/{name}.html"), PLAIN);
        }
    }
    for (name, text) in &case.files {
        match name.split_once(" = ") {
            Some((name, description)) => {
                files.put(name, crate::common::images::sample_image(description))
            }
            None => numbered(name, text)
                .into_iter()
                .for_each(|(name, text)| files.put(&name, text)),
        }
    }
    let mut request = crate::common::request();
    for option in &case.options {
        match option.as_str() {
            "lenient" => request.is_lenient = true,
            "strict" => request.is_strict = true,
            "drafts" => request.with_drafts = true,
            "check" => request.with_audit = true,
            other => panic!("unknown option {other}"),
        }
    }
    let (built, published) = crate::common::build(&files, &request);
    let mut actual = Vec::new();
    for (name, _) in &case.expected {
        let text = match name.split_once(' ') {
            Some(("file", path)) => file(&published, path),
            Some(("main", path)) => main_of(&file(&published, path)),
            _ if name == "files" => published
                .keys()
                .filter(|path| !is_theme_file(path))
                .fold(String::new(), |list, path| list + path + "\n"),
            _ if name == "problems" => problems(&built.problems),
            _ => panic!("unknown block {name}"),
        };
        actual.push((name.clone(), text));
    }
    actual
}

/// The file of this name, or the files that a name with `{1..300}` stands for.
fn numbered(name: &str, text: &str) -> Vec<(String, String)> {
    let range = name.split_once('{').and_then(|(before, rest)| {
        let (range, after) = rest.split_once('}')?;
        let (from, to) = range.split_once("..")?;
        Some((
            before,
            from.parse::<usize>().ok()?..=to.parse().ok()?,
            after,
        ))
    });
    match range {
        Some((before, range, after)) => range
            .map(|number| {
                (
                    format!("{before}{number}{after}"),
                    text.replace("{number}", &number.to_string()),
                )
            })
            .collect(),
        None => vec![(name.to_owned(), text.to_owned())],
    }
}

fn file(published: &BTreeMap<String, Vec<u8>>, path: &str) -> String {
    match published.get(path) {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => "(there is no such file)\n".to_owned(),
    }
}

/// The contents of the page's `main`, without empty lines.
fn main_of(html: &str) -> String {
    let main = html
        .split_once("<main")
        .and_then(|(_, rest)| rest.split_once('>'))
        .and_then(|(_, rest)| rest.split_once("</main>"));
    let lines = main
        .map_or(html, |(main, _)| main)
        .lines()
        .map(str::trim_end);
    let without_icons = |line: &str| {
        let (mut text, mut rest) = (String::new(), line);
        while let Some((before, after)) = rest.split_once("<svg") {
            text.push_str(before);
            rest = after.split_once("</svg>").map_or("", |(_, after)| after);
        }
        text + rest
    };
    lines
        .filter(|line| !line.trim().is_empty())
        .map(|line| without_icons(line) + "\n")
        .collect()
}

fn is_theme_file(path: &str) -> bool {
    [
        "css/",
        "js.",
        "icons/",
        "favicon",
        "404/",
        "search/index/",
        "search/index.bin",
    ]
    .iter()
    .any(|prefix| path.starts_with(prefix))
}

fn problems(problems: &[handsel::diagnostic::Diagnostic]) -> String {
    let mut text = String::new();
    for problem in problems {
        let place = problem
            .location
            .as_ref()
            .map_or_else(String::new, |place| format!(" {place}"));
        let _ = writeln!(
            text,
            "{}[{}]{place}: {}",
            problem.severity, problem.code, problem.message
        );
        if let Some(help) = &problem.help {
            let _ = writeln!(text, "  help: {help}");
        }
        let group = handsel::diagnostic::ProblemGroup {
            problem,
            others: Vec::new(),
        };
        for note in group.notes() {
            let _ = writeln!(text, "  note: {note}");
        }
        if let Some(fix) = &problem.fix {
            let _ = writeln!(
                text,
                "  fix: {} → {} ({:?})",
                fix.old, fix.new, fix.applicability
            );
        }
        if let Some((code, place)) = problem
            .cause
            .as_ref()
            .and_then(|cause| cause.error.as_ref())
        {
            let _ = writeln!(text, "  caused by: {code} {place}");
        }
        for (place, word) in &problem.related {
            let _ = writeln!(text, "  also: {place}: {word}");
        }
    }
    text
}

fn write(case: &Case, actual: &[(String, String)]) -> String {
    let mut text = case.head.clone();
    for (name, body) in &case.files {
        let _ = write!(text, "-- {name} --\n{body}");
    }
    for (name, body) in actual {
        let end = if body.is_empty() || body.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        let _ = write!(text, ">> {name}\n{body}{end}");
    }
    text
}
