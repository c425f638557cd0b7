//! What each event of the Markdown parser does in the walk over a text.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Tag, TagEnd};

use super::flow::{Flow, FlowKind};
use super::heading_attributes::HeadingAttributes;
use super::pending::{OpenCode, OpenHeading};
use super::{MarkdownWalk, remove_placeholders};
use crate::document::code::Fence;
use crate::document::raw_html::HtmlFragment;

impl<'a> MarkdownWalk<'a> {
    pub(super) fn event(&mut self, event: Event<'a>, range: Range<usize>) {
        if !matches!(event, Event::Text(_)) {
            self.end_run();
        }
        if !matches!(event, Event::Text(_) | Event::SoftBreak | Event::HardBreak) {
            self.end_prose();
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => self.text(text, range),
            Event::Code(code) => {
                let code = self
                    .marks
                    .unmask(Cow::Borrowed(&*code), &range, self.text)
                    .into_owned();
                self.plain_text(&code);
                self.push(Event::Code(code.into()));
            }
            Event::Html(html) => self.html_line(&html, range),
            Event::InlineHtml(html) => self.inline_html(&html, range),
            Event::FootnoteReference(name) => self.footnote_reference(&name),
            Event::SoftBreak | Event::HardBreak => {
                self.plain_text(" ");
                let before = self.flow().events.len();
                self.push(event);
                self.note_prose(" ", before);
            }
            Event::InlineMath(formula) => self.math(&formula, range, false),
            Event::DisplayMath(formula) => self.math(&formula, range, true),
            Event::TaskListMarker(is_done) => self.task(is_done),
            Event::Rule => self.push_block(event, &range),
        }
        self.write_early();
    }

    fn start(&mut self, tag: Tag<'a>, range: Range<usize>) {
        match tag {
            Tag::HtmlBlock => {
                if !self.component_mark(&range) {
                    self.html = Some(HtmlFragment::default());
                }
            }
            Tag::Heading { .. } if !self.settings.is_whole => {
                self.push_start(Tag::Paragraph, &range);
                self.push(Event::Start(Tag::Strong));
            }
            Tag::Heading {
                level,
                id,
                classes,
                attrs,
            } => {
                let written = HeadingAttributes {
                    id: id.map(|id| id.to_string()),
                    classes,
                    attrs,
                };
                let HeadingAttributes { id, classes, attrs } =
                    self.heading_attributes(written, &range);
                let at = self.flow().events.len();
                self.push_block(
                    Event::Start(Tag::Heading {
                        level,
                        id: None,
                        classes,
                        attrs,
                    }),
                    &range,
                );
                self.heading = Some(OpenHeading {
                    level: level as u8,
                    id,
                    text: String::new(),
                    range,
                    at,
                });
            }
            Tag::CodeBlock(kind) => {
                let (fence, is_fenced) = match &kind {
                    CodeBlockKind::Fenced(info) if self.settings.wants_body => {
                        (Fence::parse(&remove_placeholders(info)), true)
                    }
                    CodeBlockKind::Fenced(_) => (Fence::default(), true),
                    CodeBlockKind::Indented => (Fence::default(), false),
                };
                self.title.has_text = true;
                self.code = Some(OpenCode {
                    fence,
                    code: String::new(),
                    is_fenced,
                    range,
                });
            }
            Tag::Link {
                link_type,
                dest_url,
                title,
                ..
            } => self.start_link(link_type, &dest_url, &title, range),
            Tag::Image {
                link_type,
                dest_url,
                title,
                ..
            } => self.start_image(link_type, &dest_url, &title, range),
            Tag::FootnoteDefinition(name) => self.flows.push(Flow::new(FlowKind::Footnote {
                name: name.to_string(),
                range,
            })),
            Tag::BlockQuote(Some(_))
                if self.dropped_depth > 0 || self.is_too_deep(self.flows.len(), &range) =>
            {
                self.dropped_depth += 1
            }
            Tag::BlockQuote(Some(kind)) => {
                self.flows.push(Flow::new(FlowKind::Alert { kind, range }))
            }
            Tag::Table(alignments) => self.start_table(&alignments, &range),
            Tag::TableHead => {
                (self.is_head, self.column) = (true, 0);
                self.push_start(Tag::TableHead, &range);
            }
            Tag::TableRow => {
                self.column = 0;
                self.push_start(Tag::TableRow, &range);
            }
            Tag::TableCell => self.start_cell(),
            Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Superscript
            | Tag::Subscript => self.push(Event::Start(tag)),
            Tag::MetadataBlock(_) => {}
            block => self.start_block(block, range),
        }
    }

