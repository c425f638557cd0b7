//! Files that look like pages but are not published: pages in folders for drafts, and texts in
//! formats other than Markdown.

use std::collections::BTreeMap;

use super::file_listing::FileListing;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::document::front_matter::is_in_drafts_folder;
use crate::paths::SourcePath;
use crate::site::Site;

/// The maximum number of files to name; the others are counted.
const NAMED_MAX: usize = 3;

/// Extensions of texts that other programs make pages of, with advice for each.
const OTHER_FORMS: [(&[&str], &str); 4] = [
    (
        &["mdx"],
        "rename it to `.md`, and replace its JSX with Markdown or components",
    ),
    (
        &[
            "mkd", "mkdn", "mdwn", "mdown", "mkdown", "mdtxt", "mdtext", "text", "rmd", "qmd",
            "livemd", "ronn",
        ],
        "rename it to `.md`",
    ),
    (
        &["html", "htm", "xhtml", "xht", "shtml"],
        "write it in Markdown, link to it, or put it into `static/`",
    ),
    (
        &[
            "rst",
            "adoc",
            "asciidoc",
            "org",
            "textile",
            "mediawiki",
            "wiki",
            "creole",
            "pod",
            "tex",
            "njk",
            "liquid",
            "ejs",
            "hbs",
            "pug",
            "ipynb",
            "docx",
            "odt",
            "rtf",
        ],
        "convert it to Markdown, for example with Pandoc",
    ),
];

/// One problem for each folder named `_drafts`, at its first page.
pub fn drafts_folders(listed: &FileListing) -> Vec<Diagnostic> {
    let mut folders: BTreeMap<&str, (usize, &SourcePath)> = BTreeMap::new();
    for path in listed.pages.iter().filter(|path| is_in_drafts_folder(path)) {
        let folder = path
            .and_folders()
            .filter(|folder| folder.ends_with("/_drafts") || folder.ends_with("/_draft"))
            .last();
        folders
            .entry(folder.unwrap_or_else(|| path.folder_text()))
            .or_insert((0, path))
            .0 += 1;
    }
    let problem = |(folder, (count, first)): (&str, (usize, &SourcePath))| {
        let pages = if count == 1 {
            "the page in it is a draft".to_owned()
        } else {
            format!("the {count} pages in it are drafts")
        };
        Diagnostic::new(
            Code::DraftsFolder,
            format!("`{folder}/` is a folder for drafts: {pages}"),
        )
        .at(Location::start_of(first))
        .help("to publish a page, move it to another folder")
    };
    folders.into_iter().map(problem).collect()
}

/// One problem for each extension of files that look like pages and are not read, at the first such
/// file.
pub fn other_forms(site: &Site, listed: &FileListing) -> Vec<Diagnostic> {
    let mut by_extension: BTreeMap<String, Vec<&SourcePath>> = BTreeMap::new();
    for path in &listed.content_files {
        let extension = path.extension();
        let is_page_like = OTHER_FORMS
            .iter()
            .any(|(extensions, _)| extensions.contains(&extension.as_str()));
        if is_page_like && !site.published_files.contains_key(path) {
            by_extension.entry(extension).or_default().push(path);
        }
    }
    let problem = |(extension, paths): (String, Vec<&SourcePath>)| {
        let help = OTHER_FORMS
            .iter()
            .find(|(extensions, _)| extensions.contains(&extension.as_str()))
            .map_or("", |(_, help)| help);
        let names: Vec<&str> = paths
            .iter()
            .take(NAMED_MAX)
            .map(|path| path.as_str())
            .collect();
        let more = if paths.len() > NAMED_MAX {
            format!(" and {} more", paths.len() - NAMED_MAX)
        } else {
            String::new()
        };
        let count = match paths.len() {
            1 => format!("one `.{extension}` file is not read as a page"),
            count => format!("{count} `.{extension}` files are not read as pages"),
        };
        let message = format!("{count}: {}{more}", names.join(", "));
        Diagnostic::new(Code::UnreadFile, message)
            .at(Location::start_of(paths[0]))
            .help(help)
    };
    by_extension.into_iter().map(problem).collect()
}
