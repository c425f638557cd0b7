//! Source lines in HTML, for the preview: each block of a page's text carries the line of the file
//! on which it begins.
//!
//! A line is added to a tag that has already been written, so nothing else depends on it. Without
//! these attributes, the bytes are those that a build publishes.

use crate::html::tags::tag_at;

/// The name of the attribute.
pub const NAME: &str = "data-source-line";

/// The attribute up to its value.
pub const ATTRIBUTE: &str = " data-source-line=\"";

/// Adds a line, from 1, to the tag at the beginning of `html[from..]`, after any white space. Does
/// nothing if no tag begins there, or if the tag has a line already.
pub fn mark(html: &mut String, from: usize, line: u32) {
    let spaces = html[from..].len() - html[from..].trim_ascii_start().len();
    if let Some(tag) = tag_at(html, from + spaces).filter(|tag| !tag.has(NAME)) {
        html.insert_str(tag.end_of_name(), &format!("{ATTRIBUTE}{line}\""));
    }
}

/// Block elements. Others take no line, because HTML parsers repeat some unclosed elements in the
/// blocks that follow.
const BLOCKS: [&str; 45] = [
    "address",
    "article",
    "aside",
    "audio",
    "blockquote",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "img",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "picture",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "video",
    "dialog",
    "menu",
];

/// Whether an element of the writer's own HTML gets a line.
pub fn is_block(element: &str) -> bool {
    BLOCKS.contains(&element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tag_at_the_beginning_takes_a_line() {
        let marked = |html: &str| {
            let mut whole = format!("<i>{html}");
            mark(&mut whole, 3, 7);
            whole[3..].to_owned()
        };
        assert_eq!(marked("\n<p>a</p>"), "\n<p data-source-line=\"7\">a</p>");
        assert_eq!(
            marked("<my-tool a=\"1\">"),
            "<my-tool data-source-line=\"7\" a=\"1\">"
        );
        assert_eq!(marked("<hr />"), "<hr data-source-line=\"7\" />");
        for html in [
            "",
            "a<p>",
            "</p><p>",
            "<!-- a --><p>",
            "<",
            "<p",
            "<p id=\"a\" data-source-line=\"3\">",
        ] {
            assert_eq!(marked(html), html);
        }
    }
}
