//! Replaces names of other generators and of earlier versions with the current ones: `tags` becomes
//! `topics`, `starter` becomes `beginner`.
//!
//! Only names are changed, each in place, and only if the page keeps its meaning. If a file has two
//! names for one thing, the writer has to choose. A template of the site's own whose file has an old
//! name gets the new one.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Request;
use super::documents::{DocumentReader, PageNeeds};
use super::load_links::{SiteLinks, load_links};
use super::move_page::text::EditedText;
use super::severity;
use crate::diagnostic::{Applicability, Diagnostic, Fix, Location};
use crate::document::front_matter::{self, COMMON_FIELDS};
use crate::fields::{Field, field_named};
use crate::paths::SourcePath;
use crate::renamed::{self, NameKind};
use crate::settings::SETTINGS;
use crate::source::{Files, MemoryFiles};
use crate::yaml::{self, YamlNode};

/// A file with its names rewritten, or with a new name of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RewrittenFile {
    pub path: SourcePath,
    /// The file's new path, if its name is an old one.
    pub renamed: Option<SourcePath>,
    pub before: Arc<[u8]>,
    pub after: Arc<[u8]>,
    /// Old names with their new names, in the order of the file.
    pub names: Vec<(String, String)>,
}

/// Makes every edit that is certainly right: old names, names of other generators where the file
/// keeps its meaning, and whatever else has such an edit.
pub fn rewrite(files: &dyn Files, request: &Request) -> Vec<RewrittenFile> {
    let before = load_links(files, request, BTreeMap::new());
    let problems = severity::apply(
        before.problems.clone(),
        &before.loaded.settings,
        &before.site,
        request,
    );
    let mut rewritten = safe_fixes(files, &problems);
    let pages = before.loaded.listed.pages.iter();
    let foreign = pages.filter_map(|path| {
        let bytes = current(files, &rewritten, path)?;
        page(request, &before, path, &bytes)
    });
    let settings = current(files, &rewritten, &request.config)
        .and_then(|bytes| settings(&request.config, &bytes));
    for file in foreign.chain(settings).collect::<Vec<_>>() {
        match rewritten.get_mut(&file.path) {
            Some(first) => {
                first.after = file.after;
                first.names.extend(file.names);
            }
            None => drop(rewritten.insert(file.path.clone(), file)),
        }
    }
    for (path, to) in old_templates(&before) {
        match rewritten.get_mut(&path) {
            Some(file) => file.renamed = Some(to),
            None => {
                let Ok(bytes) = files.read(&path) else {
                    continue;
                };
                let file = RewrittenFile {
                    path: path.clone(),
                    renamed: Some(to),
                    before: Arc::clone(&bytes),
                    after: bytes,
                    names: Vec::new(),
                };
                rewritten.insert(path, file);
            }
        }
    }
    rewritten.into_values().collect()
}

/// The site's own templates whose files have old names, with their paths under the new ones. A
/// template is omitted if the site already has one with the new name.
fn old_templates(site: &SiteLinks) -> Vec<(SourcePath, SourcePath)> {
    let own: BTreeMap<String, SourcePath> = site
        .loaded
        .listed
        .in_folder("templates")
        .into_iter()
        .collect();
    let renamed = |(name, path): (&String, &SourcePath)| {
        let new = renamed::new_name(NameKind::Template, name)?;
        let to = SourcePath::new(&format!("templates/{new}")).ok()?;
        (!own.contains_key(new)).then(|| (path.clone(), to))
    };
    own.iter().filter_map(renamed).collect()
}

/// The bytes of a file, including earlier rewrites.
fn current(
    files: &dyn Files,
    rewritten: &BTreeMap<SourcePath, RewrittenFile>,
    path: &SourcePath,
) -> Option<Arc<[u8]>> {
    rewritten
        .get(path)
        .map(|file| Arc::clone(&file.after))
        .or_else(|| files.read(path).ok())
}

