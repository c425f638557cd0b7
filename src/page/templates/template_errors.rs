//! Errors in templates, as problems with a line, a column and help.

use std::collections::{BTreeMap, BTreeSet};

use tera::{Error, ErrorKind, ReportError};

use super::file::TemplateFile;
use super::suggestions::{advice, split_suggestion};
use crate::diagnostic::{Code, Diagnostic, Location, nearest};
use crate::source::LineStarts;

/// Help for a syntax error without a more specific hint.
const SYNTAX: &str = "see Tera's manual for the tags, filters and syntax of templates";

type Files = BTreeMap<String, TemplateFile>;

/// Problems found while loading, each with the template that causes it if one can be named.
pub fn on_load(error: &Error, files: &Files) -> Vec<(Option<String>, Diagnostic)> {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let problem = unclosed_tag(report, files).unwrap_or_else(|| {
                let problem =
                    Diagnostic::new(Code::BadTemplate, report.message().trim_end_matches('.'));
                reported(problem, report, files)
                    .help(hint(report.message(), files).unwrap_or_else(|| SYNTAX.into()))
            });
            vec![(Some(report.filename().to_owned()), problem)]
        }
        ErrorKind::CircularExtend {
            tpl,
            inheritance_chain,
        } => vec![(
            Some(tpl.clone()),
            cycle(tpl, inheritance_chain, "extend", files),
        )],
        ErrorKind::CircularInclude { tpl, include_chain } => vec![(
            Some(tpl.clone()),
            cycle(tpl, include_chain, "include", files),
        )],
        ErrorKind::MissingParent { current, parent } => {
            let problem = Diagnostic::new(
                Code::BadTemplate,
                format!("parent template `{parent}` does not exist"),
            )
            .about(parent);
            vec![(
                Some(current.clone()),
                at_word(problem, current, parent, files).help_if(near_template(parent, files)),
            )]
        }
        kind => several(&kind.to_string(), files),
    }
}

/// Whether a problem is about another template that could not be read, which is reported itself.
pub fn is_consequence(problem: &Diagnostic, broken: &BTreeSet<String>) -> bool {
    problem
        .subject
        .as_deref()
        .is_some_and(|template| broken.contains(template))
}

/// Reports an unclosed tag at its opening. The position where the parser misses the end is rarely
/// where the end is missing.
fn unclosed_tag(report: &ReportError, files: &Files) -> Option<Diagnostic> {
    let file = files.get(report.filename())?;
    let lines = LineStarts::new(&file.text);
    let message = report.message().trim_end_matches('.');
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (at, what, close) = match message {
        "Unexpected end of input" => open_tag(&file.text)?,
        _ => {
            let (open, close) = [("{{", "}}"), ("{%", "%}")]
                .into_iter()
                .find(|(_, close)| message.ends_with(&format!("expected {close}")))?;
            let end = lines.offset(
                number(report.span().start_line),
                number(report.span().start_col + 1),
            );
            (
                file.text[..end].rfind(open)?,
                open.to_owned(),
                format!("`{close}`"),
            )
        }
    };
    let place = lines.place(&file.path, at..at + 2);
    let problem = Diagnostic::new(
        Code::BadTemplate,
        format!("`{what}` is opened here and never closed"),
    )
    .at(place);
    Some(problem.help(format!("close it with {close}")))
}

/// The innermost unclosed block tag: its offset, its text and the tag that closes it.
fn open_tag(text: &str) -> Option<(usize, String, String)> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].find("{%").map(|next| at + next) {
        if let Some(comment) = text[at..next].find("{#") {
            at += comment + text[at + comment..].find("#}")? + 2;
            continue;
        }
        let inside = text[next + 2..].split("%}").next().unwrap_or_default();
        let word = inside
            .trim_start_matches('-')
            .trim_start()
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap_or_default();
        match word {
            "if" | "for" | "block" | "filter" | "component" | "raw" => open.push((next, word)),
            "set" | "set_global" if !inside.contains('=') => open.push((next, word)),
            _ if word.starts_with("end") => drop(open.pop()),
            _ => {}
        }
        at = next + 2;
    }
    let (at, word) = open.pop()?;
    Some((
        at,
        format!("{{% {word} %}}"),
        format!("`{{% end{word} %}}`"),
    ))
}

