//! What a list shows of a page.

use std::sync::Arc;

use serde::Serialize;

use super::parts::{DayView, EventView, ImageView, TermLink};
use crate::page::content_hash::{JsonValue, PageRef, SharedPart};

/// What a list shows of a page.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct Card {
    #[serde(skip)]
    pub page: PageRef,
    pub title: String,
    pub summary: Option<String>,
    pub href: String,
    pub kind: String,
    pub kind_title: String,
    pub topics: Vec<Arc<TermLink>>,
    pub level: Option<String>,
    pub level_title: Option<String>,
    pub minutes: u32,
    pub published: Option<DayView>,
    pub updated: Option<DayView>,
    pub image: Option<Box<ImageView>>,
    pub change_note: Option<String>,
    pub is_draft: bool,
    pub audience: Vec<Arc<TermLink>>,
    /// The kind's own fields that its cards show.
    pub fields: JsonValue,
    pub event: Option<Box<EventView>>,
}

/// A card that all views which show the page have in common.
pub type SharedCard = Arc<SharedPart<Card>>;
