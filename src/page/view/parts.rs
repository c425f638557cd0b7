//! The small values that views consist of.

use serde::Serialize;

/// A day in machine-readable and readable form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct DayView {
    pub iso: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct CrumbView {
    pub title: String,
    pub href: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct TermView {
    pub key: String,
    pub title: String,
    pub href: String,
    pub description: Option<String>,
    pub count: usize,
}

/// A topic or an audience that a page names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct TermLink {
    pub key: String,
    pub title: String,
    pub href: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct AuthorView {
    pub key: String,
    pub name: String,
    pub url: Option<String>,
    pub description: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SourceView {
    pub title: String,
    pub url: Option<String>,
    pub checked: Option<DayView>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct ImageView {
    pub href: String,
    pub alt: String,
    /// The absolute address, if there is a `base_url`.
    pub url: Option<String>,
}

/// An image of the page's title, shown where its address is shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct SocialCardView {
    pub href: String,
    /// The absolute address.
    pub url: String,
    pub width: u32,
    pub height: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct HeadingView {
    pub level: u8,
    pub id: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FeedView {
    pub title: String,
    pub href: String,
    #[serde(rename = "type")]
    pub media_type: &'static str,
}

/// A moment in machine-readable and readable form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct MomentView {
    pub iso: String,
    /// The day in readable form.
    pub text: String,
    /// The local time, or `None` for a whole day.
    pub time: Option<String>,
}

/// A calendar file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct CalendarView {
    pub href: String,
    /// The address to subscribe to, if there is a `base_url`.
    pub subscribe: Option<String>,
}

/// When an event takes place.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
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
