//! Names that are never sources: hidden files, editors' leftovers, what package managers and
//! version control keep.
//!
//! `static/` is copied as it is, so hidden names (`.well-known`, `.nojekyll`) count there, but for
//! a few that nobody means to publish.

use crate::paths::SourcePath;

/// Whether a path lies below `static/`.
pub fn is_in_static(path: &SourcePath) -> bool {
    path.as_str().starts_with("static/")
}

/// Whether a file or link of this name is left aside; `is_in_static` says that it lies below
/// `static/`.
pub fn is_skipped_file(name: &str, is_in_static: bool) -> bool {
    is_skipped_folder(name, is_in_static) || is_leftover(name)
}

/// Whether a folder of this name is not entered.
pub fn is_skipped_folder(name: &str, is_in_static: bool) -> bool {
    if name == "node_modules" {
        return true;
    }
    name.starts_with('.') && (!is_in_static || is_never_static(name))
}

/// Whether somebody may miss what is left aside because its name begins with a dot: a Markdown
/// file, or a folder of the content that is not known to be another program's.
pub fn is_hidden_source(name: &str, path: &SourcePath, is_folder: bool) -> bool {
    const OF_PROGRAMS: [&str; 20] = [
        ".git",
        ".github",
        ".gitlab",
        ".hg",
        ".svn",
        ".obsidian",
        ".trash",
        ".vscode",
        ".idea",
        ".vs",
        ".logseq",
        ".foam",
        ".dendron",
        ".stfolder",
        ".stversions",
        ".cache",
        ".jekyll-cache",
        ".sass-cache",
        ".smart-env",
        ".space",
    ];
    if !name.starts_with('.')
        || name.starts_with(".handsel")
        || is_leftover(name)
        || name.starts_with("._")
    {
        return false;
    }
    let is_in_content = path.as_str().starts_with("content/");
    if is_folder {
        is_in_content && !OF_PROGRAMS.contains(&name)
    } else {
        path.is_markdown()
    }
}

/// Hidden names that do not belong on a site: version control, our own folder and files, what macOS
/// leaves behind.
fn is_never_static(name: &str) -> bool {
    matches!(name, ".git" | ".DS_Store") || name.starts_with(".handsel") || name.starts_with("._")
}

/// What editors write beside the file that is being edited: backups, swap and lock files, Vim's
/// test file `4913`.
fn is_leftover(name: &str) -> bool {
    let has_ending = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    name == "4913"
        || has_ending(&["~", ".swp", ".swo", ".swx", "___jb_tmp___", "___jb_old___"])
        || name.starts_with(".#")
        || (name.len() > 1 && name.starts_with('#') && name.ends_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_and_hidden_names() {
        for name in [
            "a.md~",
            ".a.md.swp",
            "a.swp",
            ".#a.md",
            "#a.md#",
            "4913",
            ".DS_Store",
            ".git",
            "node_modules",
            "._a.jpg",
        ] {
            assert!(is_skipped_file(name, false), "{name}");
            assert!(is_skipped_file(name, true), "{name} in static/");
        }
        for name in [".well-known", ".nojekyll", ".htaccess"] {
            assert!(is_skipped_file(name, false), "{name}");
            assert!(!is_skipped_file(name, true), "{name} in static/");
        }
        for name in ["a.md", "#", "target", "4913.md", "c#"] {
            assert!(!is_skipped_file(name, false), "{name}");
        }
        assert!(!is_skipped_folder("4913", false));
    }
}
