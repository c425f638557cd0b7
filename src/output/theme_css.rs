//! The style sheet for the setting `theme:`: the design tokens that the site sets, and its fonts.
//!
//! It is in the layer of the theme's own tokens, after them, so that print styles and the reader's
//! choices still take precedence.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::settings::{Font, FontFile, Theme, font_format};

/// Its path below `static/`; a site's own file with that name replaces it.
pub const STYLE_SHEET: &str = "css/tokens.css";

/// The style sheet; `None` if the site does not change the theme.
pub fn style_sheet(theme: &Theme) -> Option<String> {
    if theme.is_built_in() {
        return None;
    }
    let mut style = String::from("/* Made from `theme:` in handsel.yaml. */\n");
    theme.fonts.iter().for_each(|font| faces(font, &mut style));
    let (mut plain, mut both) = (String::new(), String::new());
    for (name, [light, dark]) in &theme.colors {
        declare(&mut plain, name, &light.to_string());
        declare(&mut both, name, &format!("light-dark({light}, {dark})"));
    }
    // Text on the accent color is as light as the background that the accent is used on.
    if let (Some([light, _]), Some([_, dark])) =
        (theme.colors.get("surface"), theme.colors.get("paper"))
    {
        declare(&mut plain, "on-accent", &light.to_string());
        declare(
            &mut both,
            "on-accent",
            &format!("light-dark({light}, {dark})"),
        );
    }
    for (name, value) in &theme.values {
        declare(&mut plain, name, value);
    }
    for font in &theme.fonts {
        declare(&mut plain, &font.token, &font.families);
    }
    write!(style, "@layer tokens {{\n  :root {{\n{plain}  }}\n")
        .expect("writing to a string does not fail");
    if !both.is_empty() {
        write!(
            style,
            "  @supports (color: light-dark(red, red)) {{\n  :root {{\n{both}  }}\n  }}\n"
        )
        .expect("writing to a string does not fail");
    }
    Some(style + "}\n")
}

fn declare(block: &mut String, name: &str, value: &str) {
    writeln!(block, "    --{name}: {value};").expect("writing to a string does not fail");
}

/// A font that loads late must not move the text, so it is shown only if it arrives in time, and
/// the page requests it early (see DECISIONS: “Fonts are shown in time or not at all”).
fn faces(font: &Font, style: &mut String) {
    for file in &font.files {
        let format = font_format(&file.path).expect("the settings accept no other files");
        let slant = if file.is_italic { "italic" } else { "normal" };
        writeln!(
            style,
            "@font-face {{ font-family: {}; src: url(../{}) format(\"{format}\"); font-weight: {}; font-style: {slant}; font-display: optional; }}",
            font.name, file.path, file.weight
        )
        .expect("writing to a string does not fail");
    }
}

/// Removes the fonts that `static/` does not contain, and reports them.
pub fn drop_missing_fonts(theme: &mut Theme, names: &BTreeSet<&str>) -> Vec<Diagnostic> {
    let is_there = |file: &FontFile| names.contains(file.path.as_str());
    let files = theme
        .fonts
        .iter()
        .flat_map(|font| &font.files)
        .filter(|file| !is_there(file));
    let reported = files.map(|file| {
        let near = nearest(file.path.as_str(), names.iter().copied());
        let otherwise = || "add the file; its path is relative to `static/`".to_owned();
        let problem = Diagnostic::new(
            Code::BrokenLink,
            format!("font `{}` does not exist in `static/`", file.path),
        );
        problem
            .at(file.place.clone())
            .suggest(file.path.as_str(), near, otherwise)
    });
    let reported = reported.collect();
    theme
        .fonts
        .iter_mut()
        .for_each(|font| font.files.retain(is_there));
    reported
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::SourcePath;
    use crate::settings;

    fn style(text: &str) -> Option<String> {
        let path = SourcePath::new("handsel.yaml").expect("inside");
        let read = settings::read(&path, Some(text.as_bytes()));
        assert_eq!(read.problems, Vec::new());
        style_sheet(&read.value.theme)
    }

    #[test]
    fn a_site_that_sets_nothing_has_none() {
        assert_eq!(style("title: A site"), None);
    }

    #[test]
    fn what_is_set_is_in_the_layer_of_tokens() {
        let text = "theme:\n  accent: {light: '#0a6b5e', dark: '#6cc7b8'}\n  tokens: {radius: 0, measure: 38rem}\n  font:\n    \
                    text: {family: Literata, file: fonts/literata.woff2, italic: /fonts/italic.woff2, weight: 200 900}\n    titles: Palatino Linotype, serif\n";
        let expected = "/* Made from `theme:` in handsel.yaml. */\n\
            @font-face { font-family: Literata; src: url(../fonts/literata.woff2) format(\"woff2\"); font-weight: 200 900; font-style: normal; font-display: optional; }\n\
            @font-face { font-family: Literata; src: url(../fonts/italic.woff2) format(\"woff2\"); font-weight: 200 900; font-style: italic; font-display: optional; }\n\
            @layer tokens {\n  :root {\n    --accent: #0a6b5e;\n    --measure: 38rem;\n    --radius: 0;\n    --sans: Literata, system-ui, sans-serif;\n    \
            --serif: \"Palatino Linotype\", serif;\n  }\n  @supports (color: light-dark(red, red)) {\n  :root {\n    \
            --accent: light-dark(#0a6b5e, #6cc7b8);\n  }\n  }\n}\n";
        assert_eq!(style(text).as_deref(), Some(expected));
    }

    #[test]
    fn a_missing_font_is_reported() {
        let path = SourcePath::new("handsel.yaml").expect("inside");
        let mut theme = settings::read(
            &path,
            Some(b"theme: {font: {text: {family: A, file: fonts/a.woff2}}}"),
        )
        .value
        .theme;
        assert!(drop_missing_fonts(&mut theme, &BTreeSet::from(["fonts/a.woff2"])).is_empty());
        assert_eq!(theme.fonts[0].files.len(), 1);
        let reported = drop_missing_fonts(&mut theme, &BTreeSet::from(["fonts/b.woff2"]));
        assert_eq!(
            reported[0].help.as_deref(),
            Some("did you mean `fonts/b.woff2`?")
        );
        assert!(theme.fonts[0].files.is_empty());
    }
}
