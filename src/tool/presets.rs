//! The values that a page may preset when it embeds another page's tool, checked against the tool.

use super::ToolBody;
use super::checklist::Checklist;
use super::compare::WEIGHT_MAX;

/// Why a tool does not accept a preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetError {
    pub message: String,
    /// The names that the tool would accept instead.
    pub names: Vec<String>,
}

impl ToolBody {
    /// Checks that the tool accepts a preset value. Names are written with `_` in place of `-`.
    ///
    /// # Errors
    /// If the tool has no such name, or does not accept the value.
    pub fn takes(&self, name: &str, value: &str) -> Result<(), PresetError> {
        let unknown = |names: Vec<String>| {
            Err(PresetError {
                message: format!("this tool has no `{name}` to preset"),
                names: names.iter().map(|name| written(name)).collect(),
            })
        };
        match self {
            ToolBody::Calculator(calculator) => {
                let Some(input) = calculator.inputs.iter().find(|input| input.name == name) else {
                    return unknown(
                        calculator
                            .inputs
                            .iter()
                            .map(|input| input.name.clone())
                            .collect(),
                    );
                };
                match input.kind.given(value) {
                    Ok(_) => Ok(()),
                    Err(expected) => Err(PresetError {
                        message: format!("`{name}`: expected {expected}, found `{value}`"),
                        names: Vec::new(),
                    }),
                }
            }
            ToolBody::Quiz(_) => unknown(Vec::new()),
            ToolBody::Checklist(_) if name != "done" => unknown(vec!["done".to_owned()]),
            ToolBody::Checklist(checklist) => {
                let unfit = done(value).find(|key| !keys(checklist).any(|known| known == *key));
                unfit.map_or(Ok(()), |key| {
                    Err(PresetError {
                        message: format!("`done`: this checklist has no point `{key}`"),
                        names: keys(checklist).map(str::to_owned).collect(),
                    })
                })
            }
            ToolBody::Compare(comparison) => {
                if !comparison
                    .criteria
                    .iter()
                    .any(|criterion| written(&criterion.key) == name)
                {
                    return unknown(
                        comparison
                            .criteria
                            .iter()
                            .map(|criterion| criterion.key.clone())
                            .collect(),
                    );
                }
                match value.parse::<u32>() {
                    Ok(0..=WEIGHT_MAX) => Ok(()),
                    _ => Err(PresetError {
                        message: format!(
                            "`{name}`: expected a weight from 0 to {WEIGHT_MAX}, found `{value}`"
                        ),
                        names: Vec::new(),
                    }),
                }
            }
            ToolBody::Decision(decision) => {
                let Some(question) = decision
                    .questions
                    .iter()
                    .find(|question| written(&question.key) == name)
                else {
                    return unknown(
                        decision
                            .questions
                            .iter()
                            .map(|question| question.key.clone())
                            .collect(),
                    );
                };
                let answers: Vec<String> = question
                    .answers
                    .iter()
                    .map(|answer| answer.key.clone())
                    .collect();
                match answers.iter().any(|answer| answer == value) {
                    true => Ok(()),
                    false => Err(PresetError {
                        message: format!("`{name}`: this question has no answer `{value}`"),
                        names: answers,
                    }),
                }
            }
        }
    }
}

/// The keys in a list such as `done="a b"`.
pub fn done(value: &str) -> impl Iterator<Item = &str> {
    value.split([' ', ',', '.']).filter(|key| !key.is_empty())
}

fn keys(checklist: &Checklist) -> impl Iterator<Item = &str> {
    checklist
        .groups
        .iter()
        .flat_map(|group| &group.points)
        .map(|point| point.key.as_str())
}

/// A name as it is written as a component's argument.
fn written(name: &str) -> String {
    name.replace('-', "_")
}
