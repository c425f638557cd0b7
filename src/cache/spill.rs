//! Temporary storage for bytes that are needed once more soon and should not stay in memory.
//!
//! They are in an unnamed file, which disappears with the process however it ends. If bytes cannot
//! be stored, the caller has to do without (see DECISIONS: “Bodies are kept in memory up to 8 MiB,
//! and beyond that in an unnamed file”).

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

/// The number of bytes that one [`MemoryBudget`] keeps in memory.
const IN_MEMORY_BYTES: usize = 8 << 20;

/// A temporary file for bytes.
#[derive(Debug)]
pub struct SpillFile {
    file: Mutex<File>,
}

/// The position of stored bytes in the file.
#[derive(Clone, Copy, Debug)]
pub struct SpillRange {
    from: u64,
    length: usize,
}

impl SpillFile {
    /// Opens a file in this folder, or in the system's folder for temporary files if that fails.
    ///
    /// # Errors
    /// If neither place allows a file.
    pub fn open(folder: Option<&Path>) -> io::Result<Self> {
        let near = folder.map(tempfile::tempfile_in).and_then(Result::ok);
        let file = near.map_or_else(tempfile::tempfile, Ok)?;
        Ok(Self {
            file: Mutex::new(file),
        })
    }

    /// Stores bytes.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn put(&self, bytes: &[u8]) -> io::Result<SpillRange> {
        let mut file = self.file.lock().expect("no holder of this lock panics");
        let from = file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)?;
        Ok(SpillRange {
            from,
            length: bytes.len(),
        })
    }

    /// The stored bytes.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn take(&self, put: SpillRange) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; put.length];
        let mut file = self.file.lock().expect("no holder of this lock panics");
        file.seek(SeekFrom::Start(put.from))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// Decides, for many threads, which values stay in memory: the first ones, so that memory does not
/// grow with their number. The others are spilled.
#[derive(Debug, Default)]
pub struct MemoryBudget {
    in_memory: AtomicUsize,
    aside: OnceLock<Option<SpillFile>>,
}

impl MemoryBudget {
    /// Whether there is room in memory for this many more bytes. If so, the room is reserved.
    pub fn has_room(&self, bytes: usize) -> bool {
        self.in_memory.fetch_add(bytes, Ordering::Relaxed) + bytes <= IN_MEMORY_BYTES
    }

    /// Stores bytes in the file, which `open` provides on first use; `None` if that fails.
    pub fn put(
        &self,
        bytes: &[u8],
        open: impl FnOnce() -> Option<SpillFile>,
    ) -> Option<SpillRange> {
        self.aside.get_or_init(open).as_ref()?.put(bytes).ok()
    }

    /// The stored bytes; `None` if they cannot be read.
    pub fn take(&self, put: SpillRange) -> Option<Vec<u8>> {
        self.aside.get()?.as_ref()?.take(put).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spilled_comes_back() -> io::Result<()> {
        let aside = SpillFile::open(Some(Path::new("/no/such/folder")))?;
        let puts = [aside.put(b"one")?, aside.put(b"")?, aside.put(b"three")?];
        assert_eq!(aside.take(puts[2])?, b"three");
        assert_eq!(aside.take(puts[0])?, b"one");
        assert_eq!(aside.put(b"four").and_then(|put| aside.take(put))?, b"four");
        assert_eq!(aside.take(puts[1])?, b"");
        Ok(())
    }

    #[test]
    fn the_first_stay_in_memory() {
        let overflow = MemoryBudget::default();
        assert!(
            overflow.has_room(IN_MEMORY_BYTES - 1) && overflow.has_room(1) && !overflow.has_room(1)
        );
        let put = overflow
            .put(b"later", || SpillFile::open(None).ok())
            .expect("the system gives a file");
        assert_eq!(overflow.take(put).as_deref(), Some(&b"later"[..]));
        assert!(MemoryBudget::default().put(b"nowhere", || None).is_none());
    }
}
