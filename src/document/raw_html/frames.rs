//! Replaces frames, which the sanitizer removes, with links to what they would have shown.

use crate::document::links::ParsedTarget;
use crate::escape;
use crate::html::tags::Tag;

/// The address of what an element would show in a frame.
pub fn address<'a>(name: &str, tag: &'a Tag) -> Option<&'a str> {
    tag.get(match name {
        "iframe" | "embed" | "frame" => "src",
        "object" => "data",
        _ => return None,
    })
}

/// Writes a link in place of a frame. Its text is the frame's title, or else its address.
pub fn push_link(
    out: &mut String,
    address: &str,
    tag: &Tag,
    is_block: bool,
    link: impl FnOnce(&str) -> Option<String>,
) {
    let is_link = matches!(
        ParsedTarget::parse(address),
        ParsedTarget::Outside | ParsedTarget::ProtocolRelative | ParsedTarget::Inside { .. }
    );
    let Some(written) = Some(address.trim()).filter(|_| is_link).and_then(link) else {
        return;
    };
    let words = tag
        .get("title")
        .filter(|title| !title.trim().is_empty())
        .unwrap_or_else(|| address.trim());
    let (begin, end) = if is_block { ("<p>", "</p>") } else { ("", "") };
    out.push_str(&format!(
        "{begin}<a href=\"{written}\">{}</a>{end}",
        escape::html(words)
    ));
}
