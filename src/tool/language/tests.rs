//! Tests of the formula language, from text to value: functions by their examples, faults by their
//! messages.

use std::cell::Cell;

use super::check::{KnownName, KnownTable, NameScope, ValueType, compile};
use super::code::{FigureTable, FormulaValue, Program};
use super::functions::FUNCTIONS;
use super::machine::run;
use super::parser::parse;
use super::range::NumberRange;
use super::units::Unit;
use super::{DEPTH_MAX, FORMULA_BYTES_MAX};
use crate::tool::inputs::{day, days};

/// The names in the manual's examples, with the same definitions as in the manual.
fn sample() -> (NameScope, Vec<FigureTable>, Vec<FormulaValue>) {
    let known = |name: &str, of: ValueType, span: NumberRange| KnownName {
        name: name.into(),
        of,
        span,
        is_used: Cell::new(false),
    };
    let texts = |keys: &[&str]| {
        keys.iter()
            .map(|key| (*key).to_owned())
            .collect::<Vec<String>>()
    };
    let number = |unit: &str| {
        ValueType::Number(super::check::Measure::Of(
            Unit::parse(unit).expect("a unit"),
        ))
    };
    let table = |name: &str, keys: Option<&[&str]>, low: f64, high: f64| KnownTable {
        name: name.into(),
        keys: keys.map(texts),
        unit: None,
        span: NumberRange::new(low, high),
        is_used: Cell::new(false),
    };
    let extras = ["wifi", "desk", "coffee"];
    let scope = NameScope {
        known: vec![
            known(
                "region",
                ValueType::Text(Some(texts(&["north", "south"]))),
                NumberRange::ALL,
            ),
            known(
                "extras",
                ValueType::Choices(texts(&extras)),
                NumberRange::ALL,
            ),
            known("start", ValueType::Date, NumberRange::ALL),
            known("end", ValueType::Date, NumberRange::ALL),
            known("pay", number("EUR/hour"), NumberRange::new(0.0, 100.0)),
            known("hours", number("hour"), NumberRange::new(0.0, 40.0)),
            known("weeks", ValueType::plain(), NumberRange::new(0.0, 51.0)),
            known("note", ValueType::Text(None), NumberRange::ALL),
            known("minutes", number("minute"), NumberRange::new(1.0, 60.0)),
        ],
        tables: vec![
            table("tax", Some(&["north", "south"]), 0.19, 0.21),
            table("income_tax", None, 0.0, 0.42),
            table("prices", Some(&extras), 5.0, 25.0),
        ],
        ..NameScope::default()
    };
    let rows = |rows: &[(&str, f64)]| {
        FigureTable::Rows(
            rows.iter()
                .map(|(key, value)| ((*key).to_owned(), *value))
                .collect(),
        )
    };
    let tables = vec![
        rows(&[("north", 0.21), ("south", 0.19)]),
        FigureTable::Brackets(vec![
            (10_000.0, 0.0),
            (50_000.0, 0.2),
            (f64::INFINITY, 0.42),
        ]),
        rows(&[("wifi", 10.0), ("desk", 25.0), ("coffee", 5.0)]),
    ];
    let date = |year, month, day| FormulaValue::Number(days(jiff::civil::date(year, month, day)));
    let values = vec![
        FormulaValue::Text("north".into()),
        FormulaValue::Choices(texts(&["wifi", "desk"])),
        date(2024, 2, 28),
        date(2024, 3, 1),
        FormulaValue::Number(20.0),
        FormulaValue::Number(10.0),
        FormulaValue::Number(4.0),
        FormulaValue::Text(String::new()),
        FormulaValue::Number(15.0),
    ];
    (scope, tables, values)
}

/// Returns the value of a formula with the sample inputs, as written in the language; or its
/// faults, each with the text that it marks.
fn value(formula: &str) -> String {
    let (mut scope, tables, values) = sample();
    let expr = match parse(formula) {
        Ok(expr) => expr,
        Err(fault) => return format!("{} [{}]", fault.message, &formula[fault.range]),
    };
    let mut faults = Vec::new();
    let compiled = compile(formula, &expr, &mut scope, &mut faults);
    if !faults.is_empty() {
        return faults
            .iter()
            .map(|fault| format!("{} [{}]", fault.message, &formula[fault.range.clone()]))
            .collect::<Vec<_>>()
            .join("; ");
    }
    let compiled = compiled.expect("no fault was reported");
    let program = Program {
        constants: scope.constants,
        tables,
        inputs: values.len(),
        formulas: vec![compiled.code],
    };
    match run(&program, &values).pop().expect("there is one formula") {
        FormulaValue::Number(number) if compiled.of == ValueType::Date => {
            day(number).map(|day| day.to_string()).unwrap_or_default()
        }
        FormulaValue::Number(number) => number.to_string(),
        FormulaValue::Text(text) => text,
        FormulaValue::Boolean(boolean) => boolean.to_string(),
        FormulaValue::Choices(keys) => keys.join(" "),
    }
}

