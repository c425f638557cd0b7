//! Moves files as a transaction: the page or folder is renamed, then each edited file is replaced
//! atomically.
//!
//! Everything is staged first, together with a journal of the move. The writer's files are changed
//! only after the journal is in place. If the process is killed after that, the journal remains and
//! [`finish`] completes the move. If a step fails, the earlier steps are undone.
//!
//! The journal is untrusted, because the author of the site's folder may have written it. Each of
//! its paths is parsed and must be a possible source path, and none of its folders may be a
//! symbolic link.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::atomic_file::{OWN_FOLDER, link_on_the_way, write_new};
use super::publish::lock::{Lock, LockError};
use super::{Disk, PathState, is_plain};
use crate::cache::regular::{open_regular, read_regular};
use crate::paths::SourcePath;
use crate::source::Files;

/// The staging folder of a move, in Handsel's own folder.
const STAGING: &str = "move";
const JOURNAL: &str = "journal";

/// The largest journal that is read, in bytes.
const JOURNAL_BYTES_MAX: u64 = 64 << 20;

/// A planned move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMoves {
    pub from: SourcePath,
    pub to: SourcePath,
    /// The edited files, by their path after the move.
    pub edited: Vec<FileEdit>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEdit {
    pub path: SourcePath,
    /// The bytes before the move. Other bytes mean that the file has been changed since it was
    /// read.
    #[serde(skip, default = "nothing")]
    pub before: Arc<[u8]>,
    #[serde(skip, default = "nothing")]
    pub after: Arc<[u8]>,
}

fn nothing() -> Arc<[u8]> {
    Arc::from(&b""[..])
}

/// Carries out a move.
///
/// # Errors
/// `AlreadyExists` when the target exists, `Deadlock` when another move is running or unfinished,
/// `InvalidData` when a file has changed since it was read, and those of the file system. Nothing
/// has changed then.
pub fn carry_out(disk: &Disk, planned: &FileMoves) -> io::Result<()> {
    check(disk, planned)?;
    let staging = staging(disk)?;
    fs::create_dir_all(&staging)?;
    let _lock = lock(&staging)?;
    if staging.join(JOURNAL).exists() {
        return Err(io::Error::new(
            io::ErrorKind::Deadlock,
            "an earlier move was interrupted; run `handsel move --finish` first",
        ));
    }
    // If the writer has already renamed the page, only links are changed.
    if planned.from != planned.to && disk.path_state(&planned.to) != PathState::Nothing {
        return Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!("{} already exists", planned.to),
        ));
    }
    for edit in &planned.edited {
        let now = old_path(planned, &edit.path);
        if disk.read(&now)? != edit.before {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{now} was changed during the move"),
            ));
        }
    }
    for (number, edit) in planned.edited.iter().enumerate() {
        write_new(&staged(&staging, number), &edit.after)?;
    }
    let journal = serde_json::to_vec(planned).map_err(io::Error::other)?;
    write_new(&staging.join("journal.new"), &journal)?;
    fs::rename(staging.join("journal.new"), staging.join(JOURNAL))?;
    let made = make(disk, &staging, planned);
    if made.is_err() {
        undo(disk, planned);
    }
    clear(&staging, planned);
    made
}

/// Whether a move was interrupted.
pub fn is_unfinished(disk: &Disk) -> bool {
    staging(disk).is_ok_and(|staging| staging.join(JOURNAL).exists())
}

/// Completes an interrupted move and returns it; `None` if there was none.
///
/// # Errors
/// Those of the file system, and `InvalidData` when the journal cannot be read or has a path that a
/// move cannot change. Nothing has changed then.
pub fn finish(disk: &Disk) -> io::Result<Option<FileMoves>> {
    let staging = staging(disk)?;
    if !is_unfinished(disk) {
        return Ok(None);
    }
    let _lock = lock(&staging)?;
    let journal = read_regular(&staging.join(JOURNAL), JOURNAL_BYTES_MAX)?;
    let planned: FileMoves = serde_json::from_slice(&journal)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    check(disk, &planned)?;
    make(disk, &staging, &planned)?;
    clear(&staging, &planned);
    Ok(Some(planned))
}

