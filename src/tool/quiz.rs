//! A quiz: questions whose answers are a Markdown task list with the right answers ticked, and what
//! each score means.

use std::ops::Range;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::prose::ToolText;
use super::{ToolContext, declaration, too_many};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{Field, FieldType};
use crate::yaml::YamlNode;

/// A validated quiz.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quiz {
    pub questions: Vec<QuizQuestion>,
    /// The bands of scores, lowest first.
    pub bands: Vec<ScoreBand>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuizQuestion {
    pub ask: ToolText,
    pub answers: Vec<QuizAnswer>,
    /// Why the right answers are right.
    pub because: Option<ToolText>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuizAnswer {
    pub text: ToolText,
    pub is_right: bool,
    /// A comment on this answer.
    pub note: Option<ToolText>,
}

/// The meaning of a range of scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreBand {
    /// The fewest right answers in this band.
    pub from: usize,
    pub title: Option<String>,
    pub text: ToolText,
}

const QUESTIONS_MAX: usize = 100;
const ANSWERS_MAX: usize = 12;

/// The keys of a quiz.
pub static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let question = FieldType::Map(vec![
        Field::text("ask").required().about("The question (Markdown)."),
        Field::new("answers", FieldType::Anything)
            .required()
            .about("A task list as a block of text: `- [x]` is right, `- [ ]` is wrong; an indented line below an answer says why."),
        Field::text("because").about("An explanation, shown with the solution (Markdown)."),
    ]);
    let band = FieldType::Map(vec![
        Field::integer("from")
            .required()
            .about("The fewest right answers for this band; the first band begins at 0."),
        Field::text("title").about("The band in a few words."),
        Field::text("text")
            .required()
            .about("What a score in this band means (Markdown)."),
    ]);
    vec![
        Field::list("questions", question)
            .required()
            .about("The questions, in order."),
        Field::list("bands", band).about("The meaning of scores, in bands."),
    ]
});

