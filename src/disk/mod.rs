//! The site's folder on disk. Only this module and the cache's store use `std::fs`.
//!
//! [`Disk`] lists and reads the sources, [`publish`] writes the finished site into the output
//! folder, and [`new_file`] creates files for the writer. `names` knows the names that are never
//! listed, `walk` lists the whole folder with its links and `.gitignore` files, `scan` does the
//! same for a few paths only, and `stamp` detects changed files without reading them.

pub mod atomic_file;
pub mod instance_file;
pub mod memory_hints;
pub mod mounts;
pub mod move_files;
mod names;
pub mod new_file;
mod open;
pub mod probe;
pub mod publish;
mod scan;
mod stamp;
mod walk;
pub mod watch_folders;

use std::fs;
use std::io::{self, Seek as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Checked, Diagnostic};
use crate::paths::SourcePath;
use crate::source::{Files, ListingRules, ScannedFiles, Stamp};

/// A site's folder.
#[derive(Clone, Debug)]
pub struct Disk {
    /// Absolute, with links resolved.
    root: PathBuf,
}

impl Disk {
    /// Opens a folder.
    ///
    /// # Errors
    /// When the folder does not exist or cannot be entered.
    pub fn open(root: &Path) -> io::Result<Self> {
        let root = fs::canonicalize(root)?;
        if fs::metadata(&root)?.is_dir() {
            Ok(Self { root })
        } else {
            Err(io::ErrorKind::NotADirectory.into())
        }
    }

    /// The folder, absolute and with links resolved.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The path relative to the root, with invalid UTF-8 replaced; `None` outside the root.
    pub fn source_path(&self, full: &Path) -> Option<SourcePath> {
        source_path(&self.root, full)
    }

    /// What exists at a path, found with one system call. Symbolic links are not followed.
    pub fn path_state(&self, path: &SourcePath) -> PathState {
        match scan::path_state(&self.root.join(path.as_str())) {
            Ok(Some(metadata)) if metadata.is_dir() => PathState::Folder,
            Ok(Some(metadata)) if metadata.is_symlink() => PathState::Link,
            Ok(Some(metadata)) => PathState::File {
                is_empty: metadata.len() == 0,
            },
            Ok(None) | Err(_) => PathState::Nothing,
        }
    }

    /// Whether a path is never listed because of its name. The files that decide what is listed
    /// (`RULE_NAMES` in `walk`) are not skipped.
    pub fn is_skipped(path: &SourcePath, is_folder: bool) -> bool {
        let is_skipped_name = if is_folder {
            names::is_skipped_folder
        } else {
            names::is_skipped_file
        };
        !walk::RULE_NAMES.contains(&path.name())
            && is_skipped_name(path.name(), names::is_in_static(path))
    }

    /// Whether a change of this path can change which other paths are listed.
    pub fn changes_listing(path: &SourcePath) -> bool {
        scan::needs_all(path)
    }

    /// The stamps of files, each with whether it is settled (see `stamp`).
    pub fn stamps_of_many(&self, paths: &[SourcePath]) -> Vec<Option<(Stamp, bool)>> {
        stamp::stamps_of_many(&self.root, paths)
    }

    /// Identifies this folder, so that another folder put in its place is noticed; `None` if it
    /// does not exist.
    pub fn identity(&self) -> Option<Stamp> {
        stamp::identity(&self.root)
    }

    /// Opens a source.
    fn file(&self, path: &SourcePath) -> io::Result<fs::File> {
        match open::open_plain(&self.root, path) {
            Some(file) => Ok(file),
            None => fs::File::open(self.resolve(path)?),
        }
    }

    /// The regular file at a source path. Symbolic links to folders are not followed, and a link to
    /// a file must stay inside the root.
    fn resolve(&self, path: &SourcePath) -> io::Result<PathBuf> {
        let mut full = self.root.clone();
        let mut metadata = None;
        for segment in path.segments() {
            if metadata
                .as_ref()
                .is_some_and(|folder: &fs::Metadata| !folder.is_dir())
                || !is_plain(segment)
            {
                return Err(io::ErrorKind::NotFound.into());
            }
            full.push(segment);
            metadata = Some(fs::symlink_metadata(&full)?);
        }
        let Some(mut metadata) = metadata else {
            return Err(io::ErrorKind::IsADirectory.into());
        };
        if metadata.is_symlink() {
            full = fs::canonicalize(&full)?;
            if !full.starts_with(&self.root) {
                return Err(io::Error::new(
                    io::ErrorKind::PermissionDenied,
                    "the link points outside the site's folder",
                ));
            }
            metadata = fs::metadata(&full)?;
        }
        if metadata.is_file() {
            Ok(full)
        } else if metadata.is_dir() {
            Err(io::ErrorKind::IsADirectory.into())
        } else {
            Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is not a regular file",
            ))
        }
    }
}

impl Files for Disk {
    fn list(&self, rules: &ListingRules) -> Checked<Vec<SourcePath>> {
        let mut seen = walk::walk(&self.root, rules);
        seen.files.sort_unstable();
        Diagnostic::sort(&mut seen.problems);
        Checked::new(seen.files, seen.problems)
    }

    fn scan(&self, rules: &ListingRules, touched: &[SourcePath]) -> ScannedFiles {
        let Some(mut seen) = scan::scan(&self.root, rules, touched) else {
            return ScannedFiles::needs_full_listing();
        };
        seen.files.sort_unstable();
        Diagnostic::sort(&mut seen.problems);
        ScannedFiles {
            files: seen.files,
            problems: seen.problems,
            must_list: false,
        }
    }

    fn read(&self, path: &SourcePath) -> io::Result<Arc<[u8]>> {
        match open::read_plain(&self.root, path) {
            Some(bytes) => Ok(bytes.into()),
            None => Ok(fs::read(self.resolve(path)?)?.into()),
        }
    }

    fn open(&self, path: &SourcePath) -> io::Result<Box<dyn io::Read + Send + '_>> {
        Ok(Box::new(self.file(path)?))
    }

    fn open_at(&self, path: &SourcePath, from: u64) -> io::Result<Box<dyn io::Read + Send + '_>> {
        let mut file = self.file(path)?;
        file.seek(io::SeekFrom::Start(from))?;
        Ok(Box::new(file))
    }

    fn length(&self, path: &SourcePath) -> io::Result<u64> {
        Ok(self.file(path)?.metadata()?.len())
    }

    fn stamps(&self, paths: &[SourcePath]) -> Vec<Option<Stamp>> {
        stamp::stamps(&self.root, paths)
    }
}

/// What exists at a path of the site; symbolic links are not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathState {
    Nothing,
    Folder,
    Link,
    /// A file, or a special file such as a pipe.
    File {
        is_empty: bool,
    },
}

/// The path relative to the root, with invalid UTF-8 replaced; `None` outside the root.
fn source_path(root: &Path, full: &Path) -> Option<SourcePath> {
    let relative = full.strip_prefix(root).ok()?.to_string_lossy();
    let relative = if cfg!(windows) {
        relative.replace('\\', "/").into()
    } else {
        relative
    };
    SourcePath::new(&relative).ok()
}

/// Whether a segment is a single name on this system: on Windows `a\b` is two names and `C:` is a
/// drive.
fn is_plain(segment: &str) -> bool {
    let mut components = Path::new(segment).components();
    matches!(
        (components.next(), components.next()),
        (Some(Component::Normal(_)), None)
    )
}
