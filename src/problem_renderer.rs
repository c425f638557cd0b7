//! Renders a problem for people: its title, the line of the source with a caret under the place,
//! related places, and help.
//!
//! The terminal and the preview's panel show the same rendering, one with colors and one without.
//! The source is read again; if that fails, only the location is shown. Characters that could move
//! the terminal's cursor or change the direction of text are replaced, and of a very long line only
//! the part around the caret is shown.

use std::ops::Range;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diagnostic::{Location, ProblemGroup, is_hidden_mark, printable, printable_name};
use crate::paths::SourcePath;
use crate::source::{Files, with_lf};

/// The maximum number of characters in one line of a message or help text, which may quote the
/// writer's text, and the maximum number of lines in one text.
const TEXT_MAX: usize = 600;
const LINES_MAX: usize = 60;

/// The maximum number of related places shown with one problem.
const ALSO_MAX: usize = 5;

pub struct ProblemRenderer<'a> {
    files: &'a dyn Files,
    /// The site's root relative to the current folder, so that terminals can make a location
    /// clickable.
    root: &'a Path,
    width: usize,
    renderer: Renderer,
    /// The file that was read last. Problems are sorted by file, so one is enough.
    read: Option<(SourcePath, Option<SourceText>)>,
}

impl<'a> ProblemRenderer<'a> {
    /// Creates a renderer that uses a terminal's colors.
    pub fn new(files: &'a dyn Files, root: &'a Path, width: usize) -> Self {
        Self {
            files,
            root,
            width,
            renderer: Renderer::styled().term_width(width),
            read: None,
        }
    }

    /// Creates a renderer without colors.
    pub fn plain(files: &'a dyn Files, root: &'a Path, width: usize) -> Self {
        Self {
            renderer: Renderer::plain().term_width(width),
            ..Self::new(files, root, width)
        }
    }

    /// Renders a problem as several lines, without a line end after the last.
    pub fn draw(&mut self, group: &ProblemGroup) -> String {
        let problem = group.problem;
        let notes = group.notes();
        let level = if problem.is_error() {
            Level::ERROR
        } else {
            Level::WARNING
        };
        let mut group = Group::with_title(
            level
                .primary_title(clipped(&problem.message))
                .id(problem.code.name()),
        );
        let mut cuts = Vec::new();
        if let Some(place) = &problem.location {
            group = self.add(group, place, AnnotationKind::Primary, None, &mut cuts);
        }
        for (place, word) in problem.related.iter().take(ALSO_MAX) {
            group = self.add(
                group,
                place,
                AnnotationKind::Context,
                Some(clipped(word)),
                &mut cuts,
            );
        }
        if problem.related.len() > ALSO_MAX {
            group = group.element(
                Level::NOTE.message(format!("{} more places", problem.related.len() - ALSO_MAX)),
            );
        }
        group = group.elements(notes.iter().map(|note| Level::NOTE.message(clipped(note))));
        let help = problem
            .help
            .as_ref()
            .map(|help| Level::HELP.message(clipped(help)));
        let drawn = self.renderer.render(&[group.elements(help)]);
        cuts.into_iter().fold(drawn, |drawn, (counted, meant)| {
            drawn.replacen(&counted, &meant, 1)
        })
    }

    /// Adds the location by name and, if the file can be read, as an excerpt. The renderer shows
    /// the column that it counts in the excerpt; if the line was cut, `cuts` receives that location
    /// and the correct one.
    fn add<'g>(
        &mut self,
        group: Group<'g>,
        place: &Location,
        kind: AnnotationKind,
        label: Option<String>,
        cuts: &mut Vec<(String, String)>,
    ) -> Group<'g> {
        let path = printable_name(&self.root.join(place.path.as_str()).to_string_lossy());
        let (line, column, width) = (place.line as usize, place.column as usize, self.width);
        let Some(text) = self
            .source(&place.path)
            .and_then(|source| source.line(place.line))
        else {
            let group = group.element(Origin::path(path).line(line).char_column(column));
            return group.elements(label.map(|label| Level::NOTE.message(label)));
        };
        let LineExcerpt { text, marked } = LineExcerpt::of(text, place, width);
        let counted = text[..marked.start].chars().count() + 1;
        if counted != column {
            cuts.push((
                format!("{path}:{line}:{counted}"),
                format!("{path}:{line}:{column}"),
            ));
        }
        group.element(
            Snippet::source(text)
                .path(path)
                .line_start(line)
                .annotation(kind.span(marked).label(label)),
        )
    }

    fn source(&mut self, path: &SourcePath) -> Option<&SourceText> {
        if self.read.as_ref().is_none_or(|(read, _)| read != path) {
            let bytes = if may_be_text(path) {
                self.files.read(path).ok()
            } else {
                None
            };
            let source = bytes
                .filter(|bytes| !bytes.contains(&0))
                .map(|bytes| SourceText::new(&bytes));
            self.read = Some((path.clone(), source));
        }
        self.read.as_ref().and_then(|(_, source)| source.as_ref())
    }
}

