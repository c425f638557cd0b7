//! A store on disk: one file a name, each whole or not there.
//!
//! A file holds a mark, the program's version, the fingerprint of its bytes, and the bytes. It is written under another name and
//! renamed, so that a second process beside this one reads the old or the new file and never waits. Whatever does not verify
//! counts as not there, is said once, and is written anew at the next occasion.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once};

use super::{Store, version};
use crate::fingerprint::Fingerprint;

/// What every file begins with; the number is the form's.
const MARK: &[u8; 16] = b"handsel cache 1\n";
const HEAD: usize = MARK.len() + 32;

/// What the names of files end in that are being written.
const UNDER_WAY: &str = ".new";

/// A folder of remembered things.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    notes: Mutex<Vec<String>>,
    /// What was left under way is looked for once.
    tidied: Once,
}

impl Folder {
    /// A store in this folder, which need not exist.
    pub fn at(path: &Path) -> Self {
        Self { path: path.to_owned(), notes: Mutex::default(), tidied: Once::new() }
    }

    fn note(&self, note: String) {
        let mut notes = self.notes.lock().expect("no holder of this lock panics");
        // One line is enough: what follows is mostly the same fault in the next file.
        if notes.is_empty() {
            notes.push(note);
        }
    }

    fn try_write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.path)?;
        let mut under_way = tempfile::Builder::new().prefix(name).suffix(UNDER_WAY).tempfile_in(&self.path)?;
        under_way.write_all(MARK)?;
        under_way.write_all(version().as_bytes())?;
        under_way.write_all(Fingerprint::of(bytes).as_bytes())?;
        under_way.write_all(bytes)?;
        under_way.persist(self.path.join(name)).map(drop).map_err(|error| error.error)
    }

    /// Takes away what processes that were killed left under way.
    fn tidy(&self) {
        const OLD_SECONDS: u64 = 600;
        let Ok(entries) = fs::read_dir(&self.path) else { return };
        for entry in entries.filter_map(Result::ok).filter(|entry| entry.file_name().to_string_lossy().ends_with(UNDER_WAY)) {
            let age = entry.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
            if age.is_some_and(|age| age.as_secs() > OLD_SECONDS) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl Store for Folder {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let mut whole = match fs::read(self.path.join(name)) {
            Ok(whole) => whole,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                self.note(format!("the cache in {} cannot be read ({error}); everything is made anew", self.path.display()));
                return None;
            }
        };
        let is_ours = whole.len() >= HEAD && whole.starts_with(MARK);
        if is_ours && whole[16..32] != version().as_bytes()[..] {
            // Of another version of Handsel: nothing is wrong, and there is nothing to say.
            return None;
        }
        if !is_ours || whole[32..HEAD] != Fingerprint::of(&whole[HEAD..]).as_bytes()[..] {
            self.note(format!("a file of the cache in {} was damaged; what it held is made anew", self.path.display()));
            return None;
        }
        whole.drain(..HEAD);
        Some(whole)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        if let Err(error) = self.try_write(name, bytes) {
            self.note(format!("nothing is remembered for the next build: {} cannot be written ({error})", self.path.display()));
        }
        self.tidied.call_once(|| self.tidy());
    }

    fn names(&self, prefix: &str) -> Vec<String> {
        let entries = fs::read_dir(&self.path).into_iter().flatten().filter_map(Result::ok);
        let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.retain(|name| name.starts_with(prefix) && !name.ends_with(UNDER_WAY));
        names.sort();
        names
    }

    fn remove(&self, name: &str) {
        let _ = fs::remove_file(self.path.join(name));
    }

    fn bound(&self, prefix: &str, bytes_max: u64) {
        let stat = |name: String| {
            let metadata = fs::metadata(self.path.join(&name)).ok()?;
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
        self.notes.lock().expect("no holder of this lock panics").clone()
    }
}
