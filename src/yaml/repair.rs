//! Reads as much as possible of YAML with errors, for content that was imported from another
//! system.
//!
//! Nearly always, the error is in a single entry of the outermost mapping. That entry is blanked
//! and the rest is parsed again. The entry's first line is read as text if it is a key with a plain
//! value.

use std::borrow::Cow;
use std::ops::Range;

use super::{ParseAttempt, YamlEntry, YamlNode, YamlValue, attempt};
use crate::diagnostic::Diagnostic;
use crate::paths::SourcePath;
use crate::source::LineStarts;

/// The maximum number of unreadable entries; after that, the rest is not read.
const REPAIRS_MAX: usize = 40;

/// The size in bytes above which repeated parsing would take too long.
const LARGE: usize = 256 * 1024;
const REPAIRS_OF_LARGE_MAX: usize = 3;

/// The readable part of a YAML text.
#[derive(Debug, Default)]
pub struct RepairedYaml {
    pub node: Option<YamlNode>,
    /// Later values of keys that occur more than once; the first value is in `node`.
    pub repeated: Vec<(String, YamlNode)>,
    pub problems: Vec<Diagnostic>,
    /// Whether at least one entry could not be read.
    pub is_damaged: bool,
}

/// Parses the part `range` of a file as YAML. What cannot be parsed is reported and left out.
pub fn parse_leniently(path: &SourcePath, whole_text: &str, range: Range<usize>) -> RepairedYaml {
    let mut text = Cow::Borrowed(whole_text);
    let mut repaired = RepairedYaml::default();
    let mut salvaged = Vec::new();
    let attempts = if range.len() > LARGE {
        REPAIRS_OF_LARGE_MAX
    } else {
        REPAIRS_MAX
    };
    for _ in 0..attempts {
        let ParseAttempt {
            node,
            repeated,
            mut problems,
            stopped_at,
        } = attempt(path, &text, range.clone());
        let Some(stopped_at) = stopped_at else {
            repaired.problems.append(&mut problems);
            (repaired.node, repaired.repeated) = (node, repeated);
            restore(&mut repaired.node, salvaged);
            return repaired;
        };
        repaired.is_damaged = true;
        let Some(problem) = problems.pop() else { break };
        let fault = problem.location.as_ref().map_or(range.start, |place| {
            LineStarts::new(&text).offset(place.line, place.column)
        });
        repaired.problems.push(problem);
        let Some(entry) = [fault, stopped_at]
            .into_iter()
            .find_map(|at| entry_at(&text, &range, at))
        else {
            break;
        };
        salvaged.extend(first_line(path, whole_text, &entry));
        blank(text.to_mut(), &entry);
    }
    restore(&mut repaired.node, salvaged);
    repaired
}

/// Returns the lines of the entry at an offset: from a line that begins in the first column to the
/// next such line. `None` if all lines are blank.
fn entry_at(text: &str, range: &Range<usize>, at: usize) -> Option<Range<usize>> {
    let part = &text[range.clone()];
    let at = at.clamp(range.start, range.end) - range.start;
    let mut entry: Option<Range<usize>> = None;
    let mut start = 0;
    for line in part.split_inclusive('\n') {
        let begins =
            line.starts_with(|c: char| !c.is_whitespace() && !matches!(c, '-' | '#' | ']' | '}'));
        match &mut entry {
            Some(found) if begins && found.contains(&at) => break,
            Some(found) if !begins => found.end = start + line.len(),
            _ => entry = Some(start..start + line.len()),
        }
        start += line.len();
        if start > at
            && entry
                .as_ref()
                .is_some_and(|entry| !entry.contains(&at) && entry.start > at)
        {
            break;
        }
    }
    let entry = entry?;
    let entry = range.start + entry.start..range.start + entry.end;
    (!text[entry.clone()].trim().is_empty()).then_some(entry)
}

fn blank(text: &mut String, range: &Range<usize>) {
    let blanks: String = text[range.clone()]
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect();
    text.replace_range(range.clone(), &blanks);
}

/// Returns the key and the value of an entry's first line, as text.
fn first_line(path: &SourcePath, text: &str, entry: &Range<usize>) -> Option<(String, YamlEntry)> {
    let line = text[entry.clone()].lines().next()?;
    let (key, value) = line.split_once(": ")?;
    let is_key = !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let written = value.trim();
    let is_text = !written.is_empty()
        && !written.starts_with(['[', '{', '&', '*', '!', '|', '>', '%', '@', '`']);
    if !is_key || !is_text {
        return None;
    }
    let start = entry.start + line.len() - value.trim_start().len();
    let lines = LineStarts::new(text);
    let place = lines.place(path, start..start + written.len());
    let value = YamlValue::Text(without_quotes(written).to_owned());
    let node = YamlNode {
        value,
        place,
        written: String::new(),
    };
    Some((
        key.to_owned(),
        YamlEntry {
            key_place: lines.place(path, entry.start..entry.start + key.len()),
            node,
        },
    ))
}

fn without_quotes(text: &str) -> &str {
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return text;
    };
    match (text.matches(quote).count(), text.strip_prefix(quote)) {
        (1, Some(rest)) => rest.trim(),
        (2, Some(rest)) => rest.strip_suffix(quote).unwrap_or(text),
        _ => text,
    }
}

/// Adds what was read of the blanked entries, except for keys that the mapping already has.
fn restore(node: &mut Option<YamlNode>, salvaged: Vec<(String, YamlEntry)>) {
    let Some((_, first)) = salvaged.first() else {
        return;
    };
    let empty = YamlNode {
        value: YamlValue::Map(super::YamlMap::new()),
        place: first.key_place.clone(),
        written: String::new(),
    };
    if let YamlValue::Map(map) = &mut node.get_or_insert(empty).value {
        for (key, entry) in salvaged {
            map.entry(key).or_insert(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(String, String)>, usize) {
        let path = SourcePath::root();
        let repaired = parse_leniently(&path, text, 0..text.len());
        let map = repaired
            .node
            .as_ref()
            .and_then(YamlNode::as_map)
            .cloned()
            .unwrap_or_default();
        let pairs = map
            .iter()
            .map(|(key, entry)| (key.clone(), entry.node.as_text().unwrap_or("…").to_owned()))
            .collect();
        (pairs, repaired.problems.len())
    }

    #[test]
    fn one_bad_line_costs_one_field() {
        for (text, expected, problems) in [
            (
                "title: A: b\norder: 3\n",
                vec![("order", "3"), ("title", "A: b")],
                1,
            ),
            (
                "title: A\ntags: [a, b\ndraft: true\n",
                vec![("title", "A"), ("draft", "true")],
                1,
            ),
            (
                "title: \"A\ndraft: true\n",
                vec![("draft", "true"), ("title", "A")],
                1,
            ),
            (
                "title: A\njust words\norder: 3\n",
                vec![("title", "A"), ("order", "3")],
                1,
            ),
            ("title: A\ntitle: B\n", vec![("title", "A")], 1),
            ("title: @a\nx: %b\norder: 3\n", vec![("order", "3")], 2),
            (
                "title: A\n\tbad: b\norder: 3\n",
                vec![("order", "3"), ("title", "A")],
                1,
            ),
        ] {
            let expected: Vec<(String, String)> = expected
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect();
            assert_eq!(read(text), (expected, problems), "{text}");
        }
    }
}
