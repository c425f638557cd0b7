//! Removes where, when and with what device videos and audio recordings were made from files of
//! boxes (MP4, MOV, M4A, 3GP: ISO/IEC 14496-12, and Apple's QuickTime File Format). Offsets in such
//! a file are relative to its beginning, so no part may move. A private box becomes a box of the
//! type `free` with zeros. Only the boxes are read, never the whole file. See DECISIONS: "Films
//! keep their layout, and a track of positions goes as a whole".

mod erasures;
mod samples;

use std::io;
use std::ops::Range;

pub use erasures::{ErasingReader, Erasures};

/// Reads a number of bytes at a position of the file; fewer at its end.
pub type ReadAt<'a> = dyn FnMut(u64, usize) -> io::Result<Vec<u8>> + 'a;

/// The most boxes of a video.
const BOXES_MAX: usize = 400_000;

/// The largest table or list that is read, in bytes.
const TABLE_BYTES_MAX: u64 = 32 << 20;

/// The tracks that are kept (the handler types of ISO/IEC 14496-12 and QuickTime): images, sound,
/// text and times. Other tracks are removed, such as the positions that a camera records each
/// second.
const MEDIA: [&[u8; 4]; 12] = [
    b"vide", b"soun", b"text", b"sbtl", b"subt", b"clcp", b"tmcd", b"auxv", b"pict", b"hint",
    b"sdsm", b"odsm",
];

/// The boxes in `udta` that are kept: titles, names, rights, chapters, and the role and the
/// loudness of a track.
const USER_DATA: [&[u8; 4]; 16] = [
    b"name", b"chpl", b"kind", b"ludt", b"hnti", b"hinf", b"cprt", b"titl", b"perf", b"gnre",
    b"albm", b"\xA9nam", b"\xA9ART", b"\xA9alb", b"\xA9cpy", b"\xA9gen",
];

/// The values that are kept in the lists of music players.
const LISTED: [&[u8; 4]; 40] = [
    b"\xA9nam", b"\xA9ART", b"aART", b"\xA9alb", b"\xA9gen", b"gnre", b"\xA9wrt", b"\xA9grp",
    b"\xA9lyr", b"\xA9cpy", b"\xA9day", b"trkn", b"disk", b"covr", b"cprt", b"desc", b"ldes",
    b"stik", b"tmpo", b"cpil", b"pgap", b"rtng", b"tvsh", b"tven", b"tvsn", b"tves", b"tvnn",
    b"catg", b"keyw", b"purl", b"pcst", b"egid", b"soar", b"soal", b"sonm", b"soaa", b"soco",
    b"sosn", b"hdvd", b"apID",
];

/// The values that are kept in QuickTime's metadata, by the last word of their keys.
const KEYS: [&str; 12] = [
    "title",
    "displayname",
    "artist",
    "author",
    "performer",
    "composer",
    "album",
    "copyright",
    "genre",
    "description",
    "keywords",
    "publisher",
];

