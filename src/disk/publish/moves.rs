//! The moves of a commit, each of which can be taken back until the last is done.
//!
//! A file is replaced by one rename over it, so that its name always stands for a whole file. What
//! it replaced stays reachable aside (a second name, or a copy where the file system has no hard
//! links) until the workspace goes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{FileFailure, FolderState};
use super::workspace::Workspace;

/// Moves made so far.
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

    /// Brings a staged file or folder to a path where nothing is. What others put there since the
    /// build began is not replaced.
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

    /// Brings a staged file to a path where another may be.
    pub fn replace(&mut self, from: &Path, path: &str) -> Result<(), FileFailure> {
        let to = self.workspace.output.join(path);
        let old = self.set_aside();
        let kept = fs::hard_link(&to, &old).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Err(error),
            _ => fs::copy(&to, &old).map(|_| ()),
        });
        match kept {
            Ok(()) => {
                fs::rename(from, &to).map_err(self.failure("write", path))?;
                self.done.push(LoggedMove::Replaced { to, old });
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.put(from, path),
            Err(error) => Err(self.failure("replace", path)(error)),
        }
    }

    /// Takes away a file or a link; one that is gone already is no failure.
    pub fn remove(&mut self, path: &str) -> Result<(), FileFailure> {
        let at = self.workspace.output.join(path);
        let old = self.set_aside();
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

    /// Takes away a folder if nothing is in it.
    pub fn remove_empty_folder(&mut self, path: &str) {
        let at = self.workspace.output.join(path);
        if fs::remove_dir(&at).is_ok() {
            self.done.push(LoggedMove::RemovedFolder { at });
        }
    }

    /// Takes everything back, the last move first; goes on past what cannot be taken back.
    pub fn undo(mut self) -> FolderState {
        let mut outcome = FolderState::AsItWas;
        while let Some(step) = self.done.pop() {
            let undone = match step {
                LoggedMove::Put { to } => fs::rename(to, self.set_aside()),
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

    fn set_aside(&mut self) -> PathBuf {
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
