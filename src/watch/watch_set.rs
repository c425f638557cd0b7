//! The watched folders, and what an event in one of them means for the site.
//!
//! Each folder that the walk enters is watched separately; files are not. So a file that is saved
//! by renaming is noticed, and `node_modules` costs nothing. On macOS and Windows, watching a whole
//! tree costs nothing more, so the root is watched and the same folders decide which events count.
//! The folders through which symbolic links lead are watched too. See DECISIONS: "Folders are
//! watched one by one, and an event is only a hint".

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, ControlFlow};
use std::path::Path;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::error::WatchError;
use crate::disk::watch_folders::{LinkTrail, WatchFolders};
use crate::disk::{Disk, PathState};
use crate::paths::SourcePath;
use crate::source::{ListingRules, Stamp};

/// Whether watching the root includes everything below it.
const IS_WHOLE_TREE_WATCHED: bool = cfg!(any(target_os = "macos", windows));

pub struct WatchSet {
    disk: Disk,
    rules: ListingRules,
    watcher: RecommendedWatcher,
    /// The identity of the root, to notice another folder in its place.
    root: Option<Stamp>,
    /// Folders whose files are listed.
    folders: BTreeSet<SourcePath>,
    /// Output folders of builds. Only the files in them that decide what is listed count.
    foreign: BTreeSet<SourcePath>,
    /// Each link with the path to its target.
    links: BTreeMap<SourcePath, Vec<SourcePath>>,
    /// The reverse of `links`: for each path, the links that lead through it.
    through: BTreeMap<SourcePath, BTreeSet<SourcePath>>,
}

impl WatchSet {
    /// Watches the whole site. Later changes are reported to `handler`.
    ///
    /// # Errors
    /// When the system refuses a watch.
    pub fn new(
        disk: &Disk,
        rules: &ListingRules,
        handler: impl notify::EventHandler,
    ) -> Result<Self, WatchError> {
        let root = disk.identity();
        let mut watcher = notify::recommended_watcher(handler)?;
        let mode = if IS_WHOLE_TREE_WATCHED {
            RecursiveMode::Recursive
        } else {
            RecursiveMode::NonRecursive
        };
        watcher.watch(disk.root(), mode)?;
        let mut failure = None;
        let listing = disk.list_all(rules, &mut |folder| {
            watch(&mut watcher, disk, folder, &mut failure)
        });
        if let Some(error) = failure {
            return Err(error);
        }
        let mut set = Self {
            disk: disk.clone(),
            rules: rules.clone(),
            watcher,
            root,
            folders: BTreeSet::new(),
            foreign: BTreeSet::new(),
            links: BTreeMap::new(),
            through: BTreeMap::new(),
        };
        set.add_folders(listing)?;
        Ok(set)
    }

    pub fn folders(&self) -> &BTreeSet<SourcePath> {
        &self.folders
    }

    /// Whether the root is still the folder that is watched.
    pub fn is_root_the_same(&self) -> bool {
        self.disk.identity() == self.root && self.root.is_some()
    }

    /// Watches a folder below the root that does not belong to the site. Its events arrive, but do
    /// not count as changes.
    pub fn watch_outside_folder(&mut self, folder: &Path) -> notify::Result<()> {
        if IS_WHOLE_TREE_WATCHED {
            Ok(())
        } else {
            self.watcher.watch(folder, RecursiveMode::NonRecursive)
        }
    }

    pub fn unwatch(&mut self, folder: &Path) {
        if !IS_WHOLE_TREE_WATCHED {
            // An error means that the folder and its watch are already gone.
            let _ = self.watcher.unwatch(folder);
        }
    }

    /// Adds the paths of the site that may have changed after an event at `path`. If
    /// `was_only_written` is true, only a file's contents or a folder's list of names changed; the
    /// latter is ignored, because the names have events of their own.
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

    /// Watches new folders among the changed paths and drops removed ones. Returns `None` if the
    /// whole site must be watched again.
    ///
    /// # Errors
    /// When the system refuses a watch.
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
        // A known folder is watched again, because another one may have taken its name.
        let listing = disk.list_at(&self.rules, &changed, &mut |folder| {
            watch(watcher, disk, folder, &mut failure)
        });
        if let Some(error) = failure {
            return Err(error);
        }
        let Some(listing) = listing else {
            return Ok(None);
        };
        for path in &changed {
            forget(&mut self.folders, path);
            forget(&mut self.foreign, path);
            for link in at_or_below(&self.links, path) {
                self.links.remove(&link);
            }
        }
        self.add_folders(listing)?;
        Ok(Some(()))
    }

    fn add_folders(&mut self, listing: WatchFolders) -> Result<(), WatchError> {
        self.folders.extend(listing.folders);
        self.foreign.extend(listing.foreign);
        for LinkTrail { link, mut through } in listing.links {
            loop {
                self.watch_link_folders(&through)?;
                // The path may have changed before all of it was watched.
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

    /// Watches the folders on a link's path that are not watched yet. If a missing folder is
    /// created, the folder that contains it reports that.
    fn watch_link_folders(&mut self, through: &[SourcePath]) -> Result<(), WatchError> {
        let mut failure = None;
        for folder in through.iter().flat_map(|path| path.and_folders().skip(1)) {
            if !self.folders.contains(folder) {
                let folder = SourcePath::new(folder)
                    .expect("the folder of a path inside the root is inside it");
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

/// Watches one folder. A missing or unreadable folder is not a failure: the folder that contains it
/// reports when that changes.
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

/// The paths without those that are below another one of them.
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

/// The prefix of all paths below a path, which makes them one range in a sorted map.
fn head_of(path: &SourcePath) -> String {
    format!("{path}/")
}

/// Removes a path and everything below it.
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

/// The keys that are equal to `path` or below it.
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
