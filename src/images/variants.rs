//! Smaller pictures: decoded once, turned as the file says, made as wide as wanted, and encoded.

use std::io::Cursor;
use std::sync::Mutex;

use fast_image_resize::images::Image;
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use serde::{Deserialize, Serialize};

use super::{ImageInfo, ImageType, PIXELS_MAX, metadata};

/// Counts the ways of encoding: what is remembered of another one does not count.
pub const VERSION: u32 = 1;

/// Pictures of more pixels than this are unfolded one after the other, so that many at once do not
/// fill the memory.
const PIXELS_AT_ONCE: u64 = 24_000_000;

/// Held by whoever unfolds a large picture.
static LARGE: Mutex<()> = Mutex::new(());

/// What pictures are encoded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Codec {
    WebP,
    Avif,
}

impl Codec {
    pub fn extension(self) -> &'static str {
        match self {
            Codec::WebP => "webp",
            Codec::Avif => "avif",
        }
    }
}

/// One picture to be made of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    pub codec: Codec,
    /// In pixels.
    pub width: u32,
    /// 1 to 100.
    pub quality: u8,
}

/// Pixels with three or four bytes each.
struct Pixels {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
    has_alpha: bool,
}

/// Encodes a picture as each recipe says.
///
/// # Errors
/// Why its pixels cannot be read, in words.
pub fn variants(
    picture: &ImageInfo,
    bytes: &[u8],
    recipes: &[Recipe],
) -> Result<Vec<Vec<u8>>, String> {
    let is_large = u64::from(picture.width) * u64::from(picture.height) > PIXELS_AT_ONCE;
    let _alone = is_large.then(|| {
        LARGE
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    });
    let (pixels, profile) = decode(picture, bytes)?;
    let is_exact = matches!(picture.format, ImageType::Png | ImageType::Gif);
    recipes
        .iter()
        .map(|recipe| {
            let small = resized(&pixels, recipe.width, picture.height_at(recipe.width))?;
            encode(
                small.as_ref().unwrap_or(&pixels),
                recipe,
                is_exact,
                profile.as_deref(),
            )
        })
        .collect()
}

/// Whether a picture's pixels can be read.
///
/// # Errors
/// Why not, in words.
pub fn check(picture: &ImageInfo, bytes: &[u8]) -> Result<(), String> {
    decode(picture, bytes).map(drop)
}

/// The pixels, upright, and the colour profile that they are meant by, where it is not the usual
/// one.
fn decode(picture: &ImageInfo, bytes: &[u8]) -> Result<(Pixels, Option<Vec<u8>>), String> {
    let format = match picture.format {
        ImageType::Jpeg => ImageFormat::Jpeg,
        ImageType::Png => ImageFormat::Png,
        ImageType::Gif => ImageFormat::Gif,
        _ => ImageFormat::WebP,
    };
    let sound = if picture.format == ImageType::Png {
        metadata::stripped(picture.format, 1, bytes)
    } else {
        None
    };
    let bytes = sound.as_deref().unwrap_or(bytes);
    let decoded = || -> image::ImageResult<(DynamicImage, Option<Vec<u8>>)> {
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut limits = Limits::default();
        limits.max_alloc = Some(PIXELS_MAX * 8);
        reader.limits(limits);
        let mut decoder = reader.into_decoder()?;
        let profile = decoder
            .icc_profile()
            .ok()
            .flatten()
            .filter(|profile| is_display_profile(profile));
        let mut image = DynamicImage::from_decoder(decoder)?;
        image.apply_orientation(
            Orientation::from_exif(picture.orientation).unwrap_or(Orientation::NoTransforms),
        );
        Ok((image, profile))
    };
    let (image, profile) = decoded().map_err(|error| error.to_string())?;
    let (width, height, has_alpha) = (image.width(), image.height(), image.color().has_alpha());
    let bytes = if has_alpha {
        image.into_rgba8().into_raw()
    } else {
        image.into_rgb8().into_raw()
    };
    Ok((
        Pixels {
            width,
            height,
            bytes,
            has_alpha,
        },
        profile,
    ))
}

