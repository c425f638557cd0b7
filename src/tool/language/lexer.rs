//! Splits the text of a formula into tokens, each with its range of bytes.

use std::ops::Range;

use super::FormulaFault;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum FormulaToken {
    Number(f64),
    Text(String),
    Name(String),
    /// `+ - * / % ^ ( ) , < <= > >= == !=`, and the words `and or not true false`.
    Sign(&'static str),
    End,
}

pub(super) type PlacedToken = (FormulaToken, Range<usize>);

const SIGNS: [&str; 15] = [
    "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "^", "(", ")", ",", "<", ">",
];
const WORDS: [&str; 5] = ["and", "or", "not", "true", "false"];

/// Common substitutes for the signs of the language.
const MEANT: [(&str, &str); 12] = [
    ("&&", "and"),
    ("||", "or"),
    ("=", "=="),
    ("!", "not"),
    ("×", "*"),
    ("·", "*"),
    ("÷", "/"),
    (":", "/"),
    ("−", "-"),
    ("–", "-"),
    ("≤", "<="),
    ("≥", ">="),
];

pub(super) fn is_word_of_the_language(name: &str) -> bool {
    WORDS.contains(&name) || name == "if"
}

/// Returns the tokens of a formula; the last is [`FormulaToken::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<PlacedToken>, FormulaFault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (token, length) = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '0'..='9' | '.' => number(rest, at)?,
            '\'' | '"' => quoted(rest, first, at)?,
            c if c.is_alphabetic() || c == '_' => name(rest),
            _ => sign(rest, first, at)?,
        };
        tokens.push((token, at..at + length));
        at += length;
    }
    tokens.push((FormulaToken::End, text.len()..text.len()));
    Ok(tokens)
}

fn number(rest: &str, at: usize) -> Result<(FormulaToken, usize), FormulaFault> {
    let digits = |from: usize| rest[from..].bytes().take_while(u8::is_ascii_digit).count();
    let mut length = digits(0);
    if rest[length..].starts_with('.') {
        length += 1 + digits(length + 1);
    }
    if rest[length..].starts_with(['e', 'E']) {
        let sign = usize::from(rest[length + 1..].starts_with(['+', '-']));
        let exponent = digits(length + 1 + sign);
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    match rest[..length].parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((FormulaToken::Number(value), length)),
        Ok(_) => Err(
            FormulaFault::new(at..at + length, "this number is too large")
                .help("use a number up to about 1.8e308"),
        ),
        Err(_) => Err(FormulaFault::new(
            at..at + length,
            format!("`{}` is not a valid number", &rest[..length]),
        )
        .help("write a number as in `0.5`; a name cannot contain `.`")),
    }
}

fn quoted(rest: &str, quote: char, at: usize) -> Result<(FormulaToken, usize), FormulaFault> {
    match rest[1..].find(quote) {
        Some(length) => Ok((
            FormulaToken::Text(rest[1..1 + length].to_owned()),
            length + 2,
        )),
        None => Err(FormulaFault::new(at..at + 1, "this quote is never closed")
            .help(format!("add {quote} at the end of the text"))),
    }
}

fn name(rest: &str) -> (FormulaToken, usize) {
    let length = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    let name = &rest[..length];
    let token = WORDS.iter().find(|word| **word == name).map_or_else(
        || FormulaToken::Name(name.to_owned()),
        |word| FormulaToken::Sign(word),
    );
    (token, length)
}

fn sign(rest: &str, first: char, at: usize) -> Result<(FormulaToken, usize), FormulaFault> {
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((FormulaToken::Sign(sign), sign.len()));
    }
    if rest.starts_with(":=") {
        return Err(
            FormulaFault::new(at..at + 2, "a formula cannot assign a name")
                .help("write only the formula; its key is its name"),
        );
    }
    if let Some((typed, meant)) = MEANT.iter().find(|(typed, _)| rest.starts_with(typed)) {
        let fault = FormulaFault::new(
            at..at + typed.len(),
            format!("`{typed}` is not an operator of the language"),
        );
        return Err(fault.help(format!("write `{meant}`")));
    }
    let fault = FormulaFault::new(
        at..at + first.len_utf8(),
        format!("`{first}` is not an operator of the language"),
    );
    Err(fault.help("use `+ - * / ^ %`, `< <= > >= == !=`, `and or not`, parentheses and commas"))
}
