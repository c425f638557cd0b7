//! Finds file systems whose changes may not be reported to this system.
//!
//! The system reports every change that it makes itself, on any file system. But another machine
//! can change files on a network drive, or in a folder that a virtual machine shares with its host.
//! The overlays of containers do not have this problem. Mounts are known on Linux only.

use std::path::{Path, PathBuf};

/// A mount whose changes may not be reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnwatchedMount {
    /// The mount point: the examined folder, a folder that contains it, or one below it.
    pub place: PathBuf,
    /// The type of the file system, as the system names it: `nfs4`.
    pub kind: String,
}

/// The mounts at or below a folder whose changes may not be reported. The mount that contains the
/// folder comes first.
pub fn unwatched_mounts(folder: &Path) -> Vec<UnwatchedMount> {
    let listed = if cfg!(target_os = "linux") {
        std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default()
    } else {
        String::new()
    };
    parse_mounts(&listed, folder)
}

/// Reads proc_pid_mountinfo(5): the mount point is the fifth field, and the type is the first field
/// after a single dash.
fn parse_mounts(listed: &str, folder: &Path) -> Vec<UnwatchedMount> {
    let mut around: Option<UnwatchedMount> = None;
    let mut below: Vec<UnwatchedMount> = Vec::new();
    for line in listed.lines() {
        let Some((fields, rest)) = line.split_once(" - ") else {
            continue;
        };
        let (Some(place), Some(kind)) = (fields.split(' ').nth(4), rest.split(' ').next()) else {
            continue;
        };
        let mount = UnwatchedMount {
            place: unescaped(place).into(),
            kind: kind.to_owned(),
        };
        if folder.starts_with(&mount.place) {
            // The deepest mount counts, and of two at one mount point the later.
            if around
                .as_ref()
                .is_none_or(|known| mount.place.starts_with(&known.place))
            {
                around = Some(mount);
            }
        } else if mount.place.starts_with(folder) {
            below.retain(|known| known.place != mount.place);
            below.push(mount);
        }
    }
    around
        .into_iter()
        .chain(below)
        .filter(|mount| is_unwatched(&mount.kind))
        .collect()
}

fn is_unwatched(kind: &str) -> bool {
    const REMOTE: &[&str] = &[
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "ceph",
        "lustre",
        "ocfs2",
        "gfs2",
        "9p",
        "virtiofs",
        "vboxsf",
        "prl_fs",
        "vmhgfs",
        "drvfs",
        "fakeowner",
        "grpcfuse",
        "fuse",
    ];
    // The files of these are on this machine.
    const LOCAL: &[&str] = &[
        "fuse.fuse-overlayfs",
        "fuse.mergerfs",
        "fuse.gocryptfs",
        "fuse.encfs",
        "fuse.ntfs-3g",
    ];
    REMOTE.contains(&kind) || (kind.starts_with("fuse.") && !LOCAL.contains(&kind))
}

/// Decodes a field, in which spaces and similar characters are a backslash and three octal digits.
fn unescaped(field: &str) -> String {
    let mut parts = field.split('\\');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part
            .get(..3)
            .and_then(|digits| u8::from_str_radix(digits, 8).ok())
        {
            Some(byte) => {
                text.push(char::from(byte));
                text.push_str(&part[3..]);
            }
            None => {
                text.push('\\');
                text.push_str(part);
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = "\
22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
23 22 0:22 / /proc rw - proc proc rw
40 22 0:40 / /mnt/c rw,noatime - 9p C:\\134 rw,aname=drvfs
41 22 0:41 / /home/a\\040b/share rw shared:4 - fuse.sshfs me@there: rw
42 22 0:42 / /home/a\\040b/share/local rw - ext4 /dev/sdb1 rw
43 22 0:43 / /box rw - overlay overlay rw,lowerdir=/l
44 22 0:44 / /box/site/content rw - virtiofs mount0 rw
45 22 0:45 / /twice rw - nfs4 server:/ rw
46 45 0:46 / /twice rw - tmpfs tmpfs rw
";

    #[test]
    fn the_mount_that_counts() {
        let kinds = |folder: &str| -> Vec<String> {
            parse_mounts(LISTED, Path::new(folder))
                .into_iter()
                .map(|mount| format!("{} {}", mount.place.display(), mount.kind))
                .collect()
        };
        assert_eq!(kinds("/home/me/site"), [""; 0]);
        assert_eq!(kinds("/mnt/c/site"), ["/mnt/c 9p"]);
        assert_eq!(kinds("/mnt/cd"), [""; 0]);
        assert_eq!(
            kinds("/home/a b/share/site"),
            ["/home/a b/share fuse.sshfs"]
        );
        assert_eq!(kinds("/home/a b/share/local/site"), [""; 0]);
        assert_eq!(kinds("/box/other"), [""; 0]);
        assert_eq!(kinds("/box/site"), ["/box/site/content virtiofs"]);
        assert_eq!(kinds("/twice/site"), [""; 0]);
        assert_eq!(parse_mounts("no such form\n", Path::new("/")), []);
    }
}
