//! What other pages, and the checks, may know about a page.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::document::body::{FileInclude, ToolEmbed};
use crate::document::links::Link;
use crate::document::meta::Meta;
use crate::document::outline::Heading;
use crate::fingerprint::Fingerprint;
use crate::moment::Occurrence;
use crate::paths::SourcePath;
use crate::tool::Tool;
use crate::tool::prose::ToolText;

/// Facts about a page's text. They are kept apart from its entry, so that an edit to a sentence
/// leaves the entry equal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageFacts {
    pub words: usize,
    pub sentences: usize,
    /// Words of more than six letters.
    pub long_words: usize,
    /// The beginning of the text, used where a description is needed.
    pub excerpt: String,
    /// The names of the components that the body calls, sorted.
    pub components: Vec<String>,
    /// Identifies the positions of glossary terms in the text.
    pub term_places: Option<Fingerprint>,
    /// The tool that the page declares.
    pub tool: Option<Arc<Tool>>,
    /// The texts of the page's own fields, in the order of [`crate::fields::texts`].
    pub texts: Vec<ToolText>,
    /// Whether the page declares a tool that is not valid.
    pub is_tool_broken: bool,
    /// The text of a page that cannot be read, in lower case. It says what the page may name.
    pub unread_text: Option<Arc<str>>,
    /// The files of `data/` that were looked up while reading the page, whether or not they exist.
    pub data: Vec<String>,
}

/// What other pages may know about a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub source: SourcePath,
    pub meta: Meta,
    pub title: String,
    /// The text of the page's own heading, if it differs from the title.
    pub heading: Option<Heading>,
    pub summary: Option<String>,
    pub outline: Vec<Heading>,
    /// Every id on the page, sorted.
    pub anchors: Vec<String>,
    pub links: Vec<Link>,
    pub includes: Vec<FileInclude>,
    /// Tools of other pages that this page shows.
    pub embeds: Vec<ToolEmbed>,
    /// The stated time (`time:`), or else the estimated reading time.
    pub minutes: u32,
    /// A date in the file's name.
    pub date_in_name: Option<Date>,
    /// The hash of the tool that the page declares, which other pages may embed.
    pub tool: Option<Fingerprint>,
    /// When the event takes place, for pages of a kind that has dates.
    pub occurs: Option<Occurrence>,
    /// The pages that explain terms used in the text, sorted.
    pub terms: Vec<SourcePath>,
    /// Whether the file could not be read well enough to be published.
    pub is_broken: bool,
}

impl Entry {
    /// The day on which the page is due for review.
    pub fn review_due(&self) -> Option<Date> {
        let period: jiff::Span = self.meta.review_every.as_ref()?.parse().ok()?;
        let since = self
            .meta
            .reviewed
            .max(self.meta.updated)
            .or(self.meta.published)?;
        since.checked_add(period).ok()
    }
}

/// Words read in a minute. Brysbaert (2019) finds 238 for English prose; readers work with these
/// texts, which takes longer.
pub(super) const WORDS_A_MINUTE: usize = 200;
