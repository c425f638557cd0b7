//! What templates' functions answer from, and what they were asked while a page was rendered.
//!
//! The functions are registered once with the templates and read the state of this thread, which
//! rendering sets. Each answered query is recorded as a dependency. While all answers are the same,
//! rendering the page again would give the same result.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, RwLock};

use serde::{Deserialize, Serialize};
use tera::Value;

use super::values::{self, ValueObject, add_old_names, hash_of};
use crate::fingerprint::{Fingerprint, Hasher};
use crate::i18n::Translations;
use crate::page::compose::Composer;
use crate::page::queries::{self, PagesQuery};
use crate::paths::Route;
use crate::renamed::NameKind;
use crate::site::topics::TermPages;

/// What rendering needs in addition to the templates.
pub struct RenderContext {
    pub composer: Composer,
    pub(super) site: Value,
    site_hash: Fingerprint,
    /// `static/` path → its published address, with the base path.
    pub(super) assets: BTreeMap<String, String>,
    /// Icon name → SVG.
    pub(super) icons: BTreeMap<String, String>,
    /// `data/` path → its content.
    pub(super) data: BTreeMap<String, (Value, Fingerprint)>,
    /// Files of `data/` without a value: broken files, and those of another type.
    pub(super) unread_data: BTreeSet<String>,
    /// The theme's words as templates read them, by language.
    worded: RwLock<HashMap<String, Value>>,
    answered: RwLock<HashMap<Dependency, Option<Fingerprint>>>,
}

/// Something that a template asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Dependency {
    Pages(PagesQuery),
    PageAt(String),
    Topics,
    Audiences,
    Href(String),
    Asset(String),
    Icon(String),
    Data(String),
    /// The image at an address that the page's finished HTML shows or, if not `is_shown`, only
    /// links to. `pipeline` answers.
    Image {
        href: String,
        is_shown: bool,
    },
}

impl RenderContext {
    pub fn new(
        composer: Composer,
        assets: BTreeMap<String, String>,
        icons: BTreeMap<String, String>,
        data: &BTreeMap<String, serde_json::Value>,
        unread_data: BTreeSet<String>,
    ) -> Self {
        let view = composer.site_view();
        let data = values_of(data);
        RenderContext {
            site: Value::from_serializable(&view),
            site_hash: hash_of(&view),
            composer,
            assets,
            icons,
            data,
            unread_data,
            worded: RwLock::default(),
            answered: RwLock::default(),
        }
    }

    /// The fingerprint of what every page knows of the site.
    pub fn site_hash(&self) -> Fingerprint {
        self.site_hash
    }

    /// The same site with other assets, icons, data and translations.
    pub fn with_assets(
        &mut self,
        words: Arc<Translations>,
        assets: BTreeMap<String, String>,
        icons: BTreeMap<String, String>,
        data: &BTreeMap<String, serde_json::Value>,
        unread_data: BTreeSet<String>,
    ) {
        (self.assets, self.icons, self.data, self.unread_data) =
            (assets, icons, values_of(data), unread_data);
        if *self.composer.words != *words {
            self.composer.set_translations(words);
        }
        self.refresh();
    }

    /// Rebuilds the view of the site after a change, and drops all cached answers.
    pub fn refresh(&mut self) {
        let view = self.composer.site_view();
        (self.site, self.site_hash) = (Value::from_serializable(&view), hash_of(&view));
        (self.worded, self.answered) = (RwLock::default(), RwLock::default());
    }

    /// The theme's words in a language, without counts and with their placeholders unfilled.
    pub(super) fn words(&self, language: &str) -> Value {
        if let Some(cached) = self
            .worded
            .read()
            .expect("no holder of this lock panics")
            .get(language)
        {
            return cached.clone();
        }
        let words = &self.composer.words;
        let said = words.keys().filter_map(|key| {
            Some((
                key.to_owned().into(),
                words.text(language, key, None, &[])?.into(),
            ))
        });
        let mut said = said.collect::<ValueObject>();
        add_old_names(&mut said, NameKind::Word);
        let value = Value::from(said);
        self.worded
            .write()
            .expect("no holder of this lock panics")
            .entry(language.to_owned())
            .or_insert(value)
            .clone()
    }

