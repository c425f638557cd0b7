//! What tells, without reading it, that a file is the one that was read before: size, times, inode
//! and device.
//!
//! A time has grains: a file that is written twice within one grain may have one stamp and two
//! contents. So a stamp vouches for nothing while its file's times lie less than a few grains back,
//! or in the future. (Git has the same rule, and calls such a file racily clean.)

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rayon::prelude::*;

use crate::paths::SourcePath;
use crate::source::Stamp;

/// The coarsest grain in use is FAT's, two seconds.
const COARSE: Duration = Duration::from_secs(2);
/// File systems that count nanoseconds take them from a clock that ticks at least a hundred times a
/// second.
const FINE: Duration = Duration::from_millis(50);
const MILLISECOND_NS: i64 = 1_000_000;

/// Files asked by one thread in a row: a file costs about two microseconds, less than to hand it
/// over.
const FILES_A_PIECE: usize = 128;

/// The stamps of files, in their order; `None` where there is no file, or where it is not settled.
pub fn stamps(root: &Path, paths: &[SourcePath]) -> Vec<Option<Stamp>> {
    stamps_of_many(root, paths)
        .into_iter()
        .map(|stamp| stamp.and_then(|(stamp, is_settled)| is_settled.then_some(stamp)))
        .collect()
}

/// The stamps of files, in their order, each with whether it is settled: whether the file cannot
/// change any more without its stamp changing.
pub fn stamps_of_many(root: &Path, paths: &[SourcePath]) -> Vec<Option<(Stamp, bool)>> {
    // The clock is asked before the files: a file that changes meanwhile is then not settled.
    let now_ns = now_ns();
    let stamp =
        |path: &SourcePath| stamp(root, path).map(|stamp| (stamp, is_settled(&stamp, now_ns)));
    paths
        .par_iter()
        .with_min_len(FILES_A_PIECE)
        .map(stamp)
        .collect()
}

/// A file's stamp, settled or not. Of a link it is its target's: the bytes are there.
pub fn stamp(root: &Path, path: &SourcePath) -> Option<Stamp> {
    let full = root.join(path.as_str());
    let mut metadata = fs::symlink_metadata(&full).ok()?;
    if metadata.is_symlink() {
        metadata = fs::metadata(&full).ok()?;
    }
    metadata.is_file().then(|| stamp_of(&metadata))
}

/// Whether a file cannot change any more without its stamp changing.
pub fn is_settled(stamp: &Stamp, now_ns: i64) -> bool {
    let grain = if stamp.changed_ns % MILLISECOND_NS == 0 {
        COARSE
    } else {
        FINE
    };
    let settled_ns = now_ns.saturating_sub(i64::try_from(grain.as_nanos()).unwrap_or(i64::MAX));
    stamp.modified_ns.max(stamp.changed_ns) < settled_ns
}

/// The time, as stamps have it.
pub fn now_ns() -> i64 {
    since_1970_ns(SystemTime::now())
}

/// A folder's own stamp, which changes with every name in it; `None` where the system does not
/// promise that.
pub fn folder_stamp(folder: &Path) -> Option<Stamp> {
    if !cfg!(unix) {
        return None;
    }
    fs::symlink_metadata(folder)
        .ok()
        .filter(Metadata::is_dir)
        .map(|metadata| stamp_of(&metadata))
}

/// What stays the same of a folder while it is this folder: inode and device, where there are any.
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
        reason = "it tells one file from another and is no date on the site"
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
