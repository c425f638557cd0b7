//! Publishes a site as a transaction: outputs are staged during the build, and moved into the
//! output folder only when all of them are complete.
//!
//! A failure leaves the output folder unchanged. If a build is killed, every file is complete, old
//! or new, and the next build finishes the work. Only files that differ are written. Files of an
//! earlier build that this one did not make are removed, and files of others are not touched.
//! `commit` documents the order of moves.

mod commit;
mod error;
mod existing;
pub(super) mod lock;
mod manifest;
mod moves;
mod output_stamps;
mod workspace;
mod writer;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

pub use error::{FileFailure, FolderState, PublishError};
pub use lock::LOCK_NAME;
pub use manifest::MANIFEST_NAME;

use rayon::prelude::*;

use crate::cache::CacheStore;
use crate::cache::regular::open_regular;
use crate::fingerprint::Fingerprint;
use crate::paths::OutputPath;
use crate::pipeline::sum;
use commit::CommitPlan;
use existing::{ExistingEntry, ExistingOutput, PathOccupant};
use manifest::Manifest;
use output_stamps::OutputStamps;
use workspace::{OWN_NAMES, Workspace};
use writer::{WriteFailure, WriteJob, Writer};

#[derive(Clone, Default)]
pub struct PublishOptions {
    /// Whether to replace files that Handsel did not write at the paths of outputs.
    pub force: bool,
    /// The cache for the stamps of published files, so that unchanged files need not be read.
    pub cache: Option<Arc<dyn CacheStore>>,
}

/// The result of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitSummary {
    /// Files that are new or differ.
    pub written: usize,
    /// Files that already existed with the same bytes.
    pub unchanged: usize,
    /// Files of an earlier build that were removed.
    pub removed: usize,
    /// All files of this build.
    pub files: usize,
    /// The total size of these files.
    pub bytes: u64,
    /// Files in the output folder that Handsel did not write, sorted. They were not touched.
    pub foreign: Vec<OutputPath>,
}

/// A build that is being published. If it is dropped without a commit, the output folder is
/// unchanged.
pub struct Publisher {
    /// This field is dropped first, because the writer must stop before the staging folder is
    /// removed.
    writer: Writer,
    stamps: OutputStamps,
    existing: ExistingOutput,
    listed: Manifest,
    listed_bytes: Vec<u8>,
    options: PublishOptions,
    staged: Mutex<BTreeMap<OutputPath, StagedFile>>,
    next: AtomicUsize,
    workspace: Workspace,
}

/// One file of this build.
#[derive(Debug)]
struct StagedFile {
    fingerprint: Fingerprint,
    length: u64,
    state: PublisherState,
}

#[derive(Debug)]
enum PublisherState {
    /// Already published with the same bytes. `by_stamp` says whether its stamp showed that.
    Same { by_stamp: bool },
    /// Staged as a file of this number, to be moved separately. `over` is what exists at its path.
    Numbered {
        number: usize,
        over: Option<ExistingEntry>,
    },
    /// Staged in the tree, to be moved with `top`, the outermost folder that does not exist yet.
    /// `over` is what exists at the path of that folder.
    InTree {
        top: Box<str>,
        over: Option<ExistingEntry>,
    },
    /// Not staged, because Handsel did not write what exists at `path`.
    Foreign { path: Box<str> },
}

impl StagedFile {
    fn is_same(&self) -> bool {
        matches!(self.state, PublisherState::Same { .. })
    }
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher")
            .field("output", &self.workspace.output)
            .finish_non_exhaustive()
    }
}

