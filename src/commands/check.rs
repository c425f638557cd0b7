//! `handsel check`: every problem that a build finds, and the value audit; nothing is written.

use std::time::Instant;

use clap::Args;

use super::console::{Console, Stream};
use super::figures::count;
use super::options::{CommonOptions, SiteOptions};
use super::site_folder::SiteFolder;
use super::{CannotRun, Status, output, print};
use crate::diagnostic::Diagnostic;
use crate::pipeline::memory::Memory;
use crate::pipeline::{self, Nowhere};

const EXAMPLES: &str = "\
Examples:
  handsel check                    every problem, with its place and what to do
  handsel check --format github    as annotations of a pull request
  handsel check --strict           warnings fail too, for continuous integration";

/// Find every problem; nothing is written
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    #[command(flatten)]
    pub site: SiteOptions,
}

pub fn run(options: &Options, common: &CommonOptions, console: &Console) -> Result<Status, CannotRun> {
    let begun = Instant::now();
    let site = SiteFolder::open(common)?;
    let request = options.site.request(common, &site, true)?;
    output::choose(&site, &site.settings(), options.site.output.as_deref())?;
    let mut built = pipeline::build(&site.disk, &request, &Nowhere, &Memory::recalling(options.site.cache(&site)));
    if let Some(failure) = built.failure {
        return Err(CannotRun::new(failure));
    }
    print::problems(console, &site, &mut built.problems, Stream::Output);
    if options.site.profile {
        print::profile(console, &built.profile, begun.elapsed());
    }
    match print::summary(&built.problems, built.pages) {
        Some(summary) => console.print(console.stream(Stream::Output), &summary),
        None => console.answer(&format!("No problem in {}.", count(built.pages, "page"))),
    }
    Ok(if built.problems.iter().any(Diagnostic::is_error) { Status::ContentErrors } else { Status::Done })
}
