//! A link of a page, and its role there.

use serde::{Deserialize, Serialize};

use super::meta::LocatedValue;
pub use crate::link_target::{ParsedTarget, SCHEMES, is_remote, origin};

/// The role of a link on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LinkRole {
    /// `[text](target)`, or `href` in HTML.
    Text,
    /// `![alt](target)`, or `src` in HTML: something the page shows.
    Embed,
    /// `[[target]]`.
    Wiki,
    /// `![[target]]`: something the page shows. The target may omit its folder.
    WikiEmbed,
}

impl LinkRole {
    /// Whether the page shows the link's target.
    pub fn is_embed(self) -> bool {
        matches!(self, LinkRole::Embed | LinkRole::WikiEmbed)
    }

    /// Whether the target may be a name without a folder.
    pub fn is_wiki(self) -> bool {
        matches!(self, LinkRole::Wiki | LinkRole::WikiEmbed)
    }
}

/// A link as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub target: LocatedValue<String>,
    pub role: LinkRole,
}
