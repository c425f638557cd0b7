//! Checks a formula's types and units, and generates its op codes in the same traversal.
//!
//! A number has a unit or is plain; a literal takes the unit that its context requires. `+ -` and
//! comparisons require equal units, and `* /` produce new ones. Units of time that can be converted
//! exactly are converted by an op in the code.

mod branches;
mod calls;
mod signs;
mod table_calls;
mod types;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

pub use types::{Measure, ValueType};

use super::FormulaFault;
use super::code::{Bytecode, FormulaValue, Op};
use super::parser::{Expr, ExprNode};
use super::range::NumberRange;
use super::units::Unit;
use crate::diagnostic::nearest;

/// A value that a formula can refer to; its position is its slot.
#[derive(Clone, Debug)]
pub struct KnownName {
    pub name: String,
    pub of: ValueType,
    pub span: NumberRange,
    pub is_used: Cell<bool>,
}

/// A table that a formula can refer to; its position is its number.
#[derive(Clone, Debug)]
pub struct KnownTable {
    pub name: String,
    /// The keys of its rows; `None` for brackets.
    pub keys: Option<Vec<String>>,
    pub unit: Option<Unit>,
    pub span: NumberRange,
    pub is_used: Cell<bool>,
}

/// All names that formulas can refer to.
#[derive(Clone, Debug, Default)]
pub struct NameScope {
    pub known: Vec<KnownName>,
    pub tables: Vec<KnownTable>,
    /// Names whose definitions have problems that were already reported.
    pub broken: BTreeSet<String>,
    pub constants: Vec<FormulaValue>,
}

impl NameScope {
    /// Returns whether a formula uses a defined but invalid name, such as `my-hours`, which the
    /// parser would read differently.
    pub fn uses_invalid_name(&self, text: &str) -> bool {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let occurs = |name: &str| {
            text.match_indices(name).any(|(at, _)| {
                !text[..at].ends_with(is_part) && !text[at + name.len()..].starts_with(is_part)
            })
        };
        self.broken.iter().any(|name| {
            name.starts_with(char::is_alphabetic) && !name.chars().all(is_part) && occurs(name)
        })
    }
}

/// A formula that has been checked and compiled.
#[derive(Clone, Debug)]
pub struct CompiledFormula {
    pub code: Bytecode,
    pub of: ValueType,
    pub span: NumberRange,
}

/// The type and range of a part of a formula.
#[derive(Clone, Debug)]
struct TypedPart {
    of: ValueType,
    span: NumberRange,
}

/// Checks and compiles a formula. Returns `None` if it has a fault that is more than a warning.
pub fn compile(
    text: &str,
    expr: &Expr,
    scope: &mut NameScope,
    faults: &mut Vec<FormulaFault>,
) -> Option<CompiledFormula> {
    let mut constants = std::mem::take(&mut scope.constants);
    let before = faults.len();
    let mut compiler = Compiler {
        text,
        scope,
        constants: &mut constants,
        code: Bytecode::new(),
        faults,
        narrowed: BTreeMap::new(),
    };
    let part = compiler.part(expr);
    let code = compiler.code;
    scope.constants = constants;
    let is_valid = faults[before..].iter().all(|fault| fault.is_doubt);
    part.filter(|_| is_valid).map(|part| CompiledFormula {
        code,
        of: part.of,
        span: part.span,
    })
}

impl CompiledFormula {
    /// Converts the value to the unit that the author set. Returns `Err` with the formula's own
    /// unit if that is impossible.
    pub fn state(&mut self, unit: &Unit, scope: &mut NameScope) -> Result<(), String> {
        let ValueType::Number(measure) = &self.of else {
            return Err(self.of.to_string());
        };
        if let Measure::Of(own) = measure {
            let factor = own.factor_to_stated(unit).ok_or_else(|| own.to_string())?;
            if factor != 1.0 {
                convert(factor, &mut self.code, &mut scope.constants);
                self.span = self.span.times(NumberRange::exactly(factor));
            }
        }
        self.of = ValueType::Number(Measure::Of(unit.clone()));
        Ok(())
    }
}

