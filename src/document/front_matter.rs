//! Where front matter ends and the body begins, and what the front matter says.
//!
//! [`split`] only finds the lines `---`; [`read`] reads the YAML between them, and [`meta`]
//! interprets it. Front matter in another format or place (TOML, JSON, below line 1, with odd lines
//! around it) is a problem in [`FileParts`]. A strict build does not publish such a page; a lenient
//! one uses what [`FileParts`] contains. See DECISIONS: “Front matter is found wherever it is, and
//! a lenient build loses no page”.

mod block_fault;
mod common;
mod likely_keys;
mod locate;
mod read;
mod tolerant;
mod toml;

use std::borrow::Cow;
use std::ops::Range;

use self::likely_keys::{leading_keys_end, looks_like_keys, marks_unpublished};
use self::locate::{FrontMatterBlock, is_rule};
use crate::diagnostic::{Code, Diagnostic};
use crate::paths::SourcePath;
use crate::source::LineStarts;
pub use common::COMMON_FIELDS;
pub use read::{MetaContext, defaults, is_in_drafts_folder, meta};
pub use tolerant::{FrontMatter, body_of, read};

/// The language that front matter is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FrontMatterFormat {
    #[default]
    Yaml,
    Toml,
    Json,
}

/// The parts of a Markdown file, as byte ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileParts {
    /// The front matter, without the lines around it.
    pub front: Option<Range<usize>>,
    pub form: FrontMatterFormat,
    /// Everything after the closing line, or the whole file where text precedes the front matter.
    pub body: Range<usize>,
    /// Front matter inside the range of the body, with the lines around it. It is not part of the
    /// text.
    pub cut: Option<Range<usize>>,
    /// At most one problem: front matter that is never closed, has another format, or is in the
    /// wrong place.
    pub problem: Option<Diagnostic>,
    /// Whether front matter with a problem contains a line such as `draft: true`.
    pub holds_back: bool,
}

impl FileParts {
    /// The file's text, with the front matter inside the body replaced by spaces. Every offset and
    /// line stays the same.
    pub fn without_cut<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.cut
            .clone()
            .map_or(Cow::Borrowed(text), |cut| Cow::Owned(blanked(text, &cut)))
    }
}

/// A text with a range of its bytes replaced by spaces, except line ends.
pub fn blanked(text: &str, range: &Range<usize>) -> String {
    let blanks = text[range.clone()]
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' });
    text[..range.start]
        .chars()
        .chain(blanks)
        .chain(text[range.end..].chars())
        .collect()
}

const YAML_WANTED: &str =
    "front matter is YAML between two lines `---`, the first of them line 1 of the file";

/// Finds the front matter of a Markdown file.
pub fn split(path: &SourcePath, text: &str) -> FileParts {
    let Some(first) = lines_from(text, 0).next() else {
        return FileParts::default();
    };
    if text[first.clone()].trim_end() == "---" {
        return at_start(path, text, &first);
    }
    let whole = FileParts {
        body: 0..text.len(),
        ..FileParts::default()
    };
    match locate::find(text) {
        Some(block) => misplaced(path, text, whole, block),
        None => whole,
    }
}

/// The lines of a text from `start` on, without their line ends.
fn lines_from(text: &str, start: usize) -> impl Iterator<Item = Range<usize>> {
    let mut at = start;
    text[start..].split_inclusive('\n').map(move |line| {
        let begin = at;
        at += line.len();
        begin..begin + line.trim_end_matches(['\r', '\n']).len()
    })
}

fn next_line(text: &str, line: &Range<usize>) -> usize {
    text[line.end..]
        .find('\n')
        .map_or(text.len(), |newline| line.end + newline + 1)
}

