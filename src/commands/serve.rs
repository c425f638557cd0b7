//! `handsel serve`: shows the site in the browser as it would be built, and follows each save.
//!
//! The loop waits for changed files, refreshes the preview and prints one line per save. Problems
//! in the content are reported and never end the command. Apart from the cache, the only file that
//! it writes is the note in `.handsel/` by which `--goto` finds the running preview.

mod goto;
mod port;
mod save_reporter;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use clap::Args;

use super::console::{Console, OutputStream};
use super::format::{count, duration};
use super::options::{CommonOptions, Format, SiteOptions, current_time};
use super::site_root::SiteRoot;
use super::{CommandError, Status, output, problem_output};
use crate::disk::instance_file;
use crate::disk::memory_hints::{take_any_pages, use_small_pages};
use crate::pipeline::build_cache::BuildCache;
use crate::pipeline::session::{ChangedPaths, Session};
use crate::preview::goto::InstanceNote;
use crate::preview::{self, Preview};
use crate::source::{Files, ListingRules};
use crate::watch::{self, PollingMode, WatchOptions, Watcher};
use save_reporter::SaveReporter;

/// The interval between scans with `--poll`.
const POLL_PAUSE: Duration = Duration::from_millis(200);

const EXAMPLES: &str = "\
Examples:
  handsel serve --open                         open the site in your browser
  handsel serve --port 8080                    use this port
  handsel serve --host 0.0.0.0                 also serve other devices, such as your phone
  handsel serve --goto content/index.md:12     scroll the open tab to that line

The preview includes drafts and pages with a future date. To stop it, press Ctrl-C.";

/// Show the site in the browser and follow each save
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct ServeOptions {
    /// The port [default: 4000, or the next free port]
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// The address to listen on; 0.0.0.0 lets others on your network see the site
    #[arg(
        long,
        value_name = "HOST",
        default_value = "127.0.0.1",
        hide_default_value = true
    )]
    pub host: String,
    /// Open the browser
    #[arg(long)]
    pub open: bool,
    /// Scan for changes at intervals, for file systems that do not report them
    #[arg(long)]
    pub poll: bool,
    /// Hide drafts and pages with a future date, as a build does
    #[arg(long, conflicts_with = "drafts")]
    pub no_drafts: bool,
    /// Scroll the open tab of a running preview to this line
    #[arg(long, value_name = "FILE:LINE")]
    pub goto: Option<String>,
    /// Print which files each save changed
    #[arg(long, short)]
    pub verbose: bool,
    #[command(flatten)]
    pub site: SiteOptions,
}

/// How long after the start the cache is written, so that the first pages are not delayed.
const REMEMBER_AFTER: Duration = Duration::from_secs(3);

/// How often the date is checked. On a new day pages can appear, expire or become due for review.
const DAY_CHECK: Duration = Duration::from_secs(20);

/// What the loop waits for.
enum ServeEvent {
    Touched(ChangedPaths),
    /// A message about watching.
    Said(String),
    End,
}

pub fn run(
    options: &ServeOptions,
    common: &CommonOptions,
    console: &Console,
) -> Result<Status, CommandError> {
    let started = Instant::now();
    if common.format == Format::Sarif {
        let message = "a preview cannot print problems as SARIF, which is one document";
        return Err(CommandError::new(message).help("use `handsel check --format sarif`"));
    }
    let site = SiteRoot::open(common)?;
    if let Some(place) = &options.goto {
        return goto::run(place, &site, console);
    }
    let mut request = options.site.request(common, &site, false)?;
    request.with_drafts = !options.no_drafts;
    output::choose(&site, &site.settings(), options.site.output.as_deref())?;
    let listener = port::bind(&options.host, options.port)?;
    let files: Arc<dyn Files + Send + Sync> = Arc::new(site.disk.clone());
    let (events, waited) = mpsc::channel();
    use_small_pages();
    let live = Arc::new(Session::open(
        Arc::clone(&files),
        request,
        BuildCache::of(options.site.cache(&site)),
    ));
    // An editor or a browser that is started from here must not inherit this setting.
    take_any_pages();
    // Watching begins after the first read, or it would report every file that is opened. A full
    // scan then finds what changed in between. See DECISIONS: "The preview watches after it has
    // read".
    let mut rules = live.listing_rules();
    let watcher = watch(&site, &rules, &events, options.poll)?;
    let _ = events.send(ServeEvent::Touched(ChangedPaths::Everything));
    let preview = start(&listener, &live, files, options, &site)?;
    preview.on_end(move || {
        let _ = events.send(ServeEvent::End);
    });
    let note = InstanceNote {
        address: port::local_address(preview.address()),
        token: preview.token().to_owned(),
        pid: std::process::id(),
    };
    let note = serde_json::to_string(&note).expect("an address and a token are JSON");
    if let Err(error) = instance_file::write(site.disk.root(), &note) {
        console.write_note(&format!(
            "Note: {} cannot be written ({error}), so --goto cannot find this preview.",
            instance_file::SERVE_NOTE
        ));
    }
    let mut save_reporter = SaveReporter::new(console, &site, options.verbose);
    save_reporter.first(&preview.problems(), live.pages());
    print_ready(console, &preview, &live, started, options);
    save_cache_later(&live);
    loop {
        let touched = match waited.recv_timeout(DAY_CHECK) {
            Ok(ServeEvent::Touched(touched)) => touched,
            Ok(ServeEvent::Said(words)) => {
                console.write_note(&format!("Note: {words}."));
                continue;
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Some(rendered) = preview.set_date(current_time()?) {
                    console.answer(&format!(
                        "A new day has begun: rendered {}.",
                        count(rendered, "open page")
                    ));
                    save_reporter.problems(&preview.problems());
                }
                continue;
            }
            Ok(ServeEvent::End) | Err(RecvTimeoutError::Disconnected) => break,
        };
        let started = Instant::now();
        let saved = preview.refresh(&touched);
        save_reporter.saved(&saved, &live, started.elapsed());
        save_reporter.problems(&preview.problems());
        if live.listing_rules() != rules {
            rules = live.listing_rules();
            watcher.set_rules(rules.clone());
        }
    }
    live.save_some();
    instance_file::remove(site.disk.root(), &note);
    Ok(Status::Done)
}

