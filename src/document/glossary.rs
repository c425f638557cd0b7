//! Words that the site's own pages explain, found in text.
//!
//! [`Forms`] holds every form under which a term is looked for: the titles of explaining pages, their `also`, and, in English, the
//! plurals of both. Finding them is one pass over a text, however many there are. A form in capitals (`CTA`) is found in capitals only;
//! a form is a word or several by itself, never a part of a longer word.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, MatchKind};

use super::Entry;
use crate::fields::Item;
use crate::fingerprint::{Fingerprint, Fingerprinter};
use crate::kind::Kinds;
use crate::paths::SourcePath;

/// The forms of a site's terms.
#[derive(Clone, Debug, Default)]
pub struct Forms {
    matcher: Option<AhoCorasick>,
    /// For each pattern its form and its term.
    patterns: Vec<(String, usize)>,
    /// The pages that explain, sorted.
    terms: Vec<SourcePath>,
    print: Option<Fingerprint>,
}

/// A term in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub start: usize,
    pub end: usize,
    /// The page that explains it.
    pub term: SourcePath,
}

/// Whether pages of a kind explain words.
pub fn explains(kind: &str, kinds: &Kinds) -> bool {
    kinds.get(kind).is_some_and(|kind| kind.explains.is_some())
}

/// The words that a page explains, as its writer wrote them.
pub fn words(entry: &Entry, kinds: &Kinds) -> Vec<String> {
    let Some(explains) = kinds.get(&entry.meta.kind).and_then(|kind| kind.explains.as_ref()) else { return Vec::new() };
    let also = explains.also.as_ref().and_then(|name| entry.meta.fields.get(name));
    let also = also.map(Item::as_list).unwrap_or_default().iter().filter_map(Item::as_text);
    let all = std::iter::once(entry.title.as_str()).chain(also).map(|word| word.split_whitespace().collect::<Vec<_>>().join(" "));
    all.filter(|word| word.chars().any(char::is_alphanumeric)).collect()
}

impl Forms {
    /// The forms of these pages' words; of two pages with one form the first has it. `language` is that of pages that state none.
    pub fn of<'a>(entries: impl Iterator<Item = &'a Entry>, kinds: &Kinds, language: &str) -> Self {
        let mut explaining: Vec<&Entry> = entries.filter(|entry| !entry.is_broken && explains(&entry.meta.kind, kinds)).collect();
        if explaining.is_empty() {
            return Self::default();
        }
        explaining.sort_by(|a, b| a.source.cmp(&b.source));
        let mut forms: BTreeMap<String, usize> = BTreeMap::new();
        for (term, entry) in explaining.iter().enumerate() {
            let is_english = entry.meta.language.as_deref().unwrap_or(language).to_ascii_lowercase().starts_with("en");
            for word in words(entry, kinds) {
                let plural = if is_english && !is_capitals(&word) { plural(&word) } else { None };
                for form in std::iter::once(word).chain(plural).flat_map(|form| spellings(&form)) {
                    forms.entry(form).or_insert(term);
                }
            }
        }
        let terms: Vec<SourcePath> = explaining.iter().map(|entry| entry.source.clone()).collect();
        let mut printer = Fingerprinter::new();
        for (form, term) in &forms {
            printer.add(form).add(terms[*term].as_str());
        }
        let patterns: Vec<(String, usize)> = forms.into_iter().collect();
        let builder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(patterns.iter().map(|(form, _)| form));
        // Too many forms for one automaton are more than any glossary has; then none are offered.
        Self { matcher: builder.ok(), patterns, terms, print: Some(printer.finish()) }
    }

    /// The fingerprint of all forms and the pages that explain them; `None` where there are none.
    pub fn print(&self) -> Option<Fingerprint> {
        self.print
    }

    /// The terms in a text, in order, none within another: of two that begin at one place the longer one.
    pub fn find(&self, text: &str) -> Vec<Found> {
        let Some(matcher) = &self.matcher else { return Vec::new() };
        let mut fitting: Vec<(usize, usize, usize)> = Vec::new();
        for found in matcher.find_overlapping_iter(text) {
            let (form, term) = &self.patterns[found.pattern().as_usize()];
            let is_spelled = !is_capitals(form) || text[found.range()] == **form;
            if is_spelled && is_whole(text, found.start(), found.end()) {
                fitting.push((found.start(), found.end(), *term));
            }
        }
        fitting.sort_unstable_by_key(|(start, end, _)| (*start, usize::MAX - end));
        let mut all: Vec<Found> = Vec::new();
        for (start, end, term) in fitting {
            if all.last().is_none_or(|last| last.end <= start) {
                all.push(Found { start, end, term: self.terms[term].clone() });
            }
        }
        all
    }
}

