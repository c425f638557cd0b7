//! Worked examples: results that the writer states for given inputs, compared with what the tool
//! computes.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::fields::{CheckContext, Field, FieldType, check};
use crate::tool::inputs::{self, Input};
use crate::tool::language::code::{FormulaValue, Program};
use crate::tool::language::machine;
use crate::yaml::{YamlMap, YamlNode};

/// An example whose stated results agree with the computed ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    pub name: String,
    /// The values of all slots.
    pub values: Vec<FormulaValue>,
    /// The slots of the inputs that the example states.
    pub stated: Vec<usize>,
}

/// The keys of an example.
pub static EXAMPLE_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    vec![
        Field::text("name")
            .required()
            .about("The name of the example."),
        Field::new("with", FieldType::Anything).about("Inputs that differ from their defaults."),
        Field::new("expect", FieldType::Anything)
            .required()
            .about("The values of steps or results, compared to the decimals that you write."),
    ]
});

/// Reads and checks `examples:`.
pub fn read(
    node: &YamlNode,
    inputs: &[Input],
    program: &Program,
    names: &[String],
    problems: &mut Vec<Diagnostic>,
) -> Vec<Example> {
    let items = node.as_list().unwrap_or(std::slice::from_ref(node));
    items
        .iter()
        .filter_map(|item| read_one(item, inputs, program, names, problems))
        .collect()
}

fn read_one(
    node: &YamlNode,
    inputs: &[Input],
    program: &Program,
    names: &[String],
    problems: &mut Vec<Diagnostic>,
) -> Option<Example> {
    check(node, &EXAMPLE_FIELDS, CheckContext::PAGE).take_into(problems);
    let name = node.get("name")?.as_text()?.to_owned();
    let with = mapping(node, "with", problems);
    let mut stated = Vec::new();
    let mut values: Vec<Option<FormulaValue>> =
        inputs.iter().map(|input| input.default.clone()).collect();
    for (key, entry) in with.into_iter().flatten() {
        let Some(slot) = inputs.iter().position(|input| input.name == *key) else {
            problems.push(unknown(
                key,
                "input",
                inputs.iter().map(|input| input.name.as_str()),
                entry.key_place.clone(),
            ));
            continue;
        };
        values[slot] = inputs[slot].kind.value(&entry.node, problems);
        values[slot].as_ref()?;
        stated.push(slot);
    }
    let missing = inputs
        .iter()
        .zip(&values)
        .find(|(_, value)| value.is_none())
        .map(|(input, _)| &input.name);
    if let Some(missing) = missing {
        let problem = Diagnostic::new(
            Code::ToolExample,
            format!("the example `{name}` lacks `{missing}`, which has no default"),
        );
        problems.push(
            problem
                .at(node.place.clone())
                .help(format!("add `{missing}` under `with`")),
        );
        return None;
    }
    let values = machine::run(program, &values.into_iter().flatten().collect::<Vec<_>>());
    let expected = mapping(node, "expect", problems)?;
    let mut holds = true;
    for (key, entry) in expected {
        match names.iter().position(|known| known == key) {
            Some(slot) => holds &= compare(&name, key, &entry.node, &values[slot], problems),
            None => problems.push(unknown(
                key,
                "step or result",
                names[inputs.len()..].iter().map(String::as_str),
                entry.key_place.clone(),
            )),
        }
    }
    holds.then_some(Example {
        name,
        values,
        stated,
    })
}

fn mapping<'a>(
    node: &'a YamlNode,
    key: &str,
    problems: &mut Vec<Diagnostic>,
) -> Option<&'a YamlMap> {
    let stated = node.get(key)?;
    if stated.as_map().is_none() {
        let problem = Diagnostic::new(
            Code::WrongType,
            format!(
                "`{key}` must be a mapping of names to values, found {}",
                stated.noun()
            ),
        );
        problems.push(
            problem
                .at(stated.place.clone())
                .help(format!("write `{key}: {{ name: value }}`")),
        );
    }
    stated.as_map()
}

fn unknown<'a>(
    name: &str,
    what: &str,
    names: impl Iterator<Item = &'a str>,
    place: crate::diagnostic::Location,
) -> Diagnostic {
    let near = nearest(name, names).map(|near| format!("did you mean `{near}`?"));
    Diagnostic::new(
        Code::ToolExample,
        format!("the tool has no {what} `{name}`"),
    )
    .at(place)
    .help_if(near)
}

/// Compares a value with the stated one, to as many decimals as were written. Reports a difference
/// and returns whether they agree.
fn compare(
    example: &str,
    key: &str,
    node: &YamlNode,
    value: &FormulaValue,
    problems: &mut Vec<Diagnostic>,
) -> bool {
    let written = node.as_text().unwrap_or_default().trim();
    let (digits, scale) = written
        .strip_suffix('%')
        .map_or((written, 1.0), |digits| (digits.trim(), 100.0));
    let holds = match value {
        FormulaValue::Number(number) => match digits.parse::<f64>() {
            Ok(expected) => {
                let decimals = digits
                    .split_once('.')
                    .map_or(0, |(_, decimals)| decimals.len());
                let half = 0.5 * 10f64.powi(-i32::try_from(decimals).unwrap_or(0));
                (number * scale - expected).abs() <= half * (1.0 + 1e-9)
            }
            Err(_) => inputs::date(node).is_ok_and(|day| day == *number),
        },
        FormulaValue::Text(text) => text == written,
        FormulaValue::Boolean(boolean) => written == if *boolean { "true" } else { "false" },
        FormulaValue::Choices(_) => false,
    };
    if !holds {
        let message = format!(
            "the example `{example}` expects `{written}` for `{key}`, but the tool gives `{}`",
            plain(value, written, scale)
        );
        problems.push(
            Diagnostic::new(Code::ToolExample, message)
                .at(node.place.clone())
                .help("work the example out by hand, and correct either it or a formula"),
        );
    }
    holds
}

/// A value for a message, in the same form as the expected one.
fn plain(value: &FormulaValue, expected: &str, scale: f64) -> String {
    match value {
        FormulaValue::Number(number)
            if expected.contains('-') && inputs::day(*number).is_some() && expected.len() == 10 =>
        {
            inputs::day(*number)
                .map(|day| day.to_string())
                .unwrap_or_default()
        }
        FormulaValue::Number(number) => {
            let suffix = if scale == 1.0 { "" } else { "%" };
            format!(
                "{}{suffix}",
                crate::tool::language::numbers::round(number * scale, 6.0)
            )
        }
        FormulaValue::Text(text) => text.clone(),
        FormulaValue::Boolean(boolean) => boolean.to_string(),
        FormulaValue::Choices(chosen) => chosen.join(", "),
    }
}
