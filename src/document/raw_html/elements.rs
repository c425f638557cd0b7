//! What happens to an element, by its name.

use super::KEPT;
use crate::document::links::SCHEMES;
use crate::html::raw_text::holds_text;
use crate::settings::RawHtml;

/// Elements that run, load or send something.
const ACTIVE: [&str; 22] = [
    "script", "style", "iframe", "object", "embed", "applet", "form", "button", "textarea",
    "select", "option", "link", "meta", "base", "frame", "frameset", "template", "noscript", "svg",
    "math", "portal", "slot",
];

/// Those among them that are left out with their content, which is code, or a substitute for what
/// is left out.
const LEFT_OUT_WHOLE: [&str; 5] = ["script", "style", "iframe", "textarea", "noscript"];

/// HTML elements (of the Living Standard, including obsolete ones) that are neither kept nor
/// active.
const OTHER_HTML: &str = " acronym basefont bgsound big blink body canvas center datalist dialog dir fieldset font head html keygen legend \
    main marquee menu multicol nextid nobr noembed noframes optgroup output param plaintext rb rtc search selectedcontent spacer strike tfoot \
    title tt xmp ";

/// Elements without content.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// What happens to an element's tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ElementRule {
    Keep,
    /// The element is active: its tags are left out.
    LeaveOutActive,
    /// The element is active: it is left out with its content.
    LeaveOutWhole,
    /// The tags are left out.
    LeaveOut {
        is_html: bool,
    },
    /// The tags belong to a drawing or a formula that is left out.
    LeaveOutSilently,
    /// The tags are text that looks like HTML: `<u8>`, `<your name>`, `<path>`.
    ShowAsText {
        is_html: bool,
    },
}

/// Decides what happens to an element. `has_values` states whether one of its attributes has a
/// value, `is_in_graphic` whether it is part of an `<svg>` or `<math>` that is left out. See
/// DECISIONS: “A tag that HTML does not know is text” and “Elements that a page's text cannot
/// have”.
pub(super) fn treatment(
    name: &str,
    has_values: impl Fn() -> bool,
    is_in_graphic: impl Fn() -> bool,
    mode: RawHtml,
) -> ElementRule {
    if mode != RawHtml::Sanitize {
        // Nothing could end this element, so the rest of the page would become its text.
        return if name == "plaintext" {
            ElementRule::LeaveOut { is_html: true }
        } else {
            ElementRule::Keep
        };
    }
    if KEPT.contains(name) {
        ElementRule::Keep
    } else if LEFT_OUT_WHOLE.contains(&name) {
        ElementRule::LeaveOutWhole
    } else if ACTIVE.contains(&name) {
        ElementRule::LeaveOutActive
    } else if is_in_graphic() {
        ElementRule::LeaveOutSilently
    } else {
        let is_html = OTHER_HTML.contains(&format!(" {name} "));
        let is_meant_as_element =
            has_values() || name.contains(':') || (is_html && !holds_text(name));
        if is_meant_as_element {
            ElementRule::LeaveOut { is_html }
        } else {
            ElementRule::ShowAsText { is_html }
        }
    }
}

/// Whether an element begins a drawing or a formula. The elements inside it mean nothing without
/// it.
pub(super) fn is_graphic(name: &str) -> bool {
    matches!(name, "svg" | "math")
}

pub(super) fn is_void(name: &str) -> bool {
    VOID.contains(&name)
}

/// Whether a start tag, as it is written, is an address that Markdown makes a link outside HTML:
/// `<https://example.org/>`, `<mailto:me@example.org>` or `<me@example.org>`.
pub(super) fn is_autolink(tag: &str) -> bool {
    let address = tag.trim_start_matches('<').trim_end_matches('>');
    let is_scheme = |text: &str| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'.' | b'-');
        (2..=32).contains(&text.len()) && text.bytes().all(is_part)
    };
    let is_address = match address.split_once(':') {
        Some((scheme, rest)) if is_scheme(scheme) => {
            rest.starts_with("//") || SCHEMES.contains(&scheme.to_ascii_lowercase().as_str())
        }
        Some(_) => false,
        None => address.contains('@') && !address.contains(['=', '"', '\'', '/']),
    };
    is_address && !address.contains(char::is_whitespace)
}