    /// Starts a block that may contain other blocks. Blocks that are nested too deeply lose their
    /// nesting.
    fn start_block(&mut self, block: Tag<'a>, range: Range<usize>) {
        if matches!(block, Tag::Paragraph) {
            self.malformed_block(&range);
        }
        let can_nest = matches!(block, Tag::BlockQuote(_) | Tag::List(_) | Tag::Item);
        let depth = self.flow().depth;
        if can_nest && (self.dropped_depth > 0 || self.is_too_deep(depth, &range)) {
            self.dropped_depth += 1;
            return;
        }
        self.push_start(block, &range);
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        self.separate_blocks(tag);
        if matches!(
            tag,
            TagEnd::Item
                | TagEnd::TableCell
                | TagEnd::DefinitionListTitle
                | TagEnd::DefinitionListDefinition
        ) {
            self.end_sentence();
        }
        match tag {
            TagEnd::HtmlBlock => self.end_html_block(&range),
            TagEnd::Heading(_) if !self.settings.is_whole => {
                self.push(Event::End(TagEnd::Strong));
                self.end(TagEnd::Paragraph, range);
            }
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::CodeBlock => self.end_code(range),
            TagEnd::Link => self.end_link(),
            TagEnd::Image => self.end_image(),
            TagEnd::FootnoteDefinition => {
                self.end_container(|kind| matches!(kind, FlowKind::Footnote { .. }))
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item if self.dropped_depth > 0 => {
                self.dropped_depth -= 1
            }
            TagEnd::BlockQuote(Some(_)) => {
                self.end_container(|kind| matches!(kind, FlowKind::Alert { .. }))
            }
            TagEnd::TableHead => {
                self.is_head = false;
                self.push_end(tag);
            }
            TagEnd::TableCell => self.end_cell(range.end),
            TagEnd::TableRow => self.end_row(&range),
            TagEnd::Table => {
                self.columns.clear();
                self.push_end(tag);
            }
            TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript => self.push(Event::End(tag)),
            TagEnd::MetadataBlock(_) => {}
            TagEnd::Paragraph => {
                self.plain_text("\n");
                self.push_end(tag);
            }
            block => self.push_end(block),
        }
    }

    fn text(&mut self, text: CowStr<'a>, range: Range<usize>) {
        if self.code.is_some() && !self.settings.wants_body && !self.settings.wants_text {
            return;
        }
        let shown = match self.marks.unmask(Cow::Borrowed(&*text), &range, self.text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(whole) => whole.into(),
        };
        let shown = self.as_written(&shown, &range).map_or(shown, CowStr::from);
        // A `&#xFDD0;` in the source becomes a character only here.
        let unmarked = match remove_placeholders(&shown) {
            Cow::Borrowed(_) => None,
            Cow::Owned(unmarked) => Some(unmarked),
        };
        let shown = unmarked.map_or(shown, CowStr::from);
        if let Some(code) = &mut self.code {
            code.code.push_str(&shown);
            return;
        }
        self.extend_run(&range);
        self.plain_text(&shown);
        let prose = self.wants_terms().then(|| shown.clone());
        let before = self.flow().events.len();
        self.push_text(shown);
        if let Some(prose) = prose {
            self.note_prose(&prose, before);
        }
    }
}
