//! Gathers what one sheet shows: the page's own words and all that comes from elsewhere, resolved.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use jiff::civil::Date;
use serde_json::json;

use super::listing;
use super::queries::PagesQuery;
use super::structured;
use super::view::{
    AuthorView, BranchItem, Card, Crumb, Day, FeedView, GivingView, HeadingView, ImageView, NavView, PageView, SectionLink, SiteLinks,
    SiteView, SourceView, TermLink,
};
use super::{Sheet, Subject};
use crate::document::Entry;
use crate::document::meta::{Level, Placed};
use crate::fields::{Item, Items, Value};
use crate::paths::Route;
use crate::site::links::Destination;
use crate::site::related::Relations;
use crate::site::topics::Term;
use crate::site::{Node, PageId, Site, SiteLink, SitePage};
use crate::words::{Words, direction};

/// Words that are read in a minute (Brysbaert 2019 finds 238 for English prose; these texts are worked with).
const WORDS_A_MINUTE: usize = 200;
const RELATED_MAX: usize = 4;
const BACKLINKS_MAX: usize = 40;
/// Siblings shown around a page in its section's tree.
const SIBLINGS_MAX: usize = 50;

/// A sheet ready to be drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Composed {
    pub page: PageView,
    pub nav: NavView,
    /// The template's name.
    pub template: String,
    /// The page whose Markdown stands in it.
    pub body: Option<PageId>,
}

/// Composes the sheets of one site.
pub struct Composer {
    pub site: Arc<Site>,
    pub words: Arc<Words>,
    relations: Relations,
    cards: Vec<Card>,
    /// Each page's position in its section.
    neighbours: Vec<Option<usize>>,
    topics: HashMap<String, usize>,
    audiences: HashMap<String, usize>,
    /// Listed pages with a date, the last changed first.
    pub newest: Vec<PageId>,
    /// Listed pages by title.
    pub a_to_z: Vec<PageId>,
    /// What templates asked so far. An answer depends on the site alone, so it does not matter who asks first.
    pub(super) answers: RwLock<HashMap<PagesQuery, Arc<[PageId]>>>,
}

impl Composer {
    pub fn new(site: Arc<Site>, words: Arc<Words>) -> Self {
        let mut neighbours = vec![None; site.pages().len()];
        for section in &site.sections {
            for (position, page) in section.pages.iter().enumerate() {
                neighbours[*page] = Some(position);
            }
        }
        let by_key = |terms: &[Term]| terms.iter().enumerate().map(|(index, term)| (term.key.clone(), index)).collect();
        let (topics, audiences) = (by_key(&site.topics), by_key(&site.audiences));
        let relations = Relations::new(&site);
        let (newest, a_to_z) = (listing::newest(&site), listing::a_to_z(&site));
        let mut composer = Composer {
            site,
            words,
            relations,
            cards: Vec::new(),
            neighbours,
            topics,
            audiences,
            newest,
            a_to_z,
            answers: RwLock::default(),
        };
        composer.cards = (0..composer.site.pages().len()).map(|page| composer.make_card(page)).collect();
        composer
    }

    /// The topic of this name, in any spelling with the same slug.
    pub fn topic(&self, name: &str) -> Option<&Term> {
        self.topics.get(&crate::paths::slug(name)).map(|index| &self.site.topics[*index])
    }

    /// The audience of this name.
    pub fn audience(&self, name: &str) -> Option<&Term> {
        self.audiences.get(&crate::paths::slug(name)).map(|index| &self.site.audiences[*index])
    }

    pub fn card(&self, page: PageId) -> Card {
        self.cards[page].clone()
    }

    pub fn cards(&self, pages: &[PageId]) -> Vec<Card> {
        pages.iter().map(|page| self.card(*page)).collect()
    }

    pub fn compose(&self, sheet: &Sheet) -> Composed {
        let page_id = self.page_of(sheet);
        let mut view = match page_id {
            Some(page) => self.own(page),
            None => self.generated(sheet),
        };
        view.layout = layout(sheet.subject);
        view.href = self.href(&sheet.route);
        view.url = self.url(&sheet.route);
        view.breadcrumbs = self.breadcrumbs(sheet, page_id);
        view.feeds = self.feeds(sheet.subject, page_id);
        view.listing = listing::of(self, sheet);
        if view.layout == "home" {
            view.related = self.start_here();
            view.next = None;
        }
        view.structured = structured::of(self, sheet, &view, page_id);
        let template = self.template(sheet, page_id);
        let body = page_id.filter(|_| sheet.number == 1);
        Composed { nav: self.nav(sheet, page_id), page: view, template, body }
    }

