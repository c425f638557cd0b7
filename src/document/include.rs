//! Files whose text a page shows: a whole file, a marked region of it, or a range of lines.

use std::sync::Arc;

use super::body::FileInclude;
use super::code;
use super::highlight::span_cache::HighlightCache;
use crate::diagnostic::{Checked, Code, Diagnostic};
use crate::paths::SourcePath;
use crate::source::{SourceFile, with_lf};

/// The HTML of an included file, or an empty string with a problem. `folder` is the page's folder;
/// a path with a leading `/` is relative to the site's root.
pub fn show(
    include: &FileInclude,
    folder: &SourcePath,
    read: impl Fn(&SourcePath) -> Option<Arc<[u8]>>,
    colors: Option<&HighlightCache>,
) -> Checked<String> {
    match excerpt(include, folder, read) {
        Ok(FileExcerpt { path, first, code }) => Checked::ok(code::render(
            &include.fence.fence(&path.extension(), first),
            &code,
            colors,
        )),
        Err(problem) => Checked::new(String::new(), vec![*problem]),
    }
}

/// The text that is shown of an included file; empty if it cannot be shown.
pub fn text(
    include: &FileInclude,
    folder: &SourcePath,
    read: impl Fn(&SourcePath) -> Option<Arc<[u8]>>,
) -> String {
    excerpt(include, folder, read)
        .map(|excerpt| excerpt.code)
        .unwrap_or_default()
}

/// The language of an included file: the stated one, or the file's extension.
pub fn language(include: &FileInclude) -> String {
    let name = include.file.value.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    include
        .fence
        .language
        .clone()
        .unwrap_or_else(|| extension.to_owned())
}

/// The part of a file that is shown.
struct FileExcerpt {
    path: SourcePath,
    /// The number of the first line shown, from 1.
    first: usize,
    code: String,
}

fn excerpt(
    include: &FileInclude,
    folder: &SourcePath,
    read: impl Fn(&SourcePath) -> Option<Arc<[u8]>>,
) -> Result<FileExcerpt, Box<Diagnostic>> {
    let problem = |message: String, help: &str| {
        Err(Box::new(
            Diagnostic::new(Code::BadInclude, message)
                .at(include.file.place.clone())
                .help(help),
        ))
    };
    let written = &include.file.value;
    let Ok(path) = folder.join(written) else {
        return problem(
            format!("`{written}` is outside the site's folder"),
            "move the file into the site's folder",
        );
    };
    let Some(bytes) = read(&path) else {
        return problem(
            format!("the file {path} does not exist"),
            "write the path relative to the page's folder, or with a leading / to the site's root",
        );
    };
    let text = match SourceFile::decode(&path, &bytes) {
        Ok(text) => with_lf(text.text),
        Err(fault) => {
            return problem(
                format!("{path} cannot be shown: {}", fault.message),
                "include a text file",
            );
        }
    };
    let lines: Vec<&str> = text.lines().collect();
    let (first, shown) = match (&include.region, include.lines) {
        (Some(name), _) => match region(&lines, name) {
            Some((first, lines)) => (first, lines),
            None => {
                return problem(
                    format!("{path} has no region `{name}`"),
                    "mark it with the comments `region NAME` and `endregion NAME`",
                );
            }
        },
        (None, Some((from, to))) if to <= lines.len() => (from, lines[from - 1..to].to_vec()),
        (None, Some((_, to))) => {
            return problem(
                format!("{path} has {} lines, not {to}", lines.len()),
                "choose lines that exist",
            );
        }
        (None, None) => (
            1,
            lines
                .into_iter()
                .filter(|line| marker(line).is_none())
                .collect(),
        ),
    };
    let mut code = remove_shared_indent(&shown);
    if !code.is_empty() {
        code.push('\n');
    }
    Ok(FileExcerpt { path, first, code })
}

/// The lines of a region, without the markers of other regions, and the number of the first.
fn region<'a>(lines: &[&'a str], name: &str) -> Option<(usize, Vec<&'a str>)> {
    let start = lines
        .iter()
        .position(|line| marker(line) == Some((true, name)))?;
    let end = lines[start + 1..].iter().position(
        |line| matches!(marker(line), Some((false, found)) if found == name || found.is_empty()),
    )? + start
        + 1;
    Some((
        start + 2,
        lines[start + 1..end]
            .iter()
            .copied()
            .filter(|line| marker(line).is_none())
            .collect(),
    ))
}

/// Whether a line marks the beginning (`true`) or the end of a region, and which.
fn marker(line: &str) -> Option<(bool, &str)> {
    let named =
        |rest: &'_ str| -> usize { rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len()) };
    for (mark, is_start) in [
        ("ANCHOR_END:", false),
        ("ANCHOR:", true),
        ("#endregion", false),
        ("#region", true),
        ("endregion", false),
        ("region", true),
    ] {
        let Some(at) = line.find(mark) else { continue };
        let before = line[..at].trim();
        let is_comment = !before.is_empty() && !before.contains(char::is_alphanumeric)
            || mark.starts_with('#')
            || mark.starts_with("ANCHOR");
        if !is_comment || before.contains(char::is_alphanumeric) {
            continue;
        }
        let rest = line[at + mark.len()..].trim_start();
        return Some((
            is_start,
            rest[..named(rest)].trim_end_matches(['*', '/', '-', '>']),
        ));
    }
    None
}

/// Lines without the indent that they share.
fn remove_shared_indent(lines: &[&str]) -> String {
    let indent = |line: &&&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let shared = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| indent(&line))
        .min()
        .unwrap_or(0);
    lines
        .iter()
        .map(|line| line.get(shared..).unwrap_or(""))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_cut_out() {
        let text = [
            "fn a() {}",
            "// region demo",
            "    fn b() {",
            "        1",
            "    }",
            "// endregion demo",
            "# ANCHOR: x",
            "y",
            "# ANCHOR_END: x",
        ];
        let (first, lines) = region(&text, "demo").unwrap_or_default();
        assert_eq!(
            (first, remove_shared_indent(&lines)),
            (3, "fn b() {\n    1\n}".into())
        );
        assert_eq!(
            region(&text, "x").map(|(first, lines)| (first, lines.len())),
            Some((8, 1))
        );
        assert_eq!(region(&text, "none"), None);
        assert_eq!(marker("let region = 1;"), None);
    }
}
