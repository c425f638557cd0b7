//! Reads a file without following symbolic links, in as few system calls as possible.
//!
//! On Linux one call opens a path and refuses every link on it (`openat2(2)`,
//! `RESOLVE_NO_SYMLINKS`). If that fails, the caller uses `Disk::resolve`, which examines each
//! folder of the path and reports what is wrong.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::paths::SourcePath;

/// The bytes of a regular file without symbolic links in its path; `None` for anything else.
///
/// `root` is absolute and has its links resolved.
pub fn read_plain(root: &Path, path: &SourcePath) -> Option<Vec<u8>> {
    let mut file = open_plain(root, path)?;
    let mut bytes = Vec::with_capacity(
        usize::try_from(file.metadata().ok()?.len())
            .ok()?
            .saturating_add(1),
    );
    file.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// Opens the same file.
#[cfg(target_os = "linux")]
pub fn open_plain(root: &Path, path: &SourcePath) -> Option<File> {
    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};

    // Without NONBLOCK, opening a pipe would wait for its writer.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let opened = openat2(
        CWD,
        root.join(path.as_str()),
        flags,
        Mode::empty(),
        ResolveFlags::NO_SYMLINKS,
    )
    .ok()?;
    let file = File::from(opened);
    file.metadata()
        .is_ok_and(|metadata| metadata.is_file())
        .then_some(file)
}

/// Other systems do not have such a call.
#[cfg(not(target_os = "linux"))]
pub fn open_plain(_: &Path, _: &SourcePath) -> Option<File> {
    None
}
