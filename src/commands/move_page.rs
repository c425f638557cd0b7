//! `handsel move OLD NEW`: moves a page or a folder and updates every link to it and in it.

use std::collections::BTreeMap;
use std::io;

use clap::Args;

use super::console::{Console, OutputStream};
use super::format::{count, grouped};
use super::options::{CACHE_NAME, CommonOptions, current_time};
use super::site_root::SiteRoot;
use super::{CommandError, Status, problem_output};
use crate::cache::store::CacheFolder;
use crate::diagnostic::printable_name;
use crate::disk::move_files::{self, FileEdit, FileMoves};
use crate::disk::{Disk, PathState};
use crate::paths::SourcePath;
use crate::pipeline::Request;
use crate::pipeline::build_cache::BuildCache;
use crate::pipeline::move_page::{MovePlan, MoveRefusal, plan, plan_renamed};

const EXAMPLES: &str = "\
Examples:
  handsel move content/tips/ask.md content/guides/ask-once.md
  handsel move content/notes content/guides/notes       move a folder with everything in it
  handsel move content/tips/ask.md content/guides/      move a page into an existing folder
  handsel move --dry-run content/a.md content/b.md      only print what would change

If you have already renamed the page or folder, it stays where it is: its links are updated, and its old address is redirected.

Paths are relative to the site's root. Either everything is changed or nothing.";

/// Move a page or a folder: update links to it and in it, and redirect its old address
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct MoveOptions {
    /// The page, file or folder, relative to the site's root
    #[arg(value_name = "OLD", required_unless_present = "finish")]
    pub old: Option<String>,
    /// Its new path, relative to the site's root, or an existing folder
    #[arg(value_name = "NEW", required_unless_present = "finish")]
    pub new: Option<String>,
    /// Print what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Finish an interrupted move
    #[arg(long, conflicts_with_all = ["old", "new", "dry_run"])]
    pub finish: bool,
}

pub fn run(
    options: &MoveOptions,
    common: &CommonOptions,
    console: &Console,
) -> Result<Status, CommandError> {
    let site = SiteRoot::open_unfinished(common)?;
    match move_files::finish(&site.disk) {
        Ok(Some(done)) => console.answer(&format!(
            "Finished the interrupted move of {} to {}.",
            done.from, done.to
        )),
        Ok(None) if options.finish => console.answer("No move was interrupted."),
        Ok(None) => {}
        Err(error) => {
            let error =
                CommandError::new(format!("the interrupted move cannot be finished: {error}"));
            return Err(
                error.help("if you did not start a move, delete the folder `.handsel/move`")
            );
        }
    }
    let (Some(old), Some(new)) = (&options.old, &options.new) else {
        return Ok(Status::Done);
    };
    let MovePaths {
        old,
        new,
        is_renamed,
    } = paths(&site, old, new)?;
    let request = Request {
        config: site.config.clone(),
        today: common.today,
        now: current_time()?,
        with_drafts: true,
        with_audit: false,
        keeps_addresses: false,
        is_strict: false,
        is_lenient: false,
        base_url: None,
    };
    let cache = std::sync::Arc::new(CacheFolder::at(
        &site.disk.root().join(CACHE_NAME).join("cache"),
    ));
    let build_cache = BuildCache::read_only(Some(cache));
    let plan = if is_renamed { plan_renamed } else { plan };
    let planned = match plan(&site.disk, &request, &build_cache, &old, &new) {
        Ok(planned) => planned,
        Err(refusal) => return refuse(&site, console, refusal),
    };
    if !options.dry_run {
        let edited = planned.edited.iter();
        let edited = edited.map(|(path, (before, after))| FileEdit {
            path: path.clone(),
            before: before.clone(),
            after: after.clone(),
        });
        let from = if is_renamed { new.clone() } else { old.clone() };
        move_files::carry_out(
            &site.disk,
            &FileMoves {
                from,
                to: new.clone(),
                edited: edited.collect(),
            },
        )
        .map_err(|error| cannot_move(&old, &error))?;
    }
    let done = match (options.dry_run, is_renamed) {
        (true, false) => format!("Would move {} to {}:", name(&old), name(&new)),
        (true, true) => format!(
            "{} was already moved to {}; would update its links:",
            name(&old),
            name(&new)
        ),
        (false, false) => format!("Moved {} to {}:", name(&old), name(&new)),
        (false, true) => format!(
            "{} was already moved to {}; updated its links:",
            name(&old),
            name(&new)
        ),
    };
    console.answer(&(done + &summary(&planned)));
    for address in &planned.dropped {
        console.write_note(&format!(
            "Note: {address} no longer exists after this move and is not redirected. If readers may have saved it, add it to \
             `aliases:` of the page that replaces it."
        ));
    }
    for (was, is, pages) in by_kinds(&planned) {
        let (named, them) = match pages.as_slice() {
            [only] => (format!("{only} is"), "it"),
            [first, rest @ ..] => (
                format!("{first} and {} more are", grouped(rest.len())),
                "each",
            ),
            [] => continue,
        };
        console.write_note(&format!(
            "Note: {named} now of the kind `{is}`, because of the new folder; before, the kind was `{was}`. To keep `{was}`, add `kind: {was}` to the front matter of {them}."
        ));
    }
    Ok(Status::Done)
}

