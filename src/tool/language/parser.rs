//! A formula's tree, by operator precedence (Pratt 1973): each sign binds as strongly as its number
//! says.

use std::ops::Range;

use super::lexer::{self, Placed, Token};
use super::{DEPTH_MAX, FORMULA_BYTES_MAX, Fault};

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    pub node: Node,
    pub range: Range<usize>,
    depth: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
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

/// Reads a formula.
///
/// # Errors
/// The first thing that cannot be understood.
pub fn parse(text: &str) -> Result<Expr, Fault> {
    if text.len() > FORMULA_BYTES_MAX {
        let fault = Fault::new(
            0..0,
            format!("this formula is longer than {FORMULA_BYTES_MAX} characters"),
        );
        return Err(fault.help("divide it into steps"));
    }
    let tokens = lexer::tokens(text)?;
    if tokens.len() == 1 {
        return Err(Fault::new(0..text.len(), "there is no formula here")
            .help("write a number, a name or a formula"));
    }
    let mut parser = Parser {
        tokens,
        at: 0,
        open: 0,
    };
    let expr = parser.expr(0)?;
    match parser.peek() {
        Token::End => Ok(expr),
        Token::Sign(")") => Err(Fault::new(parser.range(), "this `)` closes nothing")
            .help("delete it, or open a `(` before it")),
        Token::Sign(",") => {
            let help = "commas stand between the arguments of a function; a decimal is written with a point: `0.5`";
            Err(Fault::new(parser.range(), "a comma stands outside of a function").help(help))
        }
        _ if text[..parser.range().start].trim_end() == "if" => {
            Err(Fault::new(0..2, "`if` is a function")
                .help("write `if(condition, a, b)`: `a` where it holds, else `b`"))
        }
        _ => Err(Fault::new(parser.range(), "a sign is missing before this")
            .help("write `+`, `-`, `*` or `/` between two values")),
    }
}

