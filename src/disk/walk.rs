//! The walk over a site's folder: every file that may be a source, in no promised order, and the
//! problems on the way.
//!
//! Folders that are left aside are not entered, however large they are. `.gitignore` files count
//! whether or not there is a `.git`, the nearest one first; the `ignore:` setting goes before them,
//! so its `!pattern` brings back what git ignores. A folder that holds our manifest is an output
//! folder, also when it is not the one of this build. `look` asks the same [`MarkdownWalk`] about a few
//! places only, so that there is one set of rules.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::fs::{self, FileType};
use std::io;
use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::{DirEntry, WalkDir};

use super::names::{is_hidden_source, is_in_static, is_skipped_file, is_skipped_folder};
use super::publish::MANIFEST_NAME;
use super::source_path;
use crate::diagnostic::{Code, Diagnostic, Location, Severity, printable};
use crate::paths::SourcePath;
use crate::source::ListingRules;

const GITIGNORE_NAME: &str = ".gitignore";

/// The files that say how the folder that holds them is read; they count before all that lies
/// beside them.
pub const RULE_NAMES: [&str; 2] = [GITIGNORE_NAME, MANIFEST_NAME];

/// What a walk came by.
#[derive(Debug, Default)]
pub struct WalkResult {
    /// Files that may be sources, links to such files among them.
    pub files: Vec<SourcePath>,
    /// Links that are not left aside, wherever they lead.
    pub links: Vec<SourcePath>,
    pub problems: Vec<Diagnostic>,
}

/// The whole folder.
pub fn walk(root: &Path, rules: &ListingRules) -> WalkResult {
    let mut walk = Walk::new(root, rules);
    walk.below(root, 0);
    walk.seen
}

/// What the rules say of an entry.
#[derive(PartialEq, Eq)]
pub enum EntryRule {
    Read,
    Enter,
    Pass,
    /// The folder that is the entry, or the rest of the one that holds it.
    SkipFolder,
}

/// A name in a folder, whether it was listed or asked for.
pub struct FolderEntry<'a> {
    pub path: &'a Path,
    pub name: &'a OsStr,
    /// The link's own where it is one.
    pub kind: FileType,
    /// 1 for what lies in the root.
    pub depth: usize,
}

/// A walk under way: what counts where it stands, and what it came by.
pub struct Walk<'a> {
    root: &'a Path,
    rules: &'a ListingRules,
    setting: Gitignore,
    /// The `.gitignore` files of the folders around the current entry, each with the depth of what
    /// it speaks of.
    nested: Vec<(usize, Gitignore)>,
    pub seen: WalkResult,
    /// Folders of the content that are not read and may hold Markdown.
    pub excluded: Vec<SourcePath>,
}

impl<'a> Walk<'a> {
    pub fn new(root: &'a Path, rules: &'a ListingRules) -> Self {
        let mut walk = Walk {
            root,
            rules,
            setting: Gitignore::empty(),
            nested: Vec::new(),
            seen: WalkResult::default(),
            excluded: Vec::new(),
        };
        walk.setting = walk.ignore_setting();
        walk
    }

    /// All that lies in a folder that is entered; `depth` is the folder's own.
    pub fn below(&mut self, folder: &Path, depth: usize) {
        let mut entries = WalkDir::new(folder)
            .min_depth(1)
            .sort_by(rules_first)
            .into_iter();
        while let Some(entry) = entries.next() {
            match entry {
                Ok(entry) => {
                    let depth = depth + entry.depth();
                    let entry = FolderEntry {
                        path: entry.path(),
                        name: entry.file_name(),
                        kind: entry.file_type(),
                        depth,
                    };
                    if self.classify(&entry) == EntryRule::SkipFolder {
                        entries.skip_current_dir();
                    }
                }
                Err(error) => self.report_unreadable(&error),
            }
        }
    }

    /// Reports Markdown in the content that is not read although nothing in the site's settings
    /// says so: a `.gitignore` file names it, or it is among installed packages.
    fn tell_excluded(&mut self, entry: &FolderEntry<'_>, path: &SourcePath, name: &str) {
        let is_folder = entry.kind.is_dir();
        let is_stated = matches!(
            self.setting.matched(entry.path, is_folder),
            Match::Ignore(_)
        );
        let is_output = self
            .rules
            .output
            .as_ref()
            .is_some_and(|output| path.is_within(output));
        if is_stated || is_output || name.starts_with('.') || (!is_folder && !path.is_markdown()) {
            return;
        }
        let is_packages = is_folder && is_skipped_folder(name, false);
        if !is_packages && !self.is_ignored(entry.path, is_folder) {
            return;
        }
        if is_folder {
            self.excluded.push(path.clone());
            if !holds_markdown(entry.path) {
                return;
            }
        }
        let what = if is_folder {
            format!("the folder `{path}/`")
        } else {
            format!("`{path}`")
        };
        let (why, help) = match is_packages {
            true => (
                "a folder of that name holds installed packages",
                "move pages of your own to another folder, or name this one under `ignore:`",
            ),
            false => (
                "a `.gitignore` file names it",
                "to read it, bring it back with `!` under `ignore:`; to leave it out without a warning, name it there",
            ),
        };
        self.report(
            Code::UnreadFile,
            path,
            format!("{what} is not read, because {why}"),
            help,
        );
    }