/// The parts of a file that must be overwritten; `None` if they cannot be determined. `length` is
/// that of the file, in bytes.
///
/// # Errors
/// Those of reading.
pub fn private_parts(length: u64, read: &mut ReadAt<'_>) -> io::Result<Option<Erasures>> {
    let mut film = Film {
        read,
        length,
        erasures: Erasures::default(),
        boxes: 0,
        has_description: false,
        has_data: false,
        has_fragments: false,
        has_lost_track: false,
    };
    match film.file() {
        // The samples of a fragmented video are in its fragments, so those of a removed track would
        // stay.
        Ok(()) if film.has_fragments && film.has_lost_track => Ok(None),
        // Without a description, it is unknown what the data is.
        Ok(()) if film.has_data && !film.has_description && !film.has_fragments => Ok(None),
        Ok(()) => Ok(Some(film.erasures.sorted())),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A box: its type, its start, and the range of its content.
struct Part {
    name: [u8; 4],
    start: u64,
    content: Range<u64>,
}

struct Film<'a, 'b> {
    read: &'a mut ReadAt<'b>,
    length: u64,
    erasures: Erasures,
    boxes: usize,
    has_description: bool,
    has_data: bool,
    has_fragments: bool,
    has_lost_track: bool,
}

fn malformed<T>() -> io::Result<T> {
    Err(io::ErrorKind::InvalidData.into())
}

fn number(bytes: &[u8], at: usize) -> io::Result<u64> {
    match bytes.get(at..).and_then(|bytes| bytes.first_chunk()) {
        Some(four) => Ok(u64::from(u32::from_be_bytes(*four))),
        None => malformed(),
    }
}

fn long_number(bytes: &[u8], at: usize) -> io::Result<u64> {
    Ok(number(bytes, at)? << 32 | number(bytes, at + 4)?)
}

/// Whether four bytes can be the type of a box.
fn is_name(name: [u8; 4]) -> bool {
    name.iter().all(|byte| matches!(byte, b' '..=b'~' | 0xA9))
}

impl Film<'_, '_> {
    fn file(&mut self) -> io::Result<()> {
        let mut at = 0;
        while at < self.length {
            let Some(mut part) = self
                .part(at, self.length)?
                .filter(|part| is_name(part.name))
            else {
                // Some cameras append data outside of boxes.
                self.erasures.zero(at..self.length);
                break;
            };
            if part.content.end > self.length {
                // A video whose image data is incomplete can be played up to there.
                if matches!(&part.name, b"moov" | b"moof") {
                    return malformed();
                }
                part.content.end = self.length;
            }
            match &part.name {
                b"mdat" | b"imda" => self.has_data = true,
                b"ftyp" | b"styp" | b"wide" | b"sidx" | b"ssix" | b"mfra" | b"pdin" | b"pssh"
                | b"prft" => {}
                b"moov" => self.movie(&part)?,
                b"moof" => self.fragment(&part)?,
                _ => self.free(&part),
            }
            at = part.content.end;
        }
        Ok(())
    }

    /// The box at a position; `None` if there is none. `end` is the end of the part that contains
    /// it, which the box may exceed.
    fn part(&mut self, at: u64, end: u64) -> io::Result<Option<Part>> {
        self.boxes += 1;
        if self.boxes > BOXES_MAX {
            return malformed();
        }
        let head = (self.read)(at, 16)?;
        if end - at < 8 || head.len() < 8 {
            return Ok(None);
        }
        let (size, head_size) = match number(&head, 0)? {
            0 => (end - at, 8),
            1 if head.len() == 16 => (long_number(&head, 8)?, 16),
            size => (size, 8),
        };
        let name = [head[4], head[5], head[6], head[7]];
        let end = at.checked_add(size).filter(|_| size >= head_size);
        Ok(end.map(|end| Part {
            name,
            start: at,
            content: at + head_size..end,
        }))
    }

    /// The boxes in a range. Fewer than eight bytes may remain after them.
    fn children(&mut self, range: Range<u64>) -> io::Result<Vec<Part>> {
        let (mut parts, mut at) = (Vec::new(), range.start);
        while at.checked_add(8).is_some_and(|least| least <= range.end) {
            let Some(part) = self
                .part(at, range.end)?
                .filter(|part| part.content.end <= range.end)
            else {
                return malformed();
            };
            at = part.content.end;
            parts.push(part);
        }
        Ok(parts)
    }

    /// The content of a box; an error if it is longer than `bytes_max`.
    fn content(&mut self, part: &Part, bytes_max: u64) -> io::Result<Vec<u8>> {
        let size = part.content.end - part.content.start;
        match usize::try_from(size).ok().filter(|_| size <= bytes_max) {
            Some(size) => (self.read)(part.content.start, size),
            None => malformed(),
        }
    }

    fn free(&mut self, part: &Part) {
        self.erasures.free(part.start + 4, part.content.clone());
    }

    fn movie(&mut self, movie: &Part) -> io::Result<()> {
        self.has_description = true;
        for part in self.children(movie.content.clone())? {
            match &part.name {
                b"mvhd" => self.times(&part)?,
                b"trak" => self.track(&part)?,
                b"udta" => self.user_data(&part),
                b"meta" => self.metadata(&part),
                b"mvex" | b"iods" | b"pssh" | b"ctab" | b"clip" | b"prfl" | b"wide" => {}
                // This is the whole movie box in compressed form, which is not supported.
                b"cmov" => return malformed(),
                _ => self.free(&part),
            }
        }
        Ok(())
    }

    /// Clears the times of creation and modification, at the beginning of `mvhd`, `tkhd` and
    /// `mdhd`.
    fn times(&mut self, part: &Part) -> io::Result<()> {
        let size = if self.content(part, 4096)?.first() == Some(&1) {
            16
        } else {
            8
        };
        let from = part.content.start + 4;
        self.erasures
            .zero(from..(from + size).min(part.content.end));
        Ok(())
    }

    fn track(&mut self, track: &Part) -> io::Result<()> {
        let parts = self.children(track.content.clone())?;
        let Some(media) = parts.iter().find(|part| &part.name == b"mdia") else {
            return malformed();
        };
        let media = self.children(media.content.clone())?;
        let handler = match media.iter().find(|part| &part.name == b"hdlr") {
            Some(handler) => self.content(handler, 4096)?,
            None => return malformed(),
        };
        if !MEDIA
            .iter()
            .any(|kind| handler.get(8..12) == Some(&kind[..]))
        {
            self.has_lost_track = true;
            self.erase_samples(&media)?;
            self.free(track);
            return Ok(());
        }
        for part in parts {
            match &part.name {
                b"tkhd" => self.times(&part)?,
                b"udta" => self.user_data(&part),
                b"meta" => self.metadata(&part),
                b"mdia" | b"edts" | b"tref" | b"load" | b"matt" | b"clip" | b"txas" | b"tapt"
                | b"trgr" | b"wide" => {}
                _ => self.free(&part),
            }
        }
        for part in media {
            match &part.name {
                b"mdhd" => self.times(&part)?,
                b"hdlr" | b"minf" | b"elng" => {}
                _ => self.free(&part),
            }
        }
        Ok(())
    }

    fn fragment(&mut self, fragment: &Part) -> io::Result<()> {
        self.has_fragments = true;
        for part in self.children(fragment.content.clone())? {
            match &part.name {
                b"mfhd" | b"pssh" => {}
                b"traf" => {
                    for part in self.children(part.content)? {
                        if matches!(&part.name, b"udta" | b"meta" | b"uuid" | b"free" | b"skip") {
                            self.free(&part);
                        }
                    }
                }
                _ => self.free(&part),
            }
        }
        Ok(())
    }

    /// Cleans the user data of a video or a track. If it cannot be read, all of it is removed.
    fn user_data(&mut self, data: &Part) {
        let Ok(parts) = self.children(data.content.clone()) else {
            return self.free(data);
        };
        for part in parts {
            match &part.name {
                b"meta" => self.metadata(&part),
                name if USER_DATA.contains(&name) => {}
                _ => self.free(&part),
            }
        }
    }

    fn metadata(&mut self, meta: &Part) {
        if self.try_metadata(meta).is_err() {
            self.free(meta);
        }
    }

    fn try_metadata(&mut self, meta: &Part) -> io::Result<()> {
        // In QuickTime files there is no version before the boxes.
        let head = (self.read)(meta.content.start, 12)?;
        let from = if head.get(4..8) == Some(b"hdlr") {
            0
        } else {
            4
        };
        let parts = self.children(meta.content.start + from..meta.content.end)?;
        let Some(handler) = parts.first().filter(|part| &part.name == b"hdlr") else {
            return malformed();
        };
        let handler = self.content(handler, 4096)?;
        let keys = match handler.get(8..12) {
            Some(b"mdir") => None,
            Some(b"mdta") => match parts.iter().find(|part| &part.name == b"keys") {
                Some(keys) => Some(self.keys(keys)?),
                None => return malformed(),
            },
            _ => return malformed(),
        };
        for part in &parts[1..] {
            match &part.name {
                b"ilst" => self.list(part, keys.as_deref())?,
                b"keys" if keys.is_some() => {}
                _ => self.free(part),
            }
        }
        Ok(())
    }

    /// Whether the value of each key is kept. The names of the other keys are overwritten.
    fn keys(&mut self, keys: &Part) -> io::Result<Vec<bool>> {
        let bytes = self.content(keys, 1 << 20)?;
        let (mut kept, mut at) = (Vec::new(), 8);
        while at + 8 <= bytes.len() {
            let size = usize::try_from(number(&bytes, at)?).unwrap_or(usize::MAX);
            let Some(name) = at.checked_add(size).and_then(|end| bytes.get(at + 8..end)) else {
                return malformed();
            };
            let last = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
            let is_kept = KEYS
                .iter()
                .any(|key| last.eq_ignore_ascii_case(key.as_bytes()));
            if !is_kept {
                let from = keys.content.start + at as u64;
                self.erasures.zero(from + 8..from + size as u64);
            }
            kept.push(is_kept);
            at += size;
        }
        Ok(kept)
    }

    /// Cleans a list of values. The type of each box is its name, or the number of its key.
    fn list(&mut self, list: &Part, keys: Option<&[bool]>) -> io::Result<()> {
        for part in self.children(list.content.clone())? {
            let is_kept = match keys {
                Some(keys) => {
                    let number = usize::try_from(u32::from_be_bytes(part.name)).unwrap_or(0);
                    number
                        .checked_sub(1)
                        .and_then(|index| keys.get(index))
                        .copied()
                        .unwrap_or(false)
                }
                None if &part.name == b"covr" => !self
                    .content(&part, TABLE_BYTES_MAX)
                    .is_ok_and(|cover| holds_metadata(&cover)),
                // This says how much silence players skip between two recordings.
                None if &part.name == b"----" => self
                    .content(&part, 4096)
                    .is_ok_and(|value| holds(&value, b"iTunSMPB")),
                None => LISTED.contains(&&part.name),
            };
            if !is_kept {
                self.free(&part);
            }
        }
        Ok(())
    }
}

fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// Whether the image of a cover has metadata, which may say where it was taken.
fn holds_metadata(cover: &[u8]) -> bool {
    holds(cover, b"Exif\0")
        || holds(cover, b"eXIf")
        || holds(cover, b"http://ns.adobe.com/")
        || holds(cover, b"<x:xmpmeta")
}
