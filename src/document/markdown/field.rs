//! Markdown in fields and in arguments: a line, or a few paragraphs, without components, links to check or places.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Markdown of a field as HTML: paragraphs, lists, tables. Raw HTML in it is shown as text, and a heading as a paragraph that
/// stands out, since only the page's own text has headings.
pub fn block_html(text: &str) -> String {
    let shown = |event| match event {
        Event::Html(html) | Event::InlineHtml(html) => vec![Event::Text(html)],
        Event::Start(Tag::Heading { .. }) => vec![Event::Start(Tag::Paragraph), Event::Start(Tag::Strong)],
        Event::End(TagEnd::Heading(_)) => vec![Event::End(TagEnd::Strong), Event::End(TagEnd::Paragraph)],
        other => vec![other],
    };
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES;
    let mut html = String::new();
    pulldown_cmark::html::push_html(&mut html, Parser::new_ext(text, options).flat_map(shown));
    html
}

/// One line of Markdown as HTML without a paragraph around it; raw HTML in it is shown as text.
pub fn inline_html(text: &str) -> String {
    let escaped = |event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        other => other,
    };
    let mut html = String::new();
    let events = Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH).map(escaped);
    pulldown_cmark::html::push_html(
        &mut html,
        events.filter(|event| !matches!(event, Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph))),
    );
    html.trim_end().to_owned()
}

/// The words of a line of Markdown, for those who read no Markdown: calendars, search engines.
pub fn plain_text(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph) => words.push(' '),
            _ => {}
        }
    }
    words.trim_end().to_owned()
}
