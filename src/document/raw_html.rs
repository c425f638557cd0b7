//! Raw HTML in Markdown.
//!
//! A tokenizer reads each fragment, so that links, ids and active content are found with their
//! positions. Unclosed elements are closed at the end of their Markdown block, in every mode, so
//! that the page around them stays intact. `ammonia` then decides what is safe in the finished body
//! ([`sanitize`]).

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

pub use self::filter::filter;
pub use self::nesting::{DEPTH_MAX, NestingState, OpenElement};
use super::attributes::{self, AttributeRule, DroppedAttribute};
use super::links::SCHEMES;
use super::source_lines;
use super::trust_rules::Violation;
use crate::settings::RawHtml;

mod elements;
mod filter;
mod frames;
mod nesting;
mod pieces;
mod start_tag;

/// A fragment's text, with the source position of each part.
#[derive(Clone, Debug, Default)]
pub struct HtmlFragment {
    pub text: String,
    /// For each part, its offset in the fragment and in the source; ascending.
    parts: Vec<(usize, usize)>,
}

impl HtmlFragment {
    pub fn push(&mut self, text: &str, source: usize) {
        self.parts.push((self.text.len(), source));
        self.text.push_str(text);
    }

    /// The source range for a range of the fragment.
    fn source(&self, range: Range<usize>) -> Range<usize> {
        let at = |offset: usize| match self
            .parts
            .partition_point(|(begin, _)| *begin <= offset)
            .checked_sub(1)
        {
            Some(index) => self.parts[index].1 + (offset - self.parts[index].0),
            None => offset,
        };
        at(range.start)..at(range.end.saturating_sub(1)) + 1
    }
}

/// Something found in a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HtmlFinding {
    /// Active content. It was removed, unless HTML is shown as text.
    Active { what: String, range: Range<usize> },
    /// Harmless parts of a tag that were removed.
    Dropped {
        element: String,
        dropped: Vec<DroppedAttribute>,
        range: Range<usize>,
    },
    /// A comment that is never closed.
    OpenComment { range: Range<usize> },
    /// A comment that contains the start of another one, so its own end is probably missing.
    NestedComment { range: Range<usize> },
    /// An `id` or `name` that links can point to.
    Anchor { id: String, range: Range<usize> },
    /// A violation of a rule of honest giving.
    Violation {
        slip: Violation,
        range: Range<usize>,
    },
    /// The content of a script, whether or not the script is kept.
    Script { range: Range<usize> },
    /// The content of a style that is kept.
    Style { range: Range<usize> },
    /// An image without an `alt` attribute.
    NoAlt { range: Range<usize> },
    /// A tag that is shown as written, because it is not HTML or its element cannot be part of a
    /// page's text.
    Text {
        written: String,
        is_html: bool,
        range: Range<usize>,
    },
    /// A tag that is left out. The content of its element stays.
    LeftOut {
        name: String,
        is_html: bool,
        range: Range<usize>,
    },
    /// An element that is nested too deeply, so its tags are left out.
    TooDeep { range: Range<usize> },
    /// A tag without `>` at its end, shown as written.
    OpenTag { range: Range<usize> },
    /// Attributes beyond the maximum number for a tag.
    Surplus { range: Range<usize> },
    /// A missing quotation mark, or one too many.
    OddQuote { range: Range<usize> },
    /// Text after the name in an end tag, which is left out.
    EndTagAttributes { range: Range<usize> },
}

/// How fragments are read.
#[derive(Clone, Copy)]
pub struct HtmlPolicy<'a> {
    pub mode: RawHtml,
    /// How many Markdown blocks are open around the fragment.
    pub depth: usize,
    /// Whether the fragment is a block of its own, not part of a line.
    pub is_block: bool,
    /// Gives the line of a source offset, if elements are to carry their lines.
    pub line: Option<&'a dyn Fn(usize) -> u32>,
    /// The label after a paid link.
    pub paid_link: &'a str,
}

/// Removes everything that could run, load or send something from HTML. Every element of the result
/// is closed.
pub fn sanitize(html: &str) -> String {
    let divided = if html.len() > PIECE_BYTES {
        in_pieces(html, PIECE_BYTES)
    } else {
        None
    };
    divided.unwrap_or_else(|| SANITIZER.clean(html).to_string())
}

/// Long HTML is sanitized in pieces of about this size, because the tree of a text takes some forty
/// times its size.
const PIECE_BYTES: usize = 256 << 10;

/// Sanitizes each piece together with the elements around it, whose tags are removed again. Returns
/// `None` if a piece ends within other elements than expected.
fn in_pieces(html: &str, length: usize) -> Option<String> {
    let mut out = String::with_capacity(html.len());
    for piece in pieces::pieces(html, length) {
        let begin: String = piece
            .open_before
            .iter()
            .map(|name| format!("<{name}>"))
            .collect();
        let end: String = piece
            .open_behind
            .iter()
            .rev()
            .map(|name| format!("</{name}>"))
            .collect();
        let clean = SANITIZER
            .clean(&[&begin, &html[piece.range]].concat())
            .to_string();
        out.push_str(
            clean
                .strip_prefix(begin.as_str())?
                .strip_suffix(end.as_str())?,
        );
    }
    Some(out)
}

