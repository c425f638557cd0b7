//! `handsel init`: a starter site that builds without a warning. What is there already is kept.

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

/// What every site has. Git would obey the files of its own names here, so they go under others.
const BASICS: [(&str, &str); 3] = [
    ("handsel.yaml", include_str!("starter/handsel.yaml")),
    (".gitignore", include_str!("starter/gitignore")),
    (".gitattributes", include_str!("starter/gitattributes")),
];

/// The pages of the starter site, for a site that has none.
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

/// Start a site; files that are there are kept, and a site with pages gets no samples
#[derive(Debug, Args)]
pub struct Options {
    /// The folder, made when it is missing [default: this one]
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

pub fn run(
    options: &Options,
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
        let path = SourcePath::new(path).expect("the starter's paths do not climb");
        let shown = display_path(folder, &path);
        match create_new(folder, &path, text.as_bytes()) {
            Ok(()) => console.answer(&format!("  made  {shown}")),
            Err(error)
                if error.kind() == ErrorKind::AlreadyExists && Disk::open(folder).is_ok() =>
            {
                console.answer(&format!("  kept  {shown}"));
            }
            Err(error) => {
                return Err(CommandError::new(format!("cannot make {shown}: {error}"))
                    .help("name a folder that you may write to"));
            }
        }
    }
    associate_schemas(folder, common, console)?;
    if loose > 0 {
        console.write_note(
            "Only what lies in content/ is published now. Move this folder's own Markdown there; or delete handsel.yaml and\n\
             content/ again, and `handsel build` publishes the folder as it is.",
        );
    }
    if has_pages {
        console.answer("This site has pages already, so no sample pages were added.");
    }
    console.answer(&next(folder));
    Ok(Status::Done)
}

/// A path below the folder, for people.
fn display_path(folder: &Path, path: &SourcePath) -> String {
    let shown = folder.join(path.as_str());
    printable_name(&shown.strip_prefix(".").unwrap_or(&shown).to_string_lossy())
}

/// Whether a site is here that has a page in `content/`.
fn has_pages(folder: &Path) -> bool {
    let content = SourcePath::new("content").expect("a plain name does not climb");
    let files = Disk::open(folder)
        .map(|disk| disk.list(&ListingRules::default()).value)
        .unwrap_or_default();
    files
        .iter()
        .any(|path| path.is_markdown() && path.is_within(&content))
}

/// Schemas for editors, and the setting that tells them which is for which file.
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
    let path = SourcePath::new(".vscode/settings.json").expect("a plain path does not climb");
    let text = schema::editor_settings(&site, &kinds) + "\n";
    let shown = display_path(folder, &path);
    match create_new(folder, &path, text.as_bytes()) {
        Ok(()) => console.answer(&format!("  made  {shown}")),
        Err(_) => console.answer(&format!("  kept  {shown}")),
    }
    Ok(())
}

/// Pages of a folder that was a site by itself, and will not be one any more.
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
        "\nNext:\n{enter}  handsel serve --open              shows it in your browser, and each change as you save\n  \
         handsel new guide \"How to …\"      begins a guide\n  \
         handsel build                     makes the site, in public/\n\
         Begin with content/index.md and handsel.yaml: both say in their own words what to change."
    )
}
