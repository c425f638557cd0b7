//! `handsel init`: a starter site that builds without a warning. What is there already is kept.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;

use super::console::Console;
use super::new::kinds;
use super::options::CommonOptions;
use super::site_folder::SiteFolder;
use super::{CannotRun, Status, schema};
use crate::disk::Disk;
use crate::disk::new_file::create_new;
use crate::paths::SourcePath;
use crate::source::{Files, ListingRules};

/// The starter site. Git would obey the file of its own name here, so it goes under another.
const STARTER: [(&str, &str); 7] = [
    ("handsel.yaml", include_str!("starter/handsel.yaml")),
    (".gitignore", include_str!("starter/gitignore")),
    (".gitattributes", include_str!("starter/gitattributes")),
    ("content/index.md", include_str!("starter/content/index.md")),
    ("content/topics.yaml", include_str!("starter/content/topics.yaml")),
    ("content/guides/first-guide.md", include_str!("starter/content/guides/first-guide.md")),
    ("content/tips/first-tip.md", include_str!("starter/content/tips/first-tip.md")),
];

/// Start a site; files that are there are kept
#[derive(Debug, Args)]
pub struct Options {
    /// The folder, made when it is missing [default: this one]
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

pub fn run(options: &Options, common: &CommonOptions, console: &Console) -> Result<Status, CannotRun> {
    let folder = options.folder.as_deref().unwrap_or(&common.root);
    let loose = loose_pages(folder);
    for (path, text) in STARTER {
        let path = SourcePath::new(path).expect("the starter's paths do not climb");
        let shown = folder.join(path.as_str());
        let shown = shown.strip_prefix(".").unwrap_or(&shown).display();
        match create_new(folder, &path, text.as_bytes()) {
            Ok(()) => console.answer(&format!("  made  {shown}")),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && Disk::open(folder).is_ok() => {
                console.answer(&format!("  kept  {shown}"));
            }
            Err(error) => {
                return Err(CannotRun::new(format!("cannot make {shown}: {error}")).help("name a folder that you may write to"));
            }
        }
    }
    associate(folder, common, console)?;
    if loose > 0 {
        console.remark(
            "Only what lies in content/ is published now. Move this folder's own Markdown there; or delete handsel.yaml and\n\
             content/ again, and `handsel build` publishes the folder as it is.",
        );
    }
    console.answer(&next(folder));
    Ok(Status::Done)
}

/// Schemas for editors, and the setting that tells them which is for which file.
fn associate(folder: &Path, common: &CommonOptions, console: &Console) -> Result<(), CannotRun> {
    let site = SiteFolder::open(&CommonOptions { root: folder.to_owned(), config: None, ..common.clone() })?;
    let kinds = kinds(&site, &site.disk.list(&ListingRules::default()).value).0;
    if schema::write(&site, &kinds).is_err() {
        console.remark("Note: the schemas for editors could not be written.");
    }
    let path = SourcePath::new(".vscode/settings.json").expect("a plain path does not climb");
    let text = schema::editor_settings(&site, &kinds) + "\n";
    let shown = folder.join(path.as_str());
    let shown = shown.strip_prefix(".").unwrap_or(&shown).display();
    match create_new(folder, &path, text.as_bytes()) {
        Ok(()) => console.answer(&format!("  made  {shown}")),
        Err(_) => console.answer(&format!("  kept  {shown}")),
    }
    Ok(())
}

/// Pages of a folder that was a site by itself, and will not be one any more.
fn loose_pages(folder: &Path) -> usize {
    let Ok(disk) = Disk::open(folder) else { return 0 };
    let files = disk.list(&ListingRules::default()).value;
    let top = |path: &SourcePath| path.segments().next().unwrap_or_default().to_owned();
    if files.iter().any(|path| path.as_str() == "handsel.yaml" || top(path) == "content") {
        return 0;
    }
    files.iter().filter(|path| path.is_markdown()).count()
}

fn next(folder: &Path) -> String {
    let is_here = folder.components().all(|part| part == std::path::Component::CurDir);
    let enter = if is_here { String::new() } else { format!("  cd {}\n", folder.display()) };
    format!(
        "\nNext:\n{enter}  handsel serve --open              shows it in your browser, and each change as you save\n  \
         handsel new guide \"How to …\"      begins a guide\n  \
         handsel build                     makes the site, in public/\n\
         Begin with content/index.md and handsel.yaml: both say in their own words what to change."
    )
}