    /// The page whose words a sheet shows.
    fn page_of(&self, sheet: &Sheet) -> Option<PageId> {
        match sheet.subject {
            Subject::Page(page) => Some(page),
            Subject::Section(section) => self.site.sections[section].page,
            Subject::NotFound => None,
            _ => {
                let first = match sheet.subject {
                    Subject::Topic(term) => self.site.topics[term].route.clone(),
                    Subject::Audience(term) => self.site.audiences[term].route.clone(),
                    Subject::Topics => Route::page(["topics"]),
                    Subject::Audiences => Route::page(["audiences"]),
                    Subject::AToZ => Route::page(["a-z"]),
                    _ => Route::page(["new"]),
                };
                match self.site.tables.by_route.get(&first) {
                    Some(Node::Page(page)) if self.site.page(*page).route == first => Some(*page),
                    _ => None,
                }
            }
        }
    }

    fn template(&self, sheet: &Sheet, page_id: Option<PageId>) -> String {
        if let Some(stated) = page_id.and_then(|page| self.site.page(page).entry.meta.template.as_ref()) {
            return if stated.value.contains('.') { stated.value.clone() } else { format!("{}.html", stated.value) };
        }
        match sheet.subject {
            Subject::Page(page) => self.kind(self.site.page(page)).map_or("page.html".into(), |kind| kind.template.clone()),
            other => format!("{}.html", layout(other)),
        }
    }

    fn kind(&self, page: &SitePage) -> Option<&crate::kind::Kind> {
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
        let neighbour = |step: isize| self.neighbour(id, step);
        let mut related = self.cards(&self.relations.of(&self.site, id, RELATED_MAX + 1));
        let next = self.next(id).or_else(|| (!related.is_empty()).then(|| related.remove(0)));
        related.truncate(RELATED_MAX);
        PageView {
            title: entry.title.clone(),
            short_title: meta.short_title.clone().unwrap_or_else(|| entry.title.clone()),
            heading: entry.heading.as_ref().map_or_else(|| entry.title.clone(), |heading| heading.text.clone()),
            heading_id: entry.heading.as_ref().map(|heading| heading.id.clone()),
            summary: entry.summary.clone(),
            description: entry.summary.clone().or_else(|| Some(entry.excerpt.clone()).filter(|text| !text.is_empty())),
            kind: meta.kind.clone(),
            kind_title: self.kind_title(language, &meta.kind),
            furniture: self.kind(page).map(|kind| kind.furniture.clone()).unwrap_or_default(),
            source: Some(entry.source.to_string()),
            edit_href: settings.edit_url.as_ref().map(|pattern| pattern.replace("{path}", entry.source.as_str())),
            twin_href: settings.markdown_twins.then(|| format!("{}index.md", self.href(&page.route))),
            language: language.to_owned(),
            direction: direction(language),
            contents: contents(entry),
            words: entry.words,
            minutes: minutes(entry),
            topics: self.term_links(&meta.topics, (&self.topics, &self.site.topics)),
            audience: self.term_links(&meta.audience, (&self.audiences, &self.site.audiences)),
            level: meta.level.map(level_key).map(str::to_owned),
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
                .map(|source| SourceView { title: source.title.clone(), url: source.url.clone(), checked: day(source.checked) })
                .collect(),
            image: self.image(page),
            next,
            related,
            backlinks: self.backlinks(id),
            previous: neighbour(-1),
            following: neighbour(1),
            fields: self.fields(page),
            extra: items_json(&meta.extra),
            ..self.empty_view(language)
        }
    }

    /// The kind's own fields, those that the page does not state as null.
    fn fields(&self, page: &SitePage) -> serde_json::Value {
        let mut fields = items_json(&page.entry.meta.fields);
        if let (Some(kind), Some(stated)) = (self.kind(page), fields.as_object_mut()) {
            for field in &kind.fields {
                stated.entry(field.name.clone()).or_insert(serde_json::Value::Null);
            }
        }
        fields
    }

