//! `handsel build`: publishes the whole site, or nothing if there are errors.

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use clap::Args;

use super::console::{Console, OutputStream};
use super::format::{count, duration, grouped, size};
use super::options::{CACHE_NAME, CommonOptions, Format, SiteOptions};
use super::progress::Progress;
use super::site_root::SiteRoot;
use super::{CommandError, Status, addresses, output, problem_output, profile_output, verify};
use crate::diagnostic::{Code, Diagnostic, printable_name};
use crate::disk::memory_hints::use_small_pages;
use crate::disk::publish::{CommitSummary, PublishError, PublishOptions, Publisher};
use crate::fingerprint::Fingerprint;
use crate::paths::OutputPath;
use crate::pipeline::build_cache::BuildCache;
use crate::pipeline::profile::Stage;
use crate::pipeline::{self, BuildResult, Request, Sink};

/// How many foreign files are named; the rest are counted.
const FOREIGN_NAMED_MAX: usize = 5;

const EXAMPLES: &str = "\
Examples:
  handsel build                                   build the site in this folder into public/
  handsel build --root docs --output /srv/www     build another folder's site into /srv/www
  handsel build --lenient                         publish what can be published despite errors

A build with errors publishes nothing: the output folder does not change.";

/// Build the site
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct BuildOptions {
    /// Replace files in the output folder that Handsel did not write
    #[arg(long)]
    pub force: bool,
    /// Build again without the cache, and compare both results byte for byte
    #[arg(long, conflicts_with = "no_cache")]
    pub verify_cache: bool,
    #[command(flatten)]
    pub site: SiteOptions,
}

/// The publisher, or why it could not begin. It scans the output folder while the sources are read.
type PendingPublisher = OnceLock<Result<Publisher, PublishError>>;

/// Stages the outputs of the pipeline.
struct StagingSink<'a> {
    publisher: &'a PendingPublisher,
    files: Arc<AtomicUsize>,
}

impl StagingSink<'_> {
    /// Waits for the publisher. An error ends the build here, and is reported after it.
    fn publisher(&self) -> Result<&Publisher, String> {
        self.publisher.wait().as_ref().map_err(ToString::to_string)
    }
}

impl Sink for StagingSink<'_> {
    /// Waits before the rendering threads start: the publisher needs the same threads to scan the
    /// output folder.
    fn ready(&self) {
        self.publisher.wait();
    }

    fn put(
        &self,
        path: &OutputPath,
        bytes: Cow<'static, [u8]>,
        hash: Fingerprint,
    ) -> Result<(), String> {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.publisher()?
            .stage_known(path, bytes, hash)
            .map_err(|error| error.to_string())
    }

    fn copy(
        &self,
        path: &OutputPath,
        file: &mut dyn Read,
        hash: Fingerprint,
    ) -> Result<Fingerprint, String> {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.publisher()?
            .stage_file(path, file, hash)
            .map_err(|error| error.to_string())
    }

    fn keep(&self, path: &OutputPath, hash: Fingerprint) -> bool {
        let is_kept = self
            .publisher()
            .is_ok_and(|publisher| publisher.keep(path, hash).unwrap_or(false));
        self.files
            .fetch_add(usize::from(is_kept), Ordering::Relaxed);
        is_kept
    }

    fn published(&self, path: &OutputPath) -> Option<Vec<u8>> {
        self.publisher().ok()?.bytes(path)
    }

    fn keep_all(&self, sum: Fingerprint) -> bool {
        self.publisher()
            .is_ok_and(|publisher| publisher.keep_all(sum))
    }
}

pub fn run(
    options: &BuildOptions,
    common: &CommonOptions,
    console: &Console,
) -> Result<Status, CommandError> {
    let started = Instant::now();
    use_small_pages();
    let site = SiteRoot::open(common)?;
    let settings = site.settings();
    let output = output::choose(&site, &settings, options.site.output.as_deref())?;
    let keeps_addresses = addresses::keeps_addresses(&options.site, &site, &settings, &output);
    let request = Request {
        keeps_addresses,
        ..options.site.request(common, &site, false)?
    };
    let cache = options.site.cache(&site);
    let publish_options = PublishOptions {
        force: options.force,
        cache: cache.clone(),
    };
    let staging_parent = site.disk.root().join(CACHE_NAME);
    let files = Arc::new(AtomicUsize::new(0));
    let progress = Progress::begin(console, Arc::clone(&files));
    let pending_publisher = PendingPublisher::new();
    let mut built = std::thread::scope(|scope| {
        scope.spawn(|| {
            drop(pending_publisher.set(Publisher::begin(&output, &staging_parent, publish_options)))
        });
        let build_cache = BuildCache::of(cache).with_aside(staging_parent.clone());
        pipeline::build(
            &site.disk,
            &request,
            &StagingSink {
                publisher: &pending_publisher,
                files,
            },
            &build_cache,
        )
    });
    let publisher = pending_publisher
        .into_inner()
        .expect("the thread that sets it has ended")?;
    drop(progress);
    let built_in = started.elapsed();
    if !options.force {
        built.problems.extend(
            publisher
                .conflicts()
                .iter()
                .map(|path| occupied_path_help(path, &output)),
        );
    }
    built
        .problems
        .extend(problem_output::no_pages(&built, &site));
    built.name_renamed_files();
    problem_output::problems(console, &site, &mut built.problems, OutputStream::Error);
    if let Some(summary) = problem_output::summary(&built.problems, built.pages) {
        console.print(OutputStream::Error, &summary);
    }
    if let Some(failure) = built.failure {
        return Err(CommandError::new(failure));
    }
    if built.problems.iter().any(Diagnostic::is_error) {
        console.print(
            OutputStream::Error,
            &format!("Nothing was published; {} is unchanged.", folder(&output)),
        );
        return Ok(Status::ContentErrors);
    }
    let mut ledger = Ok(0);
    let published = publisher.commit_with(|| {
        if let Some(now) = built.addresses.as_ref().filter(|_| keeps_addresses) {
            ledger = addresses::write(&site, now, &built.settings);
        }
    })?;
    let news = addresses::ledger_message(ledger, &site)?;
    let whole = started.elapsed();
    if options.site.profile {
        built.profile.stages.push(Stage {
            name: "move into place",
            took: whole.saturating_sub(built_in),
            count: published.written,
        });
        profile_output::profile(console, &built.profile, &built.unpublished, whole);
    }
    for note in built
        .notes
        .iter()
        .cloned()
        .chain(foreign(&published, &output))
        .chain(news)
    {
        console.write_note(&format!("Note: {note}."));
    }
    console.answer(&result(&built, &published, &output, whole, console));
    if options.verify_cache && !verify::verify(&site, &request, &output, &built.problems, console) {
        return Ok(Status::ContentErrors);
    }
    console.answer(&next(&built, &output));
    Ok(Status::Done)
}

