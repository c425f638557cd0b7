//! Social cards: images of a page's title, which are shown where its address is shared. The bundled
//! font makes a card look the same wherever the site is built.
//!
//! The title is broken into lines, in the largest size that fits. If the font lacks a letter, no
//! card is made, because it would show empty boxes. Other missing characters, such as emoji, are
//! left out.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use serde::Serialize;
use tiny_skia::{
    Color, FillRule, Paint, Path, PathBuilder, Pixmap, PixmapMut, Rect, Stroke, Transform,
};
use unicode_normalization::UnicodeNormalization;

use super::card_font;
use super::card_font::width;

/// The version of the drawing. Increase it when cards change, so that they get new names.
pub const VERSION: u32 = 2;

/// The size in pixels, which all services show without cropping.
pub const WIDTH: u32 = 1200;
pub const HEIGHT: u32 = 630;

/// The colors, as red, green and blue.
const BACKGROUND: [u8; 3] = [0xfb, 0xf7, 0xf0];
const ACCENT: [u8; 3] = [0xad, 0x3c, 0x0a];
const RULE: [u8; 3] = [0xdf, 0xd4, 0xc3];
const TITLE: [u8; 3] = [0x24, 0x1e, 0x18];
const SITE: [u8; 3] = [0x5d, 0x52, 0x46];

/// The left edge and the width of the text, in pixels.
const LEFT: f32 = 120.0;
const ROOM: f32 = 980.0;

/// The font sizes of titles, in pixels. The largest that fits between the top and the bottom is
/// used.
const SIZES: [u16; 8] = [92, 84, 76, 68, 60, 54, 48, 42];
const TITLE_TOP: f32 = 150.0;
const TITLE_BOTTOM: f32 = 500.0;
const LINE: f32 = 1.22;

/// The texts of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SocialCard {
    pub title: String,
    /// The label of the page's kind, in the page's language.
    pub kind: String,
    pub site: String,
}

impl SocialCard {
    /// A card with the characters of these texts that the font has; `None` if it lacks letters.
    pub fn new(title: &str, kind: &str, site: &str) -> Option<Self> {
        Some(SocialCard {
            title: writable(title)?,
            kind: writable(kind)?,
            site: writable(site)?,
        })
        .filter(|card| !card.title.is_empty())
    }
}

/// The text on one line, without other characters that the font lacks; `None` if it lacks a letter
/// or a number. Accents become part of their letters where Unicode has such a letter.
fn writable(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for c in text.nfc() {
        match c {
            _ if c.is_whitespace() || c.is_control() => out.push(' '),
            _ if card_font::has(c) => out.push(c),
            _ if c.is_alphanumeric() => return None,
            _ => {}
        }
    }
    Some(out.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The lines of the title and the largest size at which they fit. If none fits, the title is cut
/// off with an ellipsis at the smallest size.
fn fit_title(title: &str) -> (Vec<String>, u16) {
    let most = |size: u16| ((TITLE_BOTTOM - TITLE_TOP) / (f32::from(size) * LINE)) as usize;
    for size in SIZES {
        let lines = broken(title, size);
        if lines.len() <= most(size) {
            return (lines, size);
        }
    }
    let last = SIZES[SIZES.len() - 1];
    let mut lines = broken(title, last);
    lines.truncate(most(last));
    if let Some(end) = lines.last_mut() {
        while width(end, last) + width("…", last) > ROOM {
            end.pop();
        }
        *end = format!("{}…", end.trim_end());
    }
    (lines, last)
}

/// The lines of the title. It is broken between words, and within words that are wider than a line.
fn broken(title: &str, size: u16) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in title.split(' ') {
        let line = lines.last_mut().expect("there is always one");
        let with = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if width(&with, size) <= ROOM {
            *line = with;
            continue;
        }
        if !line.is_empty() {
            lines.push(String::new());
        }
        for c in word.chars() {
            let line = lines.last_mut().expect("there is always one");
            if width(line, size) + width(c.encode_utf8(&mut [0; 4]), size) > ROOM {
                lines.push(String::new());
            }
            lines.last_mut().expect("there is always one").push(c);
        }
    }
    lines
}

/// The first line of a text, with an ellipsis if there are more.
fn shortened(text: &str, size: u16) -> String {
    let mut lines = broken(text, size);
    if lines.len() == 1 {
        lines.remove(0)
    } else {
        format!("{}…", lines.remove(0).trim_end())
    }
}

/// A card that is being drawn.
struct Canvas<'a> {
    pixels: PixmapMut<'a>,
}

