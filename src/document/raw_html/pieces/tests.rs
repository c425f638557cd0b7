//! Tests of `pieces`.

use proptest::prelude::*;

use super::super::{HtmlFragment, HtmlPolicy, NestingState, SANITIZER, filter, in_pieces};
use super::*;
use crate::settings::RawHtml;

fn shown(html: &str) -> Vec<(String, String)> {
    let pieces = pieces(html, 1).into_iter();
    pieces
        .map(|piece| (piece.open_before.join(" "), html[piece.range].to_owned()))
        .collect()
}

fn pairs(all: &[(String, String)]) -> Vec<(&str, &str)> {
    all.iter()
        .map(|(open, html)| (open.as_str(), html.as_str()))
        .collect()
}

#[test]
fn blocks_are_divided() {
    let all = shown("<div><p>a <b>b</b></p></div>");
    let wanted = [
        ("", "<div>"),
        ("div", "<p>"),
        ("div p", "a "),
        ("div p", "<b>"),
        ("div p b", "b"),
        ("div p b", "</b>"),
        ("div p", "</p>"),
        ("div", "</div>"),
        ("", ""),
    ];
    assert_eq!(pairs(&all), wanted);
    let all = shown("<table><tr><td>a</td></tr></table>");
    let wanted = [
        ("", "<table>"),
        ("table", "<tr>"),
        ("table tbody tr", "<td>"),
        ("table tbody tr td", "a"),
        ("table tbody tr td", "</td>"),
        ("table tbody tr", "</tr>"),
        ("table tbody", "</table>"),
        ("", ""),
    ];
    assert_eq!(pairs(&all), wanted);
}

#[test]
fn a_paragraph_ends_with_the_next_block() {
    let all = shown("<p><span>a<p>b</p></span></p>");
    assert_eq!(
        pairs(&all),
        [
            ("", "<p>"),
            ("p", "<span>a<p>"),
            ("p", "b"),
            ("p", "</p>"),
            ("", "</span>"),
            ("", "</p>"),
            ("", "")
        ]
    );
    // Browsers open bold text again in each block.
    let all = shown("<p><b>a<p>b</p></b></p>c");
    assert_eq!(
        pairs(&all),
        [
            ("", "<p>"),
            ("p", "<b>"),
            ("p b", "a"),
            ("p b", "<p>b</p></b>"),
            ("", "</p>"),
            ("", "c"),
            ("", "")
        ]
    );
}

#[test]
fn what_browsers_rearrange_is_not_divided() {
    for html in [
        "<table>a<tr><td>b</td></tr></table>",
        "<ul><li><div><li>a</li></div></li></ul>",
        "<h1><h2>a</h2></h1>",
        "</p><p>a</p>",
    ] {
        let all = shown(html);
        let last = all.last().expect("there is always one");
        assert!(last.1.contains('a'), "{all:?}");
    }
}

/// HTML of nested elements, each with an end tag.
fn nested() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-c \n]{0,3}",
        Just("<br>".to_owned()),
        Just("<hr>".to_owned()),
        Just("&lt;".to_owned())
    ];
    leaf.prop_recursive(6, 60, 5, |inner| {
        let name = prop::sample::select(
            &[
                "p",
                "div",
                "b",
                "i",
                "a",
                "span",
                "ul",
                "ol",
                "li",
                "table",
                "tbody",
                "thead",
                "tr",
                "td",
                "th",
                "caption",
                "h1",
                "h2",
                "dl",
                "dt",
                "dd",
                "pre",
                "blockquote",
                "details",
                "summary",
                "ruby",
                "rt",
                "colgroup",
                "address",
                "code",
            ][..],
        );
        (name, prop::collection::vec(inner, 0..5))
            .prop_map(|(name, inner)| format!("<{name}>{}</{name}>", inner.concat()))
    })
}

fn filtered(text: &str) -> String {
    let mut fragment = HtmlFragment::default();
    fragment.push(text, 0);
    let mut state = NestingState::default();
    let reading = HtmlPolicy {
        mode: RawHtml::Sanitize,
        depth: 0,
        line: None,
        is_block: true,
        paid_link: "paid",
    };
    let html = filter(
        &fragment,
        &reading,
        &mut state,
        &mut Vec::new(),
        |_, address, _| Some(address.to_owned()),
    );
    let ends: String = state
        .open
        .iter()
        .rev()
        .map(|element| element.end("paid"))
        .collect();
    html + &ends
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn pieces_give_what_the_whole_gives(blocks in prop::collection::vec(nested(), 1..6), length in 1..20_usize) {
        let html = blocks.concat();
        if let Some(divided) = in_pieces(&html, length) {
            prop_assert_eq!(divided, SANITIZER.clean(&html).to_string(), "{}", html);
        }
    }

    #[test]
    fn filtered_html_is_divided(
        text in r#"(([a-b
]|</?(p|div|b|a|i|li|ul|table|tr|td|th|h1|h2|dd|dl|span|pre|rt)>){1,3}){0,16}"#, length in 1..20_usize
    ) {
        let html = filtered(&text);
        if let Some(divided) = in_pieces(&html, length) {
            prop_assert_eq!(divided, SANITIZER.clean(&html).to_string(), "{}", html);
        }
    }
}
