//! The navigation around a page.

use std::sync::Arc;

use serde::Serialize;

use crate::page::content_hash::{PageRef, SharedPart};

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct SectionLink {
    pub title: String,
    pub href: String,
    pub count: usize,
    pub is_current: bool,
    pub is_open: bool,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct BranchItem {
    pub title: String,
    pub href: String,
    pub depth: usize,
    pub is_current: bool,
    pub is_open: bool,
    pub is_section: bool,
}

/// One line of the section's tree.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum BranchLine {
    Item(BranchItem),
    /// A page other than the one shown.
    Page(SharedLine),
}

/// A page's line in the tree, for the other pages of its section.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct TreeLine {
    pub page: PageRef,
    pub item: BranchItem,
}

/// A line that the other pages of a section have in common.
pub type SharedLine = Arc<SharedPart<TreeLine>>;

/// The navigation around a page.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct NavView {
    /// The sections right below the home page, as pages outside all of them see them.
    pub sections: Arc<SharedPart<Vec<SectionLink>>>,
    /// The one of those sections that contains the output page, with its position among them.
    pub open: Option<(usize, SectionLink)>,
    pub branch: Vec<BranchLine>,
}
