//! What is published where: every output path with what makes it. The build makes all of them, the preview the one that is
//! looked at, so that both give the same bytes.

use std::collections::BTreeSet;
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
use crate::page::{self, Composer, Sheet};
use crate::paths::{OutputPath, Route, SourcePath};

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
            let card = composer.social_card(sheet).map(|(route, _)| (route.output_path(), Maker::Card(index)));
            let has_twin = loaded.settings.markdown_twins && sheet.number == 1 && composer.page_of(sheet).is_some();
            let twin = has_twin.then(|| Route::new(&format!("{}index.md", sheet.route)).ok()).flatten();
            [Some(page), card, twin.map(|route| (route.output_path(), Maker::Twin(index)))].into_iter().flatten()
        };
        let mut all: Vec<(OutputPath, Maker)> = sheets.par_iter().enumerate().flat_map_iter(of_sheet).collect();
        let site = &*composer.site;
        all.extend(site.redirects.iter().enumerate().map(|(index, redirect)| (redirect.from.output_path(), Maker::Redirect(index))));
        let files = site.published_files.iter();
        all.extend(files.map(|(source, route)| (route.output_path(), Maker::ContentFile(source.clone()))));
        all.extend(loaded.assets.made.iter().enumerate().map(|(index, (path, _))| (path.clone(), Maker::Asset(index))));
        all.extend(loaded.assets.copied.iter().map(|(path, name)| match &loaded.static_files[name] {
            StaticFile::Own(source) => (path.clone(), Maker::Copy(source.clone())),
            StaticFile::Theme(_) => (path.clone(), Maker::Theme(name.clone())),
        }));
        all.extend(generated(loaded, composer, &sheets));
        all.par_sort_by(|(a, _), (b, _)| a.cmp(b));
        all.dedup_by(|(path, maker), (first, other)| {
            let is_taken = path == first;
            if is_taken {
                problems.push(clashing(path, &sheets, composer, (other, maker)));
            }
            is_taken
        });
        Outputs { sheets, makers: all, ..Outputs::default() }
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
        let index = self.makers.binary_search_by(|(own, _)| own.as_str().cmp(path)).ok()?;
        self.makers.get(index)
    }
}

/// What is made from the site as a whole. Files of these names in `static/` are the writer's, and stand.
fn generated(loaded: &Loaded, composer: &Composer, sheets: &[Sheet]) -> Vec<(OutputPath, Maker)> {
    let named = [
        ("pages.json", Maker::Pages),
        ("llms.txt", Maker::Llms),
        ("robots.txt", Maker::Robots),
        ("_headers", Maker::Headers),
        ("_redirects", Maker::Redirects),
    ];
    let mut all: Vec<(OutputPath, Maker)> =
        named.into_iter().filter_map(|(name, maker)| Some((OutputPath::new(name).ok()?, maker))).collect();
    all.extend(suggestions::list(composer).into_iter().map(|(route, part)| (route.output_path(), Maker::Suggestions(part))));
    all.extend(feeds::list(composer).into_iter().map(|(route, of)| (route.output_path(), Maker::Feed(of))));
    all.extend(calendar::list(composer).into_iter().map(|(route, of)| (route.output_path(), Maker::Calendar(of))));
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
        Maker::Sheet(sheet) | Maker::Twin(sheet) => {
            composer.page_of(&sheets[*sheet]).map(|page| composer.site.page(page).entry.source.clone())
        }
        Maker::Redirect(index) => Some(composer.site.page(composer.site.redirects[*index].to).entry.source.clone()),
        Maker::Copy(source) | Maker::ContentFile(source) => Some(source.clone()),
        Maker::Calendar(CalendarOf::Page(page)) => Some(composer.site.page(*page).entry.source.clone()),
        _ => None,
    }
}

fn clashing(path: &OutputPath, sheets: &[Sheet], composer: &Composer, (one, other): (&Maker, &Maker)) -> Diagnostic {
    let sources = [one, other].map(|maker| source_of(maker, sheets, composer));
    let name = |maker: &Maker, source: &Option<SourcePath>| match (source, maker) {
        (Some(source), _) => source.to_string(),
        (None, Maker::Sheet(_)) => "a generated list".to_owned(),
        (None, Maker::Asset(_) | Maker::Theme(_)) => "a file of the theme".to_owned(),
        (None, Maker::Feed(_)) => "a feed".to_owned(),
        (None, _) => "a generated file".to_owned(),
    };
    let message = format!("{} and {} are both published as {path}", name(one, &sources[0]), name(other, &sources[1]));
    let problem = Diagnostic::new(Code::AddressTaken, message).help("rename one of the two");
    match sources.into_iter().flatten().next_back() {
        Some(source) => problem.at(Place::start_of(&source)),
        None => problem,
    }
}

/// The names of the files that hosts may let browsers keep for ever.
pub fn immutable(loaded: &Loaded, pictures: &Pictures) -> Vec<String> {
    let plain: BTreeSet<&String> = loaded.static_files.keys().collect();
    let mut names: Vec<String> = loaded.assets.made.iter().map(|(path, _)| path.to_string()).filter(|path| !plain.contains(path)).collect();
    names.extend(pictures.folder().map(|folder| format!("{folder}/*")));
    names.extend(loaded.settings.search.then(|| format!("{}*", search::FOLDER)));
    names.sort();
    names
}
