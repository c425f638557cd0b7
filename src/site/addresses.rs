//! The address of each page, derived from its path, its front matter and the permalink patterns.

use jiff::civil::Date;

use super::stated_address::{self, AddressProblem};
use crate::document::{Entry, is_folder_page, name_and_date};
use crate::paths::{PathOutsideRoot, Route, SourcePath, slug};
use crate::settings::Settings;

/// The page shown for addresses that do not exist. `404.md` in the content introduces it.
pub const NOT_FOUND: &str = "/404.html";

/// Names that Windows reserves for devices, with any extension (Microsoft, “Naming Files, Paths,
/// and Namespaces”).
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

pub fn is_reserved(name: &str) -> bool {
    let base = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    RESERVED.contains(&base.as_str())
}

/// The address of a folder of the content.
pub fn of_folder(folder: &SourcePath, content: &SourcePath) -> Route {
    let slugs: Vec<String> = folder
        .below(content)
        .unwrap_or("")
        .split('/')
        .filter(|name| !name.is_empty())
        .map(slug)
        .collect();
    Route::page(slugs.iter().map(String::as_str))
}

/// The address of a page.
///
/// # Errors
/// An explanation of what is wrong with a stated address.
pub fn of_page(
    entry: &Entry,
    content: &SourcePath,
    settings: &Settings,
) -> Result<Route, AddressProblem> {
    let meta = &entry.meta;
    if let Some(address) = &meta.address {
        return stated(&address.value, settings);
    }
    if meta.slug.is_none()
        && entry
            .source
            .below(content)
            .is_some_and(|path| matches!(path, "404.md" | "404.markdown"))
    {
        return Ok(Route::new(NOT_FOUND)?);
    }
    let folder = entry.source.folder();
    let is_folder_page = is_folder_page(&entry.source);
    if is_folder_page && folder == *content {
        return Ok(Route::home());
    }
    let parent = if is_folder_page {
        folder.folder()
    } else {
        folder
    };
    let name = match &meta.slug {
        Some(slug) => stated_address::path(slug.value.trim_matches('/'), settings)?,
        None => name_and_date(&entry.source).0,
    };
    if name.contains('/') {
        return stated(&name, settings);
    }
    let name = slug(&name);
    if let Some(pattern) = settings
        .permalinks
        .get(&meta.kind)
        .filter(|_| !is_folder_page)
    {
        return Ok(by_pattern(
            pattern,
            &name,
            &parent,
            content,
            meta.published.or(entry.date_in_name),
        )?);
    }
    let base = of_folder(&parent, content);
    let segments: Vec<&str> = base.segments().chain([name.as_str()]).collect();
    Ok(Route::page(segments))
}

/// The addresses that a page's path alone may give it, the likeliest first: its folder's address if
/// it is the folder's page, the address of its whole name including a date, and that address with
/// numbers appended.
pub fn of_file_name(source: &SourcePath, content: &SourcePath) -> impl Iterator<Item = Route> {
    let folder = source.folder();
    let of_folder_page = is_folder_page(source).then(|| of_folder(&folder, content));
    let base = of_folder(&folder, content);
    let name = slug(source.stem());
    let numbered = (2_u32..).map(move |number| format!("{name}-{number}"));
    let names = std::iter::once(slug(source.stem())).chain(numbered);
    of_folder_page
        .into_iter()
        .chain(names.map(move |name| Route::page(base.segments().chain([name.as_str()]))))
}

/// An address that the writer states: each segment is slugged, and `.html` at its end is removed.
fn stated(address: &str, settings: &Settings) -> Result<Route, AddressProblem> {
    let address = stated_address::path(address, settings)?;
    if address.trim_start_matches('/') == &NOT_FOUND[1..] {
        return Ok(Route::new(NOT_FOUND)?);
    }
    let path = address.strip_suffix(".html").unwrap_or(&address);
    let inside = Route::new(path)?;
    let slugs: Vec<String> = inside.segments().map(slug).collect();
    Ok(Route::page(slugs.iter().map(String::as_str)))
}

/// Applies a pattern such as `/:year/:month/:day/:folder/:slug/`. The parts of a missing date are
/// omitted.
fn by_pattern(
    pattern: &str,
    name: &str,
    parent: &SourcePath,
    content: &SourcePath,
    date: Option<Date>,
) -> Result<Route, PathOutsideRoot> {
    let folder = of_folder(parent, content);
    let folder = folder.as_str().trim_matches('/');
    let mut segments: Vec<String> = Vec::new();
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        let filled = match part {
            ":year" => date
                .map(|date| format!("{:04}", date.year()))
                .unwrap_or_default(),
            ":month" => date
                .map(|date| format!("{:02}", date.month()))
                .unwrap_or_default(),
            ":day" => date
                .map(|date| format!("{:02}", date.day()))
                .unwrap_or_default(),
            ":folder" => folder.to_owned(),
            other => other.replace(":slug", name).replace(":title", name),
        };
        segments.extend(
            filled
                .split('/')
                .filter(|segment| !segment.is_empty())
                .map(str::to_owned),
        );
    }
    if segments.is_empty() {
        return Err(PathOutsideRoot);
    }
    Ok(Route::page(segments.iter().map(String::as_str)))
}

/// The address of a file next to the pages: its folder's address and its own name.
pub fn of_file(path: &SourcePath, content: &SourcePath) -> Route {
    let folder = of_folder(&path.folder(), content);
    Route::new(&format!("{folder}{}", path.name())).unwrap_or(folder)
}
