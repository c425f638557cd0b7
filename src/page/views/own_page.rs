//! The view of a page with a text of its own.

use jiff::civil::Date;

use super::authors::authors;
use super::calendar::calendar;
use super::collected::collected;
use super::contents::contents;
use super::days::day;
use super::edit_links::filled_address;
use super::event::event;
use super::feedback::{discuss_href, feedback};
use super::fields::fields;
use super::generated_page::empty_page;
use super::image::image;
use super::neighbors::neighbor;
use super::path_positions::path_positions;
use super::related::related;
use super::term_links::{audience_links, topic_links};
use super::terms::{BACKLINKS_MAX, used_in};
use crate::document::glossary;
use crate::i18n::direction;
use crate::page::cards::CardTable;
use crate::page::catalog::Catalog;
use crate::page::content_hash::JsonValue;
use crate::page::field_json::items_json;
use crate::page::index::SiteIndex;
use crate::page::tool::tool;
use crate::page::view::{PageView, SourceView};
use crate::site::{PageId, SitePage};

/// The view of a page, without what depends on the output page that shows it.
pub fn own_page(cards: &CardTable, id: PageId) -> PageView {
    let catalog = &cards.index.catalog;
    let page = catalog.site.page(id);
    let meta = &page.entry.meta;
    let view = PageView {
        kind: meta.kind.clone(),
        kind_title: catalog.kind_title(catalog.site.language(page), &meta.kind),
        show: catalog
            .kind(page)
            .map(|kind| kind.show.clone())
            .unwrap_or_default(),
        words: catalog.facts(id).words,
        minutes: cards.index.minutes(id),
        is_draft: page.is_draft,
        is_unlisted: meta.is_unlisted,
        disclosure: meta.disclosure.clone(),
        change_note: meta.change_note.clone(),
        owner: meta.owner.clone(),
        image: image(catalog, page),
        event: event(catalog, page),
        calendar: catalog
            .calendar_of_page(page)
            .map(|route| calendar(catalog, &route)),
        feedback: feedback(&cards.index, page),
        discuss_href: discuss_href(catalog, page),
        tool: tool(catalog, id),
        extra: JsonValue(items_json(&meta.extra)),
        ..empty_page(catalog, catalog.site.language(page))
    };
    with_other_pages(
        cards,
        id,
        with_dates(catalog, page, with_titles(&cards.index, id, view)),
    )
}

/// Adds the page's titles and addresses.
fn with_titles(index: &SiteIndex, id: PageId, view: PageView) -> PageView {
    let catalog = &index.catalog;
    let page = catalog.site.page(id);
    let (entry, meta) = (&*page.entry, &page.entry.meta);
    let settings = catalog.site.settings();
    let filled = |pattern: &String| filled_address(catalog, pattern, page);
    let has_copy = settings.markdown_copies && page.route.as_str().ends_with('/');
    let excerpt = || Some(catalog.facts(id).excerpt.clone()).filter(|text| !text.is_empty());
    let language = catalog.site.language(page);
    PageView {
        title: entry.title.clone(),
        short_title: meta
            .short_title
            .clone()
            .unwrap_or_else(|| entry.title.clone()),
        heading: entry
            .heading
            .as_ref()
            .map_or_else(|| entry.title.clone(), |heading| heading.text.clone()),
        heading_id: entry.heading.as_ref().map(|heading| heading.id.clone()),
        summary: entry.summary.clone(),
        description: entry
            .summary
            .clone()
            .or_else(|| catalog.explanation(page))
            .or_else(excerpt),
        source: Some(entry.source.to_string()),
        edit_href: settings.edit_url.as_ref().map(filled),
        report_href: settings.report_url.as_ref().map(filled),
        markdown_href: has_copy.then(|| format!("{}index.md", catalog.href(&page.route))),
        direction: direction(language),
        contents: contents(entry),
        topics: topic_links(index, &meta.topics),
        audience: audience_links(index, &meta.audience),
        level: meta.level.map(|level| level.key().to_owned()),
        level_title: meta.level.map(|level| catalog.level_title(language, level)),
        authors: authors(catalog, &meta.authors),
        license: meta.license.clone().or_else(|| settings.license.clone()),
        ..view
    }
}

/// Adds the page's dates and sources.
fn with_dates(catalog: &Catalog, page: &SitePage, view: PageView) -> PageView {
    let meta = &page.entry.meta;
    let language = catalog.site.language(page);
    let day = |date: Option<Date>| date.map(|date| day(catalog, language, date));
    let review_due = page.entry.review_due();
    let sources = meta.sources.iter().map(|source| SourceView {
        title: source.title.clone(),
        url: source.url.as_ref().map(|url| url.value.clone()),
        checked: day(source.checked),
    });
    PageView {
        published: day(page.published()),
        updated: day(meta.updated),
        reviewed: day(meta.reviewed),
        review_due: day(review_due),
        review_overdue: review_due.is_some_and(|due| due < catalog.site.today),
        expires: day(meta.expires),
        sources: sources.collect(),
        ..view
    }
}

/// Adds what the page shows of other pages.
fn with_other_pages(cards: &CardTable, id: PageId, view: PageView) -> PageView {
    let index = &cards.index;
    let site = &index.catalog.site;
    let page = site.page(id);
    let fields = fields(cards, id);
    let paths = path_positions(cards, id);
    let on_path = paths
        .iter()
        .find_map(|path| Some(path.next.as_ref()?.page.0));
    let next = related(index, id, on_path);
    let backlinks = &page.backlinks[..page.backlinks.len().min(BACKLINKS_MAX)];
    let uses = match glossary::explains(&page.entry.meta.kind, &site.kinds) {
        true => used_in(index, id),
        false => Vec::new(),
    };
    PageView {
        next: next.next.map(|next| cards.card(next)),
        related: cards.cards(&next.related),
        backlinks: cards.cards(backlinks),
        previous: neighbor(index, id, -1),
        next_in_section: neighbor(index, id, 1),
        collected: cards.cards(&collected(index, id, &fields)),
        used_in: cards.cards(&uses),
        paths,
        fields,
        ..view
    }
}