/// The elements that [`sanitize`] keeps.
static KEPT: LazyLock<HashSet<&'static str>> = LazyLock::new(|| SANITIZER.clone_tags());

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    let mut generic = HashSet::from(attributes::GLOBAL);
    // The line on which a block begins, for the preview. The tokenizer removes it from the writer's
    // own tags.
    generic.insert(source_lines::NAME);
    let own = attributes::OF_ELEMENTS
        .iter()
        .map(|(element, names)| (*element, names.iter().copied().collect()));
    builder
        .add_tags([
            "section", "picture", "source", "video", "audio", "track", "input", "label", "address",
            "small", "progress", "meter", "output", "tfoot",
        ])
        .generic_attributes(generic)
        .generic_attribute_prefixes(HashSet::from(attributes::GLOBAL_PREFIXES))
        .tag_attributes(own.collect())
        .attribute_filter(
            |element, name, value| match attributes::check(element, name, value) {
                AttributeRule::Keep => Some(value.into()),
                AttributeRule::DropClasses { kept, .. } => Some(kept.into()),
                AttributeRule::Drop if name == source_lines::NAME => Some(value.into()),
                AttributeRule::Class(_) | AttributeRule::Drop => None,
            },
        )
        .url_schemes(HashSet::from(SCHEMES))
        .url_relative(UrlRelative::PassThrough)
        .add_tags(["big", "fieldset", "legend", "menu"])
        .link_rel(None)
        .clean_content_tags(HashSet::from([
            "script", "style", "iframe", "template", "noscript", "textarea", "select",
        ]));
    builder
});

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, mode: RawHtml) -> (String, Vec<HtmlFinding>, Vec<OpenElement>) {
        let mut fragment = HtmlFragment::default();
        fragment.push(text, 10);
        let (mut state, mut findings) = (NestingState::default(), Vec::new());
        let reading = HtmlPolicy {
            mode,
            depth: 0,
            line: None,
            is_block: false,
            paid_link: "paid",
        };
        let html = filter(
            &fragment,
            &reading,
            &mut state,
            &mut findings,
            |_, address, _| Some(format!("[{address}]")),
        );
        (html, findings, state.open)
    }

    #[test]
    fn active_content_goes_with_its_place() {
        let (html, findings, _) = run(
            "<p onclick=\"x()\">a<script>alert(1)</script>b</p>",
            RawHtml::Sanitize,
        );
        assert_eq!(html, "<p>ab</p>");
        assert_eq!(findings.len(), 2);
        assert!(
            matches!(&findings[1], HtmlFinding::Active { what, range } if what.contains("script") && range.start == 28)
        );
    }

    #[test]
    fn links_are_handed_out() {
        let (html, _, _) = run(
            "<img src=a.png srcset='a.png 1x, b.png 2x' alt><a href=\"../x\">",
            RawHtml::Sanitize,
        );
        assert_eq!(
            html,
            "<img alt=\"\" src=\"[a.png]\" srcset=\"[a.png] 1x, [b.png] 2x\"><a href=\"[../x]\">"
        );
    }

    #[test]
    fn links_that_pay_say_so() {
        for mode in [RawHtml::Sanitize, RawHtml::Allow] {
            let (html, ..) = run(
                "<a rel='nofollow' href=https://amzn.to/x>a <b>drill</a> <a href=/x>b</a>",
                mode,
            );
            assert_eq!(
                html,
                "<a href=\"[https://amzn.to/x]\" rel=\"nofollow sponsored\">a <b>drill</b></a> <small class=\"sponsored\">(paid)</small> <a href=\"[/x]\">b</a>"
            );
            let (html, findings, _) = run("<a rel='Sponsored' href=https://a.example/>a</a>", mode);
            assert!(html.contains(" rel=\"Sponsored\">a</a> <small"), "{html}");
            assert_eq!(
                findings,
                [HtmlFinding::Violation {
                    slip: Violation::PaidLink,
                    range: 10..53
                }]
            );
        }
    }

    #[test]
    fn stray_ends_go_and_open_elements_are_known() {
        let (html, _, open) = run("</div><div><b>x", RawHtml::Allow);
        assert_eq!(html, "<div><b>x");
        assert_eq!(
            open.iter()
                .map(|element| element.name.as_str())
                .collect::<Vec<_>>(),
            ["div", "b"]
        );
        let (html, findings, _) = run("a<!-- never", RawHtml::Allow);
        assert_eq!(html, "a");
        assert!(matches!(findings[0], HtmlFinding::OpenComment { .. }));
    }

    #[test]
    fn nothing_dangerous_passes() {
        for html in [
            "<a href=\"javascript:alert(1)\">x</a>",
            "<svg onload=alert(1)>",
            "<math><mtext></mtext><script>1</script></math>",
            "<img src=x onerror=alert(1)>",
            "<input type=text autofocus onfocus=1>",
        ] {
            let clean = sanitize(html);
            assert!(
                !clean.contains("alert")
                    && !clean.contains("on")
                    && !clean.contains("type=\"text\""),
                "{clean}"
            );
        }
        assert_eq!(sanitize("<div><p>open"), "<div><p>open</p></div>");
    }
}
