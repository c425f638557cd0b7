//! Headings: their ids and levels, and which of them is the page's title.
//!
//! The title of a page without `title:` is its first first-level heading, or else a heading that
//! comes before any other text. Such a heading is removed from the body, because the template shows
//! it above the text. See DECISIONS: “A title is a heading only where it heads the page”.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use super::MarkdownWalk;
use super::pending::OpenHeading;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::meta::LocatedValue;
use crate::document::outline::Heading;
use crate::escape;
use crate::html::references::decode_text;
use crate::html::tags::first_named;
use crate::html::{HtmlToken, Tokens};
use crate::source::is_blank;

/// The search for a title, which is decided at the end of the text.
#[derive(Default)]
pub(super) struct TitleSearch {
    /// Whether the text has shown anything besides images so far.
    pub(super) has_text: bool,
    /// A heading of a lower level that comes before any other text: its events, and its range.
    first: Option<(Range<usize>, Range<usize>)>,
}

impl TitleSearch {
    /// The end of the events of a heading that may become the title.
    pub(super) fn first_end(&self) -> usize {
        self.first.as_ref().map_or(0, |(events, _)| events.end)
    }
}

impl MarkdownWalk<'_> {
    /// Notes text that comes before further headings.
    pub(super) fn note_text(&mut self, text: &str) {
        let title = &mut self.title;
        title.has_text = title.has_text || !text.trim().is_empty();
    }

    pub(super) fn end_heading(&mut self, level: HeadingLevel) {
        let Some(open) = self.heading.take() else {
            return;
        };
        let text = open.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_own = self.is_at_top() && self.out.heading.is_none() && self.out.outline.is_empty();
        if is_own && open.level == 1 && is_blank(&text) {
            // A heading without words is not a title.
            return self.flow().truncate(open.at);
        }
        let id = self.heading_id(&open, &text);
        let heading = Heading {
            level: open.level,
            id,
            text,
        };
        if is_own && heading.level == 1 {
            self.flow().truncate(open.at);
            self.out.heading = Some(LocatedValue {
                value: heading,
                place: self.place(open.range),
            });
            return;
        }
        let may_be_title =
            is_own && !self.settings.is_titled && !self.title.has_text && !is_blank(&heading.text);
        if !may_be_title {
            self.check_level(&heading, &open);
        }
        self.last_level = heading.level;
        if self.settings.wants_body {
            if let Some(Event::Start(Tag::Heading { id, .. })) = self.flow().events.get_mut(open.at)
            {
                *id = Some(heading.id.clone().into());
            }
            let mut link = String::from(" <a class=\"anchor\" href=\"#");
            escape::html_into(&mut link, &heading.id);
            link.push_str("\" aria-hidden=\"true\" tabindex=\"-1\">#</a>");
            self.push(Event::InlineHtml(link.into()));
            self.push(Event::End(TagEnd::Heading(level)));
        }
        if may_be_title {
            self.title.first = Some((open.at..self.flow().events.len(), open.range));
        } else if heading.level == 1
            && self.is_at_top()
            && self.out.later_title.is_none()
            && !heading.text.is_empty()
        {
            self.out.later_title = Some(heading.text.clone());
        }
        self.close_html_of_ended_blocks();
        self.begin_section(&heading);
        self.out.outline.push(heading);
    }

    /// The heading's stated id if it is still free, or else one made from its words.
    fn heading_id(&mut self, open: &OpenHeading, text: &str) -> String {
        let Some(id) = &open.id else {
            return self.ids.for_heading(text);
        };
        if self.ids.take(id) {
            return id.clone();
        }
        self.duplicate_id(id, open.range.clone());
        self.ids.for_heading(id)
    }

    pub(super) fn duplicate_id(&mut self, id: &str, range: Range<usize>) {
        let problem = Diagnostic::new(
            Code::DuplicateId,
            format!("the id `{id}` is already used on this page"),
        );
        self.problem(
            problem.help("give one of the two another id; links go to the first"),
            range,
        );
    }

    fn check_level(&mut self, heading: &Heading, open: &OpenHeading) {
        let range = open.range.clone();
        if heading.level == 1 {
            let is_first = !self.settings.is_titled
                && self.out.heading.is_none()
                && self.out.later_title.is_none()
                && self.is_at_top();
            let (message, help) = if is_first {
                (
                    "the first-level heading comes after other headings",
                    "move it to the top of the page, or write it as `##`",
                )
            } else {
                (
                    "a second first-level heading",
                    "write it as `##`, because a page has one title",
                )
            };
            self.problem(Diagnostic::new(Code::ExtraH1, message).help(help), range);
        } else if heading.level > self.last_level + 1 {
            let message = format!(
                "the heading's level goes from {} to {}",
                self.last_level, heading.level
            );
            let help = format!("write it with {} `#`", self.last_level + 1);
            self.problem(
                Diagnostic::new(Code::HeadingJump, message).help(help),
                range,
            );
        }
    }

    /// Whether the walk is outside quotes, lists, components and notes.
    fn is_at_top(&mut self) -> bool {
        self.flows.len() == 1 && self.flow().depth == 0
    }

    /// Records a first-level heading that is written in HTML. It stays where it is.
    pub(super) fn note_html_heading(&mut self, html: &str) {
        if self.settings.is_titled
            || self.out.heading.is_some()
            || self.out.later_title.is_some()
            || first_named(html, "h1").is_none()
        {
            return;
        }
        let (mut is_within, mut title) = (false, String::new());
        for token in Tokens::new(html) {
            match token {
                HtmlToken::StartTag(tag) if tag.name == "h1" => is_within = true,
                HtmlToken::EndTag { name, .. } if name == "h1" => break,
                HtmlToken::Text(range) if is_within => title.push_str(&decode_text(&html[range])),
                HtmlToken::StartTag(_) if is_within => title.push(' '),
                _ => {}
            }
        }
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        self.out.later_title = Some(title).filter(|title| !title.is_empty());
    }

    /// Removes the heading that comes before all other text from the body, unless the page has
    /// another title.
    pub(super) fn adopt_first_heading(&mut self) {
        let Some((events, range)) = self.title.first.take() else {
            return;
        };
        if self.out.heading.is_some() || self.out.later_title.is_some() {
            return;
        }
        let heading = self.out.outline.remove(0);
        self.flow().cut(events);
        if let Some(at) = self
            .out
            .passages
            .iter()
            .position(|passage| passage.anchor == heading.id)
            .filter(|at| *at > 0)
        {
            let passage = self.out.passages.remove(at);
            let before = &mut self.out.passages[at - 1];
            before.text.push_str(&passage.text);
            before.includes.extend(passage.includes);
        }
        self.out.heading = Some(LocatedValue {
            value: heading,
            place: self.place(range),
        });
    }
}
