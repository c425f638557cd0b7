//! Where front matter ends and the body begins, and what the front matter says.
//!
//! [`split`] only finds the lines `---`; the YAML between them is read by [`crate::yaml`] and its meaning is [`meta`].
//! Front matter in the forms of other generators (TOML, JSON, not on line 1) is told and kept out of the page.

mod common;
mod read;

use std::ops::Range;

pub use common::COMMON_FIELDS;
pub use read::{defaults, meta};

use crate::diagnostic::{Code, Diagnostic};
use crate::paths::SourcePath;
use crate::source::Lines;

/// The parts of a Markdown file, as offsets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The YAML, without the lines `---`.
    pub front: Option<Range<usize>>,
    /// Everything after the closing line.
    pub body: Range<usize>,
    /// At most one: front matter never closed, or of another form.
    pub problem: Option<Diagnostic>,
}

const YAML_WANTED: &str = "front matter is YAML between two lines `---`, the first of them line 1 of the file";

/// Finds the front matter of a Markdown file.
pub fn split(path: &SourcePath, text: &str) -> Split {
    let mut lines = lines_from(text, 0);
    let Some(first) = lines.next() else { return Split { front: None, body: 0..0, problem: None } };
    match text[first.clone()].trim_end() {
        "---" => {
            let front_start = next_line(text, &first);
            match closing_line(text, front_start) {
                Some(close) => Split { front: Some(front_start..close.start), body: next_line(text, &close)..text.len(), problem: None },
                None => unclosed(path, text, &first),
            }
        }
        "+++" => toml(path, text, &first),
        line if line.starts_with('{') => json(path, text),
        "" => late(path, text),
        _ => body_only(text),
    }
}

fn body_only(text: &str) -> Split {
    Split { front: None, body: 0..text.len(), problem: None }
}

/// The lines of a text from `start` on, without their ends.
fn lines_from(text: &str, start: usize) -> impl Iterator<Item = Range<usize>> {
    let mut at = start;
    text[start..].split_inclusive('\n').map(move |line| {
        let begin = at;
        at += line.len();
        begin..begin + line.trim_end_matches(['\r', '\n']).len()
    })
}

fn next_line(text: &str, line: &Range<usize>) -> usize {
    text[line.end..].find('\n').map_or(text.len(), |newline| line.end + newline + 1)
}

fn closing_line(text: &str, start: usize) -> Option<Range<usize>> {
    lines_from(text, start).find(|line| matches!(text[line.clone()].trim_end(), "---" | "..."))
}

/// Nothing of the file is shown: where the YAML ends nobody can say.
fn unclosed(path: &SourcePath, text: &str, first: &Range<usize>) -> Split {
    let problem = Diagnostic::new(Code::OpenFrontMatter, "the front matter opened here is never closed")
        .at(Lines::new(text).place(path, first.clone()))
        .help("put a line `---` after its last key; for a rule at the beginning of a page write `***`");
    Split { front: None, body: text.len()..text.len(), problem: Some(problem) }
}

fn other_form(path: &SourcePath, text: &str, at: Range<usize>, form: &str, body_start: usize) -> Split {
    let problem = Diagnostic::new(Code::FrontMatterForm, format!("this front matter is {form}"))
        .at(Lines::new(text).place(path, at))
        .help(YAML_WANTED);
    Split { front: None, body: body_start..text.len(), problem: Some(problem) }
}

fn toml(path: &SourcePath, text: &str, first: &Range<usize>) -> Split {
    let start = next_line(text, first);
    match lines_from(text, start).find(|line| text[line.clone()].trim_end() == "+++") {
        Some(close) => other_form(path, text, first.clone(), "TOML", next_line(text, &close)),
        None if lines_from(text, start).next().is_some_and(|line| text[line].contains('=')) => {
            other_form(path, text, first.clone(), "TOML, and never closed", text.len())
        }
        None => body_only(text),
    }
}

