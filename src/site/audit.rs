//! The checks that only `check` runs: missed opportunities in pages. All of them are warnings, each
//! with its own code.
//!
//! [`run`] looks at each page and at what pages have in common. Problems that a page's text alone
//! shows, such as a link that says “here”, are found with the document, see `document/remarks.rs`.
//! Readability is in `reading`.

mod reading;

use std::collections::{BTreeMap, BTreeSet};

use super::links::Destination;
use super::unread_pages::UnreadPages;
use super::{LinkTarget, PageId, Site, SitePage};
use crate::diagnostic::{Cause, Code, Diagnostic, Location};
use crate::document::{PageFacts, is_folder_page};
use crate::kind::Kind;
use crate::paths::SourcePath;

/// A page with fewer words than this is reported as too short.
const WORDS_MIN: usize = 30;

/// In a site with fewer pages than this, topics with a single page are not reported.
const PAGES_FOR_TOPICS: usize = 12;

/// `facts` returns what is known about a page's text. What is missing may be in a page of `unread`.
pub fn run<'a>(
    site: &Site,
    facts: impl Fn(PageId) -> Option<&'a PageFacts>,
    unread: &UnreadPages,
    problems: &mut Vec<Diagnostic>,
) {
    let mut titles: BTreeMap<String, &SourcePath> = BTreeMap::new();
    for (id, page) in site.pages_with_ids().filter(|(_, page)| page.is_listed()) {
        let entry = &page.entry;
        let start = Location::start_of(&entry.source);
        let mut report = |code, message: String, help: &str| {
            problems.push(Diagnostic::new(code, message).at(start.clone()).help(help))
        };
        let mut waiting = Vec::new();
        let is_section = site.sections[page.section].page == Some(id);
        let words = facts(id).map_or(0, |facts| facts.words);
        // The sentence with which a glossary page explains its word serves as its summary.
        let explains = site
            .kinds
            .get(&entry.meta.kind)
            .is_some_and(|kind| kind.glossary.is_some());
        if entry.summary.is_none() && !explains {
            report(
                Code::MissingSummary,
                "this page has no `summary:`".into(),
                "add `summary:` with one sentence about what readers get from it",
            );
        }
        let kind = site.kinds.get(&entry.meta.kind);
        if let Some(most) = kind
            .and_then(|kind| kind.words_max)
            .filter(|most| words > *most)
        {
            let message = format!(
                "this {} has {words} words, more than {most}",
                entry.meta.kind
            );
            report(
                Code::LongTip,
                message,
                "shorten it, or make it a page of another kind",
            );
        }
        let gives_by_fields = kind.is_some_and(|kind| {
            kind.collects.is_some() || kind.fields.iter().any(|field| field.is_required)
        }) || facts(id)
            .is_some_and(|facts| facts.tool.is_some() || facts.is_tool_broken);
        let gives_otherwise = gives_by_fields
            || facts(id).is_some_and(|facts| !facts.components.is_empty())
            || !entry.includes.is_empty();
        if !is_section && !gives_otherwise && (1..WORDS_MIN).contains(&words) {
            let message = format!(
                "this page has only {words} {}",
                if words == 1 { "word" } else { "words" }
            );
            report(
                Code::ThinPage,
                message,
                "add to it, or merge it into the page that it belongs to",
            );
        }
        if page.backlinks.is_empty() && !is_section && page.route.as_str() != "/" {
            let problem = Diagnostic::new(Code::Orphan, "no page links here")
                .help("link to it from a related page");
            waiting.push(problem.caused_by(unread.mentioning(names_of(page))));
        }
        if !is_section && !explains && page.route.as_str() != "/" && !has_next_step(site, id, page)
        {
            let problem = Diagnostic::new(Code::NoNextStep, "this page has no next step")
                .help("name a page under `next:`, or add a topic that other pages share");
            waiting.push(problem.caused_by(cause_without_next_step(page, unread)));
        }
        if let Some(due) = entry.review_due().filter(|due| *due < site.today) {
            report(
                Code::OverdueReview,
                format!("this page was due for review by {due}"),
                "review it, and set `reviewed:` to the date",
            );
        }
        by_kind(page, kind, facts(id), &mut report);
        match titles.get(&entry.title) {
            Some(other) => report(
                Code::DuplicateTitle,
                format!("{other} has the same title"),
                "give one of them a title that says how it differs, so that lists show which is which",
            ),
            None => {
                titles.insert(entry.title.clone(), &entry.source);
            }
        }
        problems.extend(waiting.into_iter().map(|problem| problem.at(start.clone())));
    }
    unchecked_sources(site, problems);
    lone_topics(site, unread, problems);
    reading::run(site, facts, problems);
    unreferenced(site, unread, problems);
}

/// The names by which the text of another page may refer to a page.
fn names_of(page: &SitePage) -> [&str; 2] {
    let source = &page.entry.source;
    let name = if is_folder_page(source) {
        source.folder_text().rsplit('/').next().unwrap_or_default()
    } else {
        source.stem()
    };
    [name, &page.entry.title]
}

/// The page with an error of its own that may be the next step of this page.
fn cause_without_next_step(page: &SitePage, unread: &UnreadPages) -> Option<Cause> {
    let of_links = page
        .all_links()
        .find_map(|link| link.problem.as_ref()?.cause());
    of_links.or_else(|| {
        let topics = page.entry.meta.topics.iter();
        unread.mentioning(topics.map(|topic| topic.value.as_str()))
    })
}