impl Canvas<'_> {
    fn rectangle(&mut self, x: f32, y: f32, width: f32, height: f32, color: [u8; 3]) {
        let rectangle = Rect::from_xywh(x, y, width, height).expect("both sides are positive");
        self.pixels
            .fill_rect(rectangle, &paint(color), Transform::identity(), None);
    }

    /// Writes one line. `y` is its baseline.
    fn text(&mut self, y: f32, size: u16, color: [u8; 3], text: &str) {
        if let Some(outline) = card_font::outline(text, LEFT, y, size) {
            self.pixels.fill_path(
                &outline,
                &paint(color),
                FillRule::Winding,
                Transform::identity(),
                None,
            );
        }
    }

    /// Draws the ends of the ribbon's bow.
    fn bow(&mut self) {
        let stroke = Stroke {
            width: 7.0,
            ..Stroke::default()
        };
        self.pixels
            .stroke_path(&bow(), &paint(ACCENT), &stroke, Transform::identity(), None);
    }
}

fn paint(color: [u8; 3]) -> Paint<'static> {
    let [red, green, blue] = color;
    let mut paint = Paint::default();
    paint.set_color(Color::from_rgba8(red, green, blue, u8::MAX));
    paint
}

fn bow() -> Path {
    let mut path = PathBuilder::new();
    path.move_to(69.0, 558.0);
    path.cubic_to(49.0, 540.0, 35.0, 541.0, 35.0, 553.0);
    path.cubic_to(35.0, 565.0, 48.0, 566.0, 69.0, 558.0);
    path.cubic_to(89.0, 540.0, 103.0, 541.0, 103.0, 553.0);
    path.cubic_to(103.0, 565.0, 90.0, 566.0, 69.0, 558.0);
    path.close();
    path.finish().expect("the curves are not empty")
}

/// Draws background, ribbon, kind, title, and the name of the site.
fn draw_on(canvas: &mut Canvas, card: &SocialCard) {
    let (full_width, full_height) = (WIDTH as f32, HEIGHT as f32);
    canvas.rectangle(0.0, 0.0, full_width, full_height, BACKGROUND);
    canvas.rectangle(64.0, 0.0, 10.0, full_height, ACCENT);
    canvas.bow();
    canvas.rectangle(LEFT, 527.0, ROOM, 2.0, RULE);
    canvas.text(108.0, 34, ACCENT, &shortened(&card.kind, 34));
    let (lines, size) = fit_title(&card.title);
    let mut y = TITLE_TOP + f32::from(size);
    for line in &lines {
        canvas.text(y, size, TITLE, line);
        y += f32::from(size) * LINE;
    }
    canvas.text(582.0, 36, SITE, &shortened(&card.site, 36));
}

/// The card as a PNG.
pub fn draw(card: &SocialCard) -> Vec<u8> {
    let mut pixels = Pixmap::new(WIDTH, HEIGHT).expect("neither side is zero");
    let mut canvas = Canvas {
        pixels: pixels.as_mut(),
    };
    draw_on(&mut canvas, card);
    // The background covers everything, so alpha can be dropped.
    let colors: Vec<u8> = pixels
        .data()
        .chunks_exact(4)
        .flat_map(|four| [four[0], four[1], four[2]])
        .collect();
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::Adaptive)
        .write_image(&colors, WIDTH, HEIGHT, ExtendedColorType::Rgb8)
        .expect("writing to memory does not fail");
    png
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_broken_and_fitted() {
        let short = fit_title("Give first");
        assert_eq!((short.0.len(), short.1), (1, SIZES[0]));
        for title in [
            "Ein Titel, der etwas länger ist, als man es sich wünscht, und doch noch ganz auf die Karte passt",
            &"Donaudampfschifffahrt".repeat(12),
            &"word ".repeat(300),
        ] {
            let (lines, size) = fit_title(title.trim());
            assert!(
                lines.iter().all(|line| width(line, size) <= ROOM),
                "{lines:?}"
            );
            assert!(lines.len() as f32 * f32::from(size) * LINE <= TITLE_BOTTOM - TITLE_TOP + 1.0);
        }
        assert!(
            fit_title(&"word ".repeat(300))
                .0
                .last()
                .is_some_and(|line| line.ends_with('…'))
        );
    }

    #[test]
    fn what_the_font_lacks() {
        let of = |title: &str| SocialCard::new(title, "Guide", "Site").map(|card| card.title);
        assert_eq!(
            of("Ξένος & друг\n naïve 🎁"),
            Some("Ξένος & друг naïve".to_owned())
        );
        assert_eq!(of("贈り物"), None);
        assert_eq!(of("هدية"), None);
        assert_eq!(of("🎁"), None);
    }

    #[test]
    fn a_card_is_a_picture_of_its_text() {
        let card =
            |title: &str| draw(&SocialCard::new(title, "Guide", "Site").expect("Latin letters"));
        let one = card("Give <first> & last");
        let seen = super::super::read_header(super::super::ImageType::Png, &one);
        assert_eq!((seen.width, seen.height, seen.fault), (WIDTH, HEIGHT, None));
        assert_eq!(one, card("Give <first> & last"));
        assert_ne!(one, card("Give <second> & last"));
        assert!(one.len() < 120_000, "{} bytes", one.len());
    }
}
