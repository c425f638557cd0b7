//! Reads TOML front matter into a tree, for a lenient build: the keys of the top-level table and of
//! `[taxonomies]`.
//!
//! A value on one line is the same in YAML, so [`crate::yaml`] reads it. Other TOML syntax is
//! ignored.

use std::ops::Range;

use super::{lines_from, next_line};
use crate::paths::SourcePath;
use crate::source::LineStarts;
use crate::yaml::{self, RepairedYaml, YamlEntry, YamlMap, YamlNode, YamlValue};

/// Reads the part `range` of a file as TOML.
pub(super) fn read(path: &SourcePath, text: &str, range: &Range<usize>) -> RepairedYaml {
    let lines = LineStarts::new(text);
    let mut map = YamlMap::new();
    let mut is_other_table = false;
    let mut at = range.start;
    while at < range.end {
        let Some(line) = lines_from(text, at).next() else {
            break;
        };
        at = next_line(text, &line);
        let content = text[line.clone()].trim();
        if content.starts_with('[') {
            is_other_table = !content.starts_with("[taxonomies]");
            continue;
        }
        let Some((key, value_start)) =
            key_and_value(text, &line).filter(|_| !is_other_table && !content.starts_with('#'))
        else {
            continue;
        };
        let value = value_start..value_end(text, value_start, &line, range.end);
        at = at.max(next_line(text, &(0..value.end)));
        let Some(node) = value_node(path, text, &lines, value) else {
            continue;
        };
        let key_start = line.start + text[line.clone()].find(key).unwrap_or(0);
        let key_place = lines.place(path, key_start..key_start + key.len());
        map.entry(key.to_owned())
            .or_insert(YamlEntry { key_place, node });
    }
    let place = lines.place(path, range.start..range.start);
    RepairedYaml {
        node: Some(YamlNode {
            value: YamlValue::Map(map),
            place,
            written: String::new(),
        }),
        ..RepairedYaml::default()
    }
}

/// The key on a line, and where its value begins. Only the last part of a dotted key counts, if the
/// parts before it name the taxonomies.
fn key_and_value<'a>(text: &'a str, line: &Range<usize>) -> Option<(&'a str, usize)> {
    let (key, value) = text[line.clone()].split_once('=')?;
    let start = line.end - value.trim_start().len();
    let key = key.trim().trim_matches(['"', '\'']);
    let key = key.strip_prefix("taxonomies.").unwrap_or(key);
    let is_key = !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    is_key.then_some((key, start))
}

/// Where a value ends: an array at its last bracket, a multi-line string after its three closing
/// quotes.
fn value_end(text: &str, start: usize, line: &Range<usize>, end: usize) -> usize {
    let rest = &text[start..end];
    if let Some(quotes) = ["\"\"\"", "'''"]
        .into_iter()
        .find(|quotes| rest.starts_with(quotes))
    {
        return rest[3..]
            .find(quotes)
            .map_or(line.end, |length| start + length + 6);
    }
    if !rest.starts_with('[') {
        return line.end;
    }
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '[') => depth += 1,
            (None, ']') if depth == 1 => return start + at + 1,
            (None, ']') => depth -= 1,
            _ => {}
        }
    }
    line.end
}

fn value_node(
    path: &SourcePath,
    text: &str,
    lines: &LineStarts<'_>,
    value: Range<usize>,
) -> Option<YamlNode> {
    let written = &text[value.clone()];
    if let Some(quotes) = ["\"\"\"", "'''"]
        .into_iter()
        .find(|quotes| written.starts_with(quotes))
    {
        let inner = written[3..].strip_suffix(quotes)?.trim();
        return Some(YamlNode {
            value: YamlValue::Text(inner.to_owned()),
            place: lines.place(path, value),
            written: String::new(),
        });
    }
    yaml::parse(path, text, value).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_each_type() {
        let text = "title = \"A \\\"B\\\"\" # x\ndraft = true\ndate = 2020-01-02T10:00:00Z\nweight=3\ntags = [\n  \"a\", # one\n  'b',\n]\n\
                    text = \"\"\"\nTwo\nlines\"\"\"\n[taxonomies]\ncategories = [\"c\"]\n[extra]\nx = 1\n";
        let node = read(&SourcePath::root(), text, &(0..text.len()))
            .node
            .expect("a mapping");
        let map = node.as_map().expect("a mapping");
        let keys: Vec<&str> = map.keys().map(String::as_str).collect();
        assert_eq!(
            keys,
            [
                "title",
                "draft",
                "date",
                "weight",
                "tags",
                "text",
                "categories"
            ]
        );
        assert_eq!(map["title"].node.as_text(), Some("A \"B\""));
        assert_eq!(map["draft"].node.value, YamlValue::Bool(true));
        assert_eq!(map["date"].node.as_text(), Some("2020-01-02T10:00:00Z"));
        assert_eq!(map["weight"].node.value, YamlValue::Int(3));
        assert_eq!(map["tags"].node.as_list().map(<[YamlNode]>::len), Some(2));
        assert_eq!(map["text"].node.as_text(), Some("Two\nlines"));
        assert_eq!(
            (map["draft"].key_place.line, map["draft"].node.place.column),
            (2, 9)
        );
    }
}