    /// The view of a list that no writer made a page for.
    fn generated(&self, sheet: &Sheet) -> PageView {
        let language = &*self.site.settings().language;
        let say = |key: &str| self.words.say(language, key, None, &[]).unwrap_or_else(|| key.to_owned());
        let term = |term: &Term| (term.title.clone(), term.description.clone());
        let (title, summary) = match sheet.subject {
            Subject::Section(0) => (self.site_title(), self.site.settings().summary.clone()),
            Subject::Section(section) => (self.section_title(section), None),
            Subject::Topic(topic) => term(&self.site.topics[topic]),
            Subject::Audience(audience) => term(&self.site.audiences[audience]),
            Subject::Topics => (say("topics"), None),
            Subject::Audiences => (say("audiences"), None),
            Subject::AToZ => (say("a_to_z"), None),
            Subject::New => (say("whats_new"), None),
            Subject::NotFound | Subject::Page(_) => (say("not_found_title"), None),
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

    fn empty_view(&self, language: &str) -> PageView {
        PageView {
            title: String::new(),
            short_title: String::new(),
            heading: String::new(),
            heading_id: None,
            summary: None,
            description: None,
            kind: "page".into(),
            kind_title: self.kind_title(language, "page"),
            furniture: Vec::new(),
            layout: "page",
            href: String::new(),
            url: None,
            source: None,
            edit_href: None,
            twin_href: None,
            language: language.to_owned(),
            direction: direction(language),
            contents: Vec::new(),
            words: 0,
            minutes: 0,
            topics: Vec::new(),
            audience: Vec::new(),
            level: None,
            level_title: None,
            authors: Vec::new(),
            published: None,
            updated: None,
            reviewed: None,
            review_due: None,
            review_overdue: false,
            expires: None,
            is_draft: false,
            is_unlisted: false,
            license: self.site.settings().license.clone(),
            disclosure: None,
            change_note: None,
            owner: None,
            sources: Vec::new(),
            image: None,
            next: None,
            related: Vec::new(),
            backlinks: Vec::new(),
            breadcrumbs: Vec::new(),
            previous: None,
            following: None,
            feeds: Vec::new(),
            fields: json!({}),
            extra: json!({}),
            listing: None,
            structured: None,
        }
    }

    fn make_card(&self, id: PageId) -> Card {
        let page = self.site.page(id);
        let meta = &page.entry.meta;
        let language = self.site.language(page);
        Card {
            title: page.entry.title.clone(),
            summary: page.entry.summary.clone(),
            href: self.href(&page.route),
            kind: meta.kind.clone(),
            kind_title: self.kind_title(language, &meta.kind),
            topics: self.term_links(&meta.topics, (&self.topics, &self.site.topics)),
            level: meta.level.map(level_key).map(str::to_owned),
            level_title: meta.level.map(|level| self.level_title(language, level)),
            minutes: minutes(&page.entry),
            published: page.published().map(|date| self.day(language, date)),
            updated: meta.updated.map(|date| self.day(language, date)),
            image: self.image(page),
            is_draft: page.is_draft,
        }
    }

    pub fn href(&self, route: &Route) -> String {
        route.href(self.site.settings().base_path())
    }

    /// The absolute address, when there is a `base_url`.
    pub fn url(&self, route: &Route) -> Option<String> {
        self.site.settings().base_url.as_ref().map(|base| format!("{}{}", base.origin, route.href(&base.path)))
    }

    pub fn day(&self, language: &str, date: Date) -> Day {
        Day { iso: date.to_string(), text: self.words.date(language, date) }
    }

    pub fn kind_title(&self, language: &str, kind: &str) -> String {
        let word = self.words.say(language, &format!("kind_{kind}"), Some(1), &[]);
        word.or_else(|| self.site.kinds.get(kind).and_then(|kind| kind.title.clone()))
            .unwrap_or_else(|| crate::document::words_of_name(kind))
    }

    fn level_title(&self, language: &str, level: Level) -> String {
        let key = level_key(level);
        self.words.say(language, &format!("level_{key}"), None, &[]).unwrap_or_else(|| key.to_owned())
    }

    /// A section's title: its page's, the word for its kind, or its folder's name.
    pub fn section_title(&self, section: usize) -> String {
        let found = &self.site.sections[section];
        let is_kinds_own = found.page.is_none() && found.depth == 1;
        let word = found.kind.as_ref().filter(|_| is_kinds_own).and_then(|kind| {
            let word = self.words.say(&self.site.settings().language, &format!("kind_{kind}"), Some(2), &[]);
            word.or_else(|| self.site.kinds.get(kind).and_then(|kind| kind.title_many.clone()))
        });
        if section == 0 && found.page.is_none() { self.site_title() } else { word.unwrap_or_else(|| found.title.clone()) }
    }

    pub fn site_title(&self) -> String {
        let settings = self.site.settings();
        let home = self.site.sections[0].page.map(|page| self.site.page(page).entry.title.clone());
        settings
            .title
            .clone()
            .or(home)
            .unwrap_or_else(|| self.words.say(&settings.language, "untitled_site", None, &[]).unwrap_or_else(|| "Knowledge".into()))
    }

    fn term_links(&self, named: &[Placed<String>], (index, terms): (&HashMap<String, usize>, &[Term])) -> Vec<TermLink> {
        let find = |name: &Placed<String>| index.get(&crate::paths::slug(&name.value)).map(|index| &terms[*index]);
        named
            .iter()
            .filter_map(find)
            .map(|term| TermLink { key: term.key.clone(), title: term.title.clone(), href: self.href(&term.route) })
            .collect()
    }

    fn authors(&self, named: &[Placed<String>]) -> Vec<AuthorView> {
        let author = |name: &Placed<String>| {
            let listed = self.site.vocabularies.authors.as_ref().and_then(|authors| authors.get(&name.value));
            AuthorView {
                key: crate::paths::slug(&name.value),
                name: listed.map_or_else(|| name.value.clone(), |author| author.title.clone()),
                url: listed.and_then(|author| author.url.clone()),
                description: listed.and_then(|author| author.description.clone()),
            }
        };
        named.iter().map(author).collect()
    }

    fn image(&self, page: &SitePage) -> Option<ImageView> {
        let (image, resolved) = (page.entry.meta.image.as_ref()?, page.image.as_ref()?);
        let href = self.site.href(&resolved.to, &image.src.value);
        let url = match &resolved.to {
            Destination::Address { route, .. } => self.url(route),
            _ => Some(href.clone()).filter(|href| href.starts_with("http")),
        };
        Some(ImageView { href, alt: image.alt.clone(), url })
    }

    fn next(&self, id: PageId) -> Option<Card> {
        match &self.site.page(id).next.as_ref()?.to {
            Destination::Page { page, .. } if *page != id => Some(self.card(*page)),
            _ => None,
        }
    }

    fn backlinks(&self, id: PageId) -> Vec<Card> {
        let mut pages = self.site.page(id).backlinks.clone();
        pages.truncate(BACKLINKS_MAX);
        self.cards(&pages)
    }

    fn neighbour(&self, id: PageId, step: isize) -> Option<Crumb> {
        let position = self.neighbours[id]?;
        let pages = &self.site.sections[self.site.page(id).section].pages;
        let other = self.site.page(*pages.get(position.checked_add_signed(step)?)?);
        Some(Crumb { title: other.entry.title.clone(), href: self.href(&other.route) })
    }

    /// What the home page offers first: the pages it names as related, else the first pages of the first audience, else nothing.
    fn start_here(&self) -> Vec<Card> {
        let named = self.site.sections[0].page.map(|page| self.site.page(page).related.clone()).unwrap_or_default();
        let named = named.iter().map(|resolved| &resolved.to);
        let offered: Vec<&Destination> = match named.clone().next() {
            Some(_) => named.collect(),
            None => self.site.audiences.first().map(|audience| audience.start.iter().collect()).unwrap_or_default(),
        };
        let pages = offered.into_iter().filter_map(|to| match to {
            Destination::Page { page, .. } => Some(*page),
            _ => None,
        });
        pages.take(RELATED_MAX).map(|page| self.card(page)).collect()
    }

    fn breadcrumbs(&self, sheet: &Sheet, page_id: Option<PageId>) -> Vec<Crumb> {
        let section = match (sheet.subject, page_id) {
            (Subject::Section(0), _) => return Vec::new(),
            (Subject::Section(section), _) => self.site.sections[section].parent,
            (Subject::Page(page), _) => Some(self.site.page(page).section),
            _ => Some(0),
        };
        let mut crumbs = Vec::new();
        let mut at = section;
        while let Some(section) = at {
            let found = &self.site.sections[section];
            let title = if section == 0 {
                self.words.say(&self.site.settings().language, "home", None, &[]).unwrap_or_else(|| self.site_title())
            } else {
                self.section_title(section)
            };
            crumbs.push(Crumb { title, href: self.href(&found.route) });
            at = found.parent;
        }
        crumbs.reverse();
        let list = match sheet.subject {
            Subject::Topic(_) => Some(("topics", "topics")),
            Subject::Audience(_) => Some(("audiences", "audiences")),
            _ => None,
        };
        if let Some((key, folder)) = list {
            let title = self.words.say(&self.site.settings().language, key, None, &[]).unwrap_or_else(|| key.to_owned());
            crumbs.push(Crumb { title, href: self.href(&Route::page([folder])) });
        }
        crumbs
    }

    /// The feeds that belong to a sheet, the site's first; none without a `base_url`, which they need.
    fn feeds(&self, subject: Subject, page_id: Option<PageId>) -> Vec<FeedView> {
        if self.site.settings().base_url.is_none() {
            return Vec::new();
        }
        let site_title = self.site_title();
        let feed = |title: String, route: &str, media_type| {
            let route = Route::new(route).expect("feeds lie inside the site");
            FeedView { title, href: self.href(&route), media_type }
        };
        let mut feeds = vec![
            feed(site_title.clone(), "/feed.xml", "application/atom+xml"),
            feed(site_title.clone(), "/feed.json", "application/feed+json"),
        ];
        if let Subject::Topic(topic) = subject {
            let term = &self.site.topics[topic];
            feeds.push(feed(format!("{site_title}: {}", term.title), &format!("{}feed.xml", term.route), "application/atom+xml"));
        }
        let kind = match subject {
            Subject::Section(section) if self.site.sections[section].depth == 1 => self.site.sections[section].kind.clone(),
            _ => page_id.map(|page| self.site.page(page).entry.meta.kind.clone()),
        };
        if let Some(kind) = kind.and_then(|kind| self.site.kinds.get(&kind)).filter(|kind| kind.has_feed)
            && let Some(folder) = &kind.folder
        {
            let title = self.words.say(&self.site.settings().language, &format!("kind_{}", kind.name), Some(2), &[]);
            let title = title.or_else(|| kind.title_many.clone()).unwrap_or_else(|| kind.name.clone());
            feeds.push(feed(format!("{site_title}: {title}"), &format!("/{folder}/feed.xml"), "application/atom+xml"));
        }
        feeds
    }

    fn nav(&self, sheet: &Sheet, page_id: Option<PageId>) -> NavView {
        let current = match (sheet.subject, page_id) {
            (Subject::Section(section), _) => Some(section),
            (Subject::Page(page), _) => Some(self.site.page(page).section),
            _ => None,
        };
        let mut chain = Vec::new();
        let mut at = current;
        while let Some(section) = at {
            chain.push(section);
            at = self.site.sections[section].parent;
        }
        chain.reverse();
        let is_current = |section: usize| sheet.subject == Subject::Section(section);
        let top = self.site.sections[0].children.iter().map(|id| SectionLink {
            title: self.section_title(*id),
            href: self.href(&self.site.sections[*id].route),
            count: self.site.sections[*id].count,
            is_current: is_current(*id),
            is_open: chain.contains(id),
        });
        let mut branch = Vec::new();
        if let Some(first) = chain.get(1) {
            self.add_branch(*first, &chain, sheet, 0, &mut branch);
        } else if chain == [0] && matches!(sheet.subject, Subject::Page(_)) {
            self.add_pages(0, sheet, 0, &mut branch);
        }
        NavView { sections: top.collect(), branch }
    }

    fn add_branch(&self, section: usize, chain: &[usize], sheet: &Sheet, depth: usize, branch: &mut Vec<BranchItem>) {
        let found = &self.site.sections[section];
        let is_open = chain.contains(&section);
        branch.push(BranchItem {
            title: self.section_title(section),
            href: self.href(&found.route),
            depth,
            is_current: sheet.subject == Subject::Section(section),
            is_open,
            is_section: true,
        });
        if !is_open {
            return;
        }
        for child in around(&found.children, found.children.iter().position(|child| chain.contains(child))) {
            self.add_branch(*child, chain, sheet, depth + 1, branch);
        }
        if chain.last() == Some(&section) {
            self.add_pages(section, sheet, depth + 1, branch);
        }
    }

    fn add_pages(&self, section: usize, sheet: &Sheet, depth: usize, branch: &mut Vec<BranchItem>) {
        let pages = &self.site.sections[section].pages;
        let position = match sheet.subject {
            Subject::Page(page) => self.neighbours[page],
            _ => None,
        };
        for id in around(pages, position) {
            let page = self.site.page(*id);
            branch.push(BranchItem {
                title: page.entry.meta.short_title.clone().unwrap_or_else(|| page.entry.title.clone()),
                href: self.href(&page.route),
                depth,
                is_current: sheet.subject == Subject::Page(*id),
                is_open: false,
                is_section: false,
            });
        }
    }

    /// What every page knows of the site.
    pub fn site_view(&self) -> SiteView {
        let settings = self.site.settings();
        let listed = |address: &str| {
            let route = Route::new(address).expect("the addresses of lists are fixed and inside the site");
            self.site.tables.by_route.contains_key(&route).then(|| self.href(&route))
        };
        let image = |link: &SiteLink| ImageView { href: self.site.href(&link.to, &link.written), alt: link.title.clone(), url: None };
        let menu = match &*self.site.menu {
            [] => self.site.sections[0]
                .children
                .iter()
                .map(|id| Crumb { title: self.section_title(*id), href: self.href(&self.site.sections[*id].route) })
                .collect(),
            stated => {
                stated.iter().map(|link| Crumb { title: link.title.clone(), href: self.site.href(&link.to, &link.written) }).collect()
            }
        };
        SiteView {
            title: self.site_title(),
            summary: settings.summary.clone(),
            language: settings.language.clone(),
            direction: direction(&settings.language),
            href: self.href(&Route::home()),
            url: self.url(&Route::home()),
            logo: self.site.logo.as_ref().map(image),
            favicon: self.site.favicon.as_ref().map(|link| self.site.href(&link.to, &link.written)),
            license: settings.license.clone(),
            copyright: settings.copyright.clone(),
            giving: GivingView {
                who: settings.giving.who.clone(),
                why: settings.giving.why.clone(),
                pays: settings.giving.pays.clone(),
                contact: settings.giving.contact.clone(),
            },
            menu,
            links: SiteLinks {
                a_z: listed("/a-z/"),
                new: listed("/new/"),
                topics: listed("/topics/"),
                audiences: listed("/audiences/"),
                feed: settings.base_url.as_ref().map(|_| self.href(&Route::new("/feed.xml").expect("the feed lies inside the site"))),
                search: None,
            },
            generator: concat!("Handsel ", env!("CARGO_PKG_VERSION")),
            extra: items_json(&settings.extra),
        }
    }
}

/// At most `SIBLINGS_MAX` of a list, around a position.
fn around<T>(all: &[T], position: Option<usize>) -> &[T] {
    let start = position.unwrap_or(0).saturating_sub(SIBLINGS_MAX / 2).min(all.len().saturating_sub(SIBLINGS_MAX));
    &all[start..all.len().min(start + SIBLINGS_MAX)]
}

fn layout(subject: Subject) -> &'static str {
    match subject {
        Subject::Page(_) => "page",
        Subject::Section(0) => "home",
        Subject::Section(_) => "section",
        Subject::Topics => "topics",
        Subject::Topic(_) => "topic",
        Subject::Audiences => "audiences",
        Subject::Audience(_) => "audience",
        Subject::AToZ => "a-z",
        Subject::New => "new",
        Subject::NotFound => "not-found",
    }
}

fn level_key(level: Level) -> &'static str {
    match level {
        Level::Starter => "starter",
        Level::Practised => "practised",
        Level::Expert => "expert",
    }
}

