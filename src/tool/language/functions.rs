//! The functions of the language: one table for the checker's messages, the manual's page and the
//! tests of its examples.

/// A function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    pub name: &'static str,
    /// As a call, with words for its arguments.
    pub call: &'static str,
    /// The fewest and the most arguments.
    pub arguments: (usize, usize),
    pub meaning: &'static str,
    /// Formulas over the sample of the manual, each with its value as the language writes it.
    pub examples: &'static [(&'static str, &'static str)],
}

const MANY: usize = 100;

macro_rules! functions {
    ($($name:literal, $call:literal, $min:expr, $max:expr, $meaning:literal, [$($formula:literal => $value:literal),*];)*) => {
        /// Every function. The list is frozen: a tool that was written once works for good.
        pub const FUNCTIONS: &[Function] = &[$(Function {
            name: $name, call: $call, arguments: ($min, $max), meaning: $meaning, examples: &[$(($formula, $value)),*],
        }),*];
    };
}

functions! {
    "if", "if(condition, a, b)", 3, 3, "`a` where the condition holds, else `b`; both of one type and unit.",
        ["if(2 > 1, 10, 20)" => "10", "if(false, 'a', 'b')" => "b"];
    "min", "min(a, b, …)", 1, MANY, "The least of them.", ["min(3, 5, 4)" => "3"];
    "max", "max(a, b, …)", 1, MANY, "The greatest of them.", ["max(0, -2)" => "0"];
    "round", "round(a)` or `round(a, decimals)", 1, 2,
        "The nearest number of so many decimals (none unless said), halves away from zero. The decimals are a whole number from -15 to 15; -2 rounds to hundreds.",
        ["round(2.675, 2)" => "2.68", "round(-2.5)" => "-3", "round(1250, -2)" => "1300"];
    "floor", "floor(a)", 1, 1, "The next whole number below.", ["floor(2.9)" => "2", "floor(-2.1)" => "-3"];
    "ceil", "ceil(a)", 1, 1, "The next whole number above.", ["ceil(2.1)" => "3"];
    "abs", "abs(a)", 1, 1, "The number without its sign.", ["abs(-4)" => "4"];
    "clamp", "clamp(a, low, high)", 3, 3, "`a`, or the end that it lies beyond.", ["clamp(12, 0, 10)" => "10", "clamp(-1, 0, 10)" => "0"];
    "sum", "sum(a, b, …)", 1, MANY, "All of them added.", ["sum(1, 2, 3)" => "6"];
    "avg", "avg(a, b, …)", 1, MANY, "Their mean.", ["avg(1, 2, 6)" => "3"];
    "sqrt", "sqrt(a)", 1, 1, "The square root.", ["sqrt(16)" => "4"];
    "pmt", "pmt(rate, periods, amount)", 3, 3,
        "The payment at the end of each period that repays an amount. The rate is that of one period.",
        ["round(pmt(1%, 12, 1000), 2)" => "88.85", "pmt(0, 10, 1000)" => "100"];
    "fv", "fv(rate, periods, payment, present)", 3, 4,
        "What a payment at the end of each period, and what was there at first (nothing unless said), have grown to.",
        ["round(fv(1%, 12, 100), 2)" => "1268.25", "round(fv(10%, 2, 0, 100), 2)" => "121"];
    "pv", "pv(rate, periods, payment)", 3, 3, "What a payment at the end of each period is worth today.",
        ["round(pv(1%, 12, 88.85), 2)" => "1000.01"];
    "npv", "npv(rate, a, b, …)", 2, MANY, "What payments at the end of the first, second … period are worth today.",
        ["round(npv(10%, 110, 121), 2)" => "200"];
    "days_between", "days_between(from, to)", 2, 2, "How many days lie from one date to another, in `day`; below 0 where the second comes first.",
        ["days_between(start, end)" => "2"];
    "add_days", "add_days(date, days)", 2, 2, "The date so many whole days later.", ["add_days(start, 2)" => "2024-03-01", "add_days(start, -28)" => "2024-01-31"];
    "lookup", "lookup(table, key)", 2, 2,
        "The table's number for a choice; in a table of brackets the rate of the bracket that a number lies in, its upper end included.",
        ["lookup(tax, region)" => "0.21", "lookup(income_tax, 10000)" => "0", "lookup(income_tax, 10001)" => "0.2"];
    "bracket", "bracket(table, a)", 2, 2, "Each part of `a` times the rate of the bracket that it lies in, added: a progressive tax.",
        ["bracket(income_tax, 30000)" => "4000", "bracket(income_tax, 60000)" => "12200"];
    "total", "total(table, choices)", 2, 2, "The table's numbers for all options that are chosen, added.", ["total(prices, extras)" => "35"];
    "has", "has(choices, 'option')", 2, 2, "Whether an option is chosen.", ["has(extras, 'desk')" => "true", "has(extras, 'coffee')" => "false"];
    "count", "count(choices)", 1, 1, "How many options are chosen.", ["count(extras)" => "2"];
}

pub fn named(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// The table of functions for the manual.
pub fn manual() -> String {
    let mut table = String::from("| function | gives | for instance |\n|---|---|---|\n");
    for function in FUNCTIONS {
        let examples: Vec<String> = function
            .examples
            .iter()
            .map(|(formula, value)| format!("`{formula}` is `{value}`"))
            .collect();
        table += &format!(
            "| `{}` | {} | {} |\n",
            function.call,
            function.meaning,
            examples.join("<br>")
        );
    }
    table
}
