//! The words of a page: what of them is counted, and what stands in lists as its beginning.

use super::Walk;
use super::text::count;

pub(super) const EXCERPT_BYTES: usize = 240;

impl Walk<'_> {
    /// Text that counts as the page's words.
    pub(super) fn plain_text(&mut self, text: &str) {
        if let Some(image) = &mut self.image {
            image.alt.push_str(text);
        }
        if let Some((words, _)) = &mut self.link_words {
            words.push_str(text);
        }
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
            return;
        }
        let counts = count(text, &mut self.is_in_sentence);
        self.out.words += counts.words;
        self.out.sentences += counts.sentences;
        self.out.long_words += counts.long_words;
        self.passage_text(text);
        if self.out.excerpt.len() < EXCERPT_BYTES && !self.out.excerpt.ends_with('\n') && self.flows.len() == 1 && self.image.is_none() {
            self.out.excerpt.push_str(text);
        }
    }

    /// Where a cell or an entry of a list ends, a sentence does, and a word.
    pub(super) fn end_sentence(&mut self) {
        let excerpt = &mut self.out.excerpt;
        if !excerpt.is_empty() && excerpt.len() < EXCERPT_BYTES && !excerpt.ends_with(char::is_whitespace) && self.flows.len() == 1 {
            excerpt.push(' ');
        }
        self.out.sentences += count("\n", &mut self.is_in_sentence).sentences;
    }
}
