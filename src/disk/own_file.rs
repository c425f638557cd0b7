//! A file at the site's root that Handsel itself keeps: read and written whole, never half.

use std::fs;
use std::io;
use std::path::Path;

/// The bytes of a file at the root; `None` when there is none.
///
/// # Errors
/// Those of the file system.
pub fn read(root: &Path, name: &str) -> io::Result<Option<Vec<u8>>> {
    match fs::read(root.join(name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts a file at the root in place of the one that was there, in one step. The caller sees to it that nobody else does so at the
/// same time; what a killed process left under the hidden name is written over.
///
/// # Errors
/// Those of the file system; the file is then as it was.
pub fn replace(root: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let beside = root.join(format!(".{name}.new"));
    let put = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, root.join(name)));
    put.inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}
