//! Chooses the output folder: the one in the settings, which is inside the root, or that of
//! `--output`, which may be anywhere except among the sources.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use super::CommandError;
use super::site_root::SiteRoot;
use crate::disk::Disk;
use crate::disk::atomic_file::link_on_the_way;
use crate::settings::{Settings, output_folder};
use crate::source::{Files, ListingRules};

/// The output folder, absolute or relative to the current folder.
///
/// # Errors
/// When `--output` is the root, contains it or contains sources, and when a symbolic link inside
/// the site's folder leads to the output folder.
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
            .help("choose a separate folder, such as `public`")
    };
    let full = resolve(folder).ok_or_else(|| refused("cannot be created"))?;
    if site.disk.root() == full {
        return Err(refused(
            "is the site's folder itself, which would be overwritten",
        ));
    }
    if site.disk.root().starts_with(&full) {
        return Err(refused("contains the site's folder"));
    }
    if let Some(inside) = site.source_path(&full) {
        output_folder(inside.as_str()).map_err(refused)?;
        let is_source =
            |path: &crate::paths::SourcePath| path.is_markdown() && path.is_within(&inside);
        // In a plain folder of Markdown, any folder may hold pages.
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
    // A `..` in a path that does not exist yet would create the folders before it.
    Ok(
        if folder.components().any(|part| part == Component::ParentDir) {
            full
        } else {
            folder.to_owned()
        },
    )
}

/// Refuses an output folder that a symbolic link inside the site's folder leads to. Otherwise the
/// author of the site's folder could choose what is overwritten.
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
    Err(CommandError::new(message).help("delete the link, or name its target with --output"))
}

/// A folder's absolute path, with symbolic links resolved in the part that exists.
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
