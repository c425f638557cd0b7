//! Runs compiled formulas. `static/js/tool/machine.js` implements the same ops.

use super::code::{DECIMALS_SHIFT, FigureTable, FormulaValue, Op, Program};
use super::numbers;

/// Returns the values of all slots: the inputs, then the formulas.
pub fn run(program: &Program, inputs: &[FormulaValue]) -> Vec<FormulaValue> {
    let mut slots = inputs.to_vec();
    for formula in &program.formulas {
        let value = evaluate(formula, program, &slots);
        slots.push(value);
    }
    slots
}

/// Returns the value of one formula. The compiler guarantees that the stack contains the arguments
/// of each op.
fn evaluate(code: &[u32], program: &Program, slots: &[FormulaValue]) -> FormulaValue {
    let mut stack = Stack(Vec::new());
    let mut words = code.iter().copied();
    while let Some(op) = words.next().and_then(Op::from_number) {
        let operand = if op.has_operand() {
            words.next().unwrap_or(0)
        } else {
            0
        };
        step(op, operand as usize, program, slots, &mut stack);
    }
    stack.pop()
}

struct Stack(Vec<FormulaValue>);

impl Stack {
    fn pop(&mut self) -> FormulaValue {
        self.0
            .pop()
            .expect("the compiler pushes the arguments of an op")
    }

    fn number(&mut self) -> f64 {
        match self.pop() {
            FormulaValue::Number(number) => number,
            _ => unreachable!("the checker allows only numbers here"),
        }
    }

    fn boolean(&mut self) -> bool {
        self.pop() == FormulaValue::Boolean(true)
    }

    fn numbers(&mut self, count: usize) -> Vec<f64> {
        let mut numbers: Vec<f64> = (0..count).map(|_| self.number()).collect();
        numbers.reverse();
        numbers
    }

    fn put(&mut self, number: f64) {
        self.0.push(FormulaValue::Number(number));
    }

    fn put_boolean(&mut self, boolean: bool) {
        self.0.push(FormulaValue::Boolean(boolean));
    }
}

fn step(op: Op, operand: usize, program: &Program, slots: &[FormulaValue], stack: &mut Stack) {
    match op {
        Op::Constant => stack.0.push(program.constants[operand].clone()),
        Op::Load => stack.0.push(slots[operand].clone()),
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder | Op::Power => {
            let (right, left) = (stack.number(), stack.number());
            stack.put(match op {
                Op::Add => left + right,
                Op::Subtract => left - right,
                Op::Multiply => left * right,
                Op::Divide => left / right,
                Op::Remainder => left % right,
                _ => numbers::pow(left, right),
            });
        }
        Op::Equal | Op::Unequal => {
            let is_equal = stack.pop() == stack.pop();
            stack.put_boolean(is_equal == (op == Op::Equal));
        }
        Op::Less | Op::LessOrEqual | Op::More | Op::MoreOrEqual => {
            let (right, left) = (stack.number(), stack.number());
            stack.put_boolean(match op {
                Op::Less => left < right,
                Op::LessOrEqual => left <= right,
                Op::More => left > right,
                _ => left >= right,
            });
        }
        Op::And | Op::Or => {
            let (right, left) = (stack.boolean(), stack.boolean());
            stack.put_boolean(if op == Op::And {
                left && right
            } else {
                left || right
            });
        }
        Op::Not => {
            let is_true = stack.boolean();
            stack.put_boolean(!is_true);
        }
        Op::If => {
            let (otherwise, then, is_true) = (stack.pop(), stack.pop(), stack.boolean());
            stack.0.push(if is_true { then } else { otherwise });
        }
        Op::Lookup | Op::Rate | Op::Bracket | Op::Total | Op::Has | Op::Count => {
            look_up(op, program.tables.get(operand), stack)
        }
        _ => call(op, operand, stack),
    }
}

