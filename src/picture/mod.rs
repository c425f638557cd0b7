//! Pictures: what a file's header says, the file without what is nobody's business, and smaller
//! pictures made from it.
//!
//! In go bytes, out come facts ([`Picture`]), cleaned bytes ([`published`]) and encoded ones
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

pub use content::{Content, HEAD_BYTES, content_of};
pub use film::{Erased, Erasures, ReadAt, private_parts};
pub use svg::DRAWN_MAX;
pub use variants::{Codec, Recipe, VERSION, check, variants};

/// The most pixels that a picture may unfold to: more than any camera takes, less than a machine's
/// memory holds.
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
    /// A bitmap or an icon: shown by browsers, published as it is.
    Bitmap,
}

/// What a picture's file says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Picture {
    pub format: Format,
    /// As it is shown: turned as the file says. Zero where that is unknown, as for an SVG without
    /// size and `viewBox`.
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
    /// An SVG that draws more elements through references than a browser can draw in good time.
    Unfolds,
    /// It is something else, which the text names.
    NotAnImage(String),
    /// It is an image that browsers do not show, which the text names.
    NotShown(String),
    /// It is a film or a sound recording in which nobody knows what is private.
    UnknownParts,
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
            "bmp" | "ico" => Format::Bitmap,
            _ => return None,
        })
    }
}

impl Picture {
    fn plain(format: Format, width: u32, height: u32) -> Self {
        Picture {
            format,
            width,
            height,
            orientation: 1,
            is_animated: false,
            fault: None,
            active: Vec::new(),
        }
    }

    fn faulty(format: Format, fault: Fault) -> Self {
        Picture {
            fault: Some(fault),
            ..Self::plain(format, 0, 0)
        }
    }

    /// The widths at which it is worth encoding: the wanted ones below its own, and its own up to
    /// the largest wanted. What is not half as wide as the smallest is small already.
    pub fn widths(&self, wanted: &[u32]) -> Vec<u32> {
        let is_encoded = matches!(
            self.format,
            Format::Jpeg | Format::Png | Format::Gif | Format::WebP
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
pub fn look(by_name: impl Into<Option<Format>>, bytes: &[u8]) -> Picture {
    let by_name = by_name.into();
    match content_of(bytes) {
        _ if by_name == Some(Format::Svg) => svg::look(bytes),
        Content::Image(Format::Bitmap) => Picture::plain(Format::Bitmap, 0, 0),
        Content::Image(format) => read::look(format, bytes),
        _ if bytes.is_empty() => {
            Picture::faulty(by_name.unwrap_or(Format::Bitmap), Fault::CutShort)
        }
        other => other_content(by_name, other),
    }
}

/// What is known of a file that is not an image, as its first bytes tell.
pub fn other_content(by_name: Option<Format>, content: Content) -> Picture {
    let fault = match content {
        Content::OtherImage(name) => Fault::NotShown(name.to_owned()),
        Content::Film(name) | Content::Other(name) => Fault::NotAnImage(name.to_owned()),
        Content::Image(_) | Content::Svg => {
            Fault::NotAnImage("SVG whose name does not end in `.svg`".to_owned())
        }
    };
    Picture::faulty(by_name.unwrap_or(Format::Bitmap), fault)
}

/// The bytes that readers get of a picture of the content: without where, when and by what it was
/// made, without what is hidden behind its end, and, of an SVG, without scripts and outside
/// references. How it is turned is kept; no pixel changes. What is not a picture is published as it
/// is; a picture whose private parts cannot be found is not published.
///
/// # Errors
/// Why there is nothing that may be given out.
pub fn published<'a>(picture: &Picture, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, Fault> {
    let cleaned = |cleaned: Option<Vec<u8>>, fault: Fault| cleaned.map(Cow::Owned).ok_or(fault);
    match (&picture.fault, picture.format) {
        (Some(Fault::NotAnImage(_)), _) | (None, Format::Bitmap) => Ok(Cow::Borrowed(bytes)),
        (Some(fault @ Fault::NotShown(_)), _) => cleaned(boxes::cleaned(bytes), fault.clone()),
        (fault, Format::Svg) => svg::sanitise(bytes)
            .map(Cow::Owned)
            .map_err(|why| fault.clone().unwrap_or(why)),
        // Nobody knows what else is in a file whose header cannot be read.
        (Some(fault @ Fault::Unreadable(_)), _) => Err(fault.clone()),
        (fault, Format::Avif) => cleaned(
            boxes::cleaned(bytes),
            fault.clone().unwrap_or(Fault::CutShort),
        ),
        (fault, format) => cleaned(
            metadata::stripped(format, picture.orientation, bytes),
            fault.clone().unwrap_or(Fault::CutShort),
        ),
    }
}
