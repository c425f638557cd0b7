//! A calculator as it is written in its file: names, formulas and lines, for writers who inspect
//! it.
//!
//! None of this is published or cached. The preview shows it next to the values that the browser
//! computes.

use serde::Serialize;

use super::Calculator;
use crate::yaml::{YamlMap, YamlNode};

/// A part of a calculator that has a value, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WrittenValue {
    pub part: WrittenPart,
    /// The name in formulas. For a condition, the number of its text in `say:`, from 1.
    pub name: String,
    /// The name that readers see.
    pub label: Option<String>,
    /// The formula; `None` for an input.
    pub formula: Option<String>,
    pub line: u32,
    pub slot: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WrittenPart {
    Input,
    Step,
    Result,
    Say,
}

/// All parts of a calculator that have a value: first steps, results and conditions, then inputs.
/// Parts that `node`, the current declaration, no longer has are omitted.
pub fn written(node: &YamlNode, calculator: &Calculator) -> Vec<WrittenValue> {
    let part = |key: &str| node.get(key).and_then(YamlNode::as_map);
    let inputs = calculator
        .inputs
        .iter()
        .enumerate()
        .filter_map(|(slot, input)| {
            let line = part("inputs")?.get(&input.name)?.key_place.line;
            let label = Some(input.label.clone());
            Some(WrittenValue {
                part: WrittenPart::Input,
                name: input.name.clone(),
                label,
                formula: None,
                line,
                slot,
            })
        });
    let of = |kind: WrittenPart, map: Option<&YamlMap>, line: &super::CalculatorLine| {
        let entry = map?.get(&line.name)?;
        let formula = entry.node.get("value").unwrap_or(&entry.node);
        let label = Some(line.label.clone());
        let text = formula.as_text()?.trim().to_owned();
        Some(WrittenValue {
            part: kind,
            name: line.name.clone(),
            label,
            formula: Some(text),
            line: formula.place.line,
            slot: line.slot,
        })
    };
    let steps = calculator
        .steps
        .iter()
        .filter_map(|line| of(WrittenPart::Step, part("steps"), line));
    let results = calculator
        .results
        .iter()
        .filter_map(|line| of(WrittenPart::Result, part("results"), line));
    let texts = node
        .get("say")
        .map(|says| says.as_list().unwrap_or(std::slice::from_ref(says)))
        .unwrap_or_default();
    let conditions =
        calculator
            .says
            .iter()
            .zip(texts)
            .enumerate()
            .filter_map(|(at, (say, text))| {
                let when = text.get("when")?;
                let formula = Some(when.as_text()?.trim().to_owned());
                Some(WrittenValue {
                    part: WrittenPart::Say,
                    name: (at + 1).to_string(),
                    label: None,
                    formula,
                    line: when.place.line,
                    slot: say.when?,
                })
            });
    steps
        .chain(results)
        .chain(conditions)
        .chain(inputs)
        .collect()
}
