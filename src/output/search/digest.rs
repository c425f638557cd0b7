//! What the search needs of one page, made from its text alone: its words with where they stand, and its text for excerpts.
//! Both are bytes in the form in which they are published, so that joining pages copies them.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::bytes::{Blob, length, packed, put_number, put_text, put_word};
use super::words::each_word;
use crate::document::Entry;
use crate::document::passages::Passage;

/// A page for the search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// For each word, sorted: the word as [`put_word`] writes it, the length of its places, and the places.
    pub words: Blob,
    /// Packed: the number of sections; for each its anchor, level, heading and text.
    pub text: Blob,
}

/// What a digest is made of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Page<'a> {
    pub title: &'a str,
    pub summary: &'a str,
    /// Words that it is found by though they do not stand in it: its topics, its file's name.
    pub keywords: &'a [&'a str],
    pub passages: &'a [Passage],
}

impl Page<'_> {
    /// A page that was read.
    pub fn digest(entry: &Entry, passages: &[Passage]) -> Digest {
        let topics = entry.meta.topics.iter().map(|topic| &*topic.value);
        let keywords: Vec<&str> = topics.chain([entry.source.stem()]).chain(entry.meta.short_title.as_deref()).collect();
        let summary = entry.summary.as_deref().unwrap_or("");
        digest(&Page { title: &entry.title, summary, keywords: &keywords, passages })
    }
}

/// Sections beyond this one count as part of it.
const SECTIONS_MAX: usize = 1000;

/// A section of this many words is of usual length. Fixed: an average over the site would change every page with each.
const USUAL_WORDS: f32 = 100.0;

/// How a word's weight in a text grows with its occurrences, and how much a long text counts against it (BM25's k1 and b).
const SATURATION: f32 = 1.2;
const LENGTH: f32 = 0.6;

/// The weight of a word in the text of a section goes from 0, not there, to this.
pub const WEIGHT_MAX: u32 = 7;

/// A word in a section.
#[derive(Clone, Copy)]
struct Occurrences {
    /// A position among the page's words.
    word: u32,
    section: u32,
    count: f32,
    /// How much of the heading the word is, 0 where it is not in it.
    heading: u32,
}

/// The words of a page, gathered section by section.
#[derive(Default)]
struct Gathered {
    words: HashMap<String, u32>,
    occurrences: Vec<Occurrences>,
    /// For each word the position of its last occurrences.
    last: Vec<usize>,
    /// How many words stand in each section's text.
    lengths: Vec<u32>,
}

impl Gathered {
    /// Takes in the words of a text; each counts so much.
    fn text(&mut self, section: usize, text: &str, weight: f32) {
        self.add(section, text, weight, 0);
    }

    fn heading(&mut self, section: usize, heading: &str) {
        self.add(section, heading, 0.0, share(heading));
    }

    fn add(&mut self, section: usize, text: &str, weight: f32, heading: u32) {
        let section = section.min(SECTIONS_MAX - 1);
        if self.lengths.len() <= section {
            self.lengths.resize(section + 1, 0);
        }
        let Gathered { words, occurrences, last, lengths } = self;
        each_word(text, |word, stands| {
            lengths[section] += u32::from(heading == 0 && stands);
            let number = match words.get(word) {
                Some(number) => *number,
                None => {
                    let number = length(words.len());
                    words.insert(word.to_owned(), number);
                    last.push(usize::MAX);
                    number
                }
            };
            let section = length(section);
            match occurrences.get_mut(last[number as usize]).filter(|known| known.section == section) {
                Some(known) => (known.count, known.heading) = (known.count + weight, known.heading.max(heading)),
                None => {
                    last[number as usize] = occurrences.len();
                    occurrences.push(Occurrences { word: number, section, count: weight, heading });
                }
            }
        });
    }

    /// The words, sorted, each with its places.
    fn bytes(mut self) -> Vec<u8> {
        let mut sorted: Vec<(&str, u32)> = self.words.iter().map(|(word, number)| (&**word, *number)).collect();
        sorted.sort_unstable();
        self.occurrences.sort_by_key(|occurrences| occurrences.word);
        let mut by_word: Vec<&[Occurrences]> = vec![&[]; sorted.len()];
        for occurrences in self.occurrences.chunk_by(|a, b| a.word == b.word) {
            by_word[occurrences[0].word as usize] = occurrences;
        }
        let (mut bytes, mut own, mut before) = (Vec::with_capacity(sorted.len() * 12), Vec::new(), "");
        for (word, number) in sorted {
            put_word(&mut bytes, before, word);
            put_places(&mut own, by_word[number as usize], &self.lengths);
            put_number(&mut bytes, length(own.len()));
            bytes.append(&mut own);
            before = word;
        }
        bytes
    }
}

