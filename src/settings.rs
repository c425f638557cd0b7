//! The settings in `handsel.yaml`: what a site is and how it is built. Every setting has a default.

mod base_url;
mod checks;
mod color;
mod editor;
mod palette;
mod policy;
mod read;
mod table;
mod theme;
mod tokens;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use checks::{checks_field, severities};
pub use editor::{Editor, LineForm};
pub use read::{language_fault, output_folder, read};
pub use table::SETTINGS;
pub use theme::{Font, FontFile, Theme, font_format};
pub use tokens::{TOKENS, tokens_table};

use tokens::ThemeToken;

use crate::diagnostic::{Code, Location, Severity};
use crate::fields::FieldItems;
use crate::paths::SourcePath;

/// How HTML in Markdown is handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RawHtml {
    /// Harmless elements are kept; active content is removed with a warning.
    #[default]
    Sanitize,
    /// Everything is kept.
    Allow,
    /// Everything is shown as text.
    Escape,
}

/// How images are processed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Images {
    /// The widths in pixels of the smaller versions, ascending.
    pub widths: Vec<u32>,
    /// The quality of compressed images, from 1 to 100.
    pub quality: u8,
    /// The width at which a page shows an image: the `sizes` of HTML (§4.8.4.2.2).
    pub sizes: String,
    /// Whether AVIF is produced in addition to WebP.
    pub avif: bool,
}

impl Default for Images {
    fn default() -> Self {
        let measure = ThemeToken::named("measure").map_or("100vw", |token| token.default[0]);
        Self {
            widths: vec![480, 800, 1200, 1600],
            quality: 80,
            sizes: Self::sizes_of(measure),
            avif: false,
        }
    }
}

impl Images {
    /// Returns the `sizes` of an image in a text column that is at most as wide as this length.
    pub fn sizes_of(measure: &str) -> String {
        format!("min(100vw, {measure})")
    }
}

/// The address of the published site, such as `https://example.org/docs/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseUrl {
    /// The origin, such as `https://example.org`.
    pub origin: String,
    /// The base path, which begins and ends with `/`.
    pub path: String,
}

/// What the site states about its content: who provides it, why, who pays, whom to contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Giving {
    pub who: Option<String>,
    pub why: Option<String>,
    pub pays: Option<String>,
    pub contact: Option<String>,
}

/// How readers say whether a page helped.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FeedbackWay {
    /// By an email to this address, with the subject filled in.
    Mail(String),
    /// By a new issue, opened with the form at this address.
    Issues(String),
    /// By a form that is sent to this address.
    Endpoint(String),
}

impl FeedbackWay {
    /// Returns the origin that a form is sent to, such as `https://answers.example`.
    pub fn origin(&self) -> Option<String> {
        let FeedbackWay::Endpoint(endpoint) = self else {
            return None;
        };
        let (scheme, rest) = endpoint.split_once("://")?;
        let host = rest
            .split(['/', '?', '#'])
            .next()
            .filter(|host| !host.is_empty())?;
        Some(format!(
            "{}://{}",
            scheme.to_ascii_lowercase(),
            host.to_ascii_lowercase()
        ))
    }
}

impl Giving {
    /// Returns whether anything is stated.
    pub fn is_stated(&self) -> bool {
        self.who.is_some() || self.why.is_some() || self.pays.is_some()
    }
}

/// A link in the settings: a menu entry, the logo or the favicon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingLink {
    /// The link text, or the alt text of an image.
    pub title: String,
    /// The target as written: a source path, an address or a URL.
    pub target: String,
    pub place: Location,
}

/// The settings, with defaults filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub title: Option<String>,
    pub summary: Option<String>,
    /// The language tag (BCP 47).
    pub language: String,
    pub base_url: Option<BaseUrl>,
    /// The IANA name of the time zone, which decides which day it is.
    pub timezone: String,
    /// The output folder, relative to the root.
    pub output: SourcePath,
    pub license: Option<String>,
    pub copyright: Option<String>,
    pub logo: Option<SettingLink>,
    pub favicon: Option<SettingLink>,
    pub theme: Theme,
    pub giving: Giving,
    pub feedback: Option<FeedbackWay>,
    /// Where readers can discuss a page; `{url}` and `{title}` stand for those of the page.
    pub discuss: Option<String>,
    pub menu: Vec<SettingLink>,
    /// Address patterns by kind, such as `/:year/:month/:slug/`.
    pub permalinks: BTreeMap<String, String>,
    /// Patterns in `.gitignore` syntax.
    pub ignore: Vec<String>,
    /// Root paths that belong to another site on the same host: links to them are not checked.
    pub external_paths: Vec<String>,
    /// Addresses that were removed on purpose; `/old/**` stands for everything below.
    pub retired: Vec<String>,
    pub raw_html: RawHtml,
    pub smart_punctuation: bool,
    pub math: bool,
    pub highlight: bool,
    /// The number of cards on one page of a list.
    pub page_size: usize,
    /// The number of entries in a feed.
    pub feed_limit: usize,
    pub markdown_copies: bool,
    /// Whether readers can search.
    pub search: bool,
    /// How images are processed; `None` if they are published unchanged.
    pub images: Option<Images>,
    /// Whether an image of each page's title is made, for link previews.
    pub social_cards: bool,
    /// Where a source can be edited; `{path}` stands for its path from the root.
    pub edit_url: Option<String>,
    /// Where readers can report a problem; `{path}`, `{url}` and `{title}` stand for those of the
    /// page.
    pub report_url: Option<String>,
    /// The editor that the preview opens, by its program's name.
    pub editor: Option<String>,
    /// Origins that pages may contact.
    pub allow_origins: Vec<String>,
    pub checks: BTreeMap<String, Severity>,
    pub extra: FieldItems,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            title: None,
            summary: None,
            language: "en".into(),
            base_url: None,
            timezone: "UTC".into(),
            output: SourcePath::new("public").expect("it does not climb"),
            license: None,
            copyright: None,
            logo: None,
            favicon: None,
            theme: Theme::default(),
            giving: Giving::default(),
            feedback: None,
            discuss: None,
            menu: Vec::new(),
            permalinks: BTreeMap::new(),
            ignore: Vec::new(),
            external_paths: Vec::new(),
            retired: Vec::new(),
            raw_html: RawHtml::default(),
            smart_punctuation: false,
            math: false,
            highlight: true,
            page_size: 24,
            feed_limit: 20,
            markdown_copies: false,
            search: true,
            images: Some(Images::default()),
            social_cards: false,
            edit_url: None,
            report_url: None,
            editor: None,
            allow_origins: Vec::new(),
            checks: BTreeMap::new(),
            extra: FieldItems::new(),
        }
    }
}

