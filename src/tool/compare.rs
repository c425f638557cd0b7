//! A comparison: options, a score for each by each criterion, and weights that the reader sets.
//!
//! All weights are equal until the reader changes them, and writers must say which options are
//! their own (see DECISIONS: "A comparison starts with equal weights, and says whose it is").

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::prose::ToolText;
use super::{ToolContext, declaration, keys, too_many};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::fields::{Field, FieldItem, FieldType};
use crate::yaml::{YamlMap, YamlNode, YamlValue};

/// A validated comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub criteria: Vec<Criterion>,
    pub options: Vec<Choice>,
    /// The best possible score.
    pub scale: u32,
    /// The writer's connection with the options.
    pub disclosure: Option<ToolText>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    pub key: String,
    pub label: String,
    pub help: Option<ToolText>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    pub key: String,
    pub label: String,
    pub about: Option<ToolText>,
    /// Whether the option is the writer's own, or the writer profits from it.
    pub is_ours: bool,
    /// One score for each criterion, in the order of the criteria.
    pub scores: Vec<Score>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    pub score: f64,
    pub why: Option<ToolText>,
}

const CRITERIA_MAX: usize = 30;
const OPTIONS_MAX: usize = 12;
const SCALE: u32 = 5;
/// The greatest weight that a reader can give a criterion.
pub const WEIGHT_MAX: u32 = 4;
/// The initial weight of each criterion.
pub const WEIGHT_EVEN: u32 = 2;

/// The keys of a comparison.
pub static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let labeled = |more: Vec<Field>| {
        [
            vec![
                Field::text("label")
                    .required()
                    .about("The name that readers see."),
            ],
            more,
        ]
        .concat()
    };
    let criterion = FieldType::Map(labeled(vec![
        Field::text("help").about("What the criterion means (Markdown)."),
    ]));
    let score = FieldType::Map(vec![
        Field::number("score")
            .required()
            .about("A score from 0 to `scale`; higher is better."),
        Field::text("why").about("The reason for the score (Markdown)."),
    ]);
    let option = FieldType::Map(labeled(vec![
        Field::text("about").about("A sentence about the option (Markdown)."),
        Field::new(
            "scores",
            FieldType::map_of(FieldType::Either(vec![FieldType::Number, score])),
        )
        .required()
        .about("A score for each criterion: a number, or `score` with `why`."),
    ]));
    vec![
        Field::new(
            "criteria",
            FieldType::map_of(FieldType::Either(vec![FieldType::Text, criterion])),
        )
        .required()
        .about("The criteria, by name: a label, or `label` with `help`."),
        Field::new("options", FieldType::map_of(option))
            .required()
            .about("The options, by name."),
        Field::new("ours", FieldType::Terms)
            .required()
            .about("The names of the options that are yours or that you profit from, or `none`."),
        Field::text("disclosure")
            .about("Your connection with them, shown above the table (Markdown)."),
        Field::integer("scale")
            .about("The best possible score, from 2 to 10.")
            .defaults_to("`5`"),
    ]
});

