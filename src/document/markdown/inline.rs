//! Inline elements: links, images, footnote references and formulas; also table cells, whose
//! alignment becomes a class.

use std::ops::Range;

use pulldown_cmark::{Alignment, Event, LinkType, Tag};

use super::pending::FootnoteMention;
use super::{FootnoteText, MarkdownWalk, OpenImage, remove_placeholders};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix};
use crate::document::advice;
use crate::document::body::Segment;
use crate::document::links::{Link, LinkRole, ParsedTarget, is_remote};
use crate::document::meta::LocatedValue;
use crate::document::trust_rules;
use crate::escape;
use crate::link_target::{AddressUse, address_problem, refusal, refusal_of};
use crate::settings::is_at;

/// A wiki link's target. In a table its `|` is written `\|`, and the backslash is not part of the
/// target.
fn wiki_target(written: &str) -> String {
    written.trim().trim_end_matches('\\').trim_end().to_owned()
}

/// The size in pixels that `40` or `40x30` states.
pub(super) fn image_size(text: &str) -> Option<(u32, Option<u32>)> {
    let side = |text: &str| {
        let is_number =
            (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|side| is_number && *side > 0)
    };
    match text.trim().split_once('x') {
        Some((width, height)) => Some((side(width)?, Some(side(height)?))),
        None => Some((side(text.trim())?, None)),
    }
}

/// Whether a target is written into the page without changes.
pub(super) fn is_final(written: &str) -> bool {
    // Nearly every link goes to a page of the site: it has no scheme, and does not begin with
    // slashes or with characters that browsers skip.
    let may_be = written.bytes().any(|byte| byte == b':')
        || !written.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
    may_be
        && matches!(
            ParsedTarget::parse(written),
            ParsedTarget::Outside | ParsedTarget::ProtocolRelative
        )
}

/// Whether the name in a wiki link is a path on the writer's computer.
fn names_disk(target: &str) -> bool {
    let is_path = target
        .as_bytes()
        .get(2)
        .is_some_and(|byte| matches!(byte, b'/' | b'\\'))
        || target.starts_with("\\\\");
    is_path && ParsedTarget::parse(target) == ParsedTarget::OnDisk
}

impl<'a> MarkdownWalk<'a> {
    /// Adds a link, with the problems that its target alone shows. `None` if it must not be written
    /// as a link.
    pub(super) fn link(
        &mut self,
        target: &str,
        role: LinkRole,
        range: Range<usize>,
    ) -> Option<u32> {
        // A wiki link names a page, whose title may contain a colon. Only the address of that page
        // is written.
        let is_name = role.is_wiki() && !names_disk(target);
        let usage = if role.is_embed() {
            AddressUse::Image
        } else {
            AddressUse::Link
        };
        let parsed = ParsedTarget::parse(target);
        let refusal = match self.share(target, &range) {
            Some(share) => refusal(&share, usage),
            None => refusal_of(&parsed, target, usage),
        };
        if let Some(refusal) = refusal.filter(|_| !is_name) {
            self.problem(
                Diagnostic::new(refusal.code, refusal.message).help(refusal.help),
                range,
            );
            return None;
        }
        let problem = self.target_problem(target, &parsed, role);
        let place = self.place(range.clone());
        if let Some(problem) = problem {
            self.problem(problem, range);
        }
        let index = u32::try_from(self.out.links.len()).expect("a page has fewer links than bytes");
        self.out.links.push(Link {
            target: LocatedValue {
                value: target.to_owned(),
                place,
            },
            role,
        });
        Some(index)
    }

    /// A problem of a target that is written all the same.
    fn target_problem(
        &self,
        target: &str,
        parsed: &ParsedTarget,
        role: LinkRole,
    ) -> Option<Diagnostic> {
        let problem =
            |code, message: &str, help: &str| Some(Diagnostic::new(code, message).help(help));
        match parsed {
            ParsedTarget::UnknownScheme { .. } if role.is_wiki() => None,
            ParsedTarget::Outside | ParsedTarget::ProtocolRelative
                if role.is_embed() && self.is_refused(target) =>
            {
                let problem = Diagnostic::new(
                    Code::OutsideOrigin,
                    format!("`{}` would be loaded from another site", target.trim()),
                );
                Some(problem.help(
                    "put the file into the site, or add its origin to the setting `allow_origins`",
                ))
            }
            ParsedTarget::Empty if !role.is_embed() => problem(
                Code::EmptyLink,
                "this link has no target",
                "add a target between the parentheses",
            ),
            ParsedTarget::Empty => problem(
                Code::EmptyLink,
                "this image has no file",
                "add a file between the parentheses",
            ),
            _ => address_problem(parsed)
                .map(|problem| Diagnostic::new(problem.code, problem.message).help(problem.help)),
        }
    }

    /// The path of a network share as it was written, where Markdown read the first of its two
    /// backslashes as an escape.
    fn share(&self, target: &str, range: &Range<usize>) -> Option<String> {
        let host = target
            .strip_prefix('\\')?
            .split(['\\', '/'])
            .next()
            .filter(|host| !host.is_empty())?;
        let is_share = self
            .text
            .get(range.clone())?
            .contains(&format!("\\\\{host}"));
        is_share.then(|| format!("\\{target}"))
    }

