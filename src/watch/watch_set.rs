//! The folders that are watched, and what an event in one of them means for the site.
//!
//! Folders are watched, not files, each for itself, and only those that the walk enters: a file
//! saved by another name is seen, and `node_modules` costs nothing. macOS and Windows watch a whole
//! tree at no cost; there the same folders decide which events count. Beside them, the folders on
//! the way that links take are watched.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, ControlFlow};
use std::path::Path;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::error::WatchError;
use crate::disk::watch_folders::{LinkTrail, WatchFolders};
use crate::disk::{Disk, PathState};
use crate::paths::SourcePath;
use crate::source::{ListingRules, Stamp};

/// Whether a watch of the root is one of all below it.
const IS_WHOLE_TREE_WATCHED: bool = cfg!(any(target_os = "macos", windows));

pub struct WatchSet {
    disk: Disk,
    rules: ListingRules,
    watcher: RecommendedWatcher,
    /// What tells the root from another folder put in its place.
    root: Option<Stamp>,
    /// Those whose files count.
    folders: BTreeSet<SourcePath>,
    /// Those in which only a file counts that says so of the others.
    foreign: BTreeSet<SourcePath>,
    /// Each link with the way to what it leads to.
    links: BTreeMap<SourcePath, Vec<SourcePath>>,
    /// The other way round: the links whose way leads through a path.
    through: BTreeMap<SourcePath, BTreeSet<SourcePath>>,
}

impl WatchSet {
    /// Watches all there is to watch: what changes from here on comes to `hear`.
    ///
    /// # Errors
    /// When the system gives no watch, or no more of them.
    pub fn new(
        disk: &Disk,
        rules: &ListingRules,
        hear: impl notify::EventHandler,
    ) -> Result<Self, WatchError> {
        let root = disk.identity();
        let mut watcher = notify::recommended_watcher(hear)?;
        let mode = if IS_WHOLE_TREE_WATCHED {
            RecursiveMode::Recursive
        } else {
            RecursiveMode::NonRecursive
        };
        watcher.watch(disk.root(), mode)?;
        let mut failure = None;
        let survey = disk.list_all(rules, &mut |folder| {
            watch(&mut watcher, disk, folder, &mut failure)
        });
        if let Some(error) = failure {
            return Err(error);
        }
        let mut ground = Self {
            disk: disk.clone(),
            rules: rules.clone(),
            watcher,
            root,
            folders: BTreeSet::new(),
            foreign: BTreeSet::new(),
            links: BTreeMap::new(),
            through: BTreeMap::new(),
        };
        ground.add_folders(survey)?;
        Ok(ground)
    }

    pub fn folders(&self) -> &BTreeSet<SourcePath> {
        &self.folders
    }

    /// Whether the root is still the folder that is watched.
    pub fn is_root_the_same(&self) -> bool {
        self.disk.identity() == self.root && self.root.is_some()
    }

    /// Watches a folder below the root that does not belong to the site: its events come, and mean
    /// nothing.
    pub fn watch_outside_folder(&mut self, folder: &Path) -> notify::Result<()> {
        if IS_WHOLE_TREE_WATCHED {
            Ok(())
        } else {
            self.watcher.watch(folder, RecursiveMode::NonRecursive)
        }
    }

    pub fn unwatch(&mut self, folder: &Path) {
        if !IS_WHOLE_TREE_WATCHED {
            // It may be gone, and its watch with it.
            let _ = self.watcher.unwatch(folder);
        }
    }

    /// The paths of the site that may differ after something happened at this one.
    /// `was_only_written` says that a file's bytes changed, or a folder's list of names, which the
    /// names in it tell better.
    pub fn meaning(
        &self,
        path: &SourcePath,
        was_only_written: bool,
        touched: &mut BTreeSet<SourcePath>,
    ) {
        touched.extend(self.links_through(path));
        let is_known_folder = self.folders.contains(path);
        let folder = path.folder();
        let does_folder_count = self.folders.contains(&folder)
            || (self.foreign.contains(&folder) && Disk::changes_listing(path));
        if path.as_str().is_empty() || (is_known_folder && was_only_written) || !does_folder_count {
            return;
        }
        if self
            .rules
            .output
            .as_ref()
            .is_some_and(|output| path.is_within(output))
        {
            return;
        }
        let is_folder = is_known_folder || self.disk.path_state(path) == PathState::Folder;
        if !Disk::is_skipped(path, is_folder) {
            touched.insert(path.clone());
        }
    }

