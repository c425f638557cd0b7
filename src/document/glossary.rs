//! Finds words in texts that the site's own pages explain.
//!
//! A [`Glossary`] holds the terms of each language, which are searched for on pages in that
//! language. [`TermForms`] holds every form of the terms of one language: the titles of the
//! explaining pages, their `also`, and, in English, the plurals of both. A form in capitals (`CTA`)
//! is found only in capitals. A form is found as one or more whole words, never as part of a longer
//! word. So a text is cut into words in one pass, and each word is looked up in a hash table of the
//! forms' first words; only where it is found are forms compared.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Entry;
use crate::fields::FieldItem;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::kind::Kinds;
use crate::paths::SourcePath;

/// A site's terms.
#[derive(Clone, Debug, Default)]
pub struct Glossary {
    /// The forms by language: the primary subtag of the pages' language.
    languages: BTreeMap<String, TermForms>,
    hash: Option<Fingerprint>,
}

/// The forms of the terms of one language.
#[derive(Clone, Debug)]
pub struct TermForms {
    table: FormTable,
    /// The explaining pages, sorted.
    terms: Vec<SourcePath>,
}

/// All forms by the key of their first word.
#[derive(Clone, Debug)]
struct FormTable {
    /// Sorted by bucket. Within a bucket, longer forms come first.
    patterns: Vec<FormPattern>,
    /// For each bucket, the index of its first pattern; the last number is that of all patterns.
    /// The number of buckets is a power of two.
    starts: Vec<u32>,
    /// For each byte with which a form begins, in upper or lower case, the lengths of the first
    /// words of those forms, one bit each. Most words of a text are too short for any form.
    lengths: Box<[u32; 256]>,
}

/// A form to search for.
#[derive(Clone, Debug)]
struct FormPattern {
    form: String,
    /// The number of its term.
    term: usize,
    /// Whether the form is an abbreviation in capitals, or the plural of one, which is found only
    /// as written.
    is_exact: bool,
}

/// A term in a text, with its byte range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermMatch {
    pub start: usize,
    pub end: usize,
    /// The term's number; see [`TermForms::term`].
    pub term: usize,
}

/// Whether pages of a kind explain words.
pub fn explains(kind: &str, kinds: &Kinds) -> bool {
    kinds.get(kind).is_some_and(|kind| kind.glossary.is_some())
}

/// The words that a page explains, as its writer wrote them.
pub fn words(entry: &Entry, kinds: &Kinds) -> Vec<String> {
    let Some(explains) = kinds
        .get(&entry.meta.kind)
        .and_then(|kind| kind.glossary.as_ref())
    else {
        return Vec::new();
    };
    let also = explains
        .also
        .as_ref()
        .and_then(|name| entry.meta.fields.get(name));
    let also = also
        .map(FieldItem::as_list)
        .unwrap_or_default()
        .iter()
        .filter_map(FieldItem::as_text);
    let all = std::iter::once(entry.title.as_str())
        .chain(also)
        .map(|word| word.split_whitespace().collect::<Vec<_>>().join(" "));
    all.filter(|word| word.chars().any(char::is_alphanumeric))
        .collect()
}

impl Glossary {
    /// The terms that these pages explain. `language` is the language of pages that state none.
    pub fn of<'a>(entries: impl Iterator<Item = &'a Entry>, kinds: &Kinds, language: &str) -> Self {
        let mut explaining: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
        for entry in entries.filter(|entry| !entry.is_broken && explains(&entry.meta.kind, kinds)) {
            explaining
                .entry(primary(entry.meta.language.as_deref().unwrap_or(language)))
                .or_default()
                .push(entry);
        }
        if explaining.is_empty() {
            return Self::default();
        }
        let mut hasher = Hasher::new();
        let languages = explaining.into_iter().map(|(language, entries)| {
            hasher.add(&language);
            let forms = TermForms::of(entries, kinds, language == "en", &mut hasher);
            (language, forms)
        });
        Self {
            languages: languages.collect(),
            hash: Some(hasher.finish()),
        }
    }

    /// The hash of all forms and of the pages that explain them; `None` if there are none.
    pub fn hash(&self) -> Option<Fingerprint> {
        self.hash
    }

    /// The terms to search for on pages in a language.
    pub fn in_language(&self, language: &str) -> Option<&TermForms> {
        self.languages.get(&primary(language))
    }
}

