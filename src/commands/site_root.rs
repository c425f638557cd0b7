//! The site that a command works on: its folder on the disk, and as the writer named it.

use std::io;
use std::path::{Path, PathBuf};

use super::CommandError;
use super::options::CommonOptions;
use crate::diagnostic::printable_name;
use crate::disk::atomic_file::find_link;
use crate::disk::{Disk, move_files};
use crate::paths::SourcePath;
use crate::settings::{self, Settings};
use crate::site::address_ledger::LEDGER_NAME;
use crate::source::Files;

const SETTINGS_NAME: &str = "handsel.yaml";
const CONTENT_NAME: &str = "content";

#[derive(Debug)]
pub struct SiteRoot {
    pub disk: Disk,
    /// As the writer named it, relative to the current folder; empty for that folder itself.
    pub shown: PathBuf,
    /// The settings file, which may not exist.
    pub config: SourcePath,
}

impl SiteRoot {
    /// Opens the site that the options name.
    ///
    /// # Errors
    /// When the folder cannot be opened, or a move in it was interrupted, so that some links are
    /// broken until it is finished.
    pub fn open(common: &CommonOptions) -> Result<Self, CommandError> {
        let site = Self::open_unfinished(common)?;
        if move_files::is_unfinished(&site.disk) {
            return Err(CommandError::new("a move in this site was interrupted")
                .help("run `handsel move --finish` to finish it"));
        }
        Ok(site)
    }

    /// Like [`SiteRoot::open`], but accepts an interrupted move.
    pub fn open_unfinished(common: &CommonOptions) -> Result<Self, CommandError> {
        let root = &common.root;
        let disk = Disk::open(root).map_err(|error| no_folder(root, &error))?;
        if let Some(link) = find_link(disk.root(), &[LEDGER_NAME]) {
            let message = format!(
                "`{}` is a symbolic link, and Handsel does not write through it",
                printable_name(&link.to_string_lossy())
            );
            return Err(CommandError::new(message)
                .help("replace the link with the file it points to, or delete it"));
        }
        let shown = root
            .components()
            .filter(|part| *part != std::path::Component::CurDir)
            .collect();
        let mut site = Self {
            disk,
            shown,
            config: top(SETTINGS_NAME),
        };
        match &common.config {
            Some(file) => site.config = site.stated_config(file)?,
            None if common.root == Path::new(".") => site.refuse_part_of_site()?,
            None => {}
        }
        Ok(site)
    }

    /// Refuses a folder that is part of a site, such as its `content/`. It would be built without
    /// the settings, into a folder inside the sources.
    fn refuse_part_of_site(&self) -> Result<(), CommandError> {
        const PARTS: [&str; 4] = [CONTENT_NAME, "templates", "static", "data"];
        let has_settings = |disk: &Disk| disk.read(&top(SETTINGS_NAME)).is_ok();
        if has_settings(&self.disk) {
            return Ok(());
        }
        let mut up = PathBuf::new();
        for around in self.disk.root().ancestors().skip(1) {
            up.push("..");
            let part = self
                .disk
                .root()
                .strip_prefix(around)
                .ok()
                .and_then(|below| below.components().next());
            let is_part =
                part.is_some_and(|part| PARTS.iter().any(|name| part.as_os_str() == *name));
            if is_part && Disk::open(around).is_ok_and(|disk| has_settings(&disk)) {
                let up = up.display();
                return Err(CommandError::new(format!(
                    "this folder is part of the site in `{up}`"
                ))
                .help(format!("run the command there, or add `--root {up}`")));
            }
        }
        Ok(())
    }

    /// The settings, with defaults where they cannot be read. The pipeline reports their problems.
    pub fn settings(&self) -> Settings {
        settings::read(&self.config, self.disk.read(&self.config).ok().as_deref()).value
    }

    /// A source path relative to the current folder, as it is printed.
    pub fn show(&self, path: &SourcePath) -> String {
        printable_name(&self.shown.join(path.as_str()).to_string_lossy())
    }

    /// The folder of the pages: `content/`, or the root of a plain folder of Markdown.
    pub fn content(&self) -> SourcePath {
        let is_site = self.disk.read(&self.config).is_ok()
            || Disk::open(&self.disk.root().join(CONTENT_NAME)).is_ok();
        if is_site {
            top(CONTENT_NAME)
        } else {
            SourcePath::root()
        }
    }

    /// The site's folder relative to GITHUB_WORKSPACE, else to the current folder; empty if they
    /// are the same.
    pub fn below_workspace(&self) -> PathBuf {
        let workspace = std::env::var_os("GITHUB_WORKSPACE")
            .map(PathBuf::from)
            .or_else(|| std::env::current_dir().ok());
        let workspace = workspace.and_then(|folder| Disk::open(&folder).ok());
        workspace
            .and_then(|workspace| {
                self.disk
                    .root()
                    .strip_prefix(workspace.root())
                    .ok()
                    .map(Path::to_owned)
            })
            .unwrap_or_default()
    }

    fn stated_config(&self, file: &Path) -> Result<SourcePath, CommandError> {
        let shown = file.display();
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let (folder, name) = Disk::open(folder)
            .ok()
            .zip(file.file_name())
            .ok_or_else(|| {
                CommandError::new(format!("the settings file `{shown}` does not exist"))
                    .help("check the path; it is relative to the current folder")
            })?;
        let path = self.source_path(&folder.root().join(name)).ok_or_else(|| {
            CommandError::new(format!(
                "the settings file `{shown}` is outside the site's folder"
            ))
            .help(format!("move it into {}", self.disk.root().display()))
        })?;
        self.disk.read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                CommandError::new(format!("the settings file `{shown}` does not exist"))
                    .help("check the path; it is relative to the current folder")
            }
            _ => CommandError::new(format!(
                "the settings file `{shown}` cannot be read: {error}"
            )),
        })?;
        Ok(path)
    }

    /// The source path of a file whose absolute path has its links resolved; `None` if it is
    /// outside the root.
    pub fn source_path(&self, full: &Path) -> Option<SourcePath> {
        let below = full.strip_prefix(self.disk.root()).ok()?.to_str()?;
        let below = if cfg!(windows) {
            below.replace('\\', "/")
        } else {
            below.to_owned()
        };
        SourcePath::new(&below).ok()
    }
}

/// The error for a folder that cannot be opened.
fn no_folder(folder: &Path, error: &io::Error) -> CommandError {
    let shown = folder.display();
    match error.kind() {
        io::ErrorKind::NotFound => CommandError::new(format!("folder `{shown}` does not exist"))
            .help(format!(
                "check the path, or run `handsel init {shown}` to create a site there"
            )),
        io::ErrorKind::NotADirectory => CommandError::new(format!("`{shown}` is not a folder"))
            .help("name the site's folder with --root"),
        _ => CommandError::new(format!("the folder `{shown}` cannot be opened: {error}")),
    }
}

fn top(name: &str) -> SourcePath {
    SourcePath::new(name).expect("a plain name is a valid path")
}
