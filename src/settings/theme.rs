//! The setting `theme:`, which changes the site's look without a custom style sheet: colors, fonts
//! and the other design tokens.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::color::Color;
use super::palette::{self, ColorChoice, ColorPair, SCHEMES};
use super::tokens::{TOKENS, ThemeToken, TokenKind};
use crate::diagnostic::{Code, Diagnostic, Location, nearest};
use crate::fields::{Field, FieldItem, FieldItems, FieldType};
use crate::paths::SourcePath;
use crate::yaml::YamlNode;

/// The site's changes to the theme's look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Theme {
    /// Colors by token; only those that differ from the built-in ones.
    pub colors: BTreeMap<String, ColorPair>,
    /// Values by token, for all tokens that are not colors.
    pub values: BTreeMap<String, String>,
    pub fonts: Vec<Font>,
}

/// A font family for one type of text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Font {
    /// The token that uses it: `sans`, `serif` or `mono`.
    pub token: String,
    /// The token's value: a list of font families, the preferred one first.
    pub families: String,
    /// The name of the family that the files define.
    pub name: String,
    pub files: Vec<FontFile>,
}

/// A font file in `static/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FontFile {
    /// The path below `static/`.
    pub path: SourcePath,
    /// `400`, or a range such as `200 900` for a variable font.
    pub weight: String,
    pub is_italic: bool,
    pub place: Location,
}

/// Each type of text with its token and the fallback while a font is not loaded.
const TEXTS: [(&str, &str, &str); 3] = [
    ("text", "sans", "system-ui, sans-serif"),
    ("titles", "serif", "Georgia, serif"),
    ("code", "mono", "monospace"),
];

impl Theme {
    /// Returns the color of a token in both schemes.
    pub fn colors_of(&self, name: &str) -> Option<ColorPair> {
        self.colors
            .get(name)
            .copied()
            .or_else(|| ThemeToken::named(name)?.colors())
    }

    pub fn is_built_in(&self) -> bool {
        *self == Theme::default()
    }
}

/// Returns the field definition of `theme:`.
pub fn theme_field(image: FieldType) -> Field {
    let schemes = vec![
        Field::text("light")
            .required()
            .about("The color in the light scheme."),
        Field::text("dark")
            .required()
            .about("The color in the dark scheme."),
    ];
    let color = FieldType::Either(vec![FieldType::Text, FieldType::Map(schemes)]);
    let family = FieldType::Map(vec![
        Field::text("family")
            .required()
            .about("The name of the font."),
        Field::text("file")
            .about("Its file in `static/`. Without a file, the font is used if the reader's device has it."),
        Field::text("bold").about("The file of the bold style, if `file` does not contain it."),
        Field::text("italic").about("The file of the italic style."),
        Field::text("weight")
            .about("The weights in `file`: `400`, or `200 900`.")
            .defaults_to("`400`"),
        Field::text("fallback").about("The fallback fonts: `Georgia, serif`."),
    ]);
    let font = FieldType::Either(vec![FieldType::Text, family]);
    Field::map(
        "theme",
        vec![
            Field::new("accent", color.clone()).about(
                "The color of the ribbon and of links: `\"#0a6b5e\"`, or one for each scheme.",
            ),
            Field::map(
                "font",
                vec![
                    Field::new("text", font.clone()).about("The font of text."),
                    Field::new("titles", font.clone()).about("The font of titles."),
                    Field::new("code", font).about("The font of code."),
                ],
            )
            .about("Fonts: names of families, or files in `static/`."),
            Field::new("logo", image).about("An image for the header of each page."),
            Field::new("favicon", FieldType::Link).about("The icon for browser tabs."),
            Field::new("tokens", FieldType::map_of(color))
                .about("Any other design token, by its name."),
        ],
    )
    .about("The look of the site: colors, fonts, logo, design tokens.")
}

