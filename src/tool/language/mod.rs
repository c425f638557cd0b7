//! The formula language: small, stable and without side effects. Text is compiled to op codes,
//! which run here and in the browser.
//!
//! `lexer` and `parser` build a tree, `check` verifies types and units and finds divisions by zero
//! while it generates op codes, and `machine` runs them. `static/js/tool/machine.js` is the same
//! machine; `tests/browser` verifies that both give the same bits. There are no members,
//! assignments or loops, so a formula always ends after as many operations as it contains.

pub mod check;
pub mod code;
pub mod functions;
mod lexer;
pub mod machine;
pub mod numbers;
pub mod parser;
pub mod range;
#[cfg(test)]
mod tests;
pub mod units;
pub mod words;

use std::ops::Range;

/// The maximum length of a formula in bytes.
pub const FORMULA_BYTES_MAX: usize = 10_000;

/// The maximum depth of nested operations; deeper formulas must be divided into steps.
pub const DEPTH_MAX: usize = 64;

/// A fault in a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormulaFault {
    pub message: String,
    /// The range of bytes in the formula.
    pub range: Range<usize>,
    pub help: Option<String>,
    /// Whether this is only a warning, because the tool works for most inputs.
    pub is_doubt: bool,
}

impl FormulaFault {
    pub fn new(range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            range,
            help: None,
            is_doubt: false,
        }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn help_if(self, help: Option<impl Into<String>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }
}

/// Returns why an input, a step, a table or a result cannot have this name, if it cannot.
pub fn name_fault(name: &str) -> Option<String> {
    let is_name = name.starts_with(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name {
        let rule = "begin the name with a letter, and use only letters, digits and `_`";
        let near: String = name
            .trim()
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '_' })
            .collect();
        let is_near = near.starts_with(char::is_alphabetic) && near.len() < 40;
        return Some(if is_near {
            format!("{rule}, as in `{near}`")
        } else {
            rule.into()
        });
    }
    if lexer::is_word_of_the_language(name) {
        return Some(format!(
            "choose another name: `{name}` is a keyword of the formula language"
        ));
    }
    functions::named(name)
        .map(|_| format!("choose another name: `{name}` is a function of the formula language"))
}
