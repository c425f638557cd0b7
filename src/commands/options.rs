//! The options that several commands share: how they are parsed, their help and what they mean for
//! a build.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;

use super::CommandError;
use super::site_root::SiteRoot;
use crate::cache::CacheStore;
use crate::cache::store::CacheFolder;
use crate::pipeline::Request;
use crate::settings::BaseUrl;

/// How problems are printed: for people, as one JSON object per line, as GitHub annotations, or as a
/// SARIF log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Human,
    Json,
    Github,
    Sarif,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Common options")]
pub struct CommonOptions {
    /// The site's folder
    #[arg(
        long,
        global = true,
        display_order = 100,
        value_name = "DIR",
        default_value = ".",
        hide_default_value = true
    )]
    pub root: PathBuf,
    /// Settings to read instead of handsel.yaml
    #[arg(long, global = true, display_order = 101, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Run as if it were this day, such as 2026-01-31 [default: SOURCE_DATE_EPOCH, else today]
    #[arg(long, global = true, display_order = 102, value_name = "DATE", value_parser = date)]
    pub today: Option<Date>,
    /// How to print problems: human, json (one object per line), github (annotations) or sarif
    #[arg(
        long,
        global = true,
        display_order = 103,
        value_enum,
        default_value_t,
        hide_possible_values = true,
        hide_default_value = true
    )]
    pub format: Format,
    /// Print only problems
    #[arg(long, short, global = true, display_order = 104)]
    pub quiet: bool,
    /// Print every problem [default: the first 50 of each code]
    #[arg(long, global = true, display_order = 105)]
    pub all_problems: bool,
}

/// Options of the commands that build or examine a site.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub struct SiteOptions {
    /// Include drafts and pages with a future date
    #[arg(long)]
    pub drafts: bool,
    /// The site's address, in place of the base_url in the settings
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub base_url: Option<BaseUrl>,
    /// The folder to write the site to [default: output in the settings, else public]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Treat warnings as errors
    #[arg(long, conflicts_with = "lenient")]
    pub strict: bool,
    /// Publish what can be published despite errors, such as text from another generator
    #[arg(long)]
    pub lenient: bool,
    /// Print how long each stage took
    #[arg(long)]
    pub profile: bool,
    /// Build everything from scratch; neither read nor write the cache
    #[arg(long)]
    pub no_cache: bool,
}

/// Handsel's own folder in the site's root, which holds the staging folder and the cache.
pub use crate::disk::atomic_file::OWN_FOLDER as CACHE_NAME;

impl SiteOptions {
    /// The cache; `None` with `--no-cache`.
    pub fn cache(&self, site: &SiteRoot) -> Option<Arc<dyn CacheStore>> {
        (!self.no_cache).then(|| -> Arc<dyn CacheStore> {
            Arc::new(CacheFolder::at(
                &site.disk.root().join(CACHE_NAME).join("cache"),
            ))
        })
    }

    /// The request to the pipeline that these options describe.
    ///
    /// # Errors
    /// When SOURCE_DATE_EPOCH is not a valid time.
    pub fn request(
        &self,
        common: &CommonOptions,
        site: &SiteRoot,
        with_audit: bool,
    ) -> Result<Request, CommandError> {
        Ok(Request {
            config: site.config.clone(),
            today: common.today,
            now: current_time()?,
            with_drafts: self.drafts,
            with_audit,
            keeps_addresses: false,
            is_strict: self.strict,
            is_lenient: self.lenient,
            base_url: self.base_url.clone(),
        })
    }
}

/// The time of SOURCE_DATE_EPOCH (reproducible-builds.org/specs/source-date-epoch) if it is set,
/// else the clock's.
///
/// # Errors
/// When SOURCE_DATE_EPOCH is not a number of seconds that fits a timestamp.
pub fn current_time() -> Result<Timestamp, CommandError> {
    const NAME: &str = "SOURCE_DATE_EPOCH";
    let Some(stated) = std::env::var_os(NAME).filter(|stated| !stated.is_empty()) else {
        return Ok(Timestamp::now());
    };
    let seconds = stated.to_str().and_then(|text| text.trim().parse().ok());
    seconds
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or_else(|| {
            CommandError::new(format!(
                "{NAME} is `{}`, which is not a number of seconds since 1970",
                stated.to_string_lossy()
            ))
            .help("unset it, or set the day with --today")
        })
}

fn date(text: &str) -> Result<Date, &'static str> {
    Date::strptime("%Y-%m-%d", text).map_err(|_| "write the day as 2026-01-31")
}

fn base_url(text: &str) -> Result<BaseUrl, String> {
    BaseUrl::parse(text).map_err(|fault_is| format!("it {fault_is}"))
}
