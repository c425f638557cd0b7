//! The colours that a site chose, made such that its text can be read in both schemes.
//!
//! Text needs 4.5 : 1 on paper, surface, sunken areas and the tints of callouts; the edges of
//! fields and buttons need 3 : 1 (WCAG 2.2, § 1.4.3 and § 1.4.11). What does not have it is made
//! darker or lighter, and that is told.

use std::collections::BTreeMap;

use super::color::Color;
use super::tokens::{TOKENS, Token, TokenKind};
use crate::diagnostic::{Code, Diagnostic, Location};

/// Light and dark.
pub type ColorPair = [Color; 2];

/// How the schemes are called in `handsel.yaml`.
pub const SCHEMES: [&str; 2] = ["light", "dark"];

/// How much of the text's colour is in the strongest tint that text stands on.
const TINT: f64 = 0.09;

/// A colour as the writer chose it.
#[derive(Clone, Debug)]
pub struct ColorChoice {
    pub colors: ColorPair,
    /// Whether each scheme has a colour of its own; else one colour was given for both, and the
    /// dark one is made from it.
    pub is_pair: bool,
    /// The key: `theme.accent`.
    pub key: String,
    pub place: Location,
}

/// The colours that differ from the built-in ones, by token, and what had to be changed for them to
/// be read.
pub fn resolve_colors(
    choices: &BTreeMap<&'static str, ColorChoice>,
    problems: &mut Vec<Diagnostic>,
) -> BTreeMap<String, ColorPair> {
    let chosen = |token: &Token| {
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
        Token::named(name).is_some_and(|token| token.kind == TokenKind::Background)
    });
    if let Some((_, choice)) = background.filter(|_| !built_in.is_empty()) {
        let message = format!(
            "`{}`: on such a background other colours are used: {}",
            choice.key,
            built_in.join(", ")
        );
        problems.push(
            Diagnostic::new(Code::LowContrast, message)
                .at(choice.place.clone())
                .help("set these under `theme.tokens` to choose them yourself"),
        );
    }
    settled
}

/// What text stands on in one scheme.
fn backgrounds(chosen: &impl Fn(&Token) -> Option<ColorPair>, scheme: usize) -> Vec<Color> {
    let color = |name: &str| {
        Token::named(name)
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

/// One colour for both schemes has to fit the light one only: the dark one is always made from it.
fn low_contrast(choice: &ColorChoice, after: ColorPair, needed: f64) -> Option<Diagnostic> {
    let scheme = [0, 1].into_iter().find(|scheme| {
        choice.colors[*scheme] != after[*scheme] && (*scheme == 0 || choice.is_pair)
    })?;
    let (is, becomes) = (choice.colors[scheme], after[scheme]);
    let message = format!(
        "`{}`: {is} is too faint in the {} scheme ({needed} : 1 is needed); {becomes} is used",
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
        let color = |text: &str| Color::parse(text).expect("a colour");
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
    fn the_built_in_colours_can_be_read() {
        assert_eq!(reported(&[]), (BTreeMap::new(), Vec::new()));
    }

    #[test]
    fn one_colour_is_enough_for_both_schemes() {
        let (settled, reported) = reported(&[("accent", choice("#0a6b5e", None))]);
        assert_eq!(reported, Vec::<String>::new());
        let [light, dark] = settled["accent"];
        assert_eq!(light.to_string(), "#0a6b5e");
        assert!(dark.luminance() > light.luminance());
    }

    #[test]
    fn a_faint_colour_is_changed_and_that_is_told() {
        let (settled, messages) = reported(&[("accent", choice("#ffcc00", None))]);
        assert_eq!(
            settled["accent"][1].to_string(),
            "#ffcc00",
            "in the dark it can be read"
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