    /// Forgets the rules of folders deeper than this; whoever judges what lies in a folder has come
    /// from its own.
    pub fn return_to(&mut self, depth: usize) {
        while self
            .nested
            .last()
            .is_some_and(|(nested, _)| *nested > depth)
        {
            self.nested.pop();
        }
    }

    /// Judges an entry and keeps what it finds. The entry's folder has been judged before it, and
    /// the folder's rule files.
    pub fn classify(&mut self, entry: &FolderEntry<'_>) -> EntryRule {
        self.return_to(entry.depth);
        let name = entry.name.to_string_lossy();
        let path = self.source_path(entry.path);
        let is_folder = entry.kind.is_dir();
        let is_in_static = is_in_static(&path);
        if name == GITIGNORE_NAME && entry.kind.is_file() {
            self.add_gitignore(entry);
        }
        if name == MANIFEST_NAME && entry.depth > 1 && !is_in_static {
            return EntryRule::SkipFolder;
        }
        let is_left_aside = if is_folder {
            is_skipped_folder
        } else {
            is_skipped_file
        };
        if is_left_aside(&name, is_in_static)
            || self
                .rules
                .output
                .as_ref()
                .is_some_and(|output| path.is_within(output))
            || self.is_ignored(entry.path, is_folder)
        {
            if is_hidden_source(&name, &path, is_folder) && !self.is_ignored(entry.path, is_folder)
            {
                let what = if is_folder {
                    format!("the folder `{path}/`")
                } else {
                    format!("`{path}`")
                };
                let message = format!("{what} is not read, because its name begins with a dot");
                self.report(
                    Code::UnreadFile,
                    &path,
                    message,
                    "rename it, or name it under `ignore:`",
                );
            } else if path.as_str().starts_with("content/") {
                self.tell_excluded(entry, &path, &name);
            }
            return if is_folder {
                EntryRule::SkipFolder
            } else {
                EntryRule::Pass
            };
        }
        if entry.name.to_str().is_none() {
            let message = format!(
                "the name of `{}` is not UTF-8, so it is not read",
                printable(path.as_str())
            );
            self.report(
                Code::UnportableName,
                &path,
                message,
                "rename it; other systems and addresses cannot hold such a name",
            );
            return if is_folder {
                EntryRule::SkipFolder
            } else {
                EntryRule::Pass
            };
        }
        if entry.kind.is_symlink() {
            self.seen.links.push(path.clone());
        }
        if is_folder {
            EntryRule::Enter
        } else if entry.kind.is_file()
            || (entry.kind.is_symlink() && self.follow(&path, entry.path))
        {
            self.seen.files.push(path);
            EntryRule::Read
        } else {
            if !entry.kind.is_symlink() {
                self.report_special(&path);
            }
            EntryRule::Pass
        }
    }

    /// Whether a link leads to a file inside the root; says so when it does not.
    fn follow(&mut self, path: &SourcePath, link: &Path) -> bool {
        let written = fs::read_link(link)
            .map(|target| target.to_string_lossy().into_owned())
            .unwrap_or_default();
        let target = match fs::canonicalize(link) {
            Ok(target) => target,
            Err(error) => {
                let fault = match error.kind() {
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "leads nowhere",
                    io::ErrorKind::PermissionDenied => "leads to what may not be read",
                    _ => "leads in a circle",
                };
                let message = format!("the link `{path}` {fault}: its target is `{written}`");
                self.report(
                    Code::BadSymlink,
                    path,
                    message,
                    "mend the link, or delete it",
                );
                return false;
            }
        };
        if !target.starts_with(self.root) {
            let message = format!(
                "the link `{path}` leads out of the site's folder: its target is `{written}`"
            );
            self.report(
                Code::BadSymlink,
                path,
                message,
                "put a copy in its place; nothing outside the site's folder is read",
            );
            return false;
        }
        match fs::metadata(&target) {
            Ok(metadata) if metadata.is_file() => return true,
            Ok(metadata) if metadata.is_dir() => {
                let message = format!(
                    "the link `{path}` leads to the folder `{written}`, which is not entered"
                );
                self.report(
                    Code::FolderSymlink,
                    path,
                    message,
                    "move the folder here, or name the link under `ignore:`",
                );
            }
            Ok(_) => self.report_special(path),
            Err(error) => self.report(
                Code::Unreadable,
                path,
                format!("`{path}` cannot be read: {error}"),
                "check its permissions",
            ),
        }
        false
    }

