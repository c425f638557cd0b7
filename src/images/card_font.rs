//! The bundled font of social cards, Noto Serif: which characters it has, how wide a text is, and
//! the outlines of its letters. See DECISIONS: "The font of social cards".

use std::collections::BTreeSet;
use std::sync::LazyLock;

use tiny_skia::{Path, PathBuilder};
use ttf_parser::gpos::{PairAdjustment, PositioningSubtable};
use ttf_parser::opentype_layout::Lookup;
use ttf_parser::{Face, GlyphId, OutlineBuilder, Tag};

static DATA: &[u8] = include_bytes!("fonts/NotoSerif-Medium.ttf");

static FONT: LazyLock<CardFont> = LazyLock::new(|| {
    let face = Face::parse(DATA, 0).expect("the bundled font is valid");
    let lookups = kerning_lookups(&face);
    CardFont { face, lookups }
});

struct CardFont {
    face: Face<'static>,
    /// The numbers of the lookups with the kerning, in order.
    lookups: BTreeSet<u16>,
}

/// Whether the font has a character.
pub(super) fn has(c: char) -> bool {
    FONT.face.glyph_index(c).is_some()
}

/// The width of a text on one line, in pixels. `size` is the font size in pixels.
pub(super) fn width(text: &str, size: u16) -> f32 {
    FONT.glyphs(text).map(|glyph| glyph.advance).sum::<f32>() * FONT.scale(size)
}

/// The outline of a text on one line, in pixels: `x` is its left edge, `y` its baseline. `None` if
/// it has nothing to draw.
pub(super) fn outline(text: &str, x: f32, y: f32, size: u16) -> Option<Path> {
    let scale = FONT.scale(size);
    let mut pen = OutlinePen {
        path: PathBuilder::new(),
        x,
        y,
        scale,
    };
    for glyph in FONT.glyphs(text) {
        FONT.face.outline_glyph(glyph.id, &mut pen);
        pen.x += glyph.advance * scale;
    }
    pen.path.finish()
}

/// A letter of a text, and how far the next one is from it, in units of the font.
struct PlacedGlyph {
    id: GlyphId,
    advance: f32,
}

impl CardFont {
    fn scale(&self, size: u16) -> f32 {
        f32::from(size) / f32::from(self.face.units_per_em())
    }

    /// The letters of a text, with kerning. Characters that the font lacks are left out.
    fn glyphs<'a>(&'a self, text: &'a str) -> impl Iterator<Item = PlacedGlyph> + 'a {
        let mut ids = text
            .chars()
            .filter_map(|c| self.face.glyph_index(c))
            .peekable();
        std::iter::from_fn(move || {
            let id = ids.next()?;
            let kerning = ids.peek().map_or(0, |next| self.kerning(id, *next));
            let advance = self.face.glyph_hor_advance(id).unwrap_or(0);
            Some(PlacedGlyph {
                id,
                advance: f32::from(advance) + f32::from(kerning),
            })
        })
    }

    /// By how much a pair of letters is closer or wider than their widths say, in units of the
    /// font.
    fn kerning(&self, left: GlyphId, right: GlyphId) -> i16 {
        let Some(gpos) = self.face.tables().gpos else {
            return 0;
        };
        let lookups = self.lookups.iter().filter_map(|at| gpos.lookups.get(*at));
        lookups
            .filter_map(|lookup| pair_adjustment(lookup, left, right))
            .sum()
    }
}

/// The lookups of the feature `kern` in the table `GPOS` (OpenType 1.9, "GPOS — Glyph Positioning
/// Table"), whatever the script.
fn kerning_lookups(face: &Face) -> BTreeSet<u16> {
    let Some(gpos) = face.tables().gpos else {
        return BTreeSet::new();
    };
    let features = gpos.features.into_iter();
    features
        .filter(|feature| feature.tag == Tag::from_bytes(b"kern"))
        .flat_map(|feature| feature.lookup_indices)
        .collect()
}

/// What the first subtable that covers a pair says about it.
fn pair_adjustment(lookup: Lookup, left: GlyphId, right: GlyphId) -> Option<i16> {
    let pairs = lookup.subtables.into_iter::<PositioningSubtable>();
    let mut found = pairs.filter_map(|subtable| match subtable {
        PositioningSubtable::Pair(PairAdjustment::Format1 { coverage, sets }) => {
            sets.get(coverage.get(left)?)?.get(right)
        }
        PositioningSubtable::Pair(PairAdjustment::Format2 {
            coverage,
            classes,
            matrix,
        }) => {
            coverage.get(left)?;
            matrix.get((classes.0.get(left), classes.1.get(right)))
        }
        _ => None,
    });
    found.next().map(|(first, _)| first.x_advance)
}

/// Draws outlines, which a font defines with the y-axis pointing up, at a position in pixels.
struct OutlinePen {
    path: PathBuilder,
    x: f32,
    y: f32,
    scale: f32,
}

impl OutlinePen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for OutlinePen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_kerned() {
        let apart = |left: &str, right: &str| width(left, 92) + width(right, 92);
        assert!(width("To", 92) < apart("T", "o"));
        assert!(width("AV", 92) < apart("A", "V"));
        assert_eq!(width("nn", 92), apart("n", "n"));
    }

    #[test]
    fn an_outline_is_as_wide_as_its_text() {
        let bounds = outline("Give", 100.0, 200.0, 92)
            .expect("four letters")
            .bounds();
        let (left, right) = (bounds.left() - 100.0, bounds.right() - 100.0);
        assert!((0.0..8.0).contains(&left), "{left}");
        assert!((right - width("Give", 92)).abs() < 8.0, "{right}");
        assert!(
            bounds.top() > 200.0 - 92.0 && bounds.bottom() < 204.0,
            "{bounds:?}"
        );
        assert!(outline(" ", 0.0, 0.0, 92).is_none());
    }
}
