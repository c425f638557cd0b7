//! Names that are never sources: hidden files, temporary files of editors, and folders of package
//! managers and version control.
//!
//! `static/` is copied unchanged, so hidden names (`.well-known`, `.nojekyll`) are read there,
//! except for a few that are never meant to be published.

use crate::paths::SourcePath;

/// Whether a path is below `static/`.
pub fn is_in_static(path: &SourcePath) -> bool {
    path.as_str().starts_with("static/")
}

/// Whether a file or link of this name is skipped. `is_in_static` says whether it is below
/// `static/`.
pub fn is_skipped_file(name: &str, is_in_static: bool) -> bool {
    is_skipped_folder(name, is_in_static) || is_leftover(name)
}

/// Whether a folder of this name is skipped.
pub fn is_skipped_folder(name: &str, is_in_static: bool) -> bool {
    if name == "node_modules" {
        return true;
    }
    name.starts_with('.') && (!is_in_static || is_never_static(name))
}

/// Whether a path that is skipped because of the dot in its name may be meant as a source: it is a
/// Markdown file, or a folder in `content/` that is not known to belong to another program.
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

/// Hidden names that are skipped in `static/` too: those of version control, Handsel and macOS.
fn is_never_static(name: &str) -> bool {
    matches!(name, ".git" | ".DS_Store") || name.starts_with(".handsel") || name.starts_with("._")
}

/// Whether an editor makes files of this name next to the edited file: backups, swap and lock
/// files, and Vim's test file `4913`.
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
