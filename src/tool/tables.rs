//! Tables that formulas look numbers up in: rows by key, or brackets by size. They are written in
//! the declaration or stored as CSV in `data/`.
//!
//! ```yaml
//! tables:
//!   tax: { north: 21%, south: 19% }
//!   income_tax: [{ up_to: 10000, rate: 0 }, { rate: 20% }]
//!   prices: { file: prices.csv, key: size, value: price, unit: EUR }
//! ```

use std::cell::Cell;
use std::sync::LazyLock;

use serde_json::Value as Json;

use super::ToolContext;
use super::inputs::{number, percent, unit};
use super::language::check::KnownTable;
use super::language::code::FigureTable;
use super::language::name_fault;
use super::language::range::NumberRange;
use super::language::units::Unit;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::fields::{CheckContext, Field, FieldType, check};
use crate::yaml::{YamlEntry, YamlNode, YamlValue as Yaml};

/// The keys of a table that is written as a mapping with `values` or `file`.
pub static TABLE_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    vec![
        Field::new("values", FieldType::Anything)
            .about("The rows, or a list of brackets, of a table with a `unit`."),
        Field::text("file").about("A CSV file in `data/` whose first line names the columns."),
        Field::text("key")
            .about("The column with the keys.")
            .defaults_to("`key`"),
        Field::text("value")
            .about("The column with the numbers.")
            .defaults_to("`value`"),
        Field::text("up_to")
            .about("Instead of `key`: the column of the brackets' upper ends, empty in the last."),
        Field::text("unit").about("The unit of the numbers."),
    ]
});

/// The most rows that a table may have, since a page carries its tables.
const ROWS_MAX: usize = 1000;

