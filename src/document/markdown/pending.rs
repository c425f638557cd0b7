//! What is open during the walk over a text: parts whose end is still to come, and footnotes, which
//! are placed at the end of the page.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::inline::image_size;
use super::{DEPTH_MAX, MarkdownWalk};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::body::Segment;
use crate::document::code::Fence;
use crate::document::components::component_markers::SIGNS_MAX;
use crate::document::links::LinkRole;

/// Footnotes and their references.
#[derive(Default)]
pub(super) struct Footnotes {
    /// In the order of their first reference.
    pub(super) mentioned: Vec<String>,
    pub(super) mentions: HashMap<String, FootnoteMention>,
    pub(super) notes: BTreeMap<String, FootnoteText>,
}

/// A reference to a footnote.
#[derive(Clone, Copy, Default)]
pub(super) struct FootnoteMention {
    /// The footnote's number, from 1.
    pub(super) number: usize,
    /// How often the footnote was referenced so far.
    pub(super) count: usize,
}

impl Footnotes {
    /// Records one more reference.
    pub(super) fn mention(&mut self, name: &str) -> FootnoteMention {
        if let Some(mention) = self.mentions.get_mut(name) {
            mention.count += 1;
            return *mention;
        }
        self.mentioned.push(name.to_owned());
        let mention = FootnoteMention {
            number: self.mentioned.len(),
            count: 1,
        };
        self.mentions.insert(name.to_owned(), mention);
        mention
    }
}

/// A footnote's text.
pub(super) struct FootnoteText {
    pub(super) body: Vec<Segment>,
    pub(super) range: Range<usize>,
    pub(super) calls: BTreeSet<String>,
}

/// A heading that has not ended yet.
pub(super) struct OpenHeading {
    pub(super) level: u8,
    pub(super) id: Option<String>,
    pub(super) text: String,
    pub(super) range: Range<usize>,
    /// The index of its start among the flow's events.
    pub(super) at: usize,
}

/// An image that has not ended yet.
pub(super) struct OpenImage {
    pub(super) depth: usize,
    pub(super) alt: String,
    pub(super) title: String,
    pub(super) target: String,
    pub(super) role: LinkRole,
    pub(super) range: Range<usize>,
}

impl OpenImage {
    /// Removes the size from the end of the image's text (`![text|40](…)`, `![[image.png|40x30]]`)
    /// and returns it.
    pub(super) fn take_size(&mut self) -> Option<(u32, Option<u32>)> {
        if let Some((words, size)) = self.alt.rsplit_once('|') {
            let size = image_size(size)?;
            self.alt = words.trim().to_owned();
            return Some(size);
        }
        let size = image_size(&self.alt).filter(|_| self.role == LinkRole::WikiEmbed)?;
        self.alt.clone_from(&self.target);
        Some(size)
    }
}

/// A code block that has not ended yet.
pub(super) struct OpenCode {
    pub(super) fence: Fence,
    pub(super) code: String,
    pub(super) is_fenced: bool,
    pub(super) range: Range<usize>,
}

impl MarkdownWalk<'_> {
    /// Whether a block that begins here is nested too deeply, so that it loses its nesting. Reported
    /// once.
    pub(super) fn is_too_deep(&mut self, depth: usize, range: &Range<usize>) -> bool {
        let is_too_deep = depth >= DEPTH_MAX;
        if is_too_deep {
            self.too_deep("blocks", DEPTH_MAX, range.clone());
        }
        is_too_deep
    }

    /// Reports where the text becomes plain text because it would take too much work to parse.
    pub(super) fn report_plain_text(&mut self, body: &Range<usize>) {
        if let Some(at) = self.marks.plain_from {
            let message = format!(
                "this page has more than {SIGNS_MAX} Markdown characters; the rest is shown as plain text"
            );
            self.problem(
                Diagnostic::new(Code::LongPage, message).help("divide the page"),
                at..body.end,
            );
        }
    }

    /// Reports that something is nested too deeply, once for each page and type.
    pub(super) fn too_deep(&mut self, what: &'static str, depth_max: usize, range: Range<usize>) {
        if !self.too_deep.contains(&what) {
            self.too_deep.push(what);
            let problem = Diagnostic::new(
                Code::TooDeep,
                format!("{what} are nested more than {depth_max} deep"),
            );
            self.problem(
                problem.help("nest them less deeply; the rest is shown without nesting"),
                range,
            );
        }
    }
}
