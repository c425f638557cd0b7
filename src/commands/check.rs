//! `handsel check`: prints every problem that a build would find, and those of the value audit.
//! Nothing is written.

use std::sync::Arc;
use std::time::Instant;

use clap::Args;

use super::console::{Console, OutputStream};
use super::format::{count, grouped};
use super::options::{CommonOptions, SiteOptions};
use super::site_root::SiteRoot;
use super::{CommandError, Status, output, problem_output, profile_output};
use crate::diagnostic::Diagnostic;
use crate::disk::atomic_file;
use crate::disk::move_files::{self, FileEdit, FileMoves};
use crate::paths::SourcePath;
use crate::pipeline::build_cache::BuildCache;
use crate::pipeline::foreign::{self, RewrittenFile};
use crate::pipeline::{self, NullSink, Request};

const EXAMPLES: &str = "\
Examples:
  handsel check                    print every problem, where it is and how to fix it
  handsel check --format github    print problems as annotations of a pull request
  handsel check --format sarif     print problems as a SARIF log, for code hosts
  handsel check --strict           fail on warnings too, for continuous integration
  handsel check --fix              replace old names and those of other generators, then check";

/// Find every problem; write nothing
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct CheckOptions {
    /// Replace old names and other generators' keys (`tags`, `date` …) where the meaning stays the
    /// same
    #[arg(long)]
    pub fix: bool,
    #[command(flatten)]
    pub site: SiteOptions,
}

pub fn run(
    options: &CheckOptions,
    common: &CommonOptions,
    console: &Console,
) -> Result<Status, CommandError> {
    let started = Instant::now();
    let site = SiteRoot::open(common)?;
    let request = options.site.request(common, &site, true)?;
    output::choose(&site, &site.settings(), options.site.output.as_deref())?;
    if options.fix {
        fix(&site, &request, console)?;
    }
    let mut built = pipeline::build(
        &site.disk,
        &request,
        &NullSink,
        &BuildCache::read_only(options.site.cache(&site)),
    );
    if let Some(failure) = built.failure {
        return Err(CommandError::new(failure));
    }
    built
        .problems
        .extend(problem_output::no_pages(&built, &site));
    built.name_renamed_files();
    problem_output::problems(console, &site, &mut built.problems, OutputStream::Output);
    if options.site.profile {
        profile_output::profile(
            console,
            &built.profile,
            &built.unpublished,
            started.elapsed(),
        );
    }
    match problem_output::summary(&built.problems, built.pages) {
        Some(summary) => console.print(console.stream(OutputStream::Output), &summary),
        None => console.answer(&format!("No problems in {}.", count(built.pages, "page"))),
    }
    Ok(if built.problems.iter().any(Diagnostic::is_error) {
        Status::ContentErrors
    } else {
        Status::Done
    })
}

/// Replaces old names and those of other generators in the sources, and prints each change.
fn fix(site: &SiteRoot, request: &Request, console: &Console) -> Result<(), CommandError> {
    let rewritten = foreign::rewrite(&site.disk, request);
    for file in &rewritten {
        if let Some(to) = &file.renamed {
            rename(site, file, to)?;
            console.answer(&format!(
                "  renamed  {} → {}",
                site.show(&file.path),
                site.show(to)
            ));
        } else {
            let folder = site.disk.root().join(file.path.folder().as_str());
            atomic_file::replace(&folder, file.path.name(), &file.after).map_err(|error| {
                CommandError::new(format!(
                    "{} cannot be written: {error}",
                    site.show(&file.path)
                ))
            })?;
        }
        if file.names.is_empty() {
            continue;
        }
        let names: Vec<String> = file
            .names
            .iter()
            .map(|(old, new)| format!("{old} → {new}"))
            .collect();
        console.answer(&format!(
            "  rewrote  {}: {}",
            site.show(file.renamed.as_ref().unwrap_or(&file.path)),
            names.join(", ")
        ));
    }
    let names: usize = rewritten.iter().map(|file| file.names.len()).sum();
    let edited = rewritten.iter().filter(|file| !file.names.is_empty());
    let renamed = rewritten.iter().filter(|file| file.renamed.is_some());
    let mut summary = format!(
        "Rewrote {} in {}",
        if names == 1 {
            "1 name".to_owned()
        } else {
            format!("{} names", grouped(names))
        },
        count(edited.count(), "file")
    );
    match renamed.count() {
        0 => {}
        files => summary += &format!(" and renamed {}", count(files, "file")),
    }
    console.answer(&(summary + "."));
    Ok(())
}

/// Gives a file its new name and its new text in one step.
fn rename(site: &SiteRoot, file: &RewrittenFile, to: &SourcePath) -> Result<(), CommandError> {
    let edit = FileEdit {
        path: to.clone(),
        before: Arc::clone(&file.before),
        after: Arc::clone(&file.after),
    };
    let planned = FileMoves {
        from: file.path.clone(),
        to: to.clone(),
        edited: vec![edit],
    };
    move_files::carry_out(&site.disk, &planned).map_err(|error| {
        CommandError::new(format!(
            "{} cannot be renamed: {error}",
            site.show(&file.path)
        ))
    })
}