/// Adds help for a color without quotes, which is missing because `#` begins a comment.
pub fn unquoted_color_help(settings: &YamlNode, problems: &mut Vec<Diagnostic>) {
    let Some(theme) = settings
        .as_map()
        .and_then(|map| map.get("theme"))
        .and_then(|entry| entry.node.as_map())
    else {
        return;
    };
    let tokens = theme.get("tokens").and_then(|entry| entry.node.as_map());
    for (key, entry) in theme
        .iter()
        .chain(tokens.into_iter().flatten())
        .filter(|(_, entry)| entry.node.is_none())
    {
        let problem = Diagnostic::new(Code::BadSetting, format!("`theme`: `{key}` has no value"));
        problems.push(
            problem
                .at(entry.key_place.clone())
                .help("put the color in quotes, because `#` begins a comment: `\"#0a6b5e\"`"),
        );
    }
}

/// Reads a checked `theme:`.
pub fn read(items: &FieldItems, problems: &mut Vec<Diagnostic>) -> Theme {
    let mut theme = Theme::default();
    let mut choices: BTreeMap<&'static str, ColorChoice> = BTreeMap::new();
    if let Some(item) = items.get("accent") {
        choices.extend(choice("theme.accent", item, problems).map(|choice| ("accent", choice)));
    }
    for (name, item) in items
        .get("tokens")
        .and_then(FieldItem::as_map)
        .into_iter()
        .flatten()
    {
        let key = format!("theme.tokens.{name}");
        match ThemeToken::named(name.trim_start_matches('-')) {
            Some(token) if token.name == "accent" => {
                problems.push(fault(
                    item,
                    format!("`{key}`: the accent is set by another key"),
                    "write it as `theme: { accent: … }`",
                ));
            }
            Some(token) if token.kind == TokenKind::Value => {
                theme.values.extend(
                    value(&key, item, problems).map(|value| (token.name.to_owned(), value)),
                );
            }
            Some(token) => {
                choices.extend(choice(&key, item, problems).map(|choice| (token.name, choice)))
            }
            None => {
                let near = nearest(name, TOKENS.iter().map(|token| token.name));
                let help = near.map_or_else(
                    || "the manual's page about the theme lists the tokens".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                problems.push(fault(
                    item,
                    format!("`{key}`: the theme has no such token"),
                    help,
                ));
            }
        }
    }
    theme.colors = palette::resolve_colors(&choices, problems);
    if let Some(fonts) = items.get("font").and_then(FieldItem::as_map) {
        let given = TEXTS
            .iter()
            .filter_map(|text| Some((text, fonts.get(text.0)?)));
        theme.fonts = given
            .filter_map(|((name, token, fallback), item)| {
                font(name, token, fallback, item, problems)
            })
            .collect();
    }
    theme
}

fn fault(item: &FieldItem, message: String, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::BadSetting, message)
        .at(item.place.clone())
        .help(help)
}

fn choice(key: &str, item: &FieldItem, problems: &mut Vec<Diagnostic>) -> Option<ColorChoice> {
    let mut color = |item: &FieldItem| {
        let text = item.as_text().unwrap_or_default();
        let color = Color::parse(text);
        if color.is_none() {
            let help = "write red, green and blue in hexadecimal: `\"#0a6b5e\"`";
            problems.push(fault(
                item,
                format!("`{key}`: `{text}` is not a hexadecimal color"),
                help,
            ));
        }
        color
    };
    let (colors, is_pair) = match item.as_map() {
        Some(map) => {
            let [light, dark] = SCHEMES.map(|scheme| map.get(scheme).and_then(&mut color));
            ([light?, dark?], true)
        }
        None => ([color(item)?; 2], false),
    };
    Some(ColorChoice {
        colors,
        is_pair,
        key: key.to_owned(),
        place: item.place.clone(),
    })
}

/// Reads a CSS value that can neither end its declaration nor load anything.
fn value(key: &str, item: &FieldItem, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let text = item.as_text().map(str::trim);
    let is_sound = |text: &&str| {
        let is_closed = text.matches('(').count() == text.matches(')').count();
        is_closed
            && !text.is_empty()
            && !text.contains([';', '{', '}', '<', '>', '\\', '"', '\'', '@', '!'])
            && !text.contains("/*")
            && !text.contains("url")
    };
    let sound = text.filter(is_sound).map(str::to_owned);
    if sound.is_none() {
        problems.push(fault(
            item,
            format!("`{key}`: expected a single CSS value"),
            "write a length, a number or a `calc(…)`, such as `44rem`",
        ));
    }
    sound
}

