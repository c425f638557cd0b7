//! Writes the start tag of an element that is kept, with the attributes that it may have.

use std::ops::Range;

use super::{HtmlFinding, HtmlFragment};
use crate::document::attributes::{self, AttributeRule, DroppedAttribute};
use crate::document::trust_rules::{self, Violation};
use crate::escape;
use crate::html::tags::Tag;
use crate::settings::RawHtml;

/// Attributes that hold one address.
const ADDRESSES: [&str; 4] = ["href", "src", "poster", "data"];

/// What writing start tags needs.
pub(super) struct StartTagWriter<'a, L> {
    pub fragment: &'a HtmlFragment,
    pub mode: RawHtml,
    pub out: &'a mut String,
    pub findings: &'a mut Vec<HtmlFinding>,
    /// Returns what replaces an address; gets the element, the address and its source range.
    pub link: L,
}

/// The tag that is being written.
struct TagState<'a> {
    element: &'a str,
    /// Whether the tag has classes of its own.
    has_class: bool,
    is_paid: bool,
    /// The classes that replace attributes and have not been written yet.
    classes: String,
    dropped: Vec<DroppedAttribute>,
    /// The number of findings before those about attributes.
    findings_before: usize,
}

impl<L: FnMut(&str, &str, Range<usize>) -> Option<String>> StartTagWriter<'_, L> {
    /// Writes a start tag for an element, whose name may differ from the tag's. Returns whether it
    /// begins a paid link.
    pub(super) fn write(&mut self, element: &str, tag: &Tag) -> bool {
        self.out.push('<');
        self.out.push_str(element);
        let range = self.fragment.source(tag.range.clone());
        self.report_tag(element, tag, &range);
        let mut state = TagState {
            element,
            has_class: tag.has("class"),
            is_paid: trust_rules::is_paid(element, &tag.values()),
            classes: match self.mode {
                RawHtml::Sanitize => attributes::alignment_classes(element, tag.values()),
                RawHtml::Allow | RawHtml::Escape => String::new(),
            },
            dropped: Vec::new(),
            findings_before: self.findings.len(),
        };
        for (key, value, range) in &tag.attributes {
            let range = range.start..range.end.max(range.start + 1);
            self.attribute(key, value, self.fragment.source(range), &mut state);
        }
        if state.is_paid {
            let relations = trust_rules::with_sponsored(tag.get("rel").unwrap_or_default());
            self.put("rel", &escape::html(&relations));
        }
        self.out.push('>');
        if !state.dropped.is_empty() {
            self.findings.push(HtmlFinding::Dropped {
                element: element.to_owned(),
                dropped: state.dropped,
                range,
            });
        }
        state.is_paid
    }

    /// Reports what is wrong with the tag as a whole.
    fn report_tag(&mut self, element: &str, tag: &Tag, range: &Range<usize>) {
        // Elements that ask readers for something or track them are removed anyway, unless all HTML
        // is allowed.
        let stays = |violation: &Violation| {
            self.mode == RawHtml::Allow
                || matches!(violation, Violation::Pressure(_) | Violation::PaidLink)
        };
        let violations = trust_rules::check_tag(element, &tag.values());
        self.findings
            .extend(
                violations
                    .into_iter()
                    .filter(stays)
                    .map(|slip| HtmlFinding::Violation {
                        slip,
                        range: range.clone(),
                    }),
            );
        if element == "img" && !tag.has("alt") {
            self.findings.push(HtmlFinding::NoAlt {
                range: range.clone(),
            });
        }
    }

    /// Writes an attribute as far as the tag may have it, and reports it otherwise.
    fn attribute(&mut self, key: &str, value: &str, range: Range<usize>, state: &mut TagState) {
        let (mut key, mut value) = (key, value.to_owned());
        if self.mode == RawHtml::Sanitize {
            if key.starts_with("on") || key == "style" {
                self.findings.push(HtmlFinding::Active {
                    what: format!("the attribute `{key}`"),
                    range,
                });
                return;
            }
            match attributes::check(state.element, key, &value) {
                AttributeRule::Keep => {}
                AttributeRule::Class(_) if state.has_class || state.classes.is_empty() => return,
                AttributeRule::Class(_) => (key, value) = ("class", String::new()),
                AttributeRule::Drop if key == "id" => {
                    // Links to this id point to the theme's element.
                    self.findings.push(HtmlFinding::Anchor {
                        id: value.clone(),
                        range,
                    });
                    return state.dropped.push(DroppedAttribute::Id(value));
                }
                AttributeRule::Drop => {
                    let name = key.to_owned();
                    return state.dropped.push(DroppedAttribute::Attribute(name));
                }
                AttributeRule::DropClasses { kept, dropped } => {
                    let classes = dropped.into_iter().map(DroppedAttribute::Class);
                    state.dropped.extend(classes);
                    if kept.is_empty() && state.classes.is_empty() {
                        return;
                    }
                    value = kept;
                }
            }
        }
        if key == "class" && !state.classes.is_empty() {
            let own = std::mem::take(&mut state.classes);
            value = if value.is_empty() {
                own
            } else {
                format!("{value} {own}")
            };
        }
        if key == "id" || (key == "name" && state.element == "a") {
            self.note_anchor(&value, &range, state.findings_before);
        }
        let written = match key {
            key if ADDRESSES.contains(&key) => (self.link)(state.element, &value, range),
            "srcset" => Some(source_set(&value, |address| {
                (self.link)(state.element, address, range.clone())
            })),
            "rel" if state.is_paid => None,
            _ => Some(escape::html(&value)),
        };
        if let Some(written) = written {
            self.put(key, &written);
        }
    }

    /// Records an id that links can point to. An element may have both `id` and `name`, for old
    /// browsers and new ones.
    fn note_anchor(&mut self, id: &str, range: &Range<usize>, findings_before: usize) {
        let is_noted = |finding: &HtmlFinding| matches!(finding, HtmlFinding::Anchor { id: noted, .. } if noted == id);
        if !self.findings[findings_before..].iter().any(is_noted) {
            self.findings.push(HtmlFinding::Anchor {
                id: id.to_owned(),
                range: range.clone(),
            });
        }
    }

    /// Writes an attribute whose value is escaped already.
    fn put(&mut self, name: &str, value: &str) {
        self.out.push_str(&format!(" {name}=\"{value}\""));
    }
}

/// The candidates of a `srcset` (HTML, §4.8.4.2.1), with each address replaced.
fn source_set(text: &str, mut link: impl FnMut(&str) -> Option<String>) -> String {
    let candidates = text.split(',').filter_map(|candidate| {
        let candidate = candidate.trim();
        let (address, descriptor) = candidate
            .split_once(char::is_whitespace)
            .unwrap_or((candidate, ""));
        if address.is_empty() {
            return None;
        }
        Some(
            format!("{} {}", link(address)?, escape::html(descriptor.trim()))
                .trim_end()
                .to_owned(),
        )
    });
    candidates.collect::<Vec<_>>().join(", ")
}