/// Returns whether lines of a file can be shown: text files have one of these extensions or none.
/// Images, videos and archives can be large, so they are not even read.
fn may_be_text(path: &SourcePath) -> bool {
    const ENDINGS: [&str; 25] = [
        "", "md", "markdown", "mdx", "mkd", "yaml", "yml", "json", "toml", "csv", "tsv", "html",
        "htm", "xml", "svg", "css", "js", "mjs", "ts", "txt", "vtt", "srt", "ics", "lock", "py",
    ];
    ENDINGS.contains(&path.extension().as_str())
}

/// A file's text with the offsets at which its lines begin.
struct SourceText {
    text: String,
    starts: Vec<usize>,
}

impl SourceText {
    fn new(bytes: &[u8]) -> Self {
        let text =
            with_lf(String::from_utf8_lossy(bytes).trim_start_matches('\u{FEFF}')).into_owned();
        let starts = std::iter::once(0)
            .chain(
                text.bytes()
                    .enumerate()
                    .filter(|(_, byte)| *byte == b'\n')
                    .map(|(at, _)| at + 1),
            )
            .collect();
        Self { text, starts }
    }

    /// Returns a line without its end, counted from 1.
    fn line(&self, line: u32) -> Option<&str> {
        let at = (line as usize).checked_sub(1)?;
        let start = *self.starts.get(at)?;
        let end = self
            .starts
            .get(at + 1)
            .map_or(self.text.len(), |next| next - 1);
        Some(&self.text[start..end])
    }
}

/// A line, or the part of it around the caret, made safe for a terminal.
#[derive(Debug, PartialEq, Eq)]
struct LineExcerpt {
    text: String,
    /// The range of bytes that the problem is about.
    marked: Range<usize>,
}

impl LineExcerpt {
    fn of(line: &str, place: &Location, width: usize) -> Self {
        const ELLIPSIS: char = '…';
        let column = (place.column as usize).saturating_sub(1);
        let skipped = if line.len() <= width {
            0
        } else {
            column.saturating_sub(width / 3)
        };
        let mut rest = line.chars().skip(skipped);
        let mut text = String::with_capacity(width + 2 * ELLIPSIS.len_utf8());
        if skipped > 0 {
            text.push(ELLIPSIS);
        }
        let marked_end = column.saturating_add(place.length as usize);
        let (mut start, mut end) = (None, None);
        for at in (skipped..).take(width) {
            if at == column {
                start = Some(text.len());
            }
            if at == marked_end {
                end = Some(text.len());
            }
            let Some(c) = rest.next() else { break };
            text.push(visible_char(c));
        }
        let all = text.len();
        if rest.next().is_some() {
            text.push(ELLIPSIS);
        }
        let start = start.unwrap_or(all);
        Self {
            text,
            marked: start..end.unwrap_or(all).max(start),
        }
    }
}

/// Returns the character itself, or a visible replacement of the same width.
fn visible_char(c: char) -> char {
    match u32::from(c) {
        _ if c == '\t' => c,
        code @ 0..=0x1F => char::from_u32(0x2400 + code).unwrap_or(char::REPLACEMENT_CHARACTER),
        0x7F => '\u{2421}',
        _ if c.is_control() || is_hidden_mark(c) => char::REPLACEMENT_CHARACTER,
        _ => c,
    }
}

fn clipped(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().take(LINES_MAX).map(clipped_line).collect();
    if text.lines().nth(LINES_MAX).is_some() {
        lines.push("…".to_owned());
    }
    lines.join("\n")
}

