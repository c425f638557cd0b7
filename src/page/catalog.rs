//! What can be looked up about the site and its pages: addresses, titles, and texts in the
//! language of a page.
//!
//! A catalog is cheap to make and never changes. It holds nothing derived from all pages together;
//! that is in the site's index.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use crate::document::links::{Link, LinkRole};
use crate::document::meta::Level;
use crate::document::{Entry, PageFacts, words_of_name};
use crate::i18n::Translations;
use crate::kind::Kind;
use crate::paths::{Route, slug};
use crate::site::facet_lists::FacetKey;
use crate::site::links::Destination;
use crate::site::sections::Section;
use crate::site::topics::TermPages;
use crate::site::{PageId, PageMap, Site, SitePage};

/// A site, the theme's texts, and what was learned while the pages were read.
pub struct Catalog {
    pub site: Arc<Site>,
    pub translations: Arc<Translations>,
    /// The facts of each page.
    facts: PageMap<Arc<PageFacts>>,
    /// The writer's own scripts that can send data, for the privacy page.
    pub sending_scripts: Vec<String>,
    /// In a lenient build, the templates that a page may name. Any other name is ignored.
    pub known_templates: Option<BTreeSet<String>>,
    topics: HashMap<String, usize>,
    audiences: HashMap<String, usize>,
}

impl Catalog {
    /// `facts` are those of the site's pages.
    pub fn new(
        site: Arc<Site>,
        translations: Arc<Translations>,
        facts: PageMap<Arc<PageFacts>>,
    ) -> Self {
        let by_key = |terms: &[TermPages]| {
            let keys = terms.iter().map(|term| term.key.clone());
            keys.zip(0..).collect()
        };
        Catalog {
            translations,
            facts,
            sending_scripts: Vec::new(),
            known_templates: None,
            topics: by_key(&site.topics),
            audiences: by_key(&site.audiences),
            site,
        }
    }

    /// The facts about a page's text.
    pub fn facts(&self, page: PageId) -> &PageFacts {
        &self.facts[page]
    }

    /// Replaces an entry with an equal one, whose values may be at other places in the file, and the
    /// facts about the page's text.
    pub fn set_text(&mut self, entry: &Arc<Entry>, facts: &Arc<PageFacts>) {
        let site = Arc::make_mut(&mut self.site);
        site.move_values(entry);
        if let Some(page) = site.page_of(&entry.source) {
            self.facts.set(page, Arc::clone(facts));
        }
    }

    // Addresses.

    /// The address of a route, with the base path.
    pub fn href(&self, route: &Route) -> String {
        route.href(self.site.settings().base_path())
    }

    /// The absolute address, if there is a `base_url`.
    pub fn url(&self, route: &Route) -> Option<String> {
        let base = self.site.settings().base_url.as_ref()?;
        Some(format!("{}{}", base.origin, route.href(&base.path)))
    }

    /// The absolute address if it is known, and the address within the site otherwise.
    pub fn url_or_href(&self, route: &Route) -> String {
        self.url(route).unwrap_or_else(|| self.href(route))
    }

    /// The address of the list with this fixed route, if the site has such a list.
    pub fn list_href(&self, address: &str) -> Option<String> {
        let route =
            Route::new(address).expect("the addresses of lists are fixed and inside the site");
        let exists = self.site.tables.by_route.contains_key(&route);
        exists.then(|| self.href(&route))
    }

    /// The address of the list of all pages with this value of a facet.
    pub fn facet_href(&self, by: &FacetKey) -> Option<String> {
        let list = self.site.narrowed.iter().find(|list| list.by == *by)?;
        Some(self.href(&list.route))
    }

    /// The address of an event page's calendar file.
    pub fn calendar_of_page(&self, page: &SitePage) -> Option<Route> {
        page.entry.occurs.as_ref()?;
        Route::new(&format!("{}event.ics", page.route)).ok()
    }

    /// The address of a kind's calendar, or `None` if the kind has no events.
    pub fn calendar_of_kind(&self, kind: &Kind) -> Option<Route> {
        kind.event.as_ref()?;
        let folder = kind.folder.as_ref()?;
        let takes_place = |page: &SitePage| {
            page.entry.meta.kind == kind.name && page.is_listed() && page.entry.occurs.is_some()
        };
        let has_events = self.site.pages().any(takes_place);
        has_events
            .then(|| Route::new(&format!("/{folder}/calendar.ics")).ok())
            .flatten()
    }

    // Texts.

    /// A translated text with placeholders filled, or the key itself if the theme has no text for
    /// it.
    pub fn text(&self, language: &str, key: &str, fill: &[(&str, Cow<str>)]) -> String {
        let text = self.translations.text(language, key, None, fill);
        text.unwrap_or_else(|| key.to_owned())
    }

    /// A date in readable form.
    pub fn date_text(&self, language: &str, date: Date) -> String {
        self.translations.date(language, date)
    }

    /// A number of bytes in readable form: `12 kB`, `3.4 MB`. A kilobyte has 1000 bytes (IEC
    /// 80000-13).
    pub fn size_text(&self, language: &str, bytes: u64) -> String {
        let (key, divisor) = match bytes {
            0..1_000 => ("size_bytes", 1),
            1_000..1_000_000 => ("size_kb", 1_000),
            1_000_000..1_000_000_000 => ("size_mb", 1_000_000),
            _ => ("size_gb", 1_000_000_000),
        };
        let tenths = (bytes * 10 + divisor / 2) / divisor;
        let size = if divisor == 1 || tenths >= 100 {
            ((tenths + 5) / 10).to_string()
        } else {
            let mark = self.text(language, "decimal_mark", &[]);
            format!("{}{mark}{}", tenths / 10, tenths % 10)
        };
        let count = i64::try_from(bytes).unwrap_or(i64::MAX);
        self.translations
            .text(language, key, Some(count), &[("size", size.into())])
            .unwrap_or_else(|| key.to_owned())
    }

