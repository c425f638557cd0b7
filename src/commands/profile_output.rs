//! Prints how long the stages of a build took, and what came from the cache.

use std::time::Duration;

use serde_json::json;

use super::console::{Console, OutputStream};
use super::format::{count, duration, grouped};
use super::options::Format;
use crate::diagnostic::printable;
use crate::pipeline::profile::{Profile, Stage};
use crate::pipeline::unpublished::UnpublishedCounts;

/// Prints the profile: the time of each stage, the slowest pages and templates, and how much came
/// from the cache. `whole` is the time of the whole run.
pub fn profile(
    console: &Console,
    profile: &Profile,
    unpublished: &UnpublishedCounts,
    whole: Duration,
) {
    let ms = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
    if console.format == Format::Json {
        let stages: Vec<_> = profile
            .stages
            .iter()
            .map(|stage| json!({ "name": stage.name, "ms": ms(stage.took), "count": stage.count }))
            .collect();
        let pages: Vec<_> = profile
            .slowest
            .iter()
            .map(|(path, time)| json!({ "address": path.route(), "ms": ms(*time) }))
            .collect();
        let templates: Vec<_> = profile
            .templates
            .iter()
            .map(|(name, time, count)| json!({ "name": name, "ms": ms(*time), "pages": count }))
            .collect();
        let left_out = json!({
            "drafts": unpublished.drafts, "scheduled": unpublished.scheduled,
            "next": unpublished.next.map(|day| day.to_string()), "expired": unpublished.expired,
        });
        let all = json!({ "left_out": left_out, "profile": {
            "whole_ms": ms(whole), "stages": stages, "documents": profile.documents, "sheets": profile.output_pages,
            "slowest_pages": pages, "templates": templates,
        } });
        return console.print_json(OutputStream::Error, &all.to_string());
    }
    let mut text = stage_table(&profile.stages, whole);
    let Profile {
        documents,
        output_pages,
        ..
    } = profile;
    text.push_str(&format!(
        "\n\nDocuments: {} parsed, {} from the cache. Pages and lists: {} rendered, {} from the cache.",
        grouped(documents.made),
        grouped(documents.remembered),
        grouped(output_pages.made),
        grouped(output_pages.remembered)
    ));
    if !profile.slowest.is_empty() {
        text.push_str("\n\nSlowest to render:");
        for (path, time) in &profile.slowest {
            text.push_str(&format!(
                "\n  {:>9.2} ms  {}",
                ms(*time),
                printable(path.route().as_str())
            ));
        }
        text.push_str("\n\nBy template:");
        for (name, time, uses) in &profile.templates {
            text.push_str(&format!(
                "\n  {:>9.2} ms  {name}, {}",
                ms(*time),
                count(*uses, "time")
            ));
        }
    }
    console.print(OutputStream::Error, &text);
}

/// One row per stage: its time, its share of `whole`, and how many items it processed.
fn stage_table(stages: &[Stage], whole: Duration) -> String {
    let width = stages
        .iter()
        .map(|stage| stage.name.chars().count())
        .max()
        .unwrap_or(0)
        .max("total".len());
    let share = |time: Duration| {
        if whole.is_zero() {
            0.0
        } else {
            100.0 * time.as_secs_f64() / whole.as_secs_f64()
        }
    };
    let row = |name: &str, time: Duration| {
        format!(
            "  {name:width$}  {:>12}  {:>3.0} %",
            duration(time),
            share(time)
        )
    };
    let rows = stages.iter().map(|stage| {
        format!(
            "{}  {:>12}\n",
            row(stage.name, stage.took),
            grouped(stage.count)
        )
    });
    rows.collect::<String>() + &row("total", whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_line_up() {
        let stage = |name, ms| Stage {
            name,
            took: Duration::from_millis(ms),
            count: 1043,
        };
        let stages = [stage("parse", 50), stage("render", 150)];
        let expected = "  parse          50 ms   25 %         1 043\n  render        0.15 s   75 %         1 043\n  total         0.20 s  100 %";
        assert_eq!(stage_table(&stages, Duration::from_millis(200)), expected);
    }
}