    /// Whether the site's settings forbid loading from this address.
    pub(super) fn is_refused(&self, target: &str) -> bool {
        is_remote(target) && !is_at(target, self.settings.allow_origins)
    }

    pub(super) fn start_link(
        &mut self,
        link_type: LinkType,
        target: &str,
        title: &str,
        range: Range<usize>,
    ) {
        let (role, target) = match link_type {
            LinkType::WikiLink { .. } => (LinkRole::Wiki, wiki_target(target)),
            LinkType::Email => (LinkRole::Text, format!("mailto:{target}")),
            _ => (LinkRole::Text, target.to_owned()),
        };
        let index = self.link(&target, role, range.clone());
        self.open_links.push(index.is_some());
        let Some(index) = index else { return };
        self.is_paid = trust_rules::is_affiliate(&target);
        if !matches!(
            link_type,
            LinkType::Autolink | LinkType::Email | LinkType::WikiLink { .. }
        ) {
            self.link_words = Some((String::new(), range));
        }
        let has_no_words = matches!(link_type, LinkType::WikiLink { has_pothole: false });
        if self.settings.wants_body {
            let mut tag = format!("<a href=\"{}\"", self.address(index));
            if !title.is_empty() {
                tag.push_str(" title=\"");
                escape::html_into(&mut tag, &remove_placeholders(title));
                tag.push('"');
            }
            tag.push_str(if self.is_paid {
                " rel=\"sponsored\">"
            } else {
                ">"
            });
            if has_no_words {
                tag.push_str(&self.add_placeholder(Segment::WikiTitle(index)));
            }
            self.push(Event::InlineHtml(tag.into()));
        }
        self.is_muted |= has_no_words;
    }

    pub(super) fn end_link(&mut self) {
        self.is_muted = false;
        if let Some((words, range)) = self.link_words.take()
            && let Some(remark) = advice::of_link(&words)
        {
            self.add_advice(remark, range);
        }
        let is_paid = std::mem::take(&mut self.is_paid);
        if self.open_links.pop() == Some(true) {
            let said = if is_paid {
                trust_rules::label_after_link(&self.settings.phrases.sponsored_link)
            } else {
                String::new()
            };
            self.push(Event::InlineHtml(format!("</a>{said}").into()));
        }
    }

    pub(super) fn start_image(
        &mut self,
        link_type: LinkType,
        target: &str,
        title: &str,
        range: Range<usize>,
    ) {
        if let Some(image) = &mut self.image {
            image.depth += 1;
            return;
        }
        let (role, target) = match link_type {
            LinkType::WikiLink { .. } => (LinkRole::WikiEmbed, wiki_target(target)),
            _ => (LinkRole::Embed, target.to_owned()),
        };
        self.image = Some(OpenImage {
            depth: 0,
            alt: String::new(),
            title: title.to_owned(),
            target,
            role,
            range,
        });
    }

    pub(super) fn end_image(&mut self) {
        if let Some(image) = self.image.as_mut().filter(|image| image.depth > 0) {
            image.depth -= 1;
            return;
        }
        let Some(mut image) = self.image.take() else {
            return;
        };
        let size = image.take_size();
        self.alt_text(&image.alt);
        if image.alt.trim().is_empty() {
            let problem = Diagnostic::new(Code::MissingAlt, "this image has no alt text");
            self.problem(
                problem
                    .help("describe the image between the brackets: `![description](…)`")
                    .fix(Some(Fix::new(
                        "![](",
                        "![description](",
                        Applicability::HasPlaceholders,
                    ))),
                image.range.clone(),
            );
        }
        if let Some(remark) = advice::of_image(&image.alt, &image.target) {
            self.add_advice(remark, image.range.clone());
        }
        let Some(index) = self.link(&image.target, image.role, image.range) else {
            return self.push(Event::Text(image.alt.into()));
        };
        if !self.settings.wants_body {
            return;
        }
        let mut tag = format!(
            "<img src=\"{}\" alt=\"{}\"",
            self.address(index),
            escape::html(&image.alt)
        );
        if let Some((width, height)) = size {
            tag.push_str(&format!(" width=\"{width}\""));
            tag.extend(height.map(|height| format!(" height=\"{height}\"")));
        }
        if !image.title.is_empty() {
            tag.push_str(" title=\"");
            escape::html_into(&mut tag, &remove_placeholders(&image.title));
            tag.push('"');
        }
        tag.push_str(" />");
        self.push(Event::InlineHtml(tag.into()));
    }

    pub(super) fn footnote_reference(&mut self, name: &str) {
        self.skip_mark_in_excerpt();
        let mention = self.footnotes.mention(name);
        let FootnoteMention { number, count } = mention;
        if !self.settings.wants_body {
            return;
        }
        let suffix = if count == 1 {
            String::new()
        } else {
            format!("-{count}")
        };
        let html = format!(
            "<sup class=\"footnote-ref\"><a href=\"#fn-{number}\" id=\"fnref-{number}{suffix}\" data-footnote>{number}</a></sup>"
        );
        // The script knows the reference by this attribute. As a placeholder it bypasses the
        // sanitizer, which removes the attribute elsewhere.
        let placeholder = self.add_placeholder(Segment::Html(html));
        self.push(Event::InlineHtml(placeholder.into()));
    }

