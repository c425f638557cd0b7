//! Reads the files of `data/` (YAML, JSON and CSV) as values for templates.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::diagnostic::{Checked, Code, Diagnostic, Location};
use crate::paths::SourcePath;
use crate::source::{LineStarts, SourceFile, with_lf};
use crate::yaml::{self, YamlNode, YamlValue};

/// Reads files, given as path below `data/`, source path and bytes. Files of other types are
/// ignored.
pub fn read<'a>(
    files: impl Iterator<Item = (&'a str, &'a SourcePath, &'a [u8])>,
) -> Checked<BTreeMap<String, Json>> {
    let mut values = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, path, bytes) in files {
        let value = match path.extension().as_str() {
            "yaml" | "yml" => {
                yaml::read(path, bytes).map(|node| node.as_ref().map_or(Json::Null, plain))
            }
            "json" => json_file(path, bytes),
            "csv" => csv_file(path, bytes),
            _ => continue,
        };
        match value {
            Ok(value) => {
                values.insert(name.to_owned(), value);
            }
            Err(errors) => problems.extend(errors),
        }
    }
    Checked::new(values, problems)
}

fn plain(node: &YamlNode) -> Json {
    match &node.value {
        YamlValue::None => Json::Null,
        YamlValue::Bool(value) => json!(value),
        YamlValue::Int(value) => json!(value),
        YamlValue::Float(value) => json!(value),
        YamlValue::Text(value) => json!(value),
        YamlValue::List(items) => items.iter().map(plain).collect(),
        YamlValue::Map(map) => Json::Object(
            map.iter()
                .map(|(key, entry)| (key.clone(), plain(&entry.node)))
                .collect(),
        ),
    }
}

fn json_file(path: &SourcePath, bytes: &[u8]) -> Result<Json, Vec<Diagnostic>> {
    let text = SourceFile::decode(path, bytes).map_err(|problem| vec![*problem])?;
    serde_json::from_str(text.text).map_err(|error| {
        let line = u32::try_from(error.line()).unwrap_or(u32::MAX).max(1);
        let column = u32::try_from(error.column()).unwrap_or(u32::MAX).max(1);
        let message = error.to_string();
        let message = message
            .split(" at line ")
            .next()
            .unwrap_or(&message)
            .to_owned();
        let help = json_help(&message, text.text);
        let place = Location {
            path: path.clone(),
            line,
            column,
            length: 0,
        };
        vec![
            Diagnostic::new(Code::BadData, format!("invalid JSON: {message}"))
                .at(place)
                .help(help),
        ]
    })
}

/// Returns help for a JSON syntax error.
fn json_help(message: &str, text: &str) -> &'static str {
    match message {
        _ if text.trim().is_empty() => "the file is empty: write `{}` or `[]`, or delete it",
        _ if message.contains("recursion limit") => {
            "lists or objects are nested deeper than 127 levels: flatten them"
        }
        _ if message.contains("trailing comma") => "delete the comma after the last item",
        _ if message.contains("EOF") => {
            "something is opened and never closed: a bracket, a brace or a quote"
        }
        _ if message.contains("trailing characters") => {
            "put several values into a list `[…]`, because a file contains one value"
        }
        _ if message.contains("key must be a string") => {
            "write names in double quotes: `\"name\": …`"
        }
        _ if message.contains("expected `,`") => "add a comma between the two items",
        _ => {
            "use double quotes around text and names, put commas between items, and delete comments"
        }
    }
}

/// Reads a CSV file (RFC 4180) as a list of mappings, with the column names from the first line.
/// Numbers become numbers.
fn csv_file(path: &SourcePath, bytes: &[u8]) -> Result<Json, Vec<Diagnostic>> {
    let text = SourceFile::decode(path, bytes).map_err(|problem| vec![*problem])?;
    let text = with_lf(text.text);
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let fault = |error: csv::Error| {
        let at = error
            .position()
            .map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        let place = LineStarts::new(&text).place(path, at..at);
        vec![
            Diagnostic::new(Code::BadData, format!("invalid CSV: {error}"))
                .at(place)
                .help("give every line as many values as the first line has"),
        ]
    };
    let headers = reader.headers().map_err(fault)?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(fault)?;
        let row: Map<String, Json> = headers
            .iter()
            .map(str::to_owned)
            .zip(record.iter().map(cell))
            .collect();
        rows.push(Json::Object(row));
    }
    Ok(Json::Array(rows))
}

fn cell(text: &str) -> Json {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && !(text.len() > 1 && text.starts_with('0') && !text.starts_with("0."));
    match text.parse::<f64>() {
        Ok(number) if is_number && number.is_finite() => match text.parse::<i64>() {
            Ok(whole) => json!(whole),
            Err(_) => json!(number),
        },
        _ => json!(text),
    }
}
