//! Which attributes a writer may set under `raw_html: sanitize`, in HTML and after headings.
//!
//! One table serves the tokenizer, which reports where it drops an attribute, and the sanitizer,
//! which decides in the end. Attributes, ids and classes by which the theme's scripts find their
//! elements are not in the table, so scripts act only on elements of the theme. See DECISIONS: “One
//! table lists the attributes that text may set”.

use super::links::ParsedTarget;
use crate::diagnostic::{Code, Diagnostic};

/// Attributes that every element may have.
pub const GLOBAL: [&str; 12] = [
    "class",
    "dir",
    "hidden",
    "id",
    "itemprop",
    "itemscope",
    "itemtype",
    "lang",
    "role",
    "tabindex",
    "title",
    "translate",
];

/// Prefixes of attributes that every element may have.
pub const GLOBAL_PREFIXES: [&str; 1] = ["aria-"];

/// Attributes that only some elements may have.
pub const OF_ELEMENTS: [(&str, &[&str]); 30] = [
    (
        "a",
        &[
            "download",
            "href",
            "hreflang",
            "name",
            "referrerpolicy",
            "rel",
            "target",
            "type",
        ],
    ),
    (
        "area",
        &[
            "alt", "coords", "download", "href", "rel", "shape", "target",
        ],
    ),
    ("audio", &["controls", "loop", "muted", "preload", "src"]),
    ("blockquote", &["cite"]),
    ("br", &["clear"]),
    ("col", &["span", "width"]),
    ("colgroup", &["span", "width"]),
    ("data", &["value"]),
    ("del", &["cite", "datetime"]),
    ("details", &["name", "open"]),
    ("dl", &["compact"]),
    ("hr", &["noshade", "size", "width"]),
    (
        "img",
        &[
            "alt",
            "border",
            "decoding",
            "fetchpriority",
            "height",
            "hspace",
            "loading",
            "referrerpolicy",
            "sizes",
            "src",
            "srcset",
            "usemap",
            "vspace",
            "width",
        ],
    ),
    ("input", &["checked", "disabled", "type"]),
    ("ins", &["cite", "datetime"]),
    ("label", &["for"]),
    ("li", &["type", "value"]),
    ("map", &["name"]),
    ("meter", &["high", "low", "max", "min", "optimum", "value"]),
    ("ol", &["compact", "reversed", "start", "type"]),
    ("progress", &["max", "value"]),
    ("q", &["cite"]),
    (
        "source",
        &["height", "media", "sizes", "src", "srcset", "type", "width"],
    ),
    (
        "table",
        &[
            "border",
            "cellpadding",
            "cellspacing",
            "frame",
            "rules",
            "summary",
            "width",
        ],
    ),
    (
        "td",
        &[
            "abbr", "colspan", "headers", "height", "nowrap", "rowspan", "width",
        ],
    ),
    (
        "th",
        &[
            "abbr", "colspan", "headers", "height", "nowrap", "rowspan", "scope", "width",
        ],
    ),
    ("time", &["datetime"]),
    ("track", &["default", "kind", "label", "src", "srclang"]),
    ("ul", &["compact", "type"]),
    (
        "video",
        &[
            "controls",
            "height",
            "loop",
            "muted",
            "playsinline",
            "poster",
            "preload",
            "src",
            "width",
        ],
    ),
];

/// Attributes of HTML that are written without a value.
const BOOLEAN: [&str; 33] = [
    "allowfullscreen",
    "async",
    "autofocus",
    "autoplay",
    "checked",
    "compact",
    "contenteditable",
    "controls",
    "declare",
    "default",
    "defer",
    "disabled",
    "download",
    "formnovalidate",
    "hidden",
    "inert",
    "ismap",
    "itemscope",
    "loop",
    "multiple",
    "muted",
    "nomodule",
    "noresize",
    "noshade",
    "novalidate",
    "nowrap",
    "open",
    "playsinline",
    "popover",
    "readonly",
    "required",
    "reversed",
    "selected",
];

/// Elements on which `align` sets the alignment of their text.
const ALIGNED: [&str; 19] = [
    "caption", "center", "col", "colgroup", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5",
    "h6", "p", "td", "th", "tr", "tbody",
];

/// Attributes whose value is an address that is cited but never loaded.
const CITED: [&str; 1] = ["cite"];

