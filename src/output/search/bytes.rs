//! The binary encoding of numbers and words that all files of the index use.
//! `static/js/search/bytes.js` reads it.

use std::cell::RefCell;

use libdeflater::{CompressionLvl, Compressor, DecompressionError, Decompressor};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The compression level of texts: the next level takes half as long again and saves less than one
/// percent.
const PACKING: i32 = 1;

/// Writes a number in groups of seven bits, the lowest first (as in LEB128).
pub fn put_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Writes a length and that many bytes of UTF-8.
pub fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_number(bytes, length(text.len()));
    bytes.extend_from_slice(text.as_bytes());
}

/// Writes a word of a sorted list: the number of bytes that it shares with the previous word, and
/// the rest. Only whole characters are shared.
pub fn put_word(bytes: &mut Vec<u8>, before: &str, word: &str) {
    let shared = before
        .bytes()
        .zip(word.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let shared = word.floor_char_boundary(shared);
    put_number(bytes, length(shared));
    put_text(bytes, &word[shared..]);
}

/// Compresses bytes with DEFLATE (RFC 1951), without a header.
pub fn packed(bytes: &[u8]) -> Vec<u8> {
    // The compressor's tables are much larger than a page's text, so each thread reuses its own,
    // with its output buffer.
    thread_local! {
        static PACKER: RefCell<(Compressor, Vec<u8>)> =
            RefCell::new((Compressor::new(CompressionLvl::new(PACKING).expect("the level is valid")), Vec::new()));
    }
    PACKER.with_borrow_mut(|(packer, room)| {
        let most = packer.deflate_compress_bound(bytes.len());
        if room.len() < most {
            room.resize(most, 0);
        }
        let length = packer
            .deflate_compress(bytes, room)
            .expect("the buffer is large enough");
        room[..length].to_vec()
    })
}

/// Decompresses bytes; `None` if they are not valid.
pub fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut unpacker, mut room) = (Decompressor::new(), vec![0; bytes.len() * 4 + 64]);
    loop {
        match unpacker.deflate_decompress(bytes, &mut room) {
            Ok(length) => {
                room.truncate(length);
                return Some(room);
            }
            Err(DecompressionError::InsufficientSpace) if room.len() / 1032 <= bytes.len() => {
                room = vec![0; room.len() * 4]
            }
            Err(_) => return None,
        }
    }
}

pub fn length(length: usize) -> u32 {
    u32::try_from(length).expect("files of the index are smaller than four gigabytes")
}

/// Bytes that are serialized as one block, not as a list of numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl de::Visitor<'_> for Bytes {
            type Value = Blob;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Blob, E> {
                Ok(Blob(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

/// Reads values from bytes.
pub struct ByteReader<'a>(pub &'a [u8]);

impl<'a> ByteReader<'a> {
    pub fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    pub fn number(&mut self) -> Option<u32> {
        let (mut number, mut shift) = (0_u32, 0);
        loop {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u32::from(first & 0x7F).checked_shl(shift)?;
            if first & 0x80 == 0 {
                return Some(number);
            }
            shift += 7;
        }
    }

    pub fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    pub fn text(&mut self) -> Option<&'a str> {
        let length = self.number()? as usize;
        std::str::from_utf8(self.take(length)?).ok()
    }

    /// Reads a word of a sorted list.
    pub fn word(&mut self, before: &str) -> Option<String> {
        let shared = self.number()? as usize;
        Some(before.get(..shared)?.to_owned() + self.text()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_back(text: Vec<u8>, times in 1_usize..50) {
            let text = text.repeat(times);
            prop_assert_eq!(unpacked(&packed(&text)), Some(text));
        }

        #[test]
        fn numbers_and_texts_come_back(numbers: Vec<u32>, texts: Vec<String>) {
            let mut bytes = Vec::new();
            numbers.iter().for_each(|number| put_number(&mut bytes, *number));
            texts.iter().for_each(|text| put_text(&mut bytes, text));
            let mut reader = ByteReader(&bytes);
            for number in numbers {
                prop_assert_eq!(reader.number(), Some(number));
            }
            for text in &texts {
                prop_assert_eq!(reader.text(), Some(text.as_str()));
            }
            prop_assert!(reader.is_done());
        }

        #[test]
        fn words_share_their_beginnings(mut words: Vec<String>) {
            words.sort();
            let mut before = "";
            for word in &words {
                let mut bytes = Vec::new();
                put_word(&mut bytes, before, word);
                prop_assert_eq!(ByteReader(&bytes).word(before), Some(word.clone()));
                before = word;
            }
        }
    }
}
