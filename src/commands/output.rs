//! Where the site is written to: the settings' folder inside the root, or `--output`, which may be
//! anywhere but on the sources.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::CommandError;
use super::site_root::SiteRoot;
use crate::disk::Disk;
use crate::disk::atomic_file::link_on_the_way;
use crate::settings::{Settings, output_folder};
use crate::source::{Files, ListingRules};

/// The output folder, from the current folder or absolute.
///
/// # Errors
/// When `--output` names the root, a folder around it, or one that holds sources; when a link
/// inside the site's folder leads to it.
pub fn choose(
    site: &SiteRoot,
    settings: &Settings,
    option: Option<&Path>,
) -> Result<PathBuf, CommandError> {
    let Some(folder) = option else {
        refuse_links(site, &site.disk.root().join(settings.output.as_str()))?;
        return Ok(site.shown.join(settings.output.as_str()));
    };
    let refused = |fault_is: &str| {
        CommandError::new(format!("--output `{}` {fault_is}", folder.display()))
            .help("name a folder of its own, such as `public`")
    };
    let full = resolve(folder).ok_or_else(|| refused("is no folder that can be made"))?;
    if site.disk.root() == full {
        return Err(refused(
            "is the site's folder itself, which would be overwritten",
        ));
    }
    if site.disk.root().starts_with(&full) {
        return Err(refused("is a folder around the site's own"));
    }
    if let Some(inside) = site.source_path(&full) {
        output_folder(inside.as_str()).map_err(refused)?;
        let is_source =
            |path: &crate::paths::SourcePath| path.is_markdown() && path.is_within(&inside);
        // Where a folder of Markdown is all there is, any folder in it may hold pages.
        if site.content().as_str().is_empty()
            && site
                .disk
                .list(&ListingRules::default())
                .value
                .iter()
                .any(is_source)
        {
            return Err(refused(
                "contains the site's sources, which would be overwritten",
            ));
        }
    }
    refuse_links(
        site,
        &std::path::absolute(folder).unwrap_or_else(|_| full.clone()),
    )?;
    // `..` in a folder that is still to be made would make folders on the way.
    Ok(
        if folder.components().any(|part| part == Component::ParentDir) {
            full
        } else {
            folder.to_owned()
        },
    )
}

/// Refuses an output folder that a link inside the site's folder leads to: the author of that
/// folder would choose what is overwritten.
fn refuse_links(site: &SiteRoot, folder: &Path) -> Result<(), CommandError> {
    let is_root =
        |ancestor: &&Path| Disk::open(ancestor).is_ok_and(|there| there.root() == site.disk.root());
    let below = folder
        .ancestors()
        .find(is_root)
        .and_then(|root| folder.strip_prefix(root).ok());
    let full = below.map(|below| site.disk.root().join(below));
    let Some(link) = full.and_then(|full| link_on_the_way(site.disk.root(), &full)) else {
        return Ok(());
    };
    let shown = site
        .source_path(&link)
        .map_or_else(|| link.display().to_string(), |link| site.show(&link));
    let message = format!(
        "the output folder `{shown}` is a symbolic link, and Handsel does not write through it"
    );
    Err(CommandError::new(message)
        .help("delete the link, or name the folder that it leads to with --output"))
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