    /// The fingerprint of the answer to a query, or `None` if there is no answer.
    pub fn dependency_hash(&self, dependency: &Dependency) -> Option<Fingerprint> {
        if let Some(cached) = self
            .answered
            .read()
            .expect("no holder of this lock panics")
            .get(dependency)
        {
            return *cached;
        }
        let hash = self.hash(dependency);
        self.answered
            .write()
            .expect("no holder of this lock panics")
            .insert(dependency.clone(), hash);
        hash
    }

    fn hash(&self, dependency: &Dependency) -> Option<Fingerprint> {
        let composer = &self.composer;
        match dependency {
            Dependency::Pages(query) => {
                let mut hasher = Hasher::new();
                queries::pages(composer, query).iter().for_each(|page| {
                    hasher.add(composer.card(*page).hash.as_bytes());
                });
                Some(hasher.finish())
            }
            Dependency::PageAt(path) => queries::page_at(composer, path)
                .ok()
                .map(|page| composer.card(page).hash),
            Dependency::Topics => Some(self.terms_hash(&composer.site.topics)),
            Dependency::Audiences => Some(self.terms_hash(&composer.site.audiences)),
            Dependency::Href(written) => self.href(written).map(Fingerprint::of),
            Dependency::Asset(path) => self.assets.get(path).map(Fingerprint::of),
            Dependency::Icon(name) => self.icon(name).map(Fingerprint::of),
            Dependency::Image { .. } => None,
            Dependency::Data(path) => self.data.get(path).map(|(_, hash)| *hash),
        }
    }

    fn terms_hash(&self, terms: &[TermPages]) -> Fingerprint {
        let mut hasher = Hasher::new();
        for (view, start) in queries::terms(&self.composer, terms) {
            hasher.add(hash_of(&view).as_bytes());
            start.iter().for_each(|page| {
                hasher.add(self.composer.card(*page).hash.as_bytes());
            });
        }
        hasher.finish()
    }

    /// The published address of a route written in a template.
    pub(super) fn href(&self, written: &str) -> Option<String> {
        let (path, fragment) = written
            .split_once('#')
            .map_or((written, None), |(path, fragment)| (path, Some(fragment)));
        let route = Route::new(path).ok()?;
        let known = [route.clone(), route.as_folder()];
        let route = known
            .into_iter()
            .find(|route| self.composer.site.tables.by_route.contains_key(route))?;
        Some(match fragment {
            Some(fragment) => format!("{}#{fragment}", self.composer.href(&route)),
            None => self.composer.href(&route),
        })
    }

    pub(super) fn icon(&self, name: &str) -> Option<&String> {
        self.icons.get(name).or_else(|| self.icons.get("page"))
    }

    pub(super) fn terms(&self, terms: &[TermPages]) -> Value {
        let with_start =
            |(view, start): (crate::page::view::TermView, Vec<crate::site::PageId>)| {
                let mut term: ValueObject = Value::from_serializable(&view)
                    .into_map()
                    .unwrap_or_default();
                term.insert("start".into(), values::cards(&self.composer, &start));
                Value::from(term)
            };
        Value::from(
            queries::terms(&self.composer, terms)
                .into_iter()
                .map(with_start)
                .collect::<Vec<Value>>(),
        )
    }
}

fn values_of(data: &BTreeMap<String, serde_json::Value>) -> BTreeMap<String, (Value, Fingerprint)> {
    data.iter()
        .map(|(path, value)| {
            (
                path.clone(),
                (Value::from_serializable(value), hash_of(value)),
            )
        })
        .collect()
}

/// The state of a thread while it renders one page.
pub(super) struct RenderState {
    pub render_context: Arc<RenderContext>,
    pub language: String,
    /// How many more numbers `range` may return.
    pub numbers_left: usize,
    pub asked: BTreeSet<Dependency>,
}

thread_local! {
    static STATE: RefCell<Option<RenderState>> = const { RefCell::new(None) };
}

/// Renders with this state, and returns what was asked for meanwhile.
pub(super) fn render_with_state<T>(
    state: RenderState,
    draw: impl FnOnce() -> T,
) -> (T, BTreeSet<Dependency>) {
    STATE.set(Some(state));
    let drawn = draw();
    (
        drawn,
        STATE.take().map(|state| state.asked).unwrap_or_default(),
    )
}

/// Accesses this thread's state.
///
/// # Panics
/// If nothing is being rendered. Only templates call the functions that use the state.
pub(super) fn with_state<T>(access: impl FnOnce(&mut RenderState) -> T) -> T {
    STATE.with_borrow_mut(|state| {
        access(
            state
                .as_mut()
                .expect("functions are called only while a page is rendered"),
        )
    })
}
