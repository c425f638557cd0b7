//! `handsel report`: the state of the whole site for its maintainers, as one HTML file or as JSON.

use std::path::{Path, PathBuf};

use clap::Args;

use super::console::{Console, OutputStream};
use super::options::{CACHE_NAME, CommonOptions, Format, SiteOptions};
use super::site_root::SiteRoot;
use super::{CommandError, Status};
use crate::diagnostic::printable_name;
use crate::disk::atomic_file;
use crate::disk::new_file::create_new;
use crate::output::report::{BEGINNING, feedback, html, report};
use crate::paths::SourcePath;
use crate::pipeline::build_cache::BuildCache;
use crate::pipeline::load_links::load_links;
use crate::pipeline::{self, NullSink};

const EXAMPLES: &str = "\
Examples:
  handsel report                                write .handsel/report.html (never published)
  handsel report --feedback answers.csv         include readers' answers
  handsel report --to ~/site.html               write another file
  handsel report --format json                  print JSON to standard output

Answers are a CSV file with a header row, or one JSON object per line. Their fields are the page's address (page or
url), helped (yes or no), reason, words and date. The address and one other field are required.";

/// Write one page about the whole site: freshness, orphans, problems and readers' answers
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ReportOptions {
    /// A file of readers' answers: CSV or JSON lines
    #[arg(long, value_name = "FILE")]
    pub feedback: Option<PathBuf>,
    /// The file to write [default: .handsel/report.html in the site's folder]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Replace the file even if it is not a report
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub site: SiteOptions,
}

pub fn run(
    options: &ReportOptions,
    common: &CommonOptions,
    console: &Console,
) -> Result<Status, CommandError> {
    let site = SiteRoot::open(common)?;
    let request = options.site.request(common, &site, true)?;
    let build_cache = BuildCache::read_only(options.site.cache(&site));
    let answers = options.feedback.as_deref().map(read_answers).transpose()?;
    let target = options
        .to
        .clone()
        .unwrap_or_else(|| site.shown.join(CACHE_NAME).join("report.html"));
    if console.format != Format::Json && !options.force {
        refuse_foreign(&target)?;
    }
    let built = pipeline::build(&site.disk, &request, &NullSink, &build_cache);
    let links = load_links(&site.disk, &request, build_cache.pages());
    let report = report(links.site(), &built.problems, answers.as_ref());
    if console.format == Format::Json {
        let text = serde_json::to_string(&report).expect("plain values can be written as JSON");
        console.print_json(OutputStream::Output, &text);
        return Ok(Status::Done);
    }
    if options.to.is_none() {
        write_gitignore(&site);
    }
    write(&target, &html(&report)).map_err(|error| {
        CommandError::new(format!("{} cannot be written: {error}", target.display()))
            .help("choose another file with --to")
    })?;
    if let Some(answers) = &answers {
        console.answer(&answers_summary(answers));
    }
    console.answer(&format!(
        "Wrote {}: open it in a browser. It is for you and not part of the site.",
        printable_name(&target.to_string_lossy())
    ));
    Ok(Status::Done)
}

/// A sentence about how many answers were read and how many lines could not be read.
fn answers_summary(answers: &feedback::ReaderAnswers) -> String {
    let count = answers.answers.len();
    let mut said = format!(
        "Read {count} {}",
        if count == 1 { "answer" } else { "answers" }
    );
    if let Some(first) = answers.unread.first() {
        let many = answers.unread.len();
        let lines = if many == 1 {
            "one line".to_owned()
        } else {
            format!("{many} lines")
        };
        said.push_str(&format!(
            "; {lines} could not be read (first: line {first})"
        ));
    }
    said + "."
}

fn read_answers(file: &Path) -> Result<feedback::ReaderAnswers, CommandError> {
    let missing = || {
        CommandError::new(format!(
            "the answers file `{}` does not exist",
            file.display()
        ))
        .help("check the path; it is relative to the current folder")
    };
    let bytes = atomic_file::read_named(file)
        .map_err(|error| {
            CommandError::new(format!("`{}` cannot be read: {error}", file.display()))
        })?
        .ok_or_else(missing)?;
    let text = String::from_utf8(bytes).map_err(|_| {
        CommandError::new(format!("`{}` is not UTF-8", file.display())).help("save it as UTF-8")
    })?;
    feedback::read(&text).map_err(|feedback::MissingPageColumn(names)| {
        CommandError::new(format!("`{}` has no column for the address of the page; its columns are {}", file.display(), names.join(", ")))
            .help("name that column `page` or `url`, and the others `helped`, `reason`, `words` and `date`")
    })
}

/// Makes git ignore Handsel's own folder, even if the site's `.gitignore` does not name it. The
/// report is written even if this fails.
fn write_gitignore(site: &SiteRoot) {
    if let Ok(path) = SourcePath::new(&format!("{CACHE_NAME}/.gitignore")) {
        let _ = create_new(site.disk.root(), &path, b"*\n");
    }
}

/// Refuses to write over a file that is not an earlier report.
fn refuse_foreign(target: &Path) -> Result<(), CommandError> {
    match atomic_file::beginning(target, BEGINNING.len()) {
        Ok(None) => Ok(()),
        Ok(Some(beginning)) if beginning == BEGINNING.as_bytes() => Ok(()),
        Ok(Some(_)) | Err(_) => {
            let message = format!(
                "{} is not a report and would be overwritten",
                target.display()
            );
            Err(CommandError::new(message)
                .help("choose another file with --to, or replace this one with --force"))
        }
    }
}

fn write(target: &Path, text: &str) -> std::io::Result<()> {
    let folder = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let name = target.file_name().ok_or(std::io::ErrorKind::InvalidInput)?;
    atomic_file::replace(folder, &name.to_string_lossy(), text.as_bytes())
}
