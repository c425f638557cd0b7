//! Pictures: what a file's header says, the file without what is nobody's business, and smaller pictures made from it.
//!
//! In go bytes, out come facts ([`Picture`]), cleaned bytes ([`published`]) and encoded ones ([`variants`]). Alone in naming
//! the codecs. No pixel is read before the header was held against the limits, and nothing here knows of pages or paths.

pub mod card;
mod metadata;
mod read;
mod svg;
mod variants;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use variants::{Codec, Recipe, VERSION, check, variants};

/// The most pixels that a picture may unfold to: more than any camera takes, less than a machine's memory holds.
pub const PIXELS_MAX: u64 = 120_000_000;

/// A form in which pictures are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Format {
    Jpeg,
    Png,
    Gif,
    WebP,
    Avif,
    Svg,
}

/// What a picture's file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Picture {
    pub format: Format,
    /// As it is shown: turned as the file says. Zero where that is unknown, as for an SVG without size and `viewBox`.
    pub width: u32,
    pub height: u32,
    /// How the stored pixels are turned (Exif 2.32, tag 0x0112); 1 is not at all.
    pub orientation: u8,
    pub is_animated: bool,
    /// Why nothing can be made from it.
    pub fault: Option<Fault>,
    /// Of an SVG: what runs or loads something, and is taken out.
    pub active: Vec<String>,
}

/// A drawing of nothing, in place of one that may not be given out.
pub const EMPTY_DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"/>";

/// Why a picture cannot be used as one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Fault {
    /// With what the decoder says of it.
    Unreadable(String),
    /// The file ends before the picture does.
    CutShort,
    /// It would unfold to more than [`PIXELS_MAX`].
    TooLarge,
}

impl Format {
    /// Told by a file's name.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" | "jpe" | "jfif" => Format::Jpeg,
            "png" | "apng" => Format::Png,
            "gif" => Format::Gif,
            "webp" => Format::WebP,
            "avif" => Format::Avif,
            "svg" => Format::Svg,
            _ => return None,
        })
    }
}

impl Picture {
    fn plain(format: Format, width: u32, height: u32) -> Self {
        Picture { format, width, height, orientation: 1, is_animated: false, fault: None, active: Vec::new() }
    }

    fn faulty(format: Format, fault: Fault) -> Self {
        Picture { fault: Some(fault), ..Self::plain(format, 0, 0) }
    }

    /// The widths at which it is worth encoding: the wanted ones below its own, and its own up to the largest wanted. What is not
    /// half as wide as the smallest is small already.
    pub fn widths(&self, wanted: &[u32]) -> Vec<u32> {
        let is_encoded = matches!(self.format, Format::Jpeg | Format::Png | Format::Gif | Format::WebP);
        let is_small = wanted.iter().min().is_none_or(|smallest| self.width * 2 < *smallest);
        if !is_encoded || is_small || self.is_animated || self.fault.is_some() {
            return Vec::new();
        }
        let mut widths: Vec<u32> = wanted.iter().copied().filter(|width| *width < self.width).collect();
        if wanted.iter().max().is_some_and(|largest| self.width <= *largest) {
            widths.push(self.width);
        }
        widths
    }

    /// The height that belongs to a width.
    pub fn height_at(&self, width: u32) -> u32 {
        let height = (u64::from(self.height) * u64::from(width) + u64::from(self.width) / 2) / u64::from(self.width.max(1));
        u32::try_from(height).unwrap_or(u32::MAX).max(1)
    }
}

/// Reads a picture's header. `by_name` is the form that its name tells; the bytes have the last word, but for SVG.
pub fn look(by_name: Format, bytes: &[u8]) -> Picture {
    match by_name {
        Format::Svg => svg::look(bytes),
        _ => read::look(by_name, bytes),
    }
}

/// The bytes that readers get of a picture of the content: without where, when and by what it was made, without what is hidden behind
/// its end, and, of an SVG, without scripts and outside references. How it is turned is kept; no pixel changes.
///
/// # Errors
/// Why there is nothing that may be given out.
pub fn published<'a>(picture: &Picture, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, Fault> {
    match picture.format {
        Format::Svg => svg::sanitise(bytes).map(Cow::Owned).map_err(|why| picture.fault.clone().unwrap_or(Fault::Unreadable(why))),
        // Whoever could not read the header does not know what else is in there; the fault is told.
        _ if matches!(picture.fault, Some(Fault::Unreadable(_))) => Ok(Cow::Borrowed(bytes)),
        format => Ok(metadata::stripped(format, picture.orientation, bytes).map_or(Cow::Borrowed(bytes), Cow::Owned)),
    }
}
