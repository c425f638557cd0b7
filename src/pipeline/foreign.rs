//! Front matter and settings in other generators' words, written in ours: `tags` becomes `topics`, `date` becomes `published`.
//!
//! Only names are changed, each at its place, and only where the page means the same afterwards; two names for one thing
//! stay for the writer to join.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Request;
use super::documents::{Reader, Wanted};
use super::relocate::text::EditedText;
use super::survey::{Survey, survey};
use crate::document::front_matter::{self, COMMON_FIELDS};
use crate::fields::{Field, field_named};
use crate::paths::SourcePath;
use crate::settings::SETTINGS;
use crate::source::{Files, MemoryFiles};
use crate::yaml::{self, Node};

/// A file with its names rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    pub path: SourcePath,
    pub before: Arc<[u8]>,
    pub after: Arc<[u8]>,
    /// Old name → new name, in the order of the file.
    pub names: Vec<(String, String)>,
}

/// Every file of the site that can be written in our words and means the same then.
pub fn rewrite(files: &dyn Files, request: &Request) -> Vec<Rewritten> {
    let before = survey(files, request, BTreeMap::new());
    let mut rewritten: Vec<Rewritten> = before.loaded.listed.pages.iter().filter_map(|path| page(files, request, &before, path)).collect();
    rewritten.extend(settings(files, &request.config));
    rewritten
}

fn page(files: &dyn Files, request: &Request, site: &Survey, path: &SourcePath) -> Option<Rewritten> {
    let before = files.read(path).ok()?;
    let mut text = EditedText::new(path, &before)?;
    let front = front_matter::split(path, &text.text).front?;
    let node = yaml::parse(path, &text.text, front).ok()??;
    let entry = &site.documents.pages.get(path)?.entry;
    let own = site.loaded.kinds.get(&entry.meta.kind).map(|kind| kind.fields.as_slice()).unwrap_or_default();
    let names = rename(&mut text, &node, &[&COMMON_FIELDS, own]);
    let after: Arc<[u8]> = text.into_bytes().into();
    if names.is_empty() || !means_the_same(request, site, path, &after) {
        return None;
    }
    Some(Rewritten { path: path.clone(), before, after, names })
}

fn settings(files: &dyn Files, path: &SourcePath) -> Option<Rewritten> {
    let before = files.read(path).ok()?;
    let mut text = EditedText::new(path, &before)?;
    let node = yaml::parse(path, &text.text, 0..text.text.len()).ok()??;
    let names = rename(&mut text, &node, &[&SETTINGS]);
    let after: Arc<[u8]> = text.into_bytes().into();
    let read = |bytes: &[u8]| crate::settings::read(path, Some(bytes)).value;
    let stays = |a: &crate::settings::Settings, b: &crate::settings::Settings| {
        // Places move with the length of a name; what they hold does not.
        (&a.title, &a.summary, &a.language, &a.base_url, &a.license) == (&b.title, &b.summary, &b.language, &b.base_url, &b.license)
    };
    (!names.is_empty() && stays(&read(&before), &read(&after))).then(|| Rewritten { path: path.clone(), before, after, names })
}

/// Renames the keys that have another name than ours, where ours and no third one stands beside.
fn rename(text: &mut EditedText, node: &Node, groups: &[&[Field]]) -> Vec<(String, String)> {
    let Some(map) = node.as_map() else { return Vec::new() };
    let meant = |key: &str| field_named(groups, key).map(|field| field.name.clone());
    let mut renamed = Vec::new();
    for (key, entry) in map {
        let Some(name) = meant(key).filter(|name| name != key) else { continue };
        let is_alone = map.keys().filter(|other| meant(other).as_ref() == Some(&name)).count() == 1;
        let at = text.at(&entry.key_place);
        let range = at.start..at.start + key.len();
        if is_alone && text.text.get(range.clone()) == Some(key.as_str()) {
            text.replace(range, &name);
            renamed.push((key.clone(), name));
        }
    }
    renamed
}

/// Whether a page with these bytes is the same to everything that shows it.
fn means_the_same(request: &Request, site: &Survey, path: &SourcePath, bytes: &Arc<[u8]>) -> bool {
    let Some(before) = site.documents.pages.get(path) else { return false };
    let mut memory = MemoryFiles::default();
    memory.0.insert(path.clone(), Arc::clone(bytes));
    let reader = Reader { files: &memory, loaded: &site.loaded, request, glossary: &site.documents.glossary };
    reader.page(path, None, Wanted::default()).is_some_and(|(page, ..)| page.entry == before.entry)
}
