//! The closed view that a template sees: plain values, everything resolved, nothing that reaches
//! back into the site. `content/manual/templates.md` documents every name; `tests/manual.rs` checks
//! that none is missing.
//!
//! Cards of other pages stand in it by the page's number: each is made into a template's value
//! once, however many pages show it.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::fields::FieldViews;
use super::tool::ToolView;
use crate::settings::FeedbackWay;
use crate::site::PageId;

/// A day for machines and for readers.
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
    /// Absolute, when there is a `base_url`.
    pub url: Option<String>,
}

/// A picture of the page's title, for those who share its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SocialCardView {
    pub href: String,
    /// Absolute.
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

/// How a reader says whether a page helped: what a message begins with, and the answers that one
/// can hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedbackView {
    pub way: FeedbackWay,
    /// The page's title and address, as they stand in a query.
    pub title: String,
    pub address: String,
    pub answers: Arc<FeedbackAnswers>,
}

/// What a reader can answer, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedbackAnswers {
    pub helped: FeedbackAnswer,
    /// What can have been wrong.
    pub reasons: Vec<FeedbackAnswer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedbackAnswer {
    pub key: &'static str,
    pub title: String,
    /// The title as it stands in a query.
    pub encoded: String,
}

/// Another host that pages contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContactView {
    pub origin: String,
    /// How many pages' texts do, and the first of them.
    pub count: usize,
    pub pages: Vec<CrumbView>,
    /// The pages that do once a reader asks for what lies there.
    pub on_click: Vec<CrumbView>,
}

/// Who may count visitors, for all that is known of the pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CountingView {
    /// Nothing on the pages can.
    pub is_ruled_out: bool,
    /// Other hosts are asked for something, and can count that.
    pub by_hosts: bool,
    /// Scripts of the site's own that can send something.
    pub by_scripts: Vec<String>,
    /// The check for what counts visitors is off, or no error, for the site or a page.
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
    /// Those of the kind's own fields that its cards show.
    pub fields: Value,
    pub event: Option<EventView>,
}

/// A moment for machines and for readers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MomentView {
    pub iso: String,
    /// The day in words.
    pub text: String,
    /// The clock of the place; `None` for a whole day.
    pub time: Option<String>,
}

/// A calendar file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarView {
    pub href: String,
    /// The address to subscribe to, when there is a `base_url`.
    pub subscribe: Option<String>,
}

/// When something takes place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EventView {
    pub start: MomentView,
    pub end: Option<MomentView>,
    /// Whether it ends on the day on which it begins.
    pub is_one_day: bool,
    /// Whether it was over before the day of the build.
    pub is_past: bool,
    /// The name of the time zone; `None` for whole days.
    pub zone: Option<String>,
}

/// Where a page stands on a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PathPositionView {
    pub title: String,
    pub href: String,
    /// From 1.
    pub number: usize,
    pub of: usize,
    /// For this step and those after it that cannot be left out.
    pub minutes_left: u32,
    /// The address of the step's own page, by which the reader's device knows it.
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

/// One thing by which a list can be narrowed down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facet {
    /// `topic`, `audience`, `level`, `time`, `kind`.
    pub name: &'static str,
    /// Whether an option has a list of its own.
    pub is_linked: bool,
    pub options: Vec<FacetOption>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FacetOption {
    pub key: String,
    pub title: String,
    /// The list of all pages of the site that fit, where there is one.
    pub href: Option<String>,
    /// Pages of this list that fit.
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
    /// From 1.
    pub number: usize,
    pub pages: usize,
    /// The first letters of the whole list, where it is the one from A to Z, each with the address
    /// of its heading.
    pub letters: Vec<CrumbView>,
    /// What the list can be narrowed down by.
    pub facets: Vec<Facet>,
    /// The lists of a level, a span of time or a kind, on lists that hold everything and on those
    /// themselves.
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
    /// What the page's first heading says.
    pub heading: String,
    pub heading_id: Option<String>,
    pub summary: Option<String>,
    /// The summary, or the beginning of the text: for machines.
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
    /// On the page about privacy: the other hosts that pages contact.
    pub contacts: Vec<ContactView>,
    /// On the page about privacy.
    pub counting: Option<CountingView>,
    #[serde(skip)]
    pub fields: FieldViews,
    pub event: Option<EventView>,
    #[serde(skip)]
    pub collected: Vec<PageId>,
    /// Of a page that explains a word: where that is used.
    #[serde(skip)]
    pub used_in: Vec<PageId>,
    /// The calendar file of what takes place, or of all of this section that does.
    pub calendar: Option<CalendarView>,
    /// The page that picks one page of this kind at random.
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
    /// A page that is not the one shown, at this depth.
    Page(PageId, usize),
}

/// What is around a page.
#[derive(Clone, Debug, PartialEq)]
pub struct NavView {
    /// Of the sections right below the home page the one that the sheet is in, by its place among
    /// them.
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
pub struct SiteLinks {
    pub a_z: Option<String>,
    pub new: Option<String>,
    pub topics: Option<String>,
    pub audiences: Option<String>,
    pub feed: Option<String>,
    pub search: Option<String>,
    pub about: Option<String>,
    pub privacy: Option<String>,
}

/// What a page's head has to know of the look.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThemeView {
    /// Whether the settings change anything, so that there is a style sheet of theirs.
    pub is_set: bool,
    /// The paper's colour in each scheme.
    pub paper_light: String,
    pub paper_dark: String,
    /// Files of `static/` that text is set in.
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
    /// The Content Security Policy, as far as a page can state it.
    pub policy: String,
    pub license: Option<String>,
    pub copyright: Option<String>,
    pub giving: GivingView,
    pub feedback: Option<SiteFeedbackView>,
    pub menu: Vec<CrumbView>,
    pub links: SiteLinks,
    pub generator: &'static str,
    pub extra: Value,
}
