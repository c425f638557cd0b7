//! The view that a template sees: plain, resolved values without access to the rest of the site.
//! `content/manual/templates.md` documents every name, and `tests/manual.rs` checks that none is
//! missing.
//!
//! It refers to other pages' cards by the page's number. Each card becomes a template's value once,
//! however many pages show it.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::fields::FieldViews;
use super::tool::ToolView;
use crate::settings::FeedbackWay;
use crate::site::PageId;

/// A day in machine-readable and readable form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayView {
    pub iso: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CrumbView {
    pub title: String,
    pub href: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TermView {
    pub key: String,
    pub title: String,
    pub href: String,
    pub description: Option<String>,
    pub count: usize,
}

/// A topic or an audience that a page names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TermLink {
    pub key: String,
    pub title: String,
    pub href: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuthorView {
    pub key: String,
    pub name: String,
    pub url: Option<String>,
    pub description: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceView {
    pub title: String,
    pub url: Option<String>,
    pub checked: Option<DayView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImageView {
    pub href: String,
    pub alt: String,
    /// The absolute address, if there is a `base_url`.
    pub url: Option<String>,
}

/// An image of the page's title, shown where its address is shared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SocialCardView {
    pub href: String,
    /// The absolute address.
    pub url: String,
    pub width: u32,
    pub height: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeadingView {
    pub level: u8,
    pub id: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedView {
    pub title: String,
    pub href: String,
    #[serde(rename = "type")]
    pub media_type: &'static str,
}

/// How readers say whether a page helped: the start of a message, and the answers to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedbackView {
    pub way: FeedbackWay,
    /// The page's title and address, encoded for a query.
    pub title: String,
    pub address: String,
    pub answers: Arc<FeedbackAnswers>,
}

/// The answers that a reader can choose from, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedbackAnswers {
    pub helped: FeedbackAnswer,
    /// The reasons why a page did not help.
    pub reasons: Vec<FeedbackAnswer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedbackAnswer {
    pub key: &'static str,
    pub title: String,
    /// The title, encoded for a query.
    pub encoded: String,
}

/// Another host that pages contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContactView {
    pub origin: String,
    /// The number of pages whose text contacts the host. `pages` has the first of them.
    pub count: usize,
    pub pages: Vec<CrumbView>,
    /// The pages that contact the host once a reader asks for its content.
    pub on_click: Vec<CrumbView>,
}

/// Who can count visitors, as far as the pages show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountingView {
    /// Whether nothing on the pages can count them.
    pub is_ruled_out: bool,
    /// Whether pages contact other hosts, which can count visitors.
    pub by_hosts: bool,
    /// The site's own scripts that can send data.
    pub by_scripts: Vec<String>,
    /// Whether the check for visitor counters is off, or not an error, for the site or a page.
    pub is_unchecked: bool,
}

/// What a list shows of a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Card {
    pub title: String,
    pub summary: Option<String>,
    pub href: String,
    pub kind: String,
    pub kind_title: String,
    pub topics: Vec<TermLink>,
    pub level: Option<String>,
    pub level_title: Option<String>,
    pub minutes: u32,
    pub published: Option<DayView>,
    pub updated: Option<DayView>,
    pub image: Option<ImageView>,
    pub change_note: Option<String>,
    pub is_draft: bool,
    pub audience: Vec<TermLink>,
    /// The kind's own fields that its cards show.
    pub fields: Value,
    pub event: Option<EventView>,
}

/// A moment in machine-readable and readable form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MomentView {
    pub iso: String,
    /// The day in readable form.
    pub text: String,
    /// The local time, or `None` for a whole day.
    pub time: Option<String>,
}

/// A calendar file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarView {
    pub href: String,
    /// The address to subscribe to, if there is a `base_url`.
    pub subscribe: Option<String>,
}

/// When an event takes place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventView {
    pub start: MomentView,
    pub end: Option<MomentView>,
    /// Whether it ends on the day when it begins.
    pub is_one_day: bool,
    /// Whether it ended before the day of the build.
    pub is_past: bool,
    /// The name of the time zone, or `None` for whole days.
    pub zone: Option<String>,
}

/// A page's position on a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
    pub previous: Option<PageId>,
    #[serde(skip)]
    pub next: Option<PageId>,
}

/// Cards under a heading.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CardGroup {
    pub title: String,
    pub id: String,
    pub href: Option<String>,
    pub description: Option<String>,
    #[serde(skip)]
    pub items: Vec<PageId>,
}