/// Reads the declaration of a quiz.
pub fn read(
    node: &YamlNode,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Option<Quiz> {
    declaration::check(node, &FIELDS, problems);
    let list = |key: &str| {
        node.get(key)
            .map(|node| node.as_list().unwrap_or(std::slice::from_ref(node)))
            .unwrap_or_default()
    };
    let questions: Vec<QuizQuestion> = list("questions")
        .iter()
        .filter_map(|node| question(node, reading, problems))
        .collect();
    problems.extend(too_many(node, "questions", questions.len(), QUESTIONS_MAX));
    if let Some(empty) = node
        .get("questions")
        .filter(|node| node.as_list().is_some_and(<[YamlNode]>::is_empty))
    {
        let problem = Diagnostic::new(Code::MissingField, "a quiz needs at least one question")
            .at(empty.place.clone());
        problems.push(problem.help("add a question: `- ask: …` with `answers: |` and a task list"));
    }
    let mut bands: Vec<(ScoreBand, &YamlNode)> = list("bands")
        .iter()
        .filter_map(|node| Some((band(node, reading)?, node)))
        .collect();
    bands.sort_by_key(|(band, _)| band.from);
    check_bands(&bands, list("questions").len(), problems);
    Some(Quiz {
        questions,
        bands: bands.into_iter().map(|(band, _)| band).collect(),
    })
}

fn question(
    node: &YamlNode,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Option<QuizQuestion> {
    let written = node.get("answers")?;
    let answers = answers(written, reading, problems);
    if let Some(answers) = &answers {
        let right = answers.iter().filter(|answer| answer.is_right).count();
        let mut report = |message: &str, help: &str| {
            problems.push(
                Diagnostic::new(Code::BadValue, format!("`answers`: {message}"))
                    .at(written.place.clone())
                    .help(help),
            );
        };
        if answers.len() < 2 {
            report(
                "a question needs at least two answers",
                "add another line `- [ ] …`",
            );
        } else if right == 0 {
            report(
                "no answer is marked as right",
                "tick the right answers: `- [x] …`",
            );
        }
    }
    let because = node
        .get("because")
        .and_then(|node| ToolText::of(node, reading, &[]));
    Some(QuizQuestion {
        ask: ToolText::line(node.get("ask")?, reading)?,
        answers: answers?,
        because,
    })
}

/// Reads a task list. Returns `None` and reports a problem if the text is not a task list.
fn answers(
    node: &YamlNode,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Option<Vec<QuizAnswer>> {
    const HELP: &str =
        "write `answers: |` and below it one line for each answer: `- [x] right`, `- [ ] wrong`";
    let text = match &node.value {
        crate::yaml::YamlValue::Text(text) => text,
        _ => {
            let message = format!(
                "`answers`: expected a task list as a block of text, found {}",
                node.noun()
            );
            problems.push(
                Diagnostic::new(Code::WrongType, message)
                    .at(node.place.clone())
                    .help(HELP),
            );
            return None;
        }
    };
    let offset_map = reading.offset_map(node);
    let mut parts: Vec<(bool, Range<usize>, Option<Range<usize>>)> = Vec::new();
    let mut start = 0;
    let mut is_valid = true;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.trim_end().len();
        start += line.len();
        if range.is_empty() {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        match (task(line), parts.last_mut()) {
            (Some((is_right, at)), _) if range.start + at < range.end => {
                parts.push((is_right, range.start + at..range.end, None))
            }
            (None, Some((.., note))) if indent >= 2 => {
                let from = note
                    .as_ref()
                    .map_or(range.start + indent, |note| note.start);
                *note = Some(from..range.end);
            }
            _ => {
                is_valid = false;
                let message = format!(
                    "`answers`: `{}` is not a line of a task list",
                    shortened(line.trim())
                );
                problems.push(
                    Diagnostic::new(Code::BadValue, message)
                        .at(offset_map.place(range))
                        .help(HELP),
                );
            }
        }
    }
    if let Some(problem) = too_many(node, "answers", parts.len(), ANSWERS_MAX) {
        problems.push(problem);
        return None;
    }
    let prose = |range: Range<usize>| ToolText::part(node, reading, range);
    let answer = |(is_right, text, note): (bool, Range<usize>, Option<Range<usize>>)| {
        let mut text = prose(text)?;
        text.is_line = true;
        Some(QuizAnswer {
            text,
            is_right,
            note: note.and_then(prose),
        })
    };
    is_valid.then(|| parts.into_iter().filter_map(answer).collect())
}

/// Reads a line of a task list: whether its box is ticked, and the offset of its text.
fn task(line: &str) -> Option<(bool, usize)> {
    let rest = line
        .strip_prefix(['-', '*', '+'])?
        .trim_start_matches(' ')
        .strip_prefix('[')?;
    let (is_right, rest) = match rest.get(..2)? {
        "x]" | "X]" => (true, &rest[2..]),
        " ]" => (false, &rest[2..]),
        _ => return None,
    };
    rest.starts_with(char::is_whitespace)
        .then(|| (is_right, line.len() - rest.trim_start().len()))
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 40 {
        text.to_owned()
    } else {
        format!("{}…", text.chars().take(40).collect::<String>())
    }
}

fn band(node: &YamlNode, reading: &ToolContext) -> Option<ScoreBand> {
    let crate::yaml::YamlValue::Int(from) = node.get("from")?.value else {
        return None;
    };
    let title = node
        .get("title")
        .and_then(YamlNode::as_text)
        .map(str::to_owned);
    // A number below 0 is reported later, like one above the number of questions.
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    Some(ScoreBand {
        from,
        title,
        text: ToolText::of(node.get("text")?, reading, &[])?,
    })
}

/// Checks that every score has exactly one band.
fn check_bands(bands: &[(ScoreBand, &YamlNode)], questions: usize, problems: &mut Vec<Diagnostic>) {
    let Some((first, node)) = bands.first() else {
        return;
    };
    let place = |node: &YamlNode| {
        node.get("from")
            .map_or_else(|| node.place.clone(), |from| from.place.clone())
    };
    let mut report = |node: &YamlNode, message: String, help: &str| {
        problems.push(
            Diagnostic::new(Code::BadValue, format!("`from`: {message}"))
                .at(place(node))
                .help(help),
        );
    };
    if first.from != 0 && first.from <= questions {
        report(
            node,
            format!("scores below {} have no band", first.from),
            "begin the lowest band with `from: 0`",
        );
    }
    for (band, node) in bands.iter().filter(|(band, _)| band.from > questions) {
        let written = node
            .get("from")
            .and_then(YamlNode::as_text)
            .unwrap_or_default();
        let message = if band.from == usize::MAX {
            format!("`{written}` is not a valid score")
        } else {
            format!("{written} right answers are impossible with {questions} questions")
        };
        report(
            node,
            message,
            "write a number from 0 up to the number of questions",
        );
    }
    for pair in bands.windows(2) {
        let [(one, _), (other, node)] = pair else {
            continue;
        };
        if one.from == other.from && one.from <= questions {
            report(
                node,
                format!("two bands begin at {}", one.from),
                "delete one, or change its `from`",
            );
        }
    }
}

impl Quiz {
    pub(super) fn proses_mut(&mut self) -> Vec<&mut ToolText> {
        let mut all: Vec<&mut ToolText> =
            self.bands.iter_mut().map(|band| &mut band.text).collect();
        for question in &mut self.questions {
            all.push(&mut question.ask);
            all.extend(&mut question.because);
            for answer in &mut question.answers {
                all.push(&mut answer.text);
                all.extend(&mut answer.note);
            }
        }
        all
    }

    pub(super) fn labels(&self) -> Vec<&str> {
        self.bands
            .iter()
            .filter_map(|band| band.title.as_deref())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_task_list() {
        assert_eq!(task("- [x] Yes\n"), Some((true, 6)));
        assert_eq!(task("* [ ]   No"), Some((false, 8)));
        assert_eq!(task("- Yes"), None);
        assert_eq!(task("- [x]Yes"), None);
        assert_eq!(task("- [?] Yes"), None);
        assert_eq!(task("  - [x] Yes"), None);
        assert_eq!(task("- [é"), None);
    }
}
