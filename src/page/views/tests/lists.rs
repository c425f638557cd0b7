//! What readers find pages by: lists, navigation, and cards.

use super::{card_titles, list, section, site, subject};
use crate::page::output_page::PageSubject;
use crate::page::test_catalog::{page, titles};
use crate::page::view::{BranchLine, CardGroup};
use crate::page::views::groups::{by_event_date, by_kind, by_month};
use crate::page::views::*;
use crate::site::PageId;
use crate::site::facet_lists::FacetKey;

#[test]
fn a_card_shows_what_lists_need() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let bread = card(&cards.index, page(catalog, "tips/bread.md"));
    assert_eq!(
        (
            bread.title.as_str(),
            bread.href.as_str(),
            bread.kind_title.as_str()
        ),
        ("Bread", "/kb/tips/bread/", "Tip")
    );
    assert_eq!(bread.summary.as_deref(), Some("How to bake."));
    assert_eq!(bread.level_title.as_deref(), Some("Beginner"));
    assert_eq!(bread.topics[0].href, "/kb/topics/baking/");
    assert_eq!(
        bread.published.map(|day| day.text),
        Some("1 March 2026".into())
    );
    let crumb = card(&cards.index, page(catalog, "glossary/crumb.md"));
    assert_eq!(crumb.summary.as_deref(), Some("The soft inside."));
    assert_eq!(crumb.fields.0["short"], "The soft inside.");
}

#[test]
fn breadcrumbs_lead_from_the_home_page_to_the_section() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let crumbs = |subject| {
        let crumbs = breadcrumbs(catalog, subject);
        crumbs
            .into_iter()
            .map(|crumb| crumb.href)
            .collect::<Vec<String>>()
    };
    assert_eq!(
        crumbs(subject(&cards, "tips/bread.md")),
        ["/kb/", "/kb/tips/"]
    );
    assert_eq!(crumbs(PageSubject::Topic(0)), ["/kb/", "/kb/topics/"]);
    assert!(crumbs(PageSubject::Section(0)).is_empty());
}

#[test]
fn a_collection_has_named_pages_first_and_no_page_twice() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let all = page(catalog, "collections/all.md");
    let pages = collected(&cards.index, all, &linked_fields(catalog, all));
    assert_eq!(titles(catalog, &pages), ["Bread", "Apples", "Ovens"]);
}

#[test]
fn facets_tell_the_pages_of_a_list_apart() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let pages = &catalog.site.topics[0].pages;
    let facets = facets(&cards.index, pages, "en");
    let named = |name: &str| facets.iter().find(|facet| facet.name == name);
    let kinds = named("kind").expect("the pages are of two kinds");
    let options: Vec<(&str, usize)> = kinds
        .options
        .iter()
        .map(|option| (option.key.as_str(), option.count))
        .collect();
    assert_eq!(options, [("guide", 1), ("tip", 2)]);
    assert_eq!(named("topic"), None, "all pages share their topic");
}

#[test]
fn facet_links_lead_to_every_facet_list() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let links = facet_links(catalog);
    let hrefs: Vec<&String> = links
        .iter()
        .flat_map(|facet| &facet.options)
        .filter_map(|option| option.href.as_ref())
        .collect();
    assert_eq!(hrefs.len(), catalog.site.narrowed.len());
    assert!(
        catalog
            .facet_href(&FacetKey::Kind("tip".into()))
            .is_some_and(|href| hrefs.contains(&&href))
    );
}

#[test]
fn a_page_offers_the_feeds_of_the_site_and_of_its_kind() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let hrefs = |subject, page: Option<PageId>| {
        let feeds = feeds(catalog, subject, page);
        feeds
            .into_iter()
            .map(|feed| feed.href)
            .collect::<Vec<String>>()
    };
    let bread = page(catalog, "tips/bread.md");
    assert_eq!(
        hrefs(PageSubject::Page(bread), Some(bread)),
        ["/kb/feed.xml", "/kb/feed.json", "/kb/tips/feed.xml"]
    );
    assert_eq!(
        hrefs(PageSubject::Topic(0), None)[2],
        "/kb/topics/baking/feed.xml"
    );
}

#[test]
fn lists_are_grouped_by_kind_month_and_date() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let pages =
        |names: &[&str]| -> Vec<PageId> { names.iter().map(|name| page(catalog, name)).collect() };
    let ids = |groups: &[CardGroup]| {
        let ids = groups.iter().map(|group| group.id.clone());
        ids.collect::<Vec<String>>()
    };
    let tips = pages(&["tips/apples.md", "tips/bread.md"]);
    assert_eq!(ids(&by_kind(&cards, &tips)), ["tip"]);
    assert_eq!(ids(&by_month(&cards, &tips)), ["2026-05", "2026-03"]);
    let events = pages(&["events/fair.md", "events/past.md"]);
    assert_eq!(
        ids(&by_event_date(&cards, &events, "en")),
        ["coming", "past"]
    );
}

