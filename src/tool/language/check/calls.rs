//! Checks and compiles calls of functions.

use std::ops::Range;

use super::{Compiler, Measure, TypedPart, ValueType};
use crate::diagnostic::nearest;
use crate::tool::language::FormulaFault;
use crate::tool::language::code::{DECIMALS_SHIFT, FormulaValue, Op};
use crate::tool::language::functions::{self, FUNCTIONS, Function};
use crate::tool::language::numbers;
use crate::tool::language::parser::{Expr, ExprNode};
use crate::tool::language::range::NumberRange;
use crate::tool::language::units::Unit;

const DECIMALS_MAX: f64 = 15.0;

impl Compiler<'_> {
    pub(super) fn call(
        &mut self,
        name: &str,
        name_range: &Range<usize>,
        arguments: &[Expr],
        range: &Range<usize>,
    ) -> Option<TypedPart> {
        let Some(function) = functions::named(name) else {
            let near = nearest(name, FUNCTIONS.iter().map(|function| function.name));
            let all = || {
                FUNCTIONS
                    .iter()
                    .map(|function| format!("`{}`", function.name))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let help = near.map_or_else(
                || format!("the functions are {}", all()),
                |near| format!("did you mean `{near}`?"),
            );
            return self.fault(
                FormulaFault::new(name_range.clone(), format!("unknown function `{name}`"))
                    .help(help),
            );
        };
        self.check_count(function, arguments, range)?;
        match name {
            "if" => self.call_if(arguments),
            "min" | "max" | "sum" | "avg" | "clamp" => self.call_of_one_unit(name, arguments),
            "round" => self.call_round(arguments),
            "floor" | "ceil" | "abs" | "sqrt" => self.call_of_one(name, &arguments[0]),
            "pmt" | "fv" | "pv" | "npv" => self.call_finance(name, arguments),
            "days_between" | "add_days" => self.call_dates(name, arguments),
            "has" | "count" => self.call_choices(name, arguments),
            _ => self.call_table(name, arguments),
        }
    }

    fn check_count(
        &mut self,
        function: &Function,
        arguments: &[Expr],
        range: &Range<usize>,
    ) -> Option<()> {
        let (least, most) = function.arguments;
        if (least..=most).contains(&arguments.len()) {
            return Some(());
        }
        let wanted = if least == most {
            least.to_string()
        } else if arguments.len() < least {
            format!("at least {least}")
        } else {
            format!("at most {most}")
        };
        let many = |count: usize| if count == 1 { "argument" } else { "arguments" };
        let message = format!(
            "`{}` takes {wanted} {}, found {}",
            function.name,
            many(least.max(1)),
            arguments.len()
        );
        self.faults
            .push(FormulaFault::new(range.clone(), message).help(format!(
                    "write `{}`",
                    function
                        .call
                        .split('`')
                        .next_back()
                        .unwrap_or(function.call)
                )));
        None
    }

    fn call_of_one_unit(&mut self, name: &str, arguments: &[Expr]) -> Option<TypedPart> {
        let mut measure = Measure::Any;
        let mut spans = Vec::with_capacity(arguments.len());
        let mut is_valid = true;
        for argument in arguments {
            let Some((own, span)) = self.number(argument) else {
                is_valid = false;
                continue;
            };
            match self.common_unit(
                &measure,
                &own,
                argument,
                &format!("the arguments of `{name}` need the same unit"),
            ) {
                Some((agreed, factor)) => {
                    measure = agreed;
                    spans.push(span.times(NumberRange::exactly(factor)));
                }
                None => is_valid = false,
            }
        }
        if !is_valid {
            return None;
        }
        let (op, span) = match name {
            "min" => (
                Op::Min,
                spans.iter().copied().reduce(|a, b| NumberRange {
                    low: a.low.min(b.low),
                    high: a.high.min(b.high),
                    without_zero: false,
                }),
            ),
            "max" => (
                Op::Max,
                spans.iter().copied().reduce(|a, b| NumberRange {
                    low: a.low.max(b.low),
                    high: a.high.max(b.high),
                    without_zero: false,
                }),
            ),
            "clamp" => {
                let (value, low, high) = (spans[0], spans[1], spans[2]);
                (
                    Op::Clamp,
                    Some(NumberRange::new(
                        value.low.max(low.low).min(high.high),
                        value.high.min(high.high).max(low.low),
                    )),
                )
            }
            "sum" => (Op::Sum, spans.iter().copied().reduce(NumberRange::plus)),
            _ => {
                let all = spans
                    .iter()
                    .copied()
                    .reduce(|a, b| NumberRange::new(a.low.min(b.low), a.high.max(b.high)));
                (Op::Average, all)
            }
        };
        if op == Op::Clamp {
            self.emit(op)
        } else {
            self.emit_with(op, arguments.len())
        }
        Some(TypedPart {
            of: ValueType::Number(measure),
            span: span.unwrap_or(NumberRange::ALL),
        })
    }

    fn call_round(&mut self, arguments: &[Expr]) -> Option<TypedPart> {
        let (measure, span) = self.number(&arguments[0])?;
        let decimals = match arguments.get(1) {
            None => 0.0,
            Some(written) => match literal(written)
                .filter(|number| number.fract() == 0.0 && number.abs() <= DECIMALS_MAX)
            {
                Some(decimals) => decimals,
                None => {
                    let fault = FormulaFault::new(
                        written.range.clone(),
                        "the decimals of `round` must be a whole number from -15 to 15",
                    );
                    return self.fault(fault.help("write a number, as in `round(a, 2)`"));
                }
            },
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is a whole number from 5 to 35"
        )]
        self.emit_with(Op::Round, (decimals + f64::from(DECIMALS_SHIFT)) as usize);
        Some(TypedPart {
            of: ValueType::Number(measure),
            span: span.map(|end| numbers::round(end, decimals)),
        })
    }

    fn call_of_one(&mut self, name: &str, argument: &Expr) -> Option<TypedPart> {
        let (measure, span) = self.number(argument)?;
        let (op, span, measure) = match name {
            "floor" => (Op::Floor, span.map(f64::floor), measure),
            "ceil" => (Op::Ceil, span.map(f64::ceil), measure),
            "abs" => {
                let (a, b) = (span.low.abs(), span.high.abs());
                let low = if span.low <= 0.0 && span.high >= 0.0 {
                    0.0
                } else {
                    a.min(b)
                };
                (
                    Op::Absolute,
                    NumberRange {
                        without_zero: span.without_zero,
                        ..NumberRange::new(low, a.max(b))
                    },
                    measure,
                )
            }
            _ => {
                let Some(root) = measure.unit().root() else {
                    let fault = FormulaFault::new(
                        argument.range.clone(),
                        format!("`{}` has no square root", measure.unit()),
                    );
                    return self.fault(fault.help("use a plain number"));
                };
                let span = span.map(|end| end.max(0.0).sqrt());
                (
                    Op::Root,
                    span,
                    if measure.is_any() {
                        measure
                    } else {
                        Measure::Of(root)
                    },
                )
            }
        };
        self.emit(op);
        Some(TypedPart {
            of: ValueType::Number(measure),
            span,
        })
    }

    /// Compiles a financial function. The rate and the number of periods can have any unit but
    /// money; all amounts have the same unit, which is also that of the result.
    fn call_finance(&mut self, name: &str, arguments: &[Expr]) -> Option<TypedPart> {
        let (rate, _) = self.number(&arguments[0])?;
        if rate.unit().currency().is_some() {
            let fault = FormulaFault::new(
                arguments[0].range.clone(),
                format!("the first argument of `{name}` must be a rate, found money"),
            );
            return self.fault(fault.help("write the rate of one period, such as `1%`"));
        }
        let amounts = if name == "npv" { 1 } else { 2 };
        if amounts == 2 {
            let (periods, _) = self.number(&arguments[1])?;
            if periods.unit().currency().is_some() {
                let fault = FormulaFault::new(
                    arguments[1].range.clone(),
                    format!(
                        "the second argument of `{name}` must be a number of periods, found money"
                    ),
                );
                return self.fault(fault.help("write the number of payments"));
            }
        }
        let mut measure = Measure::Any;
        for argument in &arguments[amounts..] {
            let (own, _) = self.number(argument)?;
            measure = self
                .common_unit(
                    &measure,
                    &own,
                    argument,
                    &format!("the amounts of `{name}` need the same unit"),
                )?
                .0;
        }
        match name {
            "pmt" => self.emit(Op::Payment),
            "pv" => self.emit(Op::PresentValue),
            "fv" => {
                if arguments.len() == 3 {
                    self.put(&FormulaValue::Number(0.0));
                }
                self.emit(Op::FutureValue);
            }
            _ => self.emit_with(Op::NetPresentValue, arguments.len()),
        }
        let of = if measure.is_any() {
            Measure::Of(Unit::plain())
        } else {
            measure
        };
        Some(TypedPart {
            of: ValueType::Number(of),
            span: NumberRange::ALL,
        })
    }

    fn call_dates(&mut self, name: &str, arguments: &[Expr]) -> Option<TypedPart> {
        if name == "add_days" {
            self.date(&arguments[0])?;
            let (days, _) = self.number(&arguments[1])?;
            if !days.unit().is_plain() {
                self.common_unit(
                    &Measure::Of(Unit::base("day")),
                    &days,
                    &arguments[1],
                    "the second argument of `add_days` must be a number of days",
                )?;
            }
            self.emit(Op::Floor);
            self.emit(Op::Add);
            return Some(TypedPart {
                of: ValueType::Date,
                span: NumberRange::ALL,
            });
        }
        // The second date is pushed first, so that the difference is positive if it is later.
        let to = self.date(&arguments[1]);
        let from = self.date(&arguments[0]);
        to.and(from)?;
        self.emit(Op::Subtract);
        Some(TypedPart {
            of: ValueType::Number(Measure::Of(Unit::base("day"))),
            span: NumberRange::ALL,
        })
    }

    fn date(&mut self, expr: &Expr) -> Option<()> {
        let part = self.part(expr)?;
        if part.of == ValueType::Date {
            return Some(());
        }
        let message = format!(
            "expected a date, but {} is {}",
            self.quote(&expr.range),
            part.of
        );
        self.faults.push(
            FormulaFault::new(expr.range.clone(), message).help("use an input of `type: date`"),
        );
        None
    }

    fn call_choices(&mut self, name: &str, arguments: &[Expr]) -> Option<TypedPart> {
        let options = self.choices(&arguments[0])?;
        if name == "count" {
            self.emit(Op::Count);
            #[expect(clippy::cast_precision_loss, reason = "there are few options")]
            return Some(TypedPart {
                of: ValueType::plain(),
                span: NumberRange::new(0.0, options.len() as f64),
            });
        }
        let part = self.part(&arguments[1])?;
        let ValueType::Text(texts) = &part.of else {
            let fault = FormulaFault::new(
                arguments[1].range.clone(),
                format!(
                    "expected an option, but {} is {}",
                    self.quote(&arguments[1].range),
                    part.of
                ),
            );
            return self.fault(fault.help("write an option in quotes"));
        };
        if let Some(text) = texts.iter().flatten().find(|text| !options.contains(text)) {
            let near = nearest(text, options.iter().map(String::as_str));
            let help = near.map_or_else(
                || format!("the options are {}", options.join(", ")),
                |near| format!("did you mean `'{near}'`?"),
            );
            return self.fault(
                FormulaFault::new(
                    arguments[1].range.clone(),
                    format!("`'{text}'` is not one of the options"),
                )
                .help(help),
            );
        }
        self.emit(Op::Has);
        Some(TypedPart {
            of: ValueType::Boolean,
            span: NumberRange::ALL,
        })
    }

    pub(super) fn choices(&mut self, expr: &Expr) -> Option<Vec<String>> {
        let part = self.part(expr)?;
        if let ValueType::Choices(options) = part.of {
            return Some(options);
        }
        let message = format!(
            "expected a set of choices, but {} is {}",
            self.quote(&expr.range),
            part.of
        );
        self.faults.push(
            FormulaFault::new(expr.range.clone(), message).help("use an input of `type: choices`"),
        );
        None
    }
}

/// Returns the value of a literal number, with or without a minus.
pub(super) fn literal(expr: &Expr) -> Option<f64> {
    match &expr.node {
        ExprNode::Number(number, _) => Some(*number),
        ExprNode::Prefix("-", inner) => literal(inner).map(|number| -number),
        _ => None,
    }
}
