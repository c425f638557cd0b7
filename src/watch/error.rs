//! Errors of watching, with messages that say what to do.

use std::fmt;
use std::io;

/// Why a folder cannot be watched.
#[derive(Debug)]
pub enum WatchError {
    /// The user has reached the system's limit of watched folders.
    TooManyFolders,
    /// The user has reached the system's limit of watching programs.
    TooManyWatchers,
    /// Any other error, with the system's message.
    Refused(String),
}

impl WatchError {
    /// Whether every further watch would fail too.
    pub fn is_exhausted(&self) -> bool {
        matches!(self, Self::TooManyFolders | Self::TooManyWatchers)
    }
}

impl From<notify::Error> for WatchError {
    fn from(error: notify::Error) -> Self {
        // EMFILE is "too many open files". For a watcher, it means that the user has too many of
        // them.
        const EMFILE: i32 = 24;
        match error.kind {
            notify::ErrorKind::MaxFilesWatch => Self::TooManyFolders,
            notify::ErrorKind::Io(error) if error.raw_os_error() == Some(EMFILE) && cfg!(unix) => {
                Self::TooManyWatchers
            }
            kind => Self::Refused(notify::Error::new(kind).to_string()),
        }
    }
}

impl From<io::Error> for WatchError {
    fn from(error: io::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyFolders => f.write_str(
                "the system's limit of watched folders is reached (to raise it, run `sudo sysctl fs.inotify.max_user_watches=524288`)",
            ),
            Self::TooManyWatchers => f.write_str(
                "the system's limit of programs that watch folders is reached (to raise it, run `sudo sysctl fs.inotify.max_user_instances=1024`)",
            ),
            Self::Refused(reason) => write!(f, "the system refused to watch the folder: {reason}"),
        }
    }
}

impl std::error::Error for WatchError {}
