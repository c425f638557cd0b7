//! Every output path with the kind of output that is published there. A build makes all of them,
//! the preview makes those that are requested, and both produce the same bytes.

mod same_names;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::images::SiteImages;
use super::load::{LoadedSite, StaticFile};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::fingerprint::Fingerprint;
use crate::output::calendar::{self, CalendarScope};
use crate::output::feeds::{self, FeedScope};
use crate::output::machine_files;
use crate::output::search;
use crate::output::suggestions::{self, SuggestionPart, Suggestions};
use crate::page::views::social_card;
use crate::page::{self, Catalog, OutputPage, PageSubject, SiteIndex, page_of};
use crate::paths::{OutputPath, Route, SourcePath};
use crate::site::SitePage;
use crate::site::links::{Destination, ResolvedLink};

/// The kinds of outputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// A position in [`Outputs::output_pages`].
    Page(usize),
    /// The social card of that page.
    Card(usize),
    /// The Markdown copy next to that page's HTML.
    MarkdownCopy(usize),
    /// A position in `Site::redirects`.
    Redirect(usize),
    /// The redirect to a list that has moved: a position in `Site::narrowed`.
    MovedList(usize),
    /// A file of `static/`, unchanged.
    Copy(SourcePath),
    /// A file of the content: an image without private metadata, anything else unchanged.
    ContentFile(SourcePath),
    /// A file of the theme's `static/`, unchanged, by its path there.
    Theme(String),
    /// A position in `Assets::made`.
    Asset(usize),
    Pages,
    Llms,
    Robots,
    Headers,
    Redirects,
    Feed(FeedScope),
    Suggestions(SuggestionPart),
    Calendar(CalendarScope),
    /// A position among the sitemap's files.
    Sitemap(usize),
}

/// All outputs of a site.
#[derive(Debug, Default)]
pub struct Outputs {
    pub output_pages: Vec<OutputPage>,
    /// Problems with the paths of outputs, such as a path that two outputs share.
    pub problems: Vec<Diagnostic>,
    /// Sorted by path, with each path once.
    makers: Arc<Vec<(OutputPath, OutputKind)>>,
    inputs: PlanInputs,
    suggestions: OnceLock<Suggestions>,
}

/// What the paths are planned from, in addition to the output pages.
#[derive(Debug, Default, PartialEq, Eq)]
struct PlanInputs {
    /// The fingerprint of what the site was assembled from, except its entries.
    site: Fingerprint,
    /// The lists that show the text of a page.
    introduced: Vec<usize>,
    /// The outputs of pages' social cards.
    cards: Vec<(OutputPath, OutputKind)>,
    /// The outputs that do not belong to one output page.
    others: Vec<(OutputPath, OutputKind)>,
}

impl PlanInputs {
    fn of(loaded: &LoadedSite, index: &SiteIndex, output_pages: &[OutputPage]) -> Self {
        let catalog = &index.catalog;
        let is_list = |page: &OutputPage| !matches!(page.subject, PageSubject::Page(_));
        let lists = output_pages.iter().enumerate();
        let lists = lists.filter(|(_, page)| is_list(page) && page_of(catalog, page).is_some());
        let card = |(index, page): (usize, &OutputPage)| {
            let (route, _) = social_card(catalog, page)?;
            Some((route.output_path(), OutputKind::Card(index)))
        };
        let cards = output_pages.par_iter().enumerate();
        PlanInputs {
            site: loaded.hashes.assembling,
            introduced: lists.map(|(index, _)| index).collect(),
            cards: match loaded.settings.social_cards {
                true => cards.filter_map(card).collect(),
                false => Vec::new(),
            },
            others: other_outputs(loaded, catalog, output_pages),
        }
    }
}

/// The outputs that do not belong to one output page.
fn other_outputs(
    loaded: &LoadedSite,
    catalog: &Catalog,
    output_pages: &[OutputPage],
) -> Vec<(OutputPath, OutputKind)> {
    let site = &*catalog.site;
    let redirects = site.redirects.iter().enumerate();
    let redirects = redirects
        .map(|(index, redirect)| (redirect.from.output_path(), OutputKind::Redirect(index)));
    let files = site.published_files.iter();
    let files =
        files.map(|(source, route)| (route.output_path(), OutputKind::ContentFile(source.clone())));
    let made = loaded.assets.made.iter().enumerate();
    let made = made.map(|(index, (path, _))| (path.clone(), OutputKind::Asset(index)));
    let copied = loaded.assets.copied.iter().map(|(path, name)| {
        let kind = match &loaded.static_files[name] {
            StaticFile::Own(source) => OutputKind::Copy(source.clone()),
            StaticFile::Theme(_) => OutputKind::Theme(name.clone()),
        };
        (path.clone(), kind)
    });
    let mut others: Vec<(OutputPath, OutputKind)> =
        redirects.chain(files).chain(made).chain(copied).collect();
    others.extend(linked_code(loaded, catalog));
    others.extend(generated(loaded, catalog, output_pages));
    others
}

