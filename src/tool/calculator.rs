//! Calculators: inputs, steps and results.

use serde::{Deserialize, Serialize};

use super::prose::Prose;
use super::{Reading, declaration};
use crate::diagnostic::{Code, Diagnostic};
use crate::yaml::Node;

/// A calculator, compiled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calculator {}

impl Calculator {
    pub(super) fn proses_mut(&mut self) -> Vec<&mut Prose> {
        Vec::new()
    }
}

/// Reads the keys that calculators have.
pub(super) fn read(node: &Node, _reading: &Reading, problems: &mut Vec<Diagnostic>) -> Option<Calculator> {
    declaration::check(node, &[], problems);
    problems.push(Diagnostic::new(Code::BadValue, "calculators cannot be made yet").at(node.place.clone()));
    None
}
