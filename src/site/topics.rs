//! Topics and audiences: the terms that pages name, checked against the vocabularies.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::changes::SiteChanges;
use super::links::Destination;
use super::sections::{ListOrder, sort_as_before};
use super::{PageId, SiteTables};
use crate::diagnostic::{Checked, Code, Diagnostic, nearest};
use crate::document::Entry;
use crate::document::meta::LocatedValue;
use crate::paths::{Route, slug};
use crate::vocabulary::{self, Vocabularies};

/// A topic or an audience with the pages that name it.
#[derive(Clone, Debug, PartialEq)]
pub struct TermPages {
    pub key: String,
    pub title: String,
    pub description: Option<String>,
    pub route: Route,
    /// Listed pages, in the order of their titles.
    pub pages: Vec<PageId>,
    /// The pages that a reader should begin with, as written and with their destinations.
    pub start_written: Vec<LocatedValue<String>>,
    pub start: Vec<Destination>,
}

/// Collects the terms that pages name: those of the vocabulary in its order, then others by title.
/// Two spellings with one slug are one term. If they differ in more than case and spaces (`C` and
/// `C#`), that is reported.
pub(super) fn collect(
    tables: &SiteTables,
    before: Option<(&[TermPages], &SiteChanges)>,
    folder: &str,
    vocabulary: Option<&IndexMap<String, vocabulary::Term>>,
    named: impl Fn(&Entry) -> &Vec<LocatedValue<String>>,
) -> Checked<Vec<TermPages>> {
    let mut problems = Vec::new();
    let mut terms: IndexMap<String, TermPages> = IndexMap::new();
    let term = |key: &str, title: &str, listed: Option<&vocabulary::Term>| TermPages {
        key: key.to_owned(),
        title: title.to_owned(),
        description: listed.and_then(|term| term.description.clone()),
        route: Route::page([folder, key]),
        pages: Vec::new(),
        start_written: listed.map(|term| term.start.clone()).unwrap_or_default(),
        start: Vec::new(),
    };
    for listed in vocabulary.into_iter().flat_map(IndexMap::values) {
        let key = slug(&listed.key);
        terms.insert(key.clone(), term(&key, &listed.title, Some(listed)));
    }
    // Many pages name the same terms, and slugging is the most expensive part.
    let mut slugs: HashMap<&str, String> = HashMap::new();
    let mut confused: HashSet<&str> = HashSet::new();
    for (id, page) in tables.in_order() {
        for name in named(&page.entry)
            .iter()
            .filter(|name| !name.value.is_empty())
        {
            let key = slugs
                .entry(&name.value)
                .or_insert_with_key(|name| slug(name))
                .clone();
            if let Some(vocabulary) = vocabulary.filter(|_| !terms.contains_key(&key)) {
                problems.push(unknown(folder, name, vocabulary));
            }
            let entry = terms
                .entry(key.clone())
                .or_insert_with(|| term(&key, name.value.trim(), None));
            if vocabulary.is_none()
                && !is_same_name(&entry.title, &name.value)
                && confused.insert(&name.value)
            {
                problems.push(one_address(folder, name, entry));
            }
            if page.is_listed() && entry.pages.last() != Some(&id) {
                entry.pages.push(id);
            }
        }
    }
    let known = vocabulary.map_or(0, IndexMap::len);
    let mut terms: Vec<TermPages> = terms.into_values().collect();
    let split = known.min(terms.len());
    terms[split..].sort_by_key(|term| term.title.to_lowercase());
    terms.retain(|term| !term.pages.is_empty());
    let old = before.map_or(&[][..], |(terms, _)| terms).iter();
    let old: HashMap<&str, &[PageId]> = old.map(|term| (&*term.key, &*term.pages)).collect();
    for term in &mut terms {
        let old = old.get(&*term.key).copied();
        let old = old.zip(before.map(|(_, changes)| changes));
        sort_as_before(&mut term.pages, tables, ListOrder::Stated, old);
    }
    Checked::new(terms, problems)
}

/// Whether two names differ only in case, spaces and hyphens.
pub fn is_same_name(one: &str, other: &str) -> bool {
    let letters = |name: &str| -> String {
        name.chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_'))
            .flat_map(char::to_lowercase)
            .collect()
    };
    one == other || letters(one) == letters(other)
}

fn one_address(folder: &str, name: &LocatedValue<String>, term: &TermPages) -> Diagnostic {
    let message = format!(
        "`{}` and `{}` have the same address, {}",
        name.value, term.title, term.route
    );
    let help = format!("spell out one of them, or list both in {folder}.yaml under different keys");
    Diagnostic::new(Code::SlugCollision, message)
        .at(name.place.clone())
        .help(help)
}

fn unknown(
    folder: &str,
    name: &LocatedValue<String>,
    vocabulary: &IndexMap<String, vocabulary::Term>,
) -> Diagnostic {
    let message = format!("`{}` is not listed in {folder}.yaml", name.value);
    let help = match nearest(&name.value, vocabulary.keys().map(String::as_str)) {
        Some(near) => {
            return Diagnostic::new(Code::UnknownTerm, message)
                .at(name.place.clone())
                .suggest(&name.value, Some(near), String::new)
                .help(format!(
                    "did you mean `{near}`? If not, add it to {folder}.yaml"
                ));
        }
        None => format!(
            "add it to {folder}.yaml, or use one of {}",
            vocabulary
                .keys()
                .take(12)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    Diagnostic::new(Code::UnknownTerm, message)
        .at(name.place.clone())
        .help(help)
}

/// Reports authors that `authors.yaml` does not list.
pub fn check_authors(
    tables: &SiteTables,
    vocabularies: &Vocabularies,
    problems: &mut Vec<Diagnostic>,
) {
    let Some(authors) = &vocabularies.authors else {
        return;
    };
    let known = known_authors(authors);
    for (_, page) in tables.in_order() {
        let strangers = page
            .entry
            .meta
            .authors
            .iter()
            .filter(|name| !known.contains(&slug(&name.value)));
        problems.extend(strangers.map(|name| unknown("authors", name, authors)));
    }
}

fn known_authors(authors: &vocabulary::Terms) -> HashSet<String> {
    authors
        .iter()
        .flat_map(|(key, author)| [slug(key), slug(&author.title)])
        .collect()
}
