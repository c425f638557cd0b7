//! Social cards: images of a page's title, which are shown where its address is shared. A card is
//! drawn as SVG and rendered with a bundled font, Noto Serif, so that it looks the same wherever
//! the site is built. See DECISIONS: "The font of social cards".
//!
//! The title is broken into lines, in the largest size that fits. If the font lacks a letter, no
//! card is made, because it would show empty boxes. Other missing characters, such as emoji, are
//! left out.

use std::sync::{Arc, LazyLock};

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use serde::Serialize;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// The version of the drawing. Increase it when cards change, so that they get new names.
pub const VERSION: u32 = 1;

/// The size in pixels, which all services show without cropping.
pub const WIDTH: u32 = 1200;
pub const HEIGHT: u32 = 630;

static FONT: &[u8] = include_bytes!("fonts/NotoSerif-Medium.ttf");
const FAMILY: &str = "Noto Serif";

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

static FACE: LazyLock<FontRef<'static>> =
    LazyLock::new(|| FontRef::new(FONT).expect("the bundled font is valid"));

/// The text on one line, without other characters that the font lacks; `None` if it lacks a letter
/// or a number.
fn writable(text: &str) -> Option<String> {
    let map = FACE.charmap();
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match map.map(c) {
            _ if c.is_whitespace() || c.is_control() => out.push(' '),
            Some(_) => out.push(c),
            None if c.is_alphanumeric() => return None,
            None => {}
        }
    }
    Some(out.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The width of a text, in pixels.
fn width(text: &str, size: u16) -> f32 {
    let (map, metrics) = (
        FACE.charmap(),
        FACE.glyph_metrics(Size::new(f32::from(size)), LocationRef::default()),
    );
    text.chars()
        .filter_map(|c| metrics.advance_width(map.map(c)?))
        .sum()
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

/// The card as SVG: background, ribbon, kind, title, and the name of the site.
fn drawing(card: &SocialCard) -> String {
    let (lines, size) = fit_title(&card.title);
    let text = |x: f32, y: f32, size: u16, color: &str, text: &str| {
        let text = crate::escape::xml(text);
        format!(
            "<text x=\"{x}\" y=\"{y}\" font-family=\"{FAMILY}\" font-size=\"{size}\" fill=\"{color}\">{text}</text>"
        )
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\">\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fbf7f0\"/>\
         <rect x=\"64\" width=\"10\" height=\"{HEIGHT}\" fill=\"#ad3c0a\"/>\
         <path d=\"M69 558c-20-18-34-17-34-5s13 13 34 5c20-18 34-17 34-5s-13 13-34 5z\" fill=\"none\" stroke=\"#ad3c0a\" stroke-width=\"7\"/>\
         <path d=\"M{LEFT} 528h{ROOM}\" stroke=\"#dfd4c3\" stroke-width=\"2\"/>"
    );
    svg.push_str(&text(
        LEFT,
        108.0,
        34,
        "#ad3c0a",
        &shortened(&card.kind, 34),
    ));
    let step = f32::from(size) * LINE;
    let mut y = TITLE_TOP + f32::from(size);
    for line in &lines {
        svg.push_str(&text(LEFT, y, size, "#241e18", line));
        y += step;
    }
    svg.push_str(&text(
        LEFT,
        582.0,
        36,
        "#5d5246",
        &shortened(&card.site, 36),
    ));
    svg.push_str("</svg>");
    svg
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

/// The card as a PNG.
pub fn draw(card: &SocialCard) -> Vec<u8> {
    static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(FONT.to_vec());
        Arc::new(fonts)
    });
    let options = Options {
        fontdb: Arc::clone(&FONTS),
        ..Options::default()
    };
    let tree = Tree::from_str(&drawing(card), &options).expect("the drawing is valid SVG");
    let mut pixels = Pixmap::new(WIDTH, HEIGHT).expect("neither side is zero");
    resvg::render(&tree, Transform::identity(), &mut pixels.as_mut());
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
