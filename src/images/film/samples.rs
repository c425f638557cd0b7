//! Finds the samples of a track (ISO/IEC 14496-12, §8.7) by their sizes, their number in each
//! chunk, and the offset of each chunk.

use std::io;

use super::{Film, Part, TABLE_BYTES_MAX, long_number, malformed, number};

impl Film<'_, '_> {
    /// Overwrites the samples of a track. `media` are the boxes in its `mdia` box.
    pub(super) fn erase_samples(&mut self, media: &[Part]) -> io::Result<()> {
        let inside = |film: &mut Self, parts: &[Part], name: &[u8; 4]| match parts
            .iter()
            .find(|part| &part.name == name)
        {
            Some(part) => film.children(part.content.clone()),
            None => malformed(),
        };
        let parts = inside(self, media, b"minf")?;
        let tables = inside(self, &parts, b"stbl")?;
        let mut table = |name: &[u8; 4]| match tables.iter().find(|part| &part.name == name) {
            Some(part) => self.content(part, TABLE_BYTES_MAX),
            None => malformed(),
        };
        let (sizes, groups) = (table(b"stsz")?, table(b"stsc")?);
        let chunks = match table(b"stco") {
            Ok(offsets) => offsets
                .get(8..)
                .unwrap_or_default()
                .chunks_exact(4)
                .map(|at| number(at, 0))
                .collect::<io::Result<Vec<u64>>>()?,
            Err(_) => table(b"co64")?
                .get(8..)
                .unwrap_or_default()
                .chunks_exact(8)
                .map(|at| long_number(at, 0))
                .collect::<io::Result<_>>()?,
        };
        let (equal_size, samples) = (number(&sizes, 4)?, number(&sizes, 8)?);
        let mut sizes = sizes.get(12..).unwrap_or_default().chunks_exact(4);
        let mut groups = groups
            .get(8..)
            .unwrap_or_default()
            .chunks_exact(12)
            .peekable();
        let (mut in_chunk, mut left) = (0, samples);
        for (index, from) in chunks.into_iter().enumerate() {
            while let Some(group) = groups
                .next_if(|group| number(group, 0).is_ok_and(|first| first <= index as u64 + 1))
            {
                in_chunk = number(group, 4)?;
            }
            let count = in_chunk.min(left);
            left -= count;
            let size = match equal_size {
                0 => {
                    let taken = sizes
                        .by_ref()
                        .take(usize::try_from(count).unwrap_or(usize::MAX));
                    taken.map(|size| number(size, 0)).sum::<io::Result<u64>>()?
                }
                // Both factors have 32 bits, so this cannot overflow.
                equal => equal * count,
            };
            self.erasures
                .zero(from.min(self.length)..from.saturating_add(size).min(self.length));
        }
        Ok(())
    }
}
