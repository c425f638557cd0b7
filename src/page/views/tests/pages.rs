//! What a page shows of itself, and what templates can ask about others.

use super::{SETTINGS, card_titles, section, site};
use crate::page::output_page::{OutputPage, PageSubject};
use crate::page::test_catalog::{catalog, page, titles};
use crate::page::view::{FieldView, field, links};
use crate::page::views::edit_links::filled_address;
use crate::page::views::*;

#[test]
fn an_author_of_the_vocabulary_has_a_name_and_an_address() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let bread = catalog.site.page(page(catalog, "tips/bread.md"));
    let authors = authors(catalog, &bread.entry.meta.authors);
    assert_eq!(
        (authors[0].name.as_str(), authors[0].url.as_deref()),
        ("Ada Low", Some("https://ada.example.org/"))
    );
}

#[test]
fn links_of_a_text_lead_to_addresses() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let bread = page(catalog, "tips/bread.md");
    let links = body_links(catalog, bread);
    assert_eq!(links.hrefs[..2], ["/kb/tips/apples/", "/kb/guides/ovens/"]);
    assert_eq!(links.wiki_titles[..2], ["Apples", ""]);
    let copied = copied_links(catalog, bread);
    assert_eq!(copied.hrefs[1].as_deref(), Some("/kb/guides/ovens/"));
    assert_eq!(copied.hrefs[2], None, "an address of another site stays");
}

#[test]
fn a_calendar_can_be_subscribed_to() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let fair = catalog.site.page(page(catalog, "events/fair.md"));
    let route = catalog
        .calendar_of_page(fair)
        .expect("the page is an event");
    let calendar = calendar(catalog, &route);
    assert_eq!(calendar.href, "/kb/events/fair/event.ics");
    assert_eq!(
        calendar.subscribe.as_deref(),
        Some("webcal://example.org/kb/events/fair/event.ics")
    );
}

#[test]
fn contacted_hosts_are_listed_with_their_pages() {
    let cards = site();
    let contacts = contacts(&cards.index.catalog);
    assert_eq!(contacts.len(), 1);
    assert_eq!(
        (
            contacts[0].origin.as_str(),
            contacts[0].pages[0].title.as_str()
        ),
        ("https://img.example.net", "Bread")
    );
}

#[test]
fn contents_are_the_headings_below_the_title() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let bread = catalog.site.page(page(catalog, "tips/bread.md"));
    let headings = contents(&bread.entry);
    assert_eq!(headings.len(), 1);
    assert_eq!((headings[0].level, headings[0].text.as_str()), (2, "Flour"));
}

#[test]
fn hosts_scripts_and_switched_off_checks_can_count_visitors() {
    let mut catalog = catalog(&[("index.md", "# Home")]);
    assert!(visitor_counting(&catalog, false).is_ruled_out);
    assert!(visitor_counting(&catalog, true).by_hosts);
    catalog.sending_scripts.push("static/js/own.js".into());
    assert!(!visitor_counting(&catalog, false).is_ruled_out);
}

#[test]
fn an_event_says_when_it_begins_and_whether_it_is_over() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let of = |name: &str| event(catalog, catalog.site.page(page(catalog, name)));
    let fair = of("events/fair.md").expect("the page is an event");
    assert!(fair.is_one_day && !fair.is_past);
    assert_eq!(fair.zone.as_deref(), Some("Europe/Berlin"));
    assert_eq!(fair.start.time.as_deref(), Some("18:30"));
    assert!(of("events/past.md").is_some_and(|past| past.is_past));
    assert_eq!(of("tips/bread.md"), None);
}

#[test]
fn an_address_for_edits_has_the_pages_values() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let bread = catalog.site.page(page(catalog, "tips/bread.md"));
    assert_eq!(
        filled_address(catalog, "https://x.example/{path}?t={title}&u={url}", bread),
        "https://x.example/content/tips/bread.md?t=Bread&u=https://example.org/kb/tips/bread/"
    );
}

#[test]
fn feedback_is_a_prepared_message_to_the_contact() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let bread = catalog.site.page(page(catalog, "tips/bread.md"));
    let feedback = feedback(&cards.index, bread).expect("there is a contact");
    let href = feedback.href(&feedback.answers.helped).unwrap_or_default();
    assert!(
        href.starts_with("mailto:crumbs@example.org?subject=Bread%3A%20"),
        "{href}"
    );
    assert_eq!(
        discuss_href(catalog, bread).as_deref(),
        Some(
            "https://talk.example.org/?about=https%3A%2F%2Fexample.org%2Fkb%2Ftips%2Fbread%2F&title=Bread"
        )
    );
}

#[test]
fn fields_with_links_hold_the_cards_of_their_pages() {
    let cards = site();
    let all = page(&cards.index.catalog, "collections/all.md");
    let fields = fields(&cards, all);
    let Some(FieldView::List(items)) = field(&fields, "items") else {
        panic!("the field is a list");
    };
    let FieldView::Link(link) = &items[0] else {
        panic!("the item is a link");
    };
    assert_eq!(
        link.card.as_ref().map(|card| card.title.as_str()),
        Some("Bread")
    );
    let plain = linked_fields(&cards.index.catalog, all);
    assert!(links(&plain).iter().all(|link| link.card.is_none()));
}