#[test]
fn the_list_of_a_section_holds_cards_and_the_sections_inside() {
    let cards = site();
    let tips = list(&cards, PageSubject::Section(section(&cards, "tips")));
    assert_eq!(card_titles(&tips.items), ["Apples", "Bread"]);
    assert_eq!((tips.total, tips.next_href), (2, None));
    let home = list(&cards, PageSubject::Section(0));
    let tips = home.groups.iter().find(|group| group.id == "tips");
    assert_eq!(tips.map(|group| group.items.len()), Some(2));
}

#[test]
fn the_list_from_a_to_z_has_headings_by_letter() {
    let cards = site();
    let all = list(&cards, PageSubject::AToZ);
    assert_eq!(all.groups[0].id, "a");
    assert_eq!(all.letters[0].href, "/kb/a-z/#a");
    assert!(!all.facet_links.is_empty());
}

#[test]
fn an_audience_starts_with_the_pages_that_its_vocabulary_names() {
    let cards = site();
    let bakers = list(&cards, PageSubject::Audience(0));
    assert_eq!(card_titles(&bakers.items), ["Bread"]);
    assert_eq!(list(&cards, PageSubject::Topics).groups[0].items.len(), 3);
    assert!(list(&cards, PageSubject::Search).groups[0].items.is_empty());
}

#[test]
fn navigation_opens_the_section_of_the_page() {
    let cards = site();
    let nav = nav(&cards, subject(&cards, "tips/bread.md"));
    let (position, open) = nav.open.expect("the page is in a section");
    assert_eq!((open.title.as_str(), open.is_open), ("Tips", true));
    assert!(!nav.sections[position].is_open, "other pages share it");
    let lines: Vec<(&str, bool)> = nav
        .branch
        .iter()
        .map(|line| match line {
            BranchLine::Item(item) => (item.title.as_str(), item.is_current),
            BranchLine::Page(line) => (line.item.title.as_str(), false),
        })
        .collect();
    assert_eq!(lines, [("Tips", false), ("Apples", false), ("Loaf", true)]);
    let bread = page(&cards.index.catalog, "tips/bread.md");
    assert_eq!(page_line(&cards.index.catalog, bread, 1).title, "Loaf");
}

#[test]
fn neighbors_are_the_pages_next_to_a_page_in_its_section() {
    let cards = site();
    let bread = page(&cards.index.catalog, "tips/bread.md");
    let title = |step| neighbor(&cards.index, bread, step).map(|crumb| crumb.title);
    assert_eq!((title(-1), title(1)), (Some("Apples".into()), None));
}

#[test]
fn a_page_knows_its_place_on_a_path() {
    let cards = site();
    let ovens = page(&cards.index.catalog, "guides/ovens.md");
    let positions = path_positions(&cards, ovens);
    assert_eq!((positions[0].number, positions[0].of), (2, 2));
    let previous = positions[0].previous.as_ref();
    assert_eq!(previous.map(|card| card.title.as_str()), Some("Bread"));
    assert_eq!(positions[0].next, None);
}

#[test]
fn a_kind_without_random_pages_offers_none() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let of_tips = random_href(catalog, PageSubject::Section(section(&cards, "tips")));
    assert_eq!(of_tips.is_some(), catalog.site.kinds["tip"].random_page);
    assert_eq!(random_href(catalog, PageSubject::AToZ), None);
}

#[test]
fn the_named_next_page_wins_over_paths_and_relations() {
    let cards = site();
    let catalog = &cards.index.catalog;
    let [apples, bread, ovens] =
        ["tips/apples.md", "tips/bread.md", "guides/ovens.md"].map(|name| page(catalog, name));
    assert_eq!(related(&cards.index, apples, Some(ovens)).next, Some(bread));
    assert_eq!(related(&cards.index, bread, Some(ovens)).next, Some(ovens));
    assert!(
        !related(&cards.index, bread, Some(ovens))
            .related
            .contains(&ovens)
    );
}

#[test]
fn the_home_page_offers_what_it_names() {
    let cards = site();
    let catalog = &cards.index.catalog;
    assert_eq!(titles(catalog, &start_here(catalog)), ["Apples"]);
}
