//! Tests of the YAML parser: the values that it returns, and the problems with their locations.

use super::reader::plain;
use super::*;
use crate::diagnostic::Code;

fn read(text: &str) -> Result<Option<YamlNode>, Vec<Diagnostic>> {
    parse(&SourcePath::root(), text, 0..text.len())
}

fn node(text: &str) -> YamlNode {
    read(text).expect("valid YAML").expect("something there")
}

/// Returns the line and column of the first problem, and its message with the help.
fn fault(text: &str) -> (u32, u32, String) {
    let problem = read(text).expect_err("faulty YAML").remove(0);
    let place = problem.location.expect("problems of YAML have a place");
    (
        place.line,
        place.column,
        format!("{} ({})", problem.message, problem.help.unwrap_or_default()),
    )
}

#[test]
fn values_keep_the_form_they_were_written_in() {
    let tree = node(
        "version: 1.10\nrelease: 0.115.0\nlang: no\ntitle: 101\ndate: 2026-01-15\ntime: 12:30\nname: ~\nold: 007\n",
    );
    let text = |key: &str| tree.get(key).and_then(YamlNode::as_text);
    assert_eq!(text("version"), Some("1.10"));
    assert_eq!(text("release"), Some("0.115.0"));
    assert_eq!(text("lang"), Some("no"));
    assert_eq!(text("title"), Some("101"));
    assert_eq!(text("date"), Some("2026-01-15"));
    assert_eq!(text("time"), Some("12:30"));
    assert_eq!(text("old"), Some("007"));
    assert!(tree.get("name").is_none());
    assert_eq!(
        tree.get("title").map(|node| &node.value),
        Some(&YamlValue::Int(101))
    );
}

#[test]
fn plain_scalars_by_the_core_schema() {
    for (text, value) in [
        ("0x1F", YamlValue::Int(31)),
        ("0o17", YamlValue::Int(15)),
        ("-3", YamlValue::Int(-3)),
        ("1e3", YamlValue::Float(1000.0)),
        (".5", YamlValue::Float(0.5)),
        ("-.inf", YamlValue::Float(f64::NEG_INFINITY)),
        ("TRUE", YamlValue::Bool(true)),
    ] {
        assert_eq!(plain(text), Some(value), "{text}");
    }
    for text in [
        "yes", "off", "1_000", "1.2.3", "-", "+", "e3", ".", "0x", "inf", "infinity", "-e", "1e",
        "1-2",
    ] {
        assert_eq!(plain(text), None, "{text}");
    }
}

#[test]
fn places_count_in_the_whole_file() {
    let text = "---\ntitle: Über\ntags: [a, é, b]\n---\n";
    let tree = parse(&SourcePath::root(), text, 4..text.len() - 4)
        .expect("valid YAML")
        .expect("there");
    let map = tree.as_map().expect("a mapping");
    let entry = &map["tags"];
    assert_eq!((entry.key_place.line, entry.key_place.column), (3, 1));
    let last = &entry.node.as_list().expect("a list")[2];
    assert_eq!(
        (last.place.line, last.place.column, last.place.length),
        (3, 14, 1)
    );
}

#[test]
fn aliases_and_merge_keys() {
    let tree = node("base: &base {a: 1, b: 2}\nuse:\n  <<: *base\n  b: 3\nlist: [*base]\n");
    let used = tree.get("use").expect("there");
    assert_eq!(used.get("a").and_then(YamlNode::as_text), Some("1"));
    assert_eq!(used.get("b").and_then(YamlNode::as_text), Some("3"));
    assert!(used.get("<<").is_none());
}

#[test]
fn nothing_there() {
    for text in ["", "\n\n", "# only words\n", "   "] {
        assert_eq!(read(text), Ok(None), "{text:?}");
    }
}