    // Titles.

    /// The title of the site: the stated one, or else that of its home page.
    pub fn site_title(&self) -> String {
        let settings = self.site.settings();
        let home = self.site.sections[0]
            .page
            .map(|page| self.title(page).to_owned());
        settings.title.clone().or(home).unwrap_or_else(|| {
            self.translations
                .text(&settings.language, "untitled_site", None, &[])
                .unwrap_or_else(|| "Knowledge".into())
        })
    }

    /// The title of a page.
    pub fn title(&self, page: PageId) -> &str {
        &self.site.page(page).entry.title
    }

    /// A section's title: its page's title, the word for its kind, or its folder's name.
    pub fn section_title(&self, section: usize) -> String {
        let own = &self.site.sections[section];
        if own.page.is_some() {
            return own.title.clone();
        }
        if section == 0 {
            return self.site_title();
        }
        let of_kind = own.kind.as_ref().filter(|_| own.depth == 1);
        of_kind
            .and_then(|kind| self.plural_title(self.section_language(section), kind))
            .unwrap_or_else(|| own.title.clone())
    }

    /// The title of a kind.
    pub fn kind_title(&self, language: &str, kind: &str) -> String {
        let key = format!("kind_{kind}");
        let stated = || self.site.kinds.get(kind)?.title.clone();
        let word = self.translations.text(language, &key, Some(1), &[]);
        word.or_else(stated).unwrap_or_else(|| words_of_name(kind))
    }

    /// The title of a kind in the plural, in the site's language.
    pub fn kind_title_plural(&self, kind: &str) -> String {
        self.plural_title(&self.site.settings().language, kind)
            .unwrap_or_else(|| kind.to_owned())
    }

    fn plural_title(&self, language: &str, kind: &str) -> Option<String> {
        let key = format!("kind_{kind}");
        let word = self.translations.text(language, &key, Some(2), &[]);
        word.or_else(|| self.site.kinds.get(kind)?.title_many.clone())
    }

    /// The title of a level.
    pub fn level_title(&self, language: &str, level: Level) -> String {
        self.text(language, &format!("level_{}", level.key()), &[])
    }

    /// The title of a range of reading times.
    pub fn minutes_title(&self, language: &str, most: u32) -> String {
        let fill = [("minutes", most.to_string().into())];
        self.text(language, "up_to_minutes", &fill)
    }

    /// The title of a value of a facet, in the site's language.
    pub fn facet_value_title(&self, by: &FacetKey) -> String {
        let language = &self.site.settings().language;
        match by {
            FacetKey::Level(level) => self.level_title(language, *level),
            FacetKey::Minutes(most) => self.minutes_title(language, *most),
            FacetKey::Kind(kind) => self.kind_title_plural(kind),
        }
    }

    /// The title of the list of pages with this value of a facet.
    pub fn facet_list_title(&self, by: &FacetKey) -> String {
        let facet = match by {
            FacetKey::Level(_) => "facet_level",
            FacetKey::Minutes(_) => "facet_time",
            FacetKey::Kind(_) => "facet_kind",
        };
        let language = &self.site.settings().language;
        let fill = [
            ("facet", self.text(language, facet, &[]).into()),
            ("title", self.facet_value_title(by).into()),
        ];
        self.text(language, "facet_title", &fill)
    }

    /// The text of a wiki link without text of its own, or an empty string for other links.
    pub fn wiki_title(&self, to: &Destination, link: &Link) -> String {
        match to {
            _ if link.role != LinkRole::Wiki => String::new(),
            Destination::Page { page, .. } => self.title(*page).to_owned(),
            _ => link.target.value.clone(),
        }
    }

    // What a page or a section is.

    /// The kind of a page.
    pub fn kind(&self, page: &SitePage) -> Option<&Kind> {
        self.site.kinds.get(&page.entry.meta.kind)
    }

    /// The kind whose pages a section lists.
    pub fn section_kind(&self, section: &Section) -> Option<&Kind> {
        self.site.kinds.get(section.kind.as_ref()?)
    }

    /// The language of a section's list: its page's, or that of most of its pages.
    pub fn section_language(&self, section: usize) -> &str {
        let own = &self.site.sections[section];
        match own.page {
            Some(page) => self.site.language(self.site.page(page)),
            None => own
                .language
                .as_deref()
                .unwrap_or(&self.site.settings().language),
        }
    }

    /// The topic with this name, in any spelling with the same slug.
    pub fn topic(&self, name: &str) -> Option<&TermPages> {
        Some(&self.site.topics[*self.topics.get(&slug(name))?])
    }

    /// The audience with this name, in any spelling with the same slug.
    pub fn audience(&self, name: &str) -> Option<&TermPages> {
        Some(&self.site.audiences[*self.audiences.get(&slug(name))?])
    }

    /// The short explanation on a page that explains a term.
    pub fn explanation(&self, page: &SitePage) -> Option<String> {
        let names = self.kind(page)?.glossary.as_ref()?;
        let short = page.entry.meta.fields.get(&names.short)?;
        short.as_text().map(str::to_owned)
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
}

/// The page that a link points to.
pub fn linked_page(to: &Destination) -> Option<PageId> {
    match to {
        Destination::Page { page, .. } => Some(*page),
        _ => None,
    }
}
