//! Fingerprints: 128-bit BLAKE3 hashes that identify values.
//!
//! Two values with the same fingerprint are assumed to be equal; with 128 bits, an accidental
//! collision is not a practical concern. Several parts are combined with [`Hasher`], which also
//! hashes their lengths, so that `("ab", "c")` and `("a", "bc")` differ.

use std::fmt;
use std::io;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The size of the buffer for reading a file.
const PIECE_BYTES: usize = 256 << 10;

/// A 16-byte hash that identifies a value.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// Returns the fingerprint of a byte string.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        Self::from_hash(blake3::hash(bytes.as_ref()))
    }

    /// Returns the fingerprint of everything that a reader yields, and its length in bytes. Only
    /// one buffer of it is in memory at a time; `copy` receives each.
    ///
    /// # Errors
    /// Returns the errors of reading and of `copy`.
    pub fn of_reader(
        reader: &mut dyn io::Read,
        mut copy: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<(Self, u64)> {
        let (mut hasher, mut piece, mut length) = (blake3::Hasher::new(), vec![0; PIECE_BYTES], 0);
        loop {
            match reader.read(&mut piece) {
                Ok(0) => return Ok((Self::from_hash(hasher.finalize()), length)),
                Ok(read) => {
                    hasher.update(&piece[..read]);
                    copy(&piece[..read])?;
                    length += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn from_hash(hash: blake3::Hash) -> Self {
        let mut short = [0; 16];
        short.copy_from_slice(&hash.as_bytes()[..16]);
        Self(short)
    }

    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Returns the first eight hexadecimal digits, for file names such as `site.1a2b3c4d.css`.
    pub fn short(self) -> String {
        self.to_string()[..8].to_owned()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 32];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]);
        }
        f.write_str(std::str::from_utf8(&text).expect("hexadecimal digits are ASCII"))
    }
}

/// The error for a text that is not a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidFingerprint;

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    /// Parses the output of `Display`: 32 lower-case hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, InvalidFingerprint> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(InvalidFingerprint),
        };
        let digits: &[u8; 32] = text.as_bytes().try_into().map_err(|_| InvalidFingerprint)?;
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Combines several parts into one fingerprint.
#[derive(Default)]
pub struct Hasher(blake3::Hasher);

impl Hasher {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part. Its length is hashed before its bytes.
    pub fn add(&mut self, part: impl AsRef<[u8]>) -> &mut Self {
        let part = part.as_ref();
        self.0.update(&(part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    pub fn finish(&self) -> Fingerprint {
        Fingerprint::from_hash(self.0.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let hash = Fingerprint::of("x");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(
            hash.to_string().to_uppercase().parse::<Fingerprint>(),
            Err(InvalidFingerprint)
        );
        assert_eq!("".parse::<Fingerprint>(), Err(InvalidFingerprint));
    }

    #[test]
    fn parts_are_separated() {
        let of = |parts: &[&str]| {
            let mut hasher = Hasher::new();
            parts.iter().for_each(|part| {
                hasher.add(part);
            });
            hasher.finish()
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["a"]), of(&["a", ""]));
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
    }
}