/// The primary subtag of a language tag (BCP 47), in lower case.
fn primary(language: &str) -> String {
    language
        .split('-')
        .next()
        .unwrap_or(language)
        .to_ascii_lowercase()
}

impl TermForms {
    /// The forms of these pages' terms. If two pages have the same form, it belongs to the first.
    fn of(
        mut explaining: Vec<&Entry>,
        kinds: &Kinds,
        is_english: bool,
        hasher: &mut Hasher,
    ) -> Self {
        explaining.sort_by(|a, b| a.source.cmp(&b.source));
        let mut forms: BTreeMap<String, usize> = BTreeMap::new();
        for (term, entry) in explaining.iter().enumerate() {
            for word in words(entry, kinds) {
                let plural = if is_english { plural(&word) } else { None };
                for form in std::iter::once(word)
                    .chain(plural)
                    .flat_map(|form| spellings(&form))
                {
                    forms.entry(form).or_insert(term);
                }
            }
        }
        let terms: Vec<SourcePath> = explaining
            .iter()
            .map(|entry| entry.source.clone())
            .collect();
        for (form, term) in &forms {
            hasher.add(form).add(terms[*term].as_str());
        }
        Self {
            table: FormTable::of(forms.into_iter().map(FormPattern::of).collect()),
            terms,
        }
    }

    /// The term that a page explains.
    pub fn number_of(&self, page: &SourcePath) -> Option<usize> {
        self.terms.binary_search(page).ok()
    }

    /// The page that explains a term.
    pub fn term(&self, number: usize) -> &SourcePath {
        &self.terms[number]
    }

    /// The terms in a text, in order and without overlaps. Of two that begin at the same position,
    /// the longer one counts.
    pub fn find(&self, text: &str) -> Vec<TermMatch> {
        let mut found: Vec<TermMatch> = Vec::new();
        let (mut at, mut free_from) = (0, 0);
        while let Some(first) = text.as_bytes().get(at) {
            let start = at;
            at = end_of_word(text, start);
            let is_known = self.table.lengths[usize::from(*first)] & length_bit(at - start) != 0;
            if start < free_from || !is_known {
                continue;
            }
            let candidates = self.table.candidates(&text.as_bytes()[start..at]);
            if let Some(form) = candidates.iter().find(|form| form.is_at(text, start)) {
                free_from = start + form.form.len();
                found.push(TermMatch {
                    start,
                    end: free_from,
                    term: form.term,
                });
            }
        }
        found
    }
}

impl FormPattern {
    fn of((form, term): (String, usize)) -> Self {
        FormPattern {
            is_exact: is_capitals(form.strip_suffix('s').unwrap_or(&form)),
            form,
            term,
        }
    }

    /// Whether the form is in a text at the beginning of a word, as whole words.
    fn is_at(&self, text: &str, start: usize) -> bool {
        let end = start + self.form.len();
        let is_same = |written: &[u8]| match self.is_exact {
            true => *written == *self.form.as_bytes(),
            false => written.eq_ignore_ascii_case(self.form.as_bytes()),
        };
        text.as_bytes().get(start..end).is_some_and(is_same) && ends_word(text, end)
    }
}

