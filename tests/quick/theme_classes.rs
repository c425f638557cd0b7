//! Every class that the theme's style sheets select is written by something, so that a renamed
//! class cannot stay behind in one place.

use std::collections::BTreeSet;
use std::path::Path;

use handsel::theme;

/// Beginnings of classes that end in a number or a name from the site.
const NUMBERED: [&str; 4] = ["depth-", "h-", "layout-", "level-"];

/// Classes that only writers use.
const OF_WRITERS: [&str; 1] = ["unnumbered"];

#[test]
fn every_class_in_the_style_sheets_is_written_somewhere() {
    let mut written = words(&sources(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src"
    ))));
    for (_, text) in files(theme::templates(), ".html") {
        written.extend(words(&without(&text, "{#", "#}")));
    }
    for (_, text) in files(theme::static_files(), ".js") {
        written.extend(words(&text));
    }
    let mut unknown = Vec::new();
    for (name, text) in files(theme::static_files(), ".css") {
        let classes = classes(&without(&text, "/*", "*/"));
        let is_known = |class: &String| {
            written.contains(class)
                || NUMBERED.iter().any(|start| class.starts_with(start))
                || OF_WRITERS.contains(&class.as_str())
        };
        unknown.extend(
            classes
                .into_iter()
                .filter(|class| !is_known(class))
                .map(|class| format!("{name}: .{class}")),
        );
    }
    assert_eq!(unknown, Vec::<String>::new());
}

/// The files of the theme whose names end like this.
fn files(
    all: Vec<(String, std::borrow::Cow<'static, [u8]>)>,
    ending: &str,
) -> Vec<(String, String)> {
    all.into_iter()
        .filter(|(name, _)| name.ends_with(ending))
        .map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned()))
        .collect()
}

/// All Rust files of a folder, one after the other.
fn sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            all += &sources(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all += &std::fs::read_to_string(&path).expect("sources are UTF-8");
        }
    }
    all
}

/// A text without its comments.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some((before, after)) = rest.split_once(open) {
        kept += before;
        rest = after.split_once(close).map_or("", |(_, after)| after);
    }
    kept + rest
}

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(|c| !is_of_name(c)).map(str::to_owned).collect()
}

/// The classes in the selectors of a style sheet.
fn classes(style_sheet: &str) -> BTreeSet<String> {
    style_sheet
        .match_indices('.')
        .map(|(at, _)| &style_sheet[at + 1..])
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
        .map(|rest| rest[..rest.find(|c| !is_of_name(c)).unwrap_or(rest.len())].to_owned())
        .collect()
}
