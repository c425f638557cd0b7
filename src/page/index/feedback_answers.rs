//! The answers that readers can give to the question whether a page helped.

use crate::page::catalog::Catalog;
use crate::page::query_text::query_encoded;
use crate::page::view::{FeedbackAnswer, FeedbackAnswers};

/// The reasons a reader can give why a page did not help.
const REASONS: [&str; 5] = ["outdated", "unclear", "missing", "wrong", "other"];

/// The answers that readers can choose from, in a language.
pub fn feedback_answers(catalog: &Catalog, language: &str) -> FeedbackAnswers {
    let answer = |key: &'static str, word: &str| {
        let title = catalog.text(language, word, &[]);
        FeedbackAnswer {
            key,
            encoded: query_encoded(&[&title]),
            title,
        }
    };
    let reasons = REASONS
        .iter()
        .map(|key| answer(key, &format!("reason_{key}")));
    FeedbackAnswers {
        helped: answer("helped", "it_helped"),
        reasons: reasons.collect(),
    }
}
