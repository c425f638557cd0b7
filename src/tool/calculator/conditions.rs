//! Conditions: formulas whose result is true or false.

use std::collections::BTreeMap;

use super::formulas::{CompiledFormulas, report, text_of};
use crate::diagnostic::Diagnostic;
use crate::tool::ToolContext;
use crate::tool::inputs::Input;
use crate::tool::language::FormulaFault;
use crate::tool::language::check::{NameScope, ValueType, compile};
use crate::tool::language::parser::parse;
use crate::tool::language::words::words;
use crate::yaml::YamlNode;

/// A condition as readers see it.
pub fn condition_in_words(text: &str, inputs: &[Input], made: &CompiledFormulas) -> String {
    let inputs = inputs.iter().map(|input| (&input.name, &input.label));
    let labels: BTreeMap<_, _> = inputs
        .chain(
            made.steps
                .iter()
                .chain(&made.results)
                .map(|line| (&line.name, &line.label)),
        )
        .collect();
    words(text, &|name| {
        labels
            .iter()
            .find(|(known, _)| **known == name)
            .map(|(_, label)| (*label).clone())
    })
}

/// Checks and compiles a condition. Returns its code, or `None` after reporting a fault.
pub fn condition(
    node: &YamlNode,
    reading: &ToolContext,
    scope: &mut NameScope,
    problems: &mut Vec<Diagnostic>,
) -> Option<Vec<u32>> {
    let text = text_of(node, problems).filter(|text| !scope.uses_invalid_name(text))?;
    let expr = parse(&text)
        .map_err(|fault| report(fault, node, reading, problems))
        .ok()?;
    let mut faults = Vec::new();
    let compiled = compile(&text, &expr, scope, &mut faults);
    faults
        .into_iter()
        .for_each(|fault| report(fault, node, reading, problems));
    let compiled = compiled?;
    if compiled.of != ValueType::Boolean {
        let fault = FormulaFault::new(
            0..text.len(),
            format!("this is {}; a condition must be true or false", compiled.of),
        );
        report(
            fault.help("write a comparison such as `hours < 600`"),
            node,
            reading,
            problems,
        );
        return None;
    }
    Some(compiled.code)
}
