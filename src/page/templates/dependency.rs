//! What a rendered page depends on in addition to the values that it was given.

use serde::{Deserialize, Serialize};

use crate::page::index::PagesQuery;

/// Something that a template asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dependency {
    Pages(PagesQuery),
    PageAt(String),
    Topics,
    Audiences,
    Href(String),
    Asset(String),
    Icon(String),
    Data(String),
    /// The image at an address that the page's finished HTML shows or, if not `is_shown`, only
    /// links to. `pipeline` answers.
    Image {
        href: String,
        is_shown: bool,
    },
}
