//! Why a site could not be published, in words that name the file and the way out.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::paths::OutputPath;

/// How many paths a message names before it counts the rest.
const NAMED_MAX: usize = 5;

#[derive(Debug)]
pub enum PublishError {
    /// Another build writes into this folder now.
    Busy { output: PathBuf, pid: Option<u32> },
    /// There is something else in the output folder's place.
    NotFolder { output: PathBuf },
    /// Files that Handsel did not write lie where pages would go. Nothing was moved.
    Foreign {
        output: PathBuf,
        paths: Vec<OutputPath>,
    },
    /// One output twice, or one as a file and as the folder of another. Nothing was moved.
    Clash {
        first: OutputPath,
        second: OutputPath,
    },
    /// The file system said no.
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
    /// For `map_err`.
    pub fn of(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |error| Self {
            doing,
            path: path.to_owned(),
            error,
        }
    }
}

/// How the output folder was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderState {
    AsItWas,
    /// Undoing failed too: some files are new, some old, each of them whole. The next build
    /// completes it.
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
                f.write_str(". Wait until it is done, or stop it.")
            }
            Self::NotFolder { output } => {
                write!(
                    f,
                    "{} is not a folder. Move it away, or name another folder with --output.",
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
                    "Handsel did not write what lies where pages would go: {}",
                    named.join(", ")
                )?;
                if paths.len() > NAMED_MAX {
                    write!(f, " and {} more", paths.len() - NAMED_MAX)?;
                }
                write!(
                    f,
                    ". Move it away, or replace files with --force. {}",
                    as_it_was(output)
                )
            }
            Self::Clash { first, second } if first == second => {
                write!(
                    f,
                    "the name {first} is taken in the output folder: two sources made it, or it is one of Handsel's own."
                )
            }
            Self::Clash { first, second } => write!(
                f,
                "{first} cannot be a file while {second} lies below it. Rename one of them."
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
                    FolderState::AsItWas => write!(f, " {}", as_it_was(output)),
                    FolderState::Partly => write!(
                        f,
                        " Some files in {} are new and some old, each of them whole: build again when the cause is gone.",
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

fn as_it_was(output: &Path) -> String {
    format!("The site in {} is as it was.", output.display())
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::StorageFull => "no space left on the device".into(),
        io::ErrorKind::QuotaExceeded => "your share of the disk is used up".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        io::ErrorKind::AlreadyExists => "something was put there while the build went on".into(),
        io::ErrorKind::InvalidFilename => "the name is too long for this file system".into(),
        _ => error.to_string(),
    }
}

fn help(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("Make room and build again.")
        }
        io::ErrorKind::PermissionDenied => {
            Some("Look who owns the folder and whether you may write there.")
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            Some("Name a folder that can be written with --output.")
        }
        io::ErrorKind::AlreadyExists => Some("Build again."),
        io::ErrorKind::InvalidFilename => Some("Give the page a shorter `slug:`."),
        _ => None,
    }
}
