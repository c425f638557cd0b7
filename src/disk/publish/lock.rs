//! One build at a time for an output folder, from whatever site it comes: a lock file in that
//! folder while a build lasts.
//!
//! The system lets the lock go with its process, so a killed build locks nobody out; the file it
//! left is taken over. Where the file system knows no locks, builds go unguarded rather than not at
//! all.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Its name in the output folder.
pub const LOCK_NAME: &str = ".handsel-lock";

/// The number of a process is shorter.
const PID_BYTES_MAX: u64 = 32;

/// Held while it lives.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
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
            // A link or a pipe here is nobody's lock, and what it leads to must not be written to.
            if fs::symlink_metadata(&path)
                .is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
            {
                fs::remove_file(&path).map_err(LockError::Failed)?;
            }
            let opened = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path);
            let file = match opened {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    // Another build gave up just now and took the folder away that it had made.
                    fs::create_dir_all(folder).map_err(LockError::Failed)?;
                    continue;
                }
                Err(error) => return Err(LockError::Failed(error)),
            };
            if let Err(TryLockError::WouldBlock) = file.try_lock() {
                let mut pid = String::new();
                let _ = file.take(PID_BYTES_MAX).read_to_string(&mut pid);
                return Err(LockError::Held(pid.trim().parse().ok()));
            }
            if !is_still_at(&file, &path) {
                continue;
            }
            let mut lock = Self { path, file };
            lock.sign().map_err(LockError::Failed)?;
            return Ok(lock);
        }
    }

    /// Writes our process into the file, for the message of who comes second.
    fn sign(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        writeln!(self.file, "{}", std::process::id())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the locked file is the one that others find: a build that ended between our opening and
/// our locking took its file away.
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
