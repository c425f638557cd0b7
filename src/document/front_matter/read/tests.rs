//! Front matter as writers give it: common fields, aliases of other generators, kinds, errors and
//! their locations.

use super::*;
use crate::yaml::parse;

fn node(path: &str, text: &str) -> YamlNode {
    parse(&source(path), text, 0..text.len())
        .expect("valid YAML")
        .expect("not empty")
}

fn source(path: &str) -> SourcePath {
    SourcePath::new(path).expect("inside")
}

fn kinds() -> Kinds {
    let kind = |name: &str, text: &str| {
        let checked = kind::read(
            &source(&format!("templates/kinds/{name}.yaml")),
            text.as_bytes(),
        );
        (name.to_owned(), checked.value.expect("sound"))
    };
    let video = "folder: videos\nfields: {transcript: {type: text, required: true}, image: {type: link, required: true}}\n";
    [
        kind("page", ""),
        kind("guide", "fields: {outcome: text, you_need: [text]}\n"),
        kind("video", video),
    ]
    .into_iter()
    .collect()
}

/// The meaning of a page's front matter with defaults, in a folder of a kind.
fn read(text: &str, defaults: &[&str], folder: Option<&str>) -> (Meta, Vec<String>) {
    let defaults: Vec<YamlNode> = defaults
        .iter()
        .map(|text| node("content/_defaults.yaml", text))
        .collect();
    let (defaults, kinds) = (defaults.iter().collect::<Vec<_>>(), kinds());
    let context = MetaContext {
        defaults: &defaults,
        kind_from_folder: folder,
        kinds: &kinds,
        is_lenient: false,
        timezone: "UTC",
    };
    let checked = meta(
        &source("content/a.md"),
        Some(&node("content/a.md", text)),
        &context,
    );
    (
        checked.value,
        checked.problems.iter().map(reported).collect(),
    )
}

fn reported(problem: &Diagnostic) -> String {
    let place = problem.location.as_ref().expect("placed");
    let help = problem.help.as_deref().unwrap_or("");
    format!(
        "{} {} {}:{} {} ({help})",
        problem.severity, problem.code, place.line, place.column, problem.message
    )
}

fn values(placed: &[LocatedValue<String>]) -> Vec<&str> {
    placed.iter().map(|placed| placed.value.as_str()).collect()
}

#[test]
fn names_of_other_generators() {
    let (meta, problems) = read(
        "title: T\ndescription: S\ndate: 2026-01-15 10:00:00 +0100\nlastmod: 2026-02-01\ntags: [a]\ncategories: b\nauthor: Ann\nweight: 3\n\
         redirect_from: /old/\npermalink: /new/\naudience: all\nsidebar_label: Short\npublished: false\nsearch: false\n\
         next: {text: On, link: b.md}\n",
        &[],
        None,
    );
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(
        (meta.summary.as_deref(), meta.short_title.as_deref()),
        (Some("S"), Some("Short"))
    );
    assert_eq!(
        (meta.published, meta.updated),
        (
            Some(jiff::civil::date(2026, 1, 15)),
            Some(jiff::civil::date(2026, 2, 1))
        )
    );
    assert_eq!(
        (
            values(&meta.topics),
            values(&meta.authors),
            values(&meta.audience)
        ),
        (vec!["a", "b"], vec!["Ann"], vec!["all"])
    );
    assert_eq!(
        (values(&meta.aliases), meta.order),
        (vec!["/old/"], Some(3.0))
    );
    assert_eq!(
        meta.address.map(|address| address.value).as_deref(),
        Some("/new/")
    );
    assert_eq!(meta.next.map(|next| next.value).as_deref(), Some("b.md"));
    assert!(meta.is_draft && meta.search_exclude);
}

#[test]
fn kinds_stated_and_implied() {
    let kind =
        |text: &str, defaults: &[&str], folder: Option<&str>| read(text, defaults, folder).0.kind;
    assert_eq!(kind("title: T", &[], None), "page");
    assert_eq!(kind("title: T", &[], Some("guide")), "guide");
    assert_eq!(kind("title: T", &["kind: guide"], None), "guide");
    assert_eq!(
        kind("title: T\nkind: page", &["kind: guide"], Some("guide")),
        "page"
    );
    let (meta, problems) = read("title: T\nkind: guid", &[], None);
    assert_eq!(
        (meta.kind.as_str(), problems),
        (
            "page",
            vec!["error unknown-kind 2:7 there is no kind `guid` (did you mean `guide`?)".into()]
        )
    );
}

