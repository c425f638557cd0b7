//! Typos that show up only as text on the page: references and footnotes without a definition, a
//! link whose target contains a space, invisible characters. They are found in the source, where
//! the parser reported text.

use std::ops::Range;

use pulldown_cmark::LinkType;

use super::malformed::{NextChar, is_phone};
use super::text::pieces_with;
use super::{MarkdownWalk, UndefinedReference};
use crate::diagnostic::{Code, Diagnostic, is_bidi_control};

/// The maximum length of a target; longer text was not meant as one.
const TARGET_BYTES_MAX: usize = 500;

impl MarkdownWalk<'_> {
    /// Adds a text event to the run of text. An event that does not continue it begins a new run.
    pub(super) fn extend_run(&mut self, range: &Range<usize>) {
        if self.run.end != range.start {
            self.end_run();
            self.run = range.clone();
        }
        self.run.end = range.end;
    }

    /// Checks the run of text that ends here.
    pub(super) fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        let Some(text) = self.text.get(run.clone()) else {
            return;
        };
        // Every check needs one of these bytes; nearly every run has none.
        if memchr::memchr3(b']', b':', b'*', text.as_bytes()).is_none() {
            return;
        }
        self.malformed_inline(&run);
        if memchr::memchr(b']', text.as_bytes()).is_none() {
            return;
        }
        let (mut open, mut space, mut target_end) =
            (None, NextChar::default(), NextChar::default());
        for at in memchr::memchr2_iter(b'[', b']', text.as_bytes()) {
            if self.text[..run.start + at].ends_with('\\') {
                continue;
            }
            let rest = &text[at + 1..];
            if text.as_bytes()[at] == b'[' {
                open = Some(at);
                if let Some(name) = rest.strip_prefix('^').and_then(footnote_name) {
                    let message = format!("the footnote `[^{name}]` is not defined");
                    let problem = Diagnostic::new(Code::UndefinedFootnote, message).help(
                        if self.settings.is_whole {
                            format!("add a line `[^{name}]: …`")
                        } else {
                            "delete it; only a page's own text can have footnotes".to_owned()
                        },
                    );
                    self.problem(problem, run.start + at..run.start + at + name.len() + 3);
                }
            } else if let Some(target) = rest.strip_prefix('(').and_then(|rest| {
                let end =
                    target_end.at_or_after(text, at + 2, |c| matches!(c, ')' | '\n' | '<' | '['));
                target_with_space(rest, end - (at + 2))
            }) {
                let message =
                    format!("the target `{target}` contains a space, so this is not a link");
                let help = if is_phone(target) {
                    format!(
                        "write `tel:{}` between the parentheses",
                        target.replace(is_separator, "")
                    )
                } else {
                    format!("write `<{target}>` between the parentheses, or `%20` for each space")
                };
                let start = run.start + open.take().unwrap_or(at);
                self.problem(
                    Diagnostic::new(Code::LinkSpace, message).help(help),
                    start..run.start + at + target.len() + 3,
                );
            } else {
                self.malformed_link(&run, (open.take(), at), &mut space);
            }
        }
    }

    /// Reports the first control character and the first character that changes the direction of
    /// text. One of each type is enough.
    pub(super) fn hidden_characters(&mut self, body: Range<usize>) {
        let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
        let kinds: [(&str, &dyn Fn(char) -> bool); 2] = [
            ("a control character", &is_control),
            (
                "a character that changes the direction of text",
                &is_bidi_control,
            ),
        ];
        let text = &self.text[body.clone()];
        let suspects: Vec<(usize, char)> = suspects(text)
            .filter_map(|at| Some((at, text.get(at..)?.chars().next()?)))
            .filter(|(_, c)| is_control(*c) || is_bidi_control(*c))
            .collect();
        for (what, is_kind) in kinds {
            let Some(&(at, c)) = suspects.iter().find(|(_, c)| is_kind(*c)) else {
                continue;
            };
            let problem = Diagnostic::new(
                Code::HiddenCharacter,
                format!("the text contains {what}, U+{:04X}", u32::from(c)),
            );
            let at = body.start + at;
            self.problem(
                problem.help("delete it; it is invisible and can mislead readers"),
                at..at + c.len_utf8(),
            );
        }
    }

    pub(super) fn undefined_references(&mut self, undefined: &[UndefinedReference], offset: usize) {
        for (span, link_type, reference) in undefined {
            let is_full = matches!(
                link_type,
                LinkType::Reference
                    | LinkType::ReferenceUnknown
                    | LinkType::Collapsed
                    | LinkType::CollapsedUnknown
            );
            if is_full && !reference.starts_with('^') {
                let message = format!("the reference `[{reference}]` is not defined");
                let problem = Diagnostic::new(Code::UndefinedReference, message)
                    .help(format!("add a line `[{reference}]: address`"));
                self.problem(problem, span.start + offset..span.end + offset);
            }
        }
    }
}

/// The offsets at which an invisible character may begin.
fn suspects(text: &str) -> impl Iterator<Item = usize> {
    // Both types of control characters. The direction marks begin with 0xE2.
    let is_suspect = |byte: u8| {
        (byte < 0x20) & !matches!(byte, b'\n' | b'\t' | b'\r') | matches!(byte, 0x7F | 0xC2 | 0xE2)
    };
    pieces_with(text, is_suspect).flat_map(move |(start, piece)| {
        piece
            .iter()
            .enumerate()
            .filter(move |(_, byte)| is_suspect(**byte))
            .map(move |(at, _)| start + at)
    })
}

/// The name in `[^name]`, from after the `^`. A name with other characters is more likely a
/// pattern: `[^\n]`.
pub(super) fn footnote_name(rest: &str) -> Option<&str> {
    let end =
        rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.' | ':' | '*'))?;
    (end > 0 && rest[end..].starts_with(']')).then(|| &rest[..end])
}

/// Whether a character separates groups of digits in a telephone number.
fn is_separator(c: char) -> bool {
    !c.is_ascii_digit() && c != '+'
}

/// The target in `(a target)`, from after the parenthesis, if only a space keeps it from being one.
/// `end` is where it would end.
fn target_with_space(rest: &str, end: usize) -> Option<&str> {
    if end >= TARGET_BYTES_MAX || !rest[end..].starts_with(')') {
        return None;
    }
    let target = rest[..end].split(" \"").next()?.trim();
    let is_path = || target.contains(['/', '.', '#']) && !target.ends_with('.');
    let is_target = || {
        is_path()
            || is_phone(target)
            || ["tel:", "mailto:"]
                .iter()
                .any(|scheme| target.starts_with(scheme))
    };
    (target.contains(' ') && is_target()).then_some(target)
}
