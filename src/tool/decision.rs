//! A decision: questions whose answers lead to other questions, and finally to an outcome.
//!
//! [`read`] verifies that every path ends and that every question and outcome can be reached (see
//! [`decision_paths`]).

pub mod decision_paths;

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use self::decision_paths::{DecisionPaths, GraphFault};
use super::keys::{self, UniqueKeys};
use super::prose::ToolText;
use super::{ToolContext, declaration, too_many};
use crate::diagnostic::{Code, Diagnostic, Location, nearest};
use crate::fields::{Field, FieldType};
use crate::yaml::{YamlMap, YamlNode};

/// A checked decision. Its nodes are numbered: first the questions, then the outcomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub start: usize,
    pub questions: Vec<DecisionQuestion>,
    pub outcomes: Vec<DecisionOutcome>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionQuestion {
    pub key: String,
    pub ask: String,
    pub help: Option<ToolText>,
    pub answers: Vec<DecisionAnswer>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionAnswer {
    pub key: String,
    pub text: String,
    /// The number of the node that the answer leads to.
    pub to: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecisionOutcome {
    pub key: String,
    pub title: String,
    pub text: Option<ToolText>,
}

const NODES_MAX: usize = 1000;
const ANSWERS_MAX: usize = 30;
const ALL_ANSWERS_MAX: usize = 3000;
/// Similar names are suggested only for this many problems, because the search takes time and few
/// writers read more.
const NEAR_NAMES_MAX: usize = 50;

/// The keys of a decision.
pub static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let question = FieldType::Map(vec![
        Field::text("ask").required().about("The question."),
        Field::text("help").about("Help with answering it (Markdown)."),
        Field::new("answers", FieldType::map_of(FieldType::Text))
            .required()
            .about("Each answer, with the name of the question or outcome that it leads to."),
    ]);
    let outcome = FieldType::Map(vec![
        Field::text("title")
            .required()
            .about("The outcome in a few words."),
        Field::text("text").about("What it means, and what to do next (Markdown)."),
    ]);
    vec![
        Field::text("start")
            .about("The name of the first question.")
            .defaults_to("the first one in the file"),
        Field::new("questions", FieldType::map_of(question))
            .required()
            .about("The questions, by name."),
        Field::new("outcomes", FieldType::map_of(outcome))
            .required()
            .about("The outcomes, by name."),
    ]
});

/// Reads the declaration of a decision.
pub fn read(
    node: &YamlNode,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Option<Decision> {
    let reported = problems.len();
    declaration::check(node, &FIELDS, problems);
    let none = YamlMap::new();
    let map = |key: &str| node.get(key).and_then(YamlNode::as_map).unwrap_or(&none);
    let (questions, outcomes) = (map("questions"), map("outcomes"));
    problems.extend(too_many(
        node,
        "questions and outcomes",
        questions.len() + outcomes.len(),
        NODES_MAX,
    ));
    let names = names(questions, outcomes, problems);
    let decision = Decision {
        start: start(node, questions, problems).unwrap_or(0),
        questions: questions
            .iter()
            .map(|(key, entry)| question(key, &entry.node, &names, reading, problems))
            .collect(),
        outcomes: outcomes
            .iter()
            .map(|(key, entry)| outcome(key, &entry.node, reading))
            .collect(),
    };
    let answers = decision
        .questions
        .iter()
        .map(|question| question.answers.len())
        .sum();
    problems.extend(too_many(node, "answers", answers, ALL_ANSWERS_MAX));
    if let Some(empty) = node
        .get("questions")
        .filter(|node| node.as_map().is_some_and(YamlMap::is_empty))
    {
        let problem = Diagnostic::new(Code::MissingField, "a decision needs at least one question")
            .at(empty.place.clone());
        problems.push(problem.help("add a question: `name: { ask: …, answers: { … } }`"));
    }
    // With a wrong name or an answer without a target, the graph is not the intended one.
    if questions.is_empty() || problems[reported..].iter().any(Diagnostic::is_error) {
        return None;
    }
    let places: Vec<&Location> = questions
        .values()
        .chain(outcomes.values())
        .map(|entry| &entry.key_place)
        .collect();
    problems.extend(
        decision
            .decision_paths()
            .faults()
            .into_iter()
            .map(|fault| decision.explain(fault, &places)),
    );
    Some(decision)
}

/// The node number of each name.
fn names<'a>(
    questions: &'a YamlMap,
    outcomes: &'a YamlMap,
    problems: &mut Vec<Diagnostic>,
) -> IndexMap<&'a str, usize> {
    let mut names = IndexMap::new();
    for (number, (name, entry)) in questions.iter().chain(outcomes).enumerate() {
        if let Some(fault) = keys::fault(name) {
            let problem = Diagnostic::new(Code::BadValue, fault).at(entry.key_place.clone());
            problems.push(problem.help("choose a short name: it becomes part of links"));
        }
        if let Some(first) = names.get(name.as_str()).copied() {
            let message = format!("`{name}` names both a question and an outcome");
            let first_place = questions
                .get_index(first)
                .map(|(_, entry)| entry.key_place.clone());
            let problem = Diagnostic::new(Code::DuplicateKey, message)
                .at(entry.key_place.clone())
                .help("rename one of them");
            problems.push(match first_place {
                Some(place) => problem.with_related(place, "the question is here"),
                None => problem,
            });
            continue;
        }
        names.insert(name.as_str(), number);
    }
    names
}

