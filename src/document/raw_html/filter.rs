//! Reads a fragment token by token and writes it again, without what its mode leaves out.

use std::ops::Range;

use super::elements::{self, ElementRule, treatment};
use super::start_tag::StartTagWriter;
use super::{HtmlFinding, HtmlFragment, HtmlPolicy, NestingState, OpenElement, frames};
use crate::document::attributes::{self, DroppedAttribute};
use crate::document::source_lines;
use crate::escape;
use crate::html::raw_text::holds_text;
use crate::html::tags::Tag;
use crate::html::{HtmlToken, StartTag, Tokens};
use crate::settings::RawHtml;

/// Filters a fragment, and replaces every address with what `link` returns for it.
///
/// `state` is kept between the fragments of one flow; an end tag that closes nothing is dropped.
/// `link` gets the element, the address and its source range.
pub fn filter(
    fragment: &HtmlFragment,
    reading: &HtmlPolicy,
    state: &mut NestingState,
    findings: &mut Vec<HtmlFinding>,
    link: impl FnMut(&str, &str, Range<usize>) -> Option<String>,
) -> String {
    let out = String::with_capacity(fragment.text.len());
    let mut filter = HtmlFilter {
        fragment,
        reading,
        state,
        findings,
        link,
        out,
    };
    let mut tokens = Tokens::new(&fragment.text);
    while let Some(token) = tokens.next() {
        match token {
            HtmlToken::StartTag(tag) => filter
                .start(&tag)
                .into_iter()
                .for_each(|element| tokens.read_text_of(&element)),
            HtmlToken::EndTag { name, range } => filter.end(&name, range),
            HtmlToken::Text(range) => filter.text(range),
            HtmlToken::Comment { range, is_open } => filter.comment(range, is_open),
            HtmlToken::OddComment(range) => filter
                .bogus_comment(range)
                .into_iter()
                .for_each(|to| tokens.rewind_to(to)),
            HtmlToken::OpenTag(range) => tokens.rewind_to(filter.open_tag(range.start)),
            HtmlToken::Doctype(_) => {}
        }
    }
    filter.out
}

struct HtmlFilter<'a, L> {
    fragment: &'a HtmlFragment,
    reading: &'a HtmlPolicy<'a>,
    state: &'a mut NestingState,
    findings: &'a mut Vec<HtmlFinding>,
    link: L,
    out: String,
}

