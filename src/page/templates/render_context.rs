//! What templates see of the site, and what their functions answer from.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, RwLock};

use tera::{Map, Value};

use super::dependency::Dependency;
use super::old_values::add_old_names;
use super::shared_values::{SharedValues, object};
use super::values::ValueMaker;
use crate::fingerprint::{Fingerprint, Hasher};
use crate::i18n::Translations;
use crate::page::builder::PageBuilder;
use crate::page::catalog::Catalog;
use crate::page::content_hash::{ContentHash, hash_of};
use crate::page::index::PagesQuery;
use crate::page::view::TermView;
use crate::page::views::{page_at, site_view, term_views};
use crate::paths::Route;
use crate::renamed::NameKind;
use crate::site::PageId;
use crate::site::topics::TermPages;

/// The most shared values for each page: its card, its line in a tree, and the same of an earlier
/// state.
const SHARED_PER_PAGE: usize = 4;

/// The number of shared values that are always kept.
const SHARED_MIN: usize = 10_000;

/// What rendering needs in addition to the templates.
pub struct RenderContext {
    pub builder: PageBuilder,
    shared: Arc<SharedValues>,
    site: Value,
    site_hash: Fingerprint,
    /// `static/` path → its published address, with the base path.
    assets: BTreeMap<String, String>,
    /// Icon name → SVG.
    icons: BTreeMap<String, String>,
    /// `data/` path → its content.
    data: BTreeMap<String, (Value, Fingerprint)>,
    /// Files of `data/` without a value: broken files, and those of another type.
    unread_data: BTreeSet<String>,
    /// The theme's words as templates read them, by language.
    words: RwLock<HashMap<String, Value>>,
    answers: RwLock<HashMap<Dependency, Option<Fingerprint>>>,
}

/// What templates can use besides pages.
pub struct RenderInputs<'a> {
    /// `static/` path → its published address, with the base path.
    pub assets: BTreeMap<String, String>,
    /// Icon name → SVG.
    pub icons: BTreeMap<String, String>,
    /// `data/` path → its content.
    pub data: &'a BTreeMap<String, serde_json::Value>,
    /// Files of `data/` without a value: broken files, and those of another type.
    pub unread_data: BTreeSet<String>,
}

impl RenderContext {
    pub fn new(builder: PageBuilder, inputs: RenderInputs) -> Self {
        let view = site_view(builder.catalog());
        RenderContext {
            site: Value::from_serializable(&view),
            site_hash: view.content_hash(),
            builder,
            shared: Arc::default(),
            assets: inputs.assets,
            icons: inputs.icons,
            data: data_values(inputs.data),
            unread_data: inputs.unread_data,
            words: RwLock::default(),
            answers: RwLock::default(),
        }
    }

    /// The same with the shared values of another state of the site.
    #[must_use]
    pub fn with_shared_values(mut self, shared: Arc<SharedValues>) -> Self {
        self.shared = shared;
        self.limit_shared_values();
        self
    }

    /// Drops the shared values if most of them are of earlier states of the site.
    fn limit_shared_values(&mut self) {
        let pages = self.catalog().site.tables.pages.len();
        if self.shared.count() > SHARED_PER_PAGE * pages + SHARED_MIN {
            self.shared = Arc::default();
        }
    }

    /// The values that pages have in common, for another state of the site.
    pub fn shared_values(&self) -> Arc<SharedValues> {
        Arc::clone(&self.shared)
    }

    pub fn catalog(&self) -> &Catalog {
        self.builder.catalog()
    }

    /// The fingerprint of what every page knows of the site.
    pub fn site_hash(&self) -> Fingerprint {
        self.site_hash
    }

    /// Replaces assets, icons, data and translations.
    pub fn set_inputs(&mut self, translations: Arc<Translations>, inputs: RenderInputs) {
        (self.assets, self.icons) = (inputs.assets, inputs.icons);
        (self.data, self.unread_data) = (data_values(inputs.data), inputs.unread_data);
        if *self.catalog().translations != *translations {
            self.builder.set_translations(translations);
        }
        self.refresh();
    }

    /// Rebuilds the view of the site after a change, and drops all cached answers.
    pub fn refresh(&mut self) {
        let view = site_view(self.catalog());
        (self.site, self.site_hash) = (Value::from_serializable(&view), view.content_hash());
        (self.words, self.answers) = (RwLock::default(), RwLock::default());
        self.limit_shared_values();
    }

    /// What templates see as `site`.
    pub(super) fn site(&self) -> Value {
        self.site.clone()
    }