impl Outputs {
    /// Plans the outputs of a site. The paths of `before`, an earlier plan, are kept if they are
    /// the same.
    pub fn plan(loaded: &LoadedSite, index: &SiteIndex, before: Option<&Outputs>) -> Self {
        let output_pages = page::output_pages(index);
        let inputs = PlanInputs::of(loaded, index, &output_pages);
        let same =
            before.filter(|before| before.inputs == inputs && before.output_pages == output_pages);
        let (makers, problems) = match same {
            Some(before) => (Arc::clone(&before.makers), before.problems.clone()),
            None => {
                let (makers, problems) = planned(loaded, &index.catalog, &output_pages, &inputs);
                (Arc::new(makers), problems)
            }
        };
        Outputs {
            output_pages,
            problems,
            makers,
            inputs,
            suggestions: OnceLock::new(),
        }
    }

    pub fn all(&self) -> &[(OutputPath, OutputKind)] {
        &self.makers
    }

    /// The suggestions for the page for missing addresses. They are computed on first use.
    pub fn suggestions(&self, catalog: &Catalog) -> &Suggestions {
        self.suggestions.get_or_init(|| Suggestions::of(catalog))
    }

    /// The kind of the output at a path of the output folder.
    pub fn at(&self, path: &str) -> Option<&(OutputPath, OutputKind)> {
        let index = self
            .makers
            .binary_search_by(|(own, _)| own.as_str().cmp(path))
            .ok()?;
        self.makers.get(index)
    }
}

/// All outputs by path, and the problems with their paths.
fn planned(
    loaded: &LoadedSite,
    catalog: &Catalog,
    output_pages: &[OutputPage],
    inputs: &PlanInputs,
) -> (Vec<(OutputPath, OutputKind)>, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let of_page = |(index, output_page): (usize, &OutputPage)| {
        let page = (output_page.route.output_path(), OutputKind::Page(index));
        let has_copy = loaded.settings.markdown_copies
            && output_page.route.as_str().ends_with('/')
            && output_page.number == 1
            && page_of(catalog, output_page).is_some();
        let copy = has_copy
            .then(|| Route::new(&format!("{}index.md", output_page.route)).ok())
            .flatten();
        let copy = copy.map(|route| (route.output_path(), OutputKind::MarkdownCopy(index)));
        std::iter::once(page).chain(copy)
    };
    let mut all: Vec<(OutputPath, OutputKind)> = output_pages
        .par_iter()
        .enumerate()
        .flat_map_iter(of_page)
        .collect();
    all.extend(inputs.cards.iter().chain(&inputs.others).cloned());
    all.par_sort_by(|(a, _), (b, _)| a.cmp(b));
    all.dedup_by(|(path, maker), (first, other)| {
        let is_taken = path == first;
        if is_taken && maker != other {
            problems.push(clashing(path, output_pages, catalog, (other, maker)));
        }
        is_taken
    });
    drop_below_files(&mut all, output_pages, catalog, &mut problems);
    problems.extend(same_names::find(&all, |maker| {
        cause(maker, output_pages, catalog)
    }));
    (all, problems)
}

/// Outputs that are generated from the whole site. Files of `static/` with the same names replace
/// them.
fn generated(
    loaded: &LoadedSite,
    catalog: &Catalog,
    output_pages: &[OutputPage],
) -> Vec<(OutputPath, OutputKind)> {
    let named = [
        ("pages.json", OutputKind::Pages),
        ("llms.txt", OutputKind::Llms),
        ("robots.txt", OutputKind::Robots),
        ("_headers", OutputKind::Headers),
        ("_redirects", OutputKind::Redirects),
    ];
    let mut all: Vec<(OutputPath, OutputKind)> = named
        .into_iter()
        .filter_map(|(name, maker)| Some((OutputPath::new(name).ok()?, maker)))
        .collect();
    all.extend(
        suggestions::list(catalog)
            .into_iter()
            .map(|(route, part)| (route.output_path(), OutputKind::Suggestions(part))),
    );
    all.extend(
        feeds::list(catalog)
            .into_iter()
            .map(|(route, of)| (route.output_path(), OutputKind::Feed(of))),
    );
    all.extend(
        calendar::list(catalog)
            .into_iter()
            .map(|(route, of)| (route.output_path(), OutputKind::Calendar(of))),
    );
    let moved = catalog.site.moved_lists();
    all.extend(moved.map(|(from, list)| (from.output_path(), OutputKind::MovedList(list))));
    all.extend(
        machine_files::sitemap_routes(catalog, output_pages)
            .into_iter()
            .enumerate()
            .map(|(part, route)| (route.output_path(), OutputKind::Sitemap(part))),
    );
    all.retain(|(path, _)| !loaded.static_files.contains_key(path.as_str()));
    all
}