    pub(super) fn footnote_definition(&mut self, name: String, note: FootnoteText) {
        if self.footnotes.notes.contains_key(&name) {
            let problem = Diagnostic::new(
                Code::UnusedFootnote,
                format!("the footnote `[^{name}]` is defined a second time"),
            );
            return self.problem(
                problem.help("rename it, or delete one of the two"),
                note.range,
            );
        }
        self.footnotes.notes.insert(name, note);
    }

    /// Appends the footnotes in the order of their first reference, and reports those that are
    /// never referenced.
    pub(super) fn footnote_section(&mut self, segments: &mut Vec<Segment>) {
        let mut defined = std::mem::take(&mut self.footnotes.notes);
        let mentioned = std::mem::take(&mut self.footnotes.mentioned);
        let mut notes = Vec::new();
        for (index, name) in mentioned.iter().enumerate() {
            let Some(FootnoteText { body, range, calls }) = defined.remove(name) else {
                continue;
            };
            self.flow().calls.extend(calls);
            if !self.settings.wants_body {
                continue;
            }
            let number = index + 1;
            notes.extend(self.line(&range).map(Segment::Line));
            notes.push(Segment::Html(format!("<li id=\"fn-{number}\">\n")));
            notes.extend(body);
            let label = escape::html(&self.settings.phrases.footnote_back);
            let back = (1..=self.footnotes.mentions[name].count).map(|mention| {
                let suffix = if mention == 1 { String::new() } else { format!("-{mention}") };
                format!("<a class=\"footnote-back\" href=\"#fnref-{number}{suffix}\" aria-label=\"{label} {number}\">↩</a>")
            });
            notes.push(Segment::Html(format!(
                "<p class=\"footnote-return\" data-return>{}</p></li>\n",
                back.collect::<Vec<_>>().join(" ")
            )));
        }
        for (name, FootnoteText { range, .. }) in defined {
            let problem = Diagnostic::new(
                Code::UnusedFootnote,
                format!("the footnote `[^{name}]` is never referenced"),
            );
            self.problem(
                problem.help(format!(
                    "write `[^{name}]` where it belongs, or delete the footnote"
                )),
                range,
            );
        }
        if !notes.is_empty() {
            segments.push(Segment::Html(
                "<section class=\"footnotes\" role=\"doc-endnotes\" data-footnotes>\n<ol>\n".into(),
            ));
            segments.extend(notes);
            segments.push(Segment::Html("</ol>\n</section>\n".into()));
        }
    }

    pub(super) fn task(&mut self, is_done: bool) {
        if !self.settings.wants_body {
            return;
        }
        let phrases = &self.settings.phrases;
        let (checked, label) = if is_done {
            (" checked=\"\"", &phrases.task_done)
        } else {
            ("", &phrases.task_open)
        };
        let html = format!(
            "<input disabled=\"\" type=\"checkbox\"{checked} aria-label=\"{}\"/>\n",
            escape::html(label)
        );
        self.push(Event::InlineHtml(html.into()));
    }

    pub(super) fn start_table(&mut self, alignments: &[Alignment], range: &Range<usize>) {
        if alignments
            .iter()
            .any(|alignment| *alignment != Alignment::None)
        {
            let class = |alignment: &Alignment| match alignment {
                Alignment::None => "",
                Alignment::Left => " class=\"align-left\"",
                Alignment::Center => " class=\"align-center\"",
                Alignment::Right => " class=\"align-right\"",
            };
            self.columns = alignments.iter().map(class).collect();
        }
        let plain = vec![Alignment::None; alignments.len()];
        self.push_start(Tag::Table(plain), range);
    }

    pub(super) fn start_cell(&mut self) {
        self.flow().depth += 1;
        if !self.settings.wants_body {
            return;
        }
        let class = self.columns.get(self.column).copied().unwrap_or("");
        // A cell written as HTML does not depend on the events before it, which may already be
        // written.
        self.push(Event::InlineHtml(match (self.is_head, class) {
            (false, "") => "<td>".into(),
            (false, class) => format!("<td{class}>").into(),
            (true, class) => format!("<th scope=\"col\"{class}>").into(),
        }));
    }

    pub(super) fn end_cell(&mut self, at: usize) {
        self.cells_end = at;
        let class = self.columns.get(self.column).copied().unwrap_or("");
        self.column += 1;
        let is_plain = class.is_empty() && !self.is_head;
        while is_plain && self.flow().depth == 0 && self.flows.len() > 1 {
            self.abandon_flow();
        }
        let flow = self.flow();
        flow.depth = flow.depth.saturating_sub(1);
        self.close_html_of_ended_blocks();
        self.push(Event::InlineHtml(
            if self.is_head { "</th>" } else { "</td>" }.into(),
        ));
        if !is_plain {
            self.plain_text(" ");
        }
    }
}
