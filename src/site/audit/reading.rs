//! How hard the pages' texts are to read, each held against what is usual on this very site.
//!
//! The measure is Björnsson's readability index (LIX): the words of an average sentence, and the
//! share of words over six letters in a hundred. It knows no syllables, so it holds for many
//! languages; and as only the distance from the site's own median counts, a site for lawyers is not
//! told to write like one for children.

use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::PageFacts;
use crate::site::{PageId, Site};

/// Shorter texts show nothing.
const WORDS_MIN: usize = 150;
/// Fewer pages have no median worth the name.
const PAGES_MIN: usize = 5;
/// How far above the median a page stands out: in words a sentence, times the median, and never
/// below so many words.
const SENTENCE_TIMES: f64 = 1.6;
const SENTENCE_MIN: f64 = 24.0;
/// And in points of the index.
const INDEX_ABOVE: f64 = 14.0;

struct Measure {
    page: PageId,
    /// Words of an average sentence.
    sentence: f64,
    index: f64,
}

pub fn run<'a>(
    site: &Site,
    facts: impl Fn(PageId) -> Option<&'a PageFacts>,
    problems: &mut Vec<Diagnostic>,
) {
    let listed = site
        .pages()
        .iter()
        .enumerate()
        .filter(|(_, page)| page.is_listed());
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
        let mut tell = |code, message: String, help: &str| {
            problems.push(Diagnostic::new(code, message).at(start.clone()).help(help))
        };
        if measure.sentence > (usual_sentence * SENTENCE_TIMES).max(SENTENCE_MIN) {
            let message = format!(
                "sentences here have {:.0} words on average; {usual_sentence:.0} are usual on this site",
                measure.sentence
            );
            tell(
                Code::LongSentences,
                message,
                "break the longest ones in two",
            );
        } else if measure.index > usual_index + INDEX_ABOVE {
            let message = format!(
                "this page is much harder to read than others here (index {:.0}, usually {usual_index:.0})",
                measure.index
            );
            tell(
                Code::HardToRead,
                message,
                "take shorter words and shorter sentences, or say whom it is for with `level: advanced`",
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
