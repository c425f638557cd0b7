//! What only `check` looks at: whether pages give what they could. All of it warnings, each with a code of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::{Node, PageId, Site};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::Facts;
use crate::paths::SourcePath;

/// Unreferenced files named in the message; the rest are counted.
const FILES_NAMED: usize = 3;

/// `facts` gives what is told of a page's text.
pub fn run<'a>(site: &Site, facts: impl Fn(PageId) -> Option<&'a Facts>, problems: &mut Vec<Diagnostic>) {
    let words = |id| facts(id).map_or(0, |facts| facts.words);
    let mut titles: BTreeMap<String, &SourcePath> = BTreeMap::new();
    for (id, page) in site.pages().iter().enumerate().filter(|(_, page)| page.is_listed()) {
        let entry = &page.entry;
        let start = Place::start_of(&entry.source);
        let mut tell = |code, message: String, help: &str| problems.push(Diagnostic::new(code, message).at(start.clone()).help(help));
        let is_section = site.sections[page.section].page == Some(id);
        // What a page that explains a word says of it in a sentence stands for a summary.
        let explains = site.kinds.get(&entry.meta.kind).is_some_and(|kind| kind.explains.is_some());
        if entry.summary.is_none() && !explains {
            tell(Code::MissingSummary, "this page has no `summary:`".into(), "say in one sentence what a reader gets from it");
        }
        let words_max = site.kinds.get(&entry.meta.kind).and_then(|kind| kind.words_max);
        if let Some(most) = words_max.filter(|most| words(id) > *most) {
            let message = format!("this {} has {} words, more than {most}", entry.meta.kind, words(id));
            tell(Code::LongTip, message, "shorten it, or make it a page of another kind");
        }
        if facts(id).and_then(|facts| facts.tool.as_ref()).is_some_and(|tool| tool.lacks_example()) {
            tell(
                Code::ToolUnproven,
                "this calculator has no worked example".into(),
                "work one case out by hand and write it under `examples:`",
            );
        }
        if page.backlinks.is_empty() && !is_section && page.route.as_str() != "/" {
            tell(Code::Orphan, "no page links here".into(), "link to it where a reader would want it");
        }
        if let Some(due) = entry.review_due().filter(|due| *due < site.today) {
            tell(Code::OverdueReview, format!("this page wanted a review by {due}"), "read it again, and set `reviewed:` to the day");
        }
        match titles.get(&entry.title) {
            Some(other) => tell(Code::DuplicateTitle, format!("{other} has the same title"), "readers of a list cannot tell the two apart"),
            None => {
                titles.insert(entry.title.clone(), &entry.source);
            }
        }
    }
    unreferenced(site, problems);
}

fn unreferenced(site: &Site, problems: &mut Vec<Diagnostic>) {
    let included: BTreeSet<SourcePath> = site
        .pages()
        .iter()
        .flat_map(|page| page.entry.includes.iter().filter_map(|include| page.entry.source.folder().join(&include.file.value).ok()))
        .collect();
    let files: BTreeSet<&SourcePath> = site
        .tables
        .by_source
        .values()
        .filter_map(|node| match node {
            Node::File(source) if !site.published_files.contains_key(source) && !included.contains(source) => Some(source),
            _ => None,
        })
        .collect();
    let Some(first) = files.first() else { return };
    let named: Vec<&str> = files.iter().take(FILES_NAMED).map(|path| path.as_str()).collect();
    let more = if files.len() > FILES_NAMED { format!(" and {} more", files.len() - FILES_NAMED) } else { String::new() };
    let count =
        if files.len() == 1 { "one file of the content is".to_owned() } else { format!("{} files of the content are", files.len()) };
    let message = format!("{count} published by no page: {}{more}", named.join(", "));
    problems.push(Diagnostic::new(Code::UnpublishedFiles, message).at(Place::start_of(first)).help("link to them, or take them away"));
}
