//! What is published where: every output path with what makes it. The build makes all of them, the
//! preview the one that is looked at, so that both give the same bytes.

mod same_names;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::OnceLock;

use rayon::prelude::*;

use super::load::{Loaded, StaticFile};
use super::pictures::Pictures;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::output::calendar::{self, CalendarOf};
use crate::output::feeds::{self, FeedOf};
use crate::output::inventory;
use crate::output::search;
use crate::output::suggestions::{self, Part, Suggestions};
use crate::page::{self, Composer, Sheet, Subject};
use crate::paths::{OutputPath, Route, SourcePath};
use crate::site::SitePage;
use crate::site::links::{Destination, Resolved};

/// What makes an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Maker {
    /// A position in [`Outputs::sheets`].
    Sheet(usize),
    /// The social card of that sheet.
    Card(usize),
    /// The Markdown beside that sheet's HTML.
    Twin(usize),
    /// A position in `Site::redirects`.
    Redirect(usize),
    /// A file of `static/`, as it is.
    Copy(SourcePath),
    /// A file of the content: an image without what is nobody's business, anything else as it is.
    ContentFile(SourcePath),
    /// A file of the theme's `static/`, as it is, by its path there.
    Theme(String),
    /// A position in `Assets::made`.
    Asset(usize),
    Pages,
    Llms,
    Robots,
    Headers,
    Redirects,
    Feed(FeedOf),
    Suggestions(Part),
    Calendar(CalendarOf),
    /// A position among the sitemap's files.
    Sitemap(usize),
}

/// All outputs of a site.
#[derive(Debug, Default)]
pub struct Outputs {
    pub sheets: Vec<Sheet>,
    /// Sorted by path, each once.
    makers: Vec<(OutputPath, Maker)>,
    suggestions: OnceLock<Suggestions>,
}

impl Outputs {
    /// Finds out what is published; tells what two want to be.
    pub fn plan(loaded: &Loaded, composer: &Composer, problems: &mut Vec<Diagnostic>) -> Self {
        let sheets = page::sheets(composer);
        let of_sheet = |(index, sheet): (usize, &Sheet)| {
            let page = (sheet.route.output_path(), Maker::Sheet(index));
            let card = composer
                .social_card(sheet)
                .map(|(route, _)| (route.output_path(), Maker::Card(index)));
            let is_folder = sheet.route.as_str().ends_with('/');
            let has_twin = loaded.settings.markdown_twins
                && is_folder
                && sheet.number == 1
                && composer.page_of(sheet).is_some();
            let twin = has_twin
                .then(|| Route::new(&format!("{}index.md", sheet.route)).ok())
                .flatten();
            [
                Some(page),
                card,
                twin.map(|route| (route.output_path(), Maker::Twin(index))),
            ]
            .into_iter()
            .flatten()
        };
        let mut all: Vec<(OutputPath, Maker)> = sheets
            .par_iter()
            .enumerate()
            .flat_map_iter(of_sheet)
            .collect();
        let site = &*composer.site;
        all.extend(
            site.redirects
                .iter()
                .enumerate()
                .map(|(index, redirect)| (redirect.from.output_path(), Maker::Redirect(index))),
        );
        let files = site.published_files.iter();
        all.extend(
            files.map(|(source, route)| (route.output_path(), Maker::ContentFile(source.clone()))),
        );
        all.extend(
            loaded
                .assets
                .made
                .iter()
                .enumerate()
                .map(|(index, (path, _))| (path.clone(), Maker::Asset(index))),
        );
        all.extend(loaded.assets.copied.iter().map(|(path, name)| {
            match &loaded.static_files[name] {
                StaticFile::Own(source) => (path.clone(), Maker::Copy(source.clone())),
                StaticFile::Theme(_) => (path.clone(), Maker::Theme(name.clone())),
            }
        }));
        all.extend(linked_code(loaded, composer));
        all.extend(generated(loaded, composer, &sheets));
        all.par_sort_by(|(a, _), (b, _)| a.cmp(b));
        all.dedup_by(|(path, maker), (first, other)| {
            let is_taken = path == first;
            if is_taken && maker != other {
                problems.push(clashing(path, &sheets, composer, (other, maker)));
            }
            is_taken
        });
        drop_below_files(&mut all, &sheets, composer, problems);
        problems.extend(same_names::find(&all, |maker| {
            cause(maker, &sheets, composer)
        }));
        Outputs {
            sheets,
            makers: all,
            ..Outputs::default()
        }
    }