fn start(node: &YamlNode, questions: &YamlMap, problems: &mut Vec<Diagnostic>) -> Option<usize> {
    let stated = node.get("start")?;
    let name = stated.as_text()?;
    let found = questions.get_index_of(name);
    if found.is_none() {
        let near = nearest(name, questions.keys().map(String::as_str));
        let otherwise = || "use the name of one of the `questions`".to_owned();
        problems.push(
            Diagnostic::new(
                Code::UnknownNode,
                format!("`start`: unknown question `{name}`"),
            )
            .at(stated.place.clone())
            .suggest(name, near, otherwise),
        );
    }
    found
}

fn question(
    name: &str,
    node: &YamlNode,
    names: &IndexMap<&str, usize>,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> DecisionQuestion {
    let mut keys = UniqueKeys::default();
    let mut answers = Vec::new();
    let written = node.get("answers").and_then(YamlNode::as_map);
    for (text, entry) in written.into_iter().flatten() {
        let Some(target) = entry.node.as_text().filter(|target| !target.is_empty()) else {
            if entry.node.is_none() || entry.node.as_text().is_some() {
                let problem = Diagnostic::new(
                    Code::DeadEnd,
                    format!("the answer `{text}` of `{name}` has no target"),
                );
                problems.push(
                    problem
                        .at(entry.key_place.clone())
                        .help("add the name of a question or an outcome after it"),
                );
            }
            continue;
        };
        let Some(to) = names.get(target).copied() else {
            let candidates = names
                .keys()
                .copied()
                .filter(|_| problems.len() < NEAR_NAMES_MAX);
            let near = nearest(target, candidates);
            let otherwise = || "add it to `questions` or `outcomes`".to_owned();
            let message = format!("there is no question or outcome `{target}`");
            problems.push(
                Diagnostic::new(Code::UnknownNode, message)
                    .at(entry.node.place.clone())
                    .suggest(target, near, otherwise),
            );
            continue;
        };
        answers.push(DecisionAnswer {
            key: keys.of_words(text),
            text: text.trim().to_owned(),
            to,
        });
    }
    problems.extend(too_many(node, "answers", answers.len(), ANSWERS_MAX));
    let help = node
        .get("help")
        .and_then(|help| ToolText::of(help, reading, &[]));
    DecisionQuestion {
        key: name.to_owned(),
        ask: line(node.get("ask")),
        help,
        answers,
    }
}

fn outcome(name: &str, node: &YamlNode, reading: &ToolContext) -> DecisionOutcome {
    let text = node
        .get("text")
        .and_then(|text| ToolText::of(text, reading, &[]));
    DecisionOutcome {
        key: name.to_owned(),
        title: line(node.get("title")),
        text,
    }
}

/// The text with its line breaks and repeated blanks replaced by single spaces.
fn line(node: Option<&YamlNode>) -> String {
    node.and_then(YamlNode::as_text)
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

impl Decision {
    /// The graph of questions and outcomes.
    pub fn decision_paths(&self) -> DecisionPaths {
        let answers = self
            .questions
            .iter()
            .map(|question| question.answers.iter().map(|answer| answer.to).collect());
        let to = answers
            .chain(self.outcomes.iter().map(|_| Vec::new()))
            .collect();
        DecisionPaths {
            start: self.start,
            to,
            questions: self.questions.len(),
        }
    }

    /// Returns the name of a node.
    pub fn key(&self, node: usize) -> &str {
        match node.checked_sub(self.questions.len()) {
            None => &self.questions[node].key,
            Some(outcome) => &self.outcomes[outcome].key,
        }
    }

    /// The text of a node: its question, or the title of its outcome.
    pub fn text(&self, node: usize) -> &str {
        match node.checked_sub(self.questions.len()) {
            None => &self.questions[node].ask,
            Some(outcome) => &self.outcomes[outcome].title,
        }
    }

    fn explain(&self, fault: GraphFault, places: &[&Location]) -> Diagnostic {
        let noun = |node: usize| {
            if node < self.questions.len() {
                "question"
            } else {
                "outcome"
            }
        };
        match fault {
            GraphFault::Unreachable(node) => {
                let message = format!(
                    "no path from `{}` leads to the {} `{}`",
                    self.key(self.start),
                    noun(node),
                    self.key(node)
                );
                let problem =
                    Diagnostic::new(Code::UnreachableNode, message).at(places[node].clone());
                problem.help("make an answer lead to it, or delete it")
            }
            GraphFault::Endless(cycle) => {
                let first = cycle[0];
                let names: Vec<String> = cycle
                    .iter()
                    .chain([&first])
                    .map(|node| format!("`{}`", self.key(*node)))
                    .collect();
                let problem = Diagnostic::new(
                    Code::DecisionCycle,
                    format!("the decision has a cycle: {}", names.join(" → ")),
                );
                problem
                    .at(places[first].clone())
                    .help("make one of the answers lead to another question or to an outcome")
            }
            GraphFault::DeadEnd(node) => {
                let problem = Diagnostic::new(
                    Code::DeadEnd,
                    format!("the question `{}` has no answers", self.key(node)),
                );
                problem
                    .at(places[node].clone())
                    .help("add `answers:`, or make it an outcome")
            }
        }
    }

    pub(super) fn proses_mut(&mut self) -> Vec<&mut ToolText> {
        let help = self
            .questions
            .iter_mut()
            .filter_map(|question| question.help.as_mut());
        help.chain(
            self.outcomes
                .iter_mut()
                .filter_map(|outcome| outcome.text.as_mut()),
        )
        .collect()
    }

    pub(super) fn labels(&self) -> Vec<&str> {
        let asked = self.questions.iter().flat_map(|question| {
            std::iter::once(question.ask.as_str())
                .chain(question.answers.iter().map(|answer| answer.text.as_str()))
        });
        asked
            .chain(self.outcomes.iter().map(|outcome| outcome.title.as_str()))
            .collect()
    }
}