/// Front matter that begins on line 1, as it should.
fn at_start(path: &SourcePath, text: &str, first: &Range<usize>) -> FileParts {
    let start = next_line(text, first);
    let Some(close) = closing_line(text, start) else {
        return unclosed(path, text, first, start);
    };
    let split = FileParts {
        front: Some(start..close.start),
        body: next_line(text, &close)..text.len(),
        ..FileParts::default()
    };
    let closing = text[close.clone()].trim_end();
    if !matches!(closing, "---" | "...") {
        let problem = Diagnostic::new(
            Code::InvalidFrontMatter,
            format!("front matter closes with a line `---`, not `{closing}`"),
        )
        .at(LineStarts::new(text).place(path, close))
        .help("replace it with `---`");
        return FileParts {
            holds_back: marks_unpublished(&text[start..split.body.start]),
            problem: Some(problem),
            ..split
        };
    }
    match locate::find_second(text, split.body.start) {
        Some(block) => misplaced(path, text, split, block),
        None => split,
    }
}

/// The line that closes front matter: the first `---` or `...`, or a line that was meant to be one.
fn closing_line(text: &str, start: usize) -> Option<Range<usize>> {
    lines_from(text, start).find(|line| {
        let content = text[line.clone()].trim_end();
        matches!(content, "---" | "...")
            || is_rule(content) && looks_like_keys(&text[start..line.start])
    })
}

/// Front matter without a closing line. A strict build publishes nothing of the file, because the
/// end of its YAML is unknown. A lenient one reads the lines that look like keys.
fn unclosed(path: &SourcePath, text: &str, first: &Range<usize>, start: usize) -> FileParts {
    let problem = Diagnostic::new(
        Code::UnclosedFrontMatter,
        "the front matter opened here is never closed",
    )
    .at(LineStarts::new(text).place(path, first.clone()))
    .help("put a line `---` after its last key; to begin a page with a rule, write `***`");
    let end = leading_keys_end(text, start);
    let (front, body) = if end > start {
        (Some(start..end), end..text.len())
    } else {
        (None, 0..text.len())
    };
    FileParts {
        front,
        body,
        problem: Some(problem),
        holds_back: marks_unpublished(&text[start..end]),
        ..FileParts::default()
    }
}

