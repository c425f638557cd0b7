//! The attributes between braces after a heading: `{#id .class}`.

use std::ops::Range;

use pulldown_cmark::CowStr;

use super::MarkdownWalk;
use crate::document::attributes::{self, DroppedAttribute};
use crate::settings::RawHtml;

/// The attributes of a heading.
pub(super) struct HeadingAttributes<'a> {
    pub(super) id: Option<String>,
    pub(super) classes: Vec<CowStr<'a>>,
    pub(super) attrs: Vec<(CowStr<'a>, Option<CowStr<'a>>)>,
}

impl MarkdownWalk<'_> {
    /// The attributes that a heading may keep: an id and classes, except the theme's. The rest is
    /// reported, unless the site allows all HTML.
    pub(super) fn heading_attributes<'b>(
        &mut self,
        written: HeadingAttributes<'b>,
        range: &Range<usize>,
    ) -> HeadingAttributes<'b> {
        if self.settings.raw_html == RawHtml::Allow {
            return written;
        }
        let HeadingAttributes { id, classes, attrs } = written;
        let (id, of_theme) = match id {
            Some(id) if attributes::is_theme_id(&id) => (None, Some(DroppedAttribute::Id(id))),
            id => (id, None),
        };
        let (dropped, classes): (Vec<CowStr>, Vec<CowStr>) = classes
            .into_iter()
            .partition(|class| attributes::is_theme_class(class));
        let dropped: Vec<DroppedAttribute> = (of_theme.into_iter())
            .chain(
                dropped
                    .into_iter()
                    .map(|class| DroppedAttribute::Class(class.to_string())),
            )
            .chain(
                attrs
                    .into_iter()
                    .map(|(name, _)| DroppedAttribute::Attribute(name.to_string())),
            )
            .collect();
        if !dropped.is_empty() {
            let place = self.braces(range);
            self.problem(attributes::problem("this heading", &dropped), place);
        }
        HeadingAttributes {
            id,
            classes,
            attrs: Vec::new(),
        }
    }

    /// The range of the braces at the end of a heading's line.
    fn braces(&self, heading: &Range<usize>) -> Range<usize> {
        let text = &self.text[heading.clone()];
        let (open, close) = (text.rfind('{'), text.rfind('}'));
        match (open, close) {
            (Some(open), Some(close)) if open < close => {
                heading.start + open..heading.start + close + 1
            }
            _ => heading.clone(),
        }
    }
}
