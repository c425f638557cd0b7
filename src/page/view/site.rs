//! What every page knows of the site.

use serde::Serialize;

use super::parts::{CrumbView, ImageView};
use crate::page::content_hash::JsonValue;

/// Where readers' answers go.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct SiteFeedbackView {
    pub way: &'static str,
    pub host: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct GivingView {
    pub who: Option<String>,
    pub why: Option<String>,
    pub pays: Option<String>,
    pub contact: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
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
    pub extra: JsonValue,
}
