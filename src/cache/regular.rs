//! Reads files in a place where anybody may have put a link, a pipe, a device or an endless file.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

/// Opens a regular file without following a link, waiting for a pipe or reading a device.
///
/// # Errors
/// `InvalidInput` for anything except a regular file; also the errors of the file system.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let is_regular = |metadata: &fs::Metadata| metadata.is_file();
    if !is_regular(&fs::symlink_metadata(path)?) {
        return Err(not_regular());
    }
    let file = File::open(path)?;
    if is_regular(&file.metadata()?) {
        Ok(file)
    } else {
        Err(not_regular())
    }
}

/// The bytes of a regular file with at most `bytes_max` bytes.
///
/// # Errors
/// Those of [`open_regular`]; `FileTooLarge` for a larger file, of which nothing is read.
pub fn read_regular(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let file = open_regular(path)?;
    let length = file.metadata()?.len();
    if length > bytes_max {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it is larger than {bytes_max} bytes"),
        ));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0).saturating_add(1));
    file.take(bytes_max).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn not_regular() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")
}
