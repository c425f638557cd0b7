//! What a page that shows another's tool may begin it with: names and values, checked against the
//! tool.

use super::ToolBody;
use super::checklist::Checklist;
use super::compare::WEIGHT_MAX;

/// Why a tool does not take what it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetError {
    pub message: String,
    /// What would have been understood.
    pub names: Vec<String>,
}

impl ToolBody {
    /// Whether a tool can begin with this.
    ///
    /// # Errors
    /// What is wrong with the name or the value. Names are written with `_` for `-`.
    pub fn takes(&self, name: &str, value: &str) -> Result<(), PresetError> {
        let unknown = |names: Vec<String>| {
            Err(PresetError {
                message: format!("this tool takes no `{name}`"),
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
                        message: format!("`done`: there is no point `{key}`"),
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
                        message: format!("`{name}`: there is no answer `{value}`"),
                        names: answers,
                    }),
                }
            }
        }
    }
}

/// The points that `done="a b"` names.
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

/// A name as it is an argument's.
fn written(name: &str) -> String {
    name.replace('-', "_")
}
