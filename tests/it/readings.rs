//! A page's text is read in three ways: for its body, for a body whose blocks carry their source
//! lines, and for its problems alone. The problems are the same in all three. The body with lines
//! has the same bytes, apart from the line attributes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::common::{lines_of, request, without_lines};
use handsel::diagnostic::Checked;
use handsel::disk::Disk;
use handsel::document::body::Segment;
use handsel::document::markdown::{self, BodyPhrases, MarkdownOutput, MarkdownSettings};
use handsel::paths::SourcePath;
use handsel::pipeline::build_cache::BuildCache;
use handsel::pipeline::session::{LiveAnswer, Session};
use handsel::settings::RawHtml;
use handsel::source::{Files, LineStarts, ListingRules, MemoryFiles, with_lf};
use proptest::prelude::*;

/// The front matter of a page's file.
const FRONT: &str = "---\ntitle: T\n---\n";

/// A page with this text, rendered with source lines and without.
fn rendered(text: &str, settings: &str) -> (String, String) {
    let mut files = MemoryFiles::default();
    files.put(
        "handsel.yaml",
        format!("title: Test\nmath: true\n{settings}"),
    );
    files.put("content/x.md", format!("{FRONT}{text}"));
    files.put(
        "content/pic.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
    );
    files.put("content/code.rs", "fn main() {}\n");
    let session = Session::open(
        Arc::new(files) as Arc<dyn Files + Send + Sync>,
        request(),
        BuildCache::of(None),
    );
    let answer = |with_lines| match session.answer("/x/", with_lines) {
        LiveAnswer::Found { bytes, .. } => String::from_utf8(bytes).expect("pages are UTF-8"),
        other => panic!("{other:?}"),
    };
    (answer(true), answer(false))
}

/// The elements of a page that carry a line, counted from the first line of `text`.
fn elements(text: &str, settings: &str) -> String {
    let (with, without) = rendered(text, settings);
    assert_eq!(without_lines(&with), without, "{text}");
    assert!(
        !without.contains("data-source-line=\"") || text.contains("data-source-line"),
        "{text}"
    );
    let above = u32::try_from(FRONT.lines().count()).expect("a few");
    let lines = lines_of(&with)
        .into_iter()
        .map(|(element, line)| format!("{element} {}", line - above));
    lines.collect::<Vec<_>>().join(", ")
}

#[test]
fn every_kind_of_block_has_its_line() {
    for (text, expected) in [
        ("a\nb\n\n\nc\n", "p 1, p 5"),
        ("## A\n\nB\n=\n\nC\n-\n", "h2 1, h1 3, h2 6"),
        (
            "- a\n- b\n\n  c\n  - d\n",
            "ul 1, li 1, p 1, li 2, p 2, p 4, ul 5, li 5",
        ),
        ("3. a\n\n\n4. b\n", "ol 1, li 1, p 1, li 4, p 4"),
        ("- [x] a\n- [ ] b\n", "ul 1, li 1, li 2"),
        ("\n> a\n>\n> > b\n", "blockquote 2, p 2, blockquote 4, p 4"),
        ("```rust\nfn\n```\n\n    code\n", "pre 1, pre 5"),
        ("``` title=\"a\" numbers\nx\ny\n```\n", "figure 1"),
        (
            "> - ```\n>   x\n>   ```\n",
            "blockquote 1, ul 1, li 1, pre 1",
        ),
        (
            "|a|b|\n|-|:-|\n|c|d|\n|e|f|\n",
            "table 1, thead 1, tr 3, tr 4",
        ),
        (
            "a\n: b\n\n  c\n\nd\n: e\n",
            "dl 1, dt 1, dd 2, p 2, p 4, dt 6, dd 7, p 7",
        ),
        ("a\n\n---\n\n***\n", "p 1, hr 3, hr 5"),
        ("\n![A picture](pic.svg)\n", "p 2"),
        ("$$\nx\n$$\n", "p 1"),
        ("a $x$\n\n$$x$$ b\n", "p 1, p 3"),
        ("> [!NOTE]\n> a\n>\n> b\n", "aside 1, p 2, p 4"),
        ("a[^n]\n\n[^n]: b\n\n    c\n", "p 1, li 3, p 3, p 5"),
        (
            ":::note\n\na\n\n- b\n:::\n\n::::details{summary=\"s\"}\nc\n::::\n",
            "aside 1, p 3, ul 5, li 5, details 8, p 9",
        ),
        ("\n::include{file=\"code.rs\"}\n\nb\n", "pre 2, p 4"),
        ("a ::icon{name=\"arrow\"} b\n", "p 1"),
        (":::none\na [x](pic.svg)\n\nb\n:::\n", "p 2, p 4"),
        ("::none\n", "p 1"),
        (
            "<div>\n<p>a\n<b>b</b></p>\n\n<hr>\n</div>\n\nc\n",
            "div 1, p 2, hr 5, p 8",
        ),
        (
            "<!-- a -->\n<details>\n<summary>b</summary>\n\nc\n\n</details>\n",
            "details 2, summary 3, p 5",
        ),
        (
            "<a href=\"pic.svg\">\n<img src=\"pic.svg\" alt=\"\">\n</a>\n",
            "img 2",
        ),
        ("# The page's own\n\na\n", "p 3"),
    ] {
        assert_eq!(elements(text, ""), expected, "{text}");
    }
    assert_eq!(
        elements("a\n\n<div>\n<p>\n\nb\n", "raw_html: escape\n"),
        "p 1, p 3, p 6"
    );
    assert_eq!(
        elements("a\n\n<div>\n<p>\n\nb\n", "raw_html: allow\n"),
        "p 1, div 3, p 4, p 6"
    );
}

