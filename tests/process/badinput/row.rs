//! A row of the table: a case, what the manifest expects of it, and whether that happened.

use handsel::diagnostic::{Diagnostic, Severity};

use super::site::{CASES, Outcome};

/// The manifest's letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// Reported as an error; the earlier output stays as it was.
    Error,
    /// Reported as a warning; published.
    Warning,
    /// Rendered; a report is optional.
    Render,
}

/// How far a column may be off: by the length of the mark (`[`, `![`, a quote).
const SLACK: u32 = 2;

/// A case and what is expected of it.
pub struct Row {
    /// The beginning of its files' names.
    pub case: &'static str,
    pub letter: Letter,
    /// Problems in the form `error bad-yaml 4:1`, exactly these; with a path for any file but the
    /// case's first. `*` stands for any problem.
    pub reported: Vec<String>,
    /// Words that messages, help or positions must contain.
    says: Vec<&'static str>,
    /// The case's pages in the output; `None` for the page that its file's name implies.
    pages: Option<Vec<&'static str>>,
    /// Text that the case's pages must contain.
    has: Vec<&'static str>,
    /// Text that no page may contain.
    lacks: Vec<&'static str>,
    /// Files that belong to the case but are not in the folder of bad input.
    pub extra_files: Vec<(&'static str, &'static str)>,
    /// Valid pages that cannot be rendered because something they need is broken.
    pub lost: Vec<&'static str>,
    pub with_drafts: bool,
    /// The prefix of every root address in the pages.
    pub base_path: &'static str,
    pub cpu_ms_max: u64,
    pub memory_kib_max: u64,
    /// Why Handsel's rule differs from the manifest's first choice.
    pub why: Option<&'static str>,
}

pub fn error(case: &'static str, reported: &[&str]) -> Row {
    Row::new(case, Letter::Error, reported)
}

pub fn warning(case: &'static str, reported: &[&str]) -> Row {
    Row::new(case, Letter::Warning, reported)
}

pub fn renders(case: &'static str) -> Row {
    Row::new(case, Letter::Render, &[])
}

impl Row {
    fn new(case: &'static str, letter: Letter, reported: &[&str]) -> Self {
        Self {
            case,
            letter,
            reported: reported
                .iter()
                .map(|reported| (*reported).to_owned())
                .collect(),
            says: Vec::new(),
            pages: None,
            has: Vec::new(),
            lacks: Vec::new(),
            extra_files: Vec::new(),
            lost: Vec::new(),
            with_drafts: false,
            base_path: "/",
            cpu_ms_max: 1000,
            memory_kib_max: super::MEMORY_KIB_MAX,
            why: None,
        }
    }

    /// A warning that the manifest allows where it requires none.
    pub fn allowing(mut self, reported: &str) -> Self {
        self.reported.push(reported.to_owned());
        self
    }