/// Writes the cache for the next start, after a delay.
fn save_cache_later(live: &Arc<Session>) {
    let live = Arc::clone(live);
    std::thread::spawn(move || {
        std::thread::sleep(REMEMBER_AFTER);
        live.save_some();
    });
}

fn start(
    listener: &std::net::TcpListener,
    live: &Arc<Session>,
    files: Arc<dyn Files + Send + Sync>,
    options: &ServeOptions,
    site: &SiteRoot,
) -> Result<Preview, CommandError> {
    let reported = preview::PreviewOptions {
        host: options.host.clone(),
        root: site.disk.root().to_owned(),
        shown: site.shown.clone(),
    };
    let listener = listener.try_clone();
    let started =
        listener.and_then(|listener| Preview::start(listener, Arc::clone(live), files, reported));
    started.map_err(|error| CommandError::new(format!("the preview cannot be started: {error}")))
}

fn print_ready(
    console: &Console,
    preview: &Preview,
    live: &Session,
    started: Instant,
    options: &ServeOptions,
) {
    let address = port::local_address(preview.address());
    let url = format!("http://{address}{}", live.base_path());
    if options.port.is_none() && address.port() != port::PORT_DEFAULT {
        console.write_note(&format!(
            "Port {} is taken, so this is the next free one.",
            port::PORT_DEFAULT
        ));
    }
    console.answer(&format!(
        "Ready at {url} in {}: {}. To stop, press Ctrl-C.",
        duration(started.elapsed()),
        count(live.pages(), "page")
    ));
    if let Some(text) = problem_output::left_out(&live.unpublished(), "--no-drafts hides") {
        console.answer(&format!("{text}."));
    }
    if preview.is_shared() {
        let others = port::on_the_network(preview.address());
        let others = others
            .map(|address| format!(" at http://{address}{}", live.base_path()))
            .unwrap_or_default();
        console.answer(&format!(
            "Everyone on your network can see the site{others}, including drafts. Opening the editor from a page is disabled."
        ));
    }
    if options.open
        && let Err(error) = open::that_detached(&url)
    {
        console.print(
            OutputStream::Error,
            &format!("The browser cannot be opened ({error}). Open {url} yourself."),
        );
    }
}

/// Starts to watch the site's folder. Changes are sent to `events`.
fn watch(
    site: &SiteRoot,
    rules: &ListingRules,
    events: &Sender<ServeEvent>,
    is_polling: bool,
) -> Result<Watcher, CommandError> {
    let polling = if is_polling {
        PollingMode::Always(POLL_PAUSE)
    } else {
        PollingMode::Auto
    };
    let (touched, said) = (events.clone(), events.clone());
    let tell = move |what: watch::Changes| {
        let _ = touched.send(ServeEvent::Touched(match what {
            watch::Changes::Paths(paths) => ChangedPaths::Paths(paths),
            watch::Changes::Everything => ChangedPaths::Everything,
        }));
    };
    let say = move |words: String| {
        let _ = said.send(ServeEvent::Said(words));
    };
    Watcher::start(
        &site.disk,
        WatchOptions {
            rules: rules.clone(),
            polling,
        },
        tell,
        say,
    )
    .map_err(|error| {
        CommandError::new(format!("the site's folder cannot be watched: {error}"))
            .help("scan it at intervals with --poll")
    })
}

/// The file and the line of a `FILE:LINE` argument; the line is 1 if it is missing.
fn split_place(place: &str) -> (PathBuf, u32) {
    let number = |text: &str| text.parse::<u32>().ok().filter(|line| *line > 0);
    // Compilers and Handsel's own messages write `file:line:column`.
    let (rest, last) = place
        .rsplit_once(':')
        .map_or((place, None), |(rest, last)| (rest, number(last)));
    let Some(last) = last else {
        return (place.into(), 1);
    };
    match rest
        .rsplit_once(':')
        .and_then(|(file, line)| Some((file, number(line)?)))
    {
        Some((file, line)) => (file.into(), line),
        None => (rest.into(), last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_as_people_write_them() {
        for (place, file, line) in [
            ("a.md:12", "a.md", 12),
            ("a.md:12:3", "a.md", 12),
            ("a.md", "a.md", 1),
            ("C:\\a.md:7", "C:\\a.md", 7),
            ("a:b.md", "a:b.md", 1),
            ("a.md:0", "a.md:0", 1),
        ] {
            assert_eq!(split_place(place), (PathBuf::from(file), line), "{place}");
        }
    }
}
