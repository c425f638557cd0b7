//! The examples of the CommonMark specification: a body equals the parser's HTML, except for what
//! Handsel changes on purpose.
//!
//! Deliberate differences are ids and anchors on headings, the removal of active content by
//! `sanitize` (so the tests use `raw_html: allow`), links and images written as placeholders, and
//! highlighted code blocks (off here). Both sides are normalized before they are compared. An
//! example that still differs must be listed below with the reason.

use std::collections::BTreeMap;
use std::path::Path;

use handsel::document::body::Segment;
use handsel::document::markdown::{self, BodyPhrases, MarkdownSettings};
use handsel::paths::SourcePath;
use handsel::settings::RawHtml;
use handsel::source::LineStarts;
use pulldown_cmark::{Parser, html};

/// Examples that differ on purpose, by the text that they contain.
const ON_PURPOSE: [(&str, &str); 8] = [
    (
        "<!--",
        "unclosed comments, and comments that HTML parses differently, are closed",
    ),
    ("<![CDATA[", "HTML has no CDATA; it is written as a comment"),
    (
        "<?",
        "HTML has no instructions; they are written as comments",
    ),
    (
        "<!",
        "declarations do not belong in a body; they are written as comments",
    ),
    ("javascript:", "never written as a link"),
    ("<div id=\"foo\"\n*hi*", UNFINISHED),
    ("<div class\nfoo", UNFINISHED),
    ("<div *???", UNFINISHED),
];

const UNFINISHED: &str = "the text of an unfinished tag is shown; browsers would drop it";

#[test]
fn examples_of_the_specification_render_alike() {
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
    assert!(examples.len() > 600);
    let mut differing = Vec::new();
    for (number, example) in examples.iter().enumerate() {
        let source = &example["markdown"];
        if ON_PURPOSE.iter().any(|(mark, _)| source.contains(mark)) {
            continue;
        }
        // Handsel closes what HTML in Markdown leaves open, and drops end tags that close nothing.
        let with_ends = !source.contains('<');
        let (ours, theirs) = (
            normal(&ours(source), with_ends),
            normal(&theirs(source), with_ends),
        );
        if ours != theirs {
            differing.push(format!(
                "example {}: {source:?}\n  ours   {ours:?}\n  theirs {theirs:?}",
                number + 1
            ));
        }
    }
    assert!(
        differing.is_empty(),
        "{} of {} differ:\n{}",
        differing.len(),
        examples.len(),
        differing.join("\n")
    );
}

fn ours(source: &str) -> String {
    let path = SourcePath::new("content/x.md").expect("a path inside");
    let signatures = BTreeMap::new();
    let settings = MarkdownSettings {
        is_whole: true,
        is_titled: true,
        raw_html: RawHtml::Allow,
        smart_punctuation: false,
        math: false,
        colors: None,
        wants_body: true,
        wants_text: false,
        with_lines: false,
        allow_origins: &[],
        signatures: &signatures,
        forms: None,
        phrases: BodyPhrases::default(),
    };
    // An initial first-level heading would become the page's heading, so this one comes before it.
    let text = format!("# Page\n\n{source}");
    let read = markdown::read(
        &path,
        &text,
        &LineStarts::new(&text),
        0..text.len(),
        &settings,
    )
    .value;
    let mut out = String::new();
    for segment in &read.segments {
        match segment {
            Segment::Html(html) => out.push_str(html),
            Segment::WikiTitle(index) => {
                out.push_str(&escape(&read.links[*index as usize].target.value))
            }
            Segment::Address(index) => {
                out.push_str(&escape(&read.links[*index as usize].target.value))
            }
            other => panic!("unexpected {other:?}"),
        }
    }
    out
}

fn theirs(source: &str) -> String {
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(source, markdown::OPTIONS));
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Normalized HTML: without heading ids and anchors, with sorted attributes, decoded addresses and
/// no white space between tags.
fn normal(html: &str, with_ends: bool) -> String {
    let mut out = String::new();
    let mut is_anchor = false;
    for token in html5gum::Tokenizer::new(html).flatten() {
        match token {
            html5gum::Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                is_anchor |= tag
                    .attributes
                    .iter()
                    .any(|(key, value)| &***key == b"class" && &***value == b"anchor");
                if is_anchor {
                    continue;
                }
                out.push_str(&format!("<{name}"));
                let is_heading = name.len() == 2 && name.starts_with('h');
                for (key, value) in &tag.attributes {
                    let (key, value) = (
                        String::from_utf8_lossy(key),
                        String::from_utf8_lossy(value).into_owned(),
                    );
                    if !(is_heading && key == "id") {
                        let value = handsel::escape::percent_decode(&value).unwrap_or(value);
                        out.push_str(&format!(" {key}={value:?}"));
                    }
                }
                out.push('>');
            }
            html5gum::Token::EndTag(_) if is_anchor => is_anchor = false,
            html5gum::Token::EndTag(tag) if with_ends => {
                out.push_str(&format!("</{}>", String::from_utf8_lossy(&tag.name)))
            }
            html5gum::Token::String(text) if !is_anchor => {
                out.push_str(&String::from_utf8_lossy(&text))
            }
            _ => {}
        }
    }
    let lines = out
        .split('\n')
        .map(str::trim)
        .filter(|line| !line.is_empty());
    lines
        .collect::<Vec<_>>()
        .join("\n")
        .replace(">\n<", "><")
        .replace(" </h", "</h")
}
