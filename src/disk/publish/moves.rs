//! The moves of a commit, which can be undone until the last one is made.
//!
//! A file is replaced by one rename, so a complete file is always at its path. The old file is kept
//! as a backup until the workspace is dropped: a hard link, or a copy if the file system has no
//! hard links.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{FileFailure, FolderState};
use super::workspace::Workspace;

/// The moves made so far.
pub struct MoveLog<'a> {
    workspace: &'a Workspace,
    done: Vec<LoggedMove>,
    next: usize,
}

enum LoggedMove {
    Put { to: PathBuf },
    Replaced { to: PathBuf, old: PathBuf },
    Removed { at: PathBuf, old: PathBuf },
    RemovedFolder { at: PathBuf },
}

impl<'a> MoveLog<'a> {
    pub fn new(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            done: Vec::new(),
            next: 0,
        }
    }

    /// Moves a staged file or folder to a path that does not exist. What others created there since
    /// the build began is not replaced.
    pub fn put(&mut self, from: &Path, path: &str) -> Result<(), FileFailure> {
        let to = self.workspace.output.join(path);
        if fs::symlink_metadata(&to).is_ok() {
            return Err(self.failure("write", path)(
                io::ErrorKind::AlreadyExists.into(),
            ));
        }
        fs::rename(from, &to).map_err(self.failure("write", path))?;
        self.done.push(LoggedMove::Put { to });
        Ok(())
    }

    /// Moves a staged file to a path where another file may exist.
    pub fn replace(&mut self, from: &Path, path: &str) -> Result<(), FileFailure> {
        let to = self.workspace.output.join(path);
        let old = self.next_backup();
        let backup = fs::hard_link(&to, &old).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Err(error),
            _ => fs::copy(&to, &old).map(|_| ()),
        });
        match backup {
            Ok(()) => {
                fs::rename(from, &to).map_err(self.failure("write", path))?;
                self.done.push(LoggedMove::Replaced { to, old });
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.put(from, path),
            Err(error) => Err(self.failure("replace", path)(error)),
        }
    }

    /// Removes a file or a link, if it still exists.
    pub fn remove(&mut self, path: &str) -> Result<(), FileFailure> {
        let at = self.workspace.output.join(path);
        let old = self.next_backup();
        match fs::rename(&at, &old) {
            Ok(()) => self.done.push(LoggedMove::Removed { at, old }),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) => {}
            Err(error) => return Err(self.failure("remove", path)(error)),
        }
        Ok(())
    }

    /// Removes a folder if it is empty.
    pub fn remove_empty_folder(&mut self, path: &str) {
        let at = self.workspace.output.join(path);
        if fs::remove_dir(&at).is_ok() {
            self.done.push(LoggedMove::RemovedFolder { at });
        }
    }

    /// Undoes all moves, the last one first. Moves that cannot be undone are skipped.
    pub fn undo(mut self) -> FolderState {
        let mut outcome = FolderState::AsItWas;
        while let Some(step) = self.done.pop() {
            let undone = match step {
                LoggedMove::Put { to } => fs::rename(to, self.next_backup()),
                LoggedMove::Replaced { to, old } => fs::rename(old, to),
                LoggedMove::Removed { at, old } => fs::rename(old, at),
                LoggedMove::RemovedFolder { at } => fs::create_dir(at),
            };
            if undone.is_err() {
                outcome = FolderState::Partly;
            }
        }
        outcome
    }

    fn next_backup(&mut self) -> PathBuf {
        self.next += 1;
        self.workspace.backup_path(self.next)
    }

    fn failure(
        &self,
        doing: &'static str,
        path: &str,
    ) -> impl FnOnce(io::Error) -> FileFailure + use<> {
        let path = self.workspace.output_shown.join(path);
        move |error| FileFailure { doing, path, error }
    }
}