fn minutes(entry: &Entry) -> u32 {
    entry.meta.minutes.unwrap_or_else(|| u32::try_from(entry.words.div_ceil(WORDS_A_MINUTE)).unwrap_or(u32::MAX).max(1))
}

fn contents(entry: &Entry) -> Vec<HeadingView> {
    let shown = entry.outline.iter().filter(|heading| (2..=3).contains(&heading.level) && !heading.text.is_empty());
    shown.map(|heading| HeadingView { level: heading.level, id: heading.id.clone(), text: heading.text.clone() }).collect()
}

/// Checked items as plain values for templates.
pub fn items_json(items: &Items) -> serde_json::Value {
    serde_json::Value::Object(items.iter().map(|(key, item)| (key.clone(), item_json(item))).collect())
}

fn item_json(item: &Item) -> serde_json::Value {
    match &item.value {
        Value::None => serde_json::Value::Null,
        Value::Boolean(value) => json!(value),
        Value::Integer(value) => json!(value),
        Value::Number(value) => json!(value),
        Value::Text(value) => json!(value),
        Value::Date(value) => json!(value.to_string()),
        Value::List(items) => items.iter().map(item_json).collect(),
        Value::Map(items) => items_json(items),
    }
}

/// A word with names filled in, or the key itself when the theme lacks it.
pub fn say(words: &Words, language: &str, key: &str, fill: &[(&str, Cow<str>)]) -> String {
    words.say(language, key, None, fill).unwrap_or_else(|| key.to_owned())
}
