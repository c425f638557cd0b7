//! Removes everything but the image from AVIF and HEIC files (ISO/IEC 14496-12, ISO/IEC 23008-12):
//! where, when and with what device it was taken, and data between its parts. No part moves,
//! because removed bytes are overwritten with zeros.

use std::ops::Range;

/// The types of items that are images or combine them.
const IMAGES: [&[u8; 4]; 12] = [
    b"av01", b"hvc1", b"hvt1", b"lhv1", b"avc1", b"vvc1", b"jpeg", b"j2k1", b"grid", b"iden",
    b"iovl", b"tmap",
];

/// The most items and parts of items in a file.
const ITEMS_MAX: usize = 65_536;

/// The file without its private parts; `None` if it is malformed, so that its contents are unknown.
pub(super) fn cleaned(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = bytes.to_vec();
    let top = boxes(bytes, 0..bytes.len())?;
    let meta = top.iter().find(|part| part.is(b"meta"));
    let has_film = top.iter().any(|part| part.is(b"moov"));
    if top.first().is_none_or(|part| !part.is(b"ftyp")) || (meta.is_none() && !has_film) {
        return None;
    }
    let mut kept: Vec<Range<usize>> = Vec::new();
    if let Some(meta) = meta {
        let images = clean_meta(bytes, meta, &mut out)?;
        kept.extend(images);
    }
    kept.sort_unstable_by_key(|range| range.start);
    for part in &top {
        match &part.name {
            b"ftyp" | b"meta" => {}
            // The data of a video is kept as a whole; without a video, only that of images is.
            b"mdat" if has_film => {}
            b"mdat" => clear_between(&mut out, part.content.clone(), &kept),
            b"moov" => clean_film(bytes, part, &mut out)?,
            _ => clear(&mut out, part.content.clone()),
        }
    }
    out.truncate(top.last()?.content.end);
    Some(out)
}

/// A box: its type, and the range of its content.
struct MediaBox {
    name: [u8; 4],
    content: Range<usize>,
}

impl MediaBox {
    fn is(&self, name: &[u8; 4]) -> bool {
        self.name == *name
    }
}

/// The boxes in a range; `None` if one of them exceeds it.
fn boxes(bytes: &[u8], range: Range<usize>) -> Option<Vec<MediaBox>> {
    let (mut parts, mut at) = (Vec::new(), range.start);
    // Fewer bytes than the header of a box are ignored.
    while range.end.checked_sub(at)? >= 8 {
        let length = number(bytes, at, 4)?;
        let name: [u8; 4] = bytes.get(at + 4..at + 8)?.try_into().ok()?;
        let (head, length) = match length {
            0 => (8, range.end - at),
            1 => (16, number(bytes, at + 8, 8)?),
            length => (8, length),
        };
        let end = at
            .checked_add(length)
            .filter(|end| *end <= range.end && length >= head)?;
        parts.push(MediaBox {
            name,
            content: at + head..end,
        });
        at = end;
        if parts.len() > ITEMS_MAX {
            return None;
        }
    }
    Some(parts)
}

fn number(bytes: &[u8], at: usize, size: usize) -> Option<usize> {
    let digits = bytes.get(at..at.checked_add(size)?)?;
    usize::try_from(
        digits
            .iter()
            .fold(0_u64, |number, byte| number << 8 | u64::from(*byte)),
    )
    .ok()
}

fn clear(out: &mut [u8], range: Range<usize>) {
    if let Some(part) = out.get_mut(range) {
        part.fill(0);
    }
}

/// Clears the parts of a range that are not in `kept`, which is sorted.
fn clear_between(out: &mut [u8], range: Range<usize>, kept: &[Range<usize>]) {
    let mut at = range.start;
    for part in kept {
        if part.start > at {
            clear(out, at..part.start.min(range.end));
        }
        at = at.max(part.end);
        if at >= range.end {
            return;
        }
    }
    clear(out, at..range.end);
}

