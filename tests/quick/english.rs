//! Words and names follow one English: no phrase of the old dialect in what users read, type names
//! that are nouns, and no two public types of one name.
//!
//! The code is read as tokens, so a name never counts as text; doc comments do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Phrases that no text for users contains, each with what to write. A phrase matches whole words,
/// in either case.
const FORBIDDEN: &[(&str, &str)] = &[
    ("is no", "write `is not a …` or `has no …`"),
    ("are no", "write `are not …` or `have no …`"),
    ("told", "write `reported` or `shown`"),
    (
        "anew",
        "write `again` or name the action: `rebuilt`, `rewritten`",
    ),
    ("mend", "write `fix`"),
    ("mended", "write `fixed`"),
    ("whoever", "address the reader: `if you …`"),
    ("leads to nothing", "write `does not exist`"),
    ("lead to nothing", "write `do not exist`"),
    ("leads nowhere", "write `has no target`"),
    ("stands in", "write `is in`"),
    ("stands at", "write `is at`"),
    ("stands on", "write `is on`"),
    ("lies in", "write `is in`"),
    ("lies at", "write `is at`"),
    ("slip of the pen", "write `typo`"),
    ("there no more", "write `no longer exists`"),
    ("is there no longer", "write `no longer exists`"),
    ("beside", "write `next to`, `with` or `in addition to`"),
    ("leave away", "write `omit`"),
    ("would unfold", "write `would expand` or `would decode`"),
    ("held against", "write `compared with`"),
    ("made anew", "write `rebuilt`"),
    ("fault of ours", "write `bug in Handsel`"),
];

/// Where a forbidden phrase is part of good English: `there is no`, `is no longer`.
const ALLOWED: &[&str] = &[
    "there is no",
    "there are no",
    "is no longer",
    "are no longer",
    "is no more than",
    "are no more than",
    "stands in for",
];

/// Type names that end like a verb but are nouns, with the reason.
const NOUNS: &[(&str, &str)] = &[
    (
        "Checked",
        "a value with the problems found while making it; the glossary explains it",
    ),
    ("Embed", "an embedded tool"),
    ("Feed", "a feed of pages"),
    ("Finding", "something that was found"),
    (
        "Giving",
        "what the site says about who provides it; the glossary explains it",
    ),
    ("Grouping", "how a list is divided"),
    ("Heading", "a heading of a page"),
    ("Listing", "a page that shows others"),
    ("Meaning", "what a text means"),
    ("Reading", "how something is read"),
    ("Recording", "what was noted while reading"),
];

/// A text that users read, with its position.
struct UserText {
    path: PathBuf,
    line: usize,
    text: String,
}

/// A type that the program declares.
struct Declaration {
    path: PathBuf,
    name: String,
    is_public: bool,
}

/// What the program's sources contain, without their test modules.
#[derive(Default)]
struct Sources {
    texts: Vec<UserText>,
    types: Vec<Declaration>,
}

fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be listed") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The files that list names of earlier versions.
const OLD_NAMES: [&str; 2] = ["src/renamed.rs", "content/manual/renamed.md"];

fn sources() -> Sources {
    let mut sources = Sources::default();
    for path in files_below(Path::new("src"), "rs") {
        if path.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source file is UTF-8");
        let tokens = TokenStream::from_str(&text).expect("a source file is Rust");
        gather(&path, tokens, &mut sources);
    }
    sources
}

/// Collects the literals and the declared types of a stream of tokens. Doc comments are literals,
/// too: tokens hold them as attributes.
fn gather(path: &Path, tokens: TokenStream, sources: &mut Sources) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut is_test = false;
    for (at, token) in tokens.iter().enumerate() {
        let before = |count: usize| at.checked_sub(count).map(|at| tokens[at].to_string());
        match token {
            TokenTree::Group(group) => {
                let inner = group.stream();
                let is_attribute =
                    group.delimiter() == Delimiter::Bracket && before(1).as_deref() == Some("#");
                if is_attribute {
                    let attribute = inner.to_string().replace(' ', "");
                    is_test |= attribute == "cfg(test)" || attribute == "test";
                }
                let is_body = group.delimiter() == Delimiter::Brace;
                if is_body && is_test {
                    is_test = false;
                    continue;
                }
                gather(path, inner, sources);
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.contains('"') {
                    let line = literal.span().start().line;
                    sources.texts.push(UserText {
                        path: path.into(),
                        line,
                        text,
                    });
                }
            }
            TokenTree::Ident(name) => {
                let is_declared = matches!(
                    before(1).as_deref(),
                    Some("struct" | "enum" | "trait" | "type" | "union")
                );
                if is_declared && !is_test {
                    let visibility = before(2);
                    let is_public = visibility.as_deref() == Some("pub");
                    sources.types.push(Declaration {
                        path: path.into(),
                        name: name.to_string(),
                        is_public,
                    });
                }
            }
            TokenTree::Punct(punct) => {
                if punct.as_char() == ';' {
                    is_test = false;
                }
            }
        }
    }
}

