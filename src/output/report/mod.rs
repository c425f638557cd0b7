//! A report for the people who maintain a site: the age of its pages, pages without links, the
//! problems of the audit, and readers' answers. [`report`] collects it as plain values; `html`
//! renders it as a single self-contained page.

pub mod feedback;
mod html;
mod plot;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use self::feedback::{ReaderAnswer, ReaderAnswers};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::site::{PageId, Site};

pub use html::{BEGINNING, html};

/// Reviews due within this many days are listed.
const SOON_DAYS: i32 = 90;

#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub title: String,
    pub today: Date,
    pub pages: usize,
    pub freshness: Freshness,
    /// Pages that no other page links to.
    pub orphans: Vec<PageLine>,
    pub audit: Vec<AuditLine>,
    pub errors: usize,
    pub warnings: usize,
    /// `None` if no file of answers was given.
    pub feedback: Option<FeedbackReport>,
}

/// A page of the site, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PageLine {
    pub address: String,
    pub title: String,
    pub source: String,
    /// A remark about it: a date, a count.
    pub note: String,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Freshness {
    /// Pages grouped by the time since their last change or review.
    pub ages: Vec<PlotBar>,
    /// Pages without a date.
    pub undated: usize,
    pub overdue: Vec<PageLine>,
    pub due_soon: Vec<PageLine>,
}

/// One bar of a plot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlotBar {
    pub label: String,
    pub count: usize,
}