/// The pages whose kind changes, grouped by the old and the new kind.
fn by_kinds(planned: &MovePlan) -> Vec<(&str, &str, Vec<&SourcePath>)> {
    let mut groups: BTreeMap<(&str, &str), Vec<&SourcePath>> = BTreeMap::new();
    for (path, (was, is)) in &planned.other_kinds {
        groups.entry((was, is)).or_default().push(path);
    }
    groups
        .into_iter()
        .map(|((was, is), pages)| (was, is, pages))
        .collect()
}

/// The old and the new path of a move.
struct MovePaths {
    old: SourcePath,
    new: SourcePath,
    /// Whether the writer has already moved it.
    is_renamed: bool,
}

/// Both arguments as source paths. A page keeps its name when it moves into an existing folder, and
/// the new name of a page may lack its extension.
fn paths(site: &SiteRoot, old: &str, new: &str) -> Result<MovePaths, CommandError> {
    let path = |text: &str| {
        let text = if cfg!(windows) {
            text.replace('\\', "/")
        } else {
            text.to_owned()
        };
        SourcePath::new(&text)
            .map_err(|_| CommandError::new(format!("`{text}` is outside the site's folder")))
    };
    let (old, into) = (path(old)?, path(new)?);
    let old_state = site.disk.path_state(&old);
    if old_state == PathState::Link {
        return Err(CommandError::new(format!(
            "{} is a symbolic link, which cannot be moved",
            name(&old)
        )));
    }
    let is_folder = new.ends_with('/') || site.disk.path_state(&into) == PathState::Folder;
    if old_state == PathState::Nothing {
        let page = old.folder().join(&format!("{}.md", old.name())).ok();
        let found = [Some(old.clone()), page]
            .into_iter()
            .flatten()
            .find_map(|old| {
                let new = renamed(site, &old, &into, is_folder)?;
                Some(MovePaths {
                    old,
                    new,
                    is_renamed: true,
                })
            });
        return found.ok_or_else(|| missing(site, &old));
    }
    let new = if is_folder {
        into.join(old.name()).unwrap_or(into)
    } else {
        with_ending(&old, into)
    };
    let is_page = matches!(old_state, PathState::File { .. });
    let folders = new.segments().count().saturating_sub(usize::from(is_page));
    let mut around = SourcePath::root();
    for (at, segment) in new.segments().enumerate() {
        around = around.join(segment).unwrap_or(around);
        if Disk::is_skipped(&around, at < folders) {
            return Err(CommandError::new(format!(
                "files named `{segment}` are not read, so {new} would not be part of the site"
            )));
        }
    }
    if new.is_within(&site.settings().output) {
        return Err(CommandError::new(format!(
            "{new} is in the output folder, which is not read"
        )));
    }
    Ok(MovePaths {
        old,
        new,
        is_renamed: false,
    })
}

