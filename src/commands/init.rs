//! `handsel init`: creates a starter site that builds without warnings. Existing files are kept.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;

use super::console::Console;
use super::new::kinds;
use super::options::CommonOptions;
use super::site_root::SiteRoot;
use super::{CommandError, Status, schema};
use crate::diagnostic::printable_name;
use crate::disk::Disk;
use crate::disk::new_file::create_new;
use crate::paths::SourcePath;
use crate::source::{Files, ListingRules};

/// The files that every site gets. In this repository git's files have names without the dot, so
/// that git does not apply them here.
const BASICS: [(&str, &str); 3] = [
    ("handsel.yaml", include_str!("starter/handsel.yaml")),
    (".gitignore", include_str!("starter/gitignore")),
    (".gitattributes", include_str!("starter/gitattributes")),
];

/// The sample pages, for a site that has no pages yet.
const SAMPLES: [(&str, &str); 4] = [
    ("content/index.md", include_str!("starter/content/index.md")),
    (
        "content/topics.yaml",
        include_str!("starter/content/topics.yaml"),
    ),
    (
        "content/guides/first-guide.md",
        include_str!("starter/content/guides/first-guide.md"),
    ),
    (
        "content/tips/first-tip.md",
        include_str!("starter/content/tips/first-tip.md"),
    ),
];

/// Create a site; keep existing files, and add sample pages only if there are no pages
#[derive(Debug, Args)]
pub struct InitOptions {
    /// The folder, created if it does not exist [default: the current folder]
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

pub fn run(
    options: &InitOptions,
    common: &CommonOptions,
    console: &Console,
) -> Result<Status, CommandError> {
    let folder = options.folder.as_deref().unwrap_or(&common.root);
    if folder == Path::new(".") {
        SiteRoot::open_unfinished(common)?;
    }
    let loose = pages_without_site(folder);
    let has_pages = has_pages(folder);
    let samples = SAMPLES
        .iter()
        .filter(|(path, _)| !has_pages || folder.join(path).exists());
    for (path, text) in BASICS.iter().chain(samples) {
        let path = SourcePath::new(path).expect("the starter's paths are valid");
        let shown = display_path(folder, &path);
        match create_new(folder, &path, text.as_bytes()) {
            Ok(()) => console.answer(&format!("  created  {shown}")),
            Err(error)
                if error.kind() == ErrorKind::AlreadyExists && Disk::open(folder).is_ok() =>
            {
                console.answer(&format!("  kept     {shown}"));
            }
            Err(error) => {
                return Err(
                    CommandError::new(format!("{shown} cannot be created: {error}"))
                        .help("choose a folder that you have permission to write to"),
                );
            }
        }
    }
    associate_schemas(folder, common, console)?;
    if loose > 0 {
        console.write_note(
            "From now on only files in content/ are published. Move the Markdown files of this folder there. To publish the folder\n\
             as it is instead, delete handsel.yaml and content/.",
        );
    }
    if has_pages {
        console.answer("This site already has pages, so no sample pages were added.");
    }
    console.answer(&next(folder));
    Ok(Status::Done)
}

/// A path below the folder, as it is printed.
fn display_path(folder: &Path, path: &SourcePath) -> String {
    let shown = folder.join(path.as_str());
    printable_name(&shown.strip_prefix(".").unwrap_or(&shown).to_string_lossy())
}

/// Whether the folder has a page in `content/`.
fn has_pages(folder: &Path) -> bool {
    let content = SourcePath::new("content").expect("a plain name is a valid path");
    let files = Disk::open(folder)
        .map(|disk| disk.list(&ListingRules::default()).value)
        .unwrap_or_default();
    files
        .iter()
        .any(|path| path.is_markdown() && path.is_within(&content))
}

/// Writes the schemas, and the editor setting that assigns them to files unless there is one.
fn associate_schemas(
    folder: &Path,
    common: &CommonOptions,
    console: &Console,
) -> Result<(), CommandError> {
    let site = SiteRoot::open(&CommonOptions {
        root: folder.to_owned(),
        config: None,
        ..common.clone()
    })?;
    let kinds = kinds(&site, &site.disk.list(&ListingRules::default()).value).0;
    if schema::write(&site, &kinds).is_err() {
        console.write_note("Note: the schemas for editors could not be written.");
    }
    let path = SourcePath::new(".vscode/settings.json").expect("a plain path is valid");
    let text = schema::editor_settings(&site, &kinds) + "\n";
    let shown = display_path(folder, &path);
    match create_new(folder, &path, text.as_bytes()) {
        Ok(()) => console.answer(&format!("  created  {shown}")),
        Err(_) => console.answer(&format!("  kept     {shown}")),
    }
    Ok(())
}

/// How many pages of a plain folder of Markdown are no longer published once it has a `content/`
/// folder.
fn pages_without_site(folder: &Path) -> usize {
    let Ok(disk) = Disk::open(folder) else {
        return 0;
    };
    let files = disk.list(&ListingRules::default()).value;
    let top = |path: &SourcePath| path.segments().next().unwrap_or_default().to_owned();
    if files
        .iter()
        .any(|path| path.as_str() == "handsel.yaml" || top(path) == "content")
    {
        return 0;
    }
    files.iter().filter(|path| path.is_markdown()).count()
}

fn next(folder: &Path) -> String {
    let is_here = folder
        .components()
        .all(|part| part == std::path::Component::CurDir);
    let enter = if is_here {
        String::new()
    } else {
        format!("  cd {}\n", printable_name(&folder.to_string_lossy()))
    };
    format!(
        "\nNext:\n{enter}  handsel serve --open              show it in your browser and follow each save\n  \
         handsel new guide \"How to …\"      create a guide\n  \
         handsel build                     build the site into public/\n\
         Start with content/index.md and handsel.yaml: both explain what to change."
    )
}
