//! A move carried out on the disk as a whole: one rename of the page or folder, then the files that
//! changed, each replaced in one step.
//!
//! Everything is staged first, with a journal that says what is to be done. From the moment the
//! journal is in its place the move will be made: a process that is killed leaves it there, and
//! [`finish`] makes what is missing. Until then nothing of the writer's is touched. What fails on
//! the way is taken back.
//!
//! The journal is untrusted: the author of the site's folder may have written it. Each of its paths
//! is parsed, must be one that a site can have a source at, and no folder on the way to it may be a
//! link.

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

/// Where a move is staged, in Handsel's own folder.
const STAGING: &str = "move";
const JOURNAL: &str = "journal";

/// No journal is larger.
const JOURNAL_BYTES_MAX: u64 = 64 << 20;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileMoves {
    pub from: SourcePath,
    pub to: SourcePath,
    /// Files with other bytes, by the path that they have then.
    pub edited: Vec<FileEdit>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEdit {
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
/// `AlreadyExists` when something is at its end already, `Deadlock` while another process moves,
/// `InvalidData` when a file is not what it was any more; those of the file system. Nothing has
/// changed then.
pub fn carry_out(disk: &Disk, planned: &FileMoves) -> io::Result<()> {
    check(disk, planned)?;
    let staging = staging(disk)?;
    fs::create_dir_all(&staging)?;
    let _lock = lock(&staging)?;
    if staging.join(JOURNAL).exists() {
        return Err(io::Error::new(
            io::ErrorKind::Deadlock,
            "an earlier move was cut short and has to be finished first",
        ));
    }
    // A page that the writer renamed is at its new path already, and only the links are changed.
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
                format!("{now} was changed meanwhile"),
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

/// Whether a move was cut short.
pub fn is_unfinished(disk: &Disk) -> bool {
    staging(disk).is_ok_and(|staging| staging.join(JOURNAL).exists())
}

/// Makes what is missing of a move that was cut short; what it was, if there was one.
///
/// # Errors
/// Those of the file system, and `InvalidData` when the journal cannot be read or names what no
/// move changes. Nothing has changed then.
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

/// The folder that a move is staged in.
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

/// Refuses a move of anything but sources of the site.
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
        LockError::Held(_) => io::Error::new(io::ErrorKind::Deadlock, "another move is under way"),
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

/// Each step is made unless it was.
fn make(disk: &Disk, staging: &Path, planned: &FileMoves) -> io::Result<()> {
    let full = |path: &SourcePath| disk.root().join(path.as_str());
    if disk.path_state(&planned.from) != PathState::Nothing {
        fs::create_dir_all(full(&planned.to.folder()))?;
        fs::rename(full(&planned.from), full(&planned.to))?;
    }
    for (number, edit) in planned.edited.iter().enumerate() {
        let new = staged(staging, number);
        // Only a file that was staged: what a link leads to is not the writer's text.
        if open_regular(&new).is_ok() {
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

/// The journal goes first: what is left without one is nobody's.
fn clear(staging: &Path, planned: &FileMoves) {
    let _ = fs::remove_file(staging.join(JOURNAL));
    for number in 0..planned.edited.len() {
        let _ = fs::remove_file(staged(staging, number));
    }
}
