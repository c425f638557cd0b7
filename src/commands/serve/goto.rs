//! `handsel serve --goto FILE:LINE`: asks the preview that runs for this folder to bring its tab
//! there.

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
            .help("start one with `handsel serve`, then ask again")
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
                "No tab is in view. The next one goes there; the page is at http://{}{address}",
                note.address
            ));
        }
        Ok(GotoAnswer::Refused(why)) => {
            return Err(CommandError::new(format!(
                "the preview did not go there: {why}"
            )));
        }
        Err(_) => {
            // Its preview ended without a chance to take it away.
            instance_file::remove(site.disk.root(), &text);
            return Err(none());
        }
    }
    Ok(Status::Done)
}

/// A path on the command line counts from the current folder; one from the site's folder is
/// understood too.
fn source(file: &Path, site: &SiteRoot) -> Result<SourcePath, CommandError> {
    let full = std::path::absolute(file).ok();
    let in_site = full.as_deref().and_then(|full| {
        let folder = crate::disk::Disk::open(full.parent()?).ok()?;
        site.source_path(&folder.root().join(full.file_name()?))
    });
    let from_site = || file.to_str().and_then(|file| SourcePath::new(file).ok());
    in_site.or_else(from_site).ok_or_else(|| {
        CommandError::new(format!("`{}` is no file of this site", file.display()))
            .help("name a file of its content, such as content/index.md:12")
    })
}
