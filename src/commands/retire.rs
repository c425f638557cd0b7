//! `handsel retire ADDRESS…`: adds addresses that were removed on purpose to the setting `retired`.

use clap::Args;

use super::console::{Console, OutputStream};
use super::format::grouped;
use super::options::{CommonOptions, current_time};
use super::site_root::SiteRoot;
use super::{CommandError, Status, problem_output};
use crate::diagnostic::nearest;
use crate::disk::atomic_file;
use crate::pipeline::build_cache::BuildCache;
use crate::pipeline::{self, LedgerCheck, NullSink, Request, retire};
use crate::settings::{self, Settings};
use crate::site::address_ledger::{LEDGER_NAME, LedgerAddress, is_retired};
use crate::source::Files;

const EXAMPLES: &str = "\
Examples:
  handsel retire /2019/summer-sale/        retire one address and its anchors
  handsel retire '/forum/**'               retire every missing address below /forum/
  handsel retire '/guides/ask/#faq'        retire one anchor
  handsel retire --all                     retire every address that is reported as missing

If a page has moved, redirect its address instead: add it to `aliases:` in the front matter of the page that replaces it.";

/// Mark addresses as removed on purpose: add them to the setting `retired`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct RetireOptions {
    /// Published addresses, such as /guides/give-first/
    #[arg(value_name = "ADDRESS", required_unless_present = "all")]
    pub addresses: Vec<String>,
    /// Retire every address that was published and no longer exists
    #[arg(long, conflicts_with = "addresses")]
    pub all: bool,
    /// Print what would be added, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

pub fn run(
    options: &RetireOptions,
    common: &CommonOptions,
    console: &Console,
) -> Result<Status, CommandError> {
    let site = SiteRoot::open(common)?;
    let shown = site.show(&site.config);
    let Ok(bytes) = site.disk.read(&site.config) else {
        return Err(CommandError::new(format!(
            "{shown} does not exist, so no address can be added to it"
        ))
        .help("run `handsel init` to create a site"));
    };
    let read = settings::read(&site.config, Some(&bytes));
    let mut problems: Vec<_> = read
        .problems
        .into_iter()
        .filter(|problem| problem.is_error())
        .collect();
    if !problems.is_empty() {
        problem_output::problems(console, &site, &mut problems, OutputStream::Error);
        console.print(
            OutputStream::Error,
            &format!("Nothing was retired; {shown} has errors."),
        );
        return Ok(Status::ContentErrors);
    }
    let addresses = list_addresses(&site, common)?;
    let wanted = match options.all {
        true => addresses
            .vanished
            .iter()
            .map(LedgerAddress::to_string)
            .collect(),
        false => named(&options.addresses, &addresses, &read.value)?,
    };
    if wanted.is_empty() {
        console.answer(&format!(
            "Nothing to retire: every address in {LEDGER_NAME} exists or is retired."
        ));
        return Ok(Status::Done);
    }
    if !options.dry_run {
        let written = retire::add(&site.config, &bytes, &wanted)
            .ok_or_else(|| cannot_add(&shown, &wanted))?;
        let folder = site.disk.root().join(site.config.folder().as_str());
        atomic_file::replace(&folder, site.config.name(), &written)
            .map_err(|error| CommandError::new(format!("{shown} cannot be written: {error}")))?;
    }
    let count = if wanted.len() == 1 {
        "1 address".to_owned()
    } else {
        format!("{} addresses", grouped(wanted.len()))
    };
    let verb = if options.dry_run {
        "Would add"
    } else {
        "Added"
    };
    let lines: String = wanted
        .iter()
        .map(|address| format!("\n  - {address}"))
        .collect();
    console.answer(&format!("{verb} {count} to `retired:` in {shown}:{lines}"));
    Ok(Status::Done)
}

