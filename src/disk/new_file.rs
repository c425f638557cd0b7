//! Creates files for the writer in `init` and `new`. Existing files are never overwritten, and
//! nothing is created outside the site's folder.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::is_plain;
use crate::paths::SourcePath;

/// Creates a file with these bytes below `root`, with the root and all folders that it needs.
///
/// # Errors
/// `AlreadyExists` when the path exists; `PermissionDenied` when one of its folders is a link that
/// leaves the root; those of the file system. A partly written file is removed.
pub fn create_new(root: &Path, path: &SourcePath, bytes: &[u8]) -> io::Result<()> {
    if path.as_str().is_empty() || !path.segments().all(is_plain) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "a file cannot have this name on this system",
        ));
    }
    fs::create_dir_all(root)?;
    let folder = make_folders(&fs::canonicalize(root)?, &path.folder())?;
    let full = folder.join(path.name());
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&full)?;
    file.write_all(bytes).inspect_err(|_| {
        let _ = fs::remove_file(&full);
    })
}

/// Creates a folder below `root` if it does not exist, and returns its path with links resolved.
fn make_folders(root: &Path, folder: &SourcePath) -> io::Result<PathBuf> {
    let mut full = root.to_owned();
    for segment in folder.segments() {
        full.push(segment);
        match fs::create_dir(&full) {
            Ok(()) => continue,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
        full = fs::canonicalize(&full)?;
        if !full.starts_with(root) {
            return Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!("the link `{segment}` points outside the site's folder"),
            ));
        }
    }
    Ok(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(path: &str) -> SourcePath {
        SourcePath::new(path).expect("a path inside the root")
    }

    #[test]
    fn makes_folders_and_never_overwrites() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let root = folder.path().join("site");
        create_new(&root, &path("content/tips/a.md"), b"one")?;
        let again = create_new(&root, &path("content/tips/a.md"), b"two");
        assert_eq!(
            again.map_err(|error| error.kind()),
            Err(io::ErrorKind::AlreadyExists)
        );
        assert_eq!(fs::read(root.join("content/tips/a.md"))?, b"one");
        assert!(create_new(&root, &path("content/tips/a.md/b.md"), b"").is_err());
        Ok(())
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_out() -> io::Result<()> {
        use std::os::unix::fs::symlink;
        let (root, outside) = (tempfile::tempdir()?, tempfile::tempdir()?);
        symlink(outside.path(), root.path().join("out"))?;
        symlink("nowhere", root.path().join("a.md"))?;
        assert!(create_new(root.path(), &path("out/a.md"), b"").is_err());
        assert!(create_new(root.path(), &path("out/b/a.md"), b"").is_err());
        assert!(create_new(root.path(), &path("a.md"), b"").is_err());
        assert_eq!(fs::read_dir(outside.path())?.count(), 0);
        assert!(!root.path().join("nowhere").exists());
        Ok(())
    }
}
