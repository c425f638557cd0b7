//! The site that a command works on: its folder as the writer named it and as it lies on the disk.

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
    /// As the writer named it, from the current folder; empty for that folder itself.
    pub shown: PathBuf,
    /// The settings file, which need not be there.
    pub config: SourcePath,
}

impl SiteRoot {
    /// # Errors
    /// When there is no such folder, or a move in it was cut short: then links lead nowhere that a
    /// moment later do not.
    pub fn open(common: &CommonOptions) -> Result<Self, CommandError> {
        let site = Self::open_unfinished(common)?;
        if move_files::is_unfinished(&site.disk) {
            return Err(CommandError::new("a move was cut short here")
                .help("`handsel move --finish` makes what is missing of it"));
        }
        Ok(site)
    }

    /// The same, whatever was left of a move.
    pub fn open_unfinished(common: &CommonOptions) -> Result<Self, CommandError> {
        let root = &common.root;
        let disk = Disk::open(root).map_err(|error| no_folder(root, &error))?;
        if let Some(link) = find_link(disk.root(), &[LEDGER_NAME]) {
            let message = format!(
                "`{}` is a symbolic link, and Handsel does not write through it",
                printable_name(&link.to_string_lossy())
            );
            return Err(CommandError::new(message)
                .help("delete the link, or put what it leads to in its place"));
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

    /// Refuses to take a folder of a site, such as its `content/`, for a site of its own: it would
    /// be built without the settings, into a folder inside the sources.
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
                    "this folder is a part of the site in `{up}`"
                ))
                .help(format!("run the command there, or add `--root {up}`")));
            }
        }
        Ok(())
    }

    /// The settings, as far as they can be read: what is wrong with them, the build tells.
    pub fn settings(&self) -> Settings {
        settings::read(&self.config, self.disk.read(&self.config).ok().as_deref()).value
    }

    /// A path from the current folder, for people.
    pub fn show(&self, path: &SourcePath) -> String {
        printable_name(&self.shown.join(path.as_str()).to_string_lossy())
    }

    /// The folder of the pages: `content/`, or the root where a folder of Markdown is all there is.
    pub fn content(&self) -> SourcePath {
        let is_site = self.disk.read(&self.config).is_ok()
            || Disk::open(&self.disk.root().join(CONTENT_NAME)).is_ok();
        if is_site {
            top(CONTENT_NAME)
        } else {
            SourcePath::root()
        }
    }

    /// The folder's path from the top of the repository that an automatic check runs in; empty when
    /// it is that top.
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
                CommandError::new(format!("there are no settings at `{shown}`"))
                    .help("--config is a path from the current folder")
            })?;
        let path = self.source_path(&folder.root().join(name)).ok_or_else(|| {
            CommandError::new(format!(
                "the settings `{shown}` lie outside the site's folder, where nothing is read"
            ))
            .help(format!("move them into {}", self.disk.root().display()))
        })?;
        self.disk.read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                CommandError::new(format!("there are no settings at `{shown}`"))
                    .help("--config is a path from the current folder")
            }
            _ => CommandError::new(format!("the settings `{shown}` cannot be read: {error}")),
        })?;
        Ok(path)
    }

    /// The source path of a path with links resolved, when it lies inside the root.
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

/// Why a folder cannot be the site's.
fn no_folder(folder: &Path, error: &io::Error) -> CommandError {
    let shown = folder.display();
    match error.kind() {
        io::ErrorKind::NotFound => CommandError::new(format!("there is no folder `{shown}`"))
            .help(format!("`handsel init {shown}` makes a starter site there")),
        io::ErrorKind::NotADirectory => CommandError::new(format!("`{shown}` is not a folder"))
            .help("--root names the site's folder"),
        _ => CommandError::new(format!("the folder `{shown}` cannot be opened: {error}")),
    }
}

fn top(name: &str) -> SourcePath {
    SourcePath::new(name).expect("a plain name does not climb")
}