/// A code with its problems.
#[derive(Clone, Debug, Serialize)]
pub struct AuditLine {
    pub code: Code,
    pub severity: Severity,
    pub meaning: &'static str,
    pub count: usize,
    /// Where they are, each place once: `content/a.md:3:1`.
    pub places: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct FeedbackReport {
    pub answers: usize,
    pub helped: usize,
    pub not_helped: usize,
    pub reasons: Vec<PlotBar>,
    pub months: Vec<PlotBar>,
    /// Pages with answers, the least helpful first.
    pub pages: Vec<AnsweredPage>,
    /// Texts that readers wrote, the newest first.
    pub words: Vec<ReportTexts>,
    /// Answers about addresses that the site does not have.
    pub elsewhere: Vec<PlotBar>,
    /// Lines of the file that could not be read.
    pub unread: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AnsweredPage {
    pub page: PageLine,
    pub helped: usize,
    pub not_helped: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReportTexts {
    pub address: String,
    pub date: Option<Date>,
    pub reason: Option<String>,
    pub text: String,
}

/// Collects the report. `problems` are those of a check, with final severities.
pub fn report(site: &Site, problems: &[Diagnostic], feedback: Option<&ReaderAnswers>) -> Report {
    let of = |severity| {
        problems
            .iter()
            .filter(|problem| problem.severity == severity)
            .count()
    };
    Report {
        title: site
            .settings()
            .title
            .clone()
            .unwrap_or_else(|| "Knowledge".to_owned()),
        today: site.today,
        pages: site.pages().len(),
        freshness: freshness(site),
        orphans: orphans(site, problems),
        audit: audit(problems),
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
        feedback: feedback.map(|feedback| answered(site, feedback)),
    }
}

fn line(site: &Site, page: PageId, note: String) -> PageLine {
    let page = site.page(page);
    PageLine {
        address: page.route.to_string(),
        title: page.entry.title.clone(),
        source: page.entry.source.to_string(),
        note,
    }
}

/// The age groups: the minimum age in months, and the label.
const AGES: [(i32, &str); 5] = [
    (24, "over 2 years"),
    (12, "1 to 2 years"),
    (6, "6 to 12 months"),
    (3, "3 to 6 months"),
    (0, "under 3 months"),
];

fn freshness(site: &Site) -> Freshness {
    let mut freshness = Freshness::default();
    let mut counts = [0; AGES.len()];
    let (mut overdue, mut due_soon) = (Vec::new(), Vec::new());
    for (id, page) in site.pages_with_ids().filter(|(_, page)| page.is_listed()) {
        match page.changed().max(page.entry.meta.reviewed) {
            Some(seen) => {
                let months = (i32::from(site.today.year()) - i32::from(seen.year())) * 12
                    + i32::from(site.today.month())
                    - i32::from(seen.month());
                let group = AGES
                    .iter()
                    .position(|(least, _)| months >= *least)
                    .unwrap_or(AGES.len() - 1);
                counts[group] += 1;
            }
            None => freshness.undated += 1,
        }
        if let Some(due) = page.entry.review_due() {
            let days = site.today.until(due).map_or(0, |span| span.get_days());
            match days {
                ..0 => overdue.push((due, line(site, id, due.to_string()))),
                0..SOON_DAYS => due_soon.push((due, line(site, id, due.to_string()))),
                _ => {}
            }
        }
    }
    freshness.ages = AGES
        .iter()
        .zip(counts)
        .rev()
        .map(|((_, label), count)| PlotBar {
            label: (*label).to_owned(),
            count,
        })
        .collect();
    freshness.overdue = by_day(overdue);
    freshness.due_soon = by_day(due_soon);
    freshness
}

fn by_day(mut lines: Vec<(Date, PageLine)>) -> Vec<PageLine> {
    lines.sort_by(|(a, one), (b, other)| (a, &one.address).cmp(&(b, &other.address)));
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The pages that the check reports as orphans, so that pages that are orphans for a reason are not
/// included.
fn orphans(site: &Site, problems: &[Diagnostic]) -> Vec<PageLine> {
    let reported = problems
        .iter()
        .filter(|problem| problem.code == Code::Orphan)
        .filter_map(|problem| problem.location.as_ref());
    let pages = reported.filter_map(|place| {
        site.pages_with_ids()
            .find(|(_, page)| page.entry.source == place.path)
    });
    pages
        .map(|(page, _)| line(site, page, String::new()))
        .collect()
}

fn audit(problems: &[Diagnostic]) -> Vec<AuditLine> {
    let mut lines: BTreeMap<&str, AuditLine> = BTreeMap::new();
    for problem in problems {
        let code = problem.code;
        let line = lines.entry(code.name()).or_insert_with(|| AuditLine {
            code,
            severity: problem.severity,
            meaning: code.meaning(),
            count: 0,
            places: Vec::new(),
        });
        line.count += 1;
        line.severity = line.severity.max(problem.severity);
        line.places
            .extend(problem.location.as_ref().map(ToString::to_string));
    }
    let mut lines: Vec<AuditLine> = lines.into_values().collect();
    lines.sort_by_key(|line| {
        (
            std::cmp::Reverse(line.severity),
            std::cmp::Reverse(line.count),
        )
    });
    lines
}

fn answered(site: &Site, feedback: &ReaderAnswers) -> FeedbackReport {
    let mut report = FeedbackReport {
        answers: feedback.answers.len(),
        unread: feedback.unread.clone(),
        ..FeedbackReport::default()
    };
    let (mut reasons, mut months, mut elsewhere) =
        (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    // By the position of the page, so that equal ones are in the order of the site's pages.
    let mut pages: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    let base = site.settings().base_path();
    let pages_now = site
        .pages_with_ids()
        .map(|(id, page)| (page.route.href(base), id));
    // Answers about an old address of a page belong to the page.
    let addresses: BTreeMap<String, PageId> = site
        .redirects
        .iter()
        .map(|redirect| (redirect.from.href(base), redirect.to))
        .chain(pages_now)
        .collect();
    let page_at = |address: &str| {
        addresses
            .get(address)
            .or_else(|| addresses.get(&format!("{address}/")))
    };
    for ReaderAnswer {
        address,
        helped,
        reason,
        words,
        date,
    } in &feedback.answers
    {
        match helped {
            Some(true) => report.helped += 1,
            Some(false) => report.not_helped += 1,
            None => {}
        }
        if let Some(reason) = reason {
            *reasons.entry(reason.clone()).or_insert(0) += 1;
        }
        if let Some(date) = date {
            *months
                .entry(format!("{:04}-{:02}", date.year(), date.month()))
                .or_insert(0) += 1;
        }
        match page_at(address) {
            Some(page) => {
                let counts = pages.entry(site.tables.position(*page)).or_default();
                counts.0 += usize::from(*helped == Some(true));
                counts.1 += usize::from(*helped == Some(false));
            }
            None => *elsewhere.entry(address.clone()).or_insert(0) += 1,
        }
        if let Some(text) = words {
            report.words.push(ReportTexts {
                address: address.clone(),
                date: *date,
                reason: reason.clone(),
                text: text.clone(),
            });
        }
    }
    let bars = |counts: BTreeMap<String, usize>| {
        counts
            .into_iter()
            .map(|(label, count)| PlotBar { label, count })
            .collect::<Vec<_>>()
    };
    report.reasons = bars(reasons);
    report
        .reasons
        .sort_by_key(|bar| std::cmp::Reverse(bar.count));
    report.months = bars(months);
    report.elsewhere = bars(elsewhere);
    let answered = |(position, (helped, not_helped)): (u32, _)| AnsweredPage {
        page: line(site, site.ids()[position as usize], String::new()),
        helped,
        not_helped,
    };
    report.pages = pages.into_iter().map(answered).collect();
    report.pages.sort_by_key(|page| {
        (
            std::cmp::Reverse(page.not_helped),
            std::cmp::Reverse(page.helped),
        )
    });
    report
        .words
        .sort_by_key(|words| std::cmp::Reverse(words.date));
    report
}
