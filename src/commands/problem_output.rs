//! Prints problems: with source excerpts for people, as one JSON object per line for editors, as
//! annotations for GitHub, or as a SARIF log for code hosts.
//!
//! People see the first [`SHOWN_MAX`] problems of each code, unless `--all-problems` is set; the
//! other formats have all problems. A long report ends with a table of the codes.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use jiff::civil::Date;
use serde::Serialize;

use super::console::{Console, OutputStream};
use super::fix_locations::FixLocations;
use super::format::count;
use super::options::Format;
use super::problem_table::{LONG_REPORT, table};
use super::sarif::{self, SarifContext};
use super::site_root::SiteRoot;
use crate::diagnostic::{
    Applicability, Code, Diagnostic, ProblemGroup, Severity, group_problems, printable,
};
use crate::paths::SourcePath;
use crate::pipeline::BuildResult;
use crate::pipeline::unpublished::UnpublishedCounts;
use crate::problem_renderer::ProblemRenderer;

/// How many problems of one code are printed for people.
pub const SHOWN_MAX: usize = 50;

/// The last line of a report that does not print all problems.
const CUT: &str =
    "Only the first 50 problems of each code are printed above. To see all, add --all-problems.";

/// Prints the problems of a site in order. `wanted` is the stream for people; the other formats
/// always go to standard output. Problems that follow from another one are listed only in JSON.
pub fn problems(
    console: &Console,
    site: &SiteRoot,
    problems: &mut Vec<Diagnostic>,
    wanted: OutputStream,
) {
    problems.retain(|problem| problem.severity != Severity::Off);
    Diagnostic::sort(problems);
    match console.format {
        Format::Human => {
            let width = console.width(wanted);
            let mut renderer = ProblemRenderer::new(&site.disk, &site.shown, width);
            let groups = group_problems(&*problems);
            let shown_max = if console.shows_all {
                usize::MAX
            } else {
                SHOWN_MAX
            };
            console.write(wanted, |out| {
                let is_cut = draw(out, &groups, &mut renderer, shown_max)?;
                if groups.len() > LONG_REPORT {
                    writeln!(out, "{}", table(&groups, &site.shown, width))?;
                }
                if is_cut {
                    writeln!(out, "{CUT}\n")
                } else {
                    Ok(())
                }
            });
        }
        Format::Json => {
            let mut fixes = FixLocations::new(&site.disk);
            console.write(OutputStream::Output, |out| {
                problems
                    .iter()
                    .try_for_each(|problem| json(out, problem, &mut fixes))
            });
        }
        Format::Sarif => {
            let context = SarifContext {
                folder: &site.below_workspace(),
                settings: &site.config,
            };
            let log = sarif::log(problems, &context, &mut FixLocations::new(&site.disk));
            console.write(OutputStream::Output, |out| {
                serde_json::to_writer_pretty(&mut *out, &log)?;
                out.write_all(b"\n")
            });
        }
        Format::Github => {
            let folder = site.below_workspace();
            console.write(OutputStream::Output, |out| {
                own_problems(problems).try_for_each(|problem| github(out, problem, &folder))
            });
        }
    }
}

/// The problems that do not follow from another one.
pub fn own_problems(problems: &[Diagnostic]) -> impl Iterator<Item = &Diagnostic> {
    problems.iter().filter(|problem| !problem.is_consequence())
}

/// Writes the first `shown_max` problems of each code. Returns whether some were left out.
fn draw(
    out: &mut dyn Write,
    groups: &[ProblemGroup],
    renderer: &mut ProblemRenderer<'_>,
    shown_max: usize,
) -> io::Result<bool> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for group in groups {
        let count = counts.entry(group.problem.code.name()).or_default();
        *count += 1;
        if *count <= shown_max {
            writeln!(out, "{}\n", renderer.draw(group))?;
        }
    }
    Ok(counts.values().any(|count| *count > shown_max))
}

/// One line of `--format json`. Scripts rely on the keys.
#[derive(Serialize)]
struct JsonLine<'a> {
    severity: Severity,
    code: Code,
    message: &'a str,
    path: Option<&'a str>,
    line: Option<u32>,
    column: Option<u32>,
    help: Option<&'a str>,
    /// Places that explain the problem.
    related: Vec<JsonPlace<'a>>,
    /// The edit that fixes the problem.
    fix: Option<JsonFix<'a>>,
    /// The error that the problem follows from.
    caused_by: Option<JsonCause<'a>>,
}

#[derive(Serialize)]
struct JsonPlace<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
}

/// The characters from `column` up to, but not including, `end_column` are replaced.
#[derive(Serialize)]
struct JsonFix<'a> {
    line: u32,
    column: u32,
    end_column: u32,
    replacement: &'a str,
    applicability: Applicability,
}

