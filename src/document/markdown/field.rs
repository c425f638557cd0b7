//! Markdown in fields and arguments: a line or a few paragraphs, without components, checked links
//! or locations.

use pulldown_cmark::{Alignment, Event, Options, Parser, Tag, TagEnd};

use crate::document::links::ParsedTarget;

/// A field's Markdown as HTML: paragraphs, lists, tables. Raw HTML is shown as text, and a heading
/// as an emphasized paragraph, because only the page's own text has headings.
pub fn block_html(text: &str) -> String {
    let shown = |event| match event {
        Event::Html(html) | Event::InlineHtml(html) => vec![Event::Text(html)],
        Event::Start(Tag::Heading { .. }) => {
            vec![Event::Start(Tag::Paragraph), Event::Start(Tag::Strong)]
        }
        Event::End(TagEnd::Heading(_)) => {
            vec![Event::End(TagEnd::Strong), Event::End(TagEnd::Paragraph)]
        }
        // Alignment would be written as a style, which the pages' content security policy forbids.
        Event::Start(Tag::Table(columns)) => vec![Event::Start(Tag::Table(vec![
            Alignment::None;
            columns.len()
        ]))],
        other => vec![other],
    };
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let mut html = String::new();
    pulldown_cmark::html::push_html(
        &mut html,
        without_active_addresses(Parser::new_ext(text, options)).flat_map(shown),
    );
    html
}

/// One line of Markdown as HTML, without a paragraph around it. Raw HTML is shown as text.
pub fn inline_html(text: &str) -> String {
    let escaped = |event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        other => other,
    };
    let mut html = String::new();
    let events =
        without_active_addresses(Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH)).map(escaped);
    pulldown_cmark::html::push_html(
        &mut html,
        events.filter(|event| {
            !matches!(
                event,
                Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)
            )
        }),
    );
    html.trim_end().to_owned()
}

/// Drops links and images whose addresses would run a script; their words stay.
fn without_active_addresses<'a>(
    events: impl Iterator<Item = Event<'a>>,
) -> impl Iterator<Item = Event<'a>> {
    let mut open: Vec<bool> = Vec::new();
    events.filter(move |event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            let is_active = matches!(ParsedTarget::parse(dest_url), ParsedTarget::Unsafe { .. });
            open.push(is_active);
            !is_active
        }
        Event::End(TagEnd::Link | TagEnd::Image) => open.pop() != Some(true),
        _ => true,
    })
}

/// The words of a line of Markdown, for calendars and search engines, which do not read Markdown.
pub fn plain_text(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                words.push_str(&text)
            }
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph) => words.push(' '),
            _ => {}
        }
    }
    words.trim_end().to_owned()
}
