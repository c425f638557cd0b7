//! The built-in theme: this repository's own `templates/` and `static/`, embedded when Handsel is
//! compiled.

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates/"]
struct EmbeddedTemplates;

#[derive(RustEmbed)]
#[folder = "static/"]
struct EmbeddedStatic;

/// Returns the files of the theme's `templates/` with their paths below it.
pub fn templates() -> Vec<(String, Cow<'static, [u8]>)> {
    files::<EmbeddedTemplates>()
}

/// Returns the files of the theme's `static/` with their paths below it.
pub fn static_files() -> Vec<(String, Cow<'static, [u8]>)> {
    files::<EmbeddedStatic>()
}

fn files<E: RustEmbed>() -> Vec<(String, Cow<'static, [u8]>)> {
    let mut files: Vec<(String, Cow<'static, [u8]>)> = E::iter()
        .filter_map(|name| E::get(&name).map(|file| (name.replace('\\', "/"), file.data)))
        .collect();
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    files
}
