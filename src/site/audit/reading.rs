//! How hard the pages' texts are to read, compared with the rest of the site (see DECISIONS: “How
//! hard a text is to read is compared with the rest of the site”).
//!
//! The measure is Björnsson's readability index (LIX): the average number of words in a sentence
//! plus the percentage of words with more than six letters. It does not need syllables, so it works
//! for many languages. Only the distance from the site's own median counts, so a site for lawyers
//! is not compared with one for children.

use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::PageFacts;
use crate::site::{PageId, Site};

/// Shorter texts are not measured.
const WORDS_MIN: usize = 150;
/// The median needs at least this many pages.
const PAGES_MIN: usize = 5;
/// A page is reported if its sentences are longer than this many times the median …
const SENTENCE_TIMES: f64 = 1.6;
/// … and have at least this many words on average.
const SENTENCE_MIN: f64 = 24.0;
/// A page is reported if its index is more than this many points above the median.
const INDEX_ABOVE: f64 = 14.0;

struct Measure {
    page: PageId,
    /// The average number of words in a sentence.
    sentence: f64,
    index: f64,
}

pub fn run<'a>(
    site: &Site,
    facts: impl Fn(PageId) -> Option<&'a PageFacts>,
    problems: &mut Vec<Diagnostic>,
) {
    let listed = site.pages_with_ids().filter(|(_, page)| page.is_listed());
    let measures: Vec<Measure> = listed
        .filter_map(|(id, _)| measure(id, facts(id)?))
        .collect();
    if measures.len() < PAGES_MIN {
        return;
    }
    let usual_sentence = median(measures.iter().map(|measure| measure.sentence).collect());
    let usual_index = median(measures.iter().map(|measure| measure.index).collect());
    for measure in measures {
        let start = Location::start_of(&site.page(measure.page).entry.source);
        let mut report = |code, message: String, help: &str| {
            problems.push(Diagnostic::new(code, message).at(start.clone()).help(help))
        };
        if measure.sentence > (usual_sentence * SENTENCE_TIMES).max(SENTENCE_MIN) {
            let message = format!(
                "sentences here have {:.0} words on average, compared with {usual_sentence:.0} on this site",
                measure.sentence
            );
            report(Code::LongSentences, message, "split the longest ones");
        } else if measure.index > usual_index + INDEX_ABOVE {
            let message = format!(
                "this page is much harder to read than others (index {:.0}, usually {usual_index:.0})",
                measure.index
            );
            report(
                Code::HardToRead,
                message,
                "use shorter words and shorter sentences, or mark it with `level: advanced`",
            );
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "no page has 2^53 words")]
fn measure(page: PageId, facts: &PageFacts) -> Option<Measure> {
    if facts.words < WORDS_MIN || facts.sentences == 0 {
        return None;
    }
    let sentence = facts.words as f64 / facts.sentences as f64;
    Some(Measure {
        page,
        sentence,
        index: sentence + 100.0 * facts.long_words as f64 / facts.words as f64,
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