/// The source file of an output, if it has one.
pub fn source_of(
    maker: &OutputKind,
    output_pages: &[OutputPage],
    catalog: &Catalog,
) -> Option<SourcePath> {
    match maker {
        OutputKind::Page(output_page) | OutputKind::MarkdownCopy(output_page) => {
            page_of(catalog, &output_pages[*output_page])
                .map(|page| catalog.site.page(page).entry.source.clone())
        }
        OutputKind::Redirect(index) => Some(
            catalog
                .site
                .page(catalog.site.redirects[*index].to)
                .entry
                .source
                .clone(),
        ),
        OutputKind::Copy(source) | OutputKind::ContentFile(source) => Some(source.clone()),
        OutputKind::Calendar(CalendarScope::Page(page)) => {
            Some(catalog.site.page(*page).entry.source.clone())
        }
        _ => None,
    }
}

/// A description of an output, and the site's file that it comes from.
fn cause(
    maker: &OutputKind,
    output_pages: &[OutputPage],
    catalog: &Catalog,
) -> (String, Option<SourcePath>) {
    let site = &*catalog.site;
    let name = match maker {
        OutputKind::Page(output_page) => match output_pages[*output_page].subject {
            PageSubject::Page(page) => {
                return (
                    site.page(page).entry.source.to_string(),
                    Some(site.page(page).entry.source.clone()),
                );
            }
            PageSubject::Section(section) => {
                let section = &site.sections[section];
                let below = |page: &&SitePage| page.entry.source.is_within(&section.folder);
                let own = section
                    .page
                    .map(|page| site.page(page))
                    .or_else(|| site.pages().find(below));
                return (
                    format!("the list of the folder {}", section.folder),
                    own.map(|page| page.entry.source.clone()),
                );
            }
            PageSubject::Topics | PageSubject::Topic(_) => "a generated list of topics",
            PageSubject::Audiences | PageSubject::Audience(_) => "a generated list of audiences",
            PageSubject::AToZ => "the generated list from A to Z",
            PageSubject::New => "the generated list of new pages",
            PageSubject::Search => "the search page",
            PageSubject::About => "the page about this resource",
            PageSubject::Privacy => "the page about privacy",
            PageSubject::NotFound => "the page for missing addresses",
            PageSubject::FacetList(_) | PageSubject::RandomPage(_) => "a generated list",
        },
        OutputKind::Asset(_) | OutputKind::Theme(_) => "a file of the theme",
        OutputKind::Feed(_) => "a feed",
        OutputKind::Calendar(CalendarScope::Kind(_)) => "a calendar",
        OutputKind::Sitemap(_) => "the sitemap",
        _ => "a generated file",
    };
    match source_of(maker, output_pages, catalog).filter(|_| !matches!(maker, OutputKind::Page(_)))
    {
        Some(source) => (source.to_string(), Some(source)),
        None => (name.to_owned(), None),
    }
}

fn clashing(
    path: &OutputPath,
    output_pages: &[OutputPage],
    catalog: &Catalog,
    (one, other): (&OutputKind, &OutputKind),
) -> Diagnostic {
    let [(one, first), (other, second)] =
        [one, other].map(|maker| cause(maker, output_pages, catalog));
    let message = format!("{one} and {other} have the same path {path}");
    let is_generated = first.is_none() != second.is_none();
    let help = if is_generated {
        "rename the page or the folder, or set a different `slug:`"
    } else {
        "rename one of the two"
    };
    let problem = Diagnostic::new(Code::AddressTaken, message).help(help);
    match second.or(first) {
        Some(source) => problem.at(Location::start_of(&source)),
        None => problem,
    }
}