impl From<PublishError> for CommandError {
    fn from(error: PublishError) -> Self {
        Self::new(error.to_string())
    }
}

/// The problem of a foreign file at the path of an output.
fn occupied_path_help(path: &OutputPath, output: &Path) -> Diagnostic {
    let message = format!(
        "{}{path} is in the way and was not written by Handsel",
        folder(output)
    );
    Diagnostic::new(Code::ForeignFile, message)
        .help("move it elsewhere, or replace it with --force")
}

/// The note that names foreign files in the output folder.
fn foreign(published: &CommitSummary, output: &Path) -> Option<String> {
    let named: Vec<&str> = published
        .foreign
        .iter()
        .take(FOREIGN_NAMED_MAX)
        .map(OutputPath::as_str)
        .collect();
    if named.is_empty() {
        return None;
    }
    let rest = published.foreign.len() - named.len();
    let rest = if rest == 0 {
        String::new()
    } else {
        format!(" and {} more", grouped(rest))
    };
    Some(format!(
        "{} has files that Handsel did not write and does not touch: {}{rest}",
        folder(output),
        printable_name(&named.join(", "))
    ))
}

fn result(
    built: &BuildResult,
    published: &CommitSummary,
    output: &Path,
    whole: Duration,
    console: &Console,
) -> String {
    let CommitSummary {
        written,
        unchanged,
        removed,
        files,
        bytes,
        ..
    } = published;
    let (pages, files, bytes) = (
        count(built.pages, "page"),
        count(*files, "file"),
        size(*bytes),
    );
    let (written, unchanged, removed) = (grouped(*written), grouped(*unchanged), grouped(*removed));
    let unpublished = problem_output::left_out(&built.unpublished, "--drafts shows")
        .map_or_else(String::new, |text| format!("\n{text}."));
    let left_out = match built.left_out {
        0 => String::new(),
        left_out => format!(
            "\nSkipped {} that could not be rendered.{}",
            count(left_out, "page"),
            named(built, console)
        ),
    };
    format!(
        "Built {pages} ({files}, {bytes}) into {} in {}: {written} written, {unchanged} unchanged, {removed} removed.{unpublished}{left_out}",
        folder(output),
        duration(whole)
    )
}

/// A sentence that says where the skipped pages are listed; empty if the settings turn that report
/// off.
fn named(built: &BuildResult, console: &Console) -> String {
    let reported = built
        .problems
        .iter()
        .filter(|problem| problem.code == Code::SkippedPage)
        .count();
    if reported == 0 {
        return String::new();
    }
    if console.format == Format::Human && !console.shows_all && reported > problem_output::SHOWN_MAX
    {
        return format!(
            " The first {} are listed above; `--all-problems` lists all.",
            problem_output::SHOWN_MAX
        );
    }
    " Each is listed above.".to_owned()
}

/// The next step for the writer: how to view the site, or how to see unpublished pages.
fn next(built: &BuildResult, output: &Path) -> String {
    const LOOK: &str = "python3 -m http.server -d";
    if built.pages == 0 {
        return "No page is published yet: every page is a draft, has expired or has a future date. To see them, run `handsel serve`.".to_owned();
    }
    let output = printable_name(&output.to_string_lossy());
    match built.settings.base_path() {
        "/" => format!("To view it, run `{LOOK} {output}` and open http://localhost:8000/"),
        path => format!(
            "Its links begin with {path}, so your host must serve {output} there. To view it on this computer, build it with\n\
             `--base-url http://localhost:8000/ --output preview`, run `{LOOK} preview` and open http://localhost:8000/"
        ),
    }
}

/// The output folder as it is printed, with a slash at its end.
fn folder(output: &Path) -> String {
    let shown = printable_name(&output.to_string_lossy());
    if shown.ends_with('/') {
        shown
    } else {
        shown + "/"
    }
}
