//! Reads the headers of raster images: size, orientation, and whether they are animated and
//! complete.

use std::io::Cursor;

use image::codecs::{gif::GifDecoder, jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{ImageDecoder, ImageResult, Limits};

use super::{ImageFault, ImageInfo, ImageType, PIXELS_MAX, metadata};

/// How many bytes a decoder may allocate for everything before the pixels, including the color
/// profile. Real profiles are much smaller.
const HEADER_BYTES_MAX: u64 = 64 << 20;

pub(super) fn read_header(format: ImageType, bytes: &[u8]) -> ImageInfo {
    if format == ImageType::Avif {
        return avif(bytes);
    }
    if !metadata::holds_its_parts(format, bytes) {
        return ImageInfo::invalid_image(format, ImageFault::CutShort);
    }
    match header(format, bytes) {
        Err(error) => ImageInfo::invalid_image(format, ImageFault::Unreadable(error.to_string())),
        Ok(ImageHeader {
            width,
            height,
            orientation,
            is_animated,
        }) => {
            let is_turned = orientation.to_exif() > 4;
            let (width, height) = if is_turned {
                (height, width)
            } else {
                (width, height)
            };
            let fault = match () {
                () if u64::from(width) * u64::from(height) > PIXELS_MAX => {
                    Some(ImageFault::TooLarge)
                }
                () if !metadata::is_whole(format, bytes) => Some(ImageFault::CutShort),
                () => None,
            };
            ImageInfo {
                orientation: orientation.to_exif(),
                is_animated,
                fault,
                ..ImageInfo::plain(format, width, height)
            }
        }
    }
}

struct ImageHeader {
    width: u32,
    height: u32,
    orientation: Orientation,
    is_animated: bool,
}

fn header(format: ImageType, bytes: &[u8]) -> ImageResult<ImageHeader> {
    let of = |decoder: &mut dyn ImageDecoder, is_animated| {
        let ((width, height), orientation) = (
            decoder.dimensions(),
            decoder.orientation().unwrap_or(Orientation::NoTransforms),
        );
        ImageHeader {
            width,
            height,
            orientation,
            is_animated,
        }
    };
    let bytes_read = Cursor::new(bytes);
    Ok(match format {
        ImageType::Jpeg => of(&mut JpegDecoder::new(bytes_read)?, false),
        ImageType::Gif => of(
            &mut GifDecoder::new(bytes_read)?,
            metadata::gif_frames(bytes) > 1,
        ),
        ImageType::WebP => {
            let mut decoder = WebPDecoder::new(bytes_read)?;
            let is_animated = decoder.has_animation();
            of(&mut decoder, is_animated)
        }
        _ => {
            let mut decoder = PngDecoder::with_limits(bytes_read, header_limits())?;
            let is_animated = decoder.is_apng()?;
            of(&mut decoder, is_animated)
        }
    })
}

fn header_limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(HEADER_BYTES_MAX);
    limits
}

/// Whether the color profile of a PNG decompresses to a plausible size. Otherwise it is not passed
/// to a decoder that would decompress it.
pub(super) fn has_sound_profile(png: &[u8]) -> bool {
    let decoder = PngDecoder::with_limits(Cursor::new(png), header_limits());
    decoder.is_ok_and(|mut decoder| matches!(decoder.icc_profile(), Ok(Some(_))))
}

/// Reads only the size of an AVIF: that of its largest item (ISO/IEC 23008-12, §6.5.3), rotated by
/// `irot` (§6.5.10).
fn avif(bytes: &[u8]) -> ImageInfo {
    let head = &bytes[..bytes.len().min(64 << 10)];
    let find = |name: &[u8]| {
        head.windows(4)
            .enumerate()
            .filter(move |(_, window)| *window == name)
            .map(|(at, _)| at + 4)
            .collect::<Vec<_>>()
    };
    let number = |at: usize| {
        head.get(at..at + 4)
            .map(|four| u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
    };
    let sizes = find(b"ispe")
        .into_iter()
        .filter_map(|at| Some((number(at + 4)?, number(at + 8)?)));
    let Some((width, height)) =
        sizes.max_by_key(|(width, height)| u64::from(*width) * u64::from(*height))
    else {
        return ImageInfo::invalid_image(
            ImageType::Avif,
            ImageFault::Unreadable("it does not state a size".to_owned()),
        );
    };
    let is_turned = find(b"irot")
        .first()
        .and_then(|at| head.get(*at))
        .is_some_and(|angle| angle & 1 == 1);
    let (width, height) = if is_turned {
        (height, width)
    } else {
        (width, height)
    };
    ImageInfo::plain(ImageType::Avif, width, height)
}