#[test]
fn faults_are_named_where_the_writer_made_them() {
    let mut missed = Vec::new();
    for (text, line, column, words) in [
        (
            "title: Guide: how to begin\n",
            1,
            13,
            "\"Guide: how to begin\"",
        ),
        ("a: 1\nb: @x\n", 2, 4, "\"@x\""),
        ("a:\n  - %\n", 2, 5, "\"%\""),
        ("a: `code`\n", 1, 4, "\"`code`\""),
        ("a:\n\t- b\n", 2, 1, "spaces"),
        ("a:\n  b: 1\n\tc: 2\n", 3, 1, "spaces"),
        ("t: \"no end\nb: x\n", 1, 4, "never closed"),
        ("t: \"no end\nb: \"x\"\n", 1, 4, "never closed"),
        ("t: 'no end\nb: x\n", 1, 4, "never closed"),
        ("a: b\ntags: [a, b\ndate: 2026-01-15\n", 2, 7, "`]`"),
        ("a: {b: c\nd: e\n", 1, 4, "`}`"),
        ("a: [WIP] work\n", 1, 4, "\"[WIP] work\""),
        ("a: \"b\" and c\n", 1, 8, "'\"b\" and c'"),
        ("a: *bold* text\n", 1, 4, "quotes"),
        ("a: !important x\n", 1, 4, "quotes"),
        ("a: b\njust words\nc: d\n", 2, 1, "key"),
        ("a: b\nc: d\na: e\n", 3, 1, "line 1"),
        ("x: &x [*x]\n", 1, 8, "never end"),
        ("a: - b\n", 1, 4, "\"- b\""),
        ("a: 1\n---\nb: 2\n", 2, 1, "second"),
        ("%YAML 1.2\n---\na: b\n", 1, 1, ""),
        ("[a]: b\n", 1, 1, "key"),
        ("title: A\n summary: B\n", 2, 2, "does not match"),
        ("a:\n  - b\n c: d\n", 3, 2, "does not match"),
        ("a: b\n- \"c\"\n", 2, 1, "does not match"),
        ("title Foo\nsummary: B\n", 1, 1, "not a `key: value`"),
        ("a: b\ntags:[a]\nc: d\n", 2, 5, "`tags: [a]`"),
        ("a:\n  - b\n  -c\n  - d\n", 3, 3, "`- c`"),
        ("a: 'It's here'\n", 1, 7, "\"It's here\""),
        ("a: \"C:\\new\\x\"\n", 1, 7, "'C:\\new\\x'"),
        ("a: >- text\n", 1, 4, "next line"),
        ("a:\n\u{a0}\u{a0}- b\n\u{a0}c: d\n", 2, 1, "spaces"),
    ] {
        let (at_line, at_column, said) = fault(text);
        if (at_line, at_column) != (line, column) || !said.contains(words) {
            missed.push(format!("{text:?}: {at_line}:{at_column} {said}"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn every_duplicate_key_is_named() {
    let problems = read("a: 1\na: 2\nb: {c: 1, c: 2}\n").expect_err("two of each");
    assert_eq!(
        problems
            .iter()
            .map(|problem| problem.code)
            .collect::<Vec<_>>(),
        [Code::DuplicateKey; 2]
    );
}

#[test]
fn bombs_are_refused() {
    let mut bomb = String::from("a: &a [x,x,x,x,x,x,x,x,x]\n");
    for (name, before) in ('b'..='i').zip('a'..) {
        bomb += &format!(
            "{name}: &{name} [{}]\n",
            vec![format!("*{before}"); 9].join(",")
        );
    }
    assert!(fault(&bomb).2.contains("10000"));
    assert!(
        fault(&format!("x: {}{}", "[".repeat(10_000), "]".repeat(10_000)))
            .2
            .contains("nested")
    );
    let mut deep = String::new();
    for level in 0..300 {
        deep += &format!("{}a:\n", " ".repeat(level));
    }
    assert!(fault(&deep).2.contains("nested"));
}
