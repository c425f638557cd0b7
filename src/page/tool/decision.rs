//! A decision as templates see it, with its diagram.

use std::borrow::Cow;

use serde::Serialize;

use super::diagram::{self, DiagramNode};
use crate::escape;
use crate::page::text::TextFinisher;
use crate::tool::decision::{Decision, DecisionAnswer};

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct DecisionView {
    /// The name of the first question.
    pub start: String,
    /// The answers to start with, by question, as in an address.
    pub given: String,
    /// The smallest number of questions that a reader has to answer; `most` is the largest.
    pub fewest: usize,
    pub most: usize,
    /// The first question, the other questions, then the outcomes.
    pub nodes: Vec<NodeView>,
    /// The diagram as SVG.
    pub drawing: String,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct NodeView {
    pub key: String,
    /// The question, or the outcome's title.
    pub title: String,
    /// HTML.
    pub text: Option<String>,
    pub is_outcome: bool,
    pub answers: Vec<BranchView>,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct BranchView {
    pub key: String,
    pub text: String,
    /// The name of the node that the answer leads to; `to_title` is its title.
    pub to: String,
    pub to_title: String,
    pub to_outcome: bool,
}

pub(super) fn view(decision: &Decision, finish: &TextFinisher) -> DecisionView {
    let paths = decision.decision_paths();
    let (fewest, most) = paths.lengths();
    let answer = |answer: &DecisionAnswer| BranchView {
        key: answer.key.clone(),
        text: answer.text.clone(),
        to: decision.key(answer.to).to_owned(),
        to_title: decision.text(answer.to).to_owned(),
        to_outcome: answer.to >= decision.questions.len(),
    };
    let mut nodes: Vec<NodeView> = decision
        .questions
        .iter()
        .map(|question| NodeView {
            key: question.key.clone(),
            title: question.ask.clone(),
            text: finish.optional(question.help.as_ref()),
            is_outcome: false,
            answers: question.answers.iter().map(answer).collect(),
        })
        .collect();
    nodes[..=decision.start].rotate_right(1);
    nodes.extend(decision.outcomes.iter().map(|outcome| NodeView {
        key: outcome.key.clone(),
        title: outcome.title.clone(),
        text: finish.optional(outcome.text.as_ref()),
        is_outcome: true,
        answers: Vec::new(),
    }));
    let answers = decision.questions.iter().map(|question| {
        question
            .answers
            .iter()
            .map(|answer| answer.text.as_str())
            .collect()
    });
    let answers = answers.chain(decision.outcomes.iter().map(|_| Vec::new()));
    let boxes: Vec<DiagramNode> = answers
        .enumerate()
        .map(|(node, answers)| DiagramNode {
            text: decision.text(node),
            answers,
        })
        .collect();
    let title = &finish.catalog.site.page(finish.page).entry.title;
    let name = finish.catalog.translations.text(
        finish.language,
        "tool_overview_drawing",
        None,
        &[("title", Cow::from(title))],
    );
    DecisionView {
        start: decision.key(decision.start).to_owned(),
        given: given(decision, finish),
        fewest,
        most,
        nodes,
        drawing: diagram::draw(&paths, &boxes, &name.unwrap_or_default()),
    }
}

fn given(decision: &Decision, finish: &TextFinisher) -> String {
    let mut pairs = Vec::new();
    for question in &decision.questions {
        if let Some(answer) = finish.given(&question.key) {
            let mut pair = String::new();
            escape::percent_into(&mut pair, &question.key, escape::IN_PATH);
            pair.push('=');
            escape::percent_into(&mut pair, answer, escape::IN_PATH);
            pairs.push(pair);
        }
    }
    pairs.join("&")
}
