//! Builds the context of one output page: the page's own text and everything from elsewhere,
//! resolved.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock, RwLock};

use jiff::civil::Date;
use serde_json::json;

use super::learning_path::path_pages;
use super::listing;
use super::parts::{contents, items_json};
use super::queries::PagesQuery;
use super::site_index::SiteIndex;
use super::templates::{CardParts, SharedValue};
use super::view::{PageView, SocialCardView, SourceView};
use super::{OutputPage, PageContext, PageSubject, not_found};
use crate::document::{Entry, PageFacts, glossary};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::i18n::{Translations, direction};
use crate::images::card;
use crate::kind;
use crate::paths::Route;
use crate::site::insert::{self, InsertedPage};
use crate::site::links::Destination;
use crate::site::related::Relations;
use crate::site::sections::put_in_order;
use crate::site::topics::TermPages;
use crate::site::update;
use crate::site::{LinkTarget, PageId, PageMap, Site, SitePage};

const RELATED_MAX: usize = 4;
pub(super) const BACKLINKS_MAX: usize = 40;

/// Builds the contexts of one site's output pages.
pub struct Composer {
    pub site: Arc<Site>,
    pub words: Arc<Translations>,
    facts: PageMap<Arc<PageFacts>>,
    relations: Relations,
    /// What other pages show of each page, built on first use.
    cards: PageMap<OnceLock<SharedValue>>,
    branch_items: PageMap<OnceLock<SharedValue>>,
    shared: CardParts,
    /// Each page's position in its section.
    pub(super) neighbors: PageMap<Option<usize>>,
    pub(super) topics: HashMap<String, usize>,
    pub(super) audiences: HashMap<String, usize>,
    /// Listed pages with a date, the last changed first.
    pub newest: Vec<PageId>,
    /// Listed pages by title.
    pub a_to_z: Vec<PageId>,
    /// The pages that are paths, in order.
    pub ways: Vec<PageId>,
    /// The writer's own scripts that can send data, for the privacy page.
    pub sending_scripts: Vec<String>,
    pub(super) found: SiteIndex,
    /// Answers to templates' queries so far. An answer depends on the site alone, so the order of
    /// the queries does not matter.
    pub(super) answers: RwLock<HashMap<PagesQuery, Arc<[PageId]>>>,
    /// In a lenient build, the templates that a page may name. Any other name is ignored.
    templates: Option<BTreeSet<String>>,
}

impl Composer {
    pub fn new(site: Arc<Site>, words: Arc<Translations>, facts: PageMap<Arc<PageFacts>>) -> Self {
        let mut neighbors = PageMap::filled(site.tables.pages.len(), None);
        for section in &site.sections {
            for (position, page) in section.pages.iter().enumerate() {
                neighbors[*page] = Some(position);
            }
        }
        let by_key = |terms: &[TermPages]| {
            terms
                .iter()
                .enumerate()
                .map(|(index, term)| (term.key.clone(), index))
                .collect()
        };
        let (topics, audiences) = (by_key(&site.topics), by_key(&site.audiences));
        let relations = Relations::new(&site);
        let (newest, a_to_z) = (listing::newest(&site), listing::a_to_z(&site));
        let ways = path_pages(&site);
        let unmade = || (0..neighbors.len()).map(|_| OnceLock::new()).collect();
        Composer {
            words,
            facts,
            relations,
            cards: unmade(),
            branch_items: unmade(),
            shared: CardParts::default(),
            site,
            neighbors,
            topics,
            audiences,
            newest,
            a_to_z,
            ways,
            sending_scripts: Vec::new(),
            found: SiteIndex::default(),
            answers: RwLock::default(),
            templates: None,
        }
    }

    /// Makes pages that name a template other than these use their kind's template.
    pub fn with_only_templates(mut self, names: BTreeSet<String>) -> Self {
        self.templates = Some(names);
        self
    }

    pub fn facts(&self, page: PageId) -> &PageFacts {
        &self.facts[page]
    }

