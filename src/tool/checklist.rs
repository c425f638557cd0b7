//! A checklist: points to tick, in groups, each with an explanation of why it matters.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::keys::UniqueKeys;
use super::prose::ToolText;
use super::{ToolContext, declaration, too_many};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{Field, FieldType};
use crate::yaml::YamlNode;

/// A validated checklist.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checklist {
    pub groups: Vec<ChecklistGroup>,
    /// The text that is shown when everything is ticked.
    pub done: Option<ToolText>,
    /// Whether readers may save their ticks on their device.
    pub may_remember: bool,
}

/// A group of related points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChecklistGroup {
    /// The title; `None` if the list has no groups.
    pub title: Option<String>,
    pub about: Option<ToolText>,
    pub points: Vec<ChecklistPoint>,
}

/// A point that can be checked off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChecklistPoint {
    pub key: String,
    pub text: ToolText,
    pub why: Option<ToolText>,
}

/// The most points that a checklist may have.
const POINTS_MAX: usize = 300;

/// The keys of a checklist.
pub static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let point = FieldType::Map(vec![
        Field::text("text")
            .required()
            .about("What to do (Markdown)."),
        Field::text("why").about("Why it matters (Markdown)."),
        Field::text("key").about(
            "Its name in links and saved ticks. Set it to keep them when the wording changes.",
        ),
    ]);
    let points = FieldType::Either(vec![FieldType::Text, point]);
    let group = FieldType::Map(vec![
        Field::text("title")
            .required()
            .about("The title of the group."),
        Field::text("about").about("A sentence before the points (Markdown)."),
        Field::list("items", points.clone())
            .required()
            .about("The points."),
    ]);
    vec![
        Field::list("groups", group).about("The points, in groups."),
        Field::list("items", points)
            .about("The points of a list without groups: each a text, or `text` with `why`."),
        Field::text("done").about("The text shown when everything is ticked (Markdown)."),
        Field::boolean("remember")
            .about("Whether readers can save their ticks on their device.")
            .defaults_to("`true`"),
    ]
});

/// Reads the declaration of a checklist.
pub fn read(
    node: &YamlNode,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Option<Checklist> {
    let items = declaration::check(node, &FIELDS, problems);
    let mut keys = UniqueKeys::default();
    let mut points_of = |node: &YamlNode, problems: &mut Vec<Diagnostic>| -> Vec<ChecklistPoint> {
        let nodes = node
            .get("items")
            .map(|items| items.as_list().unwrap_or(std::slice::from_ref(items)))
            .unwrap_or_default();
        nodes
            .iter()
            .filter_map(|node| point(node, reading, &mut keys, problems))
            .collect()
    };
    let mut groups = Vec::new();
    let ungrouped = points_of(node, problems);
    if !ungrouped.is_empty() {
        groups.push(ChecklistGroup {
            title: None,
            about: None,
            points: ungrouped,
        });
    }
    let nodes = node
        .get("groups")
        .map(|groups| groups.as_list().unwrap_or(std::slice::from_ref(groups)))
        .unwrap_or_default();
    for node in nodes {
        let about = node
            .get("about")
            .and_then(|about| ToolText::of(about, reading, &[]));
        groups.push(ChecklistGroup {
            title: node
                .get("title")
                .and_then(YamlNode::as_text)
                .map(str::to_owned),
            about,
            points: points_of(node, problems),
        });
    }
    let points = groups.iter().map(|group| group.points.len()).sum();
    if let Some(empty) = nodes.iter().find(|node| {
        node.get("items")
            .is_some_and(|items| items.as_list().is_some_and(<[YamlNode]>::is_empty))
    }) {
        let problem =
            Diagnostic::new(Code::MissingField, "this group has no points").at(empty.place.clone());
        problems.push(problem.help("add points to `items:`, or delete the group"));
    } else if points == 0 && !problems.iter().any(Diagnostic::is_error) {
        let problem = Diagnostic::new(Code::MissingField, "a checklist needs at least one point")
            .at(node.place.clone());
        problems.push(problem.help(
            "add `items:` with a list of texts, or `groups:`, each with `title` and `items`",
        ));
    }
    problems.extend(too_many(node, "points", points, POINTS_MAX));
    Some(Checklist {
        groups,
        done: node
            .get("done")
            .and_then(|done| ToolText::of(done, reading, &[])),
        may_remember: items
            .get("remember")
            .and_then(|item| item.as_bool())
            .unwrap_or(true),
    })
}

fn point(
    node: &YamlNode,
    reading: &ToolContext,
    keys: &mut UniqueKeys,
    problems: &mut Vec<Diagnostic>,
) -> Option<ChecklistPoint> {
    let text = if node.as_map().is_some() {
        node.get("text")?
    } else {
        node
    };
    let prose = ToolText::line(text, reading)?;
    let key = keys.name(node.get("key"), &prose.markdown, problems);
    Some(ChecklistPoint {
        key,
        text: prose,
        why: node
            .get("why")
            .and_then(|why| ToolText::of(why, reading, &[])),
    })
}

impl Checklist {
    pub(super) fn proses_mut(&mut self) -> Vec<&mut ToolText> {
        let mut all: Vec<&mut ToolText> = self.done.iter_mut().collect();
        for group in &mut self.groups {
            all.extend(&mut group.about);
            for point in &mut group.points {
                all.push(&mut point.text);
                all.extend(&mut point.why);
            }
        }
        all
    }

    pub(super) fn labels(&self) -> Vec<&str> {
        self.groups
            .iter()
            .filter_map(|group| group.title.as_deref())
            .collect()
    }
}