/// A form as it may be written: ASCII letters match in either case, of others the first letter is tried in both.
fn spellings(form: &str) -> Vec<String> {
    let mut all = vec![form.to_owned()];
    if let Some(first) = form.chars().next().filter(|first| !first.is_ascii()) {
        let rest = &form[first.len_utf8()..];
        for other in [first.to_uppercase().to_string(), first.to_lowercase().to_string()] {
            let spelled = format!("{other}{rest}");
            if !all.contains(&spelled) {
                all.push(spelled);
            }
        }
    }
    all
}

/// Whether a form is an abbreviation in capitals.
fn is_capitals(form: &str) -> bool {
    let letters = || form.chars().filter(|c| c.is_alphabetic());
    letters().count() > 1 && letters().all(char::is_uppercase)
}

/// The English plural, where the last letter lets it be told.
fn plural(word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    if !lower.ends_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let before = lower.chars().rev().nth(1).unwrap_or(' ');
    Some(if lower.ends_with('y') && !"aeiou".contains(before) {
        format!("{}ies", &word[..word.len() - 1])
    } else if ["s", "x", "z", "ch", "sh"].iter().any(|end| lower.ends_with(end)) {
        format!("{word}es")
    } else {
        format!("{word}s")
    })
}

/// Whether what stands there is not a part of a longer word. Scripts without spaces have no such borders.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let joins = |a: Option<char>, b: Option<char>| match (a, b) {
        (Some(a), Some(b)) => is_of_word(a) && is_of_word(b),
        _ => false,
    };
    let (inside, after) = (&text[start..end], &text[end..]);
    !joins(text[..start].chars().next_back(), inside.chars().next()) && !joins(inside.chars().next_back(), after.chars().next())
}

fn is_of_word(c: char) -> bool {
    let is_without_spaces = matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}');
    (c.is_alphanumeric() || c == '_') && !is_without_spaces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(words: &[(&str, usize)]) -> Forms {
        let spelled = words.iter().flat_map(|(word, term)| {
            let all = std::iter::once((*word).to_owned()).chain(plural(word)).flat_map(|form| spellings(&form));
            all.map(|form| (form, *term)).collect::<Vec<_>>()
        });
        let patterns: Vec<(String, usize)> = spelled.collect::<BTreeMap<_, _>>().into_iter().collect();
        let matcher = AhoCorasick::builder().ascii_case_insensitive(true).build(patterns.iter().map(|(form, _)| form)).ok();
        let terms = (0..4).map(|term| SourcePath::new(&format!("{term}.md")).expect("inside")).collect();
        Forms { matcher, patterns, terms, print: None }
    }

    #[test]
    fn words_are_found_whole_longest_first_and_in_either_case() {
        let forms = forms(&[("gift", 0), ("gift economy", 1), ("IT", 2), ("Überraschung", 3)]);
        let found = |text: &str| -> Vec<String> { forms.find(text).iter().map(|found| text[found.start..found.end].to_owned()).collect() };
        assert_eq!(found("Gifts make a gift economy, not giftwrap."), ["Gifts", "gift economy"]);
        assert_eq!(found("gift economyx, gift-wrap"), ["gift", "gift"]);
        assert_eq!(found("it is IT."), ["IT"]);
        assert_eq!(found("Eine überraschung und ÜBERRASCHUNG, Überraschungsei"), ["überraschung", "ÜBERRASCHUNG"]);
        assert_eq!(found("re_gift regift gift1"), Vec::<String>::new());
    }

    #[test]
    fn plurals() {
        let all = ["gift", "story", "day", "box", "wish", "CO2"].map(plural);
        let expected = ["gifts", "stories", "days", "boxes", "wishes"].map(|word| Some(word.to_owned()));
        assert_eq!(all[..5], expected);
        assert_eq!(all[5], None);
    }
}
