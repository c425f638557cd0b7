//! Reads the front matter of a file into a tree. Front matter with an error is refused, or, in a
//! lenient build, read as far as possible.

use std::borrow::Cow;
use std::ops::Range;

use super::likely_keys::{leading_keys_end, looks_like_keys, marks_unpublished};
use super::{FileParts, FrontMatterFormat, split, toml};
use crate::diagnostic::Diagnostic;
use crate::paths::SourcePath;
use crate::yaml::{self, RepairedYaml, YamlNode};

/// The front matter of a file, and the text after it.
#[derive(Debug)]
pub struct FrontMatter<'a> {
    pub node: Option<YamlNode>,
    /// The whole file without front matter inside the range of the body. Offsets are those of the
    /// file.
    pub text: Cow<'a, str>,
    pub body: Range<usize>,
    pub problems: Vec<Diagnostic>,
    /// Whether the page cannot be published. Always false in a lenient build.
    pub is_unreadable: bool,
    /// Whether something that could not be read as a field says that the page is a draft.
    pub is_held_back: bool,
}

/// Reads a file's front matter.
pub fn read<'a>(path: &SourcePath, text: &'a str, is_lenient: bool) -> FrontMatter<'a> {
    let split = split(path, text);
    if is_lenient {
        read_leniently(path, text, &split)
    } else {
        read_strictly(path, text, split)
    }
}

/// The text from which Markdown is read, and the range of the body in it.
pub fn body_of<'a>(
    path: &SourcePath,
    text: &'a str,
    is_lenient: bool,
) -> (Cow<'a, str>, Range<usize>) {
    if is_lenient {
        let front_matter = read(path, text, true);
        (front_matter.text, front_matter.body)
    } else {
        let split = split(path, text);
        (split.without_cut(text), split.body)
    }
}

fn read_strictly<'a>(path: &SourcePath, text: &'a str, split: FileParts) -> FrontMatter<'a> {
    let mut front_matter = FrontMatter {
        node: None,
        text: Cow::Borrowed(text),
        body: split.body,
        is_unreadable: split.problem.is_some(),
        problems: split.problem.into_iter().collect(),
        is_held_back: false,
    };
    let Some(range) = split.front.filter(|_| !front_matter.is_unreadable) else {
        return front_matter;
    };
    match yaml::parse(path, text, range) {
        Ok(node) => front_matter.node = node,
        Err(mut problems) => {
            front_matter.problems.append(&mut problems);
            front_matter.is_unreadable = true;
        }
    }
    front_matter
}

fn read_leniently<'a>(path: &SourcePath, text: &'a str, split: &FileParts) -> FrontMatter<'a> {
    let mut front_matter = FrontMatter {
        node: None,
        text: split.without_cut(text),
        body: split.body.clone(),
        problems: split.problem.iter().cloned().collect(),
        is_unreadable: false,
        is_held_back: split.holds_back,
    };
    let Some(range) = split.front.clone() else {
        return front_matter;
    };
    let mut repaired = read_form(path, text, range.clone(), split.form);
    if repaired.is_damaged && split.form == FrontMatterFormat::Yaml {
        front_matter.is_held_back |= marks_unpublished(&text[range.clone()]);
        if let Some(end) = end_before_text(text, &range) {
            repaired = read_form(path, text, range.start..end, split.form);
            front_matter.body = end..text.len();
        }
    }
    let is_mapping = repaired
        .node
        .as_ref()
        .is_none_or(|node| node.as_map().is_some());
    if !is_mapping && split.problem.is_none() {
        // Two rules with text between them belong to the text; they are not front matter.
        (front_matter.text, front_matter.body) = (Cow::Borrowed(text), 0..text.len());
    }
    let is_repeated_draft = |(key, node): &(String, YamlNode)| {
        node.as_text()
            .is_some_and(|value| marks_unpublished(&format!("{key}: {value}")))
    };
    front_matter.is_held_back |= repaired.repeated.iter().any(is_repeated_draft);
    front_matter.problems.append(&mut repaired.problems);
    front_matter.node = repaired.node;
    front_matter
}

fn read_form(
    path: &SourcePath,
    text: &str,
    range: Range<usize>,
    form: FrontMatterFormat,
) -> RepairedYaml {
    match form {
        FrontMatterFormat::Yaml => yaml::parse_leniently(path, text, range),
        FrontMatterFormat::Toml => toml::read(path, text, &range),
        // JSON is YAML, except for tabs as indentation.
        FrontMatterFormat::Json if text[range.clone()].contains('\t') => {
            yaml::parse_leniently(path, &text.replace('\t', " "), range)
        }
        FrontMatterFormat::Json => yaml::parse_leniently(path, text, range),
    }
}

/// Where front matter ends that runs on into the text, because its closing line is missing and a
/// rule in the text closes it instead.
fn end_before_text(text: &str, range: &Range<usize>) -> Option<usize> {
    let end = leading_keys_end(text, range.start);
    let rest = &text[end..range.end];
    let first = rest.lines().find(|line| !line.trim().is_empty())?;
    let is_text =
        rest.starts_with(['\n', '\r']) || first.starts_with("# ") || first.starts_with("## ");
    (end > range.start && is_text && !looks_like_keys(first)).then_some(end)
}