/// How strongly a sign between two values binds, and whether it binds to the right.
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
    tokens: Vec<Placed>,
    at: usize,
    /// Calls, parentheses and signs before values that are open.
    open: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn range(&self) -> Range<usize> {
        self.tokens[self.at].1.clone()
    }

    fn next(&mut self) -> Placed {
        let token = self.tokens[self.at].clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn takes(&mut self, sign: &str) -> bool {
        let is_there = matches!(self.peek(), Token::Sign(found) if *found == sign);
        if is_there {
            self.next();
        }
        is_there
    }

    fn expr(&mut self, weakest: u8) -> Result<Expr, Fault> {
        let mut left = self.value()?;
        loop {
            let Token::Sign(sign) = *self.peek() else {
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
                let fault = Fault::new(self.range(), "comparisons cannot be chained");
                return Err(fault.help("write `a < b and b < c`"));
            }
            let range = left.range.start..right.range.end;
            let depth = 1 + left.depth.max(right.depth);
            left = of_depth(
                Node::Binary(Box::new(left), sign, Box::new(right)),
                range,
                depth,
            )?;
        }
    }

    fn is_comparison(&self) -> bool {
        matches!(self.peek(), Token::Sign(sign) if binding(sign).is_some_and(|(strength, _)| strength == COMPARISON))
    }

    fn begins_a_value(&self) -> bool {
        matches!(
            self.peek(),
            Token::Number(_)
                | Token::Text(_)
                | Token::Name(_)
                | Token::Sign("(" | "not" | "true" | "false")
        )
    }

    fn value(&mut self) -> Result<Expr, Fault> {
        let (token, range) = self.next();
        match token {
            Token::Number(value) => Ok(self.number(value, range)),
            Token::Text(text) => Ok(Expr {
                node: Node::Text(text),
                range,
                depth: 1,
            }),
            Token::Sign(word @ ("true" | "false")) => Ok(Expr {
                node: Node::Boolean(word == "true"),
                range,
                depth: 1,
            }),
            Token::Name(name) if self.takes("(") => self.call(name, range),
            Token::Name(name) => Ok(Expr {
                node: Node::Name(name),
                range,
                depth: 1,
            }),
            Token::Sign("(") => {
                self.enter(&range)?;
                let inner = self.expr(0)?;
                self.close(&range)?;
                let range = range.start..self.tokens[self.at - 1].1.end;
                Ok(Expr { range, ..inner })
            }
            Token::Sign(sign @ ("-" | "not")) => {
                self.enter(&range)?;
                let inner = self.expr(if sign == "-" { MINUS } else { NOT })?;
                self.open -= 1;
                let (depth, range) = (inner.depth + 1, range.start..inner.range.end);
                of_depth(Node::Prefix(sign, Box::new(inner)), range, depth)
            }
            Token::Sign("+") => {
                Err(Fault::new(range, "a `+` stands before no second value").help("delete it"))
            }
            Token::Sign(sign) => Err(Fault::new(
                range,
                format!("a value is missing before `{sign}`"),
            )),
            Token::End => Err(Fault::new(
                range,
                "the formula ends where a value should follow",
            )),
        }
    }

    /// A number; a name right after it is its unit.
    fn number(&mut self, value: f64, range: Range<usize>) -> Expr {
        let is_call = matches!(self.tokens.get(self.at + 1), Some((Token::Sign("("), _)));
        match self.peek().clone() {
            Token::Name(unit) if !is_call => {
                let end = self.next().1.end;
                Expr {
                    node: Node::Number(value, Some(unit)),
                    range: range.start..end,
                    depth: 1,
                }
            }
            _ => Expr {
                node: Node::Number(value, None),
                range,
                depth: 1,
            },
        }
    }

    fn call(&mut self, name: String, range: Range<usize>) -> Result<Expr, Fault> {
        self.enter(&range)?;
        let mut arguments = Vec::new();
        if !matches!(self.peek(), Token::Sign(")")) {
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
        of_depth(Node::Call(name, range, arguments), whole, depth)
    }

    fn enter(&mut self, range: &Range<usize>) -> Result<(), Fault> {
        self.open += 1;
        if self.open > DEPTH_MAX {
            Err(too_deep(range.clone()))
        } else {
            Ok(())
        }
    }

    fn close(&mut self, opened: &Range<usize>) -> Result<(), Fault> {
        self.open -= 1;
        match self.peek() {
            Token::Sign(")") => {
                self.next();
                Ok(())
            }
            Token::End => Err(Fault::new(
                opened.clone(),
                "the parenthesis opened here is never closed",
            )
            .help("add a `)`; between `{ }` a formula with commas stands in quotes")),
            _ => Err(Fault::new(
                self.range(),
                "a sign, a comma or a `)` is missing before this",
            )),
        }
    }
}

/// `60%` is 0.6.
fn percent(value: &Expr, sign: Range<usize>) -> Result<Expr, Fault> {
    match value.node {
        Node::Number(number, None) => Ok(Expr {
            node: Node::Number(number / 100.0, None),
            range: value.range.start..sign.end,
            depth: 1,
        }),
        _ => Err(
            Fault::new(sign, "`%` follows a number, or stands between two values")
                .help("for a part of a value write `value * 60%`"),
        ),
    }
}

fn of_depth(node: Node, range: Range<usize>, depth: usize) -> Result<Expr, Fault> {
    if depth > DEPTH_MAX {
        Err(too_deep(range))
    } else {
        Ok(Expr { node, range, depth })
    }
}

fn too_deep(range: Range<usize>) -> Fault {
    Fault::new(
        range.start..range.start + 1,
        format!("more than {DEPTH_MAX} operations stand within each other"),
    )
    .help("divide the formula into steps")
}

impl Expr {
    /// Every name that the formula mentions, tables included.
    pub fn names(&self) -> Vec<(&str, &Range<usize>)> {
        let mut names = Vec::new();
        self.gather(&mut names);
        names
    }

    fn gather<'a>(&'a self, names: &mut Vec<(&'a str, &'a Range<usize>)>) {
        match &self.node {
            Node::Number(..) | Node::Text(_) | Node::Boolean(_) => {}
            Node::Name(name) => names.push((name, &self.range)),
            Node::Prefix(_, inner) => inner.gather(names),
            Node::Binary(left, _, right) => {
                left.gather(names);
                right.gather(names);
            }
            Node::Call(_, _, arguments) => {
                arguments.iter().for_each(|argument| argument.gather(names))
            }
        }
    }
}
