//! A file that is written only to find out whether the system reports changes. In some sandboxes
//! and on some file systems it never does.
//!
//! The file is in `.handsel/`. It is removed afterwards, and so is the folder if it was created for
//! it.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

const FOLDER_NAME: &str = ".handsel";
const FILE_NAME: &str = "watch-probe";

/// The folder of the probe, and whether it was created for it. Dropping this removes what was
/// created.
#[derive(Debug)]
pub struct Probe {
    folder: PathBuf,
    was_made: bool,
}

impl Probe {
    /// Creates the folder if it does not exist.
    ///
    /// # Errors
    /// When the folder cannot be created, or its path is not a folder.
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

    /// Writes the file, which should cause an event.
    ///
    /// # Errors
    /// When it cannot be written. A probe of another process is not an error.
    pub fn write(&self) -> io::Result<()> {
        let file = self.folder.join(FILE_NAME);
        // A killed process may have left a file, and a link must not be followed.
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
            // This fails if other files are in the folder, which then stays.
            let _ = fs::remove_dir(&self.folder);
        }
    }
}