impl BaseUrl {
    /// Parses the absolute address of a site. The path needs no final slash.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const WANTED: &str = "is not the address of a site, which begins with https://";
        let (scheme, rest) = text.trim().split_once("://").ok_or(WANTED)?;
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https")
            || text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\')
        {
            return Err(WANTED);
        }
        if rest.contains(['?', '#']) {
            return Err("has a query or a fragment, which a site's address cannot have");
        }
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (name, port) = host
            .rsplit_once(':')
            .filter(|_| !host.ends_with(']'))
            .unwrap_or((host, "0"));
        if host.contains('@') {
            return Err("contains a user name, which readers would see");
        }
        if name.is_empty()
            || name.starts_with('.')
            || name.contains("..")
            || port.parse::<u16>().is_err()
        {
            return Err("has no host, such as the one in https://example.org/");
        }
        let path = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .fold(String::from("/"), |path, segment| path + segment + "/");
        Ok(Self {
            origin: format!("{scheme}://{}", host.to_lowercase()),
            path,
        })
    }
}

impl BaseUrl {
    /// Returns the part of an absolute address below the site's root, such as `/a/?b#c`; `None` for
    /// addresses of other sites.
    pub fn below<'a>(&self, address: &'a str) -> Option<&'a str> {
        let address = address.trim();
        let (origin, rest) = address.split_at_checked(self.origin.len())?;
        let base = self.path.trim_end_matches('/');
        let path = rest
            .strip_prefix(base)
            .filter(|_| origin.eq_ignore_ascii_case(&self.origin))?;
        match path {
            "" => Some("/"),
            path => path.starts_with('/').then_some(path),
        }
    }
}

/// Returns whether an address of another host has one of these origins.
pub fn is_at(address: &str, origins: &[String]) -> bool {
    let address = address.trim();
    let absolute = if address.starts_with("//") {
        Cow::Owned(format!("https:{address}"))
    } else {
        Cow::Borrowed(address)
    };
    origins.iter().any(|origin| {
        let rest = absolute.strip_prefix(origin.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

impl Settings {
    /// Returns the severity of a code: that of the settings, or else its default.
    pub fn severity(&self, code: Code) -> Severity {
        self.checks
            .get(code.name())
            .copied()
            .unwrap_or(code.severity())
    }

    /// Returns whether pages may load from this address of another host.
    pub fn allows(&self, address: &str) -> bool {
        is_at(address, &self.allow_origins)
    }

    /// Returns the base path, which begins and ends with `/`.
    pub fn base_path(&self) -> &str {
        self.base_url.as_ref().map_or("/", |base| &base.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls() {
        let url = |text: &str| BaseUrl::parse(text).map(|url| (url.origin, url.path));
        for (text, origin, path) in [
            ("https://example.org", "https://example.org", "/"),
            ("https://example.org/docs", "https://example.org", "/docs/"),
            (
                "HTTP://Example.org:8080//a//b/",
                "http://example.org:8080",
                "/a/b/",
            ),
            ("http://[::1]/x", "http://[::1]", "/x/"),
        ] {
            assert_eq!(url(text), Ok((origin.into(), path.into())), "{text}");
        }
        let base =
            BaseUrl::parse("https://example.org/docs").unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(
            base.below("HTTPS://Example.org/docs/a/?b#c"),
            Some("/a/?b#c")
        );
        assert_eq!(
            (
                base.below("https://example.org/docs"),
                base.below("https://example.org/docsx/")
            ),
            (Some("/"), None)
        );
        assert_eq!(
            (
                base.below("https://example.org/"),
                base.below("https://example.organic/docs/")
            ),
            (None, None)
        );
        for text in [
            "not a url",
            "javascript:alert(1)",
            "ftp://a",
            "https://",
            "https:///x",
            "https://a?b",
            "https://u@a",
            "//a",
            "https://a:x",
            "",
        ] {
            assert!(url(text).is_err(), "{text}");
        }
    }
}