fn clipped_line(line: &str) -> String {
    let clipped = match line.char_indices().nth(TEXT_MAX) {
        Some((end, _)) => printable(&line[..end]) + " …",
        None => printable(line),
    };
    clipped.replace('\t', " ")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::diagnostic::{Code, Diagnostic};
    use crate::source::MemoryFiles;

    fn place(path: &str, line: u32, column: u32, length: u32) -> Location {
        Location {
            path: SourcePath::new(path).expect("inside"),
            line,
            column,
            length,
        }
    }

    fn drawn(files: &[(&str, &str)], problem: &Diagnostic) -> String {
        let mut site = MemoryFiles::default();
        files.iter().for_each(|(path, text)| site.put(path, text));
        let drawn = ProblemRenderer::new(&site, Path::new("docs"), 100).draw(&ProblemGroup {
            problem,
            others: Vec::new(),
        });
        anstream::adapter::strip_str(&drawn).to_string()
    }

    #[test]
    fn an_excerpt_with_a_caret() {
        let problem = Diagnostic::new(Code::BrokenLink, "there is no `tip.md`")
            .at(place("a.md", 3, 11, 6))
            .help("did you mean `tips.md`?");
        let expected = "\
error[broken-link]: there is no `tip.md`
 --> docs/a.md:3:11
  |
3 | See [this](tip.md) and more.
  |           ^^^^^^
  |
  = help: did you mean `tips.md`?";
        assert_eq!(
            drawn(
                &[("a.md", "---\r\n---\r\nSee [this](tip.md) and more.\r\n")],
                &problem
            ),
            expected
        );
    }

    #[test]
    fn related_places() {
        let problem = Diagnostic::new(Code::AddressTaken, "`/a/` is taken")
            .at(place("a.md", 1, 1, 0))
            .with_related(place("b.md", 2, 3, 2), "the same address")
            .with_related(place("gone.md", 2, 1, 3), "and here")
            .help("rename one");
        let expected = "\
error[address-taken]: `/a/` is taken
 --> docs/a.md:1:1
  |
1 | one
  | ^
  |
 ::: docs/b.md:2:3
  |
2 |   hi
  |   -- the same address
 ::: docs/gone.md:2:1
  = note: and here
  = help: rename one";
        assert_eq!(
            drawn(&[("a.md", "one\ntwo"), ("b.md", "x\n  hi")], &problem),
            expected
        );
    }

    #[test]
    fn places_without_an_excerpt() {
        let gone = Diagnostic::new(Code::Unreadable, "it cannot be read")
            .at(place("gone.md", 1, 1, 0))
            .help("look at it");
        assert_eq!(
            drawn(&[], &gone),
            "error[unreadable]: it cannot be read\n--> docs/gone.md:1:1\n = help: look at it"
        );
        let nowhere = Diagnostic::new(Code::Internal, "no address");
        assert_eq!(drawn(&[], &nowhere), "error[internal]: no address");
        for (text, line, column) in [
            ("", 1, 1),
            ("a\n", 2, 1),
            ("a", 1, 9),
            ("a", 7, 1),
            ("\u{FEFF}a", 1, 1),
        ] {
            let reported = drawn(
                &[("a.md", text)],
                &Diagnostic::new(Code::EmptyPage, "empty").at(place("a.md", line, column, 4)),
            );
            assert!(
                reported.contains(&format!("--> docs/a.md:{line}:{column}")),
                "{reported}"
            );
        }
    }

    #[test]
    fn no_bytes_of_a_binary_file_are_shown() {
        let problem = |path| {
            Diagnostic::new(Code::UnreferencedFiles, "no page links to it").at(place(path, 1, 1, 0))
        };
        for (path, bytes) in [
            ("a.png", "\u{89}PNG\r\n\u{1a}\n"),
            ("b.txt", "MZ\0\u{1}\u{2}"),
            ("c", "a\0b"),
            ("d.bin", "words"),
        ] {
            let expected =
                format!("warning[unreferenced-files]: no page links to it\n--> docs/{path}:1:1");
            assert_eq!(drawn(&[(path, bytes)], &problem(path)), expected);
        }
        assert!(drawn(&[("e.csv", "a,b\n")], &problem("e.csv")).contains("1 | a,b"));
    }

    #[test]
    fn help_of_several_lines_keeps_them() {
        let problem = Diagnostic::new(Code::VanishedAddress, "gone")
            .help("add this:\nretired:\n  - /a/\n  - /b/");
        let expected = "error[vanished-address]: gone\n |\n = help: add this:\n         retired:\n           - /a/\n           - /b/";
        assert_eq!(drawn(&[], &problem), expected);
    }

    #[test]
    fn long_lines_are_cut_around_the_caret() {
        let line = format!(
            "{}[here](x){}\n",
            "é ".repeat(250_000),
            " word".repeat(100_000)
        );
        let problem = Diagnostic::new(Code::BrokenLink, "b".repeat(300_000))
            .at(place("a.md", 2, 500_001, 9))
            .help("c".repeat(300_000));
        let site = [("a.md", &*format!("one\n{line}"))];
        let begun = Instant::now();
        let reported = drawn(&site, &problem);
        assert!(
            begun.elapsed() < Duration::from_secs(1),
            "{:?}",
            begun.elapsed()
        );
        assert!(reported.contains(" --> docs/a.md:2:500001\n"), "{reported}");
        let lines: Vec<&str> = reported.lines().collect();
        let (excerpt, carets) = (lines[3], lines[4]);
        let at = excerpt
            .chars()
            .position(|c| c == '[')
            .expect("the excerpt shows the place");
        assert_eq!(carets.chars().skip(at).collect::<String>(), "^".repeat(9));
        assert!(
            excerpt.chars().count() <= 110 && reported.len() < 2500,
            "{reported}"
        );
    }

    #[test]
    fn nothing_hidden_reaches_the_terminal() {
        let text = "a\u{1b}[31m\u{7}\u{202e}b\u{9b}\tc\u{7f}";
        let problem = Diagnostic::new(Code::HiddenCharacter, text)
            .at(place("a.md", 1, 11, 1))
            .with_related(place("a.md", 1, 1, 1), text)
            .help(text);
        let reported = drawn(&[("a.md", text)], &problem);
        assert!(
            !reported.contains(|c: char| c.is_control() && c != '\n'),
            "{reported:?}"
        );
        assert!(reported.contains("1 | a␛[31m␇�b�    c␡\n"), "{reported}");
    }
}