    pub fn says(mut self, words: &[&'static str]) -> Self {
        self.says.extend(words);
        self
    }

    pub fn at(mut self, pages: &[&'static str]) -> Self {
        self.pages = Some(pages.to_vec());
        self
    }

    pub fn has(mut self, text: &[&'static str]) -> Self {
        self.has.extend(text);
        self
    }

    pub fn lacks(mut self, text: &[&'static str]) -> Self {
        self.lacks.extend(text);
        self
    }

    pub fn with(mut self, path: &'static str, text: &'static str) -> Self {
        self.extra_files.push((path, text));
        self
    }

    pub fn with_drafts(mut self) -> Self {
        self.with_drafts = true;
        self
    }

    pub fn below(mut self, base_path: &'static str) -> Self {
        self.base_path = base_path;
        self
    }

    pub fn within(mut self, seconds: u64, mebibytes: u64) -> Self {
        self.cpu_ms_max = seconds * 1000;
        self.memory_kib_max = mebibytes * 1024;
        self
    }

    pub fn why(mut self, why: &'static str) -> Self {
        self.why = Some(why);
        self
    }

    /// Whether a file of that folder belongs to this case.
    pub fn owns(&self, name: &str) -> bool {
        let name = name.trim_start_matches(['.', '-']);
        name.strip_prefix(self.case)
            .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// Compares the reported problems and the pages with the row. `files` are the case's files,
    /// from the root; a position without a path refers to the first.
    pub fn check(&self, outcome: &Outcome, files: &[String], faults: &mut Vec<String>) {
        let first = files.first().map(String::as_str).unwrap_or_default();
        let mut left: Vec<&Diagnostic> = outcome.problems.iter().collect();
        for reported in &self.reported {
            match left
                .iter()
                .position(|problem| self.matches(reported, problem, first))
            {
                Some(at) => drop(left.remove(at)),
                None => faults.push(format!("not reported: {reported}")),
            }
        }
        for problem in left {
            faults.push(format!(
                "reported in addition to what is expected: {}",
                describe(problem)
            ));
        }
        let text: String = outcome
            .problems
            .iter()
            .map(describe)
            .collect::<Vec<_>>()
            .join("\n");
        for word in self.says.iter().filter(|word| !text.contains(**word)) {
            faults.push(format!("no message says {word:?}: {text}"));
        }
        self.check_pages(outcome, files, faults);
    }

    fn check_pages(&self, outcome: &Outcome, files: &[String], faults: &mut Vec<String>) {
        let of_file = |file: &String| {
            let (_, name) = file.rsplit_once('/')?;
            Some(format!("cases/{}/index.html", name.strip_suffix(".md")?))
        };
        let pages: Vec<String> = match &self.pages {
            Some(pages) => pages.iter().map(|page| (*page).to_owned()).collect(),
            None => files.iter().filter_map(of_file).collect(),
        };
        let mut html = String::new();
        for page in &pages {
            match outcome.rendered.iter().any(|rendered| rendered == page) {
                true => html.push_str(&String::from_utf8_lossy(&outcome.read(page))),
                false if self.letter == Letter::Error => {}
                false => {
                    let others: Vec<&String> = outcome
                        .rendered
                        .iter()
                        .filter(|rendered| rendered.starts_with("cases/"))
                        .collect();
                    faults.push(format!(
                        "the page {page} was not rendered; there are {others:?}"
                    ));
                }
            }
        }
        for text in self.has.iter().filter(|text| !html.contains(**text)) {
            let begin: String = html.chars().take(600).collect();
            faults.push(format!(
                "the page does not contain {text:?}; it begins with {begin:?}"
            ));
        }
        for path in outcome
            .rendered
            .iter()
            .filter(|path| path.ends_with(".html"))
        {
            let html = String::from_utf8_lossy(&outcome.read(path)).into_owned();
            for text in self.lacks.iter().filter(|text| html.contains(**text)) {
                faults.push(format!("{path} contains {text:?}"));
            }
        }
    }

    /// Whether a problem is the one that `reported` describes. The line must match; the column may
    /// be off by a mark.
    pub fn matches(&self, reported: &str, problem: &Diagnostic, first: &str) -> bool {
        let mut words = reported.splitn(3, ' ');
        let (severity, code, at) = (words.next(), words.next(), words.next().unwrap_or("*:*"));
        let Some(place) = &problem.location else {
            return false;
        };
        let mut parts = at.rsplitn(3, ':');
        let (column, line, path) = (
            parts.next().unwrap_or("*"),
            parts.next().unwrap_or("*"),
            parts.next(),
        );
        let is_path = match path {
            None => place.path.as_str() == first || place.path.name() == first,
            Some("*") => true,
            Some(path) => {
                place.path.as_str() == path || place.path.as_str() == format!("{CASES}/{path}")
            }
        };
        let is_line = line == "*" || line.parse() == Ok(place.line);
        let is_column = column == "*"
            || column
                .parse::<u32>()
                .is_ok_and(|column| column.abs_diff(place.column) <= SLACK);
        let is_severity = severity
            == Some(if problem.severity == Severity::Error {
                "error"
            } else {
                "warning"
            });
        is_severity && code == Some(problem.code.name()) && is_path && is_line && is_column
    }
}

fn describe(problem: &Diagnostic) -> String {
    let place = problem
        .location
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let related: String = problem
        .related
        .iter()
        .map(|(place, word)| format!(" [{}:{} {word}]", place.path, place.line))
        .collect();
    let help = problem.help.as_deref().unwrap_or("");
    format!(
        "{} {} {place} {}{related} ({help})",
        problem.severity, problem.code, problem.message
    )
}