    /// Applies edited pages. Returns `None` if the site has to be assembled again, and otherwise
    /// whether other pages see the edit.
    pub fn update(&mut self, edited: &[(Arc<Entry>, Arc<PageFacts>)]) -> Option<bool> {
        let entries: Vec<Arc<Entry>> = edited.iter().map(|(entry, _)| Arc::clone(entry)).collect();
        let updated = update::update(Arc::make_mut(&mut self.site), &entries)?;
        for (page, (_, facts)) in updated.pages.iter().zip(edited) {
            self.facts[*page] = Arc::clone(facts);
        }
        if !updated.is_seen {
            return Some(false);
        }
        for page in &updated.pages {
            (self.cards[*page], self.branch_items[*page]) = (OnceLock::new(), OnceLock::new());
        }
        self.forget_found();
        for section in &updated.sections {
            for (position, page) in self.site.sections[*section].pages.iter().enumerate() {
                self.neighbors[*page] = Some(position);
            }
        }
        updated
            .topics
            .iter()
            .for_each(|topic| self.relations.reorder(&self.site, *topic));
        listing::put_in_place(&mut self.newest, &updated.pages, |page| {
            listing::newest_key(&self.site, page)
        });
        listing::put_in_place(&mut self.a_to_z, &updated.pages, |page| {
            listing::a_to_z_key(&self.site, page)
        });
        self.answers = RwLock::default();
        Some(true)
    }

    /// Inserts a page. Returns `false` if the site has to be assembled again.
    pub fn insert(
        &mut self,
        entry: &Arc<Entry>,
        facts: &Arc<PageFacts>,
        with_drafts: bool,
    ) -> bool {
        let Some(InsertedPage {
            page,
            section,
            topics,
        }) = insert::insert(Arc::make_mut(&mut self.site), entry, with_drafts)
        else {
            return false;
        };
        self.facts.insert(page, Arc::clone(facts));
        self.cards.insert(page, OnceLock::new());
        self.branch_items.insert(page, OnceLock::new());
        self.neighbors.insert(page, None);
        for (position, page) in self.site.sections[section].pages.iter().enumerate() {
            self.neighbors[*page] = Some(position);
        }
        self.relations.insert(&self.site, page, &topics);
        for list in [&mut self.newest, &mut self.a_to_z] {
            list.iter_mut()
                .for_each(|other| *other = other.after_insertion_of(page));
        }
        let own = self.site.page(page);
        if own.is_listed() {
            if own.changed().is_some() {
                put_in_order(&mut self.newest, page, |page| {
                    listing::newest_key(&self.site, page)
                });
            }
            put_in_order(&mut self.a_to_z, page, |page| {
                listing::a_to_z_key(&self.site, page)
            });
        }
        self.ways = path_pages(&self.site);
        let narrowed = self.found.narrowed.take();
        self.forget_found();
        self.found.narrowed = narrowed.map_or_else(OnceLock::new, |lists| {
            self.facet_lists_with(lists, page).into()
        });
        self.answers = RwLock::default();
        true
    }

    /// Drops the values derived from all pages together and the cards that depend on them, since a
    /// path's time depends on its steps.
    fn forget_found(&mut self) {
        self.found = SiteIndex::default();
        for way in &self.ways {
            self.cards[*way] = OnceLock::new();
        }
    }

    /// Replaces the translations.
    pub fn set_translations(&mut self, words: Arc<Translations>) {
        self.words = words;
        (self.found.top, self.found.feedback) = Default::default();
        self.cards
            .values_mut()
            .chain(self.branch_items.values_mut())
            .for_each(|shown| *shown = OnceLock::new());
    }

    /// The topic with this name, in any spelling with the same slug.
    pub fn topic(&self, name: &str) -> Option<&TermPages> {
        self.topics
            .get(&crate::paths::slug(name))
            .map(|index| &self.site.topics[*index])
    }

    /// The audience with this name.
    pub fn audience(&self, name: &str) -> Option<&TermPages> {
        self.audiences
            .get(&crate::paths::slug(name))
            .map(|index| &self.site.audiences[*index])
    }

    /// A page's card as templates see it.
    pub fn card(&self, page: PageId) -> &SharedValue {
        self.cards[page].get_or_init(|| self.shared.card(self.make_card(page)))
    }

    /// The fingerprint of everything that other pages show of a page.
    pub fn card_hash(&self, page: PageId) -> Fingerprint {
        let card = self.card(page).hash;
        match &self.site.page(page).entry.meta.short_title {
            Some(title) => Hasher::new().add(card.as_bytes()).add(title).finish(),
            None => card,
        }
    }