/// Removes outputs inside a folder that has the same path as a published file, such as
/// `guides/feed.xml/index.html` below the feed `guides/feed.xml`. A disk cannot contain both.
fn drop_below_files(
    all: &mut Vec<(OutputPath, OutputKind)>,
    output_pages: &[OutputPage],
    catalog: &Catalog,
    problems: &mut Vec<Diagnostic>,
) {
    let has_ending = |name: &str| name.contains('.');
    // Few files have no extension; other paths without one are folders.
    let bare: HashSet<&str> = all
        .iter()
        .map(|(path, _)| path.as_str())
        .filter(|path| !has_ending(last_segment(path)))
        .collect();
    let file_above = |path: &OutputPath| {
        let path = path.as_str();
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        let mut named =
            folders.filter(|folder| has_ending(last_segment(folder)) || bare.contains(folder));
        named.find_map(|folder| {
            all.binary_search_by(|(other, _)| other.as_str().cmp(folder))
                .ok()
        })
    };
    let below: Vec<(usize, usize)> = all
        .par_iter()
        .enumerate()
        .filter_map(|(index, (path, _))| Some((index, file_above(path)?)))
        .collect();
    let mut reported: HashSet<(usize, Option<SourcePath>)> = HashSet::new();
    for (index, file) in &below {
        let (path, file_path) = (&all[*index].0, &all[*file].0);
        let ((one, source), (other, other_source)) = (
            cause(&all[*index].1, output_pages, catalog),
            cause(&all[*file].1, output_pages, catalog),
        );
        let source = source.or(other_source);
        if !reported.insert((*file, source.clone())) {
            continue;
        }
        let message = format!("{one} has the path {path}, which is below {other} at {file_path}");
        let problem = Diagnostic::new(Code::AddressTaken, message)
            .help("rename the page, or set a different `slug:`");
        problems.push(match source {
            Some(source) => problem.at(Location::start_of(&source)),
            None => problem,
        });
    }
    let mut dropped = below.into_iter().map(|(index, _)| index).peekable();
    let mut index = 0;
    all.retain(|_| {
        let is_dropped = dropped.next_if_eq(&index).is_some();
        index += 1;
        !is_dropped
    });
}

fn last_segment(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Style sheets and scripts of `static/` that pages link to by their original names. They are
/// published under those names as well as under the fingerprinted ones.
fn linked_code(loaded: &LoadedSite, catalog: &Catalog) -> Vec<(OutputPath, OutputKind)> {
    let name_of = |resolved: &ResolvedLink| match &resolved.to {
        Destination::Address {
            route, file: None, ..
        } => {
            let name = &route.as_str()[1..];
            let is_code = name.starts_with("css/") || name.starts_with("js/");
            (is_code && loaded.static_files.contains_key(name)).then(|| name.to_owned())
        }
        _ => None,
    };
    let linked = catalog
        .site
        .ids()
        .par_iter()
        .map(|id| catalog.site.page(*id))
        .flat_map_iter(|page| page.all_links().filter_map(name_of));
    let names: BTreeSet<String> = linked.collect();
    let output = |name: String| {
        let maker = match &loaded.static_files[&name] {
            StaticFile::Own(source) => OutputKind::Copy(source.clone()),
            StaticFile::Theme(_) => OutputKind::Theme(name.clone()),
        };
        Some((OutputPath::new(&name).ok()?, maker))
    };
    names.into_iter().filter_map(output).collect()
}

/// The files that hosts may let browsers cache forever: a pattern for each folder that contains no
/// other files, and the names of the rest.
pub fn immutable(loaded: &LoadedSite, outputs: &Outputs, images: &SiteImages) -> Vec<String> {
    let plain: BTreeSet<&String> = loaded.static_files.keys().collect();
    let made: BTreeSet<String> = loaded
        .assets
        .made
        .iter()
        .map(|(path, _)| path.to_string())
        .filter(|path| !plain.contains(path))
        .collect();
    let holds_others = |folder: &str| {
        let start = outputs
            .makers
            .partition_point(|(path, _)| path.as_str() < folder);
        outputs.makers[start..]
            .iter()
            .map(|(path, _)| path.as_str())
            .take_while(|path| path.starts_with(folder))
            .any(|path| !made.contains(path))
    };
    let mut of_folder: BTreeMap<&str, bool> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    for path in &made {
        let folder = path.find('/').map(|slash| &path[..=slash]);
        match folder.filter(|folder| {
            !*of_folder
                .entry(folder)
                .or_insert_with(|| holds_others(folder))
        }) {
            Some(folder) => names.push(format!("{folder}*")),
            None => names.push(path.clone()),
        }
    }
    names.dedup();
    names.extend(images.folder().map(|folder| format!("{folder}/*")));
    names.extend(
        loaded
            .settings
            .search
            .then(|| format!("{}*", search::FOLDER)),
    );
    names.sort();
    names
}
