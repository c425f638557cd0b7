//! The site's folder on disk: the only place, with the cache's store, that names `std::fs`.
//!
//! [`Disk`] lists and reads the sources, [`publish`] brings the finished site into the output
//! folder, [`new_file`] makes files for the writer. What is never listed stands in `names`; the
//! walk itself, with links and `.gitignore`, in `walk`, the same for a few places only in `look`;
//! what tells a changed file from the same one, unread, in `stamp`.

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
    /// # Errors
    /// When there is no such folder, or it may not be entered.
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

    /// The path from the root, with what is not UTF-8 in it replaced; `None` outside the root.
    pub fn source_path(&self, full: &Path) -> Option<SourcePath> {
        source_path(&self.root, full)
    }

    /// What stands at a path, in one question to the system.
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

    /// Whether a path of this name is left aside wherever it lies; files that say what is listed
    /// are not.
    pub fn is_skipped(path: &SourcePath, is_folder: bool) -> bool {
        let is_left_aside = if is_folder {
            names::is_skipped_folder
        } else {
            names::is_skipped_file
        };
        !walk::RULE_NAMES.contains(&path.name())
            && is_left_aside(path.name(), names::is_in_static(path))
    }

    /// Whether a change of this path can change what is listed elsewhere.
    pub fn changes_listing(path: &SourcePath) -> bool {
        scan::needs_all(path)
    }

    /// The stamps of files, settled or not, each with whether it is settled.
    pub fn stamps_of_many(&self, paths: &[SourcePath]) -> Vec<Option<(Stamp, bool)>> {
        stamp::stamps_of_many(&self.root, paths)
    }

    /// What tells this folder from another one put in its place; `None` when there is none.
    pub fn identity(&self) -> Option<Stamp> {
        stamp::identity(&self.root)
    }

    /// A source, opened.
    fn file(&self, path: &SourcePath) -> io::Result<fs::File> {
        match open::open_plain(&self.root, path) {
            Some(file) => Ok(file),
            None => fs::File::open(self.resolve(path)?),
        }
    }

    /// The regular file that a source path stands for. Folder links are not entered, and a file's
    /// link must stay inside the root.
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
                    "the link leads out of the site's folder",
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

/// What stands at a path of the site, a link being itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathState {
    Nothing,
    Folder,
    Link,
    /// A file, or what is neither.
    File {
        is_empty: bool,
    },
}

/// The path from the root, with what is not UTF-8 in it replaced; `None` outside the root.
fn source_path(root: &Path, full: &Path) -> Option<SourcePath> {
    let relative = full.strip_prefix(root).ok()?.to_string_lossy();
    let relative = if cfg!(windows) {
        relative.replace('\\', "/").into()
    } else {
        relative
    };
    SourcePath::new(&relative).ok()
}

/// Whether a segment is one name on this system too: on Windows `a\b` is two and `C:` a disk.
fn is_plain(segment: &str) -> bool {
    let mut components = Path::new(segment).components();
    matches!(
        (components.next(), components.next()),
        (Some(Component::Normal(_)), None)
    )
}
