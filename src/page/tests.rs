//! Output pages as a whole: which exist, what their contexts hold, and what their hashes depend on.

use super::builder::PageBuilder;
use super::output_page::{OutputPage, PageSubject, page_of};
use super::output_pages::output_pages;
use super::structured::structured_data;
use super::test_catalog::{catalog, page};
use super::tool::{embedded_tools, tool, tool_markdown};
use crate::fingerprint::Fingerprint;

const CHECKLIST: &str = "---\ntitle: Oven\ntool:\n  type: checklist\n  items:\n    - text: Switch it on.\n      key: on\n---\nText.";

/// A site in which one tip is related to another.
fn files(summary: &'static str) -> Vec<(&'static str, String)> {
    vec![
        ("index.md", "# Home".to_owned()),
        (
            "tips/bread.md",
            "---\ntopics: [baking]\n---\n# Bread".to_owned(),
        ),
        (
            "tips/yeast.md",
            format!("---\ntopics: [baking]\nsummary: {summary}\n---\n# Yeast"),
        ),
        ("zoo/lions.md", "# Lions".to_owned()),
    ]
}

fn builder(files: &[(&'static str, String)]) -> PageBuilder {
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (*path, text.as_str()))
        .collect();
    PageBuilder::new(catalog(&files))
}

/// The hash of the context of a page.
fn hash(builder: &PageBuilder, name: &str) -> Fingerprint {
    let id = page(builder.catalog(), name);
    let route = builder.catalog().site.page(id).route.clone();
    let output_page = OutputPage::single(PageSubject::Page(id), route);
    builder.compose(&output_page).fingerprint()
}

#[test]
fn a_page_depends_on_what_it_shows_of_others_and_on_nothing_else() {
    let [before, after] = [files("Alive."), files("Alive and well.")].map(|files| builder(&files));
    let differs = |name: &str| hash(&before, name) != hash(&after, name);
    assert!(differs("tips/yeast.md"));
    assert!(differs("tips/bread.md"), "it shows the other's card");
    assert!(!differs("zoo/lions.md"));
}

#[test]
fn a_new_page_elsewhere_leaves_pages_equal() {
    let before = files("Alive.");
    let mut after = before.clone();
    after.insert(
        1,
        (
            "tips/apples.md",
            "---\nunlisted: true\n---\n# Apples".to_owned(),
        ),
    );
    let (before, after) = (builder(&before), builder(&after));
    assert_eq!(
        hash(&before, "tips/bread.md"),
        hash(&after, "tips/bread.md"),
        "pages have other numbers, which are not content"
    );
}

#[test]
fn a_context_names_the_pages_that_it_shows() {
    let builder = builder(&files("Alive."));
    let bread = page(builder.catalog(), "tips/bread.md");
    let route = builder.catalog().site.page(bread).route.clone();
    let context = builder.compose(&OutputPage::single(PageSubject::Page(bread), route));
    let yeast = page(builder.catalog(), "tips/yeast.md");
    assert!(context.shown_pages().any(|page| page == yeast));
    assert_eq!(context.body, Some(bread));
}

#[test]
fn every_page_and_every_list_is_an_output_page() {
    let builder = builder(&files("Alive."));
    let addresses: Vec<String> = output_pages(builder.index())
        .iter()
        .map(|output_page| output_page.route.to_string())
        .collect();
    for address in [
        "/",
        "/tips/",
        "/tips/bread/",
        "/topics/baking/",
        "/a-z/",
        "/topics/",
    ] {
        assert!(addresses.iter().any(|own| own == address), "{address}");
    }
    assert!(
        !addresses.iter().any(|own| own == "/new/"),
        "no page has a date"
    );
}

#[test]
fn a_page_can_introduce_a_generated_list() {
    let catalog = catalog(&[
        ("index.md", "# Home"),
        ("a.md", "---\ntopics: [baking]\n---\n# A"),
        ("topics/baking.md", "# All about baking"),
    ]);
    let introduction = page(&catalog, "topics/baking.md");
    let route = catalog.site.topics[0].route.clone();
    let list = OutputPage::single(PageSubject::Topic(0), route);
    assert_eq!(page_of(&catalog, &list), Some(introduction));
}

#[test]
fn structured_data_describes_the_page_and_where_it_is() {
    let builder = PageBuilder::new(catalog(&[
        (
            "handsel.yaml",
            "title: Crumbs\nbase_url: https://example.org/kb/\n",
        ),
        ("index.md", "# Home"),
        ("guides/ovens.md", "# Ovens"),
    ]));
    let id = page(builder.catalog(), "guides/ovens.md");
    let route = builder.catalog().site.page(id).route.clone();
    let context = builder.compose(&OutputPage::single(PageSubject::Page(id), route));
    let json = structured_data(
        builder.catalog(),
        &context.output_page,
        &context.content.page,
    );
    let json: serde_json::Value =
        serde_json::from_str(&json.unwrap_or_default()).unwrap_or_default();
    assert_eq!(
        json["@graph"][0]["url"],
        "https://example.org/kb/guides/ovens/"
    );
    let crumbs = &json["@graph"][1]["itemListElement"];
    assert_eq!(crumbs[1]["item"], "https://example.org/kb/guides/");
}

#[test]
fn a_tool_is_a_view_a_text_and_a_part_of_other_pages() {
    let catalog = catalog(&[
        ("index.md", "# Home"),
        ("tools/oven.md", CHECKLIST),
        (
            "tips/bread.md",
            "# Bread\n\n::tool{page=\"../tools/oven.md\"}",
        ),
        ("tips/yeast.md", "# Yeast\n\n::tool{page=\"bread.md\"}"),
    ]);
    let oven = page(&catalog, "tools/oven.md");
    let view = tool(&catalog, oven).expect("the page declares a tool");
    assert_eq!((view.type_name, view.is_embedded), ("checklist", false));
    let text = tool_markdown(&catalog, oven).unwrap_or_default();
    assert!(text.contains("Switch it on"), "{text}");
    let embedded = embedded_tools(&catalog, page(&catalog, "tips/bread.md"));
    let view = embedded.views[0].as_ref().expect("the page has a tool");
    assert!(view.is_embedded && view.is_first);
    assert_ne!(
        view.id,
        tool(&catalog, oven).map(|own| own.id).unwrap_or_default()
    );
    let wrong = embedded_tools(&catalog, page(&catalog, "tips/yeast.md"));
    assert_eq!((wrong.views.len(), wrong.problems.len()), (1, 1));
}