/// Reads the declaration of a comparison.
pub fn read(
    node: &YamlNode,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Option<Comparison> {
    let items = declaration::check(node, &FIELDS, problems);
    let none = YamlMap::new();
    let map = |key: &str| node.get(key).and_then(YamlNode::as_map).unwrap_or(&none);
    let (criteria, options) = (map("criteria"), map("options"));
    count(node, "criteria", criteria, 1, CRITERIA_MAX, problems);
    count(node, "options", options, 2, OPTIONS_MAX, problems);
    let scale = scale(node, items.get("scale"), problems);
    let ours = ours(node, options, items.get("ours"), problems);
    let prose = |node: Option<&YamlNode>| node.and_then(|node| ToolText::of(node, reading, &[]));
    let comparison = Comparison {
        criteria: criteria
            .iter()
            .map(|(key, entry)| Criterion {
                key: key.clone(),
                label: label(&entry.node),
                help: prose(entry.node.get("help")),
            })
            .collect(),
        options: options
            .iter()
            .map(|(key, entry)| Choice {
                key: key.clone(),
                label: label(&entry.node),
                about: prose(entry.node.get("about")),
                is_ours: ours.contains(key),
                scores: scores(key, &entry.node, criteria, scale, reading, problems),
            })
            .collect(),
        scale,
        disclosure: prose(node.get("disclosure")),
    };
    if let (false, None, Some(place)) = (
        ours.is_empty(),
        &comparison.disclosure,
        node.get("ours").map(|ours| ours.place.clone()),
    ) {
        let problem = Diagnostic::new(
            Code::MissingDisclosure,
            "a comparison that includes your own options needs a disclosure",
        )
        .at(place);
        problems.push(
            problem.help("add `disclosure:` with a sentence on your connection with the options"),
        );
    }
    Some(comparison)
}

/// The label of a node that is a label or a mapping with one.
fn label(node: &YamlNode) -> String {
    let text = node
        .as_text()
        .or_else(|| node.get("label").and_then(YamlNode::as_text));
    text.unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Checks that the mapping `name` has at least `min` and at most `max` entries, that their names can
/// be part of links, and that none of them is empty.
fn count(
    node: &YamlNode,
    name: &str,
    map: &YamlMap,
    min: usize,
    max: usize,
    problems: &mut Vec<Diagnostic>,
) {
    if let Some(written) = node
        .get(name)
        .filter(|written| written.as_map().is_some_and(|map| map.len() < min))
    {
        let wanted = if min == 1 {
            "one criterion"
        } else {
            "two options"
        };
        let problem = Diagnostic::new(
            Code::MissingField,
            format!("a comparison needs at least {wanted}"),
        );
        problems.push(
            problem
                .at(written.place.clone())
                .help(format!("add entries to `{name}:`")),
        );
    }
    problems.extend(too_many(
        node.get(name).unwrap_or(node),
        name,
        map.len(),
        max,
    ));
    for (key, entry) in map {
        if let Some(fault) = keys::fault(key) {
            let problem = Diagnostic::new(Code::BadValue, fault).at(entry.key_place.clone());
            problems.push(problem.help("choose a short name: it becomes part of links"));
        }
        if entry.node.is_none() {
            let problem = Diagnostic::new(Code::MissingField, format!("`{key}` is empty"))
                .at(entry.key_place.clone());
            problems.push(problem.help("add a `label`"));
        }
    }
}

fn scale(node: &YamlNode, item: Option<&FieldItem>, problems: &mut Vec<Diagnostic>) -> u32 {
    let Some(stated) = item.and_then(FieldItem::as_integer) else {
        return SCALE;
    };
    match u32::try_from(stated) {
        Ok(scale @ 2..=10) => scale,
        _ => {
            let place = node.get("scale").unwrap_or(node).place.clone();
            let problem = Diagnostic::new(
                Code::BadValue,
                format!("`scale` must be from 2 to 10, found {stated}"),
            )
            .at(place);
            problems.push(problem.help("write a whole number from 2 to 10"));
            SCALE
        }
    }
}

/// Reads `ours:`, the names of the options that are the writer's own.
fn ours(
    node: &YamlNode,
    options: &YamlMap,
    item: Option<&FieldItem>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let Some(item) = item else { return Vec::new() };
    let names: Vec<(&str, _)> = item
        .as_list()
        .iter()
        .filter_map(|item| Some((item.as_text()?, item.place.clone())))
        .collect();
    if names.is_empty() {
        let place = node.get("ours").unwrap_or(node).place.clone();
        problems.push(
            Diagnostic::new(Code::MissingField, "`ours` is empty")
                .at(place)
                .help("write `ours: none`, or the names of options"),
        );
    }
    if let [("none", _)] = names.as_slice() {
        return Vec::new();
    }
    for (name, place) in names
        .iter()
        .filter(|(name, _)| !options.contains_key(*name))
    {
        let near = nearest(name, options.keys().map(String::as_str).chain(["none"]));
        let otherwise = || "write `none`, or the names of `options`".to_owned();
        problems.push(
            Diagnostic::new(Code::BadValue, format!("`ours`: unknown option `{name}`"))
                .at(place.clone())
                .suggest(name, near, otherwise),
        );
    }
    names.into_iter().map(|(name, _)| name.to_owned()).collect()
}

/// Reads an option's scores, in the order of the criteria. Scores that are missing, unknown or
/// outside the scale are reported.
fn scores(
    name: &str,
    node: &YamlNode,
    criteria: &YamlMap,
    scale: u32,
    reading: &ToolContext,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Score> {
    let Some((node, written)) = node
        .get("scores")
        .and_then(|node| Some((node, node.as_map()?)))
    else {
        return Vec::new();
    };
    for (key, entry) in written
        .iter()
        .filter(|(key, _)| !criteria.contains_key(*key))
    {
        let near = nearest(key, criteria.keys().map(String::as_str));
        let otherwise = || "add it to `criteria`, or delete it".to_owned();
        problems.push(
            Diagnostic::new(Code::UnknownKey, format!("unknown criterion `{key}`"))
                .at(entry.key_place.clone())
                .suggest(key, near, otherwise)
                .severity(crate::diagnostic::Severity::Error),
        );
    }
    let missing: Vec<String> = criteria
        .keys()
        .filter(|key| written.get(*key).is_none_or(|entry| entry.node.is_none()))
        .map(|key| format!("`{key}`"))
        .collect();
    if !missing.is_empty() {
        let message = format!(
            "the option `{name}` has no score for {}",
            missing.join(", ")
        );
        problems.push(
            Diagnostic::new(Code::MissingField, message)
                .at(node.place.clone())
                .help("add a score for every criterion"),
        );
    }
    let mut scores = Vec::new();
    for key in criteria.keys() {
        let Some(node) = written.get(key).map(|entry| &entry.node) else {
            continue;
        };
        let stated = node.get("score").unwrap_or(node);
        let Some(score) = number(stated) else {
            continue;
        };
        if !(0.0..=f64::from(scale)).contains(&score) {
            let message = format!("`{key}`: {} is not between 0 and {scale}", stated.written);
            problems.push(
                Diagnostic::new(Code::BadValue, message)
                    .at(stated.place.clone())
                    .help("change the score, or the best possible score in `scale:`"),
            );
        }
        scores.push(Score {
            score,
            why: node
                .get("why")
                .and_then(|why| ToolText::of(why, reading, &[])),
        });
    }
    scores
}

#[expect(
    clippy::cast_precision_loss,
    reason = "values beyond 2^53 are far outside every scale"
)]
fn number(node: &YamlNode) -> Option<f64> {
    match node.value {
        YamlValue::Int(value) => Some(value as f64),
        YamlValue::Float(value) if value.is_finite() => Some(value),
        _ => None,
    }
}

impl Choice {
    /// The weighted mean of the scores, computed in the same order as the script does. `weights`
    /// has one weight for each criterion; if all are 0, this returns `None`.
    pub fn total(&self, weights: &[u32]) -> Option<f64> {
        let weighed = self
            .scores
            .iter()
            .zip(weights)
            .fold(0.0, |total, (score, weight)| {
                total + f64::from(*weight) * score.score
            });
        let all: u32 = weights.iter().sum();
        (all > 0).then(|| weighed / f64::from(all))
    }
}

impl Comparison {
    pub(super) fn proses_mut(&mut self) -> Vec<&mut ToolText> {
        let mut all: Vec<&mut ToolText> = self.disclosure.iter_mut().collect();
        all.extend(
            self.criteria
                .iter_mut()
                .filter_map(|criterion| criterion.help.as_mut()),
        );
        for option in &mut self.options {
            all.extend(&mut option.about);
            all.extend(
                option
                    .scores
                    .iter_mut()
                    .filter_map(|score| score.why.as_mut()),
            );
        }
        all
    }

    pub(super) fn labels(&self) -> Vec<&str> {
        let options = self.options.iter().map(|option| option.label.as_str());
        options
            .chain(
                self.criteria
                    .iter()
                    .map(|criterion| criterion.label.as_str()),
            )
            .collect()
    }
}
