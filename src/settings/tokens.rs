//! The theme's design tokens that a site may set: CSS custom properties, each with its purpose and
//! its default value.
//!
//! `static/css/site.css` begins with the same values, which a test verifies. The manual's table is
//! generated from this list.

use std::fmt::Write;

use super::color::Color;
use crate::renamed::{self, NameKind};

/// The type of a token's value, and the contrast that it requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A color that is used behind text.
    Background,
    /// A color of text, with a contrast of 4.5 : 1 on every background.
    Text,
    /// A color for the edges of fields and buttons, with a contrast of 3 : 1 on every background.
    Edge,
    /// A color of dividing lines.
    Line,
    /// A length, a number, a font family or any other CSS value.
    Value,
}

/// A design token; its name is without the two leading hyphens.
#[derive(Clone, Copy, Debug)]
pub struct ThemeToken {
    pub name: &'static str,
    pub kind: TokenKind,
    /// The light and the dark value of a color; otherwise twice the same value.
    pub default: [&'static str; 2],
    pub about: &'static str,
}

const fn color(
    name: &'static str,
    kind: TokenKind,
    light: &'static str,
    dark: &'static str,
    about: &'static str,
) -> ThemeToken {
    ThemeToken {
        name,
        kind,
        default: [light, dark],
        about,
    }
}

const fn value(name: &'static str, default: &'static str, about: &'static str) -> ThemeToken {
    ThemeToken {
        name,
        kind: TokenKind::Value,
        default: [default, default],
        about,
    }
}

/// All tokens, in the order of the manual.
pub const TOKENS: &[ThemeToken] = &[
    color(
        "accent",
        TokenKind::Text,
        "#ad3c0a",
        "#f29a6b",
        "The ribbon, links, markers and the focus ring.",
    ),
    color(
        "accent-2",
        TokenKind::Text,
        "#6d4468",
        "#d6abd0",
        "Visited links and notes.",
    ),
    color(
        "paper",
        TokenKind::Background,
        "#fbf7f0",
        "#211c18",
        "The background of the page.",
    ),
    color(
        "surface",
        TokenKind::Background,
        "#fffdf9",
        "#2a2520",
        "The background of tags, fields and dialogs.",
    ),
    color(
        "sunken",
        TokenKind::Background,
        "#f3ecdf",
        "#181411",
        "The background of code and of the footer.",
    ),
    color("ink", TokenKind::Text, "#241e18", "#f0e8dd", "Text."),
    color(
        "ink-soft",
        TokenKind::Text,
        "#5d5246",
        "#bfb3a4",
        "Secondary text.",
    ),
    color(
        "line",
        TokenKind::Line,
        "#dfd4c3",
        "#463e36",
        "Dividing lines.",
    ),
    color(
        "border",
        TokenKind::Edge,
        "#8d7f6d",
        "#8a7d6e",
        "The borders of tags, fields and buttons.",
    ),
    color(
        "success",
        TokenKind::Text,
        "#3b672f",
        "#a3c98f",
        "Tips and added lines.",
    ),
    color(
        "warning",
        TokenKind::Text,
        "#805100",
        "#e6b95c",
        "Warnings and marked text.",
    ),
    color(
        "danger",
        TokenKind::Text,
        "#a51f2b",
        "#ff9b9b",
        "Danger and removed lines.",
    ),
    value(
        "step-0",
        "clamp(1.0625rem, 1.02rem + .2vw, 1.1875rem)",
        "The size of text.",
    ),
    value(
        "step-1",
        "clamp(1.2rem, 1.13rem + .35vw, 1.4rem)",
        "The size of third-level headings and of summaries.",
    ),
    value(
        "step-2",
        "clamp(1.4rem, 1.28rem + .6vw, 1.75rem)",
        "The size of second-level headings.",
    ),
    value(
        "step-3",
        "clamp(1.7rem, 1.5rem + .95vw, 2.25rem)",
        "The size of a tip's title.",
    ),
    value(
        "step-4",
        "clamp(2rem, 1.65rem + 1.7vw, 3rem)",
        "The size of a page's title.",
    ),
    value(
        "small",
        ".9375rem",
        "The size of menus, captions and tables.",
    ),
    value("tiny", ".84375rem", "The size of labels."),
    value("measure", "41rem", "The width of a column of text."),
    value("page-width", "80rem", "The width of the page."),
    value("radius", "3px", "The radius of corners."),
    value("ribbon", "3px", "The width of the ribbon."),
    value("tag-cut", "1.375rem", "The size of a tag's cut corner."),
    value(
        "tag-hole",
        "1.125rem",
        "The distance of a tag's hole from its corner.",
    ),
    value("paragraph-space", "1.2em", "The space between paragraphs."),
    value("space-1", ".25rem", "The smallest space."),
    value("space-2", ".5rem", "Space."),
    value("space-3", ".75rem", "Space."),
    value("space-4", "1rem", "Space."),
    value("space-5", "1.5rem", "Space."),
    value("space-6", "2rem", "Space."),
    value("space-7", "3rem", "Space."),
    value("space-8", "4rem", "Space."),
    value("space-9", "6rem", "The largest space."),
];

impl ThemeToken {
    /// Returns the token with this name, which may be an old one.
    pub fn named(name: &str) -> Option<&'static ThemeToken> {
        let name = renamed::new_name(NameKind::Token, name).unwrap_or(name);
        TOKENS.iter().find(|token| token.name == name)
    }

    /// Returns the light and the dark color.
    pub fn colors(&self) -> Option<[Color; 2]> {
        let [light, dark] = self.default.map(Color::parse);
        (self.kind != TokenKind::Value).then_some([light?, dark?])
    }
}

/// Returns the tokens as a Markdown table.
pub fn tokens_table() -> String {
    let mut table = String::from("| token | default | what it is for |\n|---|---|---|\n");
    for ThemeToken {
        name,
        default: [light, dark],
        about,
        ..
    } in TOKENS
    {
        let value = if light == dark {
            format!("`{light}`")
        } else {
            format!("`{light}`, dark `{dark}`")
        };
        writeln!(table, "| `{name}` | {value} | {about} |").expect("text takes everything");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_sheet_begins_with_these_values() {
        let files = crate::theme::static_files();
        let (_, bytes) = files
            .iter()
            .find(|(name, _)| name == "css/site.css")
            .expect("the theme has a style sheet");
        let style = String::from_utf8_lossy(bytes);
        let (first, _) = style
            .split_once("data-theme")
            .expect("the tokens come before the schemes");
        for token in TOKENS {
            let [light, dark] = token.default;
            let value = if light == dark {
                light.to_owned()
            } else {
                format!("light-dark({light}, {dark})")
            };
            assert!(
                first.contains(&format!("--{}: {value};", token.name)),
                "--{} is not {value} in site.css",
                token.name
            );
        }
    }
}