impl FormTable {
    fn of(mut patterns: Vec<FormPattern>) -> Self {
        let buckets = (2 * patterns.len()).next_power_of_two();
        let bucket_of = |FormPattern { form, .. }: &FormPattern| {
            bucket(key(&form.as_bytes()[..end_of_word(form, 0)]), buckets)
        };
        // Of two forms that are equal except for case, the one in lower case comes first.
        patterns.sort_by_cached_key(|pattern| {
            let (length, form) = (pattern.form.len(), pattern.form.clone());
            (bucket_of(pattern), Reverse((length, form)))
        });
        let mut starts = vec![0; buckets + 1];
        for pattern in &patterns {
            starts[bucket_of(pattern) + 1] += 1;
        }
        for bucket in 0..buckets {
            starts[bucket + 1] += starts[bucket];
        }
        let mut lengths = Box::new([0; 256]);
        for FormPattern { form, .. } in &patterns {
            let first = form.as_bytes()[0];
            for first in [first.to_ascii_lowercase(), first.to_ascii_uppercase()] {
                lengths[usize::from(first)] |= length_bit(end_of_word(form, 0));
            }
        }
        FormTable {
            patterns,
            starts,
            lengths,
        }
    }

    /// The forms that may begin with this word.
    fn candidates(&self, word: &[u8]) -> &[FormPattern] {
        let bucket = bucket(key(word), self.starts.len() - 1);
        &self.patterns[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }
}

/// The bucket for a key. The multiplication (Fibonacci hashing) mixes all bits into the highest
/// ones.
fn bucket(key: u32, buckets: usize) -> usize {
    let mixed = u64::from(key.wrapping_mul(0x9E37_79B1));
    usize::try_from((mixed * buckets as u64) >> u32::BITS).expect("a bucket is a usize")
}

/// Where the word at this offset ends. A character that is not part of a word is one of its own.
fn end_of_word(text: &str, start: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(byte) = bytes.get(at) {
        // Most characters are ASCII, and need not be decoded.
        let length = if byte.is_ascii() {
            usize::from(IS_OF_WORD[usize::from(*byte)])
        } else {
            let next = text[at..].chars().next().filter(|c| is_of_word(*c));
            next.map_or(0, char::len_utf8)
        };
        if length == 0 {
            break;
        }
        at += length;
    }
    let single = || text[start..].chars().next().map_or(0, char::len_utf8);
    if at == start { start + single() } else { at }
}

/// The bit for words of this length; all long words have the same.
fn length_bit(length: usize) -> u32 {
    1 << length.min(31)
}

/// Whether each ASCII character is part of a word.
const IS_OF_WORD: [bool; 128] = {
    let mut table = [false; 128];
    let mut byte = 0;
    while byte < 128_u8 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    table
};

/// The key of a word: its first two bytes and its last one, in lower case, and its length. That
/// tells most words of a text from those that begin forms, without reading all of their bytes.
fn key(word: &[u8]) -> u32 {
    let byte = |at: usize| word.get(at).map_or(0, u8::to_ascii_lowercase);
    let length = word.len().to_le_bytes()[0];
    u32::from_le_bytes([byte(0), byte(1), byte(word.len().wrapping_sub(1)), length])
}

/// The spellings of a form. ASCII letters match in either case; a first letter outside ASCII is
/// tried in both cases, and an apostrophe may be straight or curly.
fn spellings(form: &str) -> Vec<String> {
    let mut all = vec![form.to_owned()];
    if form.contains(['\'', '’']) {
        all.extend(
            [form.replace('’', "'"), form.replace('\'', "’")]
                .into_iter()
                .filter(|spelled| spelled != form),
        );
    }
    if let Some(first) = form.chars().next().filter(|first| !first.is_ascii()) {
        let rest = &form[first.len_utf8()..];
        for other in [
            first.to_uppercase().to_string(),
            first.to_lowercase().to_string(),
        ] {
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

/// The English plural, if the last letter determines it.
fn plural(word: &str) -> Option<String> {
    let lower = word.to_ascii_lowercase();
    if !lower.ends_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    if is_capitals(word) {
        return Some(format!("{word}s"));
    }
    let before = lower.chars().rev().nth(1).unwrap_or(' ');
    Some(if lower.ends_with('y') && !"aeiou".contains(before) {
        format!("{}ies", &word[..word.len() - 1])
    } else if ["s", "x", "z", "ch", "sh"]
        .iter()
        .any(|end| lower.ends_with(end))
    {
        format!("{word}es")
    } else {
        format!("{word}s")
    })
}

/// Whether no word goes on past this offset.
fn ends_word(text: &str, end: usize) -> bool {
    let is_within = text[..end].chars().next_back().is_some_and(is_of_word);
    !is_within || !text[end..].chars().next().is_some_and(is_of_word)
}

/// Whether a character is part of a word. Scripts without spaces have no words that end.
fn is_of_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    let is_without_spaces = matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}');
    !is_without_spaces && c.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(words: &[(&str, usize)]) -> TermForms {
        let spelled = words.iter().flat_map(|(word, term)| {
            let all = std::iter::once((*word).to_owned())
                .chain(plural(word))
                .flat_map(|form| spellings(&form));
            all.map(|form| (form, *term)).collect::<Vec<_>>()
        });
        let patterns = spelled.collect::<BTreeMap<_, _>>().into_iter();
        let table = FormTable::of(patterns.map(FormPattern::of).collect());
        let terms = (0..4)
            .map(|term| SourcePath::new(&format!("{term}.md")).expect("inside"))
            .collect();
        TermForms { table, terms }
    }

    fn words_found(forms: &TermForms, text: &str) -> Vec<String> {
        forms
            .find(text)
            .iter()
            .map(|found| text[found.start..found.end].to_owned())
            .collect()
    }

    #[test]
    fn words_are_found_whole_longest_first_and_in_either_case() {
        let forms = forms(&[
            ("gift", 0),
            ("gift economy", 1),
            ("IT", 2),
            ("Überraschung", 3),
        ]);
        let found = |text| words_found(&forms, text);
        assert_eq!(
            found("Gifts make a gift economy, not giftwrap."),
            ["Gifts", "gift economy"]
        );
        assert_eq!(found("gift economyx, gift-wrap"), ["gift", "gift"]);
        assert_eq!(found("it is IT."), ["IT"]);
        assert_eq!(
            found("Eine überraschung und ÜBERRASCHUNG, Überraschungsei"),
            ["überraschung", "ÜBERRASCHUNG"]
        );
        assert_eq!(found("re_gift regift gift1"), Vec::<String>::new());
        assert_eq!(
            found("gift economist, gift economies"),
            ["gift", "gift economies"]
        );
        assert_eq!(found("(gift)gift it gif"), ["gift", "gift"]);
    }

    #[test]
    fn forms_of_any_length_and_script() {
        let forms = forms(&[("R", 0), ("CO", 1), ("互恵", 2), (".htaccess", 3)]);
        let found = |text| words_found(&forms, text);
        assert_eq!(found("R, CO"), ["R", "CO"]);
        assert_eq!(found("R: CO2 CO"), ["R", "CO"]);
        assert_eq!(found("贈与と互恵の経済、互恵"), ["互恵", "互恵"]);
        assert_eq!(found("a .htaccess b.htaccess"), [".htaccess", ".htaccess"]);
    }

    #[test]
    fn places_do_not_matter() {
        let forms = forms(&[("gift", 0), ("Überraschung", 3)]);
        for before in 0..140 {
            let text = format!(
                "{}gift, xgift é{} Überraschung",
                "a ".repeat(before / 2) + &"-".repeat(before % 2),
                "b".repeat(before)
            );
            assert_eq!(
                words_found(&forms, &text),
                ["gift", "Überraschung"],
                "{text}"
            );
        }
    }

    #[test]
    fn plurals() {
        let all = ["gift", "story", "day", "box", "wish", "CO2"].map(plural);
        let expected =
            ["gifts", "stories", "days", "boxes", "wishes"].map(|word| Some(word.to_owned()));
        assert_eq!(all[..5], expected);
        assert_eq!(all[5], None);
    }
}
