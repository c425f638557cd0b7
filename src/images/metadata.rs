//! Removes metadata from images without changing their pixels: Exif, XMP, IPTC, comments,
//! thumbnails, and data after the end of the image. Color profiles and the orientation are kept.
//! See DECISIONS: "Originals keep their pixels and their orientation note".

use super::{ImageType, read};

/// The file without metadata; `None` for formats that this module does not clean, and for malformed
/// files.
pub(super) fn stripped(format: ImageType, orientation: u8, bytes: &[u8]) -> Option<Vec<u8>> {
    match format {
        ImageType::Jpeg => jpeg(orientation, bytes),
        ImageType::Png => png(orientation, bytes),
        ImageType::WebP => webp(orientation, bytes),
        ImageType::Gif => gif(bytes).map(|(bytes, _)| bytes),
        ImageType::Avif | ImageType::Svg | ImageType::Bitmap => None,
    }
}

/// Whether a file contains the end of its image.
pub(super) fn is_whole(format: ImageType, bytes: &[u8]) -> bool {
    match format {
        ImageType::Jpeg => jpeg_end(bytes).is_some(),
        ImageType::Png => png_chunks(bytes).any(|chunk| chunk.name == b"IEND"),
        ImageType::WebP => riff_size(bytes).is_some_and(|size| size <= bytes.len()),
        ImageType::Gif => gif(bytes).is_some(),
        ImageType::Avif | ImageType::Svg | ImageType::Bitmap => true,
    }
}

/// Whether every part of a file has its stated length. Decoders allocate memory according to the
/// stated lengths.
pub(super) fn holds_its_parts(format: ImageType, bytes: &[u8]) -> bool {
    // A chunk that is longer than the file is not counted, so the sum is too small.
    let chunks = || {
        riff_chunks(bytes)
            .map(|(_, content)| 8 + content.len() + content.len() % 2)
            .sum::<usize>()
    };
    format != ImageType::WebP
        || riff_size(bytes).is_some_and(|size| size <= bytes.len() && chunks() + 12 >= size)
}

pub(super) fn gif_frames(bytes: &[u8]) -> usize {
    gif(bytes).map_or(0, |(_, frames)| frames)
}

/// Exif data that contains only the orientation (TIFF 6.0, §2).
fn orientation_exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0]);
    tiff
}

fn be16(bytes: &[u8], at: usize) -> Option<usize> {
    bytes
        .get(at..at + 2)
        .map(|two| usize::from(u16::from_be_bytes([two[0], two[1]])))
}

fn be32(bytes: &[u8], at: usize) -> Option<usize> {
    let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(four)).ok()
}

fn le32(bytes: &[u8], at: usize) -> Option<usize> {
    let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(four)).ok()
}

/// A part of a JPEG: a marker, and the range of the part (ITU-T T.81, B.1.1).
struct JpegPart {
    marker: u8,
    from: usize,
    to: usize,
}

const START_OF_SCAN: u8 = 0xDA;
const END_OF_IMAGE: u8 = 0xD9;

/// The part that begins at `at`. A scan includes its pixels.
fn jpeg_part(bytes: &[u8], at: usize) -> Option<JpegPart> {
    let fill = bytes
        .get(at..)?
        .iter()
        .take_while(|byte| **byte == 0xFF)
        .count();
    let marker = *bytes.get(at + fill).filter(|_| fill > 0)?;
    let head = at + fill + 1;
    if marker == END_OF_IMAGE || marker == 0xD8 || (0xD0..=0xD7).contains(&marker) || marker == 1 {
        return Some(JpegPart {
            marker,
            from: at,
            to: head,
        });
    }
    let mut to = head + be16(bytes, head).filter(|length| *length >= 2)?;
    if marker == START_OF_SCAN {
        // The pixels end at a marker that is neither a stuffed byte nor a restart.
        loop {
            to += bytes.get(to..)?.iter().position(|byte| *byte == 0xFF)?;
            match bytes.get(to + 1)? {
                0 | 0xD0..=0xD7 => to += 2,
                0xFF => to += 1,
                _ => break,
            }
        }
    }
    (to <= bytes.len()).then_some(JpegPart {
        marker,
        from: at,
        to,
    })
}

fn jpeg_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let part = jpeg_part(bytes, at)?;
        at = part.to;
        if part.marker == END_OF_IMAGE {
            return Some(at);
        }
    }
}

