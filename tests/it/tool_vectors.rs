//! Formulas and the bits of their values, which the browser compares with the results of its own
//! machine (`tests/browser/tool.test.mjs`).
//!
//! Writes `target/tool-vectors.json`: handwritten and generated formulas over difficult inputs
//! (NaN, infinities, -0, huge and tiny numbers, dates over leap years). The same seed gives the
//! same file on every machine.

use std::cell::Cell;
use std::fmt::Write;
use std::path::Path;

use handsel::page::tool::calculator;
use handsel::tool::inputs::days;
use handsel::tool::language::check::{
    KnownName, KnownTable, Measure, NameScope, ValueType, compile,
};
use handsel::tool::language::code::{FigureTable, FormulaValue, Program};
use handsel::tool::language::machine::run;
use handsel::tool::language::parser::parse;
use handsel::tool::language::range::NumberRange;
use serde_json::{Value as Json, json};

const GENERATED: usize = 20_000;

const NUMBERS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Numbers that are difficult for arithmetic, and ordinary ones.
fn difficult_numbers() -> Vec<f64> {
    let mut numbers = vec![
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        -0.5,
        2.0,
        3.0,
        10.0,
        12.0,
        100.0,
        0.1,
        0.2,
        0.3,
        1.005,
        2.675,
        -2.5,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        -5e-324,
        1e-310,
        f64::EPSILON,
        9_007_199_254_740_991.0,
        9_007_199_254_740_993.0,
        4_503_599_627_370_495.5,
        1e15,
        1e16,
        1e21,
        1e100,
        1e-100,
        1e300,
        1e-300,
        1e308,
        709.78,
        -745.1,
        1024.0,
        1025.0,
        -1024.5,
        0.999_999_999_999_999_9,
        1.000_000_000_000_000_2,
        std::f64::consts::PI,
        std::f64::consts::E,
        52.0,
        365.25,
        36_000.0,
        0.6,
        0.19,
        49.225,
        1e9,
        123_456_789.123_456_78,
    ];
    for (year, month, day) in [
        (1970, 1, 1),
        (1900, 2, 28),
        (1900, 3, 1),
        (2000, 2, 29),
        (2024, 2, 29),
        (2026, 3, 29),
        (2026, 10, 25),
        (9999, 12, 31),
        (1, 1, 1),
    ] {
        numbers.push(days(jiff::civil::date(year, month, day)));
    }
    numbers
}

/// A small random number generator (SplitMix64), so that the file does not depend on the generator
/// of a crate.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).expect("it is below a count")
    }

    fn one_of<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.below(items.len())]
    }
}

/// A formula whose value is a number.
fn number(random: &mut Random, depth: usize) -> String {
    if depth == 0 {
        let literals = [
            "0", "1", "2", "3", "7", "0.5", "1e3", "60%", "1e-9", "12", "0.1", "1e300",
        ];
        return if random.below(3) == 0 {
            random.one_of(&literals).to_owned()
        } else {
            random.one_of(&NUMBERS).to_owned()
        };
    }
    let inner = |random: &mut Random| number(random, depth - 1);
    match random.below(24) {
        0..=9 => {
            let (left, sign, right) = (
                inner(random),
                random.one_of(&["+", "-", "*", "/", "%", "^"]),
                inner(random),
            );
            format!("({left}) {sign} ({right})")
        }
        10 => format!("-({})", inner(random)),
        11 => {
            let name = random.one_of(&["min", "max", "sum", "avg"]);
            let count = 1 + random.below(4);
            let arguments: Vec<String> = (0..count).map(|_| inner(random)).collect();
            format!("{name}({})", arguments.join(", "))
        }
        12 => format!(
            "round({}, {})",
            inner(random),
            i64::try_from(random.below(31)).expect("small") - 15
        ),
        13 => format!(
            "{}({})",
            random.one_of(&["floor", "ceil", "abs", "sqrt", "round"]),
            inner(random)
        ),
        14 => format!(
            "clamp({}, {}, {})",
            inner(random),
            inner(random),
            inner(random)
        ),
        15 => format!(
            "pmt({}, {}, {})",
            inner(random),
            inner(random),
            inner(random)
        ),
        16 => format!(
            "fv({}, {}, {}, {})",
            inner(random),
            inner(random),
            inner(random),
            inner(random)
        ),
        17 => format!(
            "pv({}, {}, {})",
            inner(random),
            inner(random),
            inner(random)
        ),
        18 => format!(
            "npv({}, {}, {})",
            inner(random),
            inner(random),
            inner(random)
        ),
        19 => format!("lookup(income, {})", inner(random)),
        20 => format!("bracket(income, {})", inner(random)),
        21 => random
            .one_of(&[
                "lookup(tax, region)",
                "total(prices, extras)",
                "count(extras)",
                "days_between(start, end)",
            ])
            .to_owned(),
        _ => format!(
            "if({}, {}, {})",
            condition(random, depth - 1),
            inner(random),
            inner(random)
        ),
    }
}

