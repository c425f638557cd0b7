//! `handsel serve --goto FILE:LINE`: asks the preview that runs for this folder to scroll its tab
//! to that line.

use std::path::Path;

use super::split_place;
use crate::commands::console::Console;
use crate::commands::site_root::SiteRoot;
use crate::commands::{CommandError, Status};
use crate::disk::instance_file;
use crate::paths::SourcePath;
use crate::preview::goto::{GotoAnswer, InstanceNote};

pub fn run(place: &str, site: &SiteRoot, console: &Console) -> Result<Status, CommandError> {
    let (file, line) = split_place(place);
    let path = source(&file, site)?;
    let none = || {
        CommandError::new("no preview runs for this folder")
            .help("start one with `handsel serve`, then run this command again")
    };
    let text = instance_file::read(site.disk.root()).ok_or_else(none)?;
    let note: InstanceNote = serde_json::from_str(&text).map_err(|_| none())?;
    match note.goto(path.as_str(), line) {
        Ok(GotoAnswer::Gone {
            address,
            is_shown: true,
        }) => console.answer(&format!(
            "Shown: {address}, line {line} of {}",
            site.show(&path)
        )),
        Ok(GotoAnswer::Gone {
            address,
            is_shown: false,
        }) => {
            console.answer(&format!(
                "No tab is visible. The next one will go there; the page is at http://{}{address}",
                note.address
            ));
        }
        Ok(GotoAnswer::Refused(why)) => {
            return Err(CommandError::new(format!("the preview refused: {why}")));
        }
        Err(_) => {
            // The preview ended without removing its note.
            instance_file::remove(site.disk.root(), &text);
            return Err(none());
        }
    }
    Ok(Status::Done)
}

/// The source path of an argument, which may be relative to the current folder or to the site's.
fn source(file: &Path, site: &SiteRoot) -> Result<SourcePath, CommandError> {
    let full = std::path::absolute(file).ok();
    let in_site = full.as_deref().and_then(|full| {
        let folder = crate::disk::Disk::open(full.parent()?).ok()?;
        site.source_path(&folder.root().join(full.file_name()?))
    });
    let from_site = || file.to_str().and_then(|file| SourcePath::new(file).ok());
    in_site.or_else(from_site).ok_or_else(|| {
        CommandError::new(format!("`{}` is not a file of this site", file.display()))
            .help("name a content file, such as content/index.md:12")
    })
}
