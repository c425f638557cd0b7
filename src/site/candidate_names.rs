//! The names of a site's files by folder, which a typo in a link may have meant. They are collected
//! when the first link needs a suggestion.

use std::collections::BTreeMap;

use super::{LinkTarget, Site, SiteTables};
use crate::diagnostic::CandidateName;
use crate::paths::SourcePath;

/// In a site with more pages than this, suggestions come from the link's folder only, because
/// comparing every name with every broken link would grow with the square.
const PAGES_SEARCHED_MAX: usize = 5_000;

/// The names in each folder, sorted, so that suggestions do not depend on the order of a map.
pub(super) type NamesByFolder = BTreeMap<SourcePath, Vec<CandidateName>>;

impl Site {
    /// The names that a typo in a link of this folder may have meant.
    pub(super) fn names_near<'a>(
        &'a self,
        folder: &SourcePath,
    ) -> Box<dyn Iterator<Item = &'a CandidateName> + 'a> {
        let names = self.candidate_names.get_or_init(|| collect(&self.tables));
        if self.ids().len() <= PAGES_SEARCHED_MAX {
            Box::new(names.values().flatten())
        } else {
            Box::new(names.get(folder).into_iter().flatten())
        }
    }
}

/// The name of each file in its folder: the stem for a page, the whole name for any other file.
fn collect(tables: &SiteTables) -> NamesByFolder {
    let is_own_path = |source: &SourcePath, target: &LinkTarget| {
        let is_static = matches!(target, LinkTarget::Static(_) | LinkTarget::Listing(_));
        !is_static && tables.source_of(target) == Some(source)
    };
    let sources = tables.by_source.iter();
    let sources = sources.filter(|(source, target)| is_own_path(source, target));
    let mut names = NamesByFolder::new();
    for (source, _) in sources {
        let name = CandidateName::new(if source.is_markdown() {
            source.stem()
        } else {
            source.name()
        });
        match names.get_mut(source.folder_text()) {
            Some(names) => names.push(name),
            None => drop(names.insert(source.folder(), vec![name])),
        }
    }
    let sort = |names: &mut Vec<CandidateName>| {
        names.sort_unstable_by(|one, other| one.text.cmp(&other.text));
    };
    names.values_mut().for_each(sort);
    names
}
