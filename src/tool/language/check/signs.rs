//! Checks and compiles operators.

use std::ops::Range;

use super::{Compiler, Measure, TypedPart, ValueType};
use crate::diagnostic::nearest;
use crate::tool::language::FormulaFault;
use crate::tool::language::code::Op;
use crate::tool::language::numbers;
use crate::tool::language::parser::{Expr, ExprNode};
use crate::tool::language::range::NumberRange;

impl Compiler<'_> {
    pub(super) fn prefix(&mut self, sign: &str, inner: &Expr) -> Option<TypedPart> {
        if sign == "not" {
            self.boolean(inner)?;
            self.emit(Op::Not);
            return Some(TypedPart {
                of: ValueType::Boolean,
                span: NumberRange::ALL,
            });
        }
        let (measure, span) = self.number(inner)?;
        self.emit(Op::Negate);
        Some(TypedPart {
            of: ValueType::Number(measure),
            span: span.negated(),
        })
    }

    pub(super) fn binary(
        &mut self,
        left: &Expr,
        sign: &str,
        right: &Expr,
        range: &Range<usize>,
    ) -> Option<TypedPart> {
        match sign {
            "and" | "or" => {
                let (left, right) = (self.boolean(left), self.boolean(right));
                left.and(right)?;
                self.emit(if sign == "and" { Op::And } else { Op::Or });
                Some(TypedPart {
                    of: ValueType::Boolean,
                    span: NumberRange::ALL,
                })
            }
            "<" | "<=" | ">" | ">=" | "==" | "!=" => self.compare(left, sign, right, range),
            _ => self.arithmetic(left, sign, right),
        }
    }

    fn arithmetic(&mut self, left: &Expr, sign: &str, right: &Expr) -> Option<TypedPart> {
        let (first, second) = (self.number(left), self.number(right));
        let ((a, x), (b, y)) = first.zip(second)?;
        let (measure, span, op) = match sign {
            "+" | "-" => {
                let what = format!("both sides of `{sign}` need the same unit");
                let (measure, factor) = self.common_unit(&a, &b, right, &what)?;
                let y = y.times(NumberRange::exactly(factor));
                if sign == "+" {
                    (measure, x.plus(y), Op::Add)
                } else {
                    (measure, x.minus(y), Op::Subtract)
                }
            }
            "*" => {
                let (b, factor) = self.align(&a, &b);
                (
                    product(&a, &b, 1),
                    x.times(y).times(NumberRange::exactly(factor)),
                    Op::Multiply,
                )
            }
            "/" => {
                self.check_division(right, y);
                let (b, factor) = self.align(&a, &b);
                (
                    product(&a, &b, -1),
                    x.over(y.times(NumberRange::exactly(factor))),
                    Op::Divide,
                )
            }
            "%" => {
                self.check_division(right, y);
                let (measure, _) =
                    self.common_unit(&a, &b, right, "both sides of `%` need the same unit")?;
                let most = y.low.abs().max(y.high.abs());
                (
                    measure,
                    NumberRange::new(-most, most)
                        .and(NumberRange::new(x.low.min(0.0), x.high.max(0.0))),
                    Op::Remainder,
                )
            }
            _ => {
                let measure = self.power_unit(&a, &b, right)?;
                (measure, power_span(x, y), Op::Power)
            }
        };
        self.emit(op);
        Some(TypedPart {
            of: ValueType::Number(measure),
            span,
        })
    }

    /// Prepares a product or quotient: a unit of time of the second value, on top of the stack, is
    /// converted to that of the first.
    fn align(&mut self, first: &Measure, second: &Measure) -> (Measure, f64) {
        let (Measure::Of(a), Measure::Of(b)) = (first, second) else {
            return (second.clone(), 1.0);
        };
        let (aligned, factor) = b.aligned_with(a);
        if factor != 1.0 {
            super::convert(factor, &mut self.code, self.constants);
        }
        (Measure::Of(aligned), factor)
    }

    /// Returns the unit of a power. A number with a unit requires a literal whole exponent; an
    /// exponent can have any unit but money.
    fn power_unit(
        &mut self,
        base: &Measure,
        exponent: &Measure,
        written: &Expr,
    ) -> Option<Measure> {
        if let Some(currency) = exponent.unit().currency() {
            let fault = FormulaFault::new(
                written.range.clone(),
                format!("an exponent cannot be money (`{currency}`)"),
            );
            self.faults
                .push(fault.help("use a number as the exponent, such as a number of years"));
            return None;
        }
        let unit = base.unit();
        if unit.is_plain() {
            return Some(if base.is_any() && !exponent.is_any() {
                Measure::Of(unit)
            } else {
                base.clone()
            });
        }
        let whole = match written.node {
            ExprNode::Number(number, None)
                if number.fract() == 0.0 && (1.0..=9.0).contains(&number) =>
            {
                number
            }
            _ => {
                let fault = FormulaFault::new(
                    written.range.clone(),
                    format!("`{unit}` cannot be raised to this power"),
                );
                self.faults
                    .push(fault.help("write a whole exponent from 1 to 9, as in `a ^ 2`"));
                return None;
            }
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it is a whole number up to 9"
        )]
        Some(Measure::Of(
            (1..whole as i8).fold(unit.clone(), |product, _| product.times(&unit, 1)),
        ))
    }

    pub(super) fn check_division(&mut self, divisor: &Expr, span: NumberRange) {
        if !span.may_be_zero() {
            return;
        }
        let message = format!(
            "{} can be 0 here{}",
            self.quote(&divisor.range),
            is_within(span)
        );
        let help =
            "set `min` or `max` of its inputs so that it cannot be 0, or write `if(… == 0, 0, …)`";
        self.faults.push(FormulaFault {
            is_doubt: true,
            ..FormulaFault::new(divisor.range.clone(), message).help(help)
        });
    }

    fn compare(
        &mut self,
        left: &Expr,
        sign: &str,
        right: &Expr,
        range: &Range<usize>,
    ) -> Option<TypedPart> {
        let (first, second) = (self.part(left), self.part(right));
        let (first, second) = first.zip(second)?;
        let is_equality = matches!(sign, "==" | "!=");
        match (&first.of, &second.of) {
            (ValueType::Number(a), ValueType::Number(b)) => {
                self.common_unit(a, b, right, "both sides of a comparison need the same unit")?;
            }
            (ValueType::Date, ValueType::Date) => {}
            (ValueType::Boolean, ValueType::Boolean) if is_equality => {}
            (ValueType::Text(a), ValueType::Text(b)) if is_equality => {
                self.is_possible((left, a.as_deref()), (right, b.as_deref()))?
            }
            (ValueType::Choices(_), _) | (_, ValueType::Choices(_)) => {
                let fault = FormulaFault::new(range.clone(), "a set of choices cannot be compared");
                return self
                    .fault(fault.help("write `has(choices, 'option')` or `count(choices) > 0`"));
            }
            (a, b) => {
                let message = format!(
                    "`{sign}` cannot compare different types: {} is {a}, {} is {b}",
                    self.quote(&left.range),
                    self.quote(&right.range)
                );
                let help = if is_equality {
                    "compare only texts with texts, numbers with numbers, dates with dates"
                } else {
                    "use numbers or dates, which have an order"
                };
                return self.fault(FormulaFault::new(range.clone(), message).help(help));
            }
        }
        self.emit(match sign {
            "<" => Op::Less,
            "<=" => Op::LessOrEqual,
            ">" => Op::More,
            ">=" => Op::MoreOrEqual,
            "==" => Op::Equal,
            _ => Op::Unequal,
        });
        Some(TypedPart {
            of: ValueType::Boolean,
            span: NumberRange::ALL,
        })
    }

    /// Checks that a literal text is one of the options of the other side.
    fn is_possible(
        &mut self,
        (left, a): (&Expr, Option<&[String]>),
        (right, b): (&Expr, Option<&[String]>),
    ) -> Option<()> {
        for (expr, own, other) in [(left, a, b), (right, b, a)] {
            let (ExprNode::Text(text), Some(_), Some(options)) = (&expr.node, own, other) else {
                continue;
            };
            if !options.contains(text) {
                let near = nearest(text, options.iter().map(String::as_str));
                let listed = options
                    .iter()
                    .map(|option| format!("`'{option}'`"))
                    .collect::<Vec<_>>()
                    .join(", ");
                let help = near.map_or_else(
                    || format!("the options are {listed}"),
                    |near| format!("did you mean `'{near}'`?"),
                );
                self.faults.push(
                    FormulaFault::new(
                        expr.range.clone(),
                        format!("`'{text}'` is not one of the options"),
                    )
                    .help(help),
                );
                return None;
            }
        }
        Some(())
    }
}

fn product(a: &Measure, b: &Measure, power: i8) -> Measure {
    match (a, b) {
        (Measure::Any, Measure::Any) => Measure::Any,
        _ => Measure::Of(a.unit().times(&b.unit(), power)),
    }
}

fn power_span(base: NumberRange, exponent: NumberRange) -> NumberRange {
    if base.low == base.high && exponent.low == exponent.high {
        return NumberRange::exactly(numbers::pow(base.low, exponent.low));
    }
    if base.low > 0.0 {
        NumberRange {
            low: 0.0,
            high: f64::INFINITY,
            without_zero: true,
        }
    } else {
        NumberRange::ALL
    }
}

fn is_within(span: NumberRange) -> String {
    match (span.low.is_finite(), span.high.is_finite()) {
        (true, true) if span.low == span.high => String::new(),
        (true, true) => format!(": it is between {} and {}", span.low, span.high),
        (true, false) => format!(": it is {} or more", span.low),
        (false, true) => format!(": it is {} or less", span.high),
        (false, false) => String::new(),
    }
}