    /// A page's line in its section's tree, for the other pages there. `depth` is that of its
    /// section.
    pub fn branch_line(&self, page: PageId, depth: usize) -> &SharedValue {
        self.branch_items[page]
            .get_or_init(|| SharedValue::new(&self.branch_item(page, depth, false)))
    }

    pub fn compose(&self, output_page: &OutputPage) -> PageContext {
        let page_id = self.page_of(output_page);
        let mut view = match page_id {
            Some(page) => self.own(page),
            None => self.generated(output_page),
        };
        view.layout = layout(output_page.subject);
        view.href = self.href(&output_page.route);
        view.url = self.url(&output_page.route);
        view.breadcrumbs = self.breadcrumbs(output_page, page_id);
        view.feeds = self.feeds(output_page.subject, page_id);
        view.listing = listing::of(self, output_page);
        if let PageSubject::Section(section) = output_page.subject {
            let kind = self.site.sections[section]
                .kind
                .as_ref()
                .and_then(|kind| self.site.kinds.get(kind));
            view.calendar = kind
                .and_then(|kind| self.calendar_of_kind(kind))
                .map(|route| self.calendar(&route));
        }
        if output_page.subject == PageSubject::Privacy {
            view.contacts = self.contacts();
            view.counting = Some(self.visitor_counting(!view.contacts.is_empty()));
        }
        if view.layout == "home" {
            view.related = self.start_here();
            view.next = None;
        }
        view.random_href = self.random_page(output_page);
        view.social_card = self.social_card(output_page).and_then(|(route, _)| {
            Some(SocialCardView {
                href: self.href(&route),
                url: self.url(&route)?,
                width: card::WIDTH,
                height: card::HEIGHT,
            })
        });
        let template = self.template(output_page, page_id);
        let body = page_id.filter(|_| output_page.number == 1);
        let (links, wiki_titles) = body.map(|page| self.body_links(page)).unwrap_or_default();
        let embedded = body.map(|page| self.embedded(page)).unwrap_or_default();
        let terms = body.map(|page| self.terms_of(page)).unwrap_or_default();
        let term_places = body
            .and_then(|page| self.facts[page].term_places)
            .filter(|_| terms.iter().any(Option::is_some));
        PageContext {
            output_page: output_page.clone(),
            nav: self.nav(output_page, page_id),
            page: view,
            template,
            body,
            links,
            wiki_titles,
            embedded,
            terms,
            term_places,
        }
    }

    /// The page whose text an output page shows.
    pub fn page_of(&self, output_page: &OutputPage) -> Option<PageId> {
        match output_page.subject {
            PageSubject::Page(page) => Some(page),
            PageSubject::Section(section) => self.site.sections[section].page,
            PageSubject::About | PageSubject::Privacy | PageSubject::RandomPage(_) => None,
            _ => {
                let first = match output_page.subject {
                    PageSubject::Topic(term) => self.site.topics[term].route.clone(),
                    PageSubject::Audience(term) => self.site.audiences[term].route.clone(),
                    PageSubject::Topics => Route::page(["topics"]),
                    PageSubject::Audiences => Route::page(["audiences"]),
                    PageSubject::AToZ => Route::page(["a-z"]),
                    PageSubject::FacetList(list) => self.site.narrowed[list].route.clone(),
                    PageSubject::Search => Route::page(["search"]),
                    PageSubject::NotFound => not_found(),
                    _ => Route::page(["new"]),
                };
                match self.site.tables.by_route.get(&first) {
                    Some(LinkTarget::Page(page)) if self.site.page(*page).route == first => {
                        Some(*page)
                    }
                    _ => None,
                }
            }
        }
    }

    /// The template that a page names.
    pub fn stated_template(&self, page: PageId) -> Option<String> {
        let stated = &self.site.page(page).entry.meta.template.as_ref()?.value;
        Some(if stated.contains('.') {
            stated.clone()
        } else {
            format!("{stated}.html")
        })
    }

