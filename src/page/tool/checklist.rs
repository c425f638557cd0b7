//! A checklist as templates see it.

use serde::Serialize;

use crate::page::text::TextFinisher;
use crate::tool::checklist::{Checklist, ChecklistGroup};
use crate::tool::presets;

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct ChecklistView {
    pub groups: Vec<GroupView>,
    pub points: usize,
    /// HTML.
    pub done: Option<String>,
    pub may_remember: bool,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct GroupView {
    pub title: Option<String>,
    /// HTML.
    pub about: Option<String>,
    pub points: Vec<PointView>,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct PointView {
    pub key: String,
    pub is_done: bool,
    /// HTML of one line.
    pub text: String,
    /// HTML.
    pub why: Option<String>,
}

pub(super) fn view(checklist: &Checklist, finish: &TextFinisher) -> ChecklistView {
    let done: Vec<&str> = finish
        .given("done")
        .map(|given| presets::done(given).collect())
        .unwrap_or_default();
    let group = |group: &ChecklistGroup| GroupView {
        title: group.title.clone(),
        about: finish.optional(group.about.as_ref()),
        points: group
            .points
            .iter()
            .map(|point| PointView {
                key: point.key.clone(),
                is_done: done.contains(&point.key.as_str()),
                text: finish.line(&point.text),
                why: finish.optional(point.why.as_ref()),
            })
            .collect(),
    };
    ChecklistView {
        groups: checklist.groups.iter().map(group).collect(),
        points: checklist
            .groups
            .iter()
            .map(|group| group.points.len())
            .sum(),
        done: finish.optional(checklist.done.as_ref()),
        may_remember: checklist.may_remember,
    }
}
