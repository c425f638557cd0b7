//! Encodes smaller variants of an image: it is decoded once, rotated upright, scaled and encoded.

use std::io::Cursor;
use std::sync::Mutex;

use fast_image_resize::images::Image;
use fast_image_resize::{PixelType, ResizeOptions, Resizer};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use serde::{Deserialize, Serialize};

use super::{ImageInfo, ImageType, PIXELS_MAX, metadata};

/// The version of the encoding. Increase it when the encoded bytes change, so that cached variants
/// are made again.
pub const VERSION: u32 = 1;

/// Images with more pixels than this are decoded one after the other, to limit memory use.
const PIXELS_AT_ONCE: u64 = 24_000_000;

/// Held while a large image is decoded.
static LARGE: Mutex<()> = Mutex::new(());

/// The format of a variant.
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

/// One variant to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    pub codec: Codec,
    /// The width in pixels.
    pub width: u32,
    /// The quality of lossy encoding, from 1 to 100.
    pub quality: u8,
}

/// Decoded pixels, with three or four bytes each.
struct Pixels {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
    has_alpha: bool,
}

/// Encodes one variant of an image for each recipe.
///
/// # Errors
/// A message when the image cannot be decoded or encoded.
pub fn variants(
    info: &ImageInfo,
    bytes: &[u8],
    recipes: &[Recipe],
) -> Result<Vec<Vec<u8>>, String> {
    let is_large = u64::from(info.width) * u64::from(info.height) > PIXELS_AT_ONCE;
    let _alone = is_large.then(|| {
        LARGE
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    });
    let (pixels, profile) = decode(info, bytes)?;
    let is_exact = matches!(info.format, ImageType::Png | ImageType::Gif);
    recipes
        .iter()
        .map(|recipe| {
            let small = resized(&pixels, recipe.width, info.height_at(recipe.width))?;
            encode(
                small.as_ref().unwrap_or(&pixels),
                recipe,
                is_exact,
                profile.as_deref(),
            )
        })
        .collect()
}

/// Checks whether an image can be decoded.
///
/// # Errors
/// A message when it cannot.
pub fn check(info: &ImageInfo, bytes: &[u8]) -> Result<(), String> {
    decode(info, bytes).map(drop)
}

/// The pixels, rotated upright, and the color profile, unless that is sRGB.
fn decode(info: &ImageInfo, bytes: &[u8]) -> Result<(Pixels, Option<Vec<u8>>), String> {
    let format = match info.format {
        ImageType::Jpeg => ImageFormat::Jpeg,
        ImageType::Png => ImageFormat::Png,
        ImageType::Gif => ImageFormat::Gif,
        _ => ImageFormat::WebP,
    };
    let sound = if info.format == ImageType::Png {
        metadata::stripped(info.format, 1, bytes)
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
            Orientation::from_exif(info.orientation).unwrap_or(Orientation::NoTransforms),
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

/// Whether a color profile is for RGB (ICC.1:2022, §7.2.6) and is not sRGB, which browsers assume
/// anyway.
fn is_display_profile(profile: &[u8]) -> bool {
    let holds = |text: &[u8]| profile.windows(text.len()).any(|window| window == text);
    profile.get(16..20) == Some(b"RGB ") && !holds(b"sRGB") && !holds(b"s\0R\0G\0B")
}

/// The pixels scaled to a size; `None` if they already have it.
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
            // Drawings and screenshots are often smaller without loss; photographs never are.
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
    // AVIF looks like WebP of the same quality with a value that is lower by ten. One thread is
    // enough, because images are encoded in parallel.
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
    Err("this version of Handsel was built without AVIF".to_owned())
}