/// Whether a colour profile is one of red, green and blue (ICC.1:2022, §7.2.6) and not just sRGB,
/// which browsers take for granted.
fn is_display_profile(profile: &[u8]) -> bool {
    let holds = |text: &[u8]| profile.windows(text.len()).any(|window| window == text);
    profile.get(16..20) == Some(b"RGB ") && !holds(b"sRGB") && !holds(b"s\0R\0G\0B")
}

/// `None` when it is that large already.
fn resized(pixels: &Pixels, width: u32, height: u32) -> Result<Option<Pixels>, String> {
    if (width, height) == (pixels.width, pixels.height) {
        return Ok(None);
    }
    let pixel_type = if pixels.has_alpha {
        PixelType::U8x4
    } else {
        PixelType::U8x3
    };
    let source = fast_image_resize::images::ImageRef::new(
        pixels.width,
        pixels.height,
        &pixels.bytes,
        pixel_type,
    );
    let source = source.map_err(|error| error.to_string())?;
    let mut small = Image::new(width, height, pixel_type);
    Resizer::new()
        .resize(&source, &mut small, &ResizeOptions::new())
        .map_err(|error| error.to_string())?;
    Ok(Some(Pixels {
        width,
        height,
        bytes: small.into_vec(),
        has_alpha: pixels.has_alpha,
    }))
}

fn encode(
    pixels: &Pixels,
    recipe: &Recipe,
    is_exact: bool,
    profile: Option<&[u8]>,
) -> Result<Vec<u8>, String> {
    match recipe.codec {
        Codec::WebP => {
            let lossy = webp(pixels, recipe.quality, false)?;
            // Drawings and screens are often smaller where nothing is lost; photographs never are.
            let exact = if is_exact {
                Some(webp(pixels, 75, true)?)
            } else {
                None
            };
            let best = exact
                .filter(|exact| exact.len() <= lossy.len())
                .unwrap_or(lossy);
            Ok(match profile {
                Some(profile) => {
                    metadata::with_profile(&best, profile, pixels.width, pixels.height)
                }
                None => best,
            })
        }
        Codec::Avif => avif(pixels, recipe.quality),
    }
}

fn webp(pixels: &Pixels, quality: u8, is_exact: bool) -> Result<Vec<u8>, String> {
    let encoder = if pixels.has_alpha {
        webp::Encoder::from_rgba(&pixels.bytes, pixels.width, pixels.height)
    } else {
        webp::Encoder::from_rgb(&pixels.bytes, pixels.width, pixels.height)
    };
    let encoded = encoder
        .encode_simple(is_exact, f32::from(quality))
        .map_err(|error| format!("{error:?}"))?;
    Ok(encoded.to_vec())
}

#[cfg(feature = "avif")]
fn avif(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, String> {
    use ravif::{Encoder, Img, RGB8, RGBA8};

    let (width, height) = (pixels.width as usize, pixels.height as usize);
    // The same number means less loss for AVIF than for WebP: ten less look alike. One thread:
    // pictures are made beside each other.
    let encoder = Encoder::new()
        .with_quality(f32::from(quality.saturating_sub(10).max(1)))
        .with_speed(6)
        .with_num_threads(Some(1));
    let encoded = if pixels.has_alpha {
        let colors: Vec<RGBA8> = pixels
            .bytes
            .chunks_exact(4)
            .map(|four| RGBA8::new(four[0], four[1], four[2], four[3]))
            .collect();
        encoder.encode_rgba(Img::new(&colors, width, height))
    } else {
        let colors: Vec<RGB8> = pixels
            .bytes
            .chunks_exact(3)
            .map(|three| RGB8::new(three[0], three[1], three[2]))
            .collect();
        encoder.encode_rgb(Img::new(&colors, width, height))
    };
    encoded
        .map(|encoded| encoded.avif_file)
        .map_err(|error| error.to_string())
}

#[cfg(not(feature = "avif"))]
fn avif(_: &Pixels, _: u8) -> Result<Vec<u8>, String> {
    Err("this Handsel was built without AVIF".to_owned())
}
