//! A store on disk with one file for each name. A file is either complete or absent.
//!
//! A file contains a mark, the program's version, the length and fingerprint of its bytes, and the
//! bytes. It is written under another name and renamed, so that a second process reads the old or
//! the new file and never waits. A file is untrusted: its length is compared with the stated one
//! before anything is allocated, and links, pipes and devices are not opened. A file that cannot be
//! used is removed and reported once, and the next build writes it again.

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once};

use super::regular::open_regular;
use super::{CacheStore, version};
use crate::fingerprint::Fingerprint;

/// The first bytes of every file; the number is the version of the format.
const MARK: &[u8; 16] = b"handsel cache 2\n";

/// The length of the mark, version, length and fingerprint.
const HEAD: usize = MARK.len() + 16 + 8 + 16;

/// The maximum number of bytes in a file. A larger value is not stored.
const BYTES_MAX: u64 = 512 << 20;

/// The suffix of the names of files that are being written.
const UNDER_WAY: &str = ".new";

/// The reason why a file has no value.
enum CacheMiss {
    /// It is missing, or was written by another version of the program. This is not a problem.
    Missing,
    Damaged,
    Failed(io::Error),
}

impl From<io::Error> for CacheMiss {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => CacheMiss::Missing,
            io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => CacheMiss::Damaged,
            _ => CacheMiss::Failed(error),
        }
    }
}

/// A folder of cached values.
#[derive(Debug)]
pub struct CacheFolder {
    path: PathBuf,
    notes: Mutex<Vec<String>>,
    /// Unfinished files are looked for once.
    tidied: Once,
}

impl CacheFolder {
    /// A store in this folder, which need not exist.
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            notes: Mutex::default(),
            tidied: Once::new(),
        }
    }

    fn note(&self, note: String) {
        let mut notes = self.notes.lock().expect("no holder of this lock panics");
        // One line is enough, since the next file usually has the same problem.
        if notes.is_empty() {
            notes.push(note);
        }
    }

    fn try_write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.path)?;
        let mut under_way = tempfile::Builder::new()
            .prefix(name)
            .suffix(UNDER_WAY)
            .tempfile_in(&self.path)?;
        under_way.write_all(MARK)?;
        under_way.write_all(version().as_bytes())?;
        under_way.write_all(&(bytes.len() as u64).to_le_bytes())?;
        under_way.write_all(Fingerprint::of(bytes).as_bytes())?;
        under_way.write_all(bytes)?;
        under_way
            .persist(self.path.join(name))
            .map(drop)
            .map_err(|error| error.error)
    }

    /// Deletes unfinished files that killed processes left.
    fn tidy(&self) {
        const OLD_SECONDS: u64 = 600;
        let Ok(entries) = fs::read_dir(&self.path) else {
            return;
        };
        for entry in entries
            .filter_map(Result::ok)
            .filter(|entry| entry.file_name().to_string_lossy().ends_with(UNDER_WAY))
        {
            let age = entry
                .metadata()
                .and_then(|metadata| metadata.modified())
                .ok()
                .and_then(|time| time.elapsed().ok());
            if age.is_some_and(|age| age.as_secs() > OLD_SECONDS) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// The bytes of a file, if it is exactly what this program wrote.
fn read_verified(path: &Path) -> Result<Vec<u8>, CacheMiss> {
    let mut file = open_regular(path)?;
    let mut head = [0; HEAD];
    file.read_exact(&mut head)?;
    let (mark, rest) = head.split_at(MARK.len());
    let (of_version, rest) = rest.split_at(16);
    let (stated, hash) = rest.split_at(8);
    if mark != MARK {
        return Err(CacheMiss::Damaged);
    }
    if of_version != version().as_bytes() {
        return Err(CacheMiss::Missing);
    }
    let stated = stated.try_into().map_or(u64::MAX, u64::from_le_bytes);
    if stated > BYTES_MAX || file.metadata()?.len() != stated + HEAD as u64 {
        return Err(CacheMiss::Damaged);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(stated).map_err(|_| CacheMiss::Damaged)?);
    file.take(stated).read_to_end(&mut bytes)?;
    if *hash == Fingerprint::of(&bytes).as_bytes()[..] {
        Ok(bytes)
    } else {
        Err(CacheMiss::Damaged)
    }
}

impl CacheStore for CacheFolder {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        match read_verified(&self.path.join(name)) {
            Ok(bytes) => Some(bytes),
            Err(CacheMiss::Missing) => None,
            Err(CacheMiss::Damaged) => {
                self.remove(name);
                self.note(format!(
                    "a damaged file in the cache {} was deleted and will be rebuilt",
                    self.path.display()
                ));
                None
            }
            Err(CacheMiss::Failed(error)) => {
                self.note(format!(
                    "the cache {} cannot be read ({error}); everything will be rebuilt",
                    self.path.display()
                ));
                None
            }
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        if bytes.len() as u64 > BYTES_MAX {
            return self.remove(name);
        }
        if let Err(error) = self.try_write(name, bytes) {
            self.note(format!(
                "the cache {} cannot be written ({error}); the next build will be slower",
                self.path.display()
            ));
        }
        self.tidied.call_once(|| self.tidy());
    }

    fn names(&self, prefix: &str) -> Vec<String> {
        let entries = fs::read_dir(&self.path)
            .into_iter()
            .flatten()
            .filter_map(Result::ok);
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        names.retain(|name| name.starts_with(prefix) && !name.ends_with(UNDER_WAY));
        names.sort();
        names
    }

    fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.path.join(name));
    }

    fn bound(&self, prefix: &str, bytes_max: u64) {
        let stat = |name: String| {
            let metadata = fs::symlink_metadata(self.path.join(&name)).ok()?;
            Some((metadata.modified().ok()?, name, metadata.len()))
        };
        let mut all: Vec<_> = self.names(prefix).into_iter().filter_map(stat).collect();
        all.sort();
        let mut size: u64 = all.iter().map(|(_, _, size)| size).sum();
        for (_, name, own) in all {
            if size <= bytes_max {
                break;
            }
            self.remove(&name);
            size -= own;
        }
    }

    fn notes(&self) -> Vec<String> {
        self.notes
            .lock()
            .expect("no holder of this lock panics")
            .clone()
    }
}
