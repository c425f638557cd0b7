//! Finds words in texts that the site's own pages explain.
//!
//! A [`Glossary`] holds the terms of each language, which are searched for on pages in that
//! language. [`TermForms`] holds every form of the terms of one language: the titles of the
//! explaining pages, their `also`, and, in English, the plurals of both. Finding them takes one
//! pass over a text, however many there are, and stops only where a word begins like one of the
//! forms. A form in capitals (`CTA`) is found only in capitals. A form is found as one or more
//! whole words, never as part of a longer word.

use std::collections::BTreeMap;

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

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
    matcher: Option<TermMatcher>,
    patterns: Vec<FormPattern>,
    /// The explaining pages, sorted.
    terms: Vec<SourcePath>,
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

/// All forms as one automaton. It runs only where [`FormPrefixes`] allows a form to begin.
#[derive(Clone, Debug)]
struct TermMatcher {
    automaton: NFA,
    /// The initial state of the automaton.
    start: StateID,
    beginnings: FormPrefixes,
    /// The smallest number of ASCII letters, digits and underscores at the beginning of a form,
    /// among the forms that begin with one. At most [`LETTERS_MAX`].
    letters: u32,
}

/// A set of hashes of the first four bytes of each form, or of the first three if any form is that
/// short. Upper and lower case are the same. It may also allow bytes with which no form begins.
#[derive(Clone, Debug)]
struct FormPrefixes {
    places: Box<[u64; BEGINNINGS / 64]>,
    /// Masks the bytes that count; the first of the four is the lowest.
    mask: u32,
}

const BEGINNINGS: usize = 1 << 16;

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
        let patterns: Vec<FormPattern> = forms.into_iter().map(FormPattern::of).collect();
        Self {
            matcher: TermMatcher::of(&patterns),
            patterns,
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
        let Some(matcher) = &self.matcher else {
            return Vec::new();
        };
        let bytes = text.as_bytes();
        let (mut all, mut free_from) = (Vec::new(), 0);
        let mut is_in_word = false;
        for (number, block) in bytes.chunks(BLOCK).enumerate() {
            let mut places = start_positions(block, &mut is_in_word, matcher.letters);
            while places != 0 {
                let at = number * BLOCK + places.trailing_zeros() as usize;
                places &= places - 1;
                if at < free_from || !matcher.beginnings.may_start(&bytes[at..]) {
                    continue;
                }
                if let Some((end, term)) = self.longest_at(matcher, text, at) {
                    all.push(TermMatch {
                        start: at,
                        end,
                        term,
                    });
                    free_from = end;
                }
            }
        }
        all
    }

    /// The end and the term of the longest form that is at this position as a whole word.
    fn longest_at(
        &self,
        matcher: &TermMatcher,
        text: &str,
        start: usize,
    ) -> Option<(usize, usize)> {
        let (automaton, mut state) = (&matcher.automaton, matcher.start);
        let mut longest = None;
        for (end, byte) in (start + 1..).zip(text[start..].bytes()) {
            state = automaton.next_state(Anchored::Yes, state, byte);
            if !automaton.is_special(state) {
                continue;
            }
            if automaton.is_dead(state) {
                break;
            }
            for index in 0..if automaton.is_match(state) {
                automaton.match_len(state)
            } else {
                0
            } {
                let FormPattern {
                    form,
                    term,
                    is_exact,
                } = &self.patterns[automaton.match_pattern(state, index).as_usize()];
                let stands = form.len() == end - start && (!is_exact || text[start..end] == **form);
                if stands && is_whole(text, start, end) {
                    longest = Some((end, *term));
                }
            }
        }
        longest
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
}

impl TermMatcher {
    /// Returns `None` if there are too many forms for one automaton, more than any real glossary
    /// has.
    fn of(patterns: &[FormPattern]) -> Option<Self> {
        let forms = || patterns.iter().map(|pattern| &pattern.form);
        let automaton = NFA::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(forms())
            .ok()?;
        let start = automaton.start_state(Anchored::Yes).ok()?;
        let letters = |form: &String| {
            form.bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
                .count()
        };
        let letters = forms()
            .map(letters)
            .filter(|letters| *letters > 0)
            .fold(LETTERS_MAX, usize::min);
        let letters = u32::try_from(letters).expect("so few letters can be counted");
        Some(TermMatcher {
            automaton,
            start,
            beginnings: FormPrefixes::of(forms()),
            letters,
        })
    }
}

