//! What a template sees of a page: plain, resolved values without access to the rest of the site.
//!
//! `content/manual/templates.md` documents every name, and `tests/quick/manual.rs` checks that none is
//! missing. What the view shows of other pages, it holds as shared cards.

use std::sync::Arc;

use serde::Serialize;

use super::card::SharedCard;
use super::feedback::{ContactView, CountingView, FeedbackView};
use super::fields::FieldViews;
use super::listing::Listing;
use super::parts::*;
use crate::page::content_hash::JsonValue;
use crate::page::tool::ToolView;

/// A page's position on a path.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct PathPositionView {
    pub title: String,
    pub href: String,
    /// The step's number, from 1.
    pub number: usize,
    pub of: usize,
    /// Minutes for this step and the required steps after it.
    pub minutes_left: u32,
    /// The address of the step's own page, by which the browser remembers progress.
    pub step: String,
    #[serde(skip)]
    pub previous: Option<SharedCard>,
    #[serde(skip)]
    pub next: Option<SharedCard>,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Hash, Serialize)]
pub struct PageView {
    pub title: String,
    pub short_title: String,
    /// The text of the page's first heading.
    pub heading: String,
    pub heading_id: Option<String>,
    pub summary: Option<String>,
    /// The summary or the start of the text, for machines.
    pub description: Option<String>,
    pub kind: String,
    pub kind_title: String,
    pub show: Vec<String>,
    pub layout: &'static str,
    pub href: String,
    pub url: Option<String>,
    pub source: Option<String>,
    pub edit_href: Option<String>,
    pub report_href: Option<String>,
    pub markdown_href: Option<String>,
    pub language: String,
    pub direction: &'static str,
    pub contents: Vec<HeadingView>,
    pub words: usize,
    pub minutes: u32,
    pub topics: Vec<Arc<TermLink>>,
    pub audience: Vec<Arc<TermLink>>,
    pub level: Option<String>,
    pub level_title: Option<String>,
    pub authors: Vec<AuthorView>,
    pub published: Option<DayView>,
    pub updated: Option<DayView>,
    pub reviewed: Option<DayView>,
    pub review_due: Option<DayView>,
    pub review_overdue: bool,
    pub expires: Option<DayView>,
    pub is_draft: bool,
    pub is_unlisted: bool,
    pub license: Option<String>,
    pub disclosure: Option<String>,
    pub change_note: Option<String>,
    pub owner: Option<String>,
    pub sources: Vec<SourceView>,
    pub image: Option<ImageView>,
    pub social_card: Option<SocialCardView>,
    #[serde(skip)]
    pub next: Option<SharedCard>,
    #[serde(skip)]
    pub related: Vec<SharedCard>,
    #[serde(skip)]
    pub backlinks: Vec<SharedCard>,
    pub breadcrumbs: Vec<CrumbView>,
    pub previous: Option<CrumbView>,
    pub next_in_section: Option<CrumbView>,
    pub feeds: Vec<FeedView>,
    #[serde(skip)]
    pub feedback: Option<FeedbackView>,
    pub discuss_href: Option<String>,
    /// On the privacy page, the other hosts that pages contact.
    pub contacts: Vec<ContactView>,
    /// On the privacy page, who can count visitors.
    pub counting: Option<CountingView>,
    #[serde(skip)]
    pub fields: FieldViews,
    pub event: Option<EventView>,
    #[serde(skip)]
    pub collected: Vec<SharedCard>,
    /// On a page that explains a term, the pages that use it.
    #[serde(skip)]
    pub used_in: Vec<SharedCard>,
    /// The calendar file of this event, or of all events of this section.
    pub calendar: Option<CalendarView>,
    /// The page that opens a random page of this kind.
    pub random_href: Option<String>,
    #[serde(skip)]
    pub paths: Vec<PathPositionView>,
    pub tool: Option<ToolView>,
    pub extra: JsonValue,
    #[serde(skip)]
    pub listing: Option<Listing>,
}
