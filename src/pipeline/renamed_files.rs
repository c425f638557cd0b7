//! Finds pages and files that seem to have been renamed: a file is gone since the last build, and a
//! new one has the same bytes. A broken link to the old name is then reported with the new one.
//! This affects only messages, not published files.

use std::collections::{BTreeMap, HashMap};

use super::BuildResult;
use super::file_hashes::{FileHashes, KnownFiles};
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::links::LinkRole;
use crate::document::meta::LocatedValue;
use crate::fingerprint::Fingerprint;
use crate::link_target::ParsedTarget;
use crate::paths::SourcePath;
use crate::site::links::relative;
use crate::site::{Site, SitePage};
use crate::source::Files;

/// The old name of each renamed file, with the new one.
pub struct Renames(BTreeMap<SourcePath, SourcePath>);

impl Renames {
    /// Compares the files of the last build with those of this one; `sources` is sorted.
    pub fn find(before: &KnownFiles, ledger: &FileHashes, sources: &[SourcePath]) -> Self {
        let gone: Vec<_> = before
            .iter()
            .filter(|(path, _)| sources.binary_search(path).is_err())
            .collect();
        if gone.is_empty() {
            return Self(BTreeMap::new());
        }
        // If two new files have the same bytes, neither is certain to be the renamed one.
        let mut new: HashMap<Fingerprint, Option<&SourcePath>> = HashMap::new();
        for path in sources {
            if let Some(hash) = ledger.known(path) {
                new.entry(hash)
                    .and_modify(|other| *other = None)
                    .or_insert(Some(path));
            }
        }
        let renamed = gone
            .into_iter()
            .filter_map(|(path, known)| Some((path.clone(), (*new.get(&known.hash())?)?.clone())));
        Self(renamed.collect())
    }

    /// Help for broken links that name an old file, by the place of the link.
    pub fn help(&self, site: &Site) -> Vec<(Location, String)> {
        if self.0.is_empty() {
            return Vec::new();
        }
        site.pages()
            .filter(|page| page.has_link_problem())
            .flat_map(|page| self.help_of_page(page, site))
            .collect()
    }

    fn help_of_page(&self, page: &SitePage, site: &Site) -> Vec<(Location, String)> {
        let (entry, meta) = (&page.entry, &page.entry.meta);
        let in_text = entry
            .links
            .iter()
            .filter(|link| link.role != LinkRole::Wiki)
            .map(|link| &link.target);
        let in_front = meta
            .related
            .iter()
            .chain(&meta.next)
            .chain(meta.image.as_ref().map(|image| &image.src));
        let in_fields = meta.field_links.iter().map(|link| &link.target);
        let folder = entry.source.folder();
        let help = |target: &LocatedValue<String>| {
            let ParsedTarget::Inside { path, .. } = ParsedTarget::parse(&target.value) else {
                return None;
            };
            let old = match path.strip_prefix('/') {
                Some(below) => site.tables.content.join(below),
                None => folder.join(&path),
            };
            let new = self.0.get(&old.ok()?)?;
            Some((
                target.place.clone(),
                format!("it may have been renamed to {}", relative(&folder, new)),
            ))
        };
        in_text
            .chain(in_front)
            .chain(in_fields)
            .filter_map(help)
            .collect()
    }
}

/// The files of this build for the next one. Deleted files stay known until a build succeeds, so
/// that the messages name renamed files until then.
pub fn with_gone(mut now: KnownFiles, before: &KnownFiles, is_sound: bool) -> KnownFiles {
    if !is_sound {
        for (path, known) in before {
            now.entry(path.clone()).or_insert(*known);
        }
    }
    now
}

impl BuildResult {
    /// Adds the new name of renamed files to the help of broken links.
    pub fn name_renamed_files(&mut self) {
        let is_broken = |problem: &&mut Diagnostic| problem.code == Code::BrokenLink;
        for problem in self.problems.iter_mut().filter(is_broken) {
            let named = self
                .renamed
                .iter()
                .find(|(place, _)| problem.location.as_ref() == Some(place));
            problem.help = named.map(|(_, help)| help.clone()).or(problem.help.take());
        }
    }
}
