//! Finds the ranges of link targets, for tools that change a target and nothing else in the text.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::{OPTIONS, remove_placeholders};
use crate::document::components::{ComponentMarkers, Signatures};

/// A link whose words are being read.
struct OpenLink {
    range: Range<usize>,
    link_type: LinkType,
    /// The name of the definition to which it refers.
    id: String,
    /// Where the words that were read so far end.
    words_end: usize,
}

/// The range of each target in `text[body]`, without angle brackets, by the offset at which its
/// link or image begins. The target of a reference is in its definition, so several links may have
/// the same range. Links in raw HTML and in components are not included.
pub fn targets(
    text: &str,
    body: Range<usize>,
    with_math: bool,
    signatures: &Signatures,
) -> BTreeMap<usize, Range<usize>> {
    let plain = remove_placeholders(text);
    let (hidden, _) = ComponentMarkers::mask(&plain, body.clone(), |name| {
        signatures.contains_key(name) || name == "include"
    });
    let mut options = OPTIONS;
    options.set(Options::ENABLE_MATH, with_math);
    let part = &hidden[body.clone()];
    let mut events =
        Parser::new_with_broken_link_callback(part, options, Some(|_: BrokenLink<'_>| None))
            .into_offset_iter();
    let mut open: Vec<OpenLink> = Vec::new();
    let mut links: Vec<OpenLink> = Vec::new();
    for (event, range) in events.by_ref() {
        match event {
            Event::Start(Tag::Link { link_type, id, .. } | Tag::Image { link_type, id, .. }) => {
                open.push(OpenLink {
                    words_end: range.start + 1,
                    range,
                    link_type,
                    id: id.to_string(),
                });
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                links.extend(open.pop());
                widen(&mut open, range.end);
            }
            _ => widen(&mut open, range.end),
        }
    }
    let mut targets = BTreeMap::new();
    for link in links {
        let target = match link.link_type {
            LinkType::Inline => inline(part, &link),
            LinkType::WikiLink { .. } => wiki(part, &link.range),
            LinkType::Reference | LinkType::Collapsed | LinkType::Shortcut => events
                .reference_definitions()
                .get(&link.id)
                .and_then(|definition| defined(part, &definition.span)),
            _ => None,
        };
        if let Some(target) = target {
            targets.insert(
                link.range.start + body.start,
                target.start + body.start..target.end + body.start,
            );
        }
    }
    targets
}

fn widen(open: &mut [OpenLink], end: usize) {
    if let Some(link) = open.last_mut() {
        link.words_end = link.words_end.max(end);
    }
}

/// `[words](target "title")`.
fn inline(text: &str, link: &OpenLink) -> Option<Range<usize>> {
    let rest = text.get(link.words_end..link.range.end)?;
    destination(text, link.words_end + rest.find("](")? + 2, link.range.end)
}

/// `[[target]]`, `[[target|words]]`, `![[target]]`.
fn wiki(text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let start = range.start + text.get(range.clone())?.find("[[")? + 2;
    let inner = &text[start..range.end];
    let inner = &inner[..inner.find(['|', ']']).unwrap_or(inner.len())];
    let inner = inner.strip_suffix('\\').unwrap_or(inner);
    let lead = inner.len() - inner.trim_start().len();
    Some(start + lead..start + lead + inner.trim().len())
}

/// `[name]: target "title"`.
fn defined(text: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let definition = text.get(span.clone())?;
    let mut is_escaped = false;
    let close = definition.char_indices().find_map(|(at, c)| {
        let closes = c == ']' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        closes.then_some(at)
    })?;
    definition[close..]
        .starts_with("]:")
        .then(|| destination(text, span.start + close + 2, span.end))
        .flatten()
}

/// A link's destination (CommonMark 0.31, §6.3) that begins at or after `from`.
fn destination(text: &str, from: usize, end: usize) -> Option<Range<usize>> {
    let rest = text.get(from..end)?;
    let start = from + (rest.len() - rest.trim_start().len());
    let rest = &text[start..end];
    let (mut depth, mut is_escaped) = (0_usize, false);
    if let Some(inner) = rest.strip_prefix('<') {
        let close = inner.char_indices().find_map(|(at, c)| {
            let closes = c == '>' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            closes.then_some(at)
        })?;
        return Some(start + 1..start + 1 + close);
    }
    for (at, c) in rest.char_indices() {
        let ends = !is_escaped && (c.is_whitespace() || c.is_control() || (c == ')' && depth == 0));
        if ends {
            return Some(start..start + at);
        }
        match c {
            '(' if !is_escaped => depth += 1,
            ')' if !is_escaped => depth -= 1,
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        targets(text, 0..text.len(), false, &Signatures::default())
            .into_values()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn every_form() {
        assert_eq!(
            found("[a](x.md) ![b](<y z.png> \"t\") [`]`](z.md#a 't')"),
            ["x.md", "y z.png", "z.md#a"]
        );
        assert_eq!(
            found("[![alt](in.png)](out.md) [a](x_(1).md) [a](a\\).md)"),
            ["out.md", "in.png", "x_(1).md", "a\\).md"]
        );
        assert_eq!(
            found("[[one]] [[ two.md#x | words]] ![[three.png]]"),
            ["one", "two.md#x", "three.png"]
        );
        assert_eq!(
            found("[a][r] and [R]\n\n[r]: <to it.md> 'x'\n"),
            ["to it.md", "to it.md"]
        );
        assert_eq!(
            found("[a](\n  x.md\n) <https://a.example> [](e.md)"),
            ["x.md", "e.md"]
        );
        assert_eq!(
            found("`[a](x.md)`\n\n```\n[a](y.md)\n```\n"),
            Vec::<&str>::new()
        );
    }
}
