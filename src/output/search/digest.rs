//! What the search needs from one page, computed from its text alone: its words with their places,
//! and its text for excerpts. Both are stored as they are published, so that merging pages only
//! copies bytes.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

use super::bytes::{Blob, length, packed, put_number, put_text};
use super::word_list::WordList;
use super::words::each_word;
use crate::document::Entry;
use crate::document::text_sections::TextSection;

/// The search data of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchDigest {
    /// For each word, in the order of first occurrence: the word, the length of its places, and the
    /// places.
    pub words: Blob,
    /// Compressed: the number of sections; for each its anchor, level, heading and text.
    pub text: Blob,
}

/// The inputs of a digest.
#[derive(Clone, Copy, Debug, Default)]
pub struct DigestInput<'a> {
    pub title: &'a str,
    pub summary: &'a str,
    /// Words that should find the page although its text may not contain them: its topics, its
    /// file's name.
    pub keywords: &'a [&'a str],
    pub passages: &'a [TextSection],
}

impl DigestInput<'_> {
    /// The digest of a page.
    pub fn digest(entry: &Entry, passages: &[TextSection]) -> SearchDigest {
        let topics = entry.meta.topics.iter().map(|topic| &*topic.value);
        let keywords: Vec<&str> = topics
            .chain([entry.source.stem()])
            .chain(entry.meta.short_title.as_deref())
            .collect();
        let summary = entry.summary.as_deref().unwrap_or("");
        digest(&DigestInput {
            title: &entry.title,
            summary,
            keywords: &keywords,
            passages,
        })
    }
}

/// Sections beyond this number count as part of the last one.
const SECTIONS_MAX: usize = 1000;

/// The number of words in a section of average length. It is fixed, because an actual average would
/// change with every page.
const USUAL_WORDS: f32 = 100.0;

/// How the weight of a word grows with its occurrences, and how much a long text reduces it (BM25's
/// k1 and b).
const SATURATION: f32 = 1.2;
const LENGTH: f32 = 0.6;

/// The maximum weight of a word in the text of a section; 0 means that it does not occur.
pub const WEIGHT_MAX: u32 = 7;

/// The bit of a place that says that the word also occurs in a later section.
pub const ANOTHER_SECTION: u32 = 1 << 5;

/// The occurrences of a word in a section.
#[derive(Clone, Copy)]
struct Occurrences {
    section: u32,
    count: f32,
    /// How much of the heading the word is; 0 if it is not in the heading.
    heading: u32,
    /// The position of the same word's occurrences in the next section that has it.
    next: Option<usize>,
}

/// Collects the words of a page, section by section.
#[derive(Default)]
struct WordCollector {
    words: WordList,
    occurrences: Vec<Occurrences>,
    /// For each word, the positions of its first and last occurrences.
    ends: Vec<(usize, usize)>,
    /// The number of words in each section's text.
    lengths: Vec<u32>,
}

impl WordCollector {
    fn clear(&mut self) {
        self.words.clear();
        self.occurrences.clear();
        self.ends.clear();
        self.lengths.clear();
    }

    /// Adds the words of a text, each with this weight.
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
        let WordCollector {
            words,
            occurrences,
            ends,
            lengths,
        } = self;
        let (own_length, section) = (&mut lengths[section], length(section));
        each_word(text, |word, is_literal| {
            *own_length += u32::from(heading == 0 && is_literal);
            let (number, new) = (words.number(word), occurrences.len());
            let occurrence = Occurrences {
                section,
                count: weight,
                heading,
                next: None,
            };
            match ends.get_mut(number) {
                Some((_, last)) if occurrences[*last].section == section => {
                    let known = &mut occurrences[*last];
                    (known.count, known.heading) =
                        (known.count + weight, known.heading.max(heading));
                }
                Some((_, last)) => {
                    occurrences[*last].next = Some(new);
                    *last = new;
                    occurrences.push(occurrence);
                }
                None => {
                    ends.push((new, new));
                    occurrences.push(occurrence);
                }
            }
        });
    }

    /// Writes the words, each with its places.
    fn put(&self, bytes: &mut Vec<u8>) {
        let mut places = Vec::new();
        for (number, (first, _)) in self.ends.iter().enumerate() {
            places.clear();
            self.put_places(&mut places, *first);
            put_text(bytes, self.words.word(number));
            put_number(bytes, length(places.len()));
            bytes.extend_from_slice(&places);
        }
    }

    /// Writes the places of a word. Each is one number: starting from the lowest bit, three bits
    /// for the weight in the text, two for the share of the heading, one for whether another place
    /// follows, and the rest for the number of sections since the previous place.
    fn put_places(&self, bytes: &mut Vec<u8>, first: usize) {
        let (mut next, mut at) = (0, Some(first));
        while let Some(place) = at.map(|at| &self.occurrences[at]) {
            let weight = weight(place.count, self.lengths[place.section as usize]);
            let follows = if place.next.is_some() {
                ANOTHER_SECTION
            } else {
                0
            };
            put_number(
                bytes,
                (place.section - next) << 6 | follows | place.heading << 3 | weight,
            );
            (next, at) = (place.section + 1, place.next);
        }
    }
}

