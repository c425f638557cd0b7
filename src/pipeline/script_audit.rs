//! Examines the site's own scripts: what those in `static/` can do, and whether a rendered page
//! runs any that is not the theme's. Input into a tool is certain to stay in the browser only while
//! the theme's scripts are the only ones on the page.

use std::collections::{BTreeMap, BTreeSet};

use super::load::StaticFile;
use crate::diagnostic::Diagnostic;
use crate::document::trust_rules::{self, Violation};
use crate::output::assets::Assets;
use crate::paths::SourcePath;
use crate::source::{Files, SourceFile};
use crate::theme;

/// The extensions of files that contain scripts: script files, and documents that may embed
/// scripts.
const SCRIPTS: [&str; 3] = ["js", "mjs", "cjs"];
const DOCUMENTS: [&str; 4] = ["html", "htm", "xhtml", "svg"];

/// The theme's scripts under their published paths, below the base path. They import each other, so
/// if the site replaces one of them, none counts as the theme's.
pub fn of_theme(
    files: &dyn Files,
    static_files: &BTreeMap<String, StaticFile>,
    assets: &Assets,
) -> BTreeSet<String> {
    let is_own = |path: &SourcePath, bytes: &[u8]| files.read(path).is_ok_and(|own| *own == *bytes);
    let mut scripts = BTreeSet::new();
    for (name, bytes) in theme::static_files()
        .iter()
        .filter(|(name, _)| name.ends_with(".js"))
    {
        let is_the_theme_s = match static_files.get(name) {
            Some(StaticFile::Own(path)) => is_own(path, bytes),
            Some(StaticFile::Theme(_)) => true,
            None => false,
        };
        if !is_the_theme_s {
            return BTreeSet::new();
        }
        scripts.extend(assets.published.get(name).cloned());
    }
    scripts
}

/// Looks for code that counts visitors in the site's own scripts in `static/`. Returns the names of
/// scripts that can send data, which the page about privacy lists.
pub fn audit(
    files: &dyn Files,
    static_files: &BTreeMap<String, StaticFile>,
    problems: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let theme: BTreeMap<String, _> = theme::static_files().into_iter().collect();
    let mut sending = Vec::new();
    for (name, file) in static_files {
        let StaticFile::Own(path) = file else {
            continue;
        };
        let extension = path.extension().to_ascii_lowercase();
        let is_script = SCRIPTS.contains(&extension.as_str());
        if !is_script && !DOCUMENTS.contains(&extension.as_str()) {
            continue;
        }
        let Ok(bytes) = files.read(path) else {
            continue;
        };
        if theme.get(name).is_some_and(|theme| **theme == *bytes) {
            continue;
        }
        let Ok(text) = SourceFile::decode(path, &bytes) else {
            continue;
        };
        let found = if is_script {
            Vec::from_iter(trust_rules::look_at_script(text.text))
        } else {
            counting(text.text)
        };
        let lines = text.lines();
        problems.extend(
            found
                .into_iter()
                .map(|(slip, range)| trust_rules::problem(&slip).at(lines.place(path, range))),
        );
        if trust_rules::may_send(text.text) && (is_script || text.text.contains("<script")) {
            sending.push(name.clone());
        }
    }
    sending
}

/// Code in a document that counts visitors.
fn counting(html: &str) -> Vec<(Violation, std::ops::Range<usize>)> {
    trust_rules::check_template(html)
        .into_iter()
        .filter(|(slip, _)| matches!(slip, Violation::Analytics(_)))
        .collect()
}

/// Whether a page runs anything other than these scripts: a script at another address, or a frame,
/// which can access the page around it.
pub fn runs_others(html: &str, base_path: &str, of_theme: &BTreeSet<String>) -> bool {
    trust_rules::runs_unknown(html, |address| {
        address
            .strip_prefix(base_path)
            .is_some_and(|below| of_theme.contains(below))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_themes() {
        let theme = BTreeSet::from(["js.1/site.js".to_owned()]);
        let runs = |html: &str| runs_others(html, "/docs/", &theme);
        assert!(!runs(
            "<script src=\"/docs/js.1/site.js\"></script><script type=\"application/json\">{\"a\": \"<script src=x>\"}</script>"
        ));
        assert!(runs("<script type=module src='/docs/own.js'></script>"));
        assert!(runs("<SCRIPT src=/js.1/site.js></SCRIPT>"));
        assert!(runs("<p>a</p><iframe src=\"/docs/demo/\"></iframe>"));
        assert!(!runs("<code>&lt;script src=\"/own.js\"&gt;</code>"));
    }
}
