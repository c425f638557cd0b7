//! `handsel move OLD NEW`: a page or a folder under another name, and every link as it was.

use std::collections::BTreeMap;
use std::io;

use clap::Args;

use super::console::{Console, Stream};
use super::figures::grouped;
use super::options::{CACHE_NAME, CommonOptions, now};
use super::site_folder::SiteFolder;
use super::{CannotRun, Status, print};
use crate::disk::relocate::{self, Edit, Move};
use crate::disk::{Disk, Standing};
use crate::memo::store::Folder;
use crate::paths::SourcePath;
use crate::pipeline::Request;
use crate::pipeline::memory::Memory;
use crate::pipeline::relocate::{Plan, Refusal, plan};

const EXAMPLES: &str = "\
Examples:
  handsel move content/tips/ask.md content/guides/ask-once.md
  handsel move content/notes content/guides/notes       a folder with all that is in it
  handsel move content/tips/ask.md content/guides/      into a folder that is there
  handsel move --dry-run content/a.md content/b.md      only says what would be done

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

pub fn run(options: &Options, common: &CommonOptions, console: &Console) -> Result<Status, CannotRun> {
    let site = SiteFolder::open_unfinished(common)?;
    match relocate::finish(&site.disk) {
        Ok(Some(done)) => console.answer(&format!("Finished the move of {} to {} that was cut short.", done.from, done.to)),
        Ok(None) if options.finish => console.answer("No move was cut short."),
        Ok(None) => {}
        Err(error) => {
            let error = CannotRun::new(format!("the move that was cut short cannot be finished: {error}"));
            return Err(error.help("if you began no move, delete the folder `.handsel/move`"));
        }
    }
    let (Some(old), Some(new)) = (&options.old, &options.new) else { return Ok(Status::Done) };
    let (old, new) = paths(&site, old, new)?;
    let request = Request {
        config: site.config.clone(),
        today: common.today,
        now: now()?,
        with_drafts: true,
        with_audit: false,
        keeps_addresses: false,
        is_strict: false,
        is_lenient: false,
        base_url: None,
    };
    let cache = std::sync::Arc::new(Folder::at(&site.disk.root().join(CACHE_NAME).join("cache")));
    let planned = match plan(&site.disk, &request, &Memory::recalling(Some(cache)), &old, &new) {
        Ok(planned) => planned,
        Err(refusal) => return refuse(&site, console, refusal),
    };
    if !options.dry_run {
        let edited = planned.edited.iter();
        let edited = edited.map(|(path, (before, after))| Edit { path: path.clone(), before: before.clone(), after: after.clone() });
        relocate::carry_out(&site.disk, &Move { from: old.clone(), to: new.clone(), edited: edited.collect() })
            .map_err(|error| cannot(&old, &error))?;
    }
    console.answer(&told(&planned, &old, &new, options.dry_run));
    for address in &planned.dropped {
        console.remark(&format!(
            "Note: {address} is no page's own address and is not redirected. If it was published, `handsel check` names it until a page takes \
             it in (`aliases:`) or the setting `retired` has it."
        ));
    }
    for (was, is, pages) in by_kinds(&planned) {
        let (named, them) = match pages.as_slice() {
            [only] => (format!("{only} is"), "it"),
            [first, rest @ ..] => (format!("{first} and {} more are", grouped(rest.len())), "each"),
            [] => continue,
        };
        console.remark(&format!(
            "Note: {named} of the kind `{is}` now, because of the folder; before, the kind was `{was}`. To keep that, write `kind: {was}` at the top of {them}."
        ));
    }
    Ok(Status::Done)
}

/// The pages that are of another kind than before, by what that was and what it is.
fn by_kinds(planned: &Plan) -> Vec<(&str, &str, Vec<&SourcePath>)> {
    let mut groups: BTreeMap<(&str, &str), Vec<&SourcePath>> = BTreeMap::new();
    for (path, (was, is)) in &planned.other_kinds {
        groups.entry((was, is)).or_default().push(path);
    }
    groups.into_iter().map(|((was, is), pages)| (was, is, pages)).collect()
}

/// Both as paths of the site; a folder that is there takes the page in under its own name.
fn paths(site: &SiteFolder, old: &str, new: &str) -> Result<(SourcePath, SourcePath), CannotRun> {
    let path = |text: &str| {
        let text = if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() };
        SourcePath::new(&text).map_err(|_| CannotRun::new(format!("`{text}` lies outside the site's folder")))
    };
    let (old, into) = (path(old)?, path(new)?);
    let standing = site.disk.standing(&old);
    if matches!(standing, Standing::Nothing | Standing::Link) {
        let what = if standing == Standing::Link { "is a link, which stays where it is" } else { "is not there" };
        let error = CannotRun::new(format!("{old} {what}"));
        let inside = site.content().join(old.as_str()).ok().filter(|inside| site.disk.standing(inside) != Standing::Nothing);
        return Err(match inside {
            Some(inside) if inside != old => error.help(format!("did you mean {inside}? Paths count from the site's root")),
            _ => error.help("paths count from the site's root"),
        });
    }
    let is_folder = new.ends_with('/') || site.disk.standing(&into) == Standing::Folder;
    let new = if is_folder { into.join(old.name()).unwrap_or(into) } else { into };
    let is_page = matches!(standing, Standing::File { .. });
    let folders = new.segments().count().saturating_sub(usize::from(is_page));
    let mut around = SourcePath::root();
    for (at, segment) in new.segments().enumerate() {
        around = around.join(segment).unwrap_or(around);
        if Disk::is_left_aside(&around, at < folders) {
            return Err(CannotRun::new(format!("nothing named `{segment}` is read, so {new} would not be on the site")));
        }
    }
    if new.is_within(&site.settings().output) {
        return Err(CannotRun::new(format!("{new} lies in the output folder, where nothing is read")));
    }
    Ok((old, new))
}

/// Nothing was changed; the reasons, as problems are told.
fn refuse(site: &SiteFolder, console: &Console, refusal: Refusal) -> Result<Status, CannotRun> {
    let Refusal { message, mut problems } = refusal;
    if problems.is_empty() {
        return Err(CannotRun::new(format!("{message}; nothing was moved")));
    }
    print::problems(console, site, &mut problems, Stream::Error);
    console.print(Stream::Error, &format!("Nothing was moved: {message}."));
    Ok(Status::ContentErrors)
}

fn cannot(old: &SourcePath, error: &io::Error) -> CannotRun {
    CannotRun::new(format!("{old} cannot be moved: {error}")).help("nothing was changed; try once more")
}

fn told(planned: &Plan, old: &SourcePath, new: &SourcePath, is_dry: bool) -> String {
    let mut text = if is_dry { format!("Would move {old} to {new}:") } else { format!("Moved {old} to {new}:") };
    let files = if planned.moved.len() == 1 { "1 file".to_owned() } else { format!("{} files", grouped(planned.moved.len())) };
    let links = if planned.links == 1 { "1 link".to_owned() } else { format!("{} links", grouped(planned.links)) };
    text.push_str(&format!(" {files}, {links} written anew."));
    for path in planned.edited.keys() {
        text.push_str(&format!("\n  changes     {path}"));
    }
    for (from, to) in &planned.redirects {
        text.push_str(&format!("\n  redirected  {from} → {to}"));
    }
    text
}
