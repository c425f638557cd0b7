//! The report as a single HTML file, with its styles and plots inside and no external resources.

use super::plot::bars;
use super::{FeedbackReport, PageLine, PlotBar, Report};
use crate::diagnostic::Severity;
use crate::escape;

/// The maximum number of places to list for one code; the others are counted.
const PLACES_NAMED: usize = 12;

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#2a231d;--paper:#fbf7f0;--line:#d9cfc0;--mark:#a8323e}\
@media(prefers-color-scheme:dark){:root{--ink:#ece4d8;--paper:#211c18;--line:#4a4037;--mark:#e9818a}}\
body{margin:0 auto;max-width:52rem;padding:2rem 1rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}\
h1,h2{line-height:1.2}h2{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:1rem}\
table{border-collapse:collapse;width:100%}th,td{text-align:start;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}\
td.n,th.n{text-align:end;white-space:nowrap}.figures{display:flex;flex-wrap:wrap;gap:1.5rem;padding:0;list-style:none}.figures b{display:block;font-size:2rem;line-height:1}\
.plot{width:100%;max-width:40rem;height:auto}.plot text{font-size:13px;fill:var(--ink)}.plot rect{fill:var(--mark)}\
small,.quiet{opacity:.8}blockquote{margin:.5rem 0;padding-inline-start:1rem;border-inline-start:3px solid var(--line);white-space:pre-wrap;overflow-wrap:anywhere}code{overflow-wrap:anywhere}";

/// The beginning of every report. Only a file that begins like this is overwritten by a new report.
pub const BEGINNING: &str = "<!doctype html>\n<!-- handsel report -->\n";

/// The report as an HTML page.
pub fn html(report: &Report) -> String {
    let title = format!("{}: report of {}", report.title, report.today);
    let mut page = format!(
        "{BEGINNING}<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<title>{0}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n",
        escape::html(&title)
    );
    figures(&mut page, report);
    freshness(&mut page, report);
    pages(
        &mut page,
        "Pages that no page links to",
        &report.orphans,
        "Every page has a link from another page.",
    );
    audit(&mut page, report);
    match &report.feedback {
        Some(answers) => feedback(&mut page, answers),
        None => page.push_str(
            "<h2>Readers’ answers</h2>\n<p class=\"quiet\">None provided. Use <code>handsel report --feedback FILE</code> with a CSV file or JSON lines.</p>\n",
        ),
    }
    page + "</main>\n</body>\n</html>\n"
}

fn figures(page: &mut String, report: &Report) {
    page.push_str("<ul class=\"figures\">");
    let mut figure =
        |count: usize, what: &str| page.push_str(&format!("<li><b>{count}</b>{what}</li>"));
    figure(report.pages, "pages");
    figure(report.errors, "errors");
    figure(report.warnings, "warnings");
    figure(report.freshness.overdue.len(), "overdue reviews");
    figure(report.orphans.len(), "pages that no page links to");
    if let Some(answers) = &report.feedback {
        figure(answers.answers, "readers’ answers");
    }
    page.push_str("</ul>\n");
}

fn freshness(page: &mut String, report: &Report) {
    let fresh = &report.freshness;
    page.push_str("<h2>Age of pages</h2>\n<p>By the most recent date of each page: published, updated or reviewed.</p>\n");
    page.push_str(&bars(
        "Pages by time since their last change or review",
        &fresh.ages,
    ));
    if fresh.undated > 0 {
        page.push_str(&format!(
            "<p class=\"quiet\">Pages without a date: {}.</p>\n",
            fresh.undated
        ));
    }
    pages(
        page,
        "Overdue reviews",
        &fresh.overdue,
        "No review is overdue.",
    );
    pages(
        page,
        "Reviews due soon",
        &fresh.due_soon,
        "None is due in the next three months.",
    );
}

fn pages(page: &mut String, heading: &str, lines: &[PageLine], none: &str) {
    page.push_str(&format!("<h2>{heading}</h2>\n"));
    if lines.is_empty() {
        page.push_str(&format!("<p class=\"quiet\">{none}</p>\n"));
        return;
    }
    page.push_str("<table><thead><tr><th>Page</th><th>File</th><th></th></tr></thead><tbody>\n");
    for line in lines {
        let (title, address, source, note) = (
            escape::html(&line.title),
            escape::html(&line.address),
            escape::html(&line.source),
            escape::html(&line.note),
        );
        page.push_str(&format!("<tr><td>{title}<br><small>{address}</small></td><td><code>{source}</code></td><td>{note}</td></tr>\n"));
    }
    page.push_str("</tbody></table>\n");
}

fn audit(page: &mut String, report: &Report) {
    page.push_str("<h2>Problems</h2>\n");
    if report.audit.is_empty() {
        page.push_str("<p class=\"quiet\">No problems.</p>\n");
        return;
    }
    let counted = |line: &super::AuditLine| PlotBar {
        label: line.code.name().to_owned(),
        count: line.count,
    };
    page.push_str(&bars(
        "Problems by code",
        &report.audit.iter().map(counted).collect::<Vec<_>>(),
    ));
    page.push_str("<table><thead><tr><th>Code</th><th class=\"n\">Count</th><th>Where</th></tr></thead><tbody>\n");
    for line in &report.audit {
        let named: Vec<String> = line
            .places
            .iter()
            .take(PLACES_NAMED)
            .map(|place| format!("<code>{}</code>", escape::html(place)))
            .collect();
        let rest = line.places.len().saturating_sub(PLACES_NAMED);
        let rest = if rest == 0 {
            String::new()
        } else {
            format!("<br><small>and {rest} more</small>")
        };
        let severity = if line.severity == Severity::Error {
            "error"
        } else {
            "warning"
        };
        page.push_str(&format!(
            "<tr><td><strong>{}</strong> <small>{severity}</small><br><small>{}</small></td><td class=\"n\">{}</td><td>{}{rest}</td></tr>\n",
            line.code,
            escape::html(line.meaning),
            line.count,
            named.join("<br>")
        ));
    }
    page.push_str("</tbody></table>\n");
}

fn feedback(page: &mut String, answers: &FeedbackReport) {
    page.push_str("<h2>Readers’ answers</h2>\n");
    let helped = [
        ("helpful", answers.helped),
        ("not helpful", answers.not_helped),
    ];
    page.push_str(&bars(
        "Were pages helpful?",
        &helped.map(|(label, count)| PlotBar {
            label: label.to_owned(),
            count,
        }),
    ));
    for (heading, plotted) in [("Reasons", &answers.reasons), ("By month", &answers.months)] {
        if !plotted.is_empty() {
            page.push_str(&format!("<h3>{heading}</h3>\n{}", bars(heading, plotted)));
        }
    }
    if !answers.pages.is_empty() {
        page.push_str("<h3>By page</h3>\n<table><thead><tr><th>Page</th><th class=\"n\">Helpful</th><th class=\"n\">Not helpful</th></tr></thead><tbody>\n");
        for answered in &answers.pages {
            let (title, address) = (
                escape::html(&answered.page.title),
                escape::html(&answered.page.address),
            );
            page.push_str(&format!(
                "<tr><td>{title}<br><small>{address}</small></td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
                answered.helped, answered.not_helped
            ));
        }
        page.push_str("</tbody></table>\n");
    }
    if !answers.words.is_empty() {
        page.push_str("<h3>Comments</h3>\n");
        for words in &answers.words {
            let about = [
                Some(words.address.clone()),
                words.date.map(|date| date.to_string()),
                words.reason.clone(),
            ];
            let about: Vec<String> = about
                .into_iter()
                .flatten()
                .map(|part| escape::html(&part))
                .collect();
            page.push_str(&format!(
                "<blockquote>{}<br><small>{}</small></blockquote>\n",
                escape::html(&words.text),
                about.join(" · ")
            ));
        }
    }
    if !answers.elsewhere.is_empty() {
        page.push_str(&format!(
            "<h3>Answers about unknown addresses</h3>\n{}",
            bars("Answers by address", &answers.elsewhere)
        ));
    }
    if !answers.unread.is_empty() {
        let lines: Vec<String> = answers
            .unread
            .iter()
            .take(PLACES_NAMED)
            .map(ToString::to_string)
            .collect();
        page.push_str(&format!(
            "<p class=\"quiet\">Unreadable lines of the file: {} (first ones: {}).</p>\n",
            answers.unread.len(),
            lines.join(", ")
        ));
    }
}
