//! Sorts titles by their letters, like the index of a book: accents and case only decide between
//! titles that are otherwise equal, and marks before the first letter do not count (see DECISIONS:
//! “Titles are sorted by their letters, without a collation”).

use std::cmp::Ordering;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A title that is sorted by its letters. Titles that begin with a number come first.
pub struct CollationKey<'a>(pub &'a str);

impl Ord for CollationKey<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let [own, others] = [self, other].map(|title| without_marks_in_front(title.0));
        let same = |(a, b): &(u8, u8)| a.is_ascii() && a.eq_ignore_ascii_case(b);
        let split = own.bytes().zip(others.bytes()).take_while(same).count();
        // Everything before this offset is ASCII, so it is a character boundary in both.
        let by_kind = if split == 0 {
            begins_with_letter(own).cmp(&begins_with_letter(others))
        } else {
            Ordering::Equal
        };
        let by_letters =
            || collation_letters(&own[split..]).cmp(collation_letters(&others[split..]));
        by_kind
            .then_with(by_letters)
            .then_with(|| self.0.cmp(other.0))
    }
}

impl PartialOrd for CollationKey<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for CollationKey<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for CollationKey<'_> {}

/// The letter that a title is filed under; `#` for numbers and for titles without letters.
pub fn initial(title: &str) -> String {
    match collation_letters(without_marks_in_front(title)).next() {
        Some(letter) if letter.is_alphabetic() => letter.to_uppercase().collect(),
        _ => "#".to_owned(),
    }
}

fn without_marks_in_front(title: &str) -> &str {
    title.trim_start_matches(|c: char| !c.is_alphanumeric())
}

fn begins_with_letter(title: &str) -> bool {
    collation_letters(title)
        .next()
        .is_some_and(char::is_alphabetic)
}

/// The letters and other characters of a text, in lower case and without accents.
fn collation_letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.nfd()
        .flat_map(char::to_lowercase)
        .filter(|c| !is_combining_mark(*c))
        .flat_map(|c| {
            let apart = match c {
                'ß' => "ss",
                'æ' => "ae",
                'œ' => "oe",
                'ø' => "o",
                'ł' => "l",
                'đ' | 'ð' => "d",
                'þ' => "th",
                'ħ' => "h",
                'ı' => "i",
                _ => "",
            };
            apart
                .is_empty()
                .then_some(c)
                .into_iter()
                .chain(apart.chars())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_stand_as_in_an_index() {
        let mut titles = [
            "Übung",
            "zebra",
            "„Zitat“",
            "Apfel",
            "Ärger",
            "ß-Regel",
            ".NET",
            "Oase",
            "Öl",
            "3 ways",
            "Azur",
            "Nest",
            "Straße",
            "٣ طرق",
            "あか",
            "ガ",
        ];
        titles.sort_by(|a, b| CollationKey(a).cmp(&CollationKey(b)));
        let ordered = [
            "3 ways",
            "٣ طرق",
            "Apfel",
            "Ärger",
            "Azur",
            "Nest",
            ".NET",
            "Oase",
            "Öl",
            "ß-Regel",
            "Straße",
            "Übung",
            "zebra",
            "„Zitat“",
            "あか",
            "ガ",
        ];
        assert_eq!(titles, ordered);
        let mut initials: Vec<String> = ordered.iter().map(|title| initial(title)).collect();
        initials.dedup();
        assert_eq!(initials, ["#", "A", "N", "O", "S", "U", "Z", "あ", "カ"]);
    }

    proptest::proptest! {
        #[test]
        fn titles_of_one_letter_stand_together(mut titles in proptest::collection::vec("[aAbBéÉßÄäİı٣1.\"„あ ]{0,4}", 0..12)) {
            titles.sort_by(|a, b| CollationKey(a).cmp(&CollationKey(b)));
            let mut initials: Vec<String> = titles.iter().map(|title| initial(title)).collect();
            initials.dedup();
            let apart = initials.len();
            initials.sort();
            initials.dedup();
            proptest::prop_assert_eq!(initials.len(), apart, "{:?}", titles);
        }
    }
}
