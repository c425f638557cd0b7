//! Decides the severity of each problem by the settings, the page, `--strict` and `--lenient`.

use std::collections::{BTreeMap, BTreeSet};

use super::Request;
use super::file_listing::DEFAULTS_FILE;
use crate::diagnostic::{Cause, CauseKind, Code, Diagnostic, Location, Severity, resolve_causes};
use crate::paths::SourcePath;
use crate::settings::Settings;
use crate::site::{LinkTarget, Site, UnpublishedReason};

/// The problems to report, sorted, with their final severities.
pub fn apply(
    problems: Vec<Diagnostic>,
    settings: &Settings,
    site: &Site,
    request: &Request,
) -> Vec<Diagnostic> {
    let with_severity = |mut problem: Diagnostic| {
        problem.severity = severity(&problem, settings, site, request);
        (problem.severity != Severity::Off).then_some(problem)
    };
    let mut problems = problems;
    add_shared_causes(&mut problems, request);
    let mut reported: Vec<Diagnostic> = problems.into_iter().filter_map(with_severity).collect();
    Diagnostic::sort(&mut reported);
    let mut reported = merge_repeated(reported);
    resolve_causes(&mut reported);
    reported
}

/// Adds the causes of problems that depend on the settings or on a folder's defaults, if these
/// cannot be read.
fn add_shared_causes(problems: &mut [Diagnostic], request: &Request) {
    let is_unread = |problem: &&Diagnostic| {
        matches!(
            problem.code,
            Code::BadYaml | Code::NotUtf8 | Code::Unreadable
        )
    };
    let unread: BTreeSet<SourcePath> = problems
        .iter()
        .filter(is_unread)
        .filter_map(|problem| problem.location.as_ref())
        .filter(|place| place.path == request.config || place.path.name() == DEFAULTS_FILE)
        .map(|place| place.path.clone())
        .collect();
    if unread.is_empty() {
        return;
    }
    let defaults_of = |path: &SourcePath| {
        let folders = path.folder();
        folders
            .and_folders()
            .filter_map(|folder| SourcePath::new(&format!("/{folder}/{DEFAULTS_FILE}")).ok())
            .find(|defaults| unread.contains(defaults))
    };
    for problem in problems {
        if problem.cause.is_some() {
            continue;
        }
        if unread.contains(&request.config) && depends_on_settings(problem.code) {
            problem.cause = Some(Box::new(Cause::new(
                CauseKind::UnreadSettings,
                &request.config,
            )));
        } else if problem.code == Code::MissingField
            && let Some(place) = &problem.location
            && let Some(defaults) = defaults_of(&place.path)
        {
            problem.cause = Some(Box::new(Cause::new(CauseKind::UnreadDefaults, &defaults)));
        }
    }
}

/// Whether a setting can be the reason that there is no such problem: `external_paths`, `retired`,
/// `allow_origins`, `raw_html`, `math`, `ignore`, `permalinks` and `content`.
fn depends_on_settings(code: Code) -> bool {
    matches!(
        code,
        Code::BrokenLink
            | Code::VanishedAddress
            | Code::VanishedAnchor
            | Code::IncompleteLedger
            | Code::IncompleteGiving
            | Code::OutsideOrigin
            | Code::UnsafeHtml
            | Code::DroppedAttribute
            | Code::AddressTaken
            | Code::UnreadFile
            | Code::UnreferencedFiles
    )
}

/// Whether one of these problems stops the build.
pub fn is_any_error(
    problems: &[Diagnostic],
    settings: &Settings,
    site: &Site,
    request: &Request,
) -> bool {
    problems
        .iter()
        .any(|problem| severity(problem, settings, site, request) == Severity::Error)
}

/// The final severity of a problem.
fn severity(problem: &Diagnostic, settings: &Settings, site: &Site, request: &Request) -> Severity {
    let own = problem
        .location
        .as_ref()
        .and_then(|place| page_checks(site, &place.path)?.get(problem.code.name()));
    let stated = own.or_else(|| settings.checks.get(problem.code.name()));
    let severity = stated.copied().unwrap_or(problem.severity);
    let is_settings = problem
        .location
        .as_ref()
        .is_some_and(|place| place.path == request.config);
    // Old names work, so only `check` reports them.
    if problem.code == Code::RenamedName && !request.with_audit {
        return Severity::Off;
    }
    match severity {
        Severity::Error if request.is_lenient && !is_settings && is_about_text(problem.code) => {
            match request.is_strict {
                true => Severity::Error,
                false => Severity::Warning,
            }
        }
        // The next build completes the ledger by itself, so this fails a strict check only if the
        // settings make it an error (see DECISIONS: “An incomplete ledger does not fail a strict
        // check”).
        Severity::Warning if request.is_strict && problem.code != Code::IncompleteLedger => {
            Severity::Error
        }
        severity => severity,
    }
}

/// The severities that a page sets for itself.
fn page_checks<'a>(site: &'a Site, source: &SourcePath) -> Option<&'a BTreeMap<String, Severity>> {
    match site.tables.by_source.get(source)? {
        LinkTarget::Page(id) => Some(&site.page(*id).entry.meta.checks),
        _ => None,
    }
}

/// Whether `--lenient` accepts this problem, because it is about a page's text and not about the
/// site.
fn is_about_text(code: Code) -> bool {
    !matches!(
        code,
        Code::BadTemplate
            | Code::TemplateFailed
            | Code::MissingTemplate
            | Code::BadTranslation
            | Code::BadData
            | Code::BadSetting
            | Code::UnknownSetting
            | Code::ForeignFile
            | Code::Internal
    )
}

/// Removes repeated problems, and counts those of a template that fails on several pages.
fn merge_repeated(sorted: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut merged: Vec<Diagnostic> = Vec::with_capacity(sorted.len());
    for problem in sorted {
        match merged.last_mut() {
            Some(last) if *last == problem => last.repeated += usize::from(fails_on_pages(last)),
            Some(last) if fails_on_pages(last) && has_same_place(last, &problem) => {
                last.repeated += 1;
            }
            _ => merged.push(problem),
        }
    }
    merged
}

fn fails_on_pages(problem: &Diagnostic) -> bool {
    problem.code == Code::TemplateFailed
}

fn has_same_place(one: &Diagnostic, other: &Diagnostic) -> bool {
    one.location.is_some() && (one.code, &one.location) == (other.code, &other.location)
}

/// Reports pages that a lenient build skipped, and counts them.
pub fn report_skipped(site: &Site, problems: &mut Vec<Diagnostic>) -> usize {
    let mut sources: Vec<(&SourcePath, UnpublishedReason)> = site
        .tables
        .by_source
        .values()
        .filter_map(|node| match node {
            LinkTarget::Hidden {
                source,
                why: why @ (UnpublishedReason::Broken | UnpublishedReason::AddressTaken),
            } => Some((source, *why)),
            _ => None,
        })
        .collect();
    sources.sort_by_key(|(source, _)| *source);
    for (source, why) in &sources {
        let reason = if *why == UnpublishedReason::Broken {
            "it cannot be read"
        } else {
            "its address is taken"
        };
        problems.push(
            Diagnostic::new(
                Code::SkippedPage,
                format!("this page was skipped: {reason}"),
            )
            .at(Location::start_of(source)),
        );
    }
    sources.len()
}
