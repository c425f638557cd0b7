//! Pictures: what a file's header says, the file without what is nobody's business, and smaller
//! pictures made from it.
//!
//! In go bytes, out come facts ([`ImageInfo`]), cleaned bytes ([`published`]) and encoded ones
//! ([`variants`]). Alone in naming the codecs. No pixel is read before the header was held against
//! the limits, and nothing here knows of pages or paths.

mod boxes;
pub mod card;
mod content;
mod film;
mod metadata;
mod read;
mod svg;
mod variants;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use content::{FileType, HEAD_BYTES, content_of};
pub use film::{Erased, Erasures, ReadAt, private_parts};
pub use svg::DRAWN_MAX;
pub use variants::{Codec, Recipe, VERSION, check, variants};

/// The most pixels that a picture may unfold to: more than any camera takes, less than a machine's
/// memory holds.
pub const PIXELS_MAX: u64 = 120_000_000;

/// A form in which pictures are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ImageType {
    Jpeg,
    Png,
    Gif,
    WebP,
    Avif,
    Svg,
    /// A bitmap or an icon: shown by browsers, published as it is.
    Bitmap,
}

/// What a picture's file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ImageInfo {
    pub format: ImageType,
    /// As it is shown: turned as the file says. Zero where that is unknown, as for an SVG without
    /// size and `viewBox`.
    pub width: u32,
    pub height: u32,
    /// How the stored pixels are turned (Exif 2.32, tag 0x0112); 1 is not at all.
    pub orientation: u8,
    pub is_animated: bool,
    /// Why nothing can be made from it.
    pub fault: Option<ImageFault>,
    /// Of an SVG: what runs or loads something, and is taken out.
    pub active: Vec<String>,
}

/// A drawing of nothing, in place of one that may not be given out.
pub const EMPTY_DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

/// Why a picture cannot be used as one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ImageFault {
    /// With what the decoder says of it.
    Unreadable(String),
    /// The file ends before the picture does.
    CutShort,
    /// It would unfold to more than [`PIXELS_MAX`].
    TooLarge,
    /// An SVG that draws more elements through references than a browser can draw in good time.
    Unfolds,
    /// It is something else, which the text names.
    NotAnImage(String),
    /// It is an image that browsers do not show, which the text names.
    NotShown(String),
    /// It is a film or a sound recording in which nobody knows what is private.
    UnknownParts,
}

impl ImageType {
    /// Told by a file's name.
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

    /// The widths at which it is worth encoding: the wanted ones below its own, and its own up to
    /// the largest wanted. What is not half as wide as the smallest is small already.
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

    /// The height that belongs to a width.
    pub fn height_at(&self, width: u32) -> u32 {
        let height = (u64::from(self.height) * u64::from(width) + u64::from(self.width) / 2)
            / u64::from(self.width.max(1));
        u32::try_from(height).unwrap_or(u32::MAX).max(1)
    }
}

/// Reads a picture's header. `by_name` is the form that its name tells, if it tells one; the bytes
/// have the last word, but for SVG: browsers take nothing for one that is not named so.
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

/// What is known of a file that is not an image, as its first bytes tell.
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

/// The bytes that readers get of a picture of the content: without where, when and by what it was
/// made, without what is hidden behind its end, and, of an SVG, without scripts and outside
/// references. How it is turned is kept; no pixel changes. What is not a picture is published as it
/// is; a picture whose private parts cannot be found is not published.
///
/// # Errors
/// Why there is nothing that may be given out.
pub fn published<'a>(picture: &ImageInfo, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, ImageFault> {
    let cleaned =
        |cleaned: Option<Vec<u8>>, fault: ImageFault| cleaned.map(Cow::Owned).ok_or(fault);
    match (&picture.fault, picture.format) {
        (Some(ImageFault::NotAnImage(_)), _) | (None, ImageType::Bitmap) => {
            Ok(Cow::Borrowed(bytes))
        }
        (Some(fault @ ImageFault::NotShown(_)), _) => cleaned(boxes::cleaned(bytes), fault.clone()),
        (fault, ImageType::Svg) => svg::sanitise(bytes)
            .map(Cow::Owned)
            .map_err(|why| fault.clone().unwrap_or(why)),
        // Nobody knows what else is in a file whose header cannot be read.
        (Some(fault @ ImageFault::Unreadable(_)), _) => Err(fault.clone()),
        (fault, ImageType::Avif) => cleaned(
            boxes::cleaned(bytes),
            fault.clone().unwrap_or(ImageFault::CutShort),
        ),
        (fault, format) => cleaned(
            metadata::stripped(format, picture.orientation, bytes),
            fault.clone().unwrap_or(ImageFault::CutShort),
        ),
    }
}