/// Clears what is private in a `meta` box. Returns the ranges of the file that contain images.
fn clean_meta(bytes: &[u8], meta: &MediaBox, out: &mut [u8]) -> Option<Vec<Range<usize>>> {
    let parts = boxes(bytes, meta.content.start.checked_add(4)?..meta.content.end)?;
    let find = |name: &[u8; 4]| {
        parts
            .iter()
            .find(|part| part.is(name))
            .map(|part| part.content.clone())
    };
    let images = image_items(bytes, find(b"iinf")?)?;
    let in_meta = find(b"idat").unwrap_or(0..0);
    let mut kept = Vec::new();
    for (item, range, is_in_meta) in locations(bytes, find(b"iloc")?)? {
        let range = if is_in_meta {
            range.start.checked_add(in_meta.start)?..range.end.checked_add(in_meta.start)?
        } else {
            range
        };
        if range.end > bytes.len() || range.start > range.end {
            return None;
        }
        if images.contains(&item) {
            kept.push(range);
        } else {
            clear(out, range);
        }
    }
    for part in &parts {
        if !matches!(
            &part.name,
            b"hdlr"
                | b"pitm"
                | b"iinf"
                | b"iloc"
                | b"iprp"
                | b"iref"
                | b"idat"
                | b"dinf"
                | b"grpl"
                | b"ipro"
        ) {
            clear(out, part.content.clone());
        }
    }
    Some(kept)
}

/// The numbers of the items that are images (`iinf`, §8.11.6).
fn image_items(bytes: &[u8], range: Range<usize>) -> Option<Vec<usize>> {
    let version = *bytes.get(range.start)?;
    let entries = range.start.checked_add(if version == 0 { 6 } else { 8 })?;
    let mut images = Vec::new();
    for entry in boxes(bytes, entries..range.end)?
        .iter()
        .filter(|part| part.is(b"infe"))
    {
        let at = entry.content.start;
        let (size, kind) = match *bytes.get(at)? {
            2 => (2, at + 8),
            3 => (4, at + 10),
            _ => continue,
        };
        let kind: &[u8; 4] = bytes.get(kind..kind + 4)?.try_into().ok()?;
        if IMAGES.contains(&kind) {
            images.push(number(bytes, at + 4, size)?);
        }
    }
    Some(images)
}

/// The parts of items (`iloc`, §8.11.3): the item, the range, and whether that is relative to the
/// `idat` box.
fn locations(bytes: &[u8], range: Range<usize>) -> Option<Vec<(usize, Range<usize>, bool)>> {
    let mut at = range.start;
    let mut take = |size: usize| {
        let value = if size == 0 {
            Some(0)
        } else {
            number(bytes, at, size)
        };
        at = at.checked_add(size).filter(|at| *at <= range.end)?;
        value
    };
    let version = take(1)?;
    take(3)?;
    let sizes = take(2)?;
    let [offset_size, length_size, base_size, index_size] =
        [12, 8, 4, 0].map(|shift| sizes >> shift & 15);
    let wide = if version < 2 { 2 } else { 4 };
    let mut all = Vec::new();
    for _ in 0..take(wide)? {
        let item = take(wide)?;
        let method = if version == 0 { 0 } else { take(2)? & 15 };
        take(2)?;
        let base = take(base_size)?;
        for _ in 0..take(2)? {
            if version > 0 {
                take(index_size)?;
            }
            let (offset, length) = (take(offset_size)?, take(length_size)?);
            let from = base.checked_add(offset)?;
            // A length of 0 means the rest of the file.
            let to = if length == 0 && method == 0 {
                bytes.len()
            } else {
                from.checked_add(length)?
            };
            // With other methods, an item's data comes from other items.
            if method < 2 {
                all.push((item, from..to, method == 1));
            }
            if all.len() > ITEMS_MAX {
                return None;
            }
        }
    }
    Some(all)
}

/// Clears everything in a video that is not needed to show it: `udta`, `meta` and all unknown
/// boxes.
fn clean_film(bytes: &[u8], film: &MediaBox, out: &mut [u8]) -> Option<()> {
    let mut ahead = boxes(bytes, film.content.clone())?;
    while let Some(part) = ahead.pop() {
        match &part.name {
            b"trak" | b"mdia" | b"minf" => ahead.extend(boxes(bytes, part.content.clone())?),
            b"mvhd" | b"tkhd" | b"tref" | b"edts" | b"mdhd" | b"hdlr" | b"elng" | b"stbl"
            | b"vmhd" | b"smhd" | b"nmhd" | b"dinf" | b"mvex" => {}
            _ => clear(out, part.content.clone()),
        }
        if ahead.len() > ITEMS_MAX {
            return None;
        }
    }
    Some(())
}