#[test]
fn a_list_without_a_page_has_a_title_in_the_sites_language() {
    let cards = site();
    let catalog = &cards.index.catalog;
    assert_eq!(generated_page(catalog, PageSubject::AToZ).title, "A to Z");
    assert_eq!(
        generated_page(catalog, PageSubject::Topic(0)).title,
        "Baking"
    );
    let tips = generated_page(catalog, PageSubject::Section(section(&cards, "tips")));
    assert_eq!((tips.title.as_str(), tips.kind.as_str()), ("Tips", "page"));
}

#[test]
fn an_image_has_an_absolute_address_for_other_sites() {
    let catalog = catalog(&[
        SETTINGS,
        ("index.md", "# Home"),
        (
            "a.md",
            "---\nimage: { src: 'https://img.example.net/a.png', alt: A loaf }\n---\n# A",
        ),
    ]);
    let image = image(&catalog, catalog.site.page(page(&catalog, "a.md")));
    let image = image.expect("the page names an image");
    assert_eq!(image.url.as_deref(), Some("https://img.example.net/a.png"));
    assert_eq!(image.alt, "A loaf");
}

#[test]
fn a_page_shows_its_titles_its_dates_and_other_pages() {
    let cards = site();
    let view = own_page(&cards, page(&cards.index.catalog, "tips/bread.md"));
    assert_eq!(
        (view.title.as_str(), view.short_title.as_str()),
        ("Bread", "Loaf")
    );
    assert_eq!(view.license.as_deref(), Some("CC-BY-4.0"));
    assert_eq!(view.published.map(|day| day.iso), Some("2026-03-01".into()));
    assert_eq!(
        view.edit_href.as_deref(),
        Some("https://git.example.org/content/tips/bread.md?t=Bread")
    );
    assert_eq!(
        view.next.map(|card| card.title.clone()),
        Some("Ovens".into())
    );
    assert!(!card_titles(&view.backlinks).contains(&"Bread"));
    assert_eq!(view.paths.len(), 1);
}

#[test]
fn the_site_names_its_lists_and_its_giver() {
    let cards = site();
    let view = site_view(&cards.index.catalog);
    assert_eq!(
        (view.title.as_str(), view.href.as_str()),
        ("Crumbs", "/kb/")
    );
    assert_eq!(view.giving.who.as_deref(), Some("The bakers"));
    assert_eq!(view.links.a_z.as_deref(), Some("/kb/a-z/"));
    assert!(view.menu.iter().any(|crumb| crumb.href == "/kb/tips/"));
}

#[test]
fn a_social_card_is_next_to_its_page_and_named_by_its_content() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let bread = page(catalog, "tips/bread.md");
    let route = catalog.site.page(bread).route.clone();
    let output_page = OutputPage::single(PageSubject::Page(bread), route);
    let (route, _) = social_card(catalog, &output_page).expect("the site has an address");
    assert!(route.as_str().starts_with("/tips/bread/card."), "{route}");
    let view = social_card_view(catalog, &route).expect("the site has an address");
    assert!(
        view.url
            .starts_with("https://example.org/kb/tips/bread/card.")
    );
    let second = OutputPage {
        number: 2,
        ..output_page
    };
    assert!(social_card(catalog, &second).is_none());
}

#[test]
fn a_page_uses_its_own_template_if_it_exists() {
    let mut catalog = catalog(&[
        ("index.md", "# Home"),
        ("a.md", "---\ntemplate: wide\n---\n# A"),
    ]);
    let a = page(&catalog, "a.md");
    let name = |catalog: &_| template_name(catalog, PageSubject::Page(a), Some(a));
    assert_eq!(name(&catalog), "wide.html");
    catalog.known_templates = Some(Default::default());
    assert_eq!(name(&catalog), "page.html");
    assert_eq!(template_name(&catalog, PageSubject::AToZ, None), "a-z.html");
}

#[test]
fn terms_are_found_in_any_spelling() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let bread = &catalog.site.page(page(catalog, "tips/bread.md")).entry.meta;
    assert_eq!(topic_links(&cards.index, &bread.topics)[0].key, "baking");
    assert_eq!(
        audience_links(&cards.index, &bread.audience)[0].title,
        "Bakers"
    );
    let views = term_views(catalog, &catalog.site.audiences);
    assert_eq!((views[0].0.count, views[0].1.len()), (1, 1));
}

#[test]
fn a_page_of_the_glossary_knows_where_its_word_is_used() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let crumb = page(catalog, "glossary/crumb.md");
    assert_eq!(titles(catalog, &used_in(&cards.index, crumb)), ["Bread"]);
    let terms = used_terms(&cards.index, page(catalog, "tips/bread.md"));
    let short = terms[0].as_ref().map(|term| term.short.as_str());
    assert_eq!(short, Some("The soft inside."));
}

#[test]
fn a_page_is_found_by_its_path_or_the_nearest_is_named() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let bread = page(catalog, "tips/bread.md");
    assert_eq!(page_at(catalog, "tips/bread.md"), Ok(bread));
    assert_eq!(
        page_at(catalog, "tips/bred.md"),
        Err("page tips/bred.md does not exist; did you mean tips/bread.md?".into())
    );
}