/// Whether a page offers its readers a next step: one that the writer chose, a link, or a page on
/// the same topic.
fn has_next_step(site: &Site, id: PageId, page: &SitePage) -> bool {
    let is_other = |to: &Destination| match to {
        Destination::Page { page, .. } => *page != id,
        Destination::Address { .. } => true,
        Destination::Here { .. } | Destination::AsWritten | Destination::Refused => false,
    };
    let shares =
        |term: &crate::site::topics::TermPages| term.pages.len() > 1 && term.pages.contains(&id);
    page.next.is_some()
        || page
            .links
            .iter()
            .chain(&page.related)
            .chain(&page.field_links)
            .any(|resolved| is_other(&resolved.to))
        || page.entry.meta.topics.iter().any(|topic| {
            let key = crate::paths::slug(&topic.value);
            site.topics
                .iter()
                .any(|term| term.key == key && shares(term))
        })
}

/// Reports what a page of its kind should have.
fn by_kind(
    page: &SitePage,
    kind: Option<&Kind>,
    facts: Option<&PageFacts>,
    report: &mut impl FnMut(Code, String, &str),
) {
    let meta = &page.entry.meta;
    let transcript = kind.and_then(|kind| {
        let name = kind.transcript.as_ref()?;
        kind.fields.iter().find(|field| field.name == *name)
    });
    // If the kind requires it, the missing field has already been reported.
    if let Some(field) = transcript
        && !field.is_required
        && !meta.fields.contains_key(&field.name)
    {
        report(
            Code::NoTranscript,
            "this recording has no transcript".into(),
            &format!(
                "write down what is said and shown, and name the file in `{}:`",
                field.name
            ),
        );
    }
    if facts
        .and_then(|facts| facts.tool.as_ref())
        .is_some_and(|tool| tool.lacks_example())
    {
        let help = "calculate one case by hand and add it to `examples:`";
        report(
            Code::UntestedTool,
            "this calculator has no worked example".into(),
            help,
        );
    }
    if meta.sources.is_empty()
        && facts
            .and_then(|facts| facts.tool.as_ref())
            .is_some_and(|tool| tool.lacks_source())
    {
        let help = "name the source under `sources:` with the date you checked it; if the figures are your own, say so in `method:`";
        report(
            Code::ToolUnsourced,
            "this calculator works with a table, and does not say where its figures come from"
                .into(),
            help,
        );
    }
}

/// Reports sources that have an address and no date on which it was checked, each at its place.
fn unchecked_sources(site: &Site, problems: &mut Vec<Diagnostic>) {
    for page in site.pages().filter(|page| page.is_listed()) {
        for source in page
            .entry
            .meta
            .sources
            .iter()
            .filter(|source| source.checked.is_none())
        {
            let Some(url) = &source.url else { continue };
            let problem = Diagnostic::new(
                Code::UncheckedSource,
                "this source does not say when it was last checked",
            );
            let help = "check that it still supports the figures, and write `{ title: …, url: …, checked: 2026-01-31 }` with the date";
            problems.push(problem.at(url.place.clone()).help(help));
        }
    }
}

fn lone_topics(site: &Site, unread: &UnreadPages, problems: &mut Vec<Diagnostic>) {
    if site.pages().filter(|page| page.is_listed()).count() < PAGES_FOR_TOPICS {
        return;
    }
    for term in &site.topics {
        let [only] = term.pages.as_slice() else {
            continue;
        };
        let written = site
            .page(*only)
            .entry
            .meta
            .topics
            .iter()
            .find(|topic| crate::paths::slug(&topic.value) == term.key);
        let Some(written) = written else { continue };
        let cause = unread.mentioning([term.key.as_str(), &term.title, &written.value]);
        let problem = Diagnostic::new(
            Code::SinglePageTopic,
            format!("only this page has the topic `{}`", term.title),
        );
        problems.push(
            problem
                .at(written.place.clone())
                .help("use a topic that other pages share, or add this one to other pages")
                .caused_by(cause),
        );
    }
}

fn unreferenced(site: &Site, unread: &UnreadPages, problems: &mut Vec<Diagnostic>) {
    let included: BTreeSet<SourcePath> = site
        .pages()
        .flat_map(|page| {
            page.entry
                .includes
                .iter()
                .filter_map(|include| page.entry.source.folder().join(&include.file.value).ok())
        })
        .collect();
    let files: BTreeSet<&SourcePath> = site
        .tables
        .by_source
        .values()
        .filter_map(|node| match node {
            LinkTarget::File(source)
                if !site.published_files.contains_key(source) && !included.contains(source) =>
            {
                Some(source)
            }
            _ => None,
        })
        .collect();
    let mut by_cause: BTreeMap<Option<SourcePath>, (Option<Cause>, Vec<&SourcePath>)> =
        BTreeMap::new();
    for file in files {
        let cause = unread.mentioning([file.name()]);
        let key = cause.as_ref().map(|cause| cause.path.clone());
        by_cause
            .entry(key)
            .or_insert_with(|| (cause, Vec::new()))
            .1
            .push(file);
    }
    let problem = |(cause, files): (Option<Cause>, Vec<&SourcePath>)| {
        Some(unreferenced_problem(&files)?.caused_by(cause))
    };
    problems.extend(by_cause.into_values().filter_map(problem));
}

fn unreferenced_problem(files: &[&SourcePath]) -> Option<Diagnostic> {
    let first = files.first()?;
    // A terminal shows only the beginning of a long list; programs get all of it.
    let named: Vec<&str> = files.iter().map(|path| path.as_str()).collect();
    let count = if files.len() == 1 {
        "one file of the content is".to_owned()
    } else {
        format!("{} files of the content are", files.len())
    };
    let message = format!("{count} published by no page: {}", named.join(", "));
    Some(
        Diagnostic::new(Code::UnreferencedFiles, message)
            .at(Location::start_of(first))
            .help("link to them, or delete them"),
    )
}
