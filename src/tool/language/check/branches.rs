//! Branches: `if`, and what its condition says about the values in each branch.

use super::calls::literal;
use super::{Compiler, TypedPart, ValueType};
use crate::tool::language::FormulaFault;
use crate::tool::language::code::Op;
use crate::tool::language::parser::{Expr, ExprNode};
use crate::tool::language::range::NumberRange;

impl Compiler<'_> {
    pub(super) fn call_if(&mut self, arguments: &[Expr]) -> Option<TypedPart> {
        let condition = self.boolean(&arguments[0]);
        let outer = self.narrowed.clone();
        self.apply_condition(&arguments[0], true);
        let then = self.part(&arguments[1]);
        self.narrowed.clone_from(&outer);
        self.apply_condition(&arguments[0], false);
        let otherwise = self.part(&arguments[2]);
        self.narrowed = outer;
        condition?;
        let (then, otherwise) = then.zip(otherwise)?;
        let of = match (&then.of, &otherwise.of) {
            (ValueType::Number(a), ValueType::Number(b)) => ValueType::Number(
                self.common_unit(
                    a,
                    b,
                    &arguments[2],
                    "both values of `if` need the same unit",
                )?
                .0,
            ),
            (ValueType::Text(a), ValueType::Text(b)) => {
                ValueType::Text(a.as_ref().zip(b.as_ref()).map(|(a, b)| {
                    let more = b.iter().filter(|option| !a.contains(option));
                    a.iter().chain(more).cloned().collect()
                }))
            }
            (a, b) if a == b => a.clone(),
            (a, b) => {
                let message = format!(
                    "both values of `if` need the same type: {} is {a}, {} is {b}",
                    self.quote(&arguments[1].range),
                    self.quote(&arguments[2].range)
                );
                return self.fault(FormulaFault::new(arguments[2].range.clone(), message));
            }
        };
        self.emit(Op::If);
        Some(TypedPart {
            of,
            span: then.span.or(otherwise.span),
        })
    }

    /// Applies what a condition implies about names, depending on whether it is true.
    pub(super) fn apply_condition(&mut self, condition: &Expr, is_true: bool) {
        match &condition.node {
            ExprNode::Prefix("not", inner) => self.apply_condition(inner, !is_true),
            ExprNode::Binary(left, "and", right) if is_true => [left, right]
                .iter()
                .for_each(|part| self.apply_condition(part, true)),
            ExprNode::Binary(left, "or", right) if !is_true => [left, right]
                .iter()
                .for_each(|part| self.apply_condition(part, false)),
            ExprNode::Binary(left, sign, right) => {
                match (&left.node, literal(right), literal(left), &right.node) {
                    (ExprNode::Name(name), Some(number), ..) => {
                        self.narrow_name(name, sign, number, is_true)
                    }
                    (_, _, Some(number), ExprNode::Name(name)) => {
                        self.narrow_name(name, reversed(sign), number, is_true)
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    pub(super) fn narrow_name(&mut self, name: &str, sign: &str, number: f64, is_true: bool) {
        let Some(slot) = self.scope.known.iter().position(|known| known.name == name) else {
            return;
        };
        let zero_is_out = |is_out: bool| NumberRange {
            without_zero: is_out,
            ..NumberRange::ALL
        };
        let said = match (sign, is_true) {
            (">", true) | ("<=", false) => NumberRange {
                low: number,
                without_zero: number >= 0.0,
                ..NumberRange::ALL
            },
            (">=", true) | ("<", false) => NumberRange {
                low: number,
                ..NumberRange::ALL
            },
            ("<", true) | (">=", false) => NumberRange {
                high: number,
                without_zero: number <= 0.0,
                ..NumberRange::ALL
            },
            ("<=", true) | (">", false) => NumberRange {
                high: number,
                ..NumberRange::ALL
            },
            ("==", true) | ("!=", false) => NumberRange::exactly(number),
            ("!=", true) | ("==", false) => zero_is_out(number == 0.0),
            _ => return,
        };
        let before = self
            .narrowed
            .get(&slot)
            .copied()
            .unwrap_or(self.scope.known[slot].span);
        self.narrowed.insert(slot, before.and(said));
    }
}

/// Returns a comparison's sign with its sides exchanged.
fn reversed(sign: &'static str) -> &'static str {
    match sign {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        other => other,
    }
}