/// Splits a message of Tera into its text and the known names that it lists.
fn without_known_names(message: &str) -> (&str, Vec<&str>) {
    let lists = [" Available fields: ", " Available variables: "];
    let split = lists.iter().find_map(|list| message.split_once(list));
    let (message, names) = split.unwrap_or((message, ""));
    (
        message.trim_end_matches('.'),
        names.split(", ").filter(|name| !name.is_empty()).collect(),
    )
}

/// Splits Tera's report of problems in all templates together. Each problem in it has the form
/// `error: …`, ` --> NAME:LINE:COLUMN`, and an excerpt.
fn several(report: &str, files: &Files) -> Vec<(Option<String>, Diagnostic)> {
    let mut found = Vec::new();
    for part in report
        .split("error: ")
        .filter(|part| !part.trim().is_empty())
    {
        let message = part
            .lines()
            .next()
            .unwrap_or(part)
            .trim()
            .trim_end_matches('.');
        let problem = Diagnostic::new(Code::BadTemplate, message)
            .help(hint(message, files).unwrap_or_else(|| SYNTAX.into()));
        // Tera reports a missing template only as text.
        let missing = quoted(message).filter(|_| message.starts_with("Unknown template"));
        let problem = match missing {
            Some(name) => problem.about(name),
            None => problem,
        };
        let at = part
            .lines()
            .find_map(|line| line.trim_start().strip_prefix("--> "))
            .and_then(|at| location(at, files));
        found.push(match at {
            Some((name, place)) => (Some(name), problem.at(place)),
            None => {
                let culprit = files
                    .values()
                    .filter(|file| file.is_own)
                    .find(|file| part.contains(&file.name));
                let place = culprit.map(|file| Location::start_of(&file.path));
                (
                    culprit.map(|file| file.name.clone()),
                    Diagnostic {
                        location: place,
                        ..problem
                    },
                )
            }
        });
    }
    found
}

/// Reads `NAME:LINE:COLUMN` as a template and a location.
fn location(text: &str, files: &Files) -> Option<(String, Location)> {
    let mut parts = text.trim().rsplitn(3, ':');
    let (column, line, name) = (
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?,
    );
    let file = files.get(name.trim())?;
    Some((
        file.name.clone(),
        Location {
            path: file.path.clone(),
            line,
            column,
            length: 0,
        },
    ))
}

/// A problem found while rendering `page` with `template`.
pub fn on_draw(error: &Error, files: &Files, page: &str, template: &str) -> Diagnostic {
    let while_rendering = format!("while rendering {page}");
    match error.kind() {
        ErrorKind::RenderingError(report) | ErrorKind::SyntaxError(report) => {
            let code = Code::TemplateFailed;
            let (message, known) = without_known_names(report.message());
            let (message, suggested) = split_suggestion(message);
            let problem = reported(Diagnostic::new(code, message), report, files);
            let near = quoted(message)
                .and_then(|name| nearest(name, known))
                .map(|near| format!("did you mean `{near}`?"));
            let help = suggested.or(near).or_else(|| hint(message, files));
            let help =
                help.unwrap_or_else(|| advice(message, failed_part(report, files)).to_owned());
            chain(problem, &error.to_string(), files).help(format!("{help} ({while_rendering})"))
        }
        ErrorKind::TemplateNotFound(name) => {
            let problem = Diagnostic::new(
                Code::MissingTemplate,
                format!("template `{name}` does not exist"),
            );
            problem.help(
                near_template(name, files)
                    .unwrap_or_else(|| format!("add it to templates/ ({while_rendering})")),
            )
        }
        ErrorKind::Io(_) => {
            let problem = at_start(
                Diagnostic::new(Code::TemplateFailed, "the page is larger than 64 MiB"),
                template,
                files,
            );
            problem.help(format!(
                "look for a loop that runs more often than intended ({while_rendering})"
            ))
        }
        kind => {
            let message = kind.to_string();
            let problem = at_start(
                Diagnostic::new(Code::TemplateFailed, message.trim_end_matches('.')),
                template,
                files,
            );
            problem.help(format!("{} ({while_rendering})", advice(&message, "")))
        }
    }
}

