//! Bytes put aside for a while: what is wanted once more soon, and should not fill the memory
//! meanwhile.
//!
//! They lie in a file without a name, which is gone with the process, however that ends. What
//! cannot be put aside is done without by whoever wanted to.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

/// What one [`MemoryBudget`] leaves in memory.
const IN_MEMORY_BYTES: usize = 8 << 20;

/// Where bytes are put aside.
#[derive(Debug)]
pub struct SpillFile {
    file: Mutex<File>,
}

/// Where some of them lie.
#[derive(Clone, Copy, Debug)]
pub struct SpillRange {
    from: u64,
    length: usize,
}

impl SpillFile {
    /// A place in this folder, or where the system keeps such files when the folder is not to be
    /// had.
    ///
    /// # Errors
    /// When the system gives no file at either.
    pub fn open(folder: Option<&Path>) -> io::Result<Self> {
        let near = folder.map(tempfile::tempfile_in).and_then(Result::ok);
        let file = near.map_or_else(tempfile::tempfile, Ok)?;
        Ok(Self {
            file: Mutex::new(file),
        })
    }

    /// Puts bytes aside.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn put(&self, bytes: &[u8]) -> io::Result<SpillRange> {
        let mut file = self.file.lock().expect("no holder of this lock panics");
        let from = file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)?;
        Ok(SpillRange {
            from,
            length: bytes.len(),
        })
    }

    /// The bytes that were put aside.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn take(&self, put: SpillRange) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; put.length];
        let mut file = self.file.lock().expect("no holder of this lock panics");
        file.seek(SeekFrom::Start(put.from))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// Decides, for many threads, what of many things stays in memory: the first of them, so that
/// memory does not grow with their number. The others are put aside.
#[derive(Debug, Default)]
pub struct MemoryBudget {
    in_memory: AtomicUsize,
    aside: OnceLock<Option<SpillFile>>,
}

impl MemoryBudget {
    /// Whether there is room in memory for so many bytes more; if so, it is taken.
    pub fn has_room(&self, bytes: usize) -> bool {
        self.in_memory.fetch_add(bytes, Ordering::Relaxed) + bytes <= IN_MEMORY_BYTES
    }

    /// Puts bytes aside, in the place that `open` gives when there is none yet; `None` when that
    /// cannot be.
    pub fn put(
        &self,
        bytes: &[u8],
        open: impl FnOnce() -> Option<SpillFile>,
    ) -> Option<SpillRange> {
        self.aside.get_or_init(open).as_ref()?.put(bytes).ok()
    }

    /// The bytes that were put aside; `None` when they cannot be read any more.
    pub fn take(&self, put: SpillRange) -> Option<Vec<u8>> {
        self.aside.get()?.as_ref()?.take(put).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_aside_comes_back() -> io::Result<()> {
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