fn jpeg(orientation: u8, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = vec![0xFF, 0xD8];
    let mut at = jpeg_part(bytes, 0).filter(|part| part.marker == 0xD8)?.to;
    let mut has_turn = orientation == 1;
    // A truncated file is cleaned up to its end.
    while let Some(part) = jpeg_part(bytes, at) {
        at = part.to;
        let content = &bytes[part.from..part.to];
        let is_kept = match part.marker {
            // JFIF, color profiles and Adobe's color transform are kept. Data of other applications
            // is not needed to show the image.
            0xE0 | 0xEE => true,
            0xE2 => content
                .windows(11)
                .take(8)
                .any(|window| window == b"ICC_PROFILE"),
            0xE1..=0xEF | 0xFE => false,
            _ => true,
        };
        if !has_turn && part.marker != 0xE0 {
            let exif = orientation_exif(orientation);
            let length = u16::try_from(exif.len() + 8).ok()?;
            out.extend([0xFF, 0xE1]);
            out.extend(length.to_be_bytes());
            out.extend(b"Exif\0\0");
            out.extend(exif);
            has_turn = true;
        }
        if is_kept {
            out.extend(content);
        }
        if part.marker == END_OF_IMAGE {
            return Some(out);
        }
    }
    out.extend(
        bytes
            .get(at..)
            .filter(|rest| !holds_metadata(rest))
            .unwrap_or_default(),
    );
    Some(out)
}

/// Whether the last part of a truncated JPEG is metadata that would have been removed.
fn holds_metadata(rest: &[u8]) -> bool {
    matches!(rest, [0xFF, 0xE1..=0xEF | 0xFE, ..])
}

/// A chunk of a PNG (ISO/IEC 15948, §5.3), including its length, name and checksum.
struct PngChunk<'a> {
    name: &'a [u8],
    whole: &'a [u8],
}

const PNG_SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

fn png_chunks(bytes: &[u8]) -> impl Iterator<Item = PngChunk<'_>> {
    let mut at = PNG_SIGNATURE.len();
    std::iter::from_fn(move || {
        let end = at.checked_add(be32(bytes, at)?)?.checked_add(12)?;
        let whole = bytes.get(at..end)?;
        at = end;
        Some(PngChunk {
            name: &whole[4..8],
            whole,
        })
    })
}

fn png(orientation: u8, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = bytes
        .strip_prefix(PNG_SIGNATURE)
        .map(|_| PNG_SIGNATURE.to_vec())?;
    let has_profile =
        png_chunks(bytes).any(|chunk| chunk.name == b"iCCP") && read::has_sound_profile(bytes);
    for chunk in png_chunks(bytes) {
        let is_unsound = chunk.name == b"iCCP" && !has_profile;
        if !is_unsound && !matches!(chunk.name, b"eXIf" | b"tEXt" | b"zTXt" | b"iTXt" | b"tIME") {
            out.extend(chunk.whole);
        }
        if chunk.name == b"IHDR" && orientation != 1 {
            let mut content = b"eXIf".to_vec();
            content.extend(orientation_exif(orientation));
            out.extend(u32::try_from(content.len() - 4).ok()?.to_be_bytes());
            out.extend(&content);
            out.extend(crc(&content).to_be_bytes());
        }
        if chunk.name == b"IEND" {
            break;
        }
    }
    Some(out)
}

