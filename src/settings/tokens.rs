//! The theme's design tokens that a site may set: CSS custom properties, each with what it is for and what it is unless set.
//!
//! `static/css/site.css` begins with the same values; a test holds the two together. The manual's table comes from here.

use std::fmt::Write;

use super::colour::Colour;

/// What a token's value is, and what is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A colour that text stands on.
    Background,
    /// A colour of text: 4.5 : 1 on every background.
    Text,
    /// A colour of the edges of fields and buttons: 3 : 1 on every background.
    Edge,
    /// A colour that only divides.
    Line,
    /// A length, a number or a family of fonts: any value of CSS.
    Value,
}

/// A token, without the two hyphens of its name.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub name: &'static str,
    pub kind: TokenKind,
    /// Light and dark where it is a colour, else twice the same.
    pub unless_set: [&'static str; 2],
    pub about: &'static str,
}

const fn colour(name: &'static str, kind: TokenKind, light: &'static str, dark: &'static str, about: &'static str) -> Token {
    Token { name, kind, unless_set: [light, dark], about }
}

const fn value(name: &'static str, unless_set: &'static str, about: &'static str) -> Token {
    Token { name, kind: TokenKind::Value, unless_set: [unless_set, unless_set], about }
}

/// Every token, in the manual's order.
pub const TOKENS: &[Token] = &[
    colour("accent", TokenKind::Text, "#ad3c0a", "#f29a6b", "The ribbon, links, markers, the ring of the focus."),
    colour("second", TokenKind::Text, "#6d4468", "#d6abd0", "Links that were visited, notes."),
    colour("paper", TokenKind::Background, "#fbf7f0", "#211c18", "What everything stands on."),
    colour("surface", TokenKind::Background, "#fffdf9", "#2a2520", "Tags, fields, sheets."),
    colour("sunk", TokenKind::Background, "#f3ecdf", "#181411", "Code, the foot of the page."),
    colour("ink", TokenKind::Text, "#241e18", "#f0e8dd", "Text."),
    colour("ink-soft", TokenKind::Text, "#5d5246", "#bfb3a4", "Text that comes second."),
    colour("line", TokenKind::Line, "#dfd4c3", "#463e36", "Lines that divide."),
    colour("edge-line", TokenKind::Edge, "#8d7f6d", "#8a7d6e", "The edges of tags, fields and buttons."),
    colour("leaf", TokenKind::Text, "#3b672f", "#a3c98f", "Tips, lines that were added."),
    colour("ochre", TokenKind::Text, "#805100", "#e6b95c", "Warnings, marked text."),
    colour("rose", TokenKind::Text, "#a51f2b", "#ff9b9b", "Danger, lines that were removed."),
    value("step-0", "clamp(1.0625rem, 1.02rem + .2vw, 1.1875rem)", "The size of text."),
    value("step-1", "clamp(1.2rem, 1.13rem + .35vw, 1.4rem)", "Headings of the third level, what a page is about."),
    value("step-2", "clamp(1.4rem, 1.28rem + .6vw, 1.75rem)", "Headings of the second level."),
    value("step-3", "clamp(1.7rem, 1.5rem + .95vw, 2.25rem)", "The title of a tip."),
    value("step-4", "clamp(2rem, 1.65rem + 1.7vw, 3rem)", "The title of a page."),
    value("small", ".9375rem", "Menus, captions, tables."),
    value("tiny", ".84375rem", "Labels."),
    value("measure", "41rem", "How wide a column of text is."),
    value("page", "80rem", "How wide everything is."),
    value("radius", "3px", "How round corners are."),
    value("ribbon", "3px", "How wide the ribbon is."),
    value("cut", "1.375rem", "How much of a tag's corner is cut off."),
    value("hole", "1.125rem", "How far a tag's hole is from its corner."),
    value("flow", "1.2em", "The space between paragraphs."),
    value("s1", ".25rem", "Space, the smallest."),
    value("s2", ".5rem", "Space."),
    value("s3", ".75rem", "Space."),
    value("s4", "1rem", "Space."),
    value("s5", "1.5rem", "Space."),
    value("s6", "2rem", "Space."),
    value("s7", "3rem", "Space."),
    value("s8", "4rem", "Space."),
    value("s9", "6rem", "Space, the largest."),
];

impl Token {
    pub fn named(name: &str) -> Option<&'static Token> {
        TOKENS.iter().find(|token| token.name == name)
    }

    /// Light and dark.
    pub fn colours(&self) -> Option<[Colour; 2]> {
        let [light, dark] = self.unless_set.map(Colour::parse);
        (self.kind != TokenKind::Value).then_some([light?, dark?])
    }
}

/// The tokens as a Markdown table.
pub fn tokens_table() -> String {
    let mut table = String::from("| token | unless set | what it is for |\n|---|---|---|\n");
    for Token { name, unless_set: [light, dark], about, .. } in TOKENS {
        let value = if light == dark { format!("`{light}`") } else { format!("`{light}`, dark `{dark}`") };
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
        let (_, bytes) = files.iter().find(|(name, _)| name == "css/site.css").expect("the theme has a style sheet");
        let style = String::from_utf8_lossy(bytes);
        let (first, _) = style.split_once("data-theme").expect("the tokens come before the schemes");
        for token in TOKENS {
            let [light, dark] = token.unless_set;
            let value = if light == dark { light.to_owned() } else { format!("light-dark({light}, {dark})") };
            assert!(first.contains(&format!("--{}: {value};", token.name)), "--{} is not {value} in site.css", token.name);
        }
    }
}
