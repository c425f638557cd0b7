//! The search index: its words are those that the browser finds, an edited page changes few of its
//! files, and settings are respected.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use crate::common::{build, request};
use handsel::output::search::words::each_word;
use handsel::source::MemoryFiles;

#[test]
fn words_are_those_of_the_browser() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/search/words.json");
    let text = std::fs::read_to_string(path).expect("the vectors are there");
    let vectors: Vec<(String, Vec<String>)> =
        serde_json::from_str(&text).expect("they are pairs of a text and its words");
    for (text, expected) in vectors {
        let mut words = Vec::new();
        each_word(&text, |word, is_contained| {
            words.push(if is_contained {
                word.to_owned()
            } else {
                format!("+{word}")
            })
        });
        assert_eq!(words, expected, "{text}");
    }
}

/// A pseudorandom number that is the same each time.
fn chance(seed: &mut u64) -> usize {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as usize
}

/// A word of an invented language in which few words are frequent.
fn word(seed: &mut u64) -> String {
    let rank = 3000 / (1 + chance(seed) % 3000);
    let rank = rank + chance(seed) % (rank + 1);
    let mut word = String::new();
    let mut rest = rank + 1;
    while rest > 0 {
        word.push_str(["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu"][rest % 10]);
        rest /= 10;
    }
    word
}

fn site(pages: usize) -> MemoryFiles {
    let (mut files, mut seed) = (MemoryFiles::default(), 7);
    files.put("handsel.yaml", "title: Test\n");
    files.put("content/index.md", "# Home\n\nWelcome.\n");
    for number in 0..pages {
        let mut text = format!(
            "---\ntitle: Page {number} {}\nsummary: About it.\n---\n",
            word(&mut seed)
        );
        for section in 0..4 {
            write!(text, "\n## Part {section} {}\n\n", word(&mut seed))
                .expect("writing to memory does not fail");
            (0..60).for_each(|_| text.push_str(&(word(&mut seed) + " ")));
        }
        files.put(&format!("content/pages/page-{number}.md"), text);
    }
    files
}

/// The files of the index, except the list of files.
fn index(files: &MemoryFiles) -> BTreeSet<(String, Vec<u8>)> {
    let (built, outputs) = build(files, &request());
    assert!(
        built.problems.iter().all(|problem| !problem.is_error()),
        "{:?}",
        built.problems
    );
    outputs
        .into_iter()
        .filter(|(path, _)| path.starts_with("search/index/en/"))
        .collect()
}

#[test]
fn a_new_page_changes_only_the_files_of_its_words() {
    let mut files = site(400);
    let before = index(&files);
    files.put(
        "content/pages/new.md",
        "---\ntitle: New\nsummary: Varnish.\n---\n\nShellac, quartz.\n",
    );
    let after = index(&files);
    let (lists, changed): (Vec<_>, Vec<_>) = after
        .difference(&before)
        .partition(|(path, _)| path.contains("/list-"));
    // Each of its four words can change its file and, if it splits that file, another; the words
    // have three lengths. Then there are the file of the page's text, which can be split, and that
    // of its facets.
    let most = 4 * 2 + 3 + 2 + 1;
    assert!(
        after.len() > 4 * most,
        "{} files are too few for this test",
        after.len()
    );
    assert!(
        changed.len() <= most,
        "{} of {} files were changed",
        changed.len(),
        after.len()
    );
    // The lists that name the files of its words, and the one that names the file of its text.
    assert!(lists.len() <= 4 + 1, "{} lists were changed", lists.len());
}

#[test]
fn an_edited_sentence_changes_the_files_of_its_words_and_of_its_text() {
    let mut files = site(400);
    let before = index(&files);
    let page = "content/pages/page-7.md";
    let text = String::from_utf8(
        files.0[&handsel::paths::SourcePath::new(page).expect("inside")].to_vec(),
    )
    .expect("text");
    files.put(page, text.replace("Part 2", "Part 2 varnish"));
    let after = index(&files);
    let changed: Vec<&String> = after.difference(&before).map(|(path, _)| path).collect();
    assert!(changed.iter().any(|path| path.contains("/texts-")));
    // Two lists name the files that changed.
    assert!(changed.len() <= 6 + 2, "{changed:?}");
}

#[test]
fn browsers_may_cache_files_that_are_named_by_their_hash() {
    let (_, outputs) = build(&site(3), &request());
    let headers = String::from_utf8_lossy(&outputs["_headers"]);
    assert!(
        headers.contains("/search/index/*\n  Cache-Control: public, max-age=31536000, immutable\n"),
        "{headers}"
    );
    let below: Vec<&String> = outputs
        .keys()
        .filter(|path| path.starts_with("search/index/"))
        .collect();
    let is_named = |path: &&String| {
        path.strip_suffix(".bin")
            .and_then(|name| name.rsplit_once('-'))
            .is_some_and(|(_, hash)| hash.len() == 12)
    };
    assert!(!below.is_empty() && below.iter().all(is_named), "{below:?}");
    assert!(outputs.contains_key("search/index.bin"));
}

#[test]
fn a_site_without_search_has_no_search_files() {
    let mut files = site(3);
    files.put("handsel.yaml", "title: Test\nsearch: false\n");
    let (_, outputs) = build(&files, &request());
    assert!(!outputs.keys().any(|path| path.starts_with("search/")));
    assert!(!String::from_utf8_lossy(&outputs["_headers"]).contains("search/index/*"));
    assert!(
        outputs
            .iter()
            .filter(|(path, _)| path.ends_with(".html"))
            .all(|(_, bytes)| !String::from_utf8_lossy(bytes).contains("data-search"))
    );
}

#[test]
fn unlisted_and_excluded_pages_are_not_indexed() {
    let mut files = site(2);
    let bare = index(&files);
    files.put(
        "content/secret.md",
        "---\ntitle: Secret\nsummary: x\nunlisted: true\n---\n\nQuartz.\n",
    );
    files.put(
        "content/kept-out.md",
        "---\ntitle: Kept out\nsummary: x\nsearch: { exclude: true }\n---\n\nFeldspar.\n",
    );
    assert_eq!(index(&files), bare);
}
