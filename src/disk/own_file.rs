//! A file that Handsel itself keeps for the writer, such as the address ledger: read and written whole, never half.

use std::fs;
use std::io;
use std::path::Path;

/// The bytes of a file in a folder; `None` when there is none.
///
/// # Errors
/// Those of the file system.
pub fn read(folder: &Path, name: &str) -> io::Result<Option<Vec<u8>>> {
    match fs::read(folder.join(name)) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Puts a file into a folder, which is made when it is missing, in place of the one that was there, in one step. The caller sees to it that nobody else does so at the
/// same time; what a killed process left under the hidden name is written over.
///
/// # Errors
/// Those of the file system; the file is then as it was.
pub fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let beside = folder.join(format!(".{name}.new"));
    let put = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, folder.join(name)));
    put.inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}