/// The published and the missing addresses, as `handsel check` finds them.
///
/// # Errors
/// When the site has no address ledger.
fn list_addresses(site: &SiteRoot, common: &CommonOptions) -> Result<LedgerCheck, CommandError> {
    if !atomic_file::read(site.disk.root(), LEDGER_NAME).is_ok_and(|ledger| ledger.is_some()) {
        return Err(CommandError::new(format!(
            "{LEDGER_NAME} does not exist, so the published addresses are not known"
        ))
        .help(
            "set `base_url` to the site's public address and run `handsel build`, which writes it",
        ));
    }
    let request = Request {
        config: site.config.clone(),
        today: common.today,
        now: current_time()?,
        with_drafts: false,
        with_audit: true,
        keeps_addresses: false,
        is_strict: false,
        is_lenient: false,
        base_url: None,
    };
    Ok(pipeline::build(
        &site.disk,
        &request,
        &NullSink,
        &BuildCache::read_only(None),
    )
    .addresses
    .unwrap_or_default())
}

/// The given addresses as they are added to the settings.
fn named(
    stated: &[String],
    addresses: &LedgerCheck,
    settings: &Settings,
) -> Result<Vec<String>, CommandError> {
    let mut named = Vec::new();
    for text in stated {
        let path = below_base(text, settings);
        if let Some(address) = to_retire(text, &path, addresses, settings)?
            && !named.contains(&address)
        {
            named.push(address);
        }
    }
    Ok(named)
}

/// One given address as it is added to the settings; `None` if it is already retired.
///
/// # Errors
/// When it is not an address, is still published or was never published.
fn to_retire(
    text: &str,
    path: &str,
    addresses: &LedgerCheck,
    settings: &Settings,
) -> Result<Option<String>, CommandError> {
    let pattern = [path.to_owned()];
    if path.ends_with("/**") && path.starts_with('/') {
        let is_match = |address: &&LedgerAddress| is_retired(address, &pattern);
        return match addresses.vanished.iter().find(is_match) {
            Some(_) => Ok(Some(path.to_owned())),
            None => Err(CommandError::new(format!(
                "`{path}` does not match any missing address"
            ))),
        };
    }
    let address = LedgerAddress::parse(path).ok_or_else(|| {
        CommandError::new(format!("`{text}` is not an address"))
            .help("write it as it was published, such as /old/page/")
    })?;
    let folder = LedgerAddress {
        route: address.route.as_folder(),
        fragment: address.fragment.clone(),
    };
    let is_it = |known: &&LedgerAddress| **known == address || **known == folder;
    if let Some(known) = addresses.vanished.iter().find(is_it) {
        return Ok(Some(known.to_string()));
    }
    if is_retired(&address, &settings.retired) || is_retired(&folder, &settings.retired) {
        return Ok(None);
    }
    if addresses.now.0.keys().any(|known| is_it(&known)) {
        return Err(CommandError::new(format!("{path} is still published"))
            .help("delete or move its page first, then retire the address"));
    }
    let names: Vec<String> = addresses
        .vanished
        .iter()
        .map(LedgerAddress::to_string)
        .collect();
    let error = CommandError::new(format!(
        "{LEDGER_NAME} does not list {path}, so it need not be retired"
    ));
    Err(match nearest(path, names.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("run `handsel check` to list every missing address"),
    })
}

/// An address without the site's origin and base path, and with a slash at its beginning.
fn below_base(text: &str, settings: &Settings) -> String {
    let text = text.trim();
    let path = match &settings.base_url {
        Some(base) => match text.strip_prefix(base.origin.as_str()) {
            Some(rest) => rest.strip_prefix(base.path.as_str()).unwrap_or(rest),
            None => text,
        },
        None => text,
    };
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    }
}

fn cannot_add(shown: &str, wanted: &[String]) -> CommandError {
    let lines: String = wanted
        .iter()
        .map(|address| {
            format!(
                "\n  - {}",
                crate::site::missing_addresses::yaml_text(address)
            )
        })
        .collect();
    CommandError::new(format!(
        "`retired:` in {shown} has a form that cannot be extended automatically"
    ))
    .help(format!("add this by hand:\nretired:{lines}"))
}
