//! Suggestions for misspelled names: the candidate with the smallest edit distance.

use std::borrow::Cow;

/// Returns the candidate most similar to `word` if it is similar enough to be a likely correction;
/// among equally similar ones, the alphabetically first.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut search = NearestSearch::of(word);
    for candidate in candidates {
        let lower: Cow<str> = if candidate.is_ascii() {
            candidate.into()
        } else {
            candidate.to_lowercase().into()
        };
        // Cheap tests first: with ten thousand names, few are worth computing the edit distance.
        let is_of_other_length =
            lower.is_ascii() && lower.len().abs_diff(search.letters.count) > search.allowed;
        if !is_of_other_length && search.letters.apart(&LetterCounts::of(&lower)) <= search.allowed
        {
            search.compare(candidate, &lower);
        }
    }
    search.best.map(|(_, candidate)| candidate)
}

/// A name that many words are compared with. Its letters are counted once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateName {
    pub text: String,
    letters: LetterCounts,
}

impl CandidateName {
    pub fn new(text: &str) -> Self {
        let letters = if text.is_ascii() {
            LetterCounts::of(text)
        } else {
            LetterCounts::of(&text.to_lowercase())
        };
        Self {
            text: text.to_owned(),
            letters,
        }
    }
}

/// Does the same as [`nearest`] for names whose letters are already counted.
pub fn nearest_name<'a>(
    word: &str,
    names: impl IntoIterator<Item = &'a CandidateName>,
) -> Option<&'a str> {
    let mut search = NearestSearch::of(word);
    if search.letters.count > SEARCHED_CHARS_MAX {
        return None;
    }
    for name in names {
        let is_of_other_length = name.letters.count.abs_diff(search.letters.count) > search.allowed;
        if !is_of_other_length && search.letters.apart(&name.letters) <= search.allowed {
            search.compare(&name.text, &name.text.to_lowercase());
        }
    }
    search.best.map(|(_, name)| name)
}

/// The length above which no correction is suggested. Nobody types longer names by hand, and the
/// cost of a comparison grows with the square of the length.
const SEARCHED_CHARS_MAX: usize = 100;

/// A search for the text that is most similar to a word.
struct NearestSearch<'a> {
    word: String,
    letters: LetterCounts,
    /// The maximum edit distance of a suggestion.
    allowed: usize,
    best: Option<(usize, &'a str)>,
}

impl<'a> NearestSearch<'a> {
    fn of(word: &str) -> Self {
        let word = word.to_lowercase();
        let letters = LetterCounts::of(&word);
        NearestSearch {
            word,
            allowed: (letters.count / 3).clamp(1, 8),
            letters,
            best: None,
        }
    }

    fn compare(&mut self, candidate: &'a str, lower: &str) {
        let distance = strsim::osa_distance(&self.word, &lower.to_ascii_lowercase());
        if distance <= self.allowed && self.best.is_none_or(|best| (distance, candidate) < best) {
            (self.allowed, self.best) = (distance, Some((distance, candidate)));
        }
    }
}

/// How often each letter occurs in a text. Letters with the same index are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LetterCounts {
    places: [u8; 32],
    count: usize,
}

impl LetterCounts {
    fn of(text: &str) -> Self {
        let mut letters = LetterCounts {
            places: [0; 32],
            count: 0,
        };
        // An ASCII letter has the same index in lower and upper case.
        if text.is_ascii() {
            text.bytes().for_each(|byte| letters.add(u32::from(byte)));
        } else {
            text.chars().for_each(|c| letters.add(u32::from(c)));
        }
        letters
    }

    fn add(&mut self, letter: u32) {
        let place = &mut self.places[letter as usize % 32];
        *place = place.saturating_add(1);
        self.count += 1;
    }

    /// Returns a lower bound of the edit distance of two texts: each insertion, deletion or
    /// substitution adds at most one letter and removes at most one.
    fn apart(&self, other: &Self) -> usize {
        let missing = |of: &Self, from: &Self| {
            of.places
                .iter()
                .zip(from.places)
                .map(|(a, b)| u16::from(a.saturating_sub(b)))
                .sum::<u16>()
        };
        usize::from(missing(self, other).max(missing(other, self)))
            .max(self.count.abs_diff(other.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_are_near() {
        let keys = ["title", "topics", "summary", "base_url"];
        assert_eq!(nearest("titel", keys), Some("title"));
        assert_eq!(nearest("baseurl", keys), Some("base_url"));
        assert_eq!(nearest("Title", keys), Some("title"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!(nearest("ÄRGER", ["ärgern", "anger"]), Some("ärgern"));
        assert_eq!(
            nearest("aab", ["aac", "aaa"]),
            Some("aaa"),
            "of two equally similar candidates, the alphabetically first"
        );
        let names = ["title", "Ärgern", "aac", "aaa"].map(CandidateName::new);
        for word in ["titel", "ärger", "aab", "colour", "Title"] {
            assert_eq!(
                nearest_name(word, &names),
                nearest(word, names.iter().map(|name| &*name.text)),
                "{word}"
            );
        }
    }

    #[test]
    fn letters_rule_out_nothing_that_is_near() {
        let words = [
            "",
            "a",
            "title",
            "titel",
            "tiltes",
            "a-long-name-of-a-page",
            "a-long-nmae-of-pages",
            "Größe",
            "grosse",
            "日本語",
        ];
        for (one, other) in words
            .iter()
            .flat_map(|one| words.map(|other| (one.to_lowercase(), other.to_lowercase())))
        {
            assert!(
                LetterCounts::of(&one).apart(&LetterCounts::of(&other))
                    <= strsim::osa_distance(&one, &other),
                "{one} {other}"
            );
        }
    }
}
