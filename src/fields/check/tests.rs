//! Tests of the check: the reported problems with their locations, and the remaining values.

use super::*;
use crate::paths::SourcePath;

fn fields() -> Vec<Field> {
    vec![
        Field::text("title"),
        Field::text("summary").also(&["description"]),
        Field::new("topics", FieldType::Terms).also(&["tags", "categories"]),
        Field::list("needs", FieldType::Text),
        Field::date("published").also(&["date"]),
        Field::new("time", FieldType::Minutes),
        Field::new("review_every", FieldType::Period),
        Field::boolean("draft"),
        Field::choice("level", &["starter", "expert"]),
        Field::new(
            "image",
            FieldType::Either(vec![
                FieldType::Link,
                FieldType::Map(vec![
                    Field::new("src", FieldType::Link).required(),
                    Field::text("alt"),
                ]),
            ]),
        ),
        Field::new("extra", FieldType::map_of(FieldType::Anything)),
    ]
}

fn checked(text: &str) -> (FieldItems, Vec<String>) {
    let node = crate::yaml::parse(&SourcePath::root(), text, 0..text.len())
        .expect("valid YAML")
        .expect("not empty");
    let checked = check(
        &node,
        &fields(),
        CheckContext {
            critical: &["draft"],
            ..CheckContext::PAGE
        },
    );
    let reported = checked.problems.iter().map(|problem| {
        let place = problem.location.as_ref().expect("placed");
        let help = problem.help.as_deref().unwrap_or("");
        format!(
            "{} {} {}:{} {} ({help})",
            problem.severity, problem.code, place.line, place.column, problem.message
        )
    });
    (checked.value, reported.collect())
}

#[test]
fn sound_values() {
    let (items, reported) = checked(
        "title: 101\ndescription: |\n  Two\n  lines\ntags: a\ncategories: [a, b]\nneeds: A pen, paper\ndate: 2026-01-15T10:00:00+01:00\n\
         time: 1 h 30 min\nreview_every: 12 months\ndraft: yes\nlevel:\nimage: {src: a.png}\nextra: {version: 1.10, zip: 01234, n: 3}\n",
    );
    assert_eq!(reported, Vec::<String>::new());
    assert_eq!(items["title"].as_text(), Some("101"));
    assert_eq!(items["summary"].as_text(), Some("Two\nlines"));
    assert_eq!(
        items["topics"]
            .as_list()
            .iter()
            .filter_map(FieldItem::as_text)
            .collect::<Vec<_>>(),
        ["a", "b"]
    );
    assert_eq!(items["needs"].as_list().len(), 1);
    assert_eq!(
        items["published"].as_date(),
        Some(jiff::civil::date(2026, 1, 15))
    );
    assert_eq!(items["time"].as_integer(), Some(90));
    assert_eq!(items["draft"].as_bool(), Some(true));
    assert!(!items.contains_key("level"));
    let extra = items["extra"].as_map().expect("a mapping");
    assert_eq!(extra["version"].as_text(), Some("1.10"));
    assert_eq!(extra["zip"].as_text(), Some("01234"));
    assert_eq!(extra["n"].as_integer(), Some(3));
}

#[test]
fn what_does_not_fit_is_reported_and_left_out() {
    for (text, expected) in [
        (
            "title: [a, b]",
            "error wrong-type 1:8 `title`: expected text, found a list",
        ),
        (
            "tags: alpha, beta",
            "warning wrong-type 1:7 `tags`: expected a list, found text; it is read as `alpha` and `beta`",
        ),
        (
            "needs: [a, {b: c}]",
            "error wrong-type 1:12 `needs`: expected text, found a mapping",
        ),
        (
            "date: 2026-02-30",
            "error bad-value 1:7 `date`: 2026-02-30 is not a valid date",
        ),
        (
            "date: yesterday",
            "error wrong-type 1:7 `date`: expected a date, found `yesterday`",
        ),
        (
            "date: 2026-13-01T25:61:00Z",
            "error bad-value 1:7 `date`: 2026-13-01 is not a valid date",
        ),
        (
            "time: soon",
            "error wrong-type 1:7 `time`: expected a time such as `15 min`, found `soon`",
        ),
        ("review_every: 12", "error wrong-type 1:15"),
        (
            "draft: maybe",
            "error wrong-type 1:8 `draft`: expected true or false, found `maybe`",
        ),
        (
            "level: startr",
            "error bad-value 1:8 `level`: `startr` is not one of `starter` and `expert` (did you mean `starter`?)",
        ),
        (
            "image: {alt: x}",
            "error missing-field 1:8 `src` is missing in `image`",
        ),
        (
            "image: [x]",
            "error wrong-type 1:8 `image`: expected a link or a mapping (`src`, `alt`), found a list",
        ),
        (
            "titel: x",
            "warning unknown-key 1:1 unknown key `titel` (did you mean `title`?)",
        ),
        (
            "draf: true",
            "error unknown-key 1:1 unknown key `draf` (did you mean `draft`?)",
        ),
        (
            "layout: post",
            "warning unknown-key 1:1 unknown key `layout` (put your own values under `extra:`)",
        ),
        (
            "- a",
            "error wrong-type 1:1 expected keys with values, found a list",
        ),
        (
            "summary: a\ndescription: b",
            "warning unknown-key 2:1 `description` means the same as `summary`",
        ),
    ] {
        let (items, reported) = checked(text);
        assert!(
            reported.len() == 1 && reported[0].starts_with(expected),
            "{text}: {reported:#?}"
        );
        assert!(items.len() <= 1, "{text}");
    }
}
