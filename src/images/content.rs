//! Detects the type of a file by its first bytes, regardless of its name.

use super::ImageType;

/// How many bytes of a file are needed to detect its type.
pub const HEAD_BYTES: usize = 1024;

/// The type of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// An image that browsers show.
    Image(ImageType),
    /// An image that browsers do not show, with a name for messages. Such files contain where and
    /// when they were taken.
    OtherImage(&'static str),
    /// A video or an audio recording in a file of boxes, with a name for messages. It may contain
    /// where and when it was made.
    Film(&'static str),
    /// Text that is an SVG image.
    Svg,
    /// Another type, with a name for messages.
    Other(&'static str),
}

/// The type of a file that begins with these bytes.
pub fn content_of(head: &[u8]) -> FileType {
    let head = &head[..head.len().min(HEAD_BYTES)];
    image(head)
        .or_else(|| media(head))
        .or_else(|| signed(head))
        .unwrap_or_else(|| text(head))
}

fn image(head: &[u8]) -> Option<FileType> {
    let starts = |with: &[u8]| head.starts_with(with);
    let riff = |form: &[u8]| starts(b"RIFF") && head.get(8..12) == Some(form);
    Some(match () {
        () if starts(b"\xFF\xD8\xFF") => FileType::Image(ImageType::Jpeg),
        () if starts(b"\x89PNG\r\n\x1a\n") => FileType::Image(ImageType::Png),
        () if starts(b"GIF87a") || starts(b"GIF89a") => FileType::Image(ImageType::Gif),
        () if riff(b"WEBP") => FileType::Image(ImageType::WebP),
        // The reserved bytes of a bitmap are zero. Text that begins with `BM` does not contain
        // zeros.
        () if starts(b"BM") && head.get(6..10) == Some(&[0; 4]) => {
            FileType::Image(ImageType::Bitmap)
        }
        () if starts(b"\0\0\x01\0") || starts(b"\0\0\x02\0") => FileType::Image(ImageType::Bitmap),
        () if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") => {
            FileType::OtherImage("a TIFF image")
        }
        () if starts(b"IIRO")
            || starts(b"IIRS")
            || starts(b"MMOR")
            || starts(b"IIU\0")
            || starts(b"FUJIFILMCCD-RAW") =>
        {
            FileType::OtherImage("a camera's raw image")
        }
        () if starts(b"\xFF\x0A") || starts(b"\0\0\0\x0CJXL ") => {
            FileType::OtherImage("a JPEG XL image")
        }
        () if starts(b"\0\0\0\x0CjP  ") || starts(b"\xFF\x4F\xFF\x51") => {
            FileType::OtherImage("a JPEG 2000 image")
        }
        () => return None,
    })
}

/// Detects files of boxes (ISO/IEC 14496-12, §4.3). Their brands distinguish images from videos.
fn media(head: &[u8]) -> Option<FileType> {
    let name = head.get(4..8)?;
    if name != b"ftyp" {
        // Old QuickTime files do not have a type box. Text does not contain NUL.
        let is_old = matches!(
            name,
            b"moov" | b"mdat" | b"wide" | b"skip" | b"free" | b"pnot"
        ) && head.contains(&0);
        return is_old.then_some(FileType::Film("a video"));
    }
    let length = u32::from_be_bytes(head.get(..4)?.try_into().ok()?);
    let end = usize::try_from(length)
        .unwrap_or(usize::MAX)
        .min(head.len());
    let brands = head.get(8..end).unwrap_or_default().chunks_exact(4);
    let has = |wanted: &[&[u8]]| brands.clone().any(|brand| wanted.contains(&brand));
    Some(match () {
        () if has(&[b"avif", b"avis"]) => FileType::Image(ImageType::Avif),
        () if has(&[
            b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1",
            b"mif2", b"msf1", b"miaf",
        ]) =>
        {
            FileType::OtherImage("a HEIC image")
        }
        () if has(&[b"crx "]) => FileType::OtherImage("a camera's raw image"),
        () if has(&[b"M4A ", b"M4B ", b"F4A ", b"F4B "]) => FileType::Film("an audio recording"),
        () => FileType::Film("a video"),
    })
}

fn signed(head: &[u8]) -> Option<FileType> {
    const SIGNATURES: [(&[u8], &str); 14] = [
        (b"%PDF-", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or an office document"),
        (b"\x1F\x8B", "a compressed file"),
        (b"7z\xBC\xAF", "an archive"),
        (b"Rar!", "an archive"),
        (b"8BPS", "a Photoshop document"),
        (b"%!PS", "a PostScript document"),
        (b"\xD0\xCF\x11\xE0", "an office document"),
        (b"\x1A\x45\xDF\xA3", "a video"),
        (b"ID3", "an audio recording"),
        (b"OggS", "an audio or video file"),
        (b"fLaC", "an audio recording"),
        (b"wOFF", "a font"),
        (b"wOF2", "a font"),
    ];
    let is_riff = head
        .starts_with(b"RIFF")
        .then_some("an audio or video file");
    let found = SIGNATURES
        .iter()
        .find(|(signature, _)| head.starts_with(signature))
        .map(|(_, name)| *name);
    found.or(is_riff).map(FileType::Other)
}

fn text(head: &[u8]) -> FileType {
    let is_utf16 = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    if !is_utf16 && head.contains(&0) {
        return FileType::Other("a file of another type");
    }
    let plain: Vec<u8> = head
        .iter()
        .copied()
        .filter(|byte| *byte != 0)
        .map(|byte| byte.to_ascii_lowercase())
        .collect();
    let holds = |wanted: &[u8]| plain.windows(wanted.len()).any(|window| window == wanted);
    match () {
        () if holds(b"<!doctype html") || holds(b"<html") => FileType::Other("an HTML page"),
        () if holds(b"<svg") || holds(b":svg") => FileType::Svg,
        () => FileType::Other("text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_distinguished_by_their_bytes() {
        for (bytes, content) in [
            (
                &b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..],
                FileType::OtherImage("a HEIC image"),
            ),
            (
                b"\0\0\0\x1Cftypmif1\0\0\0\0mif1avifmiaf",
                FileType::Image(ImageType::Avif),
            ),
            (
                b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
                FileType::Film("a video"),
            ),
            (b"\0\0\0\x08wide\0\0\0\0mdat", FileType::Film("a video")),
            (b"The moov", FileType::Other("text")),
            (b"II*\0\x08\0\0\0", FileType::OtherImage("a TIFF image")),
            (b"%PDF-1.4\n", FileType::Other("a PDF document")),
            (
                b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>",
                FileType::Svg,
            ),
            (b"<!DOCTYPE html><svg/>", FileType::Other("an HTML page")),
            (b"BMW,price\n1,2\n", FileType::Other("text")),
            (b"", FileType::Other("text")),
        ] {
            assert_eq!(content_of(bytes), content, "{bytes:?}");
        }
    }
}