impl Publisher {
    /// Creates the output folder if it does not exist, locks it, removes what a killed build left,
    /// and reads what is published.
    ///
    /// Files are staged in `staging_parent` if they can be renamed from there into the output
    /// folder, else in the output folder under a hidden name.
    ///
    /// # Errors
    /// [`PublishError::Busy`] when another build holds the lock; others when the path is not a
    /// folder or cannot be written.
    pub fn begin(
        output: &Path,
        staging_parent: &Path,
        options: PublishOptions,
    ) -> Result<Self, PublishError> {
        let workspace = Workspace::open(output, staging_parent)?;
        let stamps = options
            .cache
            .as_ref()
            .map(|cache| OutputStamps::load(&**cache, &workspace.output))
            .unwrap_or_default();
        let existing = ExistingOutput::scan(&workspace.output, &stamps.known_folders())
            .map_err(|error| workspace.failure("list", "", error))?;
        let listed_bytes = read_manifest(&workspace.output.join(MANIFEST_NAME))
            .map_err(|error| workspace.failure("read", MANIFEST_NAME, error))?;
        Ok(Self {
            writer: Writer::start(),
            stamps,
            existing,
            listed: Manifest::parse(&listed_bytes),
            listed_bytes,
            options,
            staged: Mutex::default(),
            next: AtomicUsize::new(0),
            workspace,
        })
    }

    /// Stages one file, unless the published one already has these bytes. Many threads may call
    /// this; a separate thread writes.
    ///
    /// # Errors
    /// When its path was staged before. Errors of writing are returned by [`Publisher::commit`].
    pub fn stage(&self, path: &OutputPath, bytes: &[u8]) -> Result<(), PublishError> {
        self.stage_known(path, bytes.to_vec().into(), Fingerprint::of(bytes))
    }

    /// Like [`Publisher::stage`], with the known fingerprint of the bytes.
    ///
    /// # Errors
    /// As for [`Publisher::stage`].
    pub fn stage_known(
        &self,
        path: &OutputPath,
        bytes: Cow<'static, [u8]>,
        fingerprint: Fingerprint,
    ) -> Result<(), PublishError> {
        let state = self.place(path.as_str(), fingerprint, || {
            holds(&self.workspace.output.join(path.as_str()), &bytes)
        });
        let target = self.target(path, &state);
        let makes_folder = matches!(state, PublisherState::InTree { .. });
        self.note(
            path,
            StagedFile {
                fingerprint,
                length: bytes.len() as u64,
                state,
            },
        )?;
        if let Some(target) = target {
            self.writer.write(WriteJob {
                path: path.clone(),
                target,
                makes_folder,
                bytes,
            });
        }
        Ok(())
    }

    /// Stages a file that is read in pieces, unless the published one already has the same bytes.
    /// `expected` is its fingerprint when it was read before. Returns the fingerprint of the bytes
    /// that were read now.
    ///
    /// # Errors
    /// As for [`Publisher::stage`]; those of reading and writing.
    pub fn stage_file(
        &self,
        path: &OutputPath,
        file: &mut dyn Read,
        expected: Fingerprint,
    ) -> Result<Fingerprint, PublishError> {
        let output = &self.workspace.output;
        let state = self.place(path.as_str(), expected, || {
            published_hash(output, path) == Some(expected)
        });
        let failed = |error| self.workspace.failure("write", path.as_str(), error);
        let (fingerprint, length) = match self.target(path, &state) {
            Some(target) => copy_to(&target, file).map_err(failed)?,
            None => (
                expected,
                fs::metadata(output.join(path.as_str())).map_or(0, |metadata| metadata.len()),
            ),
        };
        self.note(
            path,
            StagedFile {
                fingerprint,
                length,
                state,
            },
        )?;
        Ok(fingerprint)
    }

    /// The path at which a file in this state is staged.
    fn target(&self, path: &OutputPath, state: &PublisherState) -> Option<PathBuf> {
        match state {
            PublisherState::Numbered { number, .. } => Some(self.workspace.numbered(*number)),
            PublisherState::InTree { .. } => Some(self.workspace.tree().join(path.as_str())),
            PublisherState::Same { .. } | PublisherState::Foreign { .. } => None,
        }
    }

    /// Keeps a published file without rendering it again. Returns `false` if the manifest does not
    /// list it with this fingerprint or it has changed, so that it must be staged.
    ///
    /// # Errors
    /// When its path was staged before.
    pub fn keep(&self, path: &OutputPath, fingerprint: Fingerprint) -> Result<bool, PublishError> {
        let Some(staged) = self.published(path, fingerprint) else {
            return Ok(false);
        };
        self.note(path, staged)?;
        Ok(true)
    }

