//! The keys that tools of every type have: sources, method, disclaimer, and whether answers may be
//! shared.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::ToolContext;
use super::prose::ToolText;
use crate::diagnostic::{Checked, Diagnostic};
use crate::fields::{CheckContext, Field, FieldItem, FieldItems, FieldType, check_groups};
use crate::yaml::YamlNode;

/// The values that tools of every type have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommonFields {
    /// What the result is not, such as advice.
    pub disclaimer: Option<ToolText>,
    /// How the result is calculated, in the writer's words.
    pub method: Option<ToolText>,
    pub sources: Vec<FigureSource>,
    /// Whether readers can copy a link that contains their answers.
    pub may_share: bool,
}

/// The source of the tool's numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FigureSource {
    pub title: String,
    pub url: Option<String>,
    /// The date on which the writer last checked the source.
    pub checked: Option<Date>,
}

/// The keys of a declaration that every type has.
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
        Field::text("method").about("How the result is calculated, in your words (Markdown)."),
        Field::list("sources", source)
            .about("Where its figures come from, each with the date on which you checked it."),
        Field::text("disclaimer").about("What the result is not (Markdown)."),
        Field::boolean("share")
            .about("Whether readers can copy a link that contains their answers.")
            .defaults_to("`true`"),
    ]
});

/// Checks the keys of a declaration: the common ones, and `own`, those of its type.
pub fn check(node: &YamlNode, own: &[Field], problems: &mut Vec<Diagnostic>) -> FieldItems {
    let Checked {
        value,
        problems: met,
    } = check_groups(node, &[&COMMON_FIELDS, own], CheckContext::PAGE);
    problems.extend(met);
    value
}

/// Reads the common part of a declaration. Its problems have been reported by [`check`].
pub fn common(node: &YamlNode, reading: &ToolContext) -> CommonFields {
    let items = check_groups(node, &[&COMMON_FIELDS], CheckContext::PAGE).value;
    let prose = |key: &str| {
        node.get(key)
            .and_then(|node| ToolText::of(node, reading, &[]))
    };
    CommonFields {
        disclaimer: prose("disclaimer"),
        method: prose("method"),
        sources: items
            .get("sources")
            .map(FieldItem::as_list)
            .unwrap_or_default()
            .iter()
            .filter_map(source)
            .collect(),
        may_share: items
            .get("share")
            .and_then(FieldItem::as_bool)
            .unwrap_or(true),
    }
}

fn source(item: &FieldItem) -> Option<FigureSource> {
    let map = item.as_map()?;
    let text = |name: &str| {
        map.get(name)
            .and_then(FieldItem::as_text)
            .map(str::to_owned)
    };
    Some(FigureSource {
        title: text("title")?,
        url: text("url"),
        checked: map.get("checked").and_then(FieldItem::as_date),
    })
}

impl CommonFields {
    pub(super) fn proses_mut(&mut self) -> impl Iterator<Item = &mut ToolText> {
        self.disclaimer.iter_mut().chain(&mut self.method)
    }
}
