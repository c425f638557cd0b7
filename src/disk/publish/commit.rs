//! Commits a build: finds conflicts, then moves the staged files into the output folder, in an
//! order in which the process can be killed at any time.
//!
//! 1. The manifest of the last build and this one together is moved in. If the build is killed from
//!    here on, the next one knows every file that may be Handsel's.
//! 2. New files and folders are moved in, each by one rename.
//! 3. Files that this build did not make are removed, then the folders that are empty. (This comes
//!    before 2 if a file is in the place of a folder, or a folder in that of a file.)
//! 4. The manifest of this build alone is moved in, which completes the build.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::ops::Bound;

use super::error::{FileFailure, PublishError};
use super::existing::{ExistingEntry, ExistingOutput, folders_of};
use super::manifest::{MANIFEST_NAME, Manifest};
use super::moves::MoveLog;
use super::workspace::Workspace;
use super::{CommitSummary, PublisherState, StagedFile};
use crate::paths::OutputPath;

/// The inputs of a commit.
pub struct CommitPlan<'a> {
    pub workspace: &'a Workspace,
    pub existing: &'a ExistingOutput,
    pub listed: &'a Manifest,
    /// The bytes of the existing manifest.
    pub listed_bytes: &'a [u8],
    pub staged: &'a BTreeMap<OutputPath, StagedFile>,
}

