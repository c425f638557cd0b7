//! The options that commands share, each defined once: its help, its form and what it means for a
//! build.

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

/// How problems are printed: drawn for people, one object a line, annotations for GitHub's checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Human,
    Json,
    Github,
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
    /// The day it is taken to be, such as 2026-01-31 [default: SOURCE_DATE_EPOCH, else today]
    #[arg(long, global = true, display_order = 102, value_name = "DATE", value_parser = date)]
    pub today: Option<Date>,
    /// How problems are printed: human, json (one object a line) or github (annotations)
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
    /// Say nothing but what is wrong
    #[arg(long, short, global = true, display_order = 104)]
    pub quiet: bool,
    /// Print every problem, however many have one code [default: the first 50 of each]
    #[arg(long, global = true, display_order = 105)]
    pub all_problems: bool,
}

/// Options of the commands that make a site or look through it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Common options")]
pub struct SiteOptions {
    /// Show drafts and pages still to come
    #[arg(long)]
    pub drafts: bool,
    /// Where the site will live, in place of the settings' base_url
    #[arg(long, value_name = "URL", value_parser = base_url)]
    pub base_url: Option<BaseUrl>,
    /// The folder that the site is written to [default: the settings' output, else public]
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Treat warnings as errors
    #[arg(long, conflicts_with = "lenient")]
    pub strict: bool,
    /// Publish what can be published: for text just brought along from elsewhere
    #[arg(long)]
    pub lenient: bool,
    /// Say how long each stage took
    #[arg(long)]
    pub profile: bool,
    /// Make everything anew, and remember nothing
    #[arg(long)]
    pub no_cache: bool,
}

/// Handsel's own folder in the root: files wait there until all of them are made, and the cache
/// lies there.
pub use crate::disk::atomic_file::OWN_FOLDER as CACHE_NAME;

impl SiteOptions {
    /// Where things are remembered from build to build.
    pub fn cache(&self, site: &SiteRoot) -> Option<Arc<dyn CacheStore>> {
        (!self.no_cache).then(|| -> Arc<dyn CacheStore> {
            Arc::new(CacheFolder::at(
                &site.disk.root().join(CACHE_NAME).join("cache"),
            ))
        })
    }

    /// What the pipeline is asked for.
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

/// SOURCE_DATE_EPOCH (reproducible-builds.org/specs/source-date-epoch), else the clock.
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
                "{NAME} is `{}`, which is no number of seconds since 1970",
                stated.to_string_lossy()
            ))
            .help("unset it, or name the day with --today")
        })
}

fn date(text: &str) -> Result<Date, &'static str> {
    Date::strptime("%Y-%m-%d", text).map_err(|_| "a day is written like 2026-01-31")
}

fn base_url(text: &str) -> Result<BaseUrl, String> {
    BaseUrl::parse(text).map_err(|fault_is| format!("it {fault_is}"))
}