#[test]
fn line_attributes_in_a_writers_text_are_unchanged() {
    let (with, _) = rendered(
        "Write ` data-source-line=\"7\"` or data-source-line=\"8\".\n",
        "",
    );
    let written = "Write <code> data-source-line=\"7\"</code> or data-source-line=\"8\".</p>";
    assert!(
        with.contains(&format!("<p data-source-line=\"4\">{written}")),
        "{with}"
    );
    let (with, _) = rendered("<p data-source-line=\"7\">a</p>\n", "");
    // Writers cannot set the attribute in HTML: the line is that of the block.
    assert!(with.contains("<p data-source-line=\"4\">a</p>"), "{with}");
}

fn read(
    text: &str,
    raw_html: RawHtml,
    wants_body: bool,
    with_lines: bool,
) -> Checked<MarkdownOutput> {
    let path = SourcePath::new("content/x.md").expect("a path inside");
    let signatures = BTreeMap::from([("note".to_owned(), Default::default())]);
    let settings = MarkdownSettings {
        is_whole: true,
        is_titled: false,
        raw_html,
        smart_punctuation: true,
        math: true,
        colors: None,
        wants_body,
        wants_text: false,
        with_lines,
        allow_origins: &[],
        signatures: &signatures,
        forms: None,
        phrases: BodyPhrases::default(),
    };
    markdown::read(
        &path,
        text,
        &LineStarts::new(text),
        0..text.len(),
        &settings,
    )
}

/// A body as text, with each placeholder as a separate element.
fn write_segments(segments: &[Segment], out: &mut String) {
    let mut line = String::new();
    for segment in segments {
        match segment {
            Segment::Line(next) => {
                line = format!(" data-source-line=\"{next}\"");
                continue;
            }
            Segment::Html(html) if line.is_empty() => out.push_str(html),
            Segment::Html(html) => out.push_str(&html.replacen("<li", &format!("<li{line}"), 1)),
            Segment::Address(index) => out.push_str(&format!("address-{index}")),
            Segment::WikiTitle(index) => out.push_str(&format!("title-{index}")),
            Segment::Include(index) => out.push_str(&format!("<include{line} id=\"{index}\"/>")),
            Segment::Tool(index) => out.push_str(&format!("<tool{line} id=\"{index}\"/>")),
            Segment::Term { text, .. } => out.push_str(text),
            Segment::Component(call) => {
                out.push_str(&format!("<{}{line}>", call.name));
                write_segments(call.body.as_deref().unwrap_or_default(), out);
                out.push_str(&format!("</{}>", call.name));
            }
        }
        line.clear();
    }
}