#[derive(Serialize)]
struct JsonCause<'a> {
    code: Code,
    path: &'a str,
    line: u32,
    column: u32,
}

fn json(out: &mut dyn Write, problem: &Diagnostic, fixes: &mut FixLocations) -> io::Result<()> {
    let place = problem.location.as_ref();
    let line = JsonLine {
        severity: problem.severity,
        code: problem.code,
        message: &problem.message,
        path: place.map(|place| place.path.as_str()),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        help: problem.help.as_deref(),
        related: problem
            .related
            .iter()
            .map(|(place, word)| JsonPlace {
                path: place.path.as_str(),
                line: place.line,
                column: place.column,
                message: word,
            })
            .collect(),
        fix: fixes.find(problem).map(|(fix, place)| JsonFix {
            line: place.line,
            column: place.column,
            end_column: place.column.saturating_add(place.length),
            replacement: &fix.new,
            applicability: fix.applicability,
        }),
        caused_by: problem.cause.as_ref().and_then(|cause| {
            let (code, place) = cause.error.as_ref()?;
            Some(JsonCause {
                code: *code,
                path: place.path.as_str(),
                line: place.line,
                column: place.column,
            })
        }),
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

/// Writes a workflow command of GitHub's runner. `folder` is the site's folder, relative to the
/// root of the repository.
fn github(out: &mut dyn Write, problem: &Diagnostic, folder: &Path) -> io::Result<()> {
    write!(out, "::{} ", problem.severity)?;
    if let Some(place) = &problem.location {
        let file = folder
            .join(place.path.as_str())
            .to_string_lossy()
            .into_owned();
        let file = if cfg!(windows) {
            file.replace('\\', "/")
        } else {
            file
        };
        write!(
            out,
            "file={},line={},col={},",
            property(&file),
            place.line,
            place.column
        )?;
    }
    let group = ProblemGroup {
        problem,
        others: Vec::new(),
    };
    let more: String = group
        .notes()
        .into_iter()
        .chain(problem.help.clone())
        .map(|line| format!("\n{line}"))
        .collect();
    writeln!(
        out,
        "title={}::{}",
        property(problem.code.name()),
        data(&format!("{}{more}", problem.message))
    )
}

/// Text after the second `::` (actions/toolkit: packages/core/src/command.ts, `escapeData`).
fn data(text: &str) -> String {
    printable(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property's value (the same file, `escapeProperty`).
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The problem of a site that has no page sources.
pub fn no_pages(built: &BuildResult, site: &SiteRoot) -> Option<Diagnostic> {
    if built.sources > 0 {
        return None;
    }
    let content = if site.content() == SourcePath::root() {
        "this folder".to_owned()
    } else {
        site.show(&site.content())
    };
    let has_unread = built
        .problems
        .iter()
        .any(|problem| problem.code == Code::UnreadFile);
    let help = if has_unread {
        "rename your pages so that they end in `.md` or `.markdown`; other files are listed under `unread-file`"
    } else {
        "write a first page, `index.md`, or run `handsel init` for a starter site"
    };
    Some(Diagnostic::new(Code::NoPages, format!("there is no page in {content}")).help(help))
}

/// `3 errors, 12 warnings in 240 pages`; `None` when there is no problem. Equal
/// problems of a file count as one, and those that follow from another one are not counted.
pub fn summary(problems: &[Diagnostic], pages: usize) -> Option<String> {
    let groups = group_problems(problems);
    let number = |severity: Severity| {
        groups
            .iter()
            .filter(|group| group.problem.severity == severity)
            .count()
    };
    let parts: Vec<String> = [(Severity::Error, "error"), (Severity::Warning, "warning")]
        .into_iter()
        .map(|(severity, noun)| (number(severity), noun))
        .filter(|(number, _)| *number > 0)
        .map(|(number, noun)| count(number, noun))
        .collect();
    if parts.is_empty() {
        None
    } else {
        Some(format!("{} in {}", parts.join(", "), count(pages, "page")))
    }
}

/// `Left out: 3 drafts, 1 page due on 5 January 2027 (--drafts shows them)`; `None` if every page
/// is published. `hint` says which option shows or hides them.
pub fn left_out(unpublished: &UnpublishedCounts, hint: &str) -> Option<String> {
    if unpublished.is_none() {
        return None;
    }
    let UnpublishedCounts {
        drafts,
        scheduled,
        next,
        expired,
    } = *unpublished;
    let day = |day: Date| day.strftime("%-d %B %Y").to_string();
    let due = next.map_or_else(String::new, |next| match scheduled {
        1 => format!(" due on {}", day(next)),
        _ => format!(" due from {}", day(next)),
    });
    let parts = [
        (drafts, count(drafts, "draft")),
        (scheduled, count(scheduled, "page") + &due),
        (expired, count(expired, "expired page")),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(_, text)| text)
        .collect();
    let pronoun = if drafts + scheduled + expired == 1 {
        "it"
    } else {
        "them"
    };
    Some(format!("Left out: {} ({hint} {pronoun})", parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Location;
    use crate::source::MemoryFiles;

    fn place(path: &str, line: u32, column: u32, length: u32) -> Location {
        Location {
            path: SourcePath::new(path).expect("inside"),
            line,
            column,
            length,
        }
    }

    fn written(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).expect("memory takes everything");
        anstream::adapter::strip_str(&String::from_utf8(out).expect("text")).to_string()
    }

    #[test]
    fn machines_get_every_part() {
        let problem = Diagnostic::new(Code::BrokenLink, "100%: no `b,c.md`")
            .at(place("content/a:b.md", 4, 1, 11))
            .with_related(place("content/c.md", 1, 2, 0), "here")
            .suggest_if("b,c", Some("b.md"));
        let mut files = MemoryFiles::default();
        files.put("content/a:b.md", "\n\n\n[text](b,c)\n");
        assert_eq!(
            written(|out| json(out, &problem, &mut FixLocations::new(&files))),
            "{\"severity\":\"error\",\"code\":\"broken-link\",\"message\":\"100%: no `b,c.md`\",\"path\":\"content/a:b.md\",\"line\":4,\
             \"column\":1,\"help\":\"did you mean `b.md`?\",\"related\":[{\"path\":\"content/c.md\",\"line\":1,\"column\":2,\"message\":\"here\"}],\
             \"fix\":{\"line\":4,\"column\":8,\"end_column\":11,\"replacement\":\"b.md\",\"applicability\":\"maybe-incorrect\"},\"caused_by\":null}\n"
        );
        assert_eq!(
            written(|out| github(out, &problem, Path::new("docs"))),
            "::error file=docs/content/a%3Ab.md,line=4,col=1,title=broken-link::100%25: no `b,c.md`%0Adid you mean `b.md`?\n"
        );
        let bare = Diagnostic::new(Code::Internal, "no `base_url`");
        assert_eq!(
            written(|out| json(out, &bare, &mut FixLocations::new(&files))),
            "{\"severity\":\"error\",\"code\":\"internal\",\"message\":\"no `base_url`\",\"path\":null,\"line\":null,\"column\":null,\"help\":null,\"related\":[],\"fix\":null,\"caused_by\":null}\n"
        );
        assert_eq!(
            written(|out| github(out, &bare, Path::new(""))),
            "::error title=internal::no `base_url`\n"
        );
    }

    #[test]
    fn people_get_fifty_of_a_code() {
        let files = MemoryFiles::default();
        let mut problems = vec![Diagnostic::new(Code::EmptyPage, "empty"); 3];
        problems.extend(vec![Diagnostic::new(Code::BrokenLink, "broken"); 1362]);
        let printed = |shown_max| {
            let mut is_cut = false;
            let text = written(|out| {
                is_cut = draw(
                    out,
                    &group_problems(&problems),
                    &mut ProblemRenderer::new(&files, Path::new(""), 100),
                    shown_max,
                )?;
                Ok(())
            });
            (text.matches("error[broken-link]: broken").count(), is_cut)
        };
        assert_eq!(
            (printed(SHOWN_MAX), printed(usize::MAX)),
            ((50, true), (1362, false))
        );
        assert!(CUT.contains(&SHOWN_MAX.to_string()));
        assert_eq!(
            summary(&problems, 1240).as_deref(),
            Some("1 362 errors, 3 warnings in 1 240 pages")
        );
        assert_eq!(summary(&[], 3), None);
    }

    #[test]
    fn pages_that_are_left_out_are_counted() {
        let text = |drafts, scheduled, expired| {
            let counts = UnpublishedCounts {
                drafts,
                scheduled,
                next: (scheduled > 0).then(|| jiff::civil::date(2027, 1, 5)),
                expired,
            };
            left_out(&counts, "--drafts shows")
        };
        assert_eq!(text(0, 0, 0), None);
        assert_eq!(
            text(3, 1, 0).as_deref(),
            Some("Left out: 3 drafts, 1 page due on 5 January 2027 (--drafts shows them)")
        );
        assert_eq!(
            text(0, 0, 1).as_deref(),
            Some("Left out: 1 expired page (--drafts shows it)")
        );
        assert_eq!(
            text(1, 4, 2).as_deref(),
            Some(
                "Left out: 1 draft, 4 pages due from 5 January 2027, 2 expired pages (--drafts shows them)"
            )
        );
    }
}
