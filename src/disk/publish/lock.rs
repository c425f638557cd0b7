//! Locks an output folder with a lock file, so that only one build writes to it at a time.
//!
//! The system releases the lock when its process ends, so a killed build does not block others. The
//! file that it left is used again. On a file system without locks, builds run without one. See
//! DECISIONS: "The lock, the staging folder and the manifest".

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The name of the lock file in the output folder.
pub const LOCK_NAME: &str = ".handsel-lock";

/// The most bytes that are read as a process number.
const PID_BYTES_MAX: u64 = 32;

/// A lock that is held until this value is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
}

pub enum LockError {
    /// Another process holds the lock; its number, if known.
    Held(Option<u32>),
    Failed(io::Error),
}

impl Lock {
    pub fn take(folder: &Path) -> Result<Self, LockError> {
        let path = folder.join(LOCK_NAME);
        loop {
            // A link or a pipe here is not a lock, and the target of a link must not be written to.
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
                    // Another build has just failed and removed the folder that it had created.
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

    /// Writes the number of this process into the file, for the error message of a second build.
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

/// Whether the locked file is still at its path. A build that ended between opening and locking has
/// removed it.
#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(ours), Ok(theirs)) => (ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino()),
        _ => false,
    }
}

/// On other systems an open file keeps its name.
#[cfg(not(unix))]
fn is_still_at(_file: &File, _path: &Path) -> bool {
    true
}