/// Front matter in the wrong place or format.
fn misplaced(
    path: &SourcePath,
    text: &str,
    split: FileParts,
    block: FrontMatterBlock,
) -> FileParts {
    let FrontMatterBlock {
        open,
        inner,
        end,
        form,
        is_after_text,
        fault,
    } = block;
    let (message, help) = fault.explain(text, &open, form);
    let problem = Diagnostic::new(Code::InvalidFrontMatter, message)
        .at(LineStarts::new(text).place(path, open.clone()))
        .help(help);
    let holds_back = marks_unpublished(&text[inner.clone()]);
    let is_first = split.front.is_none();
    let front = if is_first { Some(inner) } else { split.front };
    let (body, cut) = if is_first && !is_after_text {
        (end..text.len(), None)
    } else {
        (split.body, Some(open.start..end))
    };
    let form = if is_first { form } else { split.form };
    FileParts {
        front,
        form,
        body,
        cut,
        problem: Some(problem),
        holds_back,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<&str>, String, Option<(Code, u32)>) {
        let split = split(&SourcePath::root(), text);
        let body = split.without_cut(text)[split.body.clone()].to_owned();
        let problem = split
            .problem
            .map(|problem| (problem.code, problem.location.map_or(0, |place| place.line)));
        (split.front.map(|front| &text[front]), body, problem)
    }

    #[test]
    fn front_matter_and_body() {
        for (text, front, body) in [
            ("---\na: b\n---\n\nText", "a: b\n", "\nText"),
            ("--- \r\na: b\r\n---  \r\nText", "a: b\r\n", "Text"),
            ("---\na: b\n...\nText", "a: b\n", "Text"),
            ("---\n---\nText", "", "Text"),
            ("---\na: b\n---", "a: b\n", ""),
            ("---\na: b\n---\n---\nText", "a: b\n", "---\nText"),
            (
                "---\na: b\n---\n# T\n---\nlayout: x\n---\nText",
                "a: b\n",
                "# T\n---\nlayout: x\n---\nText",
            ),
        ] {
            assert_eq!(parts(text), (Some(front), body.to_owned(), None), "{text}");
        }
        assert_eq!(parts(""), (None, String::new(), None));
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
            "# A\n\n---\n\nText: so\n\n---\n\nMore",
            "Text:\n\n    ---\n    draft: true\n    ---\n",
            "Text:\n\n```yaml\n---\ndraft: true\n---\n```\n",
            "<!-- a: b -->\nText\n",
            "Text:\n\n- So:\n\n  ```yaml\n  ---\n  draft: true\n  ---\n  ```\n",
            "<pre>\n---\ndraft: true\n---\n</pre>\n",
            "title: Text with a colon\n\nMore",
        ] {
            assert_eq!(parts(text), (None, text.to_owned(), None));
        }
    }

    #[test]
    fn forms_with_a_problem() {
        for (text, front, body, problem) in [
            (
                "---\na: b\nText",
                Some("a: b\n"),
                "Text",
                (Code::UnclosedFrontMatter, 1),
            ),
            (
                "---\nText",
                None,
                "---\nText",
                (Code::UnclosedFrontMatter, 1),
            ),
            (
                "+++\na = 1\n+++\nText",
                Some("a = 1\n"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "+++\na = 1\nText",
                Some("a = 1\n"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "{\n\"a\": {\"b\": 1}\n}\nText",
                Some("{\n\"a\": {\"b\": 1}\n}"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "{\n\"a\": oops\n}\nText",
                Some("{\n\"a\": oops\n}"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "\n\n---\na: b\n---\nText",
                Some("a: b\n"),
                "Text",
                (Code::InvalidFrontMatter, 3),
            ),
            (
                " ---\na: b\n---\n",
                Some("a: b\n"),
                "",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "<!-- x -->\n\n---\na: b\n---\nText",
                Some("a: b\n"),
                "Text",
                (Code::InvalidFrontMatter, 3),
            ),
            (
                "\u{FEFF}---\na: b\n---\nText",
                Some("a: b\n"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "\u{200B}---\na: b\n---\nText",
                Some("a: b\n"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "----\na: b\n----\nText",
                Some("a: b\n"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "---yaml\na: b\n---\nText",
                Some("a: b\n"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "\u{2014}\na: b\n\u{2014}\nText",
                Some("a: b\n"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "---\na: b\n----\nText\n\n---\n",
                Some("a: b\n"),
                "Text\n\n---\n",
                (Code::InvalidFrontMatter, 3),
            ),
            (
                "# A\n\n---\ndraft: true\n---\nText",
                Some("draft: true\n"),
                "# A\n\n   \n           \n   \nText",
                (Code::InvalidFrontMatter, 3),
            ),
            (
                "    ---\n    draft: true\n    ---\nText",
                Some("    draft: true\n"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "--\ndraft: true\n--\nText",
                Some("draft: true\n"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "draft: true\n---\nText",
                Some("draft: true\n"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "```yaml\ndraft: true\n```\nText",
                Some("draft: true\n"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "<!--\ndraft: true\n-->\nText",
                Some("\ndraft: true\n"),
                "Text",
                (Code::InvalidFrontMatter, 1),
            ),
            (
                "---\na: b\n---\n# A\n---\npublished: no\n---\n",
                Some("a: b\n"),
                "# A\n   \n             \n   \n",
                (Code::InvalidFrontMatter, 5),
            ),
            (
                "---\na: b\n---\n\n---\ntitle: c\n---\n",
                Some("a: b\n"),
                "\n   \n        \n   \n",
                (Code::InvalidFrontMatter, 5),
            ),
        ] {
            assert_eq!(
                parts(text),
                (front, body.to_owned(), Some(problem)),
                "{text}"
            );
        }
    }
}