    /// The bytes of a file in the output folder, even if Handsel did not write it.
    pub fn bytes(&self, path: &OutputPath) -> Option<Vec<u8>> {
        published_bytes(&self.workspace.output, path)
    }

    /// Keeps all published files if the manifest has this fingerprint ([`sum`]) and they are
    /// unchanged. Returns whether they were kept.
    pub fn keep_all(&self, all: Fingerprint) -> bool {
        if sum(self.listed.0.iter().map(|(path, hash)| (path, *hash))) != all
            || !self.staged().is_empty()
        {
            return false;
        }
        let listed: Vec<(&OutputPath, Fingerprint)> = self
            .listed
            .0
            .iter()
            .map(|(path, hash)| (path, *hash))
            .collect();
        let kept: Option<BTreeMap<OutputPath, StagedFile>> = listed
            .par_iter()
            .with_min_len(64)
            .map(|(path, fingerprint)| Some(((*path).clone(), self.published(path, *fingerprint)?)))
            .collect();
        let Some(kept) = kept else { return false };
        *self.staged() = kept;
        true
    }

    /// The published file that the manifest lists with this fingerprint, if it is unchanged.
    fn published(&self, path: &OutputPath, fingerprint: Fingerprint) -> Option<StagedFile> {
        let is_listed = self.listed.get(path.as_str()) == Some(fingerprint)
            && self.existing.get(path.as_str()) == Some(ExistingEntry::File);
        if !is_listed {
            return None;
        }
        let same = |length, by_stamp| StagedFile {
            fingerprint,
            length,
            state: PublisherState::Same { by_stamp },
        };
        if let Some(length) = self
            .stamps
            .size_of(&self.workspace.output, path, fingerprint)
        {
            return Some(same(length, true));
        }
        let mut file = open_regular(&self.workspace.output.join(path.as_str())).ok()?;
        let (found, length) = Fingerprint::of_reader(&mut file, |_| Ok(())).ok()?;
        (found == fingerprint).then(|| same(length, false))
    }

    /// Files that Handsel did not write at the paths of staged files, sorted. If there are any,
    /// nothing is published.
    pub fn conflicts(&self) -> Vec<OutputPath> {
        self.plan(&self.staged()).conflicts()
    }

    /// Moves all staged files in, removes files of earlier builds that this one did not make, and
    /// writes the manifest.
    ///
    /// # Errors
    /// [`PublishError::Foreign`] and [`PublishError::Clash`] before anything is moved. Errors of
    /// the file system after all moves were undone.
    pub fn commit(self) -> Result<CommitSummary, PublishError> {
        self.commit_with(|| {})
    }

    /// Like [`Publisher::commit`], and then calls `then` before another build can begin.
    ///
    /// # Errors
    /// As for [`Publisher::commit`]; `then` is not called.
    pub fn commit_with(mut self, then: impl FnOnce()) -> Result<CommitSummary, PublishError> {
        let written = self.writer.finish();
        written.map_err(|WriteFailure { path, error }| {
            self.workspace.failure("write", path.as_str(), error)
        })?;
        let staged = self.staged();
        let plan = self.plan(&staged);
        if let Some((first, second)) = plan.find_clash() {
            return Err(PublishError::Clash { first, second });
        }
        let conflicts = plan.conflicts();
        if !conflicts.is_empty() {
            return Err(PublishError::Foreign {
                output: self.workspace.output_shown.clone(),
                paths: conflicts,
            });
        }
        let published = plan.carry_out()?;
        if let Some(cache) = &self.options.cache {
            self.stamps
                .save(&**cache, &self.workspace.output, &staged, &self.existing);
        }
        then();
        Ok(published)
    }

