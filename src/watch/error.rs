//! Why nothing can be watched, in words, and what to do about it.

use std::fmt;
use std::io;

/// Why a folder cannot be watched.
#[derive(Debug)]
pub enum WatchError {
    /// The system lets a user watch no more folders.
    TooManyFolders,
    /// The system lets a user have no more programs that watch.
    TooManyWatchers,
    /// What the system said.
    Refused(String),
}

impl WatchError {
    /// Whether asking for another watch would fail too.
    pub fn is_exhausted(&self) -> bool {
        matches!(self, Self::TooManyFolders | Self::TooManyWatchers)
    }
}

impl From<notify::Error> for WatchError {
    fn from(error: notify::Error) -> Self {
        // EMFILE is "too many open files"; of a watcher it says that the user has too many of them.
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
                "the system lets you watch no more folders (`sudo sysctl fs.inotify.max_user_watches=524288` allows more)",
            ),
            Self::TooManyWatchers => f.write_str(
                "the system lets you have no more programs that watch folders (`sudo sysctl fs.inotify.max_user_instances=1024` allows more)",
            ),
            Self::Refused(reason) => write!(f, "the system does not let the folder be watched: {reason}"),
        }
    }
}

impl std::error::Error for WatchError {}