fn condition(random: &mut Random, depth: usize) -> String {
    match random.below(8) {
        0 => "has(extras, 'desk')".to_owned(),
        1 => "region == 'north'".to_owned(),
        2 => "start < end and on".to_owned(),
        3 if depth > 0 => format!("not ({})", condition(random, depth - 1)),
        4 if depth > 0 => {
            format!(
                "({}) {} ({})",
                condition(random, depth - 1),
                random.one_of(&["and", "or"]),
                condition(random, depth - 1)
            )
        }
        _ => format!(
            "{} {} {}",
            number(random, 0),
            random.one_of(&["<", "<=", ">", ">=", "==", "!="]),
            number(random, 0)
        ),
    }
}

fn texts(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn scope() -> (NameScope, Vec<FigureTable>) {
    let known = |name: &str, of: ValueType| KnownName {
        name: name.into(),
        of,
        span: NumberRange::ALL,
        is_used: Cell::new(false),
    };
    let table = |name: &str, keys: Option<&[&str]>| KnownTable {
        name: name.into(),
        keys: keys.map(texts),
        unit: None,
        span: NumberRange::ALL,
        is_used: Cell::new(false),
    };
    let mut all: Vec<KnownName> = NUMBERS
        .iter()
        .map(|name| known(name, ValueType::Number(Measure::Any)))
        .collect();
    all.extend([
        known(
            "region",
            ValueType::Text(Some(texts(&["north", "south", "__proto__"]))),
        ),
        known(
            "extras",
            ValueType::Choices(texts(&["wifi", "desk", "constructor"])),
        ),
        known("start", ValueType::Date),
        known("end", ValueType::Date),
        known("on", ValueType::Boolean),
    ]);
    let tables = vec![
        table("tax", Some(&["north", "south", "__proto__"])),
        table("income", None),
        table("prices", Some(&["wifi", "desk", "constructor"])),
    ];
    let rows = |rows: &[(&str, f64)]| {
        FigureTable::Rows(
            rows.iter()
                .map(|(key, value)| ((*key).to_owned(), *value))
                .collect(),
        )
    };
    let values = vec![
        rows(&[("north", 0.21), ("south", 0.19), ("__proto__", 0.17)]),
        FigureTable::Brackets(vec![
            (10_000.0, 0.0),
            (50_000.0, 0.2),
            (f64::INFINITY, 0.42),
        ]),
        rows(&[("wifi", 9.99), ("desk", 25.3), ("constructor", 0.1)]),
    ];
    (
        NameScope {
            known: all,
            tables,
            ..NameScope::default()
        },
        values,
    )
}

fn inputs(random: &mut Random, numbers: &[f64]) -> Vec<FormulaValue> {
    let mut some = || FormulaValue::Number(numbers[random.below(numbers.len())]);
    let mut values: Vec<FormulaValue> = (0..NUMBERS.len()).map(|_| some()).collect();
    let date = |random: &mut Random| {
        FormulaValue::Number(
            f64::from(u32::try_from(random.below(60_000)).expect("small")) - 25_509.0,
        )
    };
    values.push(FormulaValue::Text(
        random.one_of(&["north", "south", "__proto__"]).to_owned(),
    ));
    let all = ["wifi", "desk", "constructor"];
    values.push(FormulaValue::Choices(
        all.iter()
            .filter(|_| random.below(2) == 0)
            .map(|key| (*key).to_owned())
            .collect(),
    ));
    values.push(date(random));
    values.push(date(random));
    values.push(FormulaValue::Boolean(random.below(2) == 0));
    values
}

/// A value as its bits: numbers are hexadecimal (every NaN alike), since JSON has neither NaN nor
/// -0.
fn bits(value: &FormulaValue) -> Json {
    match value {
        FormulaValue::Number(number) if number.is_nan() => json!({ "bits": "nan" }),
        FormulaValue::Number(number) => json!({ "bits": format!("{:016x}", number.to_bits()) }),
        other => calculator::plain(other),
    }
}

/// A formula, its program and its value for some inputs; `None` if the checker refuses it.
fn vector(formula: &str, inputs: &[FormulaValue]) -> Option<Json> {
    let (mut scope, tables) = scope();
    let expr = parse(formula).ok()?;
    let mut faults = Vec::new();
    let compiled = compile(formula, &expr, &mut scope, &mut faults)?;
    let program = Program {
        constants: scope.constants,
        tables,
        inputs: inputs.len(),
        formulas: vec![compiled.code],
    };
    let value = run(&program, inputs).pop()?;
    let mut json = calculator::program(&program);
    // Every vector has the same tables.
    json.as_object_mut()?.remove("tables");
    Some(
        json!({ "formula": formula, "program": json, "inputs": inputs.iter().map(bits).collect::<Vec<_>>(), "value": bits(&value) }),
    )
}

/// Each pair of difficult numbers with each operator, and each number with each function.
fn handwritten(numbers: &[f64]) -> Vec<(String, Vec<FormulaValue>)> {
    let mut random = Random(7);
    let mut formulas = Vec::new();
    let mut put = |formula: &str, a: f64, b: f64| {
        let mut values = inputs(&mut random, numbers);
        (values[0], values[1]) = (FormulaValue::Number(a), FormulaValue::Number(b));
        formulas.push((formula.to_owned(), values));
    };
    for (at, a) in numbers.iter().enumerate() {
        let b = numbers[(at * 7 + 3) % numbers.len()];
        for formula in [
            "a + b",
            "a - b",
            "a * b",
            "a / b",
            "a % b",
            "a ^ b",
            "b ^ a",
            "a == b",
            "a < b",
            "min(a, b)",
            "max(b, a)",
            "round(a)",
            "round(a, 2)",
            "round(a, -2)",
        ] {
            put(formula, *a, b);
        }
        for formula in [
            "floor(a)",
            "ceil(a)",
            "abs(a)",
            "sqrt(a)",
            "-a",
            "a ^ 0.5",
            "a ^ 2",
            "a ^ -3",
            "2 ^ a",
            "(1 + a) ^ (1/12)",
            "pmt(a, 12, 1000)",
            "fv(a, b, 1, 1)",
        ] {
            put(formula, *a, b);
        }
    }
    for formula in [
        "1 - 0.9 - 0.1",
        "0.1 + 0.2",
        "(0.1 + 0.2) * 10",
        "round(1.005, 2)",
        "round(2.5) + round(-2.5)",
        "1 / 3 * 3 - 1",
        "2 ^ 0.5 * 2 ^ 0.5",
        "2 ^ 1023 * 2",
        "2 ^ -1074",
        "10 ^ 15 + 0.5",
        "(1 + 5% / 12) ^ 360",
        "pmt(4% / 12, 360, 200000)",
        "fv(0, 10, 5)",
        "pv(0, 10, 5)",
        "npv(8%, -1000, 300, 400, 500)",
        "lookup(tax, region)",
        "lookup(income, 50000)",
        "lookup(income, 50000.01)",
        "bracket(income, 0)",
        "bracket(income, 10000)",
        "bracket(income, 70000)",
        "bracket(income, -5)",
        "total(prices, extras)",
        "count(extras)",
        "has(extras, 'constructor')",
        "if(on, 1, 2)",
        "days_between(start, end)",
        "add_days(start, 366)",
        "add_days(start, -0.5)",
        "start < end",
        "start == start",
        "not on",
        "on and true or false",
        "'x' == 'x'",
        "region == '__proto__'",
        "if(region == 'north', 'a', 'b')",
        "clamp(a, -1, 1)",
        "avg(1, 2, 4)",
        "sum(0.1, 0.2, 0.3)",
        "0 * -1",
        "abs(-0)",
        "-0 + 0",
        "min(0, -0)",
        "max(-0, 0)",
        "7 % -3",
        "-7 % 3",
        "5.5 % 0",
        "0 / 0",
        "1 / 0",
        "-1 / 0",
    ] {
        put(formula, 1.0, -0.0);
    }
    formulas
}

#[test]
fn vectors_for_the_browser_are_written() {
    let numbers = difficult_numbers();
    let handwritten = handwritten(&numbers);
    let mut vectors: Vec<Json> = handwritten
        .iter()
        .filter_map(|(formula, values)| vector(formula, values))
        .collect();
    assert_eq!(
        vectors.len(),
        handwritten.len(),
        "the checker refuses a handwritten formula"
    );
    assert!(vectors.len() >= 300);
    let mut random = Random(20_261_124);
    let mut generated = 0;
    while generated < GENERATED {
        let depth = 1 + random.below(4);
        let formula = if random.below(12) == 0 {
            condition(&mut random, depth)
        } else {
            number(&mut random, depth)
        };
        let values = inputs(&mut random, &numbers);
        if let Some(vector) = vector(&formula, &values) {
            vectors.push(vector);
            generated += 1;
        }
    }
    let nans = vectors
        .iter()
        .filter(|vector| vector["value"]["bits"] == "nan")
        .count();
    assert!(
        nans * 2 < vectors.len(),
        "more than half of the vectors are NaN: they test little"
    );
    let (_, tables) = scope();
    let tables = calculator::program(&Program {
        tables,
        ..Program::default()
    })["tables"]
        .take();
    let mut text = String::new();
    write!(text, "{}", json!({ "tables": tables, "vectors": vectors }))
        .expect("writing to a string cannot fail");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tool-vectors.json");
    std::fs::create_dir_all(path.parent().expect("it is in a folder"))
        .expect("target/ can be created");
    std::fs::write(path, text).expect("target/ can be written");
}
