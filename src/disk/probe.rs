//! A file written only to see whether anyone is told of it: in some sandboxes and on some file
//! systems no event ever comes.
//!
//! It lies in `.handsel/`, which is ours, and goes again, with the folder if that was made for it.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

const FOLDER_NAME: &str = ".handsel";
const FILE_NAME: &str = "watch-probe";

/// The folder for the probe, and whether it was made for it. What was made goes when this is
/// dropped.
#[derive(Debug)]
pub struct Probe {
    folder: PathBuf,
    was_made: bool,
}

impl Probe {
    /// Sees to the folder.
    ///
    /// # Errors
    /// When it cannot be made, or something else has its name.
    pub fn prepare(root: &Path) -> io::Result<Self> {
        let folder = root.join(FOLDER_NAME);
        let was_made = match fs::create_dir(&folder) {
            Ok(()) => true,
            Err(error)
                if error.kind() == io::ErrorKind::AlreadyExists
                    && fs::symlink_metadata(&folder)?.is_dir() =>
            {
                false
            }
            Err(error) => return Err(error),
        };
        Ok(Self { folder, was_made })
    }

    /// The folder that has to be watched.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes the file: from now on an event is due.
    ///
    /// # Errors
    /// When it cannot be written. That another process writes its own just now is none.
    pub fn write(&self) -> io::Result<()> {
        let file = self.folder.join(FILE_NAME);
        // One may be left of a process that was killed; nothing is written through a link.
        let _ = fs::remove_file(&file);
        match OpenOptions::new().write(true).create_new(true).open(file) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.folder.join(FILE_NAME));
        if self.was_made {
            // It stays when others have put something into it meanwhile.
            let _ = fs::remove_dir(&self.folder);
        }
    }
}