/// The staging folder.
///
/// # Errors
/// When it or a folder that contains it is a symbolic link.
fn staging(disk: &Disk) -> io::Result<PathBuf> {
    let staging = disk.root().join(OWN_FOLDER).join(STAGING);
    refuse_links(disk, &staging)?;
    Ok(staging)
}

fn refuse_links(disk: &Disk, folder: &Path) -> io::Result<()> {
    match link_on_the_way(disk.root(), folder) {
        Some(link) => {
            let link = link
                .strip_prefix(disk.root())
                .unwrap_or(&link)
                .display()
                .to_string();
            Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!("`{link}` is a symbolic link"),
            ))
        }
        None => Ok(()),
    }
}

/// Refuses paths that cannot be sources of the site.
fn check(disk: &Disk, planned: &FileMoves) -> io::Result<()> {
    let edited = planned.edited.iter().map(|edit| &edit.path);
    for path in [&planned.from, &planned.to].into_iter().chain(edited) {
        let is_source = |segment: &str| {
            is_plain(segment) && !segment.starts_with('.') && segment != "node_modules"
        };
        if path.as_str().is_empty() || !path.segments().all(is_source) {
            let message = format!(
                "`{}` is not a path that a move can change",
                path.as_str().escape_default()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        refuse_links(disk, &disk.root().join(path.folder().as_str()))?;
    }
    Ok(())
}

fn lock(staging: &Path) -> io::Result<Lock> {
    Lock::take(staging).map_err(|error| match error {
        LockError::Held(_) => io::Error::new(io::ErrorKind::Deadlock, "another move is running"),
        LockError::Failed(error) => error,
    })
}

fn staged(staging: &Path, number: usize) -> PathBuf {
    staging.join(format!("edit-{number}"))
}

/// The path that a file has before the move.
fn old_path(planned: &FileMoves, path: &SourcePath) -> SourcePath {
    match path.below(&planned.to) {
        Some("") => planned.from.clone(),
        Some(rest) => planned.from.join(rest).unwrap_or_else(|_| path.clone()),
        None => path.clone(),
    }
}

/// Makes each step that has not been made yet.
fn make(disk: &Disk, staging: &Path, planned: &FileMoves) -> io::Result<()> {
    let full = |path: &SourcePath| disk.root().join(path.as_str());
    if disk.path_state(&planned.from) != PathState::Nothing {
        fs::create_dir_all(full(&planned.to.folder()))?;
        fs::rename(full(&planned.from), full(&planned.to))?;
    }
    for (number, edit) in planned.edited.iter().enumerate() {
        let new = staged(staging, number);
        // Only regular files are staged; a link could lead to anything.
        if open_regular(&new).is_ok() {
            keep_permissions(&full(&edit.path), &new);
            fs::rename(new, full(&edit.path))?;
        }
    }
    Ok(())
}

/// Gives the new file the permissions of the old one.
fn keep_permissions(old: &Path, new: &Path) {
    if let Ok(metadata) = fs::metadata(old) {
        let _ = fs::set_permissions(new, metadata.permissions());
    }
}

/// Undoes the steps that were made, and ignores errors.
fn undo(disk: &Disk, planned: &FileMoves) {
    let full = |path: &SourcePath| disk.root().join(path.as_str());
    for edit in &planned.edited {
        let path = if disk.path_state(&planned.from) == PathState::Nothing {
            edit.path.clone()
        } else {
            old_path(planned, &edit.path)
        };
        if disk.read(&path).is_ok_and(|bytes| bytes == edit.after) {
            let _ = fs::write(full(&path), &edit.before);
        }
    }
    if disk.path_state(&planned.from) == PathState::Nothing {
        let _ = fs::rename(full(&planned.to), full(&planned.from));
    }
}

/// Removes the staged files. The journal is removed first, because without it they are ignored.
fn clear(staging: &Path, planned: &FileMoves) {
    let _ = fs::remove_file(staging.join(JOURNAL));
    for number in 0..planned.edited.len() {
        let _ = fs::remove_file(staged(staging, number));
    }
}
