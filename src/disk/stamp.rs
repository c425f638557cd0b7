//! Stamps of files: size, times, inode and device, which show without reading a file that it has
//! not changed.
//!
//! File times have a limited resolution: if a file is written twice within it, both contents may
//! have the same stamp. So a stamp is settled only if its times are older than that resolution; one
//! with recent or future times proves nothing. (Git has the same rule, and calls such a file racily
//! clean.)

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::paths::SourcePath;
use crate::source::Stamp;

/// The coarsest resolution in use is that of FAT, two seconds.
const COARSE: Duration = Duration::from_secs(2);
/// File systems with nanosecond times take them from a clock that ticks at least a hundred times
/// per second.
const FINE: Duration = Duration::from_millis(50);
const MILLISECOND_NS: i64 = 1_000_000;

/// How many files one thread examines in a row. A file takes about two microseconds, less than it
/// takes to hand it to another thread.
const FILES_A_PIECE: usize = 128;

/// The settled stamps of files, in the same order; `None` for a missing file or a stamp that is not
/// settled.
pub fn stamps(root: &Path, paths: &[SourcePath]) -> Vec<Option<Stamp>> {
    stamps_of_many(root, paths)
        .into_iter()
        .map(|stamp| stamp.and_then(|(stamp, is_settled)| is_settled.then_some(stamp)))
        .collect()
}

/// The stamps of files, in the same order, each with whether it is settled; `None` for a missing
/// file.
pub fn stamps_of_many(root: &Path, paths: &[SourcePath]) -> Vec<Option<(Stamp, bool)>> {
    // The clock is read before the files, so a file that changes in between is not settled.
    let now_ns = now_ns();
    let stamp =
        |path: &SourcePath| stamp(root, path).map(|stamp| (stamp, is_settled(&stamp, now_ns)));
    paths
        .par_iter()
        .with_min_len(FILES_A_PIECE)
        .map(stamp)
        .collect()
}

/// A file's stamp, settled or not. For a symbolic link, it is that of the target.
pub fn stamp(root: &Path, path: &SourcePath) -> Option<Stamp> {
    let full = root.join(path.as_str());
    let mut metadata = fs::symlink_metadata(&full).ok()?;
    if metadata.is_symlink() {
        metadata = fs::metadata(&full).ok()?;
    }
    metadata.is_file().then(|| stamp_of(&metadata))
}

/// Whether the file can no longer change without a change of its stamp.
pub fn is_settled(stamp: &Stamp, now_ns: i64) -> bool {
    let resolution = if stamp.changed_ns % MILLISECOND_NS == 0 {
        COARSE
    } else {
        FINE
    };
    let settled_ns =
        now_ns.saturating_sub(i64::try_from(resolution.as_nanos()).unwrap_or(i64::MAX));
    stamp.modified_ns.max(stamp.changed_ns) < settled_ns
}

/// The current time in nanoseconds since 1970.
pub fn now_ns() -> i64 {
    since_1970_ns(SystemTime::now())
}

/// A folder's stamp, which changes whenever a name in it does; `None` on systems that do not
/// guarantee that.
pub fn folder_stamp(folder: &Path) -> Option<Stamp> {
    if !cfg!(unix) {
        return None;
    }
    fs::symlink_metadata(folder)
        .ok()
        .filter(Metadata::is_dir)
        .map(|metadata| stamp_of(&metadata))
}

/// The inode and device of a folder, which identify it; both are 0 on systems without them.
pub fn identity(folder: &Path) -> Option<Stamp> {
    let metadata = fs::symlink_metadata(folder).ok().filter(Metadata::is_dir)?;
    Some(Stamp {
        size: 0,
        modified_ns: 0,
        changed_ns: 0,
        ..stamp_of(&metadata)
    })
}

fn since_1970_ns(time: SystemTime) -> i64 {
    let ns = |duration: Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
    time.duration_since(UNIX_EPOCH)
        .map_or_else(|before| -ns(before.duration()), ns)
}

#[cfg(unix)]
fn stamp_of(metadata: &Metadata) -> Stamp {
    use std::os::unix::fs::MetadataExt;
    let ns = |seconds: i64, ns: i64| seconds.saturating_mul(1_000_000_000).saturating_add(ns);
    Stamp {
        size: metadata.size(),
        modified_ns: ns(metadata.mtime(), metadata.mtime_nsec()),
        changed_ns: ns(metadata.ctime(), metadata.ctime_nsec()),
        inode: metadata.ino(),
        device: metadata.dev(),
    }
}

#[cfg(not(unix))]
fn stamp_of(metadata: &Metadata) -> Stamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "it distinguishes files and is not a date on the site"
    )]
    let made = metadata.created();
    let ns = |time: std::io::Result<SystemTime>| time.map_or(0, since_1970_ns);
    Stamp {
        size: metadata.len(),
        modified_ns: ns(metadata.modified()),
        changed_ns: ns(made),
        inode: 0,
        device: 0,
    }
}