    /// What turns views into values.
    pub(super) fn values(&self) -> ValueMaker<'_> {
        ValueMaker {
            catalog: self.catalog(),
            shared: &self.shared,
        }
    }

    /// The theme's words in a language, without counts and with their placeholders unfilled.
    pub(super) fn words(&self, language: &str) -> Value {
        let known = self.words.read().expect("no holder of this lock panics");
        if let Some(words) = known.get(language) {
            return words.clone();
        }
        drop(known);
        let translations = &self.catalog().translations;
        let words = translations.keys().filter_map(|key| {
            let text = translations.text(language, key, None, &[])?;
            Some((key.to_owned().into(), text.into()))
        });
        let mut words = words.collect::<Map>();
        add_old_names(&mut words, NameKind::Word);
        let mut known = self.words.write().expect("no holder of this lock panics");
        let words = known
            .entry(language.to_owned())
            .or_insert(Value::from(words));
        words.clone()
    }

    /// The fingerprint of the answer to a query, or `None` if there is no answer.
    pub fn dependency_hash(&self, dependency: &Dependency) -> Option<Fingerprint> {
        let known = self.answers.read().expect("no holder of this lock panics");
        if let Some(hash) = known.get(dependency) {
            return *hash;
        }
        drop(known);
        let hash = self.answer_hash(dependency);
        let mut known = self.answers.write().expect("no holder of this lock panics");
        known.insert(dependency.clone(), hash);
        hash
    }

    fn answer_hash(&self, dependency: &Dependency) -> Option<Fingerprint> {
        let site = &self.catalog().site;
        match dependency {
            Dependency::Pages(query) => Some(self.cards_hash(&self.builder.index().pages(query))),
            Dependency::PageAt(path) => {
                let page = page_at(self.catalog(), path).ok()?;
                Some(self.builder.cards.card(page).fingerprint())
            }
            Dependency::Topics => Some(self.terms_hash(&site.topics)),
            Dependency::Audiences => Some(self.terms_hash(&site.audiences)),
            Dependency::Href(written) => self.href(written).map(Fingerprint::of),
            Dependency::Asset(path) => self.assets.get(path).map(Fingerprint::of),
            Dependency::Icon(name) => self.icon(name).map(Fingerprint::of),
            Dependency::Image { .. } => None,
            Dependency::Data(path) => self.data.get(path).map(|(_, hash)| *hash),
        }
    }

    fn cards_hash(&self, pages: &[PageId]) -> Fingerprint {
        let mut hasher = Hasher::new();
        for page in pages {
            hasher.add(self.builder.cards.card(*page).fingerprint().as_bytes());
        }
        hasher.finish()
    }

    fn terms_hash(&self, terms: &[TermPages]) -> Fingerprint {
        let mut hasher = Hasher::new();
        for (view, start) in term_views(self.catalog(), terms) {
            hasher.add(view.content_hash().as_bytes());
            hasher.add(self.cards_hash(&start).as_bytes());
        }
        hasher.finish()
    }

    /// The published address of a route written in a template.
    pub(super) fn href(&self, written: &str) -> Option<String> {
        let (path, fragment) = written
            .split_once('#')
            .map_or((written, None), |(path, fragment)| (path, Some(fragment)));
        let route = Route::new(path).ok()?;
        let known = &self.catalog().site.tables.by_route;
        let route = [route.clone(), route.as_folder()]
            .into_iter()
            .find(|route| known.contains_key(route))?;
        let href = self.catalog().href(&route);
        Some(match fragment {
            Some(fragment) => format!("{href}#{fragment}"),
            None => href,
        })
    }

    /// The published address of a file of `static/`.
    pub(super) fn asset(&self, path: &str) -> Option<&String> {
        self.assets.get(path)
    }

    /// The files of `static/` that have an address.
    pub(super) fn asset_paths(&self) -> impl Iterator<Item = &String> {
        self.assets.keys()
    }

    pub(super) fn icon(&self, name: &str) -> Option<&String> {
        self.icons.get(name).or_else(|| self.icons.get("page"))
    }

    pub(super) fn icon_names(&self) -> impl Iterator<Item = &String> {
        self.icons.keys()
    }

    /// The content of a file of `data/`.
    pub(super) fn data(&self, path: &str) -> Option<&Value> {
        self.data.get(path).map(|(value, _)| value)
    }

    pub(super) fn data_paths(&self) -> impl Iterator<Item = &String> {
        self.data.keys()
    }

    /// Whether a file of `data/` exists and has no value.
    pub(super) fn is_unread(&self, path: &str) -> bool {
        self.unread_data.contains(path)
    }

    /// The card of a page.
    pub(super) fn card(&self, page: PageId) -> Value {
        self.shared.card(&self.builder.cards.card(page))
    }

    /// The cards of the pages that match a query.
    pub(super) fn pages(&self, query: &PagesQuery) -> Value {
        let pages = self.builder.index().pages(query);
        self.shared.cards(&self.builder.cards.cards(&pages))
    }

    /// Topics or audiences, each with the cards of the pages to start with.
    pub(super) fn terms(&self, terms: &[TermPages]) -> Value {
        let with_start = |(view, start): (TermView, Vec<PageId>)| {
            let mut term = object(&view);
            let cards = self.builder.cards.cards(&start);
            term.insert("start".into(), self.shared.cards(&cards));
            Value::from(term)
        };
        let terms = term_views(self.catalog(), terms).into_iter();
        Value::from(terms.map(with_start).collect::<Vec<Value>>())
    }
}

fn data_values(
    data: &BTreeMap<String, serde_json::Value>,
) -> BTreeMap<String, (Value, Fingerprint)> {
    let value = |value| (Value::from_serializable(value), hash_of(value));
    data.iter()
        .map(|(path, content)| (path.clone(), value(content)))
        .collect()
}
