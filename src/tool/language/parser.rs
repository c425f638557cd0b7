//! Parses a formula into a tree by operator precedence (Pratt 1973): each operator binds as
//! strongly as its number states.

use std::ops::Range;

use super::lexer::{self, FormulaToken, PlacedToken};
use super::{DEPTH_MAX, FORMULA_BYTES_MAX, FormulaFault};

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub node: ExprNode,
    pub range: Range<usize>,
    depth: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ExprNode {
    /// A number, and the unit written after it: `50 EUR`.
    Number(f64, Option<String>),
    Text(String),
    Boolean(bool),
    Name(String),
    /// `-x` and `not x`.
    Prefix(&'static str, Box<Expr>),
    Binary(Box<Expr>, &'static str, Box<Expr>),
    /// A function's name and range, and its arguments.
    Call(String, Range<usize>, Vec<Expr>),
}

/// Parses a formula.
///
/// # Errors
/// Returns the first syntax error.
pub fn parse(text: &str) -> Result<Expr, FormulaFault> {
    if text.len() > FORMULA_BYTES_MAX {
        let fault = FormulaFault::new(
            0..0,
            format!("this formula is longer than {FORMULA_BYTES_MAX} characters"),
        );
        return Err(fault.help("divide it into steps"));
    }
    let tokens = lexer::tokens(text)?;
    if tokens.len() == 1 {
        return Err(FormulaFault::new(0..text.len(), "the formula is empty")
            .help("write a number, a name or a formula"));
    }
    let mut parser = Parser {
        tokens,
        at: 0,
        open: 0,
    };
    let expr = parser.expr(0)?;
    match parser.peek() {
        FormulaToken::End => Ok(expr),
        FormulaToken::Sign(")") => Err(FormulaFault::new(
            parser.range(),
            "this `)` has no matching `(`",
        )
        .help("delete it, or add a `(` before it")),
        FormulaToken::Sign(",") => {
            let help = "write decimals with a point, as in `0.5`; commas separate the arguments of a function";
            Err(FormulaFault::new(parser.range(), "comma outside of a function").help(help))
        }
        _ if text[..parser.range().start].trim_end() == "if" => {
            Err(FormulaFault::new(0..2, "`if` is a function")
                .help("write `if(condition, a, b)`: `a` if the condition is true, else `b`"))
        }
        _ => Err(
            FormulaFault::new(parser.range(), "missing operator before this")
                .help("write `+`, `-`, `*` or `/` between two values"),
        ),
    }
}

/// Returns how strongly an infix operator binds, and whether it is right-associative.
fn binding(sign: &str) -> Option<(u8, bool)> {
    Some(match sign {
        "or" => (1, false),
        "and" => (2, false),
        "<" | "<=" | ">" | ">=" | "==" | "!=" => (4, false),
        "+" | "-" => (5, false),
        "*" | "/" | "%" => (6, false),
        "^" => (8, true),
        _ => return None,
    })
}

const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const MINUS: u8 = 7;

struct Parser {
    tokens: Vec<PlacedToken>,
    at: usize,
    /// The number of open calls, parentheses and prefix operators.
    open: usize,
}

impl Parser {
    fn peek(&self) -> &FormulaToken {
        &self.tokens[self.at].0
    }

    fn range(&self) -> Range<usize> {
        self.tokens[self.at].1.clone()
    }

    fn next(&mut self) -> PlacedToken {
        let token = self.tokens[self.at].clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_there = matches!(self.peek(), FormulaToken::Sign(found) if *found == sign);
        if is_there {
            self.next();
        }
        is_there
    }

    fn expr(&mut self, weakest: u8) -> Result<Expr, FormulaFault> {
        let mut left = self.value()?;
        loop {
            let FormulaToken::Sign(sign) = *self.peek() else {
                return Ok(left);
            };
            let Some((strength, is_right)) =
                binding(sign).filter(|(strength, _)| *strength >= weakest)
            else {
                return Ok(left);
            };
            let sign_range = self.next().1;
            if sign == "%" && !self.begins_a_value() {
                left = percent(&left, sign_range)?;
                continue;
            }
            self.enter(&sign_range)?;
            let right = self.expr(if is_right { strength } else { strength + 1 })?;
            self.open -= 1;
            if strength == COMPARISON && self.is_comparison() {
                let fault = FormulaFault::new(self.range(), "comparisons cannot be chained");
                return Err(fault.help("write `a < b and b < c`"));
            }
            let range = left.range.start..right.range.end;
            let depth = 1 + left.depth.max(right.depth);
            left = of_depth(
                ExprNode::Binary(Box::new(left), sign, Box::new(right)),
                range,
                depth,
            )?;
        }
    }

    fn is_comparison(&self) -> bool {
        matches!(self.peek(), FormulaToken::Sign(sign) if binding(sign).is_some_and(|(strength, _)| strength == COMPARISON))
    }

    fn begins_a_value(&self) -> bool {
        matches!(
            self.peek(),
            FormulaToken::Number(_)
                | FormulaToken::Text(_)
                | FormulaToken::Name(_)
                | FormulaToken::Sign("(" | "not" | "true" | "false")
        )
    }

    fn value(&mut self) -> Result<Expr, FormulaFault> {
        let (token, range) = self.next();
        match token {
            FormulaToken::Number(value) => Ok(self.number(value, range)),
            FormulaToken::Text(text) => Ok(Expr {
                node: ExprNode::Text(text),
                range,
                depth: 1,
            }),
            FormulaToken::Sign(word @ ("true" | "false")) => Ok(Expr {
                node: ExprNode::Boolean(word == "true"),
                range,
                depth: 1,
            }),
            FormulaToken::Name(name) if self.takes("(") => self.call(name, range),
            FormulaToken::Name(name) => Ok(Expr {
                node: ExprNode::Name(name),
                range,
                depth: 1,
            }),
            FormulaToken::Sign("(") => {
                self.enter(&range)?;
                let inner = self.expr(0)?;
                self.close(&range)?;
                let range = range.start..self.tokens[self.at - 1].1.end;
                Ok(Expr { range, ..inner })
            }
            FormulaToken::Sign(sign @ ("-" | "not")) => {
                self.enter(&range)?;
                let inner = self.expr(if sign == "-" { MINUS } else { NOT })?;
                self.open -= 1;
                let (depth, range) = (inner.depth + 1, range.start..inner.range.end);
                of_depth(ExprNode::Prefix(sign, Box::new(inner)), range, depth)
            }
            FormulaToken::Sign("+") => {
                Err(FormulaFault::new(range, "a `+` must be between two values").help("delete it"))
            }
            FormulaToken::Sign(sign) => Err(FormulaFault::new(
                range,
                format!("missing value before `{sign}`"),
            )),
            FormulaToken::End => Err(FormulaFault::new(
                range,
                "the formula ends where a value is expected",
            )),
        }
    }

    /// Parses a number; a name directly after it is its unit.
    fn number(&mut self, value: f64, range: Range<usize>) -> Expr {
        let is_call = matches!(
            self.tokens.get(self.at + 1),
            Some((FormulaToken::Sign("("), _))
        );
        match self.peek().clone() {
            FormulaToken::Name(unit) if !is_call => {
                let end = self.next().1.end;
                Expr {
                    node: ExprNode::Number(value, Some(unit)),
                    range: range.start..end,
                    depth: 1,
                }
            }
            _ => Expr {
                node: ExprNode::Number(value, None),
                range,
                depth: 1,
            },
        }
    }

    fn call(&mut self, name: String, range: Range<usize>) -> Result<Expr, FormulaFault> {
        self.enter(&range)?;
        let mut arguments = Vec::new();
        if !matches!(self.peek(), FormulaToken::Sign(")")) {
            arguments.push(self.expr(0)?);
            while self.takes(",") {
                arguments.push(self.expr(0)?);
            }
        }
        self.close(&range)?;
        let depth = 1 + arguments
            .iter()
            .map(|argument| argument.depth)
            .max()
            .unwrap_or(0);
        let whole = range.start..self.tokens[self.at - 1].1.end;
        of_depth(ExprNode::Call(name, range, arguments), whole, depth)
    }

    fn enter(&mut self, range: &Range<usize>) -> Result<(), FormulaFault> {
        self.open += 1;
        if self.open > DEPTH_MAX {
            Err(too_deep(range.clone()))
        } else {
            Ok(())
        }
    }

    fn close(&mut self, opened: &Range<usize>) -> Result<(), FormulaFault> {
        self.open -= 1;
        match self.peek() {
            FormulaToken::Sign(")") => {
                self.next();
                Ok(())
            }
            FormulaToken::End => Err(FormulaFault::new(
                opened.clone(),
                "this parenthesis is never closed",
            )
            .help("add a `)`; between `{ }`, put a formula with commas in quotes")),
            _ => Err(FormulaFault::new(
                self.range(),
                "missing operator, comma or `)` before this",
            )),
        }
    }
}

/// Returns the value of a percentage: `60%` is 0.6.
fn percent(value: &Expr, sign: Range<usize>) -> Result<Expr, FormulaFault> {
    match value.node {
        ExprNode::Number(number, None) => Ok(Expr {
            node: ExprNode::Number(number / 100.0, None),
            range: value.range.start..sign.end,
            depth: 1,
        }),
        _ => Err(
            FormulaFault::new(sign, "`%` must follow a number or be between two values")
                .help("write `value * 60%` for a percentage of a value"),
        ),
    }
}

fn of_depth(node: ExprNode, range: Range<usize>, depth: usize) -> Result<Expr, FormulaFault> {
    if depth > DEPTH_MAX {
        Err(too_deep(range))
    } else {
        Ok(Expr { node, range, depth })
    }
}

fn too_deep(range: Range<usize>) -> FormulaFault {
    FormulaFault::new(
        range.start..range.start + 1,
        format!("more than {DEPTH_MAX} nested operations"),
    )
    .help("divide the formula into steps")
}

impl Expr {
    /// Returns every name in the formula, including tables.
    pub fn names(&self) -> Vec<(&str, &Range<usize>)> {
        let mut names = Vec::new();
        self.gather(&mut names);
        names
    }

    fn gather<'a>(&'a self, names: &mut Vec<(&'a str, &'a Range<usize>)>) {
        match &self.node {
            ExprNode::Number(..) | ExprNode::Text(_) | ExprNode::Boolean(_) => {}
            ExprNode::Name(name) => names.push((name, &self.range)),
            ExprNode::Prefix(_, inner) => inner.gather(names),
            ExprNode::Binary(left, _, right) => {
                left.gather(names);
                right.gather(names);
            }
            ExprNode::Call(_, _, arguments) => {
                arguments.iter().for_each(|argument| argument.gather(names))
            }
        }
    }
}