fn font(
    text: &str,
    token: &str,
    stand_in: &str,
    item: &FieldItem,
    problems: &mut Vec<Diagnostic>,
) -> Option<Font> {
    let key = format!("theme.font.{text}");
    let Some(map) = item.as_map() else {
        let families = families(&key, item, problems)?;
        return Some(Font {
            token: token.into(),
            families,
            name: String::new(),
            files: Vec::new(),
        });
    };
    let name = families(&key, map.get("family")?, problems)?;
    let fallback = map
        .get("fallback")
        .and_then(|item| families(&key, item, problems))
        .unwrap_or_else(|| stand_in.to_owned());
    let weight = match map.get("weight") {
        Some(item) => weight(&key, item, problems)?,
        None => "400".to_owned(),
    };
    let mut files = Vec::new();
    for (form, weight, is_italic) in [
        ("file", &*weight, false),
        ("bold", "700", false),
        ("italic", &*weight, true),
    ] {
        let Some(item) = map.get(form) else { continue };
        let path = font_path(&key, item, problems)?;
        files.push(FontFile {
            path,
            weight: weight.to_owned(),
            is_italic,
            place: item.place.clone(),
        });
    }
    Some(Font {
        token: token.into(),
        families: format!("{name}, {fallback}"),
        name,
        files,
    })
}

/// Returns a list of font families in CSS syntax.
fn families(key: &str, item: &FieldItem, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let text = item.as_text().unwrap_or_default().trim();
    let is_name = |name: &str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.'))
    };
    let names: Vec<&str> = text
        .split(',')
        .map(|name| name.trim().trim_matches(['"', '\'']))
        .collect();
    if !names.iter().all(|name| is_name(name)) {
        problems.push(fault(
            item,
            format!("`{key}`: `{text}` is not a list of font families"),
            "write one name, or several with commas: `Georgia, serif`",
        ));
        return None;
    }
    // CSS keywords such as `serif` must not be quoted; names with a space or a leading digit must
    // be.
    let is_plain = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let written = names.iter().map(|name| {
        if is_plain(name) {
            (*name).to_owned()
        } else {
            format!("\"{name}\"")
        }
    });
    Some(written.collect::<Vec<_>>().join(", "))
}

fn weight(key: &str, item: &FieldItem, problems: &mut Vec<Diagnostic>) -> Option<String> {
    let text = item.as_text().unwrap_or_default();
    let numbers: Vec<Option<u16>> = text
        .split_whitespace()
        .map(|number| number.parse().ok().filter(|n| (1..=1000).contains(n)))
        .collect();
    if matches!(numbers.len(), 1 | 2) && numbers.iter().all(Option::is_some) {
        return Some(text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    problems.push(fault(
        item,
        format!("`{key}`: `{text}` is not a font weight"),
        "write `400`, or a range such as `200 900` for a variable font",
    ));
    None
}

fn font_path(key: &str, item: &FieldItem, problems: &mut Vec<Diagnostic>) -> Option<SourcePath> {
    let text = item.as_text().unwrap_or_default();
    let below = text.trim_start_matches('/').trim_start_matches("static/");
    let path = SourcePath::new(below)
        .ok()
        .filter(|path| font_format(path).is_some() && !below.contains(['"', '(', ')']));
    if path.is_none() {
        let help = "write the path of a file in `static/` that ends in .woff2, .woff, .ttf or .otf, such as `fonts/literata.woff2`";
        problems.push(fault(
            item,
            format!("`{key}`: `{text}` is not a font file"),
            help,
        ));
    }
    path
}

/// Returns the CSS name of a font file's format.
pub fn font_format(path: &SourcePath) -> Option<&'static str> {
    let (_, extension) = path.name().rsplit_once('.')?;
    [
        ("woff2", "woff2"),
        ("woff", "woff"),
        ("ttf", "truetype"),
        ("otf", "opentype"),
    ]
    .into_iter()
    .find(|(known, _)| extension.eq_ignore_ascii_case(known))
    .map(|(_, format)| format)
}
