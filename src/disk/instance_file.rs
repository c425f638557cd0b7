//! The note that a running preview leaves in `.handsel/`, so that `--goto` and editors' plugins
//! find it. Only its owner may read it, because it contains the preview's token.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cache::regular::read_regular;

/// The path of the note, relative to the site's folder.
pub const SERVE_NOTE: &str = ".handsel/serve.json";

/// The largest note that is read, in bytes.
const NOTE_MAX: u64 = 4096;

/// Writes the note, and replaces an existing one.
///
/// # Errors
/// Those of the file system; `PermissionDenied` when the folder is a symbolic link.
pub fn write(root: &Path, text: &str) -> io::Result<()> {
    let path = root.join(SERVE_NOTE);
    let folder = folder_of(&path)?;
    fs::create_dir_all(&folder)?;
    if fs::symlink_metadata(&folder)?.is_symlink() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "`.handsel` is a symbolic link",
        ));
    }
    let mut file = tempfile::NamedTempFile::new_in(&folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// The text of the note, if it exists.
pub fn read(root: &Path) -> Option<String> {
    let path = root.join(SERVE_NOTE);
    String::from_utf8(read_regular(&path, NOTE_MAX).ok()?).ok()
}

/// Removes the note if it still has this text, and the folder if it is then empty.
pub fn remove(root: &Path, text: &str) {
    if read(root).as_deref() == Some(text) {
        let path = root.join(SERVE_NOTE);
        let _ = fs::remove_file(&path);
        if let Ok(folder) = folder_of(&path) {
            let _ = fs::remove_dir(folder);
        }
    }
}

fn folder_of(path: &Path) -> io::Result<PathBuf> {
    path.parent()
        .map(Path::to_owned)
        .ok_or_else(|| io::ErrorKind::NotFound.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_its_owners() -> io::Result<()> {
        let root = tempfile::tempdir()?;
        assert_eq!(read(root.path()), None);
        write(root.path(), "one")?;
        write(root.path(), "two")?;
        remove(root.path(), "one");
        assert_eq!(read(root.path()).as_deref(), Some("two"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                fs::metadata(root.path().join(SERVE_NOTE))?
                    .permissions()
                    .mode()
                    & 0o077,
                0
            );
        }
        remove(root.path(), "two");
        assert!(!root.path().join(".handsel").exists());
        Ok(())
    }
}
