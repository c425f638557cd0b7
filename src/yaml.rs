//! Parses YAML text into a tree in which every key and value has a location in the file.
//!
//! Values follow the core schema of YAML 1.2 (§10.3): `no` and `on` are text, and a number keeps
//! the form in which it was written, so that `1.10` can be shown as `1.10`. Duplicate keys, tags
//! for other than plain values, aliases that never end, deep nesting and a second document are
//! reported with their location. Merge keys (`<<`) are supported. This is the only module that uses
//! a YAML library.

mod error_hints;
pub mod offset_map;
mod reader;
mod repair;

use std::ops::Range;

use indexmap::IndexMap;
use serde_yaml::granit_parser::{self, Parser};

use self::reader::Reader;
use crate::diagnostic::{Diagnostic, Location};
use crate::paths::SourcePath;
use crate::source::SourceFile;
pub use repair::{RepairedYaml, parse_leniently};

/// The maximum depth of nesting. No author needs more, and the limit protects recursive functions
/// from running out of stack.
const DEPTH_MAX: usize = 64;

/// The maximum number of nodes that aliases may add to a tree.
const REPLAYED_NODES_MAX: usize = 10_000;

/// The maximum number of bytes of keys and text that aliases may add to a tree.
const REPLAYED_BYTES_MAX: usize = 1 << 20;

/// A value with its location.
#[derive(Clone, Debug, PartialEq)]
pub struct YamlNode {
    pub value: YamlValue,
    /// Where the value begins; for a block list or mapping, where its first entry begins.
    pub place: Location,
    /// A plain value that is not text, as it was written: `1.10`, `0x1F`, `~`. Empty for text,
    /// lists and mappings.
    pub written: String,
}

/// The content of a YAML node.
#[derive(Clone, Debug, PartialEq)]
pub enum YamlValue {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<YamlNode>),
    Map(YamlMap),
}

/// Entries by key, in the order of the source.
pub type YamlMap = IndexMap<String, YamlEntry>;

/// The value of a key, and the key's location.
#[derive(Clone, Debug, PartialEq)]
pub struct YamlEntry {
    pub key_place: Location,
    pub node: YamlNode,
}

impl YamlNode {
    pub fn is_none(&self) -> bool {
        self.value == YamlValue::None
    }

    pub fn as_map(&self) -> Option<&YamlMap> {
        if let YamlValue::Map(map) = &self.value {
            Some(map)
        } else {
            None
        }
    }

    pub fn as_list(&self) -> Option<&[YamlNode]> {
        if let YamlValue::List(items) = &self.value {
            Some(items)
        } else {
            None
        }
    }

    /// Returns text, or a number or boolean as it was written; `None` for lists, mappings and null.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            YamlValue::Text(text) => Some(text),
            YamlValue::Bool(_) | YamlValue::Int(_) | YamlValue::Float(_) => Some(&self.written),
            YamlValue::None | YamlValue::List(_) | YamlValue::Map(_) => None,
        }
    }

    /// Returns the value of a key of this mapping, unless it is absent or null.
    pub fn get(&self, key: &str) -> Option<&YamlNode> {
        self.as_map()?
            .get(key)
            .map(|entry| &entry.node)
            .filter(|node| !node.is_none())
    }

    /// Returns the type in words for a message: `text`, `a list` …
    pub fn noun(&self) -> &'static str {
        match self.value {
            YamlValue::None => "nothing",
            YamlValue::Bool(_) => "true or false",
            YamlValue::Int(_) | YamlValue::Float(_) => "a number",
            YamlValue::Text(_) => "text",
            YamlValue::List(_) => "a list",
            YamlValue::Map(_) => "a mapping",
        }
    }
}

/// Parses the part `range` of a file as YAML. Locations refer to the whole file. Returns `None` if
/// there are only blanks and comments.
///
/// # Errors
/// Returns all problems with their locations: the first syntax error, and every duplicate key and
/// refused tag before it.
pub fn parse(
    path: &SourcePath,
    whole_text: &str,
    range: Range<usize>,
) -> Result<Option<YamlNode>, Vec<Diagnostic>> {
    let attempt = attempt(path, whole_text, range);
    if attempt.problems.is_empty() {
        Ok(attempt.node)
    } else {
        Err(attempt.problems)
    }
}

/// The result of one pass over a YAML text.
struct ParseAttempt {
    node: Option<YamlNode>,
    /// Later values of keys of the outermost mapping that occur more than once.
    repeated: Vec<(String, YamlNode)>,
    /// The problems; if the pass was stopped, the last one is the cause.
    problems: Vec<Diagnostic>,
    /// Where a syntax error stopped the pass.
    stopped_at: Option<usize>,
}

fn attempt(path: &SourcePath, whole_text: &str, range: Range<usize>) -> ParseAttempt {
    let part = &whole_text[range.clone()];
    if part.trim().is_empty() {
        return ParseAttempt {
            node: None,
            repeated: Vec::new(),
            problems: Vec::new(),
            stopped_at: None,
        };
    }
    let options = granit_parser::options! {
        emit_comments: false,
        disallow_directives: true,
        flow_nesting_limit: DEPTH_MAX,
        block_nesting_limit: DEPTH_MAX,
    };
    let mut reader = Reader::new(path, &whole_text[..range.end], range.start);
    let mut stopped_at = None;
    for event in Parser::new_from_str_with_options(part, options) {
        match event {
            Ok((event, span)) => {
                if reader.take(event, &span).is_err() {
                    stopped_at = Some(reader.read_to);
                    break;
                }
            }
            Err(error) => {
                let problem = error_hints::explain(&reader, &whole_text[..range.end], &error);
                reader.problems.push(problem);
                stopped_at = Some(error_hints::stop_offset(
                    &reader,
                    &whole_text[..range.end],
                    &error,
                ));
                break;
            }
        }
    }
    let node = reader
        .root
        .map(|counted| counted.node)
        .filter(|node| !(node.is_none() && node.written.is_empty()));
    ParseAttempt {
        node,
        repeated: reader.repeated,
        problems: reader.problems,
        stopped_at,
    }
}

/// Parses a whole file as YAML, such as settings, vocabularies, kinds and data.
///
/// # Errors
/// Returns the problems of [`parse`], or one if the bytes are not text.
pub fn read(path: &SourcePath, bytes: &[u8]) -> Result<Option<YamlNode>, Vec<Diagnostic>> {
    let text = SourceFile::decode(path, bytes)
        .map_err(|problem| vec![*problem])?
        .text;
    parse(path, text, 0..text.len())
}

#[cfg(test)]
mod tests;