    pub fn all(&self) -> &[(OutputPath, Maker)] {
        &self.makers
    }

    /// After the titles of pages changed.
    pub fn renew(&mut self) {
        self.suggestions = OnceLock::new();
    }

    /// What the page for addresses that nothing has suggests from; made when first asked for.
    pub fn suggestions(&self, composer: &Composer) -> &Suggestions {
        self.suggestions.get_or_init(|| Suggestions::of(composer))
    }

    /// What makes the file at this path of the output folder.
    pub fn at(&self, path: &str) -> Option<&(OutputPath, Maker)> {
        let index = self
            .makers
            .binary_search_by(|(own, _)| own.as_str().cmp(path))
            .ok()?;
        self.makers.get(index)
    }
}

/// What is made from the site as a whole. Files of these names in `static/` are the writer's, and
/// stand.
fn generated(loaded: &Loaded, composer: &Composer, sheets: &[Sheet]) -> Vec<(OutputPath, Maker)> {
    let named = [
        ("pages.json", Maker::Pages),
        ("llms.txt", Maker::Llms),
        ("robots.txt", Maker::Robots),
        ("_headers", Maker::Headers),
        ("_redirects", Maker::Redirects),
    ];
    let mut all: Vec<(OutputPath, Maker)> = named
        .into_iter()
        .filter_map(|(name, maker)| Some((OutputPath::new(name).ok()?, maker)))
        .collect();
    all.extend(
        suggestions::list(composer)
            .into_iter()
            .map(|(route, part)| (route.output_path(), Maker::Suggestions(part))),
    );
    all.extend(
        feeds::list(composer)
            .into_iter()
            .map(|(route, of)| (route.output_path(), Maker::Feed(of))),
    );
    all.extend(
        calendar::list(composer)
            .into_iter()
            .map(|(route, of)| (route.output_path(), Maker::Calendar(of))),
    );
    all.extend(
        inventory::sitemap_routes(composer, sheets)
            .into_iter()
            .enumerate()
            .map(|(part, route)| (route.output_path(), Maker::Sitemap(part))),
    );
    all.retain(|(path, _)| !loaded.static_files.contains_key(path.as_str()));
    all
}

/// The source that an output was made from, when there is one.
pub fn source_of(maker: &Maker, sheets: &[Sheet], composer: &Composer) -> Option<SourcePath> {
    match maker {
        Maker::Sheet(sheet) | Maker::Twin(sheet) => composer
            .page_of(&sheets[*sheet])
            .map(|page| composer.site.page(page).entry.source.clone()),
        Maker::Redirect(index) => Some(
            composer
                .site
                .page(composer.site.redirects[*index].to)
                .entry
                .source
                .clone(),
        ),
        Maker::Copy(source) | Maker::ContentFile(source) => Some(source.clone()),
        Maker::Calendar(CalendarOf::Page(page)) => {
            Some(composer.site.page(*page).entry.source.clone())
        }
        _ => None,
    }
}

/// What is published at an address, in words, and the file of the site that it comes from.
fn cause(maker: &Maker, sheets: &[Sheet], composer: &Composer) -> (String, Option<SourcePath>) {
    let site = &*composer.site;
    let name = match maker {
        Maker::Sheet(sheet) => match sheets[*sheet].subject {
            Subject::Page(page) => {
                return (
                    site.page(page).entry.source.to_string(),
                    Some(site.page(page).entry.source.clone()),
                );
            }
            Subject::Section(section) => {
                let section = &site.sections[section];
                let below = |page: &&SitePage| page.entry.source.is_within(&section.folder);
                let own = section
                    .page
                    .map(|page| site.page(page))
                    .or_else(|| site.pages().iter().find(below));
                return (
                    format!("the list of the folder {}", section.folder),
                    own.map(|page| page.entry.source.clone()),
                );
            }
            Subject::Topics | Subject::Topic(_) => "a generated list of topics",
            Subject::Audiences | Subject::Audience(_) => "a generated list of audiences",
            Subject::AToZ => "the generated list from A to Z",
            Subject::New => "the generated list of new pages",
            Subject::Search => "the search page",
            Subject::About => "the page about this resource",
            Subject::Privacy => "the page about privacy",
            Subject::NotFound => "the page for missing addresses",
            Subject::Narrowed(_) | Subject::Surprise(_) => "a generated list",
        },
        Maker::Asset(_) | Maker::Theme(_) => "a file of the theme",
        Maker::Feed(_) => "a feed",
        Maker::Calendar(CalendarOf::Kind(_)) => "a calendar",
        Maker::Sitemap(_) => "the sitemap",
        _ => "a generated file",
    };
    match source_of(maker, sheets, composer).filter(|_| !matches!(maker, Maker::Sheet(_))) {
        Some(source) => (source.to_string(), Some(source)),
        None => (name.to_owned(), None),
    }
}

