//! `handsel build`: content in, the published site out, or nothing at all.

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
use super::{CommandError, Status, addresses, output, problem_output, verify};
use crate::diagnostic::{Code, Diagnostic, printable_name};
use crate::disk::memory_hints::use_small_pages;
use crate::disk::publish::{CommitSummary, PublishError, PublishOptions, Publisher};
use crate::fingerprint::Fingerprint;
use crate::paths::OutputPath;
use crate::pipeline::build_cache::BuildCache;
use crate::pipeline::profile::Stage;
use crate::pipeline::{self, BuildResult, Request, Sink};

/// Files of others that are named before the rest is counted.
const FOREIGN_NAMED_MAX: usize = 5;

const EXAMPLES: &str = "\
Examples:
  handsel build                                   the site in this folder, into public/
  handsel build --root docs --output /srv/www     another folder's, elsewhere
  handsel build --lenient                         text just brought along, as far as it goes

A build with errors publishes nothing: the output folder stays as it was.";

/// Make the site
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Replace files in the output folder that Handsel did not write
    #[arg(long)]
    pub force: bool,
    /// Make everything once more without the cache, and compare byte for byte
    #[arg(long, conflicts_with = "no_cache")]
    pub verify_cache: bool,
    #[command(flatten)]
    pub site: SiteOptions,
}

/// The publisher, or why there is none. It looks through the output folder while the sources are
/// read.
type PendingPublisher = OnceLock<Result<Publisher, PublishError>>;

/// Stages what the pipeline makes.
struct StagingSink<'a> {
    begun: &'a PendingPublisher,
    files: Arc<AtomicUsize>,
}

impl StagingSink<'_> {
    /// Waits for the publisher. An error is told when the build is over; here it ends it.
    fn publisher(&self) -> Result<&Publisher, String> {
        self.begun.wait().as_ref().map_err(ToString::to_string)
    }
}

impl Sink for StagingSink<'_> {
    /// The threads that make pages must not wait: the publisher needs them to look through its
    /// folder.
    fn ready(&self) {
        self.begun.wait();
    }

    fn put(
        &self,
        path: &OutputPath,
        bytes: Cow<'static, [u8]>,
        print: Fingerprint,
    ) -> Result<(), String> {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.publisher()?
            .stage_known(path, bytes, print)
            .map_err(|error| error.to_string())
    }

    fn copy(
        &self,
        path: &OutputPath,
        file: &mut dyn Read,
        print: Fingerprint,
    ) -> Result<Fingerprint, String> {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.publisher()?
            .stage_file(path, file, print)
            .map_err(|error| error.to_string())
    }

    fn keep(&self, path: &OutputPath, print: Fingerprint) -> bool {
        let is_kept = self
            .publisher()
            .is_ok_and(|publisher| publisher.keep(path, print).unwrap_or(false));
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
    options: &Options,
    common: &CommonOptions,
    console: &Console,
) -> Result<Status, CommandError> {
    let begun = Instant::now();
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
    let begun_publisher = PendingPublisher::new();
    let mut built = std::thread::scope(|scope| {
        scope.spawn(|| {
            drop(begun_publisher.set(Publisher::begin(&output, &staging_parent, publish_options)))
        });
        let memory = BuildCache::of(cache).with_aside(staging_parent.clone());
        pipeline::build(
            &site.disk,
            &request,
            &StagingSink {
                begun: &begun_publisher,
                files,
            },
            &memory,
        )
    });
    let publisher = begun_publisher
        .into_inner()
        .expect("the thread that begins has ended")?;
    drop(progress);
    let built_in = begun.elapsed();
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
            &format!("Nothing was published; {} is as it was.", folder(&output)),
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
    let whole = begun.elapsed();
    if options.site.profile {
        built.profile.stages.push(Stage {
            name: "move into place",
            took: whole.saturating_sub(built_in),
            count: published.written,
        });
        problem_output::profile(console, &built.profile, whole);
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

/// A file of others that lies where one of ours goes.
fn occupied_path_help(path: &OutputPath, output: &Path) -> Diagnostic {
    let message = format!(
        "{}{path} is in the way, and Handsel did not write it",
        folder(output)
    );
    Diagnostic::new(Code::ForeignFile, message).help("move it away, or replace it with --force")
}

/// What others put into the output folder, so that nobody wonders who did.
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
        "not from Handsel, and left alone in {}: {}{rest}",
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
    let left_out = match built.left_out {
        0 => String::new(),
        left_out => format!(
            "\nLeft out, because they could not be made: {}.{}",
            count(left_out, "page"),
            named(built, console)
        ),
    };
    format!(
        "Built {pages} ({files}, {bytes}) into {} in {}: {written} written, {unchanged} unchanged, {removed} removed.{left_out}",
        folder(output),
        duration(whole)
    )
}

/// Where the pages that were left out are named. The settings can turn that report off.
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
            " The first {} are named above; `--all-problems` names each.",
            problem_output::SHOWN_MAX
        );
    }
    " Each is named above.".to_owned()
}

/// What to do next: how to look at the site, or how to begin one.
fn next(built: &BuildResult, output: &Path) -> String {
    const LOOK: &str = "python3 -m http.server -d";
    if built.pages == 0 {
        return "No page is published yet: all of them are drafts, expired or still to come. `handsel serve` shows them.".to_owned();
    }
    let output = printable_name(&output.to_string_lossy());
    match built.settings.base_path() {
        "/" => format!("To look at it, run `{LOOK} {output}` and open http://localhost:8000/"),
        path => format!(
            "Its links begin with {path}, where your host has to serve {output}. To look at it here, build it once more with\n\
             `--base-url http://localhost:8000/ --output preview`, run `{LOOK} preview` and open http://localhost:8000/"
        ),
    }
}

/// The output folder as it is told, with a slash.
fn folder(output: &Path) -> String {
    let shown = printable_name(&output.to_string_lossy());
    if shown.ends_with('/') {
        shown
    } else {
        shown + "/"
    }
}
