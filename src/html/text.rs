//! The text in HTML.

use super::references::decode_text;
use super::{HtmlToken, Tokens};

/// The text that HTML shows, with its character references decoded. Tags and comments count as
/// nothing, and the content of a script counts as text.
pub fn text_of(html: &str) -> String {
    let texts = Tokens::new(html).filter_map(|token| match token {
        HtmlToken::Text(range) => Some(decode_text(&html[range])),
        _ => None,
    });
    texts.collect()
}

/// HTML without its tags and comments. Character references stay, so the result is still HTML.
pub fn without_tags(html: &str) -> String {
    let texts = Tokens::new(html).filter_map(|token| match token {
        HtmlToken::Text(range) => Some(&html[range]),
        _ => None,
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_is_left() {
        let html = "<p title=\"a > b\">1 &lt; 2<!-- no --> and 2 < 3</p>";
        assert_eq!(text_of(html), "1 < 2 and 2 < 3");
        assert_eq!(without_tags(html), "1 &lt; 2 and 2 < 3");
    }
}
