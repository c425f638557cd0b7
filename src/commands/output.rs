//! Where the site is written to: the settings' folder inside the root, or `--output`, which may be anywhere but on the sources.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::CannotRun;
use super::site_folder::SiteFolder;
use crate::disk::Disk;
use crate::settings::{Settings, output_folder};
use crate::source::{Files, ListingRules};

/// The output folder, from the current folder or absolute.
///
/// # Errors
/// When `--output` names the root, a folder around it, or one that holds sources.
pub fn choose(site: &SiteFolder, settings: &Settings, option: Option<&Path>) -> Result<PathBuf, CannotRun> {
    let Some(folder) = option else { return Ok(site.shown.join(settings.output.as_str())) };
    let refused = |fault_is: &str| {
        CannotRun::new(format!("--output `{}` {fault_is}", folder.display())).help("name a folder of its own, such as `public`")
    };
    let full = resolve(folder).ok_or_else(|| refused("is no folder that can be made"))?;
    if site.disk.root() == full {
        return Err(refused("is the site's folder itself, which would be overwritten"));
    }
    if site.disk.root().starts_with(&full) {
        return Err(refused("is a folder around the site's own"));
    }
    if let Some(inside) = site.source_path(&full) {
        output_folder(inside.as_str()).map_err(refused)?;
        let is_source = |path: &crate::paths::SourcePath| path.is_markdown() && path.is_within(&inside);
        // Where a folder of Markdown is all there is, any folder in it may hold pages.
        if site.content().as_str().is_empty() && site.disk.list(&ListingRules::default()).value.iter().any(is_source) {
            return Err(refused("holds what the site is made from, which would be overwritten"));
        }
    }
    // `..` in a folder that is still to be made would make folders on the way.
    Ok(if folder.components().any(|part| part == Component::ParentDir) { full } else { folder.to_owned() })
}

/// A folder's path with links resolved as far as it is there.
fn resolve(folder: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(folder).ok()?;
    let mut rest: Vec<OsString> = Vec::new();
    for ancestor in absolute.ancestors() {
        if let Ok(there) = Disk::open(ancestor) {
            let mut full = there.root().to_owned();
            for name in rest.iter().rev() {
                if name == ".." {
                    full.pop();
                } else {
                    full.push(name);
                }
            }
            return Some(full);
        }
        let last = ancestor.components().next_back()?;
        rest.push(last.as_os_str().to_owned());
    }
    None
}
