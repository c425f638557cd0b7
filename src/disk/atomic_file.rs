//! Reads and writes the files that Handsel keeps in a site's folder: those in `.handsel/` and the
//! address ledger. The author of the site's folder may have put anything in their place, so
//! symbolic links among them are not followed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::cache::regular::{open_regular, read_regular};

/// Handsel's own folder in the root: the cache, staged files and unfinished moves.
pub const OWN_FOLDER: &str = ".handsel";

/// The largest file that is read, in bytes.
const BYTES_MAX: u64 = 256 << 20;

/// The first symbolic link among `files` in the root, Handsel's own folder and its entries. The
/// path is relative to the root.
pub fn find_link(root: &Path, files: &[&str]) -> Option<PathBuf> {
    let is_link = |path: &PathBuf| {
        fs::symlink_metadata(root.join(path)).is_ok_and(|metadata| metadata.is_symlink())
    };
    let own = PathBuf::from(OWN_FOLDER);
    let top = files
        .iter()
        .map(PathBuf::from)
        .chain([own.clone()])
        .find(is_link);
    top.or_else(|| {
        let entries = fs::read_dir(root.join(&own))
            .into_iter()
            .flatten()
            .filter_map(Result::ok);
        entries
            .map(|entry| own.join(entry.file_name()))
            .find(is_link)
    })
}

/// The first symbolic link on the path from the root to `folder`; `None` if there is none, or if
/// `folder` is not below the root.
pub fn link_on_the_way(root: &Path, folder: &Path) -> Option<PathBuf> {
    let mut path = root.to_owned();
    folder
        .strip_prefix(root)
        .ok()?
        .components()
        .find_map(|component| {
            path.push(component);
            fs::symlink_metadata(&path)
                .is_ok_and(|metadata| metadata.is_symlink())
                .then(|| path.clone())
        })
}

/// The bytes of a file in a folder; `None` if it does not exist.
///
/// # Errors
/// Those of the file system; `InvalidInput` when it is not a regular file.
pub fn read(folder: &Path, name: &str) -> io::Result<Option<Vec<u8>>> {
    match read_regular(&folder.join(name), BYTES_MAX) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The bytes of a file that the user named on the command line; `None` if it does not exist. Links
/// are followed.
///
/// # Errors
/// Those of the file system; `FileTooLarge` when the file is larger than 256 MiB.
pub fn read_named(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > BYTES_MAX {
        Err(io::ErrorKind::FileTooLarge.into())
    } else {
        Ok(Some(bytes))
    }
}

/// The first bytes of a file, at most `bytes_max`; `None` if it does not exist.
///
/// # Errors
/// Those of the file system; `InvalidInput` when it is not a regular file.
pub fn beginning(path: &Path, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
    let file = match open_regular(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::with_capacity(bytes_max);
    file.take(bytes_max as u64).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Writes or replaces a file atomically, and creates the folder if it does not exist. The caller
/// must prevent simultaneous calls for the same file. A temporary file that a killed process left
/// is overwritten.
///
/// # Errors
/// Those of the file system; the existing file is then unchanged.
pub fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let temporary = folder.join(format!(".{name}.new"));
    let put = write_new(&temporary, bytes).and_then(|()| fs::rename(&temporary, folder.join(name)));
    put.inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

/// Writes a new file. An existing file of that name is removed first, because it might be a link to
/// anywhere.
///
/// # Errors
/// Those of the file system.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)?
        .write_all(bytes)
}