/// Multiplies the value on top of the stack. A factor below 1 divides instead, because its inverse
/// is exact.
fn convert(factor: f64, code: &mut Bytecode, constants: &mut Vec<FormulaValue>) {
    let (number, op) = if factor < 1.0 {
        ((1.0 / factor).round(), Op::Divide)
    } else {
        (factor, Op::Multiply)
    };
    let index = constant(&FormulaValue::Number(number), constants);
    code.extend([Op::Constant as u32, index, op as u32]);
}

fn constant(value: &FormulaValue, constants: &mut Vec<FormulaValue>) -> u32 {
    let is_same = |known: &FormulaValue| match (known, value) {
        (FormulaValue::Number(a), FormulaValue::Number(b)) => a.to_bits() == b.to_bits(),
        _ => known == value,
    };
    let index = constants.iter().position(is_same).unwrap_or_else(|| {
        constants.push(value.clone());
        constants.len() - 1
    });
    u32::try_from(index).expect("a tool has fewer constants than bytes")
}

struct Compiler<'a> {
    text: &'a str,
    scope: &'a NameScope,
    constants: &'a mut Vec<FormulaValue>,
    code: Bytecode,
    faults: &'a mut Vec<FormulaFault>,
    /// What a condition implies about slots, within the branch that it leads to.
    narrowed: BTreeMap<usize, NumberRange>,
}

