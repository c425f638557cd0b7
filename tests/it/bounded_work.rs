//! The time that a page takes grows in proportion to its length, whatever its shape. Each shape
//! here took minutes, or ended the program, when the work grew with the square of the length.
//! `benches/odd_pages.py` times many more of them.

use std::time::{Duration, Instant};

use handsel::source::MemoryFiles;

/// Far more time than any shape takes on a busy machine without optimization.
const TIME_MAX: Duration = Duration::from_secs(90);

fn build(name: &str, body: &str) -> String {
    let mut files = MemoryFiles::default();
    files.put("templates/page.html", "{{ page.body }}");
    files.put(
        "content/p.md",
        format!("---\ntitle: A page\n---\n\n{body}\n"),
    );
    let mut request = crate::common::request();
    request.is_lenient = true;
    let started = Instant::now();
    let (_, published) = crate::common::build(&files, &request);
    assert!(
        started.elapsed() < TIME_MAX,
        "{name} took {:?}",
        started.elapsed()
    );
    String::from_utf8_lossy(
        published
            .get("p/index.html")
            .expect("the page is published"),
    )
    .into_owned()
}

#[test]
fn open_elements() {
    let html = build(
        "open elements",
        &format!("{}\n\nlast", "<div>".repeat(100_000)),
    );
    assert!(html.matches("<div>").count() <= 200 && html.contains("last"));
    let bold: String = (0..50_000)
        .map(|number| format!("<b class=\"c{number}\">"))
        .collect();
    assert!(build("bold", &format!("{bold}\n\nlast")).contains("last"));
    build(
        "end tags",
        &format!("{}{}", "<div>".repeat(50_000), "</b>".repeat(50_000)),
    );
}

#[test]
fn elements_that_a_browser_repeats_in_each_paragraph() {
    let bold: String = (0..150)
        .map(|number| format!("<b class=\"c{number}\">"))
        .collect();
    let html = build(
        "paragraphs",
        &format!("<p>{bold}\n\n{}", "x\n\n".repeat(20_000)),
    );
    assert!(html.len() < 10_000_000, "{} bytes", html.len());
}

#[test]
fn links_and_footnotes() {
    let html = build(
        "links on one line",
        &"[a](https://example.org) ".repeat(40_000),
    );
    assert_eq!(html.matches("<a href").count(), 40_000);
    let mentions: String = (0..30_000).map(|number| format!("[^a{number}] ")).collect();
    let notes: String = (0..30_000)
        .map(|number| format!("[^a{number}]: Note.\n\n"))
        .collect();
    assert!(build("footnotes", &format!("{mentions}\n\n{notes}")).contains("id=\"fn-30000\""));
}

#[test]
fn attributes_and_components() {
    build(
        "attributes",
        &format!("<p{}>x</p>", " a=\"b\"".repeat(100_000)),
    );
    build(
        "components",
        &format!(
            "{}\na\n\n{}",
            ":::note\n".repeat(20_000),
            ":::\n".repeat(20_000)
        ),
    );
    build("braces", &"::note{".repeat(50_000));
}
