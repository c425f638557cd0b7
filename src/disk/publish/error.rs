//! Errors of publishing, with messages that name the file and say what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::paths::OutputPath;

/// How many paths a message names; the rest are counted.
const NAMED_MAX: usize = 5;

#[derive(Debug)]
pub enum PublishError {
    /// Another build is writing to this folder.
    Busy { output: PathBuf, pid: Option<u32> },
    /// The path of the output folder is not a folder.
    NotFolder { output: PathBuf },
    /// Files that Handsel did not write are in the place of outputs. Nothing was moved.
    Foreign {
        output: PathBuf,
        paths: Vec<OutputPath>,
    },
    /// Two outputs have the same path, or one is both a file and the folder of the other. Nothing
    /// was moved.
    Clash {
        first: OutputPath,
        second: OutputPath,
    },
    /// The file system refused a step.
    Failed {
        failure: FileFailure,
        output: PathBuf,
        outcome: FolderState,
    },
}

/// One step that the file system refused.
#[derive(Debug)]
pub struct FileFailure {
    /// What was being done: `write`, `read`, `remove` …
    pub doing: &'static str,
    pub path: PathBuf,
    pub error: io::Error,
}

impl FileFailure {
    /// A function for `map_err`.
    pub fn of(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Self {
            doing,
            path: path.to_owned(),
            error,
        }
    }
}

/// The state of the output folder after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderState {
    AsItWas,
    /// Undoing failed too. Some files are new and some old, each of them complete. The next build
    /// repairs this.
    Partly,
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy { output, pid } => {
                write!(f, "another build is writing to {}", output.display())?;
                if let Some(pid) = pid {
                    write!(f, " (process {pid})")?;
                }
                f.write_str(". Wait until it has finished, or stop it.")
            }
            Self::NotFolder { output } => {
                write!(
                    f,
                    "{} is not a folder. Move it elsewhere, or choose another folder with --output.",
                    output.display()
                )
            }
            Self::Foreign { output, paths } => {
                let named: Vec<_> = paths
                    .iter()
                    .take(NAMED_MAX)
                    .map(|path| output.join(path.as_str()).display().to_string())
                    .collect();
                write!(
                    f,
                    "files that Handsel did not write are in the way: {}",
                    named.join(", ")
                )?;
                if paths.len() > NAMED_MAX {
                    write!(f, " and {} more", paths.len() - NAMED_MAX)?;
                }
                write!(
                    f,
                    ". Move them elsewhere, or replace them with --force. {}",
                    unchanged(output)
                )
            }
            Self::Clash { first, second } if first == second => {
                write!(
                    f,
                    "{first} is already taken in the output folder: two outputs have this path, or Handsel uses it itself."
                )
            }
            Self::Clash { first, second } => write!(
                f,
                "{first} cannot be a file and also the folder of {second}. Rename one of them."
            ),
            Self::Failed {
                failure,
                output,
                outcome,
            } => {
                let FileFailure { doing, path, error } = failure;
                write!(f, "cannot {doing} {}: {}.", path.display(), reason(error))?;
                if let Some(remedy) = help(error) {
                    write!(f, " {remedy}")?;
                }
                match outcome {
                    FolderState::AsItWas => write!(f, " {}", unchanged(output)),
                    FolderState::Partly => write!(
                        f,
                        " Some files in {} are new and some old, each of them complete. Fix the cause and build again.",
                        output.display()
                    ),
                }
            }
        }
    }
}

impl std::error::Error for PublishError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed { failure, .. } => Some(&failure.error),
            _ => None,
        }
    }
}

fn unchanged(output: &Path) -> String {
    format!("The site in {} is unchanged.", output.display())
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull => "no space left on the device".into(),
        io::ErrorKind::QuotaExceeded => "the disk quota is used up".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        io::ErrorKind::AlreadyExists => "another program created it during the build".into(),
        io::ErrorKind::InvalidFilename => "the name is too long for this file system".into(),
        _ => error.to_string(),
    }
}

fn help(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("Free some space and build again.")
        }
        io::ErrorKind::PermissionDenied => {
            Some("Check the owner and the permissions of the folder.")
        }
        io::ErrorKind::ReadOnlyFilesystem => Some("Choose a writable folder with --output."),
        io::ErrorKind::AlreadyExists => Some("Build again."),
        io::ErrorKind::InvalidFilename => Some("Give the page a shorter `slug:`."),
        _ => None,
    }
}