    /// How to stage a file, depending on what is published. `is_published` compares its bytes with
    /// those of the published file.
    fn place(
        &self,
        path: &str,
        fingerprint: Fingerprint,
        is_published: impl FnOnce() -> bool,
    ) -> PublisherState {
        let may_replace = |path: &str| self.options.force || self.listed.lists(path);
        let numbered = |over| PublisherState::Numbered {
            number: self.next.fetch_add(1, Ordering::Relaxed),
            over,
        };
        match self.existing.occupant(path) {
            PathOccupant::Free => numbered(None),
            PathOccupant::Taken(ExistingEntry::File) => {
                // A file that is listed with another fingerprint almost certainly differs, so its
                // bytes are not compared.
                let may_be_same = self
                    .listed
                    .get(path)
                    .is_none_or(|listed| listed == fingerprint);
                if may_be_same && is_published() {
                    PublisherState::Same { by_stamp: false }
                } else if may_replace(path) {
                    numbered(Some(ExistingEntry::File))
                } else {
                    PublisherState::Foreign { path: path.into() }
                }
            }
            PathOccupant::Taken(ExistingEntry::Other) if !may_replace(path) => {
                PublisherState::Foreign { path: path.into() }
            }
            PathOccupant::Taken(found) => numbered(Some(found)),
            PathOccupant::Below { top, over } if over.is_some() && !may_replace(top) => {
                PublisherState::Foreign { path: top.into() }
            }
            PathOccupant::Below { top, over } => PublisherState::InTree {
                top: top.into(),
                over,
            },
        }
    }

    fn note(&self, path: &OutputPath, staged: StagedFile) -> Result<(), PublishError> {
        let before = self.staged().insert(path.clone(), staged);
        if before.is_some() || OWN_NAMES.contains(&path.as_str()) {
            return Err(PublishError::Clash {
                first: path.clone(),
                second: path.clone(),
            });
        }
        Ok(())
    }

    fn staged(&self) -> MutexGuard<'_, BTreeMap<OutputPath, StagedFile>> {
        self.staged.lock().expect("no holder of this lock panics")
    }

    fn plan<'a>(&'a self, staged: &'a BTreeMap<OutputPath, StagedFile>) -> CommitPlan<'a> {
        CommitPlan {
            workspace: &self.workspace,
            existing: &self.existing,
            listed: &self.listed,
            listed_bytes: &self.listed_bytes,
            staged,
        }
    }
}

/// The bytes of a published file.
pub fn published_bytes(output: &Path, path: &OutputPath) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(&output.join(path.as_str()))
        .ok()?
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}

/// The fingerprint of a published file.
pub fn published_hash(output: &Path, path: &OutputPath) -> Option<Fingerprint> {
    let mut file = open_regular(&output.join(path.as_str())).ok()?;
    Fingerprint::of_reader(&mut file, |_| Ok(()))
        .ok()
        .map(|(hash, _)| hash)
}

/// Copies a reader into a new file, and creates its folder if it does not exist.
fn copy_to(target: &Path, file: &mut dyn Read) -> io::Result<(Fingerprint, u64)> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut written = fs::File::create(target)?;
    Fingerprint::of_reader(file, |piece| written.write_all(piece))
}

/// The files that Handsel wrote into an output folder, sorted.
pub fn listed(output: &Path) -> Vec<OutputPath> {
    let bytes = read_manifest(&output.join(MANIFEST_NAME)).unwrap_or_default();
    Manifest::parse(&bytes).0.into_keys().collect()
}

/// The bytes of the manifest; empty if it is not a regular file or does not exist.
fn read_manifest(path: &Path) -> io::Result<Vec<u8>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => Manifest::read(path),
        Ok(_) => Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether a file has exactly these bytes; false if it cannot be read.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    let Ok(mut file) = open_regular(path) else {
        return false;
    };
    if file
        .metadata()
        .is_ok_and(|metadata| metadata.len() != bytes.len() as u64)
    {
        return false;
    }
    let mut rest = bytes;
    let mut chunk = [0; 16 * 1024];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return rest.is_empty(),
            Ok(length) => match rest.strip_prefix(&chunk[..length]) {
                Some(remainder) => rest = remainder,
                None => return false,
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}
