//! What a watcher has to watch: the folders that the walk would enter, and where links lead.
//!
//! The walk's rules say which folders those are, so that a `node_modules` of 100,000 files costs
//! nothing. Each folder is given away before it is listed: who watches it from then on misses
//! nothing that comes after.

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

/// As many links as Linux follows on one way.
const HOPS_MAX: usize = 40;

/// Folders and links of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchFolders {
    /// Those whose files count, the root among them.
    pub folders: Vec<SourcePath>,
    /// Those that would be among them but for a file in them, which says that they are the output
    /// of another build.
    pub foreign: Vec<SourcePath>,
    pub links: Vec<LinkTrail>,
}

/// A link, and the way to what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkTrail {
    pub link: SourcePath,
    /// As [`Disk::trail`] gives it.
    pub through: Vec<SourcePath>,
}

/// Is given each folder before it is listed; says whether to go on.
pub type FolderFilter<'e> = dyn FnMut(&SourcePath) -> ControlFlow<()> + 'e;

impl Disk {
    /// The whole site, or as far as `enter` wanted.
    pub fn list_all(&self, rules: &ListingRules, enter: &mut FolderFilter<'_>) -> WatchFolders {
        let mut walk = Walk::new(&self.root, rules);
        let mut survey = WatchFolders::default();
        let _ = list_below(&mut walk, &self.root, 0, &mut survey, enter);
        WatchFolders {
            links: self.trails(&walk),
            ..survey
        }
    }

    /// What of the survey lies at or below these paths. `None` when only a full survey can tell.
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
        let mut survey = WatchFolders::default();
        let mut reach = |walk: &mut Walk<'_>, folder: &Path, depth: usize| {
            let _ = list_below(walk, folder, depth, &mut survey, enter);
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
            ..survey
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

    /// Every other link on the way that a link leads, and where the way ends, be something there or
    /// not; only what lies inside the root.
    pub fn trail(&self, link: &SourcePath) -> Vec<SourcePath> {
        trail(&self.root, link)
    }
}

/// All folders at and below one that is entered. Files are not judged, which is most of what a walk
/// costs.
fn list_below(
    walk: &mut Walk<'_>,
    folder: &Path,
    depth: usize,
    survey: &mut WatchFolders,
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
            &mut survey.foreign
        } else {
            &mut survey.folders
        };
        known.push(path);
    }
    ControlFlow::Continue(())
}

/// The folders and links in a folder, and before them the files that say how it is read. None when
/// it cannot be listed.
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

/// The way that the system goes from a link, one name after the other.
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
