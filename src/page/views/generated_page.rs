//! The view of a list that has no page of its own.

use crate::i18n::direction;
use crate::kind;
use crate::page::catalog::Catalog;
use crate::page::output_page::PageSubject;
use crate::page::view::PageView;
use crate::site::topics::TermPages;

/// The view of a subject that has no page of its own: its title and what is known without one.
pub fn generated_page(catalog: &Catalog, subject: PageSubject) -> PageView {
    let (title, summary) = title_and_summary(catalog, subject);
    PageView {
        short_title: title.clone(),
        heading: title.clone(),
        description: summary.clone(),
        title,
        summary,
        ..empty_page(catalog, language(catalog, subject))
    }
}

/// A view that says nothing yet.
pub fn empty_page(catalog: &Catalog, language: &str) -> PageView {
    PageView {
        kind: kind::PLAIN.into(),
        kind_title: catalog.kind_title(language, kind::PLAIN),
        layout: "page",
        language: language.to_owned(),
        direction: direction(language),
        license: catalog.site.settings().license.clone(),
        extra: serde_json::json!({}).into(),
        ..PageView::default()
    }
}

fn language(catalog: &Catalog, subject: PageSubject) -> &str {
    match subject {
        PageSubject::Section(section) | PageSubject::RandomPage(section) => {
            catalog.section_language(section)
        }
        _ => &catalog.site.settings().language,
    }
}

fn title_and_summary(catalog: &Catalog, subject: PageSubject) -> (String, Option<String>) {
    let (site, language) = (&catalog.site, language(catalog, subject));
    let text = |key: &str| catalog.text(language, key, &[]);
    let term = |term: &TermPages| (term.title.clone(), term.description.clone());
    match subject {
        PageSubject::Section(0) => (catalog.site_title(), site.settings().summary.clone()),
        PageSubject::Section(section) => (catalog.section_title(section), None),
        PageSubject::Topic(topic) => term(&site.topics[topic]),
        PageSubject::Audience(audience) => term(&site.audiences[audience]),
        PageSubject::Topics => (text("topics"), None),
        PageSubject::Audiences => (text("audiences"), None),
        PageSubject::AToZ => (text("a_to_z"), None),
        PageSubject::New => (text("whats_new"), None),
        PageSubject::FacetList(list) => (catalog.facet_list_title(&site.narrowed[list].by), None),
        PageSubject::RandomPage(section) => {
            (text("random_page"), Some(catalog.section_title(section)))
        }
        PageSubject::Search => (text("search"), None),
        PageSubject::About => (text("about_title"), None),
        PageSubject::Privacy => (text("privacy_title"), Some(text("privacy_lede"))),
        PageSubject::NotFound | PageSubject::Page(_) => (text("not_found_title"), None),
    }
}