/// Ids by which the theme's scripts, styles and labels find the theme's own elements.
const IDS: [&str; 32] = [
    "After",
    "AtAGlanceTitle",
    "ChaptersTitle",
    "ColophonTitle",
    "Copied",
    "DownloadsTitle",
    "FeedbackText",
    "FeedbackTitle",
    "Footnote",
    "HistoryTitle",
    "How",
    "Keys",
    "KeysTitle",
    "Main",
    "Menu",
    "NextTitle",
    "SearchInput",
    "SearchResults",
    "SectionListTitle",
    "SectionNav",
    "Sources",
    "SourcesTitle",
    "StepsTitle",
    "TextVersionTitle",
    "Toc",
    "TocTitle",
    "Tool",
    "Top",
    "Transcript",
    "TranscriptTitle",
    "What-not",
    "What-you-get",
];

/// Prefixes of ids that the theme gives to several elements of a page, and whether a number follows
/// the prefix.
const ID_PREFIXES: [(&str, bool); 4] = [
    ("SearchResult-", false),
    ("Term-", true),
    ("Tool-", false),
    ("tabs-", true),
];

/// Classes by which the theme's scripts find their elements.
const CLASSES: [&str; 8] = [
    "checklist-done",
    "code-frame",
    "embed-code",
    "fold-button",
    "prose",
    "quiz-result",
    "search-filters",
    "tool-progress",
];

/// What happens to an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeRule {
    /// The attribute stays as it is.
    Keep,
    /// This class replaces the attribute.
    Class(&'static str),
    /// The attribute is left out.
    Drop,
    /// Some of the classes are left out; the others stay.
    DropClasses { kept: String, dropped: Vec<String> },
}

/// A part of a tag that is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DroppedAttribute {
    Attribute(String),
    Class(String),
    Id(String),
}

/// The problem of a tag from which parts are left out, without a location. `tag` names the tag.
pub fn problem(tag: &str, dropped: &[DroppedAttribute]) -> Diagnostic {
    let name = |dropped: &DroppedAttribute| match dropped {
        DroppedAttribute::Attribute(name) => format!("`{name}`"),
        DroppedAttribute::Class(class) => format!("the class `{class}`"),
        DroppedAttribute::Id(id) => format!("the id `{id}`"),
    };
    const NAMED_MAX: usize = 8;
    let mut names: Vec<String> = dropped.iter().take(NAMED_MAX).map(name).collect();
    if dropped.len() > NAMED_MAX {
        names.push(format!("{} more", dropped.len() - NAMED_MAX));
    }
    let last = names.pop().unwrap_or_default();
    let names = if names.is_empty() {
        last
    } else {
        format!("{} and {last}", names.join(", "))
    };
    let verb = if dropped.len() == 1 { "is" } else { "are" };
    let is_of_theme = dropped
        .iter()
        .all(|dropped| !matches!(dropped, DroppedAttribute::Attribute(_)));
    let help = if is_of_theme {
        "choose another name, because the theme uses this one for its own elements"
    } else {
        "delete it, or keep it with the setting `raw_html: allow`"
    };
    Diagnostic::new(
        Code::DroppedAttribute,
        format!("{names} of {tag} {verb} left out of the page"),
    )
    .help(help)
}

/// Whether an id is one by which the theme finds an element of its own.
pub fn is_theme_id(id: &str) -> bool {
    let id = id.trim_ascii();
    let begins_as = |(prefix, has_number): &(&str, bool)| {
        id.strip_prefix(prefix)
            .is_some_and(|rest| !has_number || rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    IDS.contains(&id) || ID_PREFIXES.iter().any(begins_as)
}

/// Whether a class is one by which the theme's scripts find their elements.
pub fn is_theme_class(class: &str) -> bool {
    CLASSES.contains(&class)
}

/// Checks an attribute of an element. Names are in lower case. Addresses that a page loads or links
/// to are checked elsewhere.
pub fn check(element: &str, name: &str, value: &str) -> AttributeRule {
    match name {
        "id" if is_theme_id(value) => return AttributeRule::Drop,
        "class" => return classes(value),
        "align" | "valign" => {
            return alignment(element, name, value)
                .map_or(AttributeRule::Drop, AttributeRule::Class);
        }
        "type" if element == "input" && !is_tick_box(value) => return AttributeRule::Drop,
        _ if CITED.contains(&name) && is_active_address(value) => return AttributeRule::Drop,
        _ => {}
    }
    let is_global = GLOBAL.contains(&name)
        || GLOBAL_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix));
    let is_own = || {
        OF_ELEMENTS
            .iter()
            .any(|(known, names)| *known == element && names.contains(&name))
    };
    if is_global || is_own() {
        AttributeRule::Keep
    } else {
        AttributeRule::Drop
    }
}