/// A property by which a list can be filtered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facet {
    /// `topic`, `audience`, `level`, `time` or `kind`.
    pub name: &'static str,
    /// Whether an option has a list of its own.
    pub is_linked: bool,
    pub options: Vec<FacetOption>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FacetOption {
    pub key: String,
    pub title: String,
    /// The list of all matching pages of the site, if there is one.
    pub href: Option<String>,
    /// The number of matching pages in this list.
    pub count: usize,
}

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Listing {
    #[serde(skip)]
    pub items: Vec<PageId>,
    #[serde(skip)]
    pub groups: Vec<CardGroup>,
    pub total: usize,
    /// The page's number within the list, from 1.
    pub number: usize,
    pub pages: usize,
    /// On the list from A to Z, the first letters of the whole list, each with the address of its
    /// heading.
    pub letters: Vec<CrumbView>,
    /// The facets by which the list can be filtered.
    pub facets: Vec<Facet>,
    /// Links to the lists of a level, a time or a kind. They are on lists of all pages and on those
    /// lists themselves.
    pub ways: Vec<Facet>,
    pub first_href: Option<String>,
    pub previous_href: Option<String>,
    pub next_href: Option<String>,
}

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
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
    pub topics: Vec<TermLink>,
    pub audience: Vec<TermLink>,
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
    pub next: Option<PageId>,
    #[serde(skip)]
    pub related: Vec<PageId>,
    #[serde(skip)]
    pub backlinks: Vec<PageId>,
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
    pub collected: Vec<PageId>,
    /// On a page that explains a term, the pages that use it.
    #[serde(skip)]
    pub used_in: Vec<PageId>,
    /// The calendar file of this event, or of all events of this section.
    pub calendar: Option<CalendarView>,
    /// The page that opens a random page of this kind.
    pub random_href: Option<String>,
    #[serde(skip)]
    pub paths: Vec<PathPositionView>,
    pub tool: Option<ToolView>,
    pub extra: Value,
    #[serde(skip)]
    pub listing: Option<Listing>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SectionLink {
    pub title: String,
    pub href: String,
    pub count: usize,
    pub is_current: bool,
    pub is_open: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BranchItem {
    pub title: String,
    pub href: String,
    pub depth: usize,
    pub is_current: bool,
    pub is_open: bool,
    pub is_section: bool,
}

/// One line of the section's tree.
#[derive(Clone, Debug, PartialEq)]
pub enum BranchLine {
    Item(BranchItem),
    /// A page other than the one shown, at this depth.
    Page(PageId, usize),
}

/// The navigation around a page.
#[derive(Clone, Debug, PartialEq)]
pub struct NavView {
    /// The section right below the home page that contains the output page, with its position among
    /// those sections.
    pub open: Option<(usize, SectionLink)>,
    pub branch: Vec<BranchLine>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GivingView {
    pub who: Option<String>,
    pub why: Option<String>,
    pub pays: Option<String>,
    pub contact: Option<String>,
}

/// Where readers' answers go.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteFeedbackView {
    pub way: &'static str,
    pub host: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteLinksView {
    pub a_z: Option<String>,
    pub new: Option<String>,
    pub topics: Option<String>,
    pub audiences: Option<String>,
    pub feed: Option<String>,
    pub search: Option<String>,
    pub about: Option<String>,
    pub privacy: Option<String>,
}

/// What a page's head needs to know about the site's look.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThemeView {
    /// Whether the settings change the look, so that there is a style sheet for them.
    pub is_set: bool,
    /// The background color in each color scheme.
    pub paper_light: String,
    pub paper_dark: String,
    /// Font files of `static/` for the text.
    pub fonts: Vec<String>,
}

/// What every page knows of the site.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SiteView {
    pub title: String,
    pub summary: Option<String>,
    pub language: String,
    pub direction: &'static str,
    pub href: String,
    pub url: Option<String>,
    pub logo: Option<ImageView>,
    pub favicon: Option<String>,
    pub theme: ThemeView,
    /// The part of the Content Security Policy that a page can declare itself.
    pub policy: String,
    pub license: Option<String>,
    pub copyright: Option<String>,
    pub giving: GivingView,
    pub feedback: Option<SiteFeedbackView>,
    pub menu: Vec<CrumbView>,
    pub links: SiteLinksView,
    pub generator: &'static str,
    pub extra: Value,
}