/// JSON front matter is an object with at least one quoted key; other text may begin with a brace.
fn json(path: &SourcePath, text: &str) -> Split {
    if !text[1..].trim_start().starts_with('"') {
        return body_only(text);
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<serde::de::IgnoredAny>();
    let is_object = values.next().is_some_and(|value| value.is_ok());
    let end = if is_object {
        values.byte_offset()
    } else {
        let Some(close) = lines_from(text, 0).find(|line| text[line.clone()].trim_end() == "}") else { return body_only(text) };
        close.end
    };
    other_form(path, text, 0..1, "JSON", next_line(text, &(0..end)))
}

/// Blank lines before front matter. A rule in the text looks much the same, so what follows has to look like keys.
fn late(path: &SourcePath, text: &str) -> Split {
    let Some(open) = lines_from(text, 0).find(|line| !text[line.clone()].trim().is_empty()) else { return body_only(text) };
    if text[open.clone()].trim_end() != "---" {
        return body_only(text);
    }
    let start = next_line(text, &open);
    let close = closing_line(text, start).filter(|close| looks_like_keys(&text[start..close.start]));
    let Some(close) = close else { return body_only(text) };
    let problem = Diagnostic::new(Code::FrontMatterForm, "front matter begins on line 1; this line `---` stands below a blank line")
        .at(Lines::new(text).place(path, open))
        .help("delete the blank lines above it");
    Split { front: Some(start..close.start), body: next_line(text, &close)..text.len(), problem: Some(problem) }
}

fn looks_like_keys(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let (key, rest) = first.split_once(':').unwrap_or(("", ""));
    let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-'));
    is_key && (rest.trim_end().is_empty() || rest.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<&str>, &str, Option<(Code, u32)>) {
        let split = split(&SourcePath::root(), text);
        let problem = split.problem.map(|problem| (problem.code, problem.place.map_or(0, |place| place.line)));
        (split.front.map(|front| &text[front]), &text[split.body], problem)
    }

    #[test]
    fn front_matter_and_body() {
        assert_eq!(parts("---\na: b\n---\n\nText"), (Some("a: b\n"), "\nText", None));
        assert_eq!(parts("--- \r\na: b\r\n---  \r\nText"), (Some("a: b\r\n"), "Text", None));
        assert_eq!(parts("---\na: b\n...\nText"), (Some("a: b\n"), "Text", None));
        assert_eq!(parts("---\n---\nText"), (Some(""), "Text", None));
        assert_eq!(parts("---\na: b\n---"), (Some("a: b\n"), "", None));
        assert_eq!(parts("---\na: b\n---\n---\nText"), (Some("a: b\n"), "---\nText", None));
        assert_eq!(parts(""), (None, "", None));
    }

    #[test]
    fn no_front_matter() {
        for text in [
            "Text\n---\na: b\n---\n",
            "----\nText\n",
            "{{ x }}\n",
            "{: .class}\n",
            "+++\nText",
            "\n---\nNote: this\n---\n",
            "\n---\nText\n",
            " ---\na: b\n---\n",
        ] {
            assert_eq!(parts(text), (None, text, None));
        }
    }

    #[test]
    fn forms_that_are_told() {
        assert_eq!(parts("---\na: b\nText"), (None, "", Some((Code::OpenFrontMatter, 1))));
        assert_eq!(parts("+++\na = 1\n+++\nText"), (None, "Text", Some((Code::FrontMatterForm, 1))));
        assert_eq!(parts("+++\na = 1\nText"), (None, "", Some((Code::FrontMatterForm, 1))));
        assert_eq!(parts("{\n\"a\": {\"b\": 1}\n}\nText"), (None, "Text", Some((Code::FrontMatterForm, 1))));
        assert_eq!(parts("{\n\"a\": oops\n}\nText"), (None, "Text", Some((Code::FrontMatterForm, 1))));
        assert_eq!(parts("\n\n---\na: b\n---\nText"), (Some("a: b\n"), "Text", Some((Code::FrontMatterForm, 3))));
    }
}