fn clashing(
    path: &OutputPath,
    sheets: &[Sheet],
    composer: &Composer,
    (one, other): (&Maker, &Maker),
) -> Diagnostic {
    let [(one, first), (other, second)] = [one, other].map(|maker| cause(maker, sheets, composer));
    let message = format!("{one} and {other} are both published as {path}");
    let is_generated = first.is_none() != second.is_none();
    let help = if is_generated {
        "rename the page or the folder, or give it a `slug:` of its own"
    } else {
        "rename one of the two"
    };
    let problem = Diagnostic::new(Code::AddressTaken, message).help(help);
    match second.or(first) {
        Some(source) => problem.at(Place::start_of(&source)),
        None => problem,
    }
}

/// Takes out what would be published in a folder whose name is that of a published file:
/// `guides/feed.xml/index.html` below the feed `guides/feed.xml`. No disk can hold both.
fn drop_below_files(
    all: &mut Vec<(OutputPath, Maker)>,
    sheets: &[Sheet],
    composer: &Composer,
    problems: &mut Vec<Diagnostic>,
) {
    let has_ending = |name: &str| name.contains('.');
    // Few files have no ending; every other name without one is that of a folder.
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
            cause(&all[*index].1, sheets, composer),
            cause(&all[*file].1, sheets, composer),
        );
        let source = source.or(other_source);
        if !reported.insert((*file, source.clone())) {
            continue;
        }
        let message = format!(
            "{one} would be published as {path}, below the file {file_path}, which is {other}"
        );
        let problem = Diagnostic::new(Code::AddressTaken, message)
            .help("rename the page, or give it a `slug:` of its own");
        problems.push(match source {
            Some(source) => problem.at(Place::start_of(&source)),
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

/// Style sheets and scripts of `static/` that pages link to by the names they have there. They are
/// published under those names as well, next to those that tell their content.
fn linked_code(loaded: &Loaded, composer: &Composer) -> Vec<(OutputPath, Maker)> {
    let name_of = |resolved: &Resolved| match &resolved.to {
        Destination::Address {
            route, file: None, ..
        } => {
            let name = &route.as_str()[1..];
            let is_code = name.starts_with("css/") || name.starts_with("js/");
            (is_code && loaded.static_files.contains_key(name)).then(|| name.to_owned())
        }
        _ => None,
    };
    let linked = composer
        .site
        .pages()
        .par_iter()
        .flat_map_iter(|page| page.all_links().filter_map(name_of));
    let names: BTreeSet<String> = linked.collect();
    let output = |name: String| {
        let maker = match &loaded.static_files[&name] {
            StaticFile::Own(source) => Maker::Copy(source.clone()),
            StaticFile::Theme(_) => Maker::Theme(name.clone()),
        };
        Some((OutputPath::new(&name).ok()?, maker))
    };
    names.into_iter().filter_map(output).collect()
}

/// The files that hosts may let browsers keep for ever: a pattern for each folder that holds no
/// others, and the names of the rest.
pub fn immutable(loaded: &Loaded, outputs: &Outputs, pictures: &Pictures) -> Vec<String> {
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
    names.extend(pictures.folder().map(|folder| format!("{folder}/*")));
    names.extend(
        loaded
            .settings
            .search
            .then(|| format!("{}*", search::FOLDER)),
    );
    names.sort();
    names
}