/// The files in which reported problems have an edit that is certainly right, with these edits made.
fn safe_fixes(files: &dyn Files, problems: &[Diagnostic]) -> BTreeMap<SourcePath, RewrittenFile> {
    let mut by_path: BTreeMap<&SourcePath, Vec<(&Location, &Fix)>> = BTreeMap::new();
    for problem in problems.iter().filter(|problem| !problem.is_consequence()) {
        if let (Some(place), Some(fix)) = (&problem.location, problem.fix.as_deref())
            && fix.applicability == Applicability::MachineApplicable
        {
            by_path.entry(&place.path).or_default().push((place, fix));
        }
    }
    let file = |(path, mut fixes): (&SourcePath, Vec<(&Location, &Fix)>)| {
        fixes.sort_by_key(|(place, _)| *place);
        let before = files.read(path).ok()?;
        let mut text = EditedText::new(path, &before)?;
        let mut names = Vec::new();
        for (place, fix) in fixes {
            let range = fix.range(&text.text, text.at(place));
            if let Some(range) = range.filter(|range| !text.is_taken(range)) {
                text.replace(range, &fix.new);
                names.push((fix.old.clone(), fix.new.clone()));
            }
        }
        let after = text.into_bytes().into();
        (!names.is_empty()).then(|| {
            (
                path.clone(),
                RewrittenFile {
                    path: path.clone(),
                    renamed: None,
                    before,
                    after,
                    names,
                },
            )
        })
    };
    by_path.into_iter().filter_map(file).collect()
}

fn page(
    request: &Request,
    site: &SiteLinks,
    path: &SourcePath,
    before: &Arc<[u8]>,
) -> Option<RewrittenFile> {
    let mut text = EditedText::new(path, before)?;
    let front = front_matter::split(path, &text.text).front?;
    let node = yaml::parse(path, &text.text, front).ok()??;
    let entry = &site.documents.pages.get(path)?.entry;
    let own = site
        .loaded
        .kinds
        .get(&entry.meta.kind)
        .map(|kind| kind.fields.as_slice())
        .unwrap_or_default();
    let names = rename(&mut text, &node, &[&COMMON_FIELDS, own]);
    let after: Arc<[u8]> = text.into_bytes().into();
    if names.is_empty() || !is_equivalent(request, site, path, &after) {
        return None;
    }
    Some(RewrittenFile {
        path: path.clone(),
        renamed: None,
        before: Arc::clone(before),
        after,
        names,
    })
}

fn settings(path: &SourcePath, before: &Arc<[u8]>) -> Option<RewrittenFile> {
    let mut text = EditedText::new(path, before)?;
    let node = yaml::parse(path, &text.text, 0..text.text.len()).ok()??;
    let names = rename(&mut text, &node, &[&SETTINGS]);
    let after: Arc<[u8]> = text.into_bytes().into();
    let read = |bytes: &[u8]| crate::settings::read(path, Some(bytes)).value;
    let stays = |a: &crate::settings::Settings, b: &crate::settings::Settings| {
        // Places move with the length of a name, but the values do not change.
        (&a.title, &a.summary, &a.language, &a.base_url, &a.license)
            == (&b.title, &b.summary, &b.language, &b.base_url, &b.license)
    };
    let is_new = !names.is_empty() && stays(&read(before), &read(&after));
    is_new.then(|| RewrittenFile {
        path: path.clone(),
        renamed: None,
        before: Arc::clone(before),
        after,
        names,
    })
}

/// Renames the keys that have another name than Handsel's, unless the same mapping also contains
/// Handsel's name or another of these names.
fn rename(text: &mut EditedText, node: &YamlNode, groups: &[&[Field]]) -> Vec<(String, String)> {
    let Some(map) = node.as_map() else {
        return Vec::new();
    };
    let meant = |key: &str| field_named(groups, key).map(|field| field.name.clone());
    let mut renamed = Vec::new();
    for (key, entry) in map {
        let Some(name) = meant(key).filter(|name| name != key) else {
            continue;
        };
        let is_alone = map
            .keys()
            .filter(|other| meant(other).as_ref() == Some(&name))
            .count()
            == 1;
        let at = text.at(&entry.key_place);
        let range = at.start..at.start + key.len();
        if is_alone && text.text.get(range.clone()) == Some(key.as_str()) {
            text.replace(range, &name);
            renamed.push((key.clone(), name));
        }
    }
    renamed
}

/// Whether a page with these bytes is equal for everything that shows it.
fn is_equivalent(
    request: &Request,
    site: &SiteLinks,
    path: &SourcePath,
    bytes: &Arc<[u8]>,
) -> bool {
    let Some(before) = site.documents.pages.get(path) else {
        return false;
    };
    let mut memory = MemoryFiles::default();
    memory.0.insert(path.clone(), Arc::clone(bytes));
    let reader = DocumentReader {
        files: &memory,
        loaded: &site.loaded,
        request,
        glossary: &site.documents.glossary,
    };
    reader
        .page(path, None, PageNeeds::default())
        .is_some_and(|(page, ..)| page.entry == before.entry)
}
