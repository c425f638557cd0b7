//! What can be wrong with a block of front matter, in words.

use std::ops::Range;

use super::FrontMatterFormat;
use crate::source::is_unseen;

/// Why a block is not valid front matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockFault {
    /// The block has the right lines but is not at the beginning of the file.
    Late,
    OddLine,
    /// An invisible character precedes the first line.
    Unseen(char),
    /// Blanks precede the line.
    Indented,
    NoLine,
    InCode,
    InComment,
    Second,
}

impl BlockFault {
    /// The message and the help for this fault.
    pub(super) fn explain(
        self,
        text: &str,
        open: &Range<usize>,
        form: FrontMatterFormat,
    ) -> (String, &'static str) {
        let line = text[open.clone()].trim_matches(|c: char| c.is_whitespace() || is_unseen(c));
        let late = || {
            format!(
                "front matter begins on line 1, and this block begins on line {}",
                text[..open.start].matches('\n').count() + 1
            )
        };
        match (self, form) {
            (BlockFault::Second, _) => (
                "this page has a second block of front matter".to_owned(),
                "move its keys into the first block; to show these lines as text, put them in a code block",
            ),
            (_, FrontMatterFormat::Toml) => {
                ("this front matter is TOML".to_owned(), super::YAML_WANTED)
            }
            (_, FrontMatterFormat::Json) => {
                ("this front matter is JSON".to_owned(), super::YAML_WANTED)
            }
            (BlockFault::Late, _) => (
                late(),
                "move it to the top of the file; to show these lines as text, put them in a code block",
            ),
            (BlockFault::OddLine, _) => (
                format!("front matter opens with a line `---`, not `{line}`"),
                "replace it with `---`, on line 1 of the file",
            ),
            (BlockFault::Unseen(c), _) => (
                format!(
                    "an invisible character, U+{:04X}, precedes the line that opens the front matter",
                    u32::from(c)
                ),
                "delete it, so that `---` begins the file",
            ),
            (BlockFault::Indented, _) => (
                "blanks precede the line that opens the front matter".to_owned(),
                "delete them, so that `---` begins the file",
            ),
            (BlockFault::NoLine, _) => (
                "no line `---` precedes this front matter".to_owned(),
                "put a line `---` above it and one below it",
            ),
            (BlockFault::InCode, _) => (
                "this front matter is in a code block".to_owned(),
                super::YAML_WANTED,
            ),
            (BlockFault::InComment, _) => (
                "this front matter is in a comment".to_owned(),
                super::YAML_WANTED,
            ),
        }
    }
}
