//! The parts of a file that are overwritten while it is read.

use std::io::{self, Read};
use std::ops::Range;

/// The type of an empty box.
const FREE: &[u8; 4] = b"free";

/// The parts of a file that are overwritten: ranges with zeros, and the types of boxes with `free`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erasures {
    zeros: Vec<Range<u64>>,
    names: Vec<u64>,
}

impl Erasures {
    pub fn is_empty(&self) -> bool {
        self.zeros.is_empty() && self.names.is_empty()
    }

    pub(super) fn zero(&mut self, range: Range<u64>) {
        match self.zeros.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ if range.is_empty() => {}
            _ => self.zeros.push(range),
        }
    }

    /// Makes a box free. `name` is the position of its type.
    pub(super) fn free(&mut self, name: u64, content: Range<u64>) {
        self.names.push(name);
        self.zero(content);
    }

    /// Sorts the parts, and joins adjacent ranges.
    pub(super) fn sorted(mut self) -> Self {
        self.names.sort_unstable();
        self.zeros.sort_unstable_by_key(|range| range.start);
        let mut joined: Vec<Range<u64>> = Vec::with_capacity(self.zeros.len());
        for range in self.zeros {
            match joined.last_mut() {
                Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
                _ => joined.push(range),
            }
        }
        Self {
            zeros: joined,
            names: self.names,
        }
    }

    /// Overwrites the parts in `bytes`, which begin at the position `from` of the file.
    pub fn apply(&self, from: u64, bytes: &mut [u8]) {
        let to = from + bytes.len() as u64;
        let place = |at: u64| usize::try_from(at.clamp(from, to) - from).unwrap_or(usize::MAX);
        let first = self.zeros.partition_point(|range| range.end <= from);
        for range in self.zeros[first..]
            .iter()
            .take_while(|range| range.start < to)
        {
            if let Some(part) = bytes.get_mut(place(range.start)..place(range.end)) {
                part.fill(0);
            }
        }
        let first = self.names.partition_point(|name| name + 4 <= from);
        for name in self.names[first..].iter().take_while(|name| **name < to) {
            for (at, letter) in (*name..)
                .zip(FREE)
                .filter(|(at, _)| (from..to).contains(at))
            {
                if let Some(byte) = bytes.get_mut(place(at)) {
                    *byte = *letter;
                }
            }
        }
    }
}

/// Reads a file with its erasures applied. `at` is the current position in the file.
pub struct ErasingReader<'a, R> {
    pub file: R,
    pub at: u64,
    pub erasures: &'a Erasures,
}

impl<R: Read> Read for ErasingReader<'_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(bytes)?;
        self.erasures.apply(self.at, &mut bytes[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_overwritten_in_the_same_way_in_pieces_of_any_size() {
        let mut erasures = Erasures::default();
        erasures.free(4, 8..12);
        erasures.zero(20..23);
        let erasures = erasures.sorted();
        let whole = b"aaaabbbbccccddddeeeeffffgggg";
        for size in 1..whole.len() {
            let mut all = Vec::new();
            for (index, piece) in whole.chunks(size).enumerate() {
                let mut piece = piece.to_vec();
                erasures.apply((index * size) as u64, &mut piece);
                all.extend(piece);
            }
            assert_eq!(
                all, b"aaaafree\0\0\0\0ddddeeee\0\0\0fgggg",
                "in pieces of {size}"
            );
        }
    }
}