pub fn digest(page: &Page) -> Digest {
    let mut gathered = Gathered::default();
    gathered.heading(0, page.title);
    gathered.text(0, page.summary, 2.0);
    page.keywords.iter().for_each(|words| gathered.text(0, words, 1.0));
    for (section, passage) in page.passages.iter().enumerate() {
        if section > 0 {
            gathered.heading(section, &passage.heading);
        }
        gathered.text(section, &passage.text, 1.0);
    }
    Digest { words: Blob(gathered.bytes()), text: Blob(text(page)) }
}

/// How much of a heading each of its words is: 3 where there are one or two, 2 up to four, 1 where there are more.
fn share(heading: &str) -> u32 {
    match heading.split_whitespace().count() {
        0..=2 => 3,
        3..=4 => 2,
        _ => 1,
    }
}

/// Each place is one number: from the lowest bit, three for the weight in the text, two for the share of the heading, one that
/// says whether another follows, and how many sections lie between it and the one before.
fn put_places(bytes: &mut Vec<u8>, places: &[Occurrences], lengths: &[u32]) {
    let mut next = 0;
    for (index, place) in places.iter().enumerate() {
        let weight = weight(place.count, lengths[place.section as usize]);
        let follows = u32::from(index + 1 < places.len());
        put_number(bytes, (place.section - next) << 6 | follows << 5 | place.heading << 3 | weight);
        next = place.section + 1;
    }
}

fn weight(count: f32, words: u32) -> u32 {
    if count == 0.0 {
        return 0;
    }
    let length = 1.0 - LENGTH + LENGTH * words as f32 / USUAL_WORDS;
    let share = count / (count + SATURATION * length);
    ((share * WEIGHT_MAX as f32).round() as u32).clamp(1, WEIGHT_MAX)
}

fn text(page: &Page) -> Vec<u8> {
    let lead = Passage { level: 1, ..Passage::default() };
    let passages = if page.passages.is_empty() { std::slice::from_ref(&lead) } else { page.passages };
    let mut bytes = Vec::new();
    put_number(&mut bytes, length(passages.len()));
    for (section, passage) in passages.iter().enumerate() {
        put_text(&mut bytes, &passage.anchor);
        put_number(&mut bytes, passage.level.into());
        put_text(&mut bytes, if section == 0 { page.title } else { &passage.heading });
        let mut words = String::with_capacity(passage.text.len());
        if section == 0 && !page.summary.is_empty() {
            words.push_str(page.summary);
        }
        for word in passage.text.split_whitespace() {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
        }
        put_text(&mut bytes, &words);
    }
    packed(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::search::bytes::Reader;

    /// Section, weight, share of the heading.
    type Place = (u32, u32, u32);

    /// The words of a digest, each with its places.
    fn places(digest: &Digest) -> Vec<(String, Vec<Place>)> {
        let (mut reader, mut word, mut all) = (Reader(&digest.words.0), Vec::new(), Vec::new());
        while !reader.is_done() {
            reader.word(&mut word).expect("a word");
            let length = reader.number().expect("a length") as usize;
            let mut own = Reader(reader.take(length).expect("places"));
            let (mut found, mut next) = (Vec::new(), 0);
            while !own.is_done() {
                let place = own.number().expect("a place");
                let section = next + (place >> 6);
                found.push((section, place & 7, place >> 3 & 3));
                assert_eq!(place & 32 != 0, !own.is_done());
                next = section + 1;
            }
            all.push((String::from_utf8(word.clone()).expect("UTF-8"), found));
        }
        all
    }

    #[test]
    fn a_word_knows_where_it_stands() {
        let passage = |anchor: &str, heading: &str, text: &str| Passage {
            anchor: anchor.into(),
            level: 2,
            heading: heading.into(),
            text: text.into(),
        };
        let passages = [passage("", "", "Paint dries."), passage("a", "Oil", "Oil paint paint paint."), passage("b", "Water", "Paint.")];
        let digest = digest(&Page { title: "Paint", passages: &passages, ..Page::default() });
        assert_eq!(
            places(&digest),
            [
                ("dries".into(), vec![(0, 5, 0)]),
                ("oil".into(), vec![(1, 5, 3)]),
                ("paint".into(), vec![(0, 5, 3), (1, 6, 0), (2, 5, 0)]),
                ("water".into(), vec![(2, 0, 3)]),
            ]
        );
    }
}
