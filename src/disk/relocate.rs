//! A move carried out on the disk as a whole: one rename of the page or folder, then the files that changed, each replaced in one step.
//!
//! Everything is staged first, with a journal that says what is to be done. From the moment the journal is in its place the move will be
//! made: a process that is killed leaves it there, and [`finish`] makes what is missing. Until then nothing of the writer's is touched.
//! What fails on the way is taken back.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::publish::lock::{Lock, LockError};
use super::{Disk, Standing};
use crate::paths::SourcePath;
use crate::source::Files;

/// Where a move is staged, below Handsel's own folder in the root.
const STAGING: &str = ".handsel/move";
const JOURNAL: &str = "journal";

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub from: SourcePath,
    pub to: SourcePath,
    /// Files with other bytes, by the path that they have then.
    pub edited: Vec<Edit>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    pub path: SourcePath,
    /// What the file is now; anything else means that somebody changed it meanwhile.
    #[serde(skip, default = "nothing")]
    pub before: Arc<[u8]>,
    #[serde(skip, default = "nothing")]
    pub after: Arc<[u8]>,
}

fn nothing() -> Arc<[u8]> {
    Arc::from(&b""[..])
}

/// Makes a move.
///
/// # Errors
/// `AlreadyExists` when something is at its end already, `Deadlock` while another process moves, `InvalidData` when a file is not what
/// it was any more; those of the file system. Nothing has changed then.
pub fn carry_out(disk: &Disk, planned: &Move) -> io::Result<()> {
    let staging = disk.root().join(STAGING);
    fs::create_dir_all(&staging)?;
    let _lock = lock(&staging)?;
    if staging.join(JOURNAL).exists() {
        return Err(io::Error::new(io::ErrorKind::Deadlock, "an earlier move was cut short and has to be finished first"));
    }
    if disk.standing(&planned.to) != Standing::Nothing {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is there already", planned.to)));
    }
    for edit in &planned.edited {
        let now = old_path(planned, &edit.path);
        if disk.read(&now)? != edit.before {
            return Err(io::Error::new(io::ErrorKind::InvalidData, format!("{now} was changed meanwhile")));
        }
    }
    for (number, edit) in planned.edited.iter().enumerate() {
        fs::write(staged(&staging, number), &edit.after)?;
    }
    let journal = serde_json::to_vec(planned).map_err(io::Error::other)?;
    fs::write(staging.join("journal.new"), journal)?;
    fs::rename(staging.join("journal.new"), staging.join(JOURNAL))?;
    let made = make(disk, &staging, planned);
    if made.is_err() {
        undo(disk, planned);
    }
    clear(&staging, planned);
    made
}

/// Whether a move was cut short.
pub fn is_unfinished(disk: &Disk) -> bool {
    disk.root().join(STAGING).join(JOURNAL).exists()
}

/// Makes what is missing of a move that was cut short; what it was, if there was one.
///
/// # Errors
/// Those of the file system, and `InvalidData` when the journal cannot be read.
pub fn finish(disk: &Disk) -> io::Result<Option<Move>> {
    let staging = disk.root().join(STAGING);
    if !is_unfinished(disk) {
        return Ok(None);
    }
    let _lock = lock(&staging)?;
    let journal = fs::read(staging.join(JOURNAL))?;
    let planned: Move = serde_json::from_slice(&journal).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    make(disk, &staging, &planned)?;
    clear(&staging, &planned);
    Ok(Some(planned))
}

fn lock(staging: &Path) -> io::Result<Lock> {
    Lock::take(staging).map_err(|error| match error {
        LockError::Held(_) => io::Error::new(io::ErrorKind::Deadlock, "another move is under way"),
        LockError::Failed(error) => error,
    })
}

fn staged(staging: &Path, number: usize) -> PathBuf {
    staging.join(format!("edit-{number}"))
}

/// The path that a file has before the move.
fn old_path(planned: &Move, path: &SourcePath) -> SourcePath {
    match path.below(&planned.to) {
        Some("") => planned.from.clone(),
        Some(rest) => planned.from.join(rest).unwrap_or_else(|_| path.clone()),
        None => path.clone(),
    }
}

/// Each step is made unless it was.
fn make(disk: &Disk, staging: &Path, planned: &Move) -> io::Result<()> {
    let full = |path: &SourcePath| disk.root().join(path.as_str());
    if disk.standing(&planned.from) != Standing::Nothing {
        fs::create_dir_all(full(&planned.to.folder()))?;
        fs::rename(full(&planned.from), full(&planned.to))?;
    }
    for (number, edit) in planned.edited.iter().enumerate() {
        let new = staged(staging, number);
        if new.exists() {
            keep_permissions(&full(&edit.path), &new);
            fs::rename(new, full(&edit.path))?;
        }
    }
    Ok(())
}

/// The file keeps who may read and write it.
fn keep_permissions(old: &Path, new: &Path) {
    if let Ok(metadata) = fs::metadata(old) {
        let _ = fs::set_permissions(new, metadata.permissions());
    }
}

/// Puts everything back as it was, as far as the disk lets us.
fn undo(disk: &Disk, planned: &Move) {
    let full = |path: &SourcePath| disk.root().join(path.as_str());
    for edit in &planned.edited {
        let path = if disk.standing(&planned.from) == Standing::Nothing { edit.path.clone() } else { old_path(planned, &edit.path) };
        if disk.read(&path).is_ok_and(|bytes| bytes == edit.after) {
            let _ = fs::write(full(&path), &edit.before);
        }
    }
    if disk.standing(&planned.from) == Standing::Nothing {
        let _ = fs::rename(full(&planned.to), full(&planned.from));
    }
}

/// The journal goes first: what is left without one is nobody's.
fn clear(staging: &Path, planned: &Move) {
    let _ = fs::remove_file(staging.join(JOURNAL));
    for number in 0..planned.edited.len() {
        let _ = fs::remove_file(staged(staging, number));
    }
}
