//! Finds what a watcher has to watch: the folders that the walk would enter, and the targets of
//! symbolic links.
//!
//! The folders follow the walk's rules, so a `node_modules` of 100,000 files costs nothing. The
//! caller receives each folder before it is listed. If it starts to watch the folder at once, it
//! misses no later change.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, FileType};
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};

use super::scan::{descend, needs_all};
use super::walk::{EntryRule, FolderEntry, RULE_NAMES, Walk};
use super::{Disk, source_path};
use crate::paths::SourcePath;
use crate::source::ListingRules;

/// How many links are followed in one path, the same number as on Linux.
const HOPS_MAX: usize = 40;

/// The folders and symbolic links of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchFolders {
    /// Folders whose files are listed, including the root.
    pub folders: Vec<SourcePath>,
    /// Folders that are skipped because a file in them marks them as the output of a build.
    pub foreign: Vec<SourcePath>,
    pub links: Vec<LinkTrail>,
}

/// A symbolic link, and the path to its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkTrail {
    pub link: SourcePath,
    /// The result of [`Disk::trail`].
    pub through: Vec<SourcePath>,
}

/// Receives each folder before it is listed, and returns whether to continue.
pub type FolderFilter<'e> = dyn FnMut(&SourcePath) -> ControlFlow<()> + 'e;

impl Disk {
    /// Lists the whole site, until `enter` stops it.
    pub fn list_all(&self, rules: &ListingRules, enter: &mut FolderFilter<'_>) -> WatchFolders {
        let mut walk = Walk::new(&self.root, rules);
        let mut listing = WatchFolders::default();
        let _ = list_below(&mut walk, &self.root, 0, &mut listing, enter);
        WatchFolders {
            links: self.trails(&walk),
            ..listing
        }
    }

    /// Lists what is at or below the touched paths; `None` if a full listing is needed.
    pub fn list_at(
        &self,
        rules: &ListingRules,
        touched: &[SourcePath],
        enter: &mut FolderFilter<'_>,
    ) -> Option<WatchFolders> {
        if touched.iter().any(needs_all) {
            return None;
        }
        let mut walk = Walk::new(&self.root, rules);
        let mut listing = WatchFolders::default();
        let mut reach = |walk: &mut Walk<'_>, folder: &Path, depth: usize| {
            let _ = list_below(walk, folder, depth, &mut listing, enter);
        };
        descend(
            &mut walk,
            &self.root,
            0,
            touched.iter().collect(),
            &mut reach,
        )
        .ok()?;
        Some(WatchFolders {
            links: self.trails(&walk),
            ..listing
        })
    }

    fn trails(&self, walk: &Walk<'_>) -> Vec<LinkTrail> {
        walk.seen
            .links
            .iter()
            .map(|link| LinkTrail {
                through: self.trail(link),
                link: link.clone(),
            })
            .collect()
    }

    /// All other links that are passed when a link is followed, and the final target, which need
    /// not exist. Paths outside the root are left out.
    pub fn trail(&self, link: &SourcePath) -> Vec<SourcePath> {
        trail(&self.root, link)
    }
}

/// Lists all folders at and below `folder`. Files are not classified, which is most of the cost of
/// a walk.
fn list_below(
    walk: &mut Walk<'_>,
    folder: &Path,
    depth: usize,
    listing: &mut WatchFolders,
    enter: &mut FolderFilter<'_>,
) -> ControlFlow<()> {
    let mut ahead = vec![(folder.to_owned(), depth)];
    while let Some((folder, depth)) = ahead.pop() {
        let path = walk.source_path(&folder);
        enter(&path)?;
        walk.return_to(depth);
        let is_foreign = entries(&folder).iter().any(|(name, kind)| {
            let full = folder.join(name);
            let verdict = walk.classify(&FolderEntry {
                path: &full,
                name,
                kind: *kind,
                depth: depth + 1,
            });
            if verdict == EntryRule::Enter {
                ahead.push((full, depth + 1));
            }
            verdict == EntryRule::SkipFolder && !kind.is_dir()
        });
        let known = if is_foreign {
            &mut listing.foreign
        } else {
            &mut listing.folders
        };
        known.push(path);
    }
    ControlFlow::Continue(())
}

/// The files in a folder that decide what is listed, followed by its folders and links. Empty if
/// the folder cannot be listed.
fn entries(folder: &Path) -> Vec<(OsString, FileType)> {
    let listed = fs::read_dir(folder).into_iter().flatten().flatten();
    let is_rule = |name: &OsString| RULE_NAMES.iter().any(|rule| name == rule);
    let mut entries: Vec<(OsString, FileType)> = listed
        .filter_map(|entry| Some((entry.file_name(), entry.file_type().ok()?)))
        .filter(|(name, kind)| !kind.is_file() || is_rule(name))
        .collect();
    entries.sort_unstable_by_key(|(name, _)| !is_rule(name));
    entries
}

/// Follows a link as the system does, one name after the other.
fn trail(root: &Path, link: &SourcePath) -> Vec<SourcePath> {
    let (mut through, mut hops) = (Vec::new(), 0);
    let mut at = root.join(link.folder().as_str());
    let mut ahead: VecDeque<PathBuf> = VecDeque::from([link.name().into()]);
    while let Some(step) = ahead.pop_front() {
        match step.components().next() {
            Some(Component::ParentDir) => {
                at.pop();
            }
            Some(Component::Normal(name)) => at.push(name),
            Some(Component::RootDir | Component::Prefix(_)) => at.push(&step),
            Some(Component::CurDir) | None => {}
        }
        let Ok(target) = fs::read_link(&at) else {
            continue;
        };
        through.extend(source_path(root, &at));
        hops += 1;
        if hops > HOPS_MAX {
            break;
        }
        at.pop();
        for component in target.components().rev() {
            ahead.push_front(component.as_os_str().into());
        }
    }
    through.extend(source_path(root, &at));
    through.retain(|path| path != link);
    through
}
