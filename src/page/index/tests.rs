//! The tables of the index, each on a small site.

use super::SiteIndex;
use super::queries::PagesQuery;
use crate::page::test_catalog::{catalog, page, titles};

/// A site with three dated tips, of which one is unlisted.
fn tips() -> SiteIndex {
    SiteIndex::new(catalog(&[
        ("index.md", "# Home"),
        (
            "tips/bread.md",
            "---\ntopics: [baking]\npublished: 2026-03-01\nlevel: beginner\n---\n# Bread",
        ),
        (
            "tips/apples.md",
            "---\ntopics: [baking, fruit]\npublished: 2026-05-01\n---\n# Apples",
        ),
        (
            "tips/hidden.md",
            "---\ntopics: [fruit]\npublished: 2026-06-01\nunlisted: true\n---\n# Hidden",
        ),
        ("guides/ovens.md", "# Émile's ovens\n\nHow to choose one."),
    ]))
}

#[test]
fn the_last_changed_page_is_first_among_the_newest() {
    let index = tips();
    assert_eq!(titles(&index.catalog, index.newest()), ["Apples", "Bread"]);
}

#[test]
fn pages_from_a_to_z_are_sorted_as_in_a_dictionary() {
    let index = tips();
    assert_eq!(
        titles(&index.catalog, index.a_to_z()),
        ["Apples", "Bread", "Émile's ovens", "Home"]
    );
    let letters: Vec<(&str, usize)> = index
        .first_letters()
        .iter()
        .map(|(letter, position)| (letter.as_str(), *position))
        .collect();
    assert_eq!(letters, [("A", 0), ("B", 1), ("E", 2), ("H", 3)]);
}

#[test]
fn a_page_knows_its_position_in_its_section() {
    let index = tips();
    let position = |name: &str| index.position(page(&index.catalog, name));
    assert_eq!(
        (position("tips/apples.md"), position("tips/bread.md")),
        (Some(0), Some(1))
    );
    assert_eq!(position("tips/hidden.md"), None);
}

#[test]
fn unlisted_pages_have_no_terms() {
    let index = tips();
    let topics = |name: &str| {
        let positions = &index.page_terms().topics[page(&index.catalog, name)];
        let topics = &index.catalog.site.topics;
        let titles = positions
            .iter()
            .map(|position| topics[*position].title.clone());
        titles.collect::<Vec<String>>()
    };
    assert_eq!(topics("tips/apples.md"), ["baking", "fruit"]);
    assert!(topics("tips/hidden.md").is_empty());
}

#[test]
fn the_number_of_pages_on_a_facet_list_needs_no_list() {
    let index = tips();
    let counts = index.facet_list_counts();
    let lengths: Vec<usize> = index.facet_lists().iter().map(Vec::len).collect();
    assert_eq!(counts, lengths);
    let bread = page(&index.catalog, "tips/bread.md");
    for (list, is_on) in index
        .facet_lists()
        .iter()
        .zip(index.is_on_facet_lists(bread))
    {
        assert_eq!(list.contains(&bread), is_on);
    }
}

#[test]
fn a_path_takes_the_time_of_its_required_steps() {
    let index = SiteIndex::new(catalog(&[
        ("index.md", "# Home"),
        ("guides/one.md", "---\ntime: 10\n---\n# One"),
        ("guides/two.md", "---\ntime: 30\n---\n# Two"),
        (
            "paths/all.md",
            "---\noutcome: Both\nsteps:\n  - page: ../guides/one.md\n  - page: ../guides/two.md\n    optional: true\n---\n# All",
        ),
    ]));
    let path = page(&index.catalog, "paths/all.md");
    let own = index
        .learning_paths()
        .of_page(path)
        .expect("the page is a path");
    assert_eq!(own.steps.len(), 2);
    assert_eq!(index.minutes(path), 10);
    let two = page(&index.catalog, "guides/two.md");
    let through: Vec<usize> = index
        .learning_paths()
        .through(two)
        .map(|(_, step)| step)
        .collect();
    assert_eq!(through, [1]);
}

#[test]
fn a_glossary_term_knows_its_explanation_and_its_uses() {
    let index = SiteIndex::new(catalog(&[
        ("index.md", "# Home"),
        (
            "glossary/crumb.md",
            "---\nshort: Soft & inside.\n---\n# Crumb",
        ),
        ("tips/bread.md", "# Bread\n\nThe crumb is open."),
    ]));
    let source = &index
        .catalog
        .site
        .page(page(&index.catalog, "glossary/crumb.md"))
        .entry
        .source;
    assert_eq!(
        titles(&index.catalog, index.uses_of_term(source)),
        ["Bread"]
    );
    let term = index.explained_term(source).expect("the term is explained");
    assert_eq!(
        (term.href.as_str(), term.short.as_str()),
        ("/glossary/crumb/", "Soft &amp; inside.")
    );
}

#[test]
fn top_sections_are_closed_for_pages_outside_them() {
    let index = tips();
    let sections: Vec<(&str, usize, bool)> = index
        .top_sections()
        .iter()
        .map(|link| (link.title.as_str(), link.count, link.is_open))
        .collect();
    assert_eq!(sections, [("Guides", 1, false), ("Tips", 2, false)]);
}

#[test]
fn answers_to_feedback_are_made_once_for_each_language() {
    let index = tips();
    let [one, same] = [0, 1].map(|_| index.feedback_answers("en"));
    assert!(std::sync::Arc::ptr_eq(&one, &same));
    assert_ne!(one.helped.title, index.feedback_answers("de").helped.title);
    assert_eq!(one.reasons.len(), 5);
}

#[test]
fn queries_combine_their_conditions() {
    let index = tips();
    let found = |query: PagesQuery| {
        let pages = index.pages(&query);
        titles(&index.catalog, &pages)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<String>>()
    };
    let named = |text: &str| Some(text.to_owned());
    let all = PagesQuery::default();
    assert_eq!(
        found(PagesQuery {
            topic: named("Baking"),
            order: named("updated"),
            ..all.clone()
        }),
        ["Apples", "Bread"]
    );
    assert_eq!(
        found(PagesQuery {
            kind: named("tip"),
            level: named("beginner"),
            ..all.clone()
        }),
        ["Bread"]
    );
    assert_eq!(
        found(PagesQuery {
            section: named("/Guides/"),
            ..all.clone()
        }),
        ["Émile's ovens"]
    );
    assert_eq!(
        found(PagesQuery {
            order: named("newest"),
            limit: Some(1),
            ..all
        }),
        ["Apples"]
    );
}