/// Reads `tables:`. An invalid table is reported and skipped.
pub fn read(
    node: &YamlNode,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Vec<(KnownTable, FigureTable)> {
    let Some(map) = node.as_map() else {
        problems.push(wrong(
            node,
            "`tables` must be a mapping of names to tables",
            "write `name: { key: number, … }`",
        ));
        return Vec::new();
    };
    map.iter()
        .filter_map(|(name, entry)| read_one(name, entry, reading, problems))
        .collect()
}

fn read_one(
    name: &str,
    entry: &YamlEntry,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Option<(KnownTable, FigureTable)> {
    if let Some(why) = name_fault(name) {
        problems.push(
            Diagnostic::new(
                Code::BadValue,
                format!("`{name}` is not a valid name for a table"),
            )
            .at(entry.key_place.clone())
            .help(why),
        );
        return None;
    }
    let node = &entry.node;
    let is_full = node.get("file").or_else(|| node.get("values")).is_some();
    let (table, unit) = if is_full {
        full(node, reading, problems)?
    } else {
        (written(node, problems)?, None)
    };
    let numbers: Vec<f64> = match &table {
        FigureTable::Rows(rows) => rows.iter().map(|(_, value)| *value).collect(),
        FigureTable::Brackets(brackets) => brackets.iter().map(|(_, rate)| *rate).collect(),
    };
    if numbers.is_empty() || numbers.len() > ROWS_MAX {
        problems.push(wrong(
            node,
            &format!("a table must have 1 to {ROWS_MAX} rows"),
            "keep only the rows that formulas need",
        ));
        return None;
    }
    if let FigureTable::Rows(rows) = &table
        && let Some((key, _)) = rows
            .iter()
            .enumerate()
            .find(|(at, (key, _))| rows[..*at].iter().any(|(other, _)| other == key))
            .map(|(_, row)| row)
    {
        problems.push(wrong(
            node,
            &format!("duplicate row `{key}`"),
            "keep one of them",
        ));
        return None;
    }
    let span = NumberRange::new(
        numbers.iter().copied().fold(f64::INFINITY, f64::min),
        numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    );
    let keys = match &table {
        FigureTable::Rows(rows) => Some(rows.iter().map(|(key, _)| key.clone()).collect()),
        FigureTable::Brackets(_) => None,
    };
    Some((
        KnownTable {
            name: name.to_owned(),
            keys,
            unit,
            span,
            is_used: Cell::new(false),
        },
        table,
    ))
}

fn full(
    node: &YamlNode,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Option<(FigureTable, Option<Unit>)> {
    check(node, &TABLE_FIELDS, CheckContext::PAGE).take_into(problems);
    let stated = unit(node, problems)?;
    let unit = node.get("unit").map(|_| stated);
    let table = match node.get("file") {
        Some(file) => from_file(node, file, reading, problems)?,
        None => written(node.get("values")?, problems)?,
    };
    Some((table, unit))
}

fn written(node: &YamlNode, problems: &mut Vec<Diagnostic>) -> Option<FigureTable> {
    const HELP: &str =
        "write `{ key: 12.5, other: 20% }`, or `[{ up_to: 10000, rate: 0 }, { rate: 20% }]`";
    match &node.value {
        Yaml::Map(map) => {
            let rows = map
                .iter()
                .map(|(key, entry)| Some((key.clone(), value(&entry.node, problems)?)));
            rows.collect::<Option<Vec<_>>>().map(FigureTable::Rows)
        }
        Yaml::List(items) => {
            let mut brackets = Vec::new();
            for item in items {
                let end = match item.get("up_to") {
                    Some(end) => value(end, problems)?,
                    None => f64::INFINITY,
                };
                let Some(rate) = item.get("rate") else {
                    problems.push(wrong(item, "a bracket needs a `rate`", HELP));
                    return None;
                };
                brackets.push((end, value(rate, problems)?));
            }
            ascending(brackets, node, problems)
        }
        _ => {
            problems.push(wrong(
                node,
                &format!("expected a table, found {}", node.noun()),
                HELP,
            ));
            None
        }
    }
}

fn ascending(
    brackets: Vec<(f64, f64)>,
    node: &YamlNode,
    problems: &mut Vec<Diagnostic>,
) -> Option<FigureTable> {
    if brackets.windows(2).all(|pair| pair[0].0 < pair[1].0)
        && brackets.iter().all(|(end, _)| *end > 0.0)
    {
        return Some(FigureTable::Brackets(brackets));
    }
    problems.push(wrong(
        node,
        "brackets are not in ascending order of `up_to`, above 0",
        "sort the brackets; only the last one omits `up_to`",
    ));
    None
}

fn value(node: &YamlNode, problems: &mut Vec<Diagnostic>) -> Option<f64> {
    let read = number(node).ok().or_else(|| percent(node).ok());
    if read.is_none() {
        problems.push(wrong(
            node,
            &format!("expected a number or a percentage, found {}", node.noun()),
            "write a number such as `12.5` or a percentage such as `20%`",
        ));
    }
    read
}

fn from_file(
    node: &YamlNode,
    file: &YamlNode,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Option<FigureTable> {
    let name = file
        .as_text()
        .unwrap_or_default()
        .trim_start_matches("data/")
        .to_owned();
    let rows = match reading.data(&name) {
        Some(Json::Array(rows)) if !rows.is_empty() => rows,
        Some(_) => {
            problems.push(wrong(
                file,
                &format!("data/{name} is not a table"),
                "use a CSV file whose first line names the columns",
            ));
            return None;
        }
        None => {
            let message = format!("data/{name} does not exist or cannot be read");
            let help =
                "add a CSV file with that name to `data/`, or fix the problem reported for it";
            problems.push(
                Diagnostic::new(Code::BrokenLink, message)
                    .at(file.place.clone())
                    .help(help),
            );
            return None;
        }
    };
    let columns: Vec<&str> = rows[0]
        .as_object()
        .map(|row| row.keys().map(String::as_str).collect())
        .unwrap_or_default();
    let mut column = |key: &str| {
        let stated = node.get(key);
        let wanted = stated.and_then(YamlNode::as_text).unwrap_or(key);
        let found = columns
            .iter()
            .find(|name| **name == wanted)
            .map(|name| (*name).to_owned());
        if found.is_none() {
            let help = nearest(wanted, columns.iter().copied()).map_or_else(
                || format!("write `{key}:` with one of {}", columns.join(", ")),
                |near| format!("write `{key}: {near}`"),
            );
            problems.push(wrong(
                stated.unwrap_or(file),
                &format!("data/{name} has no column `{wanted}`"),
                &help,
            ));
        }
        found
    };
    let has_brackets = node.get("up_to").is_some();
    let (keys, values) = (
        column(if has_brackets { "up_to" } else { "key" })?,
        column("value")?,
    );
    let mut table = Vec::new();
    for (line, row) in rows.iter().enumerate() {
        let cell = |column: &str| row.get(column).cloned().unwrap_or(Json::Null);
        let (key, number) = (cell(&keys), cell_number(&cell(&values)));
        let Some(number) = number else {
            let message = format!(
                "data/{name} has no number in column `{values}` on line {}",
                line + 2
            );
            problems.push(wrong(
                file,
                &message,
                "write a number such as `12.5` or `20%`",
            ));
            return None;
        };
        table.push((key, number));
    }
    if has_brackets {
        let brackets = table
            .iter()
            .map(|(end, rate)| (cell_number(end).unwrap_or(f64::INFINITY), *rate))
            .collect();
        return ascending(brackets, node, problems);
    }
    let text = |key: &Json| key.as_str().map_or_else(|| key.to_string(), str::to_owned);
    Some(FigureTable::Rows(
        table
            .iter()
            .map(|(key, number)| (text(key), *number))
            .collect(),
    ))
}

fn cell_number(cell: &Json) -> Option<f64> {
    match cell {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text
            .trim()
            .strip_suffix('%')
            .and_then(|text| text.trim().parse::<f64>().ok())
            .map(|value| value / 100.0),
        _ => None,
    }
}

fn wrong(node: &YamlNode, message: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::BadValue, message)
        .at(node.place.clone())
        .help(help)
}