impl Compiler<'_> {
    fn emit(&mut self, op: Op) {
        self.code.push(op as u32);
    }

    fn emit_with(&mut self, op: Op, operand: usize) {
        self.code.extend([
            op as u32,
            u32::try_from(operand).expect("a tool has fewer parts than bytes"),
        ]);
    }

    fn fault(&mut self, fault: FormulaFault) -> Option<TypedPart> {
        self.faults.push(fault);
        None
    }

    /// Returns the text of a part, shortened for a message.
    fn quote(&self, range: &Range<usize>) -> String {
        let text = self
            .text
            .get(range.clone())
            .unwrap_or_default()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        if text.chars().count() > 40 {
            format!("`{}…`", text.chars().take(40).collect::<String>())
        } else {
            format!("`{text}`")
        }
    }

    fn part(&mut self, expr: &Expr) -> Option<TypedPart> {
        match &expr.node {
            ExprNode::Number(number, unit) => {
                let measure = match unit.as_deref().map(Unit::parse) {
                    None => Measure::Any,
                    Some(Ok(unit)) => Measure::Of(unit),
                    Some(Err(message)) => {
                        return self.fault(FormulaFault::new(expr.range.clone(), message));
                    }
                };
                self.put(&FormulaValue::Number(*number));
                Some(TypedPart {
                    of: ValueType::Number(measure),
                    span: NumberRange::exactly(*number),
                })
            }
            ExprNode::Text(text) => {
                self.put(&FormulaValue::Text(text.clone()));
                Some(TypedPart {
                    of: ValueType::Text(Some(vec![text.clone()])),
                    span: NumberRange::ALL,
                })
            }
            ExprNode::Boolean(value) => {
                self.put(&FormulaValue::Boolean(*value));
                Some(TypedPart {
                    of: ValueType::Boolean,
                    span: NumberRange::ALL,
                })
            }
            ExprNode::Name(name) => self.name(name, &expr.range),
            ExprNode::Prefix(sign, inner) => self.prefix(sign, inner),
            ExprNode::Binary(left, sign, right) => self.binary(left, sign, right, &expr.range),
            ExprNode::Call(name, range, arguments) => {
                self.call(name, range, arguments, &expr.range)
            }
        }
    }

    fn put(&mut self, value: &FormulaValue) {
        let index = constant(value, self.constants);
        self.code.extend([Op::Constant as u32, index]);
    }

    fn name(&mut self, name: &str, range: &Range<usize>) -> Option<TypedPart> {
        if let Some(slot) = self.scope.known.iter().position(|known| known.name == name) {
            let known = &self.scope.known[slot];
            known.is_used.set(true);
            self.emit_with(Op::Load, slot);
            let span = self.narrowed.get(&slot).copied().unwrap_or(known.span);
            return Some(TypedPart {
                of: known.of.clone(),
                span,
            });
        }
        if self.scope.broken.contains(name) {
            return None;
        }
        if self.scope.tables.iter().any(|table| table.name == name) {
            let fault = FormulaFault::new(range.clone(), format!("`{name}` is a table"));
            return self.fault(fault.help(format!(
                "write `lookup({name}, …)`, `bracket({name}, …)` or `total({name}, …)`"
            )));
        }
        let fault = FormulaFault::new(range.clone(), format!("unknown name `{name}`"));
        let help = self.suggestion(name);
        self.fault(fault.help(help))
    }

    /// Returns help for an unknown name.
    fn suggestion(&self, name: &str) -> String {
        let known = self.scope.known.iter();
        let is_option = known.clone().any(|known| {
            known
                .of
                .options()
                .is_some_and(|options| options.iter().any(|option| option == name))
        });
        if is_option {
            return format!("write an option in quotes: `'{name}'`");
        }
        let names = || {
            self.scope
                .known
                .iter()
                .map(|known| known.name.as_str())
                .chain(self.scope.broken.iter().map(String::as_str))
        };
        let all = names()
            .chain(self.scope.tables.iter().map(|table| table.name.as_str()))
            .chain(super::functions::FUNCTIONS.iter().map(|f| f.name));
        if let Some(near) = nearest(name, all) {
            return format!("did you mean `{near}`?");
        }
        let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
        if names.is_empty() {
            "define it under `inputs` or `steps`".into()
        } else {
            format!("the known names are {}", names.join(", "))
        }
    }

    /// Compiles a part that must be a number.
    fn number(&mut self, expr: &Expr) -> Option<(Measure, NumberRange)> {
        let part = self.part(expr)?;
        match part.of {
            ValueType::Number(measure) => Some((measure, part.span)),
            other => {
                let help = match other {
                    ValueType::Date => {
                        "use `days_between(a, b)` for the days between dates, or `add_days(date, days)` for a later date"
                    }
                    ValueType::Boolean => "convert it to a number: `if(…, 1, 0)`",
                    ValueType::Text(_) => {
                        "use a table with a number for each option: `lookup(table, choice)`"
                    }
                    _ => {
                        "use `count(…)` for how many are chosen, or `total(table, …)` for the sum of their numbers"
                    }
                };
                let message = format!(
                    "expected a number, but {} is {other}",
                    self.quote(&expr.range)
                );
                self.faults
                    .push(FormulaFault::new(expr.range.clone(), message).help(help));
                None
            }
        }
    }

    fn boolean(&mut self, expr: &Expr) -> Option<()> {
        let part = self.part(expr)?;
        if part.of == ValueType::Boolean {
            return Some(());
        }
        let message = format!(
            "expected true or false, but {} is {}",
            self.quote(&expr.range),
            part.of
        );
        self.faults.push(
            FormulaFault::new(expr.range.clone(), message)
                .help("write a comparison such as `a > 0`"),
        );
        None
    }

    /// Returns the common unit of two numbers. The second, on top of the stack, is converted if an
    /// exact conversion exists.
    fn common_unit(
        &mut self,
        first: &Measure,
        second: &Measure,
        expr: &Expr,
        what: &str,
    ) -> Option<(Measure, f64)> {
        match (first, second) {
            (Measure::Any, other) | (other, Measure::Any) => Some((other.clone(), 1.0)),
            (Measure::Of(a), Measure::Of(b)) => {
                let Some(factor) = b.factor_to(a) else {
                    self.faults.push(units_differ(a, b, &expr.range, what));
                    return None;
                };
                if factor != 1.0 {
                    convert(factor, &mut self.code, self.constants);
                }
                Some((first.clone(), factor))
            }
        }
    }
}

fn units_differ(a: &Unit, b: &Unit, range: &Range<usize>, what: &str) -> FormulaFault {
    let word = |unit: &Unit| {
        if unit.is_plain() {
            "a plain number".to_owned()
        } else {
            format!("`{unit}`")
        }
    };
    let fault = FormulaFault::new(
        range.clone(),
        format!("{what}: {} and {} are not compatible", word(a), word(b)),
    );
    let other = if a.is_plain() { b } else { a };
    match (a.is_plain() || b.is_plain(), other.currency()) {
        (true, _) => fault.help(format!(
            "give the plain number a unit: `unit: {other}` for an input, `50 {other}` for a literal",
        )),
        (false, Some(_)) if a.currency().is_some() && b.currency().is_some() => {
            fault.help("add an input for the exchange rate, and multiply by it")
        }
        _ => fault.help("multiply or divide by a rate first, so that both have the same unit"),
    }
}
