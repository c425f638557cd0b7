//! Kinds of page as data: a guide, a tip, a writer's own recipe. One YAML file each in `templates/kinds/`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fields::Field;

/// A kind of page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// `guide`: the file's name.
    pub name: String,
    /// The word for one and for many, when the theme's words have none (`kind_guide`).
    pub title: Option<String>,
    pub title_many: Option<String>,
    /// The top folder whose pages are of this kind.
    pub folder: Option<String>,
    /// The template that draws it: `guide.html`.
    pub template: String,
    /// The kind's own fields, beyond the common ones.
    pub fields: Vec<Field>,
    /// What the page shows besides its text: `at-a-glance`, `contents`, `neighbours` …
    pub furniture: Vec<String>,
    /// The order of its lists: `order`, `title`, `newest`.
    pub order: String,
    /// Whether it has a feed of its own.
    pub has_feed: bool,
    /// The schema.org type.
    pub schema_type: String,
    /// The most words its body should have.
    pub words_max: Option<usize>,
    /// The Markdown that `handsel new` starts from; `{title}` and `{today}` are filled in.
    pub scaffold: String,
}

/// All kinds of a site, by name. There is always a `page`.
pub type Kinds = BTreeMap<String, Kind>;