#[test]
fn examples_of_functions_hold() {
    for function in FUNCTIONS {
        assert!(
            !function.examples.is_empty(),
            "{} has no example",
            function.name
        );
        for (formula, wanted) in function.examples {
            assert_eq!(value(formula), *wanted, "{formula}");
        }
    }
}

#[test]
fn signs_bind_as_in_school() {
    for (formula, wanted) in [
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("2 ^ 3 ^ 2", "512"),
        ("-2 ^ 2", "-4"),
        ("10 - 3 - 2", "5"),
        ("7 % 4", "3"),
        ("-7 % 4", "-3"),
        ("50% + 1", "1.5"),
        ("not 1 > 2 and 2 > 1", "true"),
        ("1 > 2 or 2 > 1", "true"),
        ("'a' == 'a'", "true"),
        ("pay * hours > 100 EUR", "true"),
        ("hours + 30 minutes", "10.5"),
        ("hours / minutes", "40"),
        ("pay * 8", "160"),
        ("if(weeks > 0, 8 / weeks, 0)", "2"),
        ("if(weeks == 0 or hours < 1, 0, 8 / weeks / hours)", "0.2"),
        ("1.5e3", "1500"),
    ] {
        assert_eq!(value(formula), wanted, "{formula}");
    }
}

#[test]
fn faults_are_reported_where_they_are() {
    for (formula, wanted) in [
        ("1 +", "the formula ends where a value is expected []"),
        ("(1 + 2", "this parenthesis is never closed [(]"),
        ("1 2", "missing operator before this [2]"),
        ("1 < 2 < 3", "comparisons cannot be chained [<]"),
        ("1 = 2", "`=` is not an operator of the language [=]"),
        ("2 × 3", "`×` is not an operator of the language [×]"),
        ("1e999", "this number is too large [1e999]"),
        ("'abc", "this quote is never closed [']"),
        ("", "the formula is empty []"),
        (
            "pay + hours",
            "both sides of `+` need the same unit: `EUR/hour` and `hour` are not compatible [hours]",
        ),
        (
            "weeks + hours",
            "both sides of `+` need the same unit: a plain number and `hour` are not compatible [hours]",
        ),
        ("hour * 2", "unknown name `hour` [hour]"),
        ("roun(2)", "unknown function `roun` [roun]"),
        (
            "round(2, weeks)",
            "the decimals of `round` must be a whole number from -15 to 15 [weeks]",
        ),
        (
            "clamp(1, 2)",
            "`clamp` takes 3 arguments, found 2 [clamp(1, 2)]",
        ),
        (
            "region + 1",
            "expected a number, but `region` is text [region]",
        ),
        (
            "region == 'nort'",
            "`'nort'` is not one of the options ['nort']",
        ),
        (
            "lookup(tax, note)",
            "a text that readers enter may not be in the table [note]",
        ),
        (
            "lookup(prices, region)",
            "the table `prices` has no row for `north` [region]",
        ),
        (
            "lookup(taxes, region)",
            "the first argument of `lookup` must be a table, found `taxes` [taxes]",
        ),
        (
            "extras == 'wifi'",
            "a set of choices cannot be compared [extras == 'wifi']",
        ),
        (
            "start + 1",
            "expected a number, but `start` is a date [start]",
        ),
        (
            "1 / weeks",
            "`weeks` can be 0 here: it is between 0 and 51 [weeks]",
        ),
        ("1 / (52 - weeks)", ""),
        (
            "1 / (51 - weeks)",
            "`(51 - weeks)` can be 0 here: it is between 0 and 51 [(51 - weeks)]",
        ),
        (
            "if(weeks > 3, 1 / (weeks - 3), 0)",
            "`(weeks - 3)` can be 0 here: it is between 0 and 48 [(weeks - 3)]",
        ),
        (
            "if(1, 2, 3)",
            "expected true or false, but `1` is a number [1]",
        ),
        ("2 ^ pay", "an exponent cannot be money (`EUR`) [pay]"),
        ("__proto__ + 1", "unknown name `__proto__` [__proto__]"),
        ("constructor", "unknown name `constructor` [constructor]"),
    ] {
        let found = value(formula);
        if wanted.is_empty() {
            assert!(found.parse::<f64>().is_ok(), "{formula}: {found}");
        } else {
            assert_eq!(found, wanted, "{formula}");
        }
    }
}

#[test]
fn hostile_formulas_end_at_once() {
    let deep = format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(parse(&deep).is_err_and(|fault| fault.message.contains("characters")));
    for text in [
        format!("{}1{}", "(".repeat(4_000), ")".repeat(4_000)),
        "-".repeat(5_000),
        "1+".repeat(4_000) + "1",
        "2^".repeat(4_000) + "2",
        format!("{}1{}", "abs(".repeat(1_500), ")".repeat(1_500)),
        "not ".repeat(2_000),
    ] {
        assert!(
            parse(&text)
                .is_err_and(|fault| fault.message.starts_with(&format!("more than {DEPTH_MAX}"))),
            "{}",
            &text[..20]
        );
    }
    assert!(
        parse(&"1 + ".repeat(300_000))
            .is_err_and(|fault| fault.message.contains(&FORMULA_BYTES_MAX.to_string()))
    );
}
