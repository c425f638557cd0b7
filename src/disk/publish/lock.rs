//! One build at a time for an output folder, from whatever site it comes: a lock file in that folder while a build lasts.
//!
//! The system lets the lock go with its process, so a killed build locks nobody out; the file it left is taken over.
//! Where the file system knows no locks, builds go unguarded rather than not at all.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Its name in the output folder.
pub const LOCK_NAME: &str = ".handsel-lock";

/// Held while it lives.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    _file: File,
}

pub enum LockError {
    /// Held by the process of this number.
    Held(Option<u32>),
    Failed(io::Error),
}

impl Lock {
    pub fn take(folder: &Path) -> Result<Self, LockError> {
        let path = folder.join(LOCK_NAME);
        loop {
            let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(LockError::Failed)?;
            if let Err(TryLockError::WouldBlock) = file.try_lock() {
                let mut pid = String::new();
                let _ = file.read_to_string(&mut pid);
                return Err(LockError::Held(pid.trim().parse().ok()));
            }
            if !is_still_at(&file, &path) {
                continue;
            }
            sign(&mut file).map_err(LockError::Failed)?;
            return Ok(Self { path, _file: file });
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

/// Whether the locked file is the one that others find: a build that ended between our opening and our locking took its file away.
#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(ours), Ok(theirs)) => (ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino()),
        _ => false,
    }
}

/// An open file keeps its name here.
#[cfg(not(unix))]
fn is_still_at(_file: &File, _path: &Path) -> bool {
    true
}