    fn is_ignored(&self, path: &Path, is_folder: bool) -> bool {
        let verdict = |rules: &Gitignore| match rules.matched(path, is_folder) {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        };
        verdict(&self.setting)
            .or_else(|| {
                self.nested
                    .iter()
                    .rev()
                    .find_map(|(_, rules)| verdict(rules))
            })
            .unwrap_or(false)
    }

    /// From here to the end of its folder, a `.gitignore` file counts. Lines that are no patterns
    /// are passed over, as git does.
    fn add_gitignore(&mut self, entry: &FolderEntry<'_>) {
        let bytes = match fs::read(entry.path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let path = self.source_path(entry.path);
                return self.report(
                    Code::Unreadable,
                    &path,
                    format!("`{path}` cannot be read: {error}"),
                    "check its permissions",
                );
            }
        };
        let mut builder = GitignoreBuilder::new(entry.path.parent().unwrap_or(self.root));
        for line in String::from_utf8_lossy(&bytes)
            .trim_start_matches('\u{FEFF}')
            .lines()
        {
            let _ = builder.add_line(None, line);
        }
        if let Ok(rules) = builder.build()
            && !rules.is_empty()
        {
            self.nested.push((entry.depth, rules));
        }
    }

    fn ignore_setting(&mut self) -> Gitignore {
        let mut builder = GitignoreBuilder::new(self.root);
        for pattern in &self.rules.ignore {
            if let Err(error) = builder.add_line(None, pattern) {
                self.seen.problems.push(
                    Diagnostic::new(
                        Code::BadSetting,
                        format!("`ignore: {pattern}` is not a valid pattern: {error}"),
                    )
                    .help("patterns are written as in `.gitignore`"),
                );
            }
        }
        builder.build().unwrap_or_else(|_| Gitignore::empty())
    }

    /// The path from the root; what is not UTF-8 in it is replaced.
    pub fn source_path(&self, path: &Path) -> SourcePath {
        source_path(self.root, path)
            .expect("a walk from the root stays below it, and file names hold no NUL")
    }

    fn report_unreadable(&mut self, error: &walkdir::Error) {
        let path = self.source_path(error.path().unwrap_or(self.root));
        let is_gone = error
            .io_error()
            .is_some_and(|error| error.kind() == io::ErrorKind::NotFound);
        if is_gone && !path.as_str().is_empty() {
            // It went between the listing of its folder and its own turn.
            return;
        }
        let reason = error
            .io_error()
            .map_or_else(|| error.to_string(), ToString::to_string);
        self.report(
            Code::Unreadable,
            &path,
            format!("the folder `{path}` cannot be read: {reason}"),
            "check its permissions",
        );
    }

    /// Pipes, sockets and devices: reading one could wait for ever. It may be a program's at work,
    /// so it stops no build.
    fn report_special(&mut self, path: &SourcePath) {
        let message = format!("`{path}` is a pipe, a socket or a device, so it is not read");
        self.report(
            Code::Unreadable,
            path,
            message,
            "move it away, or name it under `ignore:`",
        );
        if let Some(problem) = self.seen.problems.last_mut() {
            problem.severity = Severity::Warning;
        }
    }

    fn report(&mut self, code: Code, path: &SourcePath, message: String, help: &str) {
        self.seen.problems.push(
            Diagnostic::new(code, message)
                .at(Location::start_of(path))
                .help(help),
        );
    }
}

/// How many names in a folder that is not read are looked at for Markdown.
const LOOKED_AT_MAX: usize = 1_000;

/// Whether one of the first files in a folder is Markdown.
fn holds_markdown(folder: &Path) -> bool {
    let mut names = WalkDir::new(folder)
        .min_depth(1)
        .into_iter()
        .take(LOOKED_AT_MAX)
        .flatten();
    names.any(|entry| {
        entry.file_type().is_file()
            && SourcePath::new(&entry.file_name().to_string_lossy())
                .is_ok_and(|path| path.is_markdown())
    })
}

/// In each folder, the files that say how to read it come before all others.
fn rules_first(a: &DirEntry, b: &DirEntry) -> Ordering {
    // Cutting the name out of a path costs more than comparing two paths, which begin with the same
    // folder and so sort by their names.
    let is_rule = |entry: &DirEntry| {
        let path = entry.path().as_os_str().as_encoded_bytes();
        RULE_NAMES
            .iter()
            .any(|name| path.ends_with(name.as_bytes()) && entry.file_name() == *name)
    };
    is_rule(b)
        .cmp(&is_rule(a))
        .then_with(|| a.path().as_os_str().cmp(b.path().as_os_str()))
}