/// The rest of the template's line, from the position that failed.
fn failed_part<'a>(report: &ReportError, files: &'a Files) -> &'a str {
    let Some(file) = files.get(report.filename()) else {
        return "";
    };
    let span = report.span();
    let line = file
        .text
        .lines()
        .nth(span.start_line.saturating_sub(1))
        .unwrap_or_default();
    line.char_indices()
        .nth(span.start_col)
        .map_or("", |(at, _)| &line[at..])
}

fn reported(problem: Diagnostic, report: &ReportError, files: &Files) -> Diagnostic {
    let Some(file) = files.get(report.filename()) else {
        return problem;
    };
    let span = report.span();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let length = if span.end_line == span.start_line {
        span.end_col.saturating_sub(span.start_col)
    } else {
        1
    };
    problem.at(Location {
        path: file.path.clone(),
        line: number(span.start_line.max(1)),
        column: number(span.start_col + 1),
        length: number(length),
    })
}

/// Adds the places that called a template or component, innermost first, from the lines
/// `note: called from NAME:LINE:COLUMN` of the report.
fn chain(mut problem: Diagnostic, report: &str, files: &Files) -> Diagnostic {
    for line in report
        .lines()
        .filter_map(|line| line.strip_prefix("note: called from "))
    {
        let mut parts = line.rsplitn(3, ':');
        let (column, line_number, name) = (parts.next(), parts.next(), parts.next());
        let number = |text: Option<&str>| text.and_then(|text| text.trim().parse().ok());
        if let (Some(column), Some(line), Some(file)) = (
            number(column),
            number(line_number),
            name.and_then(|name| files.get(name.trim())),
        ) {
            problem = problem.with_related(
                Location {
                    path: file.path.clone(),
                    line,
                    column,
                    length: 0,
                },
                "called from here",
            );
        }
    }
    problem
}

fn cycle(template: &str, chain: &[String], word: &str, files: &Files) -> Diagnostic {
    let next = chain
        .iter()
        .find(|name| *name != template)
        .map_or(template, String::as_str);
    let mut names: Vec<&str> = chain.iter().map(String::as_str).collect();
    if names.first() != Some(&template) {
        names.insert(0, template);
    }
    if names.last() != Some(&template) || names.len() == 1 {
        names.push(template);
    }
    let problem = Diagnostic::new(
        Code::BadTemplate,
        format!(
            "templates {word} each other in a cycle: {}",
            names.join(" → ")
        ),
    );
    at_word(problem, template, next, files).help("remove one of them")
}

/// Places a problem where `template` names `word`, or at the start of the template.
fn at_word(problem: Diagnostic, template: &str, word: &str, files: &Files) -> Diagnostic {
    let Some(file) = files.get(template) else {
        return problem;
    };
    match file.text.find(word) {
        Some(at) => {
            let tag = file.text[..at].rfind("{%").unwrap_or(at);
            problem.at(LineStarts::new(&file.text).place(&file.path, tag..at + word.len()))
        }
        None => problem.at(Location::start_of(&file.path)),
    }
}

fn at_start(problem: Diagnostic, template: &str, files: &Files) -> Diagnostic {
    match files.get(template) {
        Some(file) => problem.at(Location::start_of(&file.path)),
        None => problem,
    }
}

fn near_template(name: &str, files: &Files) -> Option<String> {
    nearest(name, files.keys().map(String::as_str)).map(|near| format!("did you mean `{near}`?"))
}

/// Suggests a name for one that a template uses and that does not exist.
fn hint(message: &str, files: &Files) -> Option<String> {
    let name = quoted(message)?;
    let lower = message.to_lowercase();
    let near = if lower.contains("filter") {
        nearest(name, super::functions::FILTERS.iter().copied())
    } else if lower.contains("function") {
        nearest(name, super::functions::FUNCTIONS.iter().copied())
    } else if lower.contains("include") || lower.contains("template") {
        nearest(name, files.keys().map(String::as_str))
    } else {
        None
    };
    near.filter(|near| *near != name)
        .map(|near| format!("did you mean `{near}`?"))
}

/// The first name in quotes.
fn quoted(message: &str) -> Option<&str> {
    message.split(['`', '\'', '"']).nth(1)
}
