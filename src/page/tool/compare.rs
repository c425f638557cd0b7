//! A comparison as templates see it: the table, and the totals with even weights.

use serde::Serialize;

use crate::page::content_hash::NumberValue;
use crate::page::text::TextFinisher;
use crate::tool::compare::{Comparison, Criterion, WEIGHT_EVEN, WEIGHT_MAX};

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct CompareView {
    /// The highest possible score.
    pub scale: u32,
    pub weight_max: u32,
    pub criteria: Vec<CriterionView>,
    pub options: Vec<ChoiceView>,
    /// HTML.
    pub disclosure: Option<String>,
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct CriterionView {
    pub key: String,
    pub label: String,
    /// The criterion's initial weight.
    pub weight: u32,
    /// HTML.
    pub help: Option<String>,
    /// The scores, in the order of the options.
    pub scores: Vec<ScoreView>,
}

#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct ScoreView {
    pub score: NumberValue,
    pub text: String,
    /// HTML.
    pub why: Option<String>,
}

/// A column of the table.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub struct ChoiceView {
    pub label: String,
    /// HTML.
    pub about: Option<String>,
    pub is_ours: bool,
    /// The total of the scores with the initial weights.
    pub text: String,
    /// Whether no other option has a higher total.
    pub is_most: bool,
}

pub(super) fn view(comparison: &Comparison, finish: &TextFinisher) -> CompareView {
    let decimal = finish
        .catalog
        .translations
        .text(finish.language, "number_decimal", None, &[])
        .unwrap_or_else(|| ".".to_owned());
    let weight = |criterion: &Criterion| {
        finish
            .given(&criterion.key)
            .and_then(|given| given.parse().ok())
            .filter(|weight| *weight <= WEIGHT_MAX)
    };
    let weights: Vec<u32> = comparison
        .criteria
        .iter()
        .map(|criterion| weight(criterion).unwrap_or(WEIGHT_EVEN))
        .collect();
    let totals: Vec<Option<f64>> = comparison
        .options
        .iter()
        .map(|option| option.total(&weights).map(tenths))
        .collect();
    let most = totals.iter().flatten().copied().fold(f64::MIN, f64::max);
    let criterion = |(row, criterion): (usize, &Criterion)| CriterionView {
        key: criterion.key.clone(),
        label: criterion.label.clone(),
        weight: weights[row],
        help: finish.optional(criterion.help.as_ref()),
        scores: comparison
            .options
            .iter()
            .map(|option| &option.scores[row])
            .map(|score| ScoreView {
                score: NumberValue(score.score),
                text: score.score.to_string().replace('.', &decimal),
                why: finish.optional(score.why.as_ref()),
            })
            .collect(),
    };
    CompareView {
        scale: comparison.scale,
        weight_max: WEIGHT_MAX,
        criteria: comparison
            .criteria
            .iter()
            .enumerate()
            .map(criterion)
            .collect(),
        options: comparison
            .options
            .iter()
            .zip(totals)
            .map(|(option, total)| ChoiceView {
                label: option.label.clone(),
                about: finish.optional(option.about.as_ref()),
                is_ours: option.is_ours,
                text: total.map_or_else(
                    || "–".to_owned(),
                    |total| format!("{total:.1}").replace('.', &decimal),
                ),
                is_most: total.is_some_and(|total| total >= most),
            })
            .collect(),
        disclosure: finish.optional(comparison.disclosure.as_ref()),
    }
}

/// Rounds to one decimal place, half away from zero, as the script does.
fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