    fn template(&self, output_page: &OutputPage, page_id: Option<PageId>) -> String {
        let is_known = |name: &String| {
            self.templates
                .as_ref()
                .is_none_or(|names| names.contains(name))
        };
        if let Some(stated) = page_id
            .and_then(|page| self.stated_template(page))
            .filter(is_known)
        {
            return stated;
        }
        match output_page.subject {
            PageSubject::Page(page) => self
                .kind(self.site.page(page))
                .map_or("page.html".into(), |kind| kind.template.clone()),
            other => format!("{}.html", layout(other)),
        }
    }

    pub(super) fn kind(&self, page: &SitePage) -> Option<&kind::Kind> {
        self.site.kinds.get(&page.entry.meta.kind)
    }

    fn own(&self, id: PageId) -> PageView {
        let page = self.site.page(id);
        let entry = &*page.entry;
        let meta = &entry.meta;
        let language = self.site.language(page);
        let day = |date: Option<Date>| date.map(|date| self.day(language, date));
        let review_due = entry.review_due();
        let settings = self.site.settings();
        let neighbor = |step: isize| self.neighbor(id, step);
        let mut related = self.relations.of(&self.site, id, RELATED_MAX + 1);
        let paths = self.on_paths(id);
        let further = paths.iter().find_map(|path| path.next);
        let next = self
            .next(id)
            .or(further)
            .or_else(|| (!related.is_empty()).then(|| related.remove(0)));
        related.retain(|page| Some(*page) != next);
        related.truncate(RELATED_MAX);
        let fields = self.fields(id);
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
                .or_else(|| self.explanation(page))
                .or_else(|| Some(self.facts[id].excerpt.clone()).filter(|text| !text.is_empty())),
            kind: meta.kind.clone(),
            kind_title: self.kind_title(language, &meta.kind),
            show: self
                .kind(page)
                .map(|kind| kind.show.clone())
                .unwrap_or_default(),
            source: Some(entry.source.to_string()),
            edit_href: settings
                .edit_url
                .as_ref()
                .map(|pattern| self.filled(pattern, page)),
            report_href: settings
                .report_url
                .as_ref()
                .map(|pattern| self.filled(pattern, page)),
            markdown_href: (settings.markdown_copies && page.route.as_str().ends_with('/'))
                .then(|| format!("{}index.md", self.href(&page.route))),
            language: language.to_owned(),
            direction: direction(language),
            contents: contents(entry),
            words: self.facts[id].words,
            minutes: self.minutes(id),
            topics: self.term_links(&meta.topics, (&self.topics, &self.site.topics)),
            audience: self.term_links(&meta.audience, (&self.audiences, &self.site.audiences)),
            level: meta.level.map(|level| level.key().to_owned()),
            level_title: meta.level.map(|level| self.level_title(language, level)),
            authors: self.authors(&meta.authors),
            published: day(page.published()),
            updated: day(meta.updated),
            reviewed: day(meta.reviewed),
            review_due: day(review_due),
            review_overdue: review_due.is_some_and(|due| due < self.site.today),
            expires: day(meta.expires),
            is_draft: page.is_draft,
            is_unlisted: meta.is_unlisted,
            license: meta.license.clone().or_else(|| settings.license.clone()),
            disclosure: meta.disclosure.clone(),
            change_note: meta.change_note.clone(),
            owner: meta.owner.clone(),
            sources: meta
                .sources
                .iter()
                .map(|source| SourceView {
                    title: source.title.clone(),
                    url: source.url.as_ref().map(|url| url.value.clone()),
                    checked: day(source.checked),
                })
                .collect(),
            image: self.image(page),
            next,
            related,
            backlinks: self.backlinks(id),
            previous: neighbor(-1),
            next_in_section: neighbor(1),
            collected: self.collected_pages(page, &fields),
            used_in: if glossary::explains(&meta.kind, &self.site.kinds) {
                self.used_in(id)
            } else {
                Vec::new()
            },
            event: self.event_view(page),
            calendar: self
                .calendar_of_page(page)
                .map(|route| self.calendar(&route)),
            paths,
            fields,
            feedback: self.feedback(page),
            discuss_href: self.discuss_href(page),
            tool: self.tool(id),
            extra: items_json(&meta.extra),
            ..self.empty_view(language)
        }
    }

    /// The view of a list that has no page of its own.
    fn generated(&self, output_page: &OutputPage) -> PageView {
        let language = match output_page.subject {
            PageSubject::Section(section) | PageSubject::RandomPage(section) => {
                self.section_language(section)
            }
            _ => &self.site.settings().language,
        };
        let say = |key: &str| {
            self.words
                .text(language, key, None, &[])
                .unwrap_or_else(|| key.to_owned())
        };
        let term = |term: &TermPages| (term.title.clone(), term.description.clone());
        let (title, summary) = match output_page.subject {
            PageSubject::Section(0) => (self.site_title(), self.site.settings().summary.clone()),
            PageSubject::Section(section) => (self.section_title(section), None),
            PageSubject::Topic(topic) => term(&self.site.topics[topic]),
            PageSubject::Audience(audience) => term(&self.site.audiences[audience]),
            PageSubject::Topics => (say("topics"), None),
            PageSubject::Audiences => (say("audiences"), None),
            PageSubject::AToZ => (say("a_to_z"), None),
            PageSubject::New => (say("whats_new"), None),
            PageSubject::FacetList(list) => {
                (self.facet_list_title(&self.site.narrowed[list].by), None)
            }
            PageSubject::RandomPage(section) => {
                (say("random_page"), Some(self.section_title(section)))
            }
            PageSubject::Search => (say("search"), None),
            PageSubject::About => (say("about_title"), None),
            PageSubject::Privacy => (say("privacy_title"), Some(say("privacy_lede"))),
            PageSubject::NotFound | PageSubject::Page(_) => (say("not_found_title"), None),
        };
        PageView {
            short_title: title.clone(),
            heading: title.clone(),
            description: summary.clone(),
            title,
            summary,
            ..self.empty_view(language)
        }
    }

    pub(super) fn title_of_list(&self, output_page: &OutputPage) -> String {
        self.generated(output_page).title
    }

    fn next(&self, id: PageId) -> Option<PageId> {
        match &self.site.page(id).next.as_ref()?.to {
            Destination::Page { page, .. } if *page != id => Some(*page),
            _ => None,
        }
    }

    fn backlinks(&self, id: PageId) -> Vec<PageId> {
        self.site
            .page(id)
            .backlinks
            .iter()
            .copied()
            .take(BACKLINKS_MAX)
            .collect()
    }

    fn empty_view(&self, language: &str) -> PageView {
        PageView {
            kind: kind::PLAIN.into(),
            kind_title: self.kind_title(language, kind::PLAIN),
            layout: "page",
            language: language.to_owned(),
            direction: direction(language),
            license: self.site.settings().license.clone(),
            extra: json!({}),
            ..PageView::default()
        }
    }

    /// What the home page offers first: the pages it names as related, or else the first pages of
    /// the first audience, or else nothing.
    fn start_here(&self) -> Vec<PageId> {
        let named = self.site.sections[0]
            .page
            .map(|page| self.site.page(page).related.clone())
            .unwrap_or_default();
        let named = named.iter().map(|resolved| &resolved.to);
        let offered: Vec<&Destination> = match named.clone().next() {
            Some(_) => named.collect(),
            None => self
                .site
                .audiences
                .first()
                .map(|audience| audience.start.iter().collect())
                .unwrap_or_default(),
        };
        let pages = offered.into_iter().filter_map(|to| match to {
            Destination::Page { page, .. } => Some(*page),
            _ => None,
        });
        pages.take(RELATED_MAX).collect()
    }
}

fn layout(subject: PageSubject) -> &'static str {
    match subject {
        PageSubject::Page(_) => "page",
        PageSubject::Section(0) => "home",
        PageSubject::Section(_) => "section",
        PageSubject::Topics => "topics",
        PageSubject::Topic(_) => "topic",
        PageSubject::Audiences => "audiences",
        PageSubject::Audience(_) => "audience",
        PageSubject::AToZ => "a-z",
        PageSubject::New => "new",
        PageSubject::FacetList(_) => "facet-list",
        PageSubject::RandomPage(_) => "random",
        PageSubject::Search => "search",
        PageSubject::About => "about",
        PageSubject::Privacy => "privacy",
        PageSubject::NotFound => "not-found",
    }
}