/// The new path, with the page's extension added if it has none: `b` and `v1.2` get the `.md` of
/// `a.md`.
fn with_ending(old: &SourcePath, new: SourcePath) -> SourcePath {
    let ending = new.extension();
    let has_ending = !ending.is_empty() && !ending.bytes().all(|byte| byte.is_ascii_digit());
    if !old.is_markdown() || has_ending {
        return new;
    }
    let named = new
        .folder()
        .join(&format!("{}.{}", new.name(), old.extension()));
    named.unwrap_or(new)
}

/// The path of a page or folder that no longer exists at `old`, if the writer has already moved it
/// to `into`.
fn renamed(
    site: &SiteRoot,
    old: &SourcePath,
    into: &SourcePath,
    is_folder: bool,
) -> Option<SourcePath> {
    let inside = into.join(old.name()).ok().filter(|_| is_folder);
    let itself = [with_ending(old, into.clone()), into.clone()];
    let is_there = |path: &SourcePath| match site.disk.path_state(path) {
        PathState::File { .. } => path.is_markdown() == old.is_markdown(),
        PathState::Folder => !old.is_markdown(),
        PathState::Nothing | PathState::Link => false,
    };
    inside
        .into_iter()
        .chain(itself)
        .find(|path| path != old && is_there(path))
}

/// The error for an `old` that does not exist. Suggests the same path below the content folder, or
/// with its extension, if that exists.
fn missing(site: &SiteRoot, old: &SourcePath) -> CommandError {
    let with_content = site.content().join(old.as_str()).ok();
    let endings = [Some(old.clone()), with_content].into_iter().flatten();
    let near = endings.flat_map(|path| {
        let page = path.folder().join(&format!("{}.md", path.name())).ok();
        [Some(path), page].into_iter().flatten()
    });
    let near = near
        .filter(|path| path != old)
        .find(|path| site.disk.path_state(path) != PathState::Nothing);
    let error = CommandError::new(format!("{} does not exist", name(old)));
    match near {
        Some(near) => error.help(format!(
            "did you mean {}? Paths are relative to the site's root",
            name(&near)
        )),
        None => error.help("paths are relative to the site's root"),
    }
}

fn name(path: &SourcePath) -> String {
    printable_name(path.as_str())
}

/// Prints why nothing was moved.
fn refuse(
    site: &SiteRoot,
    console: &Console,
    refusal: MoveRefusal,
) -> Result<Status, CommandError> {
    let MoveRefusal {
        message,
        mut problems,
    } = refusal;
    if problems.is_empty() {
        return Err(CommandError::new(format!("{message}; nothing was moved")));
    }
    problem_output::problems(console, site, &mut problems, OutputStream::Error);
    console.print(
        OutputStream::Error,
        &format!("Nothing was moved: {message}."),
    );
    Ok(Status::ContentErrors)
}

fn cannot_move(old: &SourcePath, error: &io::Error) -> CommandError {
    CommandError::new(format!("{old} cannot be moved: {error}"))
        .help("nothing was changed; try again")
}

/// What a plan changes: the end of a sentence, then one line per changed file and redirect.
fn summary(planned: &MovePlan) -> String {
    let mut text = format!(
        " {}, {} rewritten.",
        count(planned.moved.len(), "file"),
        count(planned.links, "link")
    );
    for path in planned.edited.keys() {
        text.push_str(&format!("\n  changes     {}", name(path)));
    }
    for (from, to) in &planned.redirects {
        text.push_str(&format!("\n  redirected  {from} → {to}"));
    }
    text
}
