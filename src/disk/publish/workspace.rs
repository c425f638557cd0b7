//! The folders of a build that is being published: the output folder, its lock, and a staging
//! folder from which files can be renamed into it.
//!
//! [`Workspace::open`] creates them and removes what a killed build left. When the workspace is
//! dropped, everything but the output folder is removed, and that too if it was created and is
//! empty.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{FileFailure, FolderState, PublishError};
use super::lock::{LOCK_NAME, Lock, LockError};
use super::manifest::MANIFEST_NAME;
use crate::fingerprint::Fingerprint;

/// The name of a staging folder in the output folder.
const STAGING_NAME: &str = ".handsel-staging";

/// Names at the top of the output folder that Handsel reserves.
pub const OWN_NAMES: [&str; 3] = [MANIFEST_NAME, LOCK_NAME, STAGING_NAME];

/// The fields are dropped in this order, so the lock is held until everything but its folder has
/// been removed.
#[derive(Debug)]
pub struct Workspace {
    staging: StagingFolder,
    _made_parent: CreatedFolders,
    _lock: Lock,
    _made_output: CreatedFolders,
    /// The output folder with links resolved.
    pub output: PathBuf,
    /// The output folder as the caller named it, for messages.
    pub output_shown: PathBuf,
}

impl Workspace {
    pub fn open(output: &Path, staging_parent: &Path) -> Result<Self, PublishError> {
        let failed = |failure| PublishError::Failed {
            failure,
            output: output.to_owned(),
            outcome: FolderState::AsItWas,
        };
        if fs::metadata(output).is_ok_and(|metadata| !metadata.is_dir()) {
            return Err(PublishError::NotFolder {
                output: output.to_owned(),
            });
        }
        let made_output = CreatedFolders::make(output)
            .map_err(FileFailure::of("create", output))
            .map_err(failed)?;
        let resolved = fs::canonicalize(output)
            .map_err(FileFailure::of("open", output))
            .map_err(failed)?;
        let lock = Lock::take(&resolved).map_err(|error| match error {
            LockError::Held(pid) => PublishError::Busy {
                output: output.to_owned(),
                pid,
            },
            LockError::Failed(error) => failed(FileFailure::of("write to", output)(error)),
        })?;
        let (made_parent, staging) = StagingFolder::make(&resolved, staging_parent)
            .map_err(FileFailure::of("create a staging folder for", output))
            .map_err(failed)?;
        Ok(Self {
            staging,
            _made_parent: made_parent,
            _lock: lock,
            _made_output: made_output,
            output: resolved,
            output_shown: output.to_owned(),
        })
    }

    /// The staging tree for files in folders that do not exist in the output folder yet, with the
    /// same layout.
    pub fn tree(&self) -> PathBuf {
        self.staging.0.join("tree")
    }

    /// The staging path of another new file, by number.
    pub fn numbered(&self, number: usize) -> PathBuf {
        self.staging.0.join(format!("new-{number}"))
    }

    /// The path for the backup of a replaced or removed file, by number.
    pub fn backup_path(&self, number: usize) -> PathBuf {
        self.staging.0.join(format!("old-{number}"))
    }

    /// The staging path of a manifest.
    pub fn named(&self, name: &str) -> PathBuf {
        self.staging.0.join(name)
    }

    /// An error from before anything was moved. `path` is relative to the output folder.
    pub fn failure(&self, doing: &'static str, path: &str, error: io::Error) -> PublishError {
        let failure = FileFailure {
            doing,
            path: self.output_shown.join(path),
            error,
        };
        PublishError::Failed {
            failure,
            output: self.output_shown.clone(),
            outcome: FolderState::AsItWas,
        }
    }
}

/// A staging folder, which is removed with its contents when dropped.
#[derive(Debug)]
struct StagingFolder(PathBuf);

impl StagingFolder {
    /// Creates a staging folder in `parent` if files can be renamed from there into the output
    /// folder (which fails across mounts), else in the output folder.
    fn make(output: &Path, parent: &Path) -> io::Result<(CreatedFolders, Self)> {
        let within = output.join(STAGING_NAME);
        clear(&within)?;
        if let Ok(made_parent) = CreatedFolders::make(parent) {
            let key = Fingerprint::of(output.as_os_str().as_encoded_bytes()).short();
            let near = Self(parent.join(format!("staging-{key}")));
            let is_near = clear(&near.0)
                .and_then(|()| fs::create_dir(&near.0))
                .and_then(|()| fs::rename(&near.0, &within))
                .and_then(|()| fs::rename(&within, &near.0));
            if is_near.is_ok() {
                return Ok((made_parent, near));
            }
        }
        clear(&within)?;
        fs::create_dir(&within)?;
        Ok((CreatedFolders::default(), Self(within)))
    }
}

impl Drop for StagingFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes the staging folder that a killed build left.
fn clear(staging: &Path) -> io::Result<()> {
    match fs::remove_dir_all(staging) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Folders that were created, outermost first. Those that are empty are removed when dropped.
#[derive(Debug, Default)]
struct CreatedFolders(Vec<PathBuf>);

impl CreatedFolders {
    fn make(folder: &Path) -> io::Result<Self> {
        let is_missing = |folder: &&Path| {
            !folder.as_os_str().is_empty() && fs::symlink_metadata(folder).is_err()
        };
        let mut made: Vec<PathBuf> = folder
            .ancestors()
            .take_while(is_missing)
            .map(Path::to_owned)
            .collect();
        made.reverse();
        let made = Self(made);
        fs::create_dir_all(folder)?;
        Ok(made)
    }
}

impl Drop for CreatedFolders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}
