//! Tests of `read`.

use super::*;

fn settings(text: &str) -> (Settings, Vec<String>) {
    let path = SourcePath::new("handsel.yaml").expect("inside");
    let checked = read(&path, Some(text.as_bytes()));
    let reported = checked.problems.iter().map(|problem| {
        let place = problem.location.as_ref().expect("placed");
        format!(
            "{} {}:{} {} ({})",
            problem.code,
            place.line,
            place.column,
            problem.message,
            problem.help.as_deref().unwrap_or("")
        )
    });
    (checked.value, reported.collect())
}

#[test]
fn everything_set() {
    let (settings, reported) = settings(
        "title: A\nlanguage: pt-BR\nbase_url: https://example.org/docs\ntimezone: Europe/Berlin\noutput: dist/site\n\
         logo: {src: logo.svg, alt: A}\nfavicon: icon.png\ngiving: {who: us}\nmenu:\n  - {title: Guides, href: /guides/}\n\
         permalinks: {tip: /:year/:slug/}\nignore: ['*.tmp', '!keep.tmp']\nexternal_paths: shop\nraw_html: allow\npage_size: 5\n\
         checks: {orphan: off}\nallow_origins: [https://a.example/]\nextra: {a: 1}\nedit_url: 'https://example.org/e/{path}'\n",
    );
    assert_eq!(reported, Vec::<String>::new());
    assert_eq!(settings.base_path(), "/docs/");
    assert_eq!(settings.output.as_str(), "dist/site");
    assert_eq!(
        (
            settings.menu[0].title.as_str(),
            settings.menu[0].target.as_str()
        ),
        ("Guides", "/guides/")
    );
    assert_eq!(settings.external_paths, ["/shop"]);
    assert_eq!(settings.severity(Code::Orphan), Severity::Off);
    assert_eq!(settings.logo.map(|logo| logo.title).as_deref(), Some("A"));
}

#[test]
fn faults() {
    for (text, expected) in [
        (
            "output: .",
            "bad-setting 1:9 `output`: `.` is the site's folder itself",
        ),
        (
            "output: Content/x",
            "bad-setting 1:9 `output`: `Content/x` contains the",
        ),
        ("output: content/../templates", "bad-setting 1:9"),
        (
            "output: /tmp/x",
            "bad-setting 1:9 `output`: `/tmp/x` is outside",
        ),
        ("output: 'C:\\x'", "bad-setting 1:9"),
        (
            "language: en_US",
            "bad-setting 1:11 `language`: `en_US` is not a valid language tag (write `en-US`)",
        ),
        (
            "timezone: Europe/Berln",
            "bad-setting 1:11 `timezone`: unknown time zone `Europe/Berln` (did you mean `Europe/Berlin`?)",
        ),
        ("page_size: 0", "bad-setting 1:12"),
        (
            "ignore: ['a[b']",
            "bad-setting 1:10 `ignore`: `a[b` is not a valid pattern",
        ),
        ("permalinks: {tip: /:yaer/:slug/}", "bad-setting 1:19"),
        ("permalinks: {tip: /:year/}", "bad-setting 1:19"),
        (
            "raw_html: clean",
            "bad-value 1:11 `raw_html`: `clean` is not one of",
        ),
        (
            "menu: [{title: x}]",
            "missing-field 1:8 `link` is missing in `menu`",
        ),
        ("edit_url: https://a/b", "bad-setting 1:11"),
        (
            "editor: cod",
            "bad-setting 1:9 `editor`: unknown editor `cod` (did you mean `code`?",
        ),
        ("editor: /tmp/evil", "bad-setting 1:9"),
        (
            "retired: [/a/, b/]",
            "bad-setting 1:16 `retired`: `b/` is not an address",
        ),
        ("- a", "wrong-type 1:1"),
    ] {
        let (_, reported) = settings(text);
        assert!(
            reported.len() == 1 && reported[0].starts_with(expected),
            "{text}: {reported:#?}"
        );
    }
}

#[test]
fn languages() {
    for tag in [
        "en",
        "no",
        "zh-Hans-CN",
        "de-CH-1996",
        "haw",
        "en-a-bbb-x-private",
    ] {
        assert_eq!(language_fault(tag), None, "{tag}");
    }
    for tag in ["english", "e", "en_US", "en-", "", "12"] {
        assert!(language_fault(tag).is_some(), "{tag}");
    }
}