#[test]
fn required_fields() {
    let missing = |text: &str, folder: Option<&str>| -> Vec<String> {
        read(text, &[], folder)
            .1
            .iter()
            .filter_map(|reported| {
                reported
                    .split_once(" is missing")
                    .map(|(start, _)| start.to_owned())
            })
            .collect()
    };
    assert_eq!(
        missing("title: T", Some("video")),
        [
            "warning missing-field 1:1 `transcript`",
            "warning missing-field 1:1 `image`"
        ]
    );
    assert_eq!(
        missing("kind: video\ntranscript: x\nimage: {src: a.png}", None),
        Vec::<String>::new()
    );
    assert_eq!(
        missing("kind: video\ntranscript:\nimage: a.png", None),
        ["error missing-field 2:1 `transcript`"]
    );
}

#[test]
fn defaults_of_folders() {
    let far = "topics: [a]\nauthor: Far\nextra: {a: 1, b: 2}\nlevel: advanced\ntitel: x\n";
    let near = "authors: [Near]\nextra: {b: 3, c: 4}\n";
    let (meta, problems) = read(
        "title: T\ntags: [own]\nlevel:\nextra: {c: 5}\n",
        &[far, near],
        None,
    );
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(
        (values(&meta.topics), values(&meta.authors)),
        (vec!["own"], vec!["Near"])
    );
    let extra: Vec<(&str, Option<i64>)> = meta
        .extra
        .iter()
        .map(|(key, item)| (key.as_str(), item.as_integer()))
        .collect();
    assert_eq!(extra, [("c", Some(5)), ("b", Some(3)), ("a", Some(1))]);
    assert_eq!(meta.level, Some(Level::Advanced));
    let problems = defaults(
        &node(
            "content/_defaults.yaml",
            "titel: x\nkind: guid\noutcome: y\nslug: a/b\n",
        ),
        &kinds(),
    );
    assert_eq!(
        problems
            .iter()
            .map(|problem| problem.code)
            .collect::<Vec<_>>(),
        [Code::UnknownKey, Code::UnknownKind, Code::BadValue]
    );
}

#[test]
fn a_kind_has_fields_of_its_own() {
    let (meta, problems) = read("title: T\nyou_need: pen\noutcome: O\n", &[], Some("guide"));
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(
        meta.fields.keys().collect::<Vec<_>>(),
        ["outcome", "you_need"]
    );
    let (_, problems) = read("title: T\noutcome: O\n", &[], None);
    assert!(
        problems.len() == 1 && problems[0].contains("write `kind: guide`"),
        "{problems:#?}"
    );
}

#[test]
fn values_that_cannot_be() {
    for (text, expected) in [
        (
            "title: T\nlang: en_US",
            "error bad-value 2:7 `lang`: `en_US` is not a valid language tag (write `en-US`)",
        ),
        (
            "title: T\nslug: a/b",
            "error bad-value 2:7 `slug`: `a/b` must be the last part of an address only (to set the whole address, write `permalink: /a/b/`)",
        ),
        (
            "title: T\nchecks: {orphan: off}",
            "warning missing-field 2:18 `checks`: `orphan` is set for this page without a reason",
        ),
        (
            "title: T\nchecks: {orphn: {severity: off, reason: x}}",
            "error bad-value 2:17 `checks`: unknown code `orphn`",
        ),
        (
            "title: T\nsources: [{checked: 2026-01-01}]",
            "error missing-field 2:11 a source has neither",
        ),
        ("title: ''", "error missing-title 1:1 `title:` has no value"),
        (
            "drafts: true\ntitle: T",
            "error unknown-key 1:1 unknown key `drafts` (did you mean `draft`?)",
        ),
    ] {
        let (_, problems) = read(text, &[], None);
        assert!(
            problems.len() == 1 && problems[0].starts_with(expected),
            "{text}: {problems:#?}"
        );
    }
    let (meta, _) = read(
        "title: T\nslug: /a/b\nsources: [https://a.example, {url: https://b.example, checked: 2026-01-01}]",
        &[],
        None,
    );
    assert_eq!(
        (meta.slug, meta.address.map(|address| address.value)),
        (None, Some("/a/b".into()))
    );
    assert_eq!(
        meta.sources
            .iter()
            .map(|source| source.url.as_ref().map(|url| url.value.as_str()))
            .collect::<Vec<_>>(),
        [Some("https://a.example"), Some("https://b.example")]
    );
}