/// Whether an attribute of HTML, known or a page's own, may be written without a value.
pub fn is_boolean(name: &str) -> bool {
    BOOLEAN.contains(&name) || name.starts_with("data-")
}

/// Whether an `<input>` of this type is a checkbox or a radio button.
pub fn is_tick_box(input_type: &str) -> bool {
    matches!(
        input_type.to_ascii_lowercase().as_str(),
        "checkbox" | "radio"
    )
}

fn is_active_address(value: &str) -> bool {
    matches!(
        ParsedTarget::parse(value),
        ParsedTarget::Unsafe { .. } | ParsedTarget::UnknownScheme { .. }
    )
}

fn classes(value: &str) -> AttributeRule {
    if !value.split_ascii_whitespace().any(is_theme_class) {
        return AttributeRule::Keep;
    }
    let (dropped, kept): (Vec<&str>, Vec<&str>) = value
        .split_ascii_whitespace()
        .partition(|class| is_theme_class(class));
    AttributeRule::DropClasses {
        kept: kept.join(" "),
        dropped: dropped.into_iter().map(str::to_owned).collect(),
    }
}

/// The classes that replace attributes of a tag, separated by spaces.
pub fn alignment_classes<'a>(
    element: &str,
    attributes: impl Iterator<Item = (&'a str, &'a str)>,
) -> String {
    let aligning = attributes.filter(|(name, _)| matches!(*name, "align" | "valign"));
    aligning
        .filter_map(|(name, value)| alignment(element, name, value))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The class that replaces `align` or `valign`, if the attribute has an effect on this element.
fn alignment(element: &str, name: &str, value: &str) -> Option<&'static str> {
    let value = value.trim().to_ascii_lowercase();
    if name == "valign" {
        let is_cell = matches!(
            element,
            "td" | "th" | "tr" | "tbody" | "thead" | "tfoot" | "col" | "colgroup"
        );
        return match value.as_str() {
            "top" if is_cell => Some("valign-top"),
            "middle" | "center" if is_cell => Some("valign-middle"),
            "bottom" if is_cell => Some("valign-bottom"),
            "baseline" if is_cell => Some("valign-baseline"),
            _ => None,
        };
    }
    match (element, value.as_str()) {
        ("img" | "table", "left") => Some("float-left"),
        ("img" | "table", "right") => Some("float-right"),
        ("table" | "hr", "center" | "middle") => Some("block-center"),
        ("hr", "left") => Some("block-left"),
        ("hr", "right") => Some("block-right"),
        ("img", "top") => Some("valign-top"),
        ("img", "middle" | "center") => Some("valign-middle"),
        ("img", "bottom") => Some("valign-baseline"),
        (element, value)
            if ALIGNED.contains(&element)
                || matches!(element, "thead" | "tfoot" | "section" | "article") =>
        {
            match value {
                "left" => Some("align-left"),
                "center" | "middle" => Some("align-center"),
                "right" => Some("align-right"),
                "justify" => Some("align-justify"),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_attributes_stay() {
        for (element, name, value) in [
            ("time", "datetime", "2026-11-30"),
            ("ol", "type", "a"),
            ("ol", "reversed", ""),
            ("td", "colspan", "2"),
            ("q", "cite", "https://a.example"),
        ] {
            assert_eq!(
                check(element, name, value),
                AttributeRule::Keep,
                "{element} {name}"
            );
        }
        assert_eq!(
            check("p", "align", "CENTER"),
            AttributeRule::Class("align-center")
        );
        assert_eq!(
            check("img", "align", "right"),
            AttributeRule::Class("float-right")
        );
    }

    #[test]
    fn what_scripts_look_for_goes() {
        for (element, name, value) in [
            ("p", "data-random", ""),
            ("p", "onclick", "x()"),
            ("p", "style", "color:red"),
            ("p", "id", "Keys"),
            ("p", "popover", ""),
            ("q", "cite", "javascript:x"),
            ("input", "type", "text"),
        ] {
            assert_eq!(
                check(element, name, value),
                AttributeRule::Drop,
                "{element} {name}"
            );
        }
        assert_eq!(
            check("p", "class", "a prose b"),
            AttributeRule::DropClasses {
                kept: "a b".into(),
                dropped: vec!["prose".into()]
            }
        );
    }
}
