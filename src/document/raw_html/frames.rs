//! Replaces frames, which the sanitizer removes, with links to what they would have shown.

use html5gum::StartTag;

use super::{escape_attribute, lossy};
use crate::document::links::ParsedTarget;

/// The address of what an element would show in a frame.
pub fn address<'a>(name: &str, tag: &'a StartTag<usize>) -> Option<&'a [u8]> {
    let key: &[u8] = match name {
        "iframe" | "embed" | "frame" => b"src",
        "object" => b"data",
        _ => return None,
    };
    tag.attributes
        .iter()
        .find(|(name, _)| ***name == *key)
        .map(|(_, value)| &**value)
        .map(|value| &value[..])
}

/// Writes a link in place of a frame. Its text is the frame's title, or else its address.
pub fn push_link(
    out: &mut String,
    address: &[u8],
    tag: &StartTag<usize>,
    is_block: bool,
    link: impl FnOnce(&str) -> Option<String>,
) {
    let address = lossy(address);
    let is_link = matches!(
        ParsedTarget::parse(&address),
        ParsedTarget::Outside | ParsedTarget::ProtocolRelative | ParsedTarget::Inside { .. }
    );
    let Some(written) = Some(address.trim()).filter(|_| is_link).and_then(link) else {
        return;
    };
    let title = tag
        .attributes
        .iter()
        .find(|(name, _)| &***name == b"title")
        .map(|(_, value)| lossy(value));
    let words = title
        .filter(|title| !title.trim().is_empty())
        .unwrap_or_else(|| address.trim().to_owned());
    let (begin, end) = if is_block { ("<p>", "</p>") } else { ("", "") };
    out.push_str(&format!(
        "{begin}<a href=\"{written}\">{}</a>{end}",
        escape_attribute(&words)
    ));
}