pub fn digest(page: &DigestInput) -> SearchDigest {
    // The buffers of one page serve the next one, so each thread keeps them.
    thread_local! {
        static ROOM: RefCell<(WordCollector, Vec<u8>)> = RefCell::default();
    }
    ROOM.with_borrow_mut(|(gathered, bytes)| {
        gathered.clear();
        gathered.heading(0, page.title);
        gathered.text(0, page.summary, 2.0);
        page.keywords
            .iter()
            .for_each(|words| gathered.text(0, words, 1.0));
        for (section, passage) in page.passages.iter().enumerate() {
            if section > 0 {
                gathered.heading(section, &passage.heading);
            }
            gathered.text(section, &passage.text, 1.0);
        }
        bytes.clear();
        gathered.put(bytes);
        let words = bytes.clone();
        bytes.clear();
        put_texts(bytes, page);
        SearchDigest {
            words: Blob(words),
            text: Blob(packed(bytes)),
        }
    })
}

/// How much of a heading each of its words is: 3 if it is the only one, 2 for up to three words, 1
/// for more.
fn share(heading: &str) -> u32 {
    match heading.split_whitespace().count() {
        0..=1 => 3,
        2..=3 => 2,
        _ => 1,
    }
}

fn weight(count: f32, words: u32) -> u32 {
    if count == 0.0 {
        return 0;
    }
    let length = 1.0 - LENGTH + LENGTH * words as f32 / USUAL_WORDS;
    let share = count / (count + SATURATION * length);
    ((share * WEIGHT_MAX as f32 + 0.5) as u32).clamp(1, WEIGHT_MAX)
}

fn put_texts(bytes: &mut Vec<u8>, page: &DigestInput) {
    let lead = TextSection {
        level: 1,
        ..TextSection::default()
    };
    let passages = if page.passages.is_empty() {
        std::slice::from_ref(&lead)
    } else {
        page.passages
    };
    put_number(bytes, length(passages.len()));
    let mut line = String::new();
    for (section, passage) in passages.iter().enumerate() {
        put_text(bytes, &passage.anchor);
        put_number(bytes, passage.level.into());
        put_text(
            bytes,
            if section == 0 {
                page.title
            } else {
                &passage.heading
            },
        );
        line.clear();
        if section == 0 {
            line.push_str(page.summary);
        }
        for word in passage.text.split_ascii_whitespace() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        put_text(bytes, &line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::search::bytes::ByteReader;

    /// Section, weight, share of the heading.
    type WordPlace = (u32, u32, u32);

    /// The words of a digest, each with its places.
    fn places(digest: &SearchDigest) -> Vec<(String, Vec<WordPlace>)> {
        let (mut reader, mut all) = (ByteReader(&digest.words.0), Vec::new());
        while !reader.is_done() {
            let word = reader.text().expect("a word").to_owned();
            let length = reader.number().expect("a length") as usize;
            let mut own = ByteReader(reader.take(length).expect("places"));
            let (mut found, mut next) = (Vec::new(), 0);
            while !own.is_done() {
                let place = own.number().expect("a place");
                let section = next + (place >> 6);
                found.push((section, place & 7, place >> 3 & 3));
                assert_eq!(place & 32 != 0, !own.is_done());
                next = section + 1;
            }
            all.push((word, found));
        }
        all.sort();
        all
    }

    #[test]
    fn a_word_knows_its_position() {
        let passage = |anchor: &str, heading: &str, text: &str| TextSection {
            anchor: anchor.into(),
            level: 2,
            heading: heading.into(),
            text: text.into(),
            includes: Vec::new(),
        };
        let passages = [
            passage("", "", "Paint dries."),
            passage("a", "Oil", "Oil paint paint paint."),
            passage("b", "Water", "Paint."),
        ];
        let digest = digest(&DigestInput {
            title: "Paint",
            passages: &passages,
            ..DigestInput::default()
        });
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

    #[test]
    fn a_heading_of_one_word_is_that_word() {
        assert_eq!(
            [
                "Compiletest",
                "Compiletest directives",
                "Oil on oak",
                "How a table is oiled"
            ]
            .map(share),
            [3, 2, 2, 1]
        );
    }
}