/// The checksum of a PNG chunk (ISO/IEC 15948, annex D).
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        let mixed = crc ^ u32::from(*byte);
        (0..8).fold(mixed, |crc, _| {
            if crc & 1 == 1 {
                crc >> 1 ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}

fn riff_size(bytes: &[u8]) -> Option<usize> {
    (bytes.starts_with(b"RIFF") && bytes.get(8..12)? == b"WEBP")
        .then(|| le32(bytes, 4)?.checked_add(8))?
}

/// The chunks of a WebP file (RFC 9649, §2.3), with name and content.
fn riff_chunks(bytes: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let end = riff_size(bytes).unwrap_or(0).min(bytes.len());
    let mut at: usize = 12;
    std::iter::from_fn(move || {
        let from = at.checked_add(8)?;
        let to = from.checked_add(le32(bytes, at + 4)?)?;
        let chunk = (&bytes[at..at + 4], bytes[..end].get(from..to)?);
        at = to + to % 2;
        Some(chunk)
    })
}

fn push_chunk(out: &mut Vec<u8>, name: &[u8], content: &[u8]) {
    out.extend(name);
    out.extend(
        u32::try_from(content.len())
            .unwrap_or(u32::MAX)
            .to_le_bytes(),
    );
    out.extend(content);
    out.extend(std::iter::repeat_n(0, content.len() % 2));
}

fn riff(chunks: &[u8]) -> Vec<u8> {
    let mut out = b"RIFF".to_vec();
    out.extend(
        u32::try_from(chunks.len() + 4)
            .unwrap_or(u32::MAX)
            .to_le_bytes(),
    );
    out.extend(b"WEBP");
    out.extend(chunks);
    out
}

/// The flags of `VP8X` (RFC 9649, §2.7).
const HAS_PROFILE: u8 = 0x20;
const HAS_ALPHA: u8 = 0x10;
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;

fn webp(orientation: u8, bytes: &[u8]) -> Option<Vec<u8>> {
    riff_size(bytes)?;
    let mut chunks = Vec::with_capacity(bytes.len());
    for (name, content) in riff_chunks(bytes) {
        match (name, content) {
            (b"EXIF" | b"XMP ", _) => {}
            (b"VP8X", [flags, rest @ ..]) => {
                let flags =
                    flags & !(HAS_EXIF | HAS_XMP) | if orientation == 1 { 0 } else { HAS_EXIF };
                push_chunk(&mut chunks, name, &[&[flags], rest].concat());
            }
            (b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF" | b"ICCP", _) => {
                push_chunk(&mut chunks, name, content)
            }
            _ => {}
        }
    }
    if orientation != 1 {
        push_chunk(&mut chunks, b"EXIF", &orientation_exif(orientation));
    }
    Some(riff(&chunks))
}

/// A WebP file of one image with a color profile (RFC 9649, §2.7).
pub(super) fn with_profile(webp: &[u8], profile: &[u8], width: u32, height: u32) -> Vec<u8> {
    let images: Vec<(&[u8], &[u8])> = riff_chunks(webp)
        .filter(|(name, _)| *name != b"VP8X")
        .collect();
    let has_alpha = riff_chunks(webp).any(|(name, content)| match name {
        b"ALPH" => true,
        // This is the alpha bit of a lossless image (RFC 9649, §3.4).
        b"VP8L" => content.get(4).is_some_and(|byte| byte & 0x10 != 0),
        _ => false,
    });
    let mut head = vec![HAS_PROFILE | if has_alpha { HAS_ALPHA } else { 0 }, 0, 0, 0];
    for side in [width, height] {
        head.extend(&(side - 1).to_le_bytes()[..3]);
    }
    let mut chunks = Vec::with_capacity(webp.len() + profile.len() + 32);
    push_chunk(&mut chunks, b"VP8X", &head);
    push_chunk(&mut chunks, b"ICCP", profile);
    images
        .iter()
        .for_each(|(name, content)| push_chunk(&mut chunks, name, content));
    riff(&chunks)
}

/// A GIF without comments and XMP (GIF89a, §24 and §26), and the number of its frames. `None` if it
/// is truncated.
fn gif(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let table = |flags: u8| {
        if flags & 0x80 == 0 {
            0
        } else {
            3 << ((flags & 7) + 1)
        }
    };
    let mut at = 13 + table(*bytes.get(10)?);
    let mut out = bytes.get(..at)?.to_vec();
    let mut frames = 0;
    loop {
        let from = at;
        let is_kept = match *bytes.get(at)? {
            0x3B => {
                out.push(0x3B);
                return Some((out, frames));
            }
            0x21 => {
                let label = *bytes.get(at + 1)?;
                at += 2;
                label != 0xFE && bytes.get(at + 1..at + 9) != Some(b"XMP Data")
            }
            0x2C => {
                frames += 1;
                at += 10 + table(*bytes.get(at + 9)?) + 1;
                true
            }
            _ => return None,
        };
        loop {
            let length = usize::from(*bytes.get(at)?);
            at += 1 + length;
            if length == 0 {
                break;
            }
        }
        if is_kept {
            out.extend(bytes.get(from..at)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_sums_are_those_of_png() {
        assert_eq!(crc(b"IEND"), 0xAE42_6082);
    }

    #[test]
    fn a_gif_loses_its_comment_and_what_follows_its_end() {
        let head = b"GIF89a\x01\0\x01\0\0\0\0";
        let frame = b"\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0";
        let whole = [&head[..], b"\x21\xFE\x03me!\0", frame, b"\x3Bsecret"].concat();
        let (clean, frames) = gif(&whole).expect("it is whole");
        assert_eq!((clean, frames), ([&head[..], frame, b"\x3B"].concat(), 1));
        assert_eq!(gif(&whole[..whole.len() - 8]), None);
    }
}
