//! The order in which formulas are computed: each after those that it needs.

use std::collections::BTreeMap;

use super::formulas::{WrittenFormula, report};
use crate::diagnostic::Diagnostic;
use crate::tool::ToolContext;
use crate::tool::language::FormulaFault;

/// Returns the positions of formulas, each after those that it uses. A cycle is reported, and
/// formulas that depend on it are omitted.
pub(super) fn in_order(
    written: &[WrittenFormula],
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Vec<usize> {
    let positions: BTreeMap<&str, usize> = written
        .iter()
        .enumerate()
        .map(|(at, formula)| (formula.name, at))
        .collect();
    let needs: Vec<Vec<usize>> = written
        .iter()
        .map(|formula| {
            formula
                .expr
                .names()
                .iter()
                .filter_map(|(name, _)| positions.get(name).copied())
                .collect()
        })
        .collect();
    let (mut order, mut is_done) = (Vec::new(), vec![false; written.len()]);
    while order.len() < written.len() {
        let before = order.len();
        for at in 0..written.len() {
            if !is_done[at] && needs[at].iter().all(|need| is_done[*need]) {
                is_done[at] = true;
                order.push(at);
            }
        }
        if order.len() == before {
            report_cycle(written, &needs, &is_done, reading, problems);
            break;
        }
    }
    order
}

/// Reports one cycle among the formulas that are not done. Following their dependencies always
/// leads into a cycle.
pub(super) fn report_cycle(
    written: &[WrittenFormula],
    needs: &[Vec<usize>],
    is_done: &[bool],
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) {
    let next = |at: usize| {
        needs[at]
            .iter()
            .copied()
            .find(|need| !is_done[*need])
            .expect("a formula that is not done needs another that is not done")
    };
    let start = is_done
        .iter()
        .position(|is_done| !is_done)
        .expect("the order was not completed");
    let mut path = vec![start];
    let first = loop {
        let at = next(*path.last().expect("the path begins with one formula"));
        if let Some(first) = path.iter().position(|passed| *passed == at) {
            break first;
        }
        path.push(at);
    };
    let cycle: Vec<usize> = path[first..]
        .iter()
        .chain([&path[first]])
        .copied()
        .collect();
    let names: Vec<String> = cycle
        .iter()
        .map(|at| format!("`{}`", written[*at].name))
        .collect();
    let formula = &written[cycle[0]];
    let range = formula
        .expr
        .names()
        .iter()
        .find(|(name, _)| *name == written[cycle[1]].name)
        .map_or(0..0, |(_, range)| (*range).clone());
    let message = if cycle.len() == 2 {
        format!("{} depends on its own value", names[0])
    } else {
        format!("these formulas depend on each other: {}", names.join(" → "))
    };
    let fault = FormulaFault::new(range, message)
        .help("calculate the value from inputs and from steps that do not depend on it");
    report(fault, formula.formula, reading, problems);
}
