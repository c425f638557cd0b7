//! The terms that a site allows: `topics.yaml`, `audiences.yaml` and `authors.yaml` next to the
//! content.
//!
//! ```yaml
//! trust: Trust                          # key: title
//! pricing: { title: Pricing, description: What things cost, and why. }
//! samples:                              # the key is the title, too
//! ```
//! A plain list of keys is also accepted. If a file exists, pages may use only the terms in it;
//! otherwise, any term is allowed.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Checked, Code, Diagnostic, Location, without_hidden};
use crate::fields::{
    CheckContext, Field, FieldItem, FieldType, LocatedValue, check, hidden_characters,
};
use crate::paths::SourcePath;
use crate::source::is_unseen;
use crate::yaml::{self, YamlEntry, YamlNode, YamlValue};

/// A topic, audience or author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The key that pages use, such as `give-first`.
    pub key: String,
    /// The title; the key if no title is set.
    pub title: String,
    pub description: Option<String>,
    /// The author's address; only for authors.
    pub url: Option<String>,
    /// The pages to start with, in this order; only for audiences.
    pub start: Vec<LocatedValue<String>>,
    pub place: Location,
}

/// Terms by key, in the order of the source.
pub type Terms = IndexMap<String, Term>;

/// The vocabularies of a site. A vocabulary is `None` if its file does not exist, so that any term
/// is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabularies {
    pub topics: Option<Terms>,
    pub audiences: Option<Terms>,
    pub authors: Option<Terms>,
}

/// The fields of a term.
pub static TERM_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    vec![
        Field::text("title")
            .about("The name that readers see.")
            .defaults_to("the key")
            .also(&["name"]),
        Field::text("description")
            .about("A sentence for the term's own page and for lists.")
            .also(&["summary"]),
        Field::new("url", FieldType::Url).about("An address about the author, for authors."),
        Field::list("start", FieldType::Link)
            .about("The pages that readers of an audience should start with, in this order."),
    ]
});

/// Reads a vocabulary. A file that is empty or cannot be read is reported, and gives an empty
/// vocabulary.
pub fn read(path: &SourcePath, bytes: &[u8]) -> Checked<Terms> {
    let node = match yaml::read(path, bytes) {
        Ok(Some(node)) => node,
        Ok(None) => {
            let problem = Diagnostic::new(
                Code::BadValue,
                "this vocabulary is empty, so no term is allowed",
            )
            .at(Location::start_of(path));
            return Checked::new(
                Terms::new(),
                vec![problem.help("write `key: Title`, one per line, or delete the file")],
            );
        }
        Err(problems) => return Checked::new(Terms::new(), problems),
    };
    let mut problems = Vec::new();
    let terms = match &node.value {
        YamlValue::Map(map) => {
            let entries = map
                .iter()
                .filter(|(key, entry)| has_name(key, &entry.key_place, &mut problems))
                .collect::<Vec<_>>();
            entries
                .into_iter()
                .map(|(key, entry)| (key.clone(), term(key, entry, &mut problems)))
                .collect()
        }
        YamlValue::List(keys) => from_list(keys, &mut problems),
        _ => {
            problems.push(wrong(&node, "terms"));
            Terms::new()
        }
    };
    Checked::new(terms, problems)
}

fn wrong(node: &YamlNode, name: &str) -> Diagnostic {
    let message = format!(
        "`{name}`: expected text or a mapping, found {}",
        node.noun()
    );
    Diagnostic::new(Code::WrongType, message)
        .at(node.place.clone())
        .help("write `key: Title`, or `key: { title: …, description: … }`")
}

/// Returns whether a key has a visible character.
fn has_name(key: &str, place: &Location, problems: &mut Vec<Diagnostic>) -> bool {
    let is_empty = key.chars().all(|c| c.is_whitespace() || is_unseen(c));
    if is_empty {
        problems.push(
            Diagnostic::new(Code::BadValue, "this key is empty")
                .at(place.clone())
                .help("delete it, or write the name of a term"),
        );
    }
    !is_empty
}

