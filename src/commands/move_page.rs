//! `handsel move OLD NEW`: a page or a folder under another name, and every link as it was.

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
  handsel move content/notes content/guides/notes       a folder with all that is in it
  handsel move content/tips/ask.md content/guides/      into a folder that is there
  handsel move --dry-run content/a.md content/b.md      only says what would be done

A page or a folder that you have renamed already is left where it is: its links are changed, and its old address is redirected.

Paths count from the site's root. Nothing is changed unless all of it can be.";

/// Move a page or a folder: links to it and in it are written anew, its old address is redirected
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The page, file or folder, from the site's root
    #[arg(value_name = "OLD", required_unless_present = "finish")]
    pub old: Option<String>,
    /// Its new path from the site's root, or a folder that is there
    #[arg(value_name = "NEW", required_unless_present = "finish")]
    pub new: Option<String>,
    /// Say what would be done, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Finish a move that was cut short
    #[arg(long, conflicts_with_all = ["old", "new", "dry_run"])]
    pub finish: bool,
}

pub fn run(
    options: &Options,
    common: &CommonOptions,
    console: &Console,
) -> Result<Status, CommandError> {
    let site = SiteRoot::open_unfinished(common)?;
    match move_files::finish(&site.disk) {
        Ok(Some(done)) => console.answer(&format!(
            "Finished the move of {} to {} that was cut short.",
            done.from, done.to
        )),
        Ok(None) if options.finish => console.answer("No move was cut short."),
        Ok(None) => {}
        Err(error) => {
            let error = CommandError::new(format!(
                "the move that was cut short cannot be finished: {error}"
            ));
            return Err(error.help("if you began no move, delete the folder `.handsel/move`"));
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
    let memory = BuildCache::read_only(Some(cache));
    let plan = if is_renamed { plan_renamed } else { plan };
    let planned = match plan(&site.disk, &request, &memory, &old, &new) {
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
            "{} is at {} already; would follow it:",
            name(&old),
            name(&new)
        ),
        (false, false) => format!("Moved {} to {}:", name(&old), name(&new)),
        (false, true) => format!("{} is at {} already; followed it:", name(&old), name(&new)),
    };
    console.answer(&(done + &summary(&planned)));
    for address in &planned.dropped {
        console.write_note(&format!(
            "Note: {address} no longer exists after this and is not redirected. If readers may have kept it, add it to the `aliases:` of \
             the page that replaces it."
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
            "Note: {named} of the kind `{is}` now, because of the folder; before, the kind was `{was}`. To keep that, write `kind: {was}` at the top of {them}."
        ));
    }
    Ok(Status::Done)
}

/// The pages that are of another kind than before, by what that was and what it is.
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

/// From where to where.
struct MovePaths {
    old: SourcePath,
    new: SourcePath,
    /// The writer has renamed it already.
    is_renamed: bool,
}

/// Both as paths of the site. A folder that is there takes the page in under its own name; the new
/// name of a page may lack its ending.
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
    let standing = site.disk.path_state(&old);
    if standing == PathState::Link {
        return Err(CommandError::new(format!(
            "{} is a link, which stays where it is",
            name(&old)
        )));
    }
    let is_folder = new.ends_with('/') || site.disk.path_state(&into) == PathState::Folder;
    if standing == PathState::Nothing {
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
    let is_page = matches!(standing, PathState::File { .. });
    let folders = new.segments().count().saturating_sub(usize::from(is_page));
    let mut around = SourcePath::root();
    for (at, segment) in new.segments().enumerate() {
        around = around.join(segment).unwrap_or(around);
        if Disk::is_skipped(&around, at < folders) {
            return Err(CommandError::new(format!(
                "nothing named `{segment}` is read, so {new} would not be on the site"
            )));
        }
    }
    if new.is_within(&site.settings().output) {
        return Err(CommandError::new(format!(
            "{new} lies in the output folder, where nothing is read"
        )));
    }
    Ok(MovePaths {
        old,
        new,
        is_renamed: false,
    })
}

/// The new path with the ending of the page that it is for, where it was written without one: `b`
/// and `v1.2` for `a.md`.
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

/// Where a page or folder is now that is not at `old`, if the writer has already moved it to the
/// named place.
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

/// There is nothing at `old`; perhaps it is meant from the content folder, or without its ending.
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
    let error = CommandError::new(format!("{} is not there", name(old)));
    match near {
        Some(near) => error.help(format!(
            "did you mean {}? Paths count from the site's root",
            name(&near)
        )),
        None => error.help("paths count from the site's root"),
    }
}

fn name(path: &SourcePath) -> String {
    printable_name(path.as_str())
}

/// Nothing was changed; the reasons, as problems are told.
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
        .help("nothing was changed; try once more")
}

/// What a plan changes, as the end of a sentence and a line for each change.
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