    /// Watches what came with these changes and forgets what went. `None` when only a new beginning
    /// can tell.
    ///
    /// # Errors
    /// When the system gives no more watches.
    pub fn follow(&mut self, touched: &BTreeSet<SourcePath>) -> Result<Option<()>, WatchError> {
        let may_lead = |path: &&SourcePath| {
            self.folders.contains(*path)
                || self.foreign.contains(*path)
                || self.links.contains_key(*path)
                || Disk::changes_listing(path)
                || matches!(
                    self.disk.path_state(path),
                    PathState::Folder | PathState::Link
                )
        };
        let changed: Vec<SourcePath> = touched.iter().filter(may_lead).cloned().collect();
        if changed.is_empty() {
            return Ok(Some(()));
        }
        let (watcher, disk) = (&mut self.watcher, &self.disk);
        let mut failure = None;
        // A folder that is known is watched anew: it may be another one of the same name.
        let survey = disk.list_at(&self.rules, &changed, &mut |folder| {
            watch(watcher, disk, folder, &mut failure)
        });
        if let Some(error) = failure {
            return Err(error);
        }
        let Some(survey) = survey else {
            return Ok(None);
        };
        for path in &changed {
            forget(&mut self.folders, path);
            forget(&mut self.foreign, path);
            for link in at_or_below(&self.links, path) {
                self.links.remove(&link);
            }
        }
        self.add_folders(survey)?;
        Ok(Some(()))
    }

    fn add_folders(&mut self, survey: WatchFolders) -> Result<(), WatchError> {
        self.folders.extend(survey.folders);
        self.foreign.extend(survey.foreign);
        for LinkTrail { link, mut through } in survey.links {
            loop {
                self.watch_link_folders(&through)?;
                // What changed on the way before it was watched shows now.
                let now = self.disk.trail(&link);
                if now == through {
                    break;
                }
                through = now;
            }
            self.links.insert(link, through);
        }
        self.through.clear();
        for (link, through) in &self.links {
            for path in through {
                self.through
                    .entry(path.clone())
                    .or_default()
                    .insert(link.clone());
            }
        }
        Ok(())
    }

    /// The folders on a link's way that are not watched anyway. Those that are missing come with an
    /// event of the one around.
    fn watch_link_folders(&mut self, through: &[SourcePath]) -> Result<(), WatchError> {
        let mut failure = None;
        for folder in through.iter().flat_map(|path| path.and_folders().skip(1)) {
            if !self.folders.contains(folder) {
                let folder = SourcePath::new(folder)
                    .expect("the folder of a path inside the root lies inside it");
                let _ = watch(&mut self.watcher, &self.disk, &folder, &mut failure);
            }
        }
        failure.map_or(Ok(()), Err)
    }

    fn links_through(&self, path: &SourcePath) -> impl Iterator<Item = SourcePath> {
        at_or_below(&self.through, path)
            .into_iter()
            .filter_map(|path| self.through.get(&path))
            .flatten()
            .cloned()
    }
}

/// Watches one folder. What is gone again, or may not be listed, is no failure: its folder tells
/// when that changes.
fn watch(
    watcher: &mut RecommendedWatcher,
    disk: &Disk,
    folder: &SourcePath,
    failure: &mut Option<WatchError>,
) -> ControlFlow<()> {
    if IS_WHOLE_TREE_WATCHED {
        return ControlFlow::Continue(());
    }
    match watcher
        .watch(
            &disk.root().join(folder.as_str()),
            RecursiveMode::NonRecursive,
        )
        .map_err(WatchError::from)
    {
        Err(error) if error.is_exhausted() => {
            *failure = Some(error);
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    }
}

/// What is told at last: paths that lie below another one are told by it.
pub fn remove_nested(touched: &BTreeSet<SourcePath>) -> BTreeSet<SourcePath> {
    let is_covered = |path: &SourcePath| {
        path.and_folders()
            .skip(1)
            .any(|folder| touched.contains(folder))
    };
    touched
        .iter()
        .filter(|path| !is_covered(path))
        .cloned()
        .collect()
}

/// What lies below a path begins with it and a slash, and so stands together.
fn head_of(path: &SourcePath) -> String {
    format!("{path}/")
}

/// Takes out a path and all below it.
fn forget(paths: &mut BTreeSet<SourcePath>, path: &SourcePath) {
    let head = head_of(path);
    let from_head = paths.range::<str, _>((Bound::Included(head.as_str()), Bound::Unbounded));
    let below: Vec<SourcePath> = from_head
        .take_while(|path| path.as_str().starts_with(&head))
        .cloned()
        .collect();
    for gone in below.iter().chain([path]) {
        paths.remove(gone);
    }
}

/// The keys that are a path or lie below it.
fn at_or_below<T>(paths: &BTreeMap<SourcePath, T>, path: &SourcePath) -> Vec<SourcePath> {
    let head = head_of(path);
    let at = paths.get_key_value(path).map(|(path, _)| path);
    let from_head = paths
        .range::<str, _>((Bound::Included(head.as_str()), Bound::Unbounded))
        .map(|(path, _)| path);
    at.into_iter()
        .chain(from_head.take_while(|path| path.as_str().starts_with(&head)))
        .cloned()
        .collect()
}