impl CommitPlan<'_> {
    /// Existing files that neither an earlier build nor this one wrote, sorted.
    pub fn foreign(&self) -> Vec<OutputPath> {
        let is_foreign = |path: &str| !self.listed.lists(path) && !self.staged.contains_key(path);
        let mut foreign: Vec<_> = self
            .existing
            .found
            .iter()
            .filter(|(path, found)| **found != ExistingEntry::Folder && is_foreign(path))
            .filter_map(|(path, _)| OutputPath::new(path).ok())
            .collect();
        foreign.sort_unstable();
        foreign
    }

    /// Foreign files and folders in the place of staged ones, sorted.
    pub fn conflicts(&self) -> Vec<OutputPath> {
        let mut conflicts: BTreeSet<OutputPath> = BTreeSet::new();
        let mut in_folder_place = Vec::new();
        for (path, staged) in self.staged {
            match &staged.state {
                PublisherState::Foreign { path } => conflicts.extend(OutputPath::new(path).ok()),
                PublisherState::Numbered {
                    over: Some(ExistingEntry::Folder),
                    ..
                } => in_folder_place.push(path.clone()),
                _ => {}
            }
        }
        if !in_folder_place.is_empty() {
            let foreign = self.foreign();
            let kept: HashSet<&str> = foreign
                .iter()
                .flat_map(|path| folders_of(path.as_str()))
                .collect();
            conflicts.extend(
                in_folder_place
                    .into_iter()
                    .filter(|path| kept.contains(path.as_str())),
            );
        }
        conflicts.into_iter().collect()
    }

    /// A path that is staged as a file, and another one below it. Two published files cannot clash.
    pub fn find_clash(&self) -> Option<(OutputPath, OutputPath)> {
        self.staged
            .iter()
            .filter(|(_, staged)| !staged.is_same())
            .find_map(|(path, _)| {
                let above =
                    folders_of(path.as_str()).find_map(|folder| self.staged.get_key_value(folder));
                match above {
                    Some((file, _)) => Some((file.clone(), path.clone())),
                    None => self
                        .first_below(path.as_str())
                        .map(|below| (path.clone(), below.clone())),
                }
            })
    }

    /// Makes the moves. If one fails, those already made are undone.
    pub fn carry_out(&self) -> Result<CommitSummary, PublishError> {
        let orphans: Vec<&str> = self
            .listed
            .0
            .keys()
            .map(OutputPath::as_str)
            .filter(|path| !self.staged.contains_key(*path))
            .collect();
        let needed = self.write_manifests(&orphans)?;
        let mut moves = MoveLog::new(self.workspace);
        if let Err(failure) = self.make_moves(&mut moves, &orphans, needed) {
            let outcome = moves.undo();
            return Err(PublishError::Failed {
                failure,
                output: self.workspace.output_shown.clone(),
                outcome,
            });
        }
        Ok(self.summary(&orphans))
    }

    /// Writes both manifests into the staging folder, so that a full disk is noticed before
    /// anything is moved.
    fn write_manifests(&self, orphans: &[&str]) -> Result<CommitWork, PublishError> {
        let final_manifest = Manifest(
            self.staged
                .iter()
                .map(|(path, staged)| (path.clone(), staged.fingerprint))
                .collect(),
        );
        let text = final_manifest.to_text();
        if text.as_bytes() == self.listed_bytes && self.staged.values().all(StagedFile::is_same) {
            return Ok(CommitWork::Nothing);
        }
        let write = |name: &str, text: &str| {
            fs::write(self.workspace.named(name), text)
                .map_err(|error| self.workspace.failure("write", MANIFEST_NAME, error))
        };
        write("manifest-done", &text)?;
        if orphans.is_empty() {
            return Ok(CommitWork::MovesOnly);
        }
        let mut both = final_manifest;
        both.0.extend(
            self.listed
                .0
                .iter()
                .filter(|(path, _)| !self.staged.contains_key(*path))
                .map(|(path, hash)| (path.clone(), *hash)),
        );
        write("manifest-both", &both.to_text())?;
        Ok(CommitWork::MovesAndRemovals)
    }

    fn make_moves(
        &self,
        moves: &mut MoveLog<'_>,
        orphans: &[&str],
        needed: CommitWork,
    ) -> Result<(), FileFailure> {
        let first = match needed {
            CommitWork::Nothing => return Ok(()),
            CommitWork::MovesOnly => "manifest-done",
            CommitWork::MovesAndRemovals => "manifest-both",
        };
        moves.replace(&self.workspace.named(first), MANIFEST_NAME)?;
        let obstacles = self.find_obstacles();
        if !obstacles.is_empty() {
            self.remove(moves, orphans, &obstacles)?;
        }
        self.move_in(moves)?;
        if obstacles.is_empty() {
            self.remove(moves, orphans, &obstacles)?;
        }
        match needed {
            CommitWork::MovesAndRemovals => {
                moves.replace(&self.workspace.named("manifest-done"), MANIFEST_NAME)
            }
            _ => Ok(()),
        }
    }

    fn move_in(&self, moves: &mut MoveLog<'_>) -> Result<(), FileFailure> {
        let tree = self.workspace.tree();
        let mut last_top = None;
        for (path, staged) in self.staged {
            match &staged.state {
                PublisherState::Same { .. } | PublisherState::Foreign { .. } => {}
                PublisherState::Numbered {
                    number,
                    over: Some(ExistingEntry::File),
                } => {
                    moves.replace(&self.workspace.numbered(*number), path.as_str())?;
                }
                PublisherState::Numbered { number, .. } => {
                    moves.put(&self.workspace.numbered(*number), path.as_str())?
                }
                PublisherState::InTree { top, .. } => {
                    if last_top != Some(top) {
                        moves.put(&tree.join(&**top), top)?;
                        last_top = Some(top);
                    }
                }
            }
        }
        Ok(())
    }

    /// What must be removed before staged files can be moved in: files and links in the place of a
    /// folder, and folders and links in the place of a file.
    fn find_obstacles(&self) -> BTreeMap<&str, ExistingEntry> {
        let over = self
            .staged
            .iter()
            .filter_map(|(path, staged)| match &staged.state {
                PublisherState::Numbered {
                    over: Some(found @ (ExistingEntry::Folder | ExistingEntry::Other)),
                    ..
                } => Some((path.as_str(), *found)),
                PublisherState::InTree {
                    top,
                    over: Some(found),
                } => Some((&**top, *found)),
                _ => None,
            });
        over.collect()
    }

    /// Removes the orphans and the obstacles, then the folders that are empty.
    fn remove(
        &self,
        moves: &mut MoveLog<'_>,
        orphans: &[&str],
        obstacles: &BTreeMap<&str, ExistingEntry>,
    ) -> Result<(), FileFailure> {
        let is_file = |path: &str| {
            matches!(
                self.existing.get(path),
                Some(ExistingEntry::File | ExistingEntry::Other)
            )
        };
        let files: BTreeSet<&str> = orphans
            .iter()
            .chain(obstacles.keys())
            .copied()
            .filter(|path| is_file(path))
            .collect();
        for path in files {
            moves.remove(path)?;
        }
        let mut folders: BTreeSet<&str> = orphans
            .iter()
            .flat_map(|path| folders_of(path))
            .filter(|folder| self.first_below(folder).is_none())
            .collect();
        if obstacles
            .values()
            .any(|found| *found == ExistingEntry::Folder)
        {
            let in_the_way = |path: &str| {
                obstacles.contains_key(path)
                    || folders_of(path).any(|folder| obstacles.contains_key(folder))
            };
            let existing = self
                .existing
                .found
                .iter()
                .filter(|(_, found)| **found == ExistingEntry::Folder)
                .map(|(path, _)| &**path);
            folders.extend(existing.filter(|path| in_the_way(path)));
        }
        for folder in folders.into_iter().rev() {
            moves.remove_empty_folder(folder);
        }
        Ok(())
    }

    /// The first path that is staged below a folder.
    fn first_below(&self, folder: &str) -> Option<&OutputPath> {
        let inside = format!("{folder}/");
        let next = self
            .staged
            .range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded))
            .next();
        next.map(|(path, _)| path)
            .filter(|path| path.as_str().starts_with(&inside))
    }

    fn summary(&self, orphans: &[&str]) -> CommitSummary {
        let unchanged = self
            .staged
            .values()
            .filter(|staged| staged.is_same())
            .count();
        CommitSummary {
            written: self.staged.len() - unchanged,
            unchanged,
            removed: orphans
                .iter()
                .filter(|path| {
                    matches!(
                        self.existing.get(path),
                        Some(ExistingEntry::File | ExistingEntry::Other)
                    )
                })
                .count(),
            files: self.staged.len(),
            bytes: self.staged.values().map(|staged| staged.length).sum(),
            foreign: self.foreign(),
        }
    }
}

/// What a commit has to do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CommitWork {
    Nothing,
    MovesOnly,
    MovesAndRemovals,
}
