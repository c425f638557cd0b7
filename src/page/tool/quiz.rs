//! A quiz as templates see it.

use serde::Serialize;

use crate::page::text::TextFinisher;
use crate::tool::quiz::{Quiz, QuizAnswer, QuizQuestion, ScoreBand};

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct QuizView {
    pub questions: Vec<QuestionView>,
    pub bands: Vec<BandView>,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct QuestionView {
    /// HTML of one line.
    pub ask: String,
    pub answers: Vec<AnswerView>,
    /// Whether more than one answer is right.
    pub has_several: bool,
    /// HTML.
    pub because: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct AnswerView {
    /// HTML of one line.
    pub text: String,
    pub is_right: bool,
    /// HTML.
    pub note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct BandView {
    pub from: usize,
    /// The highest score of the band.
    pub to: usize,
    pub title: Option<String>,
    /// HTML.
    pub text: String,
}

pub(super) fn view(quiz: &Quiz, finish: &TextFinisher) -> QuizView {
    let answer = |answer: &QuizAnswer| AnswerView {
        text: finish.line(&answer.text),
        is_right: answer.is_right,
        note: finish.optional(answer.note.as_ref()),
    };
    let question = |question: &QuizQuestion| QuestionView {
        ask: finish.line(&question.ask),
        answers: question.answers.iter().map(answer).collect(),
        has_several: question
            .answers
            .iter()
            .filter(|answer| answer.is_right)
            .count()
            > 1,
        because: finish.optional(question.because.as_ref()),
    };
    let ends = quiz
        .bands
        .iter()
        .skip(1)
        .map(|band| band.from - 1)
        .chain([quiz.questions.len()]);
    let band = |(band, to): (&ScoreBand, usize)| BandView {
        from: band.from,
        to,
        title: band.title.clone(),
        text: finish.text(&band.text),
    };
    QuizView {
        questions: quiz.questions.iter().map(question).collect(),
        bands: quiz.bands.iter().zip(ends).map(band).collect(),
    }
}
