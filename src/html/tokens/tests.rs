//! Tests of the tokenizer.

use super::*;
use crate::html::raw_text::holds_text;

fn shown(text: &str) -> Vec<String> {
    let mut tokens = Tokens::new(text);
    let mut shown = Vec::new();
    while let Some(token) = tokens.next() {
        shown.push(match token {
            HtmlToken::StartTag(tag) => {
                if holds_text(&tag.name) {
                    tokens.read_text_of(&tag.name);
                }
                let attributes: Vec<String> = tag
                    .attributes(text)
                    .map(|(key, value, range)| format!("{key}={value}@{range:?}"))
                    .collect();
                format!("<{} {}>", tag.name, attributes.join(" "))
            }
            HtmlToken::EndTag { name, .. } => format!("</{name}>"),
            HtmlToken::Text(range) => text[range].to_owned(),
            HtmlToken::Comment { range, is_open } => {
                format!("comment {is_open} {}", &text[range])
            }
            HtmlToken::OddComment(range) => format!("odd {}", &text[range]),
            HtmlToken::Doctype(_) => "doctype".to_owned(),
            HtmlToken::OpenTag(range) => format!("open {}", &text[range]),
        });
    }
    shown
}

#[test]
fn tags_and_their_attributes() {
    assert_eq!(
        shown("a<B c D='e&amp;' f = \"g>h\"i=j/k>l"),
        ["a", "<b c=@4..5 d=e&@6..16 f=g>h@17..26 i=j/k@26..31>", "l"]
    );
    assert_eq!(shown("</P x><br/>a < b <3"), ["</p>", "<br >", "a < b <3"]);
    assert_eq!(shown("<a =b>"), ["<a =b=@3..5>"]);
}

#[test]
fn every_byte_belongs_to_a_token() {
    assert_eq!(
        shown("x</3 y>z<![CDATA[a]]><?b?>"),
        ["x", "odd </3 y>", "z", "odd <![CDATA[a]]>", "odd <?b?>"]
    );
    assert_eq!(
        shown("<div\nwords <b>more</b>"),
        ["open <div\nwords ", "<b >", "more", "</b>"]
    );
    assert_eq!(shown("<a title=\"x>words"), ["open <a title=\"x>words"]);
    assert_eq!(
        shown("<!--a--><!--b--!>c<!-->d<!--e"),
        [
            "comment false <!--a-->",
            "comment false <!--b--!>",
            "c",
            "comment false <!-->",
            "d",
            "comment true <!--e"
        ]
    );
    assert_eq!(
        shown("<!DOCTYPE html>a<!doctype"),
        ["doctype", "a", "doctype"]
    );
}

#[test]
fn elements_that_hold_text() {
    assert_eq!(
        shown("<title>a <b></TITLE >c"),
        ["<title >", "a <b>", "</title>", "c"]
    );
    assert_eq!(
        shown("<script>a<!--<script>b</script>c</script>d"),
        ["<script >", "a<!--<script>b</script>c", "</script>", "d"]
    );
    assert_eq!(
        shown("<script>a<!-->b</script>"),
        ["<script >", "a<!-->b", "</script>"]
    );
    assert_eq!(
        shown("<plaintext>a</plaintext>"),
        ["<plaintext >", "a</plaintext>"]
    );
}

#[test]
fn there_is_an_end_to_attributes() {
    let text = format!("<p{}>", " a=\"b\"".repeat(50_000));
    let Some(HtmlToken::StartTag(tag)) = Tokens::new(&text).next() else {
        panic!("a start tag")
    };
    assert_eq!(
        (tag.attributes.len(), tag.surplus.map(|range| range.end)),
        (ATTRIBUTES_MAX, Some(text.len() - 1))
    );
}

proptest::proptest! {
    #[test]
    fn browsers_read_the_same(text in r#"([a-c ]|</?[abBp][ /]?|[<>='"&/!?-]|&lt;|<!--|-->|<p |é){0,30}"#) {
        // The tokens of another tokenizer, without what it loses at the end of the text and
        // what is not compared here.
        let tags = html5gum::Tokenizer::new(&text).filter_map(|token| match token {
            Ok(html5gum::Token::StartTag(tag)) => Some(format!("<{} {:?}", String::from_utf8_lossy(&tag.name), tag.attributes.len())),
            Ok(html5gum::Token::EndTag(tag)) => Some(format!("</{}", String::from_utf8_lossy(&tag.name))),
            Ok(html5gum::Token::Comment(_)) => Some("comment".to_owned()),
            _ => None,
        });
        let has_open_tag = Tokens::new(&text).any(|token| matches!(token, HtmlToken::OpenTag(_)));
        proptest::prop_assume!(!has_open_tag);
        let own = Tokens::new(&text).filter_map(|token| match token {
            HtmlToken::StartTag(tag) => {
                let names: std::collections::BTreeSet<String> = tag.attributes(&text).map(|(key, ..)| key).collect();
                Some(format!("<{} {:?}", tag.name, names.len()))
            }
            HtmlToken::EndTag { name, .. } => Some(format!("</{name}")),
            HtmlToken::Comment { .. } => Some("comment".to_owned()),
            // Browsers ignore `</>`.
            HtmlToken::OddComment(range) => (&text[range] != "</>").then(|| "comment".to_owned()),
            _ => None,
        });
        proptest::prop_assert_eq!(own.collect::<Vec<_>>(), tags.collect::<Vec<_>>());
    }
}
