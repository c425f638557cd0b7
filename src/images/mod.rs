//! Images: reads their headers, removes private data, and encodes smaller variants.
//!
//! From the bytes of a file come facts ([`ImageInfo`]), cleaned bytes ([`published`]) and encoded
//! variants ([`variants`]). Only this module uses the codecs. The header is checked against the
//! limits before pixels are decoded. Nothing here depends on pages or paths.

mod boxes;
pub mod card;
mod card_font;
mod content;
mod film;
mod metadata;
mod read;
mod svg;
mod variants;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use content::{FileType, HEAD_BYTES, content_of};
pub use film::{ErasingReader, Erasures, ReadAt, private_parts};
pub use svg::DRAWN_MAX;
pub use variants::{Codec, Recipe, VERSION, check, variants};

/// The most pixels that an image may decode to: more than cameras take, and few enough to fit into
/// memory.
pub const PIXELS_MAX: u64 = 120_000_000;

/// The format of an image file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ImageType {
    Jpeg,
    Png,
    Gif,
    WebP,
    Avif,
    Svg,
    /// A BMP or an icon, which browsers show and which is published unchanged.
    Bitmap,
}

/// What the header of an image file says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ImageInfo {
    pub format: ImageType,
    /// The width in pixels as the image is shown, with its orientation applied. Zero if it is
    /// unknown, as for an SVG without a size and a `viewBox`.
    pub width: u32,
    /// The height in pixels, like `width`.
    pub height: u32,
    /// The orientation of the stored pixels (Exif 2.32, tag 0x0112); 1 is upright.
    pub orientation: u8,
    pub is_animated: bool,
    /// Why the file cannot be used as an image.
    pub fault: Option<ImageFault>,
    /// For an SVG, descriptions of parts that run or load something, which are removed.
    pub active: Vec<String>,
}

/// An empty SVG, which is published in place of one that cannot be.
pub const EMPTY_DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

/// Why a file cannot be used as an image.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ImageFault {
    /// The file cannot be decoded; with the decoder's message.
    Unreadable(String),
    /// The file ends before the image is complete.
    CutShort,
    /// It would decode to more than [`PIXELS_MAX`].
    TooLarge,
    /// An SVG that draws more than [`DRAWN_MAX`] elements through references, which is too slow for
    /// browsers.
    DrawsTooMuch,
    /// It is another type of file, which the text names.
    NotAnImage(String),
    /// It is an image of a format that browsers do not show, which the text names.
    NotShown(String),
    /// It is a video or an audio recording whose private parts cannot be found.
    UnknownParts,
}

impl ImageType {
    /// The format that a file's name indicates.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" | "jpe" | "jfif" => ImageType::Jpeg,
            "png" | "apng" => ImageType::Png,
            "gif" => ImageType::Gif,
            "webp" => ImageType::WebP,
            "avif" => ImageType::Avif,
            "svg" => ImageType::Svg,
            "bmp" | "ico" => ImageType::Bitmap,
            _ => return None,
        })
    }
}

impl ImageInfo {
    fn plain(format: ImageType, width: u32, height: u32) -> Self {
        ImageInfo {
            format,
            width,
            height,
            orientation: 1,
            is_animated: false,
            fault: None,
            active: Vec::new(),
        }
    }

    fn invalid_image(format: ImageType, fault: ImageFault) -> Self {
        ImageInfo {
            fault: Some(fault),
            ..Self::plain(format, 0, 0)
        }
    }

    /// The widths at which variants are worth encoding: the wanted ones that are smaller than the
    /// image, and the image's own width if it is not larger than the largest wanted. Empty if the
    /// image is less than half as wide as the smallest.
    pub fn widths(&self, wanted: &[u32]) -> Vec<u32> {
        let is_encoded = matches!(
            self.format,
            ImageType::Jpeg | ImageType::Png | ImageType::Gif | ImageType::WebP
        );
        let is_small = wanted
            .iter()
            .min()
            .is_none_or(|smallest| self.width * 2 < *smallest);
        if !is_encoded || is_small || self.is_animated || self.fault.is_some() {
            return Vec::new();
        }
        let mut widths: Vec<u32> = wanted
            .iter()
            .copied()
            .filter(|width| *width < self.width)
            .collect();
        if wanted
            .iter()
            .max()
            .is_some_and(|largest| self.width <= *largest)
        {
            widths.push(self.width);
        }
        widths
    }

    /// The height of the image when it is scaled to a width.
    pub fn height_at(&self, width: u32) -> u32 {
        let height = (u64::from(self.height) * u64::from(width) + u64::from(self.width) / 2)
            / u64::from(self.width.max(1));
        u32::try_from(height).unwrap_or(u32::MAX).max(1)
    }
}

/// Reads the header of an image. `by_name` is the format that its name indicates. The bytes take
/// precedence, except for SVG, because browsers only accept an SVG that is named as one.
pub fn read_header(by_name: impl Into<Option<ImageType>>, bytes: &[u8]) -> ImageInfo {
    let by_name = by_name.into();
    match content_of(bytes) {
        _ if by_name == Some(ImageType::Svg) => svg::read_size(bytes),
        FileType::Image(ImageType::Bitmap) => ImageInfo::plain(ImageType::Bitmap, 0, 0),
        FileType::Image(format) => read::read_header(format, bytes),
        _ if bytes.is_empty() => {
            ImageInfo::invalid_image(by_name.unwrap_or(ImageType::Bitmap), ImageFault::CutShort)
        }
        other => other_content(by_name, other),
    }
}

/// The result for a file that is not an image, according to its first bytes.
pub fn other_content(by_name: Option<ImageType>, content: FileType) -> ImageInfo {
    let fault = match content {
        FileType::OtherImage(name) => ImageFault::NotShown(name.to_owned()),
        FileType::Film(name) | FileType::Other(name) => ImageFault::NotAnImage(name.to_owned()),
        FileType::Image(_) | FileType::Svg => {
            ImageFault::NotAnImage("SVG whose name does not end in `.svg`".to_owned())
        }
    };
    ImageInfo::invalid_image(by_name.unwrap_or(ImageType::Bitmap), fault)
}

/// The bytes of an image that are published. They do not say where, when and with what device it
/// was made, contain no data after its end, and for an SVG no scripts and external references. The
/// orientation and the pixels do not change. A file that is not an image is published unchanged. An
/// image whose private parts cannot be found is not published.
///
/// # Errors
/// Why the file is not published.
pub fn published<'a>(info: &ImageInfo, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, ImageFault> {
    let cleaned =
        |cleaned: Option<Vec<u8>>, fault: ImageFault| cleaned.map(Cow::Owned).ok_or(fault);
    match (&info.fault, info.format) {
        (Some(ImageFault::NotAnImage(_)), _) | (None, ImageType::Bitmap) => {
            Ok(Cow::Borrowed(bytes))
        }
        (Some(fault @ ImageFault::NotShown(_)), _) => cleaned(boxes::cleaned(bytes), fault.clone()),
        (fault, ImageType::Svg) => svg::sanitize(bytes)
            .map(Cow::Owned)
            .map_err(|why| fault.clone().unwrap_or(why)),
        // If the header cannot be read, the file may contain anything.
        (Some(fault @ ImageFault::Unreadable(_)), _) => Err(fault.clone()),
        (fault, ImageType::Avif) => cleaned(
            boxes::cleaned(bytes),
            fault.clone().unwrap_or(ImageFault::CutShort),
        ),
        (fault, format) => cleaned(
            metadata::stripped(format, info.orientation, bytes),
            fault.clone().unwrap_or(ImageFault::CutShort),
        ),
    }
}
