//! `handsel why`: prints which changed input made the last build render a page, or why it did not.

use clap::Args;
use serde_json::json;

use super::console::{Console, OutputStream};
use super::options::{CommonOptions, Format, SiteOptions};
use super::site_root::SiteRoot;
use super::{CommandError, Status};
use crate::diagnostic::{nearest, printable_name};
use crate::escape;
use crate::paths::{OutputPath, Route};
use crate::pipeline::build_cache::{BuildCache, OutputRecord, OutputRecords};
use crate::pipeline::load_links::load_links;
use crate::pipeline::why::{InputChange, RebuildReason};
use crate::pipeline::{self, Request};
use crate::settings::Settings;
use crate::site::{LinkTarget, UnpublishedReason};

const EXAMPLES: &str = "\
Examples:
  handsel why /guides/give-first/     explain why the last build rendered this page, or did not
  handsel why /                       explain the home page
  handsel why / --format json         print the answer as JSON";

/// How many pages are named; the rest are counted.
const NAMED_MAX: usize = 8;

/// Explain why the last build rendered a page, or did not
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct WhyOptions {
    /// The page's address, as the browser shows it
    #[arg(value_name = "ADDRESS")]
    pub address: String,
    #[command(flatten)]
    pub site: SiteOptions,
}

pub fn run(
    options: &WhyOptions,
    common: &CommonOptions,
    console: &Console,
) -> Result<Status, CommandError> {
    let site = SiteRoot::open(common)?;
    let request = options.site.request(common, &site, false)?;
    let records = BuildCache::read_only(options.site.cache(&site))
        .output_records(pipeline::build_mode(&request));
    if records.outputs.is_empty() {
        return Err(
            CommandError::new("there is no record of a build of this site")
                .help("run `handsel build` first, with the same options"),
        );
    }
    let path = output_path(&options.address, &site.settings());
    let record = path
        .as_ref()
        .and_then(|path| Some((path, records.outputs.get(path)?)));
    let Some((path, record)) = record else {
        let unpublished = path
            .as_ref()
            .and_then(|path| unpublished(&site, &request, &path.route()));
        return Err(unpublished.unwrap_or_else(|| unknown(&options.address, &records)));
    };
    if console.format == Format::Json {
        console.print_json(OutputStream::Output, &as_json(path, record, &records));
    } else {
        console.print(OutputStream::Output, &in_words(path, record, &records));
    }
    Ok(Status::Done)
}

/// The output file of an address. The address may have an origin and the base path, and may lack
/// the slash at its end.
fn output_path(address: &str, settings: &Settings) -> Option<OutputPath> {
    let address = address.split(['#', '?']).next().unwrap_or(address);
    let path = match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => address,
    };
    let path = escape::percent_decode(path)?;
    let base = settings.base_path();
    let below = path
        .strip_prefix(base)
        .filter(|_| base != "/")
        .map(str::to_owned)
        .unwrap_or(path);
    let route = Route::new(&format!("/{}", below.trim_start_matches('/'))).ok()?;
    let is_file = route
        .as_str()
        .rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'));
    Some(if is_file {
        route.output_path()
    } else {
        route.as_folder().output_path()
    })
}

/// The error for a page of the site that the last build did not publish; `None` if the site has no
/// page at `route`.
fn unpublished(site: &SiteRoot, request: &Request, route: &Route) -> Option<CommandError> {
    let links = load_links(&site.disk, request, BuildCache::read_only(None).pages());
    let links = links.site();
    match links.tables.by_route.get(route)? {
        LinkTarget::Hidden { source, why } => {
            let error = CommandError::new(format!(
                "the last build published no page at `{route}`: {} is {why}",
                site.show(source)
            ));
            let is_shown_with_drafts =
                matches!(why, UnpublishedReason::Draft | UnpublishedReason::ToCome);
            Some(if is_shown_with_drafts {
                error.help("to include it, add `--drafts` to `handsel build` and to this command")
            } else {
                error
            })
        }
        LinkTarget::Page(page) => {
            let source = site.show(&links.page(*page).entry.source);
            let error = CommandError::new(format!(
                "the last build published no page at `{route}`: {source} is newer"
            ));
            Some(error.help("run `handsel build` first"))
        }
        _ => None,
    }
}

fn unknown(address: &str, records: &OutputRecords) -> CommandError {
    let known: Vec<String> = records
        .outputs
        .keys()
        .map(|path| path.route().to_string())
        .collect();
    let error = CommandError::new(format!(
        "the last build published no page at `{}`",
        printable_name(address)
    ));
    match nearest(address, known.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => {
            error.help("write the address as the browser shows it, such as /guides/give-first/")
        }
    }
}

fn in_words(path: &OutputPath, record: &OutputRecord, records: &OutputRecords) -> String {
    let route = path.route();
    let was_made = record.made_in == records.build;
    let when = if was_made {
        format!("{route} was rendered by the last build")
    } else {
        let since = records.build - record.made_in;
        let builds = if since == 1 {
            "one build ago".to_owned()
        } else {
            format!("{since} builds ago")
        };
        format!(
            "{route} was not rendered by the last build, because none of its inputs had changed.\nIt was last rendered {builds}"
        )
    };
    format!("{when}, {}", reason(&record.why))
}

fn reason(why: &RebuildReason) -> String {
    match why {
        RebuildReason::New => {
            "because it was not in the cache: the page is new, or the cache was empty.".to_owned()
        }
        RebuildReason::Gone => {
            "because the published file was missing, or had changed since Handsel wrote it."
                .to_owned()
        }
        RebuildReason::Changed { changes, shown } => {
            let changes: Vec<String> = changes
                .iter()
                .map(|change| format!("  - {change}"))
                .collect();
            format!(
                "because of a change in\n{}{}",
                changes.join("\n"),
                named(shown)
            )
        }
    }
}

fn named(shown: &[crate::paths::SourcePath]) -> String {
    if shown.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = shown
        .iter()
        .take(NAMED_MAX)
        .map(crate::paths::SourcePath::as_str)
        .collect();
    let rest = if shown.len() > NAMED_MAX {
        format!(" and {} more", shown.len() - NAMED_MAX)
    } else {
        String::new()
    };
    format!(
        "\nIt shows information about these changed pages: {}{rest}.",
        printable_name(&names.join(", "))
    )
}

fn as_json(path: &OutputPath, record: &OutputRecord, records: &OutputRecords) -> String {
    let word = |change: &InputChange| serde_json::to_value(change).unwrap_or_default();
    let (reason, changes, shown) = match &record.why {
        RebuildReason::New => ("new", Vec::new(), Vec::new()),
        RebuildReason::Gone => ("gone", Vec::new(), Vec::new()),
        RebuildReason::Changed { changes, shown } => {
            ("changed", changes.iter().map(word).collect(), shown.clone())
        }
    };
    let was_made = record.made_in == records.build;
    json!({
        "address": path.route(), "made_by_last_build": was_made, "made_in": record.made_in, "last_build": records.build,
        "reason": reason, "changes": changes, "shown": shown,
    })
    .to_string()
}
