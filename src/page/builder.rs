//! Makes the contexts of output pages from the catalog, the index and the cards.

use super::cards::CardTable;
use super::catalog::Catalog;
use super::index::SiteIndex;
use super::output_page::{OutputPage, PageSubject, layout, page_of};
use super::page_context::{PageContent, PageContext};
use super::tool::embedded_tools;
use super::view::PageView;
use super::views::{
    BodyLinks, body_links, breadcrumbs, calendar, contacts, feeds, generated_page, listing, nav,
    own_page, random_href, social_card, social_card_view, start_here, template_name, used_terms,
    visitor_counting,
};
use crate::site::PageId;

/// Makes the contexts of one site's output pages.
pub struct PageBuilder {
    pub cards: CardTable,
}

impl PageBuilder {
    /// A builder that has made nothing yet.
    pub fn new(catalog: Catalog) -> Self {
        PageBuilder {
            cards: CardTable::new(catalog),
        }
    }

    pub fn index(&self) -> &SiteIndex {
        &self.cards.index
    }

    pub fn catalog(&self) -> &Catalog {
        &self.cards.index.catalog
    }

    /// The context of an output page.
    pub fn compose(&self, output_page: &OutputPage) -> PageContext {
        let (catalog, subject) = (self.catalog(), output_page.subject);
        let page = page_of(catalog, output_page);
        let body = page.filter(|_| output_page.number == 1);
        let (links, embedded, terms) = match body {
            Some(page) => (
                body_links(catalog, page),
                embedded_tools(catalog, page),
                used_terms(self.index(), page),
            ),
            None => Default::default(),
        };
        let BodyLinks { hrefs, wiki_titles } = links;
        let term_places = body
            .and_then(|page| catalog.facts(page).term_places)
            .filter(|_| terms.iter().any(Option::is_some));
        PageContext {
            output_page: output_page.clone(),
            body,
            content: PageContent {
                page: self.page_view(output_page, page),
                nav: nav(&self.cards, subject),
                template: template_name(catalog, subject, page),
                links: hrefs,
                wiki_titles,
                embedded: embedded.views,
                terms,
                term_places,
            },
            problems: embedded.problems,
        }
    }

    /// The view of an output page that shows the text of `page`, if any.
    fn page_view(&self, output_page: &OutputPage, page: Option<PageId>) -> PageView {
        let (catalog, subject) = (self.catalog(), output_page.subject);
        let mut view = match page {
            Some(page) => own_page(&self.cards, page),
            None => generated_page(catalog, subject),
        };
        view.layout = layout(subject);
        view.href = catalog.href(&output_page.route);
        view.url = catalog.url(&output_page.route);
        view.breadcrumbs = breadcrumbs(catalog, subject);
        view.feeds = feeds(catalog, subject, page);
        view.listing = listing(&self.cards, output_page);
        view.random_href = random_href(catalog, subject);
        view.social_card = social_card(catalog, output_page)
            .and_then(|(route, _)| social_card_view(catalog, &route));
        match subject {
            PageSubject::Section(section) => {
                let kind = catalog.section_kind(&catalog.site.sections[section]);
                let route = kind.and_then(|kind| catalog.calendar_of_kind(kind));
                view.calendar = route.map(|route| calendar(catalog, &route));
            }
            PageSubject::Privacy => {
                view.contacts = contacts(catalog);
                view.counting = Some(visitor_counting(catalog, !view.contacts.is_empty()));
            }
            _ => {}
        }
        if view.layout == "home" {
            view.related = self.cards.cards(&start_here(catalog));
            view.next = None;
        }
        view
    }
}
