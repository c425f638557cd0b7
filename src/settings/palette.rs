//! The colors that a site sets, adjusted so that its text is readable in both color schemes.
//!
//! Text needs a contrast of 4.5 : 1 on paper, surface, sunken areas and the tints of callouts; the
//! edges of fields and buttons need 3 : 1 (WCAG 2.2, § 1.4.3 and § 1.4.11). A color with less
//! contrast is made darker or lighter, and the change is reported.

use std::collections::BTreeMap;

use super::color::Color;
use super::tokens::{TOKENS, ThemeToken, TokenKind};
use crate::diagnostic::{Code, Diagnostic, Location};

/// A color for the light scheme and one for the dark scheme.
pub type ColorPair = [Color; 2];

/// The names of the schemes in `handsel.yaml`.
pub const SCHEMES: [&str; 2] = ["light", "dark"];

/// The share of the text's color in the strongest tint that is used behind text.
const TINT: f64 = 0.09;

/// A color as the settings state it.
#[derive(Clone, Debug)]
pub struct ColorChoice {
    pub colors: ColorPair,
    /// Whether each scheme has its own color. Otherwise one color is set for both, and the dark one
    /// is derived from it.
    pub is_pair: bool,
    /// The key, such as `theme.accent`.
    pub key: String,
    pub place: Location,
}

/// Returns the colors that differ from the built-in ones, by token, and reports which had to be
/// changed to be readable.
pub fn resolve_colors(
    choices: &BTreeMap<&'static str, ColorChoice>,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, ColorPair> {
    let chosen = |token: &ThemeToken| {
        choices
            .get(token.name)
            .map(|choice| choice.colors)
            .or_else(|| token.colors())
    };
    let mut settled = BTreeMap::new();
    let mut built_in = Vec::new();
    for token in TOKENS.iter().filter(|token| token.kind != TokenKind::Value) {
        let Some(before) = chosen(token) else {
            continue;
        };
        let needed = match token.kind {
            TokenKind::Text => 4.5,
            TokenKind::Edge => 3.0,
            _ => 1.0,
        };
        let after =
            [0, 1].map(|scheme| before[scheme].readable_on(&backgrounds(&chosen, scheme), needed));
        if before != after {
            match choices.get(token.name) {
                Some(choice) => problems.extend(low_contrast(choice, after, needed)),
                None => built_in.push(format!("`{}` as {} and {}", token.name, after[0], after[1])),
            }
        }
        if choices.contains_key(token.name) || before != after {
            settled.insert(token.name.to_owned(), after);
        }
    }
    let background = choices.iter().find(|(name, _)| {
        ThemeToken::named(name).is_some_and(|token| token.kind == TokenKind::Background)
    });
    if let Some((_, choice)) = background.filter(|_| !built_in.is_empty()) {
        let message = format!(
            "`{}`: other colors are used on this background: {}",
            choice.key,
            built_in.join(", ")
        );
        problems.push(
            Diagnostic::new(Code::LowContrast, message)
                .at(choice.place.clone())
                .help("set them under `theme.tokens` to choose other colors"),
        );
    }
    settled
}

/// Returns the backgrounds of text in one scheme.
fn backgrounds(chosen: &impl Fn(&ThemeToken) -> Option<ColorPair>, scheme: usize) -> Vec<Color> {
    let color = |name: &str| {
        ThemeToken::named(name)
            .and_then(chosen)
            .map(|colors| colors[scheme])
    };
    let mut all: Vec<Color> = ["paper", "surface", "sunken"]
        .into_iter()
        .filter_map(color)
        .collect();
    if let (Some(paper), Some(ink)) = (color("paper"), color("ink")) {
        all.push(paper.with(ink, TINT));
    }
    all
}

/// Reports a color that had to be changed. If one color is set for both schemes, only the light one
/// is checked, because the dark one is always derived from it.
fn low_contrast(choice: &ColorChoice, after: ColorPair, needed: f64) -> Option<Diagnostic> {
    let scheme = [0, 1].into_iter().find(|scheme| {
        choice.colors[*scheme] != after[*scheme] && (*scheme == 0 || choice.is_pair)
    })?;
    let (is, becomes) = (choice.colors[scheme], after[scheme]);
    let message = format!(
        "`{}`: {is} is too faint in the {} scheme (a contrast of {needed} : 1 is required); {becomes} is used",
        choice.key, SCHEMES[scheme]
    );
    let name = choice.key.rsplit('.').next().unwrap_or_default();
    let help = format!(
        "write `{name}: {{ light: \"{}\", dark: \"{}\" }}`",
        after[0], after[1]
    );
    Some(
        Diagnostic::new(Code::LowContrast, message)
            .at(choice.place.clone())
            .help(help),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::SourcePath;

    fn choice(light: &str, dark: Option<&str>) -> ColorChoice {
        let color = |text: &str| Color::parse(text).expect("a color");
        ColorChoice {
            colors: [color(light), color(dark.unwrap_or(light))],
            is_pair: dark.is_some(),
            key: "theme.accent".into(),
            place: Location::start_of(&SourcePath::new("handsel.yaml").expect("inside")),
        }
    }

    fn reported(
        choices: &[(&'static str, ColorChoice)],
    ) -> (BTreeMap<String, ColorPair>, Vec<String>) {
        let mut problems = Vec::new();
        let settled = resolve_colors(&choices.iter().cloned().collect(), &mut problems);
        (
            settled,
            problems
                .iter()
                .map(|problem| {
                    format!(
                        "{} ({})",
                        problem.message,
                        problem.help.as_deref().unwrap_or("")
                    )
                })
                .collect(),
        )
    }

    #[test]
    fn the_built_in_colors_can_be_read() {
        assert_eq!(reported(&[]), (BTreeMap::new(), Vec::new()));
    }

    #[test]
    fn one_color_is_enough_for_both_schemes() {
        let (settled, reported) = reported(&[("accent", choice("#0a6b5e", None))]);
        assert_eq!(reported, Vec::<String>::new());
        let [light, dark] = settled["accent"];
        assert_eq!(light.to_string(), "#0a6b5e");
        assert!(dark.luminance() > light.luminance());
    }

    #[test]
    fn a_faint_color_is_changed_and_reported() {
        let (settled, messages) = reported(&[("accent", choice("#ffcc00", None))]);
        assert_eq!(
            settled["accent"][1].to_string(),
            "#ffcc00",
            "the color is readable in the dark scheme"
        );
        assert!(
            messages[0].starts_with("`theme.accent`: #ffcc00 is too faint in the light scheme"),
            "{messages:?}"
        );
        let (_, again) = reported(&[(
            "accent",
            choice(&settled["accent"][0].to_string(), Some("#ffcc00")),
        )]);
        assert_eq!(again, Vec::<String>::new(), "what the help says is good");
    }

    #[test]
    fn another_paper_changes_the_ink() {
        let (settled, reported) = reported(&[("paper", choice("#808080", Some("#211c18")))]);
        assert!(
            settled.contains_key("ink-soft") && !settled.contains_key("line"),
            "{settled:?}"
        );
        assert_eq!(reported.len(), 1, "{reported:?}");
    }
}
