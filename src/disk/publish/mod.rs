//! Publishing as a transaction: what a build makes is staged while it is made, and moved into the
//! output folder only when all of it is there.
//!
//! Whatever fails leaves the output folder as it was; a build killed at any moment leaves every
//! file whole, old or new, and the next one completes it. Only files that differ are touched. What
//! an earlier build wrote and this one did not is removed; what nobody but others wrote is left
//! alone. `commit` holds the order of moves, and why.

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
    /// Replace files that Handsel did not write and that lie where pages go.
    pub force: bool,
    /// Where stamps of published files are kept, so that they need not be read to be known.
    pub cache: Option<Arc<dyn CacheStore>>,
}

/// What a commit did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitSummary {
    /// Files that are new or differ.
    pub written: usize,
    /// Files that were there already, byte for byte.
    pub unchanged: usize,
    /// Files of an earlier build that are gone now.
    pub removed: usize,
    /// All files of this build.
    pub files: usize,
    /// Their size together.
    pub bytes: u64,
    /// Files in the output folder that are none of Handsel's, sorted. They were left alone.
    pub foreign: Vec<OutputPath>,
}

/// A build on its way into the output folder. Dropped without a commit, it leaves that folder as it
/// was.
pub struct Publisher {
    /// The first to go: the staging folder is cleared when nobody writes there any longer.
    writer: Writer,
    vouched: OutputStamps,
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
    /// Published already, byte for byte; whether its stamp said so.
    Same { by_stamp: bool },
    /// Staged as a file of this number, to be moved by itself; `over` is what has its place.
    Numbered {
        number: usize,
        over: Option<ExistingEntry>,
    },
    /// Staged in the tree, to be moved with `top`, the outermost folder that is not there yet;
    /// `over` is what has that folder's place.
    InTree {
        top: Box<str>,
        over: Option<ExistingEntry>,
    },
    /// Not staged: what lies at `path` is not ours.
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
    /// Locks the output folder (made when it is missing), clears what a killed build left, and
    /// reads what is published.
    ///
    /// Staged files lie in `staging_parent` if they can be renamed from there into the output
    /// folder, else in that folder under a hidden name.
    ///
    /// # Errors
    /// [`PublishError::Busy`] while another build holds the folder; others when it is no folder or
    /// may not be written.
    pub fn begin(
        output: &Path,
        staging_parent: &Path,
        options: PublishOptions,
    ) -> Result<Self, PublishError> {
        let workspace = Workspace::open(output, staging_parent)?;
        let vouched = options
            .cache
            .as_ref()
            .map(|cache| OutputStamps::load(&**cache, &workspace.output))
            .unwrap_or_default();
        let existing = ExistingOutput::scan(&workspace.output, &vouched.known_folders())
            .map_err(|error| workspace.failure("list", "", error))?;
        let listed_bytes = read_manifest(&workspace.output.join(MANIFEST_NAME))
            .map_err(|error| workspace.failure("read", MANIFEST_NAME, error))?;
        Ok(Self {
            writer: Writer::start(),
            vouched,
            existing,
            listed: Manifest::parse(&listed_bytes),
            listed_bytes,
            options,
            staged: Mutex::default(),
            next: AtomicUsize::new(0),
            workspace,
        })
    }

    /// Stages one file, unless the published one has these bytes already. Called from many threads;
    /// one of its own writes.
    ///
    /// # Errors
    /// When its path was staged before. What cannot be written is told by [`Publisher::commit`].
    pub fn stage(&self, path: &OutputPath, bytes: &[u8]) -> Result<(), PublishError> {
        self.stage_known(path, bytes.to_vec().into(), Fingerprint::of(bytes))
    }

    /// The same, with the fingerprint of the bytes, which the caller knows.
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

    /// Stages a file that is read piece by piece, unless the published one has its bytes already;
    /// gives the fingerprint of what was read. `expected` is the fingerprint that the file had a
    /// moment ago.
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

    /// Where a file is staged that is in this state.
    fn target(&self, path: &OutputPath, state: &PublisherState) -> Option<PathBuf> {
        match state {
            PublisherState::Numbered { number, .. } => Some(self.workspace.numbered(*number)),
            PublisherState::InTree { .. } => Some(self.workspace.tree().join(path.as_str())),
            PublisherState::Same { .. } | PublisherState::Foreign { .. } => None,
        }
    }

    /// Keeps a published file whose bytes the caller has not made again; `false` when it is not the
    /// listed one with this fingerprint any more, so that it has to be staged.
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

    /// The bytes of a published file, whoever wrote them.
    pub fn bytes(&self, path: &OutputPath) -> Option<Vec<u8>> {
        published_bytes(&self.workspace.output, path)
    }

    /// Keeps everything that is published, if it is what the manifest says and that has this
    /// fingerprint ([`sum`]); whether it did.
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

    /// The published file that the manifest lists with this fingerprint, if it is there unchanged.
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
            .vouched
            .size_of(&self.workspace.output, path, fingerprint)
        {
            return Some(same(length, true));
        }
        let mut file = open_regular(&self.workspace.output.join(path.as_str())).ok()?;
        let (found, length) = Fingerprint::of_reader(&mut file, |_| Ok(())).ok()?;
        (found == fingerprint).then(|| same(length, false))
    }

    /// What Handsel did not write but lies where staged files should go, sorted: while there is
    /// any, nothing is published.
    pub fn conflicts(&self) -> Vec<OutputPath> {
        self.plan(&self.staged()).conflicts()
    }

    /// Moves everything in, removes what an earlier build wrote and this one did not, writes the
    /// manifest.
    ///
    /// # Errors
    /// Before anything is moved: [`PublishError::Foreign`], [`PublishError::Clash`]. Later, with
    /// all moves taken back: those of the file system.
    pub fn commit(self) -> Result<CommitSummary, PublishError> {
        self.commit_with(|| {})
    }

    /// The same, and then, before another build can begin, what has to be done together with it.
    ///
    /// # Errors
    /// As for [`Publisher::commit`]; nothing more is done then.
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
            self.vouched
                .save(&**cache, &self.workspace.output, &staged, &self.existing);
        }
        then();
        Ok(published)
    }

    /// Where a file has to be staged, seen from what is published; `is_published` looks whether the
    /// published one has its bytes.
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
                // A listed file of another fingerprint differs unless somebody wrote these very
                // bytes there by hand.
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
        self.staged
            .lock()
            .expect("nobody panics holding the staged files")
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

/// Copies what is read into a new file, whose folder is made where it is missing.
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

/// The manifest's bytes; none when there is none, or something else in its place.
fn read_manifest(path: &Path) -> io::Result<Vec<u8>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => Manifest::read(path),
        Ok(_) => Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Whether a file has exactly these bytes. One that cannot be read has not.
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
