//! The language of formulas: small, frozen, without side effects. Text goes in, op codes come out,
//! which run here and in the browser.
//!
//! `lexer` and `parser` make a tree, `check` proves types and units and finds divisions by zero
//! while it writes op codes, `machine` runs them. `static/js/tool/machine.js` is the same machine;
//! `tests/browser` holds both to equal bits. There are no members, no assignment and no loops, so a
//! formula ends after as many operations as it has.

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

/// The longest that a formula may be, in bytes.
pub const FORMULA_BYTES_MAX: usize = 10_000;

/// The deepest that operations may nest; deeper ones belong into steps of their own.
pub const DEPTH_MAX: usize = 64;

/// Something wrong in a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormulaFault {
    pub message: String,
    /// Bytes of the formula.
    pub range: Range<usize>,
    pub help: Option<String>,
    /// It may be meant: the tool works for most inputs.
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

/// Whether a writer may give this name to an input, a step, a table or a result, and, if not, why.
pub fn name_fault(name: &str) -> Option<String> {
    let is_name = name.starts_with(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name {
        let rule = "a name begins with a letter and holds letters, digits and `_`";
        let near: String = name
            .trim()
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { '_' })
            .collect();
        let is_near = near.starts_with(char::is_alphabetic) && near.len() < 40;
        return Some(if is_near {
            format!("{rule}: `{near}` is one")
        } else {
            rule.into()
        });
    }
    if lexer::is_word_of_the_language(name) {
        return Some(format!("`{name}` is a word of the language"));
    }
    functions::named(name).map(|_| format!("`{name}` is a function of the language"))
}