impl FormPrefixes {
    fn of<'a>(forms: impl Iterator<Item = &'a String> + Clone) -> Self {
        let mask = if forms.clone().all(|form| form.len() >= 4) {
            u32::MAX
        } else {
            0x00FF_FFFF
        };
        let mut beginnings = FormPrefixes {
            places: Box::new([0; BEGINNINGS / 64]),
            mask,
        };
        for form in forms {
            match *form.as_bytes() {
                [a, b, c, d, ..] => beginnings.add([a, b, c, d]),
                [a, b, c] => beginnings.add([a, b, c, 0]),
                [a, b] => (0..=u8::MAX).for_each(|c| beginnings.add([a, b, c, 0])),
                [a] => (0..=u8::MAX)
                    .for_each(|b| (0..=u8::MAX).for_each(|c| beginnings.add([a, b, c, 0]))),
                [] => {}
            }
        }
        beginnings
    }

    fn add(&mut self, four: [u8; 4]) {
        let place = self.place(u32::from_le_bytes(four));
        self.places[place / 64] |= 1 << (place % 64);
    }

    /// Whether a form may begin with these bytes. Near the end of a text, always true.
    fn may_start(&self, bytes: &[u8]) -> bool {
        let Some(four) = bytes.first_chunk() else {
            return true;
        };
        let place = self.place(u32::from_le_bytes(*four));
        self.places[place / 64] >> (place % 64) & 1 == 1
    }

    fn place(&self, four: u32) -> usize {
        // This turns capitals into lower case, and changes other bytes consistently. The
        // multiplication (Fibonacci hashing) mixes all bits into the highest ones.
        let folded = (four | 0x2020_2020) & self.mask;
        (folded.wrapping_mul(0x9E37_79B1) >> (u32::BITS - BEGINNINGS.ilog2())) as usize
    }
}

/// How many letters at the beginning of a word decide whether it is checked.
const LETTERS_MAX: usize = 4;

/// How many bytes are checked at a time.
const BLOCK: usize = 64;

/// The positions in a block at which a form may begin, one bit each: the first characters of words
/// with at least `letters` letters, and all characters that are neither spaces nor part of a word.
/// Written so that a processor can check many bytes at once.
fn start_positions(block: &[u8], is_in_word: &mut bool, letters: u32) -> u64 {
    let bytes = block.try_into().unwrap_or_else(|_| {
        let mut padded = [b' '; BLOCK];
        padded[..block.len()].copy_from_slice(block);
        padded
    });
    let of_word = bits(&bytes.map(|byte| {
        let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        u8::from(is_letter | (byte.wrapping_sub(b'0') < 10) | (byte == b'_'))
    }));
    // Neither a space nor a byte inside a character.
    let begins_something =
        bits(&bytes.map(|byte| u8::from((byte != b' ') & (byte & 0xC0 != 0x80))));
    let of_word_before = of_word << 1 | u64::from(*is_in_word);
    *is_in_word = of_word >> (block.len() - 1) & 1 == 1;
    // A word that continues in the next block may be long enough.
    let goes_on = |letter: u32| of_word >> letter | !(u64::MAX >> letter);
    let is_long_enough = (1..letters).fold(u64::MAX, |long_enough, letter| {
        long_enough & goes_on(letter)
    });
    begins_something & !(of_word & (of_word_before | !is_long_enough))
}

/// Packs the lowest bit of each byte into one number.
fn bits(bytes: &[u8; BLOCK]) -> u64 {
    let eighths = bytes.chunks_exact(8).enumerate().map(|(eighth, bytes)| {
        let eight = u64::from_le_bytes(*bytes.first_chunk().expect("a chunk has eight bytes"));
        (eight.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (eighth * 8)
    });
    eighths.fold(0, |all, eighth| all | eighth)
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

/// Whether the range is not part of a longer word. Scripts without spaces have no such boundaries.
fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let joins = |a: Option<char>, b: Option<char>| match (a, b) {
        (Some(a), Some(b)) => is_of_word(a) && is_of_word(b),
        _ => false,
    };
    let (inside, after) = (&text[start..end], &text[end..]);
    !joins(text[..start].chars().next_back(), inside.chars().next())
        && !joins(inside.chars().next_back(), after.chars().next())
}

fn is_of_word(c: char) -> bool {
    let is_without_spaces = matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}');
    (c.is_alphanumeric() || c == '_') && !is_without_spaces
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
        let patterns: Vec<FormPattern> = spelled
            .collect::<BTreeMap<_, _>>()
            .into_iter()
            .map(FormPattern::of)
            .collect();
        let matcher = TermMatcher::of(&patterns);
        let terms = (0..4)
            .map(|term| SourcePath::new(&format!("{term}.md")).expect("inside"))
            .collect();
        TermForms {
            matcher,
            patterns,
            terms,
        }
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
