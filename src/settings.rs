//! `handsel.yaml`: what a site says about itself and how it wants to be built. Every key has a default.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Place, Severity};
use crate::fields::Items;
use crate::paths::SourcePath;

/// What to do with HTML that stands in Markdown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RawHtml {
    /// Harmless elements stay, active content goes with a warning.
    #[default]
    Sanitise,
    /// Everything stays.
    Allow,
    /// Everything is shown as text.
    Escape,
}

/// Where the site will live: `https://example.org/docs/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseUrl {
    /// `https://example.org`
    pub origin: String,
    /// Begins and ends in `/`.
    pub path: String,
}

/// The words of the promise: who gives this, why, who pays, whom to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Giving {
    pub who: Option<String>,
    pub why: Option<String>,
    pub pays: Option<String>,
    pub contact: Option<String>,
}

/// A link that the settings give: in the menu, as logo or favicon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingLink {
    /// The words of the link, or the image's text for those who do not see it.
    pub title: String,
    /// As written: a source path, an address or a URL.
    pub target: String,
    pub place: Place,
}

/// The settings with their defaults filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub title: Option<String>,
    pub summary: Option<String>,
    /// BCP 47.
    pub language: String,
    pub base_url: Option<BaseUrl>,
    /// An IANA name; decides what day it is.
    pub timezone: String,
    /// The output folder, from the root.
    pub output: SourcePath,
    pub license: Option<String>,
    pub copyright: Option<String>,
    pub logo: Option<SettingLink>,
    pub favicon: Option<SettingLink>,
    pub giving: Giving,
    pub menu: Vec<SettingLink>,
    /// Kind → pattern such as `/:year/:month/:slug/`.
    pub permalinks: BTreeMap<String, String>,
    /// Patterns in the form of `.gitignore`.
    pub ignore: Vec<String>,
    /// Root paths that belong to another site on the same host: links to them are not checked.
    pub external: Vec<String>,
    pub raw_html: RawHtml,
    pub smart_punctuation: bool,
    pub math: bool,
    pub highlight: bool,
    /// Cards on one page of a list.
    pub page_size: usize,
    /// Entries in a feed.
    pub feed_length: usize,
    pub markdown_twins: bool,
    /// Where a source can be edited; `{path}` stands for its path from the root.
    pub edit_url: Option<String>,
    /// Origins that pages may contact.
    pub allow_origins: Vec<String>,
    pub checks: BTreeMap<String, Severity>,
    pub extra: Items,
}

impl Settings {
    /// The severity that the settings give a code, or its own.
    pub fn severity(&self, code: Code) -> Severity {
        self.checks.get(code.name()).copied().unwrap_or(code.severity())
    }

    /// The base path: begins and ends in `/`.
    pub fn base_path(&self) -> &str {
        self.base_url.as_ref().map_or("/", |base| &base.path)
    }
}