impl<L: FnMut(&str, &str, Range<usize>) -> Option<String>> HtmlFilter<'_, L> {
    /// Handles a start tag. Returns the element's name if its content has to be read as text.
    fn start(&mut self, tag: &StartTag) -> Option<String> {
        if self.state.skipped.is_some() {
            return None;
        }
        let mode = self.reading.mode;
        let text = &self.fragment.text;
        let range = self.fragment.source(tag.range.clone());
        let is_in_graphic = || self.state.is_in_graphic();
        // Browsers read `<image>` as `<img>`.
        let is_image = tag.name == "image" && mode == RawHtml::Sanitize && !is_in_graphic();
        let name = if is_image {
            "img".to_owned()
        } else {
            tag.name.clone()
        };
        let has_values = || tag.attributes(text).any(|(_, value, _)| !value.is_empty());
        let asks = mode == RawHtml::Sanitize && name == "input" && !is_tick_box(tag, text);
        let is_address =
            mode == RawHtml::Sanitize && elements::is_autolink(&text[tag.range.clone()]);
        let treatment = if asks {
            ElementRule::LeaveOutActive
        } else if is_address {
            ElementRule::ShowAsText { is_html: false }
        } else {
            treatment(&name, has_values, is_in_graphic, mode)
        };
        match treatment {
            ElementRule::ShowAsText { is_html } => {
                let written = text[tag.range.clone()].to_owned();
                escape::html_into(&mut self.out, &written);
                self.findings.push(HtmlFinding::Text {
                    written,
                    is_html,
                    range,
                });
                return None;
            }
            ElementRule::LeaveOutWhole | ElementRule::LeaveOutActive => {
                self.findings.push(HtmlFinding::Active {
                    what: format!("the element `<{name}>`"),
                    range: range.clone(),
                });
                self.link_frame(&name, tag, &range);
            }
            ElementRule::LeaveOut { is_html } => {
                self.findings.push(HtmlFinding::LeftOut {
                    name: name.clone(),
                    is_html,
                    range: range.clone(),
                });
            }
            ElementRule::Keep | ElementRule::LeaveOutSilently => {}
        }
        self.report_attributes(tag, treatment);
        if treatment == ElementRule::LeaveOutWhole {
            if tag.is_self_closing {
                return None;
            }
            self.state.skipped = Some((name.clone(), range));
            return Some(name);
        }
        self.open(name, tag, treatment, range)
    }

    /// Writes a link in place of a frame.
    fn link_frame(&mut self, name: &str, tag: &StartTag, range: &Range<usize>) {
        let tag = Tag::new(tag.clone(), &self.fragment.text);
        if let Some(address) = frames::address(name, &tag) {
            frames::push_link(
                &mut self.out,
                address,
                &tag,
                self.reading.is_block,
                |address| (self.link)("a", address, range.clone()),
            );
        }
    }

    /// Reports problems with the attributes of a tag that is not shown as text.
    fn report_attributes(&mut self, tag: &StartTag, treatment: ElementRule) {
        let source = |range: &Range<usize>| self.fragment.source(range.clone());
        let surplus = tag
            .surplus
            .as_ref()
            .filter(|_| treatment == ElementRule::Keep);
        self.findings
            .extend(surplus.map(|surplus| HtmlFinding::Surplus {
                range: source(surplus),
            }));
        self.findings
            .extend(tag.odd_quote.map(|at| HtmlFinding::OddQuote {
                range: source(&(at..at + 1)),
            }));
        if treatment != ElementRule::Keep {
            self.report_words_in_tag(tag);
        }
    }

    /// Reports attributes without a value in a tag that is left out: they may be words of the text
    /// which became part of the tag because its `>` is missing. Attributes with a value, and those
    /// that never have one, need no report besides that of the tag.
    fn report_words_in_tag(&mut self, tag: &StartTag) {
        let words: Vec<DroppedAttribute> = tag
            .attributes(&self.fragment.text)
            .filter(|(name, value, _)| value.is_empty() && !attributes::is_boolean(name))
            .map(|(name, ..)| DroppedAttribute::Attribute(name))
            .collect();
        if !words.is_empty() {
            self.findings.push(HtmlFinding::Dropped {
                element: tag.name.clone(),
                dropped: words,
                range: self.fragment.source(tag.range.clone()),
            });
        }
    }

    /// Writes the start tag of an element that is kept, and records that the element is open.
    fn open(
        &mut self,
        name: String,
        tag: &StartTag,
        treatment: ElementRule,
        range: Range<usize>,
    ) -> Option<String> {
        let HtmlPolicy {
            mode,
            depth,
            line,
            paid_link,
            ..
        } = *self.reading;
        let is_written = treatment == ElementRule::Keep;
        let is_complete = tag.is_self_closing
            && (mode == RawHtml::Sanitize
                || elements::is_graphic(&name)
                || self.state.is_in_written_graphic());
        let has_no_end = elements::is_void(&name) || (is_complete && !is_written);
        let is_matched =
            is_written || treatment != ElementRule::LeaveOutActive || elements::is_graphic(&name);
        if is_written {
            let ended = self.state.implied_ends(&name, depth);
            self.out
                .extend(ended.iter().rev().map(|element| element.end(paid_link)));
        }
        if !has_no_end && is_matched && self.state.is_too_deep(&name) {
            self.findings.push(HtmlFinding::TooDeep { range });
            return None;
        }
        let mut is_paid = false;
        if is_written {
            let from = self.out.len();
            let tag = Tag::new(tag.clone(), &self.fragment.text);
            let mut writer = StartTagWriter {
                fragment: self.fragment,
                mode,
                out: &mut self.out,
                findings: self.findings,
                link: &mut self.link,
            };
            is_paid = writer.write(&name, &tag);
            if let Some(line) = line.filter(|_| source_lines::is_block(&name)) {
                source_lines::mark(&mut self.out, from, line(range.start));
            }
        }
        let content =
            (is_written && mode == RawHtml::Allow && holds_text(&name)).then(|| name.clone());
        if !has_no_end && is_matched {
            let element = OpenElement {
                name,
                range,
                depth,
                is_paid,
                is_written,
            };
            if is_complete {
                self.out.push_str(&element.end(paid_link));
                return None;
            }
            self.state.open.push(element);
        }
        content
    }

    /// Reports text after the name in an end tag, which browsers ignore.
    fn report_end_tag_attributes(&mut self, name: &str, range: &Range<usize>) {
        let begin = range.start + "</".len() + name.len();
        let rest = &self.fragment.text[begin..range.end - 1];
        let is_ignorable = |c: char| c.is_whitespace() || c == '/';
        let shown = rest.trim_matches(is_ignorable);
        if !shown.is_empty() {
            let start = begin + (rest.len() - rest.trim_start_matches(is_ignorable).len());
            self.findings.push(HtmlFinding::EndTagAttributes {
                range: self.fragment.source(start..start + shown.len()),
            });
        }
    }

    fn end(&mut self, name: &str, range: Range<usize>) {
        if let Some((skipped, _)) = &self.state.skipped {
            if *skipped == name {
                self.state.skipped = None;
            }
            return;
        }
        let Some(ended) = self.state.end(name) else {
            let treatment = treatment(
                name,
                || false,
                || self.state.is_in_graphic(),
                self.reading.mode,
            );
            if matches!(treatment, ElementRule::ShowAsText { .. }) {
                escape::html_into(&mut self.out, &self.fragment.text[range]);
            } else {
                self.report_end_tag_attributes(name, &range);
            }
            return;
        };
        self.report_end_tag_attributes(name, &range);
        if let Some(element) = ended.first() {
            let range = element.range.end..self.fragment.source(range).start;
            match name {
                "script" => self.findings.push(HtmlFinding::Script { range }),
                "style" => self.findings.push(HtmlFinding::Style { range }),
                _ => {}
            }
        }
        self.out.extend(
            ended
                .iter()
                .rev()
                .map(|element| element.end(self.reading.paid_link)),
        );
    }

    fn text(&mut self, range: Range<usize>) {
        if range.is_empty() || self.state.skipped.is_some() {
            return;
        }
        // To the tokenizer, tags in this element are text.
        if self
            .state
            .open
            .last()
            .is_some_and(|element| element.name == "noscript")
        {
            self.findings.push(HtmlFinding::Script {
                range: self.fragment.source(range.clone()),
            });
        }
        self.out.push_str(&self.fragment.text[range]);
    }

    fn comment(&mut self, range: Range<usize>, is_open: bool) {
        if self.state.skipped.is_some() {
            return;
        }
        let opening = self
            .fragment
            .source(range.start..range.start + COMMENT_START.len());
        if is_open {
            self.findings
                .push(HtmlFinding::OpenComment { range: opening });
            return;
        }
        let written = &self.fragment.text[range];
        if contains_comment_start(written) {
            self.findings
                .push(HtmlFinding::NestedComment { range: opening });
        }
        if self.reading.mode == RawHtml::Allow {
            self.out.push_str(written);
        }
    }

    /// Handles what browsers read as a comment. To keep its words, its first two characters become
    /// text, and the offset of the rest is returned.
    fn bogus_comment(&mut self, range: Range<usize>) -> Option<usize> {
        if self.state.skipped.is_some() {
            return None;
        }
        let written = &self.fragment.text[range.clone()];
        if self.reading.mode == RawHtml::Allow {
            let inner = &written[2..];
            self.out
                .extend(["<!--", inner.strip_suffix('>').unwrap_or(inner), "-->"]);
            return None;
        }
        let is_unfinished = !written.ends_with('>');
        if is_instruction(written) {
            self.findings.push(HtmlFinding::Active {
                what: "the instruction `<?…>`".to_owned(),
                range: self.fragment.source(range),
            });
            return None;
        }
        let begin = range.start..range.start + 2;
        if is_unfinished {
            // Without an end, it can only be meant as text.
            escape::html_into(&mut self.out, &self.fragment.text[begin]);
        } else {
            self.text_like_markup(begin);
        }
        Some(range.start + 2)
    }

    /// Handles an incomplete tag: its `<` becomes text, and the offset of the rest is returned.
    fn open_tag(&mut self, start: usize) -> usize {
        let range = start..start + 1;
        if self.state.skipped.is_none() {
            escape::html_into(&mut self.out, &self.fragment.text[range.clone()]);
            self.findings.push(HtmlFinding::OpenTag {
                range: self.fragment.source(range.clone()),
            });
        }
        range.end
    }

    /// Handles text that looks like markup and is shown as text.
    fn text_like_markup(&mut self, range: Range<usize>) {
        let written = self.fragment.text[range.clone()].to_owned();
        escape::html_into(&mut self.out, &written);
        self.findings.push(HtmlFinding::Text {
            written,
            is_html: false,
            range: self.fragment.source(range),
        });
    }
}

/// Whether a `<?…>` is an XML or PHP instruction, which is not published. Any other is text, up to
/// a `>` that may belong to a tag.
fn is_instruction(written: &str) -> bool {
    let begins_as_one =
        |inner: &str| inner.starts_with(|c: char| c.is_ascii_alphabetic() || c == '=');
    let is_one =
        |inner: &str| inner.ends_with("?>") || inner.ends_with('>') && begins_as_one(inner);
    written.strip_prefix("<?").is_some_and(is_one)
}

const COMMENT_START: &str = "<!--";

/// Whether a comment contains the start of another comment. In `<!--[if !IE]><!-->`, the second
/// `<!--` is part of the end.
fn contains_comment_start(comment: &str) -> bool {
    let rest = &comment[COMMENT_START.len()..];
    rest.find(COMMENT_START)
        .is_some_and(|at| &rest[at + COMMENT_START.len()..] != ">")
}

/// Whether an `<input>` is a checkbox or a radio button. All others ask readers to type something.
fn is_tick_box(tag: &StartTag, text: &str) -> bool {
    tag.attributes(text)
        .any(|(name, value, _)| name == "type" && attributes::is_tick_box(&value))
}
