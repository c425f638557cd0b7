//! What tools of every type may say: where their figures come from, what they are not, whether
//! answers may be shared.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Reading;
use super::prose::Prose;
use crate::diagnostic::{Checked, Diagnostic};
use crate::fields::{Context, Field, FieldType, Item, Items, check_groups};
use crate::yaml::Node;

/// What tools of every type have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Common {
    /// What the result is not: an estimate, not advice.
    pub disclaimer: Option<Prose>,
    /// How the result comes about, in the writer's words.
    pub method: Option<Prose>,
    pub sources: Vec<Source>,
    /// Whether a reader may copy a link with the answers in it.
    pub may_share: bool,
}

/// Where a figure comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    pub title: String,
    pub url: Option<String>,
    /// The day on which somebody looked.
    pub checked: Option<Date>,
}

/// The keys of a declaration that every type knows.
pub static COMMON_FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let source = FieldType::Map(vec![
        Field::text("title").required(),
        Field::new("url", FieldType::Url),
        Field::date("checked"),
    ]);
    vec![
        Field::text("type")
            .required()
            .about("What kind of tool it is."),
        Field::text("method").about("How the result comes about, in your words (Markdown)."),
        Field::list("sources", source)
            .about("Where its figures come from, each with the day on which you looked."),
        Field::text("disclaimer").about("What the result is not (Markdown)."),
        Field::boolean("share")
            .about("Whether a reader may copy a link with the answers in it.")
            .defaults_to("`true`"),
    ]
});

/// Checks the keys of a declaration: the common ones, and those of its type.
pub fn check(node: &Node, own: &[Field], problems: &mut Vec<Diagnostic>) -> Items {
    let Checked {
        value,
        problems: met,
    } = check_groups(node, &[&COMMON_FIELDS, own], Context::PAGE);
    problems.extend(met);
    value
}

/// The common part. What is wrong in it was told by [`check`].
pub fn common(node: &Node, reading: &Reading) -> Common {
    let items = check_groups(node, &[&COMMON_FIELDS], Context::PAGE).value;
    let prose = |key: &str| node.get(key).and_then(|node| Prose::of(node, reading, &[]));
    Common {
        disclaimer: prose("disclaimer"),
        method: prose("method"),
        sources: items
            .get("sources")
            .map(Item::as_list)
            .unwrap_or_default()
            .iter()
            .filter_map(source)
            .collect(),
        may_share: items.get("share").and_then(Item::as_bool).unwrap_or(true),
    }
}

fn source(item: &Item) -> Option<Source> {
    let map = item.as_map()?;
    let text = |name: &str| map.get(name).and_then(Item::as_text).map(str::to_owned);
    Some(Source {
        title: text("title")?,
        url: text("url"),
        checked: map.get("checked").and_then(Item::as_date),
    })
}

impl Common {
    pub(super) fn proses_mut(&mut self) -> impl Iterator<Item = &mut Prose> {
        self.disclaimer.iter_mut().chain(&mut self.method)
    }
}