/// Checks that a text obeys these rules.
fn check_readings(text: &str) {
    for raw_html in [RawHtml::Sanitize, RawHtml::Allow, RawHtml::Escape] {
        let (mut with, mut without) = (
            read(text, raw_html, true, true),
            read(text, raw_html, true, false),
        );
        let alone = read(text, raw_html, false, false);
        let (mut html, mut plain) = (String::new(), String::new());
        write_segments(&std::mem::take(&mut with.value.segments), &mut html);
        write_segments(&std::mem::take(&mut without.value.segments), &mut plain);
        assert_eq!(without_lines(&html), plain, "{text:?}");
        assert_eq!(
            format!("{with:?}"),
            format!("{without:?}"),
            "with lines {text:?}"
        );
        assert_eq!(
            format!("{alone:?}"),
            format!("{without:?}"),
            "without a body {text:?}"
        );
        let lines: Vec<&str> = text.split('\n').collect();
        for flow in html
            .split("<li data-source-line")
            .map(|flow| flow.split("</section>").next().unwrap_or(flow))
        {
            let positions = lines_of(flow);
            for (element, line) in &positions {
                let line = lines.get(*line as usize - 1).unwrap_or_else(|| {
                    panic!("{element} has line {line}, past the end of {text:?}")
                });
                assert!(
                    !line.trim_ascii().is_empty(),
                    "{element} has a blank line of {text:?}\n{html}"
                );
            }
            let is_parsed_twice = raw_html == RawHtml::Sanitize && text.contains('<');
            assert!(
                is_parsed_twice || positions.is_sorted_by_key(|(_, line)| *line),
                "lines decrease in {text:?}\n{html}"
            );
        }
    }
}

#[test]
fn examples_of_the_specification_keep_their_bytes() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-data/commonmark.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!(
            "skipped: {} does not exist; tests/fetch-commonmark downloads it",
            path.display()
        );
        return;
    };
    let examples: Vec<BTreeMap<String, String>> =
        serde_json::from_str(&text).expect("the examples are JSON");
    examples
        .iter()
        .for_each(|example| check_readings(&example["markdown"]));
    // All of them together, each below the one before.
    check_readings(
        &examples
            .iter()
            .map(|example| format!("{}\n\n", example["markdown"]))
            .collect::<String>(),
    );
}

#[test]
fn pages_of_this_repository_keep_their_bytes() {
    let disk = Arc::new(
        Disk::open(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the repository is a folder"),
    );
    let (_, outputs) = crate::common::build(&*disk, &request());
    let session = Session::open(
        disk as Arc<dyn Files + Send + Sync>,
        request(),
        BuildCache::of(None),
    );
    let mut positions = 0;
    for (path, bytes) in outputs.iter().filter(|(path, _)| path.ends_with(".html")) {
        let LiveAnswer::Found { bytes: with, .. } = session.answer(&format!("/{path}"), true)
        else {
            panic!("{path} is not served")
        };
        let with = String::from_utf8(with).expect("pages are UTF-8");
        assert_eq!(without_lines(&with).as_bytes(), &bytes[..], "{path}");
        positions += lines_of(&with).len();
    }
    assert!(positions > 200, "only {positions} blocks have a line");
}

#[test]
fn real_pages_keep_their_bytes() {
    let Some(root) = crate::common::test_data("corpora") else {
        return;
    };
    let disk = Disk::open(&root).expect("the corpora are a folder");
    let pages = disk
        .list(&ListingRules::default())
        .value
        .into_iter()
        .filter(|path| path.is_markdown());
    for path in pages {
        let bytes = disk.read(&path).expect("it was listed");
        if let Ok(text) = std::str::from_utf8(&bytes) {
            check_readings(&with_lf(text));
        }
    }
}

proptest! {
    #![proptest_config(crate::common::random::property(1_000, 20_000))]

    #[test]
    fn any_text_keeps_its_bytes(text in crate::common::odd_text()) {
        check_readings(&text.replace("\r\n", "\n"));
    }
}