fn bare(key: &str, place: &Location) -> Term {
    Term {
        key: key.to_owned(),
        title: key.to_owned(),
        description: None,
        url: None,
        start: Vec::new(),
        place: place.clone(),
    }
}

fn from_list(keys: &[YamlNode], problems: &mut Vec<Diagnostic>) -> Terms {
    let mut terms = Terms::new();
    for node in keys.iter().filter(|node| !node.is_none()) {
        let Some(key) = node.as_text() else {
            problems.push(wrong(node, "terms"));
            continue;
        };
        if !has_name(key, &node.place, problems) {
            continue;
        }
        if let Some(first) = terms.insert(key.to_owned(), bare(key, &node.place)) {
            let problem = Diagnostic::new(Code::DuplicateKey, format!("duplicate key `{key}`"))
                .at(node.place.clone());
            problems.push(
                problem
                    .help("keep one of them")
                    .with_related(first.place, "the first is here"),
            );
        }
    }
    terms
}

fn term(key: &str, entry: &YamlEntry, problems: &mut Vec<Diagnostic>) -> Term {
    let bare = bare(key, &entry.key_place);
    match &entry.node.value {
        YamlValue::None => bare,
        YamlValue::Map(_) => {
            let items = check(&entry.node, &TERM_FIELDS, CheckContext::PAGE).take_into(problems);
            let text = |name: &str| {
                items
                    .get(name)
                    .and_then(FieldItem::as_text)
                    .map(str::to_owned)
            };
            Term {
                title: text("title").unwrap_or_else(|| bare.title.clone()),
                description: text("description"),
                url: text("url"),
                start: items
                    .get("start")
                    .map(FieldItem::as_list)
                    .unwrap_or_default()
                    .iter()
                    .filter_map(FieldItem::to_placed)
                    .collect(),
                ..bare
            }
        }
        YamlValue::List(_) => {
            problems.push(wrong(&entry.node, key));
            bare
        }
        _ => {
            let title = entry.node.as_text().unwrap_or(key).trim();
            problems.extend(hidden_characters(title, key, &entry.node.place));
            Term {
                title: without_hidden(title),
                ..bare
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Checked<Terms> {
        read(
            &SourcePath::new("content/topics.yaml").expect("inside"),
            text.as_bytes(),
        )
    }

    #[test]
    fn three_ways_to_write_a_term() {
        let checked = terms(
            "trust: Trust\npricing: {title: Prices, description: Why., start: [a.md, b.md]}\nsamples:\n",
        );
        assert_eq!(checked.problems, Vec::new());
        let titles: Vec<&str> = checked
            .value
            .values()
            .map(|term| term.title.as_str())
            .collect();
        assert_eq!(titles, ["Trust", "Prices", "samples"]);
        assert_eq!(checked.value["pricing"].start[1].value, "b.md");
        assert_eq!(checked.value["samples"].place.line, 3);
        assert_eq!(terms("- a\n- b\n").value.len(), 2);
    }

    #[test]
    fn faults() {
        for (text, code, line, column) in [
            ("a: [b]\n", Code::WrongType, 1, 4),
            ("a: {titel: b}\n", Code::UnknownKey, 1, 5),
            ("a: {url: nowhere}\n", Code::WrongType, 1, 10),
            ("- a\n- a\n", Code::DuplicateKey, 2, 3),
            ("just text\n", Code::WrongType, 1, 1),
            ("", Code::BadValue, 1, 1),
        ] {
            let problems = terms(text).problems;
            assert_eq!(problems.len(), 1, "{text}");
            let place = problems[0].location.as_ref().expect("placed");
            assert_eq!(
                (problems[0].code, place.line, place.column),
                (code, line, column),
                "{text}"
            );
        }
    }
}
