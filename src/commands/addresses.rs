//! Decides whether a build updates the address ledger, and writes it to the disk.

use std::io;
use std::path::Path;

use super::CommandError;
use super::format::grouped;
use super::options::SiteOptions;
use super::output;
use super::site_root::SiteRoot;
use crate::disk::atomic_file;
use crate::pipeline::{LedgerCheck, is_public};
use crate::settings::Settings;
use crate::site::address_ledger::{AddressLedger, LEDGER_NAME};
use crate::source::Files;

/// Whether a build into `output` updates the address ledger. It does if readers will see the
/// result: the site has a public address, drafts are not included, and the output folder is the one
/// in the settings. A folder of Markdown without settings gets no ledger.
pub fn keeps_addresses(
    options: &SiteOptions,
    site: &SiteRoot,
    settings: &Settings,
    output: &Path,
) -> bool {
    let is_public = options
        .base_url
        .as_ref()
        .map_or_else(|| is_public(settings), |base_url| !base_url.is_local());
    let is_configured =
        || output::choose(site, settings, None).is_ok_and(|configured| configured == output);
    let is_site = || {
        site.disk.read(&site.config).is_ok()
            || atomic_file::read(site.disk.root(), LEDGER_NAME).is_ok_and(|there| there.is_some())
    };
    is_public && !options.drafts && is_configured() && is_site()
}

/// Adds the published addresses to the ledger, which is read again first because it may have
/// changed since the build began. Returns how many addresses were new, or 0 if the ledger was empty
/// before.
///
/// # Errors
/// When the ledger cannot be read or written.
pub fn write(site: &SiteRoot, addresses: &LedgerCheck, settings: &Settings) -> io::Result<usize> {
    let root = site.disk.root();
    let bytes = atomic_file::read(root, LEDGER_NAME)?;
    let before = bytes
        .as_deref()
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    let kept = AddressLedger::parse(&crate::paths::SourcePath::root(), &before).value;
    let known = kept.0.len();
    let news = kept.missing(&addresses.now).count();
    let text = kept.after(&addresses.now, &settings.retired).to_text();
    if bytes.is_none() || text != before {
        atomic_file::replace(root, LEDGER_NAME, text.as_bytes())?;
    }
    Ok(if known == 0 { 0 } else { news })
}

/// The note for the writer after the ledger was written; `None` if no address is new.
pub fn ledger_message(
    written: io::Result<usize>,
    site: &SiteRoot,
) -> Result<Option<String>, CommandError> {
    let shown = site.shown.join(LEDGER_NAME);
    match written {
        Ok(0) => Ok(None),
        Ok(news) => {
            let news = if news == 1 {
                "one address is".to_owned()
            } else {
                format!("{} addresses are", grouped(news))
            };
            Ok(Some(format!(
                "{news} new in {}; commit that file with the site",
                shown.display()
            )))
        }
        Err(error) => Err(CommandError::new(format!(
            "the site is published, but {} cannot be written: {error}",
            shown.display()
        ))
        .help("check its permissions and build again")),
    }
}
