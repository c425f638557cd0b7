//! Reading a file in as few calls as the system allows, with the same promise as the long way: no
//! link is followed.
//!
//! Linux opens a path and refuses every link on it in one call (`openat2(2)`,
//! `RESOLVE_NO_SYMLINKS`); the long way asks once for each folder on the path. Whatever is not
//! plain success is left to the long way, which also finds the words.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::paths::SourcePath;

/// The bytes of a regular file that no link leads to or through; `None` for anything else.
///
/// `root` is absolute and has no links in it.
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

/// The same file, opened.
#[cfg(target_os = "linux")]
pub fn open_plain(root: &Path, path: &SourcePath) -> Option<File> {
    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};

    // A pipe without a writer would otherwise be waited for.
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

/// Other systems have no such call.
#[cfg(not(target_os = "linux"))]
pub fn open_plain(_: &Path, _: &SourcePath) -> Option<File> {
    None
}