/// Applies a function from numbers to a number.
fn call(op: Op, operand: usize, stack: &mut Stack) {
    let value = match op {
        Op::Negate => -stack.number(),
        Op::Min => stack
            .numbers(operand)
            .into_iter()
            .reduce(numbers::min)
            .unwrap_or(f64::NAN),
        Op::Max => stack
            .numbers(operand)
            .into_iter()
            .reduce(numbers::max)
            .unwrap_or(f64::NAN),
        Op::Sum => sum(&stack.numbers(operand)),
        Op::Average => {
            sum(&stack.numbers(operand)) / f64::from(u32::try_from(operand).unwrap_or(u32::MAX))
        }
        Op::Round => {
            let decimals =
                f64::from(u32::try_from(operand).unwrap_or(0)) - f64::from(DECIMALS_SHIFT);
            numbers::round(stack.number(), decimals)
        }
        Op::Floor => stack.number().floor(),
        Op::Ceil => stack.number().ceil(),
        Op::Absolute => stack.number().abs(),
        Op::Root => stack.number().sqrt(),
        Op::Clamp => {
            let (high, low, value) = (stack.number(), stack.number(), stack.number());
            numbers::min(numbers::max(value, low), high)
        }
        Op::Payment | Op::PresentValue => {
            let (amount, periods, rate) = (stack.number(), stack.number(), stack.number());
            if op == Op::Payment {
                numbers::pmt(rate, periods, amount)
            } else {
                numbers::pv(rate, periods, amount)
            }
        }
        Op::FutureValue => {
            let (present, payment, periods, rate) = (
                stack.number(),
                stack.number(),
                stack.number(),
                stack.number(),
            );
            numbers::fv(rate, periods, payment, present)
        }
        Op::NetPresentValue => {
            let payments = stack.numbers(operand - 1);
            numbers::npv(stack.number(), &payments)
        }
        _ => unreachable!("the other ops were handled before"),
    };
    stack.put(value);
}

/// Adds numbers, beginning with the first: adding to 0 would lose the sign of -0.
fn sum(numbers: &[f64]) -> f64 {
    numbers
        .iter()
        .copied()
        .reduce(|sum, number| sum + number)
        .unwrap_or(0.0)
}

fn look_up(op: Op, table: Option<&FigureTable>, stack: &mut Stack) {
    match (op, table, stack.pop()) {
        (Op::Has, _, FormulaValue::Text(option)) => {
            let is_chosen =
                matches!(stack.pop(), FormulaValue::Choices(chosen) if chosen.contains(&option));
            stack.put_boolean(is_chosen);
        }
        #[expect(clippy::cast_precision_loss, reason = "nobody selects 2^53 options")]
        (Op::Count, _, FormulaValue::Choices(chosen)) => stack.put(chosen.len() as f64),
        (Op::Lookup, Some(FigureTable::Rows(rows)), FormulaValue::Text(key)) => {
            stack.put(
                rows.iter()
                    .find(|(name, _)| *name == key)
                    .map_or(f64::NAN, |(_, value)| *value),
            );
        }
        (Op::Total, Some(FigureTable::Rows(rows)), FormulaValue::Choices(chosen)) => {
            let total = rows
                .iter()
                .filter(|(name, _)| chosen.contains(name))
                .fold(0.0, |total, (_, value)| total + value);
            stack.put(total);
        }
        (Op::Rate, Some(FigureTable::Brackets(brackets)), FormulaValue::Number(x)) => {
            stack.put(
                brackets
                    .iter()
                    .find(|(end, _)| x <= *end)
                    .map_or(f64::NAN, |(_, rate)| *rate),
            );
        }
        (Op::Bracket, Some(FigureTable::Brackets(brackets)), FormulaValue::Number(x)) => {
            let (mut total, mut from) = (x * 0.0, 0.0);
            for (end, rate) in brackets {
                if x > from {
                    total += (numbers::min(x, *end) - from) * rate;
                }
                from = *end;
            }
            stack.put(total);
        }
        _ => unreachable!("the checker allows only matching types here"),
    }
}
