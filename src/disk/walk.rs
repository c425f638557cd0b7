//! Walks a site's folder and lists every file that may be a source, in no particular order, with
//! the problems found on the way.
//!
//! Skipped folders are not entered, however large they are. `.gitignore` files count even without a
//! `.git` folder, and the nearest one has precedence. The `ignore:` setting has precedence over
//! them, so its `!pattern` includes what git ignores. A folder with Handsel's manifest is an output
//! folder, even if it is not that of this build. `scan` uses the same [`Walk`] for a few paths
//! only, so that there is one set of rules.

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

/// The files that decide what is listed in their folder. They are classified before its other
/// entries.
pub const RULE_NAMES: [&str; 2] = [GITIGNORE_NAME, MANIFEST_NAME];

/// The result of a walk.
#[derive(Debug, Default)]
pub struct WalkResult {
    /// Files that may be sources, including links to such files.
    pub files: Vec<SourcePath>,
    /// Symbolic links that are not skipped, wherever they point.
    pub links: Vec<SourcePath>,
    pub problems: Vec<Diagnostic>,
}

/// Walks the whole folder.
pub fn walk(root: &Path, rules: &ListingRules) -> WalkResult {
    let mut walk = Walk::new(root, rules);
    walk.below(root, 0);
    walk.seen
}

/// What the rules say about an entry.
#[derive(PartialEq, Eq)]
pub enum EntryRule {
    Read,
    Enter,
    Pass,
    /// Skip the entry if it is a folder, else the rest of its folder.
    SkipFolder,
}

/// An entry of a folder, from a listing or found by name.
pub struct FolderEntry<'a> {
    pub path: &'a Path,
    pub name: &'a OsStr,
    /// The type of the entry itself; links are not followed.
    pub kind: FileType,
    /// 1 for entries of the root.
    pub depth: usize,
}

/// A walk in progress: the rules that apply at the current entry, and the results so far.
pub struct Walk<'a> {
    root: &'a Path,
    rules: &'a ListingRules,
    setting: Gitignore,
    /// The `.gitignore` files of the folders that contain the current entry, each with the depth of
    /// the entries that it applies to.
    nested: Vec<(usize, Gitignore)>,
    pub seen: WalkResult,
    /// Skipped folders in `content/` that may contain Markdown.
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

    /// Walks everything below a folder, whose own depth is `depth`.
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

    /// Reports Markdown in `content/` that is skipped for a reason outside the site's settings: a
    /// `.gitignore` file excludes it, or it is in a folder of installed packages.
    fn report_excluded(&mut self, entry: &FolderEntry<'_>, path: &SourcePath, name: &str) {
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
                "folders of that name contain installed packages",
                "move your own pages to another folder, or add this one to `ignore:`",
            ),
            false => (
                "a `.gitignore` file excludes it",
                "to read it, add it to `ignore:` with a `!` in front; to skip it without a warning, add it there without one",
            ),
        };
        self.report(
            Code::UnreadFile,
            path,
            format!("{what} is not read, because {why}"),
            help,
        );
    }

    /// Drops the rules of folders deeper than `depth`.
    pub fn return_to(&mut self, depth: usize) {
        while self
            .nested
            .last()
            .is_some_and(|(nested, _)| *nested > depth)
        {
            self.nested.pop();
        }
    }

    /// Classifies an entry and records it. Its folder and the rule files next to it must have been
    /// classified before.
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
        let is_skipped_name = if is_folder {
            is_skipped_folder
        } else {
            is_skipped_file
        };
        if is_skipped_name(&name, is_in_static)
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
                    "rename it, or add it to `ignore:`",
                );
            } else if path.as_str().starts_with("content/") {
                self.report_excluded(entry, &path, &name);
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
                "rename it, because other systems and addresses cannot contain such a name",
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

    /// Whether a symbolic link points to a file inside the root. If not, the reason is reported.
    fn follow(&mut self, path: &SourcePath, link: &Path) -> bool {
        let written = fs::read_link(link)
            .map(|target| target.to_string_lossy().into_owned())
            .unwrap_or_default();
        let target = match fs::canonicalize(link) {
            Ok(target) => target,
            Err(error) => {
                let fault = match error.kind() {
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "has no target",
                    io::ErrorKind::PermissionDenied => "has a target that cannot be read",
                    _ => "is part of a loop",
                };
                let message = format!("the link `{path}` {fault}: it points to `{written}`");
                self.report(
                    Code::BadSymlink,
                    path,
                    message,
                    "fix the link, or delete it",
                );
                return false;
            }
        };
        if !target.starts_with(self.root) {
            let message =
                format!("the link `{path}` points outside the site's folder, to `{written}`");
            self.report(
                Code::BadSymlink,
                path,
                message,
                "replace it with a copy; files outside the site's folder are not read",
            );
            return false;
        }
        match fs::metadata(&target) {
            Ok(metadata) if metadata.is_file() => return true,
            Ok(metadata) if metadata.is_dir() => {
                let message = format!(
                    "the link `{path}` points to the folder `{written}`, which is not read"
                );
                self.report(
                    Code::FolderSymlink,
                    path,
                    message,
                    "move the folder here, or add the link to `ignore:`",
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

    /// Adds the rules of a `.gitignore` file, which apply until the walk leaves its folder. Invalid
    /// patterns are ignored, as in git.
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
                    .help("write patterns as in `.gitignore`"),
                );
            }
        }
        builder.build().unwrap_or_else(|_| Gitignore::empty())
    }

    /// The path relative to the root, with invalid UTF-8 replaced.
    pub fn source_path(&self, path: &Path) -> SourcePath {
        source_path(self.root, path)
            .expect("a walk from the root stays below it, and file names do not contain NUL")
    }

    fn report_unreadable(&mut self, error: &walkdir::Error) {
        let path = self.source_path(error.path().unwrap_or(self.root));
        let is_gone = error
            .io_error()
            .is_some_and(|error| error.kind() == io::ErrorKind::NotFound);
        if is_gone && !path.as_str().is_empty() {
            // It was deleted after its folder had been listed.
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

    /// Reports a pipe, a socket or a device, because reading one could block forever. It is only a
    /// warning, because a running program may use it.
    fn report_special(&mut self, path: &SourcePath) {
        let message = format!("`{path}` is a pipe, a socket or a device, so it is not read");
        self.report(
            Code::Unreadable,
            path,
            message,
            "move it elsewhere, or add it to `ignore:`",
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

/// How many entries of a skipped folder are examined for Markdown.
const LOOKED_AT_MAX: usize = 1_000;

/// Whether one of the first [`LOOKED_AT_MAX`] entries below a folder is a Markdown file.
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

/// Orders the entries of a folder by path, with the files in [`RULE_NAMES`] first.
fn rules_first(a: &DirEntry, b: &DirEntry) -> Ordering {
    // Whole paths are compared, because extracting their names costs more. Both are in the same
    // folder, so the order is the same.
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
