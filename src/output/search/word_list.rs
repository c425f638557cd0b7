//! Distinct words, numbered in the order of first occurrence. A page has hundreds of words and a
//! site has millions to look up, so the words are stored one after another in a single allocation,
//! and sorted once for a site by their first bytes as a number.

use std::cmp::Ordering;

/// Words with their numbers, starting from 0.
#[derive(Debug, Default)]
pub struct WordList {
    /// All words, one after another.
    letters: String,
    /// For each word, the offset of its end and its hash.
    words: Vec<(usize, u64)>,
    /// A hash table of word numbers plus one, with 0 for empty slots. Its length is a power of two.
    slots: Vec<u32>,
}

impl WordList {
    pub fn clear(&mut self) {
        self.letters.clear();
        self.words.clear();
        self.slots.fill(0);
    }

    pub fn len(&self) -> usize {
        self.words.len()
    }

    pub fn word(&self, number: usize) -> &str {
        let start = number
            .checked_sub(1)
            .map_or(0, |before| self.words[before].0);
        &self.letters[start..self.words[number].0]
    }

    /// A word's number; the next free number if it is new.
    pub fn number(&mut self, word: &str) -> usize {
        if self.words.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let hash = hash(word.as_bytes());
        let mut slot = self.slot(hash);
        while let Some(number) = self.slots[slot].checked_sub(1) {
            let number = number as usize;
            if self.words[number].1 == hash && self.word(number) == word {
                return number;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.letters.push_str(word);
        self.words.push((self.letters.len(), hash));
        self.slots[slot] =
            u32::try_from(self.words.len()).expect("memory cannot hold that many words");
        self.words.len() - 1
    }

    /// The numbers of all words, sorted by the bytes of the words.
    pub fn sorted(&self) -> impl Iterator<Item = usize> + use<> {
        let mut sorted: Vec<(u64, usize)> = (0..self.len())
            .map(|number| (first_bytes(self.word(number)), number))
            .collect();
        sorted.sort_unstable_by(|(a, one), (b, other)| match a.cmp(b) {
            Ordering::Equal => self.word(*one).cmp(self.word(*other)),
            unequal => unequal,
        });
        sorted.into_iter().map(|(_, number)| number)
    }

    fn slot(&self, hash: u64) -> usize {
        hash as usize & (self.slots.len() - 1)
    }

    fn grow(&mut self) {
        self.slots = vec![0; (self.slots.len() * 2).max(1024)];
        for (number, (_, hash)) in (1..).zip(&self.words) {
            let mut slot = self.slot(*hash);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = number;
        }
    }
}

/// The first eight bytes as a number with the same order.
fn first_bytes(word: &str) -> u64 {
    match word.as_bytes() {
        [a, b, c, d, e, f, g, h, ..] => u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]),
        short => short
            .iter()
            .zip((0..8).rev())
            .fold(0, |number, (byte, place)| {
                number | u64::from(*byte) << (place * 8)
            }),
    }
}

/// Mixes in eight bytes at a time with a multiplication whose two halves are combined.
fn hash(mut bytes: &[u8]) -> u64 {
    const START: u64 = 0x9E37_79B9_7F4A_7C15;
    const FACTOR: u64 = 0xD6E8_FEB8_6659_FD93;
    let mix = |hash: u64, number: u64| {
        let wide = u128::from(hash ^ number) * u128::from(FACTOR);
        wide as u64 ^ (wide >> 64) as u64
    };
    let mut hash = START ^ bytes.len() as u64;
    while let Some((eight, rest)) = bytes.split_first_chunk() {
        hash = mix(hash, u64::from_le_bytes(*eight));
        bytes = rest;
    }
    mix(
        hash,
        bytes
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_word_has_one_number_and_its_place(given in prop::collection::vec("[a-c\\u{0}ß]{0,12}", 0..3000)) {
            let mut list = WordList::default();
            list.number("of the page before");
            list.clear();
            for word in &given {
                let number = list.number(word);
                prop_assert_eq!(list.word(number), word);
            }
            let sorted: Vec<&str> = list.sorted().map(|number| list.word(number)).collect();
            prop_assert_eq!(sorted, given.iter().map(String::as_str).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
        }
    }
}
