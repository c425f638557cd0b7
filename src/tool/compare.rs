//! A comparison: options, what speaks for each by one criterion and another, and weights that the
//! reader sets.
//!
//! All weights are even until the reader says what counts: a writer's own weights would be the
//! writer's advice in disguise. Whoever compares what is their own has to say so.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::prose::ToolText;
use super::{ToolContext, declaration, keys, too_many};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::fields::{Field, FieldItem, FieldType};
use crate::yaml::{YamlMap, YamlNode, YamlValue};

/// A checked comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub criteria: Vec<Criterion>,
    pub options: Vec<Choice>,
    /// The best score there is.
    pub scale: u32,
    /// What the writer has to do with the options.
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
    /// Whether it is the writer's own, or the writer gains by it.
    pub is_ours: bool,
    /// In the order of the criteria.
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
/// How much a reader can make a criterion count.
pub const WEIGHT_MAX: u32 = 4;
/// How much each counts until then.
pub const WEIGHT_EVEN: u32 = 2;

/// The keys of a comparison.
pub static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let labelled = |more: Vec<Field>| {
        [
            vec![Field::text("label").required().about("As readers see it.")],
            more,
        ]
        .concat()
    };
    let criterion = FieldType::Map(labelled(vec![
        Field::text("help").about("What is meant by it (Markdown)."),
    ]));
    let score = FieldType::Map(vec![
        Field::number("score")
            .required()
            .about("From 0 up to `scale`; more is better."),
        Field::text("why").about("Why (Markdown)."),
    ]);
    let option = FieldType::Map(labelled(vec![
        Field::text("about").about("A sentence on it (Markdown)."),
        Field::new(
            "scores",
            FieldType::map_of(FieldType::Either(vec![FieldType::Number, score])),
        )
        .required()
        .about("A score for each criterion: a number, or `score` with `why`."),
    ]));
    vec![
        Field::new("criteria", FieldType::map_of(FieldType::Either(vec![FieldType::Text, criterion])))
            .required()
            .about("What may count, by name: a label, or `label` with `help`."),
        Field::new("options", FieldType::map_of(option)).required().about("What is compared, by name."),
        Field::new("ours", FieldType::Terms)
            .required()
            .about("The names of the options that are yours, or by which you gain; `none` when there is none."),
        Field::text("disclosure").about("What you have to do with them, told above the table (Markdown)."),
        Field::integer("scale").about("The best score there is, 2 to 10.").defaults_to("`5`"),
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
            "a comparison with something of your own in it says so",
        )
        .at(place);
        problems.push(
            problem.help("add `disclosure:` and say in a sentence what you have to do with it"),
        );
    }
    Some(comparison)
}

/// A label alone, or a mapping with one.
fn label(node: &YamlNode) -> String {
    let text = node
        .as_text()
        .or_else(|| node.get("label").and_then(YamlNode::as_text));
    text.unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether there are enough of them and not too many, with names that can stand in links.
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
                .help(format!("add to `{name}:`")),
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
            problems.push(problem.help("it stands in links: give it a short one"));
        }
        if entry.node.is_none() {
            let problem = Diagnostic::new(Code::MissingField, format!("`{key}` says nothing"))
                .at(entry.key_place.clone());
            problems.push(problem.help("write its `label`"));
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
                format!("`scale`: {stated} is not between 2 and 10"),
            )
            .at(place);
            problems.push(problem.help("people tell five steps apart, hardly more than ten"));
            SCALE
        }
    }
}

/// The options that are the writer's own.
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
            Diagnostic::new(Code::MissingField, "`ours` says nothing")
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
        let help = near.map_or_else(
            || "write `none`, or the names of `options`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        problems.push(
            Diagnostic::new(
                Code::BadValue,
                format!("`ours`: there is no option `{name}`"),
            )
            .at(place.clone())
            .help(help),
        );
    }
    names.into_iter().map(|(name, _)| name.to_owned()).collect()
}

/// An option's scores in the order of the criteria; what is missing, unknown or out of the scale is
/// told.
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
        let help = near.map_or_else(
            || "add it to `criteria`, or delete it".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        problems.push(
            Diagnostic::new(Code::UnknownKey, format!("there is no criterion `{key}`"))
                .at(entry.key_place.clone())
                .help(help)
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
                .help("every option is scored by every criterion"),
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
                    .help("more is better; `scale:` says how much there is"),
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
    reason = "what lies beyond 2^53 is far beyond every scale"
)]
fn number(node: &YamlNode) -> Option<f64> {
    match node.value {
        YamlValue::Int(value) => Some(value as f64),
        YamlValue::Float(value) if value.is_finite() => Some(value),
        _ => None,
    }
}

impl Choice {
    /// What the scores come to with these weights, one for each criterion, reckoned as the script
    /// does; `None` when nothing counts.
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
