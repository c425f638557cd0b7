//! The files and folders that Handsel itself keeps in a site's folder: `.handsel/` and the address
//! ledger. The author of the site's folder may have put anything in their place, so no link among
//! them is followed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::cache::regular::{open_regular, read_regular};

/// Handsel's own folder in the root: the cache, staged files and unfinished moves.
pub const OWN_FOLDER: &str = ".handsel";

/// No file that Handsel keeps is larger.
const BYTES_MAX: u64 = 256 << 20;

/// The first symbolic link among Handsel's own folder, what is in it, and these files of the root;
/// the path counts from the root.
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

/// The first symbolic link on the way from the root to a folder below it; `None` also for a folder
/// that is not below it.
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

/// The bytes of a file in a folder; `None` when there is none.
///
/// # Errors
/// Those of the file system; `InvalidInput` when it is a link or anything else but a file.
pub fn read(folder: &Path, name: &str) -> io::Result<Option<Vec<u8>>> {
    match read_regular(&folder.join(name), BYTES_MAX) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The bytes of a file that the caller was given by name, wherever it is; `None` when there is
/// none.
///
/// # Errors
/// Those of the file system; `FileTooLarge` for a file larger than any that Handsel reads in this
/// way.
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

/// The first bytes of a file, at most so many; `None` when there is none.
///
/// # Errors
/// Those of the file system; `InvalidInput` when it is a link or anything else but a file.
pub fn beginning(path: &Path, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
    let file = match open_regular(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::with_capacity(bytes_max);
    file.take(bytes_max as u64).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Puts a file into a folder, which is made when it is missing, in place of the one that was there,
/// in one step. The caller sees to it that nobody else does so at the same time; what a killed
/// process left under the hidden name is written over.
///
/// # Errors
/// Those of the file system; the file is then as it was.
pub fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let beside = folder.join(format!(".{name}.new"));
    let put = write_new(&beside, bytes).and_then(|()| fs::rename(&beside, folder.join(name)));
    put.inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

/// Writes a file of our own. What has its name already is removed first: a link there might lead
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
