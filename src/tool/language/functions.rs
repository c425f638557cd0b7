//! The functions of the formula language, in one table for the checker's messages, the manual's
//! page and the tests of its examples.

/// A function.
#[derive(Clone, Copy, Debug)]
pub struct Function {
    pub name: &'static str,
    /// A call with names for its arguments.
    pub call: &'static str,
    /// The minimum and maximum number of arguments.
    pub arguments: (usize, usize),
    pub meaning: &'static str,
    /// Example formulas with the manual's sample inputs, each with its value as written in the
    /// language.
    pub examples: &'static [(&'static str, &'static str)],
}

const MANY: usize = 100;

macro_rules! functions {
    ($($name:literal, $call:literal, $min:expr, $max:expr, $meaning:literal, [$($formula:literal => $value:literal),*];)*) => {
        /// All functions. The list never changes, so that a tool keeps working once it is written.
        pub const FUNCTIONS: &[Function] = &[$(Function {
            name: $name, call: $call, arguments: ($min, $max), meaning: $meaning, examples: &[$(($formula, $value)),*],
        }),*];
    };
}

functions! {
    "if", "if(condition, a, b)", 3, 3, "`a` if the condition is true, else `b`; both need the same type and unit.",
        ["if(2 > 1, 10, 20)" => "10", "if(false, 'a', 'b')" => "b"];
    "min", "min(a, b, …)", 1, MANY, "The smallest value.", ["min(3, 5, 4)" => "3"];
    "max", "max(a, b, …)", 1, MANY, "The largest value.", ["max(0, -2)" => "0"];
    "round", "round(a)` or `round(a, decimals)", 1, 2,
        "The nearest number with this many decimals (by default, none); halves are rounded away from zero. The decimals are a whole number from -15 to 15; -2 rounds to hundreds.",
        ["round(2.675, 2)" => "2.68", "round(-2.5)" => "-3", "round(1250, -2)" => "1300"];
    "floor", "floor(a)", 1, 1, "The largest whole number that is not above `a`.", ["floor(2.9)" => "2", "floor(-2.1)" => "-3"];
    "ceil", "ceil(a)", 1, 1, "The smallest whole number that is not below `a`.", ["ceil(2.1)" => "3"];
    "abs", "abs(a)", 1, 1, "The number without its sign.", ["abs(-4)" => "4"];
    "clamp", "clamp(a, low, high)", 3, 3, "`a`, limited to the range from `low` to `high`.", ["clamp(12, 0, 10)" => "10", "clamp(-1, 0, 10)" => "0"];
    "sum", "sum(a, b, …)", 1, MANY, "The sum of the values.", ["sum(1, 2, 3)" => "6"];
    "avg", "avg(a, b, …)", 1, MANY, "The mean of the values.", ["avg(1, 2, 6)" => "3"];
    "sqrt", "sqrt(a)", 1, 1, "The square root.", ["sqrt(16)" => "4"];
    "pmt", "pmt(rate, periods, amount)", 3, 3,
        "The payment at the end of each period that repays an amount. The rate is that of one period.",
        ["round(pmt(1%, 12, 1000), 2)" => "88.85", "pmt(0, 10, 1000)" => "100"];
    "fv", "fv(rate, periods, payment, present)", 3, 4,
        "The future value of a payment at the end of each period, plus that of an initial amount (by default, 0).",
        ["round(fv(1%, 12, 100), 2)" => "1268.25", "round(fv(10%, 2, 0, 100), 2)" => "121"];
    "pv", "pv(rate, periods, payment)", 3, 3, "The present value of a payment at the end of each period.",
        ["round(pv(1%, 12, 88.85), 2)" => "1000.01"];
    "npv", "npv(rate, a, b, …)", 2, MANY, "The present value of payments at the end of the first, second … period.",
        ["round(npv(10%, 110, 121), 2)" => "200"];
    "days_between", "days_between(from, to)", 2, 2, "The number of days from one date to another, in `day`; negative if the second date is earlier.",
        ["days_between(start, end)" => "2"];
    "add_days", "add_days(date, days)", 2, 2, "The date this many whole days later.", ["add_days(start, 2)" => "2024-03-01", "add_days(start, -28)" => "2024-01-31"];
    "lookup", "lookup(table, key)", 2, 2,
        "The number for a choice in a table of rows; in a table of brackets, the rate of the bracket that contains a number, including its upper end.",
        ["lookup(tax, region)" => "0.21", "lookup(income_tax, 10000)" => "0", "lookup(income_tax, 10001)" => "0.2"];
    "bracket", "bracket(table, a)", 2, 2, "The sum of each part of `a` times the rate of its bracket, as for a progressive tax.",
        ["bracket(income_tax, 30000)" => "4000", "bracket(income_tax, 60000)" => "12200"];
    "total", "total(table, choices)", 2, 2, "The sum of the table's numbers for all chosen options.", ["total(prices, extras)" => "35"];
    "has", "has(choices, 'option')", 2, 2, "Whether an option is chosen.", ["has(extras, 'desk')" => "true", "has(extras, 'coffee')" => "false"];
    "count", "count(choices)", 1, 1, "How many options are chosen.", ["count(extras)" => "2"];
}

pub fn named(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

/// Returns the manual's table of functions.
pub fn manual() -> String {
    let mut table = String::from("| function | gives | examples |\n|---|---|---|\n");
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
