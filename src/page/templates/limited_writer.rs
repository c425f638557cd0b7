//! Collects what a template writes, up to a limit.

use std::io::{self, Write};

/// The most bytes that one page may have. A template that writes more probably never ends.
const PAGE_BYTES_MAX: usize = 64 << 20;

/// Collects bytes up to a limit that only an endless template reaches.
#[derive(Default)]
pub struct LimitedWriter(Vec<u8>);

impl LimitedWriter {
    pub fn with_capacity(bytes: usize) -> Self {
        LimitedWriter(Vec::with_capacity(bytes))
    }

    /// What was written.
    pub fn into_text(self) -> String {
        String::from_utf8(self.0)
            .expect("templates and values are UTF-8, and Tera writes whole pieces of them")
    }
}

impl Write for LimitedWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > PAGE_BYTES_MAX {
            return Err(io::Error::new(
                io::ErrorKind::FileTooLarge,
                "the page exceeds the size limit",
            ));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(bytes).map(drop)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
