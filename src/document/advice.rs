//! Problems of a page's text that only `check` reports: links and images whose words say nothing.

use crate::diagnostic::{Code, Diagnostic};

/// Link texts that say nothing to readers who see or hear only the links (WCAG 2.2, technique F84),
/// in English and German.
const VAGUE: [&str; 26] = [
    "here",
    "click here",
    "click",
    "this",
    "this link",
    "link",
    "this page",
    "page",
    "read more",
    "more",
    "learn more",
    "see more",
    "details",
    "more info",
    "go",
    "hier",
    "hier klicken",
    "klicken sie hier",
    "klick hier",
    "mehr",
    "mehr lesen",
    "weiterlesen",
    "mehr dazu",
    "dieser link",
    "diese seite",
    "weiter",
];

/// Alt texts that say nothing.
const EMPTY_ALT: [&str; 14] = [
    "image",
    "picture",
    "photo",
    "img",
    "graphic",
    "screenshot",
    "figure",
    "diagram",
    "bild",
    "foto",
    "grafik",
    "abbildung",
    "screenshot of",
    "untitled",
];

/// A link whose text does not say where the link goes.
pub fn of_link(words: &str) -> Option<Diagnostic> {
    let plain = plain(words);
    let problem = || {
        Diagnostic::new(
            Code::VagueLinkText,
            format!("“{}” does not say where the link goes", words.trim()),
        )
    };
    VAGUE
        .contains(&plain.as_str())
        .then(|| problem().help("use words that describe the target, such as its title"))
}

/// An image whose alt text is its file name, or says only that it is an image.
pub fn of_image(alt: &str, target: &str) -> Option<Diagnostic> {
    let plain = plain(alt);
    if plain.is_empty() {
        return None;
    }
    let name = target.rsplit('/').next().unwrap_or(target).to_lowercase();
    let stem = name
        .rsplit_once('.')
        .map_or(name.as_str(), |(stem, _)| stem);
    let is_name = plain == name
        || (plain == stem && stem.contains(['-', '_', '.']))
        || (plain == stem && stem.chars().any(|c| c.is_ascii_digit()));
    let problem = || {
        Diagnostic::new(
            Code::UselessAlt,
            format!("“{}” does not say what the image shows", alt.trim()),
        )
    };
    (is_name || EMPTY_ALT.contains(&plain.as_str()))
        .then(|| problem().help("describe the image as you would on the phone"))
}

/// The words in lower case, with single spaces, without punctuation around them.
fn plain(words: &str) -> String {
    let words = words
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    words
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_say_nothing() {
        for words in ["here", "  Click\nhere » ", "Mehr …", "this link"] {
            assert!(of_link(words).is_some(), "{words}");
        }
        for words in ["How to begin", "here we go again", "", "C"] {
            assert!(of_link(words).is_none(), "{words}");
        }
        for (alt, target) in [
            ("image", "a.png"),
            ("IMG_0012", "x/img_0012.jpg"),
            ("hero-new.png", "hero-new.png"),
            ("Screenshot.", "s.png"),
        ] {
            assert!(of_image(alt, target).is_some(), "{alt}");
        }
        for (alt, target) in [
            ("A tire with a nail in it", "tire.jpg"),
            ("Tire", "tire.jpg"),
            ("", "a.png"),
        ] {
            assert!(of_image(alt, target).is_none(), "{alt}");
        }
    }
}
