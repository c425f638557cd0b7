//! Whether a drawn page runs scripts that are not the theme's. What a reader types into a tool stays in the browser for as long as only
//! the theme's own scripts run there; what a writer's do, nobody here knows.

use std::collections::{BTreeMap, BTreeSet};

use super::load::StaticFile;
use crate::document::honesty;
use crate::output::assets::Assets;
use crate::paths::SourcePath;
use crate::source::Files;
use crate::theme;

/// The theme's scripts as they are published, below the base path. They import each other, so when one of them was replaced by
/// another, none counts as the theme's.
pub fn of_theme(files: &dyn Files, static_files: &BTreeMap<String, StaticFile>, assets: &Assets) -> BTreeSet<String> {
    let is_own = |path: &SourcePath, bytes: &[u8]| files.read(path).is_ok_and(|own| *own == *bytes);
    let mut scripts = BTreeSet::new();
    for (name, bytes) in theme::static_files().iter().filter(|(name, _)| name.ends_with(".js")) {
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

/// Whether a page runs anything but these: a script of another address, or a frame, which can reach into the page around it.
pub fn runs_others(html: &str, base_path: &str, of_theme: &BTreeSet<String>) -> bool {
    honesty::runs_unknown(html, |address| address.strip_prefix(base_path).is_some_and(|below| of_theme.contains(below)))
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