/// The words of a text in lower case, each followed by one space, so that a phrase is found by
/// whole words.
fn words(text: &str) -> String {
    let mut words = String::from(" ");
    for word in text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|w| !w.is_empty())
    {
        words.push_str(&word.to_lowercase());
        words.push(' ');
    }
    words
}

/// The forbidden phrases in a text, with what to write instead.
fn forbidden_in(text: &str) -> Vec<(&'static str, &'static str)> {
    let mut words = words(text);
    for allowed in ALLOWED {
        words = words.replace(&format!(" {allowed} "), " … ");
    }
    let is_in = |phrase: &str| words.contains(&format!(" {phrase} "));
    FORBIDDEN
        .iter()
        .copied()
        .filter(|(phrase, _)| is_in(phrase))
        .collect()
}

fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

#[test]
fn texts_for_users_are_plain_english() {
    let mut texts = sources().texts;
    let prose = files_below(Path::new("content/manual"), "md");
    for path in prose
        .into_iter()
        .chain([PathBuf::from("templates/i18n/en.yaml")])
    {
        let text = fs::read_to_string(&path).expect("the file is UTF-8");
        texts.extend(text.lines().enumerate().map(|(at, text)| UserText {
            path: path.clone(),
            line: at + 1,
            text: text.to_owned(),
        }));
    }
    assert!(texts.len() > 5_000, "only {} texts were found", texts.len());
    let mut violations = Vec::new();
    let is_current = |text: &&UserText| !OLD_NAMES.iter().any(|old| text.path == Path::new(old));
    for UserText { path, line, text } in texts.iter().filter(is_current) {
        for (phrase, instead) in forbidden_in(text) {
            violations.push(format!("{}:{line}: `{phrase}`: {instead}", path.display()));
        }
    }
    assert_none(&violations);
}

#[test]
fn names_of_types_are_nouns() {
    let mut violations = Vec::new();
    for Declaration { path, name, .. } in sources().types {
        let is_verbal = ["ed", "ing"].iter().any(|ending| name.ends_with(ending));
        if is_verbal && !NOUNS.iter().any(|(noun, _)| name.ends_with(noun)) {
            let path = path.display();
            violations.push(format!(
                "{path}: `{name}` is not a noun: rename it, or add it to NOUNS"
            ));
        }
    }
    assert_none(&violations);
}

#[test]
fn public_types_have_unique_names() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Declaration {
        path,
        name,
        is_public,
    } in sources().types
    {
        if is_public {
            places
                .entry(name)
                .or_default()
                .push(path.display().to_string());
        }
    }
    let twice = places.into_iter().filter(|(_, paths)| paths.len() > 1);
    let violations: Vec<String> = twice
        .map(|(name, paths)| format!("`{name}` is declared in {}", paths.join(", ")))
        .collect();
    assert_none(&violations);
}

#[test]
fn phrases_are_found_by_whole_words() {
    let found = |text| {
        forbidden_in(text)
            .into_iter()
            .map(|(phrase, _)| phrase)
            .collect::<Vec<_>>()
    };
    assert_eq!(found("`en_US` is no language tag"), ["is no"]);
    assert_eq!(
        found("There is no page; it is no longer there"),
        Vec::<&str>::new()
    );
    assert_eq!(found("Recommend what is amended"), Vec::<&str>::new());
    assert_eq!(found("\"it stands\nin the way\""), ["stands in"]);
}
