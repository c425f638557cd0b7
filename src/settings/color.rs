//! The colors of the theme: parses `#0a6b5e`, measures the contrast of two colors, and makes a
//! color lighter or darker until it is readable.
//!
//! Contrast follows WCAG 2.2 (§ 1.4.3, relative luminance of sRGB). Lightness is changed in Oklab,
//! which keeps the hue.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An opaque color in sRGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Color {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
}

/// The number of steps between black and white that are searched for a readable shade, which is
/// finer than eight bits can distinguish.
const STEPS: u32 = 512;

impl Color {
    pub const BLACK: Color = Color {
        red: 0,
        green: 0,
        blue: 0,
    };
    pub const WHITE: Color = Color {
        red: 255,
        green: 255,
        blue: 255,
    };

    /// Parses `#0a6b5e` or `#0bd`. The `#` may be missing, because it begins a comment in YAML.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.strip_prefix('#').unwrap_or(text);
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let number = u32::from_str_radix(digits, 16).ok()?;
        let [_, red, green, blue] = match digits.len() {
            6 => number.to_be_bytes(),
            3 => [
                0,
                (number >> 8 & 0xf) as u8 * 17,
                (number >> 4 & 0xf) as u8 * 17,
                (number & 0xf) as u8 * 17,
            ],
            _ => return None,
        };
        Some(Self { red, green, blue })
    }

    /// Returns the relative luminance, from 0 (black) to 1 (white).
    pub fn luminance(self) -> f64 {
        let [red, green, blue] = self.linear();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// Returns the contrast ratio, from 1 (equal colors) to 21 (black on white).
    pub fn contrast(self, other: Color) -> f64 {
        let (one, two) = (self.luminance() + 0.05, other.luminance() + 0.05);
        one.max(two) / one.min(two)
    }

    /// Returns the lowest contrast with any of these colors.
    pub fn contrast_with_all(self, others: &[Color]) -> f64 {
        others
            .iter()
            .map(|other| self.contrast(*other))
            .fold(f64::INFINITY, f64::min)
    }

    /// Returns this color mixed with a share (0 to 1) of another, as CSS mixes in sRGB.
    pub fn with(self, other: Color, share: f64) -> Self {
        let mix = |one: u8, two: u8| {
            byte(f64::from(one) / 255.0 * (1.0 - share) + f64::from(two) / 255.0 * share)
        };
        Self {
            red: mix(self.red, other.red),
            green: mix(self.green, other.green),
            blue: mix(self.blue, other.blue),
        }
    }

    /// Returns the nearest shade of this hue that has this contrast with all backgrounds; the color
    /// itself if it has. If no shade has it, the result is black or white.
    pub fn readable_on(self, backgrounds: &[Color], contrast: f64) -> Self {
        if self.contrast_with_all(backgrounds) >= contrast {
            return self;
        }
        // Above this luminance, black has more contrast than white.
        let light = backgrounds
            .iter()
            .filter(|background| background.luminance() > 0.179)
            .count();
        let is_darker = light * 2 >= backgrounds.len();
        let [lightness, a, b] = self.oklab();
        let end = if is_darker { 0.0 } else { 1.0 };
        let shade = |step: u32| {
            let way = f64::from(step) / f64::from(STEPS);
            Self::from_oklab([
                lightness + (end - lightness) * way,
                a * (1.0 - way / 2.0),
                b * (1.0 - way / 2.0),
            ])
        };
        let found = (1..STEPS)
            .map(shade)
            .find(|shade| shade.contrast_with_all(backgrounds) >= contrast);
        found.unwrap_or(if is_darker { Self::BLACK } else { Self::WHITE })
    }

    fn linear(self) -> [f64; 3] {
        [self.red, self.green, self.blue].map(|channel| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    fn from_linear(linear: [f64; 3]) -> Self {
        let [red, green, blue] = linear.map(|value| {
            let value = value.clamp(0.0, 1.0);
            byte(if value <= 0.003_130_8 {
                value * 12.92
            } else {
                1.055 * value.powf(1.0 / 2.4) - 0.055
            })
        });
        Self { red, green, blue }
    }

    /// Returns lightness, green to red, and blue to yellow (Björn Ottosson's Oklab, as CSS Color 4
    /// defines it).
    fn oklab(self) -> [f64; 3] {
        let cones = product(&LINEAR_TO_CONES, self.linear()).map(f64::cbrt);
        product(&CONES_TO_LAB, cones)
    }

    fn from_oklab(lab: [f64; 3]) -> Self {
        let cones = product(&LAB_TO_CONES, lab).map(|value| value.powi(3));
        Self::from_linear(product(&CONES_TO_LINEAR, cones))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

type Matrix = [[f64; 3]; 3];

const LINEAR_TO_CONES: Matrix = [
    [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
    [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
    [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
];
const CONES_TO_LAB: Matrix = [
    [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
    [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
    [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
];
const LAB_TO_CONES: Matrix = [
    [1.0, 0.396_337_777_4, 0.215_803_757_3],
    [1.0, -0.105_561_345_8, -0.063_854_172_8],
    [1.0, -0.089_484_177_5, -1.291_485_548_0],
];
const CONES_TO_LINEAR: Matrix = [
    [4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2],
    [-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5],
    [-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701_0],
];

fn product(matrix: &Matrix, [x, y, z]: [f64; 3]) -> [f64; 3] {
    matrix.map(|[a, b, c]| a * x + b * y + c * z)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is clamped to the range of a byte"
)]
fn byte(value: f64) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        Color::parse(text).expect("a color")
    }

    #[test]
    fn colors_are_read_and_written() {
        for (text, expected) in [
            ("#0a6b5e", "#0a6b5e"),
            ("0A6B5E", "#0a6b5e"),
            ("#0bd", "#00bbdd"),
            (" 123456 ", "#123456"),
        ] {
            assert_eq!(color(text).to_string(), expected);
        }
        for text in [
            "",
            "#",
            "#12345",
            "teal",
            "#gggggg",
            "rgb(0 0 0)",
            "+12345",
            "#1234567",
        ] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        assert!((Color::BLACK.contrast(Color::WHITE) - 21.0).abs() < 0.001);
        // The lightest grey that has 4.5 : 1 on white, and the next one, as published by WebAIM.
        assert!(color("#767676").contrast(Color::WHITE) >= 4.5);
        assert!(color("#777777").contrast(Color::WHITE) < 4.5);
    }

    #[test]
    fn any_color_gets_a_readable_shade_of_its_hue() {
        let (light, dark) = (
            [color("#fbf7f0"), color("#f3ecdf")],
            [color("#211c18"), color("#181411")],
        );
        for text in [
            "#ffcc00", "#ff0000", "#00ff00", "#0000ff", "#777777", "#ffffff", "#000000", "#0a6b5e",
            "#f29a6b", "#ad3c0a",
        ] {
            for backgrounds in [light, dark] {
                let shade = color(text).readable_on(&backgrounds, 4.5);
                assert!(
                    shade.contrast_with_all(&backgrounds) >= 4.5,
                    "{text} became {shade}"
                );
                assert!(
                    shade.contrast_with_all(&backgrounds) < 4.7 || shade == color(text),
                    "{text} went too far, to {shade}"
                );
            }
        }
        let shade = color("#ffcc00").readable_on(&light, 4.5);
        assert!(
            shade.red > shade.green && shade.green > shade.blue,
            "a yellow stays one: {shade}"
        );
    }
}
