//! `handsel.yaml`: what a site says about itself and how it wants to be built. Every key has a
//! default.

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

use tokens::Token;

use crate::diagnostic::{Code, Location, Severity};
use crate::fields::FieldItems;
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

/// What is made of pictures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Images {
    /// Widths in pixels of the smaller pictures, ascending.
    pub widths: Vec<u32>,
    /// 1 to 100.
    pub quality: u8,
    /// How wide a picture stands on a page: the `sizes` of HTML (§4.8.4.2.2).
    pub sizes: String,
    /// Whether AVIF is made besides WebP.
    pub avif: bool,
}

impl Default for Images {
    fn default() -> Self {
        let measure = Token::named("measure").map_or("100vw", |token| token.unless_set[0]);
        Self {
            widths: vec![480, 800, 1200, 1600],
            quality: 80,
            sizes: Self::sizes_of(measure),
            avif: false,
        }
    }
}

impl Images {
    /// How wide a picture stands in a column of text that is at most as wide as this length.
    pub fn sizes_of(measure: &str) -> String {
        format!("min(100vw, {measure})")
    }
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

/// How readers say whether a page helped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeedbackWay {
    /// A mail to this address, written as far as it can be.
    Mail(String),
    /// A new issue in the list whose form for a new one is found here.
    Issues(String),
    /// A form that is sent here.
    Endpoint(String),
}

impl FeedbackWay {
    /// The origin that a form is sent to: `https://answers.example`.
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
    /// Whether anything is said at all.
    pub fn is_stated(&self) -> bool {
        self.who.is_some() || self.why.is_some() || self.pays.is_some()
    }
}

/// A link that the settings give: in the menu, as logo or favicon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingLink {
    /// The words of the link, or the image's text for those who do not see it.
    pub title: String,
    /// As written: a source path, an address or a URL.
    pub target: String,
    pub place: Location,
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
    pub theme: Theme,
    pub giving: Giving,
    pub feedback: Option<FeedbackWay>,
    /// Where a page is talked about; `{url}` and `{title}` stand for the page's.
    pub discuss: Option<String>,
    pub menu: Vec<SettingLink>,
    /// Kind → pattern such as `/:year/:month/:slug/`.
    pub permalinks: BTreeMap<String, String>,
    /// Patterns in the form of `.gitignore`.
    pub ignore: Vec<String>,
    /// Root paths that belong to another site on the same host: links to them are not checked.
    pub external: Vec<String>,
    /// Addresses that are gone on purpose; `/old/**` is all that lay below.
    pub retired: Vec<String>,
    pub raw_html: RawHtml,
    pub smart_punctuation: bool,
    pub math: bool,
    pub highlight: bool,
    /// Cards on one page of a list.
    pub page_size: usize,
    /// Entries in a feed.
    pub feed_length: usize,
    pub markdown_twins: bool,
    /// Whether readers can search.
    pub search: bool,
    /// `None`: pictures are published as they are.
    pub images: Option<Images>,
    /// Whether a picture of a page's title is made for those who share its address.
    pub social_cards: bool,
    /// Where a source can be edited; `{path}` stands for its path from the root.
    pub edit_url: Option<String>,
    /// Where something can be reported; `{path}`, `{url}` and `{title}` stand for the page's.
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
            external: Vec::new(),
            retired: Vec::new(),
            raw_html: RawHtml::default(),
            smart_punctuation: false,
            math: false,
            highlight: true,
            page_size: 24,
            feed_length: 20,
            markdown_twins: false,
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
    /// Reads an absolute address of a site; a path needs no slash at its end.
    ///
    /// # Errors
    /// What is wrong with it, as the end of a sentence.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const WANTED: &str = "is no address of a site: one that begins with https:// is expected";
        let (scheme, rest) = text.trim().split_once("://").ok_or(WANTED)?;
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https")
            || text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\')
        {
            return Err(WANTED);
        }
        if rest.contains(['?', '#']) {
            return Err("has a query or a fragment, which the address of a site cannot have");
        }
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (name, port) = host
            .rsplit_once(':')
            .filter(|_| !host.ends_with(']'))
            .unwrap_or((host, "0"));
        if host.contains('@') {
            return Err("holds a user name, which readers would see");
        }
        if name.is_empty()
            || name.starts_with('.')
            || name.contains("..")
            || port.parse::<u16>().is_err()
        {
            return Err("has no host: one such as https://example.org/ is expected");
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
    /// The rest of an absolute address that is one of this site, counted from the site's root:
    /// `/a/?b#c`.
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

/// Whether an address of another host is at one of these origins.
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
    /// The severity that the settings give a code, or its own.
    pub fn severity(&self, code: Code) -> Severity {
        self.checks
            .get(code.name())
            .copied()
            .unwrap_or(code.severity())
    }

    /// Whether pages may load from this address of another host.
    pub fn allows(&self, address: &str) -> bool {
        is_at(address, &self.allow_origins)
    }

    /// The base path: begins and ends in `/`.
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
